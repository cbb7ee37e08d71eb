"""Django settings: `base` plus one module per plane; `dev` for commands beside the planes, `test` for suites."""

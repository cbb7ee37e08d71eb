"""What control knows: state tables, grammar, roles, decisions, claims. Imports neither Django nor I/O."""

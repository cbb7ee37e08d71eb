"""Generated from `proto/`; never edited. `make proto` writes it."""

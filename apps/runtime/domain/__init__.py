"""What the runtime knows, as pure values and tables. Imports neither Django nor I/O."""

"""What control does: one module per capability, verbs as functions, one transaction each."""

"""The operator's view."""

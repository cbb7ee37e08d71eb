"""Lightning operations."""

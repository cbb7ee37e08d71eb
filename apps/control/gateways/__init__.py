"""The outside world of control behind protocol classes: identity providers."""

"""The outside world of the runtime behind protocol classes: compute providers, reached through a guard."""

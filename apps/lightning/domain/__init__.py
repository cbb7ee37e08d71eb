"""What the plane knows: pure values, state machines as tables, formulas."""

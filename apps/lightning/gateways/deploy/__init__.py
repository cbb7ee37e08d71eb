"""How a compiled configuration reaches a paid gateway: one protocol, five drivers (16.2)."""

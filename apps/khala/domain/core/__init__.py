"""The connection core: inputs in, outputs out. No sockets, no clock, no randomness, no database, no Django.

`connection.Connection.handle(input, now)` returns the outputs; the same inputs give the same outputs, byte for byte.
"""

"""A real PostgreSQL 18 from a wheel, and the six planes on one machine: for development and tests.

Nothing in production imports this room.
"""

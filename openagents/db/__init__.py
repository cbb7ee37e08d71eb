"""Storage that knows no plane: router, roles, the storage seam (Postgres and Redis twins), hints.

It never holds a plane's models or a plane's rules.
"""

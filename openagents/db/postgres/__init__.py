"""Django's PostgreSQL backend, with measures."""

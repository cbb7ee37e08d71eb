"""Cursors for the few statements that every request runs: planned once per connection instead of once per call.

Django writes parameters into the statement's text, so that the server has to parse and plan it anew each time: 50 to
100 microseconds of each of the two processes. Here they travel apart, and psycopg prepares what it sees repeated. The
statement must say the type of a parameter that the server cannot infer (`%s::jsonb`).
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper

ServerBindingCursor: Any = base.ServerBindingCursor  # the stubs know it without its psycopg base


def prepared_cursor() -> CursorWrapper:
    """Like `connection.cursor()`: the same connection, transaction and errors.

    While queries are logged it is that very cursor: the log shows a statement with its values or not at all.
    """
    if connection.queries_logged:
        return connection.cursor()
    connection.validate_thread_sharing()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = ServerBindingCursor(connection.connection)
        return connection.make_cursor(cursor)

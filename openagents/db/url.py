"""From a database URL to Django's connection settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
"""Connection parameters with which a dead network shows within half a minute instead of hours."""


def database_settings(url: str, *, read_only: bool = False, persistent: bool = False) -> dict[str, Any]:
    """Connection settings for `postgresql://user:password@host:port/name?host=/socket/dir`.

    A `host` query parameter names a socket directory and wins over the authority part; `options` are joined with
    ours; every other parameter (`sslmode`, `sslrootcert`, ...) goes to libpq as it is. `read_only` makes every
    transaction of the connection read-only at the server; `persistent` keeps one connection per thread, which
    measured faster than a pool at the thread counts we run. Raises ValueError, whose text quotes nothing of the URL,
    for another scheme, a port that is no number, or no database name.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("a database URL starts with postgresql://")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("the port is not a number; percent-encode the password") from None
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ValueError("a database URL names its database")
    query = parse_qs(parts.query)
    options: dict[str, Any] = {"prepare_threshold": 5, "connect_timeout": 5, "application_name": "openagents"}
    options |= KEEPALIVE
    server_options = list(query.get("options", []))
    if read_only:
        server_options += ["-c default_transaction_read_only=on", "-c statement_timeout=2000"]
    if server_options:
        options["options"] = " ".join(server_options)
    options |= {name: values[-1] for name, values in query.items() if name not in ("host", "port", "options")}
    return {
        "ENGINE": "openagents.db.postgres",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query["host"][-1] if "host" in query else (parts.hostname or ""),
        "PORT": str(port or query.get("port", [""])[-1]),
        "CONN_MAX_AGE": None if persistent else 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": options,
        "TEST": {"MIRROR": None},
    }

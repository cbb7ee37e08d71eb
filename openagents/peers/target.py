"""The request target (raw path plus `?query`) that a signature binds: how a caller spells it, how a server sees it.

A WSGI server may hand over only the decoded path (granian, wsgiref, Django's test client), which loses how the caller
had escaped it. So there is one spelling: callers send it, and such servers restore it from the decoded path. What
cannot be restored, an escaped `/`, does not match and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode

PATH_SAFE = "!$&'()*+,;=:@~"
"""RFC 3986 pchar beside letters, digits and `-._~`: what a path segment carries unescaped."""

Params = Mapping[str, Any] | Sequence[tuple[str, Any]]

_QUERY = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*")


def spell(path: str, params: Params | None = None) -> str:
    """The wire form of `path`, whose segments may be escaped in any way and which may end in a `?query`.

    `params` are appended to the query; None values are left out, lists repeat. A query inside `path` is kept as it
    is. Raises ValueError for a path that is not absolute, has `.` or `..` segments (an id must never climb), or a
    query with characters that no request line can carry.
    """
    plain, _, query = path.partition("?")
    if not plain.startswith("/") or plain.startswith("//") or "#" in path:
        raise ValueError("a path starts with one slash and has no fragment")
    segments = [unquote_to_bytes(segment) for segment in plain.split("/")]
    if b"." in segments or b".." in segments:
        raise ValueError("a path must not have dot segments")
    if not _QUERY.fullmatch(query):
        raise ValueError("a query must be percent-encoded")
    if params:
        pairs = params.items() if isinstance(params, Mapping) else params
        encoded = urlencode([(name, value) for name, value in pairs if value is not None], doseq=True, quote_via=quote)
        query = "&".join(part for part in (query, encoded) if part)
    spelled = "/".join(quote(segment, safe=PATH_SAFE) for segment in segments)
    return f"{spelled}?{query}" if query else spelled


def seen(meta: Mapping[str, Any], scope: Mapping[str, Any] | None = None) -> str:
    """The target of a request being served, from its environ (`request.META`) and, under ASGI, its scope.

    The raw form where the server gives it (gunicorn, uWSGI, uvicorn, daphne), else the one spelling of the decoded
    path; the query is never touched.
    """
    for name in ("RAW_URI", "REQUEST_URI"):
        if raw := meta.get(name):
            return str(raw)
    query = str(meta.get("QUERY_STRING") or "")
    raw_path = scope.get("raw_path") if scope else None
    if raw_path:
        path = bytes(raw_path).decode("latin-1")
    else:
        path = quote(f"{meta.get('SCRIPT_NAME') or ''}{meta.get('PATH_INFO') or '/'}", safe=f"/{PATH_SAFE}")
    return f"{path}?{query}" if query else path

"""Correlation: the ids of the request that is being served, for logs, peer calls and audit."""

from __future__ import annotations

import re
from contextvars import ContextVar

from openagents.receipts.ids import new_uuid7

REQUEST_ID_PATTERN = re.compile(r"[A-Za-z0-9._:-]{8,128}")

request_id: ContextVar[str] = ContextVar("oa_request_id", default="")
traceparent: ContextVar[str] = ContextVar("oa_traceparent", default="")
tracestate: ContextVar[str] = ContextVar("oa_tracestate", default="")


def accept_request_id(offered: str | None) -> str:
    """The caller's id when it has the accepted form, else a new `req_<32 hex>`."""
    if offered and REQUEST_ID_PATTERN.fullmatch(offered):
        return offered
    return f"req_{new_uuid7().hex}"


def outgoing_headers() -> dict[str, str]:
    """Correlation headers to send along on a call to a peer."""
    values = {
        "x-request-id": request_id.get(),
        "traceparent": traceparent.get(),
        "tracestate": tracestate.get(),
    }
    return {name: value for name, value in values.items() if value}

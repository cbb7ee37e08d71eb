"""Error bodies, one function per lane: `(fault, request_id) -> Rendered(status, body, headers)`.

Which lane a route belongs to is decided by whoever serves it (`plane_api(envelope=...)`); where no API is involved
(middleware, unknown routes) the path decides, in `render`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from openagents.wire import faults
from openagents.wire.faults import Fault, Kind


class Rendered(NamedTuple):
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


Envelope = Callable[[Fault, str], Rendered]


def flat(fault: Fault, request_id: str) -> Rendered:
    """The lane of every `/internal/v1/*` and `/v1/*` route. Field errors travel as `details.errors`."""
    body: dict[str, Any] = {"error": fault.code, "message": fault.message}
    if fault.reason_code is not None:
        body["reason_code"] = fault.reason_code
    details = _details(fault)
    if details is not None:
        body["details"] = details
    if fault.retry_after_ms is not None:
        body["retry_after_ms"] = fault.retry_after_ms
    body["request_id"] = request_id
    return Rendered(fault.kind.status, body, _headers(fault))


def flat_retryable(fault: Fault, request_id: str) -> Rendered:
    """The flat lane as Hydra speaks it: with `retryable`."""
    rendered = flat(fault, request_id)
    rendered.body["retryable"] = fault.retryable
    return rendered


def public(fault: Fault, request_id: str) -> Rendered:
    """Control's public lane, and the secrets fetch. Details stay inside; a readable but invalid request is 422."""
    code, status = _PUBLIC.get(fault.kind, (fault.code, fault.kind.status))
    body: dict[str, Any] = {
        "message": fault.message,
        "error": {
            "code": code,
            "message": fault.message,
            "reason": fault.reason_code,
            "retry_after_ms": fault.retry_after_ms,
            "reauth_required": fault.reason_code in REAUTH_REASONS,
        },
    }
    if fault.errors:
        body["errors"] = fault.errors
    body["request_id"] = request_id
    return Rendered(status, body, _headers(fault))


def bare(fault: Fault, request_id: str) -> Rendered:
    """`{"error": {"code", "message"}}`: control's lightning-ops lane and Khala's revocation."""
    return Rendered(fault.kind.status, {"error": {"code": fault.code, "message": fault.message}}, _headers(fault))


def executor(fault: Fault, request_id: str) -> Rendered:
    """The wallet executor's lane. `details` carries the reason code, if there is one, as `reason`."""
    error: dict[str, Any] = {"requestId": request_id, "code": fault.code, "message": fault.message}
    details = _details(fault)
    if fault.reason_code is not None:
        details = {"reason": fault.reason_code, **(details or {})}
    if details is not None:
        error["details"] = details
    return Rendered(fault.kind.status, {"ok": False, "error": error}, _headers(fault))


ENVELOPES: dict[str, Envelope] = {
    "flat": flat,
    "flat_retryable": flat_retryable,
    "public": public,
    "bare": bare,
    "executor": executor,
}

_LANES: tuple[tuple[str, Envelope], ...] = (
    ("/api/internal/lightning-ops/control-plane", bare),
    ("/api", public),
)


def render(path: str, fault: Fault, request_id: str) -> Rendered:
    """The envelope of whatever lane `path` belongs to: control's `/api/*` lanes, else flat."""
    for prefix, envelope in _LANES:
        if path == prefix or path.startswith(prefix + "/"):
            return envelope(fault, request_id)
    return flat(fault, request_id)


REAUTH_REASONS = frozenset({"reauth_required", "session_revoked", "session_expired", "refresh_token_reused"})
"""Reasons after which the user has to sign in again."""

_PUBLIC: dict[Kind, tuple[str, int]] = {
    faults.INVALID_REQUEST: ("invalid_request", 422),
    faults.INVALID_SCOPE: ("invalid_scope", 422),
    faults.FORBIDDEN_TOPIC: ("forbidden", 403),
    faults.FORBIDDEN_ORIGIN: ("forbidden", 403),
    faults.SLOW_CONSUMER_EVICTED: ("conflict", 409),
    faults.SNAPSHOT_NOT_SUPPORTED: ("conflict", 409),
    faults.PAGE_EXPIRED: ("stale_cursor", 410),
    faults.POLICY_DENIED: ("forbidden", 403),
    faults.INTERNAL: ("internal_error", 500),
    faults.BAD_GATEWAY: ("service_unavailable", 503),
    faults.DEPENDENCY_UNAVAILABLE: ("service_unavailable", 503),
    faults.WRITE_PATH_FROZEN: ("service_unavailable", 503),
    faults.DRAINING: ("service_unavailable", 503),
}


def _details(fault: Fault) -> dict[str, Any] | None:
    if not fault.errors:
        return fault.details
    return {**(fault.details or {}), "errors": fault.errors}


def _headers(fault: Fault) -> dict[str, str]:
    headers = dict(fault.headers)
    if fault.retry_after_ms is not None:
        # Delta-seconds are whole (RFC 9110); rounding down would invite the caller back too early.
        headers["Retry-After"] = str(max(1, -(-fault.retry_after_ms // 1000)))
    return headers

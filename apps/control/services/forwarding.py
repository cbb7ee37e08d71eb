"""Passing a request on to the runtime: whose it is, how often it may be tried, what the answer means (3.5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote

import structlog

from apps.control import metrics, peers
from apps.control.services import routing, shadow
from apps.control.services.authentication import Principal
from openagents.peers.calls import PeerAnswer, PeerUnavailable
from openagents.peers.streams import PeerStream
from openagents.receipts.strict_json import MalformedJSON, loads
from openagents.wire import faults
from openagents.wire.faults import Fault, Kind

log = structlog.get_logger("oa.control.forwarding")

PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_.~-]{1,64}", re.ASCII)
WORKER_ID: Final = re.compile(r"[A-Za-z0-9_.~:@-]{1,160}", re.ASCII)
IDEMPOTENCY_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)

_KINDS: Final[dict[int, Kind]] = {
    400: faults.INVALID_REQUEST,
    403: faults.FORBIDDEN,
    404: faults.NOT_FOUND,
    409: faults.CONFLICT,
    410: faults.STALE_CURSOR,
    413: faults.PAYLOAD_TOO_LARGE,
    422: faults.INVALID_REQUEST,
    429: faults.RATE_LIMITED,
}
_OUR_FAULT: Final = frozenset({"issuer_not_allowed"})
"""403s that refuse control, not the user."""


def forward(
    principal: Principal,
    lane: str,
    method: str,
    path: str,
    *,
    params: Mapping[str, Any] | None = None,
    content: bytes | None = None,
    idempotency_key: str | None = None,
    keyed: bool = False,
    accept: str = "application/json",
    subject: str = "",
    contract: str = peers.RUNTIME_CONTRACT,
    timeout: float | None = None,
) -> PeerAnswer:
    """The runtime's 2xx answer to a request made for the caller. `keyed`: the body makes a repeat harmless.

    `subject` is the thread or worker that the call is about, for choosing the deployment. Raises Fault: the runtime's
    refusal in our catalogue, or DEPENDENCY_UNAVAILABLE.
    """
    route = routing.route(principal, lane, subject)
    try:
        answer = peers.call_runtime(
            method,
            path,
            principal.act(),
            base_url=route.base_url,
            params=params,
            content=content,
            idempotency_key=idempotency_key,
            repeatable=True if keyed else None,
            accept=accept,
            contract=contract,
            timeout=timeout,
        )
    except PeerUnavailable as error:
        metrics.FORWARDED.labels(lane, error.reason).inc()
        raise
    if route.mirrored and method == "GET":
        shadow.mirror(lane, path, params, principal.act(), {"accept": accept, "x-oa-contract": contract}, answer)
    return accepted(lane, answer)


@contextmanager
def open_stream(
    principal: Principal,
    lane: str,
    path: str,
    *,
    params: Mapping[str, Any],
    last_event_id: str | None,
    subject: str,
    timeout: float,
) -> Iterator[PeerStream]:
    """The runtime's stream of events for the caller, all within `timeout` seconds. Raises as `forward`."""
    route = routing.route(principal, lane, subject)
    with peers.stream_runtime(
        path,
        principal.act(),
        base_url=route.base_url,
        params=params,
        last_event_id=last_event_id,
        timeout=timeout,
    ) as opened:
        accepted(lane, opened.answer)
        yield opened


def accepted(lane: str, answer: PeerAnswer) -> PeerAnswer:
    """The answer, if it is one; counted either way. Raises Fault: the refusal in our catalogue."""
    if answer.ok:
        metrics.FORWARDED.labels(lane, "ok").inc()
        return answer
    fault = refusal(answer)
    metrics.FORWARDED.labels(lane, fault.code).inc()
    raise fault


def refusal(answer: PeerAnswer) -> Fault:
    """The fault that a runtime refusal becomes on our lane."""
    body = _error_body(answer)
    reason = _text(body.get("reason_code"))
    kind = _KINDS.get(answer.status)
    if kind is None or (answer.status == 403 and reason in _OUR_FAULT):
        if answer.status in (401, 403):
            # The runtime does not accept us; the client can do nothing about it, an operator must.
            log.error("forwarding.refused_by_peer", peer=answer.callee, status=answer.status, reason=reason)
            return Fault(faults.DEPENDENCY_UNAVAILABLE)
        wait = body.get("retry_after_ms")
        return Fault(
            faults.DEPENDENCY_UNAVAILABLE, reason_code=reason, retry_after_ms=wait if _is_count(wait) else None
        )
    details = body.get("details")
    wait = body.get("retry_after_ms")
    return Fault(
        kind,
        _text(body.get("message")),
        reason_code=reason,
        retry_after_ms=wait if _is_count(wait) else None,
        errors=_field_errors(details, _text(body.get("message"))) if kind is faults.INVALID_REQUEST else None,
    )


def plain_id(text: str) -> str:
    """A run or thread id from a path, ready for the internal path. Raises Fault NOT_FOUND: nothing has such a name."""
    name = text.strip()
    if not PLAIN_ID.fullmatch(name) or name in (".", ".."):
        raise Fault(faults.NOT_FOUND)
    return quote(name, safe="")


def worker_id(text: str) -> str:
    """A worker id from a path, trimmed. Raises Fault NOT_FOUND: no worker has such a name."""
    name = text.strip()
    if not is_worker_id(name):
        raise Fault(faults.NOT_FOUND)
    return name


def is_worker_id(name: str) -> bool:
    return WORKER_ID.fullmatch(name) is not None and name not in (".", "..")


def idempotency_key(header: str | None) -> str | None:
    """The header `Idempotency-Key`. Raises Fault INVALID_REQUEST for one that is no printable text up to 200."""
    if header is None or not header.strip():
        return None
    key = header.strip()
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise Fault(faults.INVALID_REQUEST, errors={"idempotency-key": ["must be 1 to 200 printable characters"]})
    return key


def _error_body(answer: PeerAnswer) -> dict[str, Any]:
    try:
        body = loads(answer.content)
    except MalformedJSON:
        return {}
    return body if isinstance(body, dict) else {}


def _field_errors(details: Any, message: str | None) -> dict[str, list[str]] | None:
    if not isinstance(details, dict):
        return None
    errors = details.get("errors")
    if isinstance(errors, dict):
        return {str(name): _complaints(found) for name, found in errors.items()}
    field = _text(details.get("field"))
    return {field: [message or "is not valid"]} if field else None


def _complaints(found: Any) -> list[str]:
    return [str(complaint) for complaint in found] if isinstance(found, list) else [str(found)]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0

"""The life of a control request on the sender's side: queued, running, success or error (surfaces 6.2). Pure.

A request is stored before it is sent and keeps one id for life, so a crash or a lost answer makes it late, never twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from openagents.sdk.errors import ErrorKind, SdkError

RECEIPT_MS = 30_000
TIMEOUT = "timeout"


class RequestState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """`body` is the request as it goes on the wire; times are Unix ms, 0 when it has not happened."""

    worker_id: str
    request_id: str
    body: Mapping[str, Any]
    state: RequestState = RequestState.QUEUED
    error_code: str = ""
    retryable: bool = False
    created_at: int = 0
    sent_at: int = 0
    receipt_at: int = 0
    response: Any = field(default=None)

    @property
    def method(self) -> str:
        return str(self.body.get("method", ""))

    @property
    def settled(self) -> bool:
        """A terminal receipt was seen, or the server refused for good; a timeout can still be overtaken by one."""
        return self.state is RequestState.SUCCESS or (self.state is RequestState.ERROR and not self.open_timeout)

    @property
    def open_timeout(self) -> bool:
        return self.state is RequestState.ERROR and self.error_code == TIMEOUT


def enqueued(known: ControlRequest | None, worker_id: str, body: Mapping[str, Any], now_ms: int) -> ControlRequest:
    """The request to hold: the known one where it decides, else a queued one with its first body.

    Raises `conflict` (`request_id_conflict`) when the id is known with another content.
    """
    request_id = str(body["request_id"])
    if known is None:
        return ControlRequest(worker_id, request_id, dict(body), created_at=now_ms)
    if _content(known.body) != _content(body):
        message = f"request {request_id} is known with another content"
        raise SdkError(ErrorKind.CONFLICT, message, code="request_id_conflict")
    if known.state is RequestState.ERROR and known.retryable:
        return replace(known, state=RequestState.QUEUED, error_code="", retryable=False)
    return known


def dispatched(request: ControlRequest, now_ms: int) -> ControlRequest:
    """It was sent; the first time counts."""
    if request.settled:
        return request
    return replace(request, state=RequestState.RUNNING, sent_at=request.sent_at or now_ms)


def refused(request: ControlRequest, code: str, *, retryable: bool) -> ControlRequest:
    """The server did not take it: back to the queue when trying again may help, an error otherwise."""
    if request.settled:
        return request
    if retryable:
        return replace(request, state=RequestState.QUEUED)
    return replace(request, state=RequestState.ERROR, error_code=code, retryable=False)


def expired(request: ControlRequest, now_ms: int) -> ControlRequest:
    """Without a receipt for 30 s a running request is an error, until the receipt says otherwise."""
    if request.state is not RequestState.RUNNING or now_ms - request.sent_at < RECEIPT_MS:
        return request
    return replace(request, state=RequestState.ERROR, error_code=TIMEOUT, retryable=False)


def received(
    request: ControlRequest, *, ok: bool, now_ms: int, response: Any = None, code: str = "", retryable: bool = False
) -> ControlRequest:
    """Its terminal receipt came. Late truth wins over a timeout; a second receipt changes nothing."""
    if request.settled:
        return request
    state = RequestState.SUCCESS if ok else RequestState.ERROR
    outcome = "" if ok else code or "internal_error"
    return replace(
        request, state=state, error_code=outcome, retryable=retryable and not ok, receipt_at=now_ms, response=response
    )


def restarted(request: ControlRequest) -> ControlRequest:
    """After a restart nobody waits for a running request any more: it is asked again under its id."""
    return replace(request, state=RequestState.QUEUED) if request.state is RequestState.RUNNING else request


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in {"sent_at", "source"}}

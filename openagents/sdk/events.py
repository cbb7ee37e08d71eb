"""Typed events of runs and workers: what a row of a live topic or of a log means, as a value to match on.

`of_update` reads a live update, `of_row` a row of an event log. A type nobody has heard of, and a known type whose
payload is not of its shape, is an `OtherEvent`: new servers and odd writers must not break a reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openagents.sdk.updates import Update


@dataclass(frozen=True, slots=True)
class Event:
    """`subject` is the run or worker id, `payload` the whole payload as it is in the log."""

    subject: str
    seq: int
    event_type: str
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OtherEvent(Event):
    """An event without a type of its own here."""


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    actor: str = ""


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    """`status`: succeeded, failed or canceled."""

    status: str = ""
    reason_class: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunCancelRequested(Event):
    reason: str = ""
    requested_by: str = ""


@dataclass(frozen=True, slots=True)
class RunExecutorLost(Event):
    lease_owner: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta(Event):
    """Text to be appended exactly; rows come once and in order, so nothing has to be merged."""

    delta: str = ""
    frame_id: str = ""


@dataclass(frozen=True, slots=True)
class ToolCalled(Event):
    tool_call_id: str = ""
    tool_name: str = ""
    input: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolAnswered(Event):
    tool_call_id: str = ""
    tool_name: str = ""
    state: str = ""
    output: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolRecorded(Event):
    """A finished tool call as evidence: hashes of what went in and came out."""

    tool: str = ""
    params_hash: str = ""
    output_hash: str = ""
    latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Verified(Event):
    command: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptNoted(Event):
    receipt_type: str = ""


@dataclass(frozen=True, slots=True)
class WorkerAsked(Event):
    """A control request that a worker is to execute (`worker.request`)."""

    request_id: str = ""
    method: str = ""
    thread_id: str = ""


@dataclass(frozen=True, slots=True)
class WorkerAnswered(Event):
    """The one terminal receipt of a control request; `ok` False comes with `code` and `message`."""

    request_id: str = ""
    method: str = ""
    ok: bool = False
    code: str = ""
    message: str = ""
    retryable: bool = False
    response: Any = None


_TYPES: dict[str, type[Event]] = {
    "run.started": RunStarted,
    "run.finished": RunFinished,
    "run.cancel_requested": RunCancelRequested,
    "run.executor_lost": RunExecutorLost,
    "text.delta": TextDelta,
    "tool.call": ToolCalled,
    "tool.result": ToolAnswered,
    "tool": ToolRecorded,
    "verification": Verified,
    "receipt": ReceiptNoted,
}
_PLAIN = {"str": str, "int": int, "bool": bool, "Mapping[str, Any]": Mapping}
_OWN = frozenset(Event.__dataclass_fields__)


def of_update(update: Update) -> Event:
    """The event of an update on a `run:…:events`, `worker:…:events` or `org:…:worker_events` topic."""
    subject = update.topic.split(":", 1)[-1].rsplit(":", 1)[0]
    kind, payload = update.kind, update.payload
    if update.topic.endswith(":worker_events") and isinstance(payload, Mapping) and "worker_id" in payload:
        # The organisation's topic wraps each event, because it carries those of many workers.
        return of_row(str(payload["worker_id"]), payload)
    return _event(subject, update.seq, kind, payload)


def of_row(subject: str, row: Mapping[str, Any]) -> Event:
    """The event of a row `{seq, event_type, payload}` of a log."""
    seq = row.get("seq")
    return _event(
        subject, int(seq) if isinstance(seq, int | str) else 0, str(row.get("event_type")), row.get("payload")
    )


def _event(subject: str, seq: int, event_type: str, payload: object) -> Event:
    body: Mapping[str, Any] = payload if isinstance(payload, Mapping) else {}
    if event_type in {"worker.response", "worker.error"}:
        return _answer(subject, seq, event_type, body)
    if event_type == "worker.request":
        return _asked(subject, seq, event_type, body)
    kind = _TYPES.get(event_type)
    if kind is None:
        return OtherEvent(subject, seq, event_type, body)
    values: dict[str, Any] = {}
    for name, declared in kind.__dataclass_fields__.items():
        if name in _OWN or body.get(name) is None:
            continue
        wanted, value = _PLAIN[str(declared.type)], body[name]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            return OtherEvent(subject, seq, event_type, body)
        values[name] = value
    return kind(subject, seq, event_type, body, **values)


def _asked(subject: str, seq: int, event_type: str, body: Mapping[str, Any]) -> Event:
    inner = body.get("request")
    request: Mapping[str, Any] = inner if isinstance(inner, Mapping) else body
    return WorkerAsked(
        subject,
        seq,
        event_type,
        body,
        request_id=_text(request, "request_id", "requestId"),
        method=_text(request, "method"),
        thread_id=_text(request, "thread_id", "threadId"),
    )


def _answer(subject: str, seq: int, event_type: str, body: Mapping[str, Any]) -> Event:
    request_id = _text(body, "request_id", "requestId")
    if not request_id:
        return OtherEvent(subject, seq, event_type, body)
    return WorkerAnswered(
        subject,
        seq,
        event_type,
        body,
        request_id=request_id,
        method=_text(body, "method"),
        ok=event_type == "worker.response",
        code=_text(body, "code"),
        message=_text(body, "message"),
        retryable=body.get("retryable") is True,
        response=body.get("response"),
    )


def _text(body: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := body.get(name), str) and value), "")

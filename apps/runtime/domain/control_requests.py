"""Control requests: which methods exist, what each needs, what can become of one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from apps.runtime.domain.threads import TEXT_CHARS_MAX
from apps.runtime.domain.worker_metadata import text_of
from openagents.receipts.canonical import canonical_bytes, sha256_hex

REQUEST_ID_CHARS_MAX = 160
METHOD_CHARS_MAX = 160
VERSION_DEFAULT = "v1"


class RequestState(StrEnum):
    """OPEN: a remote worker is at it. The other two are final, with one receipt."""

    OPEN = "open"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REQUEST_TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    RequestState.OPEN: frozenset({RequestState.SUCCEEDED, RequestState.FAILED}),
    RequestState.SUCCEEDED: frozenset(),
    RequestState.FAILED: frozenset(),
}

RESPONSE = "worker.response"
ERROR = "worker.error"
RECEIVED = "worker.request.received"
REMOTE = "worker.request"
TERMINAL_TYPES: dict[str, RequestState] = {RESPONSE: RequestState.SUCCEEDED, ERROR: RequestState.FAILED}


class Code(StrEnum):
    """Why a request failed, as `worker.error` says it."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    INVALID_REQUEST = "invalid_request"
    UNSUPPORTED_METHOD = "unsupported_method"
    CONFLICT = "conflict"
    WORKER_UNAVAILABLE = "worker_unavailable"
    TIMEOUT = "timeout"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a method cannot do without."""

    thread: bool = False
    text: bool = False
    remote: bool = False
    """Executed by the worker itself where the worker is remote."""


METHODS: dict[str, Needs] = {
    "thread/start": Needs(),
    "thread/resume": Needs(thread=True),
    "thread/list": Needs(),
    "thread/read": Needs(thread=True),
    "turn/start": Needs(thread=True, text=True, remote=True),
    "turn/interrupt": Needs(thread=True, remote=True),
}
"""The allowlist."""


class CallRefused(Exception):
    """The request ends in a `worker.error`. `status` is the HTTP status of the answer, `where` the field to blame."""

    def __init__(self, code: Code, message: str, status: int, where: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.where = where


@dataclass(frozen=True, slots=True)
class Call:
    """A control request as sent, trimmed. `sent` is the whole object, for the worker that executes it."""

    request_id: str
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    request_version: str = VERSION_DEFAULT
    source: str | None = None
    session_id: str | None = None
    thread_id: str | None = None
    version_given: bool = False
    sent: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what makes two requests the same."""
        return sha256_hex(
            canonical_bytes(
                {
                    "method": self.method,
                    "params": dict(self.params),
                    "session_id": self.session_id,
                    "thread_id": self.thread_id,
                }
            )
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """A request that may be executed: its method's needs are met."""

    method: str
    thread_id: str | None
    text: str | None


def plan(call: Call, metadata: Mapping[str, Any]) -> Plan:
    """What the request asks for. Raises CallRefused for an unknown method or missing parameters."""
    needs = METHODS.get(call.method)
    if needs is None:
        raise CallRefused(Code.UNSUPPORTED_METHOD, "the method is not supported", 400, "request.method")
    thread_id = (
        call.thread_id
        or text_of(call.params, "thread_id")
        or text_of(call.params, "threadId")
        or (text_of(metadata, "thread_id") if needs.thread else None)
    )
    if needs.thread and thread_id is None:
        raise CallRefused(Code.INVALID_REQUEST, "thread_id is required", 400, "request.thread_id")
    text = _text(call.params)
    if needs.text and text is None:
        raise CallRefused(Code.INVALID_REQUEST, "text is required", 400, "request.params.text")
    if text is not None and len(text) > TEXT_CHARS_MAX:
        raise CallRefused(
            Code.INVALID_REQUEST, f"text has at most {TEXT_CHARS_MAX} characters", 400, "request.params.text"
        )
    return Plan(call.method, thread_id, text)


def _text(params: Mapping[str, Any]) -> str | None:
    """The text of a turn: `text`, `message`, `prompt`, else the first text part of `input[]`."""
    for name in ("text", "message", "prompt"):
        if (found := text_of(params, name)) is not None:
            return found
    parts = params.get("input")
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Mapping) and part.get("type") == "text":
            return text_of(part, "text")
    return None


def target_session(call: Call, worker_id: str, metadata: Mapping[str, Any]) -> str:
    """The session a remote worker executes in: the one asked for, the worker's own, or the only one of a shared worker.

    Raises CallRefused `worker_unavailable` when there is none, `conflict` when there are several.
    """
    named = call.session_id or text_of(metadata, "session_id")
    if named is not None:
        return named
    active = _active_sessions(metadata) if worker_id.endswith(":shared") else []
    if not active:
        raise CallRefused(Code.WORKER_UNAVAILABLE, "the worker has no active session", 409)
    if len(active) > 1:
        raise CallRefused(Code.CONFLICT, "several sessions are active; name one", 409, "request.session_id")
    return active[0]


def _active_sessions(metadata: Mapping[str, Any]) -> list[str]:
    """Sessions a shared worker lists: ids, or objects with `session_id` that are not marked inactive."""
    listed = metadata.get("sessions")
    found: list[str] = []
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, str) and entry.strip():
            found.append(entry.strip())
        elif isinstance(entry, Mapping) and entry.get("active", True) is True:
            session = text_of(entry, "session_id")
            found += [session] if session else []
    return list(dict.fromkeys(found))

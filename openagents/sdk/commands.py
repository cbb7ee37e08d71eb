"""The intents a client can dispatch and how each maps to HTTP (surfaces 3.2, control 3.2, 3.4, 3.5.6). Pure.

`INTENTS` is the whole mapping; the functions below only fill it in. Every mutation carries one idempotency key for all
its attempts, made here once: the caller's, or a fresh one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode

from openagents.receipts.ids import new_id
from openagents.sdk.credentials import normalised_code, normalised_email
from openagents.sdk.errors import ErrorKind, SdkError

BATCH_EVENTS_MAX = 100
SYNC_TTL_SECONDS = (60, 900)


class Auth(Enum):
    NONE = "none"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Intent:
    """One row of the mapping. `body_key`: the body field that repeats the idempotency key, blank when there is none.

    `retry` is False where the server gives no idempotent answer, so a second send could act twice.
    `raw`: the answer's bytes are the result (hash-covered documents must not be re-encoded).
    """

    method: str
    path: str
    auth: Auth = Auth.ACCESS
    body_key: str = ""
    retry: bool = True
    raw: bool = False

    @property
    def mutating(self) -> bool:
        return self.method != "GET"


INTENTS: dict[str, Intent] = {
    "start_auth_challenge": Intent("POST", "/api/auth/email", Auth.NONE, retry=False),
    "verify_auth_code": Intent("POST", "/api/auth/verify", Auth.NONE, retry=False),
    "refresh_session": Intent("POST", "/api/auth/refresh", Auth.NONE, retry=False),
    "restore_session": Intent("GET", "/api/auth/session"),
    "logout_session": Intent("POST", "/api/auth/logout", retry=False),
    "list_sessions": Intent("GET", "/api/auth/sessions"),
    "revoke_sessions": Intent("POST", "/api/auth/sessions/revoke"),
    "me": Intent("GET", "/api/me"),
    "request_sync_token": Intent("POST", "/api/sync/token"),
    "list_runs": Intent("GET", "/api/runtime/runs"),
    "start_run": Intent("POST", "/api/runtime/runs", body_key="idempotency_key"),
    "get_run": Intent("GET", "/api/runtime/runs/{run_id}"),
    "list_run_events": Intent("GET", "/api/runtime/runs/{run_id}/events"),
    "append_run_event": Intent("POST", "/api/runtime/runs/{run_id}/events", body_key="idempotency_key"),
    "append_run_events": Intent("POST", "/api/runtime/runs/{run_id}/events/batch"),
    "cancel_run": Intent("POST", "/api/runtime/runs/{run_id}/cancel"),
    "get_run_receipt": Intent("GET", "/api/runtime/runs/{run_id}/receipt", raw=True),
    "get_run_replay": Intent("GET", "/api/runtime/runs/{run_id}/replay", raw=True),
    "get_run_replay_artifact": Intent("GET", "/api/runtime/runs/{run_id}/replay/artifact", raw=True),
    "get_run_bundle": Intent("GET", "/api/runtime/runs/{run_id}/bundle", raw=True),
}


@dataclass(frozen=True, slots=True)
class Command:
    """One call, ready to send any number of times: the same key, the same bytes."""

    intent: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    idempotency_key: str = ""

    @property
    def mapping(self) -> Intent:
        """Raises SdkError (unsupported) for an intent without HTTP mapping."""
        try:
            return INTENTS[self.intent]
        except KeyError:
            message = f"no HTTP mapping for intent {self.intent!r}"
            raise SdkError(ErrorKind.UNSUPPORTED, message, code="unsupported") from None

    @property
    def target(self) -> str:
        """Path and query as they go on the wire: ids percent-encoded, `:` included."""
        path = self.mapping.path.format_map({name: quote(value, safe="") for name, value in self.params.items()})
        return f"{path}?{urlencode(self.query)}" if self.query else path

    def preview(self) -> dict[str, Any]:
        """What `--dry-run` shows: the request without credentials."""
        preview: dict[str, Any] = {"dry_run": True, "intent": self.intent}
        preview |= {"method": self.mapping.method, "path": self.target, "body": self.body}
        if self.idempotency_key:
            preview["idempotency_key"] = self.idempotency_key
        return preview


def start_auth_challenge(email: str) -> Command:
    return _mutation("start_auth_challenge", {"email": normalised_email(email)})


def verify_auth_code(code: str, *, challenge_id: str, device_id: str) -> Command:
    body = {"code": normalised_code(code), "challenge_id": challenge_id, "device_id": device_id}
    return _mutation("verify_auth_code", body)


def refresh_session(refresh_token: str, *, device_id: str, client_nonce: str) -> Command:
    body = {
        "refresh_token": refresh_token,
        "rotate_refresh_token": True,
        "device_id": device_id,
        "client_nonce": client_nonce,
    }
    return _mutation("refresh_session", body)


def logout_session() -> Command:
    return _mutation("logout_session", {})


def restore_session() -> Command:
    return Command("restore_session")


def list_sessions(device_id: str | None = None) -> Command:
    return Command("list_sessions", query=_present(device_id=device_id))


def revoke_sessions(
    *,
    session_id: str | None = None,
    device_id: str | None = None,
    revoke_all: bool = False,
    include_current: bool = False,
    reason: str = "user_requested",
) -> Command:
    """Exactly one target must be named; else `validation`."""
    targets: dict[str, Any] = _present(session_id=session_id, device_id=device_id)
    if revoke_all:
        targets["revoke_all_sessions"] = True
    if len(targets) != 1:
        raise SdkError(ErrorKind.VALIDATION, "name exactly one of session, device, all", errors={"target": ["one"]})
    return _mutation("revoke_sessions", {**targets, "include_current": include_current, "reason": reason})


def me() -> Command:
    return Command("me")


def request_sync_token(
    *, scopes: Sequence[str], topics: Sequence[str] = (), device_id: str, ttl_seconds: int | None = None
) -> Command:
    """A short-lived Khala token. Naming `topics` makes them the ceiling of what the token may subscribe to."""
    low, high = SYNC_TTL_SECONDS
    if ttl_seconds is not None and not low <= ttl_seconds <= high:
        raise SdkError(ErrorKind.VALIDATION, f"ttl_seconds must be {low}..{high}", errors={"ttl_seconds": ["range"]})
    body: dict[str, Any] = {"scopes": list(scopes), "topics": list(topics), "device_id": device_id}
    if ttl_seconds is not None:
        body["ttl_seconds"] = ttl_seconds
    return _mutation("request_sync_token", body)


def list_runs(
    *,
    status: str | None = None,
    thread_id: str | None = None,
    worker_id: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Command:
    query = _present(status=status, thread_id=thread_id, worker_id=worker_id, limit=limit, cursor=cursor)
    return Command("list_runs", query=query)


def start_run(
    *,
    worker_id: str | None = None,
    thread_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    idempotency_key: str | None = None,
) -> Command:
    body: dict[str, Any] = _present(worker_id=worker_id, thread_id=thread_id, run_id=run_id)
    if metadata is not None:
        body["metadata"] = dict(metadata)
    return _mutation("start_run", body, key=idempotency_key)


def get_run(run_id: str, *, events: str = "all") -> Command:
    if events not in {"all", "none"}:
        raise SdkError(ErrorKind.VALIDATION, "events must be all or none", errors={"events": ["choice"]})
    return Command("get_run", {"run_id": _named(run_id, "run_id")}, {"events": events})


def list_run_events(run_id: str, *, after_seq: int = 0, limit: int = 200) -> Command:
    query = {"after_seq": str(after_seq), "limit": str(limit)}
    return Command("list_run_events", {"run_id": _named(run_id, "run_id")}, query)


def append_run_event(
    run_id: str,
    event_type: str,
    payload: Mapping[str, Any] | None = None,
    *,
    idempotency_key: str | None = None,
    expected_previous_seq: int | None = None,
) -> Command:
    body: dict[str, Any] = {"event_type": _named(event_type, "event_type"), "payload": dict(payload or {})}
    if expected_previous_seq is not None:
        body["expected_previous_seq"] = expected_previous_seq
    return _mutation("append_run_event", body, {"run_id": _named(run_id, "run_id")}, key=idempotency_key)


def append_run_events(
    run_id: str, events: Sequence[Mapping[str, Any]], *, expected_previous_seq: int | None = None
) -> Command:
    """1..100 events at once, all or nothing. Events without an `idempotency_key` get one, so a repeat is a replay."""
    if not 1 <= len(events) <= BATCH_EVENTS_MAX:
        message = f"a batch holds 1..{BATCH_EVENTS_MAX} events, not {len(events)}"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"events": ["count"]})
    keyed = [{**event, "idempotency_key": event.get("idempotency_key") or new_id("evt")} for event in events]
    body: dict[str, Any] = {"events": keyed}
    if expected_previous_seq is not None:
        body["expected_previous_seq"] = expected_previous_seq
    return _mutation("append_run_events", body, {"run_id": _named(run_id, "run_id")})


def cancel_run(run_id: str, *, thread_id: str | None = None, reason: str | None = None) -> Command:
    return _mutation("cancel_run", _present(thread_id=thread_id, reason=reason), {"run_id": _named(run_id, "run_id")})


def get_run_receipt(run_id: str) -> Command:
    return Command("get_run_receipt", {"run_id": _named(run_id, "run_id")})


def get_run_replay(run_id: str, *, redacted: bool = False) -> Command:
    query = {"redaction": "published"} if redacted else {}
    return Command("get_run_replay", {"run_id": _named(run_id, "run_id")}, query)


def get_run_replay_artifact(run_id: str) -> Command:
    return Command("get_run_replay_artifact", {"run_id": _named(run_id, "run_id")})


def get_run_bundle(run_id: str) -> Command:
    return Command("get_run_bundle", {"run_id": _named(run_id, "run_id")})


def _mutation(
    intent: str, body: dict[str, Any], params: Mapping[str, str] | None = None, *, key: str | None = None
) -> Command:
    idempotency_key = key or new_id("idem")
    body_key = INTENTS[intent].body_key
    if body_key:
        body = {**body, body_key: idempotency_key}
    return Command(intent, params or {}, body=body, idempotency_key=idempotency_key)


def _named(value: str, name: str) -> str:
    trimmed = value.strip()
    if not trimmed or trimmed in {".", ".."}:
        raise SdkError(ErrorKind.VALIDATION, f"{name} is needed", errors={name: ["blank"]})
    return trimmed


def _present(**values: Any) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value is not None}

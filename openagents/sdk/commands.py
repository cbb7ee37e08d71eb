"""Commands of sign-in, sync tokens and runs; those of the other lanes stand beside their lane (`lanes`). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openagents.receipts.ids import new_id
from openagents.sdk.credentials import normalised_code, normalised_email
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import INTENTS, Auth, Command, Intent, mutation, named, present

__all__ = ["INTENTS", "Auth", "Command", "Intent"]

BATCH_EVENTS_MAX = 100
SYNC_TTL_SECONDS = (60, 900)


def start_auth_challenge(email: str) -> Command:
    return mutation("start_auth_challenge", {"email": normalised_email(email)})


def verify_auth_code(code: str, *, challenge_id: str, device_id: str) -> Command:
    body = {"code": normalised_code(code), "challenge_id": challenge_id, "device_id": device_id}
    return mutation("verify_auth_code", body)


def refresh_session(refresh_token: str, *, device_id: str, client_nonce: str) -> Command:
    body = {
        "refresh_token": refresh_token,
        "rotate_refresh_token": True,
        "device_id": device_id,
        "client_nonce": client_nonce,
    }
    return mutation("refresh_session", body)


def logout_session() -> Command:
    return mutation("logout_session", {})


def restore_session() -> Command:
    return Command("restore_session")


def list_sessions(device_id: str | None = None) -> Command:
    return Command("list_sessions", query=present(device_id=device_id))


def revoke_sessions(
    *,
    session_id: str | None = None,
    device_id: str | None = None,
    revoke_all: bool = False,
    include_current: bool = False,
    reason: str = "user_requested",
) -> Command:
    """Exactly one target must be named; else `validation`."""
    targets: dict[str, Any] = present(session_id=session_id, device_id=device_id)
    if revoke_all:
        targets["revoke_all_sessions"] = True
    if len(targets) != 1:
        raise SdkError(ErrorKind.VALIDATION, "name exactly one of session, device, all", errors={"target": ["one"]})
    return mutation("revoke_sessions", {**targets, "include_current": include_current, "reason": reason})


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
    return mutation("request_sync_token", body)


def list_runs(
    *,
    status: str | None = None,
    thread_id: str | None = None,
    worker_id: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Command:
    query = present(status=status, thread_id=thread_id, worker_id=worker_id, limit=limit, cursor=cursor)
    return Command("list_runs", query=query)


def start_run(
    *,
    worker_id: str | None = None,
    thread_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    idempotency_key: str | None = None,
) -> Command:
    body: dict[str, Any] = present(worker_id=worker_id, thread_id=thread_id, run_id=run_id)
    if metadata is not None:
        body["metadata"] = dict(metadata)
    return mutation("start_run", body, key=idempotency_key)


def get_run(run_id: str, *, events: str = "all") -> Command:
    if events not in {"all", "none"}:
        raise SdkError(ErrorKind.VALIDATION, "events must be all or none", errors={"events": ["choice"]})
    return Command("get_run", {"run_id": named(run_id, "run_id")}, {"events": events})


def list_run_events(run_id: str, *, after_seq: int = 0, limit: int = 200) -> Command:
    query = {"after_seq": str(after_seq), "limit": str(limit)}
    return Command("list_run_events", {"run_id": named(run_id, "run_id")}, query)


def list_run_frames(run_id: str, *, after_seq: int = 0, limit: int = 20, pending: bool = False) -> Command:
    query = {"after_seq": str(after_seq), "limit": str(limit), **({"state": "pending"} if pending else {})}
    return Command("list_run_frames", {"run_id": named(run_id, "run_id")}, query)


def append_run_event(
    run_id: str,
    event_type: str,
    payload: Mapping[str, Any] | None = None,
    *,
    idempotency_key: str | None = None,
    expected_previous_seq: int | None = None,
) -> Command:
    body: dict[str, Any] = {"event_type": named(event_type, "event_type"), "payload": dict(payload or {})}
    if expected_previous_seq is not None:
        body["expected_previous_seq"] = expected_previous_seq
    return mutation("append_run_event", body, {"run_id": named(run_id, "run_id")}, key=idempotency_key)


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
    return mutation("append_run_events", body, {"run_id": named(run_id, "run_id")})


def cancel_run(run_id: str, *, thread_id: str | None = None, reason: str | None = None) -> Command:
    return mutation("cancel_run", present(thread_id=thread_id, reason=reason), {"run_id": named(run_id, "run_id")})


def get_run_receipt(run_id: str) -> Command:
    return Command("get_run_receipt", {"run_id": named(run_id, "run_id")})


def get_run_replay(run_id: str, *, redacted: bool = False) -> Command:
    query = {"redaction": "published"} if redacted else {}
    return Command("get_run_replay", {"run_id": named(run_id, "run_id")}, query)


def get_run_replay_artifact(run_id: str) -> Command:
    return Command("get_run_replay_artifact", {"run_id": named(run_id, "run_id")})


def get_run_bundle(run_id: str) -> Command:
    return Command("get_run_bundle", {"run_id": named(run_id, "run_id")})

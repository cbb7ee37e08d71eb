"""How each intent a client can dispatch maps to HTTP (surfaces 3.2, control 3.2-3.5, 3.9, 3.10). Pure.

`INTENTS` is the whole mapping; `commands` and the `*_commands` modules fill it in. Every mutation carries one
idempotency key for all its attempts, made once: the caller's, or a fresh one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode

from openagents.receipts.ids import new_id
from openagents.sdk.errors import ErrorKind, SdkError


class Auth(Enum):
    NONE = "none"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Intent:
    """One row of the mapping. `body_key`: the body field that repeats the idempotency key, blank when there is none.

    `retry` is False where the server gives no idempotent answer, so a second send could act twice.
    `raw`: the answer's bytes are the result (hash-covered documents must not be re-encoded).
    `seconds`: how long the answer may take, 0 = as any other call; such a call is not repeated, its outcome is read.
    """

    method: str
    path: str
    auth: Auth = Auth.ACCESS
    body_key: str = ""
    retry: bool = True
    raw: bool = False
    seconds: float = 0
    accept: str = "application/json"

    @property
    def mutating(self) -> bool:
        return self.method != "GET"


_CODEX = "/api/runtime/codex/workers"
_FLEET = "/api/runtime/workers"
_TREASURY = "/api/runtime/treasury"
_MARKET = "/api/runtime/marketplace"

INTENTS: dict[str, Intent] = {
    "start_auth_challenge": Intent("POST", "/api/auth/email", Auth.NONE, retry=False),
    "verify_auth_code": Intent("POST", "/api/auth/verify", Auth.NONE, retry=False),
    "refresh_session": Intent("POST", "/api/auth/refresh", Auth.NONE, retry=False),
    "restore_session": Intent("GET", "/api/auth/session"),
    "logout_session": Intent("POST", "/api/auth/logout", retry=False),
    "list_sessions": Intent("GET", "/api/auth/sessions"),
    "revoke_sessions": Intent("POST", "/api/auth/sessions/revoke"),
    "list_devices": Intent("GET", "/api/auth/devices"),
    "revoke_device": Intent("POST", "/api/auth/devices/revoke"),
    "unblock_device": Intent("POST", "/api/auth/devices/unblock"),
    "me": Intent("GET", "/api/me"),
    "list_memberships": Intent("GET", "/api/orgs/memberships"),
    "set_active_org": Intent("POST", "/api/orgs/active"),
    "create_org": Intent("POST", "/api/orgs", retry=False),
    "list_members": Intent("GET", "/api/orgs/{org_id}/members"),
    "add_member": Intent("POST", "/api/orgs/{org_id}/members", retry=False),
    "change_member": Intent("PATCH", "/api/orgs/{org_id}/members/{user_id}"),
    "remove_member": Intent("DELETE", "/api/orgs/{org_id}/members/{user_id}", retry=False),
    "authorize": Intent("POST", "/api/policy/authorize"),
    "list_tokens": Intent("GET", "/api/tokens"),
    "create_token": Intent("POST", "/api/tokens", retry=False),
    "delete_token": Intent("DELETE", "/api/tokens/{token_id}", retry=False),
    "request_sync_token": Intent("POST", "/api/sync/token"),
    "list_runs": Intent("GET", "/api/runtime/runs"),
    "start_run": Intent("POST", "/api/runtime/runs", body_key="idempotency_key"),
    "get_run": Intent("GET", "/api/runtime/runs/{run_id}"),
    "list_run_events": Intent("GET", "/api/runtime/runs/{run_id}/events"),
    "list_run_frames": Intent("GET", "/api/runtime/runs/{run_id}/frames"),
    "append_run_event": Intent("POST", "/api/runtime/runs/{run_id}/events", body_key="idempotency_key"),
    "append_run_events": Intent("POST", "/api/runtime/runs/{run_id}/events/batch"),
    "cancel_run": Intent("POST", "/api/runtime/runs/{run_id}/cancel"),
    "get_run_receipt": Intent("GET", "/api/runtime/runs/{run_id}/receipt", raw=True, accept="*/*"),
    "get_run_replay": Intent("GET", "/api/runtime/runs/{run_id}/replay", raw=True, accept="*/*"),
    "get_run_replay_artifact": Intent("GET", "/api/runtime/runs/{run_id}/replay/artifact", raw=True, accept="*/*"),
    "get_run_bundle": Intent("GET", "/api/runtime/runs/{run_id}/bundle", raw=True, accept="*/*"),
    "list_workers": Intent("GET", _CODEX),
    "create_worker": Intent("POST", _CODEX),
    "get_worker": Intent("GET", f"{_CODEX}/{{worker_id}}"),
    "list_worker_events": Intent("GET", f"{_CODEX}/{{worker_id}}/stream"),
    "read_worker_sse": Intent(
        "GET", f"{_CODEX}/{{worker_id}}/stream", raw=True, seconds=130, accept="text/event-stream", retry=False
    ),
    "append_worker_event": Intent("POST", f"{_CODEX}/{{worker_id}}/events"),
    "send_control_request": Intent("POST", f"{_CODEX}/{{worker_id}}/requests"),
    "stop_worker": Intent("POST", f"{_CODEX}/{{worker_id}}/stop"),
    "list_fleet": Intent("GET", _FLEET),
    "register_fleet_worker": Intent("POST", _FLEET),
    "get_fleet_worker": Intent("GET", f"{_FLEET}/{{worker_id}}"),
    "heartbeat": Intent("POST", f"{_FLEET}/{{worker_id}}/heartbeat"),
    "transition": Intent("POST", f"{_FLEET}/{{worker_id}}/status"),
    "list_threads": Intent("GET", "/api/runtime/threads"),
    "read_thread": Intent("GET", "/api/runtime/threads/{thread_id}/messages"),
    "post_thread_message": Intent("POST", "/api/runtime/threads/{thread_id}/messages", body_key="client_message_id"),
    "list_intents": Intent("GET", f"{_TREASURY}/intents"),
    "get_intent": Intent("GET", f"{_TREASURY}/intents/{{intent_id}}"),
    "create_intent": Intent("POST", f"{_TREASURY}/intents", body_key="idempotency_key"),
    "verify_intent": Intent(
        "POST", f"{_TREASURY}/intents/{{intent_id}}/verify", body_key="idempotency_key", retry=False, seconds=40
    ),
    "settle_intent": Intent(
        "POST", f"{_TREASURY}/intents/{{intent_id}}/settle", body_key="idempotency_key", retry=False, seconds=40
    ),
    "cancel_intent": Intent("POST", f"{_TREASURY}/intents/{{intent_id}}/cancel", body_key="idempotency_key"),
    "vote_intent": Intent("POST", f"{_TREASURY}/intents/{{intent_id}}/approvals", body_key="idempotency_key"),
    "treasury_accounts": Intent("GET", f"{_TREASURY}/accounts"),
    "get_budget": Intent("GET", f"{_TREASURY}/budgets/{{scope_type}}/{{scope_id}}"),
    "set_budget": Intent("PATCH", f"{_TREASURY}/budgets/{{scope_type}}/{{scope_id}}", retry=False),
    "market_providers": Intent("GET", f"{_MARKET}/catalog/providers"),
    "market_job_types": Intent("GET", f"{_MARKET}/catalog/job-types"),
    "market_quote": Intent("POST", f"{_MARKET}/compute/quote/sandbox-run"),
    "market_select": Intent("POST", f"{_MARKET}/router/compute/select", body_key="idempotency_key"),
    "market_dispatch": Intent(
        "POST", f"{_MARKET}/dispatch/sandbox-run", body_key="idempotency_key", retry=False, seconds=150
    ),
    "get_dispatch": Intent("GET", f"{_MARKET}/dispatch/{{dispatch_id}}"),
    "list_receipts": Intent("GET", "/api/receipts"),
    "get_receipt": Intent("GET", "/api/receipts/{receipt_id}"),
    "wallet_status": Intent("GET", "/api/wallet/status"),
    "stats": Intent("GET", "/stats", Auth.NONE),
    "read_document": Intent("GET", "/api/{path}"),
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
        parts = {name: quote(value, safe="/" if name == "path" else "") for name, value in self.params.items()}
        path = self.mapping.path.format_map(parts)
        return f"{path}?{urlencode(self.query)}" if self.query else path

    def preview(self) -> dict[str, Any]:
        """What `--dry-run` shows: the request without credentials."""
        preview: dict[str, Any] = {"dry_run": True, "intent": self.intent}
        preview |= {"method": self.mapping.method, "path": self.target, "body": self.body}
        if self.idempotency_key:
            preview["idempotency_key"] = self.idempotency_key
        return preview


def mutation(
    intent: str, body: dict[str, Any], params: Mapping[str, str] | None = None, *, key: str | None = None
) -> Command:
    """A mutation under `key`, or under a fresh one."""
    idempotency_key = key or new_id("idem")
    body_key = INTENTS[intent].body_key
    if body_key:
        body = {**body, body_key: idempotency_key}
    return Command(intent, params or {}, body=body, idempotency_key=idempotency_key)


def named(value: str, name: str) -> str:
    """`value` as an id in a path or body, trimmed. Raises `validation` when it names nothing."""
    trimmed = value.strip()
    if not trimmed or trimmed in {".", ".."}:
        raise SdkError(ErrorKind.VALIDATION, f"{name} is needed", errors={name: ["blank"]})
    return trimmed


def present(**values: Any) -> dict[str, str]:
    """The values that were given, as text."""
    return {name: str(value) for name, value in values.items() if value is not None}


def given(**values: Any) -> dict[str, Any]:
    """The values that were given, as they are."""
    return {name: value for name, value in values.items() if value is not None}

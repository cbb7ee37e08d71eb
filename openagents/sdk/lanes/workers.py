"""Codex workers, their events and control requests, and the fleet of both kinds of workers (control 3.5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from openagents.receipts.ids import new_id
from openagents.receipts.times import rfc3339
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command, given, mutation, named, present
from openagents.sdk.lanes.lane import Lane, Rows

METHODS = frozenset({"thread/start", "thread/resume", "thread/list", "thread/read", "turn/start", "turn/interrupt"})
"""What a worker may be asked (surfaces 6.1)."""
NEEDS_THREAD = frozenset({"thread/resume", "thread/read", "turn/start", "turn/interrupt"})
TAIL_MS_MAX = 120_000
STATUSES = ("starting", "running", "stopping", "stopped", "failed")


def list_workers(*, status: str | None = None, workspace_ref: str | None = None, limit: int | None = None) -> Command:
    query = present(status=_status(status), workspace_ref=workspace_ref, limit=limit)
    return Command("list_workers", query=query)


def create_worker(
    *,
    worker_id: str | None = None,
    workspace_ref: str | None = None,
    codex_home_ref: str | None = None,
    adapter: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Command:
    """Create, or reattach one's own. Without an id one is made here, so that a repeat makes no second worker."""
    body = given(
        worker_id=worker_id or new_id("codexw"),
        workspace_ref=workspace_ref,
        codex_home_ref=codex_home_ref,
        adapter=adapter,
        metadata=None if metadata is None else dict(metadata),
    )
    return mutation("create_worker", body)


def get_worker(worker_id: str) -> Command:
    return Command("get_worker", _worker(worker_id))


def list_worker_events(worker_id: str, *, after_seq: int = 0) -> Command:
    """The worker's snapshot and at most 500 events above `after_seq`; answered at once."""
    return Command("list_worker_events", _worker(worker_id), {"cursor": str(after_seq)})


def read_worker_sse(worker_id: str, *, after_seq: int = 0, tail_ms: int = 1_000) -> Command:
    """The bounded SSE form of the log, for diagnosis only; live sync is Khala's."""
    if not 1 <= tail_ms <= TAIL_MS_MAX:
        raise SdkError(ErrorKind.VALIDATION, f"tail_ms must be 1..{TAIL_MS_MAX}", errors={"tail_ms": ["range"]})
    return Command("read_worker_sse", _worker(worker_id), {"cursor": str(after_seq), "tail_ms": str(tail_ms)})


def append_worker_event(
    worker_id: str, event_type: str, payload: Mapping[str, Any] | None = None, *, event_id: str | None = None
) -> Command:
    if not event_type.startswith("worker."):
        message = "an event of a worker is named worker.…"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"event_type": ["prefix"]})
    key = event_id or new_id("evt")
    body = {"event": {"event_type": event_type, "payload": dict(payload or {}), "event_id": key}}
    return mutation("append_worker_event", body, _worker(worker_id), key=key)


def control_request(
    method: str,
    params: Mapping[str, Any] | None = None,
    *,
    thread_id: str | None = None,
    session_id: str | None = None,
    request_id: str | None = None,
    source: str = "cli",
) -> dict[str, Any]:
    """A control request as it goes on the wire (surfaces 6.1). Raises `validation` for what no worker would take."""
    if method not in METHODS:
        allowed = ", ".join(sorted(METHODS))
        message = f"{method!r} is none of {allowed}"
        raise SdkError(ErrorKind.VALIDATION, message, code="unsupported_method", errors={"method": ["choice"]})
    thread = (thread_id or "").strip()
    if method in NEEDS_THREAD and not thread:
        raise SdkError(ErrorKind.VALIDATION, f"{method} needs a thread", errors={"thread_id": ["blank"]})
    return {
        "request_id": request_id or new_id("req"),
        "method": method,
        "params": dict(params or {}),
        "request_version": "v1",
        "source": source,
        "sent_at": rfc3339(datetime.now(UTC)),
        **given(session_id=session_id, thread_id=thread or None),
    }


def send_control_request(worker_id: str, request: Mapping[str, Any]) -> Command:
    """Send a request made by `control_request`; its id is the idempotency key."""
    key = named(str(request.get("request_id", "")), "request_id")
    return mutation("send_control_request", {"request": dict(request)}, _worker(worker_id), key=key)


def stop_worker(worker_id: str, *, reason: str | None = None) -> Command:
    return mutation("stop_worker", given(reason=reason), _worker(worker_id))


def list_fleet() -> Command:
    return Command("list_fleet")


def get_fleet_worker(worker_id: str) -> Command:
    return Command("get_fleet_worker", _worker(worker_id))


def register_fleet_worker(
    *,
    worker_id: str | None = None,
    workspace_ref: str | None = None,
    adapter: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Command:
    body = given(
        workerId=worker_id or new_id("worker"),
        workspaceRef=workspace_ref,
        adapter=adapter,
        metadata=None if metadata is None else dict(metadata),
    )
    return mutation("register_fleet_worker", body)


def heartbeat(
    worker_id: str, *, metadata_patch: Mapping[str, Any] | None = None, lease_epoch: int | None = None
) -> Command:
    patch = None if metadata_patch is None else dict(metadata_patch)
    return mutation("heartbeat", given(metadataPatch=patch, leaseEpoch=lease_epoch), _worker(worker_id))


def transition(worker_id: str, status: str, *, reason: str | None = None) -> Command:
    return mutation("transition", given(status=_status(status), reason=reason), _worker(worker_id))


class Workers(Lane):
    """`client.workers`: workers of interactive sessions and the whole fleet."""

    async def list(self, **filters: Any) -> Rows:
        """Own codex workers, latest change first; filters of `list_workers`."""
        return await self._rows(list_workers(**filters))

    async def create(self, **fields: Any) -> dict[str, Any]:
        """`{workerId, status, latestSeq, idempotentReplay}`; fields of `create_worker`."""
        return await self._object(create_worker(**fields))

    async def get(self, worker_id: str) -> dict[str, Any]:
        return await self._object(get_worker(worker_id))

    async def events(self, worker_id: str, *, after_seq: int = 0) -> dict[str, Any]:
        """`{worker_id, snapshot, events[], …}`, at most 500 events."""
        return await self._object(list_worker_events(worker_id, after_seq=after_seq))

    async def append(
        self, worker_id: str, event_type: str, payload: Mapping[str, Any] | None = None, *, event_id: str | None = None
    ) -> dict[str, Any]:
        """`{worker_id, seq, event_type, payload, occurred_at}`."""
        return await self._object(append_worker_event(worker_id, event_type, payload, event_id=event_id))

    async def ask(self, worker_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The receipt of a control request, or `status: accepted` while a remote worker still executes it."""
        return await self._object(send_control_request(worker_id, request))

    async def stop(self, worker_id: str, *, reason: str | None = None) -> dict[str, Any]:
        return await self._object(stop_worker(worker_id, reason=reason))

    async def fleet(self) -> Rows:
        """`{worker, liveness}` of own workers of both lanes."""
        return await self._rows(list_fleet())

    async def fleet_get(self, worker_id: str) -> dict[str, Any]:
        return await self._object(get_fleet_worker(worker_id))

    async def fleet_register(self, **fields: Any) -> dict[str, Any]:
        """`{worker, liveness, lease}`; fields of `register_fleet_worker`."""
        return await self._object(register_fleet_worker(**fields))

    async def fleet_heartbeat(self, worker_id: str, **fields: Any) -> dict[str, Any]:
        return await self._object(heartbeat(worker_id, **fields))

    async def fleet_status(self, worker_id: str, status: str, *, reason: str | None = None) -> dict[str, Any]:
        return await self._object(transition(worker_id, status, reason=reason))


def _worker(worker_id: str) -> dict[str, str]:
    return {"worker_id": named(worker_id, "worker_id")}


def _status(status: str | None) -> str | None:
    if status is not None and status not in STATUSES:
        message = f"a status is one of {', '.join(STATUSES)}"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"status": ["choice"]})
    return status

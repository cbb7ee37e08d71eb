"""The state machine of a worker, as a table, and how its log moves it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class WorkerStatus(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


class Lane(StrEnum):
    """Which routes a worker belongs to. A worker never changes its lane."""

    CODEX = "codex"
    GENERIC = "generic"


_S = WorkerStatus

TRANSITIONS: dict[WorkerStatus, frozenset[WorkerStatus]] = {
    _S.STARTING: frozenset({_S.STARTING, _S.RUNNING, _S.STOPPING, _S.FAILED}),
    _S.RUNNING: frozenset({_S.RUNNING, _S.STOPPING, _S.STOPPED, _S.FAILED}),
    _S.STOPPING: frozenset({_S.STOPPING, _S.STOPPED, _S.FAILED}),
    _S.STOPPED: frozenset({_S.STOPPED, _S.STARTING, _S.RUNNING}),
    _S.FAILED: frozenset({_S.FAILED, _S.STARTING, _S.RUNNING}),
}
"""From each status to those that may follow. Staying is legal everywhere and leaves an event."""

ENDED = frozenset({_S.STOPPED, _S.FAILED})
"""No process stands behind these."""
RUNNABLE = frozenset({_S.STARTING, _S.RUNNING})
"""These take events and control requests."""
BEATING = frozenset({_S.STARTING, _S.RUNNING, _S.STOPPING})
"""These may beat."""


def may_move(before: WorkerStatus, after: WorkerStatus) -> bool:
    """Whether the table has the cell."""
    return after in TRANSITIONS[before]


def label(status: WorkerStatus) -> str:
    """The event type of a transition into `status`."""
    return f"worker.{status}"


STARTED = "worker.started"
HEARTBEAT = "worker.heartbeat"
_LABELS = {label(status): status for status in WorkerStatus}


def status_moved_to(event_type: str, payload: Any) -> WorkerStatus | None:
    """The status that an event states; None when the event is no word about status.

    `worker.{status}` states its own name; `worker.started` the one in its payload, else running. Live writes and
    rebuilds ask here, so that a worker's row and the fold of its log cannot disagree.
    """
    if event_type != STARTED:
        return _LABELS.get(event_type)
    stated = payload.get("status") if isinstance(payload, Mapping) else None
    return WorkerStatus(stated) if isinstance(stated, str) and stated in set(WorkerStatus) else _S.RUNNING

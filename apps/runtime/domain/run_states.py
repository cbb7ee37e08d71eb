"""The state machine of a run, as a table. The append function in the database is rendered from it (`append_sql`)."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    CREATED = "created"
    RUNNING = "running"
    CANCELING = "canceling"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Trigger(StrEnum):
    """What can move a run: the event types that do, with `run.finished` split by its terminal status."""

    STARTED = "started"
    CANCEL_REQUESTED = "cancel_requested"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


_S, _T = RunStatus, Trigger

TRANSITIONS: dict[tuple[Trigger, RunStatus], RunStatus] = {
    (_T.STARTED, _S.CREATED): _S.RUNNING,
    (_T.STARTED, _S.RUNNING): _S.RUNNING,
    (_T.CANCEL_REQUESTED, _S.CREATED): _S.CANCELING,
    (_T.CANCEL_REQUESTED, _S.RUNNING): _S.CANCELING,
    (_T.CANCEL_REQUESTED, _S.CANCELING): _S.CANCELING,
    (_T.SUCCEEDED, _S.CREATED): _S.SUCCEEDED,
    (_T.SUCCEEDED, _S.RUNNING): _S.SUCCEEDED,
    (_T.SUCCEEDED, _S.SUCCEEDED): _S.SUCCEEDED,
    (_T.FAILED, _S.CREATED): _S.FAILED,
    (_T.FAILED, _S.RUNNING): _S.FAILED,
    (_T.FAILED, _S.CANCELING): _S.FAILED,
    (_T.FAILED, _S.FAILED): _S.FAILED,
    (_T.CANCELED, _S.CREATED): _S.CANCELED,
    (_T.CANCELED, _S.RUNNING): _S.CANCELED,
    (_T.CANCELED, _S.CANCELING): _S.CANCELED,
    (_T.CANCELED, _S.CANCELED): _S.CANCELED,
}
"""(trigger, state) to the next state. A pair that is not here is illegal; a cell that keeps its state is a repeat."""

TERMINAL = frozenset({RunStatus.CANCELED, RunStatus.SUCCEEDED, RunStatus.FAILED})

TERMINAL_STATUS_NAMES = {
    "succeeded": Trigger.SUCCEEDED,
    "failed": Trigger.FAILED,
    "canceled": Trigger.CANCELED,
    "cancelled": Trigger.CANCELED,
}
"""`payload.status` of `run.finished`, both spellings of canceled."""


def next_status(trigger: Trigger | None, status: RunStatus) -> RunStatus | None:
    """The state after `trigger`, or None when that is illegal; events without a trigger are always legal."""
    if trigger is None:
        return status
    return TRANSITIONS.get((trigger, status))


def terminal_reason_class(status: RunStatus, given: str | None, cancel_requested: bool) -> str:
    """Why the run ended: what the event says, else the class its status implies."""
    if given:
        return given
    if status is RunStatus.SUCCEEDED:
        return "completed"
    if status is RunStatus.FAILED:
        return "failed"
    return "cancel_requested" if cancel_requested else "canceled"

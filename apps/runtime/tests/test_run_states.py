"""The state machine: the table of the spec, the domain's table and the database's function are one."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.runtime.domain.run_states import RunStatus, Trigger, next_status

SPECIFIED = {
    # trigger: next state from created, running, canceling, canceled, succeeded, failed ("-": refused)
    Trigger.STARTED: "running running - - - -",
    Trigger.CANCEL_REQUESTED: "canceling canceling canceling - - -",
    Trigger.SUCCEEDED: "succeeded succeeded - - succeeded -",
    Trigger.FAILED: "failed failed failed - - failed",
    Trigger.CANCELED: "canceled canceled canceled canceled - -",
}
STATES = [RunStatus(name) for name in ["created", "running", "canceling", "canceled", "succeeded", "failed"]]
CELLS = [
    (trigger, state, None if after == "-" else RunStatus(after))
    for trigger, row in SPECIFIED.items()
    for state, after in zip(STATES, row.split(), strict=True)
]


def test_every_cell_is_specified() -> None:
    assert len(CELLS) == len(Trigger) * len(RunStatus) == 30


@pytest.mark.parametrize(("trigger", "state", "after"), CELLS)
def test_a_trigger_moves_the_run_as_specified(trigger: Trigger, state: RunStatus, after: RunStatus | None) -> None:
    assert next_status(trigger, state) == after
    with connection.cursor() as cursor:
        cursor.execute("SELECT runtime_next_status(%s, %s)", [trigger.value, state.value])
        assert cursor.fetchone()[0] == after


@pytest.mark.parametrize("state", STATES)
def test_an_event_without_a_trigger_is_legal_everywhere(state: RunStatus) -> None:
    assert next_status(None, state) is state

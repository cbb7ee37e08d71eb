"""The state tables of sign-in: what is reachable, what is terminal, what is refused."""

from __future__ import annotations

import pytest

from apps.control.domain.states import (
    CHALLENGE,
    REFRESH_TOKEN,
    REFUSAL_BY_SESSION_STATUS,
    SESSION,
    IllegalTransition,
    Machine,
)


@pytest.mark.parametrize("machine", [CHALLENGE, SESSION, REFRESH_TOKEN], ids=lambda machine: machine.name)
def test_every_cell_of_the_table_is_either_a_transition_or_refused(machine: Machine) -> None:
    triggers = {trigger for row in machine.transitions.values() for trigger in row}
    for state in machine.states:
        for trigger in triggers:
            after = machine.transitions.get(state, {}).get(trigger)
            if after is None:
                with pytest.raises(IllegalTransition):
                    machine.after(state, trigger)
            else:
                assert machine.after(state, trigger) == after


def test_terminal_states_are_those_of_the_specification() -> None:
    assert CHALLENGE.terminal == {"verified", "failed", "expired", "throttled"}
    assert SESSION.terminal == {"revoked", "expired"}
    assert REFRESH_TOKEN.states == {"current", "rotated", "session_revoked", "replay_detected"}


def test_every_session_that_is_not_active_has_its_refusal() -> None:
    assert set(REFUSAL_BY_SESSION_STATUS) == SESSION.states - {"active"}

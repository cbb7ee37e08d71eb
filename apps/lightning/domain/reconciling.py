"""The reconcile of a gateway with the paywalls that it should serve: states, steps, and what a failure leads to (16.1).

The table is what services follow and tests read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

EXECUTION_PATH: Final = "hosted-node"
PARITY_SCHEMA: Final = "l402_run_artifact_v1"
PARITY_KEYS: Final = ("executionPath", "requestId", "deploymentId", "configHash")
_OUTSIDE = re.compile(r"[^A-Za-z0-9_-]")


class State(StrEnum):
    COMPILING = "compiling"
    RECORDING = "recording"
    LOOKING_UP = "looking_up"
    APPLYING = "applying"
    CHECKING_HEALTH = "checking_health"
    CHECKING_CHALLENGE = "checking_challenge"
    CHECKING_PROXY = "checking_proxy"
    FINISHING = "finishing"
    ROLLING_BACK = "rolling_back"
    APPLIED = "applied"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


TERMINAL: Final = frozenset({State.APPLIED, State.FAILED, State.ROLLED_BACK})
OPEN_STATES: Final = frozenset(str(state) for state in State if state not in TERMINAL)


@dataclass(frozen=True, slots=True)
class Step:
    """What happens in a state. `failure`: the code when it fails; `undo`: whether a previous deployment is restored."""

    success: State
    failure: str
    undo: bool
    event: str = ""


STEPS: Final[dict[State, Step]] = {
    State.COMPILING: Step(State.RECORDING, "compile_validation_failed", undo=False),
    State.RECORDING: Step(State.LOOKING_UP, "", undo=False),
    State.LOOKING_UP: Step(State.APPLYING, "active_lookup_failed", undo=False),
    State.APPLYING: Step(State.CHECKING_HEALTH, "deploy_apply_failed", undo=True),
    State.CHECKING_HEALTH: Step(
        State.CHECKING_CHALLENGE, "health_check_failed", undo=True, event="gateway_reconcile_health_ok"
    ),
    State.CHECKING_CHALLENGE: Step(
        State.CHECKING_PROXY, "challenge_check_failed", undo=True, event="gateway_reconcile_challenge_ok"
    ),
    State.CHECKING_PROXY: Step(State.FINISHING, "proxy_check_failed", undo=True, event="gateway_reconcile_proxy_ok"),
    State.FINISHING: Step(State.APPLIED, "", undo=False, event="gateway_reconcile_applied"),
    State.ROLLING_BACK: Step(State.ROLLED_BACK, "rollback_failed", undo=False, event="gateway_reconcile_rolled_back"),
}


def after(state: State, *, ok: bool, has_previous: bool = False) -> State:
    """The state that follows. Raises KeyError for a terminal state."""
    step = STEPS[state]
    if ok:
        return step.success
    return State.ROLLING_BACK if step.undo and has_previous else State.FAILED


def run_name(request_id: str) -> str:
    """The part of a request id that may stand in a deployment id."""
    return _OUTSIDE.sub("_", request_id)[:90] or "run"

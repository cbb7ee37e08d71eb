"""What may be done with a channel, who may ask, and how an operation moves (lightning 19). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    OPEN = "open"
    CLOSE = "close"
    SET_FEES = "set_fees"
    CONNECT = "connect"
    REBALANCE = "rebalance"


class State(StrEnum):
    """Where an operation stands. `dry_run` is never stored."""

    DRY_RUN = "dry_run"
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUBMITTING = "submitting"
    PENDING_CHAIN = "pending_chain"
    DONE = "done"
    FAILED = "failed"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.APPROVED, State.REJECTED}),
    State.APPROVED: frozenset({State.SUBMITTING, State.FAILED}),
    State.SUBMITTING: frozenset({State.PENDING_CHAIN, State.DONE, State.FAILED}),
    State.PENDING_CHAIN: frozenset({State.DONE, State.FAILED}),
    State.REJECTED: frozenset(),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
}
"""`submitting → done` is the path of what needs no block: fees and connections."""
STORED = frozenset(TRANSITIONS)
TERMINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)


class IllegalMove(RuntimeError):
    """A transition that the table does not know: a bug, never an answer."""


def moved(state: State, to: State) -> State:
    """`to`, if an operation in `state` may go there. Raises IllegalMove."""
    if to not in TRANSITIONS.get(state, frozenset()):
        raise IllegalMove(f"{state} -> {to}")
    return to


OP_ID = re.compile(r"[A-Za-z0-9._:@+-]{1,128}")
PEER_ID = re.compile(r"0[23][0-9a-f]{64}")
CHANNEL_POINT = re.compile(r"[0-9a-f]{64}:[0-9]{1,9}")
HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]{1,255}:[0-9]{1,5}")

AMOUNT_SATS_MIN = 20_000  # what nodes refuse to open below
AMOUNT_SATS_MAX = 2**53
SAT_PER_VBYTE_MAX = 10_000
BASE_FEE_MSAT_MAX = 10_000_000
FEE_RATE_PPM_MAX = 10_000
TIME_LOCK_DELTA_MIN = 18
TIME_LOCK_DELTA_MAX = 2016


class BadParams(ValueError):
    """`field` of the request is missing or wrong, and `reason` says how."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def _text(pattern: re.Pattern[str]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError("has another form")
        return value

    return check


def _integer(least: int, most: int) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("must be an integer")
        if not least <= value <= most:
            raise ValueError(f"must be {least} to {most}")
        return value

    return check


def _flag(value: Any) -> Any:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


@dataclass(frozen=True, slots=True)
class Param:
    check: Callable[[Any], Any]
    required: bool = True
    default: Any = None


PARAMS: dict[Kind, dict[str, Param]] = {
    Kind.OPEN: {
        "peerId": Param(_text(PEER_ID)),
        "peerHost": Param(_text(HOST), required=False),
        "amountSats": Param(_integer(AMOUNT_SATS_MIN, AMOUNT_SATS_MAX)),
        "satPerVbyte": Param(_integer(1, SAT_PER_VBYTE_MAX), required=False),
        "private": Param(_flag, required=False, default=False),
    },
    Kind.CLOSE: {
        "channelPoint": Param(_text(CHANNEL_POINT)),
        "force": Param(_flag, required=False, default=False),
        "satPerVbyte": Param(_integer(1, SAT_PER_VBYTE_MAX), required=False),
    },
    Kind.SET_FEES: {
        "channelPoint": Param(_text(CHANNEL_POINT)),
        "baseFeeMsat": Param(_integer(0, BASE_FEE_MSAT_MAX)),
        "feeRatePpm": Param(_integer(0, 2**32 - 1)),
        "timeLockDelta": Param(_integer(0, 2**16 - 1)),
    },
    Kind.CONNECT: {"peerId": Param(_text(PEER_ID)), "host": Param(_text(HOST))},
    Kind.REBALANCE: {},
}


def read_params(kind: Kind, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a kind, checked, defaults filled in; unknown names are dropped. Raises BadParams."""
    read: dict[str, Any] = {}
    for name, param in PARAMS[kind].items():
        value = params.get(name)
        if value is None:
            if param.required:
                raise BadParams(f"params.{name}", "is required")
            if param.default is not None:
                read[name] = param.default
            continue
        try:
            read[name] = param.check(value)
        except ValueError as error:
            raise BadParams(f"params.{name}", str(error)) from None
    return read


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of funding in sats; 0: none may be opened."""

    peer_sats_max: int
    day_sats_max: int


@dataclass(frozen=True, slots=True)
class Funded:
    """What was opened, or is about to be: with the peer altogether, and on this UTC day with anybody."""

    peer_sats: int
    day_sats: int


@dataclass(frozen=True, slots=True)
class Check:
    """One guard and what it found; `reason_code` when it refuses."""

    name: str
    ok: bool
    detail: str
    reason_code: str = ""


def guards(kind: Kind, params: Mapping[str, Any], limits: Limits, funded: Funded) -> list[Check]:
    """The guards of an operation's kind, in order."""
    if kind is Kind.OPEN:
        amount = params["amountSats"]
        peer, day = funded.peer_sats + amount, funded.day_sats + amount
        code = "funding_limit_exceeded"
        return [
            Check("peer_funding", peer <= limits.peer_sats_max, f"{peer} of {limits.peer_sats_max} sats", code),
            Check("day_funding", day <= limits.day_sats_max, f"{day} of {limits.day_sats_max} sats", code),
        ]
    if kind is Kind.SET_FEES:
        ppm, delta = params["feeRatePpm"], params["timeLockDelta"]
        code = "fee_out_of_bounds"
        in_time = TIME_LOCK_DELTA_MIN <= delta <= TIME_LOCK_DELTA_MAX
        return [
            Check("fee_rate", ppm <= FEE_RATE_PPM_MAX, f"{ppm} of {FEE_RATE_PPM_MAX} ppm", code),
            Check("time_lock", in_time, f"{delta} of {TIME_LOCK_DELTA_MIN} to {TIME_LOCK_DELTA_MAX} blocks", code),
        ]
    return []


def approvals_needed(kind: Kind, params: Mapping[str, Any], *, signed_by_a_pool: bool) -> int:
    """How many operators must agree, the requester not counted.

    A pool's quorum stands for the one approval; a forced close needs one operator more in every case.
    """
    forced = kind is Kind.CLOSE and params.get("force") is True
    return (0 if signed_by_a_pool else 1) + (1 if forced else 0)


def memo(op_id: str) -> str:
    """How a node's channel says which operation opened it."""
    return f"oa-op:{op_id}"

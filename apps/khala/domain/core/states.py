"""The two state machines of a connection, as tables. Code decides causes; only tables decide states."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Illegal(RuntimeError):
    """A cause met a state that the table does not allow: a bug of the core, never of a client."""


class Conn(Enum):
    """States of a connection."""

    NEW = auto()
    OPEN = auto()
    READY = auto()
    GRACE = auto()
    DRAINING = auto()
    CLOSING = auto()
    CLOSED = auto()


class Cause(Enum):
    """Why a connection changes state."""

    ADMITTED = auto()
    JOIN_FAILED = auto()
    JOINED = auto()
    JOIN_TIMED_OUT = auto()
    LEFT = auto()
    LEASE_OVERDUE = auto()
    LEASE_RENEWED = auto()
    ACCESS_ENDED = auto()
    SILENT = auto()
    TOO_SLOW = auto()
    TOO_FAST = auto()
    GARBLED = auto()
    BROKEN = auto()
    OVERLOADED = auto()
    DRAIN = auto()
    DRAINED = auto()
    INCOMPATIBLE = auto()
    FINISHED = auto()
    GONE = auto()


JOINED_STATES: Final = (Conn.READY, Conn.GRACE, Conn.DRAINING)
_ENDINGS: Final = (
    Cause.ACCESS_ENDED,
    Cause.TOO_SLOW,
    Cause.TOO_FAST,
    Cause.GARBLED,
    Cause.BROKEN,
    Cause.OVERLOADED,
    Cause.INCOMPATIBLE,
    Cause.FINISHED,
)

CONNECTION: Final[Mapping[tuple[Conn, Cause], Conn]] = {
    (Conn.NEW, Cause.ADMITTED): Conn.OPEN,
    (Conn.OPEN, Cause.JOIN_FAILED): Conn.CLOSING,
    (Conn.OPEN, Cause.JOINED): Conn.READY,
    (Conn.OPEN, Cause.JOIN_TIMED_OUT): Conn.CLOSING,
    (Conn.OPEN, Cause.ACCESS_ENDED): Conn.CLOSING,
    (Conn.OPEN, Cause.TOO_FAST): Conn.CLOSING,
    (Conn.OPEN, Cause.GARBLED): Conn.CLOSING,
    (Conn.OPEN, Cause.BROKEN): Conn.CLOSING,
    (Conn.OPEN, Cause.DRAIN): Conn.CLOSING,
    **{(state, Cause.LEFT): Conn.OPEN for state in (Conn.READY, Conn.GRACE)},
    (Conn.READY, Cause.LEASE_OVERDUE): Conn.GRACE,
    (Conn.READY, Cause.LEASE_RENEWED): Conn.READY,
    (Conn.READY, Cause.SILENT): Conn.CLOSING,
    (Conn.READY, Cause.DRAIN): Conn.DRAINING,
    (Conn.GRACE, Cause.LEASE_RENEWED): Conn.READY,
    (Conn.GRACE, Cause.SILENT): Conn.CLOSING,
    (Conn.GRACE, Cause.DRAIN): Conn.DRAINING,
    (Conn.DRAINING, Cause.LEASE_RENEWED): Conn.DRAINING,
    (Conn.DRAINING, Cause.DRAINED): Conn.CLOSING,
    **{(state, cause): Conn.CLOSING for state in JOINED_STATES for cause in _ENDINGS},
    **{(state, Cause.GONE): Conn.CLOSED for state in Conn if state is not Conn.CLOSED},
}


class Sub(Enum):
    """States of a subscription, per canonical topic."""

    AUTHZ = auto()
    CURSOR = auto()
    REPLAY = auto()
    LIVE = auto()
    DENIED = auto()
    STALE = auto()
    ENDED = auto()


class SubCause(Enum):
    """Why a subscription changes state."""

    ALLOWED = auto()
    DENIED = auto()
    FRESH = auto()
    STALE = auto()
    CAUGHT_UP = auto()
    ACL_MOVED = auto()
    REALLOWED = auto()
    REPOSITIONED = auto()
    CLAMPED = auto()
    ENDED = auto()


FLOWING: Final = (Sub.REPLAY, Sub.LIVE)
TERMINAL: Final = (Sub.DENIED, Sub.STALE, Sub.ENDED)

SUBSCRIPTION: Final[Mapping[tuple[Sub, SubCause], Sub]] = {
    (Sub.AUTHZ, SubCause.ALLOWED): Sub.CURSOR,
    (Sub.AUTHZ, SubCause.DENIED): Sub.DENIED,
    (Sub.AUTHZ, SubCause.REALLOWED): Sub.REPLAY,
    (Sub.CURSOR, SubCause.FRESH): Sub.REPLAY,
    (Sub.CURSOR, SubCause.STALE): Sub.STALE,
    (Sub.REPLAY, SubCause.CAUGHT_UP): Sub.LIVE,
    **{(state, SubCause.STALE): Sub.STALE for state in FLOWING},
    **{(state, SubCause.CLAMPED): Sub.REPLAY for state in FLOWING},
    **{(state, SubCause.ACL_MOVED): Sub.AUTHZ for state in FLOWING},
    **{(state, SubCause.REPOSITIONED): Sub.CURSOR for state in (Sub.AUTHZ, Sub.CURSOR, *FLOWING)},
    **{(state, SubCause.ENDED): Sub.ENDED for state in (Sub.AUTHZ, Sub.CURSOR, *FLOWING)},
}


def next_connection(state: Conn, cause: Cause) -> Conn:
    """The state after `cause`. Raises Illegal when the table has no such step."""
    try:
        return CONNECTION[state, cause]
    except KeyError:
        raise Illegal(f"{cause.name} in {state.name}") from None


def next_subscription(state: Sub, cause: SubCause) -> Sub:
    """The state after `cause`. Raises Illegal when the table has no such step."""
    try:
        return SUBSCRIPTION[state, cause]
    except KeyError:
        raise Illegal(f"{cause.name} in {state.name}") from None

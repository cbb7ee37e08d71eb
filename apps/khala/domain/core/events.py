"""Inputs and outputs of the connection core. Small immutable values; `ticket` ties an answer to its question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.khala.domain.access import Decision, Principal
from apps.khala.domain.closing import CloseCode
from apps.khala.domain.compat import Client, Window
from apps.khala.domain.core.speech import ClientSpeech, Encoded, Start
from apps.khala.domain.journal import Member, News, Page, TopicFacts

Take = Callable[[News], tuple[Encoded, ...] | None]


def takes_nothing(news: News) -> None:
    """The `Take` of somebody to whom no news of a topic go straight."""


# Inputs


@dataclass(frozen=True, slots=True)
class Opened:
    """The socket is accepted. `wall` is unix seconds at the same instant as `now`; `unit` a random number in [0, 1).

    `soft_failure` is a reason for `reauth_required` found at the handshake. `lease_expires_at` in unix seconds;
    `renewable` False: the connection ends with its token instead of asking control. `measured` False: the host cannot
    tell how much of what was sent is still under way.
    """

    connection_id: str
    principal: Principal
    window: Window
    wall: float
    unit: float
    lease_expires_at: float
    renewable: bool = True
    soft_failure: str = ""
    stated: tuple[Client, ...] = ()
    measured: bool = True


@dataclass(frozen=True, slots=True)
class ClientMsg:
    said: ClientSpeech


@dataclass(frozen=True, slots=True)
class ClientGarbage:
    reason: str


@dataclass(frozen=True, slots=True)
class Acl:
    ticket: int
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class TopicState:
    """Answer to ReadTopic. `retry_after_ms` > 0: this start was asked for too often. `recovered`: a recovery grant was
    used for it."""

    ticket: int
    facts: TopicFacts
    retry_after_ms: int = 0
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class ViewState:
    """Answer to ReadView: the members, most recently written first, as of `read_ms` (unix, the journal's clock)."""

    ticket: int
    members: tuple[Member, ...]
    read_ms: int


@dataclass(frozen=True, slots=True)
class Rows:
    """A page: the answer to a Fetch, or (`ticket` 0) news that the hub hands to every watcher unasked."""

    page: Page
    ticket: int = 0


@dataclass(frozen=True, slots=True)
class Hint:
    topic: str
    head: int


@dataclass(frozen=True, slots=True)
class Revoked:
    """Access ended. With `org_id` only what was admitted through that organisation ends."""

    reason: str
    org_id: str | None = None


@dataclass(frozen=True, slots=True)
class LeaseRenewed:
    """Control says active; `scopes` are those the role grants now, `window` the compatibility window in force now."""

    scopes: frozenset[str]
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class LeaseRefused:
    reason: str


@dataclass(frozen=True, slots=True)
class LeaseUnknown:
    """Control did not answer."""


@dataclass(frozen=True, slots=True)
class TokenChecked:
    """Answer to CheckToken: the fresh principal and the token's end (unix seconds), or the reason of refusal."""

    principal: Principal | None
    expires_at: float = 0.0
    reason: str = ""
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Writable:
    """The transport's backlog crossed a water mark, and is now this many bytes."""

    buffered: int


@dataclass(frozen=True, slots=True)
class Tick:
    """The time asked for has come; `buffered` is the transport's backlog in bytes."""

    buffered: int = 0


@dataclass(frozen=True, slots=True)
class Drain:
    """Close at `close_at` (same clock as `now`)."""

    close_at: float
    reason: str = "drain"


@dataclass(frozen=True, slots=True)
class IoFailed:
    ticket: int
    retryable: bool = True


@dataclass(frozen=True, slots=True)
class Gone:
    code: int = 1006


Input = (
    Opened
    | ClientMsg
    | ClientGarbage
    | Acl
    | TopicState
    | ViewState
    | Rows
    | Hint
    | Revoked
    | LeaseRenewed
    | LeaseRefused
    | LeaseUnknown
    | TokenChecked
    | Writable
    | Tick
    | Drain
    | IoFailed
    | Gone
)


# Outputs


@dataclass(frozen=True, slots=True)
class Send:
    """One message, ready encoded. `rows` counts journal rows in it; `topic_class` is empty for connection frames."""

    message: Encoded
    kind: str
    topic_class: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Close:
    code: CloseCode
    word: str


@dataclass(frozen=True, slots=True)
class Authorize:
    """Decide these names for this principal. `recheck`: the topics are already subscribed."""

    ticket: int
    principal: Principal
    names: tuple[str, ...]
    recheck: bool = False


@dataclass(frozen=True, slots=True)
class CheckToken:
    token: str


@dataclass(frozen=True, slots=True)
class ReadTopic:
    """Read the topic row, with the chains at `cursor` and at the bootstrap position for `budget`."""

    ticket: int
    topic: str
    cursor: int | None
    budget: int
    start: Start | None = None


@dataclass(frozen=True, slots=True)
class ReadView:
    """Find the topics of the fan-in view for this principal, at most `limit`, with their rows."""

    ticket: int
    principal: Principal
    limit: int


@dataclass(frozen=True, slots=True)
class Fetch:
    """Rows after `after`, at most `limit` and about `bytes_max`. `live`: caught up before; `primary`: no replica."""

    ticket: int
    topic: str
    after: int
    limit: int
    bytes_max: int
    live: bool
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """News of `topic` are wanted. `take` gives the messages of news that go straight, None for those that do not."""

    topic: str
    take: Take = field(default=takes_nothing, compare=False)


@dataclass(frozen=True, slots=True)
class Unwatch:
    topic: str


@dataclass(frozen=True, slots=True)
class Introspect:
    principal: Principal


@dataclass(frozen=True, slots=True)
class SaveWatermark:
    """How far a topic was delivered and acknowledged, for support; no resume ever reads it."""

    topic: str
    lineage: str
    delivered: int
    acked: int


@dataclass(frozen=True, slots=True)
class Ingest:
    """A diagnostic event of this client, unchecked."""

    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecoveryGrant:
    """A stale answer was given: the principal may start this topic over."""

    principal_key: str
    topic: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    event: str
    outcome: str
    reason: str = ""
    topic: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """A fact to count (`value` 1) or observe. `name` is the metric's without its prefix."""

    name: str
    labels: tuple[str, ...] = ()
    value: float = 1.0


@dataclass(frozen=True, slots=True)
class Timer:
    """Wake me at this time; replaces the one before."""

    at: float


Output = (
    Send
    | Close
    | Authorize
    | CheckToken
    | ReadTopic
    | ReadView
    | Fetch
    | Watch
    | Unwatch
    | Introspect
    | SaveWatermark
    | Ingest
    | RecoveryGrant
    | Audit
    | Metric
    | Timer
)

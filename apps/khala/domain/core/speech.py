"""What a client may say and what the server says, as values without framing. A lane turns them into bytes and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from apps.khala.domain.compat import Window
from apps.khala.domain.grammar import TopicClass
from apps.khala.domain.journal import Page


class Start(Enum):
    """Where a topic starts without a cursor. RECOVERY comes with cursor 0: the cursor, or, within a recovery grant,
    the bootstrap position."""

    EARLIEST = "earliest"
    LATEST = "latest"
    RECOVERY = "recovery"


# Client → server


@dataclass(frozen=True, slots=True)
class Hello:
    """First message. Window sizes of 0 ask for the server's maximum. `device_id` must be the token's when given.

    `frames` (batch, khala, both) and `chain` are choices that only the channel lane offers.
    """

    request_id: str = ""
    client: str = ""
    client_build_id: str = ""
    protocol_version: str = ""
    schema_version: int = 0
    window_frames: int = 0
    window_bytes: int = 0
    device_id: str = ""
    frames: str = "batch"
    chain: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """One topic of a subscribe: a cursor with lineage and chain (32 bytes), or a start, or neither."""

    name: str
    cursor: int | None = None
    lineage: str | None = None
    chain: bytes | None = None
    start: Start | None = None


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Topics wanted together. `atomic`: all of them or none. `flaw`: a reason to refuse them all, but only to
    somebody who may read them."""

    request_id: str
    topics: tuple[Wanted, ...]
    batch_rows: int = 0
    atomic: bool = False
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    request_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ack:
    """Positions the client has applied, by requested name."""

    applied: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ClientBeat:
    """Sign of life; its positions count as acknowledged."""

    request_id: str
    applied: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Authenticate:
    request_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A readable message whose content is refused: answered with `code` and `reason`, changes nothing."""

    request_id: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ping:
    """A sign of life of the framing itself."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The client leaves all topics, and may join again."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Telemetry:
    """A diagnostic event in its JSON form, unchecked."""

    request_id: str
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Noise:
    """Something this lane pays no attention to."""


ClientSpeech = (
    Hello | Subscribe | Unsubscribe | Ack | ClientBeat | Authenticate | Malformed | Ping | Leave | Telemetry | Noise
)


# Server → client


@dataclass(frozen=True, slots=True)
class Cursor:
    """A stated position; with `chain` it is an anchor."""

    name: str
    watermark: int
    chain: bytes | None = None
    lineage: str = ""


@dataclass(frozen=True, slots=True)
class Welcome:
    connection_id: str
    schema_version: int
    heartbeat_interval_ms: int
    heartbeat_timeout_ms: int
    window_frames: int
    window_bytes: int
    window: Window
    server_time_ms: int
    reconnect_ms: int
    allowed_topics: tuple[str, ...]
    lease_expires_ms: int
    request_id: str = ""
    subscription_id: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of one topic of a subscribe. `code` empty: joined, and `mode` is resume, bootstrap or live."""

    name: str
    canonical: str = ""
    code: str = ""
    reason: str = ""
    position: int = 0
    head: int = 0
    lineage: str = ""
    mode: str = ""
    chain: bytes | None = None
    stale: StaleTopic | None = None
    retry_after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to a subscribe, or (`remaining`) to an unsubscribe: then `results` is empty and `current` what is left.

    `atomic`: one failed result means that nothing changed.
    """

    request_id: str
    subscription_id: str
    current: tuple[Cursor, ...]
    heads: tuple[Cursor, ...] = ()
    results: tuple[Result, ...] = ()
    remaining: bool = False
    atomic: bool = False

    @property
    def refused(self) -> bool:
        return self.atomic and any(result.code for result in self.results)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one topic. `complete`: the head read with them is reached. `anchor`: this batch ends a replay, and states
    the chain."""

    name: str
    page: Page
    complete: bool
    anchor: bool


@dataclass(frozen=True, slots=True)
class Beat:
    """Delivered positions with their chains, pushed, or (`server_time_ms`, ids) as the answer to a client's beat."""

    watermarks: tuple[Cursor, ...]
    server_time_ms: int = 0
    request_id: str = ""
    subscription_id: str = ""


@dataclass(frozen=True, slots=True)
class StaleTopic:
    name: str
    canonical: str
    topic_class: TopicClass
    reasons: tuple[str, ...]
    resume_after: int
    floor: int
    head: int
    compaction: int
    lineage: str
    snapshot: bool

    @property
    def lag(self) -> int:
        return max(self.head - self.resume_after, 0)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error. `topic`: the requested name it ends, empty when it is about the connection."""

    code: str
    message: str
    topic: str = ""
    request_id: str = ""
    reason: str = ""
    retry_after_ms: int = 0
    reconnect_after_ms: int = 0
    action: str = ""
    queue_depth: int = 0
    queue_limit: int = 0
    stale: StaleTopic | None = None
    window: Window | None = None

    @property
    def about_access(self) -> bool:
        return self.code in ("reauth_required", "unauthorized")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that ends nothing: `throttle`, `reconnect`, `resumed`."""

    action: str
    reconnect_after_ms: int = 0
    reason: str = ""
    grace_ms: int = 0
    topic: str = ""


@dataclass(frozen=True, slots=True)
class AuthAnswer:
    accepted: bool
    lease_expires_ms: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pong:
    request_id: str


@dataclass(frozen=True, slots=True)
class Left:
    """Answer to Leave."""

    request_id: str


ServerSpeech = Welcome | Answer | Batch | Beat | Problem | Notice | AuthAnswer | Pong | Left


class Encoded:
    """A message ready to send: text or binary."""

    __slots__ = ("data", "size", "text")

    def __init__(self, data: bytes, text: bool) -> None:
        self.data = data
        self.size = len(data)
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Encoded) and (self.data, self.text) == (other.data, other.text)

    def __hash__(self) -> int:
        return hash((self.data, self.text))

    def __repr__(self) -> str:
        return f"Encoded({self.data!r}, text={self.text})"

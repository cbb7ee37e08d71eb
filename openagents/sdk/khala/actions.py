"""What goes into the session core and what comes out. Values only; `session` explains the conversation."""

from __future__ import annotations

from dataclasses import dataclass

from openagents.sdk.compat import CompatibilityWindow
from openagents.sdk.updates import Cursor, Document, LinkState, TopicItem, Update

# --- inputs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Connect and stay connected."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Close for good."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: `next_deadline_ms` is due."""


@dataclass(frozen=True, slots=True)
class TokenReady:
    token: str
    expires_in_ms: int


@dataclass(frozen=True, slots=True)
class TokenFailed:
    """No sync token. `final`: the stop state this failure means, None when trying again may help."""

    reason: str
    final: LinkState | None
    retry_after_ms: int = 0
    window: CompatibilityWindow | None = None


@dataclass(frozen=True, slots=True)
class SessionRenewed:
    """The refresh asked for by RenewSession worked."""


@dataclass(frozen=True, slots=True)
class Opened:
    connection: int


@dataclass(frozen=True, slots=True)
class OpenFailed:
    """The handshake was refused (`status`, `code` as far as known) or there was no answer (status 0)."""

    connection: int
    status: int = 0
    code: str = ""
    retry_after_ms: int = 0
    window: CompatibilityWindow | None = None


@dataclass(frozen=True, slots=True)
class Received:
    connection: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    connection: int
    code: int


@dataclass(frozen=True, slots=True)
class ReadingPaused:
    """The host stopped reading because listeners are behind; silence is not the server's now."""

    connection: int


@dataclass(frozen=True, slots=True)
class ReadingResumed:
    """The host reads again."""

    connection: int


@dataclass(frozen=True, slots=True)
class Applied:
    """The last Apply is stored. `updates`: the updates as they were applied, where the host completed some of them."""

    topic: str
    updates: tuple[Update, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplyFailed:
    """The reducer or the store refused the last Apply; nothing of it is stored."""

    topic: str


@dataclass(frozen=True, slots=True)
class SnapshotLoaded:
    """`cursor` None: the documents come from elsewhere and name no position; it is where the next subscribe starts."""

    topic: str
    cursor: Cursor | None
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class SnapshotFailed:
    """`supported` False: the server has no snapshot of this topic. `forbidden`: access ended."""

    topic: str
    supported: bool = True
    forbidden: bool = False


Input = (
    Start
    | Stop
    | Tick
    | TokenReady
    | TokenFailed
    | SessionRenewed
    | Opened
    | OpenFailed
    | Received
    | Closed
    | ReadingPaused
    | ReadingResumed
    | Applied
    | ApplyFailed
    | SnapshotLoaded
    | SnapshotFailed
)

# --- outputs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mint:
    """Get a fresh sync token; answer TokenReady or TokenFailed."""


@dataclass(frozen=True, slots=True)
class RenewSession:
    """Refresh the HTTP session; answer SessionRenewed or TokenFailed."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open a socket; answer Opened or OpenFailed with the same `connection`, then Received and at last Closed."""

    connection: int
    token: str


@dataclass(frozen=True, slots=True)
class Send:
    connection: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket. Whatever still comes from `connection` is ignored."""

    connection: int


@dataclass(frozen=True, slots=True)
class Apply:
    """Reduce `updates` in order and store `cursor`, in one transaction; answer Applied or ApplyFailed before any other
    input."""

    topic: str
    updates: tuple[Update, ...]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Keep:
    """Store chain, lineage and verified position of a cursor whose seq did not move."""

    topic: str
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace the topic's state by `documents` and its position by `cursor`, in one transaction, recording `reason`."""

    topic: str
    cursor: Cursor
    documents: tuple[Document, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget the stored position of the topic, recording `reason`."""

    topic: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoadSnapshot:
    """Read the topic's state over HTTP: its snapshot (`href` blank: the default route), or what its owner's route says.

    Answer SnapshotLoaded or SnapshotFailed.
    """

    topic: str
    href: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Hand `item` to the listeners."""

    item: TopicItem


@dataclass(frozen=True, slots=True)
class Link:
    """The state of the link changed."""

    state: LinkState
    reason: str
    retry_in_ms: int = 0
    window: CompatibilityWindow | None = None


Action = Mint | RenewSession | Open | Send | Close | Apply | Keep | Replace | Drop | LoadSnapshot | Tell | Link

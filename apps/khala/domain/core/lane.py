"""What a lane is: one framing of the same conversation, plus the few ways in which lanes differ in meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from apps.khala.domain.core.speech import Batch, ClientSpeech, Encoded, Hello, ServerSpeech


class Unreadable(ValueError):
    """What arrived is not a message of this lane. The text is a short reason, safe to log."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a lane behaves beyond its framing.

    `acknowledges`: delivery is bounded by the client's acks. `heard`: clients speak, and silence ends the connection.
    `strict`: a first message that is no hello ends it. `rejoins`: a second hello starts the conversation over.
    `single`: the connection is for one topic and ends with it. `legacy`: a client that says nothing of itself is taken
    for the oldest build.
    """

    acknowledges: bool = False
    heard: bool = True
    strict: bool = False
    rejoins: bool = False
    single: bool = False
    legacy: bool = False


class Lane(Protocol):
    """Framing of one connection. It keeps nothing but what the client chose when it joined.

    What the server says may be any number of messages; nothing at all where the lane has no word for it.
    """

    name: str
    manners: Manners
    schema_version: int

    @property
    def form(self) -> tuple[object, ...]:
        """What decides the bytes of a batch, beside its page and name; the same for everybody who chose the same."""
        ...

    def parse(self, message: str | bytes) -> ClientSpeech:
        """One client message. Raises Unreadable."""
        ...

    def adopt(self, hello: Hello) -> str:
        """Take over the client's choices; a compatibility code when they cannot be served, else empty."""
        ...

    def encode(self, said: ServerSpeech) -> tuple[Encoded, ...]: ...

    def encode_batch(self, batch: Batch) -> tuple[Encoded, ...]:
        """Messages of a batch, made once per page, name and form, whoever receives them."""
        ...


FRAME_KINDS: Final = {
    "Welcome": "welcome",
    "Answer": "subscribed",
    "Batch": "update_batch",
    "Beat": "heartbeat",
    "Problem": "error",
    "Notice": "control",
    "AuthAnswer": "auth",
    "Pong": "heartbeat",
    "Left": "control",
}
"""Speech -> label of the frame counters."""

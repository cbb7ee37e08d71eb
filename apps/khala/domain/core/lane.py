"""What a lane is: one framing of the same conversation, plus the few ways in which lanes differ in meaning."""

from __future__ import annotations

from typing import Final, Protocol

from apps.khala.domain.core.speech import Batch, ClientSpeech, Encoded, ServerSpeech


class Unreadable(ValueError):
    """What arrived is not a message of this lane. The text is a short reason, safe to log."""


class Lane(Protocol):
    """Framing of one connection. It is stateless but for the schema that the client chose.

    `acknowledges`: delivery is bounded by the client's acks.
    """

    name: str
    acknowledges: bool
    schema_version: int

    def parse(self, message: str | bytes) -> ClientSpeech:
        """One client message. Raises Unreadable."""
        ...

    def encode(self, said: ServerSpeech) -> Encoded: ...

    def encode_batch(self, batch: Batch) -> Encoded:
        """Bytes of a batch, made once per page, name and form, whoever receives them."""
        ...


FRAME_KINDS: Final = {
    "Welcome": "welcome",
    "Answer": "subscribed",
    "Batch": "update_batch",
    "Beat": "heartbeat",
    "Problem": "error",
    "Notice": "control",
    "AuthAnswer": "auth",
}
"""Speech -> label of the frame counters."""

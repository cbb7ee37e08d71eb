"""Lane N: `openagents.sync.v1` frames, binary (`oa.khala.v1.pb`) or strict proto3 JSON text (`oa.khala.v1.json`).

One WebSocket message is one `ClientMessage` up or one `KhalaFrame` down. The schema version that the hello names
decides what `payload_bytes` holds: 1 = JSON object, 2 = protobuf message.
"""

from __future__ import annotations

import base64
from functools import partial
from typing import Any, Final

import orjson
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from apps.khala.domain.core.lane import Manners, Unreadable
from apps.khala.domain.core.lane_n_down import MAKERS, Stencil, as_object, cursor, update_json, varint
from apps.khala.domain.core.lane_n_up import heard
from apps.khala.domain.core.speech import Batch, ClientSpeech, Cursor, Encoded, Hello, ServerSpeech
from apps.khala.domain.journal import Page, encoded
from openagents.receipts import strict_json
from openagents.sync.v1 import sync_pb2 as pb

SUBPROTOCOLS: Final[dict[str, bool]] = {"oa.khala.v1.pb": False, "oa.khala.v1.json": True}
"""Subprotocol -> whether its messages are text."""


class LaneN:
    """Framing of one native connection."""

    name = "n"
    manners = Manners(acknowledges=True, strict=True)

    __slots__ = (
        "schema_version",
        "text",
        "update_bytes_max",
    )

    def __init__(self, *, text: bool, update_bytes_max: int = 262_144) -> None:
        self.text = text
        self.schema_version = 1 if text else 2
        self.update_bytes_max = update_bytes_max

    @property
    def form(self) -> tuple[object, ...]:
        return self.name, self.text, self.schema_version, self.update_bytes_max

    # Up

    def parse(self, message: str | bytes) -> ClientSpeech:
        said = heard(self._read(message))
        if said is None:
            raise Unreadable("empty message")
        return said

    def _read(self, message: str | bytes) -> pb.ClientMessage:
        if isinstance(message, str) is not self.text:
            raise Unreadable("wrong frame type")
        try:
            if isinstance(message, bytes):
                return pb.ClientMessage.FromString(message)
            document = strict_json.loads(message, max_depth=16)
            if not isinstance(document, dict):
                raise Unreadable("not an object")
            return json_format.ParseDict(document, pb.ClientMessage(), ignore_unknown_fields=True)
        except (DecodeError, json_format.ParseError, strict_json.MalformedJSON, RecursionError) as error:
            raise Unreadable(type(error).__name__) from None

    def adopt(self, hello: Hello) -> str:
        if hello.schema_version not in (0, 1, 2):
            return "unsupported_schema_version"
        self.schema_version = hello.schema_version or self.schema_version
        return ""

    # Down

    def encode(self, said: ServerSpeech) -> tuple[Encoded, ...]:
        make = MAKERS.get(type(said))
        if make is None:
            return ()
        topic, kind, message = make(said)
        return (self._frame(topic, 0, kind, self._payload(message)),)

    def encode_batch(self, batch: Batch) -> tuple[Encoded, ...]:
        key = (batch.name, self.form, batch.complete, batch.anchor)
        messages: tuple[Encoded, ...] = batch.page.once(key, lambda: (self._batch(batch),))
        return messages

    def _batch(self, batch: Batch) -> Encoded:
        page = batch.page
        head = cursor(Cursor(batch.name, page.head, page.head_chain if batch.anchor else None))
        updates = self._updates(page, batch.name)
        if self.schema_version == 2:
            # Serialised fields of one message may be concatenated: updates are field 1, the rest follows.
            rest = pb.UpdateBatch(replay_complete=batch.complete, head_watermarks=[head])
            payload = [*updates, rest.SerializeToString()]
        else:
            tail = orjson.dumps({"replay_complete": batch.complete, "head_watermarks": [as_object(head)]})
            payload = [b'{"updates":[', b",".join(updates), b"],", tail[1:]]
        seq = page.last if page.rows else 0
        return self._frame(batch.name, seq, pb.KHALA_FRAME_KIND_UPDATE_BATCH, *payload)

    def _updates(self, page: Page, name: str) -> list[bytes]:
        encode = Stencil(name).update if self.schema_version == 2 else partial(update_json, name)
        return encoded(page, f"n {self.schema_version} {self.update_bytes_max} {name}", encode, self.update_bytes_max)

    def _payload(self, message: Message) -> bytes:
        return message.SerializeToString() if self.schema_version == 2 else orjson.dumps(as_object(message))

    def _frame(self, topic: str, seq: int, kind: pb.KhalaFrameKind, *payload: bytes) -> Encoded:
        """A frame with these parts of its payload, which are copied once only."""
        if not self.text:
            head = pb.KhalaFrame(topic=topic, seq=seq, kind=kind).SerializeToString()
            size = sum(map(len, payload))
            field = b"\x22" + varint(size) if size else b""  # payload_bytes, number 4
            tail = pb.KhalaFrame(schema_version=self.schema_version).SerializeToString()
            return Encoded(b"".join((head, field, *payload, tail)), text=False)
        document: dict[str, Any] = {"topic": topic}
        if seq:
            document["seq"] = str(seq)
        document["kind"] = pb.KhalaFrameKind.Name(kind)
        if any(payload):
            document["payload_bytes"] = base64.b64encode(b"".join(payload)).decode()
        document["schema_version"] = self.schema_version
        return Encoded(orjson.dumps(document), text=True)

"""Lane P: the channel framing that the unmodified desktop speaks, JSON arrays of five over text (section 7)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import orjson

from apps.khala.domain.core import lane_p_down as down
from apps.khala.domain.core import speech
from apps.khala.domain.core.lane import Manners
from apps.khala.domain.core.lane_p_up import CHANNEL, channel_of, heard
from apps.khala.domain.core.speech import Batch, ClientSpeech, Cursor, Encoded, Hello, Problem, ServerSpeech
from apps.khala.domain.journal import encoded

AUTH_TOPIC: Final = "sync.auth"
CONTROL_TOPIC: Final = "sync.control"
FRAME_KIND: Final = "KHALA_FRAME_KIND_"
OUTAGE: Final = "journal_unavailable"


class LaneP:
    """Framing of one channel connection: its join ref, and which frames and chains the join asked for."""

    name = "p"
    manners = Manners(rejoins=True, legacy=True)

    __slots__ = (
        "chain",
        "channel",
        "frames",
        "schema_version",
        "update_bytes_max",
    )

    def __init__(self, *, update_bytes_max: int = 262_144) -> None:
        self.schema_version = 1
        self.update_bytes_max = update_bytes_max
        self.channel = ""
        self.frames = "batch"
        self.chain = False

    @property
    def form(self) -> tuple[object, ...]:
        return self.name, self.channel, self.frames, self.chain, self.update_bytes_max

    def parse(self, message: str | bytes) -> ClientSpeech:
        return heard(message)

    def adopt(self, hello: Hello) -> str:
        self.channel, self.frames, self.chain = channel_of(hello.request_id), hello.frames, hello.chain
        return ""

    # Down

    def encode(self, said: ServerSpeech) -> tuple[Encoded, ...]:
        return tuple(Encoded(frame, text=True) for frame in _MAKERS[type(said)](self, said))

    def encode_batch(self, batch: Batch) -> tuple[Encoded, ...]:
        key = (batch.name, self.form, batch.complete, batch.anchor)
        messages: tuple[Encoded, ...] = batch.page.once(key, lambda: self._batch(batch))
        return messages

    def _batch(self, batch: Batch) -> tuple[Encoded, ...]:
        page = batch.page
        payload: bytes = page.once(
            ("p", batch.name, self.chain, batch.complete, batch.anchor), lambda: self._body(batch)
        )
        seq = page.last if page.rows else 0
        frames = self._pushed("sync:update_batch", batch.name, seq, "UPDATE_BATCH", payload)
        return tuple(Encoded(frame, text=True) for frame in frames)

    def _body(self, batch: Batch) -> bytes:
        page = batch.page
        head = Cursor(batch.name, page.head, page.head_chain if batch.anchor else None)
        tail = {"replay_complete": batch.complete, "head_watermarks": down.cursors([head], chain=self.chain)}
        form = f"p {self.update_bytes_max} {batch.name}"
        updates = encoded(page, form, partial(down.update, batch.name), self.update_bytes_max)
        return b'{"updates":[' + b",".join(updates) + b"]," + orjson.dumps(tail)[1:]

    # Frames

    def _reply(self, address: str, status: str, body: Mapping[str, Any]) -> bytes:
        return b'[%b,"phx_reply",%b]' % (address.encode(), orjson.dumps({"status": status, "response": body}))

    def _event(self, event: str, payload: bytes) -> bytes:
        address = orjson.dumps([self.channel, None, CHANNEL, event])[1:-1]
        return b"[%b,%b]" % (address, payload)

    def _pushed(self, event: str, topic: str, seq: int, kind: str, payload: bytes) -> list[bytes]:
        """A push as the join asked for it: under its own event, as a frame envelope, or as both."""
        frames = [] if self.frames == "khala" else [self._event(event, payload)]
        if self.frames != "batch":
            envelope = {
                "topic": topic,
                "seq": seq,
                "kind": FRAME_KIND + kind,
                "payload_bytes": base64.b64encode(payload).decode(),
                "schema_version": 1,
            }
            frames.append(self._event("sync:frame", orjson.dumps(envelope)))
        return frames

    # What the server says

    def _welcome(self, said: speech.Welcome) -> list[bytes]:
        return [self._reply(said.request_id, "ok", down.welcome(said))]

    def _answer(self, said: speech.Answer) -> list[bytes]:
        if not said.refused:
            return [self._reply(said.request_id, "ok", down.answer(said, chain=self.chain))]
        body = down.refusal(said)
        reply = self._reply(said.request_id, "error", body)
        if body["code"] != "stale_cursor":
            return [reply]
        topic = body["stale_topics"][0]["topic"]
        return [*self._pushed("sync:error", topic, 0, "ERROR", orjson.dumps(body)), reply]

    def _beat(self, said: speech.Beat) -> list[bytes]:
        watermarks = down.cursors(said.watermarks, chain=self.chain)
        if said.request_id:
            body = {"subscription_id": said.subscription_id, "watermarks": watermarks}
            return [self._reply(said.request_id, "ok", body)]
        return self._pushed("sync:heartbeat", CONTROL_TOPIC, 0, "HEARTBEAT", orjson.dumps({"watermarks": watermarks}))

    def _problem(self, said: Problem) -> list[bytes]:
        if said.request_id:
            return [self._reply(said.request_id, "error", down.problem(said))]
        if said.code == "internal":
            return [self._event("phx_error", b"{}")]
        if said.code not in down.PUSHED and said.window is None:
            return []
        topic = AUTH_TOPIC if said.about_access else said.topic or CONTROL_TOPIC
        return self._pushed("sync:error", topic, 0, "ERROR", orjson.dumps(down.problem(said)))

    def _notice(self, said: speech.Notice) -> list[bytes]:
        """Only the end of the connection has a word here: a channel that closes, or one that fails."""
        if said.action != "reconnect":
            return []
        return [self._event("phx_error" if said.reason == OUTAGE else "phx_close", b"{}")]

    def _pong(self, said: speech.Pong) -> list[bytes]:
        return [self._reply(said.request_id, "ok", {})]

    def _left(self, said: speech.Left) -> list[bytes]:
        return [self._reply(said.request_id, "ok", {}), self._event("phx_close", b"{}")]

    def _silence(self, said: object) -> list[bytes]:
        return []


_MAKERS: Final[Mapping[type, Callable[[LaneP, Any], list[bytes]]]] = {
    speech.Welcome: LaneP._welcome,
    speech.Answer: LaneP._answer,
    speech.Beat: LaneP._beat,
    speech.Problem: LaneP._problem,
    speech.Notice: LaneP._notice,
    speech.Pong: LaneP._pong,
    speech.Left: LaneP._left,
    speech.AuthAnswer: LaneP._silence,
}

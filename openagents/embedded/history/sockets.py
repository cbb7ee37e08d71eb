"""A transport for the SDK that records every row as it arrives, before the client decides anything about it."""

from __future__ import annotations

from openagents.embedded.history.recorder import Recorder
from openagents.sdk.khala import frames
from openagents.sdk.khala.websocket import WebsocketsTransport, WsConnection, WsTransport
from openagents.sync.v1 import sync_pb2 as pb


class RecordingSockets:
    """Wraps the real transport. Give it to `Client(sockets=…)`, one instance per subscriber."""

    def __init__(self, recorder: Recorder, subscriber: str, inner: WsTransport | None = None) -> None:
        self._recorder = recorder
        self._subscriber = subscriber
        self._inner = inner or WebsocketsTransport()

    async def connect(self, url: str, token: str) -> WsConnection:
        connection = await self._inner.connect(url, token)
        self._recorder.connected(self._subscriber)
        return _Recorded(connection, self._recorder, self._subscriber)


class _Recorded:
    def __init__(self, inner: WsConnection, recorder: Recorder, subscriber: str) -> None:
        self._inner = inner
        self._recorder = recorder
        self._subscriber = subscriber
        self._asked: dict[str, int] = {}

    async def send(self, raw: bytes) -> None:
        message = pb.ClientMessage.FromString(raw)
        for cursor in message.subscribe.resume_after:
            self._asked[cursor.topic_name] = cursor.watermark
        await self._inner.send(raw)

    async def receive(self) -> bytes:
        raw = await self._inner.receive()
        try:
            frame = frames.decode(raw)
        except (frames.Undecodable, frames.SchemaTooNew):
            return raw  # what such a frame means is the client's decision; no row of it arrived
        if isinstance(frame, frames.Subscribed):
            for answer in frame.answers:
                if not answer.error:
                    # What the client asked for counts, not what the server made of it: a server that silently
                    # begins later must not get away with it. Without a position the server's floor is the beginning.
                    after = self._asked.pop(answer.topic, answer.resume_after)
                    self._recorder.subscribed(self._subscriber, answer.topic, after)
        elif isinstance(frame, frames.Batch):
            for update in frame.updates:
                self._recorder.delivered(self._subscriber, frame.topic, update.seq, _digest(update.payload_sha256))
        return raw

    async def close(self) -> None:
        await self._inner.close()


def _digest(raw: bytes | None) -> str:
    return f"sha256:{raw.hex()}" if raw else ""

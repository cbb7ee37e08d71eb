"""Many WebSocket clients in one process, counting what they get: `python -m tools.bench.audience`.

Commands come as JSON lines on stdin, each is answered by one line. picows keeps the clients cheaper than what they
measure; the same audience sits before Khala and before the ceiling.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from typing import Any

import uvloop
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from openagents.sync.v1 import sync_pb2 as pb

CONNECTS_AT_ONCE = 50
ACK_FRAMES = range(24, 33)
ACK_BYTES = 262_144
"""As the SDK does: each connection at its own pace, and half of Khala's window at most, so that it never limits."""

SEEN_MAX = 256
"""Different messages remembered; a few topics' frames come to all seats in turns."""

Taken = tuple[str, int, bool] | None
"""Topic of a batch, its last seq, whether it completes a replay; None for any other frame."""


def _read(message: bytes) -> Taken:
    frame = pb.KhalaFrame.FromString(message)
    if frame.kind != pb.KHALA_FRAME_KIND_UPDATE_BATCH:
        return None
    batch = pb.UpdateBatch.FromString(frame.payload_bytes)
    return frame.topic, batch.updates[-1].watermark if batch.updates else 0, batch.replay_complete


class Hall:
    """What all seats together saw."""

    def __init__(self) -> None:
        self.frames = 0
        self.octets = 0
        self.last_at = 0
        self.arrivals: dict[int, list[int]] | None = None
        self.seats: list[Seat] = []
        self._seen: dict[bytes, Taken] = {}

    def take(self, message: bytes) -> Taken:
        """Count a batch. Equal bytes, as a thousand subscribers get them, are parsed once."""
        try:
            taken = self._seen[message]
        except KeyError:
            if len(self._seen) >= SEEN_MAX:
                self._seen.clear()
            taken = self._seen[message] = _read(message)
        if taken is None:
            return None
        self.frames += 1
        self.octets += len(message)
        self.last_at = time.monotonic_ns()
        if self.arrivals is not None and taken[1]:
            self.arrivals.setdefault(taken[1], []).append(self.last_at)
        return taken


class Seat(WSListener):
    """One client: with a token it joins Khala and acknowledges; without it just counts what the ceiling sends."""

    def __init__(self, hall: Hall, wish: dict[str, Any]) -> None:
        self.hall = hall
        self.khala = "token" in wish
        self.topics: list[str] = wish.get("topics", [])
        self.cursor: int | None = wish.get("cursor")
        self.transport: WSTransport
        self.ready = asyncio.get_running_loop().create_future()
        self.caught_up = asyncio.get_running_loop().create_future()
        self._unacked = self._unacked_octets = 0
        self._ack_frames = random.choice(ACK_FRAMES)
        self._last: dict[str, int] = {}

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        if self.khala:
            self._say(pb.ClientMessage(hello=pb.ClientHello(client="bench", schema_version=2)))
        else:
            self.ready.set_result(None)
            for topic in self.topics:
                transport.send(WSMsgType.TEXT, topic.encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        message = frame.get_payload_as_bytes()
        if not self.khala:
            self._plain(message)
            return
        if self.ready.done() and self._batch(message):
            return
        said = pb.KhalaFrame.FromString(message)
        if said.kind == pb.KHALA_FRAME_KIND_WELCOME:
            at = self.cursor
            after = [pb.TopicCursor(topic_name=topic, watermark=at) for topic in self.topics if at is not None]
            wish = pb.Subscribe(topic_names=self.topics, resume_after=after)
            self._say(pb.ClientMessage(request_id="r", subscribe=wish))
        elif said.kind == pb.KHALA_FRAME_KIND_SUBSCRIBED:
            self.ready.set_result(None)
        elif said.kind == pb.KHALA_FRAME_KIND_ERROR and not self.ready.done():
            self.ready.set_exception(RuntimeError(str(pb.Error.FromString(said.payload_bytes))))

    def _plain(self, message: bytes) -> None:
        hall = self.hall
        hall.frames += 1
        hall.octets += len(message)
        hall.last_at = time.monotonic_ns()
        if hall.arrivals is not None:
            hall.arrivals.setdefault(int.from_bytes(message[:8], "big"), []).append(hall.last_at)
        if not message and not self.caught_up.done():
            self.caught_up.set_result(hall.last_at)

    def _batch(self, message: bytes) -> bool:
        taken = self.hall.take(message)
        if taken is None:
            return False
        topic, last, complete = taken
        if last:
            self._last[topic] = last
            self._unacked += 1
            self._unacked_octets += len(message)
        if self._unacked >= self._ack_frames or self._unacked_octets >= ACK_BYTES:
            self._unacked = self._unacked_octets = 0
            applied = [pb.TopicCursor(topic_name=name, watermark=seq) for name, seq in self._last.items()]
            self._say(pb.ClientMessage(ack=pb.Ack(applied=applied)))
        if complete and not self.caught_up.done():
            self.caught_up.set_result(self.hall.last_at)
        return True

    def _say(self, message: pb.ClientMessage) -> None:
        self.transport.send(WSMsgType.BINARY, message.SerializeToString())

    def leave(self) -> None:
        self.transport.send_close(WSCloseCode.OK)
        self.transport.disconnect()


async def fill(hall: Hall, seats: list[dict[str, Any]]) -> None:
    """Connect one client for each description: url, token, topics, cursor."""
    gate = asyncio.Semaphore(CONNECTS_AT_ONCE)

    async def take_seat(wish: dict[str, Any]) -> None:
        async with gate:
            headers = {}
            if "token" in wish:
                headers = {"Authorization": f"Bearer {wish['token']}", "Sec-WebSocket-Protocol": "oa.khala.v1.pb"}
            seat = Seat(hall, wish)
            await ws_connect(
                lambda: seat,
                wish["url"], extra_headers=headers, enable_auto_pong=True,
            )  # fmt: skip
            await seat.ready
            hall.seats.append(seat)

    await asyncio.gather(*(take_seat(wish) for wish in seats))


async def obey(hall: Hall, order: dict[str, Any]) -> Any:
    match order["do"]:
        case "fill":
            await fill(hall, order["seats"])
            return len(hall.seats)
        case "leave":
            seats, hall.seats = hall.seats, []
            for seat in seats:
                seat.leave()
            await asyncio.gather(*(seat.transport.wait_disconnected() for seat in seats))
            return len(seats)
        case "count":
            return [hall.frames, hall.octets, time.monotonic_ns()]
        case "watch":
            hall.arrivals = {}
            return True
        case "latencies":
            arrivals, hall.arrivals = hall.arrivals or {}, None
            at = {int(seq): moment for seq, moment in order["at"].items()}
            return sorted(seen - at[seq] for seq, moments in arrivals.items() if seq in at for seen in moments)
        case "caught_up":
            return [await seat.caught_up for seat in hall.seats]
    raise ValueError(order["do"])


async def main() -> None:
    hall, loop = Hall(), asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answer = await obey(hall, json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())

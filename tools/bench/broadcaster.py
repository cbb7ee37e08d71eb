"""The ceiling of live delivery: picows, one prebuilt frame to every transport. `python -m tools.bench.broadcaster PORT`

Everybody connected gets what is sent. Commands come as JSON lines on stdin: `flood` writes frames as fast as they can
be written, `listen` one for each notification of a raw LISTEN. A client that sends a topic's name gets its rows.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from typing import Any

import psycopg
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

BACKLOG_BYTES_MAX = 262_144
REPLAY_ROWS = 200
FRAME_BYTES = 300
PAGE = """
SELECT seq, kind, doc_key, doc_version, payload, payload_sha256, chain FROM sync_stream_events
 WHERE topic = %s AND seq > %s ORDER BY seq LIMIT %s
"""


class Listener(WSListener):
    """A connected client."""

    def __init__(self, house: House) -> None:
        self.house = house

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.house.clients[transport] = None

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.house.clients.pop(transport, None)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        else:
            self.house.start(self.house.replay(transport, frame.get_payload_as_utf8_text()))


class House:
    """All clients, and what is being sent to them."""

    def __init__(self) -> None:
        self.clients: dict[WSTransport, None] = {}
        self.flooding = False
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def flood(self, size: int) -> None:
        """A frame to every client, then a look at the loop, until told to stop: as Khala serves page after page."""
        frame = bytes(size)
        self.flooding = True
        while self.flooding:
            for transport in list(self.clients):
                if transport.underlying_transport.get_write_buffer_size() < BACKLOG_BYTES_MAX:
                    transport.send(WSMsgType.BINARY, frame)
            await asyncio.sleep(0)

    async def listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(os.environ["BENCH_DSN"], autocommit=True) as connection:
            await connection.execute("LISTEN bench")
            async for said in connection.notifies():
                frame = int(said.payload).to_bytes(8, "big") + bytes(FRAME_BYTES - 8)
                for transport in list(self.clients):
                    transport.send(WSMsgType.BINARY, frame)

    async def replay(self, transport: WSTransport, topic: str) -> None:
        """All rows of a topic as they were read, one frame for each page, then an empty frame."""
        async with await psycopg.AsyncConnection.connect(os.environ["BENCH_DSN"], autocommit=True) as connection:
            after, full = 0, True
            while full:
                rows = await (await connection.execute(PAGE, (topic, after, REPLAY_ROWS))).fetchall()
                texts = (
                    f"{seq} {kind} {key} {version} {body} {digest}".encode() + chain
                    for seq, kind, key, version, body, digest, chain in rows
                )
                transport.send(WSMsgType.BINARY, b"".join(texts))
                full = len(rows) == REPLAY_ROWS
                after = rows[-1][0] if rows else after
            transport.send(WSMsgType.BINARY, b"")

    def obey(self, order: dict[str, Any]) -> Any:
        match order["do"]:
            case "flood":
                self.start(self.flood(order["size"]))
            case "stop":
                self.flooding = False
            case "listen":
                self.start(self.listen())
            case "ready":
                return len(self.clients)
        return True


async def main(port: int) -> None:
    house, loop = House(), asyncio.get_running_loop()

    def admit(request: WSUpgradeRequest) -> Listener:
        return Listener(house)

    server = await ws_create_server(admit, "127.0.0.1", port, websocket_handshake_timeout=30)
    async with server:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            sys.stdout.write(json.dumps(house.obey(json.loads(line))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))

"""How a link ends: at once, whatever else happens at that moment."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openagents.sdk.khala.websocket import WsConnection
from openagents.sdk.live import Endpoints, LiveLink, SyncToken, TokenSource
from openagents.sdk.tests.khala_double import Journal, KhalaConnection
from openagents.sdk.updates import TopicLive
from openagents.sdk.watermarks.memory import MemoryWatermarks

TOPIC = "run:r1:events"


class DirectSocket:
    """A socket without a network: what is said is answered in the same turn of the event loop."""

    def __init__(self, khala: KhalaConnection) -> None:
        self.khala = khala
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()

    async def connect(self, url: str, token: str) -> WsConnection:
        return self

    async def send(self, raw: bytes) -> None:
        self.arrive(self.khala.receive(raw))
        self.arrive(self.khala.pump())

    async def receive(self) -> bytes:
        return await self.frames.get()

    async def close(self) -> None:
        self.frames = asyncio.Queue()

    def arrive(self, frames: list[bytes]) -> None:
        for frame in frames:
            self.frames.put_nowait(frame)


async def _mint() -> SyncToken:
    return SyncToken("token", 300_000)


async def _renew() -> None:
    raise AssertionError("nobody asked for a newer session")


@pytest.mark.parametrize("turns", range(8))
def test_a_link_ends_though_a_frame_arrives_at_that_moment(turns: int) -> None:
    """The frame is on its way through the link's tasks for a few turns of the event loop."""

    async def scenario() -> None:
        journal = Journal(TOPIC)
        socket = DirectSocket(KhalaConnection({TOPIC: journal}))
        http: Any = None
        link = LiveLink(
            [TOPIC],
            endpoints=Endpoints("ws://khala.invalid/", "http://khala.invalid"),
            tokens=TokenSource(_mint, _renew),
            sockets=socket,
            http=http,
            store=MemoryWatermarks(),
            namespace="user",
        )
        async with asyncio.timeout(10), link:
            async for item in link.items():
                if isinstance(item, TopicLive):
                    break
            journal.append({"n": 1})
            socket.arrive(socket.khala.pump())
            for _ in range(turns):
                await asyncio.sleep(0)

    asyncio.run(scenario())

"""Many small clients of Khala's native lane in one event loop: what a drill needs of a thousand SDKs, and no more.

Their tokens are signed here, with the installation's key, for users who need not exist anywhere else.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import jwt
import psycopg
from psycopg.types.json import Jsonb
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from openagents.embedded.credentials import Credentials
from openagents.receipts.canonical import canonical_text
from openagents.receipts.ids import new_id
from openagents.sync.v1 import sync_pb2 as pb

ACK_FRAMES = 16
ACK_SECONDS = 0.25
"""An acknowledgement after so many batches or so much time: a server bears twenty messages a second."""
SCOPES = ["runtime.run_events", "runtime.run_summaries"]


class Journal:
    """One run topic that everybody of an organisation may read, written as the runtime writes it."""

    def __init__(
        self, database: psycopg.Connection[Any], org_id: str, topic: str = "", topic_class: str = "run_events"
    ) -> None:
        self.database = database
        self.org_id = org_id
        self.topic = topic or f"run:{new_id('run')}:events"
        self.topic_class = topic_class
        row = database.execute("SELECT seq FROM sync_topic_sequences WHERE topic = %s", [self.topic]).fetchone()
        self.head = int(row[0]) if row else 0

    def append(self, count: int, size: int = 32) -> int:
        """So many rows in one transaction, hinted after it; the new head."""
        rows = []
        for number in range(self.head + 1, self.head + count + 1):
            text = canonical_text({"n": number, "fill": "x" * size})
            rows.append(
                {
                    "topic": self.topic,
                    "kind": "text.delta",
                    "doc_key": f"{self.topic}:{number}",
                    "doc_version": number,
                    "payload": text,
                    "sha": sha256(text.encode()).hexdigest(),
                    "metadata": {"hydration_required": False},
                    "is_doc": False,
                    "topic_class": self.topic_class,
                    "owner_key": "user:nobody",
                    "org_id": self.org_id,
                    "visibility": "org",
                }
            )
        with self.database.transaction():
            self.database.execute("SELECT * FROM runtime_journal_json(%s, now())", [Jsonb(rows)])
        self.head += count
        self.database.execute("SELECT pg_notify('runtime_sync', %s)", [f"{self.topic}:{self.head}"])
        return self.head


@dataclass(eq=False)
class Member:
    """One client on a device of its own. Follows one topic from its own watermark; keeps no payloads."""

    url: str
    credentials: Credentials
    org_id: str
    topic: str
    user_id: str = field(default_factory=lambda: new_id("user"))
    session_id: str = field(default_factory=lambda: new_id("sess"))
    device_id: str = field(default_factory=lambda: new_id("dev"))
    acknowledges: bool = True
    watermark: int = 0
    rows: int = 0
    duplicates: int = 0
    gaps: int = 0
    connects: int = 0
    refused: int = 0
    live_at: float = 0.0
    ended: str = ""
    closed_at: float = 0.0
    close_code: int | None = None
    socket: ClientConnection | None = None
    _unacknowledged: int = 0
    _acknowledged_at: float = 0.0

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": "https://openagents.com", "aud": "openagents-sync", "sub": f"user:{self.user_id}",
            "iat": now, "nbf": now, "exp": now + 300, "jti": new_id("sync"),
            "oa_claims_version": "oa_sync_claims_v1", "oa_user_id": self.user_id, "oa_org_id": self.org_id,
            "oa_session_id": self.session_id, "oa_device_id": self.device_id, "oa_sync_scopes": SCOPES,
        }  # fmt: skip
        return jwt.encode(claims, self.credentials.sync_token_key, "HS256", headers={"kid": "sync-auth-v1"})

    async def open(self) -> None:
        """Connect, join, subscribe from the watermark; told to wait, it waits. Raises OSError, ConnectionClosed."""
        while True:
            try:
                self.socket = await connect(
                    self.url,
                    subprotocols=["oa.khala.v1.pb"],  # type: ignore[list-item]
                    additional_headers={"Authorization": f"Bearer {self.token()}"},
                    compression=None,
                    open_timeout=60,
                    ping_interval=None,
                    proxy=None,
                )
                break
            except InvalidStatus as error:
                self.refused += 1
                if error.response.status_code not in (429, 503):
                    raise
                wait = float(error.response.headers.get("Retry-After", "1"))
                await asyncio.sleep(wait * random.uniform(0.5, 1.5))
        self.connects += 1
        after = [pb.TopicCursor(topic_name=self.topic, watermark=self.watermark)]
        await self._say(hello=pb.ClientHello(client="crowd", schema_version=2))
        await self._say(subscribe=pb.Subscribe(topic_names=[self.topic], resume_after=after))

    async def listen(self, until: int | None = None) -> None:
        """Apply what comes until `until` was applied, or until the connection ends."""
        assert self.socket is not None
        try:
            while until is None or self.watermark < until:
                message = await self.socket.recv()
                assert isinstance(message, bytes)
                await self._take(pb.KhalaFrame.FromString(message))
        except ConnectionClosed as error:
            self.closed_at = time.monotonic()
            self.close_code = error.rcvd.code if error.rcvd else None

    async def _take(self, frame: pb.KhalaFrame) -> None:
        if frame.kind == pb.KHALA_FRAME_KIND_ERROR:
            self.ended = pb.Error.FromString(frame.payload_bytes).reason or "error"
        if frame.kind != pb.KHALA_FRAME_KIND_UPDATE_BATCH:
            return
        batch = pb.UpdateBatch.FromString(frame.payload_bytes)
        for update in batch.updates:
            if update.watermark <= self.watermark:
                self.duplicates += 1
            elif update.watermark > self.watermark + 1:
                self.gaps += 1
            self.watermark = max(self.watermark, update.watermark)
            self.rows += 1
        if batch.replay_complete:
            self.live_at = time.monotonic()
        if batch.updates and self.acknowledges:
            self._unacknowledged += 1
            if self._unacknowledged >= ACK_FRAMES or time.monotonic() - self._acknowledged_at > ACK_SECONDS:
                self._unacknowledged, self._acknowledged_at = 0, time.monotonic()
                await self._say(ack=pb.Ack(applied=[pb.TopicCursor(topic_name=self.topic, watermark=self.watermark)]))

    async def leave(self) -> None:
        if self.socket is not None:
            await self.socket.close()

    def vanish(self) -> None:
        """As a pulled plug: no close frame, a reset."""
        if self.socket is not None:
            self.socket.transport.abort()

    async def _say(self, **body: Any) -> None:
        assert self.socket is not None
        await self.socket.send(pb.ClientMessage(**body).SerializeToString())


async def together(members: Sequence[Member], until: int, seconds: float) -> None:
    """Every member connects and applies everything up to `until`, reconnecting with backoff when it is cut off."""

    async def live(member: Member) -> None:
        attempt = 0
        while member.watermark < until or not member.live_at:
            try:
                await member.open()
                await member.listen(until)
            except (OSError, ConnectionClosed, TimeoutError):
                attempt += 1
                await asyncio.sleep(random.uniform(0.1, min(0.25 * 2**attempt, 4.0)))

    async with asyncio.timeout(seconds):
        await asyncio.gather(*(live(member) for member in members))

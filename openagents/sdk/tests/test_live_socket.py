"""The whole client against a real control over HTTP and a real WebSocket server that speaks lane N."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from openagents.sdk.client import Client
from openagents.sdk.config import Config
from openagents.sdk.errors import SdkError, UpgradeRequired
from openagents.sdk.sync_api import SyncClient
from openagents.sdk.tests.control_double import CODE, Control, ControlServer
from openagents.sdk.tests.khala_double import Journal, KhalaConnection
from openagents.sdk.updates import LinkChange, LinkState, TopicLive, TopicReset, TopicStopped, Update
from openagents.sdk.watermarks.contract import ApplyTransaction
from openagents.sync.v1 import sync_pb2 as pb

TOPIC = "run:r1:events"


class KhalaServer:
    """Lane N on a free port. `refuse`: statuses with which the next handshakes are answered."""

    def __init__(self, journals: dict[str, Journal]) -> None:
        self.journals = journals
        self.refuse: list[tuple[int, bytes]] = []
        self.sockets: list[ServerConnection] = []
        self.connections: list[KhalaConnection] = []
        self.authorizations: list[str] = []
        self.changed = asyncio.Event()
        self.mangle: Callable[[bytes], bytes] = lambda raw: raw

    async def handle(self, socket: ServerConnection) -> None:
        connection = KhalaConnection(self.journals)
        self.sockets.append(socket)
        self.connections.append(connection)
        pump = asyncio.create_task(self._pump(socket, connection))
        with contextlib.suppress(Exception):
            async for raw in socket:
                assert isinstance(raw, bytes)
                for frame in connection.receive(raw):
                    await socket.send(frame)
                self.changed.set()
        pump.cancel()

    async def _pump(self, socket: ServerConnection, connection: KhalaConnection) -> None:
        while True:
            await self.changed.wait()
            self.changed.clear()
            for frame in connection.pump():
                await socket.send(self.mangle(frame))

    def admit(self, socket: ServerConnection, request: Request) -> Response | None:
        self.authorizations.append(request.headers.get("Authorization", ""))
        if not self.refuse:
            return None
        status, body = self.refuse.pop(0)
        return Response(status, HTTPStatus(status).phrase, Headers({"Content-Length": str(len(body))}), body)

    def append(self, value: object, topic: str = TOPIC) -> None:
        self.journals[topic].append(value)
        self.changed.set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with serve(
            self.handle, "127.0.0.1", 0, subprotocols=["oa.khala.v1.pb"], process_request=self.admit
        ) as server:  # type: ignore[list-item]
            port = next(iter(server.sockets)).getsockname()[1]
            yield f"ws://127.0.0.1:{port}/khala/v1/ws"


@asynccontextmanager
async def world(home: Path, *topics: str) -> AsyncIterator[tuple[Client, KhalaServer, Control]]:
    """A signed-in client, its Khala and its control."""
    khala = KhalaServer({topic: Journal(topic) for topic in topics or (TOPIC,)})
    with ControlServer() as control:
        async with khala.serving() as url, Client(Config(control.url, url, home, "default")) as client:
            await client.send_code("a@example.com")
            await client.sign_in("a@example.com", CODE)
            yield client, khala, control


def test_updates_arrive_applied_and_the_next_tail_resumes(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(tmp_path) as (client, khala, control):
            for n in range(3):
                khala.append({"n": n})
            seen: list[Any] = []
            async with aclosing(client.tail([TOPIC])) as items:
                async for item in items:
                    seen.append(item)
                    if isinstance(item, TopicLive):
                        khala.append({"n": 3})
                    if isinstance(item, Update) and item.seq == 4:
                        break
            assert [item.payload for item in seen if isinstance(item, Update)] == [{"n": n} for n in range(4)]
            assert isinstance(seen[0], TopicReset)
            assert khala.authorizations == ["Bearer sync-token"]
            minted = [body for _, path, _, body in control.requests if path == "/api/sync/token"]
            assert minted[0]["scopes"] == ["runtime.run_events"]

            khala.append({"n": 4})
            async with aclosing(client.tail([TOPIC])) as items:
                async for item in items:
                    if isinstance(item, Update):
                        assert (item.seq, item.payload) == (5, {"n": 4})
                        break
            cursor = khala.connections[-1].subscribes[0].resume_after[0]
            assert (cursor.watermark, cursor.lineage) == (4, "lin_01")
            assert cursor.chain == khala.journals[TOPIC].chain_at(4).hex()  # type: ignore[union-attr]

    asyncio.run(scenario())


def test_a_cut_socket_is_a_state_of_the_link_and_costs_no_update(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(tmp_path) as (client, khala, _):
            links: list[LinkChange] = []
            seqs: list[int] = []
            khala.append({"n": 0})
            async with aclosing(client.tail([TOPIC], on_link=links.append)) as items:
                async for item in items:
                    if isinstance(item, Update):
                        seqs.append(item.seq)
                        if item.seq == 4:
                            break
                        khala.sockets[-1].transport.abort()
                        khala.append({"n": item.seq})
            assert seqs == [1, 2, 3, 4]
            assert LinkState.BACKOFF in [link.state for link in links]

    asyncio.run(scenario())


def test_the_reducer_writes_exactly_once_with_the_watermark(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(tmp_path) as (client, khala, _):
            for n in range(5):
                khala.append({"n": n})

            def reducer(transaction: ApplyTransaction, update: Update) -> None:
                assert transaction.connection is not None
                transaction.connection.execute("CREATE TABLE IF NOT EXISTS total (n INTEGER)")
                transaction.connection.execute("INSERT INTO total VALUES (?)", (update.payload["n"],))

            for last in (5, 8):
                while khala.journals[TOPIC].head < last:
                    khala.append({"n": khala.journals[TOPIC].head})
                async with aclosing(client.tail([TOPIC], reducer=reducer)) as items:
                    async for item in items:
                        if isinstance(item, Update) and item.seq == last:
                            break
            store: Any = client.watermarks
            assert [n for (n,) in store._connection.execute("SELECT n FROM total ORDER BY n")] == list(range(8))

    asyncio.run(scenario())


def test_a_slow_listener_stops_reading_and_gets_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openagents.sdk.live.ITEMS_MAX", 10)

    async def scenario() -> None:
        async with world(tmp_path) as (client, khala, _):
            for n in range(1_000):
                khala.journals[TOPIC].append({"n": n})
            seqs = []
            async with aclosing(client.tail([TOPIC])) as items:
                async for item in items:
                    khala.changed.set()
                    await asyncio.sleep(0)
                    if isinstance(item, Update):
                        seqs.append(item.seq)
                        if item.seq == 1_000:
                            break
            assert seqs == list(range(1, 1_001))

    asyncio.run(scenario())


def test_a_refused_topic_ends_the_tail_with_forbidden(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(tmp_path) as (client, _, _control):
            items = []
            with pytest.raises(SdkError) as error:
                async for item in client.tail(["run:foreign:events"]):
                    items.append(item)
            assert items == [TopicStopped("run:foreign:events", 0, "owner_mismatch")]
            assert (error.value.kind, error.value.exit_code) == ("forbidden", 4)

    asyncio.run(scenario())


def test_eviction_ends_the_tail_with_sign_in_needed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(tmp_path) as (client, khala, _):
            with pytest.raises(SdkError) as error:
                async for item in client.tail([TOPIC]):
                    if isinstance(item, TopicLive):
                        connection = khala.connections[-1]
                        evicted = connection.error(
                            "sync.auth", pb.SYNC_ERROR_CODE_REAUTH_REQUIRED, reauth_required=True
                        )
                        await khala.sockets[-1].send(evicted)
            assert error.value.kind == "reauth_required"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("refusals", "outcome"),
    [
        ([(403, b""), (403, b'{"error":"forbidden_origin","reason_code":"origin_not_allowed"}')], "forbidden"),
        ([(426, b'{"error":"x","reason_code":"unsupported_client_build"}')], "upgrade_required"),
        ([(401, b'{"error":"unauthorized","reason_code":"token_expired"}')] * 2, "reauth_required"),
        ([(403, b""), (401, b'{"error":"unauthorized","reason_code":"token_replayed"}')], "live"),
        ([(503, b'{"error":"draining","retry_after_ms":1}')], "live"),
    ],
)
def test_refused_handshakes(tmp_path: Path, refusals: list[tuple[int, bytes]], outcome: str) -> None:
    async def scenario() -> str:
        async with world(tmp_path) as (client, khala, _):
            khala.refuse = list(refusals)
            try:
                async for item in client.tail([TOPIC]):
                    if isinstance(item, TopicLive):
                        return "live"
            except SdkError as error:
                return error.kind.value
            return "ended"

    assert asyncio.run(scenario()) == outcome


def test_logout_deletes_tokens_and_positions(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(tmp_path) as (client, khala, _):
            khala.append({"n": 0})
            async with aclosing(client.tail([TOPIC])) as items:
                async for item in items:
                    if isinstance(item, Update):
                        break
            session = await client.auth.current()
            assert client.watermarks.cursor(session.namespace, TOPIC) is not None
            assert await client.logout()
            assert client.watermarks.cursors(session.namespace) == {}
            with pytest.raises(SdkError) as error:
                await client.me()
            assert error.value.kind == "missing_credential"

    asyncio.run(scenario())


def test_the_blocking_client_does_the_same(tmp_path: Path) -> None:
    with ControlServer() as control:
        settings = Config(control.url, "ws://127.0.0.1:1/khala/v1/ws", tmp_path, "default")
        with SyncClient(settings) as client:
            assert client.send_code("a@example.com") == "challenge_1"
            assert client.sign_in("a@example.com", " 123 456 ").user_id == "user_1"
            assert client.me()["user"]["id"] == "user_1"
            assert client.start_run(metadata={"a": 1})["metadata"] == {"a": 1}


REFUSAL = {
    "message": "too old",
    "error": {"code": "upgrade_required", "message": "too old"},
    "compatibility": {"code": "upgrade_required", "min_client_build_id": "20990101T000000Z", "max_schema_version": 2},
}


def test_a_khala_that_refuses_this_build_is_left_alone_for_ten_minutes(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(tmp_path) as (client, khala, _control):
            khala.refuse = [(426, json.dumps(REFUSAL).encode())]
            for _ in range(3):
                with pytest.raises(UpgradeRequired) as refused:
                    async for _item in client.tail([TOPIC]):
                        raise AssertionError("nothing may arrive")
                assert refused.value.exit_code == 7
            assert len(khala.authorizations) == 1, "one connection, then no more"
            window = client.gate.windows()["khala_websocket"]
            assert window.min_client_build_id == "20990101T000000Z"
            client.gate._wall = lambda: time.time() + 601
            khala.append({"n": 1})
            async with aclosing(client.tail([TOPIC])) as items:
                async for item in items:
                    if isinstance(item, TopicLive):
                        break
            assert client.gate.windows() == {}
            assert (await client.me())["user"]["id"] == "user_1", "control never refused anything"

    asyncio.run(scenario())


def test_a_pointer_is_read_before_the_reducer_sees_it_and_one_that_cannot_be_read_holds_nothing_up(
    tmp_path: Path,
) -> None:
    """The journal's rows 1 and 3 come as pointers; control still has the first, not the third."""
    reduced: list[tuple[int, bytes]] = []

    def reduce(transaction: ApplyTransaction, update: Update) -> None:
        reduced.append((update.seq, update.raw_payload))

    def without_payload(raw: bytes) -> bytes:
        frame = pb.KhalaFrame.FromString(raw)
        if frame.kind == pb.KHALA_FRAME_KIND_UPDATE_BATCH:
            batch = pb.UpdateBatch.FromString(frame.payload_bytes)
            for update in batch.updates:
                if update.watermark in {1, 3}:
                    update.payload, update.hydration_required = b"", True
            frame.payload_bytes = batch.SerializeToString()
        return frame.SerializeToString()

    async def scenario() -> None:
        async with world(tmp_path) as (client, khala, control):
            khala.mangle = without_payload
            for n in range(1, 4):
                khala.append({"n": n})
            path = ("GET", "/api/runtime/runs/r1/events")
            control.canned[path] = [
                (200, {"data": {"events": [{"seq": 1, "payload": {"n": 1}}]}}),
                (404, {"message": "gone", "error": {"code": "not_found", "message": "gone"}}),
            ]
            told: list[Update] = []
            async with aclosing(client.tail([TOPIC], reducer=reduce)) as items:
                async for item in items:
                    if isinstance(item, Update):
                        told.append(item)
                    if isinstance(item, TopicLive):
                        break
            assert reduced == [(1, b'{"n":1}'), (2, b'{"n":2}'), (3, b"")]
            assert [update.payload for update in told] == [{"n": 1}, {"n": 2}, None]
            assert [update.hydration_required for update in told] == [False, False, True]
            control.canned[path] = [(200, {"data": {"events": [{"seq": 3, "payload": {"n": 3}}]}})]
            assert (await client.hydrate(told[2])).payload == {"n": 3}
            session = await client.auth.current()
            cursor = client.watermarks.cursor(session.namespace, TOPIC)
            assert cursor is not None and cursor.verified_seq == 3

    asyncio.run(scenario())

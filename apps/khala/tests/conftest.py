"""A real Khala process part by part: a uvicorn server in a thread, tokens, a journal to write, native clients."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import jwt
import psycopg
import pytest
import uvicorn
from django.conf import settings
from websockets.sync.client import ClientConnection, connect

from apps.khala.services.probe_clients import CANARY
from openagents.peers.keys import KeyRing
from openagents.peers.signature import sign
from openagents.receipts.canonical import canonical_text
from openagents.receipts.chain import chain_base, chain_next
from openagents.receipts.ids import new_id
from openagents.sync.v1 import sync_pb2 as pb

ALL_SCOPES = [
    "runtime.run_events",
    "runtime.codex_worker_events",
    "runtime.worker_lifecycle_events",
    "runtime.codex_worker_summaries",
    "runtime.run_summaries",
    "runtime.notifications",
]


@dataclass
class Serving:
    """A running server."""

    port: int

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/khala/v1/ws"

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait for a condition to be true; its value."""
    deadline = time.monotonic() + seconds
    waiting = threading.Event()
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        waiting.wait(0.01)
    return value


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    """One Khala server for the suite, with limits that a test client from one address does not meet."""
    config = settings.OA
    for name in ("address", "user", "device"):
        config.__dict__.update(
            {f"khala_handshake_{'ip' if name == 'address' else name}_{what}": 10_000 for what in ("rate", "burst")}
        )
    from apps.khala.asgi import application
    from apps.khala.server import Protocol

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(application, ws=Protocol, log_level="warning", lifespan="on", ws_per_message_deflate=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="khala-server")
    thread.start()
    until(lambda: server.started or not thread.is_alive(), 30)
    assert server.started
    yield Serving(listener.getsockname()[1])
    server.should_exit = True
    thread.join(30)
    listener.close()


def signed(serving: Serving, issuer: str, method: str, path: str, raw: bytes = b"") -> httpx.Response:
    """A call of another plane, with its signature."""
    ring: KeyRing = settings.OA_INTERNAL_KEYRING
    key = next(key for key in ring if key.issuer == issuer)
    headers = sign(key, aud="khala", method=method, path_with_query=path, body=raw)
    headers["content-type"] = "application/json"
    return httpx.request(method, serving.http + path, content=raw, headers=headers)


@dataclass
class User:
    """Somebody with a session, who can mint tokens."""

    user_id: str
    org_id: str
    session_id: str
    device_id: str

    def token(self, **claims: Any) -> str:
        now = int(time.time())
        kid, secret = settings.OA.oa_sync_token_keys.split(",")[0].split("=", 1)
        body = {
            "iss": settings.OA.oa_sync_token_issuer,
            "aud": settings.OA.oa_sync_token_audience,
            "sub": f"user:{self.user_id}",
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "jti": new_id("sync"),
            "oa_claims_version": "oa_sync_claims_v1",
            "oa_user_id": self.user_id,
            "oa_org_id": self.org_id,
            "oa_session_id": self.session_id,
            "oa_device_id": self.device_id,
            "oa_sync_scopes": ALL_SCOPES,
        }
        return jwt.encode(body | claims, secret, "HS256", headers={"kid": kid})


@pytest.fixture
def user() -> User:
    """A user nobody else is."""
    name = new_id("user")
    return User(name, f"user:{name}", new_id("sess"), new_id("dev"))


class JournalTopic:
    """One topic of the real journal, written as the runtime's transaction would."""

    def __init__(
        self, writer: psycopg.Connection[Any], name: str, owner: User | str, org_id: str | None = None
    ) -> None:
        self.writer, self.name, self.lineage = writer, name, new_id("lin")
        self.head = self.floor = 0
        self.base = self.chain = chain_base(name, self.lineage)
        self.chains = {0: self.chain}
        owner_key = owner if isinstance(owner, str) else f"user:{owner.user_id}"
        writer.execute(
            "INSERT INTO sync_topic_sequences (topic, seq, topic_class, owner_key, org_id, visibility, acl_version, "
            "floor_seq, compaction_seq, lineage, chain, floor_chain, seq_offset, created_at, updated_at) "
            "VALUES (%s, 0, 'run_events', %s, %s, 'owner', 1, 0, 0, %s, %s, %s, 0, now(), now())",
            [name, owner_key, org_id, self.lineage, self.chain, self.chain],
        )

    def append(
        self, *payloads: object, hint: bool = True, doc: tuple[str, int] | None = None, metadata: str = "{}"
    ) -> None:
        with self.writer.transaction():
            for payload in payloads:
                text = canonical_text(payload)
                digest = sha256(text.encode()).digest()
                self.head += 1
                self.chain = self.chains[self.head] = chain_next(self.chain, self.head, digest)
                key, version = doc or (f"doc:{self.head}", self.head)
                self.writer.execute(
                    "INSERT INTO sync_stream_events (topic, seq, kind, doc_key, doc_version, payload, payload_sha256, "
                    "schema_version, metadata, chain, inserted_at) "
                    "VALUES (%s, %s, 'test.event', %s, %s, %s, %s, 1, %s, %s, now())",
                    [self.name, self.head, key, version, text, f"sha256:{digest.hex()}", metadata, self.chain],
                )
            self.writer.execute(
                "UPDATE sync_topic_sequences SET seq = %s, chain = %s WHERE topic = %s",
                [self.head, self.chain, self.name],
            )
        if hint:
            self.writer.execute("SELECT pg_notify('runtime_sync', %s)", [f"{self.name}:{self.head}"])

    def set(self, **columns: Any) -> None:
        assignments = ", ".join(f"{column} = %s" for column in columns)
        self.writer.execute(
            f"UPDATE sync_topic_sequences SET {assignments} WHERE topic = %s", [*columns.values(), self.name]
        )


@pytest.fixture
def run_topic(journal_writer: psycopg.Connection[Any], user: User) -> JournalTopic:
    """A fresh run topic that the user owns."""
    return JournalTopic(journal_writer, f"run:{new_id('run')}:events", user)


class Native:
    """A lane N client that remembers what it was told."""

    def __init__(self, serving: Serving, token: str, *, text: bool = False, schema: int = 2, **options: Any) -> None:
        self.text = text
        protocol = "oa.khala.v1.json" if text else "oa.khala.v1.pb"
        headers = options.pop("additional_headers", {"Authorization": f"Bearer {token}"})
        opening = connect(serving.url, subprotocols=[protocol], additional_headers=headers, compression=None, **options)
        self.socket: ClientConnection = opening.__enter__()
        self.schema = schema

    def send(self, **body: Any) -> None:
        self.socket.send(pb.ClientMessage(**body).SerializeToString())

    def hello(self) -> pb.Welcome:
        self.send(hello=pb.ClientHello(client="test", schema_version=self.schema))
        return pb.Welcome.FromString(self.frame(pb.KHALA_FRAME_KIND_WELCOME).payload_bytes)

    def subscribe(self, name: str, cursor: int | None = None, **fields: Any) -> pb.TopicResult:
        after = [pb.TopicCursor(topic_name=name, watermark=cursor, **fields)] if cursor is not None else []
        self.send(request_id="r", subscribe=pb.Subscribe(topic_names=[name], resume_after=after))
        answer = pb.Subscribed.FromString(self.frame(pb.KHALA_FRAME_KIND_SUBSCRIBED).payload_bytes)
        return answer.results[0]

    def ack(self, name: str, watermark: int) -> None:
        self.send(ack=pb.Ack(applied=[pb.TopicCursor(topic_name=name, watermark=watermark)]))

    def any_frame(self) -> pb.KhalaFrame:
        message = self.socket.recv(10)
        assert isinstance(message, bytes)
        return pb.KhalaFrame.FromString(message)

    def frame(self, kind: int) -> pb.KhalaFrame:
        """The next frame of this kind; others are skipped."""
        while True:
            found = self.any_frame()
            if found.kind == kind:
                return found

    def rows(self, name: str, count: int) -> list[pb.Update]:
        """The next `count` updates, acknowledged as they come."""
        updates: list[pb.Update] = []
        while len(updates) < count:
            batch = pb.UpdateBatch.FromString(self.frame(pb.KHALA_FRAME_KIND_UPDATE_BATCH).payload_bytes)
            updates += batch.updates
            if batch.updates:
                self.ack(name, batch.updates[-1].watermark)
        return updates

    def error(self) -> pb.Error:
        return pb.Error.FromString(self.frame(pb.KHALA_FRAME_KIND_ERROR).payload_bytes)


@pytest.fixture
def native(serving: Serving) -> Iterator[Callable[..., Native]]:
    """`native(user)`: a joined connection, closed at the end of the test."""
    opened: list[Native] = []

    def open_one(who: User, *, joined: bool = True, **claims: Any) -> Native:
        client = Native(serving, who.token(**claims))
        opened.append(client)
        if joined:
            client.hello()
        return client

    yield open_one
    for client in opened:
        client.socket.close()


@pytest.fixture(scope="session")
def canary(journal_writer: psycopg.Connection[Any]) -> JournalTopic:
    """The topic that probes look for."""
    topic = JournalTopic(journal_writer, CANARY, "ops")
    topic.set(topic_class="operator")
    topic.append({"at": 0})
    return topic

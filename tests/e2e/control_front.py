"""Control's front door over plain HTTP, for tests that look at what is on the wire rather than at the SDK."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from openagents.embedded.testbed import TESTBED
from openagents.peers.keys import Key
from openagents.peers.signature import sign
from openagents.sdk.khala import frames
from tests.judging import superuser
from tests.system import System

TIMEOUT_SECONDS = 15.0
MAIL_SECRET = "whsec_ZXhhbXBsZS1tYWlsLWhvb2stbm90LXJlYWw="


@dataclass
class Device:
    """Somebody signed in on a device, with an HTTP client that says so."""

    http: httpx.Client
    email: str
    user_id: str
    session_id: str
    device_id: str
    access: str
    refresh: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.request(method, path, json=body, headers=headers)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The `data` of a 2xx answer."""
        answer = self.ask(method, path, body)
        assert answer.is_success, answer.text
        return answer.json().get("data")

    def sync_token(self, topic: str, scope: str) -> str:
        data = self.done("POST", "/api/sync/token", {"topics": [topic], "scopes": [scope]})
        return str(data["token"])


class Front:
    """A running control that believes the addresses its clients state, so that limits by address meet nobody."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.url = system["control"].url

    def client(self) -> httpx.Client:
        address = "10." + ".".join(str(secrets.randbelow(256)) for _ in range(3))
        return httpx.Client(
            base_url=self.url, timeout=TIMEOUT_SECONDS, trust_env=False, headers={"x-forwarded-for": address}
        )

    def sign_in(self, email: str) -> Device:
        """A new device of this address's user."""
        http = self.client()
        device_id = f"desktop:{secrets.token_hex(6)}"
        challenge = http.post("/api/auth/email", json={"email": email}).json()
        code = self._code(email)
        body = {"code": code, "challenge_id": challenge["challengeId"], "device_id": device_id}
        found = http.post("/api/auth/verify", json=body, headers={"x-client": "autopilot-desktop"}).json()
        http.headers["authorization"] = f"Bearer {found['token']}"
        return Device(
            http, email, found["userId"], found["sessionId"], device_id, found["token"], found["refreshToken"]
        )

    def as_peer(self, issuer: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """A signed internal call to control by another plane."""
        content = b"" if body is None else json.dumps(body).encode()
        key = Key(f"{issuer}-dev-1", issuer, TESTBED.credentials.internal[issuer].encode())
        headers = sign(key, aud="control", method=method, path_with_query=path, body=content)
        headers["content-type"] = "application/json"
        return httpx.request(
            method, self.url + path, content=content, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
        )

    def listen(self, token: str, topic: str) -> ClientConnection:
        """A native socket at Khala that has subscribed to a topic and was admitted to it."""
        socket = connect(
            self.system["khala"].url.replace("http", "ws", 1) + "/khala/v1/ws",
            subprotocols=[Subprotocol(frames.SUBPROTOCOL)],
            additional_headers={"Authorization": f"Bearer {token}"},
            compression=None,
            ping_interval=None,
            legacy=True,
        )
        socket.send(frames.hello())
        socket.send(frames.subscribe("s1", [(topic, None)], batch_size=100))
        for frame in received(socket):
            if isinstance(frame, frames.Subscribed):
                (answer,) = frame.answers
                assert answer.error == "", answer
                return socket
        raise AssertionError("the socket was closed before it was admitted")

    def _code(self, email: str) -> str:
        with superuser(TESTBED.server, TESTBED.clone("control"), "control") as database:
            row = database.execute(
                "SELECT code FROM control_dev_outbox_message WHERE email = %s ORDER BY id DESC LIMIT 1", [email]
            ).fetchone()
        assert row is not None, "no code was sent"
        return str(row[0])


def received(socket: ClientConnection) -> Iterator[Any]:
    """Frames until the socket is closed."""
    try:
        while True:
            raw = socket.recv(timeout=TIMEOUT_SECONDS)
            assert isinstance(raw, bytes)
            yield frames.decode(raw)
    except ConnectionClosed:
        return

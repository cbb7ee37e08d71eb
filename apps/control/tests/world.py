"""People, devices and doubles for the tests of control. Everybody is new, with an address of their own."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext

from apps.control.models import DevOutboxMessage
from openagents.peers.keys import Key
from openagents.peers.signature import Rejected, sign, verify

JSON = "application/json"
NOWHERE = "http://127.0.0.1:9"
"""Nothing listens on the discard port: connections are refused at once."""


@dataclass(frozen=True)
class Answer:
    """A response, read."""

    status: int
    headers: dict[str, str]
    content: bytes
    cookies: Any

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])

    @property
    def reason(self) -> str | None:
        return self.json["error"]["reason"]

    @property
    def fields(self) -> set[str]:
        return set(self.json.get("errors", {}))


@cache
def _handler_of_all() -> ClientHandler:
    """One middleware chain for all requests, as in a server; building one reads every static file."""
    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    return handler


def fresh(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(6)}"


def address() -> str:
    """A client address nobody else uses, so that no test meets another's rate limit."""
    return "10." + ".".join(str(secrets.randbelow(256)) for _ in range(3))


def call(
    method: str,
    path: str,
    body: Any = None,
    *,
    token: str | None = None,
    ip: str | None = None,
    cookies: dict[str, str] | None = None,
    raw: bytes | None = None,
    content_type: str = JSON,
    **headers: str,
) -> Answer:
    client = Client(raise_request_exception=False)
    client.handler = _handler_of_all()
    for name, value in (cookies or {}).items():
        client.cookies[name] = value
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    data = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
    response = client.generic(
        method, path, data, content_type=content_type if data else "", headers=sent, REMOTE_ADDR=ip or address()
    )
    return Answer(
        response.status_code,
        {name.lower(): value for name, value in response.items()},
        b"".join(response.streaming_content) if response.streaming else response.content,
        response.cookies,
    )


@dataclass
class Person:
    """Somebody who is signed in."""

    email: str
    ip: str
    user_id: str
    session_id: str
    device_id: str
    access: str
    refresh: str
    refresh_id: str
    org_id: str

    def get(self, path: str, **headers: str) -> Answer:
        return call("GET", path, token=self.access, ip=self.ip, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return call("POST", path, body, token=self.access, ip=self.ip, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return call("PATCH", path, body, token=self.access, ip=self.ip, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return call("DELETE", path, token=self.access, ip=self.ip, **headers)

    def program(self, *abilities: str, **fields: Any) -> Person:
        """The same person acting through a new personal access token; no abilities named: all."""
        answer = self.post("/api/tokens", {"name": fresh("pat"), "abilities": list(abilities), **fields})
        assert answer.status == 201, answer.content
        return replace(self, access=answer.data["token"], refresh="", session_id="", device_id="")


def new_email(domain: str = "example.com") -> str:
    return f"{fresh('user')}@{domain}"


def code_for(email: str) -> str:
    newest = DevOutboxMessage.objects.filter(email=email).order_by("-pk").first()
    assert newest is not None
    return newest.code


def challenge(email: str, *, ip: str | None = None) -> str:
    answer = call("POST", "/api/auth/email", {"email": email}, ip=ip)
    assert answer.status == 200, answer.content
    return str(answer.json["challengeId"])


def sign_in(
    email: str | None = None,
    *,
    device_id: str | None = None,
    client: str = "autopilot-desktop",
    code: str | None = None,
) -> Person:
    email, ip = email or new_email(), address()
    challenge_id = challenge(email, ip=ip)
    body = {
        "code": code or code_for(email),
        "challenge_id": challenge_id,
        "device_id": device_id or fresh("desktop:d"),
    }
    answer = call("POST", "/api/auth/verify", body, ip=ip, x_client=client)
    assert answer.status == 200, answer.content
    found = answer.json
    return Person(
        email=email,
        ip=ip,
        user_id=found["userId"],
        session_id=found["sessionId"],
        device_id=found["deviceId"],
        access=found["token"],
        refresh=found["refreshToken"],
        refresh_id=found["refreshTokenId"],
        org_id=found["activeOrgId"],
    )


def refresh(person: Person, token: str | None = None, **fields: Any) -> Answer:
    body = {"refresh_token": token or person.refresh, "device_id": person.device_id, **fields}
    return call("POST", "/api/auth/refresh", {k: v for k, v in body.items() if v is not None})


def configure(settings_fixture: Any, **values: Any) -> None:
    """Change settings of the plane for this test."""
    settings_fixture.OA = settings_fixture.OA.model_copy(update=values)


@dataclass
class Received:
    """A request that a double got, already proven genuine."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    act: Any

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Double:
    """A peer on a real socket. It refuses what is not signed for it, and answers what it was told to answer."""

    audience: str
    replies: dict[tuple[str, str], Callable[[Received], Reply]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, path: str, status: int = 200, body: Any = None, **headers: str) -> None:
        """Answer `path` (without its query) with a JSON body, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
        sent = {"content-type": JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.replies[(method, path)] = lambda request: (status, sent, content)

    def reply(self, method: str, path: str, work: Callable[[Received], Reply]) -> None:
        self.replies[(method, path)] = work

    def at(self, path: str) -> list[Received]:
        return [request for request in self.received if request.target.partition("?")[0] == path]


def _handler(double: Double) -> type[BaseHTTPRequestHandler]:
    nonces: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                caller = verify(
                    dict(self.headers.items()),
                    aud=double.audience,
                    method=self.command,
                    path_with_query=self.path,
                    body=body,
                    keys=settings.OA_INTERNAL_KEYRING,
                    claim_nonce=lambda kid, aud, nonce, exp: nonce not in nonces and nonces.add(nonce) is None,
                    now=datetime.now(UTC),
                )
            except Rejected as rejected:
                double.refused.append(rejected.reason_code)
                self._send(401, {"content-type": JSON}, b'{"error":"unauthorized","message":"no"}')
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.command, self.path, headers, body, caller.act)
            double.received.append(request)
            reply = double.replies.get((self.command, self.path.partition("?")[0]))
            if reply is None:
                self._send(404, {"content-type": JSON}, b'{"error":"not_found","message":"unknown"}')
            else:
                self._send(*reply(request))

        def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _serve

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    return Handler


@contextmanager
def double(audience: str) -> Iterator[Double]:
    found = Double(audience)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def signed(issuer: str, method: str, path: str, body: Any = None, **options: Any) -> Answer:
    """An internal call to control by another plane."""
    keys = {key.issuer: key for key in settings.OA_INTERNAL_KEYRING}
    key: Key = keys[issuer]
    content = b"" if body is None else json.dumps(body).encode()
    headers = sign(key, aud="control", method=method, path_with_query=path, body=content, **options)
    return call(method, path, raw=content, **headers)


@contextmanager
def queries() -> Iterator[list[str]]:
    """The statements of the block, without transaction control, the rate limiter's and the maintenance gate's."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    skipped = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    found += [
        row["sql"]
        for row in captured.captured_queries
        if not row["sql"].startswith(skipped)
        and not any(word in row["sql"] for word in ("oa_window_hit", "control_maintenance_switch"))
    ]

"""A small control over real HTTP for tests: sign-in, the refresh rule of control 6.4, sync tokens, and a run lane."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from openagents.receipts.times import rfc3339

WINDOW_SECONDS = 10.0
CODE = "123456"
DEVICE = "desktop:test"


@dataclass
class Pair:
    access: str
    refresh: str
    nonce: str = ""
    rotated_at: float | None = None
    used: bool = False


@dataclass
class Control:
    """State behind the server. `lose_answers`: so many refreshes are done and then not answered. `hold`: a refresh is
    done, `held` is set, and its answer waits for `release`."""

    access_seconds: float = 3_600
    lose_answers: int = 0
    hold: bool = False
    pairs: list[Pair] = field(default_factory=list)
    revoked: bool = False
    refreshes: int = 0
    refresh_requests: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    canned: dict[tuple[str, str], list[tuple[int, Any]]] = field(default_factory=dict)
    held: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def issue(self) -> Pair:
        n = len(self.pairs)
        self.pairs.append(Pair(f"oa_at_{n}", f"oa_rt_{n}"))
        return self.pairs[-1]

    def refresh(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.refresh_requests.append(body)
        token, nonce = body["refresh_token"], body.get("client_nonce", "")
        index = next((i for i, pair in enumerate(self.pairs) if pair.refresh == token), None)
        if index is None or self.revoked:
            return 401, refusal("unauthorized", "refresh_token_invalid")
        parent = self.pairs[index]
        if parent.rotated_at is not None:
            child = self.pairs[index + 1]
            benign = (
                index + 2 == len(self.pairs)
                and time.monotonic() - parent.rotated_at <= WINDOW_SECONDS
                and body.get("device_id") == DEVICE
                and ((bool(nonce) and nonce == parent.nonce) or not child.used)
            )
            if benign:
                return 200, self.answer(child)
            self.revoked = True
            return 401, refusal("unauthorized", "refresh_token_reused")
        parent.rotated_at, parent.nonce, parent.used = time.monotonic(), nonce, True
        self.refreshes += 1
        return 200, self.answer(self.issue())

    def answer(self, pair: Pair) -> dict[str, Any]:
        ends = rfc3339(datetime.fromtimestamp(int(time.time() + self.access_seconds), UTC))
        return {"ok": True, "token": pair.access, "refreshToken": pair.refresh, "sessionId": "sess_1"} | {
            "accessExpiresAt": ends,
            "refreshExpiresAt": "2099-01-01T00:00:00Z",
        }

    def authorised(self, header: str) -> bool:
        pair = next((pair for pair in self.pairs if header == f"Bearer {pair.access}"), None)
        if pair is None or pair.rotated_at is not None or self.revoked:
            return False
        pair.used = True
        return True


def refusal(code: str, reason: str = "", message: str = "refused") -> dict[str, Any]:
    return {"message": message, "error": {"code": code, "message": message, "reason": reason}, "request_id": "req_srv"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    control: Control

    def do_GET(self) -> None:
        self._serve("GET", None)

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self._serve("POST", json.loads(self.rfile.read(length) or b"{}"))

    def _serve(self, method: str, body: Any) -> None:
        control, path = self.control, self.path.split("?")[0]
        with control.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            control.requests.append((method, self.path, headers, body))
            status, answer = self._answer(method, path, body, headers)
            lose = path == "/api/auth/refresh" and status == 200 and control.lose_answers > 0
            control.lose_answers -= lose
            hold, control.hold = (
                control.hold and path == "/api/auth/refresh",
                control.hold and not path.endswith("/refresh"),
            )
        if hold:
            control.held.set()
            control.release.wait(30)
        if lose or hold:
            self.close_connection = True
            self.connection.close()
            return
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        control = self.control
        canned = control.canned.get((method, path))
        if canned:
            return canned.pop(0) if len(canned) > 1 else canned[0]
        if path == "/api/auth/email":
            return 200, {"ok": True, "status": "code-sent", "email": body["email"], "challengeId": "challenge_1"}
        if path == "/api/auth/verify":
            if body["code"] != CODE or body["challenge_id"] != "challenge_1":
                return 422, refusal("invalid_request") | {"errors": {"code": ["wrong"]}}
            verified = {"userId": "user_1", "activeOrgId": "org:x", "user": {"email": "a@example.com"}}
            return 200, control.answer(control.issue()) | verified | {"deviceId": body["device_id"]}
        if path == "/api/auth/refresh":
            return control.refresh(body)
        if not control.authorised(headers.get("authorization", "")):
            return 401, refusal("unauthorized", "access_token_expired")
        if path == "/api/me":
            return 200, {"data": {"user": {"id": "user_1", "email": "a@example.com"}}}
        if path == "/api/auth/logout":
            return 200, {"ok": True, "status": "revoked"}
        if path == "/api/sync/token":
            return 200, {"data": {"token": "sync-token", "expires_in": 300, "scopes": body["scopes"]}}
        if path == "/api/runtime/runs" and method == "POST":
            return 201, {"data": {"run": {"id": "run_1", "status": "running", "metadata": body.get("metadata", {})}}}
        return 404, refusal("not_found")

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet."""


class ControlServer:
    """`with ControlServer() as control:` serves on a free port of 127.0.0.1."""

    def __init__(self, control: Control | None = None) -> None:
        self.control = control or Control()
        handler = type("Handler", (_Handler,), {"control": self.control})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.control.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Control:
        self._thread.start()
        return self.control

    def __exit__(self, *exc: object) -> None:
        self.control.release.set()
        self._server.shutdown()
        self._server.server_close()

"""The HTTP agent beside an Aperture: takes configurations, keeps the last ten, switches and goes back (16.2).

It is a process of its own on the gateway's machine, with no database; what it knows is in its folder, so a restart
serves the release that was linked last.
"""

from __future__ import annotations

import hmac
import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from apps.lightning.gateways.deploy.protocol import Deployment, GatewayFailed
from apps.lightning.gateways.deploy.releases import AnotherDeployment, HashMismatch, Releases, UnknownRelease

BODY_BYTES_MAX: Final = 4_194_304
SECONDS_MAX: Final = 10
REFUSALS: Final[tuple[tuple[type[GatewayFailed], int], ...]] = (
    (HashMismatch, 422),
    (AnotherDeployment, 409),
    (UnknownRelease, 404),
    (GatewayFailed, 500),
)


class BadRequest(Exception):
    """What came is no request of the agent. `status` says how it is answered."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class AgentServer(ThreadingHTTPServer):
    """`token`: the bearer that is accepted; empty is refused at start."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], releases: Releases, token: str) -> None:
        if not token:
            raise ValueError("an agent without a token would obey anybody")
        self.releases = releases
        self.token = token
        self.switching = threading.Lock()
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: AgentServer
    timeout = SECONDS_MAX
    protocol_version = "HTTP/1.1"
    server_version = "aperture-agent"

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._answer(HTTPStatus.OK, {"ok": True})
        elif self.path == "/ops/deployment":
            self._guarded(self.server.releases.active)
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not_found"})

    def do_POST(self) -> None:
        work = {"/ops/deploy": self._deploy, "/ops/rollback": self._rollback}.get(self.path)
        if work is None:
            self.close_connection = True
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not_found"})
        else:
            self._guarded(work)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the token is in a header, and who deploys is logged by lightning ops."""

    def _guarded(self, work: Any) -> None:
        try:
            self._authorize()
            with self.server.switching:
                found: Deployment | None = work()
        except BadRequest as bad:
            self.close_connection = True
            self._answer(bad.status, {"error": str(bad)})
        except GatewayFailed as failed:
            status = next(status for kind, status in REFUSALS if isinstance(failed, kind))
            self._answer(status, {"error": str(failed)})
        else:
            self._answer(HTTPStatus.OK, {"deployment": None if found is None else _view(found)})

    def _authorize(self) -> None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(token.strip().encode(), self.server.token.encode())
        if scheme.lower() != "bearer" or not right:
            raise BadRequest(401, "unauthorized")

    def _deploy(self) -> Deployment:
        body = self._body("requestId", "deploymentId", "configHash", "apertureYaml")
        return self.server.releases.deploy(body["deploymentId"], body["configHash"], body["apertureYaml"])

    def _rollback(self) -> Deployment:
        body = self._body("requestId", "deploymentId", "targetConfigHash")
        digest = body.get("imageDigest", "")
        return self.server.releases.rollback(body["deploymentId"], body["targetConfigHash"], digest)

    def _body(self, *names: str) -> dict[str, str]:
        length = self.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 10):
            raise BadRequest(411, "length_required")
        if int(length) > BODY_BYTES_MAX:
            raise BadRequest(413, "too_large")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, OSError):
            raise BadRequest(400, "invalid_json") from None
        if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
            raise BadRequest(400, "invalid_request")
        if not all(body.get(name) for name in names):
            raise BadRequest(400, "missing_field")
        return body

    def _answer(self, status: int, document: Any) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _view(deployment: Deployment) -> dict[str, str]:
    found = {"deploymentId": deployment.deployment_id, "configHash": deployment.config_hash}
    return found | ({"imageDigest": deployment.image_digest} if deployment.image_digest else {})

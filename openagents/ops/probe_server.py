"""Probes and scrapes of a process that serves nobody else: Celery's workers and beats answer `probe_urls`.

What tasks measure lives in the process that ran them, so that process itself must answer `/metrics`. The standard
library's server is enough for a few requests a minute; a thread per connection keeps a slow readiness check from
holding up the metrics. Django's handler and the process's middleware are the web servers', hence so is every answer.
"""

from __future__ import annotations

import socketserver
import sys
import threading
from typing import Any

import structlog
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.management.base import CommandError
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from openagents.ops import health

IDLE_SECONDS_MAX = 60
"""How long a connection may say nothing; each holds a thread."""
PORT_MAX = 65_535

log = structlog.get_logger("oa.probes")


class _ProbeRequest(WSGIRequest):
    urlconf = "openagents.ops.probe_urls"  # of this request only: a task's `reverse` still knows the plane's routes


class _ProbeHandler(WSGIHandler):
    request_class = _ProbeRequest


class _Connection(WSGIRequestHandler):
    timeout = IDLE_SECONDS_MAX

    def log_message(self, *args: Any) -> None:
        """None: no access log."""


class _Server(ThreadedWSGIServer):
    allow_reuse_port = False  # newer Pythons share a port by default; here a taken one must be an error

    def server_bind(self) -> None:
        """As inherited, without looking up this machine's name: no start waits for a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke or fell silent; what a view raises has become an answer by then."""
        log.debug("probe.connection_lost", error=type(sys.exc_info()[1]).__name__)


def serve_probes(bind: str, service: str) -> None:
    """Answer probes on `bind` (HOST:PORT) from now until the process ends; `/healthz` names `service`.

    Raises CommandError, which names the address, when it is none or cannot be bound.
    """
    host, port = _address(bind)
    try:
        server = _Server((host, port), _Connection, ipv6=":" in host)
    except OSError as error:
        raise CommandError(f"cannot listen on {bind}: {error.strerror or error}; choose another with --bind") from None
    health.live_facts(lambda: {"service": service})
    server.set_app(_ProbeHandler())
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()


def _address(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdecimal() and 0 < int(port) <= PORT_MAX):
        raise CommandError(f"the bind address is HOST:PORT, not {bind!r}")
    return host, int(port)

"""The ASGI application of Khala: WebSockets by Channels' routing, everything else by Django."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any

from openagents.ops.startup import prepare

os.environ.setdefault("OA_PLANE", "khala")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.khala")
prepare()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - Django must be set up first
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from apps.khala.api.socket import diagnosis, socket  # noqa: E402
from apps.khala.services import node  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Start the node before the first request, stop it after the last."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await node.ensure_started()
            drain_on_sigterm()
            await send({"type": "lifespan.startup.complete"})
        else:
            await node.shut_down()
            await send({"type": "lifespan.shutdown.complete"})
            return


def drain_on_sigterm() -> None:
    """SIGTERM drains first; the server's own handler hears of it when the last connection is gone."""
    loop = asyncio.get_running_loop()
    servers_own = signal.getsignal(signal.SIGTERM)
    draining: set[asyncio.Task[None]] = set()

    async def drain() -> None:
        running = node.running()
        if running is not None:
            running.drain()
            await running.drained()
        if callable(servers_own):
            frame: FrameType | None = None
            servers_own(signal.SIGTERM, frame)

    def terminate() -> None:
        if not draining:
            draining.add(loop.create_task(drain()))

    try:
        loop.add_signal_handler(signal.SIGTERM, terminate)
    except (NotImplementedError, RuntimeError, ValueError):
        return  # not the main thread, or a platform without signals: the server stops its own way


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """A WebSocket on a path that serves none."""
    await receive()
    await send({"type": "websocket.close", "code": 4403})


def routed(here: Any, otherwise: Any) -> Any:
    """The native lane's URL, and everything else. Channels routes ASGI applications with Django's `path`."""
    return URLRouter([path("khala/v1/ws", here), re_path(r"", otherwise)])


application: App = ProtocolTypeRouter(
    {
        "lifespan": lifespan,
        "websocket": routed(socket, refuse),
        "http": routed(diagnosis, get_asgi_application()),
    }
)

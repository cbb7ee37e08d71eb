"""The ASGI application of Khala: WebSockets by Channels' routing, everything else by Django."""

from __future__ import annotations

import asyncio
import gc
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
from django.urls import re_path  # noqa: E402

from apps.khala.api import socket  # noqa: E402
from apps.khala.api.entrances import ENTRANCES  # noqa: E402
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
            settle_garbage()
            drain_on_sigterm()
            await send({"type": "lifespan.startup.complete"})
        else:
            await node.shut_down()
            await send({"type": "lifespan.shutdown.complete"})
            return


def settle_garbage() -> None:
    """What is loaded now stays: the collector need not look at it again, and looks at the rest less often.

    With a thousand connections a full collection stops every one of them for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


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


def routed(make: Any, otherwise: Any) -> Any:
    """The lanes' URLs, and everything else. Channels routes ASGI applications with Django's `re_path`."""
    lanes = [re_path(pattern, make(entrance_of)) for pattern, entrance_of in ENTRANCES.items()]
    return URLRouter([*lanes, re_path(r"", otherwise)])


application: App = socket.scrubbed(
    ProtocolTypeRouter(
        {
            "lifespan": lifespan,
            "websocket": routed(socket.application, refuse),
            "http": routed(socket.diagnosis, get_asgi_application()),
        }
    )
)

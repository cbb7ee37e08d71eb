"""From a request's thread to the node's event loop, and back with the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from apps.khala.services.node import Node, running

ANSWER_SECONDS_MAX: Final = 5.0
T = TypeVar("T")


def on_node(act: Callable[[Node], T], *, default: T) -> T:
    """`act(node)` in the node's loop; `default` when this process has no node. Raises TimeoutError."""
    node = running()
    if node is None:
        return default

    async def run() -> T:
        return act(node)

    return asyncio.run_coroutine_threadsafe(run(), node.loop).result(ANSWER_SECONDS_MAX)

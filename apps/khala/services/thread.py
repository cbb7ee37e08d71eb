"""From a request's thread to the node's event loop, and back with the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from apps.khala.services.journal import JournalUnavailable
from apps.khala.services.node import Node, running
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

ANSWER_SECONDS_MAX: Final = 5.0
T = TypeVar("T")


async def _started(act: Callable[[Node], Awaitable[T]], node: Node) -> T:
    return await act(node)


def ask_node(act: Callable[[Node], Awaitable[T]]) -> T:
    """What `act(node)` gives, awaited in the node's loop. Raises Fault DEPENDENCY_UNAVAILABLE when this process has no
    node or it does not answer in time, and whatever `act` raises."""
    node = running()
    if node is None:
        raise Fault(DEPENDENCY_UNAVAILABLE, "the node has not started")
    future = asyncio.run_coroutine_threadsafe(_started(act, node), node.loop)
    try:
        return future.result(ANSWER_SECONDS_MAX)
    except JournalUnavailable:
        raise Fault(DEPENDENCY_UNAVAILABLE, reason_code="journal_unavailable", retry_after_ms=1_000) from None
    except TimeoutError:
        future.cancel()
        raise Fault(DEPENDENCY_UNAVAILABLE, retry_after_ms=1_000) from None


def on_node(act: Callable[[Node], T], *, default: T) -> T:
    """`act(node)` in the node's loop; `default` when this process has no node. Raises TimeoutError."""
    node = running()
    if node is None:
        return default

    async def run() -> T:
        return act(node)

    return asyncio.run_coroutine_threadsafe(run(), node.loop).result(ANSWER_SECONDS_MAX)

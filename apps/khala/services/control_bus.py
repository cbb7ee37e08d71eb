"""What processes of Khala tell each other: "there are newer revocations", "there is an order", nothing else.

Events carry no content, only a kind and a number, over the configured fan-out driver; they may get lost. Whoever hears
one reads the table behind it at once, and everybody reads it every few seconds anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from apps.khala import metrics
from openagents.db.fanout import HintSource
from openagents.db.hints import control_sender

REVOCATION: Final = "revocation"
ORDER: Final = "order"
KINDS: Final = (REVOCATION, ORDER)


def announce(kind: str, number: int) -> None:
    """Tell every process, this one included, that `number` of `kind` is committed. From any thread; never raises."""
    control_sender().note(kind, number)


class ControlBus:
    """The listening half, in the node's loop. `reactions`: what to do at once when a kind is heard of."""

    def __init__(self, source: HintSource, reactions: Mapping[str, Callable[[], None]]) -> None:
        self.source = source
        self._reactions = reactions

    async def start(self) -> None:
        await self.source.start(self._heard)

    async def stop(self) -> None:
        await self.source.stop()

    def _heard(self, kind: str, number: int) -> None:
        reaction = self._reactions.get(kind)
        if reaction is not None:  # another one is of a newer build
            metrics.CONTROL_EVENTS.labels(kind).inc()
            reaction()

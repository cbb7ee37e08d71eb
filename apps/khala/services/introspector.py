"""Lease renewal: whoever is due within a moment is asked about in one call to control."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog

from apps.khala.domain.access import Principal
from apps.khala.domain.core.events import LeaseRefused, LeaseRenewed, LeaseUnknown
from apps.khala.peers import INTROSPECT_ITEMS_MAX, Control
from openagents.peers.calls import PeerUnavailable

GATHER_SECONDS: Final = 0.05

Verdict = LeaseRenewed | LeaseRefused | LeaseUnknown
Tell = Callable[[Verdict], None]
log = structlog.get_logger("oa.khala.introspect")


class Introspector:
    """Questions gathered for a moment, then asked in batches."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._waiting: list[tuple[Principal, Tell]] = []
        self._task: asyncio.Task[None] | None = None

    def ask(self, principal: Principal, tell: Tell) -> None:
        self._waiting.append((principal, tell))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ask_soon(), name="khala-introspect")

    async def _ask_soon(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            batch, self._waiting = self._waiting[:INTROSPECT_ITEMS_MAX], self._waiting[INTROSPECT_ITEMS_MAX:]
            try:
                answers = await self._control.introspect([principal for principal, _ in batch])
            except PeerUnavailable as error:
                log.warning("introspect.unavailable", reason=error.reason)
                for _, tell in batch:
                    tell(LeaseUnknown())
            else:
                for (_, tell), answer in zip(batch, answers, strict=True):
                    tell(verdict(answer))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


def verdict(answer: dict[str, Any]) -> Verdict:
    """What one item of control's answer means for a lease."""
    if answer.get("active") is not True:
        return LeaseRefused(str(answer.get("reason") or "session_inactive"))
    if answer.get("org_active") is False:
        return LeaseRefused("membership_revoked")
    scopes = answer.get("scopes")
    return LeaseRenewed(frozenset(scope for scope in scopes or () if isinstance(scope, str)))

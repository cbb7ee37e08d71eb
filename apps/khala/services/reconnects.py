"""Who comes back, and why they left: connections that follow one of the same device within ten minutes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.utils import timezone

from apps.khala import metrics
from apps.khala.domain.access import Principal
from apps.khala.domain.closing import CloseCode
from apps.khala.models import ConnectionRow, NodeRow
from apps.khala.services.orders import NODE_ALIVE

MEMORY_SECONDS: Final = 600.0
DEVICES_MAX: Final = 20_000
LOST: Final = "node_lost"
"""The process that held the connection is gone without having said so."""
OTHER: Final = "other_node"
"""Another process held a connection of the device when this one began: killed a moment ago, or still serving."""

_REASONS: Final = {
    1000: "client",
    1001: "client",
    1005: "client",
    1006: "network",
    int(CloseCode.INTERNAL): "internal",
    int(CloseCode.RECONNECT): "drain",
    int(CloseCode.OVERLOAD): "overload",
    int(CloseCode.REAUTH): "reauth",
    int(CloseCode.SILENT): "heartbeat",
    int(CloseCode.SLOW_CONSUMER): "slow_consumer",
    int(CloseCode.RATE_LIMITED): "rate_limited",
    int(CloseCode.INCOMPATIBLE): "incompatible",
}


def reason_of(close_code: int) -> str:
    """A close code as one of a few words."""
    return _REASONS.get(close_code, "other")


class Reconnects:
    """The last end per device, forgotten after ten minutes."""

    def __init__(self) -> None:
        self._ended: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def prime(self, rows: Iterable[tuple[str, str]]) -> None:
        """(principal key, reason) of connections that ended before this process began."""
        for key, reason in rows:
            self._remember(key, reason)

    def left(self, principal: Principal, close_code: int) -> None:
        """A connection of the device ended."""
        self._remember(principal.principal_key, reason_of(close_code))

    def entered(self, principal: Principal) -> str | None:
        """A connection of the device begins; why the one before ended, if it was lately. Counted."""
        at, reason = self._ended.pop(principal.principal_key, (0.0, ""))
        if not reason or at < time.monotonic() - MEMORY_SECONDS:
            return None
        metrics.RECONNECTS.labels(reason).inc()
        return reason

    def _remember(self, key: str, reason: str) -> None:
        self._ended[key] = (time.monotonic(), reason)
        self._ended.move_to_end(key)
        if len(self._ended) > DEVICES_MAX:
            self._ended.popitem(last=False)


def settle_lost() -> list[tuple[str, str]]:
    """Close the records of connections whose node is gone; (principal key, reason) of everything that ended lately."""
    now = timezone.now()
    living = NodeRow.objects.filter(heartbeat_at__gt=now - NODE_ALIVE).values_list("node_id", flat=True)
    abandoned = ConnectionRow.objects.filter(closed_at__isnull=True, opened_at__lt=now - NODE_ALIVE)
    abandoned.exclude(node_id__in=list(living)).update(closed_at=now, close_code=1006, close_reason=LOST)
    since = now - timedelta(seconds=MEMORY_SECONDS)
    ended = ConnectionRow.objects.filter(closed_at__gt=since).order_by("-closed_at")
    found = [
        (str(key), LOST if word == LOST else reason_of(code or 1006))
        for key, code, word in ended.values_list("principal_key", "close_code", "close_reason")[:DEVICES_MAX]
    ]
    # A node that was killed a moment ago still looks alive; a storm after a crash must count all the same.
    still = ConnectionRow.objects.filter(closed_at__isnull=True).values_list("principal_key", flat=True)
    return [*found, *((str(key), OTHER) for key in still[:DEVICES_MAX])]

"""How much of the outbox waits, and for how long: measured by whoever delivers a destination."""

from __future__ import annotations

from django.utils import timezone

from apps.lightning.models import Outbox
from openagents.ops.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_OPEN


def measure(destination: str) -> None:
    """Set the shared gauges of one destination."""
    waiting = Outbox.objects.filter(destination=destination, delivered_at__isnull=True)
    oldest = waiting.order_by("pk").values_list("created_at", flat=True).first()
    age = 0.0 if oldest is None else max(0.0, (timezone.now() - oldest).total_seconds())
    OUTBOX_OPEN.labels("lightning", destination).set(waiting.count())
    OUTBOX_OLDEST_SECONDS.labels("lightning", destination).set(age)

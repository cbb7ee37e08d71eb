"""The outbox shows what waits and for how long, by destination."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from apps.lightning.models import Outbox
from apps.lightning.services import outbox
from openagents.ops.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_OPEN


def test_what_waits_is_measured() -> None:
    destination = f"test-{uuid.uuid4().hex}"
    rows = [Outbox.objects.create(destination=destination, event_type="x") for _ in range(2)]
    Outbox.objects.filter(pk=rows[0].pk).update(created_at=timezone.now() - timedelta(seconds=90))
    outbox.measure(destination)
    assert OUTBOX_OPEN.labels("lightning", destination)._value.get() == 2
    assert 90 <= OUTBOX_OLDEST_SECONDS.labels("lightning", destination)._value.get() < 150
    Outbox.objects.filter(destination=destination).update(delivered_at=timezone.now())
    outbox.measure(destination)
    assert OUTBOX_OPEN.labels("lightning", destination)._value.get() == 0
    assert OUTBOX_OLDEST_SECONDS.labels("lightning", destination)._value.get() == 0

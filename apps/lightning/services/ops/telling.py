"""Telling control what happened, also when control is away: stored with the change, sent in order, at least once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models.functions import Now

from apps.lightning import peers
from apps.lightning.models import Outbox
from apps.lightning.services import outbox

CONTROL: Final = "control"
BATCH: Final = 100

log = structlog.get_logger("oa.lnops")


def later(function: str, request_id: str, args: Mapping[str, Any]) -> None:
    """Store a mutation for control; call it inside the transaction of what it tells."""
    Outbox.objects.create(
        destination=CONTROL, event_type=function, actor="lightning-ops", request_id=request_id, payload=dict(args)
    )


def deliver() -> int:
    """Send what waits, oldest first, until control does not answer. Returns how many were sent.

    A refusal is final: it is logged as an error and not sent again. Any number of workers may deliver.
    """
    try:
        return _deliver()
    finally:
        outbox.measure(CONTROL)


def _deliver() -> int:
    sent = 0
    while True:
        with transaction.atomic():
            row = (
                Outbox.objects.select_for_update(skip_locked=True)
                .filter(destination=CONTROL, delivered_at__isnull=True)
                .order_by("pk")
                .first()
            )
            if row is None or sent >= BATCH:
                return sent
            try:
                peers.mutation(row.event_type, **row.payload)
            except peers.ControlUnavailable:
                return sent
            except peers.ControlRefused as refused:
                log.error("control.refused", function=row.event_type, code=refused.code, message=refused.message)
            Outbox.objects.filter(pk=row.pk).update(delivered_at=Now())
            sent += 1

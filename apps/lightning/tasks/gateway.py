"""The gateway is kept at what the paywalls say, and control hears what happened, whatever was away meanwhile."""

from __future__ import annotations

import time

from celery import shared_task

from apps.lightning.services.ops import l402_client, reconcile, sealed_rows, settlement_feed, settlements, telling
from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault

SCHEDULE = {
    "lightning.reconcile": {"task": "lightning.reconcile", "schedule": 5.0},
    "lightning.tell_control": {"task": "lightning.tell_control", "schedule": 5.0},
    "lightning.read_settlements": {"task": "lightning.read_settlements", "schedule": 5.0},
    "lightning.settle_l402_spends": {"task": "lightning.settle_l402_spends", "schedule": 60.0},
    "lightning.prune_l402_credentials": {"task": "lightning.prune_l402_credentials", "schedule": 3600.0},
    "lightning.measure_sealed": {"task": "lightning.measure_sealed", "schedule": 3600.0},
}


@shared_task(name="lightning.reconcile")
def keep_reconciled() -> str:
    """Finish an abandoned run; start one when the paywalls compile to something else, or the last is too old."""
    row = reconcile.take_abandoned()
    if row is not None:
        return str(reconcile.run(row).state)
    why = reconcile.due()
    return _reconcile(f"reconcile:{int(time.time() * 1000)}", why) if why else "not due"


@shared_task(name="lightning.reconcile_now")
def reconcile_now(reason: str) -> str:
    """A run because something changed; while another one goes on, that one's successor will see the change."""
    return _reconcile(new_id("reconcile"), reason)


@shared_task(name="lightning.tell_control")
def tell_control() -> int:
    """Send control what it has not heard yet; returns how many messages."""
    return telling.deliver() + settlements.deliver_waiting().processed


@shared_task(name="lightning.read_settlements")
def read_settlements() -> int:
    """Read the settlement feeds to their end; returns how many settlements control acknowledged."""
    return settlement_feed.read_all()


@shared_task(name="lightning.settle_l402_spends")
def settle_l402_spends() -> int:
    """Find out what became of payments whose fetch died; returns how many are certain now."""
    return l402_client.settle_reserved()


@shared_task(name="lightning.prune_l402_credentials")
def prune_l402_credentials() -> int:
    """Forget credentials that expired; returns how many."""
    return l402_client.prune()


@shared_task(name="lightning.measure_sealed")
def measure_sealed() -> int:
    """Count what an older key sealed; returns how many rows."""
    return sealed_rows.measure_stale()


def reconcile_soon(reason: str) -> None:
    """Ask a worker for a run now. A lost message is harmless: the next beat sees that something else is compiled."""
    reconcile_now.delay(reason)


def _reconcile(request_id: str, reason: str) -> str:
    try:
        row, _ = reconcile.start(request_id, "lightning-ops", reason)
    except Fault:
        return "another run is under way"
    return str(reconcile.run(row).state)

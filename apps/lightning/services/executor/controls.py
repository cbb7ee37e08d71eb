"""Pauses: by an operator (`all`, `outgoing`), or by the dead-man stop (`ledger`). A paused wallet still tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction

from apps.lightning.models import Outbox, WalletControl
from apps.lightning.services.executor.clock import database_now, unix_ms
from apps.lightning.services.executor.policy import lock_wallet, wallet_id
from apps.lightning.services.executor.refusals import WALLET_PAUSED, invalid
from openagents.db import audit
from openagents.wire.faults import Fault

log = structlog.get_logger("oa.executor")

ALL, OUTGOING, LEDGER = "all", "outgoing", "ledger"


@dataclass(frozen=True, slots=True)
class Pause:
    """One scope as it stands."""

    scope: str
    paused: bool
    reason: str
    by: str
    at_ms: int

    def shown(self) -> dict[str, Any]:
        return {
            "scope": self.scope,
            "paused": self.paused,
            "reason": self.reason,
            "updated_by": self.by,
            "updated_at_ms": self.at_ms,
        }


def states() -> list[Pause]:
    """Every scope that was ever touched."""
    rows = WalletControl.objects.filter(wallet_id=wallet_id()).order_by("scope")
    return [Pause(row.scope, row.paused, row.reason, row.by, unix_ms(row.at)) for row in rows]


def pause_in_force(*, outgoing: bool = True) -> Pause | None:
    """The pause that stops outgoing payments (or, with `outgoing` False, everything), the widest first."""
    order = {ALL: 0, LEDGER: 1, OUTGOING: 2} if outgoing else {ALL: 0}
    active = [state for state in states() if state.paused and state.scope in order]
    return min(active, key=lambda state: order[state.scope], default=None)


def refuse_paused(*, outgoing: bool = True) -> None:
    """Raises Fault WALLET_PAUSED with the scope and the reason."""
    found = pause_in_force(outgoing=outgoing)
    if found is not None:
        raise Fault(WALLET_PAUSED, reason_code=found.reason or None, details={"scope": found.scope})


def pause(scope: str, *, reason: str, by: str) -> Pause:
    """Stop a scope. Serialised with reservations: what is not reserved by then is refused."""
    return _set(scope, True, reason, by)


def resume(scope: str, *, reason: str, by: str) -> Pause:
    """Let a scope run again. An operator who resumes also lifts the dead-man stop, having looked at its reason."""
    with transaction.atomic():
        if WalletControl.objects.filter(wallet_id=wallet_id(), scope=LEDGER, paused=True).exists():
            _set(LEDGER, False, reason, by)
        return _set(scope, False, reason, by)


def _set(scope: str, paused: bool, reason: str, by: str) -> Pause:
    if not reason.strip():
        raise invalid("a reason is required", "reason")
    with transaction.atomic():
        lock_wallet()
        now = database_now()
        WalletControl.objects.update_or_create(
            wallet_id=wallet_id(),
            scope=scope,
            defaults={"paused": paused, "reason": reason.strip(), "by": by, "at": now},
        )
        event = "lightning.wallet.paused" if paused else "lightning.wallet.resumed"
        audit.record(event, scope=scope, reason=reason, actor=by)
        Outbox.objects.create(event_type=event, actor=by, payload={"scope": scope, "reason": reason})
    log.warning(event, scope=scope, reason=reason, by=by)
    return Pause(scope, paused, reason.strip(), by, unix_ms(now))

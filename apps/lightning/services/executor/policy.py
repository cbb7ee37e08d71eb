"""The limits in force: the environment's, with the newest stored version over them (section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from apps.lightning.domain.spending import BadLimit, Limits
from apps.lightning.models import WalletPolicy
from apps.lightning.services.executor.refusals import POLICY_VERSION_CONFLICT, invalid
from openagents.db import audit
from openagents.wire.faults import Fault


@dataclass(frozen=True, slots=True)
class Policy:
    """`version` 0: nothing was ever stored, the environment alone decides."""

    version: int
    limits: Limits


def wallet_id() -> str:
    """The executor's own wallet."""
    return str(settings.OA.oa_lightning_wallet_id)


def from_environment() -> Limits:
    """The configured limits. Raises BadLimit naming the field."""
    config = settings.OA
    return Limits(
        allowed_hosts=tuple(config.oa_lightning_wallet_allowed_hosts),
        request_cap_msats=config.oa_lightning_wallet_request_cap_msats,
        window_cap_msats=config.oa_lightning_wallet_window_cap_msats,
        window_ms=config.oa_lightning_wallet_window_ms,
        payment_timeout_secs=config.oa_lightning_spark_payment_timeout_secs,
        daily_cap_msats=config.oa_lightning_wallet_daily_cap_msats,
        fee_floor_msats=config.oa_lightning_wallet_fee_floor_msats,
        fee_limit_ppm=config.oa_lightning_wallet_fee_limit_ppm,
        daily_fee_cap_msats=config.oa_lightning_wallet_daily_fee_cap_msats,
        max_payments_per_minute=config.oa_lightning_wallet_max_payments_per_minute,
    )


def current() -> Policy:
    """What holds now."""
    row = WalletPolicy.objects.filter(wallet_id=wallet_id()).order_by("-version").first()
    limits = from_environment()
    return Policy(0, limits) if row is None else Policy(row.version, limits.changed(row.limits))


def change(changes: Mapping[str, Any], *, expected_version: int, reason: str, changed_by: str) -> Policy:
    """Store a new version with some limits replaced; earlier changes stay in force.

    Raises Fault POLICY_VERSION_CONFLICT, or INVALID_REQUEST naming the limit.
    """
    if not reason.strip():
        raise invalid("a reason is required", "reason")
    if not changes:
        raise invalid("no limit is given", "limits")
    with transaction.atomic():
        lock_wallet()
        before = WalletPolicy.objects.filter(wallet_id=wallet_id()).order_by("-version").first()
        version = before.version if before else 0
        if version != expected_version:
            raise Fault(POLICY_VERSION_CONFLICT, details={"policyVersion": version})
        overlay = {**(before.limits if before else {}), **changes}
        try:
            limits = from_environment().changed(overlay)
        except BadLimit as error:
            raise invalid(error.reason, error.name) from None
        if not limits.allowed_hosts and not settings.OA.simulated:
            raise invalid("the allow-list may be empty in simulated mode only", "allowed_hosts")
        WalletPolicy.objects.create(
            wallet_id=wallet_id(), version=version + 1, limits=overlay, changed_by=changed_by, reason=reason.strip()
        )
        audit.record(
            "lightning.policy.changed", version=version + 1, changed=sorted(changes), actor=changed_by, reason=reason
        )
    return Policy(version + 1, limits)


def lock_wallet() -> None:
    """Until the transaction ends, nobody else reserves, and no cap or pause changes, for this wallet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"lightning.wallet:{wallet_id()}"])

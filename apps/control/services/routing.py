"""Which runtime deployment a call goes to, and operators' exceptions to that (6.2, 3.9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from apps.control import metrics
from apps.control.domain.runtime_routing import (
    SCOPES,
    Decision,
    Driver,
    Rules,
    Stored,
    Subject,
    UnknownDriver,
    canonical_driver,
    decide,
)
from apps.control.models import AutopilotBinding, RuntimeDriverOverride
from apps.control.services import trail
from apps.control.services.authentication import Principal
from openagents.receipts.ids import new_id
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, FORBIDDEN, INVALID_REQUEST, Fault

SCOPE_ID_MAX = 160
REASON_MAX = 255
OVERRIDES_SHOWN_MAX = 500


@dataclass(frozen=True, slots=True)
class Route:
    """Where one call goes; `decision` is None where there is nothing to decide."""

    base_url: str
    decision: Decision | None = None

    @property
    def mirrored(self) -> bool:
        return self.decision is not None and self.decision.mirrored


@dataclass(frozen=True, slots=True)
class Change:
    """An override as an operator states it. `meta_given`: an absent meta keeps the stored one."""

    scope_type: str
    scope_id: str
    driver: str
    is_active: bool
    reason: str | None
    meta: Any
    meta_given: bool


def rules() -> Rules:
    """The configured part of the decision."""
    config = settings.OA
    return Rules(
        default=config.oa_runtime_routing_driver or "control_service",
        forced=config.oa_runtime_routing_force_driver or None,
        force_control=config.oa_runtime_force_control_service,
        overrides_enabled=config.oa_runtime_overrides_enabled,
        canary_user_percent=config.oa_runtime_canary_user_percent,
        canary_autopilot_percent=config.oa_runtime_canary_autopilot_percent,
        canary_seed=config.oa_runtime_canary_seed,
        shadow_enabled=config.oa_runtime_shadow_enabled,
        shadow_rate=config.oa_runtime_shadow_sample_rate,
    )


def route(principal: Principal, lane: str, thread_id: str = "") -> Route:
    """Where this caller's call about this thread (or worker) goes. Raises Fault where nothing is configured.

    With one deployment and no shadow every decision leads to the same place: then nothing is looked up.
    """
    config = settings.OA
    lanes, other = config.runtime_base_url("control_service"), config.runtime_base_url("runtime_service")
    if lanes == other and not config.oa_runtime_shadow_enabled:
        return _configured(Route(lanes))
    decision = evaluate(Subject(principal.user_id, thread_id))
    metrics.RUNTIME_ROUTING.labels(lane, decision.driver).inc()
    return _configured(Route(config.runtime_base_url(decision.driver), decision))


def evaluate(subject: Subject) -> Decision:
    """The decision with the stored exceptions, in two queries at most."""
    found = rules()
    fixed = found.force_control or found.forced is not None
    return decide(found, Stored() if fixed else _stored(found, subject), subject)


def evaluate_for(principal: Principal, thread_id: str, user_id: str | None, autopilot_id: str | None) -> Decision:
    """What would be decided for the caller. Raises Fault: INVALID_REQUEST (`thread_id`), FORBIDDEN for another user."""
    thread = thread_id.strip()
    if not thread:
        raise Fault(INVALID_REQUEST, errors={"thread_id": ["must not be blank"]})
    if user_id is not None and user_id.strip() not in ("", principal.user_id):
        raise Fault(FORBIDDEN)
    autopilot = (autopilot_id or "").strip() or None
    decision = evaluate(Subject(principal.user_id, thread, autopilot))
    metrics.RUNTIME_ROUTING.labels("evaluate", decision.driver).inc()
    return decision


def overrides() -> list[RuntimeDriverOverride]:
    """Stored exceptions, the latest change first; the oldest of very many are left out."""
    return list(RuntimeDriverOverride.objects.order_by("-updated_at", "id")[:OVERRIDES_SHOWN_MAX])


def override(principal: Principal, change: Change) -> RuntimeDriverOverride:
    """Store an exception; the last writer wins, and both are audited.

    Raises Fault INVALID_REQUEST (`scope_type`, `scope_id`, `driver`, `reason`).
    """
    driver, alias_used = _checked(change)
    fields: dict[str, Any] = {"driver": driver, "is_active": change.is_active, "reason": change.reason}
    if change.meta_given:
        fields["meta"] = change.meta
    with transaction.atomic():
        row, _ = RuntimeDriverOverride.objects.update_or_create(
            scope_type=change.scope_type,
            scope_id=change.scope_id,
            defaults={**fields, "updated_at": Now()},
            create_defaults={**fields, "id": new_id("rdo")},
        )
        trail.note_by(
            principal,
            "runtime.routing.override.updated",
            scope_type=change.scope_type,
            scope_id=change.scope_id,
            driver=driver,
            is_active=change.is_active,
            alias_used=alias_used,
        )
        row.refresh_from_db()
    return row


def deactivate(ids: Collection[str], actor: str) -> int:
    """End exceptions on behalf of an operator of the admin; returns how many were active."""
    with transaction.atomic():
        rows = list(RuntimeDriverOverride.objects.select_for_update().filter(id__in=ids, is_active=True).order_by("id"))
        RuntimeDriverOverride.objects.filter(id__in=[row.id for row in rows]).update(is_active=False, updated_at=Now())
        for row in rows:
            trail.note(
                "runtime.routing.override.updated",
                by=actor,
                scope_type=row.scope_type,
                scope_id=row.scope_id,
                driver=row.driver,
                is_active=False,
                alias_used=False,
            )
    return len(rows)


def _checked(change: Change) -> tuple[Driver, bool]:
    errors = {}
    if change.scope_type not in SCOPES:
        errors["scope_type"] = ["must be user or autopilot"]
    if not 1 <= len(change.scope_id) <= SCOPE_ID_MAX:
        errors["scope_id"] = [f"must be 1 to {SCOPE_ID_MAX} characters"]
    if change.reason is not None and len(change.reason) > REASON_MAX:
        errors["reason"] = [f"must be at most {REASON_MAX} characters"]
    try:
        found = canonical_driver(change.driver)
    except UnknownDriver:
        errors["driver"] = ["must be control_service or runtime_service"]
    if errors:
        raise Fault(INVALID_REQUEST, errors=errors)
    return found


def _stored(found: Rules, subject: Subject) -> Stored:
    by_scope: dict[str, Driver] = {}
    if found.overrides_enabled:
        wanted = Q(scope_type="user", scope_id=subject.user_id)
        if subject.autopilot_id:
            wanted |= Q(scope_type="autopilot", scope_id=subject.autopilot_id)
        rows = RuntimeDriverOverride.objects.filter(wanted, is_active=True).values_list("scope_type", "driver")
        by_scope = {scope: cast(Driver, driver) for scope, driver in rows}
    binding = None
    if subject.autopilot_id:
        bound = AutopilotBinding.objects.filter(autopilot_id=subject.autopilot_id, is_primary=True)
        binding = cast("Driver | None", bound.values_list("driver", flat=True).first())
    return Stored(by_scope.get("user"), by_scope.get("autopilot"), binding)


def _configured(found: Route) -> Route:
    if not found.base_url:
        raise Fault(DEPENDENCY_UNAVAILABLE)
    return found

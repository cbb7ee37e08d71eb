"""The route split with its stored overrides (6.1, 3.9)."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from apps.control import metrics
from apps.control.domain import route_split as rules
from apps.control.models import RouteSplitOverride
from apps.control.services import trail
from apps.control.services.authentication import Principal
from openagents.wire.faults import INVALID_REQUEST, Fault

GLOBAL = "global"


def current() -> rules.Split:
    """Configuration and overrides, in one query."""
    config = settings.OA
    stored = dict(RouteSplitOverride.objects.values_list("scope", "target"))
    targets = cast("dict[str, rules.Target]", stored)
    return rules.Split(
        enabled=config.oa_route_split_enabled,
        mode=rules.known_mode(config.oa_route_split_mode),
        rust_routes=config.oa_route_split_rust_routes,
        cohort_percentage=config.oa_route_split_cohort_percentage,
        salt=config.oa_route_split_salt,
        force_legacy=config.oa_route_split_force_legacy,
        override=targets.pop(GLOBAL, None),
        domain_overrides=targets,
    )


def evaluate(path: str, cohort_key: str | None) -> rules.Decision:
    """Where this path would go. Raises Fault INVALID_REQUEST (`path`)."""
    if not path.strip():
        raise Fault(INVALID_REQUEST, errors={"path": ["must not be blank"]})
    decision = rules.evaluate(current(), path, cohort_key)
    metrics.ROUTE_SPLIT.labels(decision.domain, decision.target).inc()
    return decision


def override(principal: Principal, target: str, domain: str | None) -> rules.Split:
    """Set or lift an override of everything or of one group. Raises Fault INVALID_REQUEST (`target`, `domain`)."""
    try:
        group = rules.canonical_domain(domain) if domain is not None and domain.strip() else None
    except rules.UnknownDomain:
        raise Fault(INVALID_REQUEST, errors={"domain": ["is not a group of routes"]}) from None
    try:
        chosen = rules.override_target(target, group)
    except rules.UnknownTarget:
        raise Fault(
            INVALID_REQUEST, errors={"target": ["must be legacy, rust, rust_shell, clear, default or rollback"]}
        ) from None
    scope = group or GLOBAL
    with transaction.atomic():
        if chosen is None:
            RouteSplitOverride.objects.filter(scope=scope).delete()
        else:
            RouteSplitOverride.objects.update_or_create(
                scope=scope, defaults={"target": chosen, "updated_by": principal.user_id, "updated_at": Now()}
            )
        trail.note_by(
            principal,
            "route.split.override.updated",
            target=chosen or "clear",
            scope=scope,
            override_kind=target.strip().lower(),
        )
    return current()


def lift(scopes: Collection[str], actor: str) -> int:
    """Lift overrides on behalf of an operator of the admin; returns how many there were."""
    with transaction.atomic():
        rows = list(RouteSplitOverride.objects.select_for_update().filter(scope__in=scopes).order_by("scope"))
        RouteSplitOverride.objects.filter(scope__in=[row.scope for row in rows]).delete()
        for row in rows:
            trail.note(
                "route.split.override.updated",
                by=actor,
                target="clear",
                scope=row.scope,
                override_kind="clear",
            )
    return len(rows)

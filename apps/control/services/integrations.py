"""Secrets of users for services: stored sealed, told to the runtime alone, rewrapped when keys change (3.7)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction

from apps.control import metrics
from apps.control.models import IntegrationSecret, User
from apps.control.services import limits, trail
from apps.control.services.authentication import Principal
from apps.control.services.clock import database_now
from openagents.ops.metrics import SECRETBOX_FAILURES, SECRETBOX_STALE_ROWS
from openagents.secretbox.box import SecretBox, SecretUnreadable, purpose
from openagents.wire.faults import CONFLICT, DEPENDENCY_UNAVAILABLE, INVALID_REQUEST, Fault, Kind

PROVIDERS: Final = frozenset({"resend", "google"})
SECRET_MIN, SECRET_MAX = 8, 4096
TEXT_MAX: Final = 160
INTEGRATIONS_MAX: Final = 50
"""Active integrations of one user, and so the length of the list."""
REWRAP_BATCH: Final = 200
SECRET_NOT_FOUND: Final = Kind("secret_not_found", 404, "There is no active secret.", False)

_INTEGRATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,160}", re.ASCII)

log = structlog.get_logger("oa.control.integrations")


@dataclass(frozen=True, slots=True)
class Fetch:
    """What the runtime asks, checked. `user_id` is the text of what was sent."""

    user_id: str
    provider: str
    integration_id: str
    run_id: str
    tool_call_id: str
    org_id: str | None


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What one run of the rewrap did; `unreadable` rows stay as they are."""

    done: int
    unreadable: int
    left: int


def store(principal: Principal, provider: str, integration_id: str | None, secret: str) -> IntegrationSecret:
    """Seal a secret in place of the one before. Raises Fault INVALID_REQUEST, CONFLICT, DEPENDENCY_UNAVAILABLE."""
    provider, integration_id = _named(provider, integration_id)
    if not SECRET_MIN <= len(secret) <= SECRET_MAX:
        raise Fault(INVALID_REQUEST, errors={"secret": [f"must have {SECRET_MIN} to {SECRET_MAX} characters"]})
    if secret != secret.strip():
        raise Fault(INVALID_REQUEST, errors={"secret": ["begins or ends with a space"]})
    box = _ready()
    reason = _purpose(principal.user_id, provider, integration_id)
    sealed = box.seal(secret, reason)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("id").get(id=principal.user_id)
        own = IntegrationSecret.objects.filter(user_id=principal.user_id, status="active")
        if own.exclude(provider=provider, integration_id=integration_id).count() >= INTEGRATIONS_MAX:
            raise Fault(CONFLICT, f"There are {INTEGRATIONS_MAX} integrations already.")
        row, created = IntegrationSecret.objects.update_or_create(
            user_id=principal.user_id,
            provider=provider,
            integration_id=integration_id,
            defaults={
                "status": "active",
                "sealed": sealed,
                "key_id": _key_id(sealed),
                "fingerprint": hashlib.sha256(f"{reason}\n{secret}".encode()).hexdigest(),
                "last4": secret[-4:],
                "updated_at": database_now(),
                "revoked_at": None,
            },
        )
        _note("integration.secret.updated", principal, provider, integration_id, replaced=not created)
    return row


def active(principal: Principal) -> list[IntegrationSecret]:
    """The caller's integrations, in the order of their names."""
    rows = IntegrationSecret.objects.filter(user_id=principal.user_id, status="active").defer("sealed")
    return list(rows.order_by("provider", "integration_id")[:INTEGRATIONS_MAX])


def revoke(principal: Principal, provider: str, integration_id: str | None) -> bool:
    """Forget a secret; False when there was none. Raises Fault INVALID_REQUEST."""
    provider, integration_id = _named(provider, integration_id)
    with transaction.atomic():
        now = database_now()
        ended = IntegrationSecret.objects.filter(
            user_id=principal.user_id, provider=provider, integration_id=integration_id, status="active"
        ).update(status="revoked", sealed="", revoked_at=now, updated_at=now)
        if ended:
            _note("integration.secret.revoked", principal, provider, integration_id)
    return bool(ended)


def asked(
    *, user_id: Any, provider: str, integration_id: str, run_id: str, tool_call_id: str, org_id: str | None
) -> Fetch:
    """The runtime's question by its rules. Raises Fault INVALID_REQUEST with the fields."""
    errors: dict[str, list[str]] = {}
    whole = isinstance(user_id, int) and not isinstance(user_id, bool) and user_id > 0
    user = str(user_id).strip() if whole or isinstance(user_id, str) else ""
    texts = {"integration_id": integration_id, "run_id": run_id, "tool_call_id": tool_call_id}
    texts = {name: value.strip() for name, value in texts.items()}
    if not user or len(user) > TEXT_MAX:
        errors["user_id"] = ["must be a text or an integer above zero"]
    if provider.strip().lower() not in PROVIDERS:
        errors["provider"] = ["must be resend or google"]
    for name, value in texts.items():
        if not value or len(value) > TEXT_MAX:
            errors[name] = [f"must have 1 to {TEXT_MAX} characters"]
    if org_id is not None and len(org_id.strip()) > TEXT_MAX:
        errors["org_id"] = [f"must have at most {TEXT_MAX} characters"]
    if errors:
        raise Fault(INVALID_REQUEST, errors=errors)
    return Fetch(user, provider.strip().lower(), **texts, org_id=org_id)


def fetch(question: Fetch) -> tuple[str, datetime]:
    """(secret, instant of the fetch).

    Raises Fault RATE_LIMITED, SECRET_NOT_FOUND, DEPENDENCY_UNAVAILABLE without a ring or for a text that does not open.
    """
    limits.count(
        "runtime.secret.fetch",
        "|".join((question.run_id, question.tool_call_id, question.user_id, question.integration_id)),
    )
    box = _ready()
    with transaction.atomic():
        row = IntegrationSecret.objects.filter(
            user_id=question.user_id,
            user__deleted_at__isnull=True,
            provider=question.provider,
            integration_id=question.integration_id,
            status="active",
        ).first()
        secret, outcome = _open(box, row)
        metrics.SECRET_FETCHES.labels(question.provider, outcome).inc()
        trail.note(
            f"runtime.internal.secret.fetch.{'accepted' if secret is not None else outcome}",
            "success" if secret is not None else "failure",
            user_id=question.user_id,
            org_id=question.org_id,
            provider=question.provider,
            integration_id=question.integration_id,
            run_id=question.run_id,
            tool_call_id=question.tool_call_id,
        )
        now = database_now()
    if secret is None:
        raise Fault(SECRET_NOT_FOUND if outcome == "not_found" else DEPENDENCY_UNAVAILABLE)
    return secret, now


def rewrap() -> Rewrapped:
    """Seal what an older key sealed under the current one, batch by batch; safe beside stores and a second run.

    Raises NoKeyRing.
    """
    box, done, unreadable, after = _box(settings.OA.integration_ring()), 0, 0, 0
    stale = IntegrationSecret.objects.filter(status="active").exclude(sealed__startswith=box.current_prefix)
    while rows := list(stale.filter(pk__gt=after).order_by("pk")[:REWRAP_BATCH]):
        after = rows[-1].pk
        for row in rows:
            try:
                sealed = box.rewrap(row.sealed, _purpose(row.user_id, row.provider, row.integration_id))
            except SecretUnreadable:
                unreadable += 1
                _alarm(row)
                continue
            # Only what was read is replaced: a secret stored meanwhile is under the current key already.
            done += IntegrationSecret.objects.filter(pk=row.pk, sealed=row.sealed).update(
                sealed=sealed, key_id=_key_id(sealed)
            )
    trail.note("integration.secrets.rewrapped", rewrapped=done, unreadable=unreadable)
    return Rewrapped(done, unreadable, measure_stale())


def measure_stale() -> int:
    """Set the gauge of rows that another key than the ring's first sealed, and return it; without a ring that is all.

    A row that is sealed meanwhile is under the first key, so the number only falls until the ring changes again.
    """
    box = _box(settings.OA.integration_ring())
    rows = IntegrationSecret.objects.filter(status="active")
    left = (rows.exclude(sealed__startswith=box.current_prefix) if box.ready else rows).count()
    SECRETBOX_STALE_ROWS.labels("control").set(left)
    return left


def _open(box: SecretBox, row: IntegrationSecret | None) -> tuple[str | None, str]:
    if row is None:
        return None, "not_found"
    try:
        return box.open(row.sealed, _purpose(row.user_id, row.provider, row.integration_id)), "ok"
    except SecretUnreadable:
        _alarm(row)
        return None, "unreadable"


def _alarm(row: IntegrationSecret) -> None:
    SECRETBOX_FAILURES.labels("control").inc()
    log.error("integration.secret_unreadable", row=row.pk, key_id=row.key_id)


def _named(provider: str, integration_id: str | None) -> tuple[str, str]:
    name = provider.strip().lower()
    if name not in PROVIDERS:
        raise Fault(INVALID_REQUEST, errors={"provider": ["must be resend or google"]})
    identifier = (integration_id or "").strip() or f"{name}.primary"
    if not _INTEGRATION_ID.fullmatch(identifier):
        raise Fault(INVALID_REQUEST, errors={"integration_id": ["must be 1 to 160 of A-Z a-z 0-9 . _ : -"]})
    return name, identifier


def _purpose(user_id: str, provider: str, integration_id: str) -> str:
    return purpose("control", "integration_secret", user_id, provider, integration_id)


def _key_id(sealed: str) -> str:
    return sealed.split(":")[2]


def _ready() -> SecretBox:
    box = _box(settings.OA.integration_ring())
    if not box.ready:
        raise Fault(DEPENDENCY_UNAVAILABLE)
    return box


@cache
def _box(ring: str) -> SecretBox:
    return SecretBox.from_csv(ring)


def _note(event: str, principal: Principal, provider: str, integration_id: str, **attributes: Any) -> None:
    trail.note(
        event,
        user_id=principal.user_id,
        session_id=principal.session_id,
        device_id=principal.device_id,
        provider=provider,
        integration_id=integration_id,
        **attributes,
    )

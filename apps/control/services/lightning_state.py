"""Lightning operations on paywalls, deployments, events and brakes (3.8). Arguments are checked before any write.

Every function takes the call's arguments, runs inside the caller's transaction and raises `Refused`. Writers of one
thing wait for each other under an advisory lock, so that what is compared is what is replaced.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.conf import settings
from django.db import connection

from apps.control import lightning_mapping as mapping
from apps.control.domain import lightning as rules
from apps.control.domain.lightning import Arguments, Refused
from apps.control.models import CredentialRole, GatewayDeployment, GatewayEvent, OwnerControl, Paywall, SecurityGlobal
from apps.control.services.clock import database_now
from openagents.receipts.ids import new_id

NAME_MAX: Final = 120
PATTERN_MAX: Final = 255
DEFAULT_REASONS: Final = {
    "global": "All paid requests are paused by an operator.",
    "owner": "Paid requests of this owner are stopped by an operator.",
}

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,160}", re.ASCII)

Result = dict[str, Any]


def serialize(kind: str, key: str) -> None:
    """Wait until no other transaction writes this thing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"lightning:{kind}:{key}"])


def list_paywalls(args: Arguments) -> Result:
    rows = list(Paywall.objects.filter(status__in=args.statuses()).order_by("created_at", "id"))
    owners = {mapping.owner_id(row.owner_user_id) for row in rows}
    stopped = set(OwnerControl.objects.filter(owner_id__in=owners, kill_switch=True).values_list("owner_id", flat=True))
    return {"ok": True, "paywalls": [_view(row, stopped) for row in rows]}


def upsert_paywall(args: Arguments) -> Result:
    paywall_id = _identifier(args, "paywallId")
    owner, name = args.required("ownerUserId", length_max=160), args.required("name", length_max=NAME_MAX)
    host = args.required("hostRegexp", length_max=PATTERN_MAX)
    path = args.required("pathRegexp", length_max=PATTERN_MAX)
    rules.check_patterns(host, path)
    price = args.integer("priceMsats")
    if price is None:
        raise Refused("missing_priceMsats")
    if not 1 <= price <= rules.PRICE_MAX:
        raise Refused("invalid_priceMsats")
    upstream = args.required("upstream")
    rules.check_upstream(upstream)
    metadata, enabled = args.document("metadata"), args.flag("enabled", True)
    paywall_id = paywall_id or new_id("pw")
    serialize("paywall", paywall_id)
    now = database_now()
    row = Paywall.objects.filter(id=paywall_id).first()
    if row is None:
        row = Paywall(id=paywall_id, owner_user_id=owner, created_at=now)
    elif row.status == "archived":
        raise Refused("paywall_archived", conflict=True)
    elif row.owner_user_id != owner:
        raise Refused("owner_mismatch", conflict=True)
    row.name, row.host_regexp, row.path_regexp = name, host, path
    row.price_msats, row.upstream = price, upstream
    row.status, row.updated_at = "active" if enabled else "paused", now
    row.metadata = row.metadata if metadata is None else metadata
    row.request_id = row.request_id or args.text("requestId")
    row.save()
    return {"ok": True, "paywall": _view(row, _stopped(row))}


def set_paywall_status(args: Arguments) -> Result:
    paywall_id = args.required("paywallId")
    status = args.choice("status", rules.PAYWALL_STATUSES, "invalid_status")
    serialize("paywall", paywall_id)
    row = Paywall.objects.filter(id=paywall_id).first()
    if row is None:
        raise Refused("invalid_paywallId")
    if row.status == "archived" and status != "archived":
        raise Refused("paywall_archived", conflict=True)
    if row.status != status:
        row.status, row.updated_at = status, database_now()
        row.save(update_fields=["status", "updated_at"])
    return {"ok": True, "paywall": _view(row, _stopped(row))}


def record_deployment(args: Arguments) -> Result:
    deployment_id, config_hash = _identifier(args, "deploymentId"), args.required("configHash")
    status = args.choice("status", rules.DEPLOYMENT_STATUSES, "invalid_deployment_status")
    request_id = args.text("requestId")
    stated = {
        "paywall_id": args.text("paywallId"),
        "owner_id": args.text("ownerId"),
        "image_digest": args.text("imageDigest"),
        "diagnostics": args.document("diagnostics"),
        "metadata": args.document("metadata"),
        "request_id": request_id,
        "applied_at_ms": args.moment("appliedAtMs"),
        "rolled_back_from": args.text("rolledBackFrom"),
    }
    serialize("deployment", "*")  # a deployment is found by its id or by its request: one lock for both
    same = GatewayDeployment.objects.filter(request_id=request_id).first() if request_id else None
    if same is not None and deployment_id in (None, ""):
        if same.config_hash != config_hash:
            raise Refused("request_conflict", conflict=True)
        return {"ok": True, "deployment": mapping.deployment(same)}
    if same is not None and same.id != deployment_id:
        raise Refused("request_conflict", conflict=True)
    now = database_now()
    row = GatewayDeployment.objects.filter(id=deployment_id).first() if deployment_id else None
    if row is None:
        row = GatewayDeployment(id=deployment_id or new_id("dep"), created_at=now)
    else:
        rules.check_deployment_move(row.status, status)
    row.config_hash, row.status, row.updated_at = config_hash, status, now
    for field, value in stated.items():
        if value is not None:
            setattr(row, field, value)
    row.save()
    return {"ok": True, "deployment": mapping.deployment(row)}


def record_event(args: Arguments) -> Result:
    row = GatewayEvent.objects.create(
        id=new_id("evt"),
        paywall_id=args.required("paywallId"),
        owner_id=args.required("ownerId"),
        event_type=args.required("eventType"),
        level=args.choice("level", rules.EVENT_LEVELS, "invalid_level"),
        request_id=args.text("requestId"),
        metadata=args.document("metadata"),
        created_at=database_now(),
    )
    return {"ok": True, "event": mapping.event(row)}


def security_state(args: Arguments | None = None) -> Result:
    return mapping.security_state(
        SecurityGlobal.objects.filter(id="global").first(),
        OwnerControl.objects.order_by("owner_id"),
        CredentialRole.objects.order_by("role"),
    )


def set_global_pause(args: Arguments) -> Result:
    active = args.flag("active")
    reason, by = args.text("reason"), args.text("updatedBy")
    row, _ = SecurityGlobal.objects.update_or_create(
        id="global",
        defaults={
            "global_pause": active,
            "deny_reason": (reason or DEFAULT_REASONS["global"]) if active else None,
            "updated_by": by,
            "updated_at": database_now(),
        },
    )
    return {"ok": True, "global": mapping.security_global(row)}


def set_owner_kill_switch(args: Arguments) -> Result:
    owner, active = args.required("ownerId"), args.flag("active")
    reason, by = args.text("reason"), args.text("updatedBy")
    row, _ = OwnerControl.objects.update_or_create(
        owner_id=owner,
        defaults={
            "kill_switch": active,
            "deny_reason": (reason or DEFAULT_REASONS["owner"]) if active else None,
            "updated_by": by,
            "updated_at": database_now(),
        },
    )
    return {"ok": True, "owner_control": mapping.owner_control(row)}


def rotate_role(args: Arguments) -> Result:
    row, fingerprint, note = _role(args)
    row.version = row.version + 1 if row.status else 1
    row.status, row.fingerprint, row.note = "rotating", fingerprint, note or row.note
    row.last_rotated_at_ms, row.revoked_at_ms = mapping.milliseconds(row.updated_at), None
    row.save()
    return {"ok": True, "role": mapping.role(row)}


def activate_role(args: Arguments) -> Result:
    row, fingerprint, note = _role(args)
    if row.status != "rotating":
        row.version = row.version + 1 if row.status else 1
    row.status, row.fingerprint, row.note = "active", fingerprint or row.fingerprint, note or row.note
    row.last_rotated_at_ms, row.revoked_at_ms = mapping.milliseconds(row.updated_at), None
    row.save()
    return {"ok": True, "role": mapping.role(row)}


def revoke_role(args: Arguments) -> Result:
    row, _, note = _role(args)
    row.status, row.fingerprint, row.note = "revoked", None, note or row.note
    row.revoked_at_ms = mapping.milliseconds(row.updated_at)
    row.save()
    return {"ok": True, "role": mapping.role(row)}


def _role(args: Arguments) -> tuple[CredentialRole, str | None, str | None]:
    """The role's row under its lock (status blank: there was none), fingerprint and note as stated."""
    name = args.choice("role", rules.ROLES, "invalid_role")
    fingerprint, note = args.text("fingerprint"), args.text("note")
    serialize("role", name)
    row = CredentialRole.objects.filter(role=name).first() or CredentialRole(role=name, status="", version=1)
    row.updated_at = database_now()
    return row, fingerprint, note


def _identifier(args: Arguments, name: str) -> str | None:
    found = args.text(name)
    if found is not None and not _ID.fullmatch(found):
        raise Refused(f"invalid_{name}")
    return found


def _stopped(row: Paywall) -> set[str]:
    owner = mapping.owner_id(row.owner_user_id)
    return {owner} if OwnerControl.objects.filter(owner_id=owner, kill_switch=True).exists() else set()


def _view(row: Paywall, stopped: set[str]) -> dict[str, Any]:
    return mapping.paywall(
        row,
        kill_switch=mapping.owner_id(row.owner_user_id) in stopped,
        timeout_ms=settings.OA.oa_lightning_ops_control_plane_timeout_ms,
        priority=settings.OA.oa_lightning_ops_control_plane_priority,
    )

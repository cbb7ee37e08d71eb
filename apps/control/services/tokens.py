"""Minting sync and khala tokens (3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

import jwt
from django.conf import settings
from django.db import connection, transaction

from apps.control import metrics
from apps.control.domain import inputs
from apps.control.domain.claims import Holder, Kind, Mint, claims, issue_second
from apps.control.domain.policy import judge
from apps.control.domain.scopes import OPERATOR_READ, may_claim_role
from apps.control.domain.states import REFUSAL_BY_SESSION_STATUS
from apps.control.domain.topics import Grant, Topic, default_grants, first_scope, parse
from apps.control.models import IssuedSyncToken
from apps.control.services import policy, trail
from apps.control.services.authentication import Principal, refused
from apps.control.services.settings_view import khala_mint, sync_mint
from openagents.receipts.ids import new_id
from openagents.wire.faults import (
    DEPENDENCY_UNAVAILABLE,
    FORBIDDEN,
    INVALID_REQUEST,
    INVALID_SCOPE,
    KHALA_TOKEN_UNAVAILABLE,
    SYNC_TOKEN_UNAVAILABLE,
    Fault,
)

SCOPE_LENGTH_MAX = 120
WORKSPACE_LENGTH_MAX = 120
KHALA_ROLES = ("member", "admin", "owner")


@dataclass(frozen=True, slots=True)
class Minted:
    """A signed token and what it says."""

    token: str
    kid: str
    jti: str
    subject: str
    mint: Mint
    ttl: int
    issued_at: datetime
    expires_at: datetime
    scopes: list[str]
    grants: list[Grant]
    workspace_id: str | None = None
    role: str | None = None


def mint_sync_token(
    principal: Principal,
    *,
    scopes: Sequence[str],
    topics: Sequence[str],
    ttl_seconds: int | None,
    device_id: str | None,
) -> Minted:
    """A token for Khala with the scopes and topics asked for, in the fixed order of checks.

    Raises Fault SYNC_TOKEN_UNAVAILABLE, FORBIDDEN (another device, policy), INVALID_REQUEST (`ttl_seconds`,
    `topics`), INVALID_SCOPE, DEPENDENCY_UNAVAILABLE when the runtime must be asked and gives no answer.
    """
    mint = sync_mint()
    _check_usable(mint, principal)
    if device_id and principal.session is not None and device_id != principal.device_id:
        _deny(mint, principal, Fault(FORBIDDEN, "The session belongs to another device."), "device_mismatch")
    ttl = mint.ttl if ttl_seconds is None else ttl_seconds
    if not mint.ttl_min <= ttl <= mint.ttl_max:
        complaint = f"must be {mint.ttl_min} to {mint.ttl_max}"
        _deny(mint, principal, Fault(INVALID_REQUEST, errors={"ttl_seconds": [complaint]}), "ttl")
    granted = sorted(policy.distinct("scopes", scopes)) or sorted(mint.default_scopes)
    if not granted:
        _deny(mint, principal, Fault(SYNC_TOKEN_UNAVAILABLE), "no_default_scopes")
    _check_allowed(mint, principal, granted, "scopes")
    requested = policy.distinct("topics", topics)
    grants = _granted_topics(mint, principal, requested, granted) if requested else _default(principal, granted)
    _check_policy(mint, principal, granted, [grant.topic for grant in grants])
    return _issue(mint, principal, ttl=ttl, scopes=granted, grants=grants, ceiling=bool(requested))


def mint_khala_token(
    principal: Principal, *, scope: Sequence[str], workspace_id: str | None, role: str | None
) -> Minted:
    """A khala token; its `runtime.*` and `ops.*` scopes are judged as for a sync token and open the default topics.

    Raises Fault KHALA_TOKEN_UNAVAILABLE, INVALID_SCOPE, INVALID_REQUEST (`scope`, `workspace_id`, `role`),
    FORBIDDEN (role above the caller's own, policy).
    """
    mint = khala_mint()
    _check_usable(mint, principal)
    wanted = policy.distinct("scope", scope, length_max=SCOPE_LENGTH_MAX) or list(mint.default_scopes)
    _check_allowed(mint, principal, wanted, "scope")
    workspace = (workspace_id or "").strip() or None
    if workspace is not None and len(workspace) > WORKSPACE_LENGTH_MAX:
        complaint = f"is longer than {WORKSPACE_LENGTH_MAX} characters"
        _deny(mint, principal, Fault(INVALID_REQUEST, errors={"workspace_id": [complaint]}), "workspace_id")
    claimed = (role or "").strip().lower() or None
    if claimed is not None and claimed not in KHALA_ROLES:
        complaint = "must be member, admin or owner"
        _deny(mint, principal, Fault(INVALID_REQUEST, errors={"role": [complaint]}), "role")
    if claimed is not None and not may_claim_role(principal.member.role, claimed):
        _deny(mint, principal, Fault(FORBIDDEN, "The role is above your own."), "role_above_own")
    synced = [name for name in wanted if name.startswith(("runtime.", "ops."))]
    grants = _default(principal, synced, aliases=True)
    _check_policy(mint, principal, synced, [])
    return _issue(
        mint,
        principal,
        ttl=mint.ttl,
        scopes=synced,
        grants=grants,
        ceiling=False,
        shown=wanted,
        workspace_id=workspace,
        role=claimed,
    )


def _check_usable(mint: Mint, principal: Principal) -> None:
    problem = mint.fault(production=settings.OA.oa_env == "prod")
    if problem is not None or (mint.kind == "khala" and not mint.ttl_min <= mint.ttl <= mint.ttl_max):
        kind = SYNC_TOKEN_UNAVAILABLE if mint.kind == "sync" else KHALA_TOKEN_UNAVAILABLE
        _deny(mint, principal, Fault(kind), problem or "bad_ttl_bounds")


def _check_allowed(mint: Mint, principal: Principal, scopes: Sequence[str], field: str) -> None:
    unknown = [scope for scope in scopes if scope not in mint.allowed_scopes]
    if unknown:
        _deny(mint, principal, Fault(INVALID_SCOPE, errors={field: [f"cannot be granted: {unknown[0]}"]}), "scope")


def _granted_topics(mint: Mint, principal: Principal, names: Sequence[str], held: Sequence[str]) -> list[Grant]:
    grants = []
    for name in names:
        topic = parse(name)
        if topic is None:
            _deny(mint, principal, Fault(INVALID_REQUEST, errors={"topics": ["has an unknown topic"]}), "topic")
        scope = first_scope(topic.pattern, held)
        if scope is None:
            complaint = f"needs {' or '.join(topic.pattern.scopes)}"
            _deny(mint, principal, Fault(INVALID_SCOPE, errors={"topics": [complaint]}), "topic_scope")
        grants.append(Grant(name, scope))
    return grants


def _default(principal: Principal, scopes: Sequence[str], *, aliases: bool = False) -> list[Grant]:
    return default_grants(scopes, user_id=principal.user_id, org_id=principal.active_org_id, aliases=aliases)


def _check_policy(mint: Mint, principal: Principal, scopes: Sequence[str], topics: Sequence[str]) -> None:
    verdict = judge(principal.member, scopes, topics)
    if not verdict.allowed:
        _deny(mint, principal, Fault(FORBIDDEN, "Policy does not allow this."), verdict.denied_reasons[0].split(":")[0])
    for topic in verdict.open:
        _check_owned(mint, principal, topic)


def _check_owned(mint: Mint, principal: Principal, topic: Topic) -> None:
    owned = policy.ask(principal, topic)
    if owned is None:
        fault = Fault(DEPENDENCY_UNAVAILABLE, "The owner of a topic cannot be asked.")
        _deny(mint, principal, fault, "topic_unverified")
    if not owned:
        _deny(mint, principal, Fault(FORBIDDEN, "A topic belongs to somebody else."), "topic_denied")


def _issue(
    mint: Mint,
    principal: Principal,
    *,
    ttl: int,
    scopes: list[str],
    grants: list[Grant],
    ceiling: bool,
    shown: list[str] | None = None,
    workspace_id: str | None = None,
    role: str | None = None,
) -> Minted:
    """Persist the `jti`, sign, audit. `shown`: the full scope list of a khala token.

    A granted `ops.read` makes the surface an operator's, which Khala demands.
    """
    kid, secret = mint.signing_key
    jti = new_id(mint.kind)
    surface = "operator" if OPERATOR_READ in scopes else _surface(principal)
    holder = Holder(principal.user_id, principal.active_org_id, principal.session_id, principal.device_id, surface)
    try:
        with transaction.atomic():
            issued = issue_second(_hold(principal), principal.revoked_until)
            issued_at, expires_at = (datetime.fromtimestamp(second, UTC) for second in (issued, issued + ttl))
            IssuedSyncToken.objects.create(
                jti=jti,
                kind=mint.kind,
                user_id=principal.user_id,
                session_id=principal.session_id,
                device_id=principal.device_id,
                org_id=principal.active_org_id,
                scopes=scopes,
                topics=[grant.topic for grant in grants],
                issued_at=issued_at,
                expires_at=expires_at,
            )
            trail.note_by(
                principal,
                f"{mint.kind}.token.issued",
                scope_count=len(shown or scopes),
                topic_count=len(grants),
                expires_in=ttl,
            )
    except _Withdrawn as late:
        _deny(mint, principal, late.fault, late.fault.reason_code or "org_left")
    body = claims(
        mint,
        holder,
        jti=jti,
        issued_at=issued,
        ttl=ttl,
        scopes=scopes,
        grants=grants,
        ceiling=ceiling,
        scope=shown or (),
        workspace_id=workspace_id,
        role=role,
    )
    token = jwt.encode(body, secret, algorithm="HS256", headers={"kid": kid})
    metrics.SYNC_TOKENS.labels(mint.kind, "issued", "").inc()
    listed = scopes if shown is None else shown
    return Minted(token, kid, jti, body["sub"], mint, ttl, issued_at, expires_at, listed, grants, workspace_id, role)


HELD_SESSION = "SELECT clock_timestamp(), status, active_org_id FROM control_session WHERE id = %s FOR SHARE"
HELD_TOKEN = "SELECT clock_timestamp(), revoked_at IS NULL FROM control_personal_access_token WHERE id = %s FOR SHARE"


class _Withdrawn(Exception):
    """The right to a token ended since it was checked; `fault` is the answer."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def _hold(principal: Principal) -> datetime:
    """The database's time, under a lock on the credential that whatever ends it waits for.

    That then finds the new token among those it has to revoke, and none is ever minted behind its back. Raises
    _Withdrawn: the credential ended, or its session left the organisation, since it was checked.
    """
    statement = HELD_SESSION if principal.session is not None else HELD_TOKEN
    with connection.cursor() as cursor:
        cursor.execute(statement, [principal.token_id or principal.session_id])
        row: tuple[Any, ...] = cursor.fetchone() or (None,)
    now, *held = row
    if principal.session is None:
        if held != [True]:
            raise _Withdrawn(refused("pat_revoked"))
    elif held[:1] != ["active"]:
        raise _Withdrawn(refused(REFUSAL_BY_SESSION_STATUS[held[0] if held else "revoked"]))
    elif held[1] != principal.active_org_id:
        raise _Withdrawn(Fault(FORBIDDEN, "The session has left this organisation."))
    found: datetime = now
    return found


def _surface(principal: Principal) -> str:
    return "pat" if principal.session is None else inputs.surface(principal.token_name)


def _deny(mint: Mint, principal: Principal, fault: Fault, reason: str) -> NoReturn:
    kind: Kind = mint.kind
    trail.note_by(principal, f"{kind}.token.denied", "rejected", reason=reason)
    metrics.SYNC_TOKENS.labels(kind, "denied", reason).inc()
    raise fault

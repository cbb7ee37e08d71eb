"""Who may call, proven by token or signature, with which scopes; how a credential is replaced without a gap (3.3)."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from apps.lightning.domain import credentials as rules
from apps.lightning.domain.credentials import CredentialState
from apps.lightning.domain.fingerprints import sha256_text
from apps.lightning.models import ServiceCredential
from apps.lightning.services.executor import custody, policy
from apps.lightning.services.executor.clock import database_now, from_ms, unix_ms
from apps.lightning.services.executor.refusals import CREDENTIAL_NOT_FOUND, CREDENTIAL_STATE, invalid
from openagents.db import audit
from openagents.peers.keys import Key
from openagents.planes import ISSUERS
from openagents.wire.faults import Fault

CALLER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MODES = ("bearer", "signed")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A caller whose credential holds. `version` is that of the credential; 0 for a project-wide signing key."""

    caller: str
    scopes: frozenset[str]
    version: int = 0
    key_id: str = ""
    act: dict[str, Any] | None = None


class Refused(Exception):
    """Not a caller of ours. `reason` goes into `details.reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _own() -> Any:
    return ServiceCredential.objects.filter(wallet_id=policy.wallet_id())


def by_token(token: str) -> Accepted:
    """The caller of a bearer token, compared with every accepted one in constant time. Raises Refused."""
    digest = sha256_text(token)
    config = settings.OA
    configured = config.oa_lightning_wallet_executor_auth_token.strip()
    if configured and hmac.compare_digest(sha256_text(configured), digest):
        version = config.oa_lightning_wallet_executor_auth_token_version
        return Accepted("environment", rules.ENVIRONMENT_TOKEN, version)
    found: ServiceCredential | None = None
    for row in _own().filter(mode="bearer").exclude(state=CredentialState.STAGED):
        if hmac.compare_digest(row.token_sha256, digest):
            found = row
    if found is None:
        raise Refused("bad_token")
    _check_accepted(found)
    return Accepted(found.caller, frozenset(found.scopes), found.version)


def _check_accepted(row: ServiceCredential) -> None:
    now = database_now()
    retiring = row.state == CredentialState.RETIRING and (row.not_after is None or now < row.not_after)
    active = row.state == CredentialState.ACTIVE and (row.not_after is None or now < row.not_after)
    if not (retiring or active):
        raise Refused("key_revoked")


def signing_key(kid: str) -> tuple[Key, frozenset[str], int] | None:
    """An issued signing key by its id, with its scopes and version; None when there is none. Raises Refused."""
    row = _own().filter(mode="signed", kid=kid).exclude(state=CredentialState.STAGED).first()
    if row is None:
        return None
    _check_accepted(row)
    secret = custody.open_column(row.secret_enc, "service_credential", "secret_enc", row.pk)
    return Key(kid, row.caller, secret.encode()), frozenset(row.scopes), row.version


def active_version() -> tuple[int, str]:
    """(version, fingerprint) of what callers authenticate with at present; an empty fingerprint where there is none."""
    config = settings.OA
    token = config.oa_lightning_wallet_executor_auth_token.strip()
    newest = _own().filter(state=CredentialState.ACTIVE).order_by("-version").first()
    if newest is not None:
        return newest.version, f"sha256:{newest.token_sha256}"
    fingerprint = f"sha256:{sha256_text(token)}" if token else ""
    return config.oa_lightning_wallet_executor_auth_token_version, fingerprint


def accepted_key_ids() -> list[str]:
    """Ids of the signing keys that are accepted now: the project's, and issued ones."""
    entries = [entry.strip() for entry in settings.OA.oa_internal_keys.split(",")]
    project = [entry.split(":")[0] for entry in entries if entry]
    usable = Q(state=CredentialState.ACTIVE) | Q(state=CredentialState.RETIRING)
    issued = _own().filter(usable, mode="signed").filter(Q(not_after__isnull=True) | Q(not_after__gt=database_now()))
    return sorted({*project, *issued.values_list("kid", flat=True)})


def stage(
    caller: str,
    *,
    version: int | None,
    not_after_ms: int | None,
    mode: str | None,
    scopes: list[str],
    by: str,
) -> tuple[ServiceCredential, str]:
    """Make a credential that is not accepted yet; its secret is returned here and never again. Raises Fault."""
    name, kind = _check_caller(caller), mode or "bearer"
    if kind not in MODES:
        raise invalid("must be bearer or signed", "mode")
    if kind == "signed" and name not in ISSUERS:
        raise invalid("only a plane or ops can sign", "caller")
    granted = frozenset(scopes) or rules.granted(name, settings.OA.oa_lightning_agent_payments)
    if unknown := granted - rules.ALL:
        raise invalid(f"unknown scopes: {', '.join(sorted(unknown))}", "scopes")
    secret = secrets.token_urlsafe(rules.TOKEN_BYTES_MIN)
    if kind == "signed":
        custody.require_open()
    with transaction.atomic():
        policy.lock_wallet()
        newest = _own().filter(caller=name).aggregate(Max("version"))["version__max"] or 0
        number = version if version is not None else newest + 1
        if not 1 <= number <= rules.VERSION_MAX:
            raise invalid(f"must be 1 to {rules.VERSION_MAX}", "version")
        if number <= newest:
            raise Fault(CREDENTIAL_STATE, details={"newestVersion": newest})
        row = ServiceCredential.objects.create(
            wallet_id=policy.wallet_id(),
            caller=name,
            version=number,
            mode=kind,
            kid=f"{name}-{sha256_text(policy.wallet_id())[:8]}-v{number}" if kind == "signed" else "",
            token_sha256=sha256_text(secret),
            scopes=sorted(granted),
            state=CredentialState.STAGED,
            not_after=_moment(not_after_ms),
        )
        if kind == "signed":
            row.secret_enc = custody.seal_column(secret, "service_credential", "secret_enc", row.pk)
            row.save()
        audit.record("lightning.credential.staged", caller=name, version=number, mode=kind, actor=by)
    return row, secret


def activate(caller: str, *, version: int | None, not_after_ms: int | None, by: str) -> ServiceCredential:
    """Accept a staged version; the one before it stays accepted until `not_after` (by default the overlap). Raises."""
    with transaction.atomic():
        policy.lock_wallet()
        row = _wanted(caller, version, CredentialState.STAGED)
        now = database_now()
        before = _own().select_for_update().filter(caller=row.caller, state=CredentialState.ACTIVE).first()
        if before is not None:
            overlap = timedelta(seconds=settings.OA.oa_lightning_credential_overlap_secs)
            before.state = CredentialState.RETIRING
            before.not_after = _moment(not_after_ms) or now + overlap
            before.save()
        row.state, row.not_before = CredentialState.ACTIVE, now
        row.save()
        audit.record("lightning.credential.activated", caller=row.caller, version=row.version, actor=by)
    return row


def revoke(caller: str, *, version: int | None, by: str) -> ServiceCredential:
    """Refuse a version from now on, for good. Raises Fault."""
    with transaction.atomic():
        policy.lock_wallet()
        if version is None:
            raise invalid("is required", "version")
        row = _wanted(caller, version, None)
        if not rules.may_become(row.state, CredentialState.REVOKED):
            raise Fault(CREDENTIAL_STATE, details={"state": row.state})
        row.state = CredentialState.REVOKED
        row.save()
        audit.record("lightning.credential.revoked", caller=row.caller, version=row.version, actor=by)
    return row


def _wanted(caller: str, version: int | None, state: CredentialState | None) -> ServiceCredential:
    rows = _own().select_for_update().filter(caller=_check_caller(caller))
    if version is not None:
        rows = rows.filter(version=version)
    elif state is not None:
        rows = rows.filter(state=state)
    row: ServiceCredential | None = rows.order_by("-version").first()
    if row is None:
        raise Fault(CREDENTIAL_NOT_FOUND)
    if state is not None and row.state != state:
        raise Fault(CREDENTIAL_STATE, details={"state": row.state})
    return row


def _check_caller(caller: str) -> str:
    if not CALLER.fullmatch(caller):
        raise invalid("must be a short lower-case name", "caller")
    return caller


def _moment(milliseconds: int | None) -> datetime | None:
    if milliseconds is None:
        return None
    try:
        return from_ms(milliseconds)
    except (OverflowError, OSError, ValueError):
        raise invalid("is not a time", "notAfter") from None


def shown(row: ServiceCredential, secret: str | None = None) -> dict[str, Any]:
    """A credential without its secret, unless this is the one time it is handed over."""
    return {
        "caller": row.caller,
        "version": row.version,
        "mode": row.mode,
        "state": row.state,
        "scopes": row.scopes,
        "fingerprint": f"sha256:{row.token_sha256}",
        "key_id": row.kid or None,
        "not_after_ms": unix_ms(row.not_after) if row.not_after else None,
        "secret_once": secret,
    }

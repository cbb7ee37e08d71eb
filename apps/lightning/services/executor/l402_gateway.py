"""The embedded paid gateway: real macaroons, real invoices of the simulated network, an echo behind them (20.4).

It serves what `ServedConfig` names, so a deploy is one row. What is stopped is not compiled, so the next deploy removes
it; until then the gate is asked for every request.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models.functions import Now

from apps.lightning.domain import l402
from apps.lightning.domain.macaroon import Malformed
from apps.lightning.gateways import control_pause
from apps.lightning.gateways.simulated import invoices
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import CompiledRule, L402Token, L402Use, ServedConfig, SimInvoice
from apps.lightning.services.executor import custody

MERCHANT: Final = "merchant"
INVOICE_SECONDS: Final = 3600
TOKEN_BYTES: Final = 32
TOKEN_KEPT: Final = timedelta(days=7)
QUOTAS: Final = (("quota_per_minute", timedelta(minutes=1)), ("quota_per_day", timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the gateway answers."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    challenges: tuple[str, ...] = ()


def serve(network: Network, method: str, host: str, path: str, authorization: str) -> Reply:
    """One request to the gateway. Raises Fault CUSTODY_SEALED while root keys cannot be sealed or opened."""
    rule = _rule(host.lower(), path)
    if rule is None:
        return Reply(404, {"error": "no_service"})
    shut = control_pause.denied(rule.owner_id)
    if shut is not None:
        return Reply(403, {"error": shut[0], "reason": shut[1]}, {"cache-control": "no-store"})
    credential = l402.credential_of(authorization)
    now = datetime.fromtimestamp(network.now_ms() / 1000, UTC)
    if credential is None:
        return _challenge(network, rule, now)
    refusal = _refusal(network, rule, credential, now)
    if refusal is not None:
        return Reply(401, {"error": refusal}) if refusal != "expired" else _challenge(network, rule, now)
    wait = _over_quota(rule, now)
    if wait:
        return Reply(429, {"error": "quota_exceeded"}, {"retry-after": str(wait)})
    return Reply(200, {"echo": {"method": method, "host": host, "path": path}, "service": rule.service_name})


def _rule(host: str, path: str) -> CompiledRule | None:
    """The first rule of what is served now that matches host and path, as the gateway matches: in order."""
    served = ServedConfig.objects.order_by("pk").first()
    if served is None:
        return None
    for rule in CompiledRule.objects.filter(artifact__config_hash=served.config_hash).order_by("position"):
        if re.search(rule.host_regexp, host) and re.search(rule.path_regexp, path):
            return rule
    return None


def _challenge(network: Network, rule: CompiledRule, now: datetime) -> Reply:
    made = invoices.create(network, MERCHANT, rule.price_sats * 1000, f"L402 {rule.service_name}", INVOICE_SECONDS)
    root = secrets.token_bytes(TOKEN_BYTES)
    expires_at = now + timedelta(seconds=rule.validity_seconds)
    token = l402.mint(
        root, made.payment_hash, secrets.token_bytes(TOKEN_BYTES), rule.service_name, int(expires_at.timestamp())
    )
    key = l402.identifier_key(token.identifier)
    with transaction.atomic():
        L402Token.objects.create(
            identifier_sha256=key,
            root_key_enc=custody.seal_column(root.hex(), "l402_token", "root_key_enc", key),
            service=rule.service_name,
            payment_hash=made.payment_hash,
            expires_at=expires_at,
        )
    return Reply(
        402,
        {"error": "payment_required"},
        {"cache-control": "no-store"},
        l402.challenge_headers(l402.encode(token), made.invoice),
    )


def _refusal(network: Network, rule: CompiledRule, credential: l402.Credential, now: datetime) -> str | None:
    try:
        token = l402.decode(credential.token)
    except Malformed:
        return "malformed_token"
    key = l402.identifier_key(token.identifier)
    kept = L402Token.objects.filter(identifier_sha256=key).first()
    if kept is None:
        return "unknown_token"
    root = bytes.fromhex(custody.open_column(kept.root_key_enc, "l402_token", "root_key_enc", key))
    refusal = l402.refusal(token, credential.preimage, root, rule.service_name, int(now.timestamp()))
    if refusal is not None:
        return refusal
    paid = SimInvoice.objects.filter(network_id=network.name, payment_hash=kept.payment_hash, state="settled").exists()
    return None if paid else "not_paid"


def _over_quota(rule: CompiledRule, now: datetime) -> int:
    """Seconds to wait when a quota is used up; otherwise the use is counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"l402:{rule.service_name}"])
        for name, span in QUOTAS:
            allowed = getattr(rule, name)
            used = L402Use.objects.filter(service=rule.service_name, at__gt=now - span)
            if allowed and used.count() >= allowed:
                oldest = used.order_by("at").values_list("at", flat=True).first()
                return max(int((oldest + span - now).total_seconds()), 1) if oldest else 1
        L402Use.objects.create(service=rule.service_name, at=now)
        L402Use.objects.filter(service=rule.service_name, at__lt=now - timedelta(days=2)).delete()
    return 0


def service_of(payment_hashes: Collection[str]) -> dict[str, str]:
    """Which service each of these payments was for; what bought no token is left out."""
    known = L402Token.objects.filter(payment_hash__in=payment_hashes)
    return dict(known.values_list("payment_hash", "service"))


def prune() -> int:
    """Forget tokens that expired, but not before the settlement feed's look-back has certainly passed them."""
    return L402Token.objects.filter(expires_at__lt=Now() - TOKEN_KEPT).delete()[0]

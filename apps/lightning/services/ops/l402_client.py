"""Fetching what asks for payment: 402, pay once, retry once (section 20.4).

Nothing is paid that a limit forbids; what was paid for is kept before it is used; money counts as spent from before it
moves until it is certain that it did not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from apps.lightning import peers
from apps.lightning.domain import l402
from apps.lightning.domain.l402 import Challenge, Credential
from apps.lightning.domain.macaroon import Malformed
from apps.lightning.domain.settlement_events import BadProof, proof, proof_reference
from apps.lightning.gateways.l402_http import Answer, FetchFailed, Web
from apps.lightning.models import L402Credential, L402Spend
from apps.lightning.services.executor.custody import open_column, seal_column
from openagents.bolt11.decoder import decode, normalise
from openagents.bolt11.invoice import Invalid, Invoice
from openagents.ops import faults

TTL_DEFAULT, TTL_MIN, TTL_MAX = 600, 30, 86_400
DROPPED_HEADERS: Final = frozenset({"authorization", "host", "content-length"})
RESERVED_SECONDS: Final = 120
"""After this long a reservation's payment is looked up, because whoever made it is gone."""
CALL_CAP: Final = "policy_denied.max_spend_per_call_exceeded"
DAY_CAP: Final = "policy_denied.max_spend_per_day_exceeded"
_VALID_UNTIL = re.compile(r"[^=]*_valid_until=(\d{1,11})", re.ASCII)


class Transport(Protocol):
    """What sends one request; raises FetchFailed."""

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Order:
    """What to fetch and what it may cost. `allowed_hosts`: exact, or subdomains of them. `day_msats`: of the owner, per
    UTC day; None: no limit. `needs_approval`: nothing is paid without it."""

    owner: str
    url: str
    allowed_hosts: tuple[str, ...]
    call_msats: int
    day_msats: int | None = None
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ttl_seconds: int = TTL_DEFAULT
    needs_approval: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """`outcome` is one of `cached_fetch_completed`, `fetch_completed_without_challenge`, `paid_fetch_completed`,
    `paid_fetch_failed`, `approval_required`, or why nothing was fetched. `paid_msats` is what this fetch cost."""

    outcome: str
    status: int = 0
    body: bytes = b""
    paid_msats: int = 0
    quoted_msats: int | None = None
    proof_reference: str | None = None
    cache_hit: bool = False

    @property
    def ok(self) -> bool:
        return self.outcome in ("cached_fetch_completed", "fetch_completed_without_challenge", "paid_fetch_completed")


class _Denied(Exception):
    """Stop before, or instead of, paying. The text is the outcome."""

    def __init__(self, outcome: str, quoted_msats: int | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.quoted_msats = quoted_msats


def fetch(order: Order, web: Transport | None = None) -> Fetched:
    """Fetch, paying when that is asked and allowed. Raises Fault CUSTODY_SEALED, nothing else."""
    sender = web or Web(allow_private=settings.OA.oa_lightning_ops_allow_private_upstreams)
    try:
        host, scope = _where(order)
        return _Fetch(order, sender, host, scope).run()
    except _Denied as denied:
        return Fetched(denied.outcome, quoted_msats=denied.quoted_msats)
    except FetchFailed as failed:
        return Fetched(f"fetch_failed.{failed}")


def request_id_of(owner: str, host: str, payment_hash: str) -> str:
    """The same for every attempt at an invoice, so that a crash cannot pay twice."""
    return "l402:" + hashlib.sha256(f"{owner}{host}{payment_hash}".encode()).hexdigest()[:40]


def spent_today(owner: str) -> int:
    """msat that moved, or may have moved, since midnight UTC."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    counted = L402Spend.objects.filter(owner=owner, spent_at__gte=midnight).exclude(state="released")
    return int(counted.aggregate(total=Sum("amount_msats"))["total"] or 0)


def settle_reserved() -> int:
    """Find out what became of payments whose fetch died; returns how many are certain now."""
    before = timezone.now() - timedelta(seconds=RESERVED_SECONDS)
    certain = 0
    for row in L402Spend.objects.filter(state="reserved", spent_at__lt=before).order_by("spent_at")[:100]:
        try:
            known = peers.payment(row.request_id)
        except peers.PaymentUnclear:
            break
        state = "failed" if known is None else known.get("state")
        if state in ("failed", "succeeded"):
            to = "moved" if state == "succeeded" else "released"
            certain += L402Spend.objects.filter(pk=row.pk, state="reserved").update(state=to)
    return certain


def prune() -> int:
    """Forget credentials that expired; returns how many."""
    return L402Credential.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def _where(order: Order) -> tuple[str, str]:
    """Host and scope (the path in lower case). Raises _Denied."""
    try:
        parts = urlsplit(order.url)
        readable = parts.port is None or parts.port > 0
    except ValueError:
        raise _Denied("invalid_url") from None
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host or not readable or parts.username is not None:
        raise _Denied("invalid_url")
    allowed = (name.strip().lower() for name in order.allowed_hosts)
    if not any(name and (host == name or host.endswith(f".{name}")) for name in allowed):
        raise _Denied("policy_denied.host_not_allowed")
    path = parts.path.lower()
    return host, "root" if path in ("", "/") else path


@dataclass(slots=True)
class _Fetch:
    order: Order
    web: Transport
    host: str
    scope: str

    def run(self) -> Fetched:
        kept = self._kept()
        if kept is not None:
            answer = self._send(kept.header)
            if answer.status not in (401, 402):
                return Fetched("cached_fetch_completed", answer.status, answer.body, cache_hit=True)
            self._rows().delete()
        answer = self._send("")
        if answer.status != 402:
            return Fetched("fetch_completed_without_challenge", answer.status, answer.body)
        challenge = l402.challenge_of(answer.challenges)
        if challenge is None:
            raise _Denied("l402_challenge_missing")
        invoice = self._checked(challenge)
        return self._paid_fetch(challenge, invoice)

    def _paid_fetch(self, challenge: Challenge, invoice: Invoice) -> Fetched:
        amount = invoice.amount_msats or 0
        preimage = self._pay(challenge, invoice)
        reference = proof_reference(preimage)
        credential = Credential(challenge.token, preimage)
        self._keep(credential, invoice)
        faults.point("lightning.l402.after_keeping")
        try:
            answer = self._send(credential.header)
        except FetchFailed:
            return Fetched("paid_fetch_failed", 0, b"", amount, amount, reference)
        outcome = "paid_fetch_completed" if 200 <= answer.status < 300 else "paid_fetch_failed"
        return Fetched(outcome, answer.status, answer.body, amount, amount, reference)

    def _checked(self, challenge: Challenge) -> Invoice:
        """The invoice, when paying it is allowed. Raises _Denied."""
        order = self.order
        try:
            invoice = decode(normalise(challenge.invoice))
        except Invalid:
            raise _Denied("l402_invoice_invalid") from None
        amount = invoice.amount_msats
        if amount is None or invoice.network != settings.OA.oa_lightning_network:
            raise _Denied("l402_invoice_invalid", amount)
        if invoice.timestamp + invoice.expiry_secs <= timezone.now().timestamp():
            raise _Denied("l402_invoice_expired", amount)
        if amount > order.call_msats:
            raise _Denied(CALL_CAP, amount)
        if order.day_msats is not None and spent_today(order.owner) + amount > order.day_msats:
            raise _Denied(DAY_CAP, amount)
        if order.needs_approval:
            raise _Denied("approval_required", amount)
        return invoice

    def _reserve(self, invoice: Invoice, request_id: str) -> None:
        """Count the money before it moves; the budget holds for fetches at the same time. Raises _Denied."""
        order, amount = self.order, invoice.amount_msats or 0
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"l402-spend:{order.owner}"])
            known = L402Spend.objects.filter(payment_hash=invoice.payment_hash).first()
            if known is not None and known.state != "released":
                if known.owner != order.owner:
                    raise _Denied("l402_invoice_reused", amount)
                return
            if order.day_msats is not None and spent_today(order.owner) + amount > order.day_msats:
                raise _Denied(DAY_CAP, amount)
            facts = {
                "owner": order.owner, "host": self.host, "request_id": request_id, "amount_msats": amount,
                "state": "reserved", "spent_at": timezone.now(),
            }  # fmt: skip
            L402Spend.objects.update_or_create(payment_hash=invoice.payment_hash, defaults=facts)

    def _pay(self, challenge: Challenge, invoice: Invoice) -> str:
        """The preimage. Raises _Denied; then nothing was paid, or it is said that this is not known."""
        amount = invoice.amount_msats or 0
        request_id = request_id_of(self.order.owner, self.host, invoice.payment_hash)
        self._reserve(invoice, request_id)
        row = L402Spend.objects.filter(payment_hash=invoice.payment_hash)
        faults.point("lightning.l402.before_paying")
        try:
            paid = _outcome_of(self.order.owner, request_id, challenge.invoice, amount, self.host)
            preimage = proof(str(paid["preimageHex"]), invoice.payment_hash)
        except peers.PaymentRefused as refused:
            row.filter(state="reserved").update(state="released")
            raise _Denied(f"payment_refused.{refused.code}", amount) from None
        except peers.PaymentUnclear:
            raise _Denied("payment_unclear", amount) from None
        except (KeyError, TypeError, BadProof):
            row.update(state="moved")
            raise _Denied("payment_without_proof", amount) from None
        row.update(state="moved")
        faults.point("lightning.l402.after_paying")
        return preimage

    def _send(self, authorization: str) -> Answer:
        headers = {name: value for name, value in self.order.headers.items() if name.lower() not in DROPPED_HEADERS}
        if authorization:
            headers["authorization"] = authorization
        return self.web.request(self.order.method, self.order.url, headers, self.order.body)

    # Credentials

    def _rows(self) -> Any:
        return L402Credential.objects.filter(owner=self.order.owner, host=self.host, scope=self.scope)

    def _key(self) -> str:
        return f"{self.order.owner}|{self.host}|{self.scope}"

    def _kept(self) -> Credential | None:
        row = self._rows().filter(expires_at__gt=timezone.now()).first()
        if row is None:
            return None
        token = open_column(row.token_enc, "l402_credential", "token_enc", self._key())
        return Credential(token, open_column(row.preimage_enc, "l402_credential", "preimage_enc", self._key()))

    def _keep(self, credential: Credential, invoice: Invoice) -> None:
        seconds = min(max(self.order.ttl_seconds, TTL_MIN), TTL_MAX)
        expires_at = timezone.now() + timedelta(seconds=seconds)
        until = _valid_until(credential.token)
        if until is not None:
            expires_at = min(expires_at, until)
        facts = {
            "token_enc": seal_column(credential.token, "l402_credential", "token_enc", self._key()),
            "preimage_enc": seal_column(credential.preimage, "l402_credential", "preimage_enc", self._key()),
            "payment_hash": invoice.payment_hash,
            "amount_msats": invoice.amount_msats or 0,
            "expires_at": expires_at,
        }
        L402Credential.objects.update_or_create(
            owner=self.order.owner, host=self.host, scope=self.scope, defaults=facts
        )


def _valid_until(token: str) -> datetime | None:
    """The earliest end the token's own caveats name; None when it names none, or is of another make."""
    try:
        caveats = l402.decode(token).caveats
    except Malformed:
        return None
    found = [int(match.group(1)) for match in map(_VALID_UNTIL.fullmatch, caveats) if match]
    return datetime.fromtimestamp(min(found), UTC) if found else None


def _outcome_of(owner: str, request_id: str, invoice: str, amount: int, host: str) -> Mapping[str, Any]:
    """What the payment brought; of one that an own earlier id made, that one's. Raises as `peers.pay`."""
    try:
        outcome: Mapping[str, Any] = peers.pay(request_id, invoice, amount, host)["payment"]
    except peers.PaymentRefused as refused:
        earlier = str(refused.details.get("requestId") or "")
        own = L402Spend.objects.filter(request_id=earlier, owner=owner).exists()
        if refused.code != "invoice_already_paid" or not own:
            raise
        known = peers.payment(earlier)
        if known is None or known.get("state") != "succeeded":
            raise peers.PaymentUnclear(earlier) from None
        outcome = known["payment"]
    return outcome

"""A request to pay, checked in its form and brought into the shape that the rest works on (4.2, 6.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.lightning.domain import fingerprints
from apps.lightning.domain.fingerprints import REQUEST_ID
from apps.lightning.services.executor.refusals import invalid
from openagents.bolt11 import decoder

PAYMENT = "payment"
COMPAT = "compat"
SPARK = "spark"
HOST_LENGTH_MAX = 253
TIMEOUT_SECS_MAX = 300
INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Order:
    """One payment as its caller wants it. `wallet_id` pays, `caller` asks, `act` says for whom (recorded only)."""

    request_id: str
    wallet_id: str
    family: str
    caller: str
    invoice: str
    invoice_hash: str
    host: str
    max_amount_msats: int
    fingerprint: str
    amount_msats: int | None = None
    max_fee_msats: int | None = None
    timeout_secs: int | None = None
    act: dict[str, Any] | None = field(default=None, hash=False)


def check_request_id(request_id: str) -> str:
    """An idempotency key of the accepted form. Raises Fault."""
    if not REQUEST_ID.fullmatch(request_id):
        raise invalid("must be 1 to 128 of A-Z a-z 0-9 . _ : @ / + -", "requestId")
    return request_id


def check_host(host: str) -> str:
    """Trimmed and lower-cased. Raises Fault when nothing is left, or what no host name contains."""
    plain = fingerprints.lower(host)
    if not plain or len(plain) > HOST_LENGTH_MAX or not plain.isprintable() or " " in plain:
        raise invalid("must be a host name", "payment.host")
    return plain


def payment(
    *,
    request_id: str,
    wallet_id: str,
    caller: str,
    invoice: str,
    max_amount_msats: int,
    host: str,
    amount_msats: int | None,
    max_fee_msats: int | None,
    timeout_secs: int | None,
    act: dict[str, Any] | None,
) -> Order:
    """An order of `/pay-bolt11`. Raises Fault INVALID_REQUEST naming the field."""
    plain = decoder.normalise(invoice)
    if not plain:
        raise invalid("is required", "payment.invoice")
    if max_amount_msats < 1:
        raise invalid("must be at least 1", "payment.maxAmountMsats")
    if amount_msats is not None and not 1 <= amount_msats <= INT64_MAX:
        raise invalid("must be at least 1", "payment.amountMsats")
    if max_fee_msats is not None and max_fee_msats > INT64_MAX:
        raise invalid("is too large", "payment.maxFeeMsats")
    if timeout_secs is not None and not 1 <= timeout_secs <= TIMEOUT_SECS_MAX:
        raise invalid(f"must be 1 to {TIMEOUT_SECS_MAX}", "payment.timeoutSecs")
    name = check_host(host)
    digest = decoder.invoice_hash(plain)
    return Order(
        request_id=check_request_id(request_id),
        wallet_id=wallet_id,
        family=PAYMENT,
        caller=caller,
        invoice=plain,
        invoice_hash=digest,
        host=name,
        max_amount_msats=max_amount_msats,
        fingerprint=fingerprints.payment(wallet_id, name, digest, max_amount_msats, amount_msats, max_fee_msats),
        amount_msats=amount_msats,
        max_fee_msats=max_fee_msats,
        timeout_secs=timeout_secs,
        act=act,
    )

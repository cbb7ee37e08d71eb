"""Sub-wallets: accounting wallets over the executor's node, and the deprecated routes that work on them (4.4)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.lightning import mapping_executor, metrics
from apps.lightning.domain import fingerprints, mnemonics, subwallets
from apps.lightning.domain.payment_states import PaymentState
from apps.lightning.domain.subwallets import OPERATOR, WALLET_ID_LENGTH_MAX, account
from apps.lightning.models import InvoiceIntent, PaymentAttempt, PaymentIntent, WalletAccount
from apps.lightning.services.executor import controls, custody, internal, invoices, ledger, payments, policy, steps
from apps.lightning.services.executor.clock import database_now, unix_ms
from apps.lightning.services.executor.orders import COMPAT, SPARK, Order, check_host, check_request_id
from apps.lightning.services.executor.refusals import (
    CREDENTIAL_MISMATCH,
    HOST_NOT_ALLOWED,
    IDEMPOTENCY_CONFLICT,
    PAYMENT_PENDING,
    QUOTED_EXCEEDS_CAP,
    RECIPIENT_NOT_FOUND,
    SPARK_EXECUTOR_ERROR,
    WALLET_NOT_FOUND,
    invalid,
)
from openagents.bolt11 import decoder
from openagents.db import audit
from openagents.wire.faults import Fault, Kind

TIMEOUT_MS = 12_000
TIMEOUT_MS_MIN = 1_000
COMPAT_CAP = Kind("quoted_amount_exceeds_cap", 422, QUOTED_EXCEEDS_CAP.message, False)


@dataclass(frozen=True, slots=True)
class Wallet:
    """A sub-wallet as shown; `mnemonic` only from `create`, and only on the simulated network."""

    row: WalletAccount
    balance_sats: int
    mnemonic: str | None = None


def _secret_name(wallet_id: str) -> str:
    return f"subwallet_mnemonic:{sha256(wallet_id.encode()).hexdigest()}"


def _check_id(wallet_id: str) -> str:
    plain = wallet_id.strip()
    if not plain or len(plain) > WALLET_ID_LENGTH_MAX or not plain.isprintable():
        raise invalid(f"must be 1 to {WALLET_ID_LENGTH_MAX} printable characters", "walletId")
    if plain == policy.wallet_id():
        raise invalid("is the executor's own wallet", "walletId")
    return plain


def _check_mnemonic(mnemonic: str | None) -> str | None:
    if mnemonic is None or not mnemonic.strip():
        return None
    try:
        return mnemonics.normalise(mnemonic)
    except ValueError:
        raise invalid("is not a recovery phrase", "mnemonic") from None


def create(wallet_id: str, mnemonic: str | None) -> Wallet:
    """Make a sub-wallet, importing `mnemonic` or drawing a fresh one. Made before: shown again. Raises Fault."""
    name, given = _check_id(wallet_id), _check_mnemonic(mnemonic)
    custody.require_open()
    simulated = settings.OA.simulated
    with transaction.atomic():
        policy.lock_wallet()
        row = _find(name)
        if row is None:
            row = _insert(name, simulated)
            custody.store(_secret_name(name), given or mnemonics.generate())
            if simulated:
                gift = subwallets.SIMULATED_GIFT_SATS * 1_000
                ledger.post(f"gift:{name}", {OPERATOR: -gift, account(name): gift}, name)
            audit.record("lightning.wallet.created", wallet_id=name)
        else:
            _prove(row, given)
    return Wallet(row, _balance_sats(name), custody.load(_secret_name(name)) if simulated else None)


def _find(wallet_id: str) -> WalletAccount | None:
    found = WalletAccount.objects.filter(wallet_id=wallet_id, custody_wallet_id=policy.wallet_id(), kind="sub")
    return found.first()


def _insert(name: str, simulated: bool) -> WalletAccount:
    address = subwallets.spark_address(name, simulated)
    if WalletAccount.objects.filter(spark_address=address).exists():  # two names, one spelling of the address
        head, _, tail = address.partition("@")
        address = f"{head}-{sha256(name.encode()).hexdigest()[:8]}@{tail}"
    try:
        with transaction.atomic():
            return WalletAccount.objects.create(
                wallet_id=name,
                custody_wallet_id=policy.wallet_id(),
                kind="sub",
                identity=subwallets.identity(name, simulated),
                spark_address=address,
            )
    except IntegrityError:
        raise invalid("is taken", "walletId") from None


def _prove(row: WalletAccount, mnemonic: str | None) -> None:
    """A mnemonic that is sent must be the wallet's; none is needed: the caller's scope is what counts."""
    if mnemonic is None:
        return
    known = custody.load(_secret_name(row.wallet_id))
    if not hmac.compare_digest(known.encode(), mnemonic.encode()):
        raise Fault(CREDENTIAL_MISMATCH)


def known(wallet_id: str, mnemonic: str | None) -> WalletAccount:
    """The wallet, with the mnemonic checked if one is sent. Raises Fault `wallet_not_found`."""
    name, given = _check_id(wallet_id), _check_mnemonic(mnemonic)
    row = _find(name)
    if row is None:
        raise Fault(WALLET_NOT_FOUND)
    _prove(row, given)
    return row


def status(wallet_id: str, mnemonic: str | None) -> Wallet:
    """The wallet with its balance. The simulation makes an unknown one, elsewhere it is not found."""
    name = _check_id(wallet_id)
    if settings.OA.simulated and _find(name) is None:
        return Wallet(create(name, mnemonic).row, _balance_sats(name))
    row = known(wallet_id, mnemonic)
    _book_open_invoices(row)
    return Wallet(row, _balance_sats(name))


def _balance_sats(wallet_id: str) -> int:
    return max(0, ledger.balance_msats(account(wallet_id))) // 1_000


def _book_open_invoices(row: WalletAccount) -> None:
    for invoice in InvoiceIntent.objects.filter(wallet_id=row.wallet_id, state="open").order_by("-pk")[:20]:
        invoices.refresh(invoice)


def default_description(wallet_id: str) -> str:
    return f"OpenAgents wallet invoice ({wallet_id})"


def create_invoice(
    *, request_id: str, wallet_id: str, mnemonic: str | None, amount_sats: int, description: str | None, caller: str
) -> tuple[InvoiceIntent, str]:
    """An invoice whose payment is credited to the sub-wallet; (invoice, description). Raises Fault."""
    row = known(wallet_id, mnemonic)
    text = (description or "").strip() or default_description(row.wallet_id)
    try:
        issued = invoices.create(
            request_id=request_id,
            wallet_id=row.wallet_id,
            amount_sats=amount_sats,
            description=text,
            expiry_secs=None,
            caller=caller,
            own_preimage=True,
        )
    except Fault as fault:
        raise _reworded(fault, 0) from None
    return issued.invoice, text


def pay(
    *,
    request_id: str,
    wallet_id: str,
    mnemonic: str | None,
    invoice: str,
    max_amount_msats: int,
    timeout_ms: int | None,
    host: str | None,
    caller: str,
    deadline_ms: int | None,
) -> tuple[PaymentIntent, str | None]:
    """Pay from a sub-wallet; the row in its final state, or as far as it is, and the text of its result if it has one.

    Raises Fault in the wording of these routes.
    """
    row = known(wallet_id, mnemonic)
    if max_amount_msats < 1:
        raise invalid("must be at least 1", "maxAmountMsats")
    if timeout_ms is not None and timeout_ms < TIMEOUT_MS_MIN:
        raise invalid(f"must be at least {TIMEOUT_MS_MIN}", "timeoutMs")
    name = check_host(host) if host is not None and host.strip() else ""
    if not name and not settings.OA.simulated:
        raise invalid("is required", "host")
    plain = decoder.normalise(invoice)
    if not plain:
        raise invalid("is required", "invoice")
    order = Order(
        request_id=check_request_id(request_id),
        wallet_id=row.wallet_id,
        family=COMPAT,
        caller=caller,
        invoice=plain,
        invoice_hash=decoder.invoice_hash(plain),
        host=name,
        max_amount_msats=max_amount_msats,
        fingerprint=fingerprints.compat_payment(row.wallet_id, mnemonic, host, invoice, max_amount_msats),
        timeout_secs=-(-(timeout_ms or TIMEOUT_MS) // 1_000),
    )
    try:
        answer = payments.pay(order, deadline_ms)
    except Fault as fault:
        if fault.kind is not PAYMENT_PENDING:
            raise _reworded(fault, max_amount_msats) from None
        answer = None
    intent = PaymentIntent.objects.get(wallet_id=row.wallet_id, family=COMPAT, request_id=request_id)
    return intent, answer.result if answer else None


def _reworded(fault: Fault, max_amount_msats: int) -> Fault:
    """The same refusal with the status and details that callers of these routes know."""
    details: dict[str, Any] = dict(fault.details or {})
    if fault.kind is QUOTED_EXCEEDS_CAP:
        quoted = details.get("quotedAmountMsats")
        return Fault(COMPAT_CAP, details={"quotedAmountMsats": quoted, "maxAmountMsats": max_amount_msats})
    if fault.kind.status == SPARK_EXECUTOR_ERROR.status:
        # One code for whatever the node did not do; which one it was is in the details.
        return Fault(SPARK_EXECUTOR_ERROR, fault.message, reason_code=fault.reason_code, details={"code": fault.code})
    if fault.kind is HOST_NOT_ALLOWED:
        details["allowlistHosts"] = list(policy.current().limits.allowed_hosts)
        return Fault(HOST_NOT_ALLOWED, details=details)
    return fault


def send_spark(
    *, request_id: str, wallet_id: str, mnemonic: str | None, address: str, amount_sats: int, caller: str
) -> tuple[PaymentIntent, bool]:
    """Move between two sub-wallets, once per request id; (row, whether it was done before). Raises Fault."""
    payer = known(wallet_id, mnemonic)
    check_request_id(request_id)
    if not 1 <= amount_sats <= invoices.AMOUNT_SATS_MAX:
        raise invalid(f"must be 1 to {invoices.AMOUNT_SATS_MAX}", "amountSats")
    plain = fingerprints.lower(address)
    if not plain:
        raise invalid("is required", "sparkAddress")
    print_ = fingerprints.spark(payer.wallet_id, plain, amount_sats)
    msats = amount_sats * 1_000
    with transaction.atomic():
        policy.lock_wallet()
        done = PaymentIntent.objects.filter(wallet_id=payer.wallet_id, family=SPARK, request_id=request_id).first()
        if done is not None:
            if done.fingerprint != print_:
                raise Fault(IDEMPOTENCY_CONFLICT)
            metrics.REPLAYS.labels("spark").inc()
            return done, True
        controls.refuse_paused()
        payee = _recipient(plain)
        if payee.wallet_id == payer.wallet_id:
            raise invalid("is the paying wallet's own", "sparkAddress")
        now = database_now()
        row = PaymentIntent.objects.create(
            wallet_id=payer.wallet_id,
            custody_wallet_id=policy.wallet_id(),
            family=SPARK,
            request_id=request_id,
            fingerprint=print_,
            state=PaymentState.RESERVED,
            attempt=1,
            caller=caller,
            quoted_msats=msats,
            max_msats=msats,
            gateway="internal",
            simulated=settings.OA.simulated,
            reserved_at=now,
        )
        PaymentAttempt.objects.create(intent=row, n=1, started_at=now, ended_at=now, outcome="succeeded")
        steps.write(row, "", by=caller)
        to = OPERATOR if payee.kind == "main" else account(payee.wallet_id)
        ledger.transfer(f"spark:{row.pk}", account(payer.wallet_id), to, msats, request_id)
        row.payment_id = internal.payment_id()
        row.settled_msats, row.fee_msats, row.paid_at_ms = msats, 0, unix_ms(now)
        steps.move(row, PaymentState.DISPATCHING, now, by=internal.BY)
        steps.move(row, PaymentState.SUCCEEDED, now, by=internal.BY)
        row.save()
    return row, False


def _recipient(address: str) -> WalletAccount:
    found = WalletAccount.objects.filter(spark_address=address, custody_wallet_id=policy.wallet_id()).first()
    if found is None:
        raise Fault(RECIPIENT_NOT_FOUND)
    return found


def payment_shown(intent: PaymentIntent, result: str | None) -> dict[str, Any]:
    """A payment in the form of these routes; `result` is its stored text, if it succeeded."""
    if intent.state == PaymentState.SUCCEEDED and result is not None:
        stored = mapping_executor.PayResult.model_validate_json(result)
        return {
            "wallet_id": intent.wallet_id,
            "payment_id": stored.payment.payment_id,
            "preimage": stored.payment.preimage_hex,
            "status": "completed",
            "amount_msats": stored.payment.amount_msats,
            "paid_at_ms": stored.payment.paid_at_ms,
            "fee_msats": stored.payment.fee_msats,
            "receipt": stored.receipt,
        }
    return {
        "wallet_id": intent.wallet_id,
        "payment_id": intent.payment_id,
        "status": "failed" if intent.state in (PaymentState.FAILED, PaymentState.DENIED) else "pending",
        "amount_msats": intent.quoted_msats,
    }

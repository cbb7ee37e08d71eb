"""Payments over the simulated channels. Money moves in one transaction; what is under way is counted as under way.

Locks, always in this order: the payment, the invoice, the channels by id, the payee's node.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F

from apps.lightning.domain import simulation
from apps.lightning.domain.simulation import Asked, Effect, NoRoute, Route, Side
from apps.lightning.gateways.protocol import Outcome, SendResult, Settled, Tracked, TrackResult
from apps.lightning.gateways.simulated import faults
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import SimChannel, SimFault, SimInvoice, SimNode, SimPayment
from openagents.bolt11.decoder import decode
from openagents.bolt11.invoice import Invalid, Invoice
from openagents.ops import faults as fault_points

DUE_AT_ONCE_MAX = 200

_FAILS = {Effect.FAIL_NO_ROUTE: "no_route", Effect.FAIL_INSUFFICIENT: "insufficient_balance"}
_PREIMAGE_FAULTS = {Effect.NO_PREIMAGE: "none", Effect.WRONG_PREIMAGE: "wrong"}


class _Refused(Exception):
    """The payment fails for this reason; nothing moved."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def send(
    network: Network, payer: str, text: str, amount_msats: int | None, fee_limit_msats: int, host: str
) -> tuple[SendResult, SimFault | None]:
    """Pay an invoice from a node; with the rule that was used, for the caller to act out its delay."""
    try:
        invoice = decode(text)
    except Invalid as error:
        return _failed("send_failed", error.reason), None
    amount = invoice.amount_msats or amount_msats
    if invoice.network != simulation.NETWORK or amount is None:
        return _failed("send_failed", "wrong_network" if amount else "amount_missing"), None
    if invoice.payee_pubkey == network.node(payer).pubkey:
        return _failed("send_failed", "self-payments are not allowed"), None
    end_due(network)
    known = _payment(network, payer, invoice.payment_hash)
    if known is not None and known.state != "failed":
        return as_sent(network, known), None
    rule = faults.take(network, _asked(network, payer, invoice, amount, host))
    effect = Effect(rule.effect) if rule else None
    if effect is Effect.GATEWAY_DOWN:
        return _failed("connect_failed", faults.DOWN), rule
    if effect is Effect.PREPARE_FAIL:
        return _failed("prepare_failed", "prepare_fail"), rule
    if effect is Effect.DROP_BEFORE_DISPATCH:
        return SendResult(Outcome.UNKNOWN), rule
    payment = _attempt(network, payer, invoice, amount, fee_limit_msats, rule)
    fault_points.point("lightning.sim.answering")
    if effect is Effect.DROP_AFTER_SETTLE and payment.state == "succeeded":
        return SendResult(Outcome.UNKNOWN), rule
    return as_sent(network, payment), rule


def track(network: Network, payer: str, payment_hash: str) -> TrackResult:
    """What the payer's node knows of the hash."""
    end_due(network)
    payment = _payment(network, payer, payment_hash)
    if payment is None:
        return TrackResult(Tracked.NOT_KNOWN)
    match payment.state:
        case "succeeded":
            return TrackResult(Tracked.SUCCEEDED, _settled(network, payment))
        case "failed":
            return TrackResult(Tracked.FAILED, code=payment.failure_code, reason=payment.failure_reason)
        case _:
            return TrackResult(Tracked.IN_FLIGHT)


def as_sent(network: Network, payment: SimPayment) -> SendResult:
    """A payment's row as the answer of `send`."""
    match payment.state:
        case "succeeded":
            return SendResult(Outcome.SUCCEEDED, _settled(network, payment))
        case "failed":
            return _failed(payment.failure_code, payment.failure_reason)
        case _:
            return SendResult(Outcome.IN_FLIGHT)


def end_due(network: Network) -> None:
    """End what was under way and whose time came: settled or failed, as its rule said."""
    now_ms = network.now_ms()
    due = SimPayment.objects.filter(network_id=network.name, state="in_flight", due_at_ms__lte=now_ms)
    for key in list(due.order_by("due_at_ms", "id").values_list("pk", flat=True)[:DUE_AT_ONCE_MAX]):
        with transaction.atomic():
            payment = SimPayment.objects.select_for_update(no_key=True).get(pk=key)
            if payment.state == "in_flight":
                _end(network, payment)


def _asked(network: Network, payer: str, invoice: Invoice, amount_msats: int, host: str) -> Asked:
    """The payment as rules see it; counts as one of the payer's even if nothing comes of it."""
    with transaction.atomic():
        SimNode.objects.filter(network_id=network.name, name=payer).update(paid=F("paid") + 1)
        nth = network.node(payer).paid
    return Asked(invoice.payment_hash, host, invoice.description or "", amount_msats, nth)


def _attempt(
    network: Network, payer: str, invoice: Invoice, amount_msats: int, fee_limit_msats: int, rule: SimFault | None
) -> SimPayment:
    """One attempt in one transaction, ended as succeeded, failed or in flight."""
    number = network.draw("payments")
    now_ms = network.now_ms()
    with transaction.atomic():
        payment, mine = _claimed(network, payer, invoice.payment_hash, number, amount_msats, now_ms)
        if not mine:
            return payment
        effect = Effect(rule.effect) if rule else None
        try:
            if effect in _FAILS:
                raise _Refused(_FAILS[effect])
            wanted = _lock_invoice(network, invoice, amount_msats, now_ms)
            channels = network.locked_channels()
            route = _route(channels, payer, wanted.node, amount_msats, fee_limit_msats)
        except _Refused as refused:
            payment.state, payment.failure_code, payment.failure_reason = "failed", "payment_failed", refused.reason
            payment.save()
            return payment
        payment.payee = wanted.node
        payment.fee_msats = route.fee_msats
        payment.route = [[step.channel, step.source, step.target, step.amount_msats] for step in route.steps]
        payment.preimage_fault = _PREIMAGE_FAULTS.get(effect, "") if effect else ""
        _offer(channels, route)
        fault_points.point("lightning.sim.moving")
        if rule is not None and effect in simulation.TIMED_EFFECTS:
            payment.due_at_ms = now_ms + rule.value_ms
            payment.due_state = "failed" if effect is Effect.PENDING_THEN_FAIL else "succeeded"
            wanted.state = "accepted"
            wanted.save(update_fields=["state"])
            payment.save()
            return payment
        payment.due_state, payment.due_at_ms = "succeeded", now_ms
        _end(network, payment, wanted, channels)
        return payment


def _claimed(
    network: Network, payer: str, payment_hash: str, number: int, amount_msats: int, now_ms: int
) -> tuple[SimPayment, bool]:
    """The payment's locked row, in flight and ours to end; or somebody else's, who was faster."""
    fresh = {
        "number": number,
        "state": "in_flight",
        "amount_msats": amount_msats,
        "fee_msats": 0,
        "route": [],
        "failure_code": "",
        "failure_reason": "",
        "due_at_ms": None,
        "due_state": "",
        "preimage_fault": "",
        "created_at_ms": now_ms,
        "paid_at_ms": None,
    }
    try:
        with transaction.atomic():
            row = SimPayment.objects.create(network_id=network.name, node=payer, payment_hash=payment_hash, **fresh)
        return row, True
    except IntegrityError:  # the hash was tried before; whoever tries now has the row locked
        row = SimPayment.objects.select_for_update(no_key=True).get(
            network_id=network.name, node=payer, payment_hash=payment_hash
        )
    if row.state != "failed":
        return row, False
    for name, value in fresh.items():
        setattr(row, name, value)
    row.save()
    return row, True


def _lock_invoice(network: Network, invoice: Invoice, amount_msats: int, now_ms: int) -> SimInvoice:
    """The payee's own row of the invoice. Raises _Refused as the payee, or the way to it, would."""
    payee = SimNode.objects.filter(network_id=network.name, pubkey=invoice.payee_pubkey).first()
    if payee is None:
        raise _Refused("no_route")
    row = (
        SimInvoice.objects.select_for_update(no_key=True)
        .filter(network_id=network.name, node=payee.name, payment_hash=invoice.payment_hash)
        .first()
    )
    if row is None or row.state == "canceled" or (row.amount_msats or amount_msats) != amount_msats:
        raise _Refused("incorrect_payment_details")
    if row.state in ("settled", "accepted"):
        raise _Refused("already_paid")
    if now_ms >= row.expires_at_ms:
        raise _Refused("incorrect_payment_details")
    return row


def _route(channels: Iterable[SimChannel], payer: str, payee: str, amount_msats: int, fee_limit_msats: int) -> Route:
    sides = [side for channel in channels if channel.active for side in _sides(channel)]
    try:
        return simulation.find_route(sides, payer, payee, amount_msats, fee_limit_msats)
    except NoRoute as error:
        raise _Refused(error.reason) from None


def _sides(channel: SimChannel) -> Iterable[Side]:
    for source, target, balance in (
        (channel.node_a, channel.node_b, channel.a_msats),
        (channel.node_b, channel.node_a, channel.b_msats),
    ):
        policy = channel.policies.get(source, {})
        yield Side(
            channel.pk,
            source,
            target,
            balance,
            policy.get("base_fee_msat", simulation.BASE_FEE_MSATS),
            policy.get("fee_rate_ppm", simulation.FEE_PPM),
        )


def _offer(channels: Iterable[SimChannel], route: Route) -> None:
    """Take every hop's amount from the side that offers it. The channels are locked."""
    by_key = {channel.pk: channel for channel in channels}
    for step in route.steps:
        channel = by_key[step.channel]
        if channel.node_a == step.source:
            channel.a_msats -= step.amount_msats
        else:
            channel.b_msats -= step.amount_msats
        channel.pending_msats += step.amount_msats
        channel.save(update_fields=["a_msats", "b_msats", "pending_msats"])


def _end(
    network: Network,
    payment: SimPayment,
    invoice: SimInvoice | None = None,
    channels: list[SimChannel] | None = None,
) -> None:
    """Settle or give back what is under way, as the payment's `due_state` says. The payment is locked."""
    if invoice is None:
        invoice = SimInvoice.objects.select_for_update(no_key=True).get(
            network_id=network.name, node=payment.payee, payment_hash=payment.payment_hash
        )
    if channels is None:
        channels = network.locked_channels()
    by_key = {channel.pk: channel for channel in channels}
    settles = payment.due_state == "succeeded"
    for key, source, target, amount in payment.route:
        channel = by_key[key]
        channel.pending_msats -= amount
        if channel.node_a == (target if settles else source):
            channel.a_msats += amount
        else:
            channel.b_msats += amount
        channel.save(update_fields=["a_msats", "b_msats", "pending_msats"])
    if settles:
        payee = network.locked_node(payment.payee)
        payee.settled += 1
        payee.save(update_fields=["settled"])
        invoice.state = "settled"
        invoice.settle_index = payee.settled
        invoice.amount_paid_msats = payment.amount_msats
        invoice.settled_at_ms = payment.paid_at_ms = payment.due_at_ms
    else:
        invoice.state = "open"
        payment.failure_code, payment.failure_reason = "payment_failed", "timeout"
    invoice.save()
    payment.state = "succeeded" if settles else "failed"
    payment.due_at_ms = None
    payment.save()


def _payment(network: Network, payer: str, payment_hash: str) -> SimPayment | None:
    return SimPayment.objects.filter(network_id=network.name, node=payer, payment_hash=payment_hash).first()


def _settled(network: Network, payment: SimPayment) -> Settled:
    return Settled(
        payment_id=f"sim_pay_{payment.number:06d}",
        amount_msats=payment.amount_msats,
        fee_msats=payment.fee_msats,
        preimage=_preimage(network, payment),
        paid_at_ms=payment.paid_at_ms or 0,
    )


def _preimage(network: Network, payment: SimPayment) -> str | None:
    if payment.preimage_fault == "none":
        return None
    row = SimInvoice.objects.get(network_id=network.name, node=payment.payee, payment_hash=payment.payment_hash)
    released = network.open_preimage(row.payment_hash, row.preimage_enc)
    if payment.preimage_fault == "wrong":
        released = hashlib.sha256(b"wrong" + released).digest()
    return released.hex()


def _failed(code: str, reason: str) -> SendResult:
    return SendResult(Outcome.FAILED, code=code, reason=reason)

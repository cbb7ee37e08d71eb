"""A paid round trip on the simulated network: an invoice of the node `merchant`, paid, and its receipt verified."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

from apps.lightning.gateways.simulated import invoices as simulated
from apps.lightning.gateways.simulated.gateway import SimulatedGateway
from apps.lightning.services.executor import node, orders, payments, policy, receipts
from apps.lightning.services.executor.refusals import fault
from openagents.receipts.ids import new_id

MERCHANT = "merchant"
CALLER = "smoke"


def run(amount_msats: int) -> dict[str, Any]:
    """Pay for real, with the executor's own limits. Raises Fault; outside the simulation there is nobody to pay."""
    gateway = node.gateway()
    if not isinstance(gateway, SimulatedGateway):
        raise fault("unsupported_payment_method", reason="simulated_only")
    limits = policy.current().limits
    invoice = simulated.create(gateway.network, MERCHANT, amount_msats, "executor smoke", 3_600, None)
    order = orders.payment(
        request_id=new_id("smoke"),
        wallet_id=policy.wallet_id(),
        caller=CALLER,
        invoice=invoice.invoice,
        max_amount_msats=min(amount_msats, limits.request_cap_msats),
        host=limits.allowed_hosts[0] if limits.allowed_hosts else "smoke.local",
        amount_msats=None,
        max_fee_msats=None,
        timeout_secs=None,
        act=None,
    )
    first, second = payments.pay(order), payments.pay(order)
    result = json.loads(first.result)
    found = receipts.verify(result["receipt"])
    checks = {
        "receipt_hash": found.hash_ok,
        "receipt_id": found.receipt_id_ok,
        "receipt_signature": found.signature_ok,
        "receipt_known": found.known,
        "repeat_is_identical": first.result == second.result and second.replayed,
    }
    return {
        "ok": all(checks.values()),
        "checks": checks,
        "receiptId": result["receipt"]["receiptId"],
        "simulated": settings.OA.simulated,
    }

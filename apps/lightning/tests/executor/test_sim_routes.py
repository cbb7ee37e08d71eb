"""The control routes of the embedded network, and the door of ops: there in simulated mode, nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import SimInvoice
from apps.lightning.services.executor import node
from apps.lightning.tests.executor.conftest import signed_call
from apps.lightning.tests.executor.networks import assert_conserved, gateway, make_network
from openagents.receipts.ids import new_id


@pytest.fixture
def network(wallet_id: str, configure: Callable[..., None]) -> Iterator[Network]:
    made = make_network()
    configure(oa_lightning_sim_control=True, oa_lightning_wallet_executor_mode="simulated")
    with node.use(gateway(made)):
        yield made


def call(method: str, path: str, body: Any = None, *, issuer: str = "ops", status: int = 200, **options: Any) -> Any:
    answer = signed_call(method, path, body, issuer=issuer, **options)
    assert answer.status_code == status, answer.content
    return answer.json()["result"] if status == 200 else answer.json()["error"]


CONTROL: list[tuple[str, str, Any]] = [
    ("POST", "/sim/invoices", {"node": "merchant", "amountMsats": 1_000}),
    ("POST", "/sim/pay", {"node": "remote", "invoice": "lnbcrt1"}),
    ("POST", "/sim/invoices/cancel", {"paymentHash": "00"}),
    ("GET", "/sim/nodes", None),
    ("POST", "/sim/nodes", {"name": "alice"}),
    ("GET", "/sim/channels", None),
    ("POST", "/sim/fund", {"node": "hub", "amountSats": 1}),
    ("GET", "/sim/faults", None),
    ("POST", "/sim/faults", {"effect": "no_preimage"}),
    ("DELETE", "/sim/faults", None),
    ("POST", "/sim/blocks", {}),
    ("POST", "/sim/clock", {"nowMs": 1}),
    ("POST", "/sim/reset", {"confirm": "reset"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CONTROL)
def test_without_the_switch_or_the_simulation_there_is_nothing(
    network: Network, configure: Callable[..., None], method: str, path: str, body: Any
) -> None:
    for change in ({"oa_lightning_sim_control": False}, {"oa_lightning_wallet_executor_mode": "lnd"}):
        configure(oa_lightning_sim_control=True, oa_lightning_wallet_executor_mode="simulated")
        configure(**change)
        assert call(method, path, body, status=404)["code"] == "not_found"


@pytest.mark.parametrize(("method", "path", "body"), CONTROL)
def test_only_operators_turn_the_network(network: Network, method: str, path: str, body: Any) -> None:
    assert call(method, path, body, issuer="hydra", status=403)["code"] == "forbidden_scope"


def test_an_outside_node_pays_our_invoice(network: Network) -> None:
    ours = gateway(network).create_invoice(5_000, "ours", 600)
    paid = call("POST", "/sim/pay", {"node": "remote", "invoice": ours.invoice})
    assert paid["outcome"] == "succeeded"
    assert paid["feeMsats"] == 1_000
    assert "code" not in paid
    again = call("POST", "/sim/pay", {"node": "merchant", "invoice": ours.invoice})
    assert (again["outcome"], again["reason"]) == ("failed", "already_paid")
    call("POST", "/sim/pay", {"node": "wallet", "invoice": ours.invoice}, status=400)


def test_invoices_are_made_and_withdrawn(network: Network) -> None:
    made = call(
        "POST", "/sim/invoices", {"node": "merchant", "amountMsats": 7_000, "description": "x", "expirySecs": 60}
    )
    assert made["expiresAtMs"] == made["createdAtMs"] + 60_000
    assert call("POST", "/sim/invoices/cancel", {"paymentHash": made["paymentHash"]}) == {"canceled": True}
    assert call("POST", "/sim/invoices/cancel", {"paymentHash": made["paymentHash"]}) == {"canceled": False}


def test_wallets_are_added_funded_and_pay_each_other(network: Network) -> None:
    call("POST", "/sim/nodes", {"name": "alice"})
    funded = call("POST", "/sim/fund", {"node": "alice", "amountSats": 50_000, "peer": "hub", "peerSats": 10_000})
    assert call("POST", "/sim/fund", {"node": "alice", "amountSats": 7_000})["txid"]
    made = call("POST", "/sim/invoices", {"node": "merchant", "amountMsats": 45_000})
    assert call("POST", "/sim/pay", {"node": "alice", "invoice": made["invoice"]})["feeMsats"] == 1_004
    (alice,) = [one for one in call("GET", "/sim/nodes")["nodes"] if one["name"] == "alice"]
    assert (alice["localMsats"], alice["confirmedSats"]) == (50_000_000 - 46_004, 7_000)
    points = [one["channelPoint"] for one in call("GET", "/sim/channels")["channels"]]
    assert funded["channelPoint"] in points
    assert_conserved(network)


def test_faults_are_listed_used_and_cleared(network: Network) -> None:
    rule = {"effect": "pending_then_settle_ms", "valueMs": 1_000, "host": "a.test", "times": 2, "rate": 0.5, "nth": 3}
    listed = call("POST", "/sim/faults", rule)["faults"]
    assert [one["ruleId"] for one in listed] == [1]
    assert listed[0] | rule == listed[0]
    call("POST", "/sim/faults", {"effect": "explode"}, status=400)
    call("POST", "/sim/faults", {"effect": "hang_ms", "rate": 2}, status=400)
    assert call("DELETE", "/sim/faults")["faults"] == []


def test_blocks_clock_and_reset(network: Network) -> None:
    assert call("POST", "/sim/blocks", {"count": 3}) == {"blockHeight": 103}
    assert call("POST", "/sim/clock", {"nowMs": 1_771_618_000_000}) == {"nowMs": 1_771_618_000_000}
    made = gateway(network, "merchant").create_invoice(45_000, "", 600)
    gateway(network).send(made.invoice, made.payment_hash, None, 9_999, 5)
    call("POST", "/sim/reset", {"confirm": "yes"}, status=400)
    assert call("POST", "/sim/reset", {"confirm": "reset"}) == {"reset": True}
    assert gateway(network).node_balances().local_msats == 1_000_000_000
    assert_conserved(network)
    fresh = gateway(network, "merchant").create_invoice(45_000, "", 600)
    assert fresh.payment_hash != made.payment_hash
    sent = gateway(network).send(fresh.invoice, fresh.payment_hash, None, 9_999, 5)
    assert sent.settled is not None
    assert sent.settled.payment_id == "sim_pay_000002"


def test_a_real_clock_cannot_be_set(wallet_id: str, configure: Callable[..., None]) -> None:
    configure(oa_lightning_sim_control=True)
    with node.use(gateway(make_network(manual_clock=False))):
        assert call("POST", "/sim/clock", {"nowMs": 1}, status=409)["code"] == "conflict"


# The door of ops


def test_ops_reads_a_node_in_one_look(network: Network) -> None:
    seen = call("GET", "/sim/node/wallet", issuer="lightning")
    assert seen["identityPubkey"] == gateway(network).info().identity_pubkey
    assert seen["onchainConfirmedSats"] == 100_000_000
    (channel,) = seen["channels"]
    assert (channel["capacitySats"], channel["active"]) == (2_000_000, True)
    assert seen["backup"]
    call("GET", "/sim/node/nobody", issuer="lightning", status=404)
    call("GET", "/sim/node/%00", issuer="lightning", status=404)
    call("GET", "/sim/node/wallet/opened", issuer="lightning", params={"memo": "\x00"}, status=400)
    call("GET", "/sim/node/wallet", issuer="hydra", status=403)


def test_ops_opens_changes_and_closes_a_channel(network: Network) -> None:
    peer = gateway(network, "merchant").info().identity_pubkey
    order = {"peerId": peer, "amountSats": 60_000, "memo": "oa-op:1", "private": False}
    refused = call("POST", "/sim/node/wallet/open", order, issuer="lightning", status=502)
    assert (refused["code"], refused["details"]["reason"]) == ("send_failed", "the peer is not connected")
    call("POST", "/sim/node/wallet/connect", {"peerId": peer, "host": "m.test:9735"}, issuer="lightning")
    opened = call("POST", "/sim/node/wallet/open", order, issuer="lightning")
    assert call("GET", "/sim/node/wallet/opened", issuer="lightning", params={"memo": "oa-op:1"}) == opened
    assert call("GET", "/sim/node/wallet/opened", issuer="lightning", params={"memo": "other"}) == {}
    call("POST", "/sim/blocks", {})
    point = f"{opened['fundingTxid']}:{opened['outputIndex']}"
    policy = {"channelPoint": point, "baseFeeMsat": 0, "feeRatePpm": 5, "timeLockDelta": 40}
    assert call("POST", "/sim/node/wallet/policy", policy, issuer="lightning") == {"done": True}
    closed = call("POST", "/sim/node/wallet/close", {"channelPoint": point}, issuer="lightning")
    assert len(closed["txid"]) == 64
    assert call("GET", "/sim/node/wallet", issuer="lightning")["pendingClosing"] == [point]


def test_outside_the_simulation_ops_finds_no_door(network: Network, configure: Callable[..., None]) -> None:
    configure(oa_lightning_wallet_executor_mode="lnd")
    call("GET", "/sim/node/wallet", issuer="lightning", status=404)


@pytest.mark.parametrize(
    "page", ["simnetwork", "simnode", "simchannel", "siminvoice", "simpayment", "simfault", "simtx"]
)
def test_the_operator_sees_the_network_and_no_preimage(network: Network, page: str) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "", 600)
    gateway(network).send(made.invoice, made.payment_hash, None, 9_999, 5)
    operator = Client()
    operator.force_login(User.objects.create_superuser(new_id("op")))
    assert operator.get(reverse(f"admin:lightning_{page}_changelist")).status_code == 200
    if page == "siminvoice":
        row = SimInvoice.objects.get(payment_hash=made.payment_hash)
        shown = operator.get(reverse("admin:lightning_siminvoice_change", args=[row.pk])).content
        assert made.payment_hash.encode() in shown
        assert b"enc:v1" not in shown

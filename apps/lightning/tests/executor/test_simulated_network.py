"""The embedded network: real invoices and preimages, kept balances, faults as ordered."""

from __future__ import annotations

import hashlib

import pytest
from django.db import IntegrityError, transaction

from apps.lightning.domain.simulation import Condition, Effect
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear, Outcome, Tracked
from apps.lightning.gateways.simulated import chain, faults, invoices
from apps.lightning.gateways.simulated.store import Network, SimulationRefused
from apps.lightning.models import SimChannel, SimInvoice, SimNetwork, SimNode, SimPayment
from apps.lightning.tests.executor.networks import (
    FEE_LIMIT,
    advance,
    assert_conserved,
    gateway,
    make_network,
)
from openagents.bolt11.decoder import decode
from openagents.bolt11.tests import vectors
from openagents.ops import faults as fault_points
from openagents.receipts.ids import new_id

SPEC_SEED = bytes.fromhex("11" * 32)


@pytest.fixture
def network() -> Network:
    return make_network()


def pay(network: Network, text: str, node: str = "wallet", **options: object):
    invoice = decode(text)
    terms = {"amount_msats": None, "fee_limit_msats": FEE_LIMIT, "timeout_s": 5} | options
    return gateway(network, node).send(text, invoice.payment_hash, **terms)


def fault(network: Network, effect: Effect, condition: Condition | None = None, **terms: object) -> None:
    faults.add(network, condition or Condition(), effect, **terms)


def test_the_first_invoice_of_the_specification_seed_is_its_example() -> None:
    network = make_network(SPEC_SEED)
    SimNetwork.objects.filter(name=network.name).update(now_ms=1_771_618_000_000)
    made = gateway(network, "merchant").create_invoice(45_000, "sim coffee", 3600)
    assert made.invoice == vectors.SIM_COFFEE
    assert made.payment_hash == "b39003962d489a16213ae8ed588e62567eac2a16968570097f3b257229052020"
    assert (made.created_at_ms, made.expires_at_ms) == (1_771_618_000_000, 1_771_621_600_000)


def test_a_payment_over_the_hub_costs_what_the_table_says(network: Network) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "coffee", 3600)
    sent = pay(network, made.invoice)
    assert sent.outcome is Outcome.SUCCEEDED
    assert sent.settled is not None
    assert sent.settled.fee_msats == 1_004
    assert sent.settled.amount_msats == 45_000
    assert sent.settled.payment_id == "sim_pay_000001"
    assert hashlib.sha256(bytes.fromhex(sent.settled.preimage or "")).hexdigest() == made.payment_hash
    wallet, hub = gateway(network).node_balances(), gateway(network, "hub").node_balances()
    merchant = gateway(network, "merchant").node_balances()
    assert wallet.local_msats == 1_000_000_000 - 46_004
    assert hub.local_msats == 3_000_000_000 + 1_004
    assert merchant.local_msats == 1_000_000_000 + 45_000
    assert_conserved(network)


def test_a_direct_peer_costs_nothing(network: Network) -> None:
    sent = pay(network, gateway(network, "hub").create_invoice(1_000, "", 60).invoice)
    assert sent.settled is not None
    assert sent.settled.fee_msats == 0


def test_wallets_pay_each_other_both_ways(network: Network) -> None:
    there = pay(network, gateway(network, "remote").create_invoice(70_000, "there", 60).invoice)
    back = pay(network, gateway(network).create_invoice(50_000, "back", 60).invoice, "remote")
    assert [there.outcome, back.outcome] == [Outcome.SUCCEEDED, Outcome.SUCCEEDED]
    assert_conserved(network)


def test_paying_again_says_what_happened_and_moves_nothing(network: Network) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "coffee", 3600)
    first = pay(network, made.invoice)
    assert pay(network, made.invoice) == first
    assert gateway(network).node_balances().local_msats == 1_000_000_000 - 46_004


def test_nobody_else_can_pay_a_settled_invoice(network: Network) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "coffee", 3600)
    pay(network, made.invoice)
    second = pay(network, made.invoice, "remote")
    assert (second.outcome, second.code, second.reason) == (Outcome.FAILED, "payment_failed", "already_paid")


def test_an_expired_or_canceled_invoice_is_refused_by_the_payee(network: Network) -> None:
    expired = gateway(network, "merchant").create_invoice(45_000, "", 60)
    canceled = gateway(network, "merchant").create_invoice(45_000, "", 3600)
    advance(network, 60_000)
    assert invoices.cancel(network, canceled.payment_hash)
    for made, state in ((expired, "expired"), (canceled, "canceled")):
        assert pay(network, made.invoice).reason == "incorrect_payment_details"
        found = gateway(network, "merchant").lookup_invoice(made.payment_hash)
        assert found is not None
        assert found.state == state
    assert gateway(network).track(expired.payment_hash).tracked is Tracked.FAILED


@pytest.mark.parametrize(
    ("amount_msats", "fee_limit", "reason"),
    [
        (1_000_000_001, FEE_LIMIT, "insufficient_balance"),
        (45_000, 1_003, "no_route"),
        (999_999_000, 200_000, "insufficient_balance"),
    ],
)
def test_without_money_or_a_route_the_payment_fails(
    network: Network, amount_msats: int, fee_limit: int, reason: str
) -> None:
    made = gateway(network, "merchant").create_invoice(amount_msats, "", 60)
    sent = pay(network, made.invoice, fee_limit_msats=fee_limit)
    assert (sent.outcome, sent.code, sent.reason) == (Outcome.FAILED, "payment_failed", reason)
    assert_conserved(network)


def test_a_failed_payment_can_be_tried_again_under_the_next_number(network: Network) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "", 60)
    assert pay(network, made.invoice, fee_limit_msats=0).reason == "no_route"
    again = pay(network, made.invoice)
    assert again.settled is not None
    assert again.settled.payment_id == "sim_pay_000002"
    assert SimPayment.objects.filter(network_id=network.name).count() == 1


def test_foreign_own_and_unreadable_invoices_are_not_sent(network: Network) -> None:
    own = gateway(network).create_invoice(1_000, "", 60)
    assert pay(network, own.invoice).code == "send_failed"
    assert pay(network, vectors.SIM_COFFEE).reason == "no_route"
    assert pay(network, vectors.COFFEE).reason == "wrong_network"
    assert gateway(network).send("lnbc1", "00" * 32, None, 1, 1).code == "send_failed"


def test_an_amountless_invoice_takes_the_amount_of_the_payer(network: Network) -> None:
    made = invoices.create(network, "merchant", None, "any", 60)
    assert pay(network, made.invoice).reason == "amount_missing"
    sent = pay(network, made.invoice, amount_msats=12_345)
    assert sent.settled is not None
    assert sent.settled.amount_msats == 12_345


def test_balances_survive_a_restart(network: Network) -> None:
    pay(network, gateway(network, "merchant").create_invoice(45_000, "", 60).invoice)
    before = gateway(network).node_balances()
    again = Network.open(seed=network.seed, environment="test", name=network.name, manual_clock=True)
    assert gateway(again).node_balances() == before


@pytest.mark.parametrize(
    "terms",
    [
        {"environment": "prod", "seed": bytes(32)},
        {"environment": "test", "seed": b"short"},
        {"environment": "test", "seed": bytes(32)},
    ],
)
def test_the_simulation_refuses_production_and_another_seed(network: Network, terms: dict) -> None:
    with pytest.raises(SimulationRefused):
        Network.open(name=network.name, **terms)


def test_a_handle_does_not_show_its_seed(network: Network) -> None:
    assert network.seed.hex() not in repr(network)
    assert str(network.seed) not in repr(network)


def test_two_processes_make_one_network(in_parallel) -> None:
    name = new_id("net")
    opened = in_parallel(4, lambda _: Network.open(seed=SPEC_SEED, environment="test", name=name))
    assert opened == [opened[0]] * 4
    assert SimNode.objects.filter(network_id=name).count() == 4
    assert SimChannel.objects.filter(network_id=name).count() == 3


def test_an_own_preimage_is_taken_and_a_second_invoice_of_it_refused(network: Network) -> None:
    secret = "ab" * 32
    made = gateway(network).create_invoice(1_000, "", 60, preimage=secret)
    assert made.payment_hash == hashlib.sha256(bytes.fromhex(secret)).hexdigest()
    with pytest.raises(GatewayError):
        gateway(network).create_invoice(1_000, "", 60, preimage=secret)


def test_the_settlement_feed_resumes_where_it_was_left(network: Network) -> None:
    made = [gateway(network).create_invoice(1_000 * (at + 1), "", 600) for at in range(3)]
    for invoice in (made[2], made[0]):
        pay(network, invoice.invoice, "merchant")
    first, second = list(gateway(network).subscribe_settled(0, 0))
    assert [first.payment_hash, second.payment_hash] == [made[2].payment_hash, made[0].payment_hash]
    assert [first.settle_index, second.settle_index] == [1, 2]
    assert [first.add_index, second.add_index] == [3, 1]
    assert hashlib.sha256(bytes.fromhex(first.preimage)).hexdigest() == first.payment_hash
    assert list(gateway(network).subscribe_settled(0, first.settle_index)) == [second]
    assert list(gateway(network).subscribe_settled(0, 2)) == []


# Faults


@pytest.mark.parametrize(
    ("effect", "outcome", "code", "tracked"),
    [
        (Effect.PREPARE_FAIL, Outcome.FAILED, "prepare_failed", Tracked.NOT_KNOWN),
        (Effect.FAIL_NO_ROUTE, Outcome.FAILED, "payment_failed", Tracked.FAILED),
        (Effect.FAIL_INSUFFICIENT, Outcome.FAILED, "payment_failed", Tracked.FAILED),
        (Effect.DROP_BEFORE_DISPATCH, Outcome.UNKNOWN, "", Tracked.NOT_KNOWN),
        (Effect.DROP_AFTER_SETTLE, Outcome.UNKNOWN, "", Tracked.SUCCEEDED),
        (Effect.GATEWAY_DOWN, Outcome.FAILED, "connect_failed", Tracked.NOT_KNOWN),
    ],
)
def test_each_fault_ends_as_its_name_says(
    network: Network, effect: Effect, outcome: Outcome, code: str, tracked: Tracked
) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "", 60)
    fault(network, effect, Condition(payment_hash=made.payment_hash))
    sent = pay(network, made.invoice)
    assert (sent.outcome, sent.code) == (outcome, code)
    assert gateway(network).track(made.payment_hash).tracked is tracked
    assert_conserved(network)


def test_after_a_lost_answer_the_next_call_finds_the_payment(network: Network) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "", 60)
    fault(network, Effect.DROP_AFTER_SETTLE)
    assert pay(network, made.invoice).outcome is Outcome.UNKNOWN
    again = pay(network, made.invoice)
    assert again.outcome is Outcome.SUCCEEDED
    assert gateway(network).track(made.payment_hash).settled == again.settled
    assert SimPayment.objects.filter(network_id=network.name).count() == 1


@pytest.mark.parametrize(
    ("effect", "tracked", "invoice_state"),
    [
        (Effect.PENDING_THEN_SETTLE, Tracked.SUCCEEDED, "settled"),
        (Effect.PENDING_THEN_FAIL, Tracked.FAILED, "open"),
    ],
)
def test_a_pending_payment_ends_when_its_time_comes(
    network: Network, effect: Effect, tracked: Tracked, invoice_state: str
) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "", 600)
    fault(network, effect, value_ms=30_000)
    assert pay(network, made.invoice).outcome is Outcome.IN_FLIGHT
    assert gateway(network).track(made.payment_hash).tracked is Tracked.IN_FLIGHT
    unsettled = {name: gateway(network, name).node_balances().unsettled_msats for name in ("wallet", "hub", "merchant")}
    assert unsettled == {"wallet": 46_004, "hub": 45_000, "merchant": 0}
    assert pay(network, made.invoice, "remote").reason == "already_paid"
    assert_conserved(network)
    started = network.now_ms()
    advance(network, 45_000)
    ended = gateway(network).track(made.payment_hash)
    assert ended.tracked is tracked
    if ended.settled:
        assert ended.settled.paid_at_ms == started + 30_000
    found = gateway(network, "merchant").lookup_invoice(made.payment_hash)
    assert found is not None
    assert found.state == invoice_state
    assert gateway(network).node_balances().unsettled_msats == 0
    assert_conserved(network)


@pytest.mark.parametrize("effect", [Effect.NO_PREIMAGE, Effect.WRONG_PREIMAGE])
def test_a_settled_payment_may_come_without_its_preimage(network: Network, effect: Effect) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "", 60)
    fault(network, effect)
    sent = pay(network, made.invoice)
    assert sent.outcome is Outcome.SUCCEEDED
    assert sent.settled is not None
    if effect is Effect.NO_PREIMAGE:
        assert sent.settled.preimage is None
    else:
        assert hashlib.sha256(bytes.fromhex(sent.settled.preimage or "")).hexdigest() != made.payment_hash
    assert gateway(network).track(made.payment_hash).settled == sent.settled


@pytest.mark.parametrize(("value_ms", "outcome"), [(2_000, Outcome.SUCCEEDED), (9_000, Outcome.IN_FLIGHT)])
def test_a_late_answer_comes_within_the_time_it_was_given_or_not(value_ms: int, outcome: Outcome) -> None:
    network = make_network(manual_clock=False)
    made = gateway(network, "merchant").create_invoice(45_000, "", 60)
    fault(network, Effect.HANG, value_ms=value_ms)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        """Time passes for the payment instead of for the test."""
        waited.append(seconds)
        row = SimPayment.objects.get(network_id=network.name)
        SimPayment.objects.filter(pk=row.pk).update(due_at_ms=(row.due_at_ms or 0) - int(seconds * 1000))

    node = gateway(network, wait=wait)
    assert node.send(made.invoice, made.payment_hash, None, FEE_LIMIT, 5).outcome is outcome
    assert waited == [min(value_ms / 1000, 5.0)]


def test_rules_are_used_in_order_and_only_so_often(network: Network) -> None:
    fault(network, Effect.FAIL_NO_ROUTE, Condition(host="one.test"), times=2)
    fault(network, Effect.PREPARE_FAIL, Condition(description_prefix="odd"))
    fault(network, Effect.FAIL_INSUFFICIENT, Condition(amount_msats=7_000))
    fault(network, Effect.DROP_BEFORE_DISPATCH, Condition(nth=7))
    asked = [("x", 1_000, "one.test"), ("odd one", 1_000, "one.test"), ("odd two", 1_000, "one.test")]
    asked += [("odd three", 1_000, "one.test"), ("x", 7_000, ""), ("x", 8_000, ""), ("x", 9_000, "")]
    answers = []
    for description, amount, host in asked:
        made = gateway(network, "merchant").create_invoice(amount, description, 60)
        sent = pay(network, made.invoice, host=host)
        answers.append(sent.reason or sent.outcome.value)
    assert answers == [
        "no_route", "no_route", "prepare_fail", "succeeded", "insufficient_balance", "succeeded", "unknown",
    ]  # fmt: skip


def test_a_rate_hits_the_same_payments_every_time() -> None:
    hits = []
    for _ in range(2):
        network = make_network(SPEC_SEED)
        fault(network, Effect.PREPARE_FAIL, times=1_000, rate=0.5)
        made = [gateway(network, "merchant").create_invoice(1_000, "", 60) for _ in range(12)]
        hits.append([pay(network, invoice.invoice).code for invoice in made])
    assert hits[0] == hits[1]
    assert 0 < hits[0].count("prepare_failed") < 12


def test_a_node_that_is_down_answers_nothing(network: Network) -> None:
    node = gateway(network)
    fault(network, Effect.GATEWAY_DOWN, times=12)
    for call in (
        node.connect,
        node.info,
        node.node_balances,
        node.channels,
        node.receive_address,
        lambda: node.create_invoice(1, "", 60),
        lambda: node.lookup_invoice("00" * 32),
        lambda: node.subscribe_settled(0, 0),
        lambda: node.find_onchain("x"),
        lambda: node.estimate_onchain("bcrt1q", 1, "slow"),
        lambda: node.send_onchain("bcrt1q", 1, 1, "x", plan_id="x"),
    ):
        with pytest.raises(GatewayError) as refused:
            call()
        assert refused.value.code == "connect_failed"
    assert node.track("00" * 32).tracked is Tracked.UNREACHABLE
    node.connect()


@pytest.mark.parametrize(
    ("at", "tracked"), [("lightning.sim.moving", Tracked.NOT_KNOWN), ("lightning.sim.answering", Tracked.SUCCEEDED)]
)
def test_a_crash_while_money_moves_leaves_all_of_it_or_nothing(network: Network, at: str, tracked: Tracked) -> None:
    made = gateway(network, "merchant").create_invoice(45_000, "", 60)
    with fault_points.arm(at, "error"), pytest.raises(fault_points.InjectedFault):
        pay(network, made.invoice)
    assert gateway(network).track(made.payment_hash).tracked is tracked
    assert_conserved(network)
    assert pay(network, made.invoice).outcome is Outcome.SUCCEEDED
    assert gateway(network, "merchant").node_balances().local_msats == 1_000_000_000 + 45_000


# On chain


def test_coins_move_between_wallets_with_the_next_block(network: Network) -> None:
    node = gateway(network, wallet_id="wallet-1")
    there = gateway(network, "remote").receive_address()
    assert there.bitcoin_address.startswith("bcrt1q")
    assert node.receive_address().spark_address == "wallet-1@spark.mock"
    estimate = node.estimate_onchain(there.bitcoin_address, 50_000, "medium")
    assert estimate.fee_sats == 40
    plan = new_id("plan")
    sent = node.send_onchain(there.bitcoin_address, 50_000, estimate.sat_per_vbyte, f"oa-plan:{plan}", plan_id=plan)
    assert sent.txid == hashlib.sha256(f"oa.sim.tx.v1:{plan}".encode()).hexdigest()
    assert node.find_onchain(f"oa-plan:{plan}") == sent
    assert node.find_onchain("oa-plan:other") is None
    assert node.node_balances().onchain_confirmed_sats == 100_000_000 - 50_040
    received = gateway(network, "remote").node_balances()
    assert (received.onchain_confirmed_sats, received.onchain_unconfirmed_sats) == (0, 50_000)
    assert gateway(network, "remote").receive_address() != there
    assert_conserved(network)
    chain.mine(network)
    received = gateway(network, "remote").node_balances()
    assert (received.onchain_confirmed_sats, received.onchain_unconfirmed_sats) == (50_000, 0)
    assert_conserved(network)


def test_the_same_plan_is_one_transaction(network: Network) -> None:
    node, plan = gateway(network), new_id("plan")
    first = node.send_onchain("bcrt1qelsewhere", 1_000, 1, f"oa-plan:{plan}", plan_id=plan)
    assert node.send_onchain("bcrt1qelsewhere", 1_000, 1, f"oa-plan:{plan}", plan_id=plan) == first
    assert node.node_balances().onchain_confirmed_sats == 100_000_000 - 1_015
    assert_conserved(network)


def test_more_than_there_is_cannot_be_sent(network: Network) -> None:
    with pytest.raises(GatewayError) as refused:
        gateway(network, "hub").send_onchain("bcrt1q", 1, 1, "x", plan_id="x")
    assert (refused.value.code, refused.value.reason) == ("send_failed", "insufficient_funds")


@pytest.mark.parametrize(("effect", "found"), [(Effect.DROP_BEFORE_DISPATCH, False), (Effect.DROP_AFTER_SETTLE, True)])
def test_a_lost_broadcast_is_found_by_its_label_or_was_never_made(
    network: Network, effect: Effect, found: bool
) -> None:
    node, plan = gateway(network), new_id("plan")
    fault(network, effect, Condition(host="onchain"))
    with pytest.raises(GatewayUnclear):
        node.send_onchain("bcrt1q", 1_000, 1, f"oa-plan:{plan}", plan_id=plan)
    assert (node.find_onchain(f"oa-plan:{plan}") is not None) is found


def test_a_channel_opens_carries_money_and_gives_it_back(network: Network) -> None:
    node = gateway(network)
    merchant = gateway(network, "merchant").info().identity_pubkey
    with pytest.raises(GatewayError, match="not connected"):
        node.open_channel(merchant, 100_000, 5, False, "oa-op:1")
    with pytest.raises(GatewayError, match="connect_failed"):
        node.connect_peer("02" + "00" * 32, "nowhere:9735")
    node.connect_peer(merchant, "merchant.test:9735")
    opened = node.open_channel(merchant, 100_000, 5, False, "oa-op:1")
    point = f"{opened.funding_txid}:{opened.output_index}"
    assert chain.opened(network, "wallet", "oa-op:1") == opened
    assert len(node.channels()) == 1
    assert_conserved(network)
    chain.mine(network)
    assert {channel.channel_point for channel in node.channels()} >= {point}
    direct = pay(network, gateway(network, "merchant").create_invoice(30_500, "", 600).invoice)
    assert direct.settled is not None
    assert direct.settled.fee_msats == 0
    node.update_policy(point, 0, 1, 40)
    txid = node.close_channel(point, False, 1)
    assert node.close_channel(point, False, 1) == txid
    assert_conserved(network)
    chain.mine(network)
    assert gateway(network, "merchant").node_balances().onchain_confirmed_sats == 30
    assert node.node_balances().onchain_confirmed_sats == 100_000_000 - 100_075 + 99_969 - 15
    with pytest.raises(GatewayError, match="no such channel"):
        node.close_channel(point, False, 1)
    assert_conserved(network)


def test_fees_of_a_channel_are_those_its_node_set(network: Network) -> None:
    hub = gateway(network, "hub")
    (point,) = [
        c.channel_point for c in hub.channels() if c.peer_id == gateway(network, "merchant").info().identity_pubkey
    ]
    hub.update_policy(point, 5, 1_000, 40)
    sent = pay(network, gateway(network, "merchant").create_invoice(45_000, "", 60).invoice)
    assert sent.settled is not None
    assert sent.settled.fee_msats == 5 + 45


def test_a_channel_with_a_payment_under_way_cannot_be_closed(network: Network) -> None:
    fault(network, Effect.PENDING_THEN_SETTLE, value_ms=60_000)
    pay(network, gateway(network, "hub").create_invoice(1_000, "", 600).invoice)
    (channel,) = gateway(network).channels()
    with pytest.raises(GatewayError, match="under way"):
        gateway(network).close_channel(channel.channel_point, True, None)


def test_no_side_of_a_channel_can_fall_below_zero(network: Network) -> None:
    channel = SimChannel.objects.filter(network_id=network.name).first()
    assert channel is not None
    for change in ({"a_msats": -1, "b_msats": channel.capacity_msats + 1}, {"a_msats": channel.a_msats + 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SimChannel.objects.filter(pk=channel.pk).update(**change)


def test_preimages_are_sealed_until_they_are_released(network: Network) -> None:
    made = gateway(network, "merchant").create_invoice(1_000, "", 60)
    row = SimInvoice.objects.get(payment_hash=made.payment_hash)
    assert row.preimage_enc.startswith("enc:v1:")

"""What the executor relies on, of every gateway: the embedded network, LND, and a real node where one is configured."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from apps.lightning.domain.simulation import Condition, Effect
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear, Outcome, SendResult, Tracked
from apps.lightning.tests.executor.gateway_contract import LEGS, Stand, stand
from apps.lightning.tests.executor.networks import assert_conserved
from openagents.bolt11.decoder import decode
from openagents.receipts.ids import new_id


@pytest.fixture(params=LEGS)
def where(request: pytest.FixtureRequest) -> Iterator[Stand]:
    with stand(request.param) as made:
        yield made


def pay(where: Stand, invoice: str, fee_limit_msats: int = 10_000, amount_msats: int | None = None) -> SendResult:
    return where.gateway.send(invoice, decode(invoice).payment_hash, amount_msats, fee_limit_msats, 5)


def test_it_connects_and_says_who_it_is(where: Stand) -> None:
    where.gateway.connect()
    info = where.gateway.info()
    assert len(bytes.fromhex(info.identity_pubkey)) == 33
    assert info.network in ("mainnet", "testnet", "signet", "regtest")
    assert info.block_height > 0
    assert info.balance_msats == where.gateway.node_balances().local_msats


def test_an_invoice_is_real_signed_by_the_node_and_can_be_looked_up(where: Stand) -> None:
    made = where.gateway.create_invoice(45_000, "contract ünïcode", 600)
    invoice = decode(made.invoice)
    assert invoice.payee_pubkey == where.gateway.info().identity_pubkey
    assert (invoice.payment_hash, invoice.amount_msats, invoice.expiry_secs) == (made.payment_hash, 45_000, 600)
    assert invoice.description == "contract ünïcode"
    assert made.expires_at_ms == made.created_at_ms + 600_000
    found = where.gateway.lookup_invoice(made.payment_hash)
    assert found is not None
    assert (found.state, found.amount_msats, found.settled_at_ms) == ("open", 45_000, None)


def test_an_invoice_can_be_given_its_preimage(where: Stand) -> None:
    secret = hashlib.sha256(new_id("preimage").encode()).digest()
    made = where.gateway.create_invoice(1_000, "", 600, preimage=secret.hex())
    assert made.payment_hash == hashlib.sha256(secret).hexdigest()


def test_what_is_not_there_is_not_found(where: Stand) -> None:
    nothing = hashlib.sha256(new_id("nothing").encode()).hexdigest()
    assert where.gateway.lookup_invoice(nothing) is None
    assert where.gateway.track(nothing).tracked is Tracked.NOT_KNOWN
    assert where.gateway.find_onchain(new_id("oa-plan")) is None


def test_addresses_stay_until_they_are_used(where: Stand) -> None:
    first = where.gateway.receive_address()
    assert first == where.gateway.receive_address()
    assert first.spark_address
    assert first.bitcoin_address.startswith(("bc1", "tb1", "bcrt1"))


def test_a_payment_ends_with_its_preimage_and_is_found_by_its_hash(where: Stand) -> None:
    made = where.invoice_elsewhere(45_000)
    before = where.gateway.node_balances().local_msats
    sent = pay(where, made.invoice)
    assert sent.outcome is Outcome.SUCCEEDED
    assert sent.settled is not None
    assert hashlib.sha256(bytes.fromhex(sent.settled.preimage or "")).hexdigest() == made.payment_hash
    assert (sent.settled.amount_msats, sent.settled.fee_msats) == (45_000, 1_004)
    assert where.gateway.node_balances().local_msats == before - 46_004
    assert where.gateway.track(made.payment_hash).settled == sent.settled
    assert_conserved(where.simulated())


def test_paying_twice_pays_once(where: Stand) -> None:
    made = where.invoice_elsewhere(45_000)
    first = pay(where, made.invoice)
    assert pay(where, made.invoice) == first
    assert where.gateway.node_balances().local_msats == 1_000_000_000 - 46_004


@pytest.mark.parametrize(
    ("effect", "reason"),
    [(Effect.FAIL_NO_ROUTE, "no_route"), (Effect.FAIL_INSUFFICIENT, "insufficient_balance")],
)
def test_a_failure_is_definite_and_has_its_reason(where: Stand, effect: Effect, reason: str) -> None:
    made = where.invoice_elsewhere(45_000)
    where.fault(effect)
    sent = pay(where, made.invoice)
    assert (sent.outcome, sent.code, sent.reason) == (Outcome.FAILED, "payment_failed", reason)
    tracked = where.gateway.track(made.payment_hash)
    assert (tracked.tracked, tracked.code, tracked.reason) == (Tracked.FAILED, "payment_failed", reason)
    assert where.gateway.node_balances().local_msats == 1_000_000_000
    assert pay(where, made.invoice).outcome is Outcome.SUCCEEDED


def test_a_payment_over_the_fee_limit_has_no_route(where: Stand) -> None:
    made = where.invoice_elsewhere(45_000)
    assert pay(where, made.invoice, fee_limit_msats=1_003).reason == "no_route"


def test_an_expired_invoice_is_not_paid(where: Stand) -> None:
    made = where.invoice_elsewhere(45_000)
    where.advance(3_600_000)
    sent = pay(where, made.invoice)
    assert sent.outcome is Outcome.FAILED
    assert (sent.code, sent.reason) != ("", "")
    own = where.gateway.create_invoice(1_000, "", 60)
    where.advance(61_000)
    found = where.gateway.lookup_invoice(own.payment_hash)
    assert found is not None
    assert found.state == "expired"


def test_our_own_invoice_is_not_paid_to_ourselves(where: Stand) -> None:
    where.simulated()
    made = where.gateway.create_invoice(1_000, "", 600)
    sent = pay(where, made.invoice)
    assert (sent.outcome, sent.code) == (Outcome.FAILED, "send_failed")


def test_a_lost_answer_is_unknown_and_tracking_tells_what_happened(where: Stand) -> None:
    arrived, gone = where.invoice_elsewhere(45_000), where.invoice_elsewhere(46_000)
    where.fault(Effect.DROP_AFTER_SETTLE, Condition(payment_hash=arrived.payment_hash))
    where.fault(Effect.DROP_BEFORE_DISPATCH, Condition(payment_hash=gone.payment_hash))
    assert pay(where, arrived.invoice).outcome is Outcome.UNKNOWN
    assert pay(where, gone.invoice).outcome is Outcome.UNKNOWN
    assert where.gateway.track(arrived.payment_hash).tracked is Tracked.SUCCEEDED
    assert where.gateway.track(gone.payment_hash).tracked is Tracked.NOT_KNOWN


@pytest.mark.parametrize(
    ("effect", "end"),
    [(Effect.PENDING_THEN_SETTLE, Tracked.SUCCEEDED), (Effect.PENDING_THEN_FAIL, Tracked.FAILED)],
)
def test_what_is_under_way_is_neither_sent_again_nor_given_up(where: Stand, effect: Effect, end: Tracked) -> None:
    made = where.invoice_elsewhere(45_000)
    where.fault(effect, value_ms=30_000)
    assert pay(where, made.invoice).outcome in (Outcome.IN_FLIGHT, Outcome.UNKNOWN)
    assert pay(where, made.invoice).outcome is Outcome.IN_FLIGHT
    assert where.gateway.track(made.payment_hash).tracked is Tracked.IN_FLIGHT
    where.advance(30_000)
    first = where.gateway.track(made.payment_hash)
    assert first.tracked is end
    assert where.gateway.track(made.payment_hash) == first


@pytest.mark.parametrize("effect", [Effect.NO_PREIMAGE, Effect.WRONG_PREIMAGE])
def test_success_without_a_usable_preimage_is_told_as_it_is(where: Stand, effect: Effect) -> None:
    made = where.invoice_elsewhere(45_000)
    where.fault(effect)
    sent = pay(where, made.invoice)
    assert sent.outcome is Outcome.SUCCEEDED
    assert sent.settled is not None
    released = sent.settled.preimage
    assert released is None or hashlib.sha256(bytes.fromhex(released)).hexdigest() != made.payment_hash


def test_the_settlement_feed_starts_at_the_beginning_and_resumes(where: Stand) -> None:
    where.simulated()
    made = [where.gateway.create_invoice(1_000 * (at + 1), "", 600) for at in range(3)]
    for invoice in (made[2], made[0]):
        where.pay_in(invoice.invoice, invoice.payment_hash)
    told = list(where.gateway.subscribe_settled(0, 0))
    assert [one.payment_hash for one in told] == [made[2].payment_hash, made[0].payment_hash]
    assert [one.amount_paid_msats for one in told] == [3_000, 1_000]
    assert all(hashlib.sha256(bytes.fromhex(one.preimage)).hexdigest() == one.payment_hash for one in told)
    assert list(where.gateway.subscribe_settled(told[0].add_index, told[0].settle_index)) == told[1:]
    found = where.gateway.lookup_invoice(made[2].payment_hash)
    assert found is not None
    assert (found.state, found.amount_paid_msats) == ("settled", 3_000)
    assert found.settled_at_ms is not None


def test_coins_are_sent_and_found_by_their_label(where: Stand) -> None:
    where.simulated()
    plan = new_id("plan")
    estimate = where.gateway.estimate_onchain("bcrt1qelsewhere", 50_000, "medium")
    assert estimate.fee_sats == 40
    sent = where.gateway.send_onchain(
        "bcrt1qelsewhere", 50_000, estimate.sat_per_vbyte, f"oa-plan:{plan}", plan_id=plan
    )
    found = where.gateway.find_onchain(f"oa-plan:{plan}")
    assert found is not None
    assert (found.txid, found.fee_sats) == (sent.txid, 40)
    assert where.gateway.node_balances().onchain_confirmed_sats == 100_000_000 - 50_040
    with pytest.raises((GatewayError, GatewayUnclear)):
        where.gateway.send_onchain("bcrt1qelsewhere", 10**12, 1, "oa-plan:more", plan_id="more")


def test_channels_open_change_and_close(where: Stand) -> None:
    network = where.simulated()
    node = where.gateway
    (there,) = node.channels()
    assert (there.capacity_sats, there.local_sats, there.remote_sats, there.active) == (2_000_000, 10**6, 10**6, True)
    with pytest.raises(GatewayError):
        node.connect_peer("02" + "11" * 32, "nowhere.test:9735")
    with pytest.raises((GatewayError, GatewayUnclear)):
        node.close_channel(f"{'00' * 32}:0", False, None)
    with pytest.raises(GatewayError):
        node.update_policy(f"{'00' * 32}:0", 0, 1, 40)
    peer = make_peer(where)
    opened = node.open_channel(peer, 100_000, 5, False, "oa-op:contract")
    point = f"{opened.funding_txid}:{opened.output_index}"
    assert node.opened("oa-op:contract") == opened
    assert node.opened("oa-op:other") is None
    assert node.pending().opening == (point,)
    where.mine()
    assert node.opened("oa-op:contract") == opened
    assert {channel.channel_point for channel in node.channels()} == {there.channel_point, point}
    node.update_policy(point, 10, 100, 40)
    node.close_channel(point, False, 1)
    assert node.pending().closing == (point,)
    where.mine()
    assert node.pending().closing == ()
    assert node.backup()
    assert_conserved(network)


def make_peer(where: Stand) -> str:
    """A node that ours is connected to and has no channel with."""
    from apps.lightning.gateways.simulated.store import add_node

    peer = add_node(where.simulated(), "newcomer")
    where.gateway.connect_peer(peer.pubkey, "newcomer.test:9735")
    return str(peer.pubkey)

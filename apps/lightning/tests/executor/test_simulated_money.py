"""Money is conserved in the embedded network, whatever is paid at the same time and whatever goes wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.lightning.domain.simulation import NODES, Condition, Effect, NoRoute, Side, find_route
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear, NewInvoice, Tracked
from apps.lightning.gateways.simulated import chain, faults, payments
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import SimInvoice, SimPayment
from apps.lightning.tests.executor.networks import advance, assert_conserved, gateway, make_network
from openagents.receipts.ids import new_id

THREADS = 4

amounts = st.sampled_from([1, 999, 45_000, 1_000_000, 400_000_000, 999_999_000, 1_000_000_000])
rules = st.lists(st.tuples(st.sampled_from(list(Effect)), st.integers(1, 3), st.sampled_from([0, 30_000])), max_size=4)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.sampled_from(NODES), st.integers(0, 5)),
        st.tuples(st.just("send"), st.sampled_from(NODES), st.sampled_from(NODES)),
        st.tuples(st.just("later"), st.integers(1, 40_000), st.none()),
        st.tuples(st.just("mine"), st.none(), st.none()),
    ),
    min_size=4,
    max_size=16,
)
made = st.lists(st.tuples(st.sampled_from(NODES), amounts), min_size=6, max_size=6)


def act(network: Network, invoices: list[NewInvoice], step: tuple[Any, ...]) -> None:
    kind, first, second = step
    if kind == "pay":
        invoice = invoices[second]
        gateway(network, first, wait=lambda _: None).send(invoice.invoice, invoice.payment_hash, None, 2_000_000, 5)
    elif kind == "send":
        address = chain.receive_address(network, second)
        try:
            gateway(network, first).send_onchain(address, 10_000, 3, new_id("oa-plan"), plan_id=new_id("plan"))
        except (GatewayError, GatewayUnclear):
            return
    elif kind == "later":
        advance(network, first)
    else:
        chain.mine(network)


@settings(max_examples=12)
@given(made=made, rules=rules, acts=acts)
def test_nothing_appears_or_vanishes_under_concurrent_payments_and_faults(
    made: list[tuple[str, int]], rules: list[tuple[Effect, int, int]], acts: list[tuple[Any, ...]]
) -> None:
    network = make_network()
    invoices = [gateway(network, node).create_invoice(amount, "", 10**6) for node, amount in made]
    for effect, times, value_ms in rules:
        faults.add(network, Condition(), effect, times=times, value_ms=value_ms)
    results = run_in_parallel(THREADS, lambda at: [act(network, invoices, step) for step in acts[at::THREADS]])
    assert not [result for result in results if isinstance(result, Exception)]
    assert_conserved(network)

    advance(network, 10**6)
    payments.end_due(network)
    assert_conserved(network)
    assert not SimPayment.objects.filter(network_id=network.name, state="in_flight").exists()
    for invoice in SimInvoice.objects.filter(network_id=network.name):
        paid = SimPayment.objects.filter(network_id=network.name, payment_hash=invoice.payment_hash, state="succeeded")
        assert paid.count() == (1 if invoice.state == "settled" else 0)


def test_one_invoice_paid_by_many_at_once_settles_once(in_parallel: Callable[..., list[Any]]) -> None:
    network = make_network()
    invoice = gateway(network, "merchant").create_invoice(45_000, "", 600)
    payers = ["wallet", "wallet", "remote", "hub", "wallet", "remote"]
    in_parallel(
        len(payers), lambda at: gateway(network, payers[at]).send(invoice.invoice, invoice.payment_hash, None, 9_999, 5)
    )
    settled = [
        node for node in NODES if gateway(network, node).track(invoice.payment_hash).tracked is Tracked.SUCCEEDED
    ]
    assert len(settled) == 1
    merchant = gateway(network, "merchant").node_balances()
    assert merchant.local_msats == 1_000_000_000 + 45_000
    assert_conserved(network)


def run_in_parallel(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Like the fixture `in_parallel`, which hypothesis cannot be given."""

    def one(index: int) -> Any:
        try:
            return work(index)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(one, range(count)))


sides = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.integers(0, 10_000)),
    max_size=20,
).map(lambda found: [Side(c, s, t, b) for c, s, t, b in found if s != t])


@given(sides=sides, amount=st.integers(1, 5_000), limit=st.integers(0, 5_000))
def test_a_route_is_connected_affordable_and_within_its_fee(sides: list[Side], amount: int, limit: int) -> None:
    try:
        route = find_route(sides, "a", "f", amount, limit)
    except NoRoute as error:
        assert error.reason in ("no_route", "insufficient_balance")
        return
    steps = route.steps
    assert (steps[0].source, steps[-1].target, steps[-1].amount_msats) == ("a", "f", amount)
    assert all(here.target == there.source for here, there in itertools.pairwise(steps))
    assert len({step.source for step in steps}) == len(steps)
    assert steps[0].amount_msats == amount + route.fee_msats
    assert route.fee_msats <= limit
    for step in steps:
        assert any(
            (side.channel, side.source, side.target) == (step.channel, step.source, step.target)
            and side.balance_msats >= step.amount_msats
            for side in sides
        )


def test_ties_are_broken_by_node_names() -> None:
    around = [
        Side(1, "a", "y", 9_000),
        Side(2, "a", "x", 9_000),
        Side(3, "y", "z", 9_000),
        Side(4, "x", "z", 9_000),
    ]
    assert [step.channel for step in find_route(around, "a", "z", 100, 2_000).steps] == [2, 4]
    dry = [Side(2, "a", "x", 9_000), Side(4, "x", "z", 50), *around[:1], around[2]]
    assert [step.channel for step in find_route(dry, "a", "z", 100, 2_000).steps] == [1, 3]

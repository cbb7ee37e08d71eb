"""The settlement feed: matching, cursors that wait for control, repeats, what nobody knows, gaps."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from apps.lightning.gateways.protocol import SettledInvoice
from apps.lightning.gateways.settlement_feeds import FeedFailed, Item, NodeFeed
from apps.lightning.models import CompiledArtifact, CompiledRule, IngestEvent, SettlementCursor
from apps.lightning.services.ops import control_state, security, settlement_feed
from apps.lightning.tests.ops.control_double import ControlDouble
from openagents.receipts.ids import new_id


class Source:
    """A feed in memory; `lost` makes the next page fail."""

    def __init__(self) -> None:
        self.source = new_id("feed")
        self.items: list[Item] = []
        self.lost = False
        self.asked: list[int] = []

    def page(self, add_index: int, settle_index: int) -> list[Item]:
        if self.lost:
            raise FeedFailed("away")
        self.asked.append(settle_index)
        return [one for one in self.items if one.invoice.settle_index > settle_index][:2]

    def pay(self, service: str, *, foreign: bool = False, ago: timedelta = timedelta()) -> SettledInvoice:
        preimage = hashlib.sha256(new_id("pre").encode()).hexdigest()
        index = len(self.items) + 1
        made = SettledInvoice(
            payment_hash=hashlib.sha256(bytes.fromhex(preimage)).hexdigest(),
            amount_paid_msats=2000,
            settled_at_ms=int((timezone.now() - ago).timestamp() * 1000),
            add_index=index,
            settle_index=index,
            preimage=preimage,
        )
        self.items.append(Item(made, service, foreign))
        return made


@pytest.fixture
def feed(control: ControlDouble) -> Source:
    return Source()


def a_rule() -> CompiledRule:
    name = new_id("x")[2:20]
    artifact = CompiledArtifact.objects.create(
        config_hash=f"cfg_{name}", snapshot_hash="cfg_", yaml="", route_text="", valid=True, rule_count=1
    )
    facts: dict[str, Any] = dict.fromkeys(("host", "path", "host_regexp", "path_regexp"), "")
    facts["upstream_url"] = "https://up.example"
    return CompiledRule.objects.create(
        artifact=artifact, position=0, service_name=f"pw-{name}", paywall_id=f"pw_{name}", owner_id=f"owner_{name}",
        route_id=f"route_{name}", amount_msats=2000, price_sats=2, validity_seconds=600, **facts,
    )  # fmt: skip


def cursor(feed: Source) -> int:
    return SettlementCursor.objects.get(source=feed.source).settle_index


def test_settlements_reach_control_with_their_paywall(control: ControlDouble, feed: Source) -> None:
    rule = a_rule()
    paid = [feed.pay(rule.service_name) for _ in range(3)]
    feed.pay("", foreign=True)
    assert settlement_feed.read(feed).delivered == 3
    told = control.told("ingestSettlement")
    assert [args["settlementId"] for args in told] == [f"set_{one.payment_hash[:32]}" for one in paid]
    assert {(args["paywallId"], args["ownerId"], args["routeId"]) for args in told} == {
        (rule.paywall_id, rule.owner_id, rule.route_id)
    }
    assert {args["status"] for args in control.told("ingestInvoiceLifecycle")} == {"settled"}
    assert cursor(feed) == 4
    assert settlement_feed.read(feed).delivered == 0 and len(control.told("ingestSettlement")) == 3


def test_the_cursor_waits_for_control(control: ControlDouble, feed: Source) -> None:
    rule = a_rule()
    feed.pay(rule.service_name)
    control.away = True
    assert settlement_feed.read(feed).stopped and cursor(feed) == 0
    control.away = False
    assert settlement_feed.read(feed).delivered == 1 and cursor(feed) == 1
    assert len(control.settlements) == 1


def test_a_feed_that_is_away_is_read_on_from_where_it_was(control: ControlDouble, feed: Source) -> None:
    rule = a_rule()
    feed.pay(rule.service_name)
    settlement_feed.read(feed)
    feed.lost = True
    assert settlement_feed.read(feed).stopped == "away"
    feed.lost = False
    feed.pay(rule.service_name)
    assert settlement_feed.read(feed).delivered == 1 and cursor(feed) == 2
    assert feed.asked[-2] == 1


def test_a_revoked_role_stops_the_reading_at_its_next_step(
    control: ControlDouble, feed: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = a_rule()
    for _ in range(3):
        feed.pay(rule.service_name)
    ingest = settlement_feed.settlements.ingest

    def then_revoked(events: Any) -> Any:
        summary = ingest(events)
        security.change_role("settlement_read", "revoke", None, "", "test")
        return summary

    with monkeypatch.context() as patch:
        patch.setattr(settlement_feed.settlements, "ingest", then_revoked)
        first = settlement_feed.read(feed)
    assert (first.delivered, cursor(feed)) == (1, 1) and "revoked" in first.stopped
    asked = len(feed.asked)
    assert settlement_feed.read(feed).delivered == 0 and len(feed.asked) == asked, "the node is not asked any more"
    control.away = True
    control_state.forget()
    assert not control_state.revoked("settlement_read"), "nobody is known to have revoked it"
    control.away = False
    security.change_role("settlement_read", "activate", "fp", "", "test")
    assert settlement_feed.read(feed).delivered == 2 and cursor(feed) == 3


def test_a_revoked_role_leaves_what_waits_where_it_is(control: ControlDouble, feed: Source) -> None:
    feed.pay(f"pw-{new_id('no')}")
    settlement_feed.read(feed)
    row = IngestEvent.objects.get(state="unmatched")
    known = a_rule()
    body = {**row.body, "metadata": {**row.body["metadata"], "service": known.service_name}}
    IngestEvent.objects.filter(pk=row.pk).update(body=body)
    security.change_role("settlement_read", "revoke", None, "", "test")
    assert settlement_feed.match_waiting() == 0 and control.told("ingestSettlement") == []
    security.change_role("settlement_read", "rotate", "fp", "", "test")
    assert settlement_feed.match_waiting() == 1


def test_what_nobody_knows_waits_with_its_proof_and_alerts_once(control: ControlDouble, feed: Source) -> None:
    paid = feed.pay(f"pw-{new_id('no')}")
    assert settlement_feed.read(feed).unmatched == 1 and cursor(feed) == 1
    row = IngestEvent.objects.get(external_id=f"set_{paid.payment_hash[:32]}")
    assert row.state == "unmatched" and row.proof_enc and paid.preimage not in str(row.body)
    assert settlement_feed.match_waiting() == 0
    row.refresh_from_db()
    assert row.error == ""
    IngestEvent.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(minutes=11))
    settlement_feed.match_waiting()
    settlement_feed.match_waiting()
    row.refresh_from_db()
    assert (row.state, row.error, row.tries) == ("unmatched", "unmatched", 1)
    known = a_rule()
    IngestEvent.objects.filter(pk=row.pk).update(
        body={**row.body, "metadata": {**row.body["metadata"], "service": known.service_name}}
    )
    assert settlement_feed.match_waiting() == 1
    assert control.told("ingestSettlement")[0]["paymentProofValue"] == paid.preimage
    assert not IngestEvent.objects.filter(state="unmatched").exists()


def test_the_last_day_is_read_again_every_hour(control: ControlDouble, feed: Source) -> None:
    rule = a_rule()
    for ago in (timedelta(hours=30), timedelta(hours=25), timedelta(hours=2)):
        feed.pay(rule.service_name, ago=ago)
    settlement_feed.read(feed)
    SettlementCursor.objects.filter(source=feed.source).update(looked_back_at=timezone.now() - timedelta(hours=2))
    # As after a gap: the cursor went past something that was never taken.
    IngestEvent.objects.filter(external_id=f"set_{feed.items[2].invoice.payment_hash[:32]}").delete()
    feed.asked.clear()
    assert settlement_feed.read(feed).delivered == 1
    assert feed.asked[0] == 2


def test_a_node_is_joined_with_the_gateways_list() -> None:
    invoice = Source()
    made = invoice.pay("pw-x")

    def serve(request: httpx.Request) -> httpx.Response:
        assert request.headers["grpc-metadata-macaroon"] == "aa"
        listed = [{"payment_hash": made.payment_hash, "service_name": "pw-x", "state": "settled"}]
        return httpx.Response(200, json={"transactions": listed})

    class Node:
        def subscribe_settled(self, add_index: int, settle_index: int) -> Any:
            return iter([made])

    http = httpx.Client(transport=httpx.MockTransport(serve))
    feed = NodeFeed("n", Node(), "https://gateway.example", "aa", http)
    assert feed.page(0, 0) == [Item(made, "pw-x")]
    broken = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    with pytest.raises(FeedFailed):
        NodeFeed("n", Node(), "https://gateway.example", "aa", broken).page(0, 0)

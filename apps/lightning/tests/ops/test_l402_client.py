"""The L402 client against a local server with real macaroons: limits, one payment, credentials, every way it fails."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.lightning import peers
from apps.lightning.gateways.l402_http import FetchFailed, Web
from apps.lightning.models import L402Credential, L402Spend
from apps.lightning.services.ops import l402_client
from apps.lightning.services.ops.l402_client import Order
from apps.lightning.tests.ops.paid_server import PaidServer
from openagents.ops import faults
from openagents.receipts.ids import new_id


class Died(BaseException):
    """The process ends here."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PaidServer]:
    made = PaidServer()
    monkeypatch.setattr(peers, "pay", made.pay)
    monkeypatch.setattr(peers, "payment", made.payment)
    L402Spend.objects.filter(state="reserved").update(state="released")
    yield made


def order(**changes: Any) -> Order:
    terms: dict[str, Any] = {
        "owner": new_id("owner"),
        "url": "https://api.paid.example/V1/Thing",
        "allowed_hosts": ("paid.example",),
        "call_msats": 10_000,
    }
    return Order(**{**terms, **changes})


def test_pay_once_then_use_what_was_paid_for(server: PaidServer) -> None:
    wanted = order(headers={"Authorization": "Bearer x", "Host": "evil", "X-Kept": "1"})
    first = l402_client.fetch(wanted, server)
    assert (first.outcome, first.status, first.body) == ("paid_fetch_completed", 200, b"paid content")
    assert first.ok and first.paid_msats == 2000 and (first.proof_reference or "").startswith("lightning_preimage:")
    assert set(server.seen[0]) == {"X-Kept"}
    second = l402_client.fetch(wanted, server)
    assert (second.outcome, second.cache_hit, second.paid_msats) == ("cached_fetch_completed", True, 0)
    assert len(server.paid) == 1 and l402_client.spent_today(wanted.owner) == 2000
    kept = L402Credential.objects.get(owner=wanted.owner)
    assert (kept.host, kept.scope) == ("api.paid.example", "/v1/thing")
    preimage = next(iter(server.preimages.values())).hex()
    assert preimage not in kept.token_enc + kept.preimage_enc


def test_a_refused_credential_is_dropped_for_one_fresh_challenge(server: PaidServer) -> None:
    wanted = order()
    l402_client.fetch(wanted, server)
    server.roots.clear()
    again = l402_client.fetch(wanted, server)
    assert again.outcome == "paid_fetch_completed" and len(server.paid) == 2


@pytest.mark.parametrize(
    ("changes", "served", "outcome"),
    [
        ({"allowed_hosts": ("other.example",)}, {}, "policy_denied.host_not_allowed"),
        ({"allowed_hosts": ("id.example",)}, {}, "policy_denied.host_not_allowed"),
        ({"url": "ftp://api.paid.example/"}, {}, "invalid_url"),
        ({"url": "https://u:p@api.paid.example/"}, {}, "invalid_url"),
        ({"call_msats": 1999}, {}, "policy_denied.max_spend_per_call_exceeded"),
        ({"day_msats": 1999}, {}, "policy_denied.max_spend_per_day_exceeded"),
        ({"needs_approval": True}, {}, "approval_required"),
        ({}, {"challenged": False}, "l402_challenge_missing"),
        ({}, {"network": "mainnet"}, "l402_invoice_invalid"),
        ({}, {"expiry": 1}, "l402_invoice_expired"),
        ({}, {"price": None}, "l402_invoice_invalid"),
    ],
)
def test_the_payer_is_not_called(
    server: PaidServer, changes: dict[str, Any], served: dict[str, Any], outcome: str
) -> None:
    for name, value in served.items():
        setattr(server, name, value)
    found = l402_client.fetch(order(**changes), server)
    assert (found.outcome, found.ok) == (outcome, False)
    assert server.paid == {}


def test_money_counts_when_the_retry_fails(server: PaidServer) -> None:
    wanted = order(day_msats=3000)
    server.lost_after_paying = True
    assert l402_client.fetch(wanted, server).outcome == "paid_fetch_failed"
    assert l402_client.spent_today(wanted.owner) == 2000
    server.lost_after_paying = False
    assert l402_client.fetch(wanted, server).outcome == "cached_fetch_completed"
    other = order(owner=wanted.owner, url="https://paid.example/other", day_msats=3000)
    assert l402_client.fetch(other, server).outcome == l402_client.DAY_CAP


def test_a_refused_payment_costs_nothing(server: PaidServer) -> None:
    wanted = order()
    server.refuse = "window_cap_exceeded"
    assert l402_client.fetch(wanted, server).outcome == "payment_refused.window_cap_exceeded"
    assert l402_client.spent_today(wanted.owner) == 0


@pytest.mark.parametrize(("state", "spent"), [("succeeded", 2000), ("failed", 0), (None, 0), ("in_flight", 2000)])
def test_an_unclear_payment_counts_until_it_is_certain(server: PaidServer, state: str | None, spent: int) -> None:
    wanted = order()
    server.unclear = True
    assert l402_client.fetch(wanted, server).outcome == "payment_unclear"
    assert l402_client.spent_today(wanted.owner) == 2000
    row = L402Spend.objects.get(owner=wanted.owner)
    if state:
        server.states[row.request_id] = state
    L402Spend.objects.filter(pk=row.pk).update(spent_at=timezone.now() - timedelta(minutes=3))
    l402_client.settle_reserved()
    row.refresh_from_db()
    counted = 0 if row.state == "released" else row.amount_msats
    assert counted == spent and (row.state == "reserved") == (state == "in_flight")


def test_a_wrong_preimage_is_no_credential(server: PaidServer) -> None:
    wanted = order()
    server.wrong = True
    assert l402_client.fetch(wanted, server).outcome == "payment_without_proof"
    assert l402_client.spent_today(wanted.owner) == 2000
    assert not L402Credential.objects.filter(owner=wanted.owner).exists()


def test_a_death_after_keeping_wastes_nothing(server: PaidServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(name: str) -> None:
        if name == "lightning.l402.after_keeping":
            raise Died

    wanted = order()
    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(faults, "point", die)
        l402_client.fetch(wanted, server)
    assert l402_client.fetch(wanted, server).outcome == "cached_fetch_completed"
    assert len(server.paid) == 1


def test_a_budget_holds_for_fetches_at_the_same_time(server: PaidServer) -> None:
    owner = new_id("owner")

    def one(number: int) -> str:
        try:
            wanted = order(owner=owner, url=f"https://paid.example/{number}", day_msats=5000)
            return l402_client.fetch(wanted, server).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(one, range(6)))
    assert outcomes == ["paid_fetch_completed"] * 2 + [l402_client.DAY_CAP] * 4
    assert l402_client.spent_today(owner) == 4000


def test_a_credential_ends_with_its_token(server: PaidServer) -> None:
    wanted = order(ttl_seconds=86_400)
    server.validity = 60
    l402_client.fetch(wanted, server)
    kept = L402Credential.objects.get(owner=wanted.owner)
    assert kept.expires_at <= timezone.now() + timedelta(seconds=60)
    L402Credential.objects.filter(pk=kept.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert l402_client.prune() >= 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "169.254.169.254"])
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(FetchFailed, match="forbidden_address"):
        Web().request("GET", f"http://{host}/", {}, b"")

"""The outbox for the Bridge: what is written with a mutation, what is posted, in which order, and what ends it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain import interop as facts
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import WorkerStatus
from apps.runtime.models import MirrorIntent, WorkerLive
from apps.runtime.services import interop
from apps.runtime.services.runs import Reader
from apps.runtime.services.workers import transition
from apps.runtime.tasks import interop as tasks
from apps.runtime.tests import market
from apps.runtime.tests.provider_double import ProviderDouble
from openagents.ops.metrics import LEASE_OPS, OUTBOX_OLDEST_SECONDS, OUTBOX_OPEN
from openagents.peers.calls import PeerAnswer, PeerUnavailable
from openagents.receipts.canonical import canonical_sha256
from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault

Call = Callable[..., Any]
SELECT = f"{market.MARKET}/router/compute/select"


class Bridge:
    """The Bridge's mirror route: answers what it is told to, by object id, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: dict[str, list[tuple[int, dict[str, Any]] | PeerUnavailable]] = {}

    def request(self, method: str, path: str, *, json: Any, repeatable: bool) -> PeerAnswer:
        assert (method, path, repeatable) == ("POST", "/internal/v1/bridge/mirror", True)
        self.asked.append(json)
        queue = self.answers.get(json["object_id"])
        answer = queue.pop(0) if queue else (202, {"state": "publishing"})
        if isinstance(answer, PeerUnavailable):
            raise answer
        return PeerAnswer("bridge", answer[0], {}, json_text(answer[1]))

    def of(self, object_id: str) -> list[dict[str, Any]]:
        return [asked for asked in self.asked if asked["object_id"] == object_id]


def json_text(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture
def enabled(settings: Any) -> Iterator[None]:
    """The mirror is on, and nothing of other tests waits."""
    MirrorIntent.objects.filter(state="open").update(state="closed", closed_at=timezone.now())
    settings.OA = settings.OA.model_copy(update={"runtime_interop_mirror_enabled": True})
    yield
    MirrorIntent.objects.filter(state="open").update(state="closed", closed_at=timezone.now())


@pytest.fixture
def bridge(enabled: None, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    bridge = Bridge()
    monkeypatch.setattr(interop, "peer", lambda name: {"bridge": bridge}[name])
    return bridge


def a_fact(object_id: str | None = None, schema: str = facts.COMMERCE_MESSAGE) -> facts.Fact:
    payload = {"n": new_id("n")}
    return facts.Fact(schema, object_id or new_id("msg"), canonical_sha256(payload), 1_700_000_000, payload)


def written(*many: facts.Fact) -> list[MirrorIntent]:
    for fact in many:
        interop.write(fact)
    return [MirrorIntent.objects.get(object_id=fact.object_id, object_sha256=fact.object_sha256) for fact in many]


def state_of(fact: facts.Fact) -> tuple[str, int, str]:
    row = MirrorIntent.objects.get(object_id=fact.object_id, object_sha256=fact.object_sha256)
    return row.state, row.attempts, row.last_code


def due(fact: facts.Fact) -> None:
    MirrorIntent.objects.filter(object_id=fact.object_id).update(next_attempt_at=timezone.now())


def test_the_content_of_a_commerce_message_is_that_of_the_worked_example() -> None:
    payload = {
        "message_id": "msg-example-1",
        "kind": "quote",
        "marketplace_id": "market-example",
        "actor_id": "provider-example-1",
        "created_at_unix": 1700000002,
        "rfq_id": "rfq-1",
        "offer_id": "offer-1",
        "quote_id": "quote-1",
        "order_id": "",
        "receipt_id": None,
        "objective_hash": "sha256:jobexample",
        "run_id": "018f3f6e-0000-7000-8000-000000000001",
        "body": {"valid_until_unix": 1700000999, "total_msats": 1234},
    }
    content = facts.commerce_content(payload)
    assert hashlib.sha256(content).hexdigest() == "0f92c3b465b90cc0e5da432481b63858f1b0270fe607eee59765781afb50a8b4"


def test_a_receipt_pointer_needs_all_its_members() -> None:
    members = {
        "provider_id": "p",
        "run_id": "r",
        "job_hash": "sha256:j",
        "receipt_sha256": "a" * 64,
        "settlement_status": "released",
        "receipt_url": "https://example.invalid/r",
    }
    pointer = facts.receipt_pointer(**members, issued_at_unix=1)  # type: ignore[arg-type]
    assert (pointer.object_id, pointer.object_sha256, pointer.payload) == ("a" * 64, "a" * 64, members)
    with pytest.raises(ValueError, match="job_hash"):
        facts.receipt_pointer(**{**members, "job_hash": " "}, issued_at_unix=1)  # type: ignore[arg-type]


def test_a_decision_leaves_as_the_message_that_accepts_an_offer(call: Call, bridge: Bridge, user_id: str) -> None:
    run_id = str(call("POST", "/internal/v1/runs", {}).json()["run"]["id"])
    candidate = {"provider_id": "cheap", "total_price_msats": 5, "currency": "msats", "quote_id": "quote_1"}
    asked = {"run_id": run_id, "capability": market.SANDBOX, "objective_hash": "sha256:o", "candidates": [candidate]}
    decided = call("POST", SELECT, asked).json()
    assert call("POST", SELECT, asked).json()["idempotent_replay"] is True
    short = decided["decision_sha256"][:16]
    interop.post_round()
    (posted,) = bridge.of(f"decision_{short}")
    assert (posted["schema"], posted["source_plane"]) == (facts.COMMERCE_MESSAGE, "runtime")
    assert posted["occurred_at_unix"] == decided["decided_at_unix"]
    payload = posted["payload"]
    assert hashlib.sha256(facts.commerce_content(payload)).hexdigest() == posted["object_sha256"]
    assert (payload["kind"], payload["order_id"], payload["run_id"]) == ("accept", f"order_{short}", run_id)
    assert payload["body"]["reserved_total"] == {"amount": "5", "currency": "msats"}
    assert user_id not in json.dumps(posted), "whose it is stays inside"


def test_a_quote_leaves_as_its_providers_message(
    call: Call, bridge: Bridge, server: ProviderDouble, mine: Owner
) -> None:
    worker = market.provider(server, mine)
    answer = call("POST", f"{market.MARKET}/compute/quote/sandbox-run", {"request": market.sandbox_request()})
    assert answer.status_code == 200, answer.content
    quote = answer.json()["quote"]
    interop.post_round()
    (posted,) = bridge.of(f"quote_{quote['quote_sha256'][:16]}")
    body = posted["payload"]["body"]
    fees = sum(int(fee["amount"]["amount"]) for fee in body["fees"])
    assert int(body["total_price"]["amount"]) == int(body["provider_price"]["amount"]) + fees
    assert posted["payload"]["actor_id"] == worker.metadata["provider_id"]


def test_without_the_setting_and_after_a_rollback_nothing_is_written(call: Call, enabled: None, settings: Any) -> None:
    undone, off = a_fact(), a_fact()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        interop.write(undone)
        raise ZeroDivisionError
    settings.OA = settings.OA.model_copy(update={"runtime_interop_mirror_enabled": False})
    interop.write(off)
    assert not MirrorIntent.objects.filter(object_id__in=[undone.object_id, off.object_id]).exists()
    assert (interop.post_round(), interop.refresh_ads()) == (0, 0)


def test_the_same_fact_twice_is_one_intent_and_posted_once(bridge: Bridge) -> None:
    fact = a_fact()
    assert written(fact, fact)[0].id == written(fact)[0].id
    interop.post_round()
    interop.post_round()
    assert len(bridge.of(fact.object_id)) == 1
    assert state_of(fact) == ("closed", 1, "publishing")


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ((202, {"state": "publishing"}), "closed", "publishing"),
        ((200, {"state": "denied", "deny_code": "class_disabled"}), "closed", "denied"),
        ((409, {"error": "conflict", "reason_code": "mirror_conflict"}), "failed", "mirror_conflict"),
        ((422, {"error": "policy_denied", "reason_code": "class_disabled"}), "failed", "class_disabled"),
        ((403, {"error": "forbidden", "reason_code": "source_not_allowed"}), "failed", "source_not_allowed"),
        ((413, {"error": "payload_too_large"}), "failed", "payload_too_large"),
        ((429, {"error": "rate_limited"}), "open", "rate_limited"),
        ((401, {"error": "unauthorized", "reason_code": "unknown_key"}), "open", "unknown_key"),
        ((404, {"error": "not_found"}), "open", "not_found"),
        ((503, {"error": "dependency_unavailable", "reason_code": "egress_disabled"}), "open", "egress_disabled"),
        ((422, {"error": "policy_denied", "retryable": True}), "open", "policy_denied"),
    ],
)
def test_an_answer_closes_its_intent_unless_a_repeat_may_help(
    bridge: Bridge, answer: tuple[int, dict[str, Any]], state: str, code: str
) -> None:
    fact = a_fact()
    written(fact)
    bridge.answers[fact.object_id] = [answer]
    interop.post_round()
    assert state_of(fact) == (state, 1, code)
    due(fact)
    interop.post_round()
    assert len(bridge.of(fact.object_id)) == (2 if state == "open" else 1)


def test_an_open_intent_waits_longer_each_time_and_its_age_is_measured(bridge: Bridge) -> None:
    fact = a_fact()
    written(fact)
    bridge.answers[fact.object_id] = [(503, {}) for _ in range(10)]
    pauses = []
    for _ in range(6):
        due(fact)
        interop.post_round()
        row = MirrorIntent.objects.get(object_id=fact.object_id)
        pauses.append(round((row.next_attempt_at - timezone.now()).total_seconds()))
    assert pauses == [2, 5, 15, 60, 300, 300]
    MirrorIntent.objects.filter(object_id=fact.object_id).update(opened_at=timezone.now() - timedelta(seconds=1000))
    interop.post_round()
    assert metrics.MIRROR_OLDEST._value.get() >= 1000
    assert metrics.MIRROR_OPEN._value.get() == 1
    assert OUTBOX_OPEN.labels("runtime", "mirror")._value.get() == 1
    assert OUTBOX_OLDEST_SECONDS.labels("runtime", "mirror")._value.get() >= 1000
    assert LEASE_OPS.labels("runtime", "mirror", "acquired")._value.get() >= 1


def test_an_unreachable_bridge_ends_the_round(bridge: Bridge) -> None:
    first, second = a_fact(), a_fact()
    written(first, second)
    bridge.answers[first.object_id] = [PeerUnavailable("bridge", "unreachable", sent=False)]
    assert interop.post_round() == 0
    assert state_of(first) == ("open", 1, "unreachable")
    assert state_of(second) == ("open", 0, "")
    assert interop.post_round() == 1


def test_facts_of_one_object_are_posted_in_their_order(bridge: Bridge) -> None:
    name = new_id("msg")
    one, other, two = a_fact(name), a_fact(), a_fact(name)
    written(one, other, two)
    bridge.answers[name] = [(503, {})]
    interop.post_round()
    assert [asked["object_sha256"] for asked in bridge.asked] == [one.object_sha256, other.object_sha256]
    MirrorIntent.objects.filter(object_sha256=one.object_sha256).update(next_attempt_at=timezone.now())
    interop.post_round()
    assert [asked["object_sha256"] for asked in bridge.of(name)] == [one.object_sha256] * 2 + [two.object_sha256]


def test_many_workers_post_each_fact_once(bridge: Bridge, in_parallel: Any) -> None:
    many = [a_fact() for _ in range(24)]
    written(*many)
    in_parallel(6, lambda _: interop.post_round())
    asked = [posted["object_id"] for posted in bridge.asked]
    assert sorted(asked) == sorted(fact.object_id for fact in many)
    assert {state_of(fact)[0] for fact in many} == {"closed"}


def test_what_a_dead_worker_had_claimed_is_posted_by_another_after_its_lease(bridge: Bridge, leases: Any) -> None:
    fact = a_fact()
    written(fact)
    claimed = interop._claim()
    assert claimed is not None and claimed.object_id == fact.object_id
    assert interop.post_round() == 0
    due(fact)
    assert interop.post_round() == 1
    interop._settle(claimed, interop.Verdict("failed", "too late"))
    assert state_of(fact) == ("closed", 2, "publishing")
    assert leases("mirror") == {"acquired": 2, "expired": 1}


def ads_of(provider_id: str) -> list[tuple[str, str, str]]:
    rows = MirrorIntent.objects.filter(object_id=provider_id).order_by("opened_at", "id")
    return [(json.loads(row.payload_text)["availability"], row.state, row.last_code) for row in rows]


def test_a_provider_is_advertised_when_it_changes(bridge: Bridge, server: ProviderDouble, mine: Owner) -> None:
    worker = market.provider(server, mine, name="Forge", website="https://example.com", caps={"gpus": 2})
    provider_id = worker.metadata["provider_id"]
    assert ads_of(provider_id) == [("available", "open", "")]
    interop.post_round()
    (posted,) = bridge.of(provider_id)
    payload = posted["payload"]
    assert posted["object_sha256"] == canonical_sha256(payload)
    assert (payload["name"], payload["website"], payload["caps"]) == ("Forge", "https://example.com", {"gpus": 2})
    assert (payload["min_price_msats"], payload["pricing_stage"]) == (1000, "fixed")
    assert server.url not in json.dumps(posted), "internal addresses stay inside"
    transition(worker.worker_id, Reader(None), WorkerStatus.STOPPED, None)
    assert ads_of(provider_id) == [("available", "closed", "publishing"), ("unavailable", "open", "")]


def test_an_ad_that_still_waits_gives_way_to_a_newer_one_and_may_come_back(
    bridge: Bridge, server: ProviderDouble, mine: Owner
) -> None:
    worker = market.provider(server, mine)
    provider_id = worker.metadata["provider_id"]
    transition(worker.worker_id, Reader(None), WorkerStatus.STOPPED, None)
    assert ads_of(provider_id) == [("available", "closed", "superseded"), ("unavailable", "open", "")]
    transition(worker.worker_id, Reader(None), WorkerStatus.STARTING, None)
    transition(worker.worker_id, Reader(None), WorkerStatus.RUNNING, None)
    interop.post_round()
    assert bridge.of(provider_id)[-1]["payload"]["availability"] == "available"
    assert ads_of(provider_id)[-1] == ("available", "closed", "publishing")


def test_a_live_provider_is_advertised_again_every_minute_as_the_same_object(
    bridge: Bridge, server: ProviderDouble, mine: Owner
) -> None:
    provider_id = market.provider(server, mine).metadata["provider_id"]
    interop.post_round()
    assert tasks.refresh_provider_ads() >= 1
    interop.post_round()
    assert len(bridge.of(provider_id)) == 1, "not before a minute has passed"
    MirrorIntent.objects.filter(object_id=provider_id).update(opened_at=timezone.now() - interop.AD_REFRESH)
    tasks.refresh_provider_ads()
    interop.post_round()
    assert len({asked["object_sha256"] for asked in bridge.of(provider_id)}) == 1
    assert len(bridge.of(provider_id)) == 2


def test_silence_makes_a_provider_unavailable_and_then_forgotten(
    bridge: Bridge, server: ProviderDouble, mine: Owner
) -> None:
    worker = market.provider(server, mine)
    provider_id = worker.metadata["provider_id"]
    beat = WorkerLive.objects.filter(worker_id=worker.worker_id)
    beat.update(last_heartbeat_at=timezone.now() - timedelta(minutes=5))
    interop.refresh_ads()
    assert ads_of(provider_id)[-1] == ("unavailable", "open", "")
    interop.post_round()
    beat.update(last_heartbeat_at=timezone.now() - timedelta(minutes=30))
    MirrorIntent.objects.filter(object_id=provider_id).update(opened_at=timezone.now() - timedelta(hours=1))
    interop.refresh_ads()
    assert {state for _, state, _ in ads_of(provider_id)} == {"closed"}


def test_an_operator_opens_a_refused_intent_again(bridge: Bridge) -> None:
    refused, delivered = a_fact(), a_fact()
    written(refused, delivered)
    bridge.answers[refused.object_id] = [(422, {"reason_code": "class_disabled"})]
    tasks.post_mirror_intents()
    client = Client()
    client.force_login(User.objects.create_superuser(new_id("op")))
    page = reverse("admin:runtime_mirrorintent_changelist")
    rows = MirrorIntent.objects.filter(object_id__in=[refused.object_id, delivered.object_id])
    chosen = {"action": "post_again", "_selected_action": [str(row.id) for row in rows]}
    answer = client.post(page, chosen, follow=True)
    assert answer.status_code == 200 and "1 opened again" in answer.content.decode()
    assert (state_of(refused)[0], state_of(delivered)[0]) == ("open", "closed")
    tasks.post_mirror_intents()
    assert state_of(refused) == ("closed", 1, "publishing")
    with pytest.raises(Fault, match="no such intent"):
        interop.reopen(2**40, "op")


def test_what_was_delivered_long_ago_is_forgotten(bridge: Bridge) -> None:
    old, recent, waiting = a_fact(), a_fact(), a_fact()
    written(old, recent)
    interop.post_round()
    written(waiting)
    MirrorIntent.objects.filter(object_id=old.object_id).update(closed_at=timezone.now() - timedelta(days=31))
    assert tasks.prune_mirror_intents() >= 1
    left = MirrorIntent.objects.filter(object_id__in=[old.object_id, recent.object_id, waiting.object_id])
    assert {row.object_id for row in left} == {recent.object_id, waiting.object_id}

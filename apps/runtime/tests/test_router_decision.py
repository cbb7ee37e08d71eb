"""Router decisions: the order of candidates under each policy, and the route that stores a decision once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.domain.routing import CANDIDATES_MAX, POLICIES, Candidate, CandidateInvalid, choose
from apps.runtime.models import RouterDecision, RunEvent
from apps.runtime.services import artifacts
from apps.runtime.tests.conftest import Call
from openagents.receipts.canonical import canonical_sha256
from openagents.receipts.ids import new_id

SELECT = "/internal/v1/marketplace/router/compute/select"


def candidate(provider_id: str, price: int, latency: int | None, reliability: int, market: str = "m") -> Candidate:
    return Candidate(market, provider_id, price, "msats", latency, reliability)


CHEAP = candidate("cheap", 100, None, 5000)
FAST = candidate("fast", 150, 1, 9000)
SOLID = candidate("solid", 900, 500, 10_000)
ORDERS = [
    ("lowest_total_cost_v1", ["cheap", "fast", "solid"]),
    # 100 + 250 + 20*50 = 1350; 150 + 1 + 20*10 = 351; 900 + 500 + 0 = 1400
    ("balanced_v1", ["fast", "cheap", "solid"]),
    ("reliability_first_v1", ["solid", "fast", "cheap"]),
]


@pytest.mark.parametrize(("policy", "order"), ORDERS)
def test_each_policy_orders_by_its_key(policy: str, order: list[str]) -> None:
    choice = choose([SOLID, CHEAP, FAST], policy, "run", "cap", None)
    assert [one.provider_id for one in choice.candidates] == order
    assert choice.selected.provider_id == order[0]


TIES = [
    # equal price: known latency before unknown, then gap, market, provider
    ("lowest_total_cost_v1", candidate("b", 1, 9, 0), candidate("a", 1, None, 0)),
    ("lowest_total_cost_v1", candidate("b", 1, 9, 5), candidate("a", 1, 9, 0)),
    ("lowest_total_cost_v1", candidate("b", 1, 9, 5, "a"), candidate("a", 1, 9, 5, "b")),
    ("lowest_total_cost_v1", candidate("a", 1, 9, 5), candidate("b", 1, 9, 5)),
    # equal score: price, then latency (absent counts 250), then gap
    ("balanced_v1", candidate("b", 1, 250, 0), candidate("a", 2, 249, 0)),
    ("balanced_v1", candidate("a", 1, None, 0), candidate("b", 1, 250, 0)),
    ("balanced_v1", candidate("b", 1, 9, 10_000), candidate("a", 1, 9, 9_901)),
    ("reliability_first_v1", candidate("b", 1, None, 7), candidate("a", 2, 1, 7)),
    ("reliability_first_v1", candidate("b", 1, 5, 7), candidate("a", 1, None, 7)),
]


@pytest.mark.parametrize(("policy", "first", "second"), TIES)
def test_ties_are_broken_as_specified(policy: str, first: Candidate, second: Candidate) -> None:
    assert choose([second, first], policy, "r", "c", None).selected == first


@given(
    st.lists(
        st.builds(
            candidate, st.text("ab", min_size=1), st.integers(1, 3), st.none() | st.integers(1, 3), st.integers(0, 3)
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(sorted(POLICIES)),
    st.randoms(use_true_random=False),
)
def test_the_decision_does_not_depend_on_the_order_given(found: list[Candidate], policy: str, random: Any) -> None:
    shuffled = random.sample(found, len(found))
    assert choose(found, policy, "r", "c", "h").sha256() == choose(shuffled, policy, "r", "c", "h").sha256()


def test_the_hash_covers_exactly_the_specified_object() -> None:
    one = Candidate("m", "p", 5, "msats", 0, 20_000, "w", {"region": "eu"}, None, "q")
    choice = choose([one], "balanced_v1", "run-1", "cap", None)
    shown = {
        "marketplace_id": "m",
        "provider_id": "p",
        "provider_worker_id": "w",
        "total_price_msats": 5,
        "currency": "msats",
        "latency_ms": None,
        "reliability_bps": 10_000,
        "constraints": {"region": "eu"},
        "quote_sha256": "q",
    }
    assert choice.sha256() == canonical_sha256(
        {
            "schema": "openagents.marketplace.router_decision.v1",
            "policy": "balanced_v1",
            "run_id": "run-1",
            "capability": "cap",
            "objective_hash": None,
            "selected": shown,
            "candidates": [shown],
        }
    )


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (candidate("", 1, 1, 1), "candidates.0.provider_id"),
        (candidate("p", 0, 1, 1), "candidates.0.total_price_msats"),
        (candidate("p", 2**63, 1, 1), "candidates.0.total_price_msats"),
        (Candidate("m", "p", 1, "usd", 1, 1), "candidates.0.currency"),
    ],
)
def test_a_candidate_that_cannot_be_compared_is_named(bad: Candidate, field: str) -> None:
    with pytest.raises(CandidateInvalid) as refused:
        choose([bad], "balanced_v1", "r", "c", None)
    assert refused.value.field == field
    for found in ([], [FAST] * (CANDIDATES_MAX + 1)):
        with pytest.raises(CandidateInvalid):
            choose(found, "balanced_v1", "r", "c", None)


@pytest.fixture
def run_id(call: Call) -> str:
    return str(call("POST", "/internal/v1/runs", {}).json()["run"]["id"])


def body(of_run: str, **changes: Any) -> dict[str, Any]:
    return {
        "run_id": of_run,
        "capability": "oa.sandbox_run.v1",
        "objective_hash": "sha256:objective",
        "candidates": [
            {"provider_id": "dear", "total_price_msats": 9, "currency": "msats", "reliability_bps": 10_000},
            {
                "provider_id": "cheap",
                "total_price_msats": 5,
                "currency": "msats",
                "latency_ms": 40,
                "constraints": {"n": 1},
            },
        ],
        **changes,
    }


def test_a_decision_is_a_receipt_of_the_run(call: Call, run_id: str) -> None:
    answer = call("POST", SELECT, body(run_id))
    decided = answer.json()
    assert (answer.status_code, decided["selected"]["provider_id"]) == (200, "cheap")
    assert (decided["policy"], decided["marketplace_id"]) == ("lowest_total_cost_v1", "openagents")
    assert decided["idempotent_replay"] is False and "nostr_event" not in decided
    event = RunEvent.objects.get(run_id=run_id, seq=2)
    payload = json.loads(event.payload_text)
    assert (event.event_type, event.source, payload["receipt_type"]) == ("receipt", "system", "RouterDecision")
    assert event.idempotency_key == f"router_decision:{decided['decision_sha256']}"
    names = ("schema", "policy", "run_id", "capability", "objective_hash", "selected", "candidates")
    assert canonical_sha256({name: payload[name] for name in names}) == decided["decision_sha256"]


def test_a_repeat_gives_the_stored_decision_and_other_input_a_conflict(call: Call, run_id: str) -> None:
    asked = body(run_id, idempotency_key="k", decided_at_unix=1_700_000_111)
    first, again = call("POST", SELECT, asked).json(), call("POST", SELECT, asked).json()
    assert again == {**first, "idempotent_replay": True}
    assert first["decided_at_unix"] == 1_700_000_111
    for change in ({"policy": "balanced_v1"}, {"marketplace_id": "other"}, {"decided_at_unix": 1}):
        other = call("POST", SELECT, {**asked, **change})
        assert (other.status_code, other.json()["reason_code"]) == (409, "idempotency_key_conflict")
    keyless = call("POST", SELECT, body(run_id, decided_at_unix=5)).json()
    assert call("POST", SELECT, body(run_id, decided_at_unix=6)).json() == {**keyless, "idempotent_replay": True}


def test_parallel_asks_with_one_key_decide_once(call: Call, run_id: str, in_parallel: Any) -> None:
    answers = in_parallel(6, lambda _: call("POST", SELECT, body(run_id, idempotency_key="k")).json())
    assert sorted(answer["idempotent_replay"] for answer in answers) == [False] + [True] * 5
    assert RouterDecision.objects.filter(run_id=run_id).count() == 1
    assert RunEvent.objects.filter(run_id=run_id, event_type="receipt").count() == 1


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"policy": "best"}, 400),
    ({"candidates": []}, 400),
    ({"candidates": [{"provider_id": "p", "total_price_msats": 1, "currency": "usd"}]}, 400),
    ({"capability": " "}, 400),
    ({"run_id": "x"}, 400),
    ({"run_id": "0197a1b2-0000-7000-8000-00000000ffff"}, 404),
    ({"decided_at_unix": 2**63}, 400),
]


@pytest.mark.parametrize(("change", "status"), REFUSED)
def test_bad_asks_write_nothing(call: Call, run_id: str, change: dict[str, Any], status: int) -> None:
    assert call("POST", SELECT, body(run_id, **change)).status_code == status
    assert not RouterDecision.objects.filter(run_id=run_id).exists()


def test_a_foreign_run_is_refused(call: Call, run_id: str) -> None:
    assert call("POST", SELECT, body(run_id), user=new_id("user")).status_code == 403
    assert call("POST", SELECT, body(run_id), user=None).status_code == 400
    assert call("POST", SELECT, body(run_id), issuer="hydra").status_code == 403


def test_without_a_receipt_key_a_strict_runtime_decides_nothing(call: Call, run_id: str, settings: Any) -> None:
    changes = {"runtime_receipt_signing_key": "", "runtime_verifier_strict": True}
    settings.OA = settings.OA.model_copy(update=changes)
    artifacts.signer.cache_clear()
    try:
        answer = call("POST", SELECT, body(run_id))
    finally:
        artifacts.signer.cache_clear()
    assert (answer.status_code, answer.json()["reason_code"]) == (503, "receipt_signer_missing")
    assert not RouterDecision.objects.filter(run_id=run_id).exists()
    assert RunEvent.objects.filter(run_id=run_id).count() == 1

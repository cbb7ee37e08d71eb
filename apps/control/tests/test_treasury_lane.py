"""The treasury lane: owner and org from the principal, votes and budgets by persons only."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control.api import treasury
from apps.control.models import Membership
from apps.control.services import limits
from apps.control.tests.world import Answer, Double, Person, call, sign_in
from openagents.db.models import AuditEvent

PUBLIC = "/api/runtime/treasury"
INTERNAL = "/internal/v1/treasury"
INTENT = {
    "intent": {"intent_id": "tint_1", "state": "authorized", "version": 1, "created_at": "2026-03-01T12:00:00Z"},
    "decision": {"decision": "allowed", "amount_msats": 1000, "autonomy_state": "normal"},
    "reservation": None,
    "approvals_required": 0,
    "tomorrow": 1,
}
BUDGET = {"budget": {"scope": "owner:user:u", "limit_msats": 5}}
REQUEST = {"run_id": "r", "purpose": "compute_job", "amount_msats": 1000, "idempotency_key": "k"}


def patch(person: Person, path: str, body: Any) -> Answer:
    return call("PATCH", path, body, token=person.access, ip=person.ip)


def token_of(person: Person, *abilities: str) -> str:
    made = person.post("/api/tokens", {"name": "t", "abilities": list(abilities)})
    assert made.status == 201, made.content
    return str(made.data["token"])


def viewer() -> Person:
    person = sign_in()
    Membership.objects.filter(user_id=person.user_id).update(
        role="viewer", role_scopes=["runtime.read", "sync.subscribe"]
    )
    return person


def test_an_intent_is_the_callers(runtime: Double, person: Person) -> None:
    runtime.answer("POST", f"{INTERNAL}/intents", 201, INTENT)
    stated = {
        **REQUEST,
        "owner_user_ref": "user:evil",
        "owner_guest_scope": "g",
        "org_id": "org:evil",
        "amount_msats": "1000",
    }
    answer = person.post(f"{PUBLIC}/intents", stated)
    assert answer.status == 201
    assert (answer.data["intent"]["state"], answer.data["reservation"]) == ("authorized", None)
    assert "tomorrow" not in answer.data
    (request,) = runtime.at(f"{INTERNAL}/intents")
    assert request.json == {**REQUEST, "org_id": person.org_id, "schema": treasury.INTENT_SCHEMA}
    event = AuditEvent.objects.get(event_name="runtime.treasury.intent.accepted", user_id=person.user_id)
    assert event.attributes == {"intent_id": "tint_1", "decision": "allowed", "state": "authorized"}


def test_a_dry_run_leaves_no_trace(runtime: Double, person: Person) -> None:
    runtime.answer("POST", f"{INTERNAL}/intents", 200, INTENT)
    answer = person.post(f"{PUBLIC}/intents", {"dry_run": True, "schema": "own"}, idempotency_key="h")
    assert answer.status == 200
    sent = runtime.at(f"{INTERNAL}/intents")[0].json
    assert (sent["idempotency_key"], sent["schema"]) == ("h", "own")
    assert not AuditEvent.objects.filter(user_id=person.user_id, event_name__startswith="runtime.treasury").exists()


def test_an_intent_needs_a_key(runtime: Double, person: Person) -> None:
    assert person.post(f"{PUBLIC}/intents", {"run_id": "r"}).fields == {"idempotency_key"}
    assert person.post(f"{PUBLIC}/intents", {"idempotency_key": "x" * 161}).fields == {"idempotency_key"}
    assert person.post(f"{PUBLIC}/intents", {"idempotency_key": "k", "amount_msats": 1.5}).fields == {"amount_msats"}
    assert runtime.received == []


def test_intents_are_listed_and_shown(runtime: Double, person: Person) -> None:
    runtime.answer("GET", f"{INTERNAL}/intents", 200, {"intents": [INTENT["intent"]], "next_cursor": None})
    runtime.answer("GET", f"{INTERNAL}/intents/tint_1", 200, INTENT)
    data = person.get(f"{PUBLIC}/intents?view=approvals&state=awaiting_approval&run_id=r&owner_user_ref=x").data
    assert (data["intents"][0]["intent_id"], data["next_cursor"]) == ("tint_1", None)
    query = runtime.at(f"{INTERNAL}/intents")[0].target.partition("?")[2]
    assert query == "view=approvals&run_id=r&state=awaiting_approval&limit=50"
    assert person.get(f"{PUBLIC}/intents/tint_1").data["decision"]["decision"] == "allowed"


@pytest.mark.parametrize(
    "query", ["view=all", "state=lost", "state=TREASURY_INTENT_STATE_SETTLED", "limit=0", "limit=201"]
)
def test_bad_lists_are_refused_here(runtime: Double, person: Person, query: str) -> None:
    assert person.get(f"{PUBLIC}/intents?{query}").fields == {query.partition("=")[0]}
    assert runtime.received == []


@pytest.mark.parametrize(
    ("verb", "body", "status", "done"),
    [
        ("verify", {"verification_id": "v"}, 200, "verified"),
        ("verify", {"request": {"a": 1}, "response": {}}, 200, "verified"),
        ("settle", {}, 202, "settled"),
        ("cancel", {"reason": "r"}, 200, "canceled"),
        ("approvals", {"decision": "approve", "note": "n"}, 200, "voted"),
    ],
)
def test_commands(runtime: Double, person: Person, verb: str, body: dict[str, Any], status: int, done: str) -> None:
    path = f"{INTERNAL}/intents/tint_1/{verb}"
    runtime.answer("POST", path, status, INTENT)
    answer = person.post(f"{PUBLIC}/intents/tint_1/{verb}", body, idempotency_key="h")
    assert (answer.status, answer.data["intent"]["intent_id"]) == (status, "tint_1")
    assert runtime.at(path)[0].json == {**body, "idempotency_key": "h"}
    event = AuditEvent.objects.get(event_name=f"runtime.treasury.intent.{done}", user_id=person.user_id)
    assert event.attributes["decision"] == ("approve" if done == "voted" else "allowed")


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("verify", {}, "verification_id"),
        ("verify", {"verification_id": "v", "request": {}, "response": {}}, "verification_id"),
        ("verify", {"request": {}}, "verification_id"),
        ("verify", {"verification_id": "v", "response": {}}, "verification_id"),
        ("verify", {"verification_id": "x" * 201}, "verification_id"),
        ("settle", {"idempotency_key": "x" * 161}, "idempotency_key"),
        ("cancel", {"reason": "x" * 256}, "reason"),
        ("approvals", {"decision": "maybe", "idempotency_key": "k"}, "decision"),
        ("approvals", {"idempotency_key": "k"}, "decision"),
        ("approvals", {"decision": "reject"}, "idempotency_key"),
        ("approvals", {"decision": "reject", "idempotency_key": "k", "note": "x" * 2001}, "note"),
    ],
)
def test_bad_commands_are_refused_here(
    runtime: Double, person: Person, verb: str, body: dict[str, Any], field: str
) -> None:
    answer = person.post(f"{PUBLIC}/intents/tint_1/{verb}", body)
    assert (answer.status, answer.fields, runtime.received) == (422, {field}, [])


def test_slow_commands_are_waited_for(runtime: Double, person: Person, monkeypatch: Any) -> None:
    waited: list[float | None] = []
    forward = treasury.forward

    def note(*args: Any, **options: Any) -> Any:
        waited.append(options.get("timeout"))
        return forward(*args, **options)

    monkeypatch.setattr(treasury, "forward", note)
    for verb, body in (("verify", {"verification_id": "v"}), ("settle", {}), ("cancel", {})):
        runtime.answer("POST", f"{INTERNAL}/intents/tint_1/{verb}", 200, INTENT)
        person.post(f"{PUBLIC}/intents/tint_1/{verb}", body)
    assert waited == [30.0, 30.0, None]


@pytest.mark.parametrize(
    "reason",
    ["illegal_intent_state", "verification_not_eligible", "treasury.cap_reduced", "treasury.autonomy_halted"],
)
def test_conflicts_keep_their_reason(runtime: Double, person: Person, reason: str) -> None:
    runtime.answer("POST", f"{INTERNAL}/intents/tint_1/settle", 409, {"error": "conflict", "reason_code": reason})
    answer = person.post(f"{PUBLIC}/intents/tint_1/settle", {})
    assert (answer.status, answer.code, answer.reason) == (409, "conflict", reason)


def test_budgets(runtime: Double, person: Person) -> None:
    account = {"accounts": [{"scope": "owner", "limit_msats": 9007199254740993, "remaining_msats": 4}]}
    runtime.answer("GET", f"{INTERNAL}/accounts", 200, account)
    assert person.get(f"{PUBLIC}/accounts").data["accounts"][0]["limit_msats"] == "9007199254740993"
    path = f"{INTERNAL}/budgets/owner/user:u@x"
    runtime.answer("GET", path, 200, BUDGET)
    runtime.answer("PUT", path, 200, BUDGET)
    assert person.get(f"{PUBLIC}/budgets/owner/user%3Au%40x").data["budget"]["limit_msats"] == 5
    body = {"limit_msats": 5, "period": "day", "expected_version": 1}
    assert patch(person, f"{PUBLIC}/budgets/owner/user:u@x", body).status == 200
    assert [request.method for request in runtime.at(path)] == ["GET", "PUT"]
    assert runtime.at(path)[1].json == body
    event = AuditEvent.objects.get(event_name="runtime.treasury.budget.changed", user_id=person.user_id)
    assert event.attributes == {"scope": "owner:user:u@x"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("owner/o", {"period": "day", "expected_version": 1}, "limit_msats"),
        ("owner/o", {"limit_msats": 1, "expected_version": 1}, "period"),
        ("owner/o", {"limit_msats": 1, "period": "day"}, "expected_version"),
        ("owner/o", {"limit_msats": 1, "period": "week", "expected_version": 1}, "period"),
        ("galaxy/o", {"limit_msats": 1, "period": "day", "expected_version": 1}, "scope_type"),
    ],
)
def test_bad_budgets_are_refused_here(
    runtime: Double, person: Person, path: str, body: dict[str, Any], field: str
) -> None:
    answer = patch(person, f"{PUBLIC}/budgets/{path}", body)
    assert (answer.status, answer.fields, runtime.received) == (422, {field}, [])


def test_a_viewer_may_nothing(runtime: Double) -> None:
    person = viewer()
    answers = [
        person.get(f"{PUBLIC}/accounts"),
        person.post(f"{PUBLIC}/intents", REQUEST),
        person.post(f"{PUBLIC}/intents/i/approvals", {"decision": "approve", "idempotency_key": "k"}),
        patch(person, f"{PUBLIC}/budgets/owner/o", {}),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [(403, "forbidden")] * 4
    assert runtime.received == []


def test_a_token_needs_the_ability_and_never_votes(runtime: Double, person: Person) -> None:
    runtime.answer("GET", f"{INTERNAL}/accounts", 200, {"accounts": []})
    able, unable = token_of(person, "runtime.treasury"), token_of(person, "runtime.read", "runtime.write")
    assert call("GET", f"{PUBLIC}/accounts", token=able).status == 200
    assert runtime.at(f"{INTERNAL}/accounts")[0].act.session_id.startswith("pat:")
    assert call("GET", f"{PUBLIC}/accounts", token=unable).status == 403
    vote = {"decision": "approve", "idempotency_key": "k"}
    assert call("POST", f"{PUBLIC}/intents/i/approvals", vote, token=able).status in (401, 403)
    budget = {"limit_msats": 1, "period": "day", "expected_version": 1}
    assert call("PATCH", f"{PUBLIC}/budgets/owner/o", budget, token=able).status in (401, 403)
    assert len(runtime.received) == 1


def test_writes_are_limited_and_reads_are_not(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setitem(limits.BUCKETS, "runtime.treasury", limits.Bucket(1, 60))
    runtime.answer("POST", f"{INTERNAL}/intents/tint_1/cancel", 200, INTENT)
    runtime.answer("GET", f"{INTERNAL}/intents/tint_1", 200, INTENT)
    statuses = [person.post(f"{PUBLIC}/intents/tint_1/cancel", {}).status for _ in range(2)]
    assert statuses == [200, 429]
    assert patch(person, f"{PUBLIC}/budgets/owner/o", {}).status == 429
    assert person.get(f"{PUBLIC}/intents/tint_1").status == 200


def test_without_the_plane_there_is_no_success(person: Person) -> None:
    for answer in (person.get(f"{PUBLIC}/accounts"), person.post(f"{PUBLIC}/intents", REQUEST)):
        assert (answer.status, answer.code) == (503, "service_unavailable")
    assert not AuditEvent.objects.filter(user_id=person.user_id, event_name__startswith="runtime.treasury").exists()

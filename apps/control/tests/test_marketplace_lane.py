"""The marketplace lane: prices and jobs of the caller, and how long a job is waited for."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control.api import marketplace
from apps.control.models import Membership
from apps.control.services import limits
from apps.control.tests.world import Double, Person, sign_in
from openagents.db.models import AuditEvent

PUBLIC = "/api/runtime/marketplace"
INTERNAL = "/internal/v1/marketplace"
JOB = {"sandbox": {"image_digest": "sha256:demo", "resources": {"timeout_secs": 30}}, "commands": [{"cmd": "make"}]}
DISPATCHED = {
    "dispatch_id": "d1",
    "status": "succeeded",
    "job_hash": "ab",
    "selection": {"tier": "owned"},
    "response": {"status": "success", "runs": []},
    "latency_ms": 12,
    "fallback_from_provider_id": None,
}


def test_the_catalog(runtime: Double, person: Person) -> None:
    provider = {"provider_id": "p", "owner": None, "base_url": None, "any": {"row": 1}}
    job_type = {
        "job_type": "oa.sandbox_run.v1",
        "schema_version": {"major": 1, "minor": 0, "patch": 0},
        "default_verification": {"mode": "objective"},
        "description": "d",
    }
    runtime.answer("GET", f"{INTERNAL}/catalog/providers", 200, {"providers": [provider]})
    runtime.answer("GET", f"{INTERNAL}/catalog/job-types", 200, {"job_types": [job_type]})
    assert person.get(f"{PUBLIC}/catalog/providers?capability=c&owner_user_ref=x").data == {"providers": [provider]}
    assert person.get(f"{PUBLIC}/catalog/job-types").data == {"job_types": [job_type]}
    assert runtime.at(f"{INTERNAL}/catalog/providers")[0].target.endswith("?capability=c")
    assert person.get(f"{PUBLIC}/catalog/providers?capability={'x' * 161}").fields == {"capability"}


def test_a_price(runtime: Double, person: Person) -> None:
    path = f"{INTERNAL}/compute/quote/sandbox-run"
    priced = {"schema": "s", "job_hash": "ab", "capability": "c", "selection": {}, "quote": {"total_price_msats": 5}}
    runtime.answer("POST", path, 200, priced)
    answer = person.post(f"{PUBLIC}/compute/quote/sandbox-run", {"request": JOB, "owner_user_ref": "user:evil"})
    assert (answer.status, answer.data) == (200, priced)
    assert runtime.at(path)[0].json == {"request": JOB}
    assert person.post(f"{PUBLIC}/compute/quote/sandbox-run", {}).fields == {"request"}
    runtime.answer(
        "POST",
        path,
        429,
        {"error": "rate_limited", "reason_code": "compute_dispatch_rate_limited", "retry_after_ms": 1000},
    )
    refused = person.post(f"{PUBLIC}/compute/quote/sandbox-run", {"request": JOB})
    assert (refused.status, refused.reason, refused.headers["retry-after"]) == (
        429,
        "compute_dispatch_rate_limited",
        "1",
    )


def test_a_choice(runtime: Double, person: Person) -> None:
    path = f"{INTERNAL}/router/compute/select"
    chosen = {
        "schema": "s",
        "policy": "balanced_v1",
        "run_id": "r",
        "marketplace_id": "openagents",
        "capability": "c",
        "objective_hash": None,
        "selected": {"provider_id": "p"},
        "candidates": [{"provider_id": "p"}],
        "decision_sha256": "ab",
        "decided_at_unix": 5,
        "idempotent_replay": False,
    }
    runtime.answer("POST", path, 200, chosen)
    body = {"run_id": "r", "capability": "c", "candidates": [{"provider_id": "p", "total_price_msats": 5}]}
    answer = person.post(f"{PUBLIC}/router/compute/select", body, idempotency_key="k")
    assert (answer.status, answer.data) == (200, chosen)
    assert runtime.at(path)[0].json == {**body, "idempotency_key": "k"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"run_id": " "}, "run_id"),
        ({"capability": ""}, "capability"),
        ({"candidates": []}, "candidates"),
        ({"candidates": [{}] * 65}, "candidates"),
        ({"idempotency_key": "x" * 161}, "idempotency_key"),
        ({"run_id": None}, "run_id"),
    ],
)
def test_bad_choices_are_refused_here(runtime: Double, person: Person, change: dict[str, Any], field: str) -> None:
    body = {"run_id": "r", "capability": "c", "candidates": [{}], **change}
    answer = person.post(f"{PUBLIC}/router/compute/select", body)
    assert (answer.status, answer.fields, runtime.received) == (422, {field}, [])


def test_a_job_runs_to_its_end(runtime: Double, person: Person) -> None:
    runtime.answer("POST", f"{INTERNAL}/dispatch/sandbox-run", 200, DISPATCHED)
    runtime.answer("GET", f"{INTERNAL}/dispatch/d1", 200, {**DISPATCHED, "status": "running", "response": None})
    answer = person.post(f"{PUBLIC}/dispatch/sandbox-run", {"request": JOB, "run_id": "r"}, idempotency_key="k")
    assert (answer.status, answer.data) == (200, DISPATCHED)
    assert runtime.received[0].json == {"request": JOB, "run_id": "r", "idempotency_key": "k"}
    assert person.get(f"{PUBLIC}/dispatch/d1").data["response"] is None
    event = AuditEvent.objects.get(event_name="runtime.marketplace.dispatched", user_id=person.user_id)
    assert event.attributes == {"dispatch_id": "d1", "job_hash": "ab"}


@pytest.mark.parametrize(
    ("resources", "seconds"),
    [
        ({}, 135.0),
        ({"timeout_secs": 60}, 135.0),
        ({"timeout_secs": 1}, 17.0),
        ({"timeoutSecs": "30"}, 75.0),
        ({"timeout_secs": 30.0}, 75.0),
        ({"timeout_secs": None}, 135.0),
    ],
)
def test_how_long_a_job_is_waited_for(
    runtime: Double, person: Person, monkeypatch: Any, resources: dict[str, Any], seconds: float
) -> None:
    waited: list[Any] = []
    forward = marketplace.forward

    def note(*args: Any, **options: Any) -> Any:
        waited.append(options["timeout"])
        return forward(*args, **options)

    monkeypatch.setattr(marketplace, "forward", note)
    runtime.answer("POST", f"{INTERNAL}/dispatch/sandbox-run", 200, DISPATCHED)
    job = {"sandbox": {"resources": resources}}
    assert person.post(f"{PUBLIC}/dispatch/sandbox-run", {"request": job, "idempotency_key": "k"}).status == 200
    assert waited == [seconds]


@pytest.mark.parametrize("seconds", [61, 0, -1, "61", 1.5, True, "soon", []])
def test_jobs_that_are_too_long_for_this_lane(runtime: Double, person: Person, seconds: Any) -> None:
    job = {"sandbox": {"resources": {"timeout_secs": seconds}}}
    answer = person.post(f"{PUBLIC}/dispatch/sandbox-run", {"request": job, "idempotency_key": "k"})
    assert (answer.status, answer.fields) == (422, {"request.sandbox.resources.timeout_secs"})
    assert runtime.received == []


def test_a_job_needs_a_key(runtime: Double, person: Person) -> None:
    assert person.post(f"{PUBLIC}/dispatch/sandbox-run", {"request": JOB}).fields == {"idempotency_key"}
    assert person.post(f"{PUBLIC}/dispatch/sandbox-run", {"idempotency_key": "k"}).fields == {"request"}
    assert runtime.received == []


@pytest.mark.parametrize("reason", ["dispatch_in_flight", "idempotency_key_conflict"])
def test_conflicts_keep_their_reason(runtime: Double, person: Person, reason: str) -> None:
    runtime.answer("POST", f"{INTERNAL}/dispatch/sandbox-run", 409, {"error": "conflict", "reason_code": reason})
    answer = person.post(f"{PUBLIC}/dispatch/sandbox-run", {"request": JOB, "idempotency_key": "k"})
    assert (answer.status, answer.reason) == (409, reason)


def test_failed_providers_are_503(runtime: Double, person: Person) -> None:
    runtime.answer("POST", f"{INTERNAL}/dispatch/sandbox-run", 502, {"error": "dependency_unavailable"})
    answer = person.post(f"{PUBLIC}/dispatch/sandbox-run", {"request": JOB, "idempotency_key": "k"})
    assert (answer.status, answer.code) == (503, "service_unavailable")


def test_members_may_and_viewers_may_not(runtime: Double) -> None:
    runtime.answer("GET", f"{INTERNAL}/catalog/job-types", 200, {"job_types": []})
    person = sign_in()
    mine = Membership.objects.filter(user_id=person.user_id)
    for role, status in (("member", 200), ("viewer", 403)):
        mine.update(role=role, role_scopes=["runtime.read", "sync.subscribe"])
        assert person.get(f"{PUBLIC}/catalog/job-types").status == status


def test_posts_are_limited(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setitem(limits.BUCKETS, "runtime.marketplace", limits.Bucket(1, 60))
    statuses = [person.post(f"{PUBLIC}/compute/quote/sandbox-run", {"request": JOB}).status for _ in range(2)]
    assert statuses == [404, 429]

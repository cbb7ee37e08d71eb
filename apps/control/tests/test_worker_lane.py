"""The generic worker lane: both spellings in, snake case to the runtime, leases and liveness back."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control.tests.world import Double, Person, queries

PUBLIC = "/api/runtime/workers"
INTERNAL = "/internal/v1/workers"
WORKER = "w:1@host"
ENTRY = {
    "worker": {"worker_id": WORKER, "lane": "generic", "status": "running", "latest_seq": 1, "adapter": "in_memory"},
    "liveness": {"heartbeat_age_ms": 5, "heartbeat_stale_after_ms": 120000, "heartbeat_state": "fresh"},
}
LEASED = {**ENTRY, "lease": {"epoch": 2, "expires_at": "2026-03-01T12:02:00Z"}}


@pytest.mark.parametrize(
    "body",
    [
        {"workerId": WORKER, "workspaceRef": "a", "codexHomeRef": "b", "adapter": "c", "metadata": {"x": 1}},
        {"worker_id": WORKER, "workspace_ref": "a", "codex_home_ref": "b", "adapter": "c", "metadata": {"x": 1}},
    ],
)
def test_a_worker_registers(runtime: Double, person: Person, body: dict[str, Any]) -> None:
    runtime.answer("POST", INTERNAL, 201, {"worker": LEASED})
    answer = person.post(PUBLIC, {**body, "owner_user_ref": "user:evil"})
    assert answer.status == 200
    assert answer.data["lease"] == LEASED["lease"]
    assert answer.data["worker"]["status"] == "running"
    assert runtime.at(INTERNAL)[0].json == {
        "worker_id": WORKER,
        "workspace_ref": "a",
        "codex_home_ref": "b",
        "adapter": "c",
        "metadata": {"x": 1},
    }


def test_workers_are_read(runtime: Double, person: Person) -> None:
    runtime.answer("GET", INTERNAL, 200, {"workers": [ENTRY], "next_cursor": None})
    runtime.answer("GET", f"{INTERNAL}/{WORKER}", 200, {"worker": ENTRY})
    (listed,) = person.get(PUBLIC).data
    shown = person.get(f"{PUBLIC}/w%3A1%40host").data
    assert listed["worker"]["worker_id"] == shown["worker"]["worker_id"] == WORKER
    assert shown["liveness"] == ENTRY["liveness"]


def test_a_proxied_worker_read_is_one_statement(runtime: Double, person: Person) -> None:
    runtime.answer("GET", f"{INTERNAL}/{WORKER}", 200, {"worker": ENTRY})
    person.get("/api/auth/session")
    with queries() as found:
        assert person.get(f"{PUBLIC}/{WORKER}").status == 200
    assert len(found) == 1, found


def test_a_worker_says_that_it_lives(runtime: Double, person: Person) -> None:
    path = f"{INTERNAL}/{WORKER}/heartbeat"
    runtime.answer("POST", path, 200, {"worker": LEASED})
    person.post(f"{PUBLIC}/{WORKER}/heartbeat", {"metadataPatch": {"a": 1}, "leaseEpoch": 2})
    person.post(f"{PUBLIC}/{WORKER}/heartbeat", {"metadata_patch": {"a": 1}, "lease_epoch": "2"})
    assert person.post(f"{PUBLIC}/{WORKER}/heartbeat").status == 200
    sent = {"metadata_patch": {"a": 1}, "lease_epoch": 2}
    assert [request.json for request in runtime.at(path)] == [sent, sent, {}]


def test_a_status_is_set(runtime: Double, person: Person) -> None:
    path = f"{INTERNAL}/{WORKER}/status"
    runtime.answer("POST", path, 200, {"worker": ENTRY})
    assert person.post(f"{PUBLIC}/{WORKER}/status", {"status": "stopping", "reason": "r"}).status == 200
    assert runtime.at(path)[0].json == {"status": "stopping", "reason": "r"}
    for body, field in (({"status": "asleep"}, "status"), ({}, "status")):
        assert person.post(f"{PUBLIC}/{WORKER}/status", body).fields == {field}
    assert person.post(f"{PUBLIC}/{WORKER}/status", {"status": "failed", "reason": "x" * 256}).fields == {"reason"}


@pytest.mark.parametrize("reason", ["worker_not_running", "lease_lost", "provider_quarantined"])
def test_conflicts_keep_their_reason(runtime: Double, person: Person, reason: str) -> None:
    runtime.answer("POST", f"{INTERNAL}/{WORKER}/heartbeat", 409, {"error": "conflict", "reason_code": reason})
    answer = person.post(f"{PUBLIC}/{WORKER}/heartbeat", {})
    assert (answer.status, answer.code, answer.reason) == (409, "conflict", reason)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"workerId": "a b"}, "workerId"),
        ({"workspaceRef": "x" * 256}, "workspaceRef"),
        ({"adapter": "x" * 121}, "adapter"),
    ],
)
def test_bad_registrations_are_refused_here(runtime: Double, person: Person, body: dict[str, Any], field: str) -> None:
    answer = person.post(PUBLIC, body)
    assert (answer.status, answer.fields, runtime.received) == (422, {field}, [])


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"worker":5}', b'{"worker":{"worker":{"latest_seq":"x"}}}'])
def test_an_unreadable_answer_is_no_success(runtime: Double, person: Person, body: bytes) -> None:
    runtime.answer("GET", f"{INTERNAL}/{WORKER}", 200, body)
    answer = person.get(f"{PUBLIC}/{WORKER}")
    assert (answer.status, answer.code) == (503, "service_unavailable")

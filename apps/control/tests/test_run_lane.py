"""The run lane: signed for the caller, keyed, mapped, and the runtime's bytes where they count."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from apps.control.services import limits
from apps.control.tests.world import Double, Person, Received, configure, new_email, sign_in

RUNS = "/internal/v1/runs"
RUN = {
    "id": "r1",
    "run_id": "r1",
    "status": "running",
    "metadata": {"big": 9007199254740993, "half": 0.5},
    "events": [],
    "created_at": "2026-03-01T12:00:00.250Z",
    "updated_at": "2026-03-01T12:00:00.250Z",
    "latest_seq": 1,
    "event_count": 1,
    "events_truncated": False,
    "field_of_tomorrow": 1,
}
EVENT = {"seq": 2, "event_type": "text.delta", "payload": {"delta": "Hi"}, "recorded_at": "2026-03-01T12:00:01Z"}


def only(double: Double, path: str) -> Received:
    (request,) = double.at(path)
    return request


def test_a_run_is_started_for_the_caller_in_the_active_org(runtime: Double, person: Person) -> None:
    runtime.answer("POST", RUNS, 201, {"run": RUN})
    body = {"worker_id": "w1", "metadata": {"n": 9007199254740993, "x": None}, "owner_user_id": 7, "org_id": "org:evil"}
    answer = person.post(
        "/api/runtime/runs",
        body,
        x_request_id="req-start-1",
        traceparent="00-1-2-01",
        cookie="a=b",
        x_oa_user_id="user_evil",
        x_oa_guest_scope="evil",
    )
    assert answer.status == 201
    assert answer.data["run"]["run_id"] == "r1"
    assert answer.data["run"]["created_at"] == "2026-03-01T12:00:00.250Z"
    assert "field_of_tomorrow" not in answer.data["run"]
    request = only(runtime, RUNS)
    assert request.json == {
        "worker_id": "w1",
        "metadata": {"n": 9007199254740993, "x": None},
        "org_id": person.org_id,
    }
    assert request.act.user_id == person.user_id
    assert request.act.org_id == person.org_id
    assert (request.act.session_id, request.act.device_id) == (person.session_id, person.device_id)
    assert request.act.roles == ("owner",)
    headers = request.headers
    assert headers["x-oa-user-id"] == person.user_id
    assert headers["x-request-id"] == "req-start-1"
    assert headers["traceparent"] == "00-1-2-01"
    assert headers["x-oa-contract"].startswith("openagents.runtime.v1/")
    assert not {"authorization", "cookie", "x-oa-guest-scope", "idempotency-key"} & headers.keys()


def test_the_header_fills_the_absent_key_and_never_replaces_one(runtime: Double, person: Person) -> None:
    runtime.answer("POST", RUNS, 200, {"run": RUN})
    runtime.answer("POST", f"{RUNS}/r1/events", 200, {"run": RUN, "event": EVENT, "idempotent_replay": True})
    person.post("/api/runtime/runs", {}, idempotency_key="from-header")
    person.post("/api/runtime/runs", {"idempotency_key": "from-body"}, idempotency_key="from-header")
    assert [request.json["idempotency_key"] for request in runtime.at(RUNS)] == ["from-header", "from-body"]
    answer = person.post("/api/runtime/runs/r1/events", {"event_type": "text.delta"}, idempotency_key="k1")
    request = only(runtime, f"{RUNS}/r1/events")
    assert request.json == {"event_type": "text.delta", "idempotency_key": "k1"}
    assert request.headers["idempotency-key"] == "k1"
    assert answer.data["idempotent_replay"] is True


@pytest.mark.parametrize("key", ["x" * 201, "has space"])
def test_a_bad_key_is_refused(runtime: Double, person: Person, key: str) -> None:
    answer = person.post("/api/runtime/runs", {}, idempotency_key=key)
    assert (answer.status, answer.fields, runtime.received) == (422, {"idempotency-key"}, [])


def test_a_null_payload_stays_null_and_an_absent_one_absent(runtime: Double, person: Person) -> None:
    path = f"{RUNS}/r1/events"
    runtime.answer("POST", path, 200, {"run": RUN, "event": EVENT, "idempotent_replay": False})
    person.post("/api/runtime/runs/r1/events", {"event_type": "x", "payload": None})
    person.post("/api/runtime/runs/r1/events", {"event_type": "x"})
    person.post("/api/runtime/runs/r1/events", {"eventType": "x", "payload": [1, 1.5, "2"], "expectedPreviousSeq": "3"})
    assert [request.json for request in runtime.at(path)] == [
        {"event_type": "x", "payload": None},
        {"event_type": "x"},
        {"event_type": "x", "payload": [1, 1.5, "2"], "expected_previous_seq": 3},
    ]


def test_runs_are_listed_for_the_active_org(runtime: Double, person: Person) -> None:
    runtime.answer("GET", RUNS, 200, {"runs": [RUN], "next_cursor": None})
    answer = person.get("/api/runtime/runs?status=running&limit=7&cursor=a%2Bb&owner_user_id=9")
    assert [run["id"] for run in answer.data["runs"]] == ["r1"]
    assert answer.data["next_cursor"] is None
    target = only(runtime, RUNS).target
    assert "owner" not in target
    assert set(target.partition("?")[2].split("&")) == {
        "status=running", "limit=7", "cursor=a%2Bb",
    }  # fmt: skip


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x"])
def test_bad_list_queries_are_refused_here(runtime: Double, person: Person, query: str) -> None:
    assert person.get(f"/api/runtime/runs?{query}").fields == {"limit"}
    assert runtime.received == []


def test_one_run_and_its_log_are_read(runtime: Double, person: Person) -> None:
    runtime.answer("GET", f"{RUNS}/r1", 200, {"run": RUN})
    log = {"run_id": "r1", "events": [EVENT], "latest_seq": 2, "next_after_seq": None}
    runtime.answer("GET", f"{RUNS}/r1/events", 200, log)
    assert person.get("/api/runtime/runs/r1?events=none").data["run"]["metadata"] == RUN["metadata"]
    assert only(runtime, f"{RUNS}/r1").target == f"{RUNS}/r1?events=none"
    data = person.get("/api/runtime/runs/r1/events?after_seq=1&limit=5").data
    assert (data["latest_seq"], data["next_after_seq"]) == (2, None)
    assert data["events"][0]["payload"] == {"delta": "Hi"}
    assert only(runtime, f"{RUNS}/r1/events").target == f"{RUNS}/r1/events?after_seq=1&limit=5"


def test_frames_are_read_with_their_payloads(runtime: Double, person: Person) -> None:
    frame = {
        "frame_id": "f1",
        "type": "user.text",
        "payload": {"text": "go on", "n": 9007199254740993, "none": None},
        "occurred_at": None,
        "received_seq": 4,
        "consumed_seq": None,
        "received_at": "2026-03-01T12:00:01Z",
    }
    runtime.answer("GET", f"{RUNS}/r1/frames", 200, {"run_id": "r1", "frames": [frame], "next_after_seq": 4})
    assert person.get("/api/runtime/runs/r1/frames?after_seq=3&limit=1&state=pending").data == {
        "run_id": "r1",
        "frames": [frame],
        "next_after_seq": 4,
    }
    request = only(runtime, f"{RUNS}/r1/frames")
    assert request.target == f"{RUNS}/r1/frames?after_seq=3&limit=1&state=pending"
    assert (request.act.user_id, request.act.org_id) == (person.user_id, person.org_id)


@pytest.mark.parametrize(
    ("query", "field"), [("limit=51", "limit"), ("state=lost", "state"), ("after_seq=-1", "after_seq")]
)
def test_bad_frame_queries_are_refused_here(runtime: Double, person: Person, query: str, field: str) -> None:
    assert person.get(f"/api/runtime/runs/r1/frames?{query}").fields == {field}
    assert runtime.received == []


@pytest.mark.parametrize("run_id", ["a%20b", "a%2Fb", "x" * 65, "..", "a:b", "%C3%A4"])
def test_ids_that_no_run_can_have_are_not_found(runtime: Double, person: Person, run_id: str) -> None:
    assert person.get(f"/api/runtime/runs/{run_id}").status == 404
    assert runtime.received == []


def test_a_batch_is_forwarded_and_counted_by_its_events(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setitem(limits.BUCKETS, "runtime.run.event", limits.Bucket(5, 60))
    path = f"{RUNS}/r1/events/batch"
    results = [{"index": n, "seq": n + 2, "idempotent_replay": False} for n in range(3)]
    runtime.answer("POST", path, 200, {"run": RUN, "results": results})
    events = [{"event_type": "text.delta", "idempotency_key": f"k{n}"} for n in range(3)]
    answer = person.post("/api/runtime/runs/r1/events/batch", {"events": events})
    assert [row["seq"] for row in answer.data["results"]] == [2, 3, 4]
    assert only(runtime, path).json == {"events": events}
    assert person.post("/api/runtime/runs/r1/events/batch", {"events": events}).status == 429
    assert len(runtime.at(path)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "events"), ({"events": []}, "events"), ({"events": [{}]}, "events.0.event_type"), ({"events": [1]}, None)],
)
def test_bad_batches_are_refused_here(person: Person, body: dict[str, Any], field: str | None) -> None:
    answer = person.post("/api/runtime/runs/r1/events/batch", body)
    assert answer.status == 422
    assert field is None or answer.fields == {field}
    too_many = {"events": [{"event_type": "x"}] * 101}
    assert person.post("/api/runtime/runs/r1/events/batch", too_many).fields == {"events"}


def test_an_event_needs_its_type_and_a_run_id_its_form(runtime: Double, person: Person) -> None:
    assert person.post("/api/runtime/runs/r1/events", {}).fields == {"event_type"}
    assert person.post("/api/runtime/runs", {"run_id": "nonsense"}).fields == {"run_id"}
    assert runtime.received == []


def test_cancelling_passes_on_both_answers(runtime: Double, person: Person) -> None:
    body = {"runId": "r1", "status": "canceling", "cancelRequested": True, "idempotentReplay": False}
    path = f"{RUNS}/r1/cancel"
    runtime.answer("POST", path, 202, body)
    answer = person.post("/api/runtime/runs/r1/cancel", {"reason": "enough", "thread_id": "t1"})
    assert (answer.status, answer.data) == (202, body)
    assert only(runtime, path).json == {"reason": "enough", "thread_id": "t1"}
    runtime.answer("POST", path, 200, {**body, "idempotentReplay": True})
    assert person.post("/api/runtime/runs/r1/cancel").status == 200


@pytest.mark.parametrize("name", ["receipt", "replay", "replay/artifact", "bundle"])
def test_receipt_bytes_and_their_headers_pass_unchanged(runtime: Double, person: Person, name: str) -> None:
    content = b'{"b":1,  "a":1e2}\n{"not":"reformatted"}\n'
    runtime.answer(
        "GET", f"{RUNS}/r1/{name}", 200, content,
        content_type="application/x-ndjson", x_oa_replay_sha256="sha256:ab", etag='"x"', set_cookie="a=b",
        x_oa_runtime_signature="secret", server_timing="1",
    )  # fmt: skip
    answer = person.get(f"/api/runtime/runs/r1/{name}")
    assert (answer.status, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert (answer.headers["x-oa-replay-sha256"], answer.headers["etag"]) == ("sha256:ab", '"x"')
    assert answer.headers["cache-control"] == "no-store"
    assert not {"set-cookie", "x-oa-runtime-signature", "server-timing"} & answer.headers.keys()


def test_the_redaction_of_a_replay_is_passed_on(runtime: Double, person: Person) -> None:
    runtime.answer("GET", f"{RUNS}/r1/replay", 200, b"{}\n")
    person.get("/api/runtime/runs/r1/replay?redaction=published&other=1")
    assert only(runtime, f"{RUNS}/r1/replay").target == f"{RUNS}/r1/replay?redaction=published"


@pytest.mark.parametrize(
    ("status", "body", "expected", "code", "reason"),
    [
        (400, {"error": "invalid_request", "reason_code": "bad_enum"}, 422, "invalid_request", "bad_enum"),
        (422, {"error": "invalid_request"}, 422, "invalid_request", None),
        (403, {"error": "forbidden", "reason_code": "principal_mismatch"}, 403, "forbidden", "principal_mismatch"),
        (404, {"error": "not_found"}, 404, "not_found", None),
        (409, {"error": "conflict", "reason_code": "sequence_conflict"}, 409, "conflict", "sequence_conflict"),
        (410, {"error": "stale_cursor"}, 410, "stale_cursor", None),
        (413, {"error": "payload_too_large"}, 413, "payload_too_large", None),
        (429, {"error": "rate_limited", "retry_after_ms": 1500}, 429, "rate_limited", None),
        (401, {"error": "unauthorized", "reason_code": "unknown_key"}, 503, "service_unavailable", None),
        (403, {"error": "forbidden", "reason_code": "issuer_not_allowed"}, 503, "service_unavailable", None),
        (500, {"error": "internal"}, 503, "service_unavailable", None),
        (502, {"error": "dependency_unavailable"}, 503, "service_unavailable", None),
        (503, {"error": "write_path_frozen", "reason_code": "read_only"}, 503, "service_unavailable", "read_only"),
        (418, {"error": "teapot"}, 503, "service_unavailable", None),
        (404, b"<html>", 404, "not_found", None),
        (200, b"not json", 503, "service_unavailable", None),
        (200, {"run": {"latest_seq": "many"}}, 503, "service_unavailable", None),
        (200, [1], 503, "service_unavailable", None),
    ],
)
def test_refusals_of_the_runtime_in_our_words(
    runtime: Double, person: Person, status: int, body: Any, expected: int, code: str, reason: str | None
) -> None:
    runtime.answer("GET", f"{RUNS}/r1", status, body)
    answer = person.get("/api/runtime/runs/r1")
    assert (answer.status, answer.code, answer.reason) == (expected, code, reason)
    if status == 429:
        assert (answer.headers["retry-after"], answer.json["error"]["retry_after_ms"]) == ("2", 1500)


@pytest.mark.parametrize(
    "details", [{"errors": {"worker_id": ["is unknown"]}}, {"field": "worker_id"}, {"errors": {"worker_id": "bad"}}]
)
def test_field_errors_of_the_runtime_name_the_field(runtime: Double, person: Person, details: Any) -> None:
    runtime.answer("POST", RUNS, 400, {"error": "invalid_request", "message": "no", "details": details})
    answer = person.post("/api/runtime/runs", {"worker_id": "w"})
    assert (answer.status, answer.fields) == (422, {"worker_id"})


def test_without_the_runtime_the_lane_is_503_and_the_rest_works(person: Person) -> None:
    answer = person.get("/api/runtime/runs/r1")
    assert (answer.status, answer.code) == (503, "service_unavailable")
    assert person.post("/api/sync/token").status == 200


def test_without_a_signing_key_nothing_is_sent(runtime: Double, settings: Any, person: Person) -> None:
    configure(settings, oa_runtime_signing_key="")
    assert person.get("/api/runtime/runs/r1").status == 503
    assert (runtime.received, runtime.refused) == ([], [])


def drop_first(double: Double, method: str, path: str, then: dict[str, Any]) -> list[int]:
    """Break the connection on the first request after it was read; answer the next."""
    passages: list[int] = []
    lock = threading.Lock()

    def reply(request: Received) -> tuple[int, dict[str, str], bytes]:
        with lock:
            passages.append(1)
            first = len(passages) == 1
        if first:
            raise ConnectionAbortedError("planted")
        return 200, {"content-type": "application/json"}, json.dumps(then).encode()

    double.reply(method, path, reply)
    return passages


@pytest.mark.parametrize(
    ("body", "headers", "expected", "sent"),
    [
        ({}, {}, 503, 1),
        ({"idempotency_key": "k"}, {}, 200, 2),
        ({}, {"idempotency_key": "k"}, 200, 2),
        ({"run_id": "0197a1b2-0000-7000-8000-000000000001"}, {}, 200, 2),
    ],
)
def test_only_a_keyed_start_is_sent_again(
    runtime: Double,
    person: Person,
    body: dict[str, str],
    headers: dict[str, str],
    expected: int,
    sent: int,
    capsys: Any,
) -> None:
    passages = drop_first(runtime, "POST", RUNS, {"run": RUN})
    assert person.post("/api/runtime/runs", body, **headers).status == expected
    assert len(passages) == sent
    capsys.readouterr()  # the planted failure prints a trace in the double's thread


def test_reads_are_sent_again_and_each_attempt_is_signed_anew(runtime: Double, person: Person, capsys: Any) -> None:
    drop_first(runtime, "GET", f"{RUNS}/r1", {"run": RUN})
    assert person.get("/api/runtime/runs/r1").status == 200
    first, second = runtime.at(f"{RUNS}/r1")
    assert first.headers["x-oa-runtime-signature"] != second.headers["x-oa-runtime-signature"]
    assert runtime.refused == []
    capsys.readouterr()


def test_starts_are_limited_per_user(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setitem(limits.BUCKETS, "runtime.run.start", limits.Bucket(2, 60))
    runtime.answer("POST", RUNS, 201, {"run": RUN})
    other_session = sign_in(person.email)
    statuses = [who.post("/api/runtime/runs", {}).status for who in (person, other_session, person)]
    assert statuses == [201, 201, 429]
    assert sign_in().post("/api/runtime/runs", {}).status == 201


def test_the_role_of_the_active_org_travels(runtime: Double, settings: Any) -> None:
    runtime.answer("GET", f"{RUNS}/r1", 200, {"run": RUN})
    member = sign_in(new_email("openagents.com"))
    configure(settings, oa_admin_emails=[member.email])
    member.post("/api/orgs/active", {"org_id": "org:openagents"})
    member.get("/api/runtime/runs/r1")
    request = only(runtime, f"{RUNS}/r1")
    assert (request.act.org_id, request.act.roles) == ("org:openagents", ("member", "operator"))

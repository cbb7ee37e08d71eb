"""The run routes through the signed HTTP surface: success, each refusal, repeats."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from apps.runtime.models import Run, RunEvent
from apps.runtime.tests.conftest import Call
from openagents.receipts.ids import new_id

RUNS = "/internal/v1/runs"


@pytest.fixture
def run_id(call: Call) -> str:
    answer = call("POST", RUNS, {"metadata": {"purpose": "test"}})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["run"]["id"])


def code(answer: Any) -> tuple[int, str, str | None]:
    body = answer.json()
    assert set(body) <= {"error", "message", "reason_code", "details", "retry_after_ms", "request_id"}
    assert body["request_id"] == answer["x-request-id"]
    return answer.status_code, body["error"], body.get("reason_code")


def test_a_run_starts_as_its_owners_with_run_started(call: Call, user_id: str) -> None:
    answer = call("POST", RUNS, {"metadata": {"n": 1, "f": 1.5}, "thread_id": " t1 "})
    run = answer.json()["run"]
    assert answer.status_code == 201
    assert (run["status"], run["latest_seq"], run["owner_user_ref"]) == ("running", 1, f"user:{user_id}")
    assert (run["metadata"], run["thread_id"], run["events_truncated"]) == ({"n": 1, "f": 1.5}, "t1", False)
    assert [(event["seq"], event["event_type"]) for event in run["events"]] == [(1, "run.started")]


def test_a_repeated_start_gives_the_same_run_and_another_body_a_conflict(call: Call) -> None:
    body = {"idempotency_key": "k", "metadata": {"a": 1}}
    first, again = call("POST", RUNS, body), call("POST", RUNS, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["run"]["id"] == again.json()["run"]["id"]
    other = call("POST", RUNS, {**body, "metadata": {"a": 2}})
    assert code(other) == (409, "conflict", "idempotency_key_conflict")


def test_parallel_starts_with_one_key_make_one_run(call: Call, in_parallel: Any) -> None:
    answers = in_parallel(8, lambda _: call("POST", RUNS, {"idempotency_key": "k"}))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["run"]["id"] for answer in answers}) == 1


def test_a_chosen_run_id_is_kept_and_belongs_to_its_first_owner(call: Call) -> None:
    chosen = str(uuid.uuid4())
    assert call("POST", RUNS, {"run_id": chosen}).json()["run"]["id"] == chosen
    assert call("POST", RUNS, {"run_id": chosen}).status_code == 200
    assert code(call("POST", RUNS, {"run_id": chosen}, user="user_other")) == (403, "forbidden", None)


def test_a_run_without_principal_belongs_to_the_calling_service(call: Call) -> None:
    answer = call("POST", RUNS, {}, user=None)
    assert Run.objects.get(id=answer.json()["run"]["id"]).owner_key == "system:control"
    named = call("POST", RUNS, {"owner_guest_scope": "g1"}, user=None)
    assert Run.objects.get(id=named.json()["run"]["id"]).owner_key == "guest:g1"


def test_naming_two_owners_or_another_owner_is_refused(call: Call) -> None:
    two = {"owner_user_id": 7, "owner_guest_scope": "g"}
    assert code(call("POST", RUNS, two, user=None)) == (400, "invalid_request", None)
    other = {"owner_user_ref": "user:somebody"}
    assert code(call("POST", RUNS, other)) == (403, "forbidden", "principal_mismatch")


def test_an_append_answers_with_the_stored_event(call: Call, run_id: str) -> None:
    body = {"event_type": " text.delta ", "payload": {"delta": "hi", "n": 1.0}, "idempotency_key": " k1 "}
    answer = call("POST", f"{RUNS}/{run_id}/events", body)
    event = answer.json()["event"]
    assert (answer.status_code, event["seq"], event["event_type"], event["source"]) == (200, 2, "text.delta", "client")
    assert (event["idempotency_key"], answer.json()["idempotent_replay"]) == ("k1", False)
    again = call("POST", f"{RUNS}/{run_id}/events", body).json()
    assert again["idempotent_replay"] is True and again["event"] == event
    assert RunEvent.objects.get(run_id=run_id, seq=2).payload_text == '{"delta":"hi","n":1.0}'


def test_a_batch_is_contiguous_and_all_or_nothing(call: Call, run_id: str) -> None:
    path = f"{RUNS}/{run_id}/events/batch"
    events = [{"event_type": "text.delta", "payload": {"i": i}, "idempotency_key": f"k{i}"} for i in range(5)]
    answer = call("POST", path, {"events": events, "expected_previous_seq": 1})
    assert [row["seq"] for row in answer.json()["results"]] == [2, 3, 4, 5, 6]
    assert answer.json()["run"]["latest_seq"] == 6
    again = call("POST", path, {"events": events, "expected_previous_seq": 1})
    assert all(row["idempotent_replay"] for row in again.json()["results"])
    mixed = call("POST", path, {"events": [events[0], {"event_type": "text.delta", "idempotency_key": "new"}]})
    assert code(mixed) == (409, "conflict", "partial_batch_replay")
    bad = call("POST", path, {"events": [{"event_type": "text.delta"}, {"event_type": "payment"}]})
    assert code(bad) == (400, "invalid_request", "reserved_event_type")
    assert bad.json()["details"]["index"] == 1
    assert Run.objects.get(id=run_id).latest_seq == 6


BAD_EVENTS = [
    ({"event_type": "", "payload": {}}, "invalid_event_type"),
    ({"event_type": "Upper"}, "invalid_event_type"),
    ({"event_type": "x" * 161}, "invalid_event_type"),
    ({"event_type": "payment"}, "reserved_event_type"),
    ({"event_type": "fraud"}, "reserved_event_type"),
    ({"event_type": "run.frame_received"}, "reserved_event_type"),
    ({"event_type": "receipt", "payload": {"receipt_type": "HydraPaid"}}, "reserved_receipt_type"),
    ({"event_type": "receipt", "payload": {"receipt_type": "PaymentReleased"}}, "reserved_receipt_type"),
    ({"event_type": "run.finished", "payload": {}}, "missing_terminal_status"),
    ({"event_type": "run.finished", "payload": []}, "invalid_event_payload"),
    ({"event_type": "run.finished", "payload": {"status": "done"}}, "invalid_terminal_status"),
    ({"event_type": "tool", "payload": {"tool": "sh"}}, "invalid_event_payload"),
    ({"event_type": "verification", "payload": {"command": "x", "exit_code": 2**31}}, "invalid_event_payload"),
    ({"event_type": "verification", "payload": {"command": "x", "exit_code": True}}, "invalid_event_payload"),
    ({"event_type": "text.delta", "idempotency_key": "k" * 201}, "invalid_idempotency_key"),
]


@pytest.mark.parametrize(("event", "reason"), BAD_EVENTS)
def test_a_bad_event_is_refused_and_nothing_is_written(call: Call, run_id: str, event: Any, reason: str) -> None:
    assert code(call("POST", f"{RUNS}/{run_id}/events", event)) == (400, "invalid_request", reason)
    assert Run.objects.get(id=run_id).latest_seq == 1


BAD_BODIES = [
    (b'{"event_type": "a", "event_type": "b"}', 400),
    (b'{"event_type": "a", "payload": NaN}', 400),
    (b'{"event_type": "a", "payload": "\\ud800"}', 400),
    (b'{"event_type": "a", "payload": "\\u0000"}', 400),
    (b'{"event_type": "a", "payload": 18446744073709551616}', 400),
    (b'{"event_type": "a", "payload": ' + b"[" * 100 + b"]" * 100 + b"}", 400),
    (b'{"event_type": 7}', 400),
    (b'{"event_type": "a", "expected_previous_seq": -1}', 400),
    (b'{"event_type": "a", "expected_previous_seq": 9223372036854775808}', 400),
    (b"{}", 400),
    (b"[]", 400),
    (b"not json", 400),
    (b"\xff\xfe", 400),
    (b'{"event_type": "a", "payload": {"x": "' + b"y" * 1_048_576 + b'"}}', 413),
]


@pytest.mark.parametrize(("raw", "status"), BAD_BODIES)
def test_an_unreadable_or_oversized_body_is_refused(call: Call, run_id: str, raw: bytes, status: int) -> None:
    answer = call("POST", f"{RUNS}/{run_id}/events", raw=raw)
    assert code(answer)[:2] == (status, "payload_too_large" if status == 413 else "invalid_request")
    assert Run.objects.get(id=run_id).latest_seq == 1


def test_large_integers_and_deep_text_survive_exactly(call: Call, run_id: str) -> None:
    payload = b'{"big":18446744073709551615,"low":-9223372036854775808,"t":"\xf0\x9f\x98\x80\\n\\u001f"}'
    raw = b'{"event_type":"x","payload":' + payload + b"}"
    assert call("POST", f"{RUNS}/{run_id}/events", raw=raw).status_code == 200
    stored = RunEvent.objects.get(run_id=run_id, seq=2).payload_text
    assert stored == '{"big":18446744073709551615,"low":-9223372036854775808,"t":"😀\\n\\u001f"}'


def test_unknown_runs_are_404_and_foreign_ones_403_on_every_route(call: Call, run_id: str) -> None:
    routes: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("GET", "/events", None),
        ("POST", "/events", {"event_type": "x"}),
        ("POST", "/events/batch", {"events": [{"event_type": "x"}]}),
        ("POST", "/cancel", {}),
        ("GET", "/receipt", None),
        ("GET", "/replay", None),
        ("GET", "/bundle", None),
    ]
    for method, tail, body in routes:
        assert code(call(method, f"{RUNS}/{uuid.uuid4()}{tail}", body))[:2] == (404, "not_found"), tail
        assert code(call(method, f"{RUNS}/{run_id}{tail}", body, user="user_other"))[:2] == (403, "forbidden"), tail
        assert code(call(method, f"{RUNS}/not-a-uuid{tail}", body))[:2] == (400, "invalid_request"), tail


def test_a_run_shared_with_an_org_is_readable_by_its_members_only(call: Call) -> None:
    org = new_id("org")
    started = call("POST", RUNS, {"org_id": org, "visibility": "org"}, org=org)
    path = f"{RUNS}/{started.json()['run']['id']}"
    assert call("GET", path, user="user_colleague", org=org).status_code == 200
    assert call("GET", path, user="user_colleague", org="org:other").status_code == 403
    assert call("POST", f"{path}/events", {"event_type": "x"}, user="user_colleague", org=org).status_code == 403
    assert call("POST", RUNS, {"visibility": "org"}).status_code == 400


def test_the_log_is_read_in_pages(call: Call, run_id: str) -> None:
    call("POST", f"{RUNS}/{run_id}/events/batch", {"events": [{"event_type": "x"}] * 6})
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = call("GET", f"{RUNS}/{run_id}/events", params={"after_seq": after, "limit": 3}).json()
        seen += [event["seq"] for event in page["events"]]
        after = page["next_after_seq"]
    assert seen == list(range(1, 8))
    assert call("GET", f"{RUNS}/{run_id}/events", params={"limit": 1001}).status_code == 400


def test_runs_are_listed_newest_first_and_only_the_callers(call: Call) -> None:
    started = [call("POST", RUNS, {}).json()["run"]["id"] for _ in range(3)]
    first = call("GET", RUNS, params={"limit": 2}).json()
    rest = call("GET", RUNS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [run["id"] for run in first["runs"] + rest["runs"]] == started[::-1]
    assert rest["next_cursor"] is None
    assert call("GET", RUNS, user="user_nobody").json()["runs"] == []
    assert call("GET", RUNS, params={"cursor": "nonsense"}).status_code == 400
    assert call("GET", RUNS, params={"status": "running"}).json()["runs"] != []
    assert call("GET", RUNS, params={"status": "flying"}).status_code == 400


def test_a_cancel_is_accepted_once_and_repeats_after(call: Call, run_id: str) -> None:
    first = call("POST", f"{RUNS}/{run_id}/cancel", {"reason": "enough"})
    assert first.status_code == 202
    assert first.json() == {"runId": run_id, "status": "canceling", "cancelRequested": True, "idempotentReplay": False}
    again = call("POST", f"{RUNS}/{run_id}/cancel", {})
    assert (again.status_code, again.json()["idempotentReplay"]) == (200, True)
    event = RunEvent.objects.get(run_id=run_id, seq=2)
    assert (event.event_type, json.loads(event.payload_text)) == ("run.cancel_requested", {"reason": "enough"})


def test_a_run_that_ended_cannot_be_canceled(call: Call, run_id: str) -> None:
    call("POST", f"{RUNS}/{run_id}/events", {"event_type": "run.finished", "payload": {"status": "failed"}})
    assert code(call("POST", f"{RUNS}/{run_id}/cancel", {})) == (409, "conflict", "run_already_terminal")


def test_a_run_with_a_thread_is_addressed_through_it(call: Call) -> None:
    run_id = call("POST", RUNS, {"thread_id": "t1"}).json()["run"]["id"]
    assert call("POST", f"{RUNS}/{run_id}/cancel", {}).status_code == 400
    assert code(call("POST", f"{RUNS}/{run_id}/cancel", {"thread_id": "t2"})) == (403, "forbidden", "thread_mismatch")
    assert call("GET", f"{RUNS}/{run_id}/snapshot", params={"thread_id": "t1"}).json()["latestSeq"] == 1
    assert call("GET", f"{RUNS}/{run_id}/snapshot").status_code == 400
    assert call("POST", f"{RUNS}/{run_id}/cancel", {"thread_id": "t1"}).status_code == 202


def test_only_the_issuers_of_a_route_may_call_it(call: Call, run_id: str) -> None:
    assert code(call("POST", RUNS, {}, issuer="khala")) == (403, "forbidden", "issuer_not_allowed")
    assert call("GET", f"{RUNS}/{run_id}", issuer="khala").status_code == 200
    assert code(call("GET", f"{RUNS}/{run_id}", issuer="lightning")) == (403, "forbidden", "issuer_not_allowed")
    assert call("GET", f"{RUNS}/{run_id}/receipt", issuer="bridge").status_code == 200
    mine = {"event_type": "receipt", "payload": {"receipt_type": "HydraPaid"}, "idempotency_key": "hydra:r1"}
    answer = call("POST", f"{RUNS}/{run_id}/events", mine, issuer="hydra", user=None)
    assert (answer.status_code, answer.json()["event"]["source"]) == (200, "hydra")
    foreign = {"event_type": "receipt", "payload": {"receipt_type": "AegisVerified"}}
    assert (
        code(call("POST", f"{RUNS}/{run_id}/events", foreign, issuer="hydra", user=None))[2] == "reserved_receipt_type"
    )


def test_an_unsigned_call_is_refused_and_an_unknown_route_is_not_found(call: Call, client: Any) -> None:
    assert code(client.post(RUNS, {}, content_type="application/json")) == (401, "unauthorized", "missing_signature")
    assert code(call("GET", "/internal/v1/nothing"))[:2] == (404, "not_found")
    assert code(call("DELETE", RUNS))[:2] == (405, "method_not_allowed")


@pytest.mark.parametrize("mode", ["read_only", "shadow_only"])
def test_a_frozen_write_path_refuses_mutations_and_serves_reads(
    call: Call, run_id: str, settings: Any, mode: str
) -> None:
    settings.OA = settings.OA.model_copy(update={"runtime_authority_write_mode": mode})
    answer = call("POST", f"{RUNS}/{run_id}/events", {"event_type": "x"})
    assert code(answer)[:2] == (503, "write_path_frozen")
    assert call("GET", f"{RUNS}/{run_id}").status_code == 200
    shadowed = call("POST", f"{RUNS}/{run_id}/events", {"event_type": "x"}, shadow=True)
    assert shadowed.status_code == (200 if mode == "shadow_only" else 503)


def test_too_many_appends_to_one_run_are_told_when_to_come_back(call: Call, run_id: str, settings: Any) -> None:
    settings.OA = settings.OA.model_copy(update={"khala_run_events_publish_rate_per_second": 1})
    answers = [call("POST", f"{RUNS}/{run_id}/events", {"event_type": "x"}) for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and all(code(answer)[2] == "khala_publish_rate_limited" for answer in refused)
    assert all(1 <= answer.json()["retry_after_ms"] <= 1000 for answer in refused)
    assert Run.objects.get(id=run_id).latest_seq == 1 + len(answers) - len(refused)

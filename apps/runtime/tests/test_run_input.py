"""Frames, the run's event stream, and what the janitor does with runs that lost their executor."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from apps.runtime.models import Run, RunEvent, RunFrame, WorkerLive
from apps.runtime.services import run_janitor, streams, worker_janitor
from apps.runtime.tests import factories as make
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.test_worker_routes import age, code
from openagents.receipts.canonical import canonical_bytes, prefixed_sha256
from openagents.receipts.ids import new_id, new_uuid7
from openagents.wire.faults import Fault

RUNS = "/internal/v1/runs"
FRAME = {"frame_id": "f1", "type": "user.text", "payload": {"text": "go on"}}


@pytest.fixture
def run_id(call: Call) -> str:
    return str(call("POST", RUNS, {}).json()["run"]["id"])


def finish(call: Call, run_id: str) -> None:
    call("POST", f"{RUNS}/{run_id}/events", {"event_type": "run.finished", "payload": {"status": "succeeded"}})


def log(run_id: str | UUID) -> list[tuple[str, Any]]:
    events = RunEvent.objects.filter(run_id=run_id).order_by("seq")
    return [(event.event_type, json.loads(event.payload_text)) for event in events]


def test_a_frame_is_kept_and_told_together(call: Call, run_id: str) -> None:
    answer = call("POST", f"{RUNS}/{run_id}/frames", FRAME)
    assert answer.status_code == 202
    assert answer.json() == {"runId": run_id, "frameId": "f1", "status": "accepted", "idempotentReplay": False}
    kind, payload = log(run_id)[-1]
    frame = RunFrame.objects.get(run_id=run_id, frame_id="f1")
    assert kind == "run.frame_received" and frame.received_seq == 2
    assert (payload["frame_id"], payload["type"]) == ("f1", "user.text")
    assert payload["payload_sha256"].startswith("sha256:")
    again = call("POST", f"{RUNS}/{run_id}/frames", FRAME)
    assert (again.status_code, again.json()["idempotentReplay"]) == (200, True)
    for change in ({"type": "other"}, {"payload": {}}):
        assert code(call("POST", f"{RUNS}/{run_id}/frames", {**FRAME, **change})) == (409, "frame_conflict")
    assert len(log(run_id)) == 2


def test_a_frame_is_consumed_by_the_executors_word(call: Call, run_id: str) -> None:
    call("POST", f"{RUNS}/{run_id}/frames", FRAME)
    used = {"event_type": "run.frame_consumed", "payload": {"frame_id": "f1", "frame_type": "user.text"}}
    call("POST", f"{RUNS}/{run_id}/events", used)
    call("POST", f"{RUNS}/{run_id}/events", used)
    odd = {"event_type": "run.frame_consumed", "payload": {"frame_id": ["f1"]}}
    assert call("POST", f"{RUNS}/{run_id}/events", odd).status_code == 200
    assert RunFrame.objects.get(run_id=run_id, frame_id="f1").consumed_seq == 3


def test_frames_end_with_the_run_and_belong_to_its_owner_and_thread(call: Call, run_id: str) -> None:
    call("POST", f"{RUNS}/{run_id}/frames", FRAME)
    assert call("POST", f"{RUNS}/{run_id}/frames", FRAME, user="other").status_code == 403
    for broken in ({"frame_id": " "}, {"frame_id": "x" * 161}, {"type": "x" * 81}):
        assert call("POST", f"{RUNS}/{run_id}/frames", {**FRAME, **broken}).status_code == 400
    finish(call, run_id)
    assert call("POST", f"{RUNS}/{run_id}/frames", FRAME).status_code == 200
    late = call("POST", f"{RUNS}/{run_id}/frames", {**FRAME, "frame_id": "f2"})
    assert code(late) == (409, "run_already_terminal")
    threaded = call("POST", RUNS, {"thread_id": "t1"}).json()["run"]["id"]
    assert call("POST", f"{RUNS}/{threaded}/frames", FRAME).status_code == 400
    wrong = call("POST", f"{RUNS}/{threaded}/frames", {**FRAME, "thread_id": "t2"})
    assert code(wrong) == (403, "thread_mismatch")
    assert call("POST", f"{RUNS}/{threaded}/frames", {**FRAME, "thread_id": "t1"}).status_code == 202


def test_one_frame_sent_many_times_at_once_is_one_event(call: Call, run_id: str, in_parallel: Any) -> None:
    answers = in_parallel(8, lambda _: call("POST", f"{RUNS}/{run_id}/frames", FRAME).status_code)
    assert sorted(answers) == [200] * 7 + [202]
    assert len(log(run_id)) == 2


# The stream ---------------------------------------------------------------------------------------------------------


def frames_of(answer: Any) -> list[str]:
    assert answer["Content-Type"].startswith("text/event-stream")
    parts = b"".join(answer.streaming_content).decode().split("\n\n")
    assert parts.pop() == ""
    return parts


def test_the_stream_replays_behind_the_cursor_and_ends_with_the_run(call: Call, run_id: str) -> None:
    call("POST", f"{RUNS}/{run_id}/events", {"event_type": "text.delta", "payload": {"delta": "é"}})
    finish(call, run_id)
    got = frames_of(call("GET", f"{RUNS}/{run_id}/stream", params={"cursor": 1}))
    assert got[-1] == "data: [DONE]"
    assert [frame.split("\n")[:2] for frame in got[:-1]] == [["id: 2", "event: message"], ["id: 3", "event: message"]]
    event = json.loads(got[0].split("\n")[2].removeprefix("data: "))
    assert (event["seq"], event["event_type"], event["payload"]) == (2, "text.delta", {"delta": "é"})
    resumed = call("GET", f"{RUNS}/{run_id}/stream", headers={"last-event-id": "2"})
    assert [frame.split("\n")[0] for frame in frames_of(resumed)] == ["id: 3", "data: [DONE]"]


def test_without_a_cursor_the_stream_begins_at_the_head(call: Call, run_id: str) -> None:
    assert frames_of(call("GET", f"{RUNS}/{run_id}/stream", params={"tail_ms": 1})) == ["data: [DONE]"]


def test_a_stream_refuses_before_its_first_byte(call: Call, run_id: str, settings: Any) -> None:
    path = f"{RUNS}/{run_id}/stream"
    assert code(call("GET", path, params={"cursor": 2})) == (400, "cursor_ahead_of_head")
    assert call("GET", path, params={"cursor": 1}, headers={"last-event-id": "0"}).status_code == 400
    assert frames_of(call("GET", path, params={"cursor": 1, "tail_ms": 1}, headers={"last-event-id": "1"}))
    for tail_ms in (0, 120_001, "x"):
        assert call("GET", path, params={"tail_ms": tail_ms}).status_code == 400
    assert call("GET", path, user="other").status_code == 403
    settings.OA = settings.OA.model_copy(update={"runtime_sse_streams_max": 0})
    assert code(call("GET", path)) == (429, "stream_limit")


def test_a_slot_is_given_back_however_the_stream_ends(call: Call, run_id: str, settings: Any) -> None:
    settings.OA = settings.OA.model_copy(update={"runtime_sse_streams_max": 1})
    path = f"{RUNS}/{run_id}/stream"
    for _ in range(3):
        left = call("GET", path, params={"tail_ms": 1})
        assert call("GET", path).status_code == 429
        left.close()


def test_a_tail_sees_what_arrives_and_stops_at_its_deadline() -> None:
    now, arrived = [0.0], [1, 2]

    def wait(seconds: float) -> None:
        now[0] += seconds
        if len(arrived) < 4:
            arrived.append(len(arrived) + 1)

    def read(cursor: int) -> streams.Page[int]:
        return streams.Page([seq for seq in arrived if seq > cursor], False)

    seen = list(streams.tail(read, 0, 25_000, lambda seq: seq, wait=wait, clock=lambda: now[0]))
    assert [seq for seq in seen if seq is not None] == [1, 2, 3, 4]
    assert seen.count(None) == 2 and now[0] == 25.0


# The janitor --------------------------------------------------------------------------------------------------------


@pytest.fixture
def worker_id(call: Call) -> str:
    worker_id = new_id("w")
    call("POST", "/internal/v1/workers", {"worker_id": worker_id})
    return worker_id


def back(run: Run, seconds: int) -> None:
    Run.objects.filter(id=run.id).update(updated_at=timezone.now() - timedelta(seconds=seconds))


def test_a_run_whose_worker_is_lost_is_told_so_and_later_failed(worker_id: str) -> None:
    run = make.run(worker_id=worker_id)
    run_janitor.sweep_runs()
    assert len(log(run.id)) == 1
    age(worker_id, 1_200_500)
    run_janitor.sweep_runs()
    worker_janitor.fail_lost(worker_id)
    run_janitor.sweep_runs()
    assert log(run.id)[1:] == [
        (
            "run.executor_lost",
            {"lease_owner": worker_id, "observed_progress_seq": 1, "reason": "heartbeat_lost"},
        )
    ]
    assert RunEvent.objects.get(run_id=run.id, seq=2).idempotency_key == "executor_lost:1"
    back(run, 901)
    run_janitor.sweep_runs()
    run_janitor.sweep_runs()
    run.refresh_from_db()
    assert (run.status, run.terminal_reason_class, run.latest_seq) == ("failed", "executor_lost", 3)


def test_a_run_that_still_speaks_is_not_failed(worker_id: str) -> None:
    run = make.run(worker_id=worker_id)
    age(worker_id, 1_200_500)
    run_janitor.sweep_runs()
    back(run, 600)
    run_janitor.sweep_runs()
    assert Run.objects.get(id=run.id).status == "running"


def test_a_second_loss_has_its_own_lease(call: Call, worker_id: str) -> None:
    run = make.run(worker_id=worker_id)
    for epoch in (1, 2):
        age(worker_id, 1_200_500)
        worker_janitor.fail_lost(worker_id)
        run_janitor.sweep_runs()
        newest = RunEvent.objects.filter(run_id=run.id).order_by("-seq")[0]
        assert newest.idempotency_key == f"executor_lost:{epoch}"
        assert json.loads(newest.payload_text)["reason"] == "worker_failed"
        call("POST", "/internal/v1/workers", {"worker_id": worker_id})
    assert WorkerLive.objects.get(worker_id=worker_id).open_epoch == 3


def test_a_cancellation_without_an_end_is_ended(call: Call, run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    call("POST", f"{RUNS}/{run_id}/cancel", {})
    run_janitor.sweep_runs()
    assert Run.objects.get(id=run_id).status == "canceling"
    monkeypatch.setattr(run_janitor, "CANCELING_SECONDS_MAX", -1)
    run_janitor.sweep_runs()
    run_janitor.sweep_runs()
    run = Run.objects.get(id=run_id)
    assert (run.status, run.terminal_reason_class, run.latest_seq) == ("canceled", "cancel_requested", 3)


def test_janitors_side_by_side_say_everything_once(worker_id: str, in_parallel: Any) -> None:
    runs = [make.run(worker_id=worker_id) for _ in range(3)]
    age(worker_id, 1_200_500)
    done = in_parallel(4, lambda _: run_janitor.sweep_runs())
    assert not [one for one in done if isinstance(one, Exception | Fault)]
    for run in runs:
        assert [kind for kind, _payload in log(run.id)] == ["run.started", "run.executor_lost"]


def test_an_executor_reads_what_the_log_only_tells_the_hash_of(call: Call, run_id: str) -> None:
    for number in range(3):
        body = {"frame_id": f"f{number}", "type": "user.text", "payload": {"n": 2**53 + number, "text": "ö"}}
        call("POST", f"{RUNS}/{run_id}/frames", {**body, "occurred_at": "2026-01-01T00:00:00Z"})
    call("POST", f"{RUNS}/{run_id}/events", {"event_type": "run.frame_consumed", "payload": {"frame_id": "f0"}})
    answer = call("GET", f"{RUNS}/{run_id}/frames").json()
    assert [frame["frame_id"] for frame in answer["frames"]] == ["f0", "f1", "f2"]
    assert answer["next_after_seq"] is None
    first = answer["frames"][0]
    assert (first["payload"], first["received_seq"], first["consumed_seq"]) == ({"n": 2**53, "text": "ö"}, 2, 5)
    told = [payload for kind, payload in log(run_id) if kind == "run.frame_received"]
    assert [one["payload_sha256"] for one in told] == [
        prefixed_sha256(canonical_bytes(frame["payload"])) for frame in answer["frames"]
    ]
    pending = call("GET", f"{RUNS}/{run_id}/frames", params={"state": "pending", "limit": 1}).json()
    assert ([frame["frame_id"] for frame in pending["frames"]], pending["next_after_seq"]) == (["f1"], 3)
    rest = call("GET", f"{RUNS}/{run_id}/frames", params={"state": "pending", "after_seq": 3}).json()
    assert [frame["frame_id"] for frame in rest["frames"]] == ["f2"]


def test_frames_are_read_by_who_may_read_the_run(call: Call, run_id: str) -> None:
    assert call("GET", f"{RUNS}/{run_id}/frames", user="stranger").status_code == 403
    assert call("GET", f"{RUNS}/{new_uuid7()}/frames").status_code == 404
    for bad in ({"limit": 0}, {"limit": 51}, {"after_seq": -1}, {"after_seq": "x"}, {"state": "x"}):
        assert call("GET", f"{RUNS}/{run_id}/frames", params=bad).status_code == 400, bad

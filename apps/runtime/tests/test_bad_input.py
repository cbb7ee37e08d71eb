"""What no route takes, on every route that takes a body; and clocks that jump back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from apps.runtime.api import api
from apps.runtime.models import Run, RunEvent, ThreadMessage, WorkerEvent, WorkerLive
from apps.runtime.services import projections
from apps.runtime.services.append import append
from apps.runtime.services.journal_audit import check_topic
from apps.runtime.services.projection_kinds import RUNS, WORKERS
from apps.runtime.tests import factories as make
from apps.runtime.tests.conftest import Call
from openagents.receipts.ids import new_id

DOCUMENT = api.get_openapi_schema(path_prefix="")["paths"]
ROUTES = sorted(path for path, methods in DOCUMENT.items() if "requestBody" in methods.get("post", {}))
OPERATORS = ("/projectors/", "/trust", "/ops/")

NESTED = b"[" * 200 + b"]" * 200
UNREADABLE = {
    "NaN": b'{"payload": {"x": NaN}}',
    "Infinity": b'{"metadata": {"x": -Infinity}}',
    "a key twice": b'{"payload": {}, "payload": {}}',
    "a lone surrogate": b'{"payload": {"x": "\\ud800"}}',
    "a lone surrogate in a key": b'{"payload": {"\\udfff": 1}}',
    "NUL": b'{"payload": {"x": "\\u0000"}}',
    "NUL in a key": b'{"\\u0000": 1}',
    "too deep": b'{"payload": ' + NESTED + b"}",
    "very deep": b'{"payload": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "a huge integer": b'{"payload": {"x": 18446744073709551616}}',
    "a huge negative integer": b'{"payload": {"x": -9223372036854775809}}',
    "an endless integer": b'{"payload": ' + b"9" * 5000 + b"}",
    "no UTF-8": b'{"payload": "\xff"}',
    "UTF-16": '{"payload": 1}'.encode("utf-16"),
    "a list": b"[]",
    "a number": b"7",
    "half a document": b'{"payload": {"x": ',
    "two documents": b"{} {}",
    "a raw control character": b'{"payload": "\x01"}',
}


def target(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def issuer_of(path: str) -> str:
    return "ops" if any(part in path for part in OPERATORS) else "control"


@pytest.fixture
def ids(call: Call) -> dict[str, str]:
    worker_id = call("POST", "/internal/v1/workers", {}).json()["worker"]["worker"]["worker_id"]
    return {
        "run_id": call("POST", "/internal/v1/runs", {}).json()["run"]["id"],
        "worker_id": worker_id,
        "thread_id": new_id("thread"),
        "dispatch_id": new_id("dispatch"),
    }


def rows() -> tuple[int, ...]:
    tables = ("run", "run_event", "worker", "worker_event", "worker_request", "thread", "thread_message", "run_frame")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in (*tables, "sync_stream_events"))
        )
        return tuple(cursor.fetchone())


@pytest.mark.parametrize("path", ROUTES)
def test_no_route_takes_what_cannot_be_read(call: Call, ids: dict[str, str], path: str) -> None:
    before = rows()
    for name, raw in UNREADABLE.items():
        answer = call("POST", target(path, ids), raw=raw, issuer=issuer_of(path), roles=("operator",))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), (name, answer.content)
    large = b'{"payload": "' + b"x" * 5_000_000 + b'"}'
    answer = call("POST", target(path, ids), raw=large, issuer=issuer_of(path), roles=("operator",))
    assert (answer.status_code, answer.json()["error"]) == (413, "payload_too_large")
    assert rows() == before


CODEX = "/internal/v1/codex/workers/{worker_id}"
SIZED: list[tuple[str, Any, int]] = [
    ("/internal/v1/runs", {"metadata": {"x": "y" * 66_000}}, 413),
    ("/internal/v1/runs/{run_id}/events", {"event_type": "note", "payload": "y" * 262_143}, 413),
    ("/internal/v1/runs/{run_id}/events", {"event_type": "note", "payload": "ö" * 131_072}, 413),
    ("/internal/v1/runs/{run_id}/frames", {"frame_id": "f", "type": "t", "payload": {"x": "y" * 262_144}}, 413),
    (f"{CODEX}/events", {"event": {"event_type": "worker.event", "payload": {"x": "y" * 131_072}}}, 413),
    ("/internal/v1/workers/{worker_id}/heartbeat", {"metadata_patch": {"x": "y" * 65_536}}, 413),
    ("/internal/v1/threads/{thread_id}/messages", {"text": "y" * 20_001}, 400),
    (f"{CODEX}/requests", {"request": {"request_id": "r" * 161, "method": "thread/list"}}, 400),
    ("/internal/v1/runs/{run_id}/events/batch", {"events": [{"event_type": "note"}] * 101}, 400),
]


@pytest.mark.parametrize(("path", "body", "status"), SIZED)
def test_what_is_too_large_for_its_place_is_refused_whole(
    call: Call, ids: dict[str, str], path: str, body: Any, status: int
) -> None:
    if "/codex/" in path:
        ids["worker_id"] = call("POST", "/internal/v1/codex/workers", {}).json()["data"]["workerId"]
    before = rows()
    assert call("POST", target(path, ids), body).status_code == status
    assert rows() == before


def test_what_is_just_small_enough_is_kept_exactly(call: Call, ids: dict[str, str]) -> None:
    for payload in ("y" * 262_142, "ö" * 131_071):
        path = f"/internal/v1/runs/{ids['run_id']}/events"
        raw = json.dumps({"event_type": "note", "payload": payload}, ensure_ascii=False).encode()
        assert call("POST", path, raw=raw).status_code == 200
    stored = RunEvent.objects.filter(run_id=ids["run_id"], event_type="note").order_by("seq")
    assert [len(event.payload_text.encode()) for event in stored] == [262_144, 262_144]
    assert check_topic(f"run:{ids['run_id']}:events") is None


# Clocks -------------------------------------------------------------------------------------------------------------


def times(run_id: str | UUID) -> list[datetime]:
    return list(RunEvent.objects.filter(run_id=run_id).order_by("seq").values_list("recorded_at", flat=True))


def test_a_runs_log_never_goes_back_in_time() -> None:
    """As after a jump of the database's clock: the run was last written in what is the future now."""
    run = make.run()
    future = timezone.now() + timedelta(hours=3)
    Run.objects.filter(id=run.id).update(updated_at=future)
    append(make.request(run.id, make.event(), make.event()))
    append(make.request(run.id, make.event("run.finished", {"status": "succeeded"})))
    assert times(run.id)[1:] == [future] * 3
    run.refresh_from_db()
    assert (run.updated_at, run.terminal_at) == (future, future)
    assert projections.reproject_one(RUNS, str(run.id), dry_run=True) is False
    assert check_topic(f"run:{run.id}:events") is None


def test_a_workers_log_and_life_never_go_back_in_time(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    worker_id = call("POST", "/internal/v1/workers", {}).json()["worker"]["worker"]["worker_id"]
    path = f"/internal/v1/workers/{worker_id}"
    future = timezone.now() + timedelta(hours=3)
    WorkerLive.objects.filter(worker_id=worker_id).update(event_at=future, last_heartbeat_at=future)
    beat = call("POST", f"{path}/heartbeat", {}).json()["worker"]
    assert beat["liveness"] == {**beat["liveness"], "heartbeat_state": "fresh", "heartbeat_age_ms": 0}
    assert call("POST", f"{path}/heartbeat", {"metadata_patch": {"a": 1}}).status_code == 200
    assert call("POST", f"{path}/status", {"status": "stopping"}).status_code == 200
    log = WorkerEvent.objects.filter(worker_id=worker_id).order_by("seq")
    recorded = [event.recorded_at for event in log]
    assert recorded == sorted(recorded) and recorded[-1] == future
    assert projections.reproject_one(WORKERS, worker_id, dry_run=True) is False


def test_messages_keep_their_order_when_the_clock_jumps_back(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    thread_id = new_id("thread")
    path = f"/internal/v1/threads/{thread_id}/messages"
    call("POST", path, {"text": "first"})
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(seconds=20))
    call("POST", path, {"text": "second"})
    monkeypatch.undo()
    call("POST", path, {"text": "third"})
    assert [one["text"] for one in call("GET", path).json()["messages"]] == ["first", "second", "third"]
    stored = ThreadMessage.objects.filter(thread_id=thread_id).order_by("position")
    assert [message.position for message in stored] == [1, 2, 3]
    moments = [message.created_at for message in stored]
    assert moments == sorted(moments)

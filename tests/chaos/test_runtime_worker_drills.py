"""The runtime dies inside changes of workers, control requests, frames and rebuilds.

A caller that repeats what was not answered finds it done once; log, projection, journal and chain of the worker and its
run say the same afterwards.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from openagents.embedded.testbed import TESTBED
from openagents.receipts.canonical import canonical_text, prefixed_sha256
from openagents.receipts.chain import chain_base, chain_fold, digest_of
from openagents.receipts.ids import new_id
from tests.judging import disagreements
from tests.runtime_api import NoAnswer, Refused, RuntimeApi
from tests.system import Served, System

pytestmark = pytest.mark.slow

ROUNDS = 6
ATTEMPTS_MAX = 8


class Caller:
    """Repeats every call until it is answered; a runtime that died is started again, without the fault."""

    def __init__(self, served: Served, user_id: str, issuer: str = "control") -> None:
        self._served = served
        self._api = RuntimeApi(served.url, TESTBED.credentials, user_id, issuer)
        self.lost = 0

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        for _ in range(ATTEMPTS_MAX):
            try:
                return self._api.call(method, path, body)
            except NoAnswer:
                self.lost += 1
                self._served.kill9()
                self._served.restart()
        raise AssertionError(f"{method} {path} was never answered\n{self._served.log_tail()}")

    def close(self) -> None:
        self._api.close()


def worker_disagreements(database: psycopg.Connection[Any], worker_id: str) -> list[str]:
    """What in the records of a worker contradicts what else: log, live row, projection, journal, chain, receipts."""
    found: list[str] = []

    def expect(what: str, actual: object, wanted: object) -> None:
        if actual != wanted:
            found.append(f"{what}: {actual!r}, not {wanted!r}")

    def rows(query: str, value: str = worker_id) -> list[tuple[Any, ...]]:
        return database.execute(query, [value]).fetchall()

    log = rows("SELECT seq, event_type, payload_text, event_id FROM worker_event WHERE worker_id = %s ORDER BY seq")
    expect("numbers of the log", [row[0] for row in log], list(range(1, len(log) + 1)))
    for seq, _, text, _ in log:
        expect(f"canonical form of event {seq}", text, canonical_text(json.loads(text)))
    ids = [row[3] for row in log if row[3]]
    expect("event ids", len(ids), len(set(ids)))
    ((status, latest),) = rows(
        "SELECT w.status, l.latest_seq FROM worker w JOIN worker_live l USING (worker_id) WHERE worker_id = %s"
    )
    expect("head of the worker", latest, len(log))
    wanted = prefixed_sha256({"worker_id": worker_id, "status": status, "last_seq": len(log), "event_count": len(log)})
    expect(
        "projection",
        rows("SELECT status, last_seq, event_count, projection_hash FROM worker_summary WHERE worker_id = %s"),
        [(status, len(log), len(log), wanted)],
    )
    expect(
        "checkpoint",
        rows("SELECT last_runtime_seq, summary_hash FROM projection_checkpoint WHERE entity_id = %s"),
        [(len(log), wanted)],
    )
    topics = rows(
        "SELECT topic, seq, chain, lineage FROM sync_topic_sequences WHERE topic LIKE %s", f"worker:{worker_id}:%"
    )
    expect("topics", sorted(row[0].rpartition(":")[2] for row in topics), ["events", "lifecycle"])
    for topic, head, chain, lineage in topics:
        journal = rows(
            "SELECT seq, payload_sha256, kind, payload FROM sync_stream_events WHERE topic = %s ORDER BY seq", topic
        )
        expect(f"numbers of {topic}", [row[0] for row in journal], list(range(1, head + 1)))
        folded = chain_fold(chain_base(topic, lineage), [(row[0], digest_of(row[1])) for row in journal])
        expect(f"chain of {topic}", folded, bytes(chain))
        if topic.endswith(":events"):
            expect("journal rows", [(row[0], row[2], row[3]) for row in journal], [row[:3] for row in log])
    receipts: dict[str, int] = {}
    for _, kind, text, _ in log:
        if kind in ("worker.response", "worker.error"):
            request_id = json.loads(text)["request_id"]
            receipts[request_id] = receipts.get(request_id, 0) + 1
    requests = rows("SELECT request_id, state, terminal_event_seq FROM worker_request WHERE worker_id = %s")
    for request_id, state, seq in requests:
        expect(f"receipts of {request_id}", receipts.get(request_id, 0), 0 if state == "open" else 1)
        expect(f"receipt of {request_id}", seq is None, state == "open")
    expect("drift", rows("SELECT reason FROM projection_drift WHERE topic = %s", f"worker:{worker_id}:lifecycle"), [])
    return found


def work(caller: Caller, worker_id: str, run_id: str) -> None:
    """Everything that changes a worker or hands a run its input, over and over, each call repeatable."""
    base = f"/codex/workers/{worker_id}"
    thread_id = new_id("thread")
    for number in range(ROUNDS):
        caller.call("POST", f"/workers/{worker_id}/heartbeat", {"metadata_patch": {"round": number}})
        caller.call(
            "POST",
            f"{base}/events",
            {"event": {"event_type": "worker.event", "payload": {"n": number}, "event_id": f"e{number}"}},
        )
        turn = {"request_id": f"r{number}", "method": "turn/start", "thread_id": thread_id, "params": {"text": "go"}}
        assert caller.call("POST", f"{base}/requests", {"request": turn})["data"]["ok"] is True
        refused = {"request_id": f"bad{number}", "method": "no/such"}
        try:
            caller.call("POST", f"{base}/requests", {"request": refused})
        except Refused as refusal:
            assert refusal.status == 400
        frame = {"frame_id": f"f{number}", "type": "user.text", "payload": {"n": number}}
        caller.call("POST", f"/runs/{run_id}/frames", frame)
    read = caller.call("GET", f"/threads/{thread_id}/messages")["messages"]
    assert len(read) == ROUNDS, "a message per turn, however often it was sent"


@pytest.mark.parametrize(
    "fault",
    [
        "runtime.worker.before_write=error@9",
        "runtime.worker.after_write=error@9",
        "runtime.worker.before_write=crash@9",
        "runtime.worker.after_write=crash@9",
        "runtime.append.before_write=crash@5",
        "runtime.append.after_write=crash@5",
    ],
)
def test_a_fault_in_changes_of_a_worker_loses_and_repeats_nothing(
    fault: str, runtime_only: System, runtime_database: psycopg.Connection[Any], user_id: str
) -> None:
    runtime_only.up("runtime")
    served = runtime_only["runtime"]
    caller = Caller(served, user_id)
    worker_id = new_id("w")
    caller.call("POST", "/codex/workers", {"worker_id": worker_id})
    run_id = str(caller.call("POST", "/runs", {"worker_id": worker_id})["run"]["id"])
    again(served, OA_FAULTS=fault)
    work(caller, worker_id, run_id)
    caller.close()
    assert caller.lost >= 1, "the fault never happened"
    assert worker_disagreements(runtime_database, worker_id) == []
    assert disagreements(runtime_database, run_id) == []
    kinds = [
        kind
        for (kind,) in runtime_database.execute(
            "SELECT event_type FROM run_event WHERE run_id = %s ORDER BY seq", [run_id]
        ).fetchall()
    ]
    assert kinds == ["run.started"] + ["run.frame_received"] * ROUNDS


def again(served: Served, **extra: str) -> None:
    """Started anew without waiting for a graceful end."""
    served.kill9()
    served.restart(**extra)


@pytest.mark.parametrize("fault", ["runtime.reproject.deleted=crash", "runtime.reproject.announced=error"])
def test_a_rebuild_that_dies_leaves_what_was_and_is_done_by_the_next(
    fault: str, runtime_only: System, runtime_database: psycopg.Connection[Any], user_id: str
) -> None:
    def found() -> list[str]:
        everything = disagreements(runtime_database, run_id) + worker_disagreements(runtime_database, worker_id)
        # A rebuild says of the same seq once more what the summary is.
        return [what for what in everything if not what.startswith(f"user:{user_id}:runs last said")]

    runtime_only.up("runtime")
    served = runtime_only["runtime"]
    caller, operator = Caller(served, user_id), Caller(served, user_id, "ops")
    worker_id = new_id("w")
    caller.call("POST", "/workers", {"worker_id": worker_id})
    run_id = str(caller.call("POST", "/runs", {"worker_id": worker_id})["run"]["id"])
    assert found() == []
    runtime_database.execute("UPDATE run_summary SET status = 'failed' WHERE run_id = %s", [run_id])
    runtime_database.execute("UPDATE worker_summary SET event_count = 99 WHERE worker_id = %s", [worker_id])
    spoilt = found()
    assert len(spoilt) == 2
    scopes = ({"run_id": run_id}, {"worker_id": worker_id})
    for scope in scopes:
        again(served, OA_FAULTS=fault)
        with pytest.raises(NoAnswer):
            RuntimeApi(served.url, TESTBED.credentials, user_id, "ops").call(
                "POST", "/projectors/reproject", {"scope": scope}
            )
        assert found() == spoilt
    again(served)
    for scope in scopes:
        assert operator.call("POST", "/projectors/reproject", {"scope": scope})["rebuilt"] == 1
    assert found() == []
    caller.close()
    operator.close()

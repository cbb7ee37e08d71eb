"""Stored replays: once per state of an ended run's log, whole, and checked against the log."""

from __future__ import annotations

from typing import Any

import pytest

from apps.runtime.models import JobCursor, ReplayArtifact, ReplayChunk, Run
from apps.runtime.services import replays, tallies
from apps.runtime.services.append import append
from apps.runtime.services.artifacts import replay
from apps.runtime.services.runs import Reader
from apps.runtime.tests import factories as make
from apps.runtime.tests.conftest import Call
from openagents.ops import faults
from openagents.receipts.canonical import sha256_hex

RUNS = "/internal/v1/runs"


def ended_run(text: str = "hi") -> Run:
    run = make.run()
    append(
        make.request(run.id, make.event("note", {"text": text}), make.event("run.finished", {"status": "succeeded"}))
    )
    run.refresh_from_db()
    return run


def test_an_ended_run_has_one_artifact_of_exactly_its_replay(call: Call, user_id: str) -> None:
    run_id = call("POST", RUNS, {}).json()["run"]["id"]
    path = f"{RUNS}/{run_id}/replay/artifact"
    early = call("GET", path)
    assert (early.status_code, early.json()["reason_code"]) == (404, "replay_not_final")
    call("POST", f"{RUNS}/{run_id}/events", {"event_type": "run.finished", "payload": {"status": "succeeded"}})
    text = call("GET", f"{RUNS}/{run_id}/replay").content
    artifact = call("GET", path).json()
    assert artifact == {
        "artifact_id": f"replay_{sha256_hex(text)[:24]}",
        "run_id": run_id,
        "first_seq": 1,
        "last_seq": 2,
        "event_count": 2,
        "replay_hash": f"sha256:{sha256_hex(text)}",
        "storage_ref": f"runtime-db:replay_chunk/replay_{sha256_hex(text)[:24]}",
        "compression": "gzip",
        "chunk_count": 1,
        "generated_at": artifact["generated_at"],
    }
    assert call("GET", path).json() == artifact
    assert replays.stored_text(ReplayArtifact.objects.get(run_id=run_id)).encode() == text
    assert call("GET", path, user="stranger").status_code == 403


def test_later_events_make_another_artifact_and_keep_the_first(call: Call) -> None:
    run = ended_run()
    first = replays.store(run)
    append(make.request(run.id, make.event("note", {"late": True})))
    second = replays.artifact_of(run.id, Reader(None))
    assert (first.last_seq, second.last_seq) == (3, 4)
    assert ReplayArtifact.objects.filter(run_id=run.id).count() == 2
    assert [replays.verify(artifact) for artifact in (first, second)] == [None, None]


def test_the_job_stores_what_ended_and_is_content_afterwards() -> None:
    run = ended_run()
    while replays.store_ended():
        pass
    assert ReplayArtifact.objects.filter(run_id=run.id).count() == 1
    append(make.request(run.id, make.event("note", {"late": True})))
    while replays.store_ended():
        pass
    assert sorted(ReplayArtifact.objects.filter(run_id=run.id).values_list("last_seq", flat=True)) == [3, 4]


def test_a_large_replay_is_stored_in_chunks_that_join(monkeypatch: Any) -> None:
    monkeypatch.setattr(replays, "CHUNK_BYTES", 64)
    run = ended_run("".join(sha256_hex(str(n)) for n in range(20)))
    artifact = replays.store(run)
    assert artifact.chunk_count > 5
    assert ReplayChunk.objects.filter(artifact_id=artifact.artifact_id).count() == artifact.chunk_count
    assert replays.stored_text(artifact) == replay(run.id, Reader(None), published=False)


def test_a_failure_between_artifact_and_chunks_leaves_neither() -> None:
    run = ended_run()
    with faults.arm("runtime.replay.before_chunks", "error"), pytest.raises(faults.InjectedFault):
        replays.store(run)
    assert not ReplayArtifact.objects.filter(run_id=run.id).exists()
    assert replays.verify(replays.store(run)) is None


def test_sixteen_that_store_at_once_store_one(in_parallel: Any) -> None:
    run = ended_run()
    stored = in_parallel(16, lambda _: replays.store(run).artifact_id)
    assert len(set(stored)) == 1
    assert ReplayArtifact.objects.filter(run_id=run.id).count() == 1
    assert ReplayChunk.objects.filter(artifact_id=stored[0]).count() == 1


def test_an_artifact_that_is_not_what_the_log_says_is_found_and_counted() -> None:
    run, other = ended_run("one"), ended_run("two")
    wrong = replays.store(other)
    forged = ReplayArtifact(
        **{
            **{field.name: getattr(wrong, field.name) for field in ReplayArtifact._meta.fields},
            "artifact_id": "replay_0forged" + run.id.hex[-12:],
            "run_id": run.id,
        }
    )
    forged.save(force_insert=True)
    assert replays.verify(forged) == "chunks are missing"
    chunk = ReplayChunk.objects.get(artifact_id=wrong.artifact_id)
    ReplayChunk.objects.create(artifact_id=forged.artifact_id, position=0, content=bytes(chunk.content))
    assert replays.verify(forged) == "the log gives another replay"
    JobCursor.objects.update_or_create(
        name="verify_replays", defaults={"position": "replay_0", "updated_at": run.created_at}
    )
    from django.utils import timezone

    before = tallies.last_day("replay", timezone.now()).get("mismatch", 0)
    assert forged.artifact_id in [artifact.artifact_id for artifact, _ in replays.verify_sample()]
    assert tallies.last_day("replay", timezone.now())["mismatch"] > before

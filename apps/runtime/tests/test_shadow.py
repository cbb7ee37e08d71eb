"""Shadow parity: mirrored runs, the snapshot route, the comparison and its gate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.runtime.domain.history import corpus_of
from apps.runtime.domain.shadow_parity import Side
from apps.runtime.domain.shadow_parity import compare as parity
from apps.runtime.models import OpsSwitch, Run, SyncStreamEvent, SyncTopicSequence
from apps.runtime.services import artifacts, mirror, write_mode
from apps.runtime.services.projections import Scope, verify
from apps.runtime.services.runs import Reader
from apps.runtime.tests.conftest import Call
from openagents.receipts.ids import new_uuid7

RUNS = "/internal/v1/runs"


@pytest.fixture
def shadow_only() -> Iterator[None]:
    write_mode.switch("shadow_only", "drill", "op-1")
    yield
    with transaction.atomic():
        OpsSwitch.objects.all().delete()
    write_mode.forget()


def fixture_of(run_id: str) -> dict[str, Any]:
    def event(seq: int, name: str, payload: Any) -> dict[str, Any]:
        return {
            "seq": seq,
            "event_type": name,
            "payload": payload,
            "idempotency_key": f"k{seq}",
            "recorded_at": f"2026-03-01T12:00:0{seq}.500Z",
        }

    return {
        "id": "f",
        "run_id": run_id,
        "created_at": "2026-03-01T12:00:00Z",
        "worker_id": "w-1",
        "metadata": {"a": 1},
        "events": [
            event(1, "run.started", {"source": "runtime"}),
            event(2, "note", {"x": "é"}),
            event(3, "run.finished", {"status": "failed", "reason": "exit 1"}),
        ],
    }


def corpus(run_id: str) -> dict[str, Any]:
    return {"schema": "s", "version": 1, "fixtures": [fixture_of(run_id)]}


def side(folder: Path, snapshot: dict[str, Any], run_id: str) -> Path:
    """The snapshot as the files a manifest names."""
    folder.mkdir()
    (folder / "receipt.json").write_text(json.dumps(snapshot["receipt"]))
    (folder / "replay.jsonl").write_text(snapshot["replay"])
    (folder / "summary.json").write_text(json.dumps(snapshot["summary"]))
    (folder / "checkpoint.json").write_text(json.dumps(snapshot["checkpoint"]))
    manifest = folder / "manifest.json"
    names = {
        "receipt": "receipt.json",
        "replay": "replay.jsonl",
        "summary": "summary.json",
        "checkpoint": "checkpoint.json",
    }
    manifest.write_text(json.dumps({"run_id": run_id, **{f"{key}_path": name for key, name in names.items()}}))
    return manifest


def compare(baseline: Path, candidate: Path, output: Path, *options: str) -> int:
    out = StringIO()
    arguments = ["--baseline-manifest", baseline, "--candidate-manifest", candidate, "--output", output, *options]
    try:
        call_command("runtime_shadow_compare", *map(str, arguments), stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_the_snapshot_holds_the_bodies_of_the_four_routes(call: Call, user_id: str) -> None:
    run_id = call("POST", RUNS, {}).json()["run"]["id"]
    path = f"{RUNS}/{run_id}"
    call("POST", f"{path}/events", {"event_type": "run.finished", "payload": {"status": "succeeded"}})
    snapshot = call("GET", f"{path}/shadow-snapshot").json()
    assert snapshot["replay"] == call("GET", f"{path}/replay").content.decode()
    assert snapshot["summary"] == call("GET", f"/internal/v1/projectors/run-summary/{run_id}").json()
    assert snapshot["checkpoint"] == call("GET", f"/internal/v1/projectors/checkpoints/{run_id}").json()
    receipt = call("GET", f"{path}/receipt").json()
    assert snapshot["receipt"]["trajectory_hash"] == receipt["trajectory_hash"]
    assert snapshot["receipt"]["canonical_json_sha256"] == receipt["canonical_json_sha256"]
    assert call("GET", f"{path}/shadow-snapshot", user="stranger").status_code == 403


def test_a_mirrored_run_gives_the_artifacts_of_the_original(call: Call, shadow_only: None) -> None:
    run_id = str(new_uuid7())
    assert mirror.mirror_corpus(corpus(run_id), "user:mirror") == [run_id]
    run = Run.objects.get(id=run_id)
    assert (run.status, run.terminal_reason, run.terminal_reason_class) == ("failed", "exit 1", "failed")
    record = artifacts.record(run.id, Reader(None))
    exported = corpus_of(record, run.worker_id, "again")["fixtures"][0]
    assert exported["events"] == json.loads(json.dumps(fixture_of(run_id)["events"]))
    assert verify(Scope(run_id=run.id)) == (1, [])
    topic = SyncTopicSequence.objects.get(topic=f"run:{run_id}:events")
    assert topic.seq == 3 and not SyncStreamEvent.objects.filter(topic=topic.topic).exists()
    late = call("POST", f"{RUNS}/{run_id}/events", {"event_type": "note"}, user="mirror", shadow=True)
    assert late.json()["event"]["seq"] == 4
    with pytest.raises(mirror.NotMirrored, match="another run"):
        mirror.mirror_corpus(corpus(run_id), "user:mirror")


def test_mirroring_twice_is_mirroring_once(shadow_only: None, tmp_path: Path) -> None:
    run_id = str(new_uuid7())
    path = tmp_path / "run.json"
    path.write_text(json.dumps(corpus(run_id)))
    for _ in range(2):
        out = StringIO()
        call_command("runtime_shadow_mirror", str(path), stdout=out)
        assert out.getvalue() == f"mirrored {run_id}\n"
    assert Run.objects.get(id=run_id).owner_key == "system:ops"


def test_only_a_shadow_deployment_takes_mirrored_runs(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(corpus(str(new_uuid7()))))
    with pytest.raises(CommandError, match="shadow_only"):
        call_command("runtime_shadow_mirror", str(path))


@pytest.mark.parametrize("broken", [{"run_id": "x"}, {"events": [{"seq": 2}]}, {"created_at": None}])
def test_what_is_no_whole_log_is_not_mirrored(shadow_only: None, broken: dict[str, Any]) -> None:
    run_id = str(new_uuid7())
    with pytest.raises(mirror.NotMirrored):
        mirror.mirror_corpus({"fixtures": [{**fixture_of(run_id), **broken}]}, "system:ops")
    assert not Run.objects.filter(id=run_id).exists()


def test_two_events_with_one_key_are_told_apart_by_nobody(shadow_only: None) -> None:
    run_id = str(new_uuid7())
    fixture = fixture_of(run_id)
    for event in fixture["events"]:
        event["idempotency_key"] = "same"
    with pytest.raises(mirror.NotMirrored, match="share an idempotency key"):
        mirror.mirror_corpus({"fixtures": [fixture]}, "system:ops")
    assert not Run.objects.filter(id=run_id).exists()


def test_equal_deployments_are_allowed_and_different_ones_blocked(call: Call, tmp_path: Path) -> None:
    run_id = call("POST", RUNS, {}).json()["run"]["id"]
    first = call("GET", f"{RUNS}/{run_id}/shadow-snapshot").json()
    call("POST", f"{RUNS}/{run_id}/events", {"event_type": "note"})
    second = call("GET", f"{RUNS}/{run_id}/shadow-snapshot").json()
    one, same = side(tmp_path / "a", first, run_id), side(tmp_path / "b", first, run_id)
    output = tmp_path / "report.json"
    assert compare(one, same, output) == 0
    report = json.loads(output.read_text())
    assert (report["schema"], report["diffs"]) == ("openagents.runtime.shadow_parity.v1", [])
    assert report["gate"]["decision"] == "allow"

    other = side(tmp_path / "c", second, run_id)
    assert compare(one, other, output) == 2
    report = json.loads(output.read_text())
    critical = {diff["field"] for diff in report["diffs"] if diff["severity"] == "critical"}
    assert critical == {"trajectory_hash", "summary_last_seq", "checkpoint_last_seq"}
    assert report["totals"]["critical"] == 3
    assert compare(one, other, output, "--block-on-critical", "false") == 2
    assert compare(one, other, output, "--block-on-critical", "false", "--max-warnings", "7") == 0


def test_the_differences_are_told_to_a_person(call: Call, tmp_path: Path) -> None:
    run_id = call("POST", RUNS, {}).json()["run"]["id"]
    snapshot = call("GET", f"{RUNS}/{run_id}/shadow-snapshot").json()
    planted = json.loads(json.dumps(snapshot))
    planted["summary"]["summary"]["status"] = "failed"
    manifests = []
    for name, body in (("baseline", snapshot), ("candidate", planted)):
        (tmp_path / f"{name}.snapshot.json").write_text(json.dumps(body))
        manifests.append(tmp_path / f"{name}.json")
        manifests[-1].write_text(json.dumps({"run_id": run_id, "snapshot_path": f"{name}.snapshot.json"}))
    out = StringIO()
    arguments = ["--baseline-manifest", manifests[0], "--candidate-manifest", manifests[1]]
    with pytest.raises(SystemExit) as end:
        call_command("runtime_shadow_compare", *map(str, arguments), "--output", str(tmp_path / "r.json"), stdout=out)
    assert end.value.code == 2
    assert out.getvalue().splitlines() == [
        f"run {run_id}",
        "critical: summary_status",
        "    baseline   running",
        "    candidate  failed",
        "block: 1 critical differences",
    ]


PLANTS = {
    "critical": {
        "session_id": lambda snapshot: snapshot["receipt"].update(session_id="x"),
        "trajectory_hash": lambda snapshot: snapshot["receipt"].update(trajectory_hash="x"),
        "summary_status": lambda snapshot: snapshot["summary"]["summary"].update(status="x"),
        "summary_last_seq": lambda snapshot: snapshot["summary"]["summary"].update(last_seq=9),
        "checkpoint_last_seq": lambda snapshot: snapshot["checkpoint"]["checkpoint"].update(last_seq=9),
    },
    "warning": {
        "replay_hash": lambda snapshot: snapshot.update(replay=snapshot["replay"].replace("runtime.default", "x")),
        "receipt_event_count": lambda snapshot: snapshot["receipt"].update(event_count=9),
        "receipt_last_seq": lambda snapshot: snapshot["receipt"].update(last_seq=9),
        "summary_event_count": lambda snapshot: snapshot["summary"]["summary"].update(event_count=9),
        "summary_projection_hash": lambda snapshot: snapshot["summary"]["summary"].update(projection_hash="x"),
        "checkpoint_last_event_type": lambda snapshot: snapshot["checkpoint"]["checkpoint"].update(last_event_type="x"),
    },
}


@pytest.mark.parametrize(("severity", "field"), [(name, field) for name, fields in PLANTS.items() for field in fields])
def test_one_planted_difference_is_that_one_difference(call: Call, severity: str, field: str) -> None:
    run_id = call("POST", RUNS, {}).json()["run"]["id"]
    snapshot = call("GET", f"{RUNS}/{run_id}/shadow-snapshot").json()
    planted = json.loads(json.dumps(snapshot))
    PLANTS[severity][field](planted)
    sides = [Side(run_id=run_id, **body) for body in (snapshot, planted)]
    report = parity(*sides, "2026-01-01T00:00:00Z", max_warnings=0, block_on_critical=True)
    assert [(diff["severity"], diff["field"]) for diff in report["diffs"]] == [(severity, field)]
    assert report["gate"]["decision"] == "block"


def test_a_manifest_that_names_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        compare(tmp_path / "no.json", tmp_path / "no.json", tmp_path / "out.json")

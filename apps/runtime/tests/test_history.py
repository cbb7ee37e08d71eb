"""History compatibility: the committed corpus still gives what it gave, and a changed build would be noticed."""

from __future__ import annotations

import copy
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.runtime.domain import history
from apps.runtime.management.commands.runtime_history_check import CORPUS, corpus_problems
from apps.runtime.services.append import append
from apps.runtime.tests import factories as make

WORKED = json.loads((CORPUS / "worked_example.json").read_text())


def check(*arguments: str) -> str:
    out = StringIO()
    call_command("runtime_history_check", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def changed(**fields: Any) -> Any:
    corpus = copy.deepcopy(WORKED)
    corpus["fixtures"][0].update(fields)
    return corpus


def test_the_committed_corpus_gives_what_it_gave() -> None:
    assert corpus_problems(CORPUS) == []
    assert "every history" in check()


def test_the_worked_example_has_the_published_hashes() -> None:
    assert WORKED["fixtures"][0]["expected"] == {
        "final_status": "succeeded",
        "replay_hash": "sha256:f438d0357efcf6660559a6a10094cd8f0806e2a8e059ad7d8765d178d5dffbba",
        "trajectory_hash": "sha256:751292a384151f0ca0bbffba833a3a6e411b24d6e1e2613ee9720f57de13661e",
        "runtime_event_count": 2,
    }


def test_a_changed_payload_is_reported_field_by_field() -> None:
    corpus = copy.deepcopy(WORKED)
    corpus["fixtures"][0]["events"][0]["payload"]["source"] = "elsewhere"
    problems = history.check_corpus(corpus)
    assert [(problem.fixture_id, problem.field) for problem in problems] == [
        ("worked-example", "replay_hash"),
        ("worked-example", "trajectory_hash"),
    ]
    assert problems[0].expected != problems[0].actual


EVENT = {
    "seq": 1,
    "event_type": "run.finished",
    "payload": {"status": "succeeded"},
    "recorded_at": "2026-03-01T12:00:00Z",
}


@pytest.mark.parametrize(
    ("corpus", "field"),
    [
        ({**WORKED, "schema": "another"}, "schema"),
        ({**WORKED, "version": 2}, "version"),
        ({**WORKED, "fixtures": []}, "fixtures"),
        ([], "schema"),
        (changed(events=[EVENT, EVENT]), "seq"),
        (changed(events=[EVENT, {**EVENT, "seq": 2, "event_type": "run.started", "payload": {}}]), "transition"),
        (changed(events=[{**EVENT, "payload": {}}]), "form"),
        (changed(expected={}), "form"),
        ({**WORKED, "fixtures": ["x"]}, "form"),
    ],
)
def test_what_is_no_history_is_refused(corpus: Any, field: str) -> None:
    assert history.check_corpus(corpus)[0].field == field


def test_an_edited_expectation_is_noticed_even_if_it_fits(tmp_path: Path) -> None:
    for path in CORPUS.iterdir():
        if path.is_file() and path.suffix != ".pyc":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    assert corpus_problems(tmp_path) == []
    (tmp_path / "new.json").write_text(json.dumps(WORKED))
    assert corpus_problems(tmp_path) == ["new.json: not recorded in SHA256SUMS"]
    (tmp_path / "new.json").unlink()
    (tmp_path / "endings.json").write_text((tmp_path / "endings.json").read_text() + "\n")
    assert ["endings.json" in problem for problem in corpus_problems(tmp_path)] == [True]
    assert corpus_problems(tmp_path / "nowhere") != []


def test_the_command_fails_with_the_fixture_and_the_field(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(changed(expected={**WORKED["fixtures"][0]["expected"], "final_status": "failed"})))
    with pytest.raises(CommandError):
        check("--path", str(path))
    path.write_text("{")
    with pytest.raises(CommandError):
        check("--path", str(path))


def test_a_stored_run_becomes_a_fixture_that_holds(tmp_path: Path) -> None:
    run = make.run(metadata={"policy_bundle_id": "p"}, worker_id="w-1")
    append(make.request(run.id, make.event("note", {"f": 1e16, "t": "é"}, "k1")))
    append(make.request(run.id, make.event("run.finished", {"status": "failed"})))
    path = tmp_path / "exported.json"
    path.write_text(check("--export", str(run.id)))
    exported = json.loads(path.read_text())["fixtures"][0]
    assert (exported["run_id"], exported["worker_id"], exported["expected"]["final_status"]) == (
        str(run.id),
        "w-1",
        "failed",
    )
    assert "every history" in check("--path", str(path))

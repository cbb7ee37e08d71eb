"""The run routes of a real runtime process, called as control calls them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from openagents.embedded.testbed import TESTBED
from openagents.receipts.bundle import verify_bundle
from openagents.receipts.ids import new_id
from tests.judging import disagreements
from tests.runtime_api import Refused, RuntimeApi
from tests.system import System


def test_a_run_is_started_appended_to_and_read_back(
    runtime: RuntimeApi, runtime_database: psycopg.Connection[Any]
) -> None:
    run_id = runtime.start_run(metadata={"title": "demo"})
    single = runtime.append(run_id, {"delta": "one"}, key="k1")
    batch = runtime.append_batch(run_id, [{"event_type": "text.delta", "payload": {"n": n}} for n in range(3)])
    again = runtime.append(run_id, {"delta": "one"}, key="k1")
    assert (int(single["event"]["seq"]), single["idempotent_replay"]) == (2, False)
    assert [int(result["seq"]) for result in batch["results"]] == [3, 4, 5]
    assert (int(again["event"]["seq"]), again["idempotent_replay"]) == (2, True)
    assert [int(event["seq"]) for event in runtime.log(run_id)] == [1, 2, 3, 4, 5]
    assert disagreements(runtime_database, run_id) == []


def test_a_stranger_reads_and_writes_nothing(runtime: RuntimeApi, runtime_only: System) -> None:
    run_id = runtime.start_run()
    stranger = RuntimeApi(runtime_only["runtime"].url, TESTBED.credentials, new_id("user"))
    for attempt in (
        lambda: stranger.append(run_id, {"delta": "x"}),
        lambda: stranger.append_batch(run_id, [{"event_type": "text.delta", "payload": {}}]),
        lambda: stranger.log(run_id),
        lambda: stranger.call("GET", f"/runs/{run_id}"),
        lambda: stranger.call("GET", f"/runs/{run_id}/bundle"),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.status in (403, 404)
    assert stranger.call("GET", "/runs")["runs"] == []
    assert len(runtime.log(run_id)) == 1
    stranger.close()


def test_the_bundle_of_a_finished_run_verifies_offline(runtime: RuntimeApi) -> None:
    run_id = runtime.start_run()
    runtime.append(run_id, {"delta": "hello"})
    runtime.append(run_id, {"status": "succeeded"}, event_type="run.finished")
    files = runtime.call("GET", f"/runs/{run_id}/bundle")["files"]
    assert sorted(file["name"] for file in files) == ["PR_SUMMARY.md", "RECEIPT.json", "REPLAY.jsonl"]
    assert verify_bundle(files) == []
    forged = [{**file, "content": file["content"].replace("hello", "hullo")} for file in files]
    assert forged == files or verify_bundle(forged) != []


def test_a_killed_runtime_comes_back_with_everything_it_acknowledged(
    runtime: RuntimeApi, runtime_only: System, runtime_database: psycopg.Connection[Any]
) -> None:
    run_id = runtime.start_run()
    seqs = [int(runtime.append(run_id, {"n": n}, key=f"k{n}")["event"]["seq"]) for n in range(20)]
    runtime_only["runtime"].kill9()
    runtime_only["runtime"].restart()
    assert [int(event["seq"]) for event in runtime.log(run_id)][1:] == seqs
    assert disagreements(runtime_database, run_id) == []

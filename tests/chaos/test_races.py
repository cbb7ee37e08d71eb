"""Concurrent appends to a real runtime process, judged from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from openagents.embedded.testbed import TESTBED
from openagents.planes import PROCESSES
from tests.judging import disagreements
from tests.runtime_api import RuntimeApi
from tests.system import System, until

Database = psycopg.Connection[Any]
Together = Callable[[int, Callable[[RuntimeApi, int], Any]], list[Any]]


@pytest.fixture
def together(runtime: RuntimeApi, runtime_only: System, user_id: str) -> Together:
    """`together(n, work)`: `work(api, index)` in n threads that begin at once; results in order of the index."""

    def run(count: int, work: Callable[[RuntimeApi, int], Any]) -> list[Any]:
        barrier = threading.Barrier(count)

        def one(index: int) -> Any:
            api = RuntimeApi(runtime_only["runtime"].url, TESTBED.credentials, user_id)
            try:
                barrier.wait(30)
                return work(api, index)
            finally:
                api.close()

        with ThreadPoolExecutor(max_workers=count) as pool:
            return list(pool.map(one, range(count)))

    return run


def test_concurrent_appends_to_one_run_are_numbered_without_gap(
    runtime: RuntimeApi, together: Together, runtime_database: Database
) -> None:
    run_id = runtime.start_run()
    seqs = together(32, lambda api, index: int(api.append(run_id, {"n": index})["event"]["seq"]))
    assert sorted(seqs) == list(range(2, 34))
    assert disagreements(runtime_database, run_id) == []


def test_one_key_at_once_is_one_event_and_replays(
    runtime: RuntimeApi, together: Together, runtime_database: Database
) -> None:
    run_id = runtime.start_run()
    answers = together(16, lambda api, _: api.append(run_id, {"n": 1}, key="same"))
    assert {int(answer["event"]["seq"]) for answer in answers} == {2}
    assert sorted(answer["idempotent_replay"] for answer in answers) == [False] + [True] * 15
    assert disagreements(runtime_database, run_id) == []


def test_runs_of_one_owner_share_a_topic_that_still_folds(
    runtime: RuntimeApi, together: Together, runtime_database: Database
) -> None:
    run_ids = [runtime.start_run() for _ in range(8)]

    def work(api: RuntimeApi, index: int) -> None:
        for number in range(12):
            api.append(run_ids[index], {"n": number})

    together(8, work)
    for run_id in run_ids:
        assert disagreements(runtime_database, run_id) == []


@pytest.fixture
def hints() -> Iterator[Callable[[], list[tuple[str, int, int]]]]:
    """Listens as Khala does; per hint (topic, promised head, head in the journal at that moment)."""
    url = TESTBED.environment("runtime")[f"OA_{PROCESSES['runtime'].env_name}_DATABASE_URL"]
    heard: list[tuple[str, int, int]] = []
    ending = threading.Event()
    listener = psycopg.connect(url, autocommit=True)
    reader = psycopg.connect(url, autocommit=True)
    listener.execute("LISTEN runtime_sync")

    def listen() -> None:
        while not ending.is_set():
            for notification in listener.notifies(timeout=0.1, stop_after=1):
                topic, _, head = notification.payload.rpartition(":")
                row = reader.execute("SELECT seq FROM sync_topic_sequences WHERE topic = %s", [topic]).fetchone()
                heard.append((topic, int(head), row[0] if row else 0))

    thread = threading.Thread(target=listen)
    thread.start()
    yield lambda: list(heard)
    ending.set()
    thread.join(10)
    listener.close()
    reader.close()


def test_a_hint_never_promises_what_is_not_committed(
    runtime: RuntimeApi, hints: Callable[[], list[tuple[str, int, int]]], user_id: str
) -> None:
    started = {f"run:{runtime.start_run()}:events" for _ in range(40)}
    until(lambda: started <= {topic for topic, _, _ in hints()}, 15, "every start was hinted")
    premature = [(topic, promised, found) for topic, promised, found in hints() if found < promised]
    assert premature == []

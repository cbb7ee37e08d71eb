"""A user's story from sign-in to proof, and what it looks like when planes die in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from openagents.embedded.history.recorder import Recorder, digest, read
from openagents.embedded.history.verdict import Verdict
from openagents.embedded.testbed import TESTBED
from openagents.sdk.bundles import verify_bundle
from openagents.sdk.client import Client
from openagents.sdk.errors import ErrorKind, SdkError
from tests.e2e.conftest import Author
from tests.judging import disagreements, judge, run_topic
from tests.runtime_api import RuntimeApi
from tests.subscriber import Subscriber, User
from tests.system import System, until

Subscribe = Callable[..., Subscriber]
Database = psycopg.Connection[Any]


def assert_delivered(recorder: Recorder, database: Database, show: Callable[[Verdict], None], *topics: str) -> Verdict:
    verdict = judge(recorder, database, topics)
    show(verdict)
    assert verdict.ok, verdict.report()
    assert verdict.line() == "gap 0, duplicates after apply 0, chain equal"
    return verdict


def test_append_tail_cut_off_resume(
    system: System,
    author: Author,
    subscribe: Subscribe,
    runtime_database: Database,
    recorder: Recorder,
    show: Callable[[Verdict], None],
) -> None:
    run_id = author.start_run()
    topic = run_topic(run_id)
    author.append(run_id, 3)
    tail = subscribe("tail", topic)
    with tail:
        tail.reaches(topic, author.append_batch(run_id, 5))
        tail.reaches(topic, author.append(run_id))
    missed = author.append_batch(run_id, 10)
    assert tail.applied(topic) < missed
    with tail:
        tail.reaches(topic, missed)
        tail.reaches(topic, author.append(run_id))
        until(lambda: tail.verified, 15, "the chain was verified against the server's")
    tail.finish()
    verdict = assert_delivered(recorder, runtime_database, show, topic)
    assert (verdict.reconnects, verdict.duplicates_before_apply) == (1, 0)
    assert disagreements(runtime_database, run_id) == []


def test_khala_is_killed_while_tailing(
    system: System,
    author: Author,
    subscribe: Subscribe,
    runtime_database: Database,
    recorder: Recorder,
    show: Callable[[Verdict], None],
) -> None:
    run_id = author.start_run()
    topic = run_topic(run_id)
    with subscribe("first", topic) as first, subscribe("second", topic) as second:
        for _ in range(2):
            seq = author.append(run_id, 3)
            first.reaches(topic, seq)
            second.reaches(topic, seq)
            system["khala"].kill9()
            author.append_batch(run_id, 20)
            system["khala"].restart()
        seq = author.append(run_id)
        first.reaches(topic, seq)
        second.reaches(topic, seq)
        first.finish()
        second.finish()
    verdict = assert_delivered(recorder, runtime_database, show, topic)
    assert verdict.reconnects >= 4


def test_control_is_down_and_the_tail_goes_on(
    system: System,
    author: Author,
    alice: User,
    subscribe: Subscribe,
    runtime_database: Database,
    recorder: Recorder,
    show: Callable[[Verdict], None],
) -> None:
    run_id = author.start_run()
    topic = run_topic(run_id)
    with subscribe("tail", topic) as tail:
        tail.reaches(topic, author.append(run_id))
        system["control"].kill9()
        worker = RuntimeApi(system["runtime"].url, TESTBED.credentials, alice.user_id)
        for number in range(10):
            recorder.system(topic, digest({"worker": number}))
            tail.reaches(topic, int(worker.append(run_id, {"worker": number})["event"]["seq"]))
        worker.close()
        system["control"].restart()
        tail.reaches(topic, author.append(run_id))
        tail.finish()
    verdict = assert_delivered(recorder, runtime_database, show, topic)
    assert verdict.reconnects == 0


def test_a_stranger_sees_nothing(
    system: System, author: Author, bob: User, subscribe: Subscribe, recorder: Recorder
) -> None:
    run_id = author.start_run()
    seq = author.append(run_id, 3)
    topic = run_topic(run_id)

    async def look() -> list[ErrorKind]:
        kinds = []
        async with bob.client() as client:
            for attempt in (
                client.get_run(run_id),
                client.run_events(run_id),
                client.append(run_id, "text.delta", {}),
                client.run_receipt(run_id),
                client.run_bundle(run_id),
            ):
                with pytest.raises(SdkError) as caught:
                    await attempt
                kinds.append(caught.value.kind)
            assert (await client.list_runs())["runs"] == []
        return kinds

    assert set(asyncio.run(look())) <= {ErrorKind.FORBIDDEN, ErrorKind.NOT_FOUND}
    with subscribe("owner", topic) as owner, subscribe("stranger", topic, user=bob) as stranger:
        owner.reaches(topic, seq)
        until(lambda: stranger.stopped or stranger.error, 15, "the stranger was refused")
        owner.reaches(topic, author.append(run_id))
    seen = [record for record in read(recorder.path) if record.get("subscriber") == "stranger"]
    assert {record["op"] for record in seen} <= {"connected"}


def test_a_session_that_ends_loses_its_tail(
    system: System, dora: User, subscribe: Subscribe, recorder: Recorder, tmp_path: Path
) -> None:
    author = Author(dora, recorder)
    run_id = author.start_run()
    topic = run_topic(run_id)
    elsewhere = dora.another_device(tmp_path / "elsewhere")

    async def sign_out() -> bool:
        async with Client(elsewhere) as client:
            return await client.logout()

    with subscribe("tail", topic, user=dora) as tail:
        tail.reaches(topic, author.append(run_id))
        assert asyncio.run(sign_out())
        until(lambda: tail.error, 10, "the tail was ended", lambda: str(tail.links))
        assert tail.error is not None and tail.error.kind is ErrorKind.REAUTH_REQUIRED
        before = tail.applied(topic)
        worker = RuntimeApi(system["runtime"].url, TESTBED.credentials, dora.user_id)
        worker.append(run_id, {"secret": "after the session ended"})
        worker.close()
        assert tail.applied(topic) == before


def test_the_bundle_proves_the_run_to_anybody(system: System, author: Author) -> None:
    run_id = author.start_run()
    author.append(run_id, 2)

    async def fetch() -> bytes:
        async with author.user.client() as client:
            await client.append(run_id, "run.finished", {"status": "succeeded"})
            return await client.run_bundle(run_id)

    bundle = asyncio.run(fetch())
    proof = verify_bundle(bundle)
    assert (proof["verified"], proof["run_id"], proof["events"]) == (True, run_id, 4)
    with pytest.raises(SdkError) as caught:
        verify_bundle(bundle.replace(b"w0", b"wX"))
    assert caught.value.kind is ErrorKind.VERIFICATION_FAILED

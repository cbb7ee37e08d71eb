"""The client library against real planes: batches, pointers, bootstraps, one refresh for many, diagnostics."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from openagents.embedded.provision import ROOT
from openagents.embedded.testbed import TESTBED
from openagents.sdk.client import Client
from openagents.sdk.config import Config
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.http import HttpRequest, HttpResponse, HttpxTransport
from openagents.sdk.updates import Cursor, TopicItem, TopicLive, TopicReset, TopicVerified, Update
from openagents.sdk.watermarks.contract import ApplyTransaction
from tests.judging import superuser
from tests.subscriber import User
from tests.system import System

PAYLOAD_BYTES_MAX = 262_144


async def until_live(client: Client, topic: str, **options: Any) -> list[TopicItem]:
    items: list[TopicItem] = []
    async with asyncio.timeout(40), aclosing(client.tail([topic], **options)) as stream:
        async for item in stream:
            items.append(item)
            if isinstance(item, TopicLive):
                return items
    raise AssertionError("the tail ended")


def test_appends_at_once_travel_together_and_stay_gapless(system: System, alice: User) -> None:
    async def work() -> None:
        sent: list[Any] = []
        async with Client(alice.config, observe=sent.append) as client:
            run_id = str((await client.start_run())["id"])
            answers = await asyncio.gather(*(client.append(run_id, "text.delta", {"n": n}) for n in range(200)))
            assert sorted(answer["event"]["seq"] for answer in answers) == list(range(2, 202))
            requests = [dispatch for dispatch in sent if dispatch.intent.startswith("append")]
            assert len(requests) <= 10
            page = await client.run_events(run_id, after_seq=1, limit=1000)
            assert [event["payload"]["n"] for event in page["events"]] == list(range(200))
            with pytest.raises(SdkError) as refused:
                await client.append(run_id, "payment", {})
            assert refused.value.kind is ErrorKind.VALIDATION

    asyncio.run(work())


def test_a_payload_too_large_for_a_frame_reaches_the_reducer_whole(system: System, alice: User, tmp_path: Path) -> None:
    seen: dict[int, int] = {}

    def reduce(transaction: ApplyTransaction, update: Update) -> None:
        seen[update.seq] = len(update.raw_payload)

    async def work() -> None:
        async with Client(alice.another_device(tmp_path / "big")) as client:
            run_id = str((await client.start_run())["id"])
            text = "x" * (PAYLOAD_BYTES_MAX - len('{"delta":""}'))
            await client.append(run_id, "text.delta", {"delta": text})
            await client.append(run_id, "text.delta", {"delta": "small"})
            items = await until_live(client, f"run:{run_id}:events", reducer=reduce)
            updates = [item for item in items if isinstance(item, Update)]
            assert [update.payload.get("delta") for update in updates[1:]] == [text, "small"]
            assert not any(update.hydration_required for update in updates)
            session = await client.auth.current()
            assert client.watermarks.counters(session.namespace)["hydrations"] == 1, "it did come as a pointer"
            assert [item.seq for item in items if isinstance(item, TopicVerified)][-1] == 3
        assert seen == {1: seen[1], 2: PAYLOAD_BYTES_MAX, 3: 17}

    asyncio.run(work())


def test_a_lost_position_of_a_document_topic_is_one_snapshot(system: System, alice: User, tmp_path: Path) -> None:
    async def work() -> None:
        async with Client(alice.another_device(tmp_path / "lost")) as client:
            session = await client.auth.current()
            topic = f"user:{session.user_id}:runs"
            runs = {str((await client.start_run())["id"]) for _ in range(3)}
            await until_live(client, topic)
            stored = client.watermarks.cursor(session.namespace, topic)
            assert stored is not None and stored.verified_seq == stored.seq
            client.watermarks.replace(session.namespace, topic, Cursor(stored.seq, "lin_other"), (), "a test")
            items = await until_live(client, topic)
            (reset,) = [item for item in items if isinstance(item, TopicReset)]
            assert (reset.skipped, reset.documents >= 3) == (False, True)
            documents = [json.loads(row.body) for row in await client.documents(topic)]
            assert runs <= {str(row.get("run_id") or row.get("id")) for row in documents}
            again = client.watermarks.cursor(session.namespace, topic)
            assert again is not None and again.chain == stored.chain and again.seq >= stored.seq

    asyncio.run(work())


def test_a_lost_position_of_a_worker_s_events_is_its_state(system: System, alice: User, tmp_path: Path) -> None:
    async def work() -> None:
        async with Client(alice.another_device(tmp_path / "worker")) as client:
            session = await client.auth.current()
            worker_id = str((await client.workers.create(adapter="in_memory"))["workerId"])
            for n in range(3):
                await client.workers.append(worker_id, "worker.event", {"n": n})
            topic = f"worker:{worker_id}:events"
            client.watermarks.replace(session.namespace, topic, Cursor(1, "lin_other"), (), "a test")
            items = await until_live(client, topic)
            (reset,) = [item for item in items if isinstance(item, TopicReset)]
            latest = int((await client.workers.get(worker_id))["latest_seq"])
            assert (reset.seq, reset.skipped, reset.documents) == (latest, False, 1)
            (document,) = await client.documents(topic)
            assert json.loads(document.body)["worker_id"] == worker_id

    asyncio.run(work())


def test_many_processes_refresh_once_at_a_real_control(system: System, dora: User, tmp_path: Path) -> None:
    path = dora.config.profile_dir / "session.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "access_expires_at": "2020-01-01T00:00:00Z"}))
    environment = {
        **os.environ,
        "OA_HOME": str(dora.config.home),
        "OPENAGENTS_CONTROL_BASE_URL": dora.config.base_url,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "openagents.sdk", "--json", "whoami"]
    processes = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)
    ]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert json.loads(out)["user"]["id"] == dora.user_id
    with superuser(TESTBED.server, TESTBED.clone("control"), "control") as database:
        found: psycopg.Cursor = database.execute(
            "SELECT count(*) FROM control_refresh_token WHERE session_id = %s", [document["session_id"]]
        )
        row = found.fetchone()
    assert row == (2,), "the first pair and the one refresh"


def test_a_control_that_dies_while_tokens_stream_costs_repeats_and_nothing_else(system: System, alice: User) -> None:
    names = [f"k{n}" for n in range(400)]

    async def written(client: Client, run_id: str, killed: bool) -> bool:
        try:
            async with client.run_log(run_id, events_max=20) as log:
                for number, name in enumerate(names):
                    await log.write("text.delta", {"write": name}, idempotency_key=name)
                    if killed and number == 200:
                        await log.flush()
                        system["control"].kill9()
                        killed = False
        except SdkError as error:
            assert error.retryable
            return False
        return True

    async def work() -> None:
        async with alice.client() as client:
            run_id = str((await client.start_run())["id"])
            assert not await written(client, run_id, killed=True)
            system["control"].restart()
            assert await written(client, run_id, killed=False)
            page = await client.run_events(run_id, after_seq=1, limit=1000)
            assert [event["idempotency_key"] for event in page["events"]] == names

    asyncio.run(work())


class Listening(HttpxTransport):
    def __init__(self) -> None:
        super().__init__()
        self.telemetry: list[tuple[HttpRequest, HttpResponse]] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        answer = await super().send(request)
        if request.url.endswith("/khala/v1/telemetry"):
            self.telemetry.append((request, answer))
        return answer


def test_diagnostics_are_taken_by_khala_only_when_asked_for(
    system: System, alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tail(config: Config) -> list[tuple[HttpRequest, HttpResponse]]:
        http = Listening()
        async with Client(config, http=http) as client:
            run_id = str((await client.start_run())["id"])
            await until_live(client, f"run:{run_id}:events")
        return http.telemetry

    config = alice.another_device(tmp_path / "diagnosed")
    assert asyncio.run(tail(config)) == []
    monkeypatch.setenv("OA_TELEMETRY", "1")
    ((request, taken),) = asyncio.run(tail(config))
    assert taken.status == 202, taken.content
    assert taken.json()["accepted"] == len(json.loads(request.content or b"")["events"]) >= 2
    assert alice.user_id not in (request.content or b"").decode()

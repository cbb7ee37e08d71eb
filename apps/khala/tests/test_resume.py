"""A client resumes at a Khala that knows nothing of it: the process was killed in between, its records are gone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
import pytest
from websockets.sync.client import connect

from apps.khala.models import DeviceWatermark, RecoveryGrantRow
from apps.khala.tests.conftest import JournalTopic, Native, Serving, User, until
from apps.khala.tests.test_drain import answers
from apps.khala.tests.test_lanes_served import Desktop, bearer, topic_url

Read = Callable[[Serving, User, JournalTopic, int, int], list[int]]


@contextmanager
def khala() -> Iterator[Serving]:
    """A Khala process that is killed at the end, without a word to anybody."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "apps.khala.asgi:application", "--ws", "apps.khala.server:Protocol"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings.khala"}
    process = subprocess.Popen([*command, "--port", str(port), "--no-access-log"], env=environment)
    try:
        serving = Serving(port)
        until(lambda: answers(serving) or process.poll() is not None, 30)
        yield serving
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


def native(serving: Serving, user: User, topic: JournalTopic, after: int, count: int) -> list[int]:
    client = Native(serving, user.token())
    client.hello()
    result = client.subscribe(topic.name, after, lineage=topic.lineage, chain=topic.chains[after].hex())
    assert (result.mode, result.effective_resume_after) == ("resume", after)
    replayed = [row.watermark for row in client.rows(topic.name, count)]
    topic.append({"live": after})
    return replayed + [row.watermark for row in client.rows(topic.name, 1)]


def channel(serving: Serving, user: User, topic: JournalTopic, after: int, count: int) -> list[int]:
    client = Desktop(serving, user.token())
    client.push("phx_join", {"chain": True})
    ask = {
        "topics": [topic.name],
        "resume_after": {topic.name: after},
        "chains": {topic.name: topic.chains[after].hex()},
    }
    assert client.push("sync:subscribe", ask)["response"]["replay"][0]["mode"] == "resume"
    replayed = [update["watermark"] for update in client.updates(count)]
    topic.append({"live": after})
    return replayed + [update["watermark"] for update in client.updates(1)]


def one_topic(serving: Serving, user: User, topic: JournalTopic, after: int, count: int) -> list[int]:
    socket = connect(topic_url(serving, topic.name, f"after_seq={after}"), additional_headers=bearer(user.token()))
    client = socket.__enter__()
    assert orjson.loads(client.recv(10))["after_seq"] == after
    replayed = [orjson.loads(client.recv(10))["message"]["sequence"] for _ in range(count)]
    topic.append({"live": after})
    return [*replayed, orjson.loads(client.recv(10))["message"]["sequence"]]


@pytest.mark.slow
@pytest.mark.parametrize("read", [native, channel, one_topic])
def test_a_resumed_client_replays_and_is_live_without_any_memory_of_it(
    user: User, run_topic: JournalTopic, read: Read
) -> None:
    run_topic.append(*({"n": number} for number in range(20)))
    with khala() as serving:
        assert read(serving, user, run_topic, 5, 15) == list(range(6, 22))
    run_topic.append(*({"missed": number} for number in range(10)))
    DeviceWatermark.objects.filter(user_id=user.user_id).delete()
    RecoveryGrantRow.objects.filter(principal_key__contains=user.user_id).delete()
    with khala() as serving:
        assert read(serving, user, run_topic, 21, 10) == list(range(22, 33))

"""Writing as a signed-in user, with a record of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from openagents.embedded.history.recorder import Recorder, digest
from openagents.sdk.client import Client
from tests.judging import run_topic
from tests.subscriber import User


class Author:
    """A user's commands through control, each recorded before and after."""

    def __init__(self, user: User, recorder: Recorder) -> None:
        self.user = user
        self._recorder = recorder
        self._written = 0

    def start_run(self) -> str:
        run = self._run(lambda client: client.start_run(metadata={"title": "drill"}))
        self._recorder.system(run_topic(run["id"]), digest({"source": "runtime"}))
        return str(run["id"])

    def append(self, run_id: str, count: int = 1) -> int:
        """Single events; the last one's seq."""
        seq = 0
        for _ in range(count):
            (name,) = self._sent(run_id, 1)
            payload = {"write": name}
            answer = self._run(
                lambda client, name=name, payload=payload: client.append(
                    run_id, "text.delta", payload, idempotency_key=name
                )
            )
            seq = int(answer["event"]["seq"])
            self._recorder.acked(run_topic(run_id), name, seq)
        return seq

    def append_batch(self, run_id: str, count: int) -> int:
        """One batch; the last one's seq."""
        names = self._sent(run_id, count)
        events = [{"event_type": "text.delta", "payload": {"write": name}, "idempotency_key": name} for name in names]
        answer = self._run(lambda client: client.append_many(run_id, events))
        for result in answer["results"]:
            self._recorder.acked(run_topic(run_id), names[int(result.get("index", 0))], int(result["seq"]))
        return max(int(result["seq"]) for result in answer["results"])

    def _sent(self, run_id: str, count: int) -> list[str]:
        names = [f"w{self._written + index}" for index in range(count)]
        self._written += count
        for name in names:
            self._recorder.sent(run_topic(run_id), name, digest({"write": name}))
        return names

    def _run(self, work: Callable[[Client], Any]) -> Any:
        async def call() -> Any:
            async with self.user.client() as client:
                return await work(client)

        return asyncio.run(call())


@pytest.fixture
def author(alice: User, recorder: Recorder) -> Author:
    return Author(alice, recorder)

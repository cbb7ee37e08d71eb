"""Batches of appends: how many requests, in which order, and what one bad event costs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command
from openagents.sdk.run_log import BATCH_BYTES_MAX, WAITING_MAX, RunLog


class Log:
    """A run at the server: assigns seqs, refuses `bad` events, answers only when `gate` is open."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failures: list[SdkError] = []

    async def call(self, command: Command) -> dict[str, Any]:
        await self.gate.wait()
        body = dict(command.body or {})
        events = body.get("events") or [body]
        self.sizes.append(len(events))
        if self.failures:
            raise self.failures.pop(0)
        if any(event["event_type"] == "bad" for event in events):
            raise SdkError(ErrorKind.VALIDATION, "bad event", status=422)
        known = {event["idempotency_key"]: seq for seq, event in enumerate(self.events, 1)}
        replays = [event["idempotency_key"] in known for event in events]
        if any(replays) and not all(replays):
            raise SdkError(ErrorKind.CONFLICT, "mixed", status=409, reason="partial_batch_replay")
        if not any(replays):
            self.events += events
            known = {event["idempotency_key"]: seq for seq, event in enumerate(self.events, 1)}
        results = [
            {"index": index, "seq": known[event["idempotency_key"]], "idempotent_replay": replays[0]}
            for index, event in enumerate(events)
        ]
        if command.intent == "append_run_event":
            return {"run": {}, "event": {"seq": results[0]["seq"]}, "idempotent_replay": replays[0]}
        return {"run": {"id": "r"}, "results": results[::-1]}

    @property
    def written(self) -> list[Any]:
        return [event["payload"].get("n") for event in self.events]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 20))


def test_a_stream_of_tokens_goes_in_batches_and_in_order() -> None:
    async def work() -> None:
        server = Log()
        async with RunLog("r", server.call) as log:
            futures = [await log.write("text.delta", {"n": n}) for n in range(175)]
        assert server.written == list(range(175))
        assert server.sizes == [50, 50, 50, 25]
        assert [future.result().seq for future in futures] == list(range(1, 176))

    run(work())


def test_a_lone_event_waits_no_longer_than_the_linger() -> None:
    async def work() -> None:
        server = Log()
        log = RunLog("r", server.call, linger_seconds=0.02)
        appended = await asyncio.wait_for(log.append("text.delta", {"n": 1}), 2)
        assert (appended.seq, appended.replayed, server.sizes) == (1, False, [1])

    run(work())


def test_without_a_linger_the_first_goes_at_once_and_what_gathers_meanwhile_goes_together() -> None:
    async def work() -> None:
        server = Log()
        server.gate.clear()
        log = RunLog("r", server.call, linger_seconds=0)
        first = asyncio.create_task(log.append("a", {"n": 0}))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        rest = [asyncio.create_task(log.append("a", {"n": n})) for n in range(1, 8)]
        await asyncio.sleep(0)
        server.gate.set()
        appended = await asyncio.gather(first, *rest)
        assert server.sizes == [1, 7]
        assert [item.seq for item in appended] == list(range(1, 9))

    run(work())


def test_one_bad_event_fails_alone() -> None:
    async def work() -> None:
        server = Log()
        log = RunLog("r", server.call)
        kinds = ["a", "bad", "a", "a"]
        futures = [await log.write(kind, {"n": n}) for n, kind in enumerate(kinds)]
        with pytest.raises(SdkError) as raised:
            await log.flush()
        assert raised.value.kind is ErrorKind.VALIDATION
        assert server.written == [0, 2, 3]
        assert [future.exception() is None for future in futures] == [True, False, True, True]
        await log.flush()

    run(work())


def test_a_partly_known_batch_is_a_replay_event_by_event() -> None:
    async def work() -> None:
        server = Log()
        log = RunLog("r", server.call)
        await log.append("a", {"n": 0}, idempotency_key="k0")
        again = await log.write("a", {"n": 0}, idempotency_key="k0")
        fresh = await log.write("a", {"n": 1}, idempotency_key="k1")
        await log.flush()
        assert (again.result().replayed, again.result().seq) == (True, 1)
        assert (fresh.result().replayed, fresh.result().seq) == (False, 2)
        assert server.written == [0, 1]

    run(work())


@pytest.mark.parametrize("kind", [ErrorKind.NETWORK, ErrorKind.CONFLICT, ErrorKind.SERVICE_UNAVAILABLE])
def test_a_failure_of_the_whole_is_everybodys_and_is_not_multiplied(kind: ErrorKind) -> None:
    async def work() -> None:
        server = Log()
        server.failures = [SdkError(kind, "no", reason="run_already_terminal")]
        log = RunLog("r", server.call)
        futures = [await log.write("a", {"n": n}) for n in range(3)]
        with pytest.raises(SdkError):
            await log.flush()
        assert server.sizes == [3]
        assert all(isinstance(future.exception(), SdkError) for future in futures)

    run(work())


def test_large_events_split_batches_by_bytes() -> None:
    async def work() -> None:
        server = Log()
        async with RunLog("r", server.call) as log:
            for n in range(5):
                await log.write("a", {"n": n, "text": "x" * (BATCH_BYTES_MAX // 2 - 200)})
        assert server.sizes == [2, 2, 1]

    run(work())


def test_a_writer_that_is_too_fast_waits_for_room() -> None:
    async def work() -> None:
        server = Log()
        server.gate.clear()
        log = RunLog("r", server.call)
        for n in range(WAITING_MAX + 50):
            await log.write("a", {"n": n})
        blocked = asyncio.create_task(log.write("a", {"n": -1}))
        done, _ = await asyncio.wait([blocked], timeout=0.05)
        assert not done
        server.gate.set()
        await blocked
        await log.flush()
        assert len(server.events) == WAITING_MAX + 51

    run(work())


def test_what_was_given_up_is_not_sent() -> None:
    async def work() -> None:
        server = Log()
        server.gate.clear()
        with pytest.raises(RuntimeError):
            async with RunLog("r", server.call) as log:
                await log.write("a", {"n": 1})
                raise RuntimeError("the caller failed")
        server.gate.set()
        await asyncio.sleep(0)
        assert server.events == []

    run(work())


def test_an_answer_that_cannot_be_read_fails_the_events_and_not_the_writer() -> None:
    async def work() -> None:
        async def call(command: Command) -> dict[str, Any]:
            return {"results": "none"}

        log = RunLog("r", call)
        futures = [await log.write("a", {}) for _ in range(2)]
        with pytest.raises(SdkError) as raised:
            await log.flush()
        assert raised.value.kind is ErrorKind.DECODE
        assert all(future.done() for future in futures)

    run(work())


def test_whoever_waits_for_an_abandoned_append_is_released() -> None:
    async def work() -> None:
        server = Log()
        server.gate.clear()
        log = RunLog("r", server.call, linger_seconds=0)
        waiting = [asyncio.create_task(log.append("a", {"n": n})) for n in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        log.abandon()
        done, _ = await asyncio.wait(waiting, timeout=5)
        assert len(done) == 2 and all(task.cancelled() for task in done)

    run(work())

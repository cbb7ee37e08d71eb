"""Writing many events of one run: batches by default, one request at a time, so the order of writing is the order of
the log (design: 10 to 50 events or 20 ms a batch; one commit then carries all of them).
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openagents.receipts.ids import new_id
from openagents.sdk import commands
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command

EVENTS_MAX = 50
LINGER_SECONDS = 0.020
BATCH_BYTES_MAX = 512 * 1024
"""Half of what control takes as a body."""
WAITING_MAX = 1_000
"""Events not yet sent before `write` waits for room."""

_ALONE_REASONS = frozenset({"partial_batch_replay", "idempotency_key_conflict"})
_TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Appended:
    """An event that is in the log. `replayed`: its key was there already, nothing was added.

    `run` is the run as the answer showed it, after the whole batch.
    """

    seq: int
    event_type: str
    idempotency_key: str
    replayed: bool
    run: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(slots=True)
class _Waiting:
    event: dict[str, Any]
    size: int
    since: float
    done: asyncio.Future[Appended]


class RunLog:
    """The log of one run, for writing. Use as `async with client.run_log(run_id) as log: await log.write(…)`.

    A batch is all or nothing at the server. When one bad event has a batch refused, its events are sent one by one, so
    that only the bad one fails. Keys are made once per event; a repeat after a lost answer is a replay.
    """

    def __init__(
        self,
        run_id: str,
        call: Callable[[Command], Awaitable[dict[str, Any]]],
        *,
        events_max: int = EVENTS_MAX,
        linger_seconds: float = LINGER_SECONDS,
    ) -> None:
        if not 1 <= events_max <= commands.BATCH_EVENTS_MAX:
            message = f"events_max must be 1..{commands.BATCH_EVENTS_MAX}"
            raise SdkError(ErrorKind.VALIDATION, message, errors={"events_max": ["range"]})
        self.run_id = run_id
        self.batches = 0
        """Requests sent so far, for figures."""
        self._call = call
        self._events_max = events_max
        self._linger = linger_seconds
        self._waiting: deque[_Waiting] = deque()
        self._failure: BaseException | None = None
        self._pump: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._room = asyncio.Event()

    async def __aenter__(self) -> RunLog:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        if kind is None:
            await self.flush()
        else:
            self.abandon()

    async def append(
        self, event_type: str, payload: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Appended:
        """Write one event and wait until it is in the log. Raises SdkError."""
        future = await self.write(event_type, payload, idempotency_key=idempotency_key)
        return await future

    async def write(
        self, event_type: str, payload: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> asyncio.Future[Appended]:
        """Write one event without waiting for the log, only for room; the future tells when it is in.

        A failure that nobody awaits is raised by the next `flush`.
        """
        while len(self._waiting) >= WAITING_MAX:
            self._room.clear()
            await self._room.wait()
        key = idempotency_key or new_id("evt")
        event = {"event_type": event_type, "payload": dict(payload or {}), "idempotency_key": key}
        size = len(json.dumps(event, ensure_ascii=False, allow_nan=False).encode())
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Appended] = loop.create_future()
        future.add_done_callback(self._noted)
        self._waiting.append(_Waiting(event, size, loop.time(), future))
        if len(self._waiting) >= self._events_max:
            self._hurry.set()
        if self._pump is None or self._pump.done():
            self._pump = loop.create_task(self._run())
        return future

    async def flush(self) -> None:
        """Return when everything written is in the log. Raises the first failure since the last flush."""
        while self._pump is not None and not self._pump.done():
            self._hurry.set()
            await asyncio.wait([self._pump])
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def abandon(self) -> None:
        """Send nothing more; what is on its way may still arrive."""
        if self._pump is not None:
            self._pump.cancel()
        for waiting in self._waiting:
            waiting.done.cancel()
        self._waiting.clear()

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is on its way."""
        return not self._waiting and (self._pump is None or self._pump.done())

    def due(self) -> bool:
        """Whether a batch is full or has waited long enough, for callers that drive the loop themselves."""
        if not self._waiting:
            return False
        age = asyncio.get_running_loop().time() - self._waiting[0].since
        return len(self._waiting) >= self._events_max or age >= self._linger

    async def _run(self) -> None:
        while self._waiting:
            await self._gather()
            batch = self._taken()
            self._room.set()
            if batch:
                await self._send(batch)

    async def _gather(self) -> None:
        """Let a batch fill up: until it is full, or its first event has waited long enough, or somebody flushes."""
        left = self._waiting[0].since + self._linger - asyncio.get_running_loop().time()
        if left > 0 and len(self._waiting) < self._events_max:
            try:
                async with asyncio.timeout(left):
                    await self._hurry.wait()
            except TimeoutError:
                return
        self._hurry.clear()

    def _taken(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._waiting and len(batch) < self._events_max:
            size += self._waiting[0].size
            if batch and size > BATCH_BYTES_MAX:
                break
            waiting = self._waiting.popleft()
            if not waiting.done.cancelled():
                batch.append(waiting)
        return batch

    async def _send(self, batch: list[_Waiting]) -> None:
        try:
            await self._send_together(batch)
        except SdkError as error:
            if len(batch) > 1 and _one_may_be_to_blame(error):
                for waiting in batch:
                    await self._send([waiting])
                return
            _fail(batch, error)
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.done.cancel()
            raise
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            message = f"the answer cannot be read: {error!r}"
            _fail(batch, SdkError(ErrorKind.DECODE, message, code="decode_failed"))

    async def _send_together(self, batch: list[_Waiting]) -> None:
        self.batches += 1
        if len(batch) == 1:
            event = batch[0].event
            answer = await self._call(
                commands.append_run_event(
                    self.run_id, event["event_type"], event["payload"], idempotency_key=event["idempotency_key"]
                )
            )
            results = [{"seq": answer["event"]["seq"], "idempotent_replay": answer.get("idempotent_replay")}]
        else:
            answer = await self._call(commands.append_run_events(self.run_id, [waiting.event for waiting in batch]))
            results = sorted(answer["results"], key=lambda result: int(result.get("index", 0)))
        if len(results) != len(batch):
            raise SdkError(ErrorKind.DECODE, "the answer does not name every event", code="decode_failed")
        for waiting, result in zip(batch, results, strict=True):
            if not waiting.done.done():
                waiting.done.set_result(
                    Appended(
                        int(result["seq"]),
                        waiting.event["event_type"],
                        waiting.event["idempotency_key"],
                        bool(result.get("idempotent_replay")),
                        answer.get("run") or {},
                    )
                )

    def _noted(self, future: asyncio.Future[Appended]) -> None:
        if not future.cancelled() and (failure := future.exception()) is not None and self._failure is None:
            self._failure = failure


def _fail(batch: list[_Waiting], error: SdkError) -> None:
    for waiting in batch:
        if not waiting.done.done():
            waiting.done.set_exception(error)


def _one_may_be_to_blame(error: SdkError) -> bool:
    """Whether the batch was refused for something that may be true of one event alone."""
    return (
        error.kind is ErrorKind.VALIDATION
        or error.status == _TOO_LARGE
        or (error.kind is ErrorKind.CONFLICT and error.reason in _ALONE_REASONS)
    )

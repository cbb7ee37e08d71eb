"""The client for scripts: the same calls, blocking. One event loop of its own, in the calling thread.

with SyncClient() as client:
    run = client.start_run()
    for item in client.tail([f"run:{run['id']}:events"]):
        print(item)
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from openagents.sdk.client import Client
from openagents.sdk.config import Config
from openagents.sdk.control_requests import ControlRequest
from openagents.sdk.credentials import Session
from openagents.sdk.intents import Command
from openagents.sdk.lanes.lane import Lane
from openagents.sdk.run_log import EVENTS_MAX, LINGER_SECONDS, Appended, RunLog
from openagents.sdk.updates import Document, LinkChange, TopicItem, Update
from openagents.sdk.watermarks.contract import Reducer

T = TypeVar("T")
Run = Callable[[Awaitable[Any]], Any]


class BlockingLane:
    """A lane whose methods block: the same names, arguments, answers and errors."""

    def __init__(self, lane: Lane, run: Run) -> None:
        self._lane = lane
        self._run = run

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(self._lane, name)

        @functools.wraps(method)
        def blocking(*arguments: Any, **named: Any) -> Any:
            return self._run(method(*arguments, **named))

        return blocking

    def __dir__(self) -> list[str]:
        return [name for name in dir(self._lane) if not name.startswith("_")]


class BlockingRunLog:
    """`RunLog` for loops without an event loop: a full or waited-out batch is sent by the `write` that finds it so."""

    def __init__(self, log: RunLog, run: Run) -> None:
        self._log = log
        self._run = run

    def __enter__(self) -> BlockingRunLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        if kind is None:
            self.flush()
        else:
            self._run(_called(self._log.abandon))

    def append(self, event_type: str, payload: Mapping[str, Any] | None = None, **options: Any) -> Appended:
        appended: Appended = self._run(self._log.append(event_type, payload, **options))
        return appended

    def write(self, event_type: str, payload: Mapping[str, Any] | None = None, **options: Any) -> None:
        self._run(self._written(event_type, payload, options))

    def flush(self) -> None:
        self._run(self._log.flush())

    async def _written(self, event_type: str, payload: Mapping[str, Any] | None, options: dict[str, Any]) -> None:
        await self._log.write(event_type, payload, **options)
        if self._log.due():
            await self._log.flush()


class SyncClient:
    """Wraps `client.Client`; arguments and errors are the same. Not for use inside a running event loop."""

    def __init__(self, settings: Config | None = None, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = self._run(_made(settings, options))
        self.account = BlockingLane(self._client.account, self._run)
        self.workers = BlockingLane(self._client.workers, self._run)
        self.threads = BlockingLane(self._client.threads, self._run)
        self.treasury = BlockingLane(self._client.treasury, self._run)
        self.market = BlockingLane(self._client.market, self._run)

    def __enter__(self) -> SyncClient:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        try:
            self._run(self._client.close())
        finally:
            self._runner.close()

    @property
    def client(self) -> Client:
        return self._client

    def send_code(self, email: str) -> str:
        return self._run(self._client.send_code(email))

    def sign_in(self, email: str, code: str) -> Session:
        return self._run(self._client.sign_in(email, code))

    def logout(self) -> bool:
        return self._run(self._client.logout())

    def me(self) -> dict[str, Any]:
        return self._run(self._client.me())

    def saved_email(self) -> str | None:
        return self._client.saved_email()

    def session_info(self) -> dict[str, Any]:
        return self._run(self._client.session_info())

    def use_org(self, org_id: str) -> dict[str, Any]:
        return self._run(self._client.use_org(org_id))

    def call(self, command: Command) -> dict[str, Any]:
        return self._run(self._client.call(command))

    def answer(self, command: Command) -> Any:
        return self._run(self._client.answer(command))

    def fetch(self, command: Command) -> bytes:
        return self._run(self._client.fetch(command))

    def ask(self, worker_id: str, request: Mapping[str, Any], *, wait: bool = False) -> ControlRequest:
        """`Client.requests.send`: a control request of `lanes.workers.control_request`, and where it stands."""
        return self._run(self._client.requests.send(worker_id, request, wait=wait))

    def start_run(self, **fields: Any) -> dict[str, Any]:
        return self._run(self._client.start_run(**fields))

    def list_runs(self, **filters: Any) -> dict[str, Any]:
        return self._run(self._client.list_runs(**filters))

    def get_run(self, run_id: str, *, events: str = "all") -> dict[str, Any]:
        return self._run(self._client.get_run(run_id, events=events))

    def run_events(self, run_id: str, *, after_seq: int = 0, limit: int = 200) -> dict[str, Any]:
        return self._run(self._client.run_events(run_id, after_seq=after_seq, limit=limit))

    def run_frames(self, run_id: str, *, after_seq: int = 0, limit: int = 20, pending: bool = False) -> dict[str, Any]:
        return self._run(self._client.run_frames(run_id, after_seq=after_seq, limit=limit, pending=pending))

    def append(
        self, run_id: str, event_type: str, payload: Mapping[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        return self._run(self._client.append(run_id, event_type, payload, **options))

    def append_many(self, run_id: str, events: Sequence[Mapping[str, Any]], **options: Any) -> dict[str, Any]:
        return self._run(self._client.append_many(run_id, events, **options))

    def run_log(
        self, run_id: str, *, events_max: int = EVENTS_MAX, linger_seconds: float = LINGER_SECONDS
    ) -> BlockingRunLog:
        """As `Client.run_log`, to be used in a plain `with`."""
        return BlockingRunLog(
            self._client.run_log(run_id, events_max=events_max, linger_seconds=linger_seconds), self._run
        )

    def cancel_run(self, run_id: str, **options: Any) -> dict[str, Any]:
        return self._run(self._client.cancel_run(run_id, **options))

    def run_receipt(self, run_id: str) -> bytes:
        return self._run(self._client.run_receipt(run_id))

    def run_replay(self, run_id: str, *, redacted: bool = False) -> bytes:
        return self._run(self._client.run_replay(run_id, redacted=redacted))

    def run_bundle(self, run_id: str) -> bytes:
        return self._run(self._client.run_bundle(run_id))

    def hydrate(self, update: Update) -> Update:
        return self._run(self._client.hydrate(update))

    def documents(self, topic: str) -> list[Document]:
        return self._run(self._client.documents(topic))

    def follow(
        self,
        topics: Sequence[str],
        reducer: Reducer,
        *,
        on_item: Callable[[TopicItem], None] | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
    ) -> None:
        """As `Client.follow`: reduces until the link stops for good (SdkError) or Ctrl-C."""
        self._run(self._client.follow(topics, reducer, on_item=on_item, on_link=on_link))

    def tail(
        self,
        topics: Sequence[str],
        *,
        reducer: Reducer | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
        from_start: bool = False,
        ephemeral: bool = False,
        since: Mapping[str, int] | None = None,
    ) -> Iterator[TopicItem]:
        """As `Client.tail`. The link lives while the loop asks for items; between two items nothing is sent, so a
        caller that computes for more than 45 s per item is reconnected, without loss."""
        stream = self._client.tail(
            topics, reducer=reducer, on_link=on_link, from_start=from_start, ephemeral=ephemeral, since=since
        )
        try:
            while True:
                try:
                    yield self._run(anext(stream))
                except StopAsyncIteration:
                    return
        finally:
            self._run(stream.aclose())

    def _run(self, work: Awaitable[T]) -> T:
        return self._runner.run(_awaited(work))


async def _awaited(work: Awaitable[T]) -> T:
    return await work


async def _called(function: Callable[[], None]) -> None:
    function()


async def _made(settings: Config | None, options: dict[str, Any]) -> Client:
    return Client(settings, **options)

"""The client for scripts: the same calls, blocking. One event loop of its own, in the calling thread.

with SyncClient() as client:
    run = client.start_run()
    for item in client.tail([f"run:{run['id']}:events"]):
        print(item)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from openagents.sdk.client import Client
from openagents.sdk.commands import Command
from openagents.sdk.config import Config
from openagents.sdk.credentials import Session
from openagents.sdk.updates import LinkChange, TopicItem
from openagents.sdk.watermarks.contract import Reducer

T = TypeVar("T")


class SyncClient:
    """Wraps `client.Client`; arguments and errors are the same. Not for use inside a running event loop."""

    def __init__(self, settings: Config | None = None, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = self._run(_made(settings, options))

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

    def call(self, command: Command) -> dict[str, Any]:
        return self._run(self._client.call(command))

    def fetch(self, command: Command) -> bytes:
        return self._run(self._client.fetch(command))

    def start_run(self, **fields: Any) -> dict[str, Any]:
        return self._run(self._client.start_run(**fields))

    def get_run(self, run_id: str, *, events: str = "all") -> dict[str, Any]:
        return self._run(self._client.get_run(run_id, events=events))

    def run_events(self, run_id: str, *, after_seq: int = 0, limit: int = 200) -> dict[str, Any]:
        return self._run(self._client.run_events(run_id, after_seq=after_seq, limit=limit))

    def append(
        self, run_id: str, event_type: str, payload: Mapping[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        return self._run(self._client.append(run_id, event_type, payload, **options))

    def append_many(self, run_id: str, events: Sequence[Mapping[str, Any]], **options: Any) -> dict[str, Any]:
        return self._run(self._client.append_many(run_id, events, **options))

    def cancel_run(self, run_id: str, **options: Any) -> dict[str, Any]:
        return self._run(self._client.cancel_run(run_id, **options))

    def run_receipt(self, run_id: str) -> bytes:
        return self._run(self._client.run_receipt(run_id))

    def run_replay(self, run_id: str, *, redacted: bool = False) -> bytes:
        return self._run(self._client.run_replay(run_id, redacted=redacted))

    def run_bundle(self, run_id: str) -> bytes:
        return self._run(self._client.run_bundle(run_id))

    def tail(
        self,
        topics: Sequence[str],
        *,
        reducer: Reducer | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
        from_start: bool = False,
        ephemeral: bool = False,
    ) -> Iterator[TopicItem]:
        """As `Client.tail`. The link lives while the loop asks for items; between two items nothing is sent, so a
        caller that computes for more than 45 s per item is reconnected, without loss."""
        stream = self._client.tail(topics, reducer=reducer, on_link=on_link, from_start=from_start, ephemeral=ephemeral)
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


async def _made(settings: Config | None, options: dict[str, Any]) -> Client:
    return Client(settings, **options)

"""The client: one object for sign-in, commands and live topics of one profile.

async with Client() as client:
    run = await client.start_run(metadata={"title": "demo"})
    async for item in client.tail([f"run:{run['id']}:events"]):
        print(item)
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

from openagents.sdk import commands, config
from openagents.sdk.auth import AuthService
from openagents.sdk.commands import Command
from openagents.sdk.config import Config
from openagents.sdk.credentials import Session
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.http import TOTAL_SECONDS, CommandBus, Dispatch, HttpTransport, HttpxTransport
from openagents.sdk.khala.websocket import WebsocketsTransport, WsTransport
from openagents.sdk.live import Endpoints, LiveLink, SyncToken, TokenSource
from openagents.sdk.tokens import TokenStore
from openagents.sdk.topic_names import checked_topics, scopes_of
from openagents.sdk.updates import LinkChange, TopicItem
from openagents.sdk.watermarks.contract import Reducer, WatermarkStore
from openagents.sdk.watermarks.memory import MemoryWatermarks
from openagents.sdk.watermarks.sqlite import SqliteWatermarks


class Client:
    """Everything async. Every method raises SdkError; its `kind` says what to do. Use with `async with`."""

    def __init__(
        self,
        settings: Config | None = None,
        *,
        http: HttpTransport | None = None,
        sockets: WsTransport | None = None,
        watermarks: WatermarkStore | None = None,
        surface: str = "sdk",
        timeout_seconds: float = TOTAL_SECONDS,
        observe: Callable[[Dispatch], None] | None = None,
    ) -> None:
        """`settings`: from the environment and the saved session when absent. The transports are for tests."""
        if settings is None:
            first = config.resolve()
            settings = config.resolve(saved_base_url=TokenStore(first.home, first.profile).saved_base_url())
        self.settings = settings
        self._http = http or HttpxTransport()
        self._sockets = sockets or WebsocketsTransport()
        self._bus = CommandBus(
            settings.base_url, self._http, surface=surface, timeout_seconds=timeout_seconds, observe=observe
        )
        self._tokens = TokenStore(settings.home, settings.profile)
        self._watermarks = watermarks
        self.auth = AuthService(settings.base_url, self._tokens, self._bus)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.close()
        if self._watermarks is not None:
            self._watermarks.close()
            self._watermarks = None

    @property
    def watermarks(self) -> WatermarkStore:
        """The store of this profile, `OA_HOME/profiles/<profile>/sync.sqlite3`, opened at first use."""
        if self._watermarks is None:
            self._watermarks = SqliteWatermarks(self.settings.profile_dir / "sync.sqlite3")
        return self._watermarks

    # --- sign-in ------------------------------------------------------------------------------------------------------

    async def send_code(self, email: str) -> str:
        """Have a sign-in code sent; returns the challenge id."""
        return (await self.auth.send_code(email)).challenge_id

    async def sign_in(self, email: str, code: str) -> Session:
        """Trade a code for a session. Works in another process than the one that sent the code, within 10 minutes."""
        return await self.auth.submit_code(email, code)

    def saved_email(self) -> str | None:
        """Who signed in here last; survives logout."""
        return self._tokens.saved_email()

    async def logout(self) -> bool:
        """Sign out and delete this account's watermarks; True when control confirmed."""
        session = self.auth.stored_session()
        confirmed = await self.auth.logout()
        if session is not None and session.user_id:
            self.watermarks.forget(session.namespace)
        return confirmed

    async def me(self) -> dict[str, Any]:
        return await self.call(commands.me())

    async def session_info(self) -> dict[str, Any]:
        return await self.call(commands.restore_session())

    # --- commands -----------------------------------------------------------------------------------------------------

    async def call(self, command: Command) -> dict[str, Any]:
        """Dispatch any command; returns the object under `data`, or the whole body where there is no such envelope."""
        answer = await self._bus.dispatch(command, self.auth)
        body = answer.json()
        if not isinstance(body, dict):
            message = "the answer is not a JSON object"
            raise SdkError(ErrorKind.DECODE, message, code="decode_failed", status=answer.status)
        data = body.get("data")
        return data if isinstance(data, dict) else body

    async def fetch(self, command: Command) -> bytes:
        """Dispatch a command whose answer is covered by hashes; returns its bytes untouched."""
        return (await self._bus.dispatch(command, self.auth)).content

    async def start_run(
        self,
        *,
        worker_id: str | None = None,
        thread_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        run_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """The new run, or with a known key the run it once started."""
        command = commands.start_run(
            worker_id=worker_id,
            thread_id=thread_id,
            metadata=metadata,
            run_id=run_id,
            idempotency_key=idempotency_key,
        )
        return _member(await self.call(command), "run")

    async def get_run(self, run_id: str, *, events: str = "all") -> dict[str, Any]:
        return _member(await self.call(commands.get_run(run_id, events=events)), "run")

    async def list_runs(self, **filters: Any) -> dict[str, Any]:
        """`{runs, next_cursor}`; filters of `commands.list_runs`."""
        return await self.call(commands.list_runs(**filters))

    async def run_events(self, run_id: str, *, after_seq: int = 0, limit: int = 200) -> dict[str, Any]:
        """One page `{run_id, events, latest_seq, next_after_seq}`."""
        return await self.call(commands.list_run_events(run_id, after_seq=after_seq, limit=limit))

    async def append(
        self,
        run_id: str,
        event_type: str,
        payload: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
        expected_previous_seq: int | None = None,
    ) -> dict[str, Any]:
        """`{run, event, idempotent_replay}`. The same key with the same event again is answered, not appended."""
        command = commands.append_run_event(
            run_id,
            event_type,
            payload,
            idempotency_key=idempotency_key,
            expected_previous_seq=expected_previous_seq,
        )
        return await self.call(command)

    async def append_many(
        self, run_id: str, events: Sequence[Mapping[str, Any]], *, expected_previous_seq: int | None = None
    ) -> dict[str, Any]:
        """`{run, results}` for 1..100 events, all or nothing."""
        command = commands.append_run_events(run_id, events, expected_previous_seq=expected_previous_seq)
        return await self.call(command)

    async def cancel_run(
        self, run_id: str, *, reason: str | None = None, thread_id: str | None = None
    ) -> dict[str, Any]:
        return await self.call(commands.cancel_run(run_id, reason=reason, thread_id=thread_id))

    async def run_receipt(self, run_id: str) -> bytes:
        return await self.fetch(commands.get_run_receipt(run_id))

    async def run_replay(self, run_id: str, *, redacted: bool = False) -> bytes:
        return await self.fetch(commands.get_run_replay(run_id, redacted=redacted))

    async def run_bundle(self, run_id: str) -> bytes:
        return await self.fetch(commands.get_run_bundle(run_id))

    # --- live ---------------------------------------------------------------------------------------------------------

    async def sync_token(self, topics: Sequence[str]) -> SyncToken:
        """A token whose scopes cover `topics`. It names no topics: Khala decides per topic, so one refused does not
        cost the others."""
        command = commands.request_sync_token(scopes=scopes_of(list(topics)), device_id=self.auth.device_id)
        data = await self.call(command)
        token, seconds = data.get("token"), data.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            raise SdkError(ErrorKind.DECODE, "the answer holds no sync token", code="decode_failed")
        return SyncToken(token, seconds * 1000)

    async def tail(
        self,
        topics: Sequence[str],
        *,
        reducer: Reducer | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
        from_start: bool = False,
        ephemeral: bool = False,
    ) -> AsyncGenerator[TopicItem, None]:
        """Follow topics from the stored position; yields each item after it was applied and stored.

        `reducer` runs in the transaction that moves the position: its effects happen exactly once. The listener sees
        an update after that, so a process that dies in between does not see it again: state belongs in the reducer.
        `on_link` hears about the connection, which is never a statement about runs. `from_start` forgets the stored
        positions first; `ephemeral` stores nothing and starts at the earliest row served.
        """
        names = checked_topics(list(topics))
        session = await self.auth.current()
        store: WatermarkStore = MemoryWatermarks() if ephemeral else self.watermarks
        if from_start:
            for name in names:
                store.drop(session.namespace, name, "asked by the user")
        link = LiveLink(
            names,
            endpoints=Endpoints(self.settings.khala_ws_url, self.settings.khala_http_url),
            tokens=TokenSource(lambda: self.sync_token(names), self._renew),
            sockets=self._sockets,
            http=self._http,
            store=store,
            namespace=session.namespace,
            reducer=reducer,
            on_link=on_link,
        )
        async with link:
            async for item in link.items():
                yield item

    async def follow(
        self,
        topics: Sequence[str],
        reducer: Reducer,
        *,
        on_item: Callable[[TopicItem], None] | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
    ) -> None:
        """The callback form of `tail`: reduce until cancelled, or until the link stops for good (SdkError).

        `on_item` hears of each item after it was stored, on the event loop: it must not block.
        """
        async for item in self.tail(topics, reducer=reducer, on_link=on_link):
            if on_item is not None:
                on_item(item)

    async def _renew(self) -> None:
        await self.auth.renewed(await self.auth.current())


def _member(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise SdkError(ErrorKind.DECODE, f"the answer holds no {name}", code="decode_failed")
    return value

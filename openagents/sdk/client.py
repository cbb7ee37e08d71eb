"""The client: one object for sign-in, commands and live topics of one profile.

async with Client() as client:
    run = await client.start_run(metadata={"title": "demo"})
    async for item in client.tail([f"run:{run['id']}:events"]):
        print(item)
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from openagents.sdk import commands, config, telemetry
from openagents.sdk.auth import AuthService
from openagents.sdk.compat_gate import CompatGate
from openagents.sdk.config import Config
from openagents.sdk.coordinator import Coordinator
from openagents.sdk.credentials import Session
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.http import TOTAL_SECONDS, CommandBus, Dispatch, HttpTransport, HttpxTransport
from openagents.sdk.hydration import hydrate
from openagents.sdk.intents import Command
from openagents.sdk.khala.websocket import WebsocketsTransport, WsTransport
from openagents.sdk.lanes.account import Account, set_active_org
from openagents.sdk.lanes.market import Market
from openagents.sdk.lanes.threads import Threads
from openagents.sdk.lanes.treasury import Treasury
from openagents.sdk.lanes.workers import Workers
from openagents.sdk.live import Endpoints, LiveLink, SyncToken, TokenSource
from openagents.sdk.request_store import RequestStore
from openagents.sdk.run_log import EVENTS_MAX, LINGER_SECONDS, RunLog
from openagents.sdk.tokens import TokenStore
from openagents.sdk.topic_names import checked_topics, scopes_of
from openagents.sdk.updates import Cursor, Document, LinkChange, TopicItem, Update
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
        self.gate = CompatGate(settings.profile_dir / "compat.json", settings.base_url)
        self._bus = CommandBus(
            settings.base_url,
            self._http,
            surface=surface,
            timeout_seconds=timeout_seconds,
            observe=observe,
            gate=self.gate,
        )
        self._tokens = TokenStore(settings.home, settings.profile)
        self._watermarks = watermarks
        self._logs: dict[str, RunLog] = {}
        self._surface = surface
        self._sync_token = ""
        self._requests: RequestStore | None = None
        self.auth = AuthService(settings.base_url, self._tokens, self._bus)
        self.account = Account(self.answer)
        self.workers = Workers(self.answer)
        self.threads = Threads(self.answer)
        self.treasury = Treasury(self.answer)
        self.market = Market(self.answer)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    @property
    def requests(self) -> Coordinator:
        """Control requests made from this profile, kept in the same file as the positions."""
        if self._requests is None:
            # Opened first, so that the file has the version that the watermarks expect.
            _ = self.watermarks
            self._requests = RequestStore(self.settings.profile_dir / "sync.sqlite3")
        return Coordinator(self, self._requests)

    async def close(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        for log in self._logs.values():
            log.abandon()
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
            self.requests.forget(session.namespace)
        return confirmed

    async def me(self) -> dict[str, Any]:
        return await self.call(commands.me())

    async def session_info(self) -> dict[str, Any]:
        return await self.call(commands.restore_session())

    async def use_org(self, org_id: str) -> dict[str, Any]:
        """Act in another organisation from now on; its positions are kept apart. `{ok, activeOrgId, memberships}`."""
        answer = await self.call(set_active_org(org_id))
        await self.auth.adopt_org(str(answer.get("activeOrgId") or org_id.strip()))
        return answer

    # --- commands -----------------------------------------------------------------------------------------------------

    async def call(self, command: Command) -> dict[str, Any]:
        """Dispatch any command; returns the object under `data`, or the whole body where there is no such envelope."""
        value = await self.answer(command)
        return value if isinstance(value, dict) else {"data": value}

    async def answer(self, command: Command) -> Any:
        """Dispatch any command; returns the value under `data`, whatever it is, or the body where there is none."""
        answer = await self._bus.dispatch(command, self.auth)
        body = answer.json()
        if not isinstance(body, dict):
            message = "the answer is not a JSON object"
            raise SdkError(ErrorKind.DECODE, message, code="decode_failed", status=answer.status)
        data = body.get("data")
        return data if isinstance(data, dict | list) else body

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

    async def run_frames(
        self, run_id: str, *, after_seq: int = 0, limit: int = 20, pending: bool = False
    ) -> dict[str, Any]:
        """One page `{run_id, frames, next_after_seq}` of up to 50 frames behind a `received_seq`, payloads included.

        The log's `run.frame_received` names a frame and its hash; what was said is read here. `pending`: only those
        that no executor has consumed.
        """
        return await self.call(commands.list_run_frames(run_id, after_seq=after_seq, limit=limit, pending=pending))

    async def append(
        self,
        run_id: str,
        event_type: str,
        payload: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
        expected_previous_seq: int | None = None,
    ) -> dict[str, Any]:
        """`{run, event{seq, event_type, idempotency_key, …}, idempotent_replay}`. The same key with the same event
        again is answered, not appended.

        Appends to one run that are awaited at the same time travel together: the first goes at once, what gathers while
        it is on its way goes as one batch. `expected_previous_seq` speaks of one event, so that one travels alone.
        """
        if expected_previous_seq is not None:
            command = commands.append_run_event(
                run_id,
                event_type,
                payload,
                idempotency_key=idempotency_key,
                expected_previous_seq=expected_previous_seq,
            )
            return await self.call(command)
        log = self._logs.setdefault(run_id, RunLog(run_id, self.call, linger_seconds=0))
        try:
            appended = await log.append(event_type, payload, idempotency_key=idempotency_key)
        finally:
            if log.idle:
                self._logs.pop(run_id, None)
        event = {"seq": appended.seq, "event_type": appended.event_type, "idempotency_key": appended.idempotency_key}
        return {"run": dict(appended.run), "event": event, "idempotent_replay": appended.replayed}

    def run_log(self, run_id: str, *, events_max: int = EVENTS_MAX, linger_seconds: float = LINGER_SECONDS) -> RunLog:
        """For writing many events: batches of up to `events_max`, sent no later than `linger_seconds` after the first.

        async with client.run_log(run_id) as log:
            await log.write("text.delta", {"delta": "Hel"})
        """
        return RunLog(run_id, self.call, events_max=events_max, linger_seconds=linger_seconds)

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
        self._sync_token = token
        return SyncToken(token, seconds * 1000)

    async def tail(
        self,
        topics: Sequence[str],
        *,
        reducer: Reducer | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
        from_start: bool = False,
        ephemeral: bool = False,
        since: Mapping[str, int] | None = None,
    ) -> AsyncGenerator[TopicItem, None]:
        """Follow topics from the stored position; yields each item after it was applied and stored.

        `reducer` runs in the transaction that moves the position: its effects happen exactly once. The listener sees
        an update after that, so a process that dies in between does not see it again: state belongs in the reducer.
        `on_link` hears about the connection, which is never a statement about runs. `from_start` forgets the stored
        positions first; `ephemeral` stores nothing and starts at the earliest row served. `since` names
        positions to start after instead, by topic.
        """
        names = checked_topics(list(topics))
        session = await self.auth.current()
        store: WatermarkStore = MemoryWatermarks() if ephemeral else self.watermarks
        if from_start:
            for name in names:
                store.drop(session.namespace, name, "asked by the user")
        for name, seq in (since or {}).items():
            store.replace(session.namespace, name, Cursor(seq), (), "asked by the user")
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
            read=self.answer,
            gate=self.gate,
        )
        async with self._observed(link, session) as note, link:
            async for item in link.items():
                note(item)
                yield item

    @asynccontextmanager
    async def _observed(self, link: LiveLink, session: Session) -> AsyncGenerator[Callable[[TopicItem], None], None]:
        """Where items are noted for diagnostics: nowhere, unless the user has switched them on."""
        if not telemetry.wanted():
            yield lambda item: None
            return
        scope = telemetry.scope_hash(session, self.settings.home)
        diagnostics = telemetry.Telemetry(scope, surface=self._surface)
        origin = self.settings.khala_http_url
        sender = telemetry.TelemetrySender(diagnostics, self._http, origin, lambda: self._sync_token)
        link.observe(diagnostics.link)

        def note(item: TopicItem) -> None:
            diagnostics.item(item)
            sender.poke()

        try:
            yield note
        finally:
            await sender.close()

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

    async def hydrate(self, update: Update) -> Update:
        """`update` with the payload that Khala only pointed at, checked against its hash. `tail` does this by itself;
        an update that still arrives as a pointer could not be read then."""
        return await hydrate(self.answer, update) if update.hydration_required else update

    async def documents(self, topic: str) -> list[Document]:
        """What is stored of a topic: the latest document per key, or the state it was last bootstrapped from."""
        session = await self.auth.current()
        return self.watermarks.documents(session.namespace, topic)

    async def _renew(self) -> None:
        await self.auth.renewed(await self.auth.current())


def _member(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise SdkError(ErrorKind.DECODE, f"the answer holds no {name}", code="decode_failed")
    return value

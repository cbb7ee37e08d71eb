"""Following topics: performs what the session core decides, on real sockets, a real store and a real clock.

The loop never waits for a listener: when listeners are behind, only reading stops (TCP backpressure), heartbeats go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from openagents.sdk.compat import KHALA_PROTOCOL_VERSION, CompatibilityWindow
from openagents.sdk.compat_gate import KHALA, CompatGate
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.http import HttpRequest, HttpTransport, TransportFailure
from openagents.sdk.hydration import Hydration, Read, owner_state
from openagents.sdk.khala import actions as do
from openagents.sdk.khala.session import KhalaSession
from openagents.sdk.khala.websocket import (
    HandshakeRefused,
    SocketClosed,
    WsConnection,
    WsTransport,
    decoded_object,
    refusal,
)
from openagents.sdk.snapshots import SnapshotNotSupported, load_snapshot
from openagents.sdk.topic_names import class_of
from openagents.sdk.updates import STOPPED_LINKS, LinkChange, LinkState, TopicItem, Update
from openagents.sdk.watermarks.contract import ApplyTransaction, Reducer, WatermarkStore, keep_documents, no_reduction

ITEMS_MAX = 1_000
"""Items waiting for the listener before reading stops (surfaces 5.5); one batch may go over it."""
FRAMES_AHEAD = 8

log = logging.getLogger("openagents.sdk.live")

_FINAL: dict[ErrorKind, LinkState] = {
    ErrorKind.UNAUTHORIZED: LinkState.REAUTH_REQUIRED,
    ErrorKind.REAUTH_REQUIRED: LinkState.REAUTH_REQUIRED,
    ErrorKind.MISSING_CREDENTIAL: LinkState.REAUTH_REQUIRED,
    ErrorKind.UPGRADE_REQUIRED: LinkState.UPGRADE_REQUIRED,
    ErrorKind.FORBIDDEN: LinkState.FORBIDDEN,
    ErrorKind.VALIDATION: LinkState.FORBIDDEN,
}
_KIND: dict[LinkState, ErrorKind] = {
    LinkState.REAUTH_REQUIRED: ErrorKind.REAUTH_REQUIRED,
    LinkState.UPGRADE_REQUIRED: ErrorKind.UPGRADE_REQUIRED,
    LinkState.FORBIDDEN: ErrorKind.FORBIDDEN,
    LinkState.CLOSED: ErrorKind.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class SyncToken:
    token: str
    expires_in_ms: int


class TokenSource:
    """How a link gets sync tokens and a newer session. Both calls raise SdkError."""

    def __init__(self, mint: Callable[[], Awaitable[SyncToken]], renew: Callable[[], Awaitable[None]]) -> None:
        self.mint = mint
        self.renew = renew


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where Khala is: the socket, and the origin of its HTTP routes."""

    ws_url: str
    http_origin: str


class LiveLink:
    """One link and its topics. Use as `async with link: async for item in link.items(): …`."""

    def __init__(
        self,
        topics: Sequence[str],
        *,
        endpoints: Endpoints,
        tokens: TokenSource,
        sockets: WsTransport,
        http: HttpTransport,
        store: WatermarkStore,
        namespace: str,
        reducer: Reducer | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
        read: Read | None = None,
        gate: CompatGate | None = None,
        clock: Callable[[], float] = time.monotonic,
        uniform: Callable[[], float] = random.random,
    ) -> None:
        self._endpoints = endpoints
        self._tokens = tokens
        self._sockets = sockets
        self._http = http
        self._store = store
        self._namespace = namespace
        self._reducer = reducer or no_reduction
        self._on_link = on_link or (lambda change: None)
        self._clock = clock
        self._uniform = uniform
        self._read = read
        self._gate = gate
        self._documents = frozenset(topic for topic in topics if class_of(topic).documents)
        elsewhere = [topic for topic in topics if class_of(topic).owner and read is not None]
        cursors = {topic: store.cursor(namespace, topic) for topic in topics}
        self.session = KhalaSession(cursors, documents=self._documents, elsewhere=elsewhere)
        self._hydration = Hydration(read, self.session.counters) if read is not None else None
        self._inbox: asyncio.Queue[do.Input] = asyncio.Queue()
        self._items: asyncio.Queue[TopicItem | None] = asyncio.Queue()
        self._room = asyncio.Event()
        self._consumed = asyncio.Event()
        self._outgoing: dict[int, asyncio.Queue[bytes]] = {}
        self._socket_tasks: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._stopped = do.Link(LinkState.IDLE, "")
        self._link = LinkState.IDLE
        store.follow(namespace, topics)

    async def __aenter__(self) -> LiveLink:
        self._loop_task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._loop_task is not None:
            self._loop_task.cancel()
            await asyncio.gather(self._loop_task, return_exceptions=True)
        await self._feed(do.Stop())
        self._keep_counters()
        tasks = [*self._tasks, *self._socket_tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _keep_counters(self) -> None:
        if not self.session.counters:
            return
        try:
            self._store.count(self._namespace, self.session.counters)
        except Exception as error:
            # Figures for a status view must not be what makes the end of a tail fail.
            log.warning("cannot keep the counters", extra={"error": str(error)})

    def observe(self, observer: Callable[[LinkChange], None]) -> None:
        """Have `observer` hear of the link, too. It must not raise."""
        inner = self._on_link

        def both(change: LinkChange) -> None:
            observer(change)
            inner(change)

        self._on_link = both

    async def items(self) -> AsyncIterator[TopicItem]:
        """What happens to the topics, in order, each after it was stored. Ends by raising SdkError when the link stops
        for good (sign-in needed, upgrade needed, no topic left)."""
        while True:
            item = await self._items.get()
            if self._items.qsize() < ITEMS_MAX:
                self._room.set()
            if item is None:
                if self._loop_task is not None and self._loop_task.done():
                    self._loop_task.result()
                stop = self._stopped
                message = f"live sync stopped: {stop.reason}"
                raise SdkError(_KIND[stop.state], message, code=stop.state.value, window=stop.window)
            yield item

    # --- the loop -----------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            await self._feed(do.Start())
            while self.session.state not in STOPPED_LINKS:
                deadline = self.session.next_deadline_ms()
                left = None if deadline is None else max(deadline - self._now_ms(), 0) / 1000
                event: do.Input = do.Tick()
                # Not `wait_for`: until Python 3.12 it swallows a cancellation that meets its result.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        event = await self._inbox.get()
                await self._feed(event)
                self._consumed.set()
                if deadline is not None and deadline <= self._now_ms() and not isinstance(event, do.Tick):
                    # A stream of frames must not keep the clock from being heard.
                    await self._feed(do.Tick())
        finally:
            self._items.put_nowait(None)

    async def _feed(self, event: do.Input) -> None:
        for action in self.session.handle(event, self._now_ms(), self._uniform()):
            if isinstance(action, do.Apply):
                await self._feed(await self._apply(action))
            else:
                self._perform(action)

    def _perform(self, action: do.Action) -> None:
        match action:
            case do.Keep():
                self._store.keep(self._namespace, action.topic, action.cursor)
            case do.Replace():
                self._store.replace(self._namespace, action.topic, action.cursor, action.documents, action.reason)
            case do.Drop():
                self._store.drop(self._namespace, action.topic, action.reason)
            case do.Tell():
                self._items.put_nowait(action.item)
            case do.Link():
                if action.state in STOPPED_LINKS:
                    self._stopped = action
                self._remember(action)
                self._on_link(LinkChange(action.state, action.reason, action.retry_in_ms))
            case do.Mint():
                self._spawn(self._mint())
            case do.RenewSession():
                self._spawn(self._renew())
            case do.LoadSnapshot():
                self._spawn(self._snapshot(action))
            case do.Open():
                self._outgoing[action.connection] = asyncio.Queue()
                self._socket_tasks[action.connection] = asyncio.create_task(self._socket(action))
            case do.Send():
                if action.connection in self._outgoing:
                    self._outgoing[action.connection].put_nowait(action.raw)
            case do.Close():
                self._outgoing.pop(action.connection, None)
                task = self._socket_tasks.pop(action.connection, None)
                if task is not None:
                    task.cancel()
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    async def _apply(self, action: do.Apply) -> do.Applied | do.ApplyFailed:
        updates = action.updates
        if self._hydration is not None and any(update.hydration_required for update in updates):
            updates = await self._hydration.complete(updates)
        try:
            self._store.apply(self._namespace, action.topic, updates, action.cursor, self._reduce)
        except Exception:
            # Whatever a reducer raises: the transaction is undone, and the session decides between retry and parking.
            log.exception("apply failed", extra={"topic": action.topic, "seq": action.updates[0].seq})
            return do.ApplyFailed(action.topic)
        return do.Applied(action.topic, updates)

    def _remember(self, link: do.Link) -> None:
        """Keep what Khala said about this build: whether it takes it."""
        before, self._link = self._link, link.state
        # A stop while minting is what the gate or control said, not Khala: noting it again would never let it end.
        if self._gate is None or before is LinkState.MINTING:
            return
        if link.state is LinkState.LIVE:
            self._gate.clear(KHALA)
        elif link.state is LinkState.UPGRADE_REQUIRED:
            unstated = CompatibilityWindow("unsupported_schema_version", KHALA_PROTOCOL_VERSION, "", None, 0, 0)
            self._gate.record(KHALA, link.window or unstated)

    def _reduce(self, transaction: ApplyTransaction, update: Update) -> None:
        if update.topic in self._documents:
            keep_documents(transaction, update)
        self._reducer(transaction, update)

    # --- what takes time ----------------------------------------------------------------------------------------------

    async def _mint(self) -> None:
        try:
            if self._gate is not None:
                self._gate.refuse(KHALA)
            token = await self._tokens.mint()
            self._inbox.put_nowait(do.TokenReady(token.token, token.expires_in_ms))
        except SdkError as error:
            self._inbox.put_nowait(_token_failed(error))

    async def _renew(self) -> None:
        try:
            await self._tokens.renew()
            self._inbox.put_nowait(do.SessionRenewed())
        except SdkError as error:
            self._inbox.put_nowait(_token_failed(error))

    async def _snapshot(self, action: do.LoadSnapshot) -> None:
        topic = action.topic
        try:
            if self._read is not None and class_of(topic).owner:
                position, documents = await owner_state(self._read, topic)
                self._inbox.put_nowait(do.SnapshotLoaded(topic, position, documents))
                return
            token = await self._tokens.mint()
            origin = self._endpoints.http_origin
            snapshot = await load_snapshot(self._http, origin, topic, action.href, token.token)
            self._inbox.put_nowait(do.SnapshotLoaded(topic, snapshot.cursor, snapshot.documents))
        except SnapshotNotSupported:
            self._inbox.put_nowait(do.SnapshotFailed(topic, supported=False))
        except (SdkError, KeyError, TypeError, ValueError) as error:
            log.warning("snapshot failed", extra={"topic": topic, "error": str(error)})
            kind = error.kind if isinstance(error, SdkError) else ErrorKind.DECODE
            supported = kind not in {ErrorKind.NOT_FOUND, ErrorKind.UNSUPPORTED}
            forbidden = kind is ErrorKind.FORBIDDEN
            self._inbox.put_nowait(do.SnapshotFailed(topic, supported=supported, forbidden=forbidden))

    async def _socket(self, action: do.Open) -> None:
        number = action.connection
        try:
            connection = await self._sockets.connect(self._endpoints.ws_url, action.token)
        except HandshakeRefused as refused:
            refused = await self._explained(refused, action.token)
            self._inbox.put_nowait(
                do.OpenFailed(number, refused.status, refused.code, refused.retry_after_ms, refused.window)
            )
            return
        except (OSError, TimeoutError) as error:
            self._inbox.put_nowait(do.OpenFailed(number, 0, ""))
            log.info("cannot connect", extra={"error": str(error)})
            return
        writer = asyncio.create_task(self._write(connection, self._outgoing[number]))
        try:
            self._inbox.put_nowait(do.Opened(number))
            while True:
                self._inbox.put_nowait(do.Received(number, await connection.receive()))
                await self._wait_for_room(number)
        except SocketClosed as closed:
            self._inbox.put_nowait(do.Closed(number, closed.code))
        finally:
            writer.cancel()
            with contextlib.suppress(SocketClosed, asyncio.CancelledError):
                await writer
            await connection.close()

    async def _write(self, connection: WsConnection, outgoing: asyncio.Queue[bytes]) -> None:
        with contextlib.suppress(SocketClosed):
            # The reader learns of the close as well and tells the session.
            while True:
                await connection.send(await outgoing.get())

    async def _wait_for_room(self, number: int) -> None:
        while self._inbox.qsize() >= FRAMES_AHEAD:
            self._consumed.clear()
            await self._consumed.wait()
        if self._items.qsize() >= ITEMS_MAX:
            self._room.clear()
            self._inbox.put_nowait(do.ReadingPaused(number))
            await self._room.wait()
            self._inbox.put_nowait(do.ReadingResumed(number))

    async def _explained(self, refused: HandshakeRefused, token: str) -> HandshakeRefused:
        """A bare 403 says nothing; the same URL as a plain GET answers the true status and reason as JSON."""
        if refused.status != 403 or refused.code:
            return refused
        parts = urlsplit(self._endpoints.ws_url)
        url = urlunsplit(("https" if parts.scheme == "wss" else "http", *parts[1:]))
        try:
            answer = await self._http.send(HttpRequest("GET", url, {"authorization": f"Bearer {token}"}))
        except TransportFailure:
            return HandshakeRefused(0)
        return refusal(answer.status, decoded_object(answer.content))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _token_failed(error: SdkError) -> do.TokenFailed:
    return do.TokenFailed(error.message, _FINAL.get(error.kind), error.retry_after_ms or 0, error.window)

"""The session core, a store and a Khala double in one process, with a clock that only the test moves."""

from __future__ import annotations

import json

from openagents.sdk.khala import actions as do
from openagents.sdk.khala.session import KhalaSession
from openagents.sdk.tests.khala_double import Journal, KhalaConnection
from openagents.sdk.topic_names import class_of
from openagents.sdk.updates import STOPPED_LINKS, Cursor, Document, LinkState, TopicStopped, Update
from openagents.sdk.watermarks.contract import ApplyTransaction, WatermarkStore

NAMESPACE = "user_1|org:x|desktop:1"


class Simulation:
    """A client process. `crash` throws away all memory and starts another one on the same store."""

    def __init__(
        self, journals: dict[str, Journal], store: WatermarkStore, *, chains: bool = True, u: float = 0.5
    ) -> None:
        self.journals = journals
        self.store = store
        self.chains = chains
        self.u = u
        self.now = 1_000
        self.down: list[bytes] = []
        self.server: KhalaConnection | None = None
        self.told: list[object] = []
        self.links: list[do.Link] = []
        self.pending: list[do.Action] = []
        self.fail_next_applies = 0
        self.seen: list[Update] = []
        self.forbidden: frozenset[str] = frozenset()
        self.start()

    def start(self) -> None:
        cursors: dict[str, Cursor | None] = {name: self.store.cursor(NAMESPACE, name) for name in self.journals}
        documents = [name for name in self.journals if class_of(name).documents]
        elsewhere = [name for name in self.journals if class_of(name).owner]
        self.session = KhalaSession(cursors, documents=documents, elsewhere=elsewhere)
        self.server, self.down, self.connection = None, [], 0
        self.feed(do.Start())

    crash = start

    def feed(self, event: do.Input) -> None:
        for action in self.session.handle(event, self.now, self.u):
            self.perform(action)

    def perform(self, action: do.Action) -> None:
        match action:
            case do.Mint():
                self.feed(do.TokenReady("token", 300_000))
            case do.RenewSession():
                self.feed(do.SessionRenewed())
            case do.Open(connection):
                self.connection, self.server, self.down = connection, self.accept(), []
                self.feed(do.Opened(connection))
            case do.Send(connection, raw):
                if self.server is not None and connection == self.connection:
                    self.down += self.server.receive(raw)
            case do.Close():
                self.server, self.down = None, []
            case do.Apply():
                self.feed(self.apply(action))
            case do.Keep(topic, cursor):
                self.store.keep(NAMESPACE, topic, cursor)
            case do.Replace(topic, cursor, documents, reason):
                self.store.replace(NAMESPACE, topic, cursor, documents, reason)
            case do.Drop(topic, reason):
                self.store.drop(NAMESPACE, topic, reason)
            case do.Tell(item):
                self.told.append(item)
            case do.Link():
                self.links.append(action)
            case do.LoadSnapshot():
                self.pending.append(action)

    def accept(self) -> KhalaConnection:
        return KhalaConnection(self.journals, chains=self.chains, forbidden=self.forbidden)

    def apply(self, action: do.Apply) -> do.Input:
        def reducer(transaction: ApplyTransaction, update: Update) -> None:
            body = update.raw_payload.decode()
            transaction.put_document(update.topic, Document(f"{update.seq:09}", update.seq, body, update.seq))
            if self.fail_next_applies:
                self.fail_next_applies -= 1
                raise RuntimeError("reducer failed")

        try:
            self.store.apply(NAMESPACE, action.topic, action.updates, action.cursor, reducer)
        except RuntimeError:
            return do.ApplyFailed(action.topic)
        return do.Applied(action.topic)

    def advance(self, ms: int) -> None:
        self.now += ms
        deadline = self.session.next_deadline_ms()
        if deadline is not None and deadline <= self.now:
            self.feed(do.Tick())

    def disconnect(self, code: int = 1006) -> None:
        if self.server is not None:
            self.server, self.down = None, []
            self.feed(do.Closed(self.connection, code))

    def fill(self) -> None:
        if self.server is not None:
            self.down += self.server.pump()

    def deliver(self, mangle: object = None) -> None:
        if self.down:
            raw = self.down.pop(0)
            raw = mangle(raw) if callable(mangle) else raw
            self.feed(do.Received(self.connection, raw))

    def settle(self) -> None:
        """No more faults: let time pass until nothing moves, ending with a heartbeat that states the chains."""
        quiet = 0
        for _ in range(600):
            if self.session.state in STOPPED_LINKS:
                return
            self.fill()
            if self.down:
                self.deliver()
                continue
            if self.session.state is LinkState.LIVE and self.server is not None:
                before = len(self.told)
                self.down.append(self.server.beat())
                self.deliver()
                moved = self.session.state is not LinkState.LIVE or self.down or len(self.told) != before
                quiet = 0 if moved else quiet + 1
                if quiet == 2:
                    return
                continue
            deadline = self.session.next_deadline_ms()
            self.advance(max((deadline or self.now) - self.now, 1))
        raise AssertionError(f"the client does not come to rest: {self.session.state}")

    def state_of(self, topic: str) -> dict[int, object]:
        return {document.seq: json.loads(document.body) for document in self.store.documents(NAMESPACE, topic)}

    def stopped(self, topic: str) -> list[str]:
        return [item.reason for item in self.told if isinstance(item, TopicStopped) and item.topic == topic]

"""Users of the SDK: signing in, and subscribers that live in a thread and record what they receive and apply."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import aclosing, closing
from pathlib import Path
from types import TracebackType

from psycopg import Connection

from openagents.embedded.history.recorder import Recorder
from openagents.embedded.history.sockets import RecordingSockets
from openagents.sdk.client import Client
from openagents.sdk.config import Config
from openagents.sdk.credentials import Session
from openagents.sdk.errors import SdkError
from openagents.sdk.updates import Cursor, LinkChange, LinkState, TopicReset, TopicStopped, TopicVerified, Update
from openagents.sdk.watermarks.contract import ApplyTransaction
from tests.system import System, until

CANCEL_EVERY_SECONDS = 0.2
ENDS_SECONDS_MAX = 20.0
LIFE_ROWS = 40
EFFECTS = "CREATE TABLE IF NOT EXISTS effect (number INTEGER PRIMARY KEY, topic TEXT, seq INTEGER, digest TEXT)"


class Died(Exception):
    """The subscriber's process ends here: the open transaction is lost."""


class User:
    """Somebody who has signed in, with the token files that prove it."""

    def __init__(self, config: Config, session: Session) -> None:
        self.config = config
        self.user_id = session.user_id

    def client(self) -> Client:
        return Client(self.config)

    def another_device(self, home: Path, khala_ws_url: str | None = None) -> Config:
        """The same sign-in with watermarks of its own, so that subscribers do not share a position."""
        shutil.copytree(self.config.home, home)
        return Config(self.config.base_url, khala_ws_url or self.config.khala_ws_url, home, self.config.profile)


def sign_in(system: System, control_database: Connection, home: Path, email: str) -> User:
    """Through the public routes; the code comes from the development outbox."""
    config = Config(
        base_url=system["control"].url,
        khala_ws_url=system["khala"].url.replace("http", "ws", 1) + "/khala/v1/ws",
        home=home,
        profile="default",
    )

    async def enter() -> Session:
        async with Client(config) as client:
            await client.send_code(email)
            row = control_database.execute(
                "SELECT code FROM control_dev_outbox_message WHERE email = %s ORDER BY id DESC LIMIT 1", [email]
            ).fetchone()
            assert row is not None, "no code was sent"
            return await client.sign_in(email, row[0])

    return User(config, asyncio.run(enter()))


class Subscriber:
    """Follows topics from where its store says until it is cut off; may be started again, as a process would."""

    def __init__(
        self, config: Config, recorder: Recorder, name: str, topics: Sequence[str], *, mortal: bool = False
    ) -> None:
        """`mortal`: it dies in the middle of applying, in each life LIFE_ROWS rows later than in the one before."""
        self.name = name
        self.topics = list(topics)
        self.links: list[LinkState] = []
        self.verified: list[tuple[str, int]] = []
        self.stopped: list[TopicStopped] = []
        self.resets: list[TopicReset] = []
        self.error: SdkError | None = None
        self._config = config
        self._recorder = recorder
        self.mortal = mortal
        self._lives = 0
        self._reduced = 0
        self._applied: dict[str, int] = {}
        self._state = config.profile_dir / "sync.sqlite3"
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def __enter__(self) -> Subscriber:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.cut_off()

    def start(self) -> None:
        self._applied = {topic: seq for topic, seq, _ in self.effects()}
        self._lives, self._reduced = self._lives + 1, 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name=self.name)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def cut_off(self) -> None:
        """The end of the process: no goodbye, nothing kept but the store."""
        deadline = time.monotonic() + ENDS_SECONDS_MAX
        while self._thread is not None and self._thread.is_alive():
            assert time.monotonic() < deadline, f"{self.name} does not end"
            # Again and again: it may not have begun yet, and Python 3.11's wait_for can swallow a cancellation.
            if self._loop is not None and self._task is not None:
                with contextlib.suppress(RuntimeError):  # the loop has just closed
                    self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(CANCEL_EVERY_SECONDS)
        self._thread = self._loop = self._task = None

    def applied(self, topic: str) -> int:
        return self._applied.get(topic, 0)

    def reaches(self, topic: str, seq: int, seconds: float = 30.0) -> None:
        """Until everything up to `seq` was applied."""
        until(
            lambda: self.applied(topic) >= seq,
            seconds,
            f"{self.name} has applied {topic} up to {seq}",
            lambda: (
                f"it is at {self.applied(topic)}, its links {[str(link) for link in self.links[-12:]]}, {self.error}"
            ),
        )

    def goes_live(self, seconds: float = 30.0) -> None:
        until(lambda: LinkState.LIVE in self.links, seconds, f"{self.name} is live", lambda: str(self.links))

    def finish(self) -> None:
        """Cut off for the last time; what took effect and its final positions and chains go into the history."""
        self.cut_off()
        for topic, seq, known in self.effects():
            self._recorder.applied(self.name, topic, seq, known)
        for topic, cursor in self.cursors().items():
            self._recorder.finished(self.name, topic, cursor.seq, cursor.chain.hex() if cursor.chain else "")

    def effects(self) -> list[tuple[str, int, str]]:
        """Everything that was ever applied, as (topic, seq, digest) in the order in which it was."""
        if not self._state.exists():
            return []
        with closing(sqlite3.connect(self._state)) as state:
            known = state.execute("SELECT 1 FROM sqlite_master WHERE name = 'effect'").fetchone()
            return state.execute("SELECT topic, seq, digest FROM effect ORDER BY number").fetchall() if known else []

    def cursors(self) -> dict[str, Cursor]:
        """What the store holds; for a subscriber that is cut off."""

        async def look() -> dict[str, Cursor]:
            async with Client(self._config) as client:
                session = await client.auth.current()
                stored = client.watermarks.cursors(session.namespace)
                return {topic: cursor for topic, cursor in stored.items() if topic in self.topics}

        return asyncio.run(look())

    async def _live(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        async with Client(self._config, sockets=RecordingSockets(self._recorder, self.name)) as client:
            _ = client.watermarks  # makes the file, with its own tables first
            with closing(sqlite3.connect(self._state)) as state:
                state.execute(EFFECTS)
            try:
                async with aclosing(client.tail(self.topics, reducer=self._reduce, on_link=self._linked)) as items:
                    async for item in items:
                        if isinstance(item, Update):
                            self._applied[item.topic] = item.seq
                        elif isinstance(item, TopicVerified):
                            self.verified.append((item.topic, item.seq))
                        elif isinstance(item, TopicReset):
                            self.resets.append(item)
                        elif isinstance(item, TopicStopped):
                            self.stopped.append(item)
            except asyncio.CancelledError:
                return
            except SdkError as error:
                self.error = error

    def _reduce(self, transaction: ApplyTransaction, update: Update) -> None:
        """The effect is a row in the transaction that moves the position. Nothing keeps it from being there twice."""
        self._reduced += 1
        if self.mortal and self._reduced >= self._lives * LIFE_ROWS and self._task is not None:
            self._task.cancel()
            raise Died(update.seq)
        assert transaction.connection is not None
        known = f"sha256:{update.payload_sha256.hex()}" if update.payload_sha256 else ""
        transaction.connection.execute(
            "INSERT INTO effect (topic, seq, digest) VALUES (?, ?, ?)", [update.topic, update.seq, known]
        )

    def _linked(self, change: LinkChange) -> None:
        self.links.append(change.state)

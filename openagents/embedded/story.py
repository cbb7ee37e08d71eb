"""The story of the demo, told against the running system over real HTTP and WebSocket, recorded and judged.

Sign in, start a run, append while two subscribers watch, cut one of them off and let it resume, kill Khala and let it
come back; then hold what everybody saw against the log, and recompute receipt and replay.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openagents.embedded.history.recorder import Recorder, digest
from openagents.embedded.history.sockets import RecordingSockets
from openagents.embedded.supervision import Supervisor
from openagents.receipts.bundle import verify_bundle
from openagents.receipts.chain import chain_base
from openagents.receipts.ids import new_id, new_uuid7
from openagents.sdk.client import Client
from openagents.sdk.config import Config
from openagents.sdk.errors import SdkError
from openagents.sdk.updates import LinkChange, LinkState, Update
from openagents.sdk.watermarks.contract import ApplyTransaction
from openagents.sdk.watermarks.sqlite import SqliteWatermarks

EVENTS = 2000
BATCH = 20
WRITERS = 4
CUT_AT = 0.25
KILL_AT = 0.5
CATCH_UP_SECONDS_MAX = 60.0
RETRY_SECONDS = 0.2

Say = Callable[[str], None]


@dataclass(slots=True)
class Progress:
    """What the screen shows: how far each participant is."""

    appended: int = 0
    witness: int = 0
    resumer: int = 0
    link: str = ""


class Subscriber:
    """One reader of the run's topic: its own socket, its own stored position, everything it sees recorded."""

    def __init__(self, name: str, settings: Config, recorder: Recorder, topic: str) -> None:
        self.name = name
        self.topic = topic
        self.seq = 0
        self.times_live = 0
        self._settings = settings
        self._recorder = recorder
        self._store = settings.home / f"{name}.sqlite3"

    async def follow(self, until: Callable[[], bool], on_seq: Callable[[int], None]) -> None:
        """Tail until `until()` says so; then the socket is dropped without a word, as by a closed laptop."""
        client = Client(
            self._settings,
            sockets=RecordingSockets(self._recorder, self.name),
            watermarks=SqliteWatermarks(self._store),
        )

        def reduce(_transaction: ApplyTransaction, update: Update) -> None:
            # Here, not in the loop below: an update takes effect in the transaction that moves the position, and a
            # reader that is cut off between the two must not count as one that has not seen it.
            sha = f"sha256:{update.payload_sha256.hex()}" if update.payload_sha256 else ""
            self._recorder.applied(self.name, self.topic, update.seq, sha)
            self.seq = update.seq
            on_seq(update.seq)

        async with client, aclosing(client.tail([self.topic], reducer=reduce, on_link=self._linked)) as items:
            async for _ in items:
                # No reset is recorded: in this story nothing may be skipped, so a jump shall show as the gap it is.
                if until():
                    return

    def _linked(self, change: LinkChange) -> None:
        if change.state is LinkState.LIVE:
            self.times_live += 1

    def finish(self, namespace: str) -> tuple[int, str, str]:
        """Record where the subscriber stands; returns (seq, chain hex, lineage) from its own store."""
        store = SqliteWatermarks(self._store)
        cursor = store.cursor(namespace, self.topic)
        store.close()
        if cursor is None:
            return 0, "", ""
        chain = cursor.chain.hex() if cursor.chain else ""
        self._recorder.finished(self.name, self.topic, cursor.seq, chain)
        return cursor.seq, chain, cursor.lineage


class Story:
    """One telling. `home` is a fresh folder for tokens, positions and the recorded history."""

    def __init__(
        self, settings: Config, supervisor: Supervisor, code_for: Callable[[str], str], say: Say, events: int = EVENTS
    ) -> None:
        self.settings = settings
        self.supervisor = supervisor
        self.code_for = code_for
        self.say = say
        self.events = events
        self.progress = Progress()
        self.history = settings.home / "history.jsonl"
        self.recorder = Recorder(self.history)
        self.topic = ""
        self.run_id = ""

    async def tell(self) -> list[str]:
        """The whole story; returns what is wrong with receipt and replay (the history is judged by the caller)."""
        async with Client(self.settings) as client:
            namespace = await self._sign_in(client)
            run = await client.start_run(metadata={"title": "demo"}, idempotency_key=new_id("demo"))
            self.run_id, self.topic = run["id"], f"run:{run['id']}:events"
            self.recorder.system(self.topic, digest({"source": "runtime"}))
            self.say(f"run {self.run_id} started")
            witness = Subscriber("witness", self.settings, self.recorder, self.topic)
            resumer = Subscriber("resumer", self.settings, self.recorder, self.topic)
            await self._stream(client, witness, resumer)
            await self._finish_run(client)
            await self._catch_up(witness, resumer)
            await self._record_log(client, [witness, resumer], namespace)
            return await self._recompute(client)

    async def _sign_in(self, client: Client) -> str:
        email = f"{new_id('demo')}@example.com"
        await client.send_code(email)
        session = await client.sign_in(email, await asyncio.to_thread(self.code_for, email))
        self.say(f"signed in as {session.user_id}")
        return session.namespace

    async def _stream(self, client: Client, witness: Subscriber, resumer: Subscriber) -> None:
        """Append everything while both watch; at a quarter one is cut off, at a half Khala is killed."""
        done = asyncio.Event()
        cut_at, kill_at = int(self.events * CUT_AT), int(self.events * KILL_AT)

        async def cut_and_resume() -> None:
            await resumer.follow(lambda: resumer.seq >= cut_at, lambda seq: setattr(self.progress, "resumer", seq))
            self.say(f"subscriber `resumer` cut off at event {resumer.seq}")
            while self.progress.appended < kill_at:
                await asyncio.sleep(0.05)
            self.say(f"subscriber `resumer` comes back with its stored position {resumer.seq}")
            await resumer.follow(done.is_set, lambda seq: setattr(self.progress, "resumer", seq))

        watching = [
            asyncio.create_task(witness.follow(done.is_set, lambda seq: setattr(self.progress, "witness", seq))),
            asyncio.create_task(cut_and_resume()),
        ]
        killer = asyncio.create_task(self._kill_khala(kill_at))
        self._watching, self._done = watching, done
        queue: asyncio.Queue[int] = asyncio.Queue()
        for first in range(0, self.events, BATCH):
            queue.put_nowait(first)
        await asyncio.gather(*(self._write(client, queue) for _ in range(WRITERS)), killer)
        self.say(f"{self.progress.appended} events acknowledged")

    async def _write(self, client: Client, queue: asyncio.Queue[int]) -> None:
        """Take batches until none is left. A batch without an answer is sent again with the same keys."""
        while not queue.empty():
            first = queue.get_nowait()
            numbers = range(first, min(first + BATCH, self.events))
            batch = [
                {"event_type": "text.delta", "payload": {"n": n, "delta": f"word {n} "}, "idempotency_key": f"n{n}"}
                for n in numbers
            ]
            for event in batch:
                self.recorder.sent(self.topic, str(event["idempotency_key"]), digest(event["payload"]))
            results = await self._append(client, batch)
            for event, result in zip(batch, results, strict=True):
                self.recorder.acked(self.topic, str(event["idempotency_key"]), result["seq"])
            self.progress.appended += len(batch)

    async def _append(self, client: Client, batch: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        while True:
            try:
                return list((await client.append_many(self.run_id, batch))["results"])
            except SdkError as error:
                if not error.retryable:
                    raise
                await asyncio.sleep(RETRY_SECONDS)

    async def _kill_khala(self, at: int) -> None:
        while self.progress.appended < at:
            await asyncio.sleep(0.02)
        pids = await asyncio.to_thread(self.supervisor.process_ids, "khala")
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.say(f"Khala killed (kill -9 {' '.join(map(str, pids))}) after {self.progress.appended} events")

    async def _finish_run(self, client: Client) -> None:
        payload = {"status": "succeeded"}
        self.recorder.sent(self.topic, "finish", digest(payload))
        answer = await client.append(self.run_id, "run.finished", payload, idempotency_key="finish")
        self.recorder.acked(self.topic, "finish", answer["event"]["seq"])

    async def _catch_up(self, *subscribers: Subscriber) -> None:
        """Wait until everybody holds the last event, then end the tails."""
        head = self.events + 2
        try:
            async with asyncio.timeout(CATCH_UP_SECONDS_MAX):
                while any(subscriber.seq < head for subscriber in subscribers):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            behind = ", ".join(f"{subscriber.name} at {subscriber.seq}" for subscriber in subscribers)
            self.say(f"not everybody caught up within {CATCH_UP_SECONDS_MAX:.0f} s: {behind} of {head}")
        self._done.set()
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        for subscriber in subscribers:
            self.say(
                f"subscriber `{subscriber.name}` holds event {subscriber.seq}, was live {subscriber.times_live} times"
            )

    async def _record_log(self, client: Client, subscribers: Sequence[Subscriber], namespace: str) -> None:
        """The log as the authority has it, and a chain that both subscribers must have reached by themselves."""
        after: int | None = 0
        last = 0
        while after is not None:
            page = await client.run_events(self.run_id, after_seq=after, limit=1000)
            for event in page["events"]:
                self.recorder.row(self.topic, event["seq"], digest(event["payload"]))
                last = event["seq"]
            after = page["next_after_seq"]
        lineage = ""
        for subscriber in subscribers:
            _seq, _chain, known = subscriber.finish(namespace)
            lineage = known or lineage
        self.recorder.head(self.topic, last, floor_chain=chain_base(self.topic, lineage).hex())

    async def _recompute(self, client: Client) -> list[str]:
        bundle = json.loads(await client.run_bundle(self.run_id))
        problems = verify_bundle(bundle, signature_required=True)
        receipt = next(file["content"] for file in bundle["files"] if file["name"] == "RECEIPT.json")
        if (await client.run_receipt(self.run_id)).decode() != receipt:
            problems = [*problems, "the receipt route and the bundle differ"]
        (self.settings.home / "bundle.json").write_text(json.dumps(bundle))
        return problems


def fresh_home(folder: Path) -> Path:
    """A new folder for one telling."""
    home = folder / "demo" / str(new_uuid7())
    home.mkdir(parents=True)
    return home


def development_code(email: str, environment: dict[str, str], manage: Sequence[str]) -> str:
    """The sign-in code that control's development outbox holds for `email`."""
    done = subprocess.run([*manage, "dev_code", email], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"no sign-in code for {email}: {done.stderr.strip()[-300:]}")
    return done.stdout.strip().split()[-1]

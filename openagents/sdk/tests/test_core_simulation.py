"""The whole client without a socket, on seeded schedules: every class of topic, every fault, one final state.

`SEEDS` schedules are played; one that fails names its seed, and `schedule(seed)` plays it again step for step.
"""

from __future__ import annotations

import json
import random

import pytest

from openagents.sdk.khala import actions as do
from openagents.sdk.tests.khala_double import Journal
from openagents.sdk.tests.simulation import NAMESPACE, Simulation
from openagents.sdk.topic_names import class_of
from openagents.sdk.updates import Cursor, Document, LinkState, TopicReset, Update
from openagents.sdk.watermarks.memory import MemoryWatermarks

SEEDS = range(300)
STEPS = 60
TOPICS = ("run:r1:events", "worker:w1:events", "worker:w1:lifecycle", "user:u1:runs", "thread:t1:messages")


class Schedule:
    """One client on a schedule drawn from `seed`; HTTP answers from the journals, or fails when the schedule says."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.journals = {name: Journal(name, lineage=f"lin_{number:02}") for number, name in enumerate(TOPICS)}
        self.sim = Simulation(self.journals, MemoryWatermarks())
        self.written = 0
        self.http_failures = 0

    def play(self) -> None:
        weighted = [
            (self.write, 12),
            (self.deliver, 12),
            (self.answer_http, 6),
            (self.wait, 4),
            (self.cut, 3),
            (self.crash, 2),
            (self.beat, 3),
            (self.lose, 1),
            (self.prune, 1),
            (self.restore, 1),
            (self.http_fails, 1),
        ]
        steps = self.random.choices([step for step, _ in weighted], [weight for _, weight in weighted], k=STEPS)
        for step in steps:
            step()

    def topic(self) -> str:
        return self.random.choice(TOPICS)

    def write(self) -> None:
        name = self.topic()
        for _ in range(self.random.randint(1, 5)):
            self.written += 1
            key = f"doc{self.random.randint(1, 3)}" if class_of(name).documents else ""
            self.journals[name].append({"n": self.written}, key)
        self.sim.fill()

    def deliver(self) -> None:
        self.sim.fill()
        for _ in range(self.random.randint(1, 6)):
            self.sim.deliver()

    def wait(self) -> None:
        self.sim.advance(self.random.choice([1, 250, 1_000, 20_000, 700_000]))

    def cut(self) -> None:
        self.sim.disconnect(self.random.choice([1006, 1011, 1012, 4408, 4409]))

    def crash(self) -> None:
        self.sim.pending.clear()
        self.sim.crash()

    def beat(self) -> None:
        if self.sim.server is not None and self.sim.server.hello is not None:
            self.sim.down.append(self.sim.server.beat())

    def lose(self) -> None:
        self.sim.advance(700_000)
        self.sim.fill()
        if self.sim.down:
            del self.sim.down[self.random.randrange(len(self.sim.down))]

    def prune(self) -> None:
        self.sim.advance(700_000)
        journal = self.journals[self.topic()]
        journal.floor = max(journal.floor, journal.head - self.random.randint(0, 4))
        for seq in [seq for seq in journal.rows if seq < journal.floor]:
            del journal.rows[seq]

    def restore(self) -> None:
        self.sim.advance(700_000)
        journal = self.journals[self.topic()]
        journal.restore_to(max(journal.head - self.random.randint(0, 3), journal.floor))
        self.written += 1_000
        for _ in range(self.random.randint(0, 2)):
            self.written += 1
            journal.append({"n": self.written}, "doc1" if class_of(journal.topic).documents else "")

    def http_fails(self) -> None:
        self.http_failures += 1

    def answer_http(self) -> None:
        """Snapshots of Khala state their position; what an owner's route tells states one for worker events only."""
        pending, self.sim.pending = self.sim.pending, []
        for action in pending:
            assert isinstance(action, do.LoadSnapshot)
            journal = self.journals[action.topic]
            if self.http_failures:
                self.http_failures -= 1
                self.sim.feed(do.SnapshotFailed(action.topic))
                continue
            state = Document("state", journal.head + 1, json.dumps({"head": journal.head}), journal.head)
            cursor: Cursor | None = Cursor(journal.head)
            if class_of(action.topic).documents:
                cursor = Cursor(journal.head, journal.lineage, journal.chain_at(journal.head), journal.head)
            elif action.topic != "worker:w1:events":
                cursor = None
            self.sim.feed(do.SnapshotLoaded(action.topic, cursor, (state,)))

    def settle(self) -> None:
        self.http_failures = 0
        for _ in range(200):
            self.answer_http()
            self.sim.fill()
            if self.sim.down:
                self.sim.deliver()
                continue
            if self.sim.session.state is LinkState.LIVE and not self.sim.pending:
                break
            self.sim.advance(max((self.sim.session.next_deadline_ms() or 0) - self.sim.now, 1))
        self.beat()
        while self.sim.down:
            self.sim.deliver()
        self.answer_http()


def check(schedule: Schedule) -> None:
    sim = schedule.sim
    assert sim.session.state is LinkState.LIVE, (sim.session.state, sim.links[-3:], dict(sim.session.counters))
    for name, journal in schedule.journals.items():
        cursor = sim.store.cursor(NAMESPACE, name)
        assert cursor is not None and cursor.seq == journal.head, name
        assert cursor.chain in {None, journal.chain_at(journal.head)}, name
        position = 0
        for item in sim.told:
            if isinstance(item, TopicReset) and item.topic == name:
                position = item.seq
            elif isinstance(item, Update) and item.topic == name:
                assert item.seq > position, f"{name} #{item.seq} came twice"
                position = item.seq
        stands_for = [item.seq for item in sim.told if isinstance(item, TopicReset) and item.topic == name][-1]
        applied = {
            document.seq: json.loads(document.body)
            for document in sim.store.documents(NAMESPACE, name)
            if document.doc_key != "state"
        }
        for seq, row in journal.rows.items():
            if seq > max(stands_for, journal.floor):
                assert applied[seq] == json.loads(row.payload), f"{name} #{seq}"


@pytest.mark.parametrize("block", range(10))
def test_every_schedule_ends_in_the_journal_s_state(block: int) -> None:
    for seed in SEEDS[block::10]:
        schedule = Schedule(seed)
        schedule.play()
        schedule.settle()
        try:
            check(schedule)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


def test_a_schedule_can_be_repeated() -> None:
    told = []
    for _ in range(2):
        schedule = Schedule(7)
        schedule.play()
        schedule.settle()
        told.append((schedule.sim.told, dict(schedule.sim.session.counters)))
    assert told[0] == told[1]


def test_the_state_of_an_event_topic_comes_from_its_owner_before_the_rows_go_on() -> None:
    """Lost position of a lifecycle topic: the document stands for what is gone, its numbering is not the topic's."""
    schedule = Schedule(0)
    name = "worker:w1:lifecycle"
    for _ in range(6):
        schedule.journals[name].append({"n": 1})
    schedule.settle()
    schedule.sim.disconnect()
    for _ in range(4):
        schedule.journals[name].append({"n": 2})
    journal = schedule.journals[name]
    journal.floor = 8
    for seq in [seq for seq in journal.rows if seq < 8]:
        del journal.rows[seq]
    schedule.settle()
    reset = [item for item in schedule.sim.told if isinstance(item, TopicReset) and item.topic == name][-1]
    assert reset == TopicReset(name, 8, "retention_floor_breach", skipped=False, documents=1)
    keys = [document.doc_key for document in schedule.sim.store.documents(NAMESPACE, name)]
    assert keys == ["000000009", "000000010", "state"]


def test_an_owner_without_an_answer_costs_the_rows_but_not_the_topic() -> None:
    schedule = Schedule(0)
    name = "worker:w1:lifecycle"
    schedule.journals[name].append({"n": 1})
    schedule.settle()
    schedule.sim.disconnect()
    journal = schedule.journals[name]
    for _ in range(3):
        journal.append({"n": 2})
    journal.floor = 3
    journal.rows = {seq: row for seq, row in journal.rows.items() if seq >= 3}
    for _ in range(50):
        schedule.sim.fill()
        schedule.sim.deliver() if schedule.sim.down else schedule.sim.advance(1_000)
        if schedule.sim.pending:
            break
    schedule.sim.pending.clear()
    schedule.sim.feed(do.SnapshotFailed(name, supported=False))
    schedule.settle()
    reset = [item for item in schedule.sim.told if isinstance(item, TopicReset) and item.topic == name][-1]
    assert (reset.seq, reset.skipped) == (3, True)

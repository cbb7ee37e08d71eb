"""The one sender of hints: first at once, then merged, bounded, best effort."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import transaction

from openagents.db import hints
from openagents.db.hints import Hint, HintSender
from openagents.db.tests.conftest import count_of, wait_until
from openagents.ops.metrics import HINTS

INTERVAL = 0.01


class Recorder:
    """A transport that keeps what it was given, and fails or hangs when told to."""

    def __init__(self) -> None:
        self.name = f"test-{uuid.uuid4().hex}"
        self.sent: list[tuple[float, Hint]] = []
        self.attempts = 0
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def send(self, due: Iterable[Hint]) -> None:
        self.attempts += 1
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        self.sent += [(time.monotonic(), hint) for hint in due]

    def heads(self, topic: str) -> list[int]:
        return [head for _, (name, head) in self.sent if name == topic]

    def counted(self, outcome: str) -> float:
        return count_of(HINTS, "control", self.name, outcome)


@pytest.fixture
def transport() -> Recorder:
    return Recorder()


@pytest.fixture
def sender(transport: Recorder) -> HintSender:
    return HintSender(transport, INTERVAL, "control")


def test_the_first_hint_leaves_at_once(transport: Recorder) -> None:
    sender = HintSender(transport, 60.0, "control")
    sender.note("a", 1)
    sender.note("b", 5)
    wait_until(lambda: len(transport.sent) == 2)
    assert sorted(hint for _, hint in transport.sent) == [("a", 1), ("b", 5)]


def test_within_the_interval_hints_merge_to_the_newest_head(transport: Recorder) -> None:
    sender = HintSender(transport, 0.2, "control")
    sender.note("a", 1)
    wait_until(lambda: transport.heads("a") == [1])
    for head in (2, 5, 3, 4):
        sender.note("a", head)
    wait_until(lambda: len(transport.sent) == 2)
    assert transport.heads("a") == [1, 5]
    assert transport.sent[1][0] - transport.sent[0][0] >= 0.19
    assert transport.counted("merged") == 3
    assert transport.counted("sent") == 2


def test_a_thousand_notes_in_a_tenth_of_a_second_send_at_most_eleven(
    transport: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    sender = HintSender(transport, INTERVAL, "control")
    monkeypatch.setattr(threading.Thread, "start", lambda _self: None)
    sent = []
    for head in range(1, 1001):
        sender.note("a", head)
        due, wait = sender._take_due(now[0])
        sent += due
        assert due or 0 < wait <= INTERVAL
        now[0] += 0.0001
    due, _ = sender._take_due(now[0] + INTERVAL)
    sent += due
    assert len(sent) <= 11
    assert sent[0] == ("a", 1)
    assert sent[-1] == ("a", 1000)
    assert [head for _, head in sent] == sorted(head for _, head in sent)


def test_a_thousand_notes_at_full_speed_end_at_the_newest_head(transport: Recorder, sender: HintSender) -> None:
    started = time.monotonic()
    for head in range(1, 1001):
        sender.note("a", head)
    spent = time.monotonic() - started
    wait_until(lambda: transport.heads("a")[-1:] == [1000])
    assert len(transport.sent) <= 1 + (spent + INTERVAL) / INTERVAL + 1


def test_a_note_that_waits_for_its_interval_anyway_wakes_nobody(
    transport: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = HintSender(transport, 30.0, "control")
    sender.note("a", 1)
    wait_until(lambda: transport.heads("a") == [1] and sender._wakes_at > 0)
    sender.note("a", 2)  # the sender learns that it has to look again in thirty seconds
    wait_until(lambda: 0 < sender._wakes_at < sender._sent_at["a"] + 31)
    woken: list[None] = []
    monkeypatch.setattr(sender._wake, "notify", lambda: woken.append(None))
    for head in range(3, 100):
        sender.note("a", head)
    assert woken == []
    sender.note("b", 1)
    assert woken == [None]


def test_a_full_queue_drops_new_topics_and_counts_them(
    transport: Recorder, sender: HintSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "TOPICS_WAITING_MAX", 3)
    transport.gate.clear()
    sender.note("first", 1)
    wait_until(lambda: transport.attempts == 1)  # the sender is busy: whatever comes now waits
    for topic in ("a", "b", "c", "d", "e"):
        sender.note(topic, 1)
    sender.note("a", 2)  # a known topic is never dropped
    assert transport.counted("dropped") == 2
    transport.gate.set()
    wait_until(lambda: len(transport.sent) == 4)
    assert sorted(hint for _, hint in transport.sent[1:]) == [("a", 2), ("b", 1), ("c", 1)]


@pytest.mark.parametrize("error", [OSError("gone"), psycopg.OperationalError("gone")])
def test_a_dead_driver_drops_and_recovers(transport: Recorder, sender: HintSender, error: Exception) -> None:
    transport.error = error
    sender.note("a", 1)
    wait_until(lambda: transport.counted("dropped") == 1)
    transport.error = None
    sender.note("a", 2)
    wait_until(lambda: transport.heads("a") == [2])


def test_a_dead_driver_is_not_tried_for_every_note(transport: Recorder, sender: HintSender) -> None:
    transport.error = OSError("gone")
    started = time.monotonic()
    sender.note("a", 0)
    wait_until(lambda: transport.attempts == 1)
    head = 0
    while time.monotonic() - started < 0.15:
        head += 1
        sender.note("a", head)
    assert transport.attempts == 1
    assert hints.DEAD_DRIVER_SECONDS > 0.2


def test_a_sender_whose_thread_died_starts_another(
    transport: Recorder, sender: HintSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _arguments: None)
    transport.error = RuntimeError("not a driver's error")
    sender.note("a", 1)
    wait_until(lambda: sender._thread is not None and not sender._thread.is_alive())
    transport.error = None
    sender.note("a", 2)
    wait_until(lambda: transport.heads("a") == [2])


def test_the_memory_of_sent_topics_is_bounded(transport: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "TOPICS_WAITING_MAX", 10)
    monkeypatch.setattr(threading.Thread, "start", lambda _self: None)
    sender = HintSender(transport, INTERVAL, "control")
    for index in range(100):
        sender.note(f"topic-{index}", 1)
        sender._take_due(index * 1.0)
    assert len(sender._sent_at) <= 11


class TestAfterCommit:
    @pytest.fixture
    def noted(self, monkeypatch: pytest.MonkeyPatch) -> list[Hint]:
        seen: list[Hint] = []

        class Sender:
            def note(self, topic: str, head: int) -> None:
                seen.append((topic, head))

        monkeypatch.setattr(hints, "sender", Sender)
        return seen

    def test_hints_leave_with_the_commit_only(self, noted: list[Hint]) -> None:
        with transaction.atomic():
            hints.after_commit([("a", 1), ("b", 2)])
            assert noted == []
        assert noted == [("a", 1), ("b", 2)]

    def test_a_rolled_back_transaction_sends_nothing(self, noted: list[Hint]) -> None:
        with pytest.raises(KeyError), transaction.atomic():
            hints.after_commit([("a", 1)])
            raise KeyError
        with transaction.atomic():
            with pytest.raises(KeyError), transaction.atomic():
                hints.after_commit([("inner", 1)])
                raise KeyError
            hints.after_commit([("outer", 1)])
        assert noted == [("outer", 1)]

    def test_a_failing_sender_does_not_fail_what_is_committed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> Any:
            raise RuntimeError("no thread left")

        monkeypatch.setattr(hints, "sender", broken)
        with transaction.atomic():
            hints.after_commit([("a", 1)])


@pytest.mark.parametrize(("driver", "name"), [("memory", "memory"), ("postgres", "postgres"), ("", "postgres")])
def test_the_configured_driver_is_used(driver: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.OA, "fanout_driver", driver)
    hints.sender.cache_clear()
    assert hints.sender()._transport.name == name
    hints.sender.cache_clear()


def test_the_alias_of_the_postgres_driver_is_the_postgres_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.OA, "fanout_driver", "postgres_notify")
    hints.sender.cache_clear()
    assert hints.sender()._transport.name == "postgres"
    hints.sender.cache_clear()


def test_shards_are_crc32_of_the_topic() -> None:
    assert hints.redis_channel("oa", "run:1") == "oa:hint:5"
    shards = {hints.redis_channel("oa", f"run:{index}") for index in range(500)}
    assert shards == {f"oa:hint:{shard}" for shard in range(16)}

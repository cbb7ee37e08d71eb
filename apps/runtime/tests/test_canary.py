"""The canary: one row at a time, in a topic of its own, silent while writing is frozen."""

from __future__ import annotations

import pytest

from apps.runtime import tasks
from apps.runtime.models import SyncTopicSequence
from apps.runtime.services import write_mode
from apps.runtime.tasks.canary import SECONDS, TOPIC, canary


def test_each_beat_writes_the_next_row() -> None:
    first = canary()
    assert canary() == first + 1
    row = SyncTopicSequence.objects.get(topic=TOPIC)
    assert (row.topic_class, row.owner_key) == ("operator", "ops")
    assert tasks.SCHEDULE["runtime.canary"]["schedule"] == SECONDS


def test_nothing_is_written_while_writing_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    before = canary()
    monkeypatch.setattr(write_mode, "current", lambda: "read_only")
    assert canary() == 0
    monkeypatch.undo()
    assert canary() == before + 1

"""Lines of the operator's timeline: words for what is known, the payload itself for everything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.admin.wording import LINE_CHARS, WORDS, line_of

LINES: list[tuple[str, Any, str]] = [
    ("run.started", {"source": "runtime"}, "started by runtime"),
    ("run.cancel_requested", {"reason": "enough"}, "asked to stop: enough"),
    ("run.finished", {"status": "failed", "reason_class": "tests", "reason": "exit 1"}, "failed: tests: exit 1"),
    (
        "run.executor_lost",
        {"lease_owner": "w1", "observed_progress_seq": 4, "reason": "heartbeat_lost"},
        "w1 was lost behind event 4: heartbeat_lost",
    ),
    ("run.frame_received", {"frame_id": "f1", "type": "user.text"}, "frame f1 (user.text)"),
    ("text.delta", {"delta": "Hello"}, "Hello"),
    (
        "tool",
        {"tool": "shell", "params": {"cmd": "make test"}, "exit_code": 2, "latency_ms": 1200},
        "shell: make test, exit 2, 1.2 s",
    ),
    ("tool", {"tool": "shell", "params": {"n": 1}, "latency_ms": 12}, 'shell: {"n": 1}, 12 ms'),
    ("tool.call", {"tool_name": "read", "input": {"path": "a.py"}}, "read: a.py"),
    ("verification", {"command": "make", "exit_code": 0, "cwd": "/w"}, "make: passed, in /w"),
    ("verification", {"command": "make", "exit_code": 2}, "make: did not pass, exit 2"),
    ("payment", {"amount_msats": 5, "rail": "lightning", "status": "released"}, "5 msats, over lightning, released"),
    ("worker.error", {"code": "timeout", "message": "too late", "request_id": "r1"}, "timeout: too late: r1"),
    ("note", {"é": [1]}, '{"é": [1]}'),
    ("tool", [], "[]"),
    ("text.delta", {}, "{}"),
]


@pytest.mark.parametrize(("event_type", "payload", "line"), LINES)
def test_an_event_is_told_in_words(event_type: str, payload: Any, line: str) -> None:
    assert line_of(event_type, payload) == line


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "actor source reason requested_by status lease_owner frame_id type tool params exit_code latency_ms command delta"
)


@given(st.sampled_from(sorted(WORDS)), JSON | st.dictionaries(st.sampled_from(NAMES.split()), JSON, max_size=6))
def test_no_payload_is_too_odd_to_be_shown(event_type: str, payload: Any) -> None:
    line = line_of(event_type, payload)
    assert 0 < len(line) <= LINE_CHARS

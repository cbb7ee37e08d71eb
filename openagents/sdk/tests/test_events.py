"""Typed events: every type of the log, and that nothing odd breaks a reader."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openagents.sdk import events
from openagents.sdk.events import Event, OtherEvent, of_row, of_update
from openagents.sdk.updates import Update


@pytest.mark.parametrize(
    ("kind", "payload", "wanted"),
    [
        ("run.started", {"actor": "user:u"}, events.RunStarted("r", 3, "", {}, actor="user:u")),
        ("run.finished", {"status": "failed", "reason": "x"}, events.RunFinished("r", 3, "", {}, "failed", "", "x")),
        ("run.cancel_requested", {"reason": "y"}, events.RunCancelRequested("r", 3, "", {}, "y")),
        ("run.executor_lost", {"lease_owner": "w"}, events.RunExecutorLost("r", 3, "", {}, "w")),
        ("text.delta", {"delta": "hi", "more": 1}, events.TextDelta("r", 3, "", {}, "hi")),
        ("text.delta", {"delta": None}, events.TextDelta("r", 3, "", {})),
        ("tool.call", {"tool_call_id": "c", "tool_name": "t", "input": {"a": 1}}, None),
        ("tool.result", {"tool_call_id": "c", "state": "ok", "output": {}}, None),
        ("tool", {"tool": "t", "params_hash": "p", "output_hash": "o", "latency_ms": 5}, None),
        ("verification", {"command": "make", "exit_code": 2}, events.Verified("r", 3, "", {}, "make", 2)),
        ("receipt", {"receipt_type": "free"}, events.ReceiptNoted("r", 3, "", {}, "free")),
    ],
)
def test_known_types(kind: str, payload: dict[str, Any], wanted: Event | None) -> None:
    event = of_update(Update("run:r:events", 3, kind, "k", 3, payload))
    assert not isinstance(event, OtherEvent)
    assert (event.subject, event.seq, event.event_type, event.payload) == ("r", 3, kind, payload)
    if wanted is not None:
        own = set(Event.__dataclass_fields__)
        assert type(event) is type(wanted)
        fields = set(event.__dataclass_fields__) - own
        assert {name: getattr(event, name) for name in fields} == {name: getattr(wanted, name) for name in fields}


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("something.new", {"a": 1}),
        ("text.delta", {"delta": 5}),
        ("tool", {"latency_ms": True}),
        ("worker.response", {}),
        ("text.delta", None),
    ],
)
def test_what_is_odd_is_another_event_or_empty(kind: str, payload: Any) -> None:
    event = of_update(Update("run:r:events", 3, kind, "k", 3, payload))
    assert isinstance(event, OtherEvent) or (payload is None and event == events.TextDelta("r", 3, kind, {}))


def test_requests_and_receipts_of_workers() -> None:
    asked = of_update(
        Update(
            "worker:w:1:events", 4, "worker.request", "k", 4, {"request": {"requestId": "q", "method": "turn/start"}}
        )
    )
    assert isinstance(asked, events.WorkerAsked) and (asked.subject, asked.request_id) == ("w:1", "q")
    row = {
        "worker_id": "w:1",
        "seq": 5,
        "event_type": "worker.error",
        "payload": {"request_id": "q", "code": "conflict"},
    }
    refused = of_update(Update("org:x:worker_events", 90, "worker.error", "k", 5, row))
    assert isinstance(refused, events.WorkerAnswered)
    assert (refused.subject, refused.seq, refused.ok, refused.code) == ("w:1", 5, False, "conflict")
    answered = of_row("w:1", {"seq": 6, "event_type": "worker.response", "payload": {"request_id": "q", "response": 1}})
    assert isinstance(answered, events.WorkerAnswered) and answered.ok and answered.response == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["delta", "tool", "request"]), inner),
    max_leaves=8,
)


@given(st.sampled_from([*events._TYPES, "worker.request", "worker.response", "worker.error", "x"]), JSON)
def test_no_payload_breaks_a_reader(kind: str, payload: Any) -> None:
    assert of_row("r", {"seq": 1, "event_type": kind, "payload": payload}).event_type == kind

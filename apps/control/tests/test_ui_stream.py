"""A turn as UI message parts: the exact bytes, every source method, every guard; and what old chat bodies mean."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from apps.control.domain import chat_input, handshakes, sse, ui_stream


def event(seq: int, method: str, **params: Any) -> dict[str, Any]:
    return {"seq": seq, "event_type": "worker.event", "payload": {"method": method, "params": params}}


def turn(*middle: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        event(1, "thread/started", thread_id="thread-1"),
        event(2, "turn/started", thread_id="thread-1", turn_id="turn-1"),
        *middle,
    ]


END = event(90, "turn/completed", thread_id="thread-1", turn_id="turn-1", status="completed")


def told(events: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    stream = ui_stream.UIStream(**options)
    return [part for found in events for part in stream.feed(found)]


def test_the_worked_example_byte_for_byte() -> None:
    parts = told(
        turn(
            event(3, "item/started", turn_id="turn-1", item_id="item-1", item_kind="agent_message"),
            event(4, "item/agentMessage/delta", turn_id="turn-1", item_id="item-1", delta="Hi"),
            END,
        )
    )
    content = b"".join(sse.data_frame(part) for part in parts) + sse.DONE
    assert len(content) == 424
    assert hashlib.sha256(content).hexdigest() == "84bd89f3efaa75ffa63a1896586e45ee5f54a1e687ba2c9bda8bc52fe37bf2f5"


def test_camel_case_members_tell_the_same() -> None:
    snake = turn(event(3, "item/started", turn_id="turn-1", item_id="i", item_kind="agent_message"), END)
    camel = [
        event(1, "thread/started", threadId="thread-1"),
        event(2, "turn/started", threadId="thread-1", turnId="turn-1"),
        event(3, "item/started", turnId="turn-1", itemId="i", itemKind="agentMessage"),
        END,
    ]
    assert told(snake) == told(camel)


def test_deltas_pass_unchanged_and_open_their_text_once() -> None:
    parts = told(
        turn(
            event(3, "item/agentMessage/delta", item_id="a", delta="  two\n"),
            event(4, "item/agentMessage/delta", item_id="a", delta=" "),
            event(5, "item/reasoning/summaryTextDelta", item_id="r", delta="why"),
            event(6, "item/started", item_id="a", item_kind="agent_message", turn_id="turn-1"),
        )
    )[2:]
    assert parts == [
        {"type": "text-start", "id": "a", "turnId": ""},
        {"type": "text-delta", "id": "a", "channel": "assistant", "delta": "  two\n"},
        {"type": "text-delta", "id": "a", "channel": "assistant", "delta": " "},
        {"type": "text-start", "id": "r", "turnId": ""},
        {"type": "text-delta", "id": "r", "channel": "reasoning", "delta": "why"},
    ]


def test_tools() -> None:
    parts = told(
        turn(
            event(
                3, "item/started", item_id="t", item_kind="mcp_tool_call", item={"toolName": "ls", "input": {"p": 1}}
            ),
            event(4, "item/toolOutput/delta", item_id="t", delta="out"),
            event(5, "item/completed", item_id="t", item_kind="mcp_tool_call"),
            event(6, "item/started", item_id="u", item_kind="mcp_tool_call"),
            event(7, "item/completed", item_id="u", item_kind="mcp_tool_call", item_status="failed"),
            event(8, "item/completed", item_id="x", item_kind="agent_message"),
        )
    )[2:]
    assert parts == [
        {"type": "tool-input", "toolCallId": "t", "toolName": "ls", "input": {"p": 1}},
        {"type": "tool-output", "toolCallId": "t", "delta": "out"},
        {"type": "tool-output", "toolCallId": "t", "status": "completed"},
        {"type": "tool-input", "toolCallId": "u", "toolName": "unknown_tool", "input": {}},
        {"type": "tool-output", "toolCallId": "u", "status": "failed"},
    ]


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("turn/failed", "turn_failed"),
        ("turn/aborted", "turn_aborted"),
        ("turn/interrupted", "turn_interrupted"),
        ("codex/error", "codex_error"),
        ("codex_error", "codex_error"),
    ],
)
def test_failures_end_without_a_finished_step(method: str, code: str) -> None:
    parts = told([*turn(), event(3, method, message="no", will_retry=True), END])[2:]
    assert parts == [
        {"type": "error", "code": code, "message": "no", "retryable": True},
        {"type": "finish", "status": "error"},
    ]


@pytest.mark.parametrize(
    "events",
    [
        [event(1, "turn/started", thread_id="t", turn_id="u")],
        [event(1, "item/agentMessage/delta", item_id="a", delta="x")],
        [event(1, "turn/completed", turn_id="u")],
        [event(1, "turn/failed", message="x")],
        [event(1, "thread/started", thread_id="t"), event(2, "thread/started", thread_id="t")],
        turn(event(3, "turn/started", thread_id="thread-1", turn_id="turn-2")),
        turn(event(3, "item/toolOutput/delta", item_id="t", delta="x")),
        turn(event(3, "item/agentMessage/delta", item_id="a")),
        turn(event(3, "item/agentMessage/delta", delta="x")),
        [event(1, "thread/started")],
    ],
)
def test_guards(events: list[dict[str, Any]]) -> None:
    with pytest.raises(ui_stream.OutOfOrder):
        told(events)


def test_old_events_and_foreign_ones_are_ignored() -> None:
    stream = ui_stream.UIStream()
    for found in (*turn(), event(2, "turn/started", thread_id="thread-1", turn_id="x")):
        stream.feed(found)
    assert stream.feed({"seq": 5, "event_type": "worker.heartbeat", "payload": {"status": "running"}}) == []
    assert stream.feed(event(6, "something/new")) == []
    assert (
        stream.feed({"seq": 7, "event_type": "worker.event", "payload": {"method": "turn/started"}} | {"payload": 1})
        == []
    )
    assert stream.ignored == 3
    assert [part["type"] for part in stream.feed(END)] == ["finish-step", "finish"]
    assert stream.feed(event(91, "turn/completed", turn_id="turn-1")) == []


def test_an_implied_thread_starts_with_its_turn() -> None:
    parts = told([event(1, "turn/started", thread_id="t", turn_id="u", model="m")], thread_id="t")
    assert parts == [
        {"type": "start", "threadId": "t", "source": "codex"},
        {"type": "start-step", "threadId": "t", "turnId": "u", "model": "m"},
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": "hi"}, (None, "desktopw:shared", "hi")),
        ({"message": " hi ", "threadId": "t"}, ("t", "desktopw:shared", " hi ")),
        ({"thread_id": "a", "id": "b", "text": "x", "workerId": "w"}, ("a", "w", "x")),
        ({"conversationId": "c", "messages": [{"role": "user", "text": "1"}, {"message": "2"}]}, ("c", None, "2")),
        (
            {"id": "i", "messages": [{"role": "user", "content": "c"}, {"role": "assistant", "text": "a"}]},
            ("i", None, "c"),
        ),
        ({"messages": [{"content": {"text": "deep"}}]}, (None, None, "deep")),
        ({"messages": [{"content": [{"type": "image"}, {"type": "text", "value": "v"}]}]}, (None, None, "v")),
        ({"messages": [{"content": [{"type": "text", "content": "c"}]}]}, (None, None, "c")),
        ({"messages": [{"parts": [{"type": "text", "text": "p"}]}]}, (None, None, "p")),
        ({"messages": [{"content": [{"type": "image", "value": "no"}]}]}, (None, None, None)),
        ({"messages": ["x", {"role": "assistant", "text": "a"}]}, (None, None, None)),
        ({"text": "  ", "messages": "x"}, (None, None, None)),
    ],
)
def test_old_chat_bodies(body: dict[str, Any], expected: tuple[str | None, str | None, str | None]) -> None:
    found = chat_input.read(body, None)
    thread, worker, text = expected
    assert (found.thread_id, found.worker_id, found.text) == (thread, worker or "desktopw:shared", text)
    assert chat_input.read(body, "path").thread_id == "path"


HANDSHAKE = {
    "source": "ios",
    "method": "ios/handshake",
    "handshake_id": "h",
    "occurred_at": "2026-03-01T12:00:00Z",
    "device_id": "d",
}


@pytest.mark.parametrize(
    ("event_type", "payload", "field"),
    [
        ("worker.event", HANDSHAKE, None),
        ("worker.event", {**HANDSHAKE, "occurred_at": "yesterday"}, "event.payload.occurred_at"),
        ("worker.event", {**HANDSHAKE, "source": " "}, "event.payload"),
        ("worker.event", {**HANDSHAKE, "device_id": 5}, "event.payload"),
        ("worker.event", {**HANDSHAKE, "method": "desktop/handshake_ack"}, "event.payload"),
        ("worker.event", {**HANDSHAKE, "method": "desktop/handshake_ack", "desktop_session_id": "s"}, None),
        ("worker.event", {"method": "turn/started"}, None),
        ("worker.event", None, None),
        ("worker.other", {"method": "ios/handshake"}, None),
    ],
)
def test_handshakes(event_type: str, payload: dict[str, Any] | None, field: str | None) -> None:
    found = handshakes.complaint(event_type, payload)
    assert (found and found[0]) == field


def test_frames_are_cut_wherever_the_chunks_are() -> None:
    content = b': hello\n\nid: 1\nevent: message\ndata: {"a":1}\n\nid: x\r\ndata: a\r\ndata: b\r\n\r\ndata: [DONE]\n\n'
    for size in range(1, len(content)):
        reader, frames = sse.Reader(), []
        for start in range(0, len(content), size):
            frames += list(reader.feed(content[start : start + size]))
        assert [(frame.seq, frame.event, frame.data) for frame in frames] == [
            (1, "message", '{"a":1}'),
            (None, "message", "a\nb"),
            (None, "message", "[DONE]"),
        ]
    assert frames[0].raw == b'id: 1\nevent: message\ndata: {"a":1}\n\n'


def test_a_garbled_stream_is_refused() -> None:
    with pytest.raises(sse.Garbled):
        list(sse.Reader().feed(b"data: \xff\n\n"))
    with pytest.raises(sse.Garbled):
        list(sse.Reader().feed(b"x" * (sse.FRAME_BYTES_MAX + 1)))
    for data in ("[1]", "{"):
        with pytest.raises(sse.Garbled):
            sse.Frame(b"", None, "message", data).json()

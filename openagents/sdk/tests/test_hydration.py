"""Payloads that Khala only points at, and state read from its owner."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest

from openagents.receipts.canonical import canonical_bytes
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.hydration import hydrate, owner_state
from openagents.sdk.intents import Command
from openagents.sdk.updates import Cursor, Update

BODY = {"delta": "x" * 50, "n": 3}


class Control:
    """Answers by target; remembers what was asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __call__(self, command: Command) -> Any:
        self.asked.append(command.target)
        if command.target not in self.answers:
            raise SdkError(ErrorKind.NOT_FOUND, "no", status=404)
        return self.answers[command.target]


def pointer(topic: str, seq: int = 7, *, doc_key: str = "", value: Any = BODY, path: str = "") -> Update:
    digest = hashlib.sha256(canonical_bytes(value)).digest()
    return Update(topic, seq, "event", doc_key, seq, None, digest, hydration_required=True, hydrate_path=path)


ROWS = {"events": [{"seq": 7, "event_type": "text.delta", "payload": BODY}]}


@pytest.mark.parametrize(
    ("update", "target", "answer"),
    [
        (pointer("run:r1:events"), "/api/runtime/runs/r1/events?after_seq=6&limit=1", ROWS),
        (pointer("worker:desktopw:x:events"), "/api/runtime/codex/workers/desktopw%3Ax/stream?cursor=6", ROWS),
        (
            pointer("user:u:runs", doc_key="runtime/run_summary:r9", value={}),
            "/api/runtime/runs/r9?events=none",
            {"run": BODY},
        ),
        (
            pointer("org:x:workers", doc_key="runtime/codex_worker_summary:w:1", value={}),
            "/api/runtime/codex/workers/w%3A1",
            BODY,
        ),
        (pointer("run:r1:events", path="/api/some/document?part=2"), "/api/some/document?part=2", BODY),
    ],
)
def test_each_kind_of_pointer_is_read_where_it_lies(update: Update, target: str, answer: Any) -> None:
    control = Control({target: answer})
    complete = asyncio.run(hydrate(control, update))
    assert control.asked == [target]
    assert complete.payload == BODY and not complete.hydration_required
    assert complete.raw_payload == canonical_bytes(BODY)
    assert complete.payload_sha256 == update.payload_sha256


def test_what_does_not_have_the_journal_s_hash_is_not_taken() -> None:
    other = {"events": [{"seq": 7, "payload": {"delta": "forged"}}]}
    with pytest.raises(SdkError) as refused:
        asyncio.run(
            hydrate(Control({"/api/runtime/runs/r1/events?after_seq=6&limit=1": other}), pointer("run:r1:events"))
        )
    assert refused.value.kind is ErrorKind.VERIFICATION_FAILED


@pytest.mark.parametrize("path", ["//evil.example/api/x", "https://evil.example/api/x", "/internal/v1/x"])
def test_a_pointer_never_leads_to_another_host_or_lane(path: str) -> None:
    control = Control({"/api/runtime/runs/r1/events?after_seq=6&limit=1": ROWS})
    asyncio.run(hydrate(control, pointer("run:r1:events", path=path)))
    assert control.asked == ["/api/runtime/runs/r1/events?after_seq=6&limit=1"]


def test_a_row_that_is_gone_and_a_topic_without_a_route_are_said_so() -> None:
    gone = Control({"/api/runtime/runs/r1/events?after_seq=6&limit=1": {"events": []}})
    with pytest.raises(SdkError) as missing:
        asyncio.run(hydrate(gone, pointer("run:r1:events")))
    assert missing.value.kind is ErrorKind.NOT_FOUND
    with pytest.raises(SdkError) as nowhere:
        asyncio.run(hydrate(Control({}), pointer("user:u:notifications")))
    assert nowhere.value.kind is ErrorKind.UNSUPPORTED


def test_the_state_of_a_worker_has_the_numbering_of_its_events_topic_only() -> None:
    control = Control({"/api/runtime/codex/workers/w%3A1": {"worker_id": "w:1", "latest_seq": 12}})
    cursor, documents = asyncio.run(owner_state(control, "worker:w:1:events"))
    assert cursor == Cursor(12) and documents[0].doc_key == "worker:w:1"
    cursor, documents = asyncio.run(owner_state(control, "worker:w:1:lifecycle"))
    assert cursor is None and len(documents) == 1


def test_the_state_of_a_thread_is_its_messages() -> None:
    answer = {"messages": [{"text": "a"}, {"text": "b"}]}
    control = Control({"/api/runtime/threads/t1/messages?limit=500": answer})
    cursor, documents = asyncio.run(owner_state(control, "thread:t1:messages"))
    assert cursor is None
    assert [(row.doc_key, row.body) for row in documents] == [
        ("thread:t1:message:1", '{"text":"a"}'),
        ("thread:t1:message:2", '{"text":"b"}'),
    ]
    with pytest.raises(SdkError):
        asyncio.run(owner_state(control, "run:r1:events"))

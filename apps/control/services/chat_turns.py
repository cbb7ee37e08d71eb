"""The chat streams of old clients (3.6): one turn asked of a worker, and that turn's events alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from apps.control.domain import ui_stream
from apps.control.domain.chat_input import ChatInput
from apps.control.peers import CODEX_CONTRACT
from apps.control.services.authentication import Principal
from apps.control.services.forwarding import PLAIN_ID, forward, is_worker_id
from apps.control.services.worker_stream import WorkerStream
from openagents.peers.calls import PeerAnswer
from openagents.receipts.ids import new_id
from openagents.wire.faults import INVALID_REQUEST, NOT_FOUND, Fault

LANE: Final = "codex"
TURN_SECONDS: Final = 120.0
TEXT_MAX: Final = 20_000


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that a worker was asked for. Its events have a higher `cursor`."""

    thread_id: str
    worker_id: str
    request_id: str
    cursor: int


def start(principal: Principal, said: ChatInput, request_id: str | None) -> Turn:
    """Ask the worker for a turn. Raises Fault: INVALID_REQUEST (`messages`, `worker_id`), the runtime's refusals."""
    text = (said.text or "").strip()
    if not 1 <= len(text) <= TEXT_MAX:
        raise Fault(INVALID_REQUEST, errors={"messages": [f"need a text of 1 to {TEXT_MAX} characters"]})
    if not is_worker_id(said.worker_id):
        raise Fault(INVALID_REQUEST, errors={"worker_id": ["is not a worker id"]})
    if said.thread_id is not None and not PLAIN_ID.fullmatch(said.thread_id):
        raise Fault(INVALID_REQUEST, errors={"thread_id": ["is not a thread id"]})
    thread_id = said.thread_id or new_id("thread")
    turn = Turn(thread_id, said.worker_id, request_id or new_id("chat"), _latest_seq(principal, said.worker_id))
    request = {
        "request_id": turn.request_id,
        "method": "turn/start",
        "params": {"thread_id": thread_id, "text": said.text},
        "source": "chat_alias",
        "thread_id": thread_id,
    }
    forward(
        principal,
        LANE,
        "POST",
        _path(said.worker_id, "requests"),
        content=json.dumps({"request": request}, ensure_ascii=False).encode(),
        keyed=True,
        subject=said.worker_id,
        contract=CODEX_CONTRACT,
    )
    return turn


def stream_of(principal: Principal, turn: Turn) -> WorkerStream:
    """The worker's log from the turn's beginning."""
    return WorkerStream(principal, turn.worker_id, turn.cursor, TURN_SECONDS)


class TurnEvents:
    """Picks the events of one turn out of a worker's log: the first turn that begins on its thread."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._turn_id: str | None = None

    def parts(self, ui: ui_stream.UIStream, event: dict[str, Any]) -> Iterator[ui_stream.Part]:
        """What the event adds to the stream. Raises ui_stream.OutOfOrder."""
        payload = event.get("payload")
        payload = payload if isinstance(payload, dict) else {}
        if event.get("event_type") == "worker.error" and payload.get("request_id") == self._turn.request_id:
            yield from ui.refused(
                str(payload.get("code") or "internal_error"),
                str(payload.get("message") or "The request failed."),
                payload.get("retryable") is True,
            )
        elif self._is_ours(payload):
            yield from ui.feed(event)

    def _is_ours(self, payload: dict[str, Any]) -> bool:
        params = payload.get("params")
        if not isinstance(params, dict):
            return False
        if ui_stream.member(params, "thread_id") not in (None, self._turn.thread_id):
            return False
        turn_id = ui_stream.member(params, "turn_id")
        if self._turn_id is None and payload.get("method") == "turn/started":
            self._turn_id = turn_id
        return turn_id in (None, self._turn_id)


def _latest_seq(principal: Principal, worker_id: str) -> int:
    """Where the worker's log ends now; 0 for a worker that the request will bring into being."""
    try:
        answer = forward(
            principal, LANE, "GET", _path(worker_id, "snapshot"), subject=worker_id, contract=CODEX_CONTRACT
        )
    except Fault as fault:
        if fault.kind is NOT_FOUND:
            return 0
        raise
    return _seq(answer)


def _seq(answer: PeerAnswer) -> int:
    body = answer.json
    data = body.get("data") if isinstance(body, dict) else None
    found = data.get("latest_seq") if isinstance(data, dict) else None
    return int(found) if isinstance(found, int | str) and str(found).isdigit() else 0


def _path(worker_id: str, what: str) -> str:
    return f"/internal/v1/codex/workers/{quote(worker_id, safe='')}/{what}"

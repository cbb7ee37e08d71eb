"""One turn of a worker's log as a Vercel UI message stream (3.6). Pure: events in, parts out, the order guarded.

part         | may follow                | how often
start        | nothing                   | once
start-step   | start                     | once
text, tool   | start-step                | any; tool-output only after its tool-input
error        | start-step                | before finish
finish-step  | start-step                | once
finish       | finish-step, or an error  | once, last
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

MODEL_DEFAULT: Final = "gpt-5.2-codex"
NOTIFICATION: Final = "worker.event"
TURN_FAILURES: Final = ("turn/failed", "turn/aborted", "turn/interrupted")
CODEX_ERRORS: Final = ("codex/error", "codex_error")

Part = dict[str, Any]

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class OutOfOrder(ValueError):
    """The events do not tell one turn from its start to its end."""


class UIStream:
    """Feed events in log order. `thread_id`: the turn was asked for on this thread, so its `start` is implied."""

    def __init__(self, thread_id: str | None = None) -> None:
        self._implied = thread_id
        self._last_seq = -1
        self._started = self._stepped = self._step_finished = False
        self._texts: set[str] = set()
        self._tools: set[str] = set()
        self.finished = False
        self.ignored = 0

    def feed(self, event: Mapping[str, Any]) -> list[Part]:
        """The parts of one event, maybe none. Raises OutOfOrder; what was fed before it stays valid."""
        seq = event.get("seq")
        if isinstance(seq, int):
            if seq <= self._last_seq:
                return []
            self._last_seq = seq
        payload = event.get("payload")
        if self.finished or event.get("event_type") != NOTIFICATION or not isinstance(payload, Mapping):
            self.ignored += 1
            return []
        method, params = payload.get("method"), payload.get("params")
        found = list(self._parts(str(method), params if isinstance(params, Mapping) else {}))
        if not found:
            self.ignored += 1
        return found

    def refused(self, code: str, message: str, retryable: bool) -> list[Part]:
        """The worker refused the request before any turn began."""
        self.finished = True
        return [_error(code, message, retryable), {"type": "finish", "status": "error"}]

    def _parts(self, method: str, params: Mapping[str, Any]) -> Iterator[Part]:
        match method:
            case "thread/started":
                yield self._start(_text(params, "thread_id"))
            case "turn/started":
                yield from self._start_step(params)
            case "item/started":
                yield from self._item_started(params)
            case "item/agentMessage/delta":
                yield from self._delta(params, "assistant")
            case "item/reasoning/summaryTextDelta":
                yield from self._delta(params, "reasoning")
            case "item/toolOutput/delta":
                yield self._tool_output(params, {"delta": str(_member(params, "delta") or "")})
            case "item/completed" if _kind(params) == "mcp_tool_call":
                yield self._tool_output(params, {"status": _member(params, "item_status") or "completed"})
            case "turn/completed":
                yield from self._completed(params)
            case _ if method in TURN_FAILURES:
                yield from self._failed(method.replace("/", "_"), params)
            case _ if method in CODEX_ERRORS:
                yield from self._failed("codex_error", params)

    def _start(self, thread_id: str) -> Part:
        _demand(not self._started, "a second start")
        self._started = True
        return {"type": "start", "threadId": thread_id, "source": "codex"}

    def _start_step(self, params: Mapping[str, Any]) -> Iterator[Part]:
        if not self._started and self._implied is not None:
            yield self._start(self._implied)
        _demand(self._started, "a step before the start")
        _demand(not self._stepped, "a second step")
        self._stepped = True
        yield {
            "type": "start-step",
            "threadId": _text(params, "thread_id"),
            "turnId": _text(params, "turn_id"),
            "model": _member(params, "model") or MODEL_DEFAULT,
        }

    def _item_started(self, params: Mapping[str, Any]) -> Iterator[Part]:
        kind = _kind(params)
        if kind == "agent_message":
            yield from self._text_start(_text(params, "item_id"), str(_member(params, "turn_id") or ""))
        elif kind == "mcp_tool_call":
            self._in_step()
            identifier, stated = _text(params, "item_id"), params.get("item")
            item: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}
            arguments = item.get("arguments", item.get("input"))
            self._tools.add(identifier)
            yield {
                "type": "tool-input",
                "toolCallId": identifier,
                "toolName": _member(item, "tool_name") or "unknown_tool",
                "input": {} if arguments is None else arguments,
            }

    def _text_start(self, identifier: str, turn_id: str) -> Iterator[Part]:
        self._in_step()
        if identifier not in self._texts:
            self._texts.add(identifier)
            yield {"type": "text-start", "id": identifier, "turnId": turn_id}

    def _delta(self, params: Mapping[str, Any], channel: str) -> Iterator[Part]:
        identifier, delta = _text(params, "item_id"), _member(params, "delta")
        _demand(isinstance(delta, str), "a delta without text")
        yield from self._text_start(identifier, "")
        yield {"type": "text-delta", "id": identifier, "channel": channel, "delta": delta}

    def _tool_output(self, params: Mapping[str, Any], content: Part) -> Part:
        self._in_step()
        identifier = _text(params, "item_id")
        _demand(identifier in self._tools, "tool output before its input")
        return {"type": "tool-output", "toolCallId": identifier, **content}

    def _completed(self, params: Mapping[str, Any]) -> Iterator[Part]:
        self._in_step()
        _demand(not self._step_finished, "a second end of the step")
        self._step_finished = self.finished = True
        status = _member(params, "status") or "completed"
        yield {"type": "finish-step", "turnId": _text(params, "turn_id"), "status": status}
        yield {"type": "finish", "status": status}

    def _failed(self, code: str, params: Mapping[str, Any]) -> Iterator[Part]:
        self._in_step()
        self.finished = True
        message = _member(params, "message")
        yield _error(code, message if isinstance(message, str) else "The turn failed.", _member(params, "will_retry"))
        yield {"type": "finish", "status": "error"}

    def _in_step(self) -> None:
        _demand(self._stepped, "content before the step")


def mapping_error(message: str) -> Part:
    """Ends a stream that has begun and cannot be told to its end."""
    return _error("adapter_mapping_error", message, False)


def member(source: Mapping[str, Any], name: str) -> Any:
    """A member in snake case, else in camel case; None when absent."""
    return _member(source, name)


def _error(code: str, message: str, retryable: Any) -> Part:
    return {"type": "error", "code": code, "message": message, "retryable": retryable is True}


def _demand(holds: bool, complaint: str) -> None:
    if not holds:
        raise OutOfOrder(complaint)


def _member(source: Mapping[str, Any], name: str) -> Any:
    if name in source:
        return source[name]
    head, *rest = name.split("_")
    return source.get(head + "".join(part.capitalize() for part in rest))


def _text(params: Mapping[str, Any], name: str) -> str:
    found = _member(params, name)
    if not isinstance(found, str) or not found:
        raise OutOfOrder(f"{name} is missing")
    return found


def _kind(params: Mapping[str, Any]) -> str:
    return _HUMP.sub("_", str(_member(params, "item_kind") or "")).lower()

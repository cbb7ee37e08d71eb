"""What an event says, in a line that a person reads. Payloads are anybody's: what does not fit is shown as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

LINE_CHARS = 160
COMMAND_KEYS = ("cmd", "command", "path", "query", "url")
"""Where tools keep what they were asked to do."""

Payload = Mapping[str, Any]


def line_of(event_type: str, payload: Any) -> str:
    """One line; canonical JSON where there are no words for the event."""
    words = WORDS.get(event_type)
    said = words(payload) if words is not None and isinstance(payload, Mapping) else ""
    return shortened(said or json.dumps(payload, ensure_ascii=False), LINE_CHARS)


def shortened(text: str, chars_max: int) -> str:
    return text if len(text) <= chars_max else f"{text[: chars_max - 1]}…"


def milliseconds(value: Any) -> str:
    """A duration given in milliseconds, or nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return ""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def _text(payload: Payload, name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _joined(*parts: str, by: str = ", ") -> str:
    return by.join(part for part in parts if part)


def _exit(payload: Payload) -> str:
    code = payload.get("exit_code")
    return f"exit {code}" if isinstance(code, int) and not isinstance(code, bool) else ""


def _asked(params: Any) -> str:
    """What a tool was asked to do: its command if it has one, else all of it."""
    if not isinstance(params, Mapping) or not params:
        return ""
    for name in COMMAND_KEYS:
        if _text(params, name):
            return _text(params, name)
    return json.dumps(params, ensure_ascii=False)


def _started(payload: Payload) -> str:
    by = _text(payload, "actor") or _text(payload, "source")
    return f"started by {by}" if by else "started"


def _cancel(payload: Payload) -> str:
    by = _text(payload, "requested_by")
    return _joined(f"asked to stop by {by}" if by else "asked to stop", _text(payload, "reason"), by=": ")


def _finished(payload: Payload) -> str:
    return _joined(_text(payload, "status"), _text(payload, "reason_class"), _text(payload, "reason"), by=": ")


def _lost(payload: Payload) -> str:
    owner = _text(payload, "lease_owner")
    return _joined(
        f"{owner or 'the executor'} was lost behind event {payload.get('observed_progress_seq', '?')}",
        _text(payload, "reason"),
        by=": ",
    )


def _frame(payload: Payload) -> str:
    kind = _text(payload, "type") or _text(payload, "frame_type")
    return f"frame {_text(payload, 'frame_id')}" + (f" ({kind})" if kind else "")


def _tool(payload: Payload) -> str:
    what = _joined(_text(payload, "tool"), _asked(payload.get("params")), by=": ")
    return _joined(what, _exit(payload), milliseconds(payload.get("latency_ms")))


def _tool_call(payload: Payload) -> str:
    return _joined(_text(payload, "tool_name"), _asked(payload.get("input")), by=": ")


def _tool_result(payload: Payload) -> str:
    return _joined(_text(payload, "tool_name"), _text(payload, "state"), _text(payload, "reason_code"), by=": ")


def _verification(payload: Payload) -> str:
    place = _text(payload, "cwd")
    passed = "passed" if payload.get("exit_code") == 0 else _joined("did not pass", _exit(payload))
    return _joined(
        f"{_text(payload, 'command')}: {passed}",
        f"in {place}" if place else "",
        milliseconds(payload.get("duration_ms")),
    )


def _payment(payload: Payload) -> str:
    amount = payload.get("amount_msats")
    rail = _text(payload, "rail")
    return _joined(
        f"{amount} msats" if amount is not None else "", f"over {rail}" if rail else "", _text(payload, "status")
    )


def _receipt(payload: Payload) -> str:
    return _joined(_text(payload, "receipt_type"), _text(payload, "receipt_id"), by=" ")


def _loop(payload: Payload) -> str:
    return _joined(_text(payload, "detector"), _text(payload, "message") or _text(payload, "reason_code_text"), by=": ")


WORDS: dict[str, Callable[[Payload], str]] = {
    "run.started": _started,
    "run.cancel_requested": _cancel,
    "run.finished": _finished,
    "run.executor_lost": _lost,
    "run.loop_detected": _loop,
    "run.frame_received": _frame,
    "run.frame_consumed": _frame,
    "text.delta": lambda payload: _text(payload, "delta"),
    "tool": _tool,
    "tool.call": _tool_call,
    "tool.result": _tool_result,
    "verification": _verification,
    "payment": _payment,
    "receipt": _receipt,
    # A worker's log.
    "worker.started": lambda payload: _joined(_text(payload, "status"), _text(payload, "reason")),
    "worker.failed": lambda payload: _text(payload, "reason"),
    "worker.stopped": lambda payload: _text(payload, "reason"),
    "worker.heartbeat": lambda payload: _text(payload, "status"),
    "worker.request.received": lambda payload: _joined(_text(payload, "method"), _text(payload, "request_id")),
    "worker.response": lambda payload: _joined("answered", _text(payload, "method"), _text(payload, "request_id")),
    "worker.error": lambda payload: _joined(
        _text(payload, "code"), _text(payload, "message"), _text(payload, "request_id"), by=": "
    ),
}
"""Words by event type."""

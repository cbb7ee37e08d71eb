"""Checking a REPLAY.jsonl that somebody else wrote: form, order, hashes and totals (runtime 9.2).

Problems are returned as short sentences, never raised, whatever the text holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from openagents.receipts import strict_json
from openagents.receipts.canonical import canonical_text, prefixed_sha256
from openagents.receipts.replay import (
    LINE_DEPTH_MAX,
    OPEN_OUTCOME,
    OUTCOMES,
    REPLAY_VERSION,
    Line,
    is_i32,
    is_u64,
    saturating_sum,
    split_lines,
)
from openagents.receipts.times import parse_rfc3339, rfc3339_offset

Check = Callable[[object], bool]


def validate_replay(replay: str, *, published: bool = False) -> list[str]:
    """What is wrong with a REPLAY.jsonl; empty if nothing.

    Checked: newline-ended canonical lines of exactly their fields; ReplayHeader, SessionStart, SessionEnd in their
    places; payload hashes (not for a `published` text, whose payloads are masked); every ToolResult after its ToolCall;
    rising seqs; SessionEnd's outcome and totals.
    """
    try:
        lines = parse_replay(replay)
    except strict_json.MalformedJSON as error:
        return [str(error)]
    problems = [*_wrong_fields(lines), *_wrong_places(lines)]
    return problems or [*_wrong_events(lines, published), *_wrong_totals(lines)]


def parse_replay(replay: str) -> list[Line]:
    """The lines as objects. Raises MalformedJSON, naming the line, if one is not a canonical JSON object."""
    if not replay.endswith("\n"):
        raise strict_json.MalformedJSON("the replay does not end with a newline")
    lines = []
    for number, text in enumerate(split_lines(replay), 1):
        try:
            value = strict_json.loads(text, max_depth=LINE_DEPTH_MAX)
        except strict_json.MalformedJSON as error:
            raise strict_json.MalformedJSON(f"line {number}: {error}") from None
        if not isinstance(value, dict) or canonical_text(value) != text:
            raise strict_json.MalformedJSON(f"line {number}: not a canonical JSON object")
        lines.append(value)
    return lines


def has_fields(value: object, fields: Mapping[str, Check], *, optional: Mapping[str, Check] | None = None) -> bool:
    """Whether an object has exactly these fields, each passing its check; `optional` ones may be missing."""
    if not isinstance(value, dict):
        return False
    known = {**fields, **(optional or {})}
    return fields.keys() <= value.keys() <= known.keys() and all(known[name](item) for name, item in value.items())


def _wrong_fields(lines: Sequence[Line]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        event = line.get("event")
        fields = LINE_FIELDS.get(event) if isinstance(event, str) else None
        if fields is None:
            yield f"line {number}: not a replay event"
        elif not has_fields(line, {"event": is_text, **fields}):
            yield f"line {number}: not the fields of {event}"


def _wrong_places(lines: Sequence[Line]) -> Iterator[str]:
    events = [line.get("event") for line in lines]
    if events[:1] != ["ReplayHeader"]:
        yield "line 1 is not ReplayHeader"
    if events[1:2] != ["SessionStart"]:
        yield "line 2 is not SessionStart"
    if len(lines) < 3 or events[-1] != "SessionEnd":
        yield "the last line is not SessionEnd"
    if any(event in ("ReplayHeader", "SessionStart", "SessionEnd") for event in events[2:-1]):
        yield "a header, start or end stands in the middle"
    if lines and lines[0].get("created_at") != (lines[1].get("t") if len(lines) > 1 else None):
        yield "header and start name different times"


def _wrong_events(lines: Sequence[Line], published: bool) -> Iterator[str]:
    session_id, last_seq, open_call = lines[1]["session_id"], 0, None
    for number, line in enumerate(lines[2:], 3):
        if open_call is not None and (line["event"], line.get("id"), line["t"]) != ("ToolResult", *open_call):
            yield f"line {number}: the result of the tool call before it is missing"
        elif open_call is None and line["event"] == "ToolResult":
            yield f"line {number}: a tool result without its call"
        open_call = (line["id"], line["t"]) if line["event"] == "ToolCall" else None
        if line["event"] != "RuntimeEvent":
            continue
        if line["session_id"] != session_id:
            yield f"line {number}: another session"
        if line["seq"] <= last_seq:
            yield f"line {number}: seq does not rise"
        if not published and prefixed_sha256(line["payload"]) != line["payload_hash"]:
            yield f"line {number}: the payload does not have its hash"
        last_seq = line["seq"]


def _wrong_totals(lines: Sequence[Line]) -> Iterator[str]:
    end, results = lines[-1], [line for line in lines if line["event"] == "ToolResult"]
    if end["total_tool_calls"] != len(results):
        yield "SessionEnd counts other tool calls"
    if end["total_latency_ms"] != saturating_sum(line["latency_ms"] for line in results):
        yield "SessionEnd totals another latency"
    if (end["status"], end["confidence"]) not in (*OUTCOMES.values(), OPEN_OUTCOME):
        yield "SessionEnd has no such outcome"
    if len(lines) > 3 and end["t"] != lines[-2]["t"]:
        yield "SessionEnd is not at the last event"


# --- the fields ---


def is_time(value: object) -> bool:
    """Whether a value is a time as it stands inside the runtime's hashes."""
    try:
        return isinstance(value, str) and rfc3339_offset(parse_rfc3339(value)) == value
    except ValueError:
        return False


def is_text(value: object) -> bool:
    return isinstance(value, str)


def is_optional_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def is_anything(value: object) -> bool:
    return True


def _is_float(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _is_list_of_one(is_item: Check) -> Check:
    return lambda value: isinstance(value, list) and len(value) == 1 and is_item(value[0])


PAYMENT_FIELDS: Mapping[str, Check] = {
    "rail": is_text,
    "asset_id": is_text,
    "amount_msats": is_u64,
    "payment_proof": is_anything,
    "job_hash": is_optional_text,
    "status": is_text,
}
LINE_FIELDS: Mapping[str, Mapping[str, Check]] = {
    "ReplayHeader": {
        "replay_version": lambda value: is_i32(value) and value == REPLAY_VERSION,
        "producer": is_text,
        "created_at": is_time,
    },
    "SessionStart": {
        "t": is_time,
        "session_id": is_text,
        "issue_number": lambda value: value is None,
        "policy_bundle_id": is_text,
    },
    "ToolCall": {
        "t": is_time,
        "id": is_text,
        "tool": is_text,
        "params": is_anything,
        "params_hash": is_text,
        "step_id": is_text,
    },
    "ToolResult": {
        "t": is_time,
        "id": is_text,
        "output_hash": is_text,
        "exit_code": lambda value: value is None or is_i32(value),
        "step_utility": _is_float,
        "latency_ms": is_u64,
    },
    "Verification": {
        "t": is_time,
        "commands": _is_list_of_one(is_text),
        "exit_codes": _is_list_of_one(is_i32),
        "verification_delta": is_i32,
    },
    "Payment": {"t": is_time, **PAYMENT_FIELDS},
    "RuntimeEvent": {
        "t": is_time,
        "session_id": is_text,
        "seq": is_u64,
        "runtime_event_type": is_text,
        "payload_hash": is_text,
        "payload": is_anything,
        "idempotency_key": is_optional_text,
    },
    "SessionEnd": {
        "t": is_time,
        "status": is_text,
        "confidence": _is_float,
        "total_tool_calls": is_u64,
        "total_latency_ms": is_u64,
    },
}

"""A run's replay: REPLAY.jsonl from its events (runtime 9.2).

Pure recomputation, the same for the runtime that answers it and for everybody who checks it; see replay_check.py.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeGuard

from openagents.receipts import strict_json
from openagents.receipts.canonical import canonical_text, prefixed_sha256, sha256_hex
from openagents.receipts.ids import derived_id
from openagents.receipts.redaction import redact_published
from openagents.receipts.times import rfc3339_offset

REPLAY_VERSION = 1
PRODUCER = "openagents-runtime"
DEFAULT_POLICY_BUNDLE_ID = "runtime.default"

U64_MAX = 2**64 - 1
LINE_DEPTH_MAX = strict_json.DEPTH_MAX + 2  # a payload of full depth, inside its line

# Run status -> (SessionEnd.status, confidence). A run that has not ended claims nothing.
OUTCOMES = {"succeeded": ("success", 1.0), "failed": ("failure", 0.0), "canceled": ("cancelled", 0.0)}
OPEN_OUTCOME = ("incomplete", 0.5)

Line = dict[str, Any]
Payload = Mapping[str, Any]


@dataclass(frozen=True)
class EventRecord:
    """One event of a run's log; `payload` is the parsed JSON value as stored, `recorded_at` is aware."""

    seq: int
    event_type: str
    payload: Any
    idempotency_key: str | None
    recorded_at: datetime


@dataclass(frozen=True)
class RunRecord:
    """A run and all its events in seq order: everything that its artifacts are computed from."""

    run_id: str
    created_at: datetime
    updated_at: datetime
    status: str
    metadata: Payload
    events: Sequence[EventRecord]

    @property
    def policy_bundle_id(self) -> str:
        return text_of(self.metadata, "policy_bundle_id", DEFAULT_POLICY_BUNDLE_ID)


# --- reading payloads: a field of the wrong type counts as absent, so that every stored run has a replay ---


def text_of(payload: Payload, name: str, default: str) -> str:
    """A string field, or the default."""
    value = payload.get(name)
    return value if isinstance(value, str) else default


def optional_text_of(payload: Payload, name: str) -> str | None:
    """A string field, or None."""
    value = payload.get(name)
    return value if isinstance(value, str) else None


def optional_u64_of(payload: Payload, name: str) -> int | None:
    """An unsigned 64-bit field, or None."""
    value = payload.get(name)
    return value if is_u64(value) else None


def u64_of(payload: Payload, name: str) -> int:
    """An unsigned 64-bit field, or 0."""
    return optional_u64_of(payload, name) or 0


def i32_of(payload: Payload, name: str) -> int | None:
    """A signed 32-bit field, or None."""
    value = payload.get(name)
    return value if is_i32(value) else None


def is_u64(value: object) -> TypeGuard[int]:
    """Whether a value is an int of 0..2^64-1; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= U64_MAX


def is_i32(value: object) -> TypeGuard[int]:
    """Whether a value is an int of -2^31..2^31-1; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31


def saturating_sum(values: Iterable[int]) -> int:
    """A total that stops at 2^64-1: a total must stay representable whatever single values a run recorded."""
    return min(sum(values), U64_MAX)


def specific_payload(event: EventRecord, event_type: str) -> Payload | None:
    """The event's payload if it is an object and the event of that type; else the event is a plain RuntimeEvent."""
    return event.payload if event.event_type == event_type and isinstance(event.payload, dict) else None


def tool_params(payload: Payload) -> tuple[Any, str]:
    """A tool call's params and their hash, computed where the worker gave none."""
    params = payload.get("params", {})
    given = optional_text_of(payload, "params_hash")
    return params, prefixed_sha256(params) if given is None else given


# --- building ---


def replay_lines(run: RunRecord) -> Iterator[Line]:
    """The lines of REPLAY.jsonl as objects, from ReplayHeader to SessionEnd."""
    created_at = rfc3339_offset(run.created_at)
    yield {"event": "ReplayHeader", "replay_version": REPLAY_VERSION, "producer": PRODUCER, "created_at": created_at}
    yield {
        "event": "SessionStart",
        "t": created_at,
        "session_id": run.run_id,
        "issue_number": None,
        "policy_bundle_id": run.policy_bundle_id,
    }
    latencies = []
    for event in run.events:
        for line in _event_lines(run.run_id, event):
            if line["event"] == "ToolResult":
                latencies.append(line["latency_ms"])
            yield line
    status, confidence = OUTCOMES.get(run.status, OPEN_OUTCOME)
    yield {
        "event": "SessionEnd",
        "t": rfc3339_offset(run.events[-1].recorded_at if run.events else run.updated_at),
        "status": status,
        "confidence": confidence,
        "total_tool_calls": len(latencies),
        "total_latency_ms": saturating_sum(latencies),
    }


def replay_text(run: RunRecord) -> str:
    """REPLAY.jsonl: one canonical object per line, a newline after every line."""
    return _jsonl(replay_lines(run))


def replay_hash(replay: str) -> str:
    """`sha256:` + hex over the whole text, including the final newline."""
    return prefixed_sha256(replay.encode("utf-8"))


def artifact_id(replay: str) -> str:
    """`replay_` + the first 24 hex of the replay hash."""
    return derived_id("replay", sha256_hex(replay), 24)


def published_replay(replay: str) -> str:
    """The text with secrets masked; its hashes stay those of the original. Check it as `published`."""
    return _jsonl(redact_published(strict_json.loads(line, max_depth=LINE_DEPTH_MAX)) for line in split_lines(replay))


def split_lines(replay: str) -> list[str]:
    """The lines of a JSONL text. Only \\n ends a line: str.splitlines would also break inside raw U+2028 or U+0085."""
    lines = replay.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _jsonl(lines: Iterable[Line]) -> str:
    return "".join(f"{canonical_text(line)}\n" for line in lines)


def _event_lines(session_id: str, event: EventRecord) -> Iterator[Line]:
    t = rfc3339_offset(event.recorded_at)
    build = _LINES.get(event.event_type)
    payload = specific_payload(event, event.event_type)
    if build is not None and payload is not None:
        yield from build(t, event, payload)
        return
    yield {
        "event": "RuntimeEvent",
        "t": t,
        "session_id": session_id,
        "seq": event.seq,
        "runtime_event_type": event.event_type,
        "payload_hash": prefixed_sha256(event.payload),
        "payload": event.payload,
        "idempotency_key": event.idempotency_key,
    }


def _tool_lines(t: str, event: EventRecord, payload: Payload) -> Iterator[Line]:
    identifier = event.idempotency_key or f"runtime.seq:{event.seq}"
    params, params_hash = tool_params(payload)
    yield {
        "event": "ToolCall",
        "t": t,
        "id": identifier,
        "tool": text_of(payload, "tool", "unknown"),
        "params": params,
        "params_hash": params_hash,
        "step_id": text_of(payload, "step_id", identifier),
    }
    yield {
        "event": "ToolResult",
        "t": t,
        "id": identifier,
        "output_hash": text_of(payload, "output_hash", "sha256:unknown"),
        "exit_code": i32_of(payload, "exit_code"),
        "step_utility": _float32(payload.get("step_utility")),
        "latency_ms": u64_of(payload, "latency_ms"),
    }


def _verification_lines(t: str, event: EventRecord, payload: Payload) -> Iterator[Line]:
    exit_code, delta = i32_of(payload, "exit_code"), i32_of(payload, "verification_delta")
    yield {
        "event": "Verification",
        "t": t,
        "commands": [text_of(payload, "command", "unknown")],
        "exit_codes": [-1 if exit_code is None else exit_code],
        "verification_delta": delta or 0,
    }


def _payment_lines(t: str, event: EventRecord, payload: Payload) -> Iterator[Line]:
    yield {"event": "Payment", "t": t, **payment_fields(payload)}


def payment_fields(payload: Payload) -> Line:
    """The six facts of a `payment` event, with their defaults: the same in the replay and in its payment receipt."""
    return {
        "rail": text_of(payload, "rail", "unknown"),
        "asset_id": text_of(payload, "asset_id", "unknown"),
        "amount_msats": u64_of(payload, "amount_msats"),
        "payment_proof": payload.get("payment_proof"),
        "job_hash": optional_text_of(payload, "job_hash"),
        "status": text_of(payload, "status", "released"),
    }


_LINES: Mapping[str, Callable[[str, EventRecord, Payload], Iterator[Line]]] = MappingProxyType(
    {"tool": _tool_lines, "verification": _verification_lines, "payment": _payment_lines}
)


def _float32(value: object) -> float:
    """Rounded to IEEE single precision and printed as a double: 0.1 becomes 0.10000000149011612."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return 0.0
    return rounded

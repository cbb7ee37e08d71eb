"""Event types: which exist, who may append them, what shape they need, which of them move a run.

Shapes are checked here, at append: a bad `tool` or `verification` event would spoil the run's receipt for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.runtime.domain.run_states import TERMINAL_STATUS_NAMES, Trigger
from openagents.receipts.canonical import canonical_text, sha256_hex

EVENT_TYPE = re.compile(r"^[a-z0-9][a-z0-9_.:/-]{0,159}$")
IDEMPOTENCY_KEY_CHARS_MAX = 200
I32 = range(-(2**31), 2**31)
U64 = range(2**64)


class Source(StrEnum):
    """Who appended. Part of the idempotency scope, so that no writer's key can shadow another's."""

    CLIENT = "client"
    TREASURY = "treasury"
    SYSTEM = "system"
    HYDRA = "hydra"
    AEGIS = "aegis"


class Refused(ValueError):
    """The event cannot be appended. `reason_code` is for machines, the text for people."""

    def __init__(self, message: str, reason_code: str) -> None:
        super().__init__(message)
        self.reason_code = reason_code


RESERVED_TYPES: dict[str, frozenset[Source]] = {
    "payment": frozenset({Source.TREASURY}),
    "fraud": frozenset({Source.TREASURY}),
    "run.frame_received": frozenset({Source.SYSTEM}),
    "run.executor_lost": frozenset({Source.SYSTEM, Source.CLIENT}),
}
"""Event types that only some sources may append; every other type is open to owner and worker."""

TREASURY_RECEIPT_TYPES = frozenset(
    {
        "TreasuryDecision",
        "QuoteCommitted",
        "PriceIntegrityPassed",
        "PriceIntegrityFailed",
        "BudgetReserved",
        "VerificationPassed",
        "VerificationFailed",
        "CepSettlementLinked",
        "PaymentReleased",
        "PaymentWithheld",
    }
)
"""Receipts that money follows: written by the TreasuryRouter alone."""


def _receipt_owner(receipt_type: str) -> Source | None:
    """The only source of a reserved receipt type; None when the type is free."""
    if receipt_type.startswith("Hydra"):
        return Source.HYDRA
    if receipt_type.startswith("Aegis"):
        return Source.AEGIS
    return Source.TREASURY if receipt_type in TREASURY_RECEIPT_TYPES else None


@dataclass(frozen=True, slots=True)
class Event:
    """One event ready for the log. `payload_text` is the canonical text that is stored, hashed and delivered."""

    event_type: str
    payload_text: str
    payload_sha256: str
    fingerprint: str
    idempotency_key: str | None
    trigger: Trigger | None
    reason_class: str | None
    reason: str | None

    @property
    def payload_bytes(self) -> int:
        return len(self.payload_text.encode())


def make_event(event_type: str, payload: Any, idempotency_key: str | None, source: Source) -> Event:
    """Check and canonicalise one event. Raises Refused, or Unrepresentable for values JSON cannot hold."""
    name = event_type.strip()
    if not EVENT_TYPE.match(name):
        raise Refused("event_type must match ^[a-z0-9][a-z0-9_.:/-]{0,159}$", "invalid_event_type")
    key = (idempotency_key or "").strip() or None
    if key is not None and len(key) > IDEMPOTENCY_KEY_CHARS_MAX:
        raise Refused(
            f"idempotency_key is longer than {IDEMPOTENCY_KEY_CHARS_MAX} characters", "invalid_idempotency_key"
        )
    reserved = RESERVED_TYPES.get(name)
    if reserved is not None and source not in reserved:
        raise Refused(f"{name} is not yours to append", "reserved_event_type")
    if shape := SHAPES.get(name):
        shape(payload, source)
    text = canonical_text(payload)
    body = payload if isinstance(payload, Mapping) else {}
    return Event(
        event_type=name,
        payload_text=text,
        payload_sha256=sha256_hex(text),
        # The canonical form of both fields: a name that matches EVENT_TYPE needs no escapes.
        fingerprint=sha256_hex(f'{{"event_type":"{name}","payload":{text}}}'),
        idempotency_key=key,
        trigger=trigger_of(name, body),
        reason_class=_text(body.get("reason_class")),
        reason=_text(body.get("reason")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def trigger_of(event_type: str, payload: Mapping[str, Any]) -> Trigger | None:
    """What the event does to its run's state; None for nothing. The payload of `run.finished` has been checked."""
    match event_type:
        case "run.started":
            return Trigger.STARTED
        case "run.cancel_requested":
            return Trigger.CANCEL_REQUESTED
        case "run.finished":
            return TERMINAL_STATUS_NAMES[payload["status"].strip().lower()]
        case _:
            return None


def _object(payload: Any, event_type: str) -> Mapping[str, Any]:
    if not isinstance(payload, Mapping):
        raise Refused(f"the payload of {event_type} is an object", "invalid_event_payload")
    return payload


def _need(payload: Mapping[str, Any], name: str, fits: Callable[[Any], bool], what: str) -> None:
    if not fits(payload.get(name)):
        raise Refused(f"payload.{name} must be {what}", "invalid_event_payload")


def _allow(payload: Mapping[str, Any], name: str, fits: Callable[[Any], bool], what: str) -> None:
    if payload.get(name) is not None:
        _need(payload, name, fits, what)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_integer_in(numbers: range) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value in numbers


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _check_finished(payload: Any, source: Source) -> None:
    status = _object(payload, "run.finished").get("status")
    if not isinstance(status, str):
        raise Refused("payload.status is missing", "missing_terminal_status")
    if status.strip().lower() not in TERMINAL_STATUS_NAMES:
        raise Refused("payload.status must be succeeded, failed or canceled", "invalid_terminal_status")


def _check_tool(payload: Any, source: Source) -> None:
    body = _object(payload, "tool")
    for name in ("tool", "params_hash", "output_hash"):
        _need(body, name, _is_text, "a string")
    _need(body, "latency_ms", _is_integer_in(U64), "an unsigned 64-bit integer")
    _allow(body, "side_effects", _is_list, "a list")
    _allow(body, "step_id", _is_text, "a string")
    _allow(body, "exit_code", _is_integer_in(I32), "a 32-bit integer")
    _allow(body, "step_utility", _is_number, "a number")


def _check_verification(payload: Any, source: Source) -> None:
    body = _object(payload, "verification")
    _need(body, "command", _is_text, "a string")
    _need(body, "exit_code", _is_integer_in(I32), "a 32-bit integer")
    _allow(body, "cwd", _is_text, "a string")
    _allow(body, "duration_ms", _is_integer_in(U64), "an unsigned 64-bit integer")
    _allow(body, "verification_delta", _is_integer_in(I32), "a 32-bit integer")


def _check_receipt(payload: Any, source: Source) -> None:
    receipt_type = payload.get("receipt_type") if isinstance(payload, Mapping) else None
    owner = _receipt_owner(receipt_type) if isinstance(receipt_type, str) else None
    if owner is not None and owner is not source:
        raise Refused(f"receipts of type {receipt_type} are not yours to append", "reserved_receipt_type")
    if source in (Source.HYDRA, Source.AEGIS) and owner is not source:
        raise Refused(f"{source} appends receipts of its own types only", "reserved_receipt_type")


SHAPES: dict[str, Callable[[Any, Source], None]] = {
    "run.finished": _check_finished,
    "tool": _check_tool,
    "verification": _check_verification,
    "receipt": _check_receipt,
}
"""Event types whose payload has a shape that receipts and the state machine rely on."""

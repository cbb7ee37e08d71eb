"""A run's receipt: RECEIPT.json with its payment receipts, from its events; and the check of one (runtime 9.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from openagents.receipts.canonical import canonical_sha256, canonical_text, prefixed_sha256
from openagents.receipts.replay import (
    Payload,
    RunRecord,
    i32_of,
    is_i32,
    is_u64,
    optional_text_of,
    optional_u64_of,
    payment_fields,
    saturating_sum,
    specific_payload,
    text_of,
    tool_params,
    u64_of,
)
from openagents.receipts.replay_check import PAYMENT_FIELDS, Check, has_fields, is_anything, is_optional_text, is_text
from openagents.receipts.replay_check import is_time as is_hashed_time
from openagents.receipts.signing import Signer, verify_signature
from openagents.receipts.times import rfc3339_offset

RECEIPT_SCHEMA = "openagents.receipt.v1"
PAYMENT_SCHEMA = "openagents.treasury.payment_receipt.v1"
_UNHASHED = ("canonical_json_sha256", "signature")

Receipt = dict[str, Any]


def trajectory_hash(run: RunRecord) -> str:
    """`sha256:` + hash over all events in seq order, payloads and idempotency keys included."""
    return prefixed_sha256(
        [
            {
                "seq": event.seq,
                "event_type": event.event_type,
                "payload": event.payload,
                "idempotency_key": event.idempotency_key,
                "recorded_at": rfc3339_offset(event.recorded_at),
            }
            for event in run.events
        ]
    )


def build_receipt(run: RunRecord, signer: Signer | None = None) -> Receipt:
    """The receipt `openagents.receipt.v1` of a run as it stands, signed (with its payments) if there is a signer.

    The hash covers every field but itself and the signature; payments enter it with their own hash, unsigned.
    """
    trajectory = trajectory_hash(run)
    tools = [_tool_call(payload) for payload in _payloads(run, "tool")]
    verification = [_verification(payload) for payload in _payloads(run, "verification")]
    payments = [_payment_receipt(run, trajectory, payload) for payload in _payloads(run, "payment")]
    body: Receipt = {
        "schema": RECEIPT_SCHEMA,
        "session_id": run.run_id,
        "trajectory_hash": trajectory,
        "policy_bundle_id": run.policy_bundle_id,
        "created_at": rfc3339_offset(run.created_at),
        "event_count": len(run.events),
        "first_seq": run.events[0].seq if run.events else 0,
        "last_seq": run.events[-1].seq if run.events else 0,
        "metrics": metrics(tools, verification, payments),
        "tool_calls": tools,
        "verification": verification,
        "payments": payments,
    }
    digest = receipt_sha256(body)
    if signer is None:
        return {**body, "canonical_json_sha256": digest}
    signed = [{**payment, "signature": signer.sign(payment["canonical_json_sha256"])} for payment in payments]
    return {**body, "payments": signed, "canonical_json_sha256": digest, "signature": signer.sign(digest)}


def receipt_text(receipt: Receipt) -> str:
    """RECEIPT.json: the canonical text and a newline."""
    return f"{canonical_text(receipt)}\n"


def receipt_sha256(receipt: Mapping[str, Any]) -> str:
    """The hash that belongs into `canonical_json_sha256` of a run receipt."""
    payments = [_unsigned(payment) for payment in receipt["payments"]]
    return canonical_sha256({**_hashed(receipt), "payments": payments})


def payment_receipt_sha256(payment: Mapping[str, Any]) -> str:
    """The hash that belongs into `canonical_json_sha256` of a payment receipt."""
    return canonical_sha256(_hashed(payment))


def metrics(
    tools: Sequence[Mapping[str, Any]], verification: Sequence[Mapping[str, Any]], payments: Sequence[Mapping[str, Any]]
) -> Receipt:
    """The totals of a receipt. `verification_passed` is None when nothing was verified."""
    return {
        "tool_calls": len(tools),
        "tool_latency_ms_total": saturating_sum(tool["latency_ms"] for tool in tools),
        "verification_passed": all(check["exit_code"] == 0 for check in verification) if verification else None,
        "payments_msats_total": saturating_sum(payment["amount_msats"] for payment in payments),
    }


def payment_body(session_id: str, trajectory: str, policy_bundle_id: str, facts: Mapping[str, Any]) -> Receipt:
    """An unsigned payment receipt from the facts of a `payment` event (replay.payment_fields), with its hash."""
    body = {
        "schema": PAYMENT_SCHEMA,
        "session_id": session_id,
        "trajectory_hash": trajectory,
        "policy_bundle_id": policy_bundle_id,
        **{name: facts[name] for name in PAYMENT_FIELDS},
    }
    return {**body, "canonical_json_sha256": payment_receipt_sha256(body)}


def check_receipt(
    receipt: object, *, allowed_signers: Collection[str] | None = None, signature_required: bool = False
) -> list[str]:
    """What is wrong with a receipt (parsed by strict_json) by itself: fields, metrics, hashes, signatures."""
    if not isinstance(receipt, dict) or not has_fields(receipt, _FIELDS, optional={"signature": is_anything}):
        return ["the receipt does not have the fields of openagents.receipt.v1"]
    return list(_wrong(receipt, allowed_signers, signature_required))


def _wrong(receipt: Receipt, allowed_signers: Collection[str] | None, signature_required: bool) -> Iterator[str]:
    if receipt["metrics"] != metrics(receipt["tool_calls"], receipt["verification"], receipt["payments"]):
        yield "the receipt's metrics are not those of its entries"
    count, first, last = receipt["event_count"], receipt["first_seq"], receipt["last_seq"]
    if not (first >= 1 and count <= last - first + 1 if count else first == last == 0):
        yield "the receipt's seqs do not fit its event count"
    if receipt["canonical_json_sha256"] != receipt_sha256(receipt):
        yield "the receipt does not have its hash"
    session = (receipt["session_id"], receipt["trajectory_hash"], receipt["policy_bundle_id"])
    for number, payment in enumerate(receipt["payments"], 1):
        if payment_body(*session, payment) != _unsigned(payment):
            yield f"payment {number} is not this run's, or does not have its hash"
    for name, signed in _signed(receipt):
        if "signature" not in signed:
            if signature_required:
                yield f"{name} is not signed"
        elif not verify_signature(
            signed["signature"], signed_sha256=signed["canonical_json_sha256"], allowed_signers=allowed_signers
        ):
            yield f"the signature of {name} is not valid, or not of an allowed key"


def _signed(receipt: Receipt) -> Iterable[tuple[str, Receipt]]:
    yield "the receipt", receipt
    for number, payment in enumerate(receipt["payments"], 1):
        yield f"payment {number}", payment


def _unsigned(payment: Mapping[str, Any]) -> Receipt:
    return {name: value for name, value in payment.items() if name != "signature"}


def _hashed(receipt: Mapping[str, Any]) -> Receipt:
    return {name: value for name, value in receipt.items() if name not in _UNHASHED}


def _payloads(run: RunRecord, event_type: str) -> Iterator[Payload]:
    return (payload for event in run.events if (payload := specific_payload(event, event_type)) is not None)


def _tool_call(payload: Payload) -> Receipt:
    effects = payload.get("side_effects")
    return {
        "tool": text_of(payload, "tool", "unknown"),
        "params_hash": tool_params(payload)[1],
        "output_hash": text_of(payload, "output_hash", "sha256:unknown"),
        "latency_ms": u64_of(payload, "latency_ms"),
        "side_effects": effects if isinstance(effects, list) else [],
    }


def _verification(payload: Payload) -> Receipt:
    exit_code = i32_of(payload, "exit_code")
    return {
        "command": text_of(payload, "command", "unknown"),
        "exit_code": -1 if exit_code is None else exit_code,
        "cwd": optional_text_of(payload, "cwd"),
        "duration_ms": optional_u64_of(payload, "duration_ms"),
    }


def _payment_receipt(run: RunRecord, trajectory: str, payload: Payload) -> Receipt:
    return payment_body(run.run_id, trajectory, run.policy_bundle_id, payment_fields(payload))


# --- the fields ---


def _is_list_of(fields: Mapping[str, Check], *, optional: Mapping[str, Check] | None = None) -> Check:
    return lambda value: isinstance(value, list) and all(has_fields(item, fields, optional=optional) for item in value)


_FIELDS: Mapping[str, Check] = {
    "schema": lambda value: value == RECEIPT_SCHEMA,
    "session_id": is_text,
    "trajectory_hash": is_text,
    "policy_bundle_id": is_text,
    "canonical_json_sha256": is_text,
    "created_at": is_hashed_time,
    "event_count": is_u64,
    "first_seq": is_u64,
    "last_seq": is_u64,
    "metrics": lambda value: has_fields(
        value,
        {
            "tool_calls": is_u64,
            "tool_latency_ms_total": is_u64,
            "verification_passed": lambda passed: passed is None or isinstance(passed, bool),
            "payments_msats_total": is_u64,
        },
    ),
    "tool_calls": _is_list_of(
        {
            "tool": is_text,
            "params_hash": is_text,
            "output_hash": is_text,
            "latency_ms": is_u64,
            "side_effects": lambda value: isinstance(value, list),
        }
    ),
    "verification": _is_list_of(
        {
            "command": is_text,
            "exit_code": is_i32,
            "cwd": is_optional_text,
            "duration_ms": lambda value: value is None or is_u64(value),
        }
    ),
    "payments": _is_list_of(
        {
            **PAYMENT_FIELDS,
            "schema": lambda value: value == PAYMENT_SCHEMA,
            "session_id": is_text,
            "trajectory_hash": is_text,
            "policy_bundle_id": is_text,
            "canonical_json_sha256": is_text,
        },
        optional={"signature": is_anything},
    ),
}

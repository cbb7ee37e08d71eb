"""LND's JSON as our values: 64-bit numbers are strings, bytes are base64, enums are names, everything is there."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from apps.lightning.gateways.lnd.rest import Lost
from apps.lightning.gateways.protocol import Channel, Settled

NETWORKS = frozenset({"mainnet", "testnet", "signet", "regtest"})
FAILURE_REASONS = {
    "FAILURE_REASON_TIMEOUT": "timeout",
    "FAILURE_REASON_NO_ROUTE": "no_route",
    "FAILURE_REASON_ERROR": "error",
    "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS": "incorrect_payment_details",
    "FAILURE_REASON_INSUFFICIENT_BALANCE": "insufficient_balance",
    "FAILURE_REASON_CANCELED": "canceled",
    "FAILURE_REASON_NONE": "none",
}
NO_PREIMAGE = "0" * 64
_HEX_32 = re.compile(r"[0-9a-f]{64}")
_NS_PER_MS = 1_000_000


def number(message: Mapping[str, Any], name: str) -> int:
    """A 64-bit number, as string or number; absent is 0. Raises Lost."""
    value = message.get(name, 0)
    if isinstance(value, bool):
        raise Lost(f"{name} is no number")
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        raise Lost(f"{name} is no number") from None


def text(message: Mapping[str, Any], name: str) -> str:
    """A string; absent is empty. Raises Lost."""
    value = message.get(name) or ""
    if not isinstance(value, str):
        raise Lost(f"{name} is no text")
    return value


def items(message: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; absent is empty. Raises Lost."""
    value = message.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Lost(f"{name} is no list of objects")
    return value


def part(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A nested object; absent is empty. Raises Lost."""
    value = message.get(name) or {}
    if not isinstance(value, dict):
        raise Lost(f"{name} is no object")
    return value


def octets(message: Mapping[str, Any], name: str) -> bytes:
    """A bytes field. Raises Lost."""
    try:
        return base64.b64decode(text(message, name), validate=True)
    except (binascii.Error, ValueError):
        raise Lost(f"{name} is no base64") from None


def in_path(hash_hex: str) -> str:
    """A hash as it stands in a path: URL-safe base64 with padding."""
    return base64.urlsafe_b64encode(bytes.fromhex(hash_hex)).decode("ascii")


def txid(message: Mapping[str, Any], name: str) -> str:
    """A transaction's id from its bytes, which the wire has in reverse. Raises Lost."""
    return octets(message, name)[::-1].hex()


def preimage(message: Mapping[str, Any]) -> str | None:
    """The preimage of a payment; None for zeros, an empty or a malformed one."""
    found = text(message, "payment_preimage").lower()
    return found if _HEX_32.fullmatch(found) and found != NO_PREIMAGE else None


def settled(message: Mapping[str, Any], payment_hash: str) -> Settled:
    """A payment that succeeded; its time is that of its last part, so that every look at it gives the same."""
    resolved = [
        number(htlc, "resolve_time_ns") for htlc in items(message, "htlcs") if htlc.get("status") == "SUCCEEDED"
    ]
    return Settled(
        payment_id=f"lnd_pay_{payment_hash[:32]}",
        amount_msats=number(message, "value_msat"),
        fee_msats=number(message, "fee_msat"),
        preimage=preimage(message),
        paid_at_ms=(max(resolved, default=0) or number(message, "creation_time_ns")) // _NS_PER_MS,
    )


def about(message: Mapping[str, Any], payment_hash: str) -> Mapping[str, Any]:
    """The message, if it is about this payment. Raises Lost: a node that answers about another says nothing."""
    if text(message, "payment_hash").lower() != payment_hash:
        raise Lost("the answer is about another payment")
    return message


def failure_reason(message: Mapping[str, Any]) -> str:
    return FAILURE_REASONS.get(text(message, "failure_reason"), "error")


def channel(message: Mapping[str, Any]) -> Channel:
    return Channel(
        channel_point=text(message, "channel_point"),
        channel_id=text(message, "chan_id"),
        peer_id=text(message, "remote_pubkey"),
        active=message.get("active") is True,
        capacity_sats=number(message, "capacity"),
        local_sats=number(message, "local_balance"),
        remote_sats=number(message, "remote_balance"),
    )

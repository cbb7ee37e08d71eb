"""Money events of the gateway: kinds, order, proofs (section 17). Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

PROOF_PREFIX: Final = "lightning_preimage:"
PROOF_DIGITS: Final = 24
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_HEX64 = re.compile(r"[0-9a-f]{64}")


class Kind(StrEnum):
    INVOICE_LIFECYCLE = "invoice_lifecycle"
    SETTLEMENT = "settlement"


class EventState(StrEnum):
    PENDING = "pending"
    UNMATCHED = "unmatched"
    DELIVERED = "delivered"
    REJECTED = "rejected"


class BadProof(ValueError):
    """`invalid_preimage` or `proof_mismatch`."""


def position(kind: Kind, occurred_at_ms: int, index: int) -> tuple[int, int, int]:
    """Sort key of a batch: by time, an invoice's life before its settlement, then as given."""
    return occurred_at_ms, 0 if kind is Kind.INVOICE_LIFECYCLE else 1, index


def proof(value: str, payment_hash: str | None) -> str:
    """The preimage in its one form, checked against the payment hash when that is known. Raises BadProof."""
    preimage = value.strip().lower()
    if not _HEX.fullmatch(preimage) or not _HEX64.fullmatch(preimage):
        raise BadProof("invalid_preimage")
    wanted = (payment_hash or "").strip().lower()
    if _HEX64.fullmatch(wanted) and hashlib.sha256(bytes.fromhex(preimage)).hexdigest() != wanted:
        raise BadProof("proof_mismatch")
    return preimage


def proof_reference(preimage: str) -> str:
    """What may be shown of a proof."""
    return PROOF_PREFIX + preimage[:PROOF_DIGITS]


def invoice_id(payment_hash: str) -> str:
    """Derived, so that reading a feed twice is harmless."""
    return f"inv_{payment_hash[:32]}"


def settlement_id(payment_hash: str) -> str:
    return f"set_{payment_hash[:32]}"


def external_id(kind: Kind, body: Mapping[str, Any]) -> str:
    """The key of an event of its kind."""
    return str(body["settlementId" if kind is Kind.SETTLEMENT else "invoiceId"])

"""What the runtime tells the outside world through the Bridge: provider ads, receipt pointers, commerce messages.

Payloads hold exactly the fields that the Bridge's class allows (fabrics 3); what they hash to is the object's identity.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.runtime.domain.providers import Provider
from openagents.receipts.canonical import canonical_bytes, canonical_sha256
from openagents.receipts.ids import derived_id
from openagents.receipts.times import rfc3339

PROVIDER_AD = "openagents.bridge.provider_ad.v1"
RECEIPT_POINTER = "openagents.bridge.receipt_ptr.v1"
COMMERCE_MESSAGE = "openagents.bridge.commerce_message.v1"

AD_NAME = "OpenAgents Compute Provider"
AD_PRICE_MSATS = 1000
TEXT_BYTES_MAX = 1024
CAPABILITIES_MAX = 64
BANDS_MAX = 32
CAPS_BYTES_MAX = 4096

_COMMERCE_KEYS = (
    *("message_id", "kind", "marketplace_id", "actor_id", "created_at_unix", "rfq_id", "offer_id", "quote_id"),
    *("order_id", "receipt_id", "objective_hash", "run_id", "body"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One object to mirror. `payload` keeps its keys in the order of the class."""

    schema: str
    object_id: str
    object_sha256: str
    occurred_at_unix: int
    payload: Mapping[str, Any]

    @property
    def payload_text(self) -> str:
        return _compact(self.payload).decode()


def provider_ad(provider: Provider, metadata: Mapping[str, Any], at: datetime) -> Fact:
    """The ad of a provider as it is now (fabrics 3.1). What the boundary would refuse is left out here."""
    offer, trust = provider.offer, provider.trust
    bands = [
        {
            "capability": band.capability,
            "min_price_msats": band.min_price_msats,
            "max_price_msats": band.max_price_msats,
            **({} if band.step_msats is None else {"step_msats": band.step_msats}),
        }
        for band in offer.bands
        if band.capability.strip() and 0 < band.min_price_msats <= band.max_price_msats
    ]
    available = not trust.quarantined and provider.status == "running" and provider.heartbeat_state == "fresh"
    caps = metadata.get("caps")
    optional = {
        "website": _text(metadata.get("website")),
        "caps": caps if isinstance(caps, dict) and len(canonical_bytes(caps)) <= CAPS_BYTES_MAX else None,
        "price_variance_bps_last": trust.last_price_variance_bps,
    }
    payload = {
        "provider_id": provider.provider_id,
        "name": _text(metadata.get("name")) or AD_NAME,
        "description": _text(metadata.get("description")) or "",
        "availability": "available" if available else "unavailable",
        "worker_status": provider.status,
        "heartbeat_state": provider.heartbeat_state,
        "price_integrity_samples": trust.price_samples,
        "price_integrity_violations": trust.price_violations,
        "capabilities": [name for name in offer.capabilities if name.strip()][:CAPABILITIES_MAX],
        "min_price_msats": provider.min_price_msats or AD_PRICE_MSATS,
        "pricing_stage": offer.pricing_stage,
        "pricing_bands": bands[:BANDS_MAX],
        **{name: value for name, value in optional.items() if value is not None},
    }
    return Fact(PROVIDER_AD, provider.provider_id, canonical_sha256(payload), int(at.timestamp()), payload)


def receipt_pointer(  # the six members of the class
    *,
    provider_id: str,
    run_id: str,
    job_hash: str,
    receipt_sha256: str,
    settlement_status: str,
    receipt_url: str,
    issued_at_unix: int,
) -> Fact:
    """The pointer to a settled run's receipt (fabrics 3.2). Raises ValueError for a blank member."""
    payload = {
        "provider_id": provider_id,
        "run_id": run_id,
        "job_hash": job_hash,
        "receipt_sha256": receipt_sha256,
        "settlement_status": settlement_status,
        "receipt_url": receipt_url,
    }
    if blank := [name for name, value in payload.items() if not value.strip()]:
        raise ValueError(f"a receipt pointer needs {', '.join(blank)}")
    return Fact(RECEIPT_POINTER, receipt_sha256, receipt_sha256, issued_at_unix, payload)


def accept_of(decision: Mapping[str, Any], actor_id: str) -> Fact:
    """A router decision as the commerce message that accepts the selected offer. `decision` as it is answered."""
    digest, selected = str(decision["decision_sha256"]), decision["selected"]
    at = int(decision["decided_at_unix"])
    order_id = f"order_{digest[:16]}"
    total = _msats(selected["total_price_msats"])
    return _commerce(
        kind="accept",
        message_id=f"decision_{digest[:16]}",
        marketplace_id=str(decision["marketplace_id"]),
        actor_id=actor_id,
        created_at_unix=at,
        quote_id=selected.get("quote_id"),
        order_id=order_id,
        objective_hash=decision.get("objective_hash"),
        run_id=str(decision["run_id"]),
        body={
            "order_id": order_id,
            "quote_id": selected.get("quote_id") or "",
            "buyer_id": actor_id,
            "accepted_at": _time(at),
            "reserved_total": total,
        },
    )


def quote_of(quote: Mapping[str, Any], marketplace_id: str) -> Fact:
    """A compute quote as the commerce message of its provider. `quote` as it is answered."""
    at = int(quote["issued_at_unix"])
    return _commerce(
        kind="quote",
        message_id=f"quote_{str(quote['quote_sha256'])[:16]}",
        marketplace_id=marketplace_id,
        actor_id=str(quote["provider_id"]),
        created_at_unix=at,
        quote_id=str(quote["quote_id"]),
        objective_hash=str(quote["objective_hash"]),
        body={
            "quote_id": quote["quote_id"],
            "provider_id": quote["provider_id"],
            "provider_price": _msats(quote["provider_price_msats"]),
            "fees": [
                {"component": fee["component"], "amount": _msats(fee["amount_msats"])}
                for fee in quote["fee_components"]
            ],
            "total_price": _msats(quote["total_price_msats"]),
            "valid_until": _time(quote["valid_until_unix"]),
            "cancel_until": _time(quote["cancel_until_unix"]),
            "cancel_fee": _msats(quote["cancel_fee_msats"]),
            "refund_until": _time(quote["refund_until_unix"]),
        },
    )


def actor_of(owner_key: str) -> str:
    """An owner outside of the system: a name that says nothing, and the same one each time."""
    return derived_id("actor", canonical_sha256({"owner": owner_key}), 16)


def commerce_content(payload: Mapping[str, Any]) -> bytes:
    """The content of a commerce event (fabrics 3.5): compact, keys in the class's order, blanks left out.

    A body has no order of its own on its way as a Struct; it is written with sorted keys.
    """
    content = {key: payload[key] for key in _COMMERCE_KEYS if payload.get(key) not in (None, "")}
    return _compact({**content, "body": json.loads(canonical_bytes(payload["body"]))})


def _commerce(**payload: Any) -> Fact:
    content = commerce_content(payload)
    return Fact(
        COMMERCE_MESSAGE,
        str(payload["message_id"]),
        hashlib.sha256(content).hexdigest(),
        int(payload["created_at_unix"]),
        json.loads(content),
    )


def _msats(amount: int) -> dict[str, str]:
    """`CommerceMoney` in proto3 JSON."""
    return {"currency": "msats", "amount": str(amount)}


def _time(unix: int) -> str:
    return rfc3339(datetime.fromtimestamp(unix, UTC))


def _text(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if text and len(text.encode()) <= TEXT_BYTES_MAX else None


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

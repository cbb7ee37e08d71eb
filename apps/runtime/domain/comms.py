"""Delivery reports of mail providers: which are taken, and what is kept of the address they name."""

from __future__ import annotations

import re
from enum import StrEnum

from openagents.receipts.canonical import sha256_hex

PROVIDER = re.compile(r"^[a-z0-9_.-]{1,64}$")
ID_CHARS_MAX = 255
REASON_CHARS_MAX = 255


class DeliveryState(StrEnum):
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


def recipient_hash(address: str) -> str:
    """Hex SHA-256 of the address as it is compared: trimmed, lower case."""
    return sha256_hex(address.strip().lower())


def masked_recipient(address: str) -> str:
    """Enough of the address to recognise it: `a***@example.org`; `***` for what is no address."""
    name, at, domain = address.strip().partition("@")
    return f"{name[:1]}***@{domain}" if name and at and domain and "@" not in domain else "***"

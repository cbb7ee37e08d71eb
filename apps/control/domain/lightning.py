"""What the lightning operations of control may say and do (3.8): names, ranks, transitions, arguments, proofs."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

PAYWALL_STATUSES: Final = frozenset({"active", "paused", "archived"})
DEPLOYMENT_STATUSES: Final = frozenset({"pending", "applied", "failed", "rolled_back"})
DEPLOYMENT_MOVES: Final[dict[str, frozenset[str]]] = {
    "pending": frozenset({"applied", "failed", "rolled_back"}),
    "failed": frozenset({"pending"}),
    "applied": frozenset({"rolled_back"}),
    "rolled_back": frozenset(),
}
EVENT_LEVELS: Final = frozenset({"info", "warn", "error"})
INVOICE_RANK: Final[dict[str, int]] = {"open": 0, "canceled": 1, "expired": 1, "settled": 2}
ROLES: Final = frozenset({"gateway_invoice", "settlement_read", "operator_admin"})
CREDENTIAL_STATUSES: Final = frozenset({"active", "rotating", "revoked"})
PRICE_MAX: Final = 10**12
AMOUNT_MAX: Final = 2**63 - 1
PROOF_HEX: Final = 24
TEXT_MAX: Final = 2048

_HEX64 = re.compile(r"[0-9a-f]{64}")
_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_FALSE = frozenset({"", "0", "false", "off", "no"})
_DOCUMENTATION = tuple(
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)


class Refused(Exception):
    """An argument or a move that is not accepted; `message` is the machine text of 3.8, `conflict` its kind."""

    def __init__(self, message: str, *, conflict: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.conflict = conflict


class Arguments:
    """The `args` of a call, read by the coercion rules of 3.8. Every reader raises Refused."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str, *, length_max: int = TEXT_MAX) -> str | None:
        """Trimmed; None when absent, blank or no text."""
        value = self._values.get(name)
        if not isinstance(value, str) or not value.strip():
            return None
        if len(value.strip()) > length_max:
            raise Refused(f"invalid_{name}")
        return value.strip()

    def required(self, name: str, *, length_max: int = TEXT_MAX) -> str:
        found = self.text(name, length_max=length_max)
        if found is None:
            raise Refused(f"missing_{name}")
        return found

    def choice(self, name: str, allowed: frozenset[str], complaint: str) -> str:
        found = self.required(name)
        if found not in allowed:
            raise Refused(complaint)
        return found

    def integer(self, name: str) -> int | None:
        """A JSON integer or a decimal text; None when absent."""
        value = self._values.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if (isinstance(value, str) and _INTEGER.fullmatch(value.strip())) or (
            isinstance(value, float) and value.is_integer() and abs(value) < 2**53
        ):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not -AMOUNT_MAX <= value <= AMOUNT_MAX:
            raise Refused(f"invalid_{name}")
        return value

    def amount(self, name: str) -> int:
        found = self.integer(name)
        if found is None:
            raise Refused(f"missing_{name}")
        if found <= 0:
            raise Refused("invalid_amount")
        return found

    def moment(self, name: str) -> int | None:
        """Milliseconds since the epoch."""
        found = self.integer(name)
        if found is not None and found < 0:
            raise Refused(f"invalid_{name}")
        return found

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return value.strip().lower() not in _FALSE
        return bool(value) if isinstance(value, bool | int | float) else default

    def document(self, name: str) -> Any:
        """An object or an array; anything else counts as absent."""
        value = self._values.get(name)
        return value if isinstance(value, dict | list) else None

    def statuses(self) -> frozenset[str]:
        """Of paywalls: default active and paused, an empty list means all."""
        value = self._values.get("statuses")
        if value is None:
            return frozenset({"active", "paused"})
        if not isinstance(value, list):
            raise Refused("invalid_statuses")
        named = frozenset(entry.strip().lower() for entry in value if isinstance(entry, str) and entry.strip())
        if not named <= PAYWALL_STATUSES or len(value) > len(PAYWALL_STATUSES):
            raise Refused("invalid_statuses")
        return named or PAYWALL_STATUSES


def check_deployment_move(before: str, after: str) -> None:
    """Raises Refused (`invalid_transition`, a conflict)."""
    if after != before and after not in DEPLOYMENT_MOVES[before]:
        raise Refused("invalid_transition", conflict=True)


def risen(before: str, after: str) -> str:
    """The invoice status that holds after an event: only a strictly higher rank replaces what is there."""
    return after if INVOICE_RANK[after] > INVOICE_RANK[before] else before


def proof_reference(kind: str | None, preimage: str | None, payment_hash: str | None) -> str:
    """The reference of a proven payment. Raises Refused.

    A 64-hex payment hash must be the SHA-256 of the preimage's bytes.
    """
    if (kind or "").lower() != "lightning_preimage":
        raise Refused("invalid_payment_proof_type")
    value = (preimage or "").lower()
    if not _HEX64.fullmatch(value):
        raise Refused("invalid_preimage")
    wanted = (payment_hash or "").lower()
    if _HEX64.fullmatch(wanted) and hashlib.sha256(bytes.fromhex(value)).hexdigest() != wanted:
        raise Refused("payment_proof_mismatch")
    return f"lightning_preimage:{value[:PROOF_HEX]}"


def check_patterns(host: str, path: str) -> None:
    """Raises Refused for patterns that name no host, start at no root, or are no regular expressions."""
    if "." not in host or not _compiles(host):
        raise Refused("invalid_hostRegexp")
    if not path.startswith("^/") or not _compiles(path):
        raise Refused("invalid_pathRegexp")


def check_upstream(url: str) -> None:
    """Raises Refused unless it is an HTTP address in the public internet, as far as its spelling tells."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        raise Refused("invalid_upstream") from None
    plain = parts.scheme in ("http", "https") and host and "@" not in parts.netloc and not re.search(r"\s", url)
    if not plain or host == "localhost" or host.endswith((".local", ".localhost")):
        raise Refused("invalid_upstream")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # Resolvers also read 127.1, 0x7f.1 and 2130706433 as addresses; a public name ends in letters.
        if not re.fullmatch(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+(?=[a-z0-9-]*[a-z])(?!0x)[a-z0-9-]+", host):
            raise Refused("invalid_upstream") from None
        return
    mapped = getattr(address, "ipv4_mapped", None) or address
    documentation = any(mapped in network for network in _DOCUMENTATION if network.version == mapped.version)
    if not mapped.is_global or mapped.is_multicast or documentation:
        raise Refused("invalid_upstream")


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True

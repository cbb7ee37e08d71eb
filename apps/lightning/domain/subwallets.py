"""Names that a sub-wallet shows to the world (4.4), and the accounts of the ledger (10.4)."""

from __future__ import annotations

import re
from hashlib import sha256

from apps.lightning.domain.fingerprints import lower

OPERATOR = "operator"
FEES = "fees"
NODE = "node"
PENDING = "pending"
"""`node` is negative: what the node holds for all others. The rest are claims on it; every posting sums to zero."""

SIMULATED_GIFT_SATS = 1_000
WALLET_ID_LENGTH_MAX = 128
_NOT_ADDRESS = re.compile(r"[^A-Za-z0-9-]")


def account(wallet_id: str) -> str:
    """The ledger account of a sub-wallet."""
    return f"subwallet:{wallet_id}"


def spark_address(wallet_id: str, simulated: bool) -> str:
    """Where other sub-wallets send to."""
    return lower(f"{_NOT_ADDRESS.sub('-', wallet_id)}@{'spark.mock' if simulated else 'openagents.wallet'}")


def identity(wallet_id: str, simulated: bool) -> str:
    """A stable public name: the sub-wallet has no key of its own, its node has."""
    return f"{'mock' if simulated else 'sub'}-{sha256(wallet_id.encode()).hexdigest()[:16]}"

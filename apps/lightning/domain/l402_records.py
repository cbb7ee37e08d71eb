"""The record that every paid or refused fetch leaves for parity checks between lanes (section 24). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from apps.lightning.domain.reconciling import EXECUTION_PATH

KEYS: Final = (
    "requestId", "userId", "paywallId", "taskId", "endpoint", "quotedCostMsats", "capAppliedMsats", "paidAmountMsats",
    "paymentProofRef", "cacheHit", "denyReason", "executor", "plane", "executionPath", "desktopSessionId",
    "desktopRuntimeStatus", "walletState", "nodeSyncStatus", "observedAtMs",
)  # fmt: skip


def record(**known: Any) -> dict[str, Any]:
    """All keys, unknown ones null. Raises ValueError for a key that is none."""
    strange = set(known) - set(KEYS)
    if strange:
        raise ValueError(f"no keys of a record: {', '.join(sorted(strange))}")
    return {**dict.fromkeys(KEYS), "executionPath": EXECUTION_PATH, **known}


def missing(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Keys that some record lacks."""
    return sorted({key for one in records for key in KEYS if key not in one})

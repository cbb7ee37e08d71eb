"""What a worker says about itself, and which keys it may not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

METADATA_BYTES_MAX = 65_536
WORKER_ID = re.compile(r"[A-Za-z0-9_.~:@-]{1,160}", re.ASCII)

_PROTECTED = frozenset(
    {
        "qualified",
        "qualified_at",
        "failure_strikes",
        "success_count",
        "quarantined",
        "quarantine_reason",
        "quarantined_at",
        "tier",
    }
)
_PROTECTED_PREFIXES = ("price_integrity_", "last_price_", "last_violation_", "last_failure_", "last_success_")


def protected_keys(metadata: Mapping[str, Any]) -> list[str]:
    """The keys among `metadata` that belong to the runtime, sorted."""
    return sorted(key for key in metadata if key in _PROTECTED or key.startswith(_PROTECTED_PREFIXES))


def merged(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A shallow merge: the patch's keys win whole."""
    return {**before, **patch}


def roles(metadata: Mapping[str, Any]) -> list[str]:
    """`metadata.roles` as far as they are text."""
    given = metadata.get("roles")
    return [role for role in given if isinstance(role, str)] if isinstance(given, list) else []


def text_of(metadata: Mapping[str, Any], key: str) -> str | None:
    """A non-blank text value, trimmed."""
    value = metadata.get(key)
    return value.strip() or None if isinstance(value, str) else None

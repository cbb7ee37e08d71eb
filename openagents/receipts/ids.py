"""Ids: sortable ones from UUIDv7, derivable ones from a canonical hash (README 4.2). Never from counters."""

from __future__ import annotations

import re
import uuid

from uuid_utils import compat

_HASH = re.compile(r"[0-9a-f]{64}")


def new_uuid7() -> uuid.UUID:
    """A UUIDv7 (RFC 9562), increasing within a process also inside one millisecond, distinct after a fork."""
    return compat.uuid7()


def new_id(prefix: str) -> str:
    """`<prefix>_<32 hex of a UUIDv7>`, e.g. `intent_0197a1b2...`."""
    return f"{prefix}_{new_uuid7().hex}"


def derived_id(prefix: str, canonical_hash_hex: str, digits: int) -> str:
    """`<prefix>_<first digits of the hash>`: the id that anybody who holds the content can recompute.

    `canonical_hash_hex` is the bare 64 hex form (no `sha256:`), `digits` 1..64 (16, 24 or 32 by class, README 7).
    Raises ValueError for anything else.
    """
    if not _HASH.fullmatch(canonical_hash_hex):
        raise ValueError("an id is derived from 64 lower-case hex characters")
    if not 1 <= digits <= len(canonical_hash_hex):
        raise ValueError("an id takes 1 to 64 digits of its hash")
    return f"{prefix}_{canonical_hash_hex[:digits]}"

"""The key ring: named 32-byte keys, the first of which seals while every one opens."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


class BadKeyRing(ValueError):
    """The configured ring must stop the process. The message names an entry by position or id, never key material."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by id, in order. Build it with `from_csv`."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def from_csv(cls, csv: str) -> KeyRing:
        """Read `id:base64,id:base64,...` (standard base64 with padding). The first key is the one that seals.

        Raises BadKeyRing for an empty ring, a malformed or duplicate id, bad base64 or a key that is not 32 bytes.
        """
        keys: dict[str, bytes] = {}
        for position, entry in enumerate(csv.split(","), 1):
            key_id, _, encoded = entry.strip().partition(":")
            if not _KEY_ID.fullmatch(key_id):
                raise BadKeyRing(f"entry {position}: a key id is 1 to 32 of A-Z a-z 0-9 . _ -")
            if key_id in keys:
                raise BadKeyRing(f"entry {position}: the key id {key_id} is there twice")
            keys[key_id] = _key(key_id, encoded)
        return cls(MappingProxyType(keys))

    @property
    def sealing_id(self) -> str:
        """The id of the key that seals."""
        return next(iter(self.keys))


def _key(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadKeyRing(f"key {key_id}: not base64") from None
    if len(key) != KEY_BYTES or base64.b64encode(key).decode() != encoded:
        raise BadKeyRing(f"key {key_id}: not the base64 of 32 bytes")
    return key

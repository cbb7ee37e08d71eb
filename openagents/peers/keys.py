"""Signing keys of internal calls and the ring a process verifies with.

Imports nothing of Django: settings build the ring while Django starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from openagents.planes import ISSUERS

KID_PATTERN = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""A key id travels in a header, in claims and in log lines."""


@dataclass(frozen=True, slots=True)
class Key:
    """One shared secret of one issuer. `secret` is the UTF-8 of the configured text; it never shows in `repr`."""

    kid: str
    issuer: str
    secret: bytes = field(repr=False)


class KeyRing:
    """Verification keys by id. An issuer may own several at once: that is how keys rotate."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._keys: dict[str, Key] = {}
        for key in keys:
            if key.kid in self._keys:
                raise ValueError(f"key id {key.kid!r} occurs twice")
            self._keys[key.kid] = key

    @classmethod
    def from_csv(cls, csv: str) -> KeyRing:
        """`kid:issuer:secret,...`; blanks around entries are dropped, a secret may contain `:` but no `,`.

        Raises ValueError naming the position (from 1) of the first bad entry, never its secret.
        """
        keys: dict[str, Key] = {}
        entries = [entry.strip() for entry in csv.split(",")]
        for position, entry in enumerate(entries, start=1):
            if not entry:
                continue
            key = _parse(entry, position)
            if key.kid in keys:
                raise ValueError(f"internal key entry {position}: its key id is already taken")
            keys[key.kid] = key
        return cls(keys.values())

    def get(self, kid: str) -> Key | None:
        return self._keys.get(kid)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def __repr__(self) -> str:
        return f"<KeyRing {', '.join(f'{key.kid} ({key.issuer})' for key in self) or 'empty'}>"


def _parse(entry: str, position: int) -> Key:
    parts = entry.split(":", 2)
    if len(parts) != 3:
        raise ValueError(f"internal key entry {position}: not of the form kid:issuer:secret")
    kid, issuer, secret = parts
    if not KID_PATTERN.fullmatch(kid):
        raise ValueError(f"internal key entry {position}: not a valid key id")
    if issuer not in ISSUERS:
        raise ValueError(f"internal key entry {position}: unknown issuer")
    if not secret:
        raise ValueError(f"internal key entry {position}: empty secret")
    return Key(kid, issuer, secret.encode())

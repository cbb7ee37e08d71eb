"""Macaroons as Aperture makes and checks them: a chain of HMACs over an identifier and first-party caveats, format 2.

Pure. Keys and signatures are bytes; whoever keeps root keys lives elsewhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

GENERATOR: Final = b"macaroons-key-generator"
VERSION: Final = 2
FIELD_END, LOCATION, IDENTIFIER, SIGNATURE = 0, 1, 2, 6
SIGNATURE_BYTES: Final = 32
FIELD_BYTES_MAX: Final = 65_535


class Malformed(ValueError):
    """The bytes are no macaroon of this format. The text is a short reason."""


@dataclass(frozen=True, slots=True)
class Macaroon:
    """`caveats` are first-party texts in the order in which they were added."""

    identifier: bytes
    caveats: tuple[str, ...]
    signature: bytes
    location: str = ""

    def serialize(self) -> bytes:
        """Binary format 2."""
        out = bytearray([VERSION])
        if self.location:
            _put(out, LOCATION, self.location.encode())
        _put(out, IDENTIFIER, self.identifier)
        out.append(FIELD_END)
        for caveat in self.caveats:
            _put(out, IDENTIFIER, caveat.encode())
            out.append(FIELD_END)
        out.append(FIELD_END)
        _put(out, SIGNATURE, self.signature)
        return bytes(out)

    def restricted(self, caveat: str) -> Macaroon:
        """With one more caveat: anybody who holds a macaroon may narrow it, nobody may widen it."""
        return Macaroon(self.identifier, (*self.caveats, caveat), _mac(self.signature, caveat.encode()), self.location)


def mint(root_key: bytes, identifier: bytes, caveats: Sequence[str] = (), location: str = "") -> Macaroon:
    """A fresh macaroon. `root_key`: 32 random bytes, kept by the minter."""
    made = Macaroon(identifier, (), _mac(_mac(GENERATOR, root_key), identifier), location)
    for caveat in caveats:
        made = made.restricted(caveat)
    return made


def genuine(macaroon: Macaroon, root_key: bytes) -> bool:
    """Whether the signature is that of the root key over exactly these caveats; in constant time."""
    expected = mint(root_key, macaroon.identifier, macaroon.caveats)
    return hmac.compare_digest(expected.signature, macaroon.signature)


def parse(data: bytes) -> Macaroon:
    """The macaroon in format 2. Raises Malformed; third-party caveats are refused, we make and need none."""
    reader = _Reader(data)
    if reader.byte() != VERSION:
        raise Malformed("version")
    location = b""
    kind, content = reader.field()
    if kind == LOCATION:
        location = content
        kind, content = reader.field()
    if kind != IDENTIFIER:
        raise Malformed("identifier")
    identifier = content
    reader.end_of_fields()
    caveats = []
    while not reader.at_end_of_caveats():
        kind, content = reader.field()
        if kind != IDENTIFIER:
            raise Malformed("caveat")
        caveats.append(_text(content))
        reader.end_of_fields()
    kind, signature = reader.field()
    if kind != SIGNATURE or len(signature) != SIGNATURE_BYTES or not reader.done:
        raise Malformed("signature")
    return Macaroon(identifier, tuple(caveats), signature, _text(location))


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, sha256).digest()


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Malformed("text") from None


def _put(out: bytearray, kind: int, content: bytes) -> None:
    out.append(kind)
    length = len(content)
    while length > 0x7F:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    out.append(length)
    out += content


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at == len(self._data)

    def byte(self) -> int:
        if self.done:
            raise Malformed("truncated")
        self._at += 1
        return self._data[self._at - 1]

    def field(self) -> tuple[int, bytes]:
        kind, length, shift = self.byte(), 0, 0
        while True:
            part = self.byte()
            length |= (part & 0x7F) << shift
            shift += 7
            if not part & 0x80:
                break
            if length > FIELD_BYTES_MAX:
                raise Malformed("length")
        end = self._at + length
        if length > FIELD_BYTES_MAX or end > len(self._data):
            raise Malformed("truncated")
        content, self._at = self._data[self._at : end], end
        return kind, content

    def end_of_fields(self) -> None:
        if self.byte() != FIELD_END:
            raise Malformed("section")

    def at_end_of_caveats(self) -> bool:
        if self._at < len(self._data) and self._data[self._at] == FIELD_END:
            self._at += 1
            return True
        return False

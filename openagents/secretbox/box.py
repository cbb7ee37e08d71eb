"""Sealing and opening: `enc:v1:<key id>:<nonce>:<ciphertext with tag>`, AES-256-GCM, the purpose as additional data."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openagents.secretbox.keyring import KeyRing

NONCE_BYTES = 12
TAG_BYTES = 16
_FORM = "enc:v1:"


class SecretUnreadable(Exception):
    """A sealed text does not open: unknown key, other purpose, changed byte or other form, deliberately told apart by
    nobody. The catalogue's `secret_unreadable`; the caller counts it."""

    def __init__(self) -> None:
        super().__init__("secret_unreadable")


class NoKeyRing(RuntimeError):
    """The process has no key ring: storing and opening answer 503."""

    def __init__(self) -> None:
        super().__init__("no secretbox key ring is configured")


def purpose(plane: str, kind: str, *parts: str) -> str:
    """`<plane>.<kind>.v1|<part>|...`: what a sealed text is for, down to the row that holds it.

    Both sides build it, nobody stores it. Raises ValueError if a part contains `|`, for then two rows could share one.
    """
    if any("|" in part for part in (plane, kind, *parts)):
        raise ValueError("a part of a purpose cannot contain |")
    return "|".join((f"{plane}.{kind}.v1", *parts))


class SecretBox:
    """Seals and opens under one key ring, or refuses everything if there is none."""

    def __init__(self, ring: KeyRing | None, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        """`random_bytes` draws the nonces; only tests of known vectors replace it."""
        self._ring = ring
        self._ciphers = {key_id: AESGCM(key) for key_id, key in ring.keys.items()} if ring else {}
        self._random_bytes = random_bytes

    @classmethod
    def from_csv(cls, csv: str) -> SecretBox:
        """A box over the configured ring; a blank text is the box without one. Raises BadKeyRing."""
        return cls(KeyRing.from_csv(csv) if csv.strip() else None)

    @property
    def ready(self) -> bool:
        """Whether there is a ring: production does not start a plane that keeps secrets without one."""
        return self._ring is not None

    @property
    def current_prefix(self) -> str:
        """How every text sealed by the current key begins: what a count of stale rows compares. Raises NoKeyRing."""
        return f"{_FORM}{self._current()}:"

    def seal(self, text: str, purpose: str) -> str:
        """Seal a text for a purpose under the ring's first key. Two seals of one text differ. Raises NoKeyRing."""
        return self.seal_bytes(text.encode("utf-8"), purpose)

    def seal_bytes(self, secret: bytes, purpose: str) -> str:
        """As `seal`, for bytes."""
        key_id, nonce = self._current(), self._random_bytes(NONCE_BYTES)
        sealed = self._ciphers[key_id].encrypt(nonce, secret, purpose.encode("utf-8"))
        return f"{_FORM}{key_id}:{_encode(nonce)}:{_encode(sealed)}"

    def open(self, sealed: str, purpose: str) -> str:
        """The text that was sealed for this purpose. Raises SecretUnreadable, NoKeyRing."""
        try:
            return self.open_bytes(sealed, purpose).decode("utf-8")
        except UnicodeDecodeError:
            raise SecretUnreadable from None

    def open_bytes(self, sealed: str, purpose: str) -> bytes:
        """As `open`, for bytes."""
        self._current()
        key_id, nonce, ciphertext = _parse(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SecretUnreadable
        try:
            return cipher.decrypt(nonce, ciphertext, purpose.encode("utf-8"))
        except InvalidTag:
            raise SecretUnreadable from None

    def is_stale(self, sealed: str) -> bool:
        """Whether another key than the current one sealed it, so that a rewrap is due. Raises NoKeyRing."""
        return not sealed.startswith(self.current_prefix)

    def rewrap(self, sealed: str, purpose: str) -> str:
        """The same secret under the current key; unchanged if it already is. Raises SecretUnreadable, NoKeyRing."""
        if not self.is_stale(sealed):
            return sealed
        return self.seal_bytes(self.open_bytes(sealed, purpose), purpose)

    def _current(self) -> str:
        if self._ring is None:
            raise NoKeyRing
        return self._ring.sealing_id


def _parse(sealed: str) -> tuple[str, bytes, bytes]:
    parts = sealed.removeprefix(_FORM).split(":")
    if not sealed.startswith(_FORM) or len(parts) != 3:
        raise SecretUnreadable
    key_id, nonce, ciphertext = parts[0], _decode(parts[1]), _decode(parts[2])
    if len(nonce) != NONCE_BYTES or len(ciphertext) < TAG_BYTES:
        raise SecretUnreadable
    return key_id, nonce, ciphertext


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Only the one spelling that `_encode` writes: unused bits in the last character are a changed byte too."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise SecretUnreadable from None
    if _encode(data) != text:
        raise SecretUnreadable
    return data

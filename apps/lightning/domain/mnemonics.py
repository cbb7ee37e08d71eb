"""Recovery phrases of sub-wallets: 128 bits of entropy as twelve words of the public English list (BIP-39)."""

from __future__ import annotations

import secrets
from functools import cache
from hashlib import sha256
from pathlib import Path

ENTROPY_BYTES = 16
_BITS_PER_WORD = 11
LENGTH_MAX = 1_024


@cache
def words() -> tuple[str, ...]:
    """The 2048 words, in order."""
    return tuple(Path(__file__).with_name("bip39_english.txt").read_text().split())


def from_entropy(entropy: bytes) -> str:
    """The phrase of 16 to 32 bytes (a multiple of 4), checksum included. Raises ValueError for another length."""
    if len(entropy) not in range(16, 33, 4):
        raise ValueError("entropy has 16, 20, 24, 28 or 32 bytes")
    checksum_bits = len(entropy) // 4
    value = int.from_bytes(entropy) << checksum_bits | sha256(entropy).digest()[0] >> (8 - checksum_bits)
    count = (len(entropy) * 8 + checksum_bits) // _BITS_PER_WORD
    known = words()
    return " ".join(known[value >> _BITS_PER_WORD * (count - 1 - index) & 2047] for index in range(count))


def generate() -> str:
    return from_entropy(secrets.token_bytes(ENTROPY_BYTES))


def normalise(phrase: str) -> str:
    """White space collapsed. Raises ValueError when nothing is left or it is too long to be a phrase."""
    collapsed = " ".join(phrase.split())
    if not collapsed or len(collapsed) > LENGTH_MAX:
        raise ValueError("not a recovery phrase")
    return collapsed

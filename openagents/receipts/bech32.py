"""Bech32 (BIP-173): the checksummed text form of `nsec`/`npub` keys and of Lightning invoices. Not the m-variant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LENGTH_MAX = 90  # BIP-173; invoices are longer and pass their own bound

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_WORDS = 6


def encode(human: str, words: Sequence[int]) -> str:
    """The lower-case text of a human-readable part and 5-bit words, with its checksum. Raises ValueError."""
    _check_human(human)
    if human != human.lower() or any(not 0 <= word < 32 for word in words):
        raise ValueError("bech32 takes a lower-case human-readable part and words of five bits")
    remainder = _polymod([*_expanded(human), *words, *[0] * _CHECKSUM_WORDS]) ^ 1
    checksum = [(remainder >> 5 * (_CHECKSUM_WORDS - 1 - index)) & 31 for index in range(_CHECKSUM_WORDS)]
    return f"{human}1" + "".join(_ALPHABET[word] for word in (*words, *checksum))


def decode(text: str, *, length_max: int = LENGTH_MAX) -> tuple[str, list[int]]:
    """The lower-case human-readable part and the 5-bit words without the checksum.

    Raises ValueError, quoting nothing of the text (it may be a key), for mixed case, a character outside the alphabet,
    a wrong checksum or a text longer than `length_max`.
    """
    if len(text) > length_max or (text != text.lower() and text != text.upper()):
        raise ValueError("not bech32: too long, or of mixed case")
    human, separator, data = text.lower().rpartition("1")
    if not separator or len(data) < _CHECKSUM_WORDS:
        raise ValueError("not bech32: no separator, or no room for a checksum")
    _check_human(human)
    try:
        words = [_VALUES[character] for character in data]
    except KeyError:
        raise ValueError("not bech32: a character outside the alphabet") from None
    if _polymod([*_expanded(human), *words]) != 1:
        raise ValueError("not bech32: the checksum is wrong")
    return human, words[:-_CHECKSUM_WORDS]


def to_words(data: bytes) -> list[int]:
    """Bytes as 5-bit words, zero-padded at the end."""
    return _regroup(data, 8, 5, pad=True)


def to_bytes(words: Iterable[int]) -> bytes:
    """5-bit words as bytes. Raises ValueError if the padding is not zero bits or holds a whole word."""
    return bytes(_regroup(words, 5, 8, pad=False))


def _regroup(values: Iterable[int], width_in: int, width_out: int, *, pad: bool) -> list[int]:
    bits = count = 0
    groups = []
    for value in values:
        bits = (bits << width_in) | value
        count += width_in
        while count >= width_out:
            count -= width_out
            groups.append(bits >> count)
            bits &= (1 << count) - 1
    if pad and count:
        groups.append(bits << (width_out - count))
    elif not pad and (count >= width_in or bits):
        raise ValueError("not bech32: bad padding")
    return groups


def _check_human(human: str) -> None:
    if not human or any(not 33 <= ord(character) <= 126 for character in human):
        raise ValueError("not bech32: the human-readable part needs printable ASCII")


def _expanded(human: str) -> list[int]:
    return [*(ord(character) >> 5 for character in human), 0, *(ord(character) & 31 for character in human)]


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                checksum ^= generator
    return checksum

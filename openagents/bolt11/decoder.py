"""Reading an invoice: the text, its amount, its tagged fields, and whose signature it carries (lightning 8.1, 8.2).

Fields `p`, `h`, `s`, `n` of another length than theirs, and unknown types, are skipped: the prose of BOLT 11 would have
readers fail, but its own vector of fields that must be ignored is valid. Of a repeated field the first well-formed
one counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from coincurve import PublicKey

from openagents.bolt11.invoice import (
    AMOUNT_MSATS_MAX,
    DEFAULT_EXPIRY_SECS,
    DEFAULT_MIN_FINAL_CLTV,
    HASH_WORDS,
    HOP_BYTES,
    MSATS_PER_BITCOIN,
    NETWORK_BY_HRP,
    PUBKEY_WORDS,
    SIGNATURE_WORDS,
    TIMESTAMP_WORDS,
    Fallback,
    Hop,
    Invalid,
    Invoice,
)
from openagents.receipts import bech32

TEXT_MAX = 7089  # what the largest QR code holds; nodes bound invoices by the same number
NUMBER_WORDS_MAX = 10  # 50 bits: an expiry beyond would leave the range of unix milliseconds

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CURVE_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141

_CHECKSUM_WORDS = 6
_HRP = re.compile(r"ln(bcrt|tbs|tb|bc)(?:([0-9]+)([a-z]?))?")
_SCHEME = "lightning:"
_UNIT_MSATS = {"": MSATS_PER_BITCOIN, "m": 10**8, "u": 10**5, "n": 10**2}
_FALLBACK_BYTES = {17: (20,), 18: (20,), 0: (20, 32)}
_WITNESS_PROGRAM_BYTES = range(2, 41)

Fields = dict[str, list[Sequence[int]]]


def normalise(text: str) -> str:
    """The form that is hashed, compared and decoded: trimmed, without `lightning:`, an all-upper text lower-cased."""
    text = text.strip()
    if text[: len(_SCHEME)].lower() == _SCHEME:
        text = text[len(_SCHEME) :].strip()
    return text.lower() if text == text.upper() else text


def invoice_hash(text: str) -> str:
    """Lower-case hex SHA-256 of the normalised text: how receipts and fingerprints name an invoice."""
    return hashlib.sha256(normalise(text).encode("utf-8")).hexdigest()


def decode(text: str) -> Invoice:
    """Decode a text after `normalise`. Raises Invalid.

    The signature is checked: against the `n` field when there is one (then it must be low-S), else it names the payee.
    What depends on us (network, features, expiry, amount) is for `rules`.
    """
    hrp, words = _words(normalise(text))
    network, amount_msats = _human(hrp)
    if len(words) < TIMESTAMP_WORDS + SIGNATURE_WORDS:
        raise Invalid("too_short")
    signed, signature = words[:-SIGNATURE_WORDS], bech32.to_bytes(words[-SIGNATURE_WORDS:])
    fields = _fields(signed[TIMESTAMP_WORDS:])
    payment_hash, payment_secret = _first_hash(fields, "p"), _first_hash(fields, "s")
    if payment_hash is None:
        raise Invalid("missing_payment_hash")
    if payment_secret is None:
        raise Invalid("missing_payment_secret")
    description, description_hash = _description(fields), _first_hash(fields, "h")
    if description is None and description_hash is None:
        raise Invalid("missing_description")
    if description is not None and description_hash is not None:
        raise Invalid("two_descriptions")
    return Invoice(
        network=network,
        amount_msats=amount_msats,
        timestamp=_integer(signed[:TIMESTAMP_WORDS]),
        expiry_secs=_number(fields, "x", DEFAULT_EXPIRY_SECS),
        payment_hash=payment_hash,
        payment_secret=payment_secret,
        description=description,
        description_hash=description_hash,
        payee_pubkey=_payee(digest(hrp, signed), signature, fields),
        min_final_cltv=_number(fields, "c", DEFAULT_MIN_FINAL_CLTV),
        features=_features(fields),
        route_hints=tuple(_route_hints(fields)),
        fallbacks=tuple(_fallbacks(fields)),
        metadata=_octets(fields["m"][0]).hex() if fields.get("m") else None,
        signature_hex=signature.hex(),
    )


def digest(hrp: str, signed: Sequence[int]) -> bytes:
    """What is signed: SHA-256 of the human-readable part and the words, these padded with zero bits to whole bytes."""
    bits = len(signed) * 5
    padding = -bits % 8
    data = (_integer(signed) << padding).to_bytes((bits + padding) // 8, "big")
    return hashlib.sha256(hrp.encode("ascii") + data).digest()


def _words(text: str) -> tuple[str, list[int]]:
    if len(text) > TEXT_MAX:
        raise Invalid("too_long")
    if text != text.lower():
        raise Invalid("mixed_case")
    hrp, separator, data = text.rpartition("1")
    if not separator:
        raise Invalid("no_separator")
    if not set(data) <= set(ALPHABET) or not hrp.isascii():
        raise Invalid("bad_character")
    if not hrp or len(data) < _CHECKSUM_WORDS:
        raise Invalid("too_short")
    try:
        return bech32.decode(text, length_max=TEXT_MAX)
    except ValueError:
        raise Invalid("bad_checksum") from None


def _human(hrp: str) -> tuple[str, int | None]:
    found = _HRP.fullmatch(hrp)
    if found is None:
        raise Invalid("bad_prefix")
    prefix, digits, unit = found.groups()
    return NETWORK_BY_HRP[prefix], None if digits is None else _amount(digits, unit)


def _amount(digits: str, unit: str) -> int:
    if unit not in _UNIT_MSATS and unit != "p":
        raise Invalid("bad_multiplier")
    if digits.startswith("0"):
        raise Invalid("bad_amount")
    if len(digits) > len(str(AMOUNT_MSATS_MAX)) + 1:
        raise Invalid("amount_overflow")
    if unit == "p":
        amount, rest = divmod(int(digits), 10)
        if rest:
            raise Invalid("sub_msat_precision")
    else:
        amount = int(digits) * _UNIT_MSATS[unit]
    if amount > AMOUNT_MSATS_MAX:
        raise Invalid("amount_overflow")
    return amount


def _fields(words: Sequence[int]) -> Fields:
    fields: Fields = {}
    at = 0
    while at < len(words):
        if at + 3 > len(words):
            raise Invalid("cut_field")
        kind, length = ALPHABET[words[at]], words[at + 1] * 32 + words[at + 2]
        at += 3
        if at + length > len(words):
            raise Invalid("cut_field")
        fields.setdefault(kind, []).append(words[at : at + length])
        at += length
    return fields


def _integer(words: Sequence[int]) -> int:
    return int("".join(f"{word:05b}" for word in words) or "0", 2)


def _octets(words: Sequence[int]) -> bytes:
    try:
        return bech32.to_bytes(words)
    except ValueError:
        raise Invalid("bad_padding") from None


def _first_hash(fields: Fields, kind: str) -> str | None:
    words = next((words for words in fields.get(kind, ()) if len(words) == HASH_WORDS), None)
    return None if words is None else _octets(words).hex()


def _description(fields: Fields) -> str | None:
    if not fields.get("d"):
        return None
    try:
        return _octets(fields["d"][0]).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("bad_description") from None


def _minimal(fields: Fields, kind: str) -> Sequence[int] | None:
    """The words of a number that must have no leading zero word."""
    words = next(iter(fields.get(kind, ())), None)
    if words and words[0] == 0:
        raise Invalid("not_minimal")
    return words


def _number(fields: Fields, kind: str, default: int) -> int:
    words = _minimal(fields, kind)
    if words is None:
        return default
    if len(words) > NUMBER_WORDS_MAX:
        raise Invalid("number_too_large")
    return _integer(words)


def _features(fields: Fields) -> tuple[int, ...]:
    bits = _integer(_minimal(fields, "9") or ())
    return tuple(bit for bit in range(bits.bit_length()) if bits >> bit & 1)


def _payee(signed_digest: bytes, signature: bytes, fields: Fields) -> str:
    named = next((words for words in fields.get("n", ()) if len(words) == PUBKEY_WORDS), None)
    if signature[64] > 3:
        raise Invalid("bad_signature")
    if named is None:
        return _recovered(signed_digest, signature)
    payee = _octets(named)
    low_s = int.from_bytes(signature[32:64], "big") <= CURVE_ORDER // 2
    try:
        if low_s and PublicKey(payee).verify(_der(signature), signed_digest, hasher=None):
            return payee.hex()
    except ValueError:  # no point of the curve
        raise Invalid("bad_signature") from None
    raise Invalid("bad_signature")


def _recovered(signed_digest: bytes, signature: bytes) -> str:
    try:
        return str(PublicKey.from_signature_and_message(signature, signed_digest, hasher=None).format().hex())
    except Exception:  # the library raises nothing narrower when no key fits
        raise Invalid("bad_signature") from None


def _der(compact: bytes) -> bytes:
    """The 64 bytes R and S in the form that the library verifies."""
    parts = b"".join(_der_integer(compact[start : start + 32]) for start in (0, 32))
    return bytes((0x30, len(parts))) + parts


def _der_integer(number: bytes) -> bytes:
    number = number.lstrip(b"\x00") or b"\x00"
    if number[0] & 0x80:
        number = b"\x00" + number
    return bytes((0x02, len(number))) + number


def _route_hints(fields: Fields) -> Iterator[tuple[Hop, ...]]:
    """Private routes; one whose length is not that of whole hops is of no use to anybody and skipped."""
    for words in fields.get("r", ()):
        data = _octets(words)
        if data and len(data) % HOP_BYTES == 0:
            yield tuple(_hop(data[start : start + HOP_BYTES]) for start in range(0, len(data), HOP_BYTES))


def _hop(data: bytes) -> Hop:
    channel = int.from_bytes(data[33:41], "big")
    return Hop(
        pubkey=data[:33].hex(),
        short_channel_id=f"{channel >> 40}x{channel >> 16 & 0xFFFFFF}x{channel & 0xFFFF}",
        fee_base_msat=int.from_bytes(data[41:45], "big"),
        fee_proportional_millionths=int.from_bytes(data[45:49], "big"),
        cltv_expiry_delta=int.from_bytes(data[49:51], "big"),
    )


def _fallbacks(fields: Fields) -> Iterator[Fallback]:
    """Addresses of a known version and length; others are skipped, as BOLT 11 wants."""
    for words in fields.get("f", ()):
        if not words or words[0] > 18:
            continue
        program = _octets(words[1:])
        if len(program) in _FALLBACK_BYTES.get(words[0], _WITNESS_PROGRAM_BYTES):
            yield Fallback(words[0], program.hex())

"""Writing a signed invoice (lightning 8.4): RFC 6979, low-S, the shortest form of the amount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from coincurve import PrivateKey

from openagents.bolt11.decoder import ALPHABET, digest
from openagents.bolt11.invoice import (
    AMOUNT_MSATS_MAX,
    DEFAULT_EXPIRY_SECS,
    DEFAULT_MIN_FINAL_CLTV,
    HRP_BY_NETWORK,
    TIMESTAMP_WORDS,
    Fallback,
    Hop,
)
from openagents.receipts import bech32

FEATURES = (8, 14)
"""Variable onion and payment secret: the least that today's nodes pay."""
FIELD_ORDER = "psdxc9"
"""The order of our own invoices; of other fields, those given follow it."""

_UNITS = (("", 10**11), ("m", 10**8), ("u", 10**5), ("n", 10**2))
_FIELD_WORDS_MAX = 1023


def encode(
    private_key: bytes,
    *,
    network: str,
    timestamp: int,
    payment_hash: str,
    payment_secret: str,
    amount_msats: int | None = None,
    description: str | None = None,
    description_hash: str | None = None,
    expiry_secs: int | None = DEFAULT_EXPIRY_SECS,
    min_final_cltv: int | None = DEFAULT_MIN_FINAL_CLTV,
    features: Sequence[int] = FEATURES,
    metadata: str | None = None,
    fallbacks: Sequence[Fallback] = (),
    route_hints: Sequence[Sequence[Hop]] = (),
    name_payee: bool = False,
    order: str = FIELD_ORDER,
) -> str:
    """The text of an invoice signed by 32 key bytes; the same arguments always give the same text.

    Hex arguments as in `Invoice`; None leaves a field out. Raises ValueError for what an invoice cannot say: an amount
    of 0 or beyond uint64, a description longer than a field, a time out of range, an unknown network.
    """
    key = PrivateKey(private_key)
    payloads: list[tuple[str, list[int]]] = [
        ("p", bech32.to_words(_hash(payment_hash))),
        ("s", bech32.to_words(_hash(payment_secret))),
    ]
    if description is not None:
        payloads.append(("d", bech32.to_words(description.encode("utf-8"))))
    if description_hash is not None:
        payloads.append(("h", bech32.to_words(_hash(description_hash))))
    if expiry_secs is not None:
        payloads.append(("x", _number(expiry_secs)))
    if min_final_cltv is not None:
        payloads.append(("c", _number(min_final_cltv)))
    payloads.append(("9", _number(sum(1 << bit for bit in set(features)))))
    if name_payee:
        payloads.append(("n", bech32.to_words(key.public_key.format())))
    if metadata is not None:
        payloads.append(("m", bech32.to_words(bytes.fromhex(metadata))))
    payloads += [("f", [fallback.version, *bech32.to_words(bytes.fromhex(fallback.program))]) for fallback in fallbacks]
    payloads += [("r", bech32.to_words(b"".join(map(_hop, hops)))) for hops in route_hints]
    payloads.sort(key=lambda payload: order.find(payload[0]) if payload[0] in order else len(order))

    hrp = f"ln{_prefix(network)}{_amount(amount_msats)}"
    signed = [*_fixed(timestamp, TIMESTAMP_WORDS), *_tagged(payloads)]
    signature = key.sign_recoverable(digest(hrp, signed), hasher=None)
    return bech32.encode(hrp, [*signed, *bech32.to_words(signature)])


def _prefix(network: str) -> str:
    try:
        return HRP_BY_NETWORK[network]
    except KeyError:
        raise ValueError(f"no network is called {network!r}") from None


def _amount(amount_msats: int | None) -> str:
    if amount_msats is None:
        return ""
    if not 1 <= amount_msats <= AMOUNT_MSATS_MAX:
        raise ValueError("an amount is 1 to 2^64-1 msat")
    for unit, msats in _UNITS:
        if amount_msats % msats == 0:
            return f"{amount_msats // msats}{unit}"
    return f"{amount_msats * 10}p"


def _tagged(payloads: Iterable[tuple[str, list[int]]]) -> Iterator[int]:
    for kind, words in payloads:
        if len(words) > _FIELD_WORDS_MAX:
            raise ValueError(f"the field {kind!r} is too long")
        yield from (ALPHABET.index(kind), *divmod(len(words), 32), *words)


def _fixed(number: int, count: int) -> list[int]:
    if not 0 <= number < 1 << 5 * count:
        raise ValueError("a number does not fit its field")
    return [number >> 5 * (count - 1 - index) & 31 for index in range(count)]


def _number(number: int) -> list[int]:
    """As few words as hold it: none for zero."""
    return _fixed(number, -(-number.bit_length() // 5))


def _hash(text: str) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != 32:
        raise ValueError("a hash has 32 bytes")
    return data


def _hop(hop: Hop) -> bytes:
    block, transaction, output = (int(part) for part in hop.short_channel_id.split("x"))
    return (
        bytes.fromhex(hop.pubkey)
        + (block << 40 | transaction << 16 | output).to_bytes(8, "big")
        + hop.fee_base_msat.to_bytes(4, "big")
        + hop.fee_proportional_millionths.to_bytes(4, "big")
        + hop.cltv_expiry_delta.to_bytes(2, "big")
    )

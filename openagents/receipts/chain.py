"""The topic chain: a rolling hash over the rows of a topic, within one lineage (runtime 6.1).

Equal (topic, seq, chain) on two sides proves that both hold the same rows in the same order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

CHAIN_BYTES = 32
SEQ_MAX = 2**63 - 1  # the journal's bigint; SQL folds with int8send, the same eight big-endian bytes

_DOMAIN = b"openagents.topic_chain.v1"
_PREFIX = "sha256:"


def chain_base(topic: str, lineage: str) -> bytes:
    """The chain before a lineage's first row: at seq 0, or at the new floor after a rotation.

    `topic` is the canonical name of the topic row, never an alias; `lineage` the `lin_` id.
    """
    return hashlib.sha256(b"\x00".join((_DOMAIN, topic.encode("utf-8"), lineage.encode("utf-8")))).digest()


def chain_next(previous: bytes, seq: int, payload_sha256: bytes) -> bytes:
    """The chain at `seq`, from the chain at `seq - 1` and the 32-byte digest of the row's canonical payload.

    Raises ValueError for a chain or digest that is not 32 bytes, or a seq outside 1..2^63-1.
    """
    if len(previous) != CHAIN_BYTES or len(payload_sha256) != CHAIN_BYTES:
        raise ValueError("a chain and a payload digest have 32 bytes")
    if not 1 <= seq <= SEQ_MAX:
        raise ValueError("a row's seq lies in 1..2^63-1")
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + payload_sha256).digest()


def chain_fold(previous: bytes, rows: Iterable[tuple[int, bytes]]) -> bytes:
    """Fold (seq, payload digest) rows, in seq order, over the chain before them. Raises ValueError as chain_next."""
    for seq, payload_sha256 in rows:
        previous = chain_next(previous, seq, payload_sha256)
    return previous


def digest_of(payload_sha256: str) -> bytes:
    """The 32 bytes behind a row's `sha256:<64 hex>` text. Raises ValueError for another form."""
    hexadecimal = payload_sha256.removeprefix(_PREFIX)
    digest = bytes.fromhex(hexadecimal)
    if payload_sha256 != f"{_PREFIX}{digest.hex()}" or len(digest) != CHAIN_BYTES:
        raise ValueError("a payload hash is sha256: and 64 lower-case hex characters")
    return digest

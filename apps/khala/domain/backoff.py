"""Times that spread a herd: reconnect hints, drain offsets, ages. Hashes, so that anyone can recompute them."""

from __future__ import annotations

from hashlib import sha256


def unit(text: str) -> float:
    """A number in [0, 1) that everybody derives alike: the first 8 bytes of SHA-256 over 2^64."""
    return _leading(text) / 2**64


def jitter_ms(consumer_key: str, cursor: int, jitter_max_ms: int) -> int:
    """Milliseconds in 0..`jitter_max_ms` for one consumer at one cursor."""
    return _leading(f"{consumer_key}|{cursor}") % (jitter_max_ms + 1)


def reconnect_ms(consumer_key: str, cursor: int, base_ms: int = 400, jitter_max_ms: int = 250) -> int:
    """Recommended wait before a reconnect."""
    return base_ms + jitter_ms(consumer_key, cursor, jitter_max_ms)


DRAIN_TAIL_MS = 5_000
"""End of the drain window that stays free, so that the last batches still leave the process."""


def drain_offset_ms(drain_id: str, connection_id: str, window_ms: int) -> int:
    """When, after the start of a drain, one connection closes."""
    spread = max(window_ms - DRAIN_TAIL_MS, 0)
    return _leading(f"{drain_id}|{connection_id}") * spread // 2**64


def around(value: float, unit_random: float, share: float = 0.1) -> float:
    """`value` ± `share`, placed by a number in [0, 1)."""
    return value * (1 - share + 2 * share * unit_random)


def _leading(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")

"""Every bound and interval of one connection, with its default. Seconds, bytes, frames."""

from __future__ import annotations

from dataclasses import dataclass

from apps.khala.domain.rates import Rate

MESSAGES = Rate(20, 40)
SUBSCRIBES = Rate(5, 5)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one connection. A value without a reason of its own is the specification's."""

    join_timeout: float = 10.0
    heartbeat_interval: float = 15.0
    heartbeat_timeout: float = 60.0
    messages: Rate = MESSAGES
    subscribes: Rate = SUBSCRIBES
    garbage_max: int = 3
    garbage_seconds: float = 60.0
    topics_per_request_max: int = 32
    topics_max: int = 64
    batch_rows: int = 200
    batch_rows_max: int = 500
    fair_slice_rows: int = 50
    slice_bytes: int = 65_536
    update_bytes_max: int = 262_144
    fetches_max: int = 2
    window_frames_max: int = 64
    window_bytes_max: int = 1_048_576
    view_members_max: int = 64
    view_refresh: float = 15.0
    view_refresh_min: float = 1.0
    unmeasured_bytes_max: int = 1_048_576
    high_water_bytes: int = 262_144
    hard_bytes: int = 1_048_576
    strike_lag: int = 300
    strike_drained_bytes: int = 16_384
    strikes_throttle: int = 10
    strikes_max: int = 30
    gap_retries: tuple[float, ...] = (0.05, 0.1, 0.2)
    io_retry_first: float = 0.25
    io_retry_max: float = 8.0
    journal_outage_max: float = 60.0
    reauth_interval: float = 300.0
    reauth_grace: float = 900.0
    reauth_retry: float = 5.0
    grace_retry_after_ms: int = 5_000
    reconnect_base_ms: int = 400
    reconnect_jitter_ms: int = 250

    @property
    def low_water_bytes(self) -> int:
        return self.high_water_bytes // 2

"""Back-pressure of one connection: is there room to send, and is the client too slow for its own good (14.3)."""

from __future__ import annotations

from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.window import AckWindow, Flying

STRIKE_SECONDS = 1.0


class Pressure:
    """Backlog of the transport and of the ack window, and the strikes drawn from both.

    `plain`: the connection does nothing but deliver live rows, and its backlog is known.
    """

    __slots__ = (
        "_drained",
        "_relieved",
        "_second_ends",
        "_since_heard",
        "buffered",
        "high_water",
        "limits",
        "measured",
        "plain",
        "strikes",
        "struck",
        "window",
    )

    def __init__(self, limits: Limits, *, acknowledges: bool) -> None:
        self.limits = limits
        self.window = AckWindow(limits.window_frames_max, limits.window_bytes_max) if acknowledges else None
        self.buffered = 0
        self.high_water = limits.high_water_bytes
        self.strikes = 0
        self.struck = False
        self.measured = True
        self.plain = False
        self._since_heard = 0
        self._drained = 0
        self._relieved = False
        self._second_ends: float | None = None

    def open_window(self, frames: int, octets: int) -> tuple[int, int]:
        """Window sizes a client asked for, within the server's; (0, 0) on a lane without acks."""
        if self.window is None:
            return 0, 0
        self.window.frames_max = min(frames or self.limits.window_frames_max, self.limits.window_frames_max)
        self.window.bytes_max = min(octets or self.limits.window_bytes_max, self.limits.window_bytes_max)
        return self.window.frames_max, self.window.bytes_max

    @property
    def room(self) -> bool:
        """More may be fetched and sent. Without acks or a measure, only so much between two signs of the client."""
        if self.window is not None:
            return self.buffered < self.high_water and self.window.open
        blind = not self.measured and self._since_heard >= self.limits.unmeasured_bytes_max
        return self.buffered < self.high_water and not blind

    @property
    def relieved(self) -> bool:
        """At or below low water on both counts."""
        return self.buffered <= self.limits.low_water_bytes and (self.window is None or self.window.relieved)

    def sent(self, size: int, flying: Flying, last_seq: int | None) -> None:
        """A batch went out. Without rows there is nothing a client could acknowledge, so it takes no window."""
        if self.window is not None and last_seq is not None:
            self.window.sent(flying, last_seq, size)
        self._since_heard += size

    def heard(self) -> None:
        """The client beat: what was sent before has very likely arrived."""
        self._since_heard = 0

    def acknowledged(self, flying: Flying, seq: int) -> None:
        if self.window is not None:
            self._drained += self.window.acknowledge(flying, seq)
            self._relieved = self._relieved or self.relieved

    def forget(self, flying: Flying) -> None:
        if self.window is not None:
            self.window.forget(flying)

    def reported(self, buffered: int) -> None:
        if self.window is None:
            self._drained += max(self.buffered - buffered, 0)
        self.buffered = buffered
        self._relieved = self._relieved or self.relieved

    def watch(self, lagging: bool, now: float) -> float | None:
        """When the running second of observation ends; None while there is nothing to observe."""
        if lagging and not self.relieved:
            if self._second_ends is None:
                self._begin(now)
        elif self._second_ends is None or not lagging:
            self._second_ends = None
            self.strikes = 0
        return self._second_ends

    def second(self, buffered: int, lagging: bool, now: float) -> int:
        """Strikes after this instant. A second counts only when it is over; any good one clears them all."""
        self.reported(buffered)
        self.struck = False
        if self._second_ends is None or now < self._second_ends:
            return self.strikes
        stuck = lagging and not self._relieved and self._drained < self.limits.strike_drained_bytes
        self.struck = stuck
        self.strikes = self.strikes + 1 if stuck else 0
        self._second_ends = None
        return self.strikes

    def _begin(self, now: float) -> None:
        self._second_ends = now + STRIKE_SECONDS
        self._relieved = False
        self._drained = 0

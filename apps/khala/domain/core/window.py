"""The receive window of a lane with acknowledgements (N4): how much may be on its way unacknowledged."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class AckWindow:
    """Frames in flight with their topic, last seq and size. A frame is taken whole if any room is left."""

    frames_max: int
    bytes_max: int
    in_flight: deque[tuple[str, int, int]] = field(default_factory=deque)
    bytes: int = 0

    @property
    def open(self) -> bool:
        return len(self.in_flight) < self.frames_max and self.bytes < self.bytes_max

    @property
    def relieved(self) -> bool:
        """At most half of the window is in use."""
        return len(self.in_flight) * 2 <= self.frames_max and self.bytes * 2 <= self.bytes_max

    def sent(self, topic: str, last_seq: int, size: int) -> None:
        self.in_flight.append((topic, last_seq, size))
        self.bytes += size

    def acknowledge(self, topic: str, seq: int) -> int:
        """Release the topic's frames up to `seq`; bytes released."""
        return self._drop(lambda frame: frame[0] == topic and frame[1] <= seq)

    def forget(self, topic: str) -> int:
        """Release all frames of a topic that ended or starts over: nobody will acknowledge them."""
        return self._drop(lambda frame: frame[0] == topic)

    def _drop(self, released: Callable[[tuple[str, int, int]], bool]) -> int:
        before = self.bytes
        kept = deque(frame for frame in self.in_flight if not released(frame))
        self.bytes = sum(frame[2] for frame in kept)
        self.in_flight = kept
        return before - self.bytes

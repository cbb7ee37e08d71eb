"""The receive window of a lane with acknowledgements (N4): how much may be on its way unacknowledged."""

from __future__ import annotations

from dataclasses import dataclass

Flying = list[tuple[int, int]]
"""Frames of one topic on their way, oldest first: last seq and size of each."""


@dataclass(slots=True)
class AckWindow:
    """Frames and bytes in flight of all topics together. A frame is taken whole if any room is left."""

    frames_max: int
    bytes_max: int
    frames: int = 0
    bytes: int = 0

    @property
    def open(self) -> bool:
        return self.frames < self.frames_max and self.bytes < self.bytes_max

    @property
    def relieved(self) -> bool:
        """At most half of the window is in use."""
        return self.frames * 2 <= self.frames_max and self.bytes * 2 <= self.bytes_max

    def sent(self, flying: Flying, last_seq: int, size: int) -> None:
        flying.append((last_seq, size))
        self.frames += 1
        self.bytes += size

    def acknowledge(self, flying: Flying, seq: int) -> int:
        """Release a topic's frames up to `seq`; bytes released."""
        count = size = 0
        for last_seq, octets in flying:
            if last_seq > seq:
                break
            count += 1
            size += octets
        if count:
            del flying[:count]
        self.frames -= count
        self.bytes -= size
        return size

    def forget(self, flying: Flying) -> None:
        """Release all frames of a topic that ended or starts over: nobody will acknowledge them."""
        self.frames -= len(flying)
        self.bytes -= sum(size for _, size in flying)
        flying.clear()

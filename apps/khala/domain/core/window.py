"""The receive window of a lane with acknowledgements (N4): how much may be on its way unacknowledged."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class AckWindow:
    """Frames in flight by topic, each with its last seq and size. A frame is taken whole if any room is left."""

    frames_max: int
    bytes_max: int
    in_flight: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    frames: int = 0
    bytes: int = 0

    @property
    def open(self) -> bool:
        return self.frames < self.frames_max and self.bytes < self.bytes_max

    @property
    def relieved(self) -> bool:
        """At most half of the window is in use."""
        return self.frames * 2 <= self.frames_max and self.bytes * 2 <= self.bytes_max

    def admit(self, topic: str, last_seq: int, size: int) -> bool:
        """Record a frame as sent if there is room."""
        if self.frames >= self.frames_max or self.bytes >= self.bytes_max:
            return False
        self.frames += 1
        self.bytes += size
        try:
            self.in_flight[topic].append((last_seq, size))
        except KeyError:
            self.in_flight[topic] = [(last_seq, size)]
        return True

    def sent(self, topic: str, last_seq: int, size: int) -> None:
        self.in_flight.setdefault(topic, []).append((last_seq, size))
        self.frames += 1
        self.bytes += size

    def acknowledge(self, topic: str, seq: int) -> int:
        """Release the topic's frames up to `seq`; bytes released."""
        flying = self.in_flight.get(topic, ())
        count = size = 0
        for last_seq, octets in flying:
            if last_seq > seq:
                break
            count += 1
            size += octets
        if count:
            del self.in_flight[topic][:count]
        self.frames -= count
        self.bytes -= size
        return size

    def forget(self, topic: str) -> int:
        """Release all frames of a topic that ended or starts over: nobody will acknowledge them."""
        flying = self.in_flight.pop(topic, ())
        size = sum(octets for _, octets in flying)
        self.frames -= len(flying)
        self.bytes -= size
        return size

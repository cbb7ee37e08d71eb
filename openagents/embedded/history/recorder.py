"""Writing and reading histories: one JSON object a line, each line one `write` to a file opened for appending.

A line survives the death of the process that wrote it, and lines of several threads and processes do not mix. That is
why the order of the file means something: what was recorded before something else happened before it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openagents.receipts.canonical import prefixed_sha256

Record = dict[str, Any]


def digest(payload: object) -> str:
    """What identifies an event: `sha256:<hex>` of its payload's canonical form, as in the journal."""
    return prefixed_sha256(payload)


class Recorder:
    """Appends to one history. Safe to share between threads, and to open in many processes at once.

    A writer records `sent` before and `acked` or `refused` after each attempt; an attempt without an answer leaves
    nothing behind, which is what makes its outcome unknown. A subscriber records its connections, what arrived on them
    and what it applied. At the end somebody records the log itself with `row` and `head`. Payloads of writes must
    differ within a topic: the digest is how rows and writes find each other. A digest that is not known is blank. A
    topic whose lineage was rotated is another topic to the checker: record it under another name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self) -> None:
        os.close(self._file)

    # --- writers ------------------------------------------------------------------------------------------------------

    def sent(self, topic: str, write: str, payload_digest: str) -> None:
        """An attempt is about to leave. `write` names the intended event: its idempotency key, or any name."""
        self._record(op="sent", topic=topic, write=write, digest=payload_digest)

    def acked(self, topic: str, write: str, seq: int) -> None:
        """The authority answered that the write is in the log at `seq`."""
        self._record(op="acked", topic=topic, write=write, seq=seq)

    def refused(self, topic: str, write: str) -> None:
        """The authority answered that the write did not and will not happen."""
        self._record(op="refused", topic=topic, write=write)

    def system(self, topic: str, payload_digest: str) -> None:
        """The system itself writes this event once into the topic, as `run.started`; nobody sends it."""
        self._record(op="system", topic=topic, digest=payload_digest)

    # --- subscribers --------------------------------------------------------------------------------------------------

    def connected(self, subscriber: str) -> None:
        """A new connection of the subscriber; what it receives from here on belongs to it."""
        self._record(op="connected", subscriber=subscriber)

    def subscribed(self, subscriber: str, topic: str, after_seq: int) -> None:
        """On its present connection the subscriber wants everything behind `after_seq`."""
        self._record(op="subscribed", subscriber=subscriber, topic=topic, after=after_seq)

    def delivered(self, subscriber: str, topic: str, seq: int, payload_digest: str) -> None:
        """A row arrived, before any decision about it."""
        self._record(op="delivered", subscriber=subscriber, topic=topic, seq=seq, digest=payload_digest)

    def applied(self, subscriber: str, topic: str, seq: int, payload_digest: str) -> None:
        """A row took effect in the subscriber's state."""
        self._record(op="applied", subscriber=subscriber, topic=topic, seq=seq, digest=payload_digest)

    def reset(self, subscriber: str, topic: str, seq: int) -> None:
        """The subscriber was openly told that its position is of no use and now stands at `seq`."""
        self._record(op="reset", subscriber=subscriber, topic=topic, seq=seq)

    def finished(self, subscriber: str, topic: str, seq: int, chain: str = "") -> None:
        """Where the subscriber stood when it ended, and its chain there (64 hex) if it keeps one."""
        self._record(op="finished", subscriber=subscriber, topic=topic, seq=seq, chain=chain)

    # --- the log ------------------------------------------------------------------------------------------------------

    def row(self, topic: str, seq: int, payload_digest: str) -> None:
        """A row of the log as it finally is."""
        self._record(op="row", topic=topic, seq=seq, digest=payload_digest)

    def head(self, topic: str, seq: int, chain: str = "", *, floor_seq: int = 0, floor_chain: str = "") -> None:
        """The authority's final word on the topic: its head, its chain there, and where its rows begin.

        With `floor_chain` the checker folds the rows anew and holds every other chain against the result.
        """
        self._record(op="head", topic=topic, seq=seq, chain=chain, floor=floor_seq, floor_chain=floor_chain)

    def _record(self, **fields: str | int) -> None:
        line = json.dumps(fields, separators=(",", ":")).encode() + b"\n"
        if os.write(self._file, line) != len(line):
            raise OSError(f"the disk under {self.path} is full: half a record was written")


def read(path: Path) -> Iterator[Record]:
    """The records of a history, in order. Raises ValueError for a line that is none."""
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            record = json.loads(line)
            if not isinstance(record, dict) or "op" not in record:
                raise ValueError(f"{path}:{number}: not a record")
            yield record

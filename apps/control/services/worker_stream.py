"""A worker's log as a bounded stream (3.6): replay, a tail with a hard end, and a clean stop. It writes nothing.

The tail is read from the runtime in legs of at most ten seconds. Between two legs the session is checked and a
keep-alive goes out; no leg holds a database connection, and each asks the runtime anew whose worker this is.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final
from urllib.parse import quote

import structlog
from django.db import DatabaseError, connection

from apps.control import metrics
from apps.control.domain import sse
from apps.control.services import forwarding, introspection
from apps.control.services.authentication import Principal
from openagents.peers.streams import PeerStream
from openagents.wire.envelopes import REAUTH_REASONS
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, RATE_LIMITED, UNAUTHORIZED, Fault

log = structlog.get_logger("oa.control.streams")

LEG_SECONDS: Final = 10.0
GRACE_SECONDS: Final = 5.0
STREAM_BYTES_MAX: Final = 8 * 1024 * 1024
STREAM_LIMIT: Final = "stream_limit"
EARLY_SECONDS: Final = 0.5
"""A leg that ends this much before its time was ended by the runtime, not by the clock."""
LANE: Final = "codex"


class Interrupted(Exception):
    """The stream ends in an error that the reader is told. `code` is public; `reauth` None: says nothing of it."""

    def __init__(self, code: str, message: str, *, retryable: bool, reauth: bool | None = None) -> None:
        self.code = code
        self.message = message
        self.retryable = retryable
        self.reauth = reauth
        super().__init__(code)


@dataclass
class WorkerStream:
    """One reader of one worker. `open()` first: what the runtime refuses, it refuses there, before the first byte."""

    principal: Principal
    worker_id: str
    cursor: int
    tail_seconds: float
    bytes_sent: int = 0
    _deadline: float = field(init=False, default=0.0)
    _leg: AbstractContextManager[PeerStream] | None = field(init=False, default=None)
    _opened: PeerStream | None = field(init=False, default=None)
    _leg_started: float = field(init=False, default=0.0)
    _leg_tail: float = field(init=False, default=0.0)

    def open(self) -> None:
        """Begin. Raises Fault."""
        connection.close()  # the thread keeps its connection between requests; a stream has no use for it
        self._deadline = monotonic() + self.tail_seconds
        self._begin_leg()

    def frames(self) -> Generator[sse.Frame | None]:
        """Events after the cursor in order, each once; None where there was nothing to tell for a leg.

        Raises Interrupted. Closing the iterator ends everything.
        """
        try:
            while True:
                yield from self._frames_of_leg()
                early = monotonic() - self._leg_started < self._leg_tail - EARLY_SECONDS
                self._end_leg()
                if early or monotonic() >= self._deadline:
                    return
                yield None
                self._check_session()
                if monotonic() >= self._deadline:
                    return
                try:
                    self._begin_leg()
                except Fault as fault:
                    raise interrupted(fault) from fault
        finally:
            self._end_leg()

    def count(self, chunk: bytes) -> bytes:
        """Passes `chunk` while the stream's bytes last. Raises Interrupted (`stream_limit`)."""
        self.bytes_sent += len(chunk)
        if self.bytes_sent > STREAM_BYTES_MAX:
            raise Interrupted(STREAM_LIMIT, "The stream has reached its size; resume from here.", retryable=True)
        return chunk

    def _frames_of_leg(self) -> Iterator[sse.Frame]:
        if self._opened is None:
            return
        reader = sse.Reader()
        try:
            for chunk in self._opened.chunks():
                for frame in reader.feed(chunk):
                    if frame.data == sse.DONE_DATA:
                        return
                    if frame.event == "error":
                        raise _told(frame)
                    seq = frame.seq
                    if seq is None or seq <= self.cursor:
                        continue
                    self.cursor = seq
                    yield frame
            raise Interrupted(
                "service_unavailable", "The runtime's stream broke off; resume from here.", retryable=True
            )
        except Fault as fault:
            raise interrupted(fault) from fault
        except sse.Garbled as error:
            log.error("streams.garbled", reason=str(error))
            raise Interrupted("service_unavailable", "The runtime's stream cannot be read.", retryable=True) from error

    def _begin_leg(self) -> None:
        left = max(0.0, self._deadline - monotonic())
        self._leg_tail = min(LEG_SECONDS, left)
        self._leg_started = monotonic()
        tail_ms = max(1, int(self._leg_tail * 1000))
        leg = forwarding.open_stream(
            self.principal,
            LANE,
            f"/internal/v1/codex/workers/{quote(self.worker_id, safe='')}/stream",
            params={"cursor": self.cursor, "tail_ms": tail_ms},
            last_event_id=str(self.cursor),
            subject=self.worker_id,
            timeout=self._leg_tail + GRACE_SECONDS,
        )
        self._opened = leg.__enter__()
        self._leg = leg
        if self._opened.answer.headers.get("content-type", "").partition(";")[0] != "text/event-stream":
            self._end_leg()
            raise Fault(DEPENDENCY_UNAVAILABLE, "The runtime does not stream.")
        connection.close()  # choosing the deployment may have asked the database

    def _end_leg(self) -> None:
        leg, self._leg, self._opened = self._leg, None, None
        if leg is not None:
            leg.__exit__(None, None, None)

    def _check_session(self) -> None:
        """Raises Interrupted when the credential died since; a refreshed session lives on under its id."""
        who = self.principal
        question = introspection.Question(who.session_id, who.device_id, who.user_id, who.active_org_id)
        try:
            (standing,) = introspection.introspect_connections([question])
        except DatabaseError as error:
            log.warning("streams.unchecked", reason=type(error).__name__)
            raise Interrupted("service_unavailable", "The session cannot be checked.", retryable=True) from error
        finally:
            connection.close()
        if not standing.active:
            reauth = standing.reason in REAUTH_REASONS
            raise Interrupted("unauthorized", "The session has ended.", retryable=False, reauth=reauth)


def interrupted(fault: Fault) -> Interrupted:
    """A refusal in the words of a stream."""
    code = {DEPENDENCY_UNAVAILABLE: "service_unavailable", RATE_LIMITED: "rate_limited"}.get(fault.kind, fault.code)
    if code in ("internal", "dependency_unavailable"):
        code = "service_unavailable"
    reauth = True if fault.kind is UNAUTHORIZED else None
    return Interrupted(code, fault.message, retryable=fault.retryable, reauth=reauth)


def count_error(code: str) -> None:
    """A stream ended in an error; codes of our own only, so that labels stay few."""
    metrics.SSE_ERRORS.labels(code if code in KNOWN_CODES else "other").inc()


KNOWN_CODES: Final = frozenset(
    {
        "unauthorized",
        "forbidden",
        "not_found",
        "stale_cursor",
        "rate_limited",
        "service_unavailable",
        "adapter_mapping_error",
        STREAM_LIMIT,
    }
)


def _told(frame: sse.Frame) -> Interrupted:
    """The runtime's own error event."""
    found = frame.json()
    reauth = found.get("reauthRequired")
    return Interrupted(
        str(found.get("code") or "service_unavailable"),
        str(found.get("message") or "The stream failed."),
        retryable=found.get("retryable") is not False,
        reauth=reauth if isinstance(reauth, bool) else None,
    )

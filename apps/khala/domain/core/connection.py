"""One connection, from accept to gone: who it is, what it may still do, and when something is due.

Delivery of rows lives in `delivery.Delivery`, which this class owns; together they are the core's only mutable state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from apps.khala.domain import access, backoff, compat
from apps.khala.domain.access import Principal
from apps.khala.domain.closing import CloseCode
from apps.khala.domain.compat import Client, Window
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.authority import Authority
from apps.khala.domain.core.delivery import Delivery
from apps.khala.domain.core.lane import FRAME_KINDS, Lane
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.speech import Notice, Problem, ServerSpeech
from apps.khala.domain.core.states import Cause, Conn, next_connection
from apps.khala.domain.rates import Bucket

JOIN_CHANNEL: Final = "sync:v1"
_READY_OR_GRACE: Final = (Conn.READY, Conn.GRACE)
SINGLE_CODES: Final = {
    "stale_cursor": CloseCode.NORMAL,
    "forbidden_topic": CloseCode.DENIED,
    "rate_limited": CloseCode.RATE_LIMITED,
}
"""How a connection for one topic closes when it loses it; anything else is a failure of ours."""


class Connection:
    """The sans-IO core. `handle` takes one input and the time (monotonic seconds) and returns the outputs, in order."""

    __slots__ = (
        "_armed",
        "_beat_at",
        "_close_at",
        "_drain_reason",
        "_garbage",
        "_join_by",
        "_messages",
        "_silent_at",
        "_subscribes",
        "_tickets",
        "authority",
        "client",
        "delivery",
        "lane",
        "limits",
        "now",
        "opened",
        "out",
        "principal",
        "state",
        "wall_offset",
    )

    def __init__(self, lane: Lane, limits: Limits | None = None) -> None:
        self.lane = lane
        self.limits = limits or Limits()
        self.state = Conn.NEW
        self.now = 0.0
        self.out: list[ev.Output] = []
        self.opened: ev.Opened | None = None
        self.principal = Principal(None)
        self.delivery = Delivery(self)
        self.authority = Authority(self)
        self.client = Client()
        self.wall_offset = 0.0
        self._tickets = 0
        self._armed: float | None = None
        self._join_by: float | None = None
        self._beat_at: float | None = None
        self._silent_at: float | None = None
        self._close_at: float | None = None
        self._drain_reason = ""
        self._garbage: list[float] = []
        self._messages = Bucket.full(self.limits.messages, 0.0)
        self._subscribes = Bucket.full(self.limits.subscribes, 0.0)

    # The one door

    def handle(self, event: ev.Input, now: float) -> list[ev.Output]:
        """Outputs of one input. Time never goes back; an input after Gone, or while closing, has none."""
        self.now = max(now, self.now)
        if self.state is Conn.CLOSED or (self.state is Conn.CLOSING and not isinstance(event, ev.Gone)):
            return []
        out = self.out = []
        _HANDLERS[type(event)](self, event)
        self.delivery.settle()
        if self.delivery.busy or not _routine(event):
            self._arm()
        return out

    @property
    def closing(self) -> bool:
        return self.state in (Conn.CLOSING, Conn.CLOSED)

    # What both halves of the core use

    def ticket(self) -> int:
        self._tickets += 1
        return self._tickets

    def say(self, said: ServerSpeech) -> None:
        kind = FRAME_KINDS[type(said).__name__]
        for message in self.lane.encode(said):
            self.emit(ev.Send(message, kind))

    def emit(self, output: ev.Output) -> None:
        self.out.append(output)

    def move(self, cause: Cause) -> None:
        self.state = next_connection(self.state, cause)

    def finish(self, cause: Cause, code: CloseCode, word: str, last_word: ServerSpeech | None = None) -> None:
        """Say the last word, leave all topics, close. Nothing is said after it."""
        if last_word is not None:
            self.say(last_word)
        self.delivery.leave_all()
        self.move(cause)
        self.emit(ev.Close(code, word))

    def refused(self, results: tuple[speech.Result, ...]) -> None:
        """A request that wanted all or nothing got nothing: a connection for one topic has no more to live for."""
        if self.lane.manners.single:
            self._end_single(next(result.code for result in results if result.code))

    def topic_lost(self, problem: Problem) -> None:
        """A topic ended by the server; the client is told."""
        self.say(problem)
        if self.lane.manners.single:
            self._end_single(problem.code)

    def _end_single(self, word: str) -> None:
        self.finish(Cause.FINISHED, SINGLE_CODES.get(word, CloseCode.INTERNAL), word)

    def moved(self) -> list[ev.SaveWatermark]:
        """Positions that changed since this was asked last; those that ended were put out when they did."""
        return self.delivery.moved()

    def unix_ms(self, at: float | None = None) -> int:
        """Wall clock in milliseconds for a time of the monotonic clock (default: now)."""
        return int(((self.now if at is None else at) + self.wall_offset) * 1000)

    # Opening and joining

    def _on_opened(self, event: ev.Opened) -> None:
        self.opened = event
        self.principal = event.principal
        self.wall_offset = event.wall - self.now
        self.authority.lease_at = event.lease_expires_at - self.wall_offset
        # A client that never speaks gives no sign either: there the host's own count has to do.
        self.delivery.pressure.measured = event.measured or not self.lane.manners.heard
        self._join_by = self.now + self.limits.join_timeout
        self._messages = Bucket.full(self.limits.messages, self.now)
        self._subscribes = Bucket.full(self.limits.subscribes, self.now)
        self.move(Cause.ADMITTED)

    def _hello(self, hello: speech.Hello) -> None:
        assert self.opened is not None
        if self.opened.soft_failure:
            self.authority.end_access(self.opened.soft_failure, Cause.JOIN_FAILED, hello.request_id)
            return
        if hello.device_id and hello.device_id != self.principal.device_id:
            problem = Problem(
                "unauthorized", "this is another device", request_id=hello.request_id, reason="device_mismatch"
            )
            self.emit(ev.Audit("khala.join.denied", "deny", "device_mismatch"))
            self.finish(Cause.JOIN_FAILED, CloseCode.REAUTH, "device_mismatch", problem)
            return
        said = Client(hello.client_build_id, hello.protocol_version, hello.schema_version)
        self.client = compat.merged(said, self.opened.stated)
        failure = self.incompatible(self.opened.window) or self.lane.adopt(hello)
        if failure:
            self.turn_away(failure, self.opened.window, Cause.JOIN_FAILED, hello.request_id)
            return
        frames, octets = self.delivery.open_window(hello.window_frames, hello.window_bytes)
        self.move(Cause.JOINED)
        self._join_by = None
        self._heard()
        self._beat_at = self.now + self.limits.heartbeat_interval
        self.emit(
            ev.Audit("khala.join.allowed", "allow", attributes={"client": hello.client, "build": self.client.build_id})
        )
        self.say(
            speech.Welcome(
                connection_id=self.opened.connection_id,
                schema_version=self.lane.schema_version,
                heartbeat_interval_ms=int(self.limits.heartbeat_interval * 1000),
                heartbeat_timeout_ms=int(self.limits.heartbeat_timeout * 1000),
                window_frames=frames,
                window_bytes=octets,
                window=self.opened.window,
                server_time_ms=self.unix_ms(),
                reconnect_ms=self.reconnect_ms(JOIN_CHANNEL, 0),
                allowed_topics=tuple(access.allowed_topics(self.principal)),
                lease_expires_ms=self.unix_ms(self.authority.lease_at),
                request_id=hello.request_id,
                subscription_id=self.delivery.starting.subscription_id,
            )
        )

    def incompatible(self, window: Window) -> str:
        return compat.refusal(self.client, window, legacy=self.lane.manners.legacy) or ""

    def turn_away(self, failure: str, window: Window, cause: Cause, request_id: str = "") -> None:
        self.emit(ev.Audit("khala.join.denied", "deny", failure))
        message = compat.MESSAGES[failure]
        problem = Problem(failure, message, request_id=request_id, reason=failure, window=window)
        self.finish(cause, CloseCode.INCOMPATIBLE, failure, problem)

    def _leave(self, left: speech.Left | None) -> None:
        """Back to where a join is expected; nothing of before remains."""
        self.delivery.leave_all()
        self.move(Cause.LEFT)
        self._silent_at = self._beat_at = None
        self.authority.leave()
        self._join_by = self.now + self.limits.join_timeout
        if left is not None:
            self.say(left)

    def reconnect_ms(self, topic: str, cursor: int) -> int:
        limits = self.limits
        key = self.principal.consumer_key(topic)
        return backoff.reconnect_ms(key, cursor, limits.reconnect_base_ms, limits.reconnect_jitter_ms)

    # What the client says

    def _on_client(self, event: ev.ClientMsg) -> None:
        if self._messages.take(self.now) > 0:
            self._too_fast()
            return
        said = event.said
        match said:
            case speech.Noise():
                return
            case speech.Ping():
                self._heard()
                self.say(speech.Pong(said.request_id))
                return
        if self.state is Conn.OPEN:
            self._before_join(said)
            return
        self._heard()
        match said:
            case speech.Subscribe():
                self._subscribe(said)
            case speech.Unsubscribe():
                self.delivery.unsubscribe(said)
            case speech.Ack():
                self.delivery.acknowledge(said.applied)
            case speech.ClientBeat():
                self._client_beat(said)
            case speech.Authenticate():
                self.authority.authenticate(said)
            case speech.Hello() if self.lane.manners.rejoins and self.state in _READY_OR_GRACE:
                self._leave(None)
                self._hello(said)
            case speech.Hello():
                self.say(Problem("bad_message", "already joined", request_id=said.request_id, reason="already_joined"))
            case speech.Leave() if self.state in _READY_OR_GRACE:
                self._leave(speech.Left(said.request_id))
            case speech.Leave():
                self.say(speech.Left(said.request_id))
            case speech.Telemetry():
                self.emit(ev.Ingest(said.event))
            case speech.Malformed():
                self.say(Problem(said.code, "the message was refused", request_id=said.request_id, reason=said.reason))

    def _before_join(self, said: speech.ClientSpeech) -> None:
        if isinstance(said, speech.Hello):
            self._hello(said)
        elif self.lane.manners.strict:
            self._garbled("not_joined")
        elif isinstance(said, speech.Malformed) and said.code == "bad_topic":
            self.say(Problem(said.code, "no such channel", request_id=said.request_id, reason=said.reason))
        else:
            request_id = getattr(said, "request_id", "")
            self.say(Problem("not_joined", "join first", request_id=request_id, reason="unmatched topic"))

    def _client_beat(self, said: speech.ClientBeat) -> None:
        self.delivery.pressure.heard()
        self.delivery.acknowledge(said.applied)
        if not self.closing:
            ours = self.delivery.starting.subscription_id
            self.say(speech.Beat(self.delivery.positions(), self.unix_ms(), said.request_id, ours))

    def _subscribe(self, asked: speech.Subscribe) -> None:
        if self._subscribes.take(self.now) > 0:
            self._too_fast()
        elif self.state is Conn.GRACE:
            self.say(
                Problem(
                    "rate_limited",
                    "authorization is being renewed",
                    request_id=asked.request_id,
                    reason="reauthorizing",
                    retry_after_ms=self.limits.grace_retry_after_ms,
                )
            )
        elif self.state is Conn.DRAINING:
            wait = self.reconnect_ms(JOIN_CHANNEL, 0)
            self.say(
                Problem("server_draining", "this node is draining", request_id=asked.request_id, retry_after_ms=wait)
            )
        else:
            self.delivery.starting.subscribe(asked)

    def _on_garbage(self, event: ev.ClientGarbage) -> None:
        horizon = self.now - self.limits.garbage_seconds
        self._garbage = [*(at for at in self._garbage if at > horizon), self.now]
        at_once = self.state is Conn.OPEN and self.lane.manners.strict
        if at_once or len(self._garbage) > self.limits.garbage_max:
            self._garbled(event.reason)
        else:
            self.say(Problem("bad_message", "the message could not be read", reason=event.reason))

    def _garbled(self, reason: str) -> None:
        problem = Problem("bad_message", "the message could not be read", reason=reason)
        self.finish(Cause.GARBLED, CloseCode.BAD_MESSAGE, "bad_message", problem)

    def _too_fast(self) -> None:
        problem = Problem("rate_limited", "too many messages", reason="message_rate", retry_after_ms=1000)
        self.finish(Cause.TOO_FAST, CloseCode.RATE_LIMITED, "rate_limited", problem)

    def _heard(self) -> None:
        if self.state is not Conn.OPEN and self.lane.manners.heard:
            self._silent_at = self.now + self.limits.heartbeat_timeout

    # Draining

    def _on_drain(self, event: ev.Drain) -> None:
        if self.state is Conn.DRAINING:
            self._close_at = min(self._close_at or event.close_at, event.close_at)
        elif self.state is Conn.OPEN:
            self.finish(Cause.DRAIN, CloseCode.RECONNECT, "draining")
        else:
            self.move(Cause.DRAIN)
            self._close_at = event.close_at
            self._drain_reason = event.reason
            self.authority.lease_at = None
            self.authority.suspend()

    def _drained(self) -> None:
        wait = self.reconnect_ms(JOIN_CHANNEL, 0)
        notice = Notice("reconnect", reconnect_after_ms=wait, reason=self._drain_reason)
        self.finish(Cause.DRAINED, CloseCode.RECONNECT, "reconnect", notice)

    # Time

    def _on_tick(self, event: ev.Tick) -> None:
        self._armed = None
        for due, act in self._agenda():
            if self.closing:
                return
            if due is not None and due <= self.now:
                act()
        if not self.closing:
            self.delivery.tick(event.buffered)

    def _agenda(self) -> tuple[tuple[float | None, Callable[[], None]], ...]:
        silent = self._silent_at if self.state in _READY_OR_GRACE else None
        return (
            (self._join_by, self._join_timed_out),
            (silent, self._silent),
            *self.authority.agenda(),
            (self._beat_at, self._beat),
            (self._close_at, self._drained),
        )

    def _join_timed_out(self) -> None:
        self.finish(Cause.JOIN_TIMED_OUT, CloseCode.BAD_MESSAGE, "join_timeout")

    def _silent(self) -> None:
        self.emit(ev.Metric("heartbeat_timeouts"))
        problem = Problem("heartbeat_timeout", "nothing heard from the client")
        self.finish(Cause.SILENT, CloseCode.SILENT, "heartbeat_timeout", problem)

    def _beat(self) -> None:
        self._beat_at = self.now + self.limits.heartbeat_interval
        self.say(speech.Beat(self.delivery.positions()))

    def _arm(self) -> None:
        if self.closing:
            return
        times = [due for due, _ in self._agenda() if due is not None]
        if (due := self.delivery.due()) is not None:
            times.append(due)
        if times and (self._armed is None or min(times) < self._armed):
            self._armed = min(times)
            self.emit(ev.Timer(self._armed))

    # The end

    def _on_gone(self, event: ev.Gone) -> None:
        self.delivery.leave_all()
        self.move(Cause.GONE)


def _routine(event: ev.Input) -> bool:
    """News and acks: while nothing else goes on they bring no deadline nearer."""
    if type(event) is ev.Rows:
        return event.ticket == 0
    return type(event) is ev.ClientMsg and type(event.said) is speech.Ack


_HANDLERS: Final[Mapping[type, Callable[[Connection, Any], None]]] = {
    ev.Opened: Connection._on_opened,
    ev.ClientMsg: Connection._on_client,
    ev.ClientGarbage: Connection._on_garbage,
    ev.Acl: lambda connection, event: connection.delivery.rights.on_acl(event),
    ev.TopicState: lambda connection, event: connection.delivery.starting.on_topic_state(event),
    ev.ViewState: lambda connection, event: connection.delivery.on_view_state(event),
    ev.Rows: lambda connection, event: connection.delivery.on_rows(event),
    ev.Hint: lambda connection, event: connection.delivery.on_hint(event),
    ev.Writable: lambda connection, event: connection.delivery.on_writable(event),
    ev.IoFailed: lambda connection, event: connection.delivery.on_io_failed(event),
    ev.Revoked: lambda connection, event: connection.authority.on_revoked(event),
    ev.LeaseRenewed: lambda connection, event: connection.authority.on_lease_renewed(event),
    ev.LeaseRefused: lambda connection, event: connection.authority.on_lease_refused(event),
    ev.LeaseUnknown: lambda connection, event: connection.authority.on_lease_unknown(event),
    ev.TokenChecked: lambda connection, event: connection.authority.on_token_checked(event),
    ev.Tick: Connection._on_tick,
    ev.Drain: Connection._on_drain,
    ev.Gone: Connection._on_gone,
}

"""One connection, from accept to gone: who it is, what it may still do, and when something is due.

Delivery of rows lives in `delivery.Delivery`, which this class owns; together they are the core's only mutable state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from apps.khala.domain import access, backoff, compat
from apps.khala.domain.access import Principal
from apps.khala.domain.closing import CloseCode
from apps.khala.domain.compat import Client
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.delivery import Delivery
from apps.khala.domain.core.lane import FRAME_KINDS, Lane
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.speech import Notice, Problem, ServerSpeech
from apps.khala.domain.core.states import JOINED_STATES, Cause, Conn, next_connection
from apps.khala.domain.rates import Bucket

JOIN_CHANNEL: Final = "sync:v1"
_READY_OR_GRACE: Final = (Conn.READY, Conn.GRACE)


class Connection:
    """The sans-IO core. `handle` takes one input and the time (monotonic seconds) and returns the outputs, in order."""

    def __init__(self, lane: Lane, limits: Limits | None = None) -> None:
        self.lane = lane
        self.limits = limits or Limits()
        self.state = Conn.NEW
        self.now = 0.0
        self.out: list[ev.Output] = []
        self.opened: ev.Opened | None = None
        self.principal = Principal(None)
        self.delivery = Delivery(self)
        self._wall_offset = 0.0
        self._tickets = 0
        self._armed: float | None = None
        self._join_by: float | None = None
        self._beat_at: float | None = None
        self._silent_at: float | None = None
        self._lease_at: float | None = None
        self._grace_until: float | None = None
        self._introspect_at: float | None = None
        self._close_at: float | None = None
        self._drain_reason = ""
        self._renewals = 0
        self._checking_token = False
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
        if not (type(event) is ev.Rows and event.ticket == 0 and not self.delivery.busy):
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
        message = self.lane.encode(said)
        self.emit(ev.Send(message, FRAME_KINDS[type(said).__name__]))

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

    def unix_ms(self, at: float | None = None) -> int:
        """Wall clock in milliseconds for a time of the monotonic clock (default: now)."""
        return int(((self.now if at is None else at) + self._wall_offset) * 1000)

    # Opening and joining

    def _on_opened(self, event: ev.Opened) -> None:
        self.opened = event
        self.principal = event.principal
        self._wall_offset = event.wall - self.now
        self._lease_at = event.lease_expires_at - self._wall_offset
        self._join_by = self.now + self.limits.join_timeout
        self._messages = Bucket.full(self.limits.messages, self.now)
        self._subscribes = Bucket.full(self.limits.subscribes, self.now)
        self.move(Cause.ADMITTED)

    def _hello(self, hello: speech.Hello) -> None:
        assert self.opened is not None
        if self.opened.soft_failure:
            self._end_access(self.opened.soft_failure, cause=Cause.JOIN_FAILED)
            return
        window = self.opened.window
        client = _merge(Client(hello.client_build_id, hello.protocol_version, hello.schema_version), self.opened.stated)
        failure = compat.check(client, window) if window.enforced else None
        if hello.schema_version not in (0, 1, 2):
            failure = failure or "unsupported_schema_version"
        if failure is not None:
            self.emit(ev.Audit("khala.join.denied", "deny", failure))
            problem = Problem(
                failure, compat.MESSAGES[failure], request_id=hello.request_id, reason=failure, window=window
            )
            self.finish(Cause.JOIN_FAILED, CloseCode.INCOMPATIBLE, failure, problem)
            return
        self.lane.schema_version = hello.schema_version or self.lane.schema_version
        frames, octets = self.delivery.open_window(hello.window_frames, hello.window_bytes)
        self.move(Cause.JOINED)
        self._join_by = None
        self._heard()
        self._beat_at = self.now + self.limits.heartbeat_interval
        self.emit(
            ev.Audit("khala.join.allowed", "allow", attributes={"client": hello.client, "build": client.build_id})
        )
        self.say(
            speech.Welcome(
                connection_id=self.opened.connection_id,
                schema_version=self.lane.schema_version,
                heartbeat_interval_ms=int(self.limits.heartbeat_interval * 1000),
                heartbeat_timeout_ms=int(self.limits.heartbeat_timeout * 1000),
                window_frames=frames,
                window_bytes=octets,
                window=window,
                server_time_ms=self.unix_ms(),
                reconnect_ms=self.reconnect_ms(JOIN_CHANNEL, 0),
                allowed_topics=tuple(access.allowed_topics(self.principal)),
                lease_expires_ms=self.unix_ms(self._lease_at),
            )
        )

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
        if self.state is Conn.OPEN:
            if isinstance(said, speech.Hello):
                self._hello(said)
            else:
                self._garbled("not_joined")
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
                self.delivery.acknowledge(said.applied)
                if not self.closing:
                    self.say(speech.Beat(self.delivery.positions(), self.unix_ms()))
            case speech.Authenticate():
                self._checking_token = True
                self.emit(ev.CheckToken(said.token))
            case speech.Hello():
                self.say(Problem("bad_message", "already joined", request_id=said.request_id, reason="already_joined"))
            case speech.Malformed():
                self.say(Problem(said.code, "the message was refused", request_id=said.request_id, reason=said.reason))

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
        if self.state is Conn.OPEN or len(self._garbage) > self.limits.garbage_max:
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
        self._silent_at = self.now + self.limits.heartbeat_timeout

    # Authority over time

    def _on_revoked(self, event: ev.Revoked) -> None:
        if event.org_id is not None:
            self.delivery.end_org(event.org_id)
        else:
            self.emit(ev.Metric("evictions", (event.reason,)))
            self._end_access(event.reason)

    def _end_access(self, reason: str, cause: Cause = Cause.ACCESS_ENDED) -> None:
        problem = Problem("reauth_required", "sign in again", reason=reason)
        self.emit(ev.Audit("khala.evicted" if cause is Cause.ACCESS_ENDED else "khala.reauth.denied", "deny", reason))
        self.finish(cause, CloseCode.REAUTH, "reauth_required", problem)

    def _on_lease_renewed(self, event: ev.LeaseRenewed) -> None:
        if self.state not in JOINED_STATES:
            return
        assert self.opened is not None
        self._renewals += 1
        unit = backoff.unit(f"{self.opened.connection_id}|{self._renewals}|{self.opened.unit}")
        self._extend(self.now + backoff.around(self.limits.reauth_interval, unit))
        self._adopt(replace(self.principal, scopes=self.principal.scopes & event.scopes))

    def _extend(self, lease_at: float) -> None:
        self._lease_at = lease_at
        self._grace_until = self._introspect_at = None
        self.move(Cause.LEASE_RENEWED)

    def _adopt(self, principal: Principal) -> None:
        fewer = self.principal.scopes - principal.scopes
        self.principal = principal
        if fewer:
            self.delivery.recheck_all()

    def _on_lease_refused(self, event: ev.LeaseRefused) -> None:
        if self.state in JOINED_STATES:
            self.emit(ev.Metric("evictions", (event.reason,)))
            self._end_access(event.reason)

    def _on_lease_unknown(self, event: ev.LeaseUnknown) -> None:
        if self.state is Conn.GRACE:
            self._introspect_at = self.now + self.limits.reauth_retry

    def _on_token_checked(self, event: ev.TokenChecked) -> None:
        if not self._checking_token or self.state not in JOINED_STATES:
            return
        self._checking_token = False
        reason = event.reason
        if event.principal is not None and not event.principal.is_same_as(self.principal):
            reason = "principal_mismatch"
        if reason or event.principal is None:
            self.emit(ev.Audit("khala.reauth.denied", "deny", reason))
            self.say(speech.AuthAnswer(False, self.unix_ms(self._lease_at), reason))
            return
        self._extend(event.expires_at - self._wall_offset)
        self._adopt(event.principal)
        self.say(speech.AuthAnswer(True, self.unix_ms(self._lease_at)))

    def _lease_overdue(self) -> None:
        assert self.opened is not None
        if not self.opened.renewable:
            self._end_access("token_expired")
            return
        self.move(Cause.LEASE_OVERDUE)
        self._lease_at = None
        self._grace_until = self.now + self.limits.reauth_grace
        self._introspect()

    def _introspect(self) -> None:
        self._introspect_at = None
        self.emit(ev.Introspect(self.principal))

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
            self._lease_at = self._grace_until = self._introspect_at = None

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
        lease = self._lease_at if self.state is Conn.READY else None
        return (
            (self._join_by, self._join_timed_out),
            (silent, self._silent),
            (self._grace_until, self._grace_over),
            (lease, self._lease_overdue),
            (self._introspect_at, self._introspect),
            (self._beat_at, self._beat),
            (self._close_at, self._drained),
        )

    def _join_timed_out(self) -> None:
        self.finish(Cause.JOIN_TIMED_OUT, CloseCode.BAD_MESSAGE, "join_timeout")

    def _silent(self) -> None:
        self.emit(ev.Metric("heartbeat_timeouts"))
        problem = Problem("heartbeat_timeout", "nothing heard from the client")
        self.finish(Cause.SILENT, CloseCode.SILENT, "heartbeat_timeout", problem)

    def _grace_over(self) -> None:
        self.emit(ev.Metric("evictions", ("reauthorization_unavailable",)))
        self._end_access("reauthorization_unavailable")

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


def _merge(hello: Client, stated: tuple[Client, ...]) -> Client:
    """Each field from the first source that gives it: query, hello, then claims."""
    query, *rest = stated or (Client(),)
    sources = (query, hello, *rest)
    return Client(
        next((source.build_id for source in sources if source.build_id.strip()), ""),
        next((source.protocol_version for source in sources if source.protocol_version.strip()), ""),
        next((source.schema_version for source in sources if source.schema_version), 0),
    )


_HANDLERS: Final[Mapping[type, Callable[[Connection, Any], None]]] = {
    ev.Opened: Connection._on_opened,
    ev.ClientMsg: Connection._on_client,
    ev.ClientGarbage: Connection._on_garbage,
    ev.Acl: lambda connection, event: connection.delivery.on_acl(event),
    ev.TopicState: lambda connection, event: connection.delivery.starting.on_topic_state(event),
    ev.Rows: lambda connection, event: connection.delivery.on_rows(event),
    ev.Hint: lambda connection, event: connection.delivery.on_hint(event),
    ev.Writable: lambda connection, event: connection.delivery.on_writable(event),
    ev.IoFailed: lambda connection, event: connection.delivery.on_io_failed(event),
    ev.Revoked: Connection._on_revoked,
    ev.LeaseRenewed: Connection._on_lease_renewed,
    ev.LeaseRefused: Connection._on_lease_refused,
    ev.LeaseUnknown: Connection._on_lease_unknown,
    ev.TokenChecked: Connection._on_token_checked,
    ev.Tick: Connection._on_tick,
    ev.Drain: Connection._on_drain,
    ev.Gone: Connection._on_gone,
}

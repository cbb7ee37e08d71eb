"""The session core: one link to Khala and its topics, as a pure machine (surfaces 5.2-5.4, khala 19).

`handle(input, now_ms, u)` returns actions; the host performs them and feeds the results back. There is no socket,
clock, randomness or store here: a run can be repeated from its inputs. `now_ms` is monotonic, `u` uniform in [0, 1].
Rule for the host: after an Apply the next input is its Applied or ApplyFailed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from openagents.sdk.backoff import khala_delay_ms
from openagents.sdk.compat import CompatibilityWindow
from openagents.sdk.khala import actions as do
from openagents.sdk.khala import frames
from openagents.sdk.khala.actions import Action, Input
from openagents.sdk.khala.outcomes import HINTED_CLOSE_CODES, Reaction, of_close, of_code, of_handshake
from openagents.sdk.khala.recovery import TopicDesk
from openagents.sdk.updates import STOPPED_LINKS, Cursor, LinkState

JOIN_TIMEOUT_MS = 10_000
SUBSCRIBE_TIMEOUT_MS = 15_000
SILENCE_MS = 45_000
HEARTBEAT_MS = 20_000
RENEW_AHEAD_MS = 30_000
STABLE_MS = 30_000
"""Time in `live` after which earlier failures are forgotten."""
BATCH_SIZE = 200
BATCH_SIZE_MIN = 25

_CONNECTED = frozenset({LinkState.JOINING, LinkState.SUBSCRIBING, LinkState.REPLAYING, LinkState.LIVE})
_WELCOMED = frozenset({LinkState.SUBSCRIBING, LinkState.REPLAYING, LinkState.LIVE})


class KhalaSession:
    """The machine. `counters` counts what happened (duplicates, gaps, bootstraps, …) for status views."""

    def __init__(
        self, topics: Mapping[str, Cursor | None], *, documents: Iterable[str] = (), elsewhere: Iterable[str] = ()
    ) -> None:
        """`topics`: name to stored cursor. `documents`: those that can be bootstrapped from a snapshot; `elsewhere`:
        those whose state the host can read from their owner instead."""
        self.state = LinkState.IDLE
        self.counters: Counter[str] = Counter()
        self._desk = TopicDesk(topics, frozenset(documents), frozenset(elsewhere), self.counters)
        self._connection = 0
        self._attempt = 0
        self._auth_failures = 0
        self._batch_size = BATCH_SIZE
        self._hint_ms = 0
        self._paused = False
        self._token_ends_ms: int | None = None
        self._renewing = False
        self._deadlines: dict[str, int] = {}

    def cursor(self, topic: str) -> Cursor | None:
        """The position the session holds; equal to the stored one between two inputs."""
        return self._desk.tracks[topic].cursor

    def next_deadline_ms(self) -> int | None:
        """When the host must send a Tick at the latest; None: nothing is waited for."""
        due = [*self._deadlines.values(), *self._desk.deadlines()]
        return min(due) if due and self.state not in STOPPED_LINKS else None

    def handle(self, event: Input, now_ms: int, u: float) -> list[Action]:
        """The actions `event` causes, to be performed in order. A stopped session answers nothing."""
        if self.state in STOPPED_LINKS:
            return []
        connection = getattr(event, "connection", self._connection)
        if connection != self._connection:
            return []
        actions = list(self._handle(event, now_ms, u))
        actions += self._settle(now_ms)
        return actions

    def _handle(self, event: Input, now: int, u: float) -> Iterable[Action]:
        match event:
            case do.Start():
                return self._mint("start") if self.state is LinkState.IDLE else []
            case do.Stop():
                return self._stop(LinkState.CLOSED, "stopped by the caller")
            case do.Tick():
                return self._tick(now, u)
            case do.TokenReady():
                return self._token(event, now)
            case do.TokenFailed():
                return self._token_failed(event, now, u)
            case do.SessionRenewed():
                return self._mint("session renewed") if self.state is LinkState.MINTING else []
            case do.Opened():
                return self._opened(now)
            case do.OpenFailed():
                reaction = of_handshake(event.status, event.code)
                reason = event.code or f"handshake {event.status}"
                return self._react(reaction, reason, now, u, retry_after_ms=event.retry_after_ms, window=event.window)
            case do.Received():
                return self._received(event.raw, now, u)
            case do.Closed():
                return self._closed(event.code, now, u)
            case do.ReadingPaused():
                self._paused = True
                self._deadlines.pop("silence", None)
                return []
            case do.ReadingResumed():
                self._paused = False
                self._heard(now)
                return []
            case do.Applied():
                return self._desk.applied(event, now)
            case do.ApplyFailed():
                return self._desk.apply_failed(event.topic)
            case do.SnapshotLoaded():
                return self._desk.snapshot_loaded(event)
            case do.SnapshotFailed():
                return self._desk.snapshot_failed(event, now, u)

    # --- time ---------------------------------------------------------------------------------------------------------

    def _tick(self, now: int, u: float) -> list[Action]:
        due = {name for name, at in self._deadlines.items() if at <= now}
        for name in due:
            del self._deadlines[name]
        if "backoff" in due:
            return self._mint("retry")
        for name in ("join", "subscribe", "silence"):
            if name in due:
                return self._react(Reaction.BACKOFF, f"{name}_timeout", now, u)
        actions: list[Action] = []
        if "stable" in due:
            self._attempt = self._auth_failures = 0
        if "heartbeat" in due:
            actions.append(do.Send(self._connection, frames.heartbeat()))
            self._deadlines["heartbeat"] = now + HEARTBEAT_MS
        if "renew" in due:
            self._renewing = True
            actions.append(do.Mint())
        self._desk.wake(now)
        return actions

    def _settle(self, now: int) -> list[Action]:
        """After every input: subscribe what waits for it, acknowledge what is due, name the new link state."""
        if self.state not in _WELCOMED:
            return []
        actions: list[Action] = [do.Send(self._connection, raw) for raw in self._desk.outgoing(now, self._batch_size)]
        pending = self._desk.awaits_answer()
        if not pending:
            self._deadlines.pop("subscribe", None)
        elif "subscribe" not in self._deadlines:
            self._deadlines["subscribe"] = now + SUBSCRIBE_TIMEOUT_MS
        if self._desk.nothing_left():
            forbidden = self._desk.all_dropped()
            state = LinkState.FORBIDDEN if forbidden else LinkState.CLOSED
            return [*actions, *self._stop(state, "no topic may be followed" if forbidden else "every topic is parked")]
        return [*actions, *self._enter(self._desk.link_state(), "", now)]

    def _enter(self, state: LinkState, reason: str, now: int, retry_in_ms: int = 0) -> list[Action]:
        if state is self.state:
            return []
        self.state = state
        if state is LinkState.LIVE:
            self._deadlines["stable"] = now + STABLE_MS
        else:
            self._deadlines.pop("stable", None)
        return [do.Link(state, reason, retry_in_ms)]

    def _heard(self, now: int) -> None:
        if not self._paused and self.state in _CONNECTED:
            self._deadlines["silence"] = now + SILENCE_MS

    # --- connecting ---------------------------------------------------------------------------------------------------

    def _mint(self, reason: str) -> list[Action]:
        return [*self._enter(LinkState.MINTING, reason, 0), do.Mint()]

    def _token(self, event: do.TokenReady, now: int) -> list[Action]:
        if self._renewing and self.state in _WELCOMED:
            self._renewing = False
            self._expect_renewal(event.expires_in_ms, now)
            return [do.Send(self._connection, frames.authenticate(event.token))]
        if self.state is not LinkState.MINTING:
            return []
        self._connection += 1
        self._renewing = False
        self._token_ends_ms = now + event.expires_in_ms
        return [*self._enter(LinkState.CONNECTING, "", now), do.Open(self._connection, event.token)]

    def _token_failed(self, event: do.TokenFailed, now: int, u: float) -> list[Action]:
        if event.final is not None:
            return self._stop(event.final, event.reason, event.window)
        if self.state is not LinkState.MINTING:
            # A renewal in place failed: the running lease still holds, and Khala asks control itself when it ends.
            self._renewing = False
            self.counters["renewals_failed"] += 1
            return []
        return self._react(Reaction.WAIT, event.reason, now, u, retry_after_ms=event.retry_after_ms)

    def _opened(self, now: int) -> list[Action]:
        if self.state is not LinkState.CONNECTING:
            return []
        entered = self._enter(LinkState.JOINING, "", now)
        self._deadlines["join"] = now + JOIN_TIMEOUT_MS
        self._heard(now)
        return [*entered, do.Send(self._connection, frames.hello())]

    def _welcomed(self, frame: frames.Welcome, now: int, u: float) -> list[Action]:
        if self.state is not LinkState.JOINING:
            return []
        self._hint_ms = frame.reconnect_hint_ms
        self._deadlines.pop("join", None)
        self._deadlines["heartbeat"] = now + HEARTBEAT_MS
        if self._token_ends_ms is not None:
            self._expect_renewal(self._token_ends_ms - now, now)
        self._desk.connected(u)
        return self._enter(LinkState.SUBSCRIBING, "", now)

    def _expect_renewal(self, ends_in_ms: int, now: int) -> None:
        self._deadlines["renew"] = now + max(ends_in_ms - RENEW_AHEAD_MS, ends_in_ms // 2)

    # --- frames -------------------------------------------------------------------------------------------------------

    def _received(self, raw: bytes, now: int, u: float) -> Iterable[Action]:
        if self.state not in _CONNECTED:
            return []
        self._heard(now)
        try:
            frame = frames.decode(raw)
        except frames.SchemaTooNew as error:
            return self._stop(LinkState.UPGRADE_REQUIRED, str(error))
        except frames.Undecodable as error:
            self.counters["undecodable"] += 1
            return self._desk.unreadable(error.topic, now)
        match frame:
            case frames.Welcome():
                return self._welcomed(frame, now, u)
            case frames.Subscribed():
                return self._desk.subscribed(frame, now, u)
            case frames.Batch():
                return self._desk.batch(frame, now)
            case frames.Beat():
                return self._desk.beat(frame, now)
            case frames.Failure():
                return self._failed(frame, now, u)
            case frames.Control():
                return self._control(frame, now, u)
            case frames.LeaseAnswer():
                self.counters["renewals_accepted" if frame.accepted else "renewals_refused"] += 1
                return []
            case frames.Ignored():
                return []

    def _failed(self, frame: frames.Failure, now: int, u: float) -> Iterable[Action]:
        if self._desk.concerns(frame):
            return self._desk.failed(frame, now, u)
        return self._react(
            of_code(frame.code),
            frame.reason or frame.code,
            now,
            u,
            retry_after_ms=frame.retry_after_ms,
            hint_ms=frame.reconnect_after_ms,
            window=frame.window,
        )

    def _control(self, frame: frames.Control, now: int, u: float) -> list[Action]:
        self.counters[f"control_{frame.action}"] += 1
        if frame.action != "reconnect":
            return []
        return self._react(Reaction.DRAIN, frame.reason or "reconnect", now, u, hint_ms=frame.reconnect_after_ms)

    def _closed(self, code: int, now: int, u: float) -> list[Action]:
        if self.state not in _CONNECTED and self.state is not LinkState.CONNECTING:
            return []
        hint = self._hint_ms if code in HINTED_CLOSE_CODES else 0
        return self._react(of_close(code), f"closed {code}", now, u, hint_ms=hint)

    # --- failing ------------------------------------------------------------------------------------------------------

    def _react(
        self,
        reaction: Reaction,
        reason: str,
        now: int,
        u: float,
        *,
        retry_after_ms: int = 0,
        hint_ms: int = 0,
        window: CompatibilityWindow | None = None,
    ) -> list[Action]:
        """What a failure of the whole link leads to."""
        self.counters[f"reconnect_{reaction.name.lower()}"] += 1
        if reaction is Reaction.REAUTH:
            return self._stop(LinkState.REAUTH_REQUIRED, reason)
        if reaction is Reaction.UPGRADE:
            return self._stop(LinkState.UPGRADE_REQUIRED, reason, window)
        if reaction in {Reaction.FORBIDDEN, Reaction.DROP_TOPIC}:
            return self._stop(LinkState.FORBIDDEN, reason)
        if reaction is Reaction.REFRESH:
            self._auth_failures += 1
            if self._auth_failures > 1:
                return self._stop(LinkState.REAUTH_REQUIRED, reason)
            return [*self._disconnect(), *self._enter(LinkState.MINTING, reason, now), do.RenewSession()]
        if reaction is Reaction.SLOW:
            self._batch_size = max(self._batch_size // 2, BATCH_SIZE_MIN)
        if reaction is not Reaction.DRAIN:
            self._attempt += 1
        delay = khala_delay_ms(max(self._attempt, 1), u)
        if hint_ms and (self._attempt <= 1 or reaction in {Reaction.DRAIN, Reaction.SLOW}):
            delay = hint_ms
        delay = max(delay, retry_after_ms)
        gone = self._disconnect()
        self._deadlines["backoff"] = now + delay
        return [*gone, *self._enter(LinkState.BACKOFF, reason, now, retry_in_ms=delay)]

    def _disconnect(self) -> list[Action]:
        gone: list[Action] = [do.Close(self._connection)] if self.state in _CONNECTED | {LinkState.CONNECTING} else []
        # The next number makes every later word of the old socket a stranger's.
        self._connection += 1
        self._deadlines.clear()
        self._renewing = self._paused = False
        self._desk.disconnected()
        return gone

    def _stop(self, state: LinkState, reason: str, window: CompatibilityWindow | None = None) -> list[Action]:
        gone = self._disconnect()
        self.state = state
        return [*gone, do.Link(state, reason, 0, window)]

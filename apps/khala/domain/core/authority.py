"""Authority over time: how long a connection may go on, who says so, and what ends it (section 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from apps.khala.domain import backoff
from apps.khala.domain.access import Principal
from apps.khala.domain.closing import CloseCode
from apps.khala.domain.compat import Window
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.speech import Problem
from apps.khala.domain.core.states import JOINED_STATES, Cause, Conn

if TYPE_CHECKING:
    from apps.khala.domain.core.connection import Connection


class Authority:
    """The lease of one connection, and the questions about it. Times are those of the monotonic clock."""

    __slots__ = (
        "_checking_token",
        "_grace_until",
        "_introspect_at",
        "_renewals",
        "connection",
        "lease_at",
        "limits",
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.limits = connection.limits
        self.lease_at: float | None = None
        self._grace_until: float | None = None
        self._introspect_at: float | None = None
        self._renewals = 0
        self._checking_token = False

    def agenda(self) -> tuple[tuple[float | None, Callable[[], None]], ...]:
        """What is due when."""
        lease = self.lease_at if self.connection.state is Conn.READY else None
        return (
            (self._grace_until, self._grace_over),
            (lease, self._lease_overdue),
            (self._introspect_at, self._introspect),
        )

    def leave(self) -> None:
        """The client left and may join again: a lease that was overdue is asked about as soon as it does."""
        if self._grace_until is not None:
            self.lease_at = self.connection.now
        self.suspend()

    def suspend(self) -> None:
        """Nobody needs to be asked while nothing may begin."""
        self._grace_until = self._introspect_at = None

    def authenticate(self, said: speech.Authenticate) -> None:
        self._checking_token = True
        self.connection.emit(ev.CheckToken(said.token))

    def on_revoked(self, event: ev.Revoked) -> None:
        if event.org_id is not None:
            self.connection.delivery.rights.end_org(event.org_id)
        else:
            self.connection.emit(ev.Metric("evictions", (event.reason,)))
            self.end_access(event.reason)

    def end_access(self, reason: str, cause: Cause = Cause.ACCESS_ENDED, request_id: str = "") -> None:
        problem = Problem("reauth_required", "sign in again", request_id=request_id, reason=reason)
        self.connection.emit(
            ev.Audit("khala.evicted" if cause is Cause.ACCESS_ENDED else "khala.reauth.denied", "deny", reason)
        )
        self.connection.finish(cause, CloseCode.REAUTH, "reauth_required", problem)

    def on_lease_renewed(self, event: ev.LeaseRenewed) -> None:
        if self.connection.state not in JOINED_STATES:
            return
        assert self.connection.opened is not None
        if self._outgrown(event.window):
            return
        self._renewals += 1
        unit = backoff.unit(f"{self.connection.opened.connection_id}|{self._renewals}|{self.connection.opened.unit}")
        self._extend(self.connection.now + backoff.around(self.limits.reauth_interval, unit))
        self._adopt(replace(self.connection.principal, scopes=self.connection.principal.scopes & event.scopes))

    def _outgrown(self, window: Window | None) -> bool:
        """The window was tightened since the join and this client is outside: it is turned away."""
        failure = self.connection.incompatible(window) if window is not None else ""
        if failure and window is not None:
            self.connection.turn_away(failure, window, Cause.INCOMPATIBLE)
        return bool(failure)

    def _extend(self, lease_at: float) -> None:
        self.lease_at = lease_at
        self._grace_until = self._introspect_at = None
        self.connection.move(Cause.LEASE_RENEWED)

    def _adopt(self, principal: Principal) -> None:
        fewer = self.connection.principal.scopes - principal.scopes
        self.connection.principal = principal
        if fewer:
            self.connection.delivery.rights.recheck_all()

    def on_lease_refused(self, event: ev.LeaseRefused) -> None:
        if self.connection.state in JOINED_STATES:
            self.connection.emit(ev.Metric("evictions", (event.reason,)))
            self.end_access(event.reason)

    def on_lease_unknown(self, event: ev.LeaseUnknown) -> None:
        if self.connection.state is Conn.GRACE:
            self._introspect_at = self.connection.now + self.limits.reauth_retry

    def on_token_checked(self, event: ev.TokenChecked) -> None:
        if not self._checking_token or self.connection.state not in JOINED_STATES:
            return
        self._checking_token = False
        reason = event.reason
        if event.principal is not None and not event.principal.is_same_as(self.connection.principal):
            reason = "principal_mismatch"
        if reason or event.principal is None:
            self.connection.emit(ev.Audit("khala.reauth.denied", "deny", reason))
            self.connection.say(speech.AuthAnswer(False, self.connection.unix_ms(self.lease_at), reason))
            return
        if self._outgrown(event.window):
            return
        self._extend(event.expires_at - self.connection.wall_offset)
        self._adopt(event.principal)
        self.connection.say(speech.AuthAnswer(True, self.connection.unix_ms(self.lease_at)))

    def _lease_overdue(self) -> None:
        assert self.connection.opened is not None
        if not self.connection.opened.renewable:
            self.end_access("token_expired")
            return
        self.connection.move(Cause.LEASE_OVERDUE)
        self.lease_at = None
        self._grace_until = self.connection.now + self.limits.reauth_grace
        self._introspect()

    def _introspect(self) -> None:
        self._introspect_at = None
        self.connection.emit(ev.Introspect(self.connection.principal))

    def _grace_over(self) -> None:
        self.connection.emit(ev.Metric("evictions", ("reauthorization_unavailable",)))
        self.end_access("reauthorization_unavailable")

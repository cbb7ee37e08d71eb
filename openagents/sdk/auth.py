"""Signing in, staying signed in across processes, signing out (surfaces 4, control 6.4)."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from openagents.receipts.ids import new_id
from openagents.receipts.times import parse_rfc3339, rfc3339
from openagents.sdk import commands
from openagents.sdk.credentials import (
    CHALLENGE_TTL_SECONDS,
    REFRESH_AHEAD_SECONDS,
    AuthEvent,
    AuthState,
    AuthStatus,
    Session,
    normalised_email,
    session_after_refresh,
    session_from_verify,
)
from openagents.sdk.errors import ErrorKind, SdkError, from_answer
from openagents.sdk.http import CommandBus, HttpResponse, TransportFailure, retry_after_ms
from openagents.sdk.tokens import Challenge, RefreshAttempt, RefreshLock, TokenStore, token_id

REFRESH_SENDS_MAX = 2
REFRESH_WINDOW_SECONDS = 10.0
"""How long the server answers a repeat with the same pair."""
REFRESH_SEND_SECONDS = 4.0
"""Time one send may take: short enough that a second one still falls into the window."""
REFRESH_PAUSE_SECONDS = 0.25
NOT_DONE_STATUSES = frozenset({429, 503})


class AuthService:
    """The sign-in state of one profile against one control. Safe to use from any number of processes at once."""

    def __init__(
        self,
        base_url: str,
        store: TokenStore,
        bus: CommandBus,
        *,
        wall_clock: Callable[[], float] = time.time,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_change: Callable[[AuthState], None] | None = None,
    ) -> None:
        self._base_url = base_url
        self._store = store
        self._bus = bus
        self._wall = wall_clock
        self._wait = wait
        self._on_change = on_change or (lambda state: None)
        self._state = AuthState()
        self._challenge: Challenge | None = None
        self._refreshing = asyncio.Lock()

    @property
    def state(self) -> AuthState:
        return self._state

    @property
    def device_id(self) -> str:
        return self._store.device_id()

    @property
    def token_store_kind(self) -> str:
        """Where the tokens rest: `file` or `keyring`."""
        return self._store.kind

    def stored_session(self) -> Session | None:
        """The session on disk, if this control issued it. Makes no call."""
        session = self._store.load()
        return session if session is not None and session.base_url == self._base_url else None

    def pending_challenge(self, email: str) -> Challenge | None:
        """A code already sent to `email` from this profile and not yet expired."""
        challenge = self._challenge or self._store.load_challenge()
        if challenge is None or challenge.base_url != self._base_url or challenge.email != normalised_email(email):
            return None
        return challenge if challenge.expires_at_unix > self._wall() else None

    async def send_code(self, email: str) -> Challenge:
        """Ask control to send a code to `email`. Raises SdkError (validation, rate_limited, network, …)."""
        command = commands.start_auth_challenge(email)
        self._move(AuthEvent.SEND_CODE)
        generation = self._state.generation
        try:
            answer = await self._bus.dispatch(command, self)
            challenge = self._challenge_of(_object(answer), normalised_email(email))
        except SdkError:
            self._move(AuthEvent.SEND_FAILED, generation)
            raise
        if generation != self._state.generation:
            raise SdkError(ErrorKind.CONFLICT, "a newer code was asked for meanwhile", code="superseded")
        self._challenge = challenge
        self._store.save_challenge(challenge)
        self._move(AuthEvent.CODE_SENT, generation)
        return challenge

    async def submit_code(self, email: str, code: str) -> Session:
        """Trade the code for a session. A wrong code (validation) keeps the challenge for another try."""
        challenge = self.pending_challenge(email)
        if challenge is None:
            message = "no code is waiting for this address; ask for one first"
            raise SdkError(ErrorKind.VALIDATION, message, code="no_challenge")
        command = commands.verify_auth_code(code, challenge_id=challenge.challenge_id, device_id=self.device_id)
        # A second process (`oa login --code`) enters here without having sent the code itself.
        self._move(AuthEvent.CHALLENGE_FOUND)
        self._move(AuthEvent.SUBMIT_CODE)
        try:
            answer = await self._bus.dispatch(command, self)
            session = session_from_verify(
                _object(answer),
                base_url=self._base_url,
                email=challenge.email,
                device_id=self.device_id,
                now=self._now(),
            )
        except SdkError:
            self._move(AuthEvent.CODE_REFUSED)
            raise
        async with RefreshLock(self._store).held():
            self._store.save(session)
        self._store.drop_challenge()
        self._challenge = None
        self._move(AuthEvent.TOKENS_RECEIVED)
        return session

    async def current(self) -> Session:
        """The session to use now, renewed when it ends within 60 s. Raises `missing_credential` when signed out."""
        session = self.stored_session()
        if session is None:
            raise SdkError(ErrorKind.MISSING_CREDENTIAL, "not signed in; run: oa login --email YOU@EXAMPLE.COM")
        if self._state.status is AuthStatus.SIGNED_OUT:
            self._move(AuthEvent.RESTORE)
            self._move(AuthEvent.RESTORED)
        now = datetime.fromtimestamp(self._wall(), UTC)
        if not session.access_ends_within(REFRESH_AHEAD_SECONDS, now):
            return session
        try:
            return await self.renewed(session)
        except SdkError as error:
            # Renewing early is a courtesy: while the token still lives, an unreachable control must not stop work.
            if error.retryable and not session.access_ends_within(0, now):
                return session
            raise

    async def renewed(self, stale: Session) -> Session:
        """A session newer than `stale`: refreshed here, or found refreshed by another task or process.

        Raises `reauth_required` when control refuses the token (the tokens are wiped then), `network` and other
        retryable kinds when nothing was decided.
        """
        async with self._refreshing, RefreshLock(self._store).held() as lock:
            stored = self.stored_session()
            if stored is None:
                raise self._ended("signed out by another process")
            if stored.access_token != stale.access_token:
                return stored
            self._move(AuthEvent.REFRESH)
            try:
                fresh = await self._refresh_once(lock, stored)
            except SdkError as error:
                if error.kind is ErrorKind.REAUTH_REQUIRED:
                    raise
                self._move(AuthEvent.REFRESH_FAILED)
                raise
            self._store.save(fresh)
            self._move(AuthEvent.REFRESHED)
            return fresh

    async def adopt_org(self, org_id: str) -> Session:
        """Note that the session acts in another organisation. Raises `missing_credential` when signed out."""
        async with self._refreshing, RefreshLock(self._store).held():
            stored = self.stored_session()
            if stored is None:
                raise self._ended("signed out by another process")
            moved = replace(stored, org_id=org_id)
            self._store.save(moved)
            return moved

    async def logout(self) -> bool:
        """Sign out here always, at control if it can be reached. Returns whether control confirmed."""
        confirmed = False
        session = self.stored_session()
        if session is not None:
            try:
                await self._bus.dispatch(commands.logout_session(), self)
                confirmed = True
            except SdkError:
                confirmed = False
        self._store.wipe()
        self._store.drop_challenge()
        self._challenge = None
        self._move(AuthEvent.LOGOUT)
        return confirmed

    async def _refresh_once(self, lock: RefreshLock, session: Session) -> Session:
        """The one refresh of this token, under the lock. At most two sends, both with one recorded nonce."""
        identity = token_id(session.refresh_token)
        attempt = lock.attempt()
        if attempt is None or attempt.token_id != identity:
            attempt = RefreshAttempt(identity, secrets.token_hex(16), 0, 0.0)
        request_id = new_id("req")
        while True:
            if attempt.sends and not self._may_send_again(attempt):
                raise self._ended("the answer of a refresh was lost and can no longer be asked for")
            before, attempt = attempt, self._counted(attempt)
            lock.record(attempt)
            command = commands.refresh_session(
                session.refresh_token, device_id=session.device_id, client_nonce=attempt.client_nonce
            )
            try:
                answer = await self._bus.send_once(
                    command,
                    device_id=session.device_id,
                    request_id=request_id,
                    session=None,
                    seconds=REFRESH_SEND_SECONDS,
                )
            except TransportFailure as failure:
                if not failure.sent:
                    lock.record(before)
                    raise SdkError(ErrorKind.NETWORK, str(failure), request_id=request_id) from failure
                await self._wait(REFRESH_PAUSE_SECONDS)
                continue
            body = answer.json()
            if answer.status == 200 and isinstance(body, Mapping):
                return session_after_refresh(session, body, now=self._now())
            self._settle_refusal(lock, before, answer, request_id)
            await self._wait(REFRESH_PAUSE_SECONDS)

    def _settle_refusal(self, lock: RefreshLock, before: RefreshAttempt, answer: HttpResponse, request_id: str) -> None:
        """Returns when the outcome is open (another send may find out); raises when the answer decides."""
        body = answer.json()
        error = from_answer(answer.status, body, request_id=request_id, retry_after_ms=retry_after_ms(answer))
        if answer.status in {401, 403}:
            raise self._ended(error.message, cause=error)
        enveloped = isinstance(body, Mapping) and "error" in body
        if (enveloped and answer.status in NOT_DONE_STATUSES) or 300 <= answer.status < 500:
            # Control itself says that it did nothing, so this send must not count against the token.
            lock.record(before)
            raise error

    def _may_send_again(self, attempt: RefreshAttempt) -> bool:
        elapsed = self._wall() - attempt.first_sent_at_unix
        return attempt.sends < REFRESH_SENDS_MAX and 0 <= elapsed < REFRESH_WINDOW_SECONDS

    def _counted(self, attempt: RefreshAttempt) -> RefreshAttempt:
        first = attempt.first_sent_at_unix if attempt.sends else self._wall()
        return RefreshAttempt(attempt.token_id, attempt.client_nonce, attempt.sends + 1, first)

    def _ended(self, message: str, cause: SdkError | None = None) -> SdkError:
        self._store.wipe()
        self._move(AuthEvent.SESSION_ENDED)
        return SdkError(
            ErrorKind.REAUTH_REQUIRED,
            f"{message}; sign in again: oa login",
            status=cause.status if cause else 0,
            code=cause.code if cause else "reauth_required",
            reason=cause.reason if cause else "",
            request_id=cause.request_id if cause else "",
        )

    def _challenge_of(self, body: Mapping[str, Any], email: str) -> Challenge:
        challenge_id = body.get("challengeId") or body.get("challenge_id")
        if not isinstance(challenge_id, str):
            raise SdkError(ErrorKind.DECODE, "the answer names no challengeId", code="decode_failed")
        expires = self._wall() + CHALLENGE_TTL_SECONDS
        stated = body.get("expiresAt") or body.get("expires_at")
        if isinstance(stated, str):
            expires = min(expires, parse_rfc3339(stated).timestamp())
        return Challenge(self._base_url, email, challenge_id, expires)

    def _move(self, event: AuthEvent, generation: int | None = None) -> None:
        before, self._state = self._state, self._state.after(event, generation)
        if self._state != before:
            self._on_change(self._state)

    def _now(self) -> str:
        return rfc3339(datetime.fromtimestamp(self._wall(), UTC))


def _object(answer: HttpResponse) -> Mapping[str, Any]:
    body = answer.json()
    if not isinstance(body, Mapping):
        raise SdkError(ErrorKind.DECODE, "the answer is not a JSON object", code="decode_failed", status=answer.status)
    return body

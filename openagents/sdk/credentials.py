"""Values of a signed-in client, the input rules of sign-in, and the sign-in state machine (surfaces 3.2, 4). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from openagents.receipts.times import parse_rfc3339
from openagents.sdk.errors import ErrorKind, SdkError

SESSION_SCHEMA = 1
REFRESH_AHEAD_SECONDS = 60
"""An access token this close to its end is renewed before it is used."""
CHALLENGE_TTL_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in session as the token file holds it. Times are RFC 3339 text, blank when the server named none."""

    base_url: str
    access_token: str
    refresh_token: str
    access_expires_at: str
    refresh_expires_at: str
    user_id: str
    org_id: str
    email: str
    session_id: str
    device_id: str
    issued_at: str

    @property
    def namespace(self) -> str:
        """Key under which watermarks are stored: no cursor bleeds between accounts, organisations or devices."""
        return f"{self.user_id}|{self.org_id}|{self.device_id}"

    def access_ends_within(self, seconds: int, now: datetime) -> bool:
        """Whether the access token ends that soon; False when the server named no time: then only a 401 tells."""
        try:
            ends_at = parse_rfc3339(self.access_expires_at)
        except ValueError:
            return False
        return (ends_at - now).total_seconds() <= seconds

    def __repr__(self) -> str:
        return f"Session(user_id={self.user_id!r}, session_id={self.session_id!r}, base_url={self.base_url!r})"


SESSION_FIELDS = tuple(field.name for field in fields(Session))


def session_from_verify(body: Mapping[str, Any], *, base_url: str, email: str, device_id: str, now: str) -> Session:
    """The session of a verify answer (flat, camelCase; snake_case accepted). Raises `decode` without a token."""
    user = body.get("user")
    account: Mapping[str, Any] = user if isinstance(user, Mapping) else {}
    return Session(
        base_url=base_url,
        access_token=_required(body, "token"),
        refresh_token=_required(body, "refreshToken", "refresh_token"),
        access_expires_at=_text(body, "accessExpiresAt", "access_expires_at"),
        refresh_expires_at=_text(body, "refreshExpiresAt", "refresh_expires_at"),
        user_id=_required(body, "userId", "user_id"),
        org_id=_text(body, "activeOrgId", "active_org_id"),
        email=_text(account, "email") or email,
        session_id=_text(body, "sessionId", "session_id"),
        device_id=_text(body, "deviceId", "device_id") or device_id,
        issued_at=now,
    )


def session_after_refresh(session: Session, body: Mapping[str, Any], *, now: str) -> Session:
    """`session` with the pair of a refresh answer. Raises `decode` when either token is missing."""
    return replace(
        session,
        access_token=_required(body, "token"),
        refresh_token=_required(body, "refreshToken", "refresh_token"),
        access_expires_at=_text(body, "accessExpiresAt", "access_expires_at"),
        refresh_expires_at=_text(body, "refreshExpiresAt", "refresh_expires_at") or session.refresh_expires_at,
        session_id=_text(body, "sessionId", "session_id") or session.session_id,
        issued_at=now,
    )


def normalised_email(raw: str) -> str:
    """Trimmed, lower case. Raises `validation` when blank."""
    email = raw.strip().lower()
    if not email:
        raise SdkError(ErrorKind.VALIDATION, "an e-mail address is needed", errors={"email": ["blank"]})
    return email


def normalised_code(raw: str) -> str:
    """What a person pasted, as the code that was sent: `"Code: 123 456."` gives `123456`, `" abCD-12 "` gives `abCD12`.

    Six digits in all: those. Otherwise the ASCII letters and digits. Raises `validation` when nothing is left.
    """
    compact = re.sub(r"\s+", "", raw)
    digits = re.sub(r"[^0-9]", "", compact)
    code = digits if len(digits) == 6 else re.sub(r"[^A-Za-z0-9]", "", compact)
    if not code:
        raise SdkError(ErrorKind.VALIDATION, "a sign-in code is needed", errors={"code": ["blank"]})
    return code


class AuthStatus(StrEnum):
    SIGNED_OUT = "signed_out"
    SENDING_CODE = "sending_code"
    AWAITING_CODE = "awaiting_code"
    VERIFYING_CODE = "verifying_code"
    SIGNED_IN = "signed_in"
    SESSION_RESTORING = "session_restoring"
    SESSION_REFRESHING = "session_refreshing"
    REAUTH_REQUIRED = "reauth_required"


class AuthEvent(StrEnum):
    SEND_CODE = "send_code"
    CODE_SENT = "code_sent"
    SEND_FAILED = "send_failed"
    CHALLENGE_FOUND = "challenge_found"
    SUBMIT_CODE = "submit_code"
    TOKENS_RECEIVED = "tokens_received"
    CODE_REFUSED = "code_refused"
    RESTORE = "restore"
    RESTORED = "restored"
    REFRESH = "refresh"
    REFRESHED = "refreshed"
    REFRESH_FAILED = "refresh_failed"
    SESSION_ENDED = "session_ended"
    LOGOUT = "logout"


_S, _E = AuthStatus, AuthEvent
TRANSITIONS: dict[tuple[AuthStatus, AuthEvent], AuthStatus] = {
    (_S.SIGNED_OUT, _E.SEND_CODE): _S.SENDING_CODE,
    (_S.REAUTH_REQUIRED, _E.SEND_CODE): _S.SENDING_CODE,
    (_S.SENDING_CODE, _E.SEND_CODE): _S.SENDING_CODE,
    (_S.AWAITING_CODE, _E.SEND_CODE): _S.SENDING_CODE,
    (_S.SENDING_CODE, _E.CODE_SENT): _S.AWAITING_CODE,
    (_S.SENDING_CODE, _E.SEND_FAILED): _S.SIGNED_OUT,
    (_S.SIGNED_OUT, _E.CHALLENGE_FOUND): _S.AWAITING_CODE,
    (_S.REAUTH_REQUIRED, _E.CHALLENGE_FOUND): _S.AWAITING_CODE,
    (_S.AWAITING_CODE, _E.SUBMIT_CODE): _S.VERIFYING_CODE,
    (_S.VERIFYING_CODE, _E.TOKENS_RECEIVED): _S.SIGNED_IN,
    (_S.VERIFYING_CODE, _E.CODE_REFUSED): _S.AWAITING_CODE,
    (_S.SIGNED_OUT, _E.RESTORE): _S.SESSION_RESTORING,
    (_S.SESSION_RESTORING, _E.RESTORED): _S.SIGNED_IN,
    (_S.SESSION_RESTORING, _E.REFRESH): _S.SESSION_REFRESHING,
    (_S.SIGNED_IN, _E.REFRESH): _S.SESSION_REFRESHING,
    (_S.SESSION_REFRESHING, _E.REFRESHED): _S.SIGNED_IN,
    (_S.SESSION_REFRESHING, _E.REFRESH_FAILED): _S.SIGNED_IN,
    **{(status, _E.SESSION_ENDED): _S.REAUTH_REQUIRED for status in AuthStatus},
    **{(status, _E.LOGOUT): _S.SIGNED_OUT for status in AuthStatus},
}


@dataclass(frozen=True, slots=True)
class AuthState:
    """Where sign-in stands. `generation` counts send-code actions: a late answer of an older one is ignored."""

    status: AuthStatus = AuthStatus.SIGNED_OUT
    generation: int = 0

    def after(self, event: AuthEvent, generation: int | None = None) -> AuthState:
        """The next state; the same one when the event does not fit here or answers an older generation."""
        if generation is not None and generation != self.generation:
            return self
        status = TRANSITIONS.get((self.status, event))
        if status is None:
            return self
        bump = 1 if event is AuthEvent.SEND_CODE else 0
        return AuthState(status, self.generation + bump)


def _text(body: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = body.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _required(body: Mapping[str, Any], *names: str) -> str:
    value = _text(body, *names)
    if not value:
        raise SdkError(ErrorKind.DECODE, f"the answer names no {names[0]}", code="decode_failed")
    return value

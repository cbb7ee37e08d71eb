"""Input rules and the sign-in machine (surfaces 3.2, 4)."""

from __future__ import annotations

import itertools

import pytest

from openagents.sdk.credentials import (
    TRANSITIONS,
    AuthEvent,
    AuthState,
    AuthStatus,
    normalised_code,
    normalised_email,
    session_from_verify,
)
from openagents.sdk.errors import SdkError

S, E = AuthStatus, AuthEvent


@pytest.mark.parametrize(
    ("raw", "code"),
    [("Code: 123 456.", "123456"), (" abCD-12 ", "abCD12"), ("123456", "123456"), ("12345", "12345"), ("１２ab", "ab")],
)
def test_a_pasted_code(raw: str, code: str) -> None:
    assert normalised_code(raw) == code


@pytest.mark.parametrize("raw", ["", "  ", "-.-"])
def test_nothing_is_no_code(raw: str) -> None:
    with pytest.raises(SdkError):
        normalised_code(raw)


def test_addresses_are_trimmed_and_lowered() -> None:
    assert normalised_email("  Ada@Example.COM ") == "ada@example.com"
    with pytest.raises(SdkError):
        normalised_email("   ")


@pytest.mark.parametrize(
    "path",
    [
        [(E.SEND_CODE, S.SENDING_CODE), (E.CODE_SENT, S.AWAITING_CODE), (E.SUBMIT_CODE, S.VERIFYING_CODE),
         (E.TOKENS_RECEIVED, S.SIGNED_IN), (E.REFRESH, S.SESSION_REFRESHING), (E.REFRESHED, S.SIGNED_IN),
         (E.SESSION_ENDED, S.REAUTH_REQUIRED), (E.SEND_CODE, S.SENDING_CODE), (E.LOGOUT, S.SIGNED_OUT)],
        [(E.CHALLENGE_FOUND, S.AWAITING_CODE), (E.SUBMIT_CODE, S.VERIFYING_CODE), (E.CODE_REFUSED, S.AWAITING_CODE)],
        [(E.RESTORE, S.SESSION_RESTORING), (E.REFRESH, S.SESSION_REFRESHING), (E.REFRESH_FAILED, S.SIGNED_IN)],
    ],
)  # fmt: skip
def test_ways_through_sign_in(path: list[tuple[AuthEvent, AuthStatus]]) -> None:
    state = AuthState()
    for event, status in path:
        state = state.after(event)
        assert state.status is status


def test_an_event_without_a_row_changes_nothing() -> None:
    for status, event in itertools.product(AuthStatus, AuthEvent):
        after = AuthState(status, 3).after(event)
        assert after.status is TRANSITIONS.get((status, event), status)
        if (status, event) not in TRANSITIONS:
            assert after == AuthState(status, 3)


def test_a_late_answer_of_an_older_code_is_ignored() -> None:
    first = AuthState().after(E.SEND_CODE)
    second = first.after(E.SEND_CODE)
    assert second.after(E.CODE_SENT, first.generation) == second
    assert second.after(E.CODE_SENT, second.generation).status is S.AWAITING_CODE


def test_a_verify_answer_without_a_token_is_not_understood() -> None:
    with pytest.raises(SdkError) as error:
        session_from_verify({"userId": "u"}, base_url="b", email="e", device_id="d", now="n")
    assert error.value.kind == "decode"


def test_both_spellings_of_a_verify_answer_are_read() -> None:
    camel = {"token": "t", "refreshToken": "r", "userId": "u", "activeOrgId": "o", "deviceId": "d2"}
    snake = {"token": "t", "refresh_token": "r", "user_id": "u", "active_org_id": "o", "device_id": "d2"}
    made = [session_from_verify(body, base_url="b", email="e", device_id="d", now="n") for body in (camel, snake)]
    assert made[0] == made[1]
    assert made[0].namespace == "u|o|d2"

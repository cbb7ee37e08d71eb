"""Looking at sessions, ending them, logging out; devices and blocking them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.control.models import Device, RefreshToken, Session, User
from apps.control.services.clock import database_now
from apps.control.tests.world import Person, call, challenge, code_for, fresh, refresh, sign_in
from openagents.db.models import AuditEvent

REVOKE = "/api/auth/sessions/revoke"


def status_of(person: Person) -> str:
    return Session.objects.get(pk=person.session_id).status


def test_the_session_shows_itself_its_user_and_memberships(person: Person) -> None:
    data = person.get("/api/auth/session").data
    session = data["session"]
    assert session["sessionId"] == person.session_id
    assert (session["status"], session["reauthRequired"], session["revokedReason"]) == ("active", False, None)
    assert session["deviceId"] == person.device_id
    assert session["tokenName"] == "desktop:autopilot-desktop"
    assert session["issuedAt"].endswith("Z") and "." not in session["issuedAt"]
    assert data["user"] == {
        "id": person.user_id,
        "email": person.email,
        "name": data["user"]["name"],
        "workosId": data["user"]["workosId"],
    }
    (membership,) = data["memberships"]
    assert membership["org_id"] == person.org_id
    assert (membership["role"], membership["default_org"]) == ("owner", True)


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        (None, "missing_credential"),
        ("", "missing_credential"),
        ("Basic abc", "missing_credential"),
        ("Bearer ", "missing_credential"),
        ("Bearer nonsense", "invalid_token"),
        (f"Bearer oa_at_{'0' * 64}", "invalid_token"),
        (f"Bearer oa_pat_{'0' * 64}", "invalid_token"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/auth/session"), ("GET", "/api/auth/sessions"), ("POST", REVOKE), ("POST", "/api/auth/logout"),
        ("GET", "/api/auth/devices"), ("POST", "/api/auth/devices/revoke"), ("POST", "/api/auth/devices/unblock"),
        ("GET", "/api/orgs/memberships"), ("POST", "/api/orgs/active"), ("POST", "/api/policy/authorize"),
        ("POST", "/api/sync/token"), ("POST", "/api/khala/token"), ("GET", "/api/runtime/runs"),
        ("POST", "/api/runtime/runs"), ("GET", "/api/runtime/runs/r1"), ("GET", "/api/runtime/runs/r1/events"),
        ("POST", "/api/runtime/runs/r1/events"), ("POST", "/api/runtime/runs/r1/events/batch"),
        ("POST", "/api/runtime/runs/r1/cancel"), ("GET", "/api/runtime/runs/r1/receipt"),
        ("GET", "/api/runtime/runs/r1/replay"), ("GET", "/api/runtime/runs/r1/replay/artifact"),
        ("GET", "/api/runtime/runs/r1/bundle"),
    ],
)  # fmt: skip
def test_every_protected_route_refuses_without_a_credential(
    method: str, path: str, authorization: str | None, reason: str
) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    answer = call(method, path, {} if method == "POST" else None, **headers)
    assert (answer.status, answer.code, answer.reason) == (401, "unauthorized", reason)


def test_a_cookie_never_authenticates(person: Person) -> None:
    assert call("GET", "/api/auth/session", cookies={"token": person.access}).status == 401


def test_a_closed_account_is_shut_out(person: Person) -> None:
    User.objects.filter(pk=person.user_id).update(deleted_at=database_now())
    assert person.get("/api/auth/session").status == 401


def test_the_list_is_newest_first_of_all_states_and_of_nobody_else(person: Person) -> None:
    other_device = sign_in(person.email)
    replaced = sign_in(person.email, device_id=other_device.device_id)
    sign_in()
    data = person.get("/api/auth/sessions").data
    assert data["currentSessionId"] == person.session_id
    assert [row["session_id"] for row in data["sessions"]] == [
        replaced.session_id, other_device.session_id, person.session_id,
    ]  # fmt: skip
    assert [row["status"] for row in data["sessions"]] == ["active", "revoked", "active"]
    assert data["sessions"][1]["revoked_reason"] == "device_replaced"


def test_the_list_may_be_of_one_device(person: Person) -> None:
    sign_in(person.email)
    data = person.get(f"/api/auth/sessions?device_id={person.device_id.upper()}").data
    assert [row["session_id"] for row in data["sessions"]] == [person.session_id]
    assert person.get("/api/auth/sessions?device_id=a%20b").fields == {"device_id"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"session_id": ""},
        {"revoke_all_sessions": False},
        {"session_id": "s", "device_id": "d"},
        {"session_id": "s", "revoke_all_sessions": True},
        {"session_id": "s", "device_id": "d", "revoke_all_sessions": True},
    ],
)
def test_exactly_one_target_is_needed(person: Person, body: dict[str, Any]) -> None:
    answer = person.post(REVOKE, body)
    assert (answer.status, answer.fields) == (422, {"target"})


@pytest.mark.parametrize("reason", ["admin_revoked", "token_replay"])
def test_reasons_of_the_server_cannot_be_stated(person: Person, reason: str) -> None:
    assert person.post(REVOKE, {"revoke_all_sessions": True, "reason": reason}).fields == {"reason"}
    assert person.post(REVOKE, {"revoke_all_sessions": True, "reason": "nonsense"}).fields == {"reason"}


def test_unknown_and_foreign_sessions_cannot_be_told_apart(person: Person) -> None:
    foreign = person.post(REVOKE, {"session_id": sign_in().session_id})
    unknown = person.post(REVOKE, {"session_id": "sess_unknown"})
    assert foreign.status == unknown.status == 422
    assert foreign.fields == unknown.fields == {"session_id"}
    assert foreign.json["errors"] == unknown.json["errors"]


def test_one_session_is_ended_with_its_tokens(person: Person) -> None:
    other = sign_in(person.email)
    answer = person.post(REVOKE, {"session_id": other.session_id, "reason": "security_policy"})
    found = answer.json
    assert (answer.status, found["ok"], found["reason"]) == (200, True, "security_policy")
    assert found["revokedSessionIds"] == [other.session_id]
    assert found["revokedDeviceIds"] == [other.device_id]
    assert found["revokedRefreshTokenIds"] == [other.refresh_id]
    assert found["propagation"] == "pending"
    assert other.get("/api/auth/session").reason == "session_revoked"
    assert Session.objects.get(pk=other.session_id).reauth_required is True
    assert person.get("/api/auth/session").status == 200


def test_the_current_session_is_spared_unless_named(person: Person) -> None:
    other = sign_in(person.email)
    answer = person.post(REVOKE, {"revoke_all_sessions": True})
    assert answer.json["revokedSessionIds"] == [other.session_id]
    assert person.post(REVOKE, {"session_id": person.session_id}).json["revokedSessionIds"] == []
    answer = person.post(REVOKE, {"revoke_all_sessions": True, "include_current": True})
    assert answer.json["revokedSessionIds"] == [person.session_id]
    assert person.get("/api/auth/session").status == 401


def test_camel_case_is_understood_too(person: Person) -> None:
    other = sign_in(person.email)
    answer = person.post(REVOKE, {"sessionId": other.session_id, "includeCurrent": False})
    assert answer.json["revokedSessionIds"] == [other.session_id]


def test_a_device_is_ended_and_a_repeat_finds_nothing(person: Person) -> None:
    other = sign_in(person.email)
    first = person.post(REVOKE, {"device_id": other.device_id})
    again = person.post(REVOKE, {"device_id": other.device_id})
    assert first.json["revokedSessionIds"] == [other.session_id]
    assert again.status == 200
    assert (again.json["revokedSessionIds"], again.json["propagation"]) == ([], "delivered")


def test_logging_out_ends_the_session_once(person: Person) -> None:
    answer = person.post("/api/auth/logout")
    assert (answer.status, answer.json["status"], answer.json["sessionId"]) == (200, "revoked", person.session_id)
    assert answer.json["propagation"] == "pending"
    assert person.post("/api/auth/logout").reason == "session_revoked"
    assert RefreshToken.objects.get(pk=person.refresh_id).state == "session_revoked"


def test_revocations_of_the_same_sessions_at_once_end_each_once(person: Person, in_parallel: Any) -> None:
    others = [sign_in(person.email) for _ in range(3)]
    answers = in_parallel(8, lambda index: person.post(REVOKE, {"revoke_all_sessions": True}))
    assert {answer.status for answer in answers} == {200}
    ended = [pk for answer in answers for pk in answer.json["revokedSessionIds"]]
    assert sorted(ended) == sorted(other.session_id for other in others)


def test_revocations_against_refreshes_leave_nothing_half_done(person: Person, in_parallel: Any) -> None:
    others = [sign_in(person.email) for _ in range(4)]

    def work(index: int) -> Any:
        return refresh(others[index]) if index < 4 else person.post(REVOKE, {"revoke_all_sessions": True})

    answers = in_parallel(6, work)
    assert not [answer for answer in answers if isinstance(answer, Exception) or answer.status >= 500]
    assert {status_of(other) for other in others} == {"revoked"}
    ids = [other.session_id for other in others]
    assert not RefreshToken.objects.filter(session_id__in=ids, state="current").exists()


def test_a_refused_logout_is_noted_unless_the_credential_was_made_up(person: Person) -> None:
    person.post("/api/auth/logout")
    noted = AuditEvent.objects.filter(event_name="auth.logout.failed")
    before = noted.count()
    assert person.post("/api/auth/logout").reason == "session_revoked"
    assert call("POST", "/api/auth/logout").status == 401
    assert call("POST", "/api/auth/logout", token="oa_at_made_up").status == 401
    assert noted.count() == before + 1
    newest = noted.order_by("-occurred_at").first()
    assert newest is not None and newest.attributes == {"reason": "unauthorized", "cause": "session_revoked"}


def test_devices_are_listed_with_their_live_sessions(person: Person) -> None:
    other = sign_in(person.email, client="autopilot-ios")
    other.post("/api/auth/logout")
    rows = {row["device_id"]: row for row in person.get("/api/auth/devices").data["devices"]}
    assert rows.keys() == {person.device_id, other.device_id}
    assert rows[person.device_id]["active_session_count"] == 1
    assert rows[other.device_id]["active_session_count"] == 0
    assert (rows[other.device_id]["client"], rows[other.device_id]["platform"]) == ("autopilot-ios", "mobile")
    assert rows[person.device_id]["blocked_at"] is None


def test_a_device_is_blocked_and_let_in_again(person: Person) -> None:
    other = sign_in(person.email)
    body = {"device_id": other.device_id, "block": True}
    answer = person.post("/api/auth/devices/revoke", body)
    assert answer.json["revokedSessionIds"] == [other.session_id]

    def knock() -> int:
        entered = {"challenge_id": challenge(person.email), "device_id": other.device_id, "code": ""}
        entered["code"] = code_for(person.email)
        return call("POST", "/api/auth/verify", entered).status

    assert knock() == 403
    assert person.post("/api/auth/devices/revoke", body).status == 200
    answer = person.post("/api/auth/devices/unblock", {"device_id": other.device_id})
    assert answer.data["device"]["blocked_at"] is None
    assert knock() == 200


def test_unknown_devices(person: Person) -> None:
    stranger = sign_in()
    for device_id in (fresh("desktop:x"), stranger.device_id):
        assert person.post("/api/auth/devices/revoke", {"device_id": device_id}).fields == {"device_id"}
        assert person.post("/api/auth/devices/unblock", {"device_id": device_id}).status == 404
    assert person.post("/api/auth/devices/revoke", {"device_id": " "}).fields == {"device_id"}
    assert person.post("/api/auth/devices/revoke", {}).fields == {"device_id"}
    assert Device.objects.get(user_id=stranger.user_id).blocked_at is None


def test_a_session_past_its_refresh_time_is_expired(person: Person) -> None:
    Session.objects.filter(pk=person.session_id).update(refresh_expires_at=database_now() - timedelta(seconds=1))
    answer = person.get("/api/auth/session")
    assert (answer.reason, answer.json["error"]["reauth_required"]) == ("session_expired", True)


def test_a_session_that_must_sign_in_again_says_so(person: Person) -> None:
    Session.objects.filter(pk=person.session_id).update(status="reauth_required")
    answer = person.get("/api/auth/session")
    assert (answer.reason, answer.json["error"]["reauth_required"]) == ("reauth_required", True)

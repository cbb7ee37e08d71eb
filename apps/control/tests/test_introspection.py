"""What other planes learn about credentials and connections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.control.models import Device, IssuedSyncToken, Membership, Session
from apps.control.services.clock import database_now
from apps.control.tests.world import Person, configure, new_email, queries, refresh, sign_in, signed

ONE, MANY = "/internal/v1/control/sessions/introspect", "/internal/v1/control/sync/introspect"


def ask(**body: Any) -> dict[str, Any]:
    answer = signed("aegis", "POST", ONE, body)
    assert answer.status == 200, answer.content
    found: dict[str, Any] = answer.data
    return found


def connection(person: Person, **change: str) -> dict[str, str]:
    return {
        "session_id": person.session_id,
        "device_id": person.device_id,
        "user_id": person.user_id,
        "org_id": person.org_id,
        **change,
    }


def judge(*items: dict[str, str]) -> list[dict[str, Any]]:
    answer = signed("khala", "POST", MANY, {"items": list(items)})
    assert answer.status == 200, answer.content
    found: list[dict[str, Any]] = answer.data["items"]
    return found


def test_an_access_token_shows_its_session_without_tokens(person: Person) -> None:
    data = ask(access_token=person.access)
    assert (data["active"], data["reason"], data["roles"]) == (True, None, ["owner"])
    session = data["session"]
    assert (session["session_id"], session["user_id"]) == (person.session_id, person.user_id)
    assert session["status"] == "active"
    assert (session["access_token"], session["refresh_token"]) == ("", "")
    assert [row["org_id"] for row in data["memberships"]] == [person.org_id]
    assert data["abilities"] == []


def test_a_session_and_a_minted_token_can_be_asked_for(person: Person) -> None:
    jti = person.post("/api/khala/token").data["token_id"]
    assert ask(session_id=person.session_id, user_id=person.user_id)["active"] is True
    assert ask(jti=jti)["session"]["session_id"] == person.session_id


def test_unknown_foreign_and_ended_credentials_are_merely_inactive(person: Person) -> None:
    jti = person.post("/api/sync/token").data["token_id"]
    assert ask(access_token=person.access, user_id="user_other")["active"] is False
    assert ask(access_token="nonsense")["reason"] == "invalid_token"
    assert ask(session_id="sess_unknown")["active"] is False
    assert ask(jti="sync_unknown")["active"] is False
    person.post("/api/auth/logout")
    assert ask(access_token=person.access) == {
        "active": False, "reason": "session_revoked", "session": None, "memberships": [], "roles": [], "abilities": [],
    }  # fmt: skip
    assert ask(session_id=person.session_id)["reason"] == "session_revoked"
    assert ask(jti=jti)["reason"] == "token_revoked"


def test_an_expired_minted_token_is_inactive(person: Person) -> None:
    jti = person.post("/api/sync/token").data["token_id"]
    IssuedSyncToken.objects.filter(pk=jti).update(expires_at=database_now())
    assert ask(jti=jti)["reason"] == "token_expired"


@pytest.mark.parametrize("body", [{}, {"access_token": "a", "jti": "b"}, {"user_id": "u"}])
def test_exactly_one_credential_is_needed(body: dict[str, str]) -> None:
    answer = signed("aegis", "POST", ONE, body)
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


def test_presenting_an_access_token_here_counts_as_its_first_use(person: Person) -> None:
    child = refresh(person).json
    ask(access_token=child["token"])
    assert refresh(person).reason == "refresh_token_reused"


def test_operators_are_named_to_the_planes(settings: Any, person: Person) -> None:
    configure(settings, oa_admin_emails=[person.email])
    assert ask(access_token=person.access)["roles"] == ["owner", "operator"]


def test_a_live_connection_keeps_the_scopes_of_its_role(settings: Any, person: Person) -> None:
    (verdict,) = judge(connection(person))
    assert (verdict["active"], verdict["reason"], verdict["org_active"]) == (True, None, True)
    assert set(verdict["scopes"]) == set(settings.OA.oa_sync_token_allowed_scopes) - {"ops.read"}


def test_connections_are_judged_in_order_each_by_its_own_binding(person: Person) -> None:
    other = sign_in()
    verdicts = judge(
        connection(person, session_id="sess_unknown"),
        connection(person),
        connection(person, user_id=other.user_id),
        connection(person, device_id="desktop:other"),
        connection(person, org_id="org:other"),
        connection(other),
    )
    assert [(row["active"], row["reason"], row["org_active"]) for row in verdicts] == [
        (False, "session_unknown", False),
        (True, None, True),
        (False, "user_mismatch", False),
        (False, "device_mismatch", False),
        (True, None, False),
        (True, None, True),
    ]
    assert verdicts[4]["scopes"] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "revoked"}, "session_revoked"),
        ({"status": "expired"}, "session_expired"),
        ({"status": "reauth_required"}, "reauth_required"),
        ({"refresh_expires_at": timedelta(seconds=-1)}, "session_expired"),
        ({"access_expires_at": timedelta(seconds=-1)}, None),
    ],
)
def test_the_state_of_the_session_decides(person: Person, change: dict[str, Any], reason: str | None) -> None:
    now = database_now()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in change.items()}
    Session.objects.filter(pk=person.session_id).update(**values)
    (verdict,) = judge(connection(person))
    assert (verdict["active"], verdict["reason"]) == (reason is None, reason)


def test_a_blocked_device_and_a_lost_membership(person: Person) -> None:
    Membership.objects.filter(user_id=person.user_id).update(status="removed")
    (verdict,) = judge(connection(person))
    assert (verdict["active"], verdict["org_active"], verdict["scopes"]) == (True, False, [])
    Device.objects.filter(user_id=person.user_id).update(blocked_at=database_now())
    (verdict,) = judge(connection(person))
    assert (verdict["active"], verdict["reason"]) == (False, "device_blocked")


def test_a_members_scopes_are_fewer() -> None:
    member = sign_in(new_email("openagents.com"))
    (verdict,) = judge(connection(member, org_id="org:openagents"))
    assert "runtime.codex_worker_events" not in verdict["scopes"]
    assert "runtime.codex_worker_summaries" in verdict["scopes"]


def test_none_or_too_many_are_refused(person: Person) -> None:
    for items in ([], [connection(person)] * 201):
        assert signed("khala", "POST", MANY, {"items": items}).status == 400
    assert len(judge(*[connection(person)] * 200)) == 200


def test_two_hundred_cost_as_many_queries_as_one(person: Person) -> None:
    with queries() as one:
        judge(connection(person))
    with queries() as many:
        judge(*[connection(person)] * 200)
    assert len(many) == len(one)


def test_introspection_is_for_planes() -> None:
    assert signed("bridge", "POST", ONE, {"jti": "x"}).status == 403
    assert signed("aegis", "POST", MANY, {"items": []}).json["reason_code"] == "issuer_not_allowed"

"""Personal access tokens: made by sessions, carrying abilities, ending everywhere at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from apps.control.models import IssuedSyncToken, PersonalAccessToken, Revocation, User
from apps.control.services.clock import database_now
from apps.control.tests.world import Double, Person, call, configure, queries, sign_in, signed
from openagents.db.models import AuditEvent

TOKENS = "/api/tokens"


def only(person: Person) -> PersonalAccessToken:
    return PersonalAccessToken.objects.get(user_id=person.user_id)


def test_the_secret_is_shown_once_and_kept_as_a_digest(person: Person) -> None:
    answer = person.post(TOKENS, {"name": " ci ", "abilities": ["org.read", "org.read", " profile.read "]})
    assert answer.status == 201
    assert answer.data["token"].startswith("oa_pat_") and len(answer.data["token"]) == 7 + 64
    assert answer.data["tokenableId"] == person.user_id
    assert (answer.data["name"], answer.data["abilities"]) == ("ci", ["org.read", "profile.read"])
    assert answer.data["expiresAt"] is None
    row = only(person)
    assert answer.data["token"] not in str(vars(row))
    (listed,) = person.get(TOKENS).data
    assert listed == {
        "id": row.id, "name": "ci", "abilities": ["org.read", "profile.read"], "lastUsedAt": None, "expiresAt": None,
        "createdAt": listed["createdAt"], "isCurrent": False,
    }  # fmt: skip
    assert AuditEvent.objects.filter(event_name="pat.created", user_id=person.user_id).count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"name": "n", "abilities": ["a" * 101]}, "abilities"),
        ({"name": "n", "abilities": [" "]}, "abilities"),
        ({"name": "n", "abilities": [f"a{n}" for n in range(65)]}, "abilities"),
        ({"name": "n", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "n", "expires_at": "soon"}, "expires_at"),
    ],
)
def test_what_breaks_a_rule_is_refused(person: Person, body: dict[str, Any], field: str) -> None:
    answer = person.post(TOKENS, body)
    assert (answer.status, answer.fields) == (422, {field})
    assert not PersonalAccessToken.objects.filter(user_id=person.user_id).exists()


def test_a_token_makes_no_tokens_and_is_no_session(person: Person) -> None:
    program = person.program()
    for method, path in [
        ("POST", TOKENS), ("GET", "/api/auth/session"), ("GET", "/api/auth/sessions"), ("GET", "/api/auth/devices"),
        ("POST", "/api/auth/logout"), ("POST", "/api/auth/sessions/revoke"), ("POST", "/api/auth/devices/revoke"),
        ("POST", "/api/orgs"), ("POST", "/api/orgs/active"), ("GET", f"/api/orgs/user:{person.user_id}/members"),
    ]:  # fmt: skip
        answer = call(method, path, {} if method == "POST" else None, token=program.access)
        assert (answer.status, answer.reason) == (401, "invalid_token"), path


@pytest.mark.parametrize(
    ("ability", "method", "path"),
    [
        ("profile.read", "GET", "/api/me"),
        ("org.read", "GET", "/api/orgs/memberships"),
        ("policy.evaluate", "POST", "/api/policy/authorize"),
        ("tokens.manage", "GET", TOKENS),
        ("sync.subscribe", "POST", "/api/sync/token"),
        ("sync.subscribe", "POST", "/api/khala/token"),
    ],
)
def test_each_route_asks_for_its_ability(person: Person, ability: str, method: str, path: str) -> None:
    body = {} if method == "POST" else None
    for abilities, status in (((ability,), 200), ((), 200), (("something.else", ability[:-1]), 403)):
        assert call(method, path, body, token=person.program(*abilities).access).status == status, abilities


def test_the_principal_of_a_token_is_the_default_org(person: Person) -> None:
    assert person.post("/api/orgs", {"name": "Other", "slug": f"o{person.user_id[-12:]}"}).status == 201
    program = person.program()
    assert program.get("/api/orgs/memberships").data["activeOrgId"] == f"user:{person.user_id}"
    (row,) = person.get(TOKENS).data
    minted = program.post("/api/sync/token", {"device_id": "any:device"}).data
    stands_for = f"pat:{row['id']}"
    assert (minted["session_id"], minted["device_id"]) == (stands_for, stands_for)
    claims = jwt.decode(minted["token"], options={"verify_signature": False})
    assert (claims["oa_client_surface"], claims["oa_session_id"]) == ("pat", stands_for)
    assert program.get(TOKENS).data[0]["isCurrent"] is True


def test_operator_rights_stay_with_sessions(settings: Any, person: Person) -> None:
    configure(settings, oa_admin_emails=[person.email])
    program = person.program()
    assert person.post("/api/policy/authorize", {"required_scopes": ["ops.read"]}).data["allowed"] is True
    assert program.post("/api/policy/authorize", {"required_scopes": ["ops.read"]}).data["allowed"] is False


def test_use_is_noted_at_most_once_a_minute(person: Person) -> None:
    program = person.program()
    with queries() as first:
        program.get("/api/orgs/memberships")
    noted = only(person).last_used_at
    assert noted is not None
    with queries() as second:
        program.get("/api/orgs/memberships")
    assert only(person).last_used_at == noted
    assert (len(first), len(second)) == (3, 2)
    long_ago = database_now() - timedelta(seconds=61)
    PersonalAccessToken.objects.filter(user_id=person.user_id).update(last_used_at=long_ago)
    program.get("/api/orgs/memberships")
    assert only(person).last_used_at > noted


def test_an_expired_a_revoked_and_an_unknown_token(person: Person) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    program = person.program(expires_at=soon)
    assert program.get("/api/me").status == 200
    PersonalAccessToken.objects.filter(user_id=person.user_id).update(expires_at=database_now())
    assert program.get("/api/me").reason == "pat_expired"
    PersonalAccessToken.objects.filter(user_id=person.user_id).update(revoked_at=database_now())
    assert program.get("/api/me").reason == "pat_revoked"
    assert call("GET", "/api/me", token="oa_pat_" + "0" * 64).reason == "invalid_token"


def test_a_closed_account_and_a_real_provider_end_tokens(settings: Any, person: Person) -> None:
    program = person.program()
    configure(settings, oa_auth_provider_mode="workos", workos_client_id="c", workos_api_key="k")
    assert program.get("/api/me").reason == "provider_session_required"
    User.objects.filter(pk=person.user_id).update(deleted_at=database_now())
    assert program.get("/api/me").reason == "pat_revoked"


def test_ending_the_current_one_ends_what_it_minted_and_tells_khala(khala: Double, person: Person) -> None:
    program = person.program()
    jti = program.post("/api/sync/token").data["token_id"]
    kept = person.post("/api/sync/token").data["token_id"]
    assert program.delete(f"{TOKENS}/current").data == {"deleted": True}
    stands_for = f"pat:{only(person).id}"
    (pushed,) = khala.received
    assert (pushed.json["session_ids"], pushed.json["jtis"]) == ([stands_for], [jti])
    assert (pushed.json["device_ids"], pushed.json["user_id"]) == ([], person.user_id)
    assert IssuedSyncToken.objects.get(pk=jti).revoked_at is not None
    assert IssuedSyncToken.objects.get(pk=kept).revoked_at is None
    assert program.get("/api/me").reason == "pat_revoked"
    assert AuditEvent.objects.filter(event_name="pat.revoked", user_id=person.user_id).count() == 1


def test_a_session_has_no_current_token(person: Person) -> None:
    person.program()
    assert person.delete(f"{TOKENS}/current").data == {"deleted": False}
    assert only(person).revoked_at is None


def test_one_is_ended_by_id_once_and_by_its_owner_alone(person: Person) -> None:
    person.program()
    row = only(person)
    assert sign_in().delete(f"{TOKENS}/{row.id}").status == 404
    assert person.delete(f"{TOKENS}/{row.id}").data == {"deleted": True}
    assert person.delete(f"{TOKENS}/{row.id}").status == 404
    assert person.delete(f"{TOKENS}/%00").status == 404
    assert person.get(TOKENS).data == []


def test_all_are_ended_with_one_push(person: Person) -> None:
    programs = [person.program() for _ in range(3)]
    assert programs[0].delete(TOKENS).data == {"deletedCount": 3}
    assert all(program.get("/api/me").reason == "pat_revoked" for program in programs)
    (row,) = Revocation.objects.filter(user_id=person.user_id)
    assert len(row.session_ids) == 3
    assert person.delete(TOKENS).data == {"deletedCount": 0}
    assert Revocation.objects.filter(user_id=person.user_id).count() == 1


def test_two_deletions_at_once_end_it_once(person: Person, in_parallel: Callable[..., list[Any]]) -> None:
    person.program()
    row = only(person)
    statuses = [answer.status for answer in in_parallel(4, lambda n: person.delete(f"{TOKENS}/{row.id}"))]
    assert sorted(statuses) == [200, 404, 404, 404]
    assert Revocation.objects.filter(user_id=person.user_id).count() == 1


def test_there_is_an_end_to_tokens(person: Person) -> None:
    names = [f"{person.user_id}{n}" for n in range(200)]
    rows = [PersonalAccessToken(id=f"pat_{n}", user_id=person.user_id, name="n", digest=n[-64:]) for n in names]
    PersonalAccessToken.objects.bulk_create(rows)
    assert person.post(TOKENS, {"name": "one more"}).code == "conflict"


def test_other_planes_may_ask_about_tokens(person: Person) -> None:
    program = person.program("sync.subscribe", "runtime.read")
    jti = program.post("/api/sync/token").data["token_id"]
    row = only(person)
    for body in ({"access_token": program.access}, {"session_id": f"pat:{row.id}"}, {"jti": jti}):
        data = signed("aegis", "POST", "/internal/v1/control/sessions/introspect", body).data
        assert (data["active"], data["roles"]) == (True, ["owner"])
        assert data["abilities"] == ["sync.subscribe", "runtime.read"]
        assert (data["session"]["session_id"], data["session"]["user_id"]) == (f"pat:{row.id}", person.user_id)
        assert data["session"]["active_org_id"] == f"user:{person.user_id}"
    item = {
        "session_id": f"pat:{row.id}",
        "device_id": f"pat:{row.id}",
        "user_id": person.user_id,
        "org_id": person.org_id,
    }
    wrong = [{**item, "device_id": "desktop:x"}, {**item, "user_id": "user_x"}, {**item, "session_id": "pat:unknown"}]
    path = "/internal/v1/control/sync/introspect"
    items = signed("khala", "POST", path, {"items": [item, *wrong]}).data["items"]
    assert [row["reason"] for row in items] == [None, "device_mismatch", "user_mismatch", "session_unknown"]
    assert items[0]["org_active"] is True and "ops.read" not in items[0]["scopes"]
    person.delete(f"{TOKENS}/{row.id}")
    assert signed("khala", "POST", path, {"items": [item]}).data["items"][0]["reason"] == "pat_revoked"
    body = {"session_id": f"pat:{row.id}"}
    assert signed("aegis", "POST", "/internal/v1/control/sessions/introspect", body).data["reason"] == "pat_revoked"

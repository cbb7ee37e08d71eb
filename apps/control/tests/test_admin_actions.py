"""The operators' pages: what they show, what they never show, and endings that ask once more."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User as Operator
from django.db.models import Model
from django.test import Client

from apps.control.models import (
    Device,
    IssuedSyncToken,
    Membership,
    Org,
    OrgInvite,
    OrgProviderLink,
    PersonalAccessToken,
    RefreshToken,
    Revocation,
    Session,
    User,
)
from apps.control.tests.world import Double, Person, call, challenge, code_for, fresh, new_email, sign_in
from openagents.db.models import AuditEvent

PAGES = ("user", "session", "device", "org", "membership", "personalaccesstoken", "issuedsynctoken", "revocation",
         "authchallenge", "orginvite", "orgproviderlink", "maintenanceswitch")  # fmt: skip


def page(name: str) -> str:
    return f"/admin/control/{name}/"


def choose(client: Client, name: str, action: str, *rows: Model, confirmed: bool = False) -> Any:
    data: dict[str, Any] = {"action": action, ACTION_CHECKBOX_NAME: [str(row.pk) for row in rows]}
    return client.post(page(name), {**data, "confirmed": "yes"} if confirmed else data, follow=True)


def test_every_table_has_its_page(operator: Client, person: Person) -> None:
    person.program()
    person.post("/api/sync/token")
    for name in PAGES:
        answer = operator.get(page(name))
        assert answer.status_code == 200, name
    assert operator.get("/admin/ground/auditevent/").status_code == 200
    assert operator.get(page("user"), {"q": person.email}).content.count(person.email.encode()) >= 1


def test_secrets_and_digests_never_show(operator: Client, person: Person) -> None:
    program = person.program()
    person.post("/api/sync/token")
    session, token = Session.objects.get(pk=person.session_id), PersonalAccessToken.objects.get(user_id=person.user_id)
    asked = challenge(new_email())
    from apps.control.models import AuthChallenge

    digest = AuthChallenge.objects.get(pk=asked).code_digest
    secrets = [person.access, person.refresh, program.access, session.access_digest, token.digest, digest]
    secrets += list(RefreshToken.objects.filter(session=session).values_list("digest", flat=True))
    shown = b""
    for name, pk in [("session", session.pk), ("personalaccesstoken", token.pk), ("user", person.user_id),
                     ("device", session.device_id), ("authchallenge", asked)]:  # fmt: skip
        answer = operator.get(f"{page(name)}{pk}/change/")
        assert answer.status_code == 200, name
        shown += answer.content + operator.get(page(name)).content
    assert session.pk.encode() in shown
    for secret in secrets:
        assert secret and secret.encode() not in shown


def test_nothing_is_edited_here(operator: Client, person: Person) -> None:
    for name, pk in (("user", person.user_id), ("session", person.session_id)):
        assert operator.get(f"{page(name)}add/").status_code == 403
        assert operator.post(f"{page(name)}{pk}/change/", {"email": "x@y.z"}).status_code == 403
        assert operator.post(f"{page(name)}{pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.get(pk=person.user_id).email == person.email


@pytest.mark.parametrize("staff", [None, False, True])
def test_only_superusers_are_offered_endings(person: Person, staff: bool | None) -> None:
    client = Client()
    if staff is not None:
        client.force_login(Operator.objects.create_user(fresh("someone"), is_staff=staff))
    session = Session.objects.get(pk=person.session_id)
    choose(client, "session", "end_sessions", session, confirmed=True)
    assert person.get("/api/auth/session").status == 200


def test_a_session_is_revoked_after_a_second_question(khala: Double, operator: Client, person: Person) -> None:
    session = Session.objects.get(pk=person.session_id)
    jti = person.post("/api/sync/token").data["token_id"]
    asked = choose(operator, "session", "end_sessions", session)
    assert asked.status_code == 200 and b"confirmed" in asked.content and session.pk.encode() in asked.content
    assert person.get("/api/auth/session").status == 200, "asking alone ends nothing"
    assert choose(operator, "session", "end_sessions", session, confirmed=True).status_code == 200
    assert person.get("/api/auth/session").reason == "session_revoked"
    session.refresh_from_db()
    assert (session.revoked_reason, session.reauth_required) == ("admin_revoked", False)
    (pushed,) = khala.received
    assert (pushed.json["session_ids"], pushed.json["jtis"], pushed.json["reason"]) == (
        [session.pk], [jti], "admin_revoked",
    )  # fmt: skip
    (event,) = AuditEvent.objects.filter(event_name="auth.sessions.revoked", session_id=session.pk)
    assert event.attributes["by"].startswith("admin:operator-")
    choose(operator, "session", "end_sessions", session, confirmed=True)
    assert Revocation.objects.filter(user_id=person.user_id).count() == 1, "what has ended is skipped"


def test_sessions_of_several_users_end_with_a_row_each(khala: Double, operator: Client) -> None:
    people = [sign_in(), sign_in()]
    rows = [Session.objects.get(pk=somebody.session_id) for somebody in people]
    choose(operator, "session", "end_sessions", *rows, confirmed=True)
    assert {request.json["user_id"] for request in khala.received} == {somebody.user_id for somebody in people}
    assert all(somebody.get("/api/me").reason == "session_revoked" for somebody in people)


def test_a_device_is_blocked(khala: Double, operator: Client, person: Person) -> None:
    device = Device.objects.get(user_id=person.user_id)
    choose(operator, "device", "block_devices", device)
    assert Device.objects.get(pk=device.pk).blocked_at is None
    choose(operator, "device", "block_devices", device, confirmed=True)
    assert Device.objects.get(pk=device.pk).blocked_at is not None
    assert person.get("/api/me").reason == "session_revoked"
    assert khala.received[0].json["device_ids"] == [person.device_id]
    body = {"code": "", "challenge_id": challenge(person.email), "device_id": person.device_id}
    body["code"] = code_for(person.email)
    assert call("POST", "/api/auth/verify", body).status == 403
    assert AuditEvent.objects.filter(event_name="auth.device.blocked", user_id=person.user_id).count() == 1


def test_a_personal_token_is_revoked(khala: Double, operator: Client, person: Person) -> None:
    program = person.program()
    token = PersonalAccessToken.objects.get(user_id=person.user_id)
    jti = program.post("/api/sync/token").data["token_id"]
    choose(operator, "personalaccesstoken", "end_tokens", token)
    assert program.get("/api/me").status == 200
    choose(operator, "personalaccesstoken", "end_tokens", token, confirmed=True)
    assert program.get("/api/me").reason == "pat_revoked"
    assert IssuedSyncToken.objects.get(pk=jti).revoked_at is not None
    assert khala.received[0].json["session_ids"] == [f"pat:{token.pk}"]
    (event,) = AuditEvent.objects.filter(event_name="pat.revoked", user_id=person.user_id)
    assert event.attributes["by"].startswith("admin:")


def test_an_invite_is_withdrawn(operator: Client, person: Person) -> None:
    org_id, email = person.post("/api/orgs", {"name": "n", "slug": fresh("org")}).data["org_id"], new_email()
    person.post(f"/api/orgs/{org_id}/members", {"email": email, "role": "admin"})
    invite = OrgInvite.objects.get(org_id=org_id)
    choose(operator, "orginvite", "withdraw_invites", invite, confirmed=True)
    assert not Membership.objects.filter(user_id=sign_in(email).user_id, org_id=org_id).exists()
    assert AuditEvent.objects.filter(event_name="org.invite.withdrawn", org_id=org_id).count() == 1


def test_the_providers_organisations_are_linked_here(operator: Client) -> None:
    org = Org.objects.create(id=f"org:{fresh('org')}", slug=fresh("org"), name="n")
    provider_org = fresh("org_01H")
    added = operator.post(
        f"{page('orgproviderlink')}add/", {"provider_org_id": provider_org, "org": org.pk}, follow=True
    )
    assert added.status_code == 200
    assert OrgProviderLink.objects.get(pk=provider_org).org_id == org.pk
    operator.post(f"{page('orgproviderlink')}{provider_org}/delete/", {"post": "yes"}, follow=True)
    assert not OrgProviderLink.objects.filter(pk=provider_org).exists()
    names = set(AuditEvent.objects.filter(org_id=org.pk).values_list("event_name", flat=True))
    assert names == {"org.provider_link.added", "org.provider_link.removed"}


def test_the_confirmation_is_guarded_against_foreign_pages(person: Person) -> None:
    user = Operator.objects.create_superuser(fresh("operator"), password=fresh("password"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    session = Session.objects.get(pk=person.session_id)
    assert choose(client, "session", "end_sessions", session, confirmed=True).status_code == 403
    assert person.get("/api/auth/session").status == 200

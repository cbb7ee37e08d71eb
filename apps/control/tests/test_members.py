"""Organisations that users make: who is in, in which role, and what losing a place ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.db import transaction

from apps.control.models import (
    IssuedSyncToken,
    Membership,
    OrgInvite,
    OrgProviderLink,
    Revocation,
    Session,
)
from apps.control.services import orgs
from apps.control.tests.world import Double, Person, fresh, new_email, queries, sign_in
from openagents.db.models import AuditEvent


def new_org(owner: Person) -> str:
    slug = fresh("org")
    answer = owner.post("/api/orgs", {"name": "Acme", "slug": slug})
    assert answer.status == 201, answer.content
    return str(answer.data["org_id"])


def join(owner: Person, org_id: str, role: str, person: Person | None = None) -> Person:
    joined = person or sign_in()
    answer = owner.post(f"/api/orgs/{org_id}/members", {"email": joined.email, "role": role})
    assert (answer.status, answer.data["pending"]) == (201, False), answer.content
    return joined


def place(org_id: str, person: Person) -> str:
    return f"/api/orgs/{org_id}/members/{person.user_id}"


@pytest.fixture
def org_id(person: Person) -> str:
    return new_org(person)


def test_its_maker_owns_an_organisation(person: Person) -> None:
    slug = fresh("org")
    data = person.post("/api/orgs", {"name": "  Acme  ", "slug": slug}).data
    assert (data["org_id"], data["org_slug"], data["name"]) == (f"org:{slug}", slug, "Acme")
    roles = {row["org_id"]: (row["role"], row["default_org"]) for row in data["memberships"]}
    assert roles == {f"org:{slug}": ("owner", False), f"user:{person.user_id}": ("owner", True)}
    assert AuditEvent.objects.filter(event_name="org.created", org_id=f"org:{slug}").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slug": "acme"}, "name"),
        ({"name": "n"}, "slug"),
        ({"name": " ", "slug": "acme"}, "name"),
        ({"name": "n" * 121, "slug": "acme"}, "name"),
        ({"name": "n", "slug": "a"}, "slug"),
        ({"name": "n", "slug": "Acme"}, "slug"),
        ({"name": "n", "slug": "a" * 41}, "slug"),
        ({"name": "n", "slug": "a_b"}, "slug"),
    ],
)
def test_names_and_slugs_have_rules(person: Person, body: dict[str, Any], field: str) -> None:
    answer = person.post("/api/orgs", body)
    assert (answer.status, answer.fields) == (422, {field})


def test_a_slug_is_taken_once(person: Person, in_parallel: Callable[..., list[Any]]) -> None:
    assert person.post("/api/orgs", {"name": "n", "slug": "openagents"}).code == "conflict"
    slug = fresh("org")
    answers = in_parallel(3, lambda n: person.post("/api/orgs", {"name": "n", "slug": slug}))
    assert sorted(answer.status for answer in answers) == [201, 409, 409]


def test_members_are_listed_for_who_may_look(person: Person, org_id: str) -> None:
    member, viewer = join(person, org_id, "member"), join(person, org_id, "viewer")
    member.get("/api/orgs/memberships")  # the first use of a pair costs one statement more
    with queries() as found:
        rows = member.get(f"/api/orgs/{org_id}/members").data["members"]
    assert len(found) <= 3
    assert [(row["user_id"], row["role"]) for row in rows] == [
        (person.user_id, "owner"), (member.user_id, "member"), (viewer.user_id, "viewer"),
    ]  # fmt: skip
    assert rows[1]["email"] == member.email and rows[1]["joined_at"].endswith("Z")
    assert viewer.get(f"/api/orgs/{org_id}/members").status == 403
    assert sign_in().get(f"/api/orgs/{org_id}/members").status == 403
    assert person.get("/api/orgs/org:nowhere/members").status == 403
    assert person.get("/api/orgs/%00/members").status == 404


def test_a_known_address_is_a_member_at_once_an_unknown_one_at_its_sign_in(person: Person, org_id: str) -> None:
    join(person, org_id, "member")
    email = new_email()
    answer = person.post(f"/api/orgs/{org_id}/members", {"email": f" {email.upper()} ", "role": "admin"})
    assert (answer.status, answer.data["pending"]) == (201, True)
    assert (answer.data["member"]["user_id"], answer.data["member"]["email"]) == ("", email)
    assert person.post(f"/api/orgs/{org_id}/members", {"email": email, "role": "admin"}).status == 409
    invited = sign_in(email)
    roles = {row["org_id"]: row["role"] for row in invited.get("/api/orgs/memberships").data["memberships"]}
    assert roles[org_id] == "admin"
    assert OrgInvite.objects.get(org_id=org_id, email=email).bound_at is not None
    assert invited.get("/api/orgs/memberships").data["activeOrgId"] == f"user:{invited.user_id}"
    assert person.post(f"/api/orgs/{org_id}/members", {"email": email, "role": "admin"}).status == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "member"}, "email"),
        ({"email": "nobody", "role": "member"}, "email"),
        ({"email": "a@b.c"}, "role"),
        ({"email": "a@b.c", "role": "king"}, "role"),
        ({"email": "a@b.c", "role": 0}, "role"),
    ],
)
def test_an_invitation_needs_an_address_and_a_role(
    person: Person, org_id: str, body: dict[str, Any], field: str
) -> None:
    answer = person.post(f"/api/orgs/{org_id}/members", body)
    assert (answer.status, answer.fields) == (422, {field})


RANKS = ("owner", "admin", "member", "viewer")


@pytest.mark.parametrize("actor_role", RANKS)
def test_only_owners_touch_owners_and_members_touch_nobody(person: Person, org_id: str, actor_role: str) -> None:
    actor = join(person, org_id, actor_role)
    may_write = actor_role in ("owner", "admin")
    for role in RANKS:
        other = sign_in()
        allowed = actor_role == "owner" or (may_write and role != "owner")
        added = actor.post(f"/api/orgs/{org_id}/members", {"email": other.email, "role": role})
        assert added.status == (201 if allowed else 403), (actor_role, role)
        if not allowed:
            join(person, org_id, role, other)
        for new_role in RANKS:
            wanted = actor_role == "owner" or (may_write and "owner" not in (role, new_role))
            changed = actor.patch(place(org_id, other), {"role": new_role})
            assert changed.status == (200 if wanted else 403), (actor_role, role, new_role)
            person.patch(place(org_id, other), {"role": role})
        assert actor.delete(place(org_id, other)).status == (200 if allowed else 403), (actor_role, role)


def test_a_new_role_brings_its_scopes_and_owners_may_list_others(person: Person, org_id: str) -> None:
    member, admin = join(person, org_id, "member"), join(person, org_id, "admin")
    scopes = ["runtime.read", "sync.subscribe", "runtime.codex_worker_events", "aegis.issue.credit"]
    changed = person.patch(place(org_id, member), {"role_scopes": scopes})
    assert (changed.data["member"]["role"], changed.data["member"]["role_scopes"]) == ("member", scopes)
    assert admin.patch(place(org_id, member), {"role_scopes": []}).status == 403
    for unknown in ("ops.read", "nonsense", "aegis.", "*"):
        answer = person.patch(place(org_id, member), {"role_scopes": [unknown]})
        assert (answer.status, answer.code, answer.fields) == (422, "invalid_scope", {"role_scopes"})
    promoted = admin.patch(place(org_id, member), {"role": "admin"})
    assert "org.membership.write" in promoted.data["member"]["role_scopes"]
    assert person.patch(place(org_id, member), {"role_scopes": []}).data["member"]["role_scopes"] == []
    assert person.patch(place(org_id, member), {}).fields == {"role"}
    assert person.patch(place(org_id, member), {"role": "unspecified"}).fields == {"role"}


def test_the_last_owner_stays(person: Person, org_id: str) -> None:
    for answer in (person.delete(place(org_id, person)), person.patch(place(org_id, person), {"role": "admin"})):
        assert (answer.status, answer.reason) == (409, "last_owner")
    assert person.patch(place(org_id, person), {"role": "owner"}).status == 200
    second = join(person, org_id, "owner")
    assert person.delete(place(org_id, person)).status == 200
    assert second.delete(place(org_id, second)).reason == "last_owner"


def test_two_owners_cannot_leave_at_the_same_time(
    person: Person, org_id: str, in_parallel: Callable[..., list[Any]]
) -> None:
    owners = [person, join(person, org_id, "owner"), join(person, org_id, "owner")]
    answers = in_parallel(3, lambda n: owners[n].delete(place(org_id, owners[n])))
    assert sorted(answer.status for answer in answers) == [200, 200, 409]
    assert Membership.objects.filter(org_id=org_id, role="owner", status="active").count() == 1


def test_a_personal_organisation_is_immutable(person: Person) -> None:
    own, other = f"user:{person.user_id}", sign_in()
    assert person.get(f"/api/orgs/{own}/members").data["members"][0]["user_id"] == person.user_id
    assert person.post(f"/api/orgs/{own}/members", {"email": other.email, "role": "member"}).status == 409
    assert person.patch(place(own, person), {"role": "member"}).status == 409
    assert person.delete(place(own, person)).status == 409


def test_unknown_and_former_members(person: Person, org_id: str) -> None:
    stranger = sign_in()
    assert person.delete(place(org_id, stranger)).status == 404
    assert person.patch(place(org_id, stranger), {"role": "admin"}).status == 404
    member = join(person, org_id, "member")
    assert person.delete(place(org_id, member)).data == {"deleted": True}
    assert person.delete(place(org_id, member)).status == 409
    assert person.patch(place(org_id, member), {"role": "admin"}).status == 409
    join(person, org_id, "viewer", member)
    assert Membership.objects.get(org_id=org_id, user_id=member.user_id).role == "viewer"


@pytest.mark.parametrize("how", ["removed", "downgraded", "scopes"])
def test_what_a_lost_place_ends(khala: Double, person: Person, org_id: str, how: str) -> None:
    member = join(person, org_id, "member")
    elsewhere = sign_in(member.email)
    assert member.post("/api/orgs/active", {"org_id": org_id}).status == 200
    minted = member.post("/api/sync/token", {"scopes": ["runtime.codex_worker_summaries"]}).data
    kept = elsewhere.post("/api/sync/token").data["token_id"]
    if how == "removed":
        assert person.delete(place(org_id, member)).status == 200
    else:
        body = {"role": "viewer"} if how == "downgraded" else {"role_scopes": ["runtime.read"]}
        assert person.patch(place(org_id, member), body).status == 200
    assert Session.objects.get(pk=member.session_id).active_org_id == f"user:{member.user_id}"
    assert IssuedSyncToken.objects.get(pk=minted["token_id"]).revoked_at is not None
    assert IssuedSyncToken.objects.get(pk=kept).revoked_at is None
    (pushed,) = [request.json for request in khala.received if request.json["memberships"]]
    assert pushed["memberships"] == [{"user_id": member.user_id, "org_id": org_id}]
    assert (pushed["jtis"], pushed["session_ids"], pushed["device_ids"]) == ([minted["token_id"]], [], [])
    assert pushed["reason"] == "admin_revoked"
    if how == "removed":
        assert member.post("/api/orgs/active", {"org_id": org_id}).status == 403
        assert AuditEvent.objects.filter(event_name="org.member.removed", org_id=org_id).count() == 1
        return
    assert member.post("/api/orgs/active", {"org_id": org_id}).status == 200
    again = member.post("/api/khala/token", {"scope": ["codex:read"]}).data["token"]
    issued = jwt.decode(again, options={"verify_signature": False})["iat"]
    assert issued > pushed["revoked_at"], "Khala would take the new token for one of those that ended"


@pytest.mark.parametrize(("before", "after"), [("viewer", "member"), ("member", "admin"), ("admin", "owner")])
def test_a_promotion_ends_nothing(person: Person, org_id: str, before: str, after: str) -> None:
    member = join(person, org_id, before)
    member.post("/api/orgs/active", {"org_id": org_id})
    assert person.patch(place(org_id, member), {"role": after}).status == 200
    assert Session.objects.get(pk=member.session_id).active_org_id == org_id
    assert not Revocation.objects.filter(user_id=member.user_id).exists()


def test_a_removal_and_a_choice_of_that_org_never_end_inside_it(
    person: Person, org_id: str, in_parallel: Callable[..., list[Any]]
) -> None:
    member = join(person, org_id, "member")
    work = [
        lambda: person.delete(place(org_id, member)),
        lambda: member.post("/api/orgs/active", {"org_id": org_id}),
    ]
    removed, chosen = in_parallel(2, lambda n: work[n]())
    assert removed.status == 200 and chosen.status in (200, 403)
    assert Session.objects.get(pk=member.session_id).active_org_id == f"user:{member.user_id}"


def test_an_organisation_of_the_provider_is_joined_at_sign_in(person: Person, org_id: str) -> None:
    provider_org = fresh("org_01H")
    OrgProviderLink.objects.create(provider_org_id=provider_org, org_id=org_id)
    joined = sign_in()
    user = Membership.objects.select_related("user").get(user_id=joined.user_id).user

    def sign_in_through(named: str) -> dict[str, str]:
        with transaction.atomic():
            return {row.org_id: row.role for row in orgs.ensure_default_memberships(user, named)}

    assert sign_in_through(provider_org) == {f"user:{joined.user_id}": "owner", org_id: "member"}
    assert len(sign_in_through("org_unlinked")) == 2
    person.delete(place(org_id, joined))
    assert len(sign_in_through(provider_org)) == 1

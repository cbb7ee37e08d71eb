"""Open invitations: seen and taken back by those who may invite, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control.models import Membership, OrgInvite
from apps.control.tests.world import Person, call, fresh, new_email, queries, sign_in
from openagents.db.models import AuditEvent


@pytest.fixture
def org_id(person: Person) -> str:
    return str(person.post("/api/orgs", {"name": "n", "slug": fresh("org")}).data["org_id"])


def invite(person: Person, org_id: str, role: str = "member") -> str:
    email = new_email()
    assert person.post(f"/api/orgs/{org_id}/members", {"email": email, "role": role}).status == 201
    return email


def member(person: Person, org_id: str, role: str) -> Person:
    found = sign_in()
    assert person.post(f"/api/orgs/{org_id}/members", {"email": found.email, "role": role}).status == 201
    return found


def invites(person: Person, org_id: str) -> list[dict[str, Any]]:
    answer = person.get(f"/api/orgs/{org_id}/invites")
    assert answer.status == 200, answer.content
    return list(answer.data["invites"])


def test_open_invitations_are_listed_oldest_first_in_one_statement_beside_the_checks(
    person: Person, org_id: str
) -> None:
    assert invites(person, org_id) == []
    roles = ("member", "viewer", "admin")
    emails = [invite(person, org_id, role) for role in roles]
    with queries() as found:
        rows = invites(person, org_id)
    assert len(found) == 3, found  # session, own membership, invitations
    assert [(row["email"], row["role"]) for row in rows] == list(
        zip(emails, ("member", "viewer", "admin"), strict=True)
    )
    assert rows[0].keys() == {"invite_id", "email", "role", "invited_by", "created_at"}
    assert {row["invited_by"] for row in rows} == {person.user_id}
    bound = sign_in(emails[0])
    assert [row["email"] for row in invites(person, org_id)] == emails[1:]
    assert Membership.objects.get(org_id=org_id, user_id=bound.user_id).role == "member"


def test_a_withdrawn_invitation_binds_nobody_and_may_be_made_again(person: Person, org_id: str) -> None:
    email = invite(person, org_id)
    (row,) = invites(person, org_id)
    path = f"/api/orgs/{org_id}/invites/{row['invite_id']}"
    assert person.delete(path).data == {"deleted": True}
    again = person.delete(path)
    assert (again.status, again.code) == (404, "not_found")
    assert not Membership.objects.filter(org_id=org_id, user_id=sign_in(email).user_id).exists()
    (event,) = AuditEvent.objects.filter(event_name="org.invite.withdrawn", org_id=org_id)
    assert (event.user_id, event.attributes["role"]) == (person.user_id, "member")
    other = new_email()
    for _ in range(2):
        assert person.post(f"/api/orgs/{org_id}/members", {"email": other, "role": "viewer"}).status == 201
        (row,) = invites(person, org_id)
        assert person.delete(f"/api/orgs/{org_id}/invites/{row['invite_id']}").status == 200


def test_whoever_may_not_invite_sees_and_withdraws_nothing(person: Person, org_id: str) -> None:
    invite(person, org_id)
    owners = invite(person, org_id, "owner")
    rows = {row["email"]: row["invite_id"] for row in invites(person, org_id)}
    admin, plain, viewer = (member(person, org_id, role) for role in ("admin", "member", "viewer"))
    for nobody in (plain, viewer, sign_in()):
        assert nobody.get(f"/api/orgs/{org_id}/invites").status == 403
        assert nobody.delete(f"/api/orgs/{org_id}/invites/{rows[owners]}").status == 403
    assert {row["email"] for row in invites(admin, org_id)} == set(rows)
    assert admin.delete(f"/api/orgs/{org_id}/invites/{rows.pop(owners)}").status == 403, "only owners touch owners"
    assert admin.delete(f"/api/orgs/{org_id}/invites/{rows.popitem()[1]}").status == 200
    assert OrgInvite.objects.filter(org_id=org_id, bound_at__isnull=True).count() == 1
    program = person.program()
    assert program.get(f"/api/orgs/{org_id}/invites").status == 401, "a program has no business here"
    assert call("GET", f"/api/orgs/{org_id}/invites").status == 401


@pytest.mark.parametrize("name", ["0", "x", "-1", "1" * 19, "9" * 18])
def test_an_unknown_invitation(person: Person, org_id: str, name: str) -> None:
    assert person.delete(f"/api/orgs/{org_id}/invites/{name}").status == 404


def test_an_invitation_of_another_organisation_is_unknown(person: Person, org_id: str) -> None:
    invite(person, org_id)
    (row,) = invites(person, org_id)
    other = sign_in()
    elsewhere = other.post("/api/orgs", {"name": "n", "slug": fresh("org")}).data["org_id"]
    assert other.delete(f"/api/orgs/{elsewhere}/invites/{row['invite_id']}").status == 404
    assert other.get(f"/api/orgs/user:{other.user_id}/invites").data == {"invites": []}


def test_a_withdrawal_against_the_sign_in_that_would_bind_it(person: Person, org_id: str, in_parallel: Any) -> None:
    for _ in range(4):
        email = invite(person, org_id)
        name = next(row["invite_id"] for row in invites(person, org_id) if row["email"] == email)
        works = [
            lambda email=email: sign_in(email),
            lambda name=name: person.delete(f"/api/orgs/{org_id}/invites/{name}"),
        ]
        joined, withdrawn = in_parallel(2, lambda index, todo=works: todo[index]())
        assert isinstance(joined, Person), joined
        bound = Membership.objects.filter(org_id=org_id, user_id=joined.user_id).exists()
        assert (withdrawn.status, bound) in ((200, False), (404, True))

"""Memberships, the active organisation, policy questions."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control.models import Membership, Session
from apps.control.tests.world import Double, Person, new_email, sign_in

AUTHORIZE = "/api/policy/authorize"


@pytest.fixture
def member() -> Person:
    """A plain member of `org:openagents`, acting in it."""
    person = sign_in(new_email("openagents.com"))
    assert person.post("/api/orgs/active", {"org_id": "org:openagents"}).status == 200
    return person


def test_memberships_are_sorted_by_org(member: Person) -> None:
    data = member.get("/api/orgs/memberships").data
    assert data["activeOrgId"] == "org:openagents"
    assert [row["org_id"] for row in data["memberships"]] == ["org:openagents", f"user:{member.user_id}"]
    assert data["memberships"][0]["role"] == "member"
    assert "runtime.write" not in data["memberships"][0]["role_scopes"]


def test_the_active_org_is_of_the_session(member: Person) -> None:
    assert Session.objects.get(pk=member.session_id).active_org_id == "org:openagents"
    answer = member.post("/api/orgs/active", {"org_id": f" user:{member.user_id} "})
    assert (answer.json["ok"], answer.json["activeOrgId"]) == (True, f"user:{member.user_id}")
    assert len(answer.json["memberships"]) == 2


def test_a_blank_or_foreign_org_is_refused(member: Person) -> None:
    assert member.post("/api/orgs/active", {"org_id": " "}).fields == {"org_id"}
    assert member.post("/api/orgs/active", {}).fields == {"org_id"}
    for org_id in ("org:other", f"user:{sign_in().user_id}"):
        assert member.post("/api/orgs/active", {"org_id": org_id}).status == 403


def test_a_removed_membership_no_longer_counts(member: Person) -> None:
    Membership.objects.filter(user_id=member.user_id, org_id="org:openagents").update(status="removed")
    assert member.post("/api/orgs/active", {"org_id": "org:openagents"}).status == 403
    assert member.post(AUTHORIZE, {"required_scopes": ["runtime.read"]}).data["denied_reasons"] == ["org_scope_denied"]
    sign_in(member.email)
    assert Membership.objects.get(user_id=member.user_id, org_id="org:openagents").status == "removed"


def test_a_decision_is_a_200_whatever_it_says(member: Person) -> None:
    body = {
        "required_scopes": ["runtime.read", "runtime.codex_worker_events", "runtime.read"],
        "requested_topics": [f"user:{member.user_id}:runs", "user:other:runs", "org:openagents:workers", "nonsense"],
    }
    answer = member.post(AUTHORIZE, body)
    assert answer.status == 200
    assert answer.data == {
        "allowed": False,
        "resolved_org_id": "org:openagents",
        "granted_scopes": ["runtime.read"],
        "denied_reasons": [
            "scope_denied:runtime.codex_worker_events",
            "topic_denied:user:other:runs",
            "topic_denied:nonsense",
        ],
    }


def test_another_org_may_be_asked_about(member: Person) -> None:
    own = f"user:{member.user_id}"
    body = {"org_id": own, "required_scopes": ["anything.at.all"], "requested_topics": [f"org:{own}:worker_events"]}
    assert member.post(AUTHORIZE, body).data["allowed"] is True
    answer = member.post(AUTHORIZE, {"org_id": "org:other", "required_scopes": ["runtime.read"]})
    assert answer.data["denied_reasons"] == ["org_scope_denied"]
    assert answer.data["resolved_org_id"] == "org:other"


def test_operator_scopes_are_for_configured_addresses(settings: Any, person: Person) -> None:
    body = {"required_scopes": ["ops.read"], "requested_topics": ["fraud:incidents"]}
    assert person.post(AUTHORIZE, body).data["allowed"] is False
    settings.OA = settings.OA.model_copy(update={"oa_admin_emails": [person.email]})
    assert person.post(AUTHORIZE, body).data["allowed"] is True


def test_runs_are_asked_of_the_runtime_for_the_caller(runtime: Double, person: Person) -> None:
    runtime.answer("GET", "/internal/v1/runs/run-1", 200, {"run": {"id": "run-1"}})
    runtime.answer("GET", "/internal/v1/runs/run-2", 403, {"error": "forbidden"})
    runtime.answer("GET", "/internal/v1/threads/t1/messages", 503, {"error": "internal"})
    topics = ["run:run-1:events", "run:run-2:events", "worker:w@1:events", "thread:t1:messages"]
    data = person.post(AUTHORIZE, {"requested_topics": topics}).data
    assert data["denied_reasons"] == [
        "topic_denied:run:run-2:events",
        "topic_denied:worker:w@1:events",
        "topic_unverified:thread:t1:messages",
    ]
    (asked,) = runtime.at("/internal/v1/runs/run-1")
    assert asked.target.endswith("?events=none")
    assert (asked.act.user_id, asked.act.roles) == (person.user_id, ("owner",))


def test_without_the_runtime_ownership_is_unverified(person: Person) -> None:
    data = person.post(AUTHORIZE, {"requested_topics": ["run:r:events"]}).data
    assert data["denied_reasons"] == ["topic_unverified:run:r:events"]


def test_too_many_names_are_refused(person: Person) -> None:
    assert person.post(AUTHORIZE, {"required_scopes": [f"s{n}" for n in range(65)]}).fields == {"required_scopes"}
    assert person.post(AUTHORIZE, {"requested_topics": ["x" * 256]}).fields == {"requested_topics"}

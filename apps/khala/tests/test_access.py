"""The access rule: the isolation matrix row by row, the grammar, and an independent oracle over random principals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.khala.domain import grammar
from apps.khala.domain.access import Access, Principal, TopicRow
from apps.khala.tests.client_model import ALL_SCOPES

WORKER_EVENTS = "runtime.codex_worker_events"
ACTORS = {
    "A": Principal("a", "X", "s1", "d1", scopes=ALL_SCOPES),
    "B": Principal("b", "X", "s2", "d2", scopes=ALL_SCOPES - {WORKER_EVENTS}),
    "C": Principal("c", "Y", "s3", "d3", scopes=ALL_SCOPES),
    "A'": Principal("a", "Y", "s4", "d4", scopes=ALL_SCOPES),
    "R": Principal("a", None, None, "d5", scopes=ALL_SCOPES, reduced=True),
    "G": Principal(None, "guest-org", "s6", "d6", guest_scope="g1", scopes=ALL_SCOPES),
    "O": Principal("o", "user:o", "s7", "d7", surface="operator", scopes=ALL_SCOPES),
}
ROWS = {
    "run:1:events": TopicRow("user:a", "X", "owner"),
    "run:2:events": TopicRow("user:a", "X", "org"),
    "worker:w1:lifecycle": TopicRow("user:a", "user:a", "owner"),
}
ALLOW, FORBIDDEN, OWNER, SCOPE, SURFACE = (
    "",
    "forbidden_topic",
    "owner_mismatch",
    "missing_scope",
    "surface_policy_denied",
)
MATRIX = {
    "user:a:runs": (ALLOW, FORBIDDEN, FORBIDDEN, ALLOW, ALLOW, FORBIDDEN, FORBIDDEN),
    "org:X:workers": (ALLOW, ALLOW, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "org:X:worker_events": (ALLOW, SCOPE, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "run:1:events": (ALLOW, OWNER, OWNER, OWNER, FORBIDDEN, OWNER, OWNER),
    "run:2:events": (ALLOW, ALLOW, OWNER, OWNER, FORBIDDEN, OWNER, OWNER),
    "worker:w1:lifecycle": (ALLOW, OWNER, OWNER, ALLOW, FORBIDDEN, OWNER, OWNER),
    "fleet:user:a:workers": (ALLOW, FORBIDDEN, FORBIDDEN, ALLOW, ALLOW, FORBIDDEN, FORBIDDEN),
    "fleet:guest:g1:workers": (FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, ALLOW, FORBIDDEN),
    "fraud:incidents": (SURFACE, SURFACE, SURFACE, SURFACE, SURFACE, SURFACE, ALLOW),
    "run:404:events": (OWNER, OWNER, OWNER, OWNER, FORBIDDEN, OWNER, OWNER),
}


@pytest.mark.parametrize(
    ("topic", "actor", "expected"),
    [(topic, actor, reason) for topic, row in MATRIX.items() for actor, reason in zip(ACTORS, row, strict=True)],
)
def test_isolation_matrix(topic: str, actor: str, expected: str) -> None:
    assert Access().decide(ACTORS[actor], topic, ROWS.get(topic)).reason == expected


@pytest.mark.parametrize("actor", ACTORS)
def test_everybody_may_see_the_view_of_what_is_their_own(actor: str) -> None:
    decision = Access().decide(ACTORS[actor], grammar.VIEW, None)
    assert decision.allowed and decision.is_view


def test_the_views_inner_name_is_no_topic() -> None:
    assert grammar.parse(grammar.VIEW_TOPIC.name) is None


def test_a_shared_row_without_an_organisation_is_not_everybodys() -> None:
    row = TopicRow("user:a", None, "org")
    assert Access().decide(ACTORS["C"], "run:3:events", row).reason == OWNER


@pytest.mark.parametrize(
    ("name", "class_name", "subject"),
    [
        ("run:r1:events", "run_events", "r1"),
        ("worker:desktopw:alpha:shared:events", "codex_worker_events", "desktopw:alpha:shared"),
        ("worker:a:lifecycle", "worker_lifecycle", "a"),
        ("worker:" + "w" * 160 + ":events", "codex_worker_events", "w" * 160),
        ("org:user:7:workers", "worker_summaries", "user:7"),
        ("org:openagents:worker_events", "codex_worker_events", "openagents"),
        ("fleet:guest:g:1:workers", "worker_lifecycle", "g:1"),
        ("user:u:treasury", "economy", "u"),
        ("thread:t:messages", "threads", "t"),
        ("ops:runtime:summary", "operator", "runtime"),
        ("fraud:incidents", "operator", "incidents"),
    ],
)
def test_topics_are_known_by_prefix_and_suffix(name: str, class_name: str, subject: str) -> None:
    topic = grammar.parse(name)
    assert topic is not None and (topic.topic_class.name, topic.subject) == (class_name, subject)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "run::events",
        "run:a b:events",
        "run:a:event",
        "worker:" + "w" * 161 + ":events",
        "user:a:other",
        "fraud:",
        "run:" + "r" * 65 + ":events",
        "runs:r1:events",
        "run:r1:events\n",
        "run:é:events",
        "x" * 300,
    ],
)
def test_anything_else_is_no_topic(name: str) -> None:
    assert grammar.parse(name) is None


@pytest.mark.parametrize(
    ("alias", "org_id", "canonical"),
    [
        ("runtime.run_summaries", "X", "user:a:runs"),
        ("runtime.notifications", None, "user:a:notifications"),
        ("runtime.codex_worker_summaries", "org:X", "org:X:workers"),
        ("runtime.codex_worker_summaries", None, "fleet:user:a:workers"),
        ("runtime.codex_worker_events", "X", None),
        ("run:r1:events", "X", "run:r1:events"),
    ],
)
def test_aliases_resolve_per_principal(alias: str, org_id: str | None, canonical: str | None) -> None:
    assert grammar.resolve(alias, user_id="a", org_id=org_id) == canonical


@pytest.mark.parametrize(
    ("change", "topic", "reason"),
    [
        ({"surface": "onyx"}, "user:a:runs", SURFACE),
        ({"surface": "onyx"}, "run:1:events", ALLOW),
        ({"ceiling": True, "topics": ("run:9:events",)}, "run:1:events", "topic_not_granted"),
        ({"ceiling": True, "topics": ("run:1:events",)}, "run:1:events", ALLOW),
        ({"ceiling": True, "topics": ("runtime.run_summaries",)}, "runtime.run_summaries", ALLOW),
        ({"ceiling": False, "topics": ("run:9:events",)}, "run:1:events", ALLOW),
    ],
)
def test_surface_and_ceiling(change: dict[str, object], topic: str, reason: str) -> None:
    assert Access().decide(replace(ACTORS["A"], **change), topic, ROWS.get(topic)).reason == reason  # type: ignore[arg-type]


users = st.sampled_from(["a", "b", None])
orgs = st.sampled_from(["X", "Y", "user:a", None])


@given(
    user=users,
    org=orgs,
    guest=st.sampled_from(["g", None]),
    reduced=st.booleans(),
    owner=st.sampled_from(["user:a", "user:b", "guest:g"]),
    row_org=orgs,
    visibility=st.sampled_from(["owner", "org"]),
)
def test_the_row_rule_agrees_with_an_oracle(
    user: str | None,
    org: str | None,
    guest: str | None,
    reduced: bool,
    owner: str,
    row_org: str | None,
    visibility: str,
) -> None:
    principal = Principal(user, org, "s", "d", guest, scopes=ALL_SCOPES, reduced=reduced)
    me = f"user:{user}" if user else f"guest:{guest or org}"
    own = owner == me and (row_org is None or row_org == org or (user is not None and row_org == f"user:{user}"))
    shared = owner != me and visibility == "org" and row_org is not None and row_org == org
    decision = Access().decide(principal, "run:1:events", TopicRow(owner, row_org, visibility))
    assert decision.allowed == ((own or shared) and not reduced)

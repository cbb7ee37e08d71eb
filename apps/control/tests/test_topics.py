"""The topic grammar, and the isolation table of scopes and topics over principals."""

from __future__ import annotations

import pytest

from apps.control.domain import scopes as s
from apps.control.domain.policy import Member, judge
from apps.control.domain.topics import (
    GRAMMAR,
    default_grants,
    default_topics,
    first_scope,
    org_of,
    org_topic,
    parse,
)

ROWS = [
    ("user:u1:runs", ("runtime.run_summaries",), "user", "u1"),
    ("user:u1:threads", ("runtime.threads",), "user", "u1"),
    ("user:u1:notifications", ("runtime.notifications",), "user", "u1"),
    ("user:u1:treasury", ("runtime.treasury",), "user", "u1"),
    ("org:openagents:workers", ("runtime.codex_worker_summaries",), "org", "openagents"),
    ("org:user:u1:workers", ("runtime.codex_worker_summaries",), "org", "user:u1"),
    ("org:openagents:worker_events", ("runtime.codex_worker_events",), "org", "openagents"),
    ("run:0197-a:events", ("runtime.run_events",), "run", "0197-a"),
    ("worker:desktopw:a@b:lifecycle", (s.WORKER_LIFECYCLE, s.WORKER_EVENTS), "worker", "desktopw:a@b"),
    ("worker:w1:events", (s.WORKER_LIFECYCLE, s.WORKER_EVENTS), "worker", "w1"),
    ("thread:t1:messages", ("runtime.threads",), "thread", "t1"),
    ("fleet:user:u1:workers", (s.WORKER_LIFECYCLE, s.WORKER_EVENTS), "user", "u1"),
    ("fraud:incidents", ("ops.read",), "operator", "incidents"),
    ("ops:settlement:summary", ("ops.read",), "operator", "settlement"),
]


@pytest.mark.parametrize(("name", "scopes", "owner", "subject"), ROWS)
def test_every_row_of_the_grammar_parses(name: str, scopes: tuple[str, ...], owner: str, subject: str) -> None:
    topic = parse(name)
    assert topic is not None
    assert (topic.pattern.scopes, topic.pattern.owner, topic.subject) == (scopes, owner, subject)


@pytest.mark.parametrize(
    "name",
    [
        "", "user::runs", "user:u1", "user:u1:workers", "user:a:b:runs", "user:ä:runs", f"user:{'u' * 65}:runs",
        "run:a:b:events", "run:x:lifecycle", "org::workers", f"org:{'x' * 121}:workers", "fleet:guest:g1:workers",
        "fleet:org:x:workers", "worker::events", f"worker:{'w' * 161}:events", "thread:a b:messages", "fraud:other",
        "ops::summary", "ops:UPPER:summary", "user:u1:runs ", "x" * 256, "runtime.codex_worker_events", "\ud800",
    ],
)  # fmt: skip
def test_everything_else_is_no_topic(name: str) -> None:
    assert parse(name) is None


def test_org_topics_do_not_double_their_prefix() -> None:
    assert org_topic("org:openagents", "workers") == "org:openagents:workers"
    assert org_topic("user:u1", "workers") == "org:user:u1:workers"
    assert org_of("openagents") == "org:openagents"
    assert org_of("user:u1") == "user:u1"


def test_every_default_topic_parses_and_is_opened_by_its_scope() -> None:
    for pattern in GRAMMAR:
        if pattern.default_of is None:
            continue
        (name,) = default_topics(pattern.default_of, user_id="u1", org_id="org:acme")
        topic = parse(name)
        assert topic is not None and topic.pattern == pattern
        assert pattern.default_of in pattern.scopes


def test_defaults_follow_the_scopes_and_aliases_come_only_when_asked_for() -> None:
    held = [s.WORKER_EVENTS, s.RUN_EVENTS, s.RUN_SUMMARIES]
    plain = [grant.topic for grant in default_grants(held, user_id="u1", org_id="user:u1")]
    assert plain == ["org:user:u1:worker_events", "user:u1:runs"]
    aliased = [grant.topic for grant in default_grants(held, user_id="u1", org_id="user:u1", aliases=True)]
    assert aliased == [
        "org:user:u1:worker_events", s.WORKER_EVENTS, "user:u1:runs", s.RUN_SUMMARIES,
    ]  # fmt: skip


def test_the_required_scope_is_the_first_of_the_row_that_is_held() -> None:
    topic = parse("worker:w1:events")
    assert topic is not None
    assert first_scope(topic.pattern, [s.WORKER_EVENTS, s.WORKER_LIFECYCLE]) == s.WORKER_LIFECYCLE
    assert first_scope(topic.pattern, [s.WORKER_EVENTS]) == s.WORKER_EVENTS
    assert first_scope(topic.pattern, [s.THREADS]) is None


PEOPLE = {
    "owner": Member("u1", "org:acme", "owner", s.DEFAULT_ROLE_SCOPES["owner"]),
    "admin": Member("u1", "org:acme", "admin", s.DEFAULT_ROLE_SCOPES["admin"]),
    "member": Member("u1", "org:acme", "member", s.DEFAULT_ROLE_SCOPES["member"]),
    "viewer": Member("u1", "org:acme", "viewer", s.DEFAULT_ROLE_SCOPES["viewer"]),
    "operator": Member("u1", "org:acme", "member", s.DEFAULT_ROLE_SCOPES["member"], operator=True),
    "stranger": Member("u1", "org:acme", None, ()),
}
EVERYBODY_BUT_VIEWERS = {"owner", "admin", "member", "operator"}
MEMBERS = {*EVERYBODY_BUT_VIEWERS, "viewer"}
ALLOWED_SCOPES = {
    s.RUN_SUMMARIES: EVERYBODY_BUT_VIEWERS,
    s.RUN_EVENTS: EVERYBODY_BUT_VIEWERS,
    s.WORKER_LIFECYCLE: EVERYBODY_BUT_VIEWERS,
    s.THREADS: EVERYBODY_BUT_VIEWERS,
    s.NOTIFICATIONS: EVERYBODY_BUT_VIEWERS,
    s.TREASURY: EVERYBODY_BUT_VIEWERS,
    s.MARKETPLACE: EVERYBODY_BUT_VIEWERS,
    s.WORKER_SUMMARIES: MEMBERS,
    s.WORKER_EVENTS: {"owner", "admin"},
    s.OPERATOR_READ: {"operator"},
    "runtime.read": MEMBERS,
    "runtime.write": {"owner", "admin"},
    "aegis.write": {"owner", "admin"},
}
ALLOWED_TOPICS = {
    "user:u1:runs": EVERYBODY_BUT_VIEWERS,
    "user:u2:runs": set(),
    "user:u1:treasury": EVERYBODY_BUT_VIEWERS,
    "user:u2:threads": set(),
    "org:acme:workers": MEMBERS,
    "org:other:workers": set(),
    "org:user:u1:workers": set(),
    "org:acme:worker_events": {"owner", "admin"},
    "fleet:user:u1:workers": EVERYBODY_BUT_VIEWERS,
    "fleet:user:u2:workers": set(),
    "fraud:incidents": {"operator"},
    "ops:x:summary": {"operator"},
    "nonsense": set(),
}
ASKED_TOPICS = {
    "run:r1:events": EVERYBODY_BUT_VIEWERS,
    "worker:w1:events": EVERYBODY_BUT_VIEWERS,
    "worker:w1:lifecycle": EVERYBODY_BUT_VIEWERS,
    "thread:t1:messages": EVERYBODY_BUT_VIEWERS,
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("scope", ALLOWED_SCOPES)
def test_scopes_by_role(who: str, scope: str) -> None:
    verdict = judge(PEOPLE[who], [scope], [])
    assert verdict.allowed is (who in ALLOWED_SCOPES[scope])
    if not verdict.allowed:
        assert verdict.denied_reasons == (["org_scope_denied"] if who == "stranger" else [f"scope_denied:{scope}"])


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("topic", ALLOWED_TOPICS)
def test_topics_by_role_and_name(who: str, topic: str) -> None:
    verdict = judge(PEOPLE[who], [], [topic])
    assert verdict.open == []
    assert verdict.allowed is (who in ALLOWED_TOPICS[topic])


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("topic", ASKED_TOPICS)
def test_topics_whose_owner_only_the_runtime_knows(who: str, topic: str) -> None:
    verdict = judge(PEOPLE[who], [], [topic])
    asks = [row.name for row in verdict.open]
    assert asks == ([topic] if who in ASKED_TOPICS[topic] else [])
    for row in verdict.open:
        verdict.answer(row, None)
    assert not verdict.allowed


def test_an_explicit_role_scope_opens_what_the_role_does_not() -> None:
    member = Member("u1", "org:acme", "member", (*s.DEFAULT_ROLE_SCOPES["member"], s.WORKER_EVENTS))
    assert judge(member, [s.WORKER_EVENTS], ["org:acme:worker_events"]).allowed


def test_without_subscribe_a_member_gets_nothing_to_listen_to() -> None:
    member = Member("u1", "org:acme", "member", ("runtime.read",))
    assert not judge(member, [s.RUN_SUMMARIES], []).allowed


def test_roles_may_be_claimed_only_downwards() -> None:
    table = {
        (own, claimed): s.may_claim_role(own, claimed)
        for own in ("owner", "admin", "member", "viewer", None)
        for claimed in ("owner", "admin", "member")
    }
    assert {pair for pair, allowed in table.items() if allowed} == {
        ("owner", "owner"), ("owner", "admin"), ("owner", "member"),
        ("admin", "admin"), ("admin", "member"), ("member", "member"),
    }  # fmt: skip

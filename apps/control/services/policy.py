"""Policy decisions with the runtime's word where a name alone does not tell whose it is (3.3, 3.4)."""

from __future__ import annotations

from collections.abc import Sequence

from apps.control import peers
from apps.control.domain.policy import Verdict, judge
from apps.control.domain.topics import Topic
from apps.control.services import orgs
from apps.control.services.authentication import Principal
from openagents.wire.faults import INVALID_REQUEST, Fault

NAMES_MAX = 64
"""Scopes, and topics, that one question may name; each run, worker or thread among them costs a call."""
NAME_LENGTH_MAX = 255


def authorize(
    principal: Principal, org_id: str | None, required_scopes: Sequence[str], requested_topics: Sequence[str]
) -> Verdict:
    """Whether the caller may use these scopes and topics. Raises Fault INVALID_REQUEST for too many of them."""
    scopes = distinct("required_scopes", required_scopes)
    topics = distinct("requested_topics", requested_topics)
    member = orgs.member_in(principal, org_id)
    verdict = judge(member, scopes, topics)
    if verdict.allowed:
        for topic in verdict.open:
            verdict.answer(topic, ask(principal, topic))
    return verdict


def ask(principal: Principal, topic: Topic) -> bool | None:
    """Whether the runtime counts the topic's subject as the caller's; None: it gave no answer."""
    return peers.owns(topic.pattern.owner, topic.subject, principal.act())


def distinct(field: str, names: Sequence[str], *, length_max: int = NAME_LENGTH_MAX) -> list[str]:
    """Trimmed, blanks dropped, first occurrence kept. Raises Fault INVALID_REQUEST for too many or too long names."""
    found = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(found) > NAMES_MAX:
        raise Fault(INVALID_REQUEST, errors={field: [f"names more than {NAMES_MAX}"]})
    if any(len(name) > length_max for name in found):
        raise Fault(INVALID_REQUEST, errors={field: [f"has an entry longer than {length_max} characters"]})
    return found

"""Policy: may this member use these scopes and topics in this organisation (3.3)?

Pure. Topics whose owner only the runtime knows come back as `open`: the caller asks it and adds the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from apps.control.domain import scopes as scope_rules
from apps.control.domain import topics as grammar


@dataclass(frozen=True, slots=True)
class Member:
    """A user in an organisation; `role` None: no (active) member."""

    user_id: str
    org_id: str
    role: str | None
    role_scopes: tuple[str, ...]
    operator: bool = False

    def holds(self, scope: str) -> bool:
        return scope_rules.grants(self.role, self.role_scopes, scope, operator=self.operator)

    @property
    def roles(self) -> tuple[str, ...]:
        """As in the claim `act.roles` of internal calls."""
        own = (self.role,) if self.role else ()
        return (*own, "operator") if self.operator else own


@dataclass(slots=True)
class Verdict:
    """`open`: topics that pass as far as their names tell and still need the runtime's word."""

    org_id: str
    granted_scopes: list[str] = field(default_factory=list)
    denied_reasons: list[str] = field(default_factory=list)
    open: list[grammar.Topic] = field(default_factory=list)

    @property
    def allowed(self) -> bool:
        return not self.denied_reasons

    def answer(self, topic: grammar.Topic, owned: bool | None) -> None:
        """Enter the runtime's word on an open topic; None: it gave none."""
        if owned is None:
            self.denied_reasons.append(f"topic_unverified:{topic.name}")
        elif not owned:
            self.denied_reasons.append(f"topic_denied:{topic.name}")


def judge(member: Member, scopes: Sequence[str], topics: Sequence[str]) -> Verdict:
    """What role, grammar and names decide."""
    verdict = Verdict(member.org_id)
    if member.role is None:
        verdict.denied_reasons.append("org_scope_denied")
        return verdict
    for scope in scopes:
        if member.holds(scope):
            verdict.granted_scopes.append(scope)
        else:
            verdict.denied_reasons.append(f"scope_denied:{scope}")
    for name in topics:
        topic = grammar.parse(name)
        if topic is None or not any(member.holds(scope) for scope in topic.pattern.scopes):
            verdict.denied_reasons.append(f"topic_denied:{name}")
            continue
        owned = grammar.owned_by_name(topic, user_id=member.user_id, org_id=member.org_id, operator=member.operator)
        if owned is None:
            verdict.open.append(topic)
        elif not owned:
            verdict.denied_reasons.append(f"topic_denied:{name}")
    return verdict

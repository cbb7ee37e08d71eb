"""Who may read a topic: decision 3.4, in its fixed order, from values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from apps.khala.domain import grammar
from apps.khala.domain.grammar import Topic


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token names. `reduced`: a khala-family token without organisation or session.

    `topics` are the names granted at mint; `ceiling` says that nothing else may be read.
    """

    user_id: str | None
    org_id: str | None = None
    session_id: str | None = None
    device_id: str | None = None
    guest_scope: str | None = None
    surface: str | None = None
    scopes: frozenset[str] = frozenset()
    topics: tuple[str, ...] = ()
    ceiling: bool = False
    reduced: bool = False

    @property
    def owner_key(self) -> str:
        return f"user:{self.user_id}" if self.user_id else f"guest:{self.guest_scope or self.org_id}"

    @property
    def principal_key(self) -> str:
        user = f"user:{self.user_id}" if self.user_id else "user:none"
        return f"{user}|{self.org_id or 'org:none'}|{self.device_id or 'device:none'}"

    @property
    def orgs(self) -> tuple[str, ...]:
        """Organisations whose rows the principal may hold: its personal one and the token's."""
        personal = f"user:{self.user_id}" if self.user_id else None
        return tuple(dict.fromkeys(org for org in (personal, self.org_id) if org))

    def consumer_key(self, topic: str) -> str:
        return f"{self.principal_key}|{topic}"

    def is_same_as(self, other: Principal) -> bool:
        """Same user, org, device and session: only then may a fresh token extend a live connection."""
        return (self.user_id, self.org_id, self.device_id, self.session_id, self.guest_scope) == (
            other.user_id,
            other.org_id,
            other.device_id,
            other.session_id,
            other.guest_scope,
        )


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What the journal's topic row says about ownership."""

    owner_key: str
    org_id: str | None = None
    visibility: str = "owner"
    acl_version: int = 0


SurfacePolicy = Mapping[str, tuple[str, ...]]
"""Surface -> the only topic classes it may see. A surface that is not listed is not restricted."""

DEFAULT_SURFACE_POLICY: Final[SurfacePolicy] = {"onyx": ("run_events",)}
OPERATOR_SURFACE: Final = "operator"


@dataclass(frozen=True, slots=True)
class Decision:
    """Outcome for one requested name. `reason` is empty when allowed; `detail` is for the audit row only."""

    requested: str
    topic: Topic | None = None
    reason: str = ""
    detail: str = ""
    required_scopes: tuple[str, ...] = ()
    org_id: str | None = None
    acl_version: int = 0

    @property
    def allowed(self) -> bool:
        return not self.reason

    @property
    def is_view(self) -> bool:
        return self.topic is grammar.VIEW_TOPIC


@dataclass(frozen=True, slots=True)
class Access:
    """The access rule with its surface policy."""

    surface_policy: SurfacePolicy = field(default_factory=lambda: DEFAULT_SURFACE_POLICY)

    def locate(self, principal: Principal, requested: str) -> Topic | None:
        """The topic a name means for this principal, without any judgement; None when there is none."""
        if requested == grammar.VIEW:
            return grammar.VIEW_TOPIC
        canonical = grammar.resolve(requested, user_id=principal.user_id, org_id=principal.org_id)
        return grammar.parse(canonical) if canonical is not None else None

    def decide(self, principal: Principal, requested: str, row: TopicRow | None) -> Decision:
        """Decision 3.4 for one name. `row` is the topic's journal row, needed only where the class is owned by row."""
        alias = grammar.ALIASES.get(requested)
        topic = self.locate(principal, requested)
        if topic is None and alias is None:
            return Decision(requested, None, "forbidden_topic", "unknown_topic")
        scopes = topic.scopes if topic is not None and alias is None else alias.scopes if alias else ()
        if not principal.scopes.intersection(scopes):
            return Decision(requested, topic, "missing_scope", required_scopes=scopes)
        if topic is None:
            return Decision(requested, None, "forbidden_topic", "user_mismatch")
        for refuse in (_surface, _ceiling, _binding, _row):
            reason, detail = refuse(self, principal, requested, topic, row)
            if reason:
                return Decision(requested, topic, reason, detail)
        by_row = row if topic.binding == "row" else None
        return Decision(
            requested,
            topic,
            org_id=by_row.org_id if by_row else (principal.org_id if topic.binding == "org" else None),
            acl_version=row.acl_version if row else 0,
        )


Refusal = tuple[str, str]
_PASS: Final[Refusal] = ("", "")


def _surface(access: Access, principal: Principal, requested: str, topic: Topic, row: TopicRow | None) -> Refusal:
    if topic.binding == "operator" and principal.surface != OPERATOR_SURFACE:
        return "surface_policy_denied", ""
    seen = access.surface_policy.get(principal.surface or "")
    if seen is not None and topic.topic_class.name not in seen:
        return "surface_policy_denied", ""
    return _PASS


def _ceiling(access: Access, principal: Principal, requested: str, topic: Topic, row: TopicRow | None) -> Refusal:
    if principal.ceiling and not {requested, topic.name}.intersection(principal.topics):
        return "topic_not_granted", ""
    return _PASS


def _binding(access: Access, principal: Principal, requested: str, topic: Topic, row: TopicRow | None) -> Refusal:
    if principal.reduced and topic.binding not in ("user", "view"):
        return "forbidden_topic", "reduced_principal"
    if topic.binding == "user" and topic.subject != principal.user_id:
        return "forbidden_topic", "user_mismatch"
    if topic.binding == "guest" and f"guest:{topic.subject}" != principal.owner_key:
        return "forbidden_topic", "user_mismatch"
    if topic.binding == "org" and (principal.org_id is None or topic.name not in _org_names(principal.org_id)):
        return "forbidden_topic", "org_mismatch"
    return _PASS


def _org_names(org_id: str) -> tuple[str, str]:
    return grammar.org_topic(org_id, "workers"), grammar.org_topic(org_id, "worker_events")


def _row(access: Access, principal: Principal, requested: str, topic: Topic, row: TopicRow | None) -> Refusal:
    if topic.binding != "row":
        return _PASS
    if row is None:
        return "owner_mismatch", "unknown"
    if row.owner_key == principal.owner_key:
        mine = row.org_id is None or row.org_id in principal.orgs
        return _PASS if mine else ("owner_mismatch", "org_mismatch")
    # Somebody else's row is shared through its organisation only: a shared row without one would be everybody's.
    shared = row.visibility == "org" and row.org_id is not None and row.org_id == principal.org_id
    return _PASS if shared else ("owner_mismatch", "")


def allowed_topics(principal: Principal) -> list[str]:
    """Aliases that the scopes open and that mean something to this principal, then the names granted at mint."""
    aliases = [
        alias.name
        for alias in grammar.ALIASES.values()
        if principal.scopes.intersection(alias.scopes)
        and (
            alias.name == grammar.VIEW
            or grammar.resolve(alias.name, user_id=principal.user_id, org_id=principal.org_id) is not None
        )
    ]
    return [*aliases, *(name for name in principal.topics if name not in aliases)]

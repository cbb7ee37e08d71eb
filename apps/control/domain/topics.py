"""Topic names: which exist, which scope opens them, who owns them. Khala enforces the same table.

Names are matched by known prefix and known suffix, because ids of workers and organisations may contain `:`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from apps.control.domain import scopes as s

Owner = Literal["user", "org", "run", "worker", "thread", "operator"]
"""Who decides: the name itself (user, org), the runtime (run, worker, thread), or operator rights."""

TOPIC_BYTES_MAX: Final = 255

_ID = r"[A-Za-z0-9_.~-]{1,64}"
_WORKER = r"[A-Za-z0-9_.~:@-]{1,160}"
_ORG = r"[A-Za-z0-9_.~:-]{1,120}"
_AREA = r"[a-z0-9_-]{1,64}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of the grammar. `default_of`: the scope that names this topic when a request names none."""

    prefix: str
    id_form: str
    suffix: str
    scopes: tuple[str, ...]
    owner: Owner
    default_of: str | None = None


GRAMMAR: Final[tuple[Pattern, ...]] = (
    Pattern("user:", _ID, ":runs", (s.RUN_SUMMARIES,), "user", s.RUN_SUMMARIES),
    Pattern("user:", _ID, ":threads", (s.THREADS,), "user", s.THREADS),
    Pattern("user:", _ID, ":notifications", (s.NOTIFICATIONS,), "user", s.NOTIFICATIONS),
    Pattern("user:", _ID, ":treasury", (s.TREASURY,), "user", s.TREASURY),
    Pattern("org:", _ORG, ":workers", (s.WORKER_SUMMARIES,), "org", s.WORKER_SUMMARIES),
    Pattern("org:", _ORG, ":worker_events", (s.WORKER_EVENTS,), "org", s.WORKER_EVENTS),
    Pattern("run:", _ID, ":events", (s.RUN_EVENTS,), "run"),
    Pattern("worker:", _WORKER, ":lifecycle", (s.WORKER_LIFECYCLE, s.WORKER_EVENTS), "worker"),
    Pattern("worker:", _WORKER, ":events", (s.WORKER_LIFECYCLE, s.WORKER_EVENTS), "worker"),
    Pattern("thread:", _ID, ":messages", (s.THREADS,), "thread"),
    Pattern("fleet:user:", _ID, ":workers", (s.WORKER_LIFECYCLE, s.WORKER_EVENTS), "user", s.WORKER_LIFECYCLE),
    Pattern("ops:", _AREA, ":summary", (s.OPERATOR_READ,), "operator"),
)
_COMPILED = tuple((pattern, re.compile(pattern.id_form)) for pattern in GRAMMAR)
_FRAUD = Pattern("fraud:incidents", "", "", (s.OPERATOR_READ,), "operator")

ALIASES: Final = (s.RUN_SUMMARIES, s.WORKER_SUMMARIES, s.WORKER_EVENTS, s.NOTIFICATIONS)
"""Legacy names that Khala resolves to the caller's own topics; each is opened by the scope of its own name."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A parsed name; `subject` is the id inside it."""

    name: str
    subject: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Grant:
    """A topic in a token, with the scope that permits it."""

    topic: str
    required_scope: str


def parse(name: str) -> Topic | None:
    """The topic of this trimmed name; None when no row of the grammar has it."""
    if not 1 <= len(name.encode("utf-8", "surrogatepass")) <= TOPIC_BYTES_MAX:
        return None
    if name == _FRAUD.prefix:
        return Topic(name, "incidents", _FRAUD)
    for pattern, id_form in _COMPILED:
        if name.startswith(pattern.prefix) and name.endswith(pattern.suffix):
            subject = name[len(pattern.prefix) : len(name) - len(pattern.suffix)]
            if id_form.fullmatch(subject):
                return Topic(name, subject, pattern)
    return None


def org_topic(org_id: str, suffix: str) -> str:
    """`<org_id>:<suffix>` for an id that starts with `org:`, else `org:<org_id>:<suffix>`."""
    return f"{org_id}:{suffix}" if org_id.startswith("org:") else f"org:{org_id}:{suffix}"


def org_of(subject: str) -> str:
    """The org id meant by the id inside an `org:` topic."""
    return subject if subject.startswith("user:") else f"org:{subject}"


def first_scope(pattern: Pattern, held: Collection[str]) -> str | None:
    """The first scope of the row that is held."""
    return next((scope for scope in pattern.scopes if scope in held), None)


def owned_by_name(topic: Topic, *, user_id: str, org_id: str, operator: bool) -> bool | None:
    """What the name alone says about ownership; None: the runtime has to be asked."""
    match topic.pattern.owner:
        case "user":
            return topic.subject == user_id
        case "org":
            return org_of(topic.subject) == org_id
        case "operator":
            return operator
        case _:
            return None


def default_topics(scope: str, *, user_id: str, org_id: str) -> list[str]:
    """The topics that a scope stands for when a request names none."""
    return [
        org_topic(org_id, pattern.suffix.lstrip(":"))
        if pattern.owner == "org"
        else f"{pattern.prefix}{user_id}{pattern.suffix}"
        for pattern in GRAMMAR
        if pattern.default_of == scope
    ]


def default_grants(held: Iterable[str], *, user_id: str, org_id: str, aliases: bool = False) -> list[Grant]:
    """Grants of the default topics of `held`, in its order; with `aliases` also the legacy names (khala tokens)."""
    found: list[Grant] = []
    for scope in held:
        found += [Grant(name, scope) for name in default_topics(scope, user_id=user_id, org_id=org_id)]
        if aliases and scope in ALIASES:
            found.append(Grant(scope, scope))
    return found

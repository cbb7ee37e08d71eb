"""Topic names: which exist, which class each belongs to, and what the legacy aliases mean for one principal.

Scope and ownership follow from the parsed class, never from free text. Names are matched by known prefix and known
suffix, because worker and organisation ids may contain `:`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

TOPIC_BYTES_MAX: Final = 255
INTEGER_MAX: Final = 2**53 - 1
"""Largest seq, watermark or cursor that may appear on a wire."""

Qos = Literal["hot", "warm", "cold"]
Binding = Literal["row", "user", "guest", "org", "operator", "view"]
"""How a topic finds its owner: through its journal row, or from the name; a view shows only its owner's topics."""


@dataclass(frozen=True, slots=True)
class TopicClass:
    """One line of the class table (section 14.1). Sizes in bytes, retention and cadence in seconds."""

    name: str
    qos: Qos
    replay_budget_events: int
    retention_seconds: int
    writes_per_second_max: int
    payload_bytes_max: int
    snapshot_cadence_seconds: int = 0


CLASSES: Final[dict[str, TopicClass]] = {
    row.name: row
    for row in (
        TopicClass("run_events", "warm", 20_000, 604_800, 240, 262_144),
        TopicClass("worker_lifecycle", "warm", 10_000, 259_200, 180, 65_536, 120),
        TopicClass("codex_worker_events", "hot", 3_000, 86_400, 240, 131_072),
        TopicClass("run_summaries", "warm", 20_000, 604_800, 90, 65_536, 300),
        TopicClass("worker_summaries", "warm", 10_000, 259_200, 180, 65_536, 120),
        TopicClass("threads", "warm", 5_000, 604_800, 90, 65_536, 300),
        TopicClass("notifications", "cold", 500, 43_200, 90, 65_536),
        TopicClass("economy", "cold", 500, 86_400, 90, 65_536),
        TopicClass("operator", "cold", 500, 86_400, 90, 65_536),
        TopicClass("fallback", "cold", 500, 86_400, 90, 65_536),
    )
}

RUN_EVENTS: Final = "runtime.run_events"
RUN_SUMMARIES: Final = "runtime.run_summaries"
WORKER_EVENTS: Final = "runtime.codex_worker_events"
WORKER_LIFECYCLE: Final = "runtime.worker_lifecycle_events"
WORKER_SUMMARIES: Final = "runtime.codex_worker_summaries"
NOTIFICATIONS: Final = "runtime.notifications"
THREADS: Final = "runtime.threads"
TREASURY: Final = "runtime.treasury"
OPERATOR_READ: Final = "ops.read"

_PLAIN_ID: Final = r"[A-Za-z0-9_.~-]{1,64}"
_WORKER_ID: Final = r"[A-Za-z0-9_.~:@-]{1,160}"
_ORG_REF: Final = r"[A-Za-z0-9_.~:-]{1,120}"
_GUEST: Final = r"[A-Za-z0-9_.~:@-]{1,160}"
_AREA: Final = r"[a-z0-9_-]{1,64}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of the grammar (section 3.1): `prefix` + id + `suffix`, its class, who may hold it, how it is owned."""

    prefix: str
    id_form: str
    suffix: str
    class_name: str
    scopes: tuple[str, ...]
    binding: Binding
    snapshot: bool = False


_WORKER_SCOPES: Final = (WORKER_EVENTS, WORKER_LIFECYCLE)

GRAMMAR: Final[tuple[Pattern, ...]] = (
    Pattern("run:", _PLAIN_ID, ":events", "run_events", (RUN_EVENTS,), "row"),
    Pattern("worker:", _WORKER_ID, ":lifecycle", "worker_lifecycle", _WORKER_SCOPES, "row"),
    Pattern("worker:", _WORKER_ID, ":events", "codex_worker_events", _WORKER_SCOPES, "row"),
    Pattern("fleet:user:", _PLAIN_ID, ":workers", "worker_lifecycle", _WORKER_SCOPES, "user", True),
    Pattern("fleet:guest:", _GUEST, ":workers", "worker_lifecycle", _WORKER_SCOPES, "guest", True),
    Pattern("org:", _ORG_REF, ":worker_events", "codex_worker_events", (WORKER_EVENTS,), "org"),
    Pattern("org:", _ORG_REF, ":workers", "worker_summaries", (WORKER_SUMMARIES,), "org", True),
    Pattern("user:", _PLAIN_ID, ":runs", "run_summaries", (RUN_SUMMARIES,), "user", True),
    Pattern("user:", _PLAIN_ID, ":notifications", "notifications", (NOTIFICATIONS,), "user"),
    Pattern("user:", _PLAIN_ID, ":threads", "threads", (THREADS,), "user", True),
    Pattern("user:", _PLAIN_ID, ":treasury", "economy", (TREASURY,), "user"),
    Pattern("thread:", _PLAIN_ID, ":messages", "threads", (THREADS,), "row"),
    Pattern("ops:", _AREA, ":summary", "operator", (OPERATOR_READ,), "operator"),
)
_COMPILED: Final = tuple((pattern, re.compile(pattern.id_form)) for pattern in GRAMMAR)
_FRAUD: Final = Pattern("fraud:", "incidents", "", "operator", (OPERATOR_READ,), "operator")


@dataclass(frozen=True, slots=True)
class Topic:
    """A canonical topic name and what its form says about it. `subject` is the id inside the name."""

    name: str
    subject: str
    pattern: Pattern

    @property
    def topic_class(self) -> TopicClass:
        return CLASSES[self.pattern.class_name]

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.pattern.scopes

    @property
    def binding(self) -> Binding:
        return self.pattern.binding

    @property
    def snapshot_capable(self) -> bool:
        return self.pattern.snapshot


def parse(name: str) -> Topic | None:
    """The topic of this canonical name (already trimmed), or None when no pattern has it."""
    if not 1 <= len(name.encode("utf-8", "surrogatepass")) <= TOPIC_BYTES_MAX:
        return None
    if name == "fraud:incidents":
        return Topic(name, "incidents", _FRAUD)
    for pattern, id_form in _COMPILED:
        if name.startswith(pattern.prefix) and name.endswith(pattern.suffix):
            subject = name[len(pattern.prefix) : len(name) - len(pattern.suffix)]
            if id_form.fullmatch(subject):
                return Topic(name, subject, pattern)
    return None


def quoted(name: str) -> str:
    """The topic as one path segment."""
    return quote(name, safe="")


def org_topic(org_id: str, kind: Literal["workers", "worker_events"]) -> str:
    """`org:{org_ref}:{kind}`; an org id that already starts with `org:` is not prefixed twice."""
    return f"org:{org_id.removeprefix('org:')}:{kind}"


VIEW: Final = "runtime.codex_worker_events"
"""The alias that is a fan-in view over many topics (section 3.3)."""
VIEW_TOPIC: Final = Topic(
    "worker:*:events", "*", Pattern("worker:", r"\*", ":events", "codex_worker_events", _WORKER_SCOPES, "view")
)
"""What the view stands for; no client can ask for it by this name."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A legacy global name: its `SyncTopic` number, the scopes that open it, its one topic per principal.

    `to_org` / `to_user` are templates; an alias without either is a view and has no single topic.
    """

    name: str
    enum: int
    scopes: tuple[str, ...]
    to_user: str = ""
    to_org: Literal["", "workers", "worker_events"] = ""


ALIASES: Final[dict[str, Alias]] = {
    row.name: row
    for row in (
        Alias("runtime.run_summaries", 1, (RUN_SUMMARIES,), "user:{}:runs"),
        Alias("runtime.codex_worker_summaries", 2, (WORKER_SUMMARIES,), "fleet:user:{}:workers", "workers"),
        Alias("runtime.notifications", 3, (NOTIFICATIONS,), "user:{}:notifications"),
        Alias(VIEW, 4, _WORKER_SCOPES),
    )
}
ALIAS_OF_ENUM: Final[dict[int, str]] = {row.enum: row.name for row in ALIASES.values()}


def resolve(name: str, *, user_id: str | None, org_id: str | None) -> str | None:
    """Canonical name of what a client asked for: the name itself, or the alias resolved for this principal.

    None when an alias has no single topic for it: the fan-in view, or a principal without a user.
    """
    alias = ALIASES.get(name)
    if alias is None:
        return name
    if alias.to_org and org_id is not None:
        return org_topic(org_id, alias.to_org)
    if alias.to_user and user_id is not None:
        return alias.to_user.format(user_id)
    return None

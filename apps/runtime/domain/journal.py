"""The journal's topics: names, classes, limits. What Khala delivers is exactly what is written here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TopicClass(StrEnum):
    RUN_EVENTS = "run_events"
    WORKER_LIFECYCLE = "worker_lifecycle"
    CODEX_WORKER_EVENTS = "codex_worker_events"
    RUN_SUMMARIES = "run_summaries"
    WORKER_SUMMARIES = "worker_summaries"
    THREADS = "threads"
    NOTIFICATIONS = "notifications"
    ECONOMY = "economy"
    OPERATOR = "operator"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a class admits: payload bytes of one row, writes per second and topic."""

    payload_bytes_max: int
    writes_per_second_max: int


LIMITS: dict[TopicClass, Limits] = {
    TopicClass.RUN_EVENTS: Limits(262_144, 240),
    TopicClass.CODEX_WORKER_EVENTS: Limits(131_072, 240),
    TopicClass.WORKER_LIFECYCLE: Limits(65_536, 180),
    TopicClass.WORKER_SUMMARIES: Limits(65_536, 180),
    TopicClass.RUN_SUMMARIES: Limits(65_536, 90),
    TopicClass.THREADS: Limits(65_536, 90),
    TopicClass.NOTIFICATIONS: Limits(65_536, 90),
    TopicClass.ECONOMY: Limits(65_536, 90),
    TopicClass.OPERATOR: Limits(65_536, 90),
    TopicClass.FALLBACK: Limits(65_536, 90),
}


def run_events(run_id: str) -> str:
    """Topic of every event of a run; its seq is the event's seq."""
    return f"run:{run_id}:events"


def user_runs(user_id: str) -> str:
    """Topic of the summaries of a user's runs."""
    return f"user:{user_id}:runs"


def user_notifications(user_id: str) -> str:
    """Topic of what a user wants to be told."""
    return f"user:{user_id}:notifications"


def org_ref(org_id: str) -> str:
    """An org id in a topic: the prefix `org:` is never doubled."""
    return org_id.removeprefix("org:")


def worker_events(worker_id: str) -> str:
    """Topic of every event of a worker; its seq is the event's seq."""
    return f"worker:{worker_id}:events"


def worker_lifecycle(worker_id: str) -> str:
    """Topic of a worker's registration, status and liveness changes."""
    return f"worker:{worker_id}:lifecycle"


def org_workers(org_id: str) -> str:
    """Topic of the summaries of an org's workers."""
    return f"org:{org_ref(org_id)}:workers"


def org_worker_events(org_id: str) -> str:
    """Topic of the codex events of an org's workers."""
    return f"org:{org_ref(org_id)}:worker_events"


def fleet_workers(owner_key: str) -> str:
    """Topic of all workers of an owner (`user:{id}` or `guest:{scope}`)."""
    return f"fleet:{owner_key}:workers"


def thread_messages(thread_id: str) -> str:
    """Topic of a thread's messages."""
    return f"thread:{thread_id}:messages"


def user_threads(user_id: str) -> str:
    """Topic of the summaries of a user's threads."""
    return f"user:{user_id}:threads"


def user_treasury(user_id: str) -> str:
    """Topic of a user's spending intents."""
    return f"user:{user_id}:treasury"


FRAUD_INCIDENTS = "fraud:incidents"

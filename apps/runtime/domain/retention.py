"""How long and how much of a topic the journal keeps. The policy is Khala's (its 14.1); this plane executes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.runtime.domain.journal import TopicClass

BATCH_ROWS_MAX = 5000


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows older than `seconds` go, and all but the newest `budget_events`; whichever floor is higher."""

    budget_events: int
    seconds: int


_DAY = 86_400

RETENTION: dict[TopicClass, Retention] = {
    TopicClass.RUN_EVENTS: Retention(20_000, 7 * _DAY),
    TopicClass.WORKER_LIFECYCLE: Retention(10_000, 3 * _DAY),
    TopicClass.CODEX_WORKER_EVENTS: Retention(3_000, _DAY),
    TopicClass.RUN_SUMMARIES: Retention(20_000, 7 * _DAY),
    TopicClass.WORKER_SUMMARIES: Retention(10_000, 3 * _DAY),
    TopicClass.THREADS: Retention(5_000, 7 * _DAY),
    TopicClass.NOTIFICATIONS: Retention(500, _DAY // 2),
    TopicClass.ECONOMY: Retention(500, _DAY),
    TopicClass.OPERATOR: Retention(500, _DAY),
    TopicClass.FALLBACK: Retention(500, _DAY),
}

SECONDS_MIN = 600
BUDGET_EVENTS_MIN = 100
"""The database function keeps at least this much, whatever it is asked: a service must not be able to empty a topic."""


class InvalidRetention(ValueError):
    """A variable holds no usable number; the text begins with its name."""


def policy(environment: Mapping[str, str]) -> dict[TopicClass, Retention]:
    """The table with what `KHALA_{CLASS}_RETENTION_SECONDS` and `_REPLAY_BUDGET_EVENTS` change in it.

    `RUNTIME_KHALA_…` names the same variables. Raises InvalidRetention.
    """
    return {name: _overridden(name, default, environment) for name, default in RETENTION.items()}


def _overridden(name: TopicClass, default: Retention, environment: Mapping[str, str]) -> Retention:
    prefix = f"KHALA_{name.value.upper()}"
    return Retention(
        _number(environment, f"{prefix}_REPLAY_BUDGET_EVENTS", default.budget_events, BUDGET_EVENTS_MIN),
        _number(environment, f"{prefix}_RETENTION_SECONDS", default.seconds, SECONDS_MIN),
    )


def _number(environment: Mapping[str, str], variable: str, default: int, least: int) -> int:
    text = environment.get(variable) or environment.get(f"RUNTIME_{variable}") or ""
    if not text.strip():
        return default
    try:
        value = int(text)
    except ValueError:
        raise InvalidRetention(f"{variable}: not a whole number") from None
    if value < least:
        raise InvalidRetention(f"{variable}: at least {least}")
    return value

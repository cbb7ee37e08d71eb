"""History compatibility: logs of the past must give the same outcome, replay and hashes for ever.

A corpus file is `openagents.runtime.workflow_history_compat.v1`, version 1. Expectations are never edited: what they
say was once true of real logs, and receipts were signed over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.runtime.domain.events import trigger_of
from apps.runtime.domain.run_states import RunStatus, next_status
from openagents.receipts.replay import EventRecord, RunRecord, replay_hash, replay_lines, replay_text
from openagents.receipts.run_receipt import trajectory_hash
from openagents.receipts.times import parse_rfc3339, rfc3339

SCHEMA = "openagents.runtime.workflow_history_compat.v1"
VERSION = 1

Fixture = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """A fixture whose present result differs; `field` names what, for a corpus that is none at all `corpus`."""

    fixture_id: str
    field: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        return f"{self.fixture_id}: {self.field}: expected {self.expected}, got {self.actual}"


class IllegalHistory(ValueError):
    """The events of a fixture cannot have happened in this order."""

    def __init__(self, field: str, actual: str) -> None:
        super().__init__(f"{field}: {actual}")
        self.field = field
        self.actual = actual


def check_corpus(corpus: Any) -> list[Problem]:
    """Everything that differs in a corpus file, parsed. Never raises for what the file holds."""
    if not isinstance(corpus, dict):
        return [Problem("corpus", "schema", SCHEMA, type(corpus).__name__)]
    for field, wanted in (("schema", SCHEMA), ("version", VERSION)):
        if corpus.get(field) != wanted:
            return [Problem("corpus", field, wanted, corpus.get(field))]
    fixtures = corpus.get("fixtures")
    if not isinstance(fixtures, list) or not fixtures:
        return [Problem("corpus", "fixtures", "at least one", fixtures)]
    return [problem for fixture in fixtures for problem in check_fixture(fixture)]


def check_fixture(fixture: Fixture) -> list[Problem]:
    """What differs between a fixture's expectations and what its events give now."""
    identifier = str(fixture.get("id") if isinstance(fixture, dict) else fixture)
    try:
        actual = outcome(record_of(fixture))
        expected = fixture["expected"]
        return list(_differences(identifier, expected, actual))
    except IllegalHistory as error:
        return [Problem(identifier, error.field, "legal", error.actual)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [Problem(identifier, "form", "a fixture", f"{type(error).__name__}: {error}")]


def _differences(identifier: str, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[Problem]:
    for field, value in actual.items():
        if expected[field] != value:
            yield Problem(identifier, field, expected[field], value)


def record_of(fixture: Fixture) -> RunRecord:
    """A fixture's run, its status folded from `created`. Raises IllegalHistory; KeyError, ValueError for a bad form."""
    events = [
        EventRecord(
            seq=event["seq"],
            event_type=event["event_type"],
            payload=event.get("payload", {}),
            idempotency_key=event.get("idempotency_key"),
            recorded_at=parse_rfc3339(event["recorded_at"]),
        )
        for event in fixture["events"]
    ]
    created_at = parse_rfc3339(fixture["created_at"])
    return RunRecord(
        run_id=fixture["run_id"],
        created_at=created_at,
        updated_at=events[-1].recorded_at if events else created_at,
        status=final_status(events),
        metadata=fixture.get("metadata", {}),
        events=events,
    )


def final_status(events: Sequence[EventRecord]) -> RunStatus:
    """The state after all events. Raises IllegalHistory for seqs that do not rise and for illegal transitions."""
    status, last_seq = RunStatus.CREATED, 0
    for event in events:
        if isinstance(event.seq, bool) or not isinstance(event.seq, int) or event.seq <= last_seq:
            raise IllegalHistory("seq", f"{event.seq} after {last_seq}")
        last_seq = event.seq
        after = next_status(trigger_of(event.event_type, event.payload), status)
        if after is None:
            raise IllegalHistory("transition", f"{event.event_type} at {event.seq} in state {status}")
        status = after
    return status


def outcome(run: RunRecord) -> dict[str, Any]:
    """The four facts a fixture expects. `runtime_event_count` counts the replay's `RuntimeEvent` lines."""
    return {
        "final_status": str(run.status),
        "replay_hash": replay_hash(replay_text(run)),
        "trajectory_hash": trajectory_hash(run),
        "runtime_event_count": sum(line["event"] == "RuntimeEvent" for line in replay_lines(run)),
    }


def corpus_of(run: RunRecord, worker_id: str | None, description: str) -> dict[str, Any]:
    """A corpus file with one run; its expectations are what the run gives today."""
    fixture: dict[str, Any] = {
        "id": f"run-{run.run_id}",
        "description": description,
        "run_id": run.run_id,
        "created_at": rfc3339(run.created_at),
        "worker_id": worker_id,
        "metadata": dict(run.metadata),
        "events": [_event(event) for event in run.events],
        "expected": outcome(run),
    }
    if worker_id is None:
        del fixture["worker_id"]
    return {"schema": SCHEMA, "version": VERSION, "fixtures": [fixture]}


def _event(event: EventRecord) -> dict[str, Any]:
    body: dict[str, Any] = {
        "seq": event.seq,
        "event_type": event.event_type,
        "payload": event.payload,
        "recorded_at": rfc3339(event.recorded_at),
    }
    if event.idempotency_key is not None:
        body["idempotency_key"] = event.idempotency_key
    return body

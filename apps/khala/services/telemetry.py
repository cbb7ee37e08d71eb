"""Telemetry on its way into the table: hashed at the edge, kept once, counted with bounded labels."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from apps.khala import metrics
from apps.khala.domain import telemetry
from apps.khala.domain.access import Principal
from apps.khala.domain.telemetry import Event, Rejected
from apps.khala.models import ClientTelemetryRow
from apps.khala.services.recorder import Recorder

VERSIONS_MAX: Final = 32
REASONS_MAX: Final = 64
OTHER: Final = "other"


class Telemetry:
    """Diagnostic events that come over sockets: checked, then written with the next records of the process."""

    def __init__(self, recorder: Recorder, pepper: str) -> None:
        self._recorder = recorder
        self._pepper = pepper

    def note(self, principal: Principal, raw: Mapping[str, Any]) -> None:
        try:
            event = telemetry.read(raw, int(time.time() * 1000))
        except Rejected as rejected:
            metrics.CLIENT_TELEMETRY_REJECTED.labels(_reasons.of(str(rejected))).inc()
            return
        count(event)
        self._recorder.note(row(event, telemetry.scope_hash(self._pepper, principal.principal_key)))


def store(principal: Principal, raws: Iterable[object], pepper: str) -> tuple[int, int, list[tuple[int, str]]]:
    """(accepted, duplicates, [(index, reason)]) of a posted list, in one transaction. Raises DatabaseError."""
    now_ms = int(time.time() * 1000)
    scope = telemetry.scope_hash(pepper, principal.principal_key)
    taken: dict[str, Event] = {}
    duplicates = 0
    rejected: list[tuple[int, str]] = []
    for index, raw in enumerate(raws):
        try:
            event = telemetry.read(raw, now_ms)
        except Rejected as refusal:
            rejected.append((index, str(refusal)))
            metrics.CLIENT_TELEMETRY_REJECTED.labels(_reasons.of(str(refusal))).inc()
            continue
        duplicates += event.event_id in taken
        taken.setdefault(event.event_id, event)
    with transaction.atomic():
        known = set(ClientTelemetryRow.objects.filter(pk__in=taken).values_list("pk", flat=True))
        fresh = [event for event in taken.values() if event.event_id not in known]
        ClientTelemetryRow.objects.bulk_create([row(event, scope) for event in fresh], ignore_conflicts=True)
    for event in fresh:
        count(event)
    return len(fresh), duplicates + len(known), rejected


def row(event: Event, scope: str) -> ClientTelemetryRow:
    return ClientTelemetryRow(
        event_id=event.event_id,
        received_at=datetime.now(UTC),
        surface=event.surface,
        client_build_id=event.client_build_id,
        app_version=event.app_version,
        kind=event.kind,
        reason_code=event.reason,
        topic_class=event.topic_class,
        actor_scope_hash=scope,
        body=event.body,
    )


def count(event: Event) -> None:
    version, reason = _versions.of(event.app_version or OTHER), _reasons.of(event.reason or "none")
    metrics.CLIENT_TELEMETRY.labels(event.kind, event.surface, version, reason).inc()


class Labels:
    """Label values that clients choose: the first so many, then `other`."""

    def __init__(self, values_max: int) -> None:
        self._values: set[str] = set()
        self._values_max = values_max

    def of(self, value: str) -> str:
        if value not in self._values:
            if len(self._values) >= self._values_max:
                return OTHER
            self._values.add(value)
        return value


_versions = Labels(VERSIONS_MAX)
_reasons = Labels(REASONS_MAX)

"""Trust signals in the database: counted once, quarantine with everything that follows, operators' word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction

from apps.runtime.domain.owners import Owner
from apps.runtime.domain.trust import PriceSample, Signal
from apps.runtime.models import FraudIncident, ProviderSignal, SyncStreamEvent, Worker, WorkerEvent
from apps.runtime.services import trust
from apps.runtime.tests import market
from apps.runtime.tests import provider_double as does
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.market import MARKET, sandbox_request
from apps.runtime.tests.provider_double import ProviderDouble
from openagents.db.models import AuditEvent
from openagents.receipts.ids import new_id

JOB = "a" * 64


@pytest.fixture
def worker(server: ProviderDouble, mine: Owner) -> Worker:
    return market.provider(server, mine)


def record(worker: Worker, signal: Signal, key: str | None = None, **about: Any) -> bool:
    sample = about.pop("sample", None)
    with transaction.atomic():
        return trust.record(worker.worker_id, signal, key or new_id("key"), trust.Occasion(**about), sample)


def now(worker: Worker) -> Worker:
    return Worker.objects.get(worker_id=worker.worker_id)


def rows(topic: str) -> list[tuple[str, dict[str, Any]]]:
    found = SyncStreamEvent.objects.filter(topic=topic).order_by("seq")
    return [(row.kind, json.loads(row.payload)) for row in found]


def test_a_signal_counts_once_per_key(worker: Worker) -> None:
    assert record(worker, Signal.PROVIDER_FAILURE, "a") is True
    assert record(worker, Signal.PROVIDER_FAILURE, "a") is False
    assert record(worker, Signal.VERIFICATION_VIOLATION, "a") is True
    assert record(worker, Signal.SUCCESS, "a") is True
    assert (now(worker).failure_strikes, now(worker).success_count) == (2, 1)
    assert ProviderSignal.objects.filter(worker_id=worker.worker_id).count() == 3


def test_parallel_signals_of_one_key_strike_once_and_of_many_keys_all(worker: Worker, in_parallel: Any) -> None:
    assert sum(in_parallel(8, lambda _: record(worker, Signal.PROVIDER_FAILURE, "same"))) == 1
    assert now(worker).failure_strikes == 1
    assert in_parallel(6, lambda index: record(worker, Signal.SUCCESS, f"k{index}")) == [True] * 6
    assert now(worker).success_count == 6


def test_an_unknown_worker_has_no_record() -> None:
    with transaction.atomic():
        assert trust.record(new_id("nobody"), Signal.SUCCESS, "k", trust.Occasion()) is False


def test_failing_dispatches_end_in_quarantine(call: Call, server: ProviderDouble, worker: Worker, mine: Owner) -> None:
    server.script = [does.fixed(b"no", 500)] * 5
    hashes = []
    for _ in range(5):
        answer = call("POST", f"{MARKET}/dispatch/sandbox-run", {"request": sandbox_request()})
        hashes.append(answer.json()["details"]["job_hash"])
    found = now(worker)
    assert (found.failure_strikes, found.quarantined, found.quarantine_reason) == (5, True, "provider_failures")
    assert found.status == "failed" and found.quarantined_at is not None
    event = WorkerEvent.objects.filter(worker_id=worker.worker_id).order_by("-seq")[0]
    assert (event.event_type, json.loads(event.payload_text)) == (
        "worker.failed",
        {"reason": "quarantined", "status": "failed"},
    )
    incident = FraudIncident.objects.get(provider_worker_id=worker.worker_id)
    assert (incident.incident_type, incident.severity, incident.job_hash) == (
        "provider_quarantined",
        "critical",
        hashes[-1],
    )
    kind, told = next(row for row in rows("fraud:incidents") if row[1]["incident_id"] == incident.incident_id)
    assert (kind, told["provider_worker_id"]) == ("provider_quarantined", worker.worker_id)
    lifecycle = rows(f"worker:{worker.worker_id}:lifecycle")[-1]
    assert (lifecycle[0], lifecycle[1]["quarantined"], lifecycle[1]["failure_strikes"]) == ("worker.failed", True, 5)
    assert [kind for kind, _ in rows(f"user:{mine.name}:notifications")] == ["notification.provider_quarantined"]
    assert AuditEvent.objects.filter(
        event_name="runtime.worker.quarantined", attributes__worker_id=worker.worker_id
    ).exists()
    again = call("POST", f"{MARKET}/dispatch/sandbox-run", {"request": sandbox_request()})
    assert again.json()["reason_code"] == "provider_not_found"


def test_three_violations_quarantine_with_an_incident_each(worker: Worker) -> None:
    for index in range(3):
        record(worker, Signal.VERIFICATION_VIOLATION, f"sk{index}", job_hash=f"{index}" * 64, run_id="r")
    assert now(worker).quarantine_reason == "verification_violations"
    found = FraudIncident.objects.filter(provider_worker_id=worker.worker_id).order_by("created_at")
    assert [(one.incident_type, one.severity) for one in found] == [
        *[("compute_verification_violation", "medium")] * 3,
        ("provider_quarantined", "critical"),
    ]


def test_price_samples_keep_the_last_variance_and_violations_are_incidents(call: Call, worker: Worker) -> None:
    record(worker, Signal.PRICE_SAMPLE, sample=PriceSample(1000, 900), job_hash=JOB, quote_sha256="q1")
    assert not FraudIncident.objects.filter(provider_worker_id=worker.worker_id).exists()
    record(worker, Signal.PRICE_SAMPLE, sample=PriceSample(1000, 1100), job_hash=JOB, quote_sha256="q2")
    incident = FraudIncident.objects.get(provider_worker_id=worker.worker_id)
    assert (incident.incident_type, incident.quote_sha256) == ("compute_price_integrity_violation", "q2")
    listed = call("GET", f"{MARKET}/catalog/providers").json()["providers"]
    entry = next(one for one in listed if one["worker_id"] == worker.worker_id)
    assert (entry["price_integrity_samples"], entry["price_integrity_violations"]) == (2, 1)
    assert entry["last_price_variance_bps"] == 1000


def test_a_known_incident_is_not_recorded_again(worker: Worker) -> None:
    for key in ("a", "b"):
        record(worker, Signal.VERIFICATION_VIOLATION, key, job_hash=JOB)
    assert FraudIncident.objects.filter(provider_worker_id=worker.worker_id).count() == 1
    assert now(worker).failure_strikes == 2


def test_a_stopped_provider_that_is_quarantined_cannot_come_back(
    call: Call, worker: Worker, server: ProviderDouble
) -> None:
    stop = call("POST", f"/internal/v1/workers/{worker.worker_id}/status", {"status": "stopped"})
    assert stop.status_code == 200, stop.content
    for _ in range(3):
        record(worker, Signal.VERIFICATION_VIOLATION)
    assert (now(worker).status, now(worker).quarantined) == ("failed", True)
    again = {"worker_id": worker.worker_id, "metadata": market.offer(server)}
    refused = call("POST", "/internal/v1/workers", again)
    assert (refused.status_code, refused.json()["reason_code"]) == (409, "provider_quarantined")


def trusted(call: Call, worker: Worker, action: str, reason: str = "checked", issuer: str = "ops") -> Any:
    path = f"{MARKET}/providers/{worker.worker_id}/trust"
    return call("POST", path, {"action": action, "reason": reason}, user=None, issuer=issuer)


def test_only_operators_release_and_a_released_provider_registers_anew(
    call: Call, worker: Worker, server: ProviderDouble
) -> None:
    quarantined = trusted(call, worker, "quarantine", "looks odd")
    assert quarantined.status_code == 200
    shown = quarantined.json()["worker"]["worker"]
    assert (shown["status"], shown["metadata"]["quarantine_reason"]) == ("failed", "looks odd")
    assert trusted(call, worker, "quarantine", "twice").json()["worker"]["worker"] == shown
    again = {"worker_id": worker.worker_id, "metadata": market.offer(server)}
    assert call("POST", "/internal/v1/workers", again).status_code == 409
    assert trusted(call, worker, "release", issuer="control").status_code == 403
    released = trusted(call, worker, "release").json()["worker"]["worker"]
    assert (released["status"], released["metadata"]["quarantined"]) == ("failed", False)
    assert call("POST", "/internal/v1/workers", again).status_code == 201
    events = AuditEvent.objects.filter(attributes__worker_id=worker.worker_id).values_list("event_name", flat=True)
    assert {"runtime.worker.quarantined", "runtime.worker.released"} <= set(events)


def test_strikes_can_be_reset_and_survive_a_registration(call: Call, worker: Worker, server: ProviderDouble) -> None:
    record(worker, Signal.PROVIDER_FAILURE)
    again = {"worker_id": worker.worker_id, "metadata": market.offer(server)}
    assert call("POST", "/internal/v1/workers", again).status_code == 201
    assert now(worker).failure_strikes == 1
    assert trusted(call, worker, "reset_strikes").json()["worker"]["worker"]["metadata"]["failure_strikes"] == 0
    assert now(worker).failure_strikes == 0


def test_a_bad_word_is_refused(call: Call, worker: Worker) -> None:
    assert trusted(call, worker, "forgive").status_code == 400
    assert trusted(call, worker, "release", " ").status_code == 400
    assert trusted(call, worker, "release", "x" * 256).status_code == 400
    worker.worker_id = new_id("nobody")
    assert trusted(call, worker, "release").status_code == 404


def test_incidents_are_listed_newest_first_for_operators(call: Call, worker: Worker) -> None:
    record(worker, Signal.VERIFICATION_VIOLATION, job_hash=JOB, run_id="run-1", evidence={"codes": ["x"]})
    path = "/internal/v1/fraud/incidents"
    answer = call("GET", path, user=None, issuer="ops", params={"limit": 1}).json()
    assert answer["schema"] == "openagents.fraud.incident_list.v1"
    (incident,) = answer["incidents"]
    assert (incident["provider_worker_id"], incident["run_id"]) == (worker.worker_id, "run-1")
    assert incident["evidence"]["codes"] == ["x"]
    assert incident["schema"] == "openagents.fraud.incident.v1"
    assert call("GET", path).status_code == 403
    for limit in (0, 201):
        assert call("GET", path, user=None, issuer="ops", params={"limit": limit}).status_code == 400

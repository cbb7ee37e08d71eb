"""The operator's pages of the market, and the contract document."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.runtime.domain.owners import Owner
from apps.runtime.domain.trust import Signal
from apps.runtime.models import FraudIncident
from apps.runtime.services import trust
from apps.runtime.tests import market
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.market import MARKET, sandbox_request
from apps.runtime.tests.provider_double import ProviderDouble

PAGES = ("provider", "dispatch", "routerdecision", "computequote", "fraudincident")


def test_the_pages_show_providers_dispatches_and_incidents(
    operator: Client, call: Call, server: ProviderDouble, mine: Owner
) -> None:
    worker = market.provider(server, mine)
    done = call("POST", f"{MARKET}/dispatch/sandbox-run", {"request": sandbox_request()}).json()
    with transaction.atomic():
        trust.record(worker.worker_id, Signal.VERIFICATION_VIOLATION, "k1", trust.Occasion(job_hash=done["job_hash"]))
    for page in PAGES:
        assert operator.get(reverse(f"admin:runtime_{page}_changelist")).status_code == 200

    def shown(page: str, key: str) -> str:
        return operator.get(reverse(f"admin:runtime_{page}_change", args=[key])).content.decode()

    assert "verification_violation" in shown("provider", worker.worker_id)
    assert worker.metadata["provider_id"] in shown("dispatch", done["dispatch_id"])
    incident = FraudIncident.objects.get(provider_worker_id=worker.worker_id)
    assert done["job_hash"] in shown("fraudincident", incident.incident_id)
    url = reverse("admin:runtime_dispatch_change", args=[done["dispatch_id"]])
    assert operator.post(url, {"status": "failed"}).status_code == 403


def test_the_contract_names_every_route_of_the_market(client: Any) -> None:
    paths: dict[str, Any] = client.get("/openapi.json").json()["paths"]
    wanted = {
        f"{MARKET}/catalog/providers": "get",
        f"{MARKET}/catalog/job-types": "get",
        f"{MARKET}/telemetry/compute": "get",
        f"{MARKET}/route/provider": "post",
        f"{MARKET}/compute/quote/sandbox-run": "post",
        f"{MARKET}/router/compute/select": "post",
        f"{MARKET}/dispatch/sandbox-run": "post",
        f"{MARKET}/dispatch/{{dispatch_id}}": "get",
        f"{MARKET}/providers/{{worker_id}}/trust": "post",
        "/internal/v1/verifications/sandbox-run": "post",
        "/internal/v1/verifications/repo-index": "post",
        "/internal/v1/fraud/incidents": "get",
    }
    assert {path for path, method in wanted.items() if method not in paths.get(path, {})} == set()

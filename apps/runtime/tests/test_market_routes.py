"""Catalog, selection, quotes, telemetry and the stateless checks, through the signed routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.runtime.domain.owners import Owner
from apps.runtime.models import ComputeQuote, Worker
from apps.runtime.tests import factories, market
from apps.runtime.tests import provider_double as does
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.market import MARKET, SANDBOX, sandbox_request
from apps.runtime.tests.provider_double import ProviderDouble, result_of
from openagents.receipts.canonical import canonical_sha256

CATALOG = f"{MARKET}/catalog/providers"
QUOTE = f"{MARKET}/compute/quote/sandbox-run"


def ids(answer: Any) -> list[str]:
    return [entry["worker_id"] for entry in answer.json()["providers"]]


def test_the_catalog_shows_own_providers_and_the_nameless_reserve(
    call: Call, server: ProviderDouble, mine: Owner, in_reserve: Callable[..., Worker]
) -> None:
    own = market.provider(server, mine, provider_id="a-own", capabilities=[SANDBOX, "oa.embeddings.v1"])
    pooled = in_reserve(server, provider_id="b-pool")
    foreign = market.provider(server, factories.owner())
    answer = call("GET", CATALOG)
    found = {entry["worker_id"]: entry for entry in answer.json()["providers"]}
    assert foreign.worker_id not in found
    assert list(found) == sorted(found, key=lambda worker_id: found[worker_id]["provider_id"])
    first, second = found[own.worker_id], found[pooled.worker_id]
    assert (first["owner"], first["base_url"]) == ({"user_id": None, "guest_scope": None}, server.url)
    assert (second["owner"], second["base_url"], second["supply_class"]) == (None, None, "reserve_pool")
    assert first["schema"] == "openagents.marketplace.provider_catalog.v1"
    assert (first["tier"], first["heartbeat_state"], first["min_price_msats"]) == ("qualified", "fresh", 1000)
    assert ids(call("GET", CATALOG, params={"capability": "oa.embeddings.v1"})) == [own.worker_id]
    assert ids(call("GET", CATALOG, user=None, params={"owner_user_ref": mine.key})) == [own.worker_id]
    everything = ids(call("GET", CATALOG, user=None))
    assert {own.worker_id, pooled.worker_id, foreign.worker_id} <= set(everything)
    assert call("GET", CATALOG, user=None, issuer="hydra").status_code == 403
    assert set(found) == set(ids(call("GET", CATALOG, issuer="hydra")))


def test_the_job_types_are_the_five_known_ones(call: Call) -> None:
    found = {kind["job_type"]: kind for kind in call("GET", f"{MARKET}/catalog/job-types").json()["job_types"]}
    assert len(found) == 5
    sandbox = found[SANDBOX]
    assert sandbox["schema_version"] == {"major": 1, "minor": 0, "patch": 0}
    assert sandbox["default_verification"] == {
        "mode": "objective",
        "redundancy": 1,
        "adjudication": "none",
        "judge_model": None,
    }
    assert found["oa.code_chunk_analysis.v1"]["default_verification"]["redundancy"] == 2


def test_work_is_routed_to_the_best_own_provider(call: Call, server: ProviderDouble, mine: Owner) -> None:
    path = f"{MARKET}/route/provider"
    missing = call("POST", path, {"capability": SANDBOX})
    assert (missing.status_code, missing.json()["reason_code"]) == (404, "provider_not_found")
    market.provider(server, mine, min_price_msats=2000)
    best = market.provider(server, mine, min_price_msats=1000)
    chosen = call("POST", path, {"capability": SANDBOX}).json()
    assert (chosen["provider"]["worker_id"], chosen["tier"]) == (best.worker_id, "owned")
    service = call("POST", path, {"capability": SANDBOX, "owner_user_ref": mine.key}, user=None, issuer="aegis")
    assert service.status_code == 200
    assert call("POST", path, {"capability": SANDBOX}, user=None).status_code == 400


def test_a_quote_is_stored_and_hashes_to_its_id(call: Call, server: ProviderDouble, mine: Owner) -> None:
    worker = market.provider(server, mine, supply_class="instance_market", min_price_msats=1999)
    answer = call("POST", QUOTE, {"request": sandbox_request()})
    quoted, quote = answer.json(), answer.json()["quote"]
    assert (answer.status_code, quoted["schema"]) == (200, "openagents.marketplace.compute_quote.v1")
    assert (quote["total_price_msats"], quote["provider_worker_id"]) == (2259, worker.worker_id)
    assert (quote["objective_hash"], quoted["capability"]) == (quoted["job_hash"], SANDBOX)
    hashed = {
        name: quote[name] for name in quote if name not in ("schema", "quote_id", "quote_sha256", "fee_components")
    }
    assert canonical_sha256(hashed) == quote["quote_sha256"]
    stored = ComputeQuote.objects.get(quote_id=quote["quote_id"])
    assert (stored.owner_key, stored.total_price_msats) == (mine.key, 2259)
    assert server.jobs == []


def test_a_quote_needs_a_job_and_a_provider(call: Call) -> None:
    assert call("POST", QUOTE, {}).status_code == 400
    assert call("POST", QUOTE, {"request": {"commands": []}}).status_code == 400
    assert call("POST", QUOTE, {"request": sandbox_request()}).status_code == 404


def test_telemetry_counts_what_happened(
    call: Call, server: ProviderDouble, mine: Owner, in_reserve: Callable[..., Worker]
) -> None:
    dispatch, path = f"{MARKET}/dispatch/sandbox-run", f"{MARKET}/telemetry/compute"
    call("POST", dispatch, {"request": sandbox_request()})
    market.provider(server, mine)
    in_reserve(server)
    assert call("POST", dispatch, {"request": sandbox_request()}).status_code == 200
    server.script = [does.fixed(b"no", 500)]
    assert call("POST", dispatch, {"request": sandbox_request()}).status_code == 200
    server.script = [does.fixed(b"no", 500)] * 2
    assert call("POST", dispatch, {"request": sandbox_request()}).status_code == 502
    told = call("GET", path).json()
    counts = told["dispatch"]
    assert (told["provider_eligible_owned"], told["provider_eligible_reserve"]) == (1, 1)
    assert told["provider_eligible_total"] == 2 <= told["provider_total"]
    assert (counts["dispatch_total"], counts["dispatch_not_found"], counts["dispatch_errors"]) == (4, 1, 1)
    assert (counts["dispatch_fallbacks"], counts["samples"]) == (2, 2)
    assert counts["latency_ms_p50"] is not None and counts["updated_at"] is not None
    nothing = call("GET", path, user=factories.owner().name).json()["dispatch"]
    assert (nothing["dispatch_total"], nothing["latency_ms_p50"], nothing["updated_at"]) == (0, None, None)
    assert call("GET", path, user=None).status_code == 400


UNQUALIFIED: list[tuple[dict[str, Any], str | None]] = [
    ({"capabilities": []}, "provider_capability_missing"),
    ({"provider_base_url": " "}, "provider_base_url_missing"),
    ({"pricing_stage": "bidding"}, "provider_pricing_stage_not_allowed"),
    ({"min_price_msats": 0}, "provider_pricing_invalid"),
    ({"provider_base_url": "http://10.0.0.1"}, "ssrf_block.private_address"),
    ({"provider_base_url": "http://169.254.169.254"}, "ssrf_block.metadata_endpoint"),
    ({"provider_base_url": "http://127.0.0.1:1"}, "provider_unreachable"),
    ({"failure_strikes": 0}, "protected_metadata_key"),
]


@pytest.mark.parametrize(("change", "reason"), UNQUALIFIED)
def test_a_worker_that_does_not_qualify_is_not_registered(
    call: Call, server: ProviderDouble, mine: Owner, change: dict[str, Any], reason: str
) -> None:
    answer = call("POST", "/internal/v1/workers", {"metadata": market.offer(server, **change)})
    assert (answer.status_code, answer.json()["reason_code"]) == (400, reason)
    assert not Worker.objects.filter(owner_key=mine.key).exists()


def test_a_provider_whose_health_fails_is_not_registered(call: Call, server: ProviderDouble) -> None:
    server.health = 500
    answer = call("POST", "/internal/v1/workers", {"metadata": market.offer(server)})
    assert (answer.status_code, answer.json()["reason_code"]) == (400, "provider_unreachable")


def test_a_heartbeat_cannot_spoil_the_offer(call: Call, server: ProviderDouble, mine: Owner) -> None:
    worker = market.provider(server, mine)
    path = f"/internal/v1/workers/{worker.worker_id}/heartbeat"
    for patch in (
        {"pricing_stage": "bidding"},
        {"min_price_msats": None},
        {"pricing_stage": "banded", "pricing_bands": []},
        {"provider_base_url": "http://10.0.0.1"},
    ):
        assert call("POST", path, {"metadata_patch": patch}).status_code == 400
    assert call("POST", path, {"metadata_patch": {"min_price_msats": 7}}).status_code == 200
    entry = next(one for one in call("GET", CATALOG).json()["providers"] if one["worker_id"] == worker.worker_id)
    assert entry["min_price_msats"] == 7


def test_the_stateless_checks_answer_with_codes(call: Call) -> None:
    path = "/internal/v1/verifications/sandbox-run"
    request = {"sandbox": {"image_digest": "sha256:demo"}, "commands": [{"cmd": "make test"}]}
    sound = call("POST", path, {"request": request, "response": result_of(request)}, user=None, issuer="aegis").json()
    assert sound == {"passed": True, "exit_code": 0, "violations": []}
    failing = call("POST", path, {"request": request, "response": result_of(request, exit_code=2)}).json()
    assert failing == {"passed": False, "exit_code": 2, "violations": []}
    timeout = call("POST", path, {"request": request, "response": result_of(request, status="timeout")}).json()
    assert timeout == {"passed": False, "exit_code": 1, "violations": ["provider_status_timeout"]}
    for bad in ({"request": request}, {"request": request, "response": {"status": "success"}}):
        assert call("POST", path, bad).status_code == 400


@pytest.mark.parametrize("name", ["cmd", "exit_code", "duration_ms", "stdout_sha256", "stderr_sha256"])
def test_evidence_that_is_not_stated_is_not_assumed(call: Call, name: str) -> None:
    request = {"sandbox": {"image_digest": "i"}, "commands": [{"cmd": "make"}]}
    evidence = result_of(request)
    del evidence["runs"][0][name]
    answer = call("POST", "/internal/v1/verifications/sandbox-run", {"request": request, "response": evidence})
    assert (answer.status_code, answer.json()["reason_code"]) == (400, "missing_field")


def test_the_job_hash_of_the_worked_example(call: Call, server: ProviderDouble, mine: Owner) -> None:
    market.provider(server, mine)
    request = {
        "sandbox": {"image_digest": "sha256:demo", "resources": {"timeout_secs": 30}},
        "commands": [{"cmd": "make test"}],
    }
    quoted = call("POST", QUOTE, {"request": request}).json()
    assert quoted["job_hash"] == "de62395147da3e2777948c5f2572a5299b8eececaf88b9b2acfd560b486f49b5"


def test_a_repository_index_is_checked_by_its_tree(call: Call) -> None:
    path = "/internal/v1/verifications/repo-index"
    tree = "fe1e97395b701fbbaabfd5e04c4785cdd72ae06d65e1dd37fe79b602dae1ae4e"
    digests = [
        {"path": "src/lib.rs", "sha256": "1" * 64, "bytes": 2},
        {"path": "README.md", "sha256": "0" * 64, "bytes": 1},
    ]
    body = {"request": {"expected_tree_sha256": tree}, "response": {"tree_sha256": tree, "digests": digests}}
    assert call("POST", path, body).json() == {"passed": True, "tree_sha256": tree, "violations": []}
    body["request"] = {}
    assert call("POST", path, body).json()["violations"] == ["expected_tree_sha256_missing"]


def test_evidence_may_have_four_mebibytes_and_other_bodies_one(call: Call) -> None:
    request = {"sandbox": {"image_digest": "i"}, "commands": [{"cmd": "x" * (2 * 1024 * 1024)}]}
    path = "/internal/v1/verifications/sandbox-run"
    evidence = {"request": {**request, "commands": []}, "response": {**result_of(request), "runs": []}}
    evidence["response"]["provenance"]["note"] = "x" * (2 * 1024 * 1024)
    assert call("POST", path, evidence).json()["passed"] is True
    assert call("POST", QUOTE, {"request": request}).status_code == 413
    evidence["response"]["provenance"]["note"] = "x" * (4 * 1024 * 1024)
    assert call("POST", path, evidence).status_code == 413

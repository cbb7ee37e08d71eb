"""`GET /stats`: frozen rows, one snapshot for all, and sources that fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.control.models import StatsSnapshot
from apps.control.services import statistics
from apps.control.tests import world
from apps.control.tests.world import call, configure
from openagents.db.models import CacheEntry
from openagents.receipts.times import rfc3339

GOLDEN = Path(__file__).with_name("golden_stats.json")
OBSERVABILITY = {
    "routing": {"decision_total": 7, "confidence_lt_040": "9007199254740993"},
    "breakers": {"transition_total": 2, "halt_new_envelopes": True, "halt_large_settlements": False},
    "withdrawal_throttle": {"affected_requests_total": 3},
    "fx": {"quote_to_settlement_rate": 0.12345, "spread_bps_avg": 12.345, "spread_bps_median": -4},
    "liquidity": {"routing_success_rate_5m": None, "routing_success_rate_1h": 0.98765, "peer_failure_spike": False},
}
HEALTH = {
    "open_envelope_count": 4,
    "loss_rate": 1.5,
    "ln_failure_rate": 0.005,
    "breakers": {"halt_new_envelopes": False},
}


def pool(pool_id: str, wallet: int) -> tuple[dict[str, Any], dict[str, Any]]:
    status = {
        "pool": {"pool_id": pool_id, "pool_kind": "llp", "status": "active"},
        "share_price_sats": 1,
        "total_shares": str(wallet),
        "pending_withdrawals_sats_estimate": 5,
    }
    lightning = {
        "backend": "lnd",
        "onchainSats": 20,
        "channelTotalSats": 30,
        "channelCount": 4,
        "lastError": "peer at 10.0.0.1!",
    }
    snapshot = {
        "as_of": "2026-02-25T06:13:20Z",
        "canonical_json_sha256": "ab" * 32,
        "assets_json": {"walletBalanceSats": wallet, "lightning": {**lightning, "connectedChannelCount": 3}},
        "signature_json": {"scheme": "x"},
    }
    return status, {"snapshot": snapshot}


@pytest.fixture(autouse=True)
def nothing_kept(settings: Any, nobody_listens: None) -> None:
    forget()
    StatsSnapshot.objects.all().delete()
    nowhere = dict.fromkeys(("oa_hydra_base_url", "oa_aegis_base_url", "oa_khala_base_url"), world.NOWHERE)
    configure(settings, **nowhere, oa_liquidity_stats_pool_ids=["llp-main", "llp-two"])


@pytest.fixture
def hydra(settings: Any, nothing_kept: None) -> Iterator[world.Double]:
    with world.double("hydra") as found:
        configure(settings, oa_hydra_base_url=found.url)
        found.answer("GET", "/internal/v1/hydra/observability", 200, OBSERVABILITY)
        found.answer("GET", "/internal/v1/credit/health", 200, HEALTH)
        for pool_id, wallet in (("llp-main", 1000), ("llp-two", 11)):
            status, latest = pool(pool_id, wallet)
            found.answer("GET", f"/internal/v1/pools/{pool_id}/status", 200, status)
            found.answer("GET", f"/internal/v1/pools/{pool_id}/snapshots/latest", 200, latest)
        yield found


def forget() -> None:
    CacheEntry.objects.filter(key=statistics.CACHE_KEY).delete()


def read(**headers: str) -> Any:
    answer = call("GET", "/stats?format=json", **headers)
    assert answer.status == 200, answer.content
    return answer.json


def cells(body: Any, section_id: str) -> dict[str, str | None]:
    (section,) = (row for row in body["sections"] if row["id"] == section_id)
    return {key: value for key, _, value, _ in section["rows"]}


def section(body: Any, section_id: str) -> Any:
    (found,) = (row for row in body["sections"] if row["id"] == section_id)
    return found


class Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[tuple[str, str]]]] = {}
        self._at, self._column = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "table":
            self._at = str(values["data-section"])
            self.tables[self._at] = []
        elif tag == "tr" and self._at:
            self.tables[self._at].append([])
        elif tag in ("td", "th") and self._at:
            self._column = str(values["data-column"])

    def handle_data(self, data: str) -> None:
        if self._column:
            self.tables[self._at][-1].append((self._column, data))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._column = ""
        elif tag == "table":
            self._at = ""


def test_keys_labels_order_and_units_are_frozen() -> None:
    body = read()
    found = {
        "sections": {
            row["id"]: [[key, label, unit] for key, label, _, unit in row["rows"]] for row in body["sections"]
        },
        "columns": body["sections"][0]["columns"],
        "pools": body["pools"]["columns"],
    }
    assert found == json.loads(GOLDEN.read_text())


def test_without_any_source_the_page_says_that_there_is_no_data() -> None:
    body = read()
    assert (body["schema"], body["cache_seconds"]) == ("openagents.stats.v1", 60)
    assert {(row["available"], row["stale"], row["as_of"]) for row in body["sections"]} == {(False, False, None)}
    values = [row[2] for found in body["sections"] for row in found["rows"] if row[3] != "yes/no"]
    assert set(values) == {None}
    assert cells(body, "cep")["cep_data_available"] == "no"
    assert body["pools"]["rows"][0][:3] == ["llp-main", None, None]
    text = call("GET", "/stats").content.decode()
    assert "No data" in text and 'data-available="no"' in text


def test_figures_are_spelled_as_the_specification_says(hydra: world.Double) -> None:
    body = read()
    cep, fx = cells(body, "cep"), cells(body, "hydra_fx")
    assert (cep["cep_data_available"], cep["cep_outstanding_envelopes"]) == ("yes", "4")
    assert (cep["cep_loss_rate_pct"], cep["cep_ln_failure_rate_pct"]) == ("100.00", "0.50")
    assert cep["cep_breaker_halt_new_envelopes"] == "false"
    assert cep["cep_breaker_halt_large_settlements"] is None
    assert fx["quote_to_settle_conversion_pct"] == "12.35"
    assert (fx["spread_avg_bps"], fx["spread_median_bps"]) == ("12.35", "0.00")
    assert cells(body, "hydra_routing")["confidence_lt_040"] == "9007199254740993"
    assert cells(body, "hydra_risk")["throttle_mode"] == "unknown"
    assert cells(body, "hydra_risk")["halt_new_envelopes"] == "true"
    liquidity = cells(body, "liquidity")
    assert (liquidity["pool_count"], liquidity["total_assets_sats"]) == ("2", "1111")
    assert (liquidity["channels_connected_total"], liquidity["last_snapshot_at"]) == ("6/8", "2026-02-25T06:13:20Z")
    assert liquidity["total_channel_outbound_sats"] is None
    assert (liquidity["routing_success_rate_5m_pct"], liquidity["routing_success_rate_1h_pct"]) == (None, "98.77")
    row = dict(zip(body["pools"]["columns"], body["pools"]["rows"][0], strict=True))
    assert (row["status"], row["kind"], row["signature"]) == ("active", "llp", "signed")
    assert row["lightning_last_error"] == "error", "free text of a backend must not be shown"
    assert section(body, "aegis_risk")["available"] is False


def test_the_page_and_json_have_the_same_cells(hydra: world.Double) -> None:
    body = read()
    answer = call("GET", "/stats", accept="text/html,*/*;q=0.8")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    page = Tables()
    page.feed(answer.content.decode())
    wanted = [*((row["id"], row["columns"], row["rows"]) for row in body["sections"])]
    wanted.append(("pools", body["pools"]["columns"], body["pools"]["rows"]))
    assert list(page.tables) == [name for name, _, _ in wanted]
    for name, columns, rows in wanted:
        heads, *shown = page.tables[name]
        assert heads == [(column, column) for column in columns]
        assert shown == [[(c, "-" if v is None else v) for c, v in zip(columns, row, strict=True)] for row in rows]


def test_an_unknown_pool_is_named_so(hydra: world.Double) -> None:
    hydra.answer("GET", "/internal/v1/pools/llp-two/status", 404, {"error": "not_found"})
    body = read()
    assert body["pools"]["rows"][1][:3] == ["llp-two", "not_found", None]
    assert cells(body, "liquidity")["pool_count"] == "1"


def test_a_source_that_fails_keeps_its_last_good_figures_for_a_while(hydra: world.Double) -> None:
    first = read()
    hydra.answer("GET", "/internal/v1/hydra/observability", 500, {"error": "internal"})
    forget()
    second = read()
    kept = section(second, "hydra_routing")
    assert (kept["available"], kept["stale"]) == (True, True)
    assert kept["as_of"] == section(first, "hydra_routing")["as_of"]
    assert cells(second, "hydra_routing") == cells(first, "hydra_routing")
    assert section(second, "cep")["stale"] is False
    row = StatsSnapshot.objects.get()
    row.body["hydra_observability"]["at"] = rfc3339(timezone.now().replace(microsecond=0) - timedelta(seconds=601))
    row.save()
    forget()
    third = read()
    assert (section(third, "hydra_routing")["available"], section(third, "hydra_routing")["stale"]) == (False, False)
    assert cells(third, "hydra_routing")["hydra_data_available"] == "no"
    assert cells(third, "hydra_risk")["throttle_mode"] is None


@pytest.mark.parametrize("answer", [b"[]", b"{}", b"not json", b'{"routing": "odd", "fx": []}'])
def test_an_answer_of_another_shape_takes_nothing_with_it(hydra: world.Double, answer: bytes) -> None:
    hydra.answer("GET", "/internal/v1/hydra/observability", 200, answer)
    body = read()
    assert cells(body, "hydra_routing")["decisions"] is None
    assert cells(body, "cep")["cep_outstanding_envelopes"] == "4"


def test_many_readers_cost_one_round_of_reads(hydra: world.Double) -> None:
    gate = threading.Barrier(4)

    def ask() -> int:
        gate.wait(10)
        try:
            return call("GET", "/stats?format=json").status
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert [found.result() for found in [threads.submit(ask) for _ in range(4)]] == [200] * 4
    assert len(hydra.at("/internal/v1/hydra/observability")) == 1
    assert hydra.received[0].act is None


def test_it_may_be_cached_and_asked_for_conditionally(hydra: world.Double) -> None:
    answer = call("GET", "/stats", accept="application/json")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["vary"] == "Accept" and "set-cookie" not in answer.headers
    assert answer.headers["last-modified"].endswith("GMT") and int(answer.headers["age"]) >= 0
    again = call("GET", "/stats?format=json", if_none_match=answer.headers["etag"])
    assert (again.status, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]


def test_thirty_a_minute_for_one_address() -> None:
    ip = world.address()
    assert {call("GET", "/stats?format=json", ip=ip).status for _ in range(30)} == {200}
    refused = call("GET", "/stats?format=json", ip=ip)
    assert (refused.status, refused.code) == (429, "rate_limited")

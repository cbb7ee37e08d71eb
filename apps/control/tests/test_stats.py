"""`GET /stats`: frozen rows, one snapshot for all, and sources that fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.control import peers
from apps.control.api.document import public_document
from apps.control.models import StatsSnapshot
from apps.control.services import statistics
from apps.control.tests import world
from apps.control.tests.stats_samples import HEALTH, OBSERVABILITY, pool
from apps.control.tests.world import call, configure
from openagents.db.models import CacheEntry
from openagents.receipts.times import rfc3339

GOLDEN = Path(__file__).with_name("golden_stats.json")


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
    """As if the snapshot's minute were over; the last good figures stay."""
    CacheEntry.objects.filter(key=statistics.CACHE_KEY).delete()
    statistics.forget()


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
    row.body["readings"]["hydra_observability"]["at"] = rfc3339(
        timezone.now().replace(microsecond=0) - timedelta(seconds=601)
    )
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


def grown_old(seconds: int) -> None:
    """The kept snapshot and the figures in it, as they would be `seconds` later."""
    row = StatsSnapshot.objects.get()
    text, now = json.dumps(row.body), row.generated_at
    row.body = json.loads(text.replace(rfc3339(now), rfc3339(now - timedelta(seconds=seconds))))
    row.save()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source may take as long as the test wants it to."""
    monkeypatch.setattr(peers, "READ_SECONDS", 30.0)


@pytest.mark.usefixtures("patient")
def test_while_one_renews_it_the_others_are_shown_the_one_before(hydra: world.Double) -> None:
    first = read()
    grown_old(90)
    forget()
    asked, go_on = threading.Event(), threading.Event()
    health = {**HEALTH, "open_envelope_count": 99}

    def slow(request: Any) -> Any:
        asked.set()
        go_on.wait(30)
        return 200, {"content-type": "application/json"}, json.dumps(health).encode()

    hydra.reply("GET", "/internal/v1/credit/health", slow)
    with ThreadPoolExecutor(1) as threads:
        winner = threads.submit(in_a_thread, read)
        assert asked.wait(10)
        loser = read()
        assert not winner.done(), "the loser must not have waited"
        go_on.set()
        renewed = winner.result()
    assert loser["as_of"] < first["as_of"] <= renewed["as_of"]
    assert (cells(loser, "cep")["cep_outstanding_envelopes"], cells(renewed, "cep")["cep_outstanding_envelopes"]) == (
        "4",
        "99",
    )
    assert read()["as_of"] == renewed["as_of"]


@pytest.mark.usefixtures("patient")
def test_a_snapshot_of_long_ago_is_not_shown_while_it_is_renewed(hydra: world.Double) -> None:
    first = read()
    grown_old(601)
    forget()
    asked, go_on = threading.Event(), threading.Event()

    def slow(request: Any) -> Any:
        asked.set()
        go_on.wait(30)
        return 200, {"content-type": "application/json"}, json.dumps(HEALTH).encode()

    hydra.reply("GET", "/internal/v1/credit/health", slow)
    with ThreadPoolExecutor(2) as threads:
        winner = threads.submit(in_a_thread, read)
        assert asked.wait(10)
        loser = threads.submit(in_a_thread, read)
        go_on.set()
        assert loser.result() == winner.result()
    assert loser.result()["as_of"] >= first["as_of"]
    assert len(hydra.at("/internal/v1/credit/health")) == 2, "one for each renewal"


def in_a_thread(work: Any) -> Any:
    try:
        return work()
    finally:
        connection.close()


@pytest.fixture
def cut_off(testbed: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """`cut_off()`: the server ends this thread's connection, and cannot be found any more."""

    def cut() -> None:
        connection.ensure_connection()
        with testbed.server.connect("postgres") as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    yield cut
    connection.close()


def test_without_the_database_the_last_snapshot_is_shown_as_stale(
    hydra: world.Double, cut_off: Callable[[], None], settings: Any
) -> None:
    first = read()
    cut_off()
    assert read() == first, "it is good for its minute, whatever the database does"
    configure(settings, oa_stats_cache_seconds=0)
    shown = read()
    assert section(shown, "cep") == {**section(first, "cep"), "stale": True}
    assert section(shown, "aegis_risk")["available"] is False
    assert shown["pools"] == first["pools"]
    page = call("GET", "/stats", accept="text/html")
    assert page.status == 200 and b'<span class="state stale">Stale</span>' in page.content


def test_without_the_database_old_figures_end_as_those_of_a_silent_source(
    hydra: world.Double, cut_off: Callable[[], None], settings: Any
) -> None:
    read()
    grown_old(300)
    with transaction.atomic():
        statistics.forget()
        CacheEntry.objects.filter(key=statistics.CACHE_KEY).update(value=StatsSnapshot.objects.get().body["snapshot"])
    read()
    cut_off()
    configure(settings, oa_stats_stale_seconds=299)
    shown = read()
    assert (section(shown, "cep")["available"], section(shown, "cep")["stale"]) == (False, False)
    assert cells(shown, "cep")["cep_data_available"] == "no"
    assert cells(shown, "cep")["cep_outstanding_envelopes"] is None
    assert shown["pools"]["rows"][0][:3] == ["llp-main", None, None]


def test_without_the_database_and_anything_to_show_it_says_so(cut_off: Callable[[], None]) -> None:
    cut_off()
    for accept in ("application/json", "text/html"):
        answer = call("GET", "/stats", accept=accept)
        assert (answer.status, answer.code) == (503, "service_unavailable")


def test_the_hot_page_reads_nothing_but_the_limit(hydra: world.Double) -> None:
    read()
    with world.queries() as found:
        read()
    assert found == []


def test_the_page_is_described_beside_the_json() -> None:
    described = public_document()["paths"]["/stats"]["get"]["responses"]
    assert set(described["200"]["content"]) == {"application/json", "text/html"} and "304" in described


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

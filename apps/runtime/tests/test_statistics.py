"""The runtime's part of the public statistics, and the tallies behind it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.runtime.domain.events import Source
from apps.runtime.models import RunSummary
from apps.runtime.services import tallies
from apps.runtime.services.append import append
from apps.runtime.services.projections import Scope, verify
from apps.runtime.tests import factories as make
from apps.runtime.tests.conftest import Call

PATH = "/internal/v1/stats/runtime"


def stats(call: Call) -> dict[str, Any]:
    answer = call("GET", PATH, user=None)
    assert answer.status_code == 200
    return dict(answer.json())


def test_totals_follow_the_log(call: Call) -> None:
    before = stats(call)
    run = make.run()
    payments = [
        make.event("payment", {"amount_msats": amount, "status": status}, f"p{amount}", Source.TREASURY)
        for amount, status in ((21_000, "released"), (4, "released"), (0, "withheld"))
    ]
    append(make.request(run.id, *payments, source=Source.TREASURY))
    RunSummary.objects.filter(run_id=run.id).update(status="failed")
    verify(Scope(run_id=run.id))
    tallies.count("replay", "ok", 3)
    tallies.count("replay", "mismatch")
    after = stats(call)
    assert after["runs"]["running"] == before["runs"].get("running", 0) + 1
    assert int(after["treasury"]["released_msats_total"]) - int(before["treasury"]["released_msats_total"]) == 21_004
    assert after["treasury"]["withheld_count"] == before["treasury"]["withheld_count"] + 1
    correctness = {name: after["correctness"][name] - before["correctness"][name] for name in after["correctness"]}
    assert correctness == {
        "projection_lag_p95_events": 0,
        "projection_drift_24h": 1,
        "hash_mismatches_24h": 1,
        "replay_verifications_24h": 4,
        "replay_failures_24h": 1,
    }


def test_the_feed_is_for_control_and_operators(call: Call) -> None:
    assert call("GET", PATH, user=None, issuer="ops").status_code == 200
    assert call("GET", PATH, user=None, issuer="khala").status_code == 403


def test_no_id_is_in_the_feed(call: Call, user_id: str) -> None:
    run = make.run()
    text = call("GET", PATH, user=None).content.decode()
    assert str(run.id) not in text and user_id not in text


def test_tallies_of_parallel_processes_add_up(in_parallel: Any) -> None:
    in_parallel(8, lambda _: tallies.count("parallel", "ok", 2))
    assert tallies.last_day("parallel", timezone.now()) == {"ok": 16}

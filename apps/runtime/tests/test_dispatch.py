"""Dispatch through the signed route: success, one fallback, strikes, repeats, limits, and processes that die."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from apps.runtime.domain.owners import Owner
from apps.runtime.models import Dispatch, DispatchAttempt, ProviderSignal, Worker
from apps.runtime.services.dispatch_recovery import end_abandoned
from apps.runtime.tests import factories, market
from apps.runtime.tests import provider_double as does
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.market import MARKET, attempts, sandbox_request, strikes
from apps.runtime.tests.provider_double import ProviderDouble
from openagents.embedded.testbed import TESTBED
from openagents.ops import faults
from openagents.planes import PROCESSES
from openagents.receipts.ids import new_id

DISPATCH = f"{MARKET}/dispatch/sandbox-run"
Servers = Callable[[], ProviderDouble]


def reason(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("reason_code")


def test_a_job_runs_at_the_owners_provider(call: Call, server: ProviderDouble, mine: Owner) -> None:
    worker = market.provider(server, mine)
    request = sandbox_request()
    answer = call("POST", DISPATCH, {"request": request})
    done = answer.json()
    assert (answer.status_code, done["status"], done["response"]["status"]) == (200, "succeeded", "success")
    assert done["selection"]["provider"]["worker_id"] == worker.worker_id
    assert (done["selection"]["tier"], done["fallback_from_provider_id"]) == ("owned", None)
    assert done["selection"]["provider"]["base_url"] == server.url
    ((job, headers),) = server.jobs
    assert headers["x-idempotency-key"] == done["job_hash"]
    assert job["sandbox"]["resources"] == {"memory_mb": 512, "cpus": 1.0, "timeout_secs": 5}
    assert attempts(done["dispatch_id"]) == [("succeeded", None)]
    assert call("GET", f"{MARKET}/dispatch/{done['dispatch_id']}").json() == done
    assert call("GET", f"{MARKET}/dispatch/{done['dispatch_id']}", user=new_id("user")).status_code == 403
    assert call("GET", f"{MARKET}/dispatch/dsp_none").status_code == 404


def test_a_failing_job_is_a_result_and_no_strike(call: Call, server: ProviderDouble, mine: Owner) -> None:
    worker = market.provider(server, mine)
    server.script = [does.result(exit_code=2)]
    done = call("POST", DISPATCH, {"request": sandbox_request()}).json()
    assert (done["status"], done["response"]["runs"][0]["exit_code"]) == ("succeeded", 2)
    assert strikes(worker) == 0


def test_a_failed_provider_is_struck_and_another_own_one_does_the_job(
    call: Call, servers: Servers, mine: Owner
) -> None:
    bad, good = servers(), servers()
    first = market.provider(bad, mine, min_price_msats=1)
    second = market.provider(good, mine, min_price_msats=10)
    bad.script = [does.fixed(b"no", 500)]
    done = call("POST", DISPATCH, {"request": sandbox_request()}).json()
    assert (done["status"], done["selection"]["provider"]["worker_id"]) == ("succeeded", second.worker_id)
    assert done["fallback_from_provider_id"] == first.metadata["provider_id"]
    assert attempts(done["dispatch_id"]) == [("failed", "provider_bad_status"), ("succeeded", None)]
    assert (strikes(first), strikes(second)) == (1, 0)
    assert [len(double.jobs) for double in (bad, good)] == [1, 1]


def test_the_fallback_is_the_reserve_pool_when_no_other_own_provider_is_there(
    call: Call, servers: Servers, mine: Owner, in_reserve: Callable[..., Worker]
) -> None:
    bad, pooled = servers(), servers()
    market.provider(bad, mine)
    reserve = in_reserve(pooled)
    bad.script = [does.disconnect]
    done = call("POST", DISPATCH, {"request": sandbox_request()}).json()
    entry = done["selection"]["provider"]
    assert (done["status"], done["selection"]["tier"]) == ("succeeded", "reserve_pool")
    assert (entry["worker_id"], entry["owner"], entry["base_url"]) == (reserve.worker_id, None, None)
    assert len(pooled.jobs) == 1


def test_a_reserve_provider_that_fails_has_no_fallback(
    call: Call, servers: Servers, in_reserve: Callable[..., Worker]
) -> None:
    one, other = servers(), servers()
    first, second = in_reserve(one, min_price_msats=1), in_reserve(other, min_price_msats=9)
    one.script = [does.fixed(b"no", 500)]
    answer = call("POST", DISPATCH, {"request": sandbox_request()})
    assert reason(answer) == (502, "provider_bad_status")
    assert (strikes(first), strikes(second), len(other.jobs)) == (1, 0, 0)


def test_when_every_provider_fails_the_answer_is_502_and_stays_so(call: Call, servers: Servers, mine: Owner) -> None:
    doubles = [servers(), servers(), servers()]
    workers = [market.provider(double, mine, min_price_msats=index + 1) for index, double in enumerate(doubles)]
    for double in doubles:
        double.script = [does.result(status="error", error="disk full")]
    body = {"request": sandbox_request(), "idempotency_key": "k"}
    answer = call("POST", DISPATCH, body)
    assert reason(answer) == (502, "provider_status_error")
    assert [strikes(worker) for worker in workers] == [1, 1, 0]
    dispatch_id = answer.json()["details"]["dispatch_id"]
    again = call("POST", DISPATCH, body)
    assert (reason(again), again.json()["details"]["dispatch_id"]) == (reason(answer), dispatch_id)
    assert [len(double.jobs) for double in doubles] == [1, 1, 0]
    shown = call("GET", f"{MARKET}/dispatch/{dispatch_id}").json()
    assert (shown["status"], shown["response"]["error"]) == ("failed", "disk full")


FAULTS = [
    (does.result(status="timeout"), "provider_status_timeout"),
    (does.result(status="cancelled"), "provider_status_cancelled"),
    (does.fixed(b"not json"), "provider_malformed_answer"),
    (does.fixed(b"{}"), "provider_malformed_answer"),
    (does.fixed(b'{"status":"success","status":"failed"}'), "provider_malformed_answer"),
    (does.endless, "provider_too_large"),
    (does.disconnect, "provider_disconnected"),
    (does.fixed(b"", 302, location="http://10.0.0.1/"), "ssrf_block.redirect_limit_exceeded"),
]


@pytest.mark.parametrize(("behaviour", "expected"), FAULTS)
def test_a_bad_answer_fails_and_strikes_once(
    call: Call, server: ProviderDouble, mine: Owner, behaviour: Any, expected: str
) -> None:
    worker = market.provider(server, mine)
    server.script = [behaviour]
    answer = call("POST", DISPATCH, {"request": sandbox_request()})
    assert reason(answer) == (502, expected)
    assert strikes(worker) == 1
    found = Dispatch.objects.get(dispatch_id=answer.json()["details"]["dispatch_id"])
    assert (found.status, found.failure) == ("failed", expected)
    signal = ProviderSignal.objects.get(worker_id=worker.worker_id)
    assert (signal.signal, signal.dedupe_key) == ("provider_failure", f"{found.dispatch_id}:1")


def test_a_provider_that_moved_inside_is_not_called(
    call: Call, server: ProviderDouble, mine: Owner, settings: Any
) -> None:
    worker = market.provider(server, mine)
    settings.OA = settings.OA.model_copy(update={"runtime_provider_host_allowlist": []})
    answer = call("POST", DISPATCH, {"request": sandbox_request()})
    assert reason(answer) == (502, "ssrf_block.private_address")
    assert (server.jobs, strikes(worker)) == ([], 1)
    assert DispatchAttempt.objects.get(worker_id=worker.worker_id).sent is False


def test_a_slow_provider_is_given_up(call: Call, server: ProviderDouble, mine: Owner, monkeypatch: Any) -> None:
    monkeypatch.setattr("apps.runtime.services.dispatch.call_seconds", lambda job: 0.3)
    worker = market.provider(server, mine)
    server.script = [does.hang]
    assert reason(call("POST", DISPATCH, {"request": sandbox_request()})) == (502, "provider_timeout")
    assert strikes(worker) == 1


def test_nobody_there_is_404_and_does_not_take_the_key(call: Call, server: ProviderDouble, mine: Owner) -> None:
    body = {"request": sandbox_request(), "idempotency_key": "k"}
    assert reason(call("POST", DISPATCH, body)) == (404, "provider_not_found")
    market.provider(server, mine)
    assert call("POST", DISPATCH, body).status_code == 200


def test_a_repeat_gives_the_stored_answer_and_another_request_a_conflict(
    call: Call, server: ProviderDouble, mine: Owner
) -> None:
    market.provider(server, mine)
    body = {"request": sandbox_request(), "idempotency_key": "k"}
    first = call("POST", DISPATCH, body)
    assert call("POST", DISPATCH, body).content == first.content
    other = call("POST", DISPATCH, {**body, "request": sandbox_request()})
    assert reason(other) == (409, "idempotency_key_conflict")
    assert len(server.jobs) == 1


def test_a_dispatch_in_flight_is_said_to_be_so(call: Call, server: ProviderDouble, mine: Owner) -> None:
    market.provider(server, mine)
    server.script = [does.late]
    body = {"request": sandbox_request(), "idempotency_key": "k"}

    def post() -> Any:
        try:
            return call("POST", DISPATCH, body)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post)
        assert server.asked.wait(10)
        again = call("POST", DISPATCH, body)
        assert reason(again) == (409, "dispatch_in_flight")
        dispatch_id = again.json()["details"]["dispatch_id"]
        shown = call("GET", f"{MARKET}/dispatch/{dispatch_id}").json()
        assert (shown["status"], shown["response"], shown["selection"]["tier"]) == ("running", None, "owned")
        server.let_go.set()
        assert first.result(20).json()["dispatch_id"] == dispatch_id
    assert call("POST", DISPATCH, body).json()["status"] == "succeeded"


def test_parallel_dispatches_with_one_key_call_once(
    call: Call, server: ProviderDouble, mine: Owner, in_parallel: Any
) -> None:
    market.provider(server, mine)
    body = {"request": sandbox_request(), "idempotency_key": "k"}
    answers = in_parallel(6, lambda _: call("POST", DISPATCH, body))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len(server.jobs) == Dispatch.objects.filter(owner_key=mine.key).count() == 1


def running(owner: Owner, **changes: Any) -> Dispatch:
    now = timezone.now()
    return Dispatch.objects.create(
        **{
            "dispatch_id": new_id("dsp"),
            "owner_key": owner.key,
            "fingerprint": "0" * 64,
            "capability": market.SANDBOX,
            "job_hash": "0" * 64,
            "created_at": now,
            "deadline_at": now + timedelta(seconds=60),
            **changes,
        }
    )


def test_a_principal_has_four_dispatches_at_once(call: Call, server: ProviderDouble, mine: Owner) -> None:
    market.provider(server, mine)
    made = [running(mine) for _ in range(4)]
    body = {"request": sandbox_request()}
    limited = call("POST", DISPATCH, body)
    assert reason(limited) == (429, "compute_dispatch_concurrency")
    assert limited.json()["retry_after_ms"] == 1000
    service = call("POST", DISPATCH, {**body, "owner_user_ref": mine.key}, user=None)
    assert service.status_code == 200
    Dispatch.objects.filter(dispatch_id=made[0].dispatch_id).update(status="failed", finished_at=timezone.now())
    assert call("POST", DISPATCH, body).status_code == 200
    end_abandoned(timezone.now() + timedelta(hours=1))


def test_quotes_and_dispatches_share_one_rate(call: Call, server: ProviderDouble, mine: Owner, settings: Any) -> None:
    market.provider(server, mine)
    settings.OA = settings.OA.model_copy(update={"runtime_compute_dispatch_max_per_minute": 2})
    body = {"request": sandbox_request(), "idempotency_key": "k"}
    assert call("POST", DISPATCH, body).status_code == 200
    assert call("POST", f"{MARKET}/compute/quote/sandbox-run", {"request": sandbox_request()}).status_code == 200
    assert call("POST", DISPATCH, body).status_code == 200  # a repeat is no new dispatch
    limited = call("POST", DISPATCH, {"request": sandbox_request()})
    assert reason(limited) == (429, "compute_dispatch_rate_limited")
    assert limited.json()["retry_after_ms"] == 1000


RESOURCES = {"image_digest": "i", "resources": {"timeout_secs": 5}}
BAD: list[dict[str, Any]] = [
    {"commands": []},
    {"commands": [{"cmd": "x"}] * 21},
    {"commands": [{"cmd": " "}]},
    {"commands": [{"cmd": "é" * 2049}]},
    {"env": {str(index): "" for index in range(33)}},
    {"sandbox": {"image_digest": "i", "network_policy": "full"}},
    {"sandbox": {"image_digest": "i", "network_policy": "open"}},
    {"sandbox": {"image_digest": "i", "resources": {"timeout_secs": 301}}},
    {"sandbox": {"image_digest": "i", "resources": {"timeout_secs": 61}}},
    {"sandbox": {"image_digest": "i", "resources": {"memory_mb": 8193}}},
    {"sandbox": {"image_digest": "i", "resources": {"cpus": 8.1}}},
]


@pytest.mark.parametrize("change", BAD)
def test_a_job_out_of_bounds_is_refused(call: Call, server: ProviderDouble, mine: Owner, change: Any) -> None:
    market.provider(server, mine)
    answer = call("POST", DISPATCH, {"request": sandbox_request(**change)})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (server.jobs, Dispatch.objects.filter(owner_key=mine.key).exists()) == ([], False)


def test_a_run_must_be_the_owners(call: Call, server: ProviderDouble, mine: Owner) -> None:
    market.provider(server, mine)
    own, foreign = factories.run(mine), factories.run()
    body = {"request": sandbox_request()}
    assert call("POST", DISPATCH, {**body, "run_id": str(own.id)}).status_code == 200
    assert call("POST", DISPATCH, {**body, "run_id": str(foreign.id)}).status_code == 403
    unknown = "0197a1b2-0000-7000-8000-00000000ffff"
    assert call("POST", DISPATCH, {**body, "run_id": unknown}).status_code == 404


def test_nothing_leaves_a_shadow(call: Call, server: ProviderDouble, mine: Owner, settings: Any) -> None:
    market.provider(server, mine)
    settings.OA = settings.OA.model_copy(update={"runtime_authority_write_mode": "shadow_only"})
    answer = call("POST", DISPATCH, {"request": sandbox_request()}, shadow=True)
    assert (answer.status_code, answer.json()["error"]) == (503, "write_path_frozen")
    assert server.jobs == []


KILLED = """
import django
django.setup()
from openagents.ops import faults
faults.load({point!r} + "=crash")
from apps.runtime.domain.owners import Owner
from apps.runtime.services.dispatch import Order, dispatch
from openagents.verification.sandbox_job import read_job
job = read_job({{"sandbox": {{"image_digest": "i", "resources": {{"timeout_secs": 5}}}}, "commands": [{{"cmd": "x"}}]}})
dispatch(Order(Owner({owner!r}), job, idempotency_key="k"))
"""


@pytest.mark.parametrize(("point", "asked"), [("runtime.dispatch.before_call", 0), ("runtime.dispatch.after_call", 1)])
def test_a_killed_process_leaves_an_attempt_that_the_janitor_calls_unknown(
    call: Call, server: ProviderDouble, mine: Owner, point: str, asked: int
) -> None:
    worker = market.provider(server, mine)
    environment = {
        **os.environ,
        **TESTBED.environment("runtime"),
        "DJANGO_SETTINGS_MODULE": PROCESSES["runtime"].settings,
        "RUNTIME_PROVIDER_HOST_ALLOWLIST": "127.0.0.1",
    }
    killed = subprocess.run(  # noqa: PLW1510
        [sys.executable, "-c", KILLED.format(owner=mine.key, point=point)],
        env=environment,
        timeout=60,
        capture_output=True,
    )
    assert killed.returncode == 137, killed.stderr.decode()
    assert len(server.jobs) == asked
    found = Dispatch.objects.get(owner_key=mine.key)
    assert (found.status, attempts(found.dispatch_id)) == ("running", [("pending", None)])
    end_abandoned()
    assert Dispatch.objects.get(owner_key=mine.key).status == "running"  # its deadline is not over
    end_abandoned(found.deadline_at + timedelta(seconds=31))
    ended = Dispatch.objects.get(owner_key=mine.key)
    assert (ended.status, ended.failure) == ("failed", "outcome_unknown")
    assert attempts(found.dispatch_id) == [("unknown", "process_lost")]
    assert strikes(worker) == 0
    shown = call("GET", f"{MARKET}/dispatch/{found.dispatch_id}").json()
    assert (shown["status"], shown["response"]) == ("failed", None)


def test_what_the_janitor_has_ended_stays_ended(call: Call, server: ProviderDouble, mine: Owner) -> None:
    worker = market.provider(server, mine)
    server.script = [does.late]

    def post() -> Any:
        try:
            return call("POST", DISPATCH, {"request": sandbox_request()})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post)
        assert server.asked.wait(10)
        end_abandoned(timezone.now() + timedelta(hours=1))
        server.let_go.set()
        assert reason(first.result(20)) == (502, "outcome_unknown")
    assert strikes(worker) == 0


def test_two_janitors_end_each_dispatch_once(mine: Owner, in_parallel: Any) -> None:
    made = [running(mine) for _ in range(6)]
    later = timezone.now() + timedelta(hours=1)
    assert sum(in_parallel(3, lambda _: end_abandoned(later))) >= len(made)
    states = Dispatch.objects.filter(owner_key=mine.key).values_list("status", "failure")
    assert set(states) == {("failed", "outcome_unknown")}


def test_an_error_between_call_and_outcome_leaves_no_half_truth(
    call: Call, server: ProviderDouble, mine: Owner
) -> None:
    market.provider(server, mine)
    with faults.arm("runtime.dispatch.after_call", "error"):
        assert call("POST", DISPATCH, {"request": sandbox_request()}).status_code == 500
    found = Dispatch.objects.get(owner_key=mine.key)
    assert (found.status, attempts(found.dispatch_id)) == ("running", [("pending", None)])
    end_abandoned(found.deadline_at + timedelta(seconds=31))

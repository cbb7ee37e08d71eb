"""Every lane: what goes on the wire, that both clients offer the same, and what is refused before anything is sent."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from openagents.sdk.client import Client
from openagents.sdk.compat import CompatibilityWindow
from openagents.sdk.compat_gate import CONTROL, KHALA, CompatGate
from openagents.sdk.config import Config
from openagents.sdk.errors import DependencyUnavailable, ErrorKind, NotFound, SdkError, Unavailable, UpgradeRequired
from openagents.sdk.http import HttpResponse, TransportFailure
from openagents.sdk.intents import INTENTS, Command
from openagents.sdk.lanes import account, market, threads, treasury, workers
from openagents.sdk.lanes.lane import Lane
from openagents.sdk.sync_api import SyncClient
from openagents.sdk.tests.control_double import Control, ControlServer, refusal
from openagents.sdk.tests.scripted_http import Scripted, client_of, ok
from openagents.sdk.tests.test_refresh_race import signed_in

REQUEST = workers.control_request("turn/start", {"text": "hi"}, thread_id="t1", request_id="req_1")
CODEX = "/api/runtime/codex/workers"
TREASURY = "/api/runtime/treasury"

COMMANDS: list[tuple[Command, str, str]] = [
    (workers.list_workers(status="running", limit=5), "GET", f"{CODEX}?status=running&limit=5"),
    (workers.create_worker(worker_id="desktopw:a"), "POST", CODEX),
    (workers.get_worker("desktopw:a"), "GET", f"{CODEX}/desktopw%3Aa"),
    (workers.list_worker_events("w", after_seq=4), "GET", f"{CODEX}/w/stream?cursor=4"),
    (workers.read_worker_sse("w", tail_ms=5), "GET", f"{CODEX}/w/stream?cursor=0&tail_ms=5"),
    (workers.append_worker_event("w", "worker.event", event_id="e1"), "POST", f"{CODEX}/w/events"),
    (workers.send_control_request("w", REQUEST), "POST", f"{CODEX}/w/requests"),
    (workers.stop_worker("w", reason="enough"), "POST", f"{CODEX}/w/stop"),
    (workers.list_fleet(), "GET", "/api/runtime/workers"),
    (workers.register_fleet_worker(worker_id="w"), "POST", "/api/runtime/workers"),
    (workers.get_fleet_worker("w"), "GET", "/api/runtime/workers/w"),
    (workers.heartbeat("w", lease_epoch=3), "POST", "/api/runtime/workers/w/heartbeat"),
    (workers.transition("w", "stopped"), "POST", "/api/runtime/workers/w/status"),
    (threads.list_threads(limit=3), "GET", "/api/runtime/threads?limit=3"),
    (threads.read_thread("t", after="m1"), "GET", "/api/runtime/threads/t/messages?after=m1"),
    (threads.post_thread_message("t", " hi "), "POST", "/api/runtime/threads/t/messages"),
    (treasury.list_intents(view="approvals"), "GET", f"{TREASURY}/intents?view=approvals"),
    (treasury.get_intent("tint_1"), "GET", f"{TREASURY}/intents/tint_1"),
    (treasury.create_intent("r", purpose="invoice_pay", amount_msats=5), "POST", f"{TREASURY}/intents"),
    (treasury.verify_intent("i", verification_id="v"), "POST", f"{TREASURY}/intents/i/verify"),
    (treasury.settle_intent("i"), "POST", f"{TREASURY}/intents/i/settle"),
    (treasury.cancel_intent("i"), "POST", f"{TREASURY}/intents/i/cancel"),
    (treasury.vote_intent("i", "approve"), "POST", f"{TREASURY}/intents/i/approvals"),
    (treasury.treasury_accounts(), "GET", f"{TREASURY}/accounts"),
    (treasury.get_budget("org", "org:x"), "GET", f"{TREASURY}/budgets/org/org%3Ax"),
    (
        treasury.set_budget("org", "org:x", limit_msats=1, period="day", expected_version=2),
        "PATCH",
        f"{TREASURY}/budgets/org/org%3Ax",
    ),
    (market.market_providers(capability="c"), "GET", "/api/runtime/marketplace/catalog/providers?capability=c"),
    (market.market_job_types(), "GET", "/api/runtime/marketplace/catalog/job-types"),
    (market.market_quote({}), "POST", "/api/runtime/marketplace/compute/quote/sandbox-run"),
    (market.market_select("r", "c", [{}]), "POST", "/api/runtime/marketplace/router/compute/select"),
    (market.market_dispatch({}), "POST", "/api/runtime/marketplace/dispatch/sandbox-run"),
    (market.get_dispatch("d"), "GET", "/api/runtime/marketplace/dispatch/d"),
    (account.list_devices(), "GET", "/api/auth/devices"),
    (account.revoke_device("d", block=True), "POST", "/api/auth/devices/revoke"),
    (account.unblock_device("d"), "POST", "/api/auth/devices/unblock"),
    (account.list_memberships(), "GET", "/api/orgs/memberships"),
    (account.set_active_org("org:x"), "POST", "/api/orgs/active"),
    (account.create_org("X", "x"), "POST", "/api/orgs"),
    (account.list_members("org:x"), "GET", "/api/orgs/org%3Ax/members"),
    (account.add_member("org:x", "a@b.c", "member"), "POST", "/api/orgs/org%3Ax/members"),
    (account.change_member("org:x", "u", role="admin"), "PATCH", "/api/orgs/org%3Ax/members/u"),
    (account.remove_member("org:x", "u"), "DELETE", "/api/orgs/org%3Ax/members/u"),
    (account.authorize(scopes=["a"]), "POST", "/api/policy/authorize"),
    (account.list_tokens(), "GET", "/api/tokens"),
    (account.create_token("ci", abilities=["runtime.read"]), "POST", "/api/tokens"),
    (account.delete_token("pat_1"), "DELETE", "/api/tokens/pat_1"),
    (account.list_receipts(receipt_class="c", run_id="r"), "GET", "/api/receipts?plane=hydra&run_id=r&class=c"),
    (account.get_receipt("x", plane="aegis"), "GET", "/api/receipts/x?plane=aegis"),
    (account.wallet_status(), "GET", "/api/wallet/status"),
    (account.stats(), "GET", "/stats?format=json"),
]


@pytest.mark.parametrize(("command", "method", "target"), COMMANDS, ids=lambda value: getattr(value, "intent", ""))
def test_where_a_command_goes(command: Command, method: str, target: str) -> None:
    assert (command.mapping.method, command.target) == (method, target)
    assert command.mapping.mutating == bool(command.idempotency_key) or method == "DELETE"


def test_every_intent_of_the_lanes_is_covered_here_or_with_the_runs() -> None:
    covered = {command.intent for command, _, _ in COMMANDS}
    elsewhere = {name for name in INTENTS if "run" in name or "session" in name or "auth" in name}
    assert set(INTENTS) - covered - elsewhere == {"me", "request_sync_token", "read_document"}


def test_keys_stand_where_the_route_has_them() -> None:
    assert workers.append_worker_event("w", "worker.event", event_id="e1").idempotency_key == "e1"
    assert workers.send_control_request("w", REQUEST).idempotency_key == "req_1"
    message = threads.post_thread_message("t", " hi ", client_message_id="m1")
    assert message.body == {"text": "hi", "client_message_id": "m1"}
    body = treasury.create_intent("r", purpose="compute_job", amount_msats=1, idempotency_key="k").body
    assert body is not None and body["idempotency_key"] == "k"
    made = workers.create_worker().body
    assert made is not None and str(made["worker_id"]).startswith("codexw_")


@pytest.mark.parametrize(
    "make",
    [
        lambda: workers.list_workers(status="asleep"),
        lambda: workers.append_worker_event("w", "text.delta"),
        lambda: workers.control_request("shell/run"),
        lambda: workers.control_request("turn/start"),
        lambda: workers.transition("w", "asleep"),
        lambda: workers.read_worker_sse("w", tail_ms=0),
        lambda: workers.get_worker(" "),
        lambda: workers.send_control_request("w", {"method": "turn/start"}),
        lambda: threads.post_thread_message("t", "  "),
        lambda: threads.post_thread_message("t", "x" * 20_001),
        lambda: treasury.create_intent("r", purpose="fun", amount_msats=1),
        lambda: treasury.create_intent("r", purpose="invoice_pay", amount_msats=-1),
        lambda: treasury.create_intent("r", purpose="invoice_pay", amount_msats=1.5),  # type: ignore[arg-type]
        lambda: treasury.verify_intent("i"),
        lambda: treasury.verify_intent("i", verification_id="v", request={}, response={}),
        lambda: treasury.verify_intent("i", request={}),
        lambda: treasury.vote_intent("i", "maybe"),
        lambda: treasury.set_budget("org", "x", limit_msats=1, period="week", expected_version=0),
        lambda: market.market_select("r", "c", []),
        lambda: market.market_select("r", "c", [{}] * 65),
        lambda: account.list_receipts(plane="moon"),
    ],
)
def test_what_no_server_would_take_is_not_sent(make: Callable[[], Command]) -> None:
    with pytest.raises(SdkError) as refused:
        make()
    assert refused.value.kind is ErrorKind.VALIDATION


def test_lists_and_objects_come_as_what_they_are(tmp_path: Path) -> None:
    http = Scripted(ok([{"worker_id": "w"}]), ok({"providers": [{"provider_id": "p"}]}), ok({"latest_seq": 3}), ok([]))

    async def work() -> None:
        async with client_of(tmp_path, http) as client:
            assert await client.workers.list() == [{"worker_id": "w"}]
            assert await client.market.providers() == [{"provider_id": "p"}]
            assert await client.workers.get("w") == {"latest_seq": 3}
            with pytest.raises(SdkError) as odd:
                await client.workers.get("w")
            assert odd.value.kind is ErrorKind.DECODE

    asyncio.run(work())


def test_a_lost_answer_of_a_settlement_is_followed_by_reading_never_by_paying_again(tmp_path: Path) -> None:
    http = Scripted(TransportFailure("lost", sent=True), ok({"intent": {"state": "settled"}}))

    async def work() -> None:
        async with client_of(tmp_path, http) as client:
            assert (await client.treasury.settle("i"))["intent"]["state"] == "settled"

    asyncio.run(work())
    assert [request.method for request in http.requests] == ["POST", "GET"]
    assert http.requests[0].timeout_seconds == 40


def test_a_lane_without_a_plane_is_a_typed_error(tmp_path: Path) -> None:
    down = HttpResponse(503, json.dumps(refusal("service_unavailable")).encode())
    absent = HttpResponse(404, json.dumps(refusal("not_found")).encode())
    http = Scripted(down, absent, absent)

    async def work() -> None:
        async with client_of(tmp_path, http) as client:
            with pytest.raises(DependencyUnavailable) as refused:
                await client.market.dispatch({})
            assert isinstance(refused.value, Unavailable) and refused.value.exit_code == 8
            with pytest.raises(DependencyUnavailable) as missing:
                await client.treasury.accounts()
            assert missing.value.code == "lane_not_served"
            with pytest.raises(NotFound):
                await client.treasury.intent("i")

    asyncio.run(work())


def test_both_clients_offer_the_same(tmp_path: Path) -> None:
    asynchronous = {
        name
        for name, member in inspect.getmembers(Client)
        if not name.startswith("_") and (inspect.iscoroutinefunction(member) or inspect.isasyncgenfunction(member))
    }
    assert asynchronous - set(dir(SyncClient)) - {"sync_token"} == set()
    config = Config("http://127.0.0.1:1", "ws://127.0.0.1:1/khala/v1/ws", tmp_path, "default")
    with SyncClient(config) as blocking:
        lanes = {name: lane for name, lane in vars(blocking.client).items() if isinstance(lane, Lane)}
        assert set(lanes) == {"account", "workers", "threads", "treasury", "market"}
        for name, lane in lanes.items():
            methods = {method for method in dir(lane) if not method.startswith("_")}
            assert methods <= set(dir(getattr(blocking, name)))


def test_the_blocking_client_calls_batches_and_fails_alike(tmp_path: Path) -> None:
    control = Control()
    with ControlServer(control):
        signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
        control.canned["GET", CODEX] = [(200, {"data": [{"worker_id": "w"}]})]
        control.canned["POST", "/api/runtime/runs/r/events/batch"] = [
            (200, {"data": {"run": {}, "results": [{"index": n, "seq": n + 1} for n in range(3)]}})
        ]
        config = Config(control.url, "ws://127.0.0.1:1/khala/v1/ws", tmp_path, "default")
        with SyncClient(config) as client:
            assert client.workers.list() == [{"worker_id": "w"}]
            with client.run_log("r", linger_seconds=60) as log:
                for n in range(3):
                    log.write("text.delta", {"n": n})
            with pytest.raises(NotFound):
                client.workers.get("nobody")
    sent = [body for method, path, _, body in control.requests if path.endswith("/events/batch")]
    assert [event["payload"]["n"] for event in sent[0]["events"]] == [0, 1, 2]


WINDOW = {
    "message": "too old",
    "error": {"code": "upgrade_required", "message": "too old"},
    "compatibility": {
        "code": "upgrade_required",
        "protocol_version": "openagents.control.v1",
        "min_client_build_id": "20990101T000000Z",
        "max_client_build_id": None,
        "min_schema_version": 1,
        "max_schema_version": 1,
    },
}


def test_a_refused_build_asks_nothing_for_ten_minutes(tmp_path: Path) -> None:
    http = Scripted(HttpResponse(426, json.dumps(WINDOW).encode()), ok({"user": {}}))
    now = 1_000_000.0

    async def work() -> None:
        nonlocal now
        async with client_of(tmp_path, http) as client:
            client.gate._wall = lambda: now
            for _ in range(3):
                with pytest.raises(UpgradeRequired) as refused:
                    await client.me()
                assert refused.value.window is not None
                assert refused.value.window.min_client_build_id == "20990101T000000Z"
            assert len(http.requests) == 1
            assert CONTROL in client.gate.windows()
            now += 601
            await client.me()
            assert client.gate.windows() == {}

    asyncio.run(work())


def test_the_window_is_that_of_one_build_and_one_server(tmp_path: Path) -> None:
    gate = CompatGate(tmp_path / "compat.json", "http://a", build_id="20260101T000000Z")
    stated = CompatibilityWindow.from_json(WINDOW)
    gate.record(KHALA, stated)
    gate.record(CONTROL, stated)
    assert gate.window(KHALA) == stated
    assert CompatGate(tmp_path / "compat.json", "http://b", build_id="20260101T000000Z").windows() == {}
    assert CompatGate(tmp_path / "compat.json", "http://a", build_id="20270101T000000Z").windows() == {}
    gate.clear(KHALA)
    assert set(gate.windows()) == {CONTROL}
    gate.clear(CONTROL)
    assert not (tmp_path / "compat.json").exists()

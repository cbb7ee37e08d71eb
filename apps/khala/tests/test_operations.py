"""What operators and other processes ask of a running Khala: drivers, connections, orders, revocations over the bus."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from apps.khala import metrics
from apps.khala.domain.access import Principal
from apps.khala.models import AuditRow, ConnectionRow, NodeRow, OrderRow
from apps.khala.services import node, orders, revocations
from apps.khala.services.control_bus import REVOCATION, announce
from apps.khala.services.node import REVOCATION_POLL_SECONDS
from apps.khala.services.reconnects import Reconnects, settle_lost
from apps.khala.services.revocations import Push
from apps.khala.tests.conftest import JournalTopic, Native, Serving, User, signed, until
from openagents.receipts.ids import new_id
from openagents.sync.v1 import sync_pb2 as pb

Open = Callable[..., Native]
CONNECTIONS = "/internal/v1/khala/connections"


def _get(serving: Serving, path: str, issuer: str = "ops") -> dict[str, Any]:
    answer = signed(serving, issuer, "GET", path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _close(serving: Serving, connection_id: str, reason: str = "maintenance") -> httpx.Response:
    path = f"{CONNECTIONS}/{connection_id}/close"
    return signed(serving, "ops", "POST", path, orjson.dumps({"reason": reason}))


def _row(user: User) -> ConnectionRow:
    return until(lambda: ConnectionRow.objects.filter(user_id=user.user_id, closed_at__isnull=True).first())


def test_a_revocation_of_another_process_is_heard_at_once(native: Open, user: User) -> None:
    client = native(user)
    started = time.monotonic()
    stored = revocations.store(Push(session_ids=(user.session_id,), reason="elsewhere"))
    announce(REVOCATION, stored[-1].id)
    assert client.error().reason == "elsewhere"
    assert time.monotonic() - started < REVOCATION_POLL_SECONDS / 2


def test_the_hooks_name_every_backend_and_the_one_in_use(serving: Serving) -> None:
    body = _get(serving, "/internal/v1/khala/fanout/hooks", "runtime")
    assert [hook["backend"] for hook in body["hooks"]] == ["nats", "redis", "postgres_notify"]
    assert [hook["status"] for hook in body["hooks"]] == ["not_configured", "not_configured", "active"]
    assert body["driver"] == "postgres_notify" and len(body["topic_windows"]) <= 20
    assert signed(serving, "control", "GET", "/internal/v1/khala/fanout/hooks").status_code == 403
    assert httpx.get(f"{serving.http}/internal/v1/khala/fanout/hooks").status_code == 401


def test_stale_cursors_are_counted_per_topic(
    native: Open, serving: Serving, user: User, run_topic: JournalTopic
) -> None:
    run_topic.append(*({"n": number} for number in range(5)))
    run_topic.set(floor_seq=3, floor_chain=run_topic.chains[3])
    stale, holder = native(user), native(user, oa_device_id=new_id("dev"))
    holder.subscribe(run_topic.name)
    stale.subscribe(run_topic.name, 1)
    path = "/internal/v1/khala/fanout/metrics?topic_limit=200"

    def counted() -> bool:
        rows = {row["topic"]: row for row in _get(serving, path)["topic_windows"]}
        row = rows.get(run_topic.name, {})
        return bool(row.get("stale_cursor_retention_floor_count")) and (
            row["last_violation_reason"] == "retention_floor_breach"
        )

    until(counted)


def test_connections_are_listed_with_their_positions_and_filtered(
    native: Open, serving: Serving, user: User, run_topic: JournalTopic
) -> None:
    run_topic.append({"n": 1}, {"n": 2})
    clients = [native(user, oa_device_id=new_id("dev")) for _ in range(3)]
    clients[0].subscribe(run_topic.name)
    clients[0].rows(run_topic.name, 2)
    until(lambda: ConnectionRow.objects.filter(user_id=user.user_id).count() == 3)
    first = _get(serving, f"{CONNECTIONS}?user_id={user.user_id}&limit=2")
    second = _get(serving, f"{CONNECTIONS}?user_id={user.user_id}&limit=2&cursor={first['next_cursor']}")
    listed = [row["connection_id"] for row in first["connections"] + second["connections"]]
    assert len(set(listed)) == 3 and listed == sorted(listed, reverse=True) and second["next_cursor"] is None
    [holding] = _get(serving, f"{CONNECTIONS}?topic={run_topic.name}")["connections"]
    [position] = holding["positions"]
    assert (holding["live"], position["position"], position["state"]) == (True, 2, "LIVE")
    assert _get(serving, f"{CONNECTIONS}?session_id={new_id('sess')}")["connections"] == []
    assert signed(serving, "control", "GET", CONNECTIONS).status_code == 403


def test_an_operator_closes_a_connection_with_a_hint(native: Open, serving: Serving, user: User) -> None:
    client = native(user)
    row = _row(user)
    assert _close(serving, row.connection_id).json() == {"connection_id": row.connection_id, "reason": "maintenance"}
    notice = pb.ServerControl.FromString(client.frame(pb.KHALA_FRAME_KIND_CONTROL).payload_bytes)
    assert (notice.action, notice.reason) == ("reconnect", "maintenance")
    with pytest.raises(ConnectionClosed) as closed:
        client.socket.recv(10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
    assert AuditRow.objects.filter(event="khala.operator.closed", connection_id=row.connection_id).exists()
    order = until(lambda: OrderRow.objects.filter(subject=row.connection_id, done_at__isnull=False).first())
    assert order.outcome == "done"
    until(lambda: _close(serving, row.connection_id).status_code == 404)


def test_an_order_that_nobody_announced_is_found(native: Open, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = native(user)
    monkeypatch.setattr(orders, "announce", lambda kind, number: None)
    assert orders.close_connection(_row(user).connection_id, "lost", "test")
    notice = pb.ServerControl.FromString(client.frame(pb.KHALA_FRAME_KIND_CONTROL).payload_bytes)
    assert notice.reason == "lost"


def test_an_order_for_what_is_gone_says_so(serving: Serving, user: User) -> None:
    running = node.running()
    assert running is not None
    orders._place(running.node_id, orders.CLOSE, new_id("kc"), "late", "test")
    newest = OrderRow.objects.filter(reason="late", node_id=running.node_id).latest("id")
    assert until(lambda: OrderRow.objects.get(id=newest.id).outcome) == "gone"
    assert not orders.close_connection(new_id("kc"), "", "test")
    assert not orders.drain_node(new_id("node"), "", "test")


@pytest.mark.parametrize("name", ["kc_1%00", "a b", "%0a", "x" * 300])
def test_strange_connection_ids_are_refused_before_the_database(serving: Serving, name: str) -> None:
    answer = signed(serving, "ops", "POST", f"{CONNECTIONS}/{name}/close", b"{}")
    assert answer.status_code in (400, 401)


def test_a_device_that_comes_back_is_counted_by_why_it_left(native: Open, user: User) -> None:
    before = _counted("client")
    native(user).socket.close()
    until(lambda: ConnectionRow.objects.filter(user_id=user.user_id, closed_at__isnull=False).exists())
    native(user)
    until(lambda: _counted("client") > before)


def test_records_of_a_node_that_died_are_settled(user: User) -> None:
    opened = timezone.now() - timedelta(minutes=5)
    row = ConnectionRow.objects.create(
        connection_id=new_id("kc"), node_id=new_id("node"), lane="n", principal_key=f"user:{user.user_id}|o|d",
        jti="j", ip_hash="h", opened_at=opened,
    )  # fmt: skip
    found = dict(settle_lost())
    assert found[row.principal_key] == "node_lost"
    row.refresh_from_db()
    assert (row.close_code, row.close_reason) == (1006, "node_lost") and row.closed_at is not None
    memory = Reconnects()
    memory.prime(found.items())
    assert memory.entered(Principal(user.user_id, "o", device_id="d")) == "node_lost"
    assert memory.entered(Principal(user.user_id, "o", device_id="d")) is None


def test_the_node_tells_what_flows_and_who_is_behind(native: Open, user: User, run_topic: JournalTopic) -> None:
    client = native(user)
    client.subscribe(run_topic.name)
    for number in range(20):
        run_topic.append({"n": number})

    def flowing() -> Any:
        running = node.running()
        assert running is not None
        row = NodeRow.objects.get(node_id=running.node_id)
        topics = {topic["topic"]: topic for topic in row.stats.get("live", {}).get("topics", ())}
        found = topics.get(run_topic.name)
        return found if found and found["head"] == 20 else None

    seen = until(flowing)
    assert seen["watchers"] == 1 and seen["class"] == "run_events" and seen["lag"] >= 0


def test_hint_lag_and_queues_are_measured(native: Open, user: User, run_topic: JournalTopic) -> None:
    def sums() -> tuple[float, float]:
        queues = metrics.QUEUE_BYTES.labels("run_events")._sum.get() + _observations(metrics.QUEUE_FRAMES)
        return float(metrics.HINT_LAG_SECONDS._sum.get()), queues

    lag, queues = sums()
    client = native(user)
    client.subscribe(run_topic.name)
    run_topic.append({"n": 0})
    client.rows(run_topic.name, 1)
    until(lambda: sums()[0] > lag and sums()[1] > queues)


def _observations(histogram: Any) -> float:
    return float(
        sum(
            sample.value for metric in histogram.collect() for sample in metric.samples if sample.name.endswith("count")
        )
    )


def _counted(reason: str) -> float:
    return float(metrics.RECONNECTS.labels(reason)._value.get())

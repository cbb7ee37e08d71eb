"""Nodes are looked at: what is kept, what is wrong, and for how long before somebody is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.lightning import metrics
from apps.lightning.config import Config
from apps.lightning.domain.node_configuration import BadNodes
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import ChannelBackup, Node, NodeCondition, NodeSnapshot
from apps.lightning.services.ops import channel_backups, node_snapshots, nodes
from apps.lightning.tests.ops.doors import channel, standing
from openagents.receipts.ids import new_id

RING = "test:" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture(autouse=True)
def sealed(configure: Callable[..., None]) -> None:
    configure(oa_lightning_custody_kek=RING)


def test_a_look_keeps_what_the_node_says() -> None:
    with standing(held=[channel("b:0"), channel("a:0", active=False)]) as (node, _):
        snapshot = node_snapshots.look_at(node)
    assert snapshot is not None
    assert nodes.newest(node) == snapshot
    assert [one["channel_point"] for one in snapshot.channels] == ["a:0", "b:0"]
    assert (snapshot.block_height, snapshot.synced, snapshot.onchain_confirmed_sats) == (101, True, 1_000_000)
    assert metrics.NODE_SYNCED.labels(node.node_id)._value.get() == 1


@pytest.mark.parametrize("method", ["info", "node_balances", "channels", "pending"])
def test_a_node_that_does_not_answer_keeps_its_last_snapshot(method: str) -> None:
    with standing() as (node, door):
        first = node_snapshots.look_at(node)
        door.fail[method] = [GatewayError("connect_failed", "gone")]
        assert node_snapshots.look_at(node) is None
        node.refresh_from_db()
        assert (node.last_error, node.failing_since is not None) == ("connect_failed: gone", True)
        assert nodes.newest(node) == first
        node_snapshots.look_at(node)
        node.refresh_from_db()
    assert (node.last_error, node.failing_since) == ("", None)
    assert not NodeCondition.objects.filter(node=node).exists()


def conditions(node: Node) -> dict[str, bool]:
    return {one.kind: one.alerted_at is not None for one in NodeCondition.objects.filter(node=node)}


def long_ago(node: Node, seconds: int) -> None:
    NodeCondition.objects.filter(node=node).update(since=timezone.now() - timedelta(seconds=seconds))


def test_what_lasts_too_long_is_alerted_once_and_forgotten_when_over() -> None:
    with standing(held=[channel("a:0", active=False)]) as (node, door):
        node_snapshots.look_at(node)
        assert conditions(node) == {"channel_inactive": False}
        long_ago(node, 899)
        node_snapshots.look_at(node)
        assert conditions(node) == {"channel_inactive": False}
        long_ago(node, 900)
        node_snapshots.look_at(node)
        assert conditions(node) == {"channel_inactive": True}
        node_snapshots.look_at(node)
        assert metrics.NODE_ALERTS.labels(node.node_id, "channel_inactive")._value.get() == 1
        door.held = [channel("a:0")]
        node_snapshots.look_at(node)
    assert conditions(node) == {}


@pytest.mark.parametrize(
    ("terms", "kind", "seconds"),
    [
        ({"synced": False}, "not_synced", 300),
        ({"held": [channel("a:0", local_sats=10_000)]}, "outbound_share", 900),
        ({"confirmed_sats": 99_999}, "onchain_reserve", 0),
        ({"closing": ["a:0"]}, "pending_close", 0),
        ({"closing": ["a:0"], "forced": 1}, "force_close", 0),
        ({"macaroon_hex": b"time-before 2020-01-01T00:00:00Z".hex()}, "macaroon_expires", 0),
    ],
)
def test_each_condition_has_its_patience(terms: dict[str, Any], kind: str, seconds: int) -> None:
    with standing(**terms) as (node, _):
        node_snapshots.look_at(node)
        assert conditions(node)[kind] is (seconds == 0)
        long_ago(node, seconds)
        node_snapshots.look_at(node)
    assert conditions(node)[kind]


def test_an_unreachable_node_is_alerted_after_a_minute() -> None:
    with standing() as (node, door):
        door.fail["info"] = [GatewayError("connect_failed", "gone") for _ in range(3)]
        node_snapshots.look_at(node)
        assert conditions(node) == {"unreachable": False}
        long_ago(node, 60)
        node_snapshots.look_at(node)
    assert conditions(node) == {"unreachable": True}


def test_an_unreachable_node_keeps_its_other_conditions() -> None:
    with standing(synced=False) as (node, door):
        node_snapshots.look_at(node)
        door.fail["info"] = [GatewayError("connect_failed", "gone")]
        node_snapshots.look_at(node)
    assert set(conditions(node)) == {"not_synced", "unreachable"}


def test_a_backup_is_stored_sealed_whenever_channels_change() -> None:
    with standing(held=[channel("a:0")]) as (node, door):
        node_snapshots.look_at(node)
        door.content = b"another"
        node.refresh_from_db()
        node_snapshots.look_at(node)
        (kept,) = ChannelBackup.objects.filter(node=node)
        assert b"backup" not in kept.sealed.encode()
        assert channel_backups.opened(kept) == "YmFja3Vw"
        door.held.append(channel("b:0"))
        node_snapshots.look_at(node)
    assert [channel_backups.opened(one) for one in ChannelBackup.objects.filter(node=node).order_by("id")] == [
        "YmFja3Vw",
        "YW5vdGhlcg==",
    ]


def test_without_a_key_or_an_answer_the_backup_stays_due(configure: Callable[..., None]) -> None:
    with standing() as (node, door):
        configure(oa_lightning_custody_kek="", oa_lightning_custody_kek_file="")
        node_snapshots.look_at(node)
        assert not ChannelBackup.objects.filter(node=node).exists()
        configure(oa_lightning_custody_kek=RING)
        door.fail["backup"] = [GatewayError("connect_failed", "gone")]
        node.refresh_from_db()
        node_snapshots.look_at(node)
        assert not ChannelBackup.objects.filter(node=node).exists()
        node.refresh_from_db()
        node_snapshots.look_at(node)
    assert ChannelBackup.objects.filter(node=node).count() == 1


def test_snapshots_are_kept_thirty_days() -> None:
    with standing() as (node, _):
        kept = node_snapshots.look_at(node)
        old = node_snapshots.look_at(node)
    assert old is not None
    NodeSnapshot.objects.filter(pk=old.pk).update(taken_at=timezone.now() - timedelta(days=30, seconds=1))
    assert node_snapshots.prune() >= 1
    assert list(NodeSnapshot.objects.filter(node=node)) == [kept]


def test_nodes_follow_the_environment(configure: Callable[..., None]) -> None:
    name = new_id("node")
    entry = {"nodeId": name, "backend": "lnd", "purpose": "gateway", "endpoint": "https://lnd.test:8080"}
    configure(oa_lightning_ops_nodes=json.dumps([entry]))
    nodes.ensure_configured()
    configure(oa_lightning_ops_nodes=json.dumps([entry | {"enabled": False}]))
    nodes.ensure_configured()
    node = Node.objects.get(node_id=name)
    assert (node.purpose, node.enabled) == ("gateway", False)
    with pytest.raises(GatewayError, match="tls_cert"):
        nodes.door(node)


@pytest.mark.parametrize(
    "text", ["{", "[{}]", '[{"nodeId":"a b","backend":"lnd"}]', '[{"nodeId":"a","backend":"cln"}]']
)
def test_unreadable_nodes_are_refused(
    configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    configure(oa_lightning_ops_nodes=text)
    with pytest.raises(BadNodes):
        nodes.ensure_configured()
    with pytest.raises(SystemExit), monkeypatch.context() as environment:
        environment.setenv("OA_LIGHTNING_OPS_NODES", text)
        Config.load()


def test_without_configuration_there_is_the_node_of_the_mode(configure: Callable[..., None]) -> None:
    configure(oa_lightning_ops_nodes="", oa_lightning_wallet_executor_mode="simulated")
    nodes.ensure_configured()
    wallet = Node.objects.get(node_id="wallet")
    assert (wallet.backend, wallet.purpose) == ("simulated", "executor")

"""What Hydra and operators are answered about nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.lightning.services.ops import node_snapshots
from apps.lightning.tests.ops.doors import channel, standing

BASE = "/internal/v1/lightning-ops/nodes"


@pytest.mark.parametrize("issuer", ["hydra", "control", "ops"])
def test_readers_see_every_node_by_id(call: Callable[..., Any], issuer: str) -> None:
    with standing() as (fresh, _), standing() as (seen, _):
        node_snapshots.look_at(seen)
        answer = call("GET", BASE, issuer=issuer)
    assert answer.status_code == 200
    listed = {one["nodeId"]: one for one in answer.json()["nodes"]}
    assert list(listed) == sorted(listed)
    assert listed[fresh.node_id] == {
        "nodeId": fresh.node_id,
        "backend": "lnd",
        "purpose": "liquidity",
        "enabled": True,
        "syncedToChain": False,
    }
    assert listed[seen.node_id]["syncedToChain"] is True
    assert listed[seen.node_id]["blockHeight"] == 101
    assert listed[seen.node_id]["asOf"].endswith("Z")


def test_funds_health_and_channels_have_their_schemas(call: Callable[..., Any]) -> None:
    held = [channel("a:0"), channel("b:0", active=False, local_sats=0, remote_sats=100_000)]
    with standing(held=held) as (node, _):
        snapshot = node_snapshots.look_at(node)
    assert snapshot is not None
    balances = call("GET", f"{BASE}/{node.node_id}/balances", issuer="hydra").json()
    as_of = balances.pop("as_of")
    assert balances == {
        "schema": "openagents.lightning.node_balances.v1",
        "backend": "lnd",
        "onchain_sats": 1_000_000,
        "channel_total_sats": 200_000,
        "channel_outbound_sats": 60_000,
        "channel_inbound_sats": 140_000,
    }
    assert call("GET", f"{BASE}/{node.node_id}/channel-health", issuer="hydra").json() == {
        "schema": "openagents.lightning.channel_health.v1",
        "backend": "lnd",
        "channel_count": 2,
        "connected_channel_count": 1,
        "as_of": as_of,
    }
    channels = call("GET", f"{BASE}/{node.node_id}/channels", issuer="hydra").json()
    assert channels["schema"] == "openagents.lightning.node_channels.v1"
    assert channels["channels"][0] == {
        "channel_point": "a:0",
        "channel_id": "1",
        "peer_id": held[0].peer_id,
        "active": True,
        "capacity_sats": 100_000,
        "local_sats": 60_000,
        "remote_sats": 40_000,
    }


@pytest.mark.parametrize("part", ["balances", "channel-health", "channels"])
def test_an_unknown_node_is_404_and_an_unseen_one_502(call: Callable[..., Any], part: str) -> None:
    assert call("GET", f"{BASE}/nobody/{part}").status_code == 404
    with standing() as (node, _):
        answer = call("GET", f"{BASE}/{node.node_id}/{part}")
    assert answer.status_code == 502
    assert answer.json()["error"] == "dependency_unavailable"


def test_strangers_are_turned_away(call: Callable[..., Any]) -> None:
    answer = call("GET", BASE, issuer="khala")
    assert (answer.status_code, answer.json()["reason_code"]) == (403, "issuer_not_allowed")
    assert call("GET", BASE, headers={"x-oa-runtime-signature": "v1.a.b"}).status_code == 401

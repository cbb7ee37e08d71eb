"""The table of an operation's states, its parameters and its guards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.lightning.domain import channel_operations as rules
from apps.lightning.domain import macaroon_expiry, node_views
from apps.lightning.domain.channel_operations import Funded, Kind, Limits, State
from apps.lightning.domain.node_channels import SeenChannel
from apps.lightning.domain.node_views import Health

POINT = f"{'ab' * 32}:0"
PEER = "02" + "ab" * 32


@pytest.mark.parametrize("before", sorted(rules.STORED))
@pytest.mark.parametrize("after", list(State))
def test_only_the_moves_of_the_table_are_made(before: State, after: State) -> None:
    if after in rules.TRANSITIONS[before]:
        assert rules.moved(before, after) is after
        return
    with pytest.raises(rules.IllegalMove):
        rules.moved(before, after)


def test_every_state_is_reached_and_every_way_ends() -> None:
    reached = {State.REQUESTED, *(after for following in rules.TRANSITIONS.values() for after in following)}
    assert reached == rules.STORED
    assert {State.REJECTED, State.DONE, State.FAILED} == rules.TERMINAL


@pytest.mark.parametrize(
    ("kind", "params", "read"),
    [
        (Kind.OPEN, {"peerId": PEER, "amountSats": 50_000}, {"private": False}),
        (Kind.OPEN, {"peerId": PEER, "amountSats": 50_000.0, "peerHost": "h.test:9735", "private": True}, {}),
        (Kind.CLOSE, {"channelPoint": POINT}, {"force": False}),
        (Kind.SET_FEES, {"channelPoint": POINT, "baseFeeMsat": 0, "feeRatePpm": 1, "timeLockDelta": 40}, {}),
        (Kind.CONNECT, {"peerId": PEER, "host": "127.0.0.1:9735"}, {}),
        (Kind.REBALANCE, {"anything": 1}, {}),
    ],
)
def test_parameters_are_read_with_their_defaults(kind: Kind, params: dict[str, Any], read: dict[str, Any]) -> None:
    known = {name: value for name, value in params.items() if name in rules.PARAMS[kind]}
    assert rules.read_params(kind, params | {"unknown": 1}) == known | read


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        (Kind.OPEN, {"amountSats": 50_000}, "params.peerId"),
        (Kind.OPEN, {"peerId": "02", "amountSats": 50_000}, "params.peerId"),
        (Kind.OPEN, {"peerId": PEER, "amountSats": 1}, "params.amountSats"),
        (Kind.OPEN, {"peerId": PEER, "amountSats": True}, "params.amountSats"),
        (Kind.OPEN, {"peerId": PEER, "amountSats": 50_000.5}, "params.amountSats"),
        (Kind.OPEN, {"peerId": PEER, "amountSats": 50_000, "private": "yes"}, "params.private"),
        (Kind.OPEN, {"peerId": PEER, "amountSats": 50_000, "peerHost": "no port"}, "params.peerHost"),
        (Kind.CLOSE, {"channelPoint": "x"}, "params.channelPoint"),
        (
            Kind.SET_FEES,
            {"channelPoint": POINT, "baseFeeMsat": -1, "feeRatePpm": 1, "timeLockDelta": 40},
            "params.baseFeeMsat",
        ),
        (Kind.CONNECT, {"peerId": PEER}, "params.host"),
    ],
)
def test_each_wrong_parameter_is_named(kind: Kind, params: dict[str, Any], field: str) -> None:
    with pytest.raises(rules.BadParams) as refused:
        rules.read_params(kind, params)
    assert refused.value.field == field


json_values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)


@given(kind=st.sampled_from(list(Kind)), values=st.data())
def test_any_parameters_are_read_or_refused(kind: Kind, values: st.DataObject) -> None:
    params = {name: values.draw(json_values) for name in rules.PARAMS[kind]}
    try:
        rules.read_params(kind, params)
    except rules.BadParams as error:
        assert error.field.startswith("params.")


@pytest.mark.parametrize(
    ("amount", "funded", "ok"),
    [
        (60, Funded(40, 0), [True, True]),
        (61, Funded(40, 0), [False, True]),
        (100, Funded(0, 100), [True, True]),
        (100, Funded(0, 101), [True, False]),
    ],
)
def test_funding_is_bounded_by_peer_and_by_day(amount: int, funded: Funded, ok: list[bool]) -> None:
    checks = rules.guards(Kind.OPEN, {"amountSats": amount}, Limits(100, 200), funded)
    assert [check.ok for check in checks] == ok
    assert {check.reason_code for check in checks} == {"funding_limit_exceeded"}


@pytest.mark.parametrize(
    ("ppm", "delta", "ok"),
    [(10_000, 18, True), (10_001, 18, False), (0, 17, False), (0, 2016, True), (0, 2017, False)],
)
def test_fees_have_bounds(ppm: int, delta: int, ok: bool) -> None:
    params = {"feeRatePpm": ppm, "timeLockDelta": delta}
    checks = rules.guards(Kind.SET_FEES, params, Limits(0, 0), Funded(0, 0))
    assert all(check.ok for check in checks) is ok


@pytest.mark.parametrize(
    ("kind", "force", "pool", "needed"),
    [
        (Kind.OPEN, False, False, 1),
        (Kind.OPEN, False, True, 0),
        (Kind.CLOSE, False, False, 1),
        (Kind.CLOSE, True, False, 2),
        (Kind.CLOSE, True, True, 1),
    ],
)
def test_a_forced_close_needs_one_operator_more(kind: Kind, force: bool, pool: bool, needed: int) -> None:
    assert rules.approvals_needed(kind, {"force": force}, signed_by_a_pool=pool) == needed


def seen(**changes: Any) -> SeenChannel:
    terms = {"channel_point": POINT, "channel_id": "1", "peer_id": PEER, "active": True}
    return SeenChannel(**(terms | {"capacity_sats": 100, "local_sats": 50, "remote_sats": 50} | changes))


def test_sums_of_channels_follow_their_definition() -> None:
    channels = [seen(), seen(capacity_sats=0, local_sats=30), seen(capacity_sats=10, local_sats=20)]
    assert node_views.totals(channels) == node_views.ChannelTotals(140, 90, 50)
    assert SeenChannel.read(channels[0].keep()) == channels[0]


WELL = Health(True, 1_000, 100, 0, 0, 0.2, 0.8)


@pytest.mark.parametrize(
    ("channels", "health", "kinds"),
    [
        ([seen()], WELL, []),
        ([], WELL, []),
        ([seen(active=False)], WELL, ["channel_inactive"]),
        ([seen(local_sats=19)], WELL, ["outbound_share"]),
        ([seen(local_sats=81)], WELL, ["outbound_share"]),
        ([seen(local_sats=80)], WELL, []),
        ([], Health(False, 99, 100, 1, 1, 0.2, 0.8), ["not_synced", "onchain_reserve", "pending_close", "force_close"]),
    ],
)
def test_what_is_wrong_with_a_node(channels: list[SeenChannel], health: Health, kinds: list[str]) -> None:
    assert [condition.kind for condition in node_views.conditions(channels, health)] == kinds


@pytest.mark.parametrize(
    ("macaroon", "ends"),
    [
        (b"...time-before 2026-12-01T10:00:00Z...", "2026-12-01T10:00:00+00:00"),
        (b"time-before 2026-12-01T10:00:00.123+01:00 time-before 2027-01-01T00:00:00Z", "2026-12-01T09:00:00+00:00"),
        (b"no caveat", None),
    ],
)
def test_a_macaroon_says_when_it_ends(macaroon: bytes, ends: str | None) -> None:
    found = macaroon_expiry.expires_at(macaroon.hex())
    assert (found.isoformat() if found else None) == ends
    assert macaroon_expiry.expires_at("no hex") is None

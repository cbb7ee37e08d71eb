"""Channel operations through the routes: asked for, agreed to, done, and found again after a crash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.lightning.models import ChannelBackup, ChannelOperation, Node
from apps.lightning.services.ops import channel_driver, node_snapshots, security
from apps.lightning.tests.ops.control_double import ControlDouble
from apps.lightning.tests.ops.doors import DOWN, OTHER_PEER, PEER, UNCLEAR, Door, channel, standing
from openagents.db.models import AuditEvent
from openagents.ops import faults
from openagents.receipts.ids import new_id
from openagents.receipts.signing import SchnorrSigner

BASE = "/internal/v1/lightning-ops/nodes"
POINT = f"{'ab' * 32}:0"
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def limits(configure: Callable[..., None]) -> None:
    configure(
        oa_lightning_ops_channel_peer_sats_max=200_000,
        oa_lightning_ops_channel_day_sats_max=300_000,
        oa_lightning_custody_kek="test:" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    )


@pytest.fixture
def stand() -> Iterator[tuple[Node, Door]]:
    with standing() as made:
        yield made


def opening(**changes: Any) -> dict[str, Any]:
    params = {"peerId": PEER, "amountSats": 100_000, "satPerVbyte": 2}
    return {"opId": new_id("op"), "kind": "open", "params": params | changes, "dryRun": False}


def ask(call: Call, node: Node, body: Any, *, status: int = 202, issuer: str = "ops", user: str | None = "ann") -> Any:
    answer = call("POST", f"{BASE}/{node.node_id}/channel-operations", body, issuer=issuer, user=user)
    assert answer.status_code == status, answer.content
    return answer.json().get("operation", answer.json())


def decide(
    call: Call,
    node: Node,
    op_id: str,
    decision: str = "approve",
    *,
    user: str | None = "bob",
    status: int = 200,
    issuer: str = "ops",
) -> Any:
    path = f"{BASE}/{node.node_id}/channel-operations/{op_id}/approve"
    answer = call("POST", path, {"decision": decision, "reason": "because"}, issuer=issuer, user=user)
    assert answer.status_code == status, answer.content
    return answer.json().get("operation", answer.json())


def read(call: Call, node: Node, op_id: str) -> Any:
    answer = call("GET", f"{BASE}/{node.node_id}/channel-operations/{op_id}", issuer="hydra")
    assert answer.status_code == 200, answer.content
    return answer.json()["operation"]


def due(op_id: str) -> None:
    """Time passes for one operation."""
    past = timezone.now() - timedelta(seconds=1)
    ChannelOperation.objects.filter(op_id=op_id).update(next_check_at=past, lease_expires_at=None)


def drive(op_id: str) -> ChannelOperation:
    due(op_id)
    channel_driver.drive()
    return ChannelOperation.objects.get(op_id=op_id)


def approved(call: Call, node: Node, body: Any) -> str:
    ask(call, node, body)
    decide(call, node, body["opId"])
    return str(body["opId"])


def audited(op_id: str) -> list[str]:
    found = AuditEvent.objects.filter(event_name__startswith="lightning.channel.", attributes__op_id=op_id)
    return [event.event_name.rpartition(".")[2] for event in found.order_by("id")]


def test_a_revoked_role_leaves_operations_where_they_are(
    call: Call, stand: tuple[Node, Door], control: ControlDouble
) -> None:
    node, door = stand
    op_id = approved(call, node, opening())
    security.change_role("operator_admin", "revoke", None, "", "test")
    assert drive(op_id).state == "approved" and door.made == []
    security.change_role("operator_admin", "activate", "fp", "", "test")
    assert drive(op_id).state == "pending_chain" and len(door.made) == 1


# Asking


def test_a_dry_run_is_the_default_and_stores_nothing(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    body = opening()
    del body["dryRun"]
    operation = ask(call, node, body, status=200)
    assert operation["state"] == "dry_run"
    assert [(check["name"], check["ok"]) for check in operation["checks"]] == [
        ("peer_funding", True),
        ("day_funding", True),
    ]
    assert "createdAt" not in operation
    assert not ChannelOperation.objects.filter(op_id=body["opId"]).exists()
    refused = ask(call, node, opening(amountSats=200_001) | {"dryRun": True}, status=200)
    assert refused["checks"][0]["reasonCode"] == "funding_limit_exceeded"
    assert door.made == []


def test_an_operation_waits_for_another_operator_and_is_done(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    body = opening(peerHost="peer.test:9735")
    operation = ask(call, node, body)
    assert (operation["state"], operation["requestedBy"], operation["approvedBy"]) == ("requested", "ops:ann", [])
    assert operation["params"] == body["params"] | {"private": False}
    assert isinstance(operation["params"]["amountSats"], int)
    assert operation["createdAt"] == operation["updatedAt"]
    assert drive(body["opId"]).state == "requested"
    assert decide(call, node, body["opId"])["approvedBy"] == ["ops:bob"]
    assert drive(body["opId"]).state == "pending_chain"
    assert door.made == [
        ("connect", PEER, "peer.test:9735"),
        ("open", PEER, 100_000, 2, False, f"oa-op:{body['opId']}"),
    ]
    assert drive(body["opId"]).state == "pending_chain"
    door.mine()
    assert drive(body["opId"]).state == "done"
    shown = read(call, node, body["opId"])
    assert (shown["state"], len(shown["txid"])) == ("done", 64)
    assert audited(body["opId"]) == ["requested", "approved", "submitted", "done"]
    assert ChannelBackup.objects.filter(node=node).exists()


def test_the_same_request_is_answered_as_it_stands(call: Call, stand: tuple[Node, Door]) -> None:
    node, _ = stand
    body = opening()
    ask(call, node, body)
    decide(call, node, body["opId"])
    assert ask(call, node, body, status=200)["state"] == "approved"
    other = {**body, "params": body["params"] | {"amountSats": 50_000}}
    assert ask(call, node, other, status=409)["error"] == "conflict"


def test_a_rejected_operation_is_over(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    body = opening()
    ask(call, node, body)
    assert decide(call, node, body["opId"], "reject")["state"] == "rejected"
    decide(call, node, body["opId"], status=409)
    assert drive(body["opId"]).state == "rejected"
    assert door.made == []
    assert audited(body["opId"]) == ["requested", "rejected"]


@pytest.mark.parametrize(
    ("issuer", "user", "reason_code"),
    [
        ("ops", "ann", "own_request"),
        ("ops", None, "operator_required"),
        ("hydra", "bob", "operator_required"),
        ("control", "bob", "forbidden_scope"),
    ],
)
def test_who_may_not_decide(
    call: Call, stand: tuple[Node, Door], issuer: str, user: str | None, reason_code: str
) -> None:
    node, _ = stand
    body = opening()
    ask(call, node, body)
    assert decide(call, node, body["opId"], issuer=issuer, user=user, status=403)["reason_code"] == reason_code


def test_a_forced_close_needs_two_operators(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    door.held = [channel(POINT)]
    body = {"opId": new_id("op"), "kind": "close", "params": {"channelPoint": POINT, "force": True}, "dryRun": False}
    ask(call, node, body)
    assert decide(call, node, body["opId"])["state"] == "requested"
    assert decide(call, node, body["opId"])["approvedBy"] == ["ops:bob"]
    assert decide(call, node, body["opId"], user="eve")["state"] == "approved"
    drive(body["opId"])
    assert door.made == [("close", POINT, True, None)]
    door.mine()
    assert drive(body["opId"]).state == "done"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"opId": "has space"}, "opId"),
        ({"kind": "splice"}, "kind"),
        ({"params": {"peerId": PEER}}, "params.amountSats"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(
    call: Call, stand: tuple[Node, Door], change: dict[str, Any], field: str
) -> None:
    node, _ = stand
    refused = ask(call, node, opening() | change, status=400)
    assert field in str(refused)


def test_an_unknown_node_operation_or_decision(call: Call, stand: tuple[Node, Door]) -> None:
    node, _ = stand
    assert call("POST", f"{BASE}/nobody/channel-operations", opening()).status_code == 404
    assert call("GET", f"{BASE}/{node.node_id}/channel-operations/none").status_code == 404
    decide(call, node, "none", status=404)
    decide(call, node, "none", "perhaps", status=400)


def test_rebalancing_is_not_offered(call: Call, stand: tuple[Node, Door]) -> None:
    node, _ = stand
    refused = ask(call, node, {"opId": new_id("op"), "kind": "rebalance", "dryRun": False}, status=501)
    assert refused["error"] == "unsupported"


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_node_that_cannot_be_reached_stores_nothing(call: Call, stand: tuple[Node, Door], dry_run: bool) -> None:
    node, door = stand
    door.fail["info"] = [DOWN]
    body = opening() | {"dryRun": dry_run}
    assert ask(call, node, body, status=502)["error"] == "dependency_unavailable"
    Node.objects.filter(pk=node.pk).update(enabled=False)
    ask(call, node, body, status=502)
    assert not ChannelOperation.objects.filter(op_id=body["opId"]).exists()


# Guards


def test_funding_is_counted_with_the_peer_and_on_the_day(call: Call, stand: tuple[Node, Door]) -> None:
    node, _ = stand
    ask(call, node, opening(amountSats=150_000))
    refused = ask(call, node, opening(amountSats=60_000), status=403)
    assert (refused["error"], refused["reason_code"]) == ("forbidden", "funding_limit_exceeded")
    ask(call, node, opening(peerId=OTHER_PEER, amountSats=150_000))
    ask(call, node, opening(peerId="02" + "ee" * 32, amountSats=20_000), status=403)


def test_what_was_rejected_or_closed_counts_no_more(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    rejected = opening(amountSats=150_000)
    ask(call, node, rejected)
    decide(call, node, rejected["opId"], "reject")
    done = approved(call, node, opening(amountSats=150_000))
    drive(done)
    door.mine()
    assert drive(done).state == "done"
    node_snapshots.look_at(node)
    ask(call, node, opening(amountSats=60_000), status=403)
    door.held = []
    node_snapshots.look_at(node)
    ask(call, node, opening(amountSats=60_000))


def test_two_requests_do_not_pass_one_limit_together(
    call: Call, stand: tuple[Node, Door], in_parallel: Callable[..., list[Any]]
) -> None:
    node, _ = stand
    path = f"{BASE}/{node.node_id}/channel-operations"
    statuses = in_parallel(4, lambda _: call("POST", path, opening(amountSats=150_000), user="ann").status_code)
    assert sorted(statuses) == [202, 403, 403, 403]


def test_the_same_request_in_parallel_is_one_operation(
    call: Call, stand: tuple[Node, Door], in_parallel: Callable[..., list[Any]]
) -> None:
    node, _ = stand
    path, body = f"{BASE}/{node.node_id}/channel-operations", opening()
    statuses = in_parallel(4, lambda _: call("POST", path, body, user="ann").status_code)
    assert sorted(statuses) == [200, 200, 200, 202]


def test_fees_out_of_bounds_are_refused(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    params = {"channelPoint": POINT, "baseFeeMsat": 0, "feeRatePpm": 10_001, "timeLockDelta": 40}
    body = {"opId": new_id("op"), "kind": "set_fees", "params": params, "dryRun": False}
    assert ask(call, node, body, status=403)["reason_code"] == "fee_out_of_bounds"
    op_id = approved(call, node, body | {"params": params | {"feeRatePpm": 1}})
    assert drive(op_id).state == "done"
    assert door.made == [("policy", POINT, 0, 1, 40)]


# Hydra


def evidence(*signers: SchnorrSigner, payload: str = "payload", **changes: Any) -> dict[str, Any]:
    digest = hashlib.sha256(payload.encode()).hexdigest()
    approvals = [
        {"signerPubkey": signer.public_key_hex, "signatureHex": signer.sign_digest(bytes.fromhex(digest)).hex()}
        for signer in signers
    ]
    return {"poolId": "pool-1", "payloadSha256": digest, "approvals": approvals} | changes


ONE, TWO = SchnorrSigner(f"{1:064x}"), SchnorrSigner(f"{2:064x}")


def test_a_pools_quorum_is_the_approval(call: Call, stand: tuple[Node, Door]) -> None:
    node, _ = stand
    body = opening() | {"opId": "liqpool:" + new_id("sign"), "evidence": evidence(ONE, TWO)}
    operation = ask(call, node, body, issuer="hydra", user=None)
    assert (operation["state"], operation["requestedBy"], operation["approvedBy"]) == ("approved", "hydra", [])
    assert drive(body["opId"]).state == "pending_chain"
    kept = ChannelOperation.objects.get(op_id=body["opId"]).evidence
    assert kept is not None
    assert kept["poolId"] == "pool-1"


@pytest.mark.parametrize(
    "found",
    [
        None,
        evidence(),
        evidence(ONE, ONE),
        evidence(ONE, payloadSha256="00" * 32),
        evidence(ONE, payloadSha256="xyz"),
        evidence(ONE, poolId=""),
        evidence(ONE, approvals=[{"signerPubkey": ONE.public_key_hex, "signatureHex": "00" * 64}]),
        evidence(ONE, approvals=[{"signerPubkey": "zz", "signatureHex": ""}]),
    ],
)
def test_without_valid_signatures_hydra_is_refused(call: Call, stand: tuple[Node, Door], found: Any) -> None:
    node, _ = stand
    refused = ask(call, node, opening() | {"evidence": found}, issuer="hydra", user=None, status=400)
    assert "evidence" in str(refused)


def test_guards_and_force_hold_for_a_pool_too(call: Call, stand: tuple[Node, Door]) -> None:
    node, _ = stand
    quorum = {"evidence": evidence(ONE)}
    ask(call, node, opening(amountSats=200_001) | quorum, issuer="hydra", user=None, status=403)
    body = {"opId": new_id("op"), "kind": "close", "params": {"channelPoint": POINT, "force": True}, "dryRun": False}
    assert ask(call, node, body | quorum, issuer="hydra", user=None)["state"] == "requested"
    assert decide(call, node, body["opId"])["state"] == "approved"


def test_evidence_of_an_operator_approves_nothing(call: Call, stand: tuple[Node, Door]) -> None:
    node, _ = stand
    assert ask(call, node, opening() | {"evidence": evidence(ONE)})["state"] == "requested"


# Crashes


@pytest.mark.parametrize("at", ["lightning.channel.submitting", "lightning.channel.submitted"])
def test_a_crash_around_the_call_opens_one_channel(call: Call, stand: tuple[Node, Door], at: str) -> None:
    node, door = stand
    op_id = approved(call, node, opening())
    due(op_id)
    with faults.arm(at, "error"), pytest.raises(faults.InjectedFault):
        channel_driver.drive()
    assert ChannelOperation.objects.get(op_id=op_id).state == "submitting"
    for _ in range(4):
        drive(op_id)
    assert [made[0] for made in door.made] == ["open"]
    door.mine()
    assert drive(op_id).state == "done"


def test_a_leased_submission_is_left_alone_for_its_time(call: Call, stand: tuple[Node, Door], leases: Any) -> None:
    node, door = stand
    op_id = approved(call, node, opening())
    due(op_id)
    with faults.arm("lightning.channel.submitting", "error"), pytest.raises(faults.InjectedFault):
        channel_driver.drive()
    ChannelOperation.objects.filter(op_id=op_id).update(next_check_at=timezone.now() - timedelta(seconds=1))
    channel_driver.drive()
    assert (ChannelOperation.objects.get(op_id=op_id).state, door.made) == ("submitting", [])
    assert "stolen" not in leases("channel") and leases("channel")["renewed"] == 1
    past = timezone.now() - timedelta(seconds=1)
    ChannelOperation.objects.filter(op_id=op_id).update(next_check_at=past, lease_expires_at=past)
    channel_driver.drive()
    assert leases("channel")["stolen"] == 1 and leases("channel")["acquired"] >= 1


@pytest.mark.parametrize("happened", [True, False])
def test_an_unclear_opening_is_found_by_its_memo_or_made_again(
    call: Call, stand: tuple[Node, Door], happened: bool
) -> None:
    node, door = stand
    door.fail["open_channel"], door.before_failing = [UNCLEAR], happened
    op_id = approved(call, node, opening())
    assert drive(op_id).state == "submitting"
    states = [drive(op_id).state for _ in range(3)]
    assert states[-1] == "pending_chain"
    assert [made[0] for made in door.made] == ["open"]
    assert states[0] == ("pending_chain" if happened else "submitting")


@pytest.mark.parametrize("happened", [True, False])
def test_an_unclear_close_is_seen_at_the_channel_or_made_again(
    call: Call, stand: tuple[Node, Door], happened: bool
) -> None:
    node, door = stand
    door.held = [channel(POINT)]
    door.fail["close_channel"], door.before_failing = [UNCLEAR], happened
    body = {"opId": new_id("op"), "kind": "close", "params": {"channelPoint": POINT}, "dryRun": False}
    op_id = approved(call, node, body)
    for _ in range(4):
        drive(op_id)
    assert [made[0] for made in door.made] == ["close"]
    door.mine()
    assert drive(op_id).state == "done"


def test_unclear_fees_are_simply_set_again(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    door.fail["update_policy"] = [UNCLEAR]
    params = {"channelPoint": POINT, "baseFeeMsat": 0, "feeRatePpm": 1, "timeLockDelta": 40}
    op_id = approved(call, node, {"opId": new_id("op"), "kind": "set_fees", "params": params, "dryRun": False})
    assert [drive(op_id).state, drive(op_id).state] == ["submitting", "done"]
    assert len(door.made) == 1


def test_a_definite_refusal_fails_with_the_nodes_words(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    door.fail["open_channel"] = [type(DOWN)("send_failed", "not enough coins")]
    op_id = approved(call, node, opening())
    assert drive(op_id).state == "failed"
    assert read(call, node, op_id)["error"] == "send_failed: not enough coins"
    assert audited(op_id)[-1] == "failed"


def test_a_node_that_goes_away_while_it_is_watched_is_asked_again(call: Call, stand: tuple[Node, Door]) -> None:
    node, door = stand
    op_id = approved(call, node, opening())
    drive(op_id)
    door.fail["channels"] = [DOWN]
    door.mine()
    assert [drive(op_id).state, drive(op_id).state] == ["pending_chain", "done"]


def test_many_drivers_open_one_channel(
    call: Call, stand: tuple[Node, Door], in_parallel: Callable[..., list[Any]]
) -> None:
    node, door = stand
    op_id = approved(call, node, opening())
    due(op_id)
    in_parallel(4, lambda _: channel_driver.drive())
    assert [made[0] for made in door.made] == ["open"]

"""Asking for something to be done with a node's channels, and agreeing to it (lightning 19)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from apps.lightning import metrics
from apps.lightning.domain import channel_operations as rules
from apps.lightning.domain.channel_operations import Check, Kind, State
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import ChannelOperation, Node
from apps.lightning.services.ops import nodes
from openagents.db import audit
from openagents.receipts.canonical import canonical_bytes, sha256_hex
from openagents.receipts.signing import verify_digest
from openagents.wire import faults
from openagents.wire.faults import BAD_GATEWAY, CONFLICT, FORBIDDEN, INVALID_REQUEST, NOT_FOUND, Fault

UNSUPPORTED = faults.Kind("unsupported", 501, "This cannot be done here.", False)
HYDRA = "hydra"
APPROVALS_MAX = 64
REASON_CHARS_MAX = 500

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_UNDONE = (State.REJECTED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who calls: the plane, and the person behind an operator's call."""

    plane: str
    person: str | None = None

    @property
    def name(self) -> str:
        """As `requestedBy` and `approvedBy` say it."""
        return f"{self.plane}:{self.person}" if self.person else self.plane

    @property
    def is_operator(self) -> bool:
        return self.plane == "ops"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A pool's quorum: x-only keys with their signatures over `payload_sha256`, all hex."""

    pool_id: str
    payload_sha256: str
    approvals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `params` as they came."""

    op_id: str
    kind: str
    params: Mapping[str, Any]
    dry_run: bool = True
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An operation as it stands, or what a dry run found; `fresh` when it was just stored."""

    operation: ChannelOperation
    fresh: bool = False
    checks: list[Check] = field(default_factory=list)


def request(node_id: str, order: Order, asker: Asker, now: datetime | None = None) -> Answer:
    """Check an operation and, unless it is a dry run, store it.

    Raises Fault INVALID_REQUEST; FORBIDDEN with the guard's reason code; NOT_FOUND; CONFLICT for an id that stands for
    something else; UNSUPPORTED; BAD_GATEWAY when the node does not answer.
    """
    now = now or timezone.now()
    node = nodes.get(node_id)
    kind, params = _readable(order)
    fingerprint = sha256_hex(canonical_bytes([node.node_id, kind, params]))
    known = ChannelOperation.objects.filter(op_id=order.op_id).first()
    if known is not None and not order.dry_run:
        return _as_it_stands(known, fingerprint)
    if kind is Kind.REBALANCE:
        raise Fault(UNSUPPORTED, "Rebalancing is not offered.")
    signed = asker.plane == HYDRA
    if signed:
        _check_evidence(order.evidence)
    _reachable(node)
    operation = ChannelOperation(
        op_id=order.op_id,
        node=node,
        kind=kind,
        params=params,
        fingerprint=fingerprint,
        requested_by=asker.name,
        approvals_needed=rules.approvals_needed(kind, params, signed_by_a_pool=signed),
        evidence=_kept(order.evidence) if signed else None,
        amount_sats=params.get("amountSats", 0) if kind is Kind.OPEN else 0,
        peer_id=params.get("peerId", ""),
        created_at=now,
        updated_at=now,
        next_check_at=now,
    )
    if order.dry_run:
        operation.state = State.DRY_RUN
        return Answer(operation, checks=_checks(node, kind, params, now))
    return _store(operation, now)


def decide(node_id: str, op_id: str, decision: str, asker: Asker, reason: str = "") -> ChannelOperation:
    """An operator's word on a requested operation.

    Raises Fault INVALID_REQUEST, NOT_FOUND, CONFLICT when it is not requested any more, FORBIDDEN for the requester,
    for nobody in particular, and for whoever is no operator.
    """
    if decision not in ("approve", "reject"):
        raise Fault(INVALID_REQUEST, errors={"decision": ["must be approve or reject"]})
    if len(reason) > REASON_CHARS_MAX or "\x00" in reason:
        raise Fault(INVALID_REQUEST, errors={"reason": ["is too long"]})
    if not asker.is_operator or asker.person is None:
        raise Fault(FORBIDDEN, "Only an operator, by name, may decide.", reason_code="operator_required")
    node = nodes.get(node_id)
    with transaction.atomic():
        operation = ChannelOperation.objects.select_for_update().filter(node=node, op_id=op_id).first()
        if operation is None:
            raise Fault(NOT_FOUND)
        if operation.requested_by == asker.name:
            raise Fault(FORBIDDEN, "The requester cannot decide.", reason_code="own_request")
        if operation.state != State.REQUESTED:
            raise Fault(CONFLICT, "The operation is not waiting for approval.", reason_code="not_requested")
        operation.reason = reason
        if decision == "reject":
            _move(operation, State.REJECTED)
        elif asker.name not in operation.approved_by:
            operation.approved_by = [*operation.approved_by, asker.name]
            if len(operation.approved_by) >= operation.approvals_needed:
                _move(operation, State.APPROVED)
        operation.updated_at = timezone.now()
        operation.save()
        _audit(operation, "approved" if decision == "approve" else "rejected", by=asker.name)
    return operation


def get(node_id: str, op_id: str) -> ChannelOperation:
    """Raises Fault NOT_FOUND."""
    node = nodes.get(node_id)
    found = ChannelOperation.objects.filter(node=node, op_id=op_id).first() if "\x00" not in op_id else None
    if found is None:
        raise Fault(NOT_FOUND)
    return found


def _readable(order: Order) -> tuple[Kind, dict[str, Any]]:
    if not rules.OP_ID.fullmatch(order.op_id):
        raise Fault(INVALID_REQUEST, errors={"opId": ["must be 1 to 128 of A-Z a-z 0-9 . _ : @ + -"]})
    try:
        kind = Kind(order.kind)
        return kind, rules.read_params(kind, order.params)
    except rules.BadParams as error:
        raise Fault(INVALID_REQUEST, errors={error.field: [error.reason]}) from None
    except ValueError:
        raise Fault(INVALID_REQUEST, errors={"kind": [f"must be one of {', '.join(Kind)}"]}) from None


def _as_it_stands(known: ChannelOperation, fingerprint: str) -> Answer:
    if known.fingerprint != fingerprint:
        raise Fault(CONFLICT, "The operation id stands for something else.", reason_code="op_id_used")
    return Answer(known)


def _check_evidence(evidence: Evidence | None) -> None:
    """That the quorum's signatures are signatures over the payload. Whose keys they are is Hydra's judgement."""
    wrong = ""
    if evidence is None or not evidence.approvals:
        wrong = "is required"
    elif len(evidence.approvals) > APPROVALS_MAX:
        wrong = f"has more than {APPROVALS_MAX} approvals"
    elif not evidence.pool_id or not _DIGEST.fullmatch(evidence.payload_sha256):
        wrong = "needs poolId and payloadSha256 of 64 hex"
    elif len({key for key, _ in evidence.approvals}) < len(evidence.approvals):
        wrong = "has one signer twice"
    elif not all(_signed(evidence.payload_sha256, *approval) for approval in evidence.approvals):
        wrong = "has a signature that does not verify"
    if wrong:
        raise Fault(INVALID_REQUEST, errors={"evidence": [wrong]})


def _signed(payload_sha256: str, signer_pubkey: str, signature_hex: str) -> bool:
    if not _DIGEST.fullmatch(signer_pubkey) or not _SIGNATURE.fullmatch(signature_hex):
        return False
    return verify_digest(bytes.fromhex(signer_pubkey), bytes.fromhex(payload_sha256), bytes.fromhex(signature_hex))


def _kept(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    approvals = [{"signerPubkey": key, "signatureHex": signature} for key, signature in evidence.approvals]
    return {"poolId": evidence.pool_id, "payloadSha256": evidence.payload_sha256, "approvals": approvals}


def _reachable(node: Node) -> None:
    try:
        if not node.enabled:
            raise GatewayError("connect_failed", "the node is disabled")
        nodes.door(node).info()
    except GatewayError as error:
        raise Fault(BAD_GATEWAY, "The node cannot be reached.", details={"reason": error.reason}) from None


def _checks(node: Node, kind: Kind, params: Mapping[str, Any], now: datetime) -> list[Check]:
    limits = rules.Limits(
        settings.OA.oa_lightning_ops_channel_peer_sats_max, settings.OA.oa_lightning_ops_channel_day_sats_max
    )
    return rules.guards(kind, params, limits, _funded(node, params.get("peerId", ""), now))


def _funded(node: Node, peer_id: str, now: datetime) -> rules.Funded:
    """What is in channels that operations opened, or on its way there; and what this UTC day brought."""
    opened = ChannelOperation.objects.filter(node=node, kind=Kind.OPEN).exclude(state__in=_UNDONE)
    snapshot = nodes.newest(node)
    points = {str(channel["channel_point"]) for channel in snapshot.channels} if snapshot else set()
    peer = sum(
        one.amount_sats
        for one in opened.filter(peer_id=peer_id)
        if one.state != State.DONE or f"{one.txid}:{one.output_index}" in points
    )
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = opened.filter(created_at__gte=day, created_at__lt=day + timedelta(days=1))
    return rules.Funded(peer, int(today.aggregate(total=Sum("amount_sats"))["total"] or 0))


def _store(operation: ChannelOperation, now: datetime) -> Answer:
    """Guards and storing are one act per node, so that two requests cannot pass one limit together."""
    with transaction.atomic():
        lock = int.from_bytes(
            hashlib.sha256(f"lightning.channels|{operation.node_id}".encode()).digest()[:8], signed=True
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        known = ChannelOperation.objects.filter(op_id=operation.op_id).first()
        if known is not None:
            return _as_it_stands(known, operation.fingerprint)
        for check in _checks(operation.node, Kind(operation.kind), operation.params, now):
            if not check.ok:
                raise Fault(FORBIDDEN, f"A guard refuses: {check.detail}.", reason_code=check.reason_code)
        operation.state = State.REQUESTED if operation.approvals_needed else State.APPROVED
        operation.save(force_insert=True)
        _audit(operation, "requested", by=operation.requested_by)
        if operation.state == State.APPROVED:
            _audit(operation, "approved", by=operation.requested_by)
    metrics.CHANNEL_OPERATIONS.labels(operation.kind, operation.state).inc()
    return Answer(operation, fresh=True)


def _move(operation: ChannelOperation, to: State) -> None:
    operation.state = rules.moved(State(operation.state), to)
    operation.next_check_at = timezone.now()
    metrics.CHANNEL_OPERATIONS.labels(operation.kind, to).inc()


def _audit(operation: ChannelOperation, what: str, *, by: str) -> None:
    audit.record(
        f"lightning.channel.{what}",
        op_id=operation.op_id,
        node_id=operation.node.node_id,
        kind=operation.kind,
        params=operation.params,
        state=operation.state,
        by=by,
        reason=operation.reason,
    )

"""Doing what was approved: one committed step before each call to the node, so that a crash is found and not repeated.

`submitting` is committed before the node is asked. Whoever finds a row there later looks first: an opening by its memo,
a close by what became of the channel. Only what is certainly not there is submitted again.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.lightning import metrics
from apps.lightning.domain import channel_operations as rules
from apps.lightning.domain.channel_operations import Kind, State
from apps.lightning.gateways.nodes import NodeDoor
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear, OpenedChannel
from apps.lightning.models import ChannelOperation
from apps.lightning.services.ops import channel_backups, control_state, nodes
from openagents.db import audit
from openagents.ops import faults
from openagents.ops.metrics import LEASE_OPS

log = structlog.get_logger("oa.lightning.nodes")

LEASE = timedelta(seconds=120)
"""Longer than any call to a node: who holds it is at work, or dead."""
LOOK_AGAIN = timedelta(seconds=30)
NOT_FOUND_MAX = 2
"""Looks, this far apart, after which a submission that left no trace is made again."""
CHAIN_PAUSE = timedelta(seconds=10)
AT_ONCE_MAX = 20
ERROR_CHARS_MAX = 300
ROLE = "operator_admin"
"""The credential role that channels are operated under: revoked, operations stay where they are."""

OPEN_STATES = (State.APPROVED, State.SUBMITTING, State.PENDING_CHAIN)


def drive() -> int:
    """Take every operation that is due one step further; returns how many were looked at. Any number may run."""
    count = 0
    while count < AT_ONCE_MAX:
        if _due().exists() and control_state.revoked(ROLE):
            log.warning("channel_operations_role_revoked", role=ROLE)
            break
        operation = _claim()
        if operation is None:
            break
        count += 1
        _step(operation)
    return count


def _due() -> QuerySet[ChannelOperation]:
    now = timezone.now()
    free = Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lte=now)
    return ChannelOperation.objects.filter(free, state__in=OPEN_STATES, next_check_at__lte=now)


def _claim() -> ChannelOperation | None:
    """The next due operation, leased, so that nobody else looks at it before this look is over."""
    now = timezone.now()
    with transaction.atomic():
        operation = (
            _due()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("node")
            .order_by("next_check_at", "id")
            .first()
        )
        if operation is None:
            return None
        abandoned = operation.lease_expires_at is not None  # whoever comes to an end of a look gives it back
        operation.lease_expires_at = now + LEASE
        operation.save(update_fields=["lease_expires_at"])
    LEASE_OPS.labels("lightning", "channel", "stolen" if abandoned else "acquired").inc()
    return operation


def _step(operation: ChannelOperation) -> None:
    try:
        door = nodes.door(operation.node)
        if operation.state == State.APPROVED:
            _keep(operation, State.SUBMITTING)
            faults.point("lightning.channel.submitting")
            _submit(operation, door)
        elif operation.state == State.SUBMITTING:
            _look_for(operation, door)
        else:
            _watch(operation, door)
    except GatewayError as error:  # the node could not be asked; nothing changed
        log.warning("channel_operation_waits", op=operation.op_id, error=error.reason)
        _wait(operation, LOOK_AGAIN)


def _submit(operation: ChannelOperation, door: NodeDoor) -> None:
    """Ask the node to do it. Nothing of this is repeated without looking first."""
    try:
        _ask(operation, door)
    except GatewayUnclear as error:
        log.warning("channel_operation_unclear", op=operation.op_id, error=str(error))
        _wait(operation, LOOK_AGAIN)
        return
    except GatewayError as error:
        _fail(operation, f"{error.code}: {error.reason}")
        return
    faults.point("lightning.channel.submitted")
    at_once = operation.kind in (Kind.SET_FEES, Kind.CONNECT)
    _keep(operation, State.DONE if at_once else State.PENDING_CHAIN)
    if not at_once:
        channel_backups.take(operation.node, door)


def _ask(operation: ChannelOperation, door: NodeDoor) -> None:
    params = operation.params
    match Kind(operation.kind):
        case Kind.OPEN:
            if host := params.get("peerHost"):
                door.connect_peer(params["peerId"], host)
            made = door.open_channel(
                params["peerId"],
                params["amountSats"],
                params.get("satPerVbyte"),
                params["private"],
                rules.memo(operation.op_id),
            )
            _found(operation, made)
        case Kind.CLOSE:
            operation.txid = door.close_channel(params["channelPoint"], params["force"], params.get("satPerVbyte"))
        case Kind.SET_FEES:
            door.update_policy(
                params["channelPoint"], params["baseFeeMsat"], params["feeRatePpm"], params["timeLockDelta"]
            )
        case Kind.CONNECT:
            door.connect_peer(params["peerId"], params["host"])
        case _:
            raise GatewayError("unsupported_payment_method", "the node does not offer this")


def _look_for(operation: ChannelOperation, door: NodeDoor) -> None:
    """What became of a submission that nobody saw the end of."""
    kind = Kind(operation.kind)
    if kind is Kind.OPEN:
        made = door.opened(rules.memo(operation.op_id))
        if made is not None:
            _found(operation, made)
            _keep(operation, State.PENDING_CHAIN)
            return
    elif kind is Kind.CLOSE:
        point = operation.params["channelPoint"]
        if point in door.pending().closing or point not in {one.channel_point for one in door.channels()}:
            _keep(operation, State.PENDING_CHAIN)
            return
    else:  # fees and connections: doing it again is doing it once
        _submit(operation, door)
        return
    operation.not_found += 1
    if operation.not_found < NOT_FOUND_MAX:
        _wait(operation, LOOK_AGAIN)
        return
    operation.not_found = 0
    _submit(operation, door)


def _watch(operation: ChannelOperation, door: NodeDoor) -> None:
    """Wait for the chain: a channel is open when the node lists it, closed when it lists it no more."""
    listed = {one.channel_point for one in door.channels()}
    pending = door.pending()
    if operation.kind == Kind.OPEN:
        point = f"{operation.txid}:{operation.output_index}"
        over = point in listed
        if not over and point not in pending.opening and not _still_young(operation):
            log.warning("channel_operation_lost_sight", op=operation.op_id, channel_point=point)
    else:
        point = operation.params["channelPoint"]
        over = point not in listed and point not in pending.closing
    if not over:
        _wait(operation, CHAIN_PAUSE)
        return
    _keep(operation, State.DONE)
    channel_backups.take(operation.node, door)


def _still_young(operation: ChannelOperation) -> bool:
    return bool(timezone.now() - operation.updated_at < LEASE)


def _found(operation: ChannelOperation, made: OpenedChannel) -> None:
    operation.txid, operation.output_index = made.funding_txid, made.output_index


def _fail(operation: ChannelOperation, why: str) -> None:
    operation.error = why[:ERROR_CHARS_MAX]
    _keep(operation, State.FAILED)


def _wait(operation: ChannelOperation, pause: timedelta) -> None:
    """Look again later; the state stays."""
    operation.lease_expires_at = None
    operation.next_check_at = timezone.now() + pause
    operation.save(update_fields=["lease_expires_at", "next_check_at", "not_found"])


def _keep(operation: ChannelOperation, to: State) -> None:
    """Commit a move with its audit event; the lease ends unless the work goes on in `submitting`."""
    now = timezone.now()
    operation.state = rules.moved(State(operation.state), to)
    operation.updated_at = now
    operation.next_check_at = now + (LOOK_AGAIN if to is State.SUBMITTING else CHAIN_PAUSE)
    operation.lease_expires_at = now + LEASE if to is State.SUBMITTING else None
    with transaction.atomic():
        operation.save()
        if to in (State.SUBMITTING, State.DONE, State.FAILED):
            audit.record(
                f"lightning.channel.{'submitted' if to is State.SUBMITTING else to}",
                op_id=operation.op_id,
                node_id=operation.node.node_id,
                kind=operation.kind,
                txid=operation.txid,
                error=operation.error,
            )
    if operation.lease_expires_at is not None:
        LEASE_OPS.labels("lightning", "channel", "renewed").inc()
    metrics.CHANNEL_OPERATIONS.labels(operation.kind, to).inc()

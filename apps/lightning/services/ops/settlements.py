"""Money events of the gateway on their way to the control plane, which keeps them (section 17).

An event is stored before it is sent and marked after control acknowledged, so that it is told at least once; control's
keys make a second telling harmless. A refused event never holds up the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.lightning import metrics, peers
from apps.lightning.domain import settlement_events as rules
from apps.lightning.domain.settlement_events import BadProof, EventState, Kind
from apps.lightning.models import IngestEvent
from apps.lightning.services.executor.custody import open_column, seal_column
from openagents.db import audit
from openagents.ops import faults
from openagents.receipts.canonical import canonical_bytes
from openagents.wire.faults import INVALID_REQUEST, Fault

BATCH_MAX: Final = 500
PROOF: Final = "paymentProofValue"
FUNCTIONS: Final = {
    Kind.INVOICE_LIFECYCLE: "lightning/settlements:ingestInvoiceLifecycle",
    Kind.SETTLEMENT: "lightning/settlements:ingestSettlement",
}
REQUIRED: Final = {
    Kind.INVOICE_LIFECYCLE: ("invoiceId", "paywallId", "ownerId", "amountMsats", "status"),
    Kind.SETTLEMENT: ("settlementId", "paywallId", "ownerId", "amountMsats", "paymentProofType", PROOF),
}
STATUSES: Final = frozenset({"open", "settled", "canceled", "expired"})

log = structlog.get_logger("oa.lnops")


@dataclass(slots=True)
class Summary:
    """What became of a batch."""

    processed: int = 0
    waiting: int = 0
    invoice_transitions: list[dict[str, Any]] = field(default_factory=list)
    settlements: list[dict[str, Any]] = field(default_factory=list)
    correlation_refs: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def add(self, event: IngestEvent, answer: Mapping[str, Any]) -> None:
        """Count a delivered event with control's answer."""
        self.processed += 1
        body = event.body
        if event.kind == Kind.INVOICE_LIFECYCLE:
            stored = answer.get("invoice") or {}
            self.invoice_transitions.append(
                {
                    "invoice_id": event.external_id,
                    "status": str(stored.get("status") or body["status"]),
                    "changed": bool(answer.get("changed")),
                }
            )
            return
        stored = answer.get("settlement") or {}
        reference = str(stored.get("paymentProofRef") or stored.get("payment_proof_ref") or "")
        self.settlements.append(
            {
                "settlement_id": event.external_id,
                "payment_proof_ref": reference,
                "existed": bool(answer.get("existed")),
            }
        )
        known = {"request_id": "requestId", "task_id": "taskId", "route_id": "routeId"}
        found = {ours: body[theirs] for ours, theirs in known.items() if body.get(theirs)}
        self.correlation_refs.append({"settlement_id": event.external_id, "payment_proof_ref": reference, **found})

    def refuse(self, event: IngestEvent, reason: str) -> None:
        self.rejected.append({"kind": event.kind, "external_id": event.external_id, "reason": reason})


def ingest(events: Sequence[Mapping[str, Any]]) -> Summary:
    """Store a batch and tell control, in the order of what happened.

    `events` hold `kind`, `occurredAtMs` and the fields of control's function. Raises Fault INVALID_REQUEST for an event
    that is none, before anything is stored; CUSTODY_SEALED while proofs cannot be sealed.
    """
    if not 0 < len(events) <= BATCH_MAX:
        raise Fault(INVALID_REQUEST, f"a batch has 1 to {BATCH_MAX} events", reason_code="invalid_batch")
    checked = [_checked(event, index) for index, event in enumerate(events)]
    ordered = sorted(
        enumerate(checked), key=lambda pair: rules.position(pair[1][0], int(pair[1][1]["occurredAtMs"]), pair[0])
    )
    summary = Summary()
    for _, (kind, body) in ordered:
        _deliver(_stored(kind, body), summary)
    return summary


def deliver_waiting(limit: int = BATCH_MAX) -> Summary:
    """Tell control what it has not heard yet, oldest first; stops when it does not answer."""
    summary = Summary()
    keys = (
        IngestEvent.objects.filter(state=EventState.PENDING)
        .order_by("occurred_at_ms", "kind", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    for key in keys:
        with transaction.atomic():
            event = IngestEvent.objects.select_for_update(skip_locked=True).filter(pk=key).first()
            if event is not None and event.state == EventState.PENDING:
                _deliver(event, summary)
        if summary.waiting:
            break
    return summary


def _checked(event: Mapping[str, Any], index: int) -> tuple[Kind, dict[str, Any]]:
    def problem(reason: str) -> Fault:
        return Fault(INVALID_REQUEST, f"event {index}: {reason}", reason_code="invalid_event")

    try:
        kind = Kind(event.get("kind", ""))
    except ValueError:
        raise problem("the kind is invoice_lifecycle or settlement") from None
    body = {name: value for name, value in event.items() if name != "kind" and value not in (None, "")}
    missing = [name for name in (*REQUIRED[kind], "occurredAtMs") if name not in body]
    if missing:
        raise problem(f"missing {', '.join(missing)}")
    if kind is Kind.INVOICE_LIFECYCLE and body["status"] not in STATUSES:
        raise problem("the status is open, settled, canceled or expired")
    if kind is Kind.SETTLEMENT and body["paymentProofType"] != "lightning_preimage":
        raise problem("the proof is a lightning_preimage")
    return kind, body


def _stored(kind: Kind, body: dict[str, Any]) -> IngestEvent:
    """The event's row: the same event is one row, however often it comes."""
    identity = sha256(canonical_bytes(body)).hexdigest()
    open_body = {name: value for name, value in body.items() if name != PROOF}
    key = {"kind": kind, "external_id": rules.external_id(kind, body), "body_sha256": identity}
    with transaction.atomic():
        event, created = IngestEvent.objects.get_or_create(
            **key,
            defaults={
                "state": EventState.PENDING,
                "body": open_body,
                "occurred_at_ms": int(body["occurredAtMs"]),
            },
        )
        if created and PROOF in body:
            event.proof_enc = seal_column(str(body[PROOF]), "ingest_event", "proof_enc", event.pk)
            event.save(update_fields=["proof_enc"])
    return event


def _deliver(event: IngestEvent, summary: Summary) -> None:
    args = {name: value for name, value in event.body.items() if name != "occurredAtMs"}
    try:
        if event.kind == Kind.SETTLEMENT:
            proof = open_column(event.proof_enc, "ingest_event", "proof_enc", event.pk)
            args[PROOF] = rules.proof(proof, args.get("paymentHash"))
            metadata = args.get("metadata")
            args["metadata"] = {**(metadata if isinstance(metadata, dict) else {}), "proofVerified": True}
        faults.point("lightning.ingest.before_telling")
        answer = peers.mutation(FUNCTIONS[Kind(event.kind)], **args)
        faults.point("lightning.ingest.after_telling")
    except BadProof as bad:
        _reject(event, str(bad), summary)
    except peers.ControlRefused as refused:
        _reject(event, refused.message or refused.code, summary)
    except peers.ControlUnavailable:
        IngestEvent.objects.filter(pk=event.pk).update(tries=F("tries") + 1)
        summary.waiting += 1
        metrics.SETTLEMENTS.labels("waiting").inc()
    else:
        with transaction.atomic():
            done = IngestEvent.objects.filter(pk=event.pk).exclude(state=EventState.DELIVERED)
            if done.update(state=EventState.DELIVERED, error="", ended_at=Now()):
                audit.record("lightning.settlement.ingested", kind=event.kind, id=event.external_id)
        summary.add(event, answer)
        metrics.SETTLEMENTS.labels("delivered").inc()


def _reject(event: IngestEvent, reason: str, summary: Summary) -> None:
    with transaction.atomic():
        fresh = IngestEvent.objects.filter(pk=event.pk).exclude(state=EventState.REJECTED)
        if fresh.update(state=EventState.REJECTED, error=reason, ended_at=Now()):
            name = "conflict" if reason in ("settlement_conflict", "invoice_mismatch") else "rejected"
            audit.record(
                f"lightning.settlement.{name}",
                outcome="rejected",
                kind=event.kind,
                id=event.external_id,
                reason=reason,
            )
            log.error("settlement.rejected", kind=event.kind, id=event.external_id, reason=reason)
    summary.refuse(event, reason)
    metrics.SETTLEMENTS.labels("rejected").inc()

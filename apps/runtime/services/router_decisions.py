"""Router decisions: the choice among candidates, stored once per run and key, with its receipt event."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.runtime.domain import interop
from apps.runtime.domain.events import Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.routing import POLICIES, Candidate, CandidateInvalid, choose
from apps.runtime.models import RouterDecision, Run
from apps.runtime.services import interop as mirror
from apps.runtime.services.append import Append, append
from apps.runtime.services.artifacts import usable_signer
from openagents.db.retry import retried
from openagents.idempotency import fingerprint, lock_key
from openagents.receipts.canonical import canonical_text
from openagents.wire.faults import CONFLICT, FORBIDDEN, INVALID_REQUEST, NOT_FOUND, Fault

MARKETPLACE = "openagents"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be decided, for a run of the owner. `decided_at_unix` None: now."""

    owner: Owner
    run_id: UUID
    capability: str
    objective_hash: str | None
    marketplace_id: str
    candidates: Sequence[Candidate]
    policy: str
    idempotency_key: str | None
    decided_at_unix: int | None


def decide(ask: Ask) -> tuple[dict[str, Any], bool]:
    """The decision as it is answered, and whether it was there before.

    The same key with the same input gives the stored decision. Raises Fault INVALID_REQUEST, NOT_FOUND or FORBIDDEN
    for the run, CONFLICT `idempotency_key_conflict`, DEPENDENCY_UNAVAILABLE `receipt_signer_missing`.
    """
    if ask.policy not in POLICIES:
        raise Fault(INVALID_REQUEST, "unknown policy", errors={"policy": [", ".join(POLICIES)]})
    run_of(ask.run_id, ask.owner)
    usable_signer()  # a decision whose run could not be receipted must not be made
    return _decide(ask)


def run_of(run_id: UUID, owner: Owner) -> Run:
    """The owner's run. Raises Fault NOT_FOUND, FORBIDDEN; a run that is merely shared is somebody else's."""
    run = Run.objects.filter(id=run_id).first()
    if run is None:
        raise Fault(NOT_FOUND, "there is no such run")
    if run.owner_key != owner.key:
        raise Fault(FORBIDDEN, "the run belongs to somebody else")
    return run


@retried
def _decide(ask: Ask) -> tuple[dict[str, Any], bool]:
    try:
        choice = choose(ask.candidates, ask.policy, str(ask.run_id), ask.capability, ask.objective_hash)
    except CandidateInvalid as error:
        raise Fault(INVALID_REQUEST, str(error), errors={error.field: [error.problem]}) from None
    digest = choice.sha256()
    key = ask.idempotency_key or f"router_decision:{digest}"
    mark = fingerprint(
        {
            "decision_sha256": digest,
            "marketplace_id": ask.marketplace_id,
            # Without a key the decision is its own key, whenever it is asked for.
            "decided_at_unix": ask.decided_at_unix if ask.idempotency_key else None,
        }
    )
    with transaction.atomic():
        lock_key(f"router_decision:{ask.run_id}", key)
        known = RouterDecision.objects.filter(run_id=ask.run_id, key=key).first()
        if known is not None:
            if known.fingerprint != mark:
                raise Fault(CONFLICT, "the key was used for another decision", reason_code="idempotency_key_conflict")
            return json.loads(known.decision_text), True
        now = timezone.now()
        decided_at = int(now.timestamp()) if ask.decided_at_unix is None else ask.decided_at_unix
        decision = {
            **choice.plain(),
            "marketplace_id": ask.marketplace_id,
            "decision_sha256": digest,
            "decided_at_unix": decided_at,
        }
        event = make_event("receipt", {"receipt_type": "RouterDecision", **decision}, key, Source.SYSTEM)
        (placed,) = append(Append(ask.run_id, Source.SYSTEM, [event]))
        RouterDecision.objects.create(
            run_id=ask.run_id,
            key=key,
            fingerprint=mark,
            decision_sha256=digest,
            owner_key=ask.owner.key,
            policy=ask.policy,
            marketplace_id=ask.marketplace_id,
            capability=ask.capability,
            decision_text=canonical_text(decision),
            event_seq=placed.seq,
            decided_at_unix=decided_at,
            created_at=now,
        )
        mirror.write(interop.accept_of(decision, interop.actor_of(ask.owner.key)))
    return decision, False

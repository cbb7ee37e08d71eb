"""What a run proves: its receipt, its replay, its bundle, computed from the log and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.runtime import metrics
from apps.runtime.models import Run, RunEvent
from apps.runtime.services.runs import Reader, get_run
from openagents.receipts.bundle import build_bundle
from openagents.receipts.replay import EventRecord, RunRecord, published_replay, replay_text
from openagents.receipts.run_receipt import build_receipt
from openagents.receipts.run_receipt import receipt_text as canonical_receipt
from openagents.receipts.signing import SchnorrSigner
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault


@cache
def signer() -> SchnorrSigner | None:
    """The plane's receipt key, None when none is configured. Raises InvalidSecretKey at the first use of a bad one."""
    secret = settings.OA.runtime_receipt_signing_key
    return SchnorrSigner(secret) if secret else None


def usable_signer() -> SchnorrSigner | None:
    """The signer, when policy lets it sign. Raises Fault DEPENDENCY_UNAVAILABLE `receipt_signer_missing`."""
    config = settings.OA
    key = signer()
    allowed = config.runtime_verifier_allowed_signer_pubkeys
    missing = key is None and (config.runtime_verifier_strict or config.oa_env == "prod")
    refused = key is not None and bool(allowed) and key.public_key_hex not in allowed
    if missing or refused:
        metrics.RECEIPTS.labels("openagents.receipt.v1", "refused").inc()
        raise Fault(DEPENDENCY_UNAVAILABLE, "no usable receipt key", reason_code="receipt_signer_missing")
    return key


def record(run_id: UUID, reader: Reader) -> RunRecord:
    """The run with its whole log. Raises Fault NOT_FOUND, FORBIDDEN."""
    run = get_run(run_id, reader)
    # The log may have grown since the row was read; what the row does not know yet stays out.
    events = RunEvent.objects.filter(run_id=run.id, seq__lte=run.latest_seq).order_by("seq")
    return run_record(run, list(events))


def run_record(run: Run, events: Sequence[RunEvent]) -> RunRecord:
    """Everything the run's artifacts are computed from."""
    return RunRecord(
        run_id=str(run.id),
        created_at=run.created_at,
        updated_at=run.updated_at,
        status=str(run.status),
        metadata=json.loads(run.metadata_text),
        events=[
            EventRecord(
                seq=event.seq,
                event_type=event.event_type,
                payload=json.loads(event.payload_text),
                idempotency_key=event.idempotency_key,
                recorded_at=event.recorded_at,
            )
            for event in events
        ],
    )


def receipt_text(run_id: UUID, reader: Reader) -> str:
    """RECEIPT.json: canonical text of `openagents.receipt.v1`, signed when a key is configured."""
    receipt = build_receipt(record(run_id, reader), usable_signer())
    metrics.RECEIPTS.labels("openagents.receipt.v1", "built").inc()
    return canonical_receipt(receipt)


def replay(run_id: UUID, reader: Reader, *, published: bool) -> str:
    """REPLAY.jsonl; `published` masks secrets and keeps hashes."""
    text = replay_text(record(run_id, reader))
    return published_replay(text) if published else text


def bundle(run_id: UUID, reader: Reader) -> list[dict[str, Any]]:
    """The files of the run's bundle: `{name, sha256, content}` each."""
    built = build_bundle(record(run_id, reader), usable_signer())
    metrics.RECEIPTS.labels("openagents.receipt.v1", "built").inc()
    return list(built["files"])

"""Fraud incidents: recorded once, shown to operators, told on their topic."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.incidents import INCIDENT_SCHEMA, Incident
from apps.runtime.domain.journal import FRAUD_INCIDENTS, TopicClass
from apps.runtime.models import FraudIncident
from apps.runtime.services.journal import Row, document
from openagents.receipts.canonical import canonical_text
from openagents.receipts.times import rfc3339

TOPIC_OWNER = "system:runtime"


def record(incident: Incident) -> list[Row]:
    """Store an incident inside the caller's transaction; the journal rows the caller writes as its last step.

    An incident of the same facts that is known already is not recorded again: no rows then.
    """
    stored, created = FraudIncident.objects.get_or_create(
        incident_id=incident.incident_id,
        defaults={
            "incident_type": incident.incident_type.value,
            "severity": incident.severity,
            "provider_id": incident.provider_id,
            "provider_worker_id": incident.provider_worker_id,
            "job_hash": incident.job_hash,
            "run_id": incident.run_id,
            "quote_sha256": incident.quote_sha256,
            "actions": list(incident.actions),
            "evidence_text": canonical_text(dict(incident.evidence)),
            "created_at": timezone.now(),
        },
    )
    if not created:
        return []
    metrics.FRAUD_INCIDENTS.labels(stored.incident_type).inc()
    view = {**incident_view(stored), "created_at": rfc3339(stored.created_at)}
    return [
        Row(
            topic=FRAUD_INCIDENTS,
            topic_class=TopicClass.OPERATOR,
            kind=stored.incident_type,
            doc_key=f"fraud:{stored.incident_id}",
            doc_version=1,
            payload_text=document(view),
            owner_key=TOPIC_OWNER,
        )
    ]


def newest(limit: int) -> list[FraudIncident]:
    """The newest incidents."""
    return list(FraudIncident.objects.order_by("-created_at", "-incident_id")[:limit])


def incident_view(stored: FraudIncident) -> dict[str, Any]:
    """`FraudIncident` of the contract; also the journal's document, there with the time as text."""
    return {
        "schema": INCIDENT_SCHEMA,
        "incident_id": stored.incident_id,
        "incident_type": stored.incident_type,
        "severity": stored.severity,
        "provider_id": stored.provider_id,
        "provider_worker_id": stored.provider_worker_id,
        "job_hash": stored.job_hash,
        "run_id": stored.run_id,
        "quote_sha256": stored.quote_sha256,
        "actions": stored.actions,
        "evidence": json.loads(stored.evidence_text),
        "created_at": stored.created_at,
    }

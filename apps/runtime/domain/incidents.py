"""Fraud incidents: their types, and the id that makes one of the same facts the same incident (12.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openagents.receipts.canonical import canonical_sha256
from openagents.receipts.ids import derived_id

INCIDENT_SCHEMA = "openagents.fraud.incident.v1"


class IncidentType(StrEnum):
    VERIFICATION_VIOLATION = "compute_verification_violation"
    PRICE_INTEGRITY = "compute_price_integrity_violation"
    QUARANTINED = "provider_quarantined"
    DISAGREEMENT = "verification_disagreement"
    OVERRUN = "settlement_overrun"


SEVERITY: dict[IncidentType, str] = {
    IncidentType.VERIFICATION_VIOLATION: "medium",
    IncidentType.PRICE_INTEGRITY: "high",
    IncidentType.QUARANTINED: "critical",
    IncidentType.DISAGREEMENT: "high",
    IncidentType.OVERRUN: "critical",
}


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that looks like fraud. `actions`: what was done about it; `evidence`: a JSON object."""

    incident_type: IncidentType
    provider_id: str | None = None
    provider_worker_id: str | None = None
    job_hash: str | None = None
    run_id: str | None = None
    quote_sha256: str | None = None
    actions: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        return SEVERITY[self.incident_type]

    @property
    def incident_id(self) -> str:
        digest = canonical_sha256(
            {
                "incident_type": self.incident_type.value,
                "provider_worker_id": self.provider_worker_id,
                "job_hash": self.job_hash,
                "quote_sha256": self.quote_sha256,
            }
        )
        return derived_id("incident", digest, 16)

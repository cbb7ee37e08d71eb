"""Wire and domain of the marketplace, both ways."""

from __future__ import annotations

import json
from typing import Any

from apps.runtime.domain.jobs import JOB_TYPES, OutOfBounds, check_bounds
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.routing import Candidate
from apps.runtime.models import Dispatch
from apps.runtime.services import dispatch as dispatches
from apps.runtime.services.providers import shown_to
from openagents.verification.findings import EvidenceInvalid
from openagents.verification.repo_index import RepoIndex, read_expected, read_index
from openagents.verification.sandbox_job import SandboxJob, SandboxResult, read_job, read_result
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel, to_json


def job_of(body: WireModel | None) -> SandboxJob:
    """The job of a request that is to be run: complete and within bounds. Raises Fault INVALID_REQUEST."""
    job = any_job(body)
    try:
        check_bounds(job)
    except OutOfBounds as error:
        raise _refused(error.field, error.problem) from None
    return job


def any_job(body: WireModel | None) -> SandboxJob:
    """A job as evidence, whatever its bounds. Raises Fault INVALID_REQUEST."""
    try:
        return read_job(_plain(body, "request"))
    except EvidenceInvalid as error:
        raise _refused(error.field, error.problem) from None


def result_of(body: WireModel | None) -> SandboxResult:
    """A sandbox result. Raises Fault INVALID_REQUEST."""
    try:
        return read_result(_plain(body, "response"))
    except EvidenceInvalid as error:
        raise _refused(error.field, error.problem) from None


def expected_tree(body: WireModel | None) -> str:
    """What a repository index was asked to be. Raises Fault INVALID_REQUEST."""
    try:
        return read_expected(_plain(body, "request"))
    except EvidenceInvalid as error:
        raise _refused(error.field, error.problem) from None


def index_of(body: WireModel | None) -> RepoIndex:
    """A repository index. Raises Fault INVALID_REQUEST."""
    try:
        return read_index(_plain(body, "response"))
    except EvidenceInvalid as error:
        raise _refused(error.field, error.problem) from None


def candidate_of(body: WireModel, marketplace_id: str) -> Candidate:
    """A candidate; one that names no market is of the request's."""
    return Candidate(
        marketplace_id=body.marketplace_id.strip() or marketplace_id,
        provider_id=body.provider_id.strip(),
        total_price_msats=body.total_price_msats,
        currency=body.currency.strip(),
        latency_ms=body.latency_ms,
        reliability_bps=body.reliability_bps,
        provider_worker_id=_blank_is_absent(body.provider_worker_id),
        constraints=body.constraints,
        quote_id=_blank_is_absent(body.quote_id),
        quote_sha256=_blank_is_absent(body.quote_sha256),
    )


def job_types_view() -> list[dict[str, Any]]:
    return [
        {
            "job_type": kind.name,
            "schema_version": {"major": 1, "minor": 0, "patch": 0},
            "default_verification": {
                "mode": kind.mode,
                "redundancy": kind.redundancy,
                "adjudication": kind.adjudication,
            },
            "description": kind.description,
        }
        for kind in JOB_TYPES
    ]


def selection_shown(view: dict[str, Any], viewer: Owner | None) -> dict[str, Any]:
    """`MarketplaceSelection` out of `providers.selection_view`."""
    entry = shown_to(view["provider"], view["owner_key"], viewer.key if viewer else None)
    return {"provider": entry, "tier": view["tier"]}


def dispatch_view(found: Dispatch, viewer: Owner | None) -> dict[str, Any]:
    """`MarketplaceDispatchResponse`; no response while it runs."""
    selection, response = dispatches.views(found)
    running = found.finished_at is None
    return {
        "job_hash": found.job_hash,
        "selection": selection_shown(selection, viewer) if selection else None,
        "response": None if running else response,
        "latency_ms": None if running else found.latency_ms,
        "fallback_from_provider_id": found.fallback_from_provider_id,
        "dispatch_id": found.dispatch_id,
        "status": str(found.status),
    }


def _plain(body: WireModel | None, field: str) -> Any:
    if body is None:
        raise _refused(field, "is required")
    return json.loads(to_json(body))


def _blank_is_absent(text: str | None) -> str | None:
    return (text or "").strip() or None


def _refused(field: str, problem: str) -> Fault:
    return Fault(INVALID_REQUEST, f"{field} {problem}", errors={field: [problem]})

"""Reading what was compiled and deployed."""

from __future__ import annotations

from typing import Final

from django.db.models import Prefetch

from apps.lightning.models import CompiledArtifact, ReconcileRun, ReconcileStep
from openagents.wire.faults import NOT_FOUND, Fault

REQUEST_ID_CHARS_MAX: Final = 128
RUNS_SHOWN: Final = 50


def run_of(request_id: str) -> ReconcileRun:
    """Raises Fault NOT_FOUND."""
    row = ReconcileRun.objects.filter(request_id=request_id).first()
    if row is None:
        raise Fault(NOT_FOUND, "there is no run with this request id")
    return row


def artifact_of(config_hash: str) -> CompiledArtifact:
    """Raises Fault NOT_FOUND."""
    row = CompiledArtifact.objects.filter(config_hash=config_hash).first()
    if row is None:
        raise Fault(NOT_FOUND, "there is no artifact with this hash")
    return row


def newest_runs() -> list[ReconcileRun]:
    """With their steps, in two statements."""
    steps = Prefetch("steps", ReconcileStep.objects.order_by("n"))
    return list(ReconcileRun.objects.order_by("-created_at", "-pk").prefetch_related(steps)[:RUNS_SHOWN])

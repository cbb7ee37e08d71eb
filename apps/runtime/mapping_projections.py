"""Projection models to their wire views."""

from __future__ import annotations

from typing import Any

from apps.runtime.models import ProjectionCheckpoint, ProjectionDrift, ReplayArtifact, RunSummary, WorkerSummary


def checkpoint_view(topic: str, checkpoint: ProjectionCheckpoint) -> dict[str, Any]:
    """`RuntimeCheckpointView`; `topic` is the checkpoint's name on the wire."""
    return {
        "topic": topic,
        "last_seq": checkpoint.last_runtime_seq,
        "last_event_type": checkpoint.last_event_type,
        "updated_at": checkpoint.last_projected_at,
    }


def run_summary_view(summary: RunSummary) -> dict[str, Any]:
    """`RuntimeRunSummaryView`."""
    return {"run_id": str(summary.run_id), **_facts(summary)}


def worker_summary_view(summary: WorkerSummary) -> dict[str, Any]:
    """`RuntimeWorkerSummaryView`."""
    return {"worker_id": summary.worker_id, **_facts(summary)}


def _facts(summary: RunSummary | WorkerSummary) -> dict[str, Any]:
    return {
        "status": summary.status,
        "last_seq": summary.last_seq,
        "event_count": summary.event_count,
        "projection_hash": summary.projection_hash,
        "updated_at": summary.updated_at,
    }


def drift_view(drift: ProjectionDrift) -> dict[str, Any]:
    """`RuntimeProjectionDrift`."""
    return {
        "topic": drift.topic,
        "expected_next_seq": drift.expected_next_seq,
        "last_seen_seq": drift.last_seen_seq,
        "incoming_seq": drift.incoming_seq,
        "reason": drift.reason,
        "detected_at": drift.detected_at,
    }


def artifact_view(artifact: ReplayArtifact) -> dict[str, Any]:
    """`RuntimeReplayArtifact`."""
    return {
        "artifact_id": artifact.artifact_id,
        "run_id": str(artifact.run_id),
        "first_seq": artifact.first_seq,
        "last_seq": artifact.last_seq,
        "event_count": artifact.event_count,
        "replay_hash": artifact.replay_hash,
        "storage_ref": artifact.storage_ref,
        "compression": artifact.compression,
        "chunk_count": artifact.chunk_count,
        "generated_at": artifact.generated_at,
    }

"""What the runtime keeps: one module per subject."""

from apps.runtime.models.journal import SyncStreamEvent, SyncTopicDoc, SyncTopicSequence
from apps.runtime.models.projections import ProjectionCheckpoint, ProjectionDrift, RunSummary
from apps.runtime.models.runs import Run, RunEvent

__all__ = [
    "ProjectionCheckpoint",
    "ProjectionDrift",
    "Run",
    "RunEvent",
    "RunSummary",
    "SyncStreamEvent",
    "SyncTopicDoc",
    "SyncTopicSequence",
]

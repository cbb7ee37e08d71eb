"""What the runtime keeps: one module per subject."""

from apps.runtime.models.artifacts import ReplayArtifact, ReplayChunk
from apps.runtime.models.comms import CommsDeliveryEvent
from apps.runtime.models.interop import MirrorIntent
from apps.runtime.models.journal import SyncStreamEvent, SyncTopicDoc, SyncTopicSequence
from apps.runtime.models.marketplace import (
    ComputeQuote,
    Dispatch,
    DispatchAttempt,
    FraudIncident,
    ProviderSignal,
    RouterDecision,
)
from apps.runtime.models.operations import JobCursor, OpsSwitch, VerificationTally
from apps.runtime.models.projections import ProjectionCheckpoint, ProjectionDrift, RunSummary
from apps.runtime.models.runs import Run, RunEvent
from apps.runtime.models.threads import RunFrame, Thread, ThreadMessage
from apps.runtime.models.workers import Worker, WorkerEvent, WorkerLive, WorkerRequest, WorkerSummary

__all__ = [
    "CommsDeliveryEvent",
    "ComputeQuote",
    "Dispatch",
    "DispatchAttempt",
    "FraudIncident",
    "JobCursor",
    "MirrorIntent",
    "OpsSwitch",
    "ProjectionCheckpoint",
    "ProjectionDrift",
    "ProviderSignal",
    "ReplayArtifact",
    "ReplayChunk",
    "RouterDecision",
    "Run",
    "RunEvent",
    "RunFrame",
    "RunSummary",
    "SyncStreamEvent",
    "SyncTopicDoc",
    "SyncTopicSequence",
    "Thread",
    "ThreadMessage",
    "VerificationTally",
    "Worker",
    "WorkerEvent",
    "WorkerLive",
    "WorkerRequest",
    "WorkerSummary",
]

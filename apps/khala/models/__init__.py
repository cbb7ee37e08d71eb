"""What Khala keeps (disposable: audit, revocations, connections), and the journal it may only read."""

from apps.khala.models.delivery import ClientTelemetryRow, DeviceWatermark, SnapshotRow
from apps.khala.models.journal import SyncStreamEvent, SyncTopicDoc, SyncTopicSequence
from apps.khala.models.operations import OrderRow
from apps.khala.models.records import (
    AuditRow,
    ConnectionRow,
    FeedCursor,
    NodeRow,
    RecoveryGrantRow,
    RevocationRow,
)

__all__ = [
    "AuditRow",
    "ClientTelemetryRow",
    "ConnectionRow",
    "DeviceWatermark",
    "FeedCursor",
    "NodeRow",
    "OrderRow",
    "RecoveryGrantRow",
    "RevocationRow",
    "SnapshotRow",
    "SyncStreamEvent",
    "SyncTopicDoc",
    "SyncTopicSequence",
]

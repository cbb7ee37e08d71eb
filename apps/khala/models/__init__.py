"""What Khala keeps (disposable: audit, revocations, connections), and the journal it may only read."""

from apps.khala.models.journal import SyncStreamEvent, SyncTopicDoc, SyncTopicSequence
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
    "ConnectionRow",
    "FeedCursor",
    "NodeRow",
    "RecoveryGrantRow",
    "RevocationRow",
    "SyncStreamEvent",
    "SyncTopicDoc",
    "SyncTopicSequence",
]

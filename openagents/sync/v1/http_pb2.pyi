import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.sync.v1 import telemetry_pb2 as _telemetry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class KhalaErrorResponse(_message.Message):
    __slots__ = ("error", "message", "reason_code", "details", "retry_after_ms")
    ERROR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    error: str
    message: str
    reason_code: str
    details: _struct_pb2.Struct
    retry_after_ms: int
    def __init__(self, error: _Optional[str] = ..., message: _Optional[str] = ..., reason_code: _Optional[str] = ..., details: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., retry_after_ms: _Optional[int] = ...) -> None: ...

class KhalaTopicMessage(_message.Message):
    __slots__ = ("topic", "sequence", "kind", "payload", "published_at")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    topic: str
    sequence: int
    kind: str
    payload: _struct_pb2.Value
    published_at: _timestamp_pb2.Timestamp
    def __init__(self, topic: _Optional[str] = ..., sequence: _Optional[int] = ..., kind: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class KhalaTopicMessagesResponse(_message.Message):
    __slots__ = ("topic", "driver", "messages", "oldest_available_cursor", "head_cursor", "queue_depth", "dropped_messages", "next_cursor", "replay_complete", "limit_applied", "limit_capped", "fairness_applied", "active_topic_count", "outbound_queue_limit", "consumer_lag", "slow_consumer_strikes", "slow_consumer_max_strikes", "recommended_reconnect_backoff_ms", "lineage")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    DRIVER_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    OLDEST_AVAILABLE_CURSOR_FIELD_NUMBER: _ClassVar[int]
    HEAD_CURSOR_FIELD_NUMBER: _ClassVar[int]
    QUEUE_DEPTH_FIELD_NUMBER: _ClassVar[int]
    DROPPED_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    REPLAY_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_APPLIED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_CAPPED_FIELD_NUMBER: _ClassVar[int]
    FAIRNESS_APPLIED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_TOPIC_COUNT_FIELD_NUMBER: _ClassVar[int]
    OUTBOUND_QUEUE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    CONSUMER_LAG_FIELD_NUMBER: _ClassVar[int]
    SLOW_CONSUMER_STRIKES_FIELD_NUMBER: _ClassVar[int]
    SLOW_CONSUMER_MAX_STRIKES_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDED_RECONNECT_BACKOFF_MS_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_FIELD_NUMBER: _ClassVar[int]
    topic: str
    driver: str
    messages: _containers.RepeatedCompositeFieldContainer[KhalaTopicMessage]
    oldest_available_cursor: int
    head_cursor: int
    queue_depth: int
    dropped_messages: int
    next_cursor: int
    replay_complete: bool
    limit_applied: int
    limit_capped: bool
    fairness_applied: bool
    active_topic_count: int
    outbound_queue_limit: int
    consumer_lag: int
    slow_consumer_strikes: int
    slow_consumer_max_strikes: int
    recommended_reconnect_backoff_ms: int
    lineage: str
    def __init__(self, topic: _Optional[str] = ..., driver: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[KhalaTopicMessage, _Mapping]]] = ..., oldest_available_cursor: _Optional[int] = ..., head_cursor: _Optional[int] = ..., queue_depth: _Optional[int] = ..., dropped_messages: _Optional[int] = ..., next_cursor: _Optional[int] = ..., replay_complete: _Optional[bool] = ..., limit_applied: _Optional[int] = ..., limit_capped: _Optional[bool] = ..., fairness_applied: _Optional[bool] = ..., active_topic_count: _Optional[int] = ..., outbound_queue_limit: _Optional[int] = ..., consumer_lag: _Optional[int] = ..., slow_consumer_strikes: _Optional[int] = ..., slow_consumer_max_strikes: _Optional[int] = ..., recommended_reconnect_backoff_ms: _Optional[int] = ..., lineage: _Optional[str] = ...) -> None: ...

class KhalaSnapshotDoc(_message.Message):
    __slots__ = ("doc_key", "doc_version", "payload", "payload_hash", "seq")
    DOC_KEY_FIELD_NUMBER: _ClassVar[int]
    DOC_VERSION_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_HASH_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    doc_key: str
    doc_version: int
    payload: _struct_pb2.Value
    payload_hash: str
    seq: int
    def __init__(self, doc_key: _Optional[str] = ..., doc_version: _Optional[int] = ..., payload: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., payload_hash: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class KhalaSnapshotResponse(_message.Message):
    __slots__ = ("topic", "canonical_topic", "format", "schema_version", "lineage", "as_of_seq", "chain", "generated_at", "docs", "next_page", "doc_count", "snapshot_hash")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_TOPIC_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_SEQ_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_FIELD_NUMBER: _ClassVar[int]
    DOCS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    DOC_COUNT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_HASH_FIELD_NUMBER: _ClassVar[int]
    topic: str
    canonical_topic: str
    format: str
    schema_version: int
    lineage: str
    as_of_seq: int
    chain: str
    generated_at: _timestamp_pb2.Timestamp
    docs: _containers.RepeatedCompositeFieldContainer[KhalaSnapshotDoc]
    next_page: str
    doc_count: int
    snapshot_hash: str
    def __init__(self, topic: _Optional[str] = ..., canonical_topic: _Optional[str] = ..., format: _Optional[str] = ..., schema_version: _Optional[int] = ..., lineage: _Optional[str] = ..., as_of_seq: _Optional[int] = ..., chain: _Optional[str] = ..., generated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., docs: _Optional[_Iterable[_Union[KhalaSnapshotDoc, _Mapping]]] = ..., next_page: _Optional[str] = ..., doc_count: _Optional[int] = ..., snapshot_hash: _Optional[str] = ...) -> None: ...

class KhalaTelemetryRequest(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_telemetry_pb2.ClientTelemetryEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[_telemetry_pb2.ClientTelemetryEvent, _Mapping]]] = ...) -> None: ...

class KhalaTelemetryRejection(_message.Message):
    __slots__ = ("index", "reason")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    index: int
    reason: str
    def __init__(self, index: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class KhalaTelemetryResponse(_message.Message):
    __slots__ = ("accepted", "duplicates", "rejected")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    duplicates: int
    rejected: _containers.RepeatedCompositeFieldContainer[KhalaTelemetryRejection]
    def __init__(self, accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., rejected: _Optional[_Iterable[_Union[KhalaTelemetryRejection, _Mapping]]] = ...) -> None: ...

class KhalaCompatResponse(_message.Message):
    __slots__ = ("protocol_version", "min_client_build_id", "max_client_build_id", "min_schema_version", "max_schema_version", "enforced", "valid_until")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MIN_CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    MAX_SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    ENFORCED_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    protocol_version: str
    min_client_build_id: str
    max_client_build_id: str
    min_schema_version: int
    max_schema_version: int
    enforced: bool
    valid_until: _timestamp_pb2.Timestamp
    def __init__(self, protocol_version: _Optional[str] = ..., min_client_build_id: _Optional[str] = ..., max_client_build_id: _Optional[str] = ..., min_schema_version: _Optional[int] = ..., max_schema_version: _Optional[int] = ..., enforced: _Optional[bool] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class KhalaRevokedMembership(_message.Message):
    __slots__ = ("user_id", "org_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    org_id: str
    def __init__(self, user_id: _Optional[str] = ..., org_id: _Optional[str] = ...) -> None: ...

class KhalaSessionRevokeRequest(_message.Message):
    __slots__ = ("session_ids", "device_ids", "reason", "user_id", "user_ids", "jtis", "kids", "memberships", "revoked_at", "request_id", "seq")
    SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    JTIS_FIELD_NUMBER: _ClassVar[int]
    KIDS_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    session_ids: _containers.RepeatedScalarFieldContainer[str]
    device_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    user_id: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    jtis: _containers.RepeatedScalarFieldContainer[str]
    kids: _containers.RepeatedScalarFieldContainer[str]
    memberships: _containers.RepeatedCompositeFieldContainer[KhalaRevokedMembership]
    revoked_at: int
    request_id: str
    seq: int
    def __init__(self, session_ids: _Optional[_Iterable[str]] = ..., device_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., user_id: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ..., jtis: _Optional[_Iterable[str]] = ..., kids: _Optional[_Iterable[str]] = ..., memberships: _Optional[_Iterable[_Union[KhalaRevokedMembership, _Mapping]]] = ..., revoked_at: _Optional[int] = ..., request_id: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class KhalaSessionRevokeData(_message.Message):
    __slots__ = ("revoked_session_ids", "revoked_device_ids", "reason", "revoked_at", "evicting")
    REVOKED_SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_DEVICE_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    EVICTING_FIELD_NUMBER: _ClassVar[int]
    revoked_session_ids: _containers.RepeatedScalarFieldContainer[str]
    revoked_device_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    revoked_at: int
    evicting: int
    def __init__(self, revoked_session_ids: _Optional[_Iterable[str]] = ..., revoked_device_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., revoked_at: _Optional[int] = ..., evicting: _Optional[int] = ...) -> None: ...

class KhalaSessionRevokeResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: KhalaSessionRevokeData
    def __init__(self, data: _Optional[_Union[KhalaSessionRevokeData, _Mapping]] = ...) -> None: ...

class KhalaSessionRevokeErrorResponse(_message.Message):
    __slots__ = ("error",)
    ERROR_FIELD_NUMBER: _ClassVar[int]
    error: KhalaSessionRevokeError
    def __init__(self, error: _Optional[_Union[KhalaSessionRevokeError, _Mapping]] = ...) -> None: ...

class KhalaSessionRevokeError(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ExternalFanoutHook(_message.Message):
    __slots__ = ("backend", "status", "note")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    backend: str
    status: str
    note: str
    def __init__(self, backend: _Optional[str] = ..., status: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class FanoutTopicWindow(_message.Message):
    __slots__ = ("topic", "topic_class", "qos_tier", "replay_budget_events", "oldest_sequence", "head_sequence", "queue_depth", "dropped_messages", "publish_rate_limit_per_second", "max_payload_bytes", "publish_rate_limited_count", "frame_size_rejected_count", "stale_cursor_budget_exceeded_count", "stale_cursor_retention_floor_count", "last_violation_reason")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    TOPIC_CLASS_FIELD_NUMBER: _ClassVar[int]
    QOS_TIER_FIELD_NUMBER: _ClassVar[int]
    REPLAY_BUDGET_EVENTS_FIELD_NUMBER: _ClassVar[int]
    OLDEST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    HEAD_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    QUEUE_DEPTH_FIELD_NUMBER: _ClassVar[int]
    DROPPED_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_RATE_LIMIT_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    MAX_PAYLOAD_BYTES_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_RATE_LIMITED_COUNT_FIELD_NUMBER: _ClassVar[int]
    FRAME_SIZE_REJECTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    STALE_CURSOR_BUDGET_EXCEEDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    STALE_CURSOR_RETENTION_FLOOR_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_VIOLATION_REASON_FIELD_NUMBER: _ClassVar[int]
    topic: str
    topic_class: str
    qos_tier: str
    replay_budget_events: int
    oldest_sequence: int
    head_sequence: int
    queue_depth: int
    dropped_messages: int
    publish_rate_limit_per_second: int
    max_payload_bytes: int
    publish_rate_limited_count: int
    frame_size_rejected_count: int
    stale_cursor_budget_exceeded_count: int
    stale_cursor_retention_floor_count: int
    last_violation_reason: str
    def __init__(self, topic: _Optional[str] = ..., topic_class: _Optional[str] = ..., qos_tier: _Optional[str] = ..., replay_budget_events: _Optional[int] = ..., oldest_sequence: _Optional[int] = ..., head_sequence: _Optional[int] = ..., queue_depth: _Optional[int] = ..., dropped_messages: _Optional[int] = ..., publish_rate_limit_per_second: _Optional[int] = ..., max_payload_bytes: _Optional[int] = ..., publish_rate_limited_count: _Optional[int] = ..., frame_size_rejected_count: _Optional[int] = ..., stale_cursor_budget_exceeded_count: _Optional[int] = ..., stale_cursor_retention_floor_count: _Optional[int] = ..., last_violation_reason: _Optional[str] = ...) -> None: ...

class FanoutDeliveryMetrics(_message.Message):
    __slots__ = ("total_polls", "throttled_polls", "limited_polls", "fairness_limited_polls", "slow_consumer_evictions", "served_messages", "active_consumers", "recent_disconnect_causes")
    TOTAL_POLLS_FIELD_NUMBER: _ClassVar[int]
    THROTTLED_POLLS_FIELD_NUMBER: _ClassVar[int]
    LIMITED_POLLS_FIELD_NUMBER: _ClassVar[int]
    FAIRNESS_LIMITED_POLLS_FIELD_NUMBER: _ClassVar[int]
    SLOW_CONSUMER_EVICTIONS_FIELD_NUMBER: _ClassVar[int]
    SERVED_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_CONSUMERS_FIELD_NUMBER: _ClassVar[int]
    RECENT_DISCONNECT_CAUSES_FIELD_NUMBER: _ClassVar[int]
    total_polls: int
    throttled_polls: int
    limited_polls: int
    fairness_limited_polls: int
    slow_consumer_evictions: int
    served_messages: int
    active_consumers: int
    recent_disconnect_causes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, total_polls: _Optional[int] = ..., throttled_polls: _Optional[int] = ..., limited_polls: _Optional[int] = ..., fairness_limited_polls: _Optional[int] = ..., slow_consumer_evictions: _Optional[int] = ..., served_messages: _Optional[int] = ..., active_consumers: _Optional[int] = ..., recent_disconnect_causes: _Optional[_Iterable[str]] = ...) -> None: ...

class FanoutStats(_message.Message):
    __slots__ = ("khala_connections", "reconnects_per_min", "replay_lag_p95_events", "replay_duration_p95_s", "stale_cursors_10m", "slow_consumer_disconnects_10m")
    KHALA_CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    RECONNECTS_PER_MIN_FIELD_NUMBER: _ClassVar[int]
    REPLAY_LAG_P95_EVENTS_FIELD_NUMBER: _ClassVar[int]
    REPLAY_DURATION_P95_S_FIELD_NUMBER: _ClassVar[int]
    STALE_CURSORS_10M_FIELD_NUMBER: _ClassVar[int]
    SLOW_CONSUMER_DISCONNECTS_10M_FIELD_NUMBER: _ClassVar[int]
    khala_connections: int
    reconnects_per_min: float
    replay_lag_p95_events: float
    replay_duration_p95_s: float
    stale_cursors_10m: int
    slow_consumer_disconnects_10m: int
    def __init__(self, khala_connections: _Optional[int] = ..., reconnects_per_min: _Optional[float] = ..., replay_lag_p95_events: _Optional[float] = ..., replay_duration_p95_s: _Optional[float] = ..., stale_cursors_10m: _Optional[int] = ..., slow_consumer_disconnects_10m: _Optional[int] = ...) -> None: ...

class FanoutHooksResponse(_message.Message):
    __slots__ = ("driver", "hooks", "delivery_metrics", "topic_windows")
    DRIVER_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_METRICS_FIELD_NUMBER: _ClassVar[int]
    TOPIC_WINDOWS_FIELD_NUMBER: _ClassVar[int]
    driver: str
    hooks: _containers.RepeatedCompositeFieldContainer[ExternalFanoutHook]
    delivery_metrics: FanoutDeliveryMetrics
    topic_windows: _containers.RepeatedCompositeFieldContainer[FanoutTopicWindow]
    def __init__(self, driver: _Optional[str] = ..., hooks: _Optional[_Iterable[_Union[ExternalFanoutHook, _Mapping]]] = ..., delivery_metrics: _Optional[_Union[FanoutDeliveryMetrics, _Mapping]] = ..., topic_windows: _Optional[_Iterable[_Union[FanoutTopicWindow, _Mapping]]] = ...) -> None: ...

class FanoutMetricsResponse(_message.Message):
    __slots__ = ("driver", "delivery_metrics", "topic_windows", "stats")
    DRIVER_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_METRICS_FIELD_NUMBER: _ClassVar[int]
    TOPIC_WINDOWS_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    driver: str
    delivery_metrics: FanoutDeliveryMetrics
    topic_windows: _containers.RepeatedCompositeFieldContainer[FanoutTopicWindow]
    stats: FanoutStats
    def __init__(self, driver: _Optional[str] = ..., delivery_metrics: _Optional[_Union[FanoutDeliveryMetrics, _Mapping]] = ..., topic_windows: _Optional[_Iterable[_Union[FanoutTopicWindow, _Mapping]]] = ..., stats: _Optional[_Union[FanoutStats, _Mapping]] = ...) -> None: ...

class KhalaConnectionPosition(_message.Message):
    __slots__ = ("topic", "state", "position", "lag")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    LAG_FIELD_NUMBER: _ClassVar[int]
    topic: str
    state: str
    position: int
    lag: int
    def __init__(self, topic: _Optional[str] = ..., state: _Optional[str] = ..., position: _Optional[int] = ..., lag: _Optional[int] = ...) -> None: ...

class KhalaConnection(_message.Message):
    __slots__ = ("connection_id", "node_id", "lane", "principal_key", "user_id", "org_id", "device_id", "session_id", "surface", "client_build_id", "opened_at", "joined_at", "live", "positions")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_KEY_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SURFACE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    node_id: str
    lane: str
    principal_key: str
    user_id: str
    org_id: str
    device_id: str
    session_id: str
    surface: str
    client_build_id: str
    opened_at: _timestamp_pb2.Timestamp
    joined_at: _timestamp_pb2.Timestamp
    live: bool
    positions: _containers.RepeatedCompositeFieldContainer[KhalaConnectionPosition]
    def __init__(self, connection_id: _Optional[str] = ..., node_id: _Optional[str] = ..., lane: _Optional[str] = ..., principal_key: _Optional[str] = ..., user_id: _Optional[str] = ..., org_id: _Optional[str] = ..., device_id: _Optional[str] = ..., session_id: _Optional[str] = ..., surface: _Optional[str] = ..., client_build_id: _Optional[str] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., live: _Optional[bool] = ..., positions: _Optional[_Iterable[_Union[KhalaConnectionPosition, _Mapping]]] = ...) -> None: ...

class KhalaConnectionsResponse(_message.Message):
    __slots__ = ("connections", "next_cursor")
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    connections: _containers.RepeatedCompositeFieldContainer[KhalaConnection]
    next_cursor: str
    def __init__(self, connections: _Optional[_Iterable[_Union[KhalaConnection, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class KhalaConnectionCloseResponse(_message.Message):
    __slots__ = ("connection_id", "reason")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    reason: str
    def __init__(self, connection_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class KhalaConnectionCloseRequest(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class KhalaDrainRequest(_message.Message):
    __slots__ = ("window_ms",)
    WINDOW_MS_FIELD_NUMBER: _ClassVar[int]
    window_ms: int
    def __init__(self, window_ms: _Optional[int] = ...) -> None: ...

class KhalaDrainResponse(_message.Message):
    __slots__ = ("drain_id", "connections")
    DRAIN_ID_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    drain_id: str
    connections: int
    def __init__(self, drain_id: _Optional[str] = ..., connections: _Optional[int] = ...) -> None: ...

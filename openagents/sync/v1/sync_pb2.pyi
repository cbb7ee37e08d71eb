from openagents.sync.v1 import telemetry_pb2 as _telemetry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SyncTopic(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SYNC_TOPIC_UNSPECIFIED: _ClassVar[SyncTopic]
    SYNC_TOPIC_RUNTIME_RUN_SUMMARIES: _ClassVar[SyncTopic]
    SYNC_TOPIC_RUNTIME_CODEX_WORKER_SUMMARIES: _ClassVar[SyncTopic]
    SYNC_TOPIC_RUNTIME_NOTIFICATIONS: _ClassVar[SyncTopic]
    SYNC_TOPIC_RUNTIME_CODEX_WORKER_EVENTS: _ClassVar[SyncTopic]

class SyncErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SYNC_ERROR_CODE_UNSPECIFIED: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_UNAUTHORIZED: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_FORBIDDEN_TOPIC: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_BAD_SUBSCRIPTION: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_STALE_CURSOR: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_PAYLOAD_TOO_LARGE: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_RATE_LIMITED: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_INTERNAL: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_SLOW_CONSUMER: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_REAUTH_REQUIRED: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_UPGRADE_REQUIRED: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_SERVER_DRAINING: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_HEARTBEAT_TIMEOUT: _ClassVar[SyncErrorCode]
    SYNC_ERROR_CODE_BAD_MESSAGE: _ClassVar[SyncErrorCode]

class KhalaFrameKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KHALA_FRAME_KIND_UNSPECIFIED: _ClassVar[KhalaFrameKind]
    KHALA_FRAME_KIND_SUBSCRIBED: _ClassVar[KhalaFrameKind]
    KHALA_FRAME_KIND_UPDATE_BATCH: _ClassVar[KhalaFrameKind]
    KHALA_FRAME_KIND_HEARTBEAT: _ClassVar[KhalaFrameKind]
    KHALA_FRAME_KIND_ERROR: _ClassVar[KhalaFrameKind]
    KHALA_FRAME_KIND_WELCOME: _ClassVar[KhalaFrameKind]
    KHALA_FRAME_KIND_UNSUBSCRIBED: _ClassVar[KhalaFrameKind]
    KHALA_FRAME_KIND_CONTROL: _ClassVar[KhalaFrameKind]
    KHALA_FRAME_KIND_AUTH: _ClassVar[KhalaFrameKind]

class StartMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    START_MODE_UNSPECIFIED: _ClassVar[StartMode]
    START_MODE_EARLIEST: _ClassVar[StartMode]
    START_MODE_LATEST: _ClassVar[StartMode]
SYNC_TOPIC_UNSPECIFIED: SyncTopic
SYNC_TOPIC_RUNTIME_RUN_SUMMARIES: SyncTopic
SYNC_TOPIC_RUNTIME_CODEX_WORKER_SUMMARIES: SyncTopic
SYNC_TOPIC_RUNTIME_NOTIFICATIONS: SyncTopic
SYNC_TOPIC_RUNTIME_CODEX_WORKER_EVENTS: SyncTopic
SYNC_ERROR_CODE_UNSPECIFIED: SyncErrorCode
SYNC_ERROR_CODE_UNAUTHORIZED: SyncErrorCode
SYNC_ERROR_CODE_FORBIDDEN_TOPIC: SyncErrorCode
SYNC_ERROR_CODE_BAD_SUBSCRIPTION: SyncErrorCode
SYNC_ERROR_CODE_STALE_CURSOR: SyncErrorCode
SYNC_ERROR_CODE_PAYLOAD_TOO_LARGE: SyncErrorCode
SYNC_ERROR_CODE_RATE_LIMITED: SyncErrorCode
SYNC_ERROR_CODE_INTERNAL: SyncErrorCode
SYNC_ERROR_CODE_SLOW_CONSUMER: SyncErrorCode
SYNC_ERROR_CODE_REAUTH_REQUIRED: SyncErrorCode
SYNC_ERROR_CODE_UPGRADE_REQUIRED: SyncErrorCode
SYNC_ERROR_CODE_SERVER_DRAINING: SyncErrorCode
SYNC_ERROR_CODE_HEARTBEAT_TIMEOUT: SyncErrorCode
SYNC_ERROR_CODE_BAD_MESSAGE: SyncErrorCode
KHALA_FRAME_KIND_UNSPECIFIED: KhalaFrameKind
KHALA_FRAME_KIND_SUBSCRIBED: KhalaFrameKind
KHALA_FRAME_KIND_UPDATE_BATCH: KhalaFrameKind
KHALA_FRAME_KIND_HEARTBEAT: KhalaFrameKind
KHALA_FRAME_KIND_ERROR: KhalaFrameKind
KHALA_FRAME_KIND_WELCOME: KhalaFrameKind
KHALA_FRAME_KIND_UNSUBSCRIBED: KhalaFrameKind
KHALA_FRAME_KIND_CONTROL: KhalaFrameKind
KHALA_FRAME_KIND_AUTH: KhalaFrameKind
START_MODE_UNSPECIFIED: StartMode
START_MODE_EARLIEST: StartMode
START_MODE_LATEST: StartMode

class KhalaFrame(_message.Message):
    __slots__ = ("topic", "seq", "kind", "payload_bytes", "schema_version", "lineage")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_BYTES_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_FIELD_NUMBER: _ClassVar[int]
    topic: str
    seq: int
    kind: KhalaFrameKind
    payload_bytes: bytes
    schema_version: int
    lineage: str
    def __init__(self, topic: _Optional[str] = ..., seq: _Optional[int] = ..., kind: _Optional[_Union[KhalaFrameKind, str]] = ..., payload_bytes: _Optional[bytes] = ..., schema_version: _Optional[int] = ..., lineage: _Optional[str] = ...) -> None: ...

class TopicCursor(_message.Message):
    __slots__ = ("topic", "watermark", "topic_name", "lineage", "chain")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_FIELD_NUMBER: _ClassVar[int]
    TOPIC_NAME_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    topic: SyncTopic
    watermark: int
    topic_name: str
    lineage: str
    chain: str
    def __init__(self, topic: _Optional[_Union[SyncTopic, str]] = ..., watermark: _Optional[int] = ..., topic_name: _Optional[str] = ..., lineage: _Optional[str] = ..., chain: _Optional[str] = ...) -> None: ...

class Subscribe(_message.Message):
    __slots__ = ("topics", "resume_after", "request_id", "topic_names", "replay_batch_size", "start")
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    RESUME_AFTER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TOPIC_NAMES_FIELD_NUMBER: _ClassVar[int]
    REPLAY_BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    topics: _containers.RepeatedScalarFieldContainer[SyncTopic]
    resume_after: _containers.RepeatedCompositeFieldContainer[TopicCursor]
    request_id: str
    topic_names: _containers.RepeatedScalarFieldContainer[str]
    replay_batch_size: int
    start: _containers.RepeatedCompositeFieldContainer[TopicStart]
    def __init__(self, topics: _Optional[_Iterable[_Union[SyncTopic, str]]] = ..., resume_after: _Optional[_Iterable[_Union[TopicCursor, _Mapping]]] = ..., request_id: _Optional[str] = ..., topic_names: _Optional[_Iterable[str]] = ..., replay_batch_size: _Optional[int] = ..., start: _Optional[_Iterable[_Union[TopicStart, _Mapping]]] = ...) -> None: ...

class TopicStart(_message.Message):
    __slots__ = ("topic_name", "mode")
    TOPIC_NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    topic_name: str
    mode: StartMode
    def __init__(self, topic_name: _Optional[str] = ..., mode: _Optional[_Union[StartMode, str]] = ...) -> None: ...

class Subscribed(_message.Message):
    __slots__ = ("subscription_id", "current_watermarks", "head_watermarks", "request_id", "results")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENT_WATERMARKS_FIELD_NUMBER: _ClassVar[int]
    HEAD_WATERMARKS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    current_watermarks: _containers.RepeatedCompositeFieldContainer[TopicCursor]
    head_watermarks: _containers.RepeatedCompositeFieldContainer[TopicCursor]
    request_id: str
    results: _containers.RepeatedCompositeFieldContainer[TopicResult]
    def __init__(self, subscription_id: _Optional[str] = ..., current_watermarks: _Optional[_Iterable[_Union[TopicCursor, _Mapping]]] = ..., head_watermarks: _Optional[_Iterable[_Union[TopicCursor, _Mapping]]] = ..., request_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[TopicResult, _Mapping]]] = ...) -> None: ...

class TopicResult(_message.Message):
    __slots__ = ("topic_name", "canonical_topic", "error", "reason", "effective_resume_after", "lineage", "mode", "chain")
    TOPIC_NAME_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_TOPIC_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_RESUME_AFTER_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    topic_name: str
    canonical_topic: str
    error: SyncErrorCode
    reason: str
    effective_resume_after: int
    lineage: str
    mode: str
    chain: str
    def __init__(self, topic_name: _Optional[str] = ..., canonical_topic: _Optional[str] = ..., error: _Optional[_Union[SyncErrorCode, str]] = ..., reason: _Optional[str] = ..., effective_resume_after: _Optional[int] = ..., lineage: _Optional[str] = ..., mode: _Optional[str] = ..., chain: _Optional[str] = ...) -> None: ...

class Update(_message.Message):
    __slots__ = ("topic", "doc_key", "doc_version", "payload", "watermark", "payload_hash", "hydration_required", "topic_name", "kind", "published_at_unix_ms", "tombstone", "hydrate_path")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    DOC_KEY_FIELD_NUMBER: _ClassVar[int]
    DOC_VERSION_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_HASH_FIELD_NUMBER: _ClassVar[int]
    HYDRATION_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    TOPIC_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    TOMBSTONE_FIELD_NUMBER: _ClassVar[int]
    HYDRATE_PATH_FIELD_NUMBER: _ClassVar[int]
    topic: SyncTopic
    doc_key: str
    doc_version: int
    payload: bytes
    watermark: int
    payload_hash: bytes
    hydration_required: bool
    topic_name: str
    kind: str
    published_at_unix_ms: int
    tombstone: bool
    hydrate_path: str
    def __init__(self, topic: _Optional[_Union[SyncTopic, str]] = ..., doc_key: _Optional[str] = ..., doc_version: _Optional[int] = ..., payload: _Optional[bytes] = ..., watermark: _Optional[int] = ..., payload_hash: _Optional[bytes] = ..., hydration_required: _Optional[bool] = ..., topic_name: _Optional[str] = ..., kind: _Optional[str] = ..., published_at_unix_ms: _Optional[int] = ..., tombstone: _Optional[bool] = ..., hydrate_path: _Optional[str] = ...) -> None: ...

class UpdateBatch(_message.Message):
    __slots__ = ("updates", "replay_complete", "head_watermarks")
    UPDATES_FIELD_NUMBER: _ClassVar[int]
    REPLAY_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    HEAD_WATERMARKS_FIELD_NUMBER: _ClassVar[int]
    updates: _containers.RepeatedCompositeFieldContainer[Update]
    replay_complete: bool
    head_watermarks: _containers.RepeatedCompositeFieldContainer[TopicCursor]
    def __init__(self, updates: _Optional[_Iterable[_Union[Update, _Mapping]]] = ..., replay_complete: _Optional[bool] = ..., head_watermarks: _Optional[_Iterable[_Union[TopicCursor, _Mapping]]] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("watermarks", "server_time_unix_ms")
    WATERMARKS_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    watermarks: _containers.RepeatedCompositeFieldContainer[TopicCursor]
    server_time_unix_ms: int
    def __init__(self, watermarks: _Optional[_Iterable[_Union[TopicCursor, _Mapping]]] = ..., server_time_unix_ms: _Optional[int] = ...) -> None: ...

class Error(_message.Message):
    __slots__ = ("code", "message", "retry_after_ms", "full_resync_required", "reason_codes", "stale_topics", "snapshot_plan", "reauth_required", "compatibility", "forbidden_topics", "action", "reconnect_after_ms", "request_id", "code_text", "reason")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    FULL_RESYNC_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    STALE_TOPICS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_PLAN_FIELD_NUMBER: _ClassVar[int]
    REAUTH_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    COMPATIBILITY_FIELD_NUMBER: _ClassVar[int]
    FORBIDDEN_TOPICS_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    RECONNECT_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_TEXT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    code: SyncErrorCode
    message: str
    retry_after_ms: int
    full_resync_required: bool
    reason_codes: _containers.RepeatedScalarFieldContainer[str]
    stale_topics: _containers.RepeatedCompositeFieldContainer[StaleTopic]
    snapshot_plan: SnapshotPlan
    reauth_required: bool
    compatibility: CompatibilityWindow
    forbidden_topics: _containers.RepeatedScalarFieldContainer[str]
    action: str
    reconnect_after_ms: int
    request_id: str
    code_text: str
    reason: str
    def __init__(self, code: _Optional[_Union[SyncErrorCode, str]] = ..., message: _Optional[str] = ..., retry_after_ms: _Optional[int] = ..., full_resync_required: _Optional[bool] = ..., reason_codes: _Optional[_Iterable[str]] = ..., stale_topics: _Optional[_Iterable[_Union[StaleTopic, _Mapping]]] = ..., snapshot_plan: _Optional[_Union[SnapshotPlan, _Mapping]] = ..., reauth_required: _Optional[bool] = ..., compatibility: _Optional[_Union[CompatibilityWindow, _Mapping]] = ..., forbidden_topics: _Optional[_Iterable[str]] = ..., action: _Optional[str] = ..., reconnect_after_ms: _Optional[int] = ..., request_id: _Optional[str] = ..., code_text: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class StaleTopic(_message.Message):
    __slots__ = ("topic_name", "reason", "qos_tier", "resume_after", "retention_floor", "head_watermark", "replay_lag", "replay_budget_events", "compaction_boundary", "lineage")
    TOPIC_NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    QOS_TIER_FIELD_NUMBER: _ClassVar[int]
    RESUME_AFTER_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FLOOR_FIELD_NUMBER: _ClassVar[int]
    HEAD_WATERMARK_FIELD_NUMBER: _ClassVar[int]
    REPLAY_LAG_FIELD_NUMBER: _ClassVar[int]
    REPLAY_BUDGET_EVENTS_FIELD_NUMBER: _ClassVar[int]
    COMPACTION_BOUNDARY_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_FIELD_NUMBER: _ClassVar[int]
    topic_name: str
    reason: str
    qos_tier: str
    resume_after: int
    retention_floor: int
    head_watermark: int
    replay_lag: int
    replay_budget_events: int
    compaction_boundary: int
    lineage: str
    def __init__(self, topic_name: _Optional[str] = ..., reason: _Optional[str] = ..., qos_tier: _Optional[str] = ..., resume_after: _Optional[int] = ..., retention_floor: _Optional[int] = ..., head_watermark: _Optional[int] = ..., replay_lag: _Optional[int] = ..., replay_budget_events: _Optional[int] = ..., compaction_boundary: _Optional[int] = ..., lineage: _Optional[str] = ...) -> None: ...

class SnapshotPlan(_message.Message):
    __slots__ = ("format", "topics")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    format: str
    topics: _containers.RepeatedCompositeFieldContainer[SnapshotRef]
    def __init__(self, format: _Optional[str] = ..., topics: _Optional[_Iterable[_Union[SnapshotRef, _Mapping]]] = ...) -> None: ...

class SnapshotRef(_message.Message):
    __slots__ = ("topic_name", "head_watermark", "format", "schema_version", "cadence_seconds", "href")
    TOPIC_NAME_FIELD_NUMBER: _ClassVar[int]
    HEAD_WATERMARK_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    CADENCE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HREF_FIELD_NUMBER: _ClassVar[int]
    topic_name: str
    head_watermark: int
    format: str
    schema_version: int
    cadence_seconds: int
    href: str
    def __init__(self, topic_name: _Optional[str] = ..., head_watermark: _Optional[int] = ..., format: _Optional[str] = ..., schema_version: _Optional[int] = ..., cadence_seconds: _Optional[int] = ..., href: _Optional[str] = ...) -> None: ...

class ClientMessage(_message.Message):
    __slots__ = ("request_id", "hello", "subscribe", "unsubscribe", "heartbeat", "ack", "authenticate", "telemetry")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBE_FIELD_NUMBER: _ClassVar[int]
    UNSUBSCRIBE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    AUTHENTICATE_FIELD_NUMBER: _ClassVar[int]
    TELEMETRY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hello: ClientHello
    subscribe: Subscribe
    unsubscribe: Unsubscribe
    heartbeat: Heartbeat
    ack: Ack
    authenticate: Authenticate
    telemetry: _telemetry_pb2.ClientTelemetryEvent
    def __init__(self, request_id: _Optional[str] = ..., hello: _Optional[_Union[ClientHello, _Mapping]] = ..., subscribe: _Optional[_Union[Subscribe, _Mapping]] = ..., unsubscribe: _Optional[_Union[Unsubscribe, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., authenticate: _Optional[_Union[Authenticate, _Mapping]] = ..., telemetry: _Optional[_Union[_telemetry_pb2.ClientTelemetryEvent, _Mapping]] = ...) -> None: ...

class ClientHello(_message.Message):
    __slots__ = ("client", "client_build_id", "protocol_version", "schema_version", "app_version", "window_frames", "window_bytes")
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    APP_VERSION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FRAMES_FIELD_NUMBER: _ClassVar[int]
    WINDOW_BYTES_FIELD_NUMBER: _ClassVar[int]
    client: str
    client_build_id: str
    protocol_version: str
    schema_version: int
    app_version: str
    window_frames: int
    window_bytes: int
    def __init__(self, client: _Optional[str] = ..., client_build_id: _Optional[str] = ..., protocol_version: _Optional[str] = ..., schema_version: _Optional[int] = ..., app_version: _Optional[str] = ..., window_frames: _Optional[int] = ..., window_bytes: _Optional[int] = ...) -> None: ...

class Unsubscribe(_message.Message):
    __slots__ = ("topic_names",)
    TOPIC_NAMES_FIELD_NUMBER: _ClassVar[int]
    topic_names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, topic_names: _Optional[_Iterable[str]] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("applied",)
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    applied: _containers.RepeatedCompositeFieldContainer[TopicCursor]
    def __init__(self, applied: _Optional[_Iterable[_Union[TopicCursor, _Mapping]]] = ...) -> None: ...

class Authenticate(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("connection_id", "protocol_version", "schema_version", "heartbeat_interval_ms", "heartbeat_timeout_ms", "window_frames", "window_bytes", "compatibility", "server_time_unix_ms", "recommended_reconnect_backoff_ms", "allowed_topics", "lease_expires_unix_ms")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FRAMES_FIELD_NUMBER: _ClassVar[int]
    WINDOW_BYTES_FIELD_NUMBER: _ClassVar[int]
    COMPATIBILITY_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDED_RECONNECT_BACKOFF_MS_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_TOPICS_FIELD_NUMBER: _ClassVar[int]
    LEASE_EXPIRES_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    protocol_version: str
    schema_version: int
    heartbeat_interval_ms: int
    heartbeat_timeout_ms: int
    window_frames: int
    window_bytes: int
    compatibility: CompatibilityWindow
    server_time_unix_ms: int
    recommended_reconnect_backoff_ms: int
    allowed_topics: _containers.RepeatedScalarFieldContainer[str]
    lease_expires_unix_ms: int
    def __init__(self, connection_id: _Optional[str] = ..., protocol_version: _Optional[str] = ..., schema_version: _Optional[int] = ..., heartbeat_interval_ms: _Optional[int] = ..., heartbeat_timeout_ms: _Optional[int] = ..., window_frames: _Optional[int] = ..., window_bytes: _Optional[int] = ..., compatibility: _Optional[_Union[CompatibilityWindow, _Mapping]] = ..., server_time_unix_ms: _Optional[int] = ..., recommended_reconnect_backoff_ms: _Optional[int] = ..., allowed_topics: _Optional[_Iterable[str]] = ..., lease_expires_unix_ms: _Optional[int] = ...) -> None: ...

class ServerControl(_message.Message):
    __slots__ = ("action", "reconnect_after_ms", "reason", "grace_ms", "topic_name")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    RECONNECT_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GRACE_MS_FIELD_NUMBER: _ClassVar[int]
    TOPIC_NAME_FIELD_NUMBER: _ClassVar[int]
    action: str
    reconnect_after_ms: int
    reason: str
    grace_ms: int
    topic_name: str
    def __init__(self, action: _Optional[str] = ..., reconnect_after_ms: _Optional[int] = ..., reason: _Optional[str] = ..., grace_ms: _Optional[int] = ..., topic_name: _Optional[str] = ...) -> None: ...

class AuthStatus(_message.Message):
    __slots__ = ("accepted", "lease_expires_unix_ms", "reason")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    LEASE_EXPIRES_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    accepted: bool
    lease_expires_unix_ms: int
    reason: str
    def __init__(self, accepted: _Optional[bool] = ..., lease_expires_unix_ms: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class CompatibilityWindow(_message.Message):
    __slots__ = ("protocol_version", "min_client_build_id", "max_client_build_id", "min_schema_version", "max_schema_version")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MIN_CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    MAX_SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    protocol_version: str
    min_client_build_id: str
    max_client_build_id: str
    min_schema_version: int
    max_schema_version: int
    def __init__(self, protocol_version: _Optional[str] = ..., min_client_build_id: _Optional[str] = ..., max_client_build_id: _Optional[str] = ..., min_schema_version: _Optional[int] = ..., max_schema_version: _Optional[int] = ...) -> None: ...

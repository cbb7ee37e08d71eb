import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CodexProjectionView(_message.Message):
    __slots__ = ("document_id", "status", "lag_events", "last_runtime_seq", "projection_version", "last_projected_at")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LAG_EVENTS_FIELD_NUMBER: _ClassVar[int]
    LAST_RUNTIME_SEQ_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_VERSION_FIELD_NUMBER: _ClassVar[int]
    LAST_PROJECTED_AT_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    status: str
    lag_events: int
    last_runtime_seq: int
    projection_version: str
    last_projected_at: _timestamp_pb2.Timestamp
    def __init__(self, document_id: _Optional[str] = ..., status: _Optional[str] = ..., lag_events: _Optional[int] = ..., last_runtime_seq: _Optional[int] = ..., projection_version: _Optional[str] = ..., last_projected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CodexWorkerView(_message.Message):
    __slots__ = ("worker_id", "status", "latest_seq", "workspace_ref", "codex_home_ref", "adapter", "metadata", "started_at", "stopped_at", "last_heartbeat_at", "heartbeat_age_ms", "heartbeat_stale_after_ms", "heartbeat_state", "updated_at", "khala_projection")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_REF_FIELD_NUMBER: _ClassVar[int]
    CODEX_HOME_REF_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STOPPED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_HEARTBEAT_AT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_STALE_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_STATE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    KHALA_PROJECTION_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    status: str
    latest_seq: int
    workspace_ref: str
    codex_home_ref: str
    adapter: str
    metadata: _struct_pb2.Struct
    started_at: _timestamp_pb2.Timestamp
    stopped_at: _timestamp_pb2.Timestamp
    last_heartbeat_at: _timestamp_pb2.Timestamp
    heartbeat_age_ms: int
    heartbeat_stale_after_ms: int
    heartbeat_state: str
    updated_at: _timestamp_pb2.Timestamp
    khala_projection: CodexProjectionView
    def __init__(self, worker_id: _Optional[str] = ..., status: _Optional[str] = ..., latest_seq: _Optional[int] = ..., workspace_ref: _Optional[str] = ..., codex_home_ref: _Optional[str] = ..., adapter: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stopped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_heartbeat_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., heartbeat_age_ms: _Optional[int] = ..., heartbeat_stale_after_ms: _Optional[int] = ..., heartbeat_state: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., khala_projection: _Optional[_Union[CodexProjectionView, _Mapping]] = ...) -> None: ...

class CodexWorkerListResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[CodexWorkerView]
    def __init__(self, data: _Optional[_Iterable[_Union[CodexWorkerView, _Mapping]]] = ...) -> None: ...

class CodexWorkerViewResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexWorkerView
    def __init__(self, data: _Optional[_Union[CodexWorkerView, _Mapping]] = ...) -> None: ...

class CodexWorkerRegisterRequest(_message.Message):
    __slots__ = ("worker_id", "workspace_ref", "codex_home_ref", "adapter", "metadata")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_REF_FIELD_NUMBER: _ClassVar[int]
    CODEX_HOME_REF_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    workspace_ref: str
    codex_home_ref: str
    adapter: str
    metadata: _struct_pb2.Struct
    def __init__(self, worker_id: _Optional[str] = ..., workspace_ref: _Optional[str] = ..., codex_home_ref: _Optional[str] = ..., adapter: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CodexWorkerRegistration(_message.Message):
    __slots__ = ("worker_id", "status", "latest_seq", "idempotent_replay")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    status: str
    latest_seq: int
    idempotent_replay: bool
    def __init__(self, worker_id: _Optional[str] = ..., status: _Optional[str] = ..., latest_seq: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class CodexWorkerRegisterResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexWorkerRegistration
    def __init__(self, data: _Optional[_Union[CodexWorkerRegistration, _Mapping]] = ...) -> None: ...

class CodexStreamDelivery(_message.Message):
    __slots__ = ("transport", "topic", "scope", "sync_token_route")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SYNC_TOKEN_ROUTE_FIELD_NUMBER: _ClassVar[int]
    transport: str
    topic: str
    scope: str
    sync_token_route: str
    def __init__(self, transport: _Optional[str] = ..., topic: _Optional[str] = ..., scope: _Optional[str] = ..., sync_token_route: _Optional[str] = ...) -> None: ...

class CodexStreamEvent(_message.Message):
    __slots__ = ("seq", "event_type", "payload", "occurred_at")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    seq: int
    event_type: str
    payload: _struct_pb2.Struct
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, seq: _Optional[int] = ..., event_type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CodexStreamBootstrap(_message.Message):
    __slots__ = ("worker_id", "stream_protocol", "cursor", "tail_ms", "delivery", "snapshot", "events")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STREAM_PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    TAIL_MS_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    stream_protocol: str
    cursor: int
    tail_ms: int
    delivery: CodexStreamDelivery
    snapshot: CodexWorkerView
    events: _containers.RepeatedCompositeFieldContainer[CodexStreamEvent]
    def __init__(self, worker_id: _Optional[str] = ..., stream_protocol: _Optional[str] = ..., cursor: _Optional[int] = ..., tail_ms: _Optional[int] = ..., delivery: _Optional[_Union[CodexStreamDelivery, _Mapping]] = ..., snapshot: _Optional[_Union[CodexWorkerView, _Mapping]] = ..., events: _Optional[_Iterable[_Union[CodexStreamEvent, _Mapping]]] = ...) -> None: ...

class CodexStreamBootstrapResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexStreamBootstrap
    def __init__(self, data: _Optional[_Union[CodexStreamBootstrap, _Mapping]] = ...) -> None: ...

class CodexWorkerEventInput(_message.Message):
    __slots__ = ("event_type", "payload", "event_id")
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_type: str
    payload: _struct_pb2.Struct
    event_id: str
    def __init__(self, event_type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., event_id: _Optional[str] = ...) -> None: ...

class CodexWorkerEventAppendRequest(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: CodexWorkerEventInput
    def __init__(self, event: _Optional[_Union[CodexWorkerEventInput, _Mapping]] = ...) -> None: ...

class CodexWorkerEventView(_message.Message):
    __slots__ = ("worker_id", "seq", "event_type", "payload", "occurred_at")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    seq: int
    event_type: str
    payload: _struct_pb2.Struct
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, worker_id: _Optional[str] = ..., seq: _Optional[int] = ..., event_type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CodexWorkerEventAppendResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexWorkerEventView
    def __init__(self, data: _Optional[_Union[CodexWorkerEventView, _Mapping]] = ...) -> None: ...

class CodexControlCall(_message.Message):
    __slots__ = ("request_id", "method", "params", "request_version", "sent_at", "source", "session_id", "thread_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_VERSION_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    method: str
    params: _struct_pb2.Struct
    request_version: str
    sent_at: str
    source: str
    session_id: str
    thread_id: str
    def __init__(self, request_id: _Optional[str] = ..., method: _Optional[str] = ..., params: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., request_version: _Optional[str] = ..., sent_at: _Optional[str] = ..., source: _Optional[str] = ..., session_id: _Optional[str] = ..., thread_id: _Optional[str] = ...) -> None: ...

class CodexControlCallRequest(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: CodexControlCall
    def __init__(self, request: _Optional[_Union[CodexControlCall, _Mapping]] = ...) -> None: ...

class CodexControlCallResult(_message.Message):
    __slots__ = ("worker_id", "request_id", "ok", "method", "idempotent_replay", "response", "source", "request_version", "session_id", "status")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_VERSION_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    request_id: str
    ok: bool
    method: str
    idempotent_replay: bool
    response: _struct_pb2.Struct
    source: str
    request_version: str
    session_id: str
    status: str
    def __init__(self, worker_id: _Optional[str] = ..., request_id: _Optional[str] = ..., ok: _Optional[bool] = ..., method: _Optional[str] = ..., idempotent_replay: _Optional[bool] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., source: _Optional[str] = ..., request_version: _Optional[str] = ..., session_id: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class CodexControlCallResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexControlCallResult
    def __init__(self, data: _Optional[_Union[CodexControlCallResult, _Mapping]] = ...) -> None: ...

class CodexWorkerStopResult(_message.Message):
    __slots__ = ("worker_id", "status", "seq", "idempotent_replay", "idempotent_replay_camel")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_CAMEL_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    status: str
    seq: int
    idempotent_replay: bool
    idempotent_replay_camel: bool
    def __init__(self, worker_id: _Optional[str] = ..., status: _Optional[str] = ..., seq: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ..., idempotent_replay_camel: _Optional[bool] = ...) -> None: ...

class CodexWorkerStopResultResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexWorkerStopResult
    def __init__(self, data: _Optional[_Union[CodexWorkerStopResult, _Mapping]] = ...) -> None: ...

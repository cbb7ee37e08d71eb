import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.runtime.v1 import orchestration_pb2 as _orchestration_pb2
from openagents.runtime.v1 import run_http_pb2 as _run_http_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuntimeCheckpointView(_message.Message):
    __slots__ = ("topic", "last_seq", "last_event_type", "updated_at")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    topic: str
    last_seq: int
    last_event_type: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, topic: _Optional[str] = ..., last_seq: _Optional[int] = ..., last_event_type: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint",)
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: RuntimeCheckpointView
    def __init__(self, checkpoint: _Optional[_Union[RuntimeCheckpointView, _Mapping]] = ...) -> None: ...

class RuntimeRunSummaryView(_message.Message):
    __slots__ = ("run_id", "status", "last_seq", "event_count", "projection_hash", "updated_at")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_HASH_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    status: _orchestration_pb2.RuntimeRunStatus
    last_seq: int
    event_count: int
    projection_hash: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, run_id: _Optional[str] = ..., status: _Optional[_Union[_orchestration_pb2.RuntimeRunStatus, str]] = ..., last_seq: _Optional[int] = ..., event_count: _Optional[int] = ..., projection_hash: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeRunSummaryResponse(_message.Message):
    __slots__ = ("summary",)
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    summary: RuntimeRunSummaryView
    def __init__(self, summary: _Optional[_Union[RuntimeRunSummaryView, _Mapping]] = ...) -> None: ...

class RuntimeWorkerSummaryView(_message.Message):
    __slots__ = ("worker_id", "status", "last_seq", "event_count", "projection_hash", "updated_at")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_HASH_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    status: _orchestration_pb2.RuntimeWorkerStatus
    last_seq: int
    event_count: int
    projection_hash: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, worker_id: _Optional[str] = ..., status: _Optional[_Union[_orchestration_pb2.RuntimeWorkerStatus, str]] = ..., last_seq: _Optional[int] = ..., event_count: _Optional[int] = ..., projection_hash: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeWorkerSummaryResponse(_message.Message):
    __slots__ = ("summary",)
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    summary: RuntimeWorkerSummaryView
    def __init__(self, summary: _Optional[_Union[RuntimeWorkerSummaryView, _Mapping]] = ...) -> None: ...

class RuntimeProjectionDrift(_message.Message):
    __slots__ = ("topic", "expected_next_seq", "last_seen_seq", "incoming_seq", "reason", "detected_at")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_NEXT_SEQ_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_SEQ_FIELD_NUMBER: _ClassVar[int]
    INCOMING_SEQ_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETECTED_AT_FIELD_NUMBER: _ClassVar[int]
    topic: str
    expected_next_seq: int
    last_seen_seq: int
    incoming_seq: int
    reason: str
    detected_at: _timestamp_pb2.Timestamp
    def __init__(self, topic: _Optional[str] = ..., expected_next_seq: _Optional[int] = ..., last_seen_seq: _Optional[int] = ..., incoming_seq: _Optional[int] = ..., reason: _Optional[str] = ..., detected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeDriftResponse(_message.Message):
    __slots__ = ("drift",)
    DRIFT_FIELD_NUMBER: _ClassVar[int]
    drift: RuntimeProjectionDrift
    def __init__(self, drift: _Optional[_Union[RuntimeProjectionDrift, _Mapping]] = ...) -> None: ...

class RuntimeProjectionScope(_message.Message):
    __slots__ = ("run_id", "worker_id", "since", "limit")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    worker_id: str
    since: _timestamp_pb2.Timestamp
    limit: int
    def __init__(self, run_id: _Optional[str] = ..., worker_id: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class RuntimeProjectionVerifyRequest(_message.Message):
    __slots__ = ("scope",)
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    scope: RuntimeProjectionScope
    def __init__(self, scope: _Optional[_Union[RuntimeProjectionScope, _Mapping]] = ...) -> None: ...

class RuntimeProjectionVerifyResponse(_message.Message):
    __slots__ = ("checked", "drifted")
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    DRIFTED_FIELD_NUMBER: _ClassVar[int]
    checked: int
    drifted: _containers.RepeatedCompositeFieldContainer[RuntimeProjectionDrift]
    def __init__(self, checked: _Optional[int] = ..., drifted: _Optional[_Iterable[_Union[RuntimeProjectionDrift, _Mapping]]] = ...) -> None: ...

class RuntimeReprojectRequest(_message.Message):
    __slots__ = ("scope", "dry_run")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    scope: RuntimeProjectionScope
    dry_run: bool
    def __init__(self, scope: _Optional[_Union[RuntimeProjectionScope, _Mapping]] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class RuntimeReprojectResponse(_message.Message):
    __slots__ = ("rebuilt", "unchanged", "entities")
    REBUILT_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    rebuilt: int
    unchanged: int
    entities: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rebuilt: _Optional[int] = ..., unchanged: _Optional[int] = ..., entities: _Optional[_Iterable[str]] = ...) -> None: ...

class RuntimeShadowSnapshotResponse(_message.Message):
    __slots__ = ("receipt", "replay", "summary", "checkpoint")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    receipt: _run_http_pb2.RuntimeRunReceipt
    replay: str
    summary: RuntimeRunSummaryResponse
    checkpoint: RuntimeCheckpointResponse
    def __init__(self, receipt: _Optional[_Union[_run_http_pb2.RuntimeRunReceipt, _Mapping]] = ..., replay: _Optional[str] = ..., summary: _Optional[_Union[RuntimeRunSummaryResponse, _Mapping]] = ..., checkpoint: _Optional[_Union[RuntimeCheckpointResponse, _Mapping]] = ...) -> None: ...

import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.runtime.v1 import orchestration_pb2 as _orchestration_pb2
from openagents.runtime.v1 import projection_http_pb2 as _projection_http_pb2
from openagents.runtime.v1 import run_http_pb2 as _run_http_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuntimeWorkerView(_message.Message):
    __slots__ = ("worker_id", "lane", "owner", "owner_user_ref", "org_id", "workspace_ref", "codex_home_ref", "adapter", "status", "latest_seq", "metadata", "started_at", "stopped_at", "last_heartbeat_at", "updated_at")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_REF_FIELD_NUMBER: _ClassVar[int]
    CODEX_HOME_REF_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STOPPED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_HEARTBEAT_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    lane: str
    owner: _run_http_pb2.RuntimeOwner
    owner_user_ref: str
    org_id: str
    workspace_ref: str
    codex_home_ref: str
    adapter: str
    status: _orchestration_pb2.RuntimeWorkerStatus
    latest_seq: int
    metadata: _struct_pb2.Struct
    started_at: _timestamp_pb2.Timestamp
    stopped_at: _timestamp_pb2.Timestamp
    last_heartbeat_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, worker_id: _Optional[str] = ..., lane: _Optional[str] = ..., owner: _Optional[_Union[_run_http_pb2.RuntimeOwner, _Mapping]] = ..., owner_user_ref: _Optional[str] = ..., org_id: _Optional[str] = ..., workspace_ref: _Optional[str] = ..., codex_home_ref: _Optional[str] = ..., adapter: _Optional[str] = ..., status: _Optional[_Union[_orchestration_pb2.RuntimeWorkerStatus, str]] = ..., latest_seq: _Optional[int] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stopped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_heartbeat_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeWorkerLiveness(_message.Message):
    __slots__ = ("heartbeat_age_ms", "heartbeat_stale_after_ms", "heartbeat_state")
    HEARTBEAT_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_STALE_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_STATE_FIELD_NUMBER: _ClassVar[int]
    heartbeat_age_ms: int
    heartbeat_stale_after_ms: int
    heartbeat_state: str
    def __init__(self, heartbeat_age_ms: _Optional[int] = ..., heartbeat_stale_after_ms: _Optional[int] = ..., heartbeat_state: _Optional[str] = ...) -> None: ...

class RuntimeWorkerLease(_message.Message):
    __slots__ = ("epoch", "expires_at")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, epoch: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeWorkerEntry(_message.Message):
    __slots__ = ("worker", "liveness", "lease")
    WORKER_FIELD_NUMBER: _ClassVar[int]
    LIVENESS_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    worker: RuntimeWorkerView
    liveness: RuntimeWorkerLiveness
    lease: RuntimeWorkerLease
    def __init__(self, worker: _Optional[_Union[RuntimeWorkerView, _Mapping]] = ..., liveness: _Optional[_Union[RuntimeWorkerLiveness, _Mapping]] = ..., lease: _Optional[_Union[RuntimeWorkerLease, _Mapping]] = ...) -> None: ...

class RuntimeWorkerResponse(_message.Message):
    __slots__ = ("worker",)
    WORKER_FIELD_NUMBER: _ClassVar[int]
    worker: RuntimeWorkerEntry
    def __init__(self, worker: _Optional[_Union[RuntimeWorkerEntry, _Mapping]] = ...) -> None: ...

class RuntimeWorkerListResponse(_message.Message):
    __slots__ = ("workers", "next_cursor")
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    workers: _containers.RepeatedCompositeFieldContainer[RuntimeWorkerEntry]
    next_cursor: str
    def __init__(self, workers: _Optional[_Iterable[_Union[RuntimeWorkerEntry, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class RuntimeWorkerRegisterRequest(_message.Message):
    __slots__ = ("worker_id", "owner_user_id", "owner_guest_scope", "workspace_ref", "codex_home_ref", "adapter", "metadata", "owner_user_ref")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_REF_FIELD_NUMBER: _ClassVar[int]
    CODEX_HOME_REF_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    owner_user_id: int
    owner_guest_scope: str
    workspace_ref: str
    codex_home_ref: str
    adapter: str
    metadata: _struct_pb2.Struct
    owner_user_ref: str
    def __init__(self, worker_id: _Optional[str] = ..., owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., workspace_ref: _Optional[str] = ..., codex_home_ref: _Optional[str] = ..., adapter: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class RuntimeWorkerHeartbeatRequest(_message.Message):
    __slots__ = ("owner_user_id", "owner_guest_scope", "metadata_patch", "lease_epoch", "owner_user_ref")
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    METADATA_PATCH_FIELD_NUMBER: _ClassVar[int]
    LEASE_EPOCH_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    owner_user_id: int
    owner_guest_scope: str
    metadata_patch: _struct_pb2.Struct
    lease_epoch: int
    owner_user_ref: str
    def __init__(self, owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., metadata_patch: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., lease_epoch: _Optional[int] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class RuntimeWorkerStatusRequest(_message.Message):
    __slots__ = ("owner_user_id", "owner_guest_scope", "status", "reason", "owner_user_ref")
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    owner_user_id: int
    owner_guest_scope: str
    status: _orchestration_pb2.RuntimeWorkerStatus
    reason: str
    owner_user_ref: str
    def __init__(self, owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., status: _Optional[_Union[_orchestration_pb2.RuntimeWorkerStatus, str]] = ..., reason: _Optional[str] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class RuntimeWorkerCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint",)
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: _projection_http_pb2.RuntimeCheckpointView
    def __init__(self, checkpoint: _Optional[_Union[_projection_http_pb2.RuntimeCheckpointView, _Mapping]] = ...) -> None: ...

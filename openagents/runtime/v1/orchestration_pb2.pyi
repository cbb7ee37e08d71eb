import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.protocol.v1 import reasons_pb2 as _reasons_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuntimeRunStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RUNTIME_RUN_STATUS_UNSPECIFIED: _ClassVar[RuntimeRunStatus]
    RUNTIME_RUN_STATUS_CREATED: _ClassVar[RuntimeRunStatus]
    RUNTIME_RUN_STATUS_RUNNING: _ClassVar[RuntimeRunStatus]
    RUNTIME_RUN_STATUS_CANCELING: _ClassVar[RuntimeRunStatus]
    RUNTIME_RUN_STATUS_CANCELED: _ClassVar[RuntimeRunStatus]
    RUNTIME_RUN_STATUS_SUCCEEDED: _ClassVar[RuntimeRunStatus]
    RUNTIME_RUN_STATUS_FAILED: _ClassVar[RuntimeRunStatus]

class RuntimeWorkerStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RUNTIME_WORKER_STATUS_UNSPECIFIED: _ClassVar[RuntimeWorkerStatus]
    RUNTIME_WORKER_STATUS_RUNNING: _ClassVar[RuntimeWorkerStatus]
    RUNTIME_WORKER_STATUS_STOPPED: _ClassVar[RuntimeWorkerStatus]
    RUNTIME_WORKER_STATUS_FAILED: _ClassVar[RuntimeWorkerStatus]
    RUNTIME_WORKER_STATUS_STARTING: _ClassVar[RuntimeWorkerStatus]
    RUNTIME_WORKER_STATUS_STOPPING: _ClassVar[RuntimeWorkerStatus]

class RuntimeErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RUNTIME_ERROR_CODE_UNSPECIFIED: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_UNAUTHORIZED: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_FORBIDDEN: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_INVALID_REQUEST: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_NOT_FOUND: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_CONFLICT: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_STALE_CURSOR: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_INTERNAL_ERROR: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_WRITE_PATH_FROZEN: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_RATE_LIMITED: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_DEPENDENCY_UNAVAILABLE: _ClassVar[RuntimeErrorCode]
    RUNTIME_ERROR_CODE_PAYLOAD_TOO_LARGE: _ClassVar[RuntimeErrorCode]
RUNTIME_RUN_STATUS_UNSPECIFIED: RuntimeRunStatus
RUNTIME_RUN_STATUS_CREATED: RuntimeRunStatus
RUNTIME_RUN_STATUS_RUNNING: RuntimeRunStatus
RUNTIME_RUN_STATUS_CANCELING: RuntimeRunStatus
RUNTIME_RUN_STATUS_CANCELED: RuntimeRunStatus
RUNTIME_RUN_STATUS_SUCCEEDED: RuntimeRunStatus
RUNTIME_RUN_STATUS_FAILED: RuntimeRunStatus
RUNTIME_WORKER_STATUS_UNSPECIFIED: RuntimeWorkerStatus
RUNTIME_WORKER_STATUS_RUNNING: RuntimeWorkerStatus
RUNTIME_WORKER_STATUS_STOPPED: RuntimeWorkerStatus
RUNTIME_WORKER_STATUS_FAILED: RuntimeWorkerStatus
RUNTIME_WORKER_STATUS_STARTING: RuntimeWorkerStatus
RUNTIME_WORKER_STATUS_STOPPING: RuntimeWorkerStatus
RUNTIME_ERROR_CODE_UNSPECIFIED: RuntimeErrorCode
RUNTIME_ERROR_CODE_UNAUTHORIZED: RuntimeErrorCode
RUNTIME_ERROR_CODE_FORBIDDEN: RuntimeErrorCode
RUNTIME_ERROR_CODE_INVALID_REQUEST: RuntimeErrorCode
RUNTIME_ERROR_CODE_NOT_FOUND: RuntimeErrorCode
RUNTIME_ERROR_CODE_CONFLICT: RuntimeErrorCode
RUNTIME_ERROR_CODE_STALE_CURSOR: RuntimeErrorCode
RUNTIME_ERROR_CODE_INTERNAL_ERROR: RuntimeErrorCode
RUNTIME_ERROR_CODE_WRITE_PATH_FROZEN: RuntimeErrorCode
RUNTIME_ERROR_CODE_RATE_LIMITED: RuntimeErrorCode
RUNTIME_ERROR_CODE_DEPENDENCY_UNAVAILABLE: RuntimeErrorCode
RUNTIME_ERROR_CODE_PAYLOAD_TOO_LARGE: RuntimeErrorCode

class RuntimeError(_message.Message):
    __slots__ = ("code", "message", "details", "retry_after_ms", "full_resync_required")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    FULL_RESYNC_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    code: RuntimeErrorCode
    message: str
    details: _containers.RepeatedScalarFieldContainer[str]
    retry_after_ms: int
    full_resync_required: bool
    def __init__(self, code: _Optional[_Union[RuntimeErrorCode, str]] = ..., message: _Optional[str] = ..., details: _Optional[_Iterable[str]] = ..., retry_after_ms: _Optional[int] = ..., full_resync_required: _Optional[bool] = ...) -> None: ...

class RuntimeRun(_message.Message):
    __slots__ = ("run_id", "thread_id", "status", "owner_user_ref", "owner_guest_scope", "latest_seq", "terminal_reason_class", "terminal_reason", "terminal_at", "updated_at", "worker_id", "org_id", "metadata", "created_at", "event_count", "visibility")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_REASON_CLASS_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_REASON_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    thread_id: str
    status: RuntimeRunStatus
    owner_user_ref: str
    owner_guest_scope: str
    latest_seq: int
    terminal_reason_class: str
    terminal_reason: str
    terminal_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    worker_id: str
    org_id: str
    metadata: _struct_pb2.Struct
    created_at: _timestamp_pb2.Timestamp
    event_count: int
    visibility: str
    def __init__(self, run_id: _Optional[str] = ..., thread_id: _Optional[str] = ..., status: _Optional[_Union[RuntimeRunStatus, str]] = ..., owner_user_ref: _Optional[str] = ..., owner_guest_scope: _Optional[str] = ..., latest_seq: _Optional[int] = ..., terminal_reason_class: _Optional[str] = ..., terminal_reason: _Optional[str] = ..., terminal_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., worker_id: _Optional[str] = ..., org_id: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_count: _Optional[int] = ..., visibility: _Optional[str] = ...) -> None: ...

class RuntimeRunLifecycleTransition(_message.Message):
    __slots__ = ("run_id", "from_status", "to_status", "transition_event_type", "reason_class", "reason", "transitioned_at", "latest_seq")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_STATUS_FIELD_NUMBER: _ClassVar[int]
    TO_STATUS_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    REASON_CLASS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TRANSITIONED_AT_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    from_status: RuntimeRunStatus
    to_status: RuntimeRunStatus
    transition_event_type: str
    reason_class: str
    reason: str
    transitioned_at: _timestamp_pb2.Timestamp
    latest_seq: int
    def __init__(self, run_id: _Optional[str] = ..., from_status: _Optional[_Union[RuntimeRunStatus, str]] = ..., to_status: _Optional[_Union[RuntimeRunStatus, str]] = ..., transition_event_type: _Optional[str] = ..., reason_class: _Optional[str] = ..., reason: _Optional[str] = ..., transitioned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., latest_seq: _Optional[int] = ...) -> None: ...

class RuntimeRunEvent(_message.Message):
    __slots__ = ("run_id", "seq", "event_type", "emitted_at", "idempotency_key", "payload_hash", "source", "run_started", "text_delta", "tool_call", "tool_result", "run_finished", "run_cancel_requested", "run_executor_lost", "run_loop_detected", "run_frame_consumed", "unknown")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    EMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_HASH_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RUN_STARTED_FIELD_NUMBER: _ClassVar[int]
    TEXT_DELTA_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALL_FIELD_NUMBER: _ClassVar[int]
    TOOL_RESULT_FIELD_NUMBER: _ClassVar[int]
    RUN_FINISHED_FIELD_NUMBER: _ClassVar[int]
    RUN_CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    RUN_EXECUTOR_LOST_FIELD_NUMBER: _ClassVar[int]
    RUN_LOOP_DETECTED_FIELD_NUMBER: _ClassVar[int]
    RUN_FRAME_CONSUMED_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    seq: int
    event_type: str
    emitted_at: _timestamp_pb2.Timestamp
    idempotency_key: str
    payload_hash: str
    source: str
    run_started: RuntimeRunStartedPayload
    text_delta: RuntimeTextDeltaPayload
    tool_call: RuntimeToolCallPayload
    tool_result: RuntimeToolResultPayload
    run_finished: RuntimeRunFinishedPayload
    run_cancel_requested: RuntimeRunCancelRequestedPayload
    run_executor_lost: RuntimeRunExecutorLostPayload
    run_loop_detected: RuntimeRunLoopDetectedPayload
    run_frame_consumed: RuntimeRunFrameConsumedPayload
    unknown: RuntimeRunUnknownPayload
    def __init__(self, run_id: _Optional[str] = ..., seq: _Optional[int] = ..., event_type: _Optional[str] = ..., emitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., payload_hash: _Optional[str] = ..., source: _Optional[str] = ..., run_started: _Optional[_Union[RuntimeRunStartedPayload, _Mapping]] = ..., text_delta: _Optional[_Union[RuntimeTextDeltaPayload, _Mapping]] = ..., tool_call: _Optional[_Union[RuntimeToolCallPayload, _Mapping]] = ..., tool_result: _Optional[_Union[RuntimeToolResultPayload, _Mapping]] = ..., run_finished: _Optional[_Union[RuntimeRunFinishedPayload, _Mapping]] = ..., run_cancel_requested: _Optional[_Union[RuntimeRunCancelRequestedPayload, _Mapping]] = ..., run_executor_lost: _Optional[_Union[RuntimeRunExecutorLostPayload, _Mapping]] = ..., run_loop_detected: _Optional[_Union[RuntimeRunLoopDetectedPayload, _Mapping]] = ..., run_frame_consumed: _Optional[_Union[RuntimeRunFrameConsumedPayload, _Mapping]] = ..., unknown: _Optional[_Union[RuntimeRunUnknownPayload, _Mapping]] = ...) -> None: ...

class RuntimeRunStartedPayload(_message.Message):
    __slots__ = ("actor",)
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    actor: str
    def __init__(self, actor: _Optional[str] = ...) -> None: ...

class RuntimeTextDeltaPayload(_message.Message):
    __slots__ = ("delta", "frame_id")
    DELTA_FIELD_NUMBER: _ClassVar[int]
    FRAME_ID_FIELD_NUMBER: _ClassVar[int]
    delta: str
    frame_id: str
    def __init__(self, delta: _Optional[str] = ..., frame_id: _Optional[str] = ...) -> None: ...

class RuntimeToolCallPayload(_message.Message):
    __slots__ = ("tool_call_id", "tool_name", "input")
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_NAME_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    tool_call_id: str
    tool_name: str
    input: _struct_pb2.Struct
    def __init__(self, tool_call_id: _Optional[str] = ..., tool_name: _Optional[str] = ..., input: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RuntimeToolResultPayload(_message.Message):
    __slots__ = ("tool_call_id", "tool_name", "state", "reason_code", "output")
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    tool_call_id: str
    tool_name: str
    state: str
    reason_code: _reasons_pb2.ReasonCode
    output: _struct_pb2.Struct
    def __init__(self, tool_call_id: _Optional[str] = ..., tool_name: _Optional[str] = ..., state: _Optional[str] = ..., reason_code: _Optional[_Union[_reasons_pb2.ReasonCode, str]] = ..., output: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RuntimeRunFinishedPayload(_message.Message):
    __slots__ = ("status", "reason_class", "reason", "reason_code")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_CLASS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    status: RuntimeRunStatus
    reason_class: str
    reason: str
    reason_code: _reasons_pb2.ReasonCode
    def __init__(self, status: _Optional[_Union[RuntimeRunStatus, str]] = ..., reason_class: _Optional[str] = ..., reason: _Optional[str] = ..., reason_code: _Optional[_Union[_reasons_pb2.ReasonCode, str]] = ...) -> None: ...

class RuntimeRunCancelRequestedPayload(_message.Message):
    __slots__ = ("reason", "requested_by", "requested_at")
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AT_FIELD_NUMBER: _ClassVar[int]
    reason: str
    requested_by: str
    requested_at: _timestamp_pb2.Timestamp
    def __init__(self, reason: _Optional[str] = ..., requested_by: _Optional[str] = ..., requested_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeRunExecutorLostPayload(_message.Message):
    __slots__ = ("lease_owner", "observed_progress_seq", "reason")
    LEASE_OWNER_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_PROGRESS_SEQ_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    lease_owner: str
    observed_progress_seq: int
    reason: str
    def __init__(self, lease_owner: _Optional[str] = ..., observed_progress_seq: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class RuntimeRunLoopDetectedPayload(_message.Message):
    __slots__ = ("detector", "level", "reason_code_text", "message", "frame_id")
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_TEXT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FRAME_ID_FIELD_NUMBER: _ClassVar[int]
    detector: str
    level: str
    reason_code_text: str
    message: str
    frame_id: str
    def __init__(self, detector: _Optional[str] = ..., level: _Optional[str] = ..., reason_code_text: _Optional[str] = ..., message: _Optional[str] = ..., frame_id: _Optional[str] = ...) -> None: ...

class RuntimeRunFrameConsumedPayload(_message.Message):
    __slots__ = ("frame_id", "frame_type")
    FRAME_ID_FIELD_NUMBER: _ClassVar[int]
    FRAME_TYPE_FIELD_NUMBER: _ClassVar[int]
    frame_id: str
    frame_type: str
    def __init__(self, frame_id: _Optional[str] = ..., frame_type: _Optional[str] = ...) -> None: ...

class RuntimeRunUnknownPayload(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _struct_pb2.Struct
    def __init__(self, body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RuntimeWorker(_message.Message):
    __slots__ = ("worker_id", "status", "latest_seq", "workspace_ref", "codex_home_ref", "adapter", "owner_user_ref", "owner_guest_scope", "metadata", "started_at", "stopped_at", "updated_at", "last_heartbeat_at", "lane", "heartbeat_state", "heartbeat_age_ms", "heartbeat_stale_after_ms", "lease_epoch", "org_id")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_REF_FIELD_NUMBER: _ClassVar[int]
    CODEX_HOME_REF_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STOPPED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_HEARTBEAT_AT_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_STATE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_STALE_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    LEASE_EPOCH_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    status: RuntimeWorkerStatus
    latest_seq: int
    workspace_ref: str
    codex_home_ref: str
    adapter: str
    owner_user_ref: str
    owner_guest_scope: str
    metadata: _struct_pb2.Struct
    started_at: _timestamp_pb2.Timestamp
    stopped_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    last_heartbeat_at: _timestamp_pb2.Timestamp
    lane: str
    heartbeat_state: str
    heartbeat_age_ms: int
    heartbeat_stale_after_ms: int
    lease_epoch: int
    org_id: str
    def __init__(self, worker_id: _Optional[str] = ..., status: _Optional[_Union[RuntimeWorkerStatus, str]] = ..., latest_seq: _Optional[int] = ..., workspace_ref: _Optional[str] = ..., codex_home_ref: _Optional[str] = ..., adapter: _Optional[str] = ..., owner_user_ref: _Optional[str] = ..., owner_guest_scope: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stopped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_heartbeat_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lane: _Optional[str] = ..., heartbeat_state: _Optional[str] = ..., heartbeat_age_ms: _Optional[int] = ..., heartbeat_stale_after_ms: _Optional[int] = ..., lease_epoch: _Optional[int] = ..., org_id: _Optional[str] = ...) -> None: ...

class RuntimeProjectionCheckpoint(_message.Message):
    __slots__ = ("projection_name", "entity_id", "document_id", "last_runtime_seq", "lag_events", "projection_status", "projection_version", "last_projected_at")
    PROJECTION_NAME_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_RUNTIME_SEQ_FIELD_NUMBER: _ClassVar[int]
    LAG_EVENTS_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_STATUS_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_VERSION_FIELD_NUMBER: _ClassVar[int]
    LAST_PROJECTED_AT_FIELD_NUMBER: _ClassVar[int]
    projection_name: str
    entity_id: str
    document_id: str
    last_runtime_seq: int
    lag_events: int
    projection_status: str
    projection_version: str
    last_projected_at: _timestamp_pb2.Timestamp
    def __init__(self, projection_name: _Optional[str] = ..., entity_id: _Optional[str] = ..., document_id: _Optional[str] = ..., last_runtime_seq: _Optional[int] = ..., lag_events: _Optional[int] = ..., projection_status: _Optional[str] = ..., projection_version: _Optional[str] = ..., last_projected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeWorkerSnapshot(_message.Message):
    __slots__ = ("worker", "projection_checkpoint")
    WORKER_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    worker: RuntimeWorker
    projection_checkpoint: RuntimeProjectionCheckpoint
    def __init__(self, worker: _Optional[_Union[RuntimeWorker, _Mapping]] = ..., projection_checkpoint: _Optional[_Union[RuntimeProjectionCheckpoint, _Mapping]] = ...) -> None: ...

class RuntimeWorkerEvent(_message.Message):
    __slots__ = ("worker_id", "seq", "event_type", "emitted_at", "worker_started", "worker_request_received", "worker_response", "worker_error", "worker_heartbeat", "worker_stopped", "unknown")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    EMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    WORKER_STARTED_FIELD_NUMBER: _ClassVar[int]
    WORKER_REQUEST_RECEIVED_FIELD_NUMBER: _ClassVar[int]
    WORKER_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    WORKER_ERROR_FIELD_NUMBER: _ClassVar[int]
    WORKER_HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    WORKER_STOPPED_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    seq: int
    event_type: str
    emitted_at: _timestamp_pb2.Timestamp
    worker_started: RuntimeWorkerStartedPayload
    worker_request_received: RuntimeWorkerRequestReceivedPayload
    worker_response: RuntimeWorkerResponsePayload
    worker_error: RuntimeWorkerErrorPayload
    worker_heartbeat: RuntimeWorkerHeartbeatPayload
    worker_stopped: RuntimeWorkerStoppedPayload
    unknown: RuntimeWorkerUnknownPayload
    def __init__(self, worker_id: _Optional[str] = ..., seq: _Optional[int] = ..., event_type: _Optional[str] = ..., emitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., worker_started: _Optional[_Union[RuntimeWorkerStartedPayload, _Mapping]] = ..., worker_request_received: _Optional[_Union[RuntimeWorkerRequestReceivedPayload, _Mapping]] = ..., worker_response: _Optional[_Union[RuntimeWorkerResponsePayload, _Mapping]] = ..., worker_error: _Optional[_Union[RuntimeWorkerErrorPayload, _Mapping]] = ..., worker_heartbeat: _Optional[_Union[RuntimeWorkerHeartbeatPayload, _Mapping]] = ..., worker_stopped: _Optional[_Union[RuntimeWorkerStoppedPayload, _Mapping]] = ..., unknown: _Optional[_Union[RuntimeWorkerUnknownPayload, _Mapping]] = ...) -> None: ...

class RuntimeWorkerStartedPayload(_message.Message):
    __slots__ = ("status", "metadata")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    status: RuntimeWorkerStatus
    metadata: _struct_pb2.Struct
    def __init__(self, status: _Optional[_Union[RuntimeWorkerStatus, str]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RuntimeWorkerRequestReceivedPayload(_message.Message):
    __slots__ = ("request_id", "method")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    method: str
    def __init__(self, request_id: _Optional[str] = ..., method: _Optional[str] = ...) -> None: ...

class RuntimeWorkerResponsePayload(_message.Message):
    __slots__ = ("request_id", "ok", "response")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    ok: bool
    response: _struct_pb2.Struct
    def __init__(self, request_id: _Optional[str] = ..., ok: _Optional[bool] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RuntimeWorkerErrorPayload(_message.Message):
    __slots__ = ("request_id", "code", "message", "reason_code", "response")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    message: str
    reason_code: _reasons_pb2.ReasonCode
    response: _struct_pb2.Struct
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., reason_code: _Optional[_Union[_reasons_pb2.ReasonCode, str]] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RuntimeWorkerHeartbeatPayload(_message.Message):
    __slots__ = ("status", "observed_at")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    status: RuntimeWorkerStatus
    observed_at: _timestamp_pb2.Timestamp
    def __init__(self, status: _Optional[_Union[RuntimeWorkerStatus, str]] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeWorkerStoppedPayload(_message.Message):
    __slots__ = ("status", "reason")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    status: RuntimeWorkerStatus
    reason: str
    def __init__(self, status: _Optional[_Union[RuntimeWorkerStatus, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class RuntimeWorkerUnknownPayload(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _struct_pb2.Struct
    def __init__(self, body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RuntimePolicyDecision(_message.Message):
    __slots__ = ("policy_id", "authorization_id", "authorization_mode", "decision", "reason_code", "reason_code_text", "reason_codes_version", "evaluation_hash", "compiled_id", "strategy_id", "artifact_variant", "canary_percent", "rollout_bucket")
    POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHORIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHORIZATION_MODE_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_TEXT_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_VERSION_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_HASH_FIELD_NUMBER: _ClassVar[int]
    COMPILED_ID_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_VARIANT_FIELD_NUMBER: _ClassVar[int]
    CANARY_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ROLLOUT_BUCKET_FIELD_NUMBER: _ClassVar[int]
    policy_id: str
    authorization_id: str
    authorization_mode: str
    decision: str
    reason_code: _reasons_pb2.ReasonCode
    reason_code_text: str
    reason_codes_version: str
    evaluation_hash: str
    compiled_id: str
    strategy_id: str
    artifact_variant: str
    canary_percent: int
    rollout_bucket: int
    def __init__(self, policy_id: _Optional[str] = ..., authorization_id: _Optional[str] = ..., authorization_mode: _Optional[str] = ..., decision: _Optional[str] = ..., reason_code: _Optional[_Union[_reasons_pb2.ReasonCode, str]] = ..., reason_code_text: _Optional[str] = ..., reason_codes_version: _Optional[str] = ..., evaluation_hash: _Optional[str] = ..., compiled_id: _Optional[str] = ..., strategy_id: _Optional[str] = ..., artifact_variant: _Optional[str] = ..., canary_percent: _Optional[int] = ..., rollout_bucket: _Optional[int] = ...) -> None: ...

class RuntimeBudgetSummary(_message.Message):
    __slots__ = ("input_tokens", "output_tokens", "total_tokens", "spent_sats", "reserved_sats", "remaining_sats")
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TOKENS_FIELD_NUMBER: _ClassVar[int]
    SPENT_SATS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_SATS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_SATS_FIELD_NUMBER: _ClassVar[int]
    input_tokens: int
    output_tokens: int
    total_tokens: int
    spent_sats: int
    reserved_sats: int
    remaining_sats: int
    def __init__(self, input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., total_tokens: _Optional[int] = ..., spent_sats: _Optional[int] = ..., reserved_sats: _Optional[int] = ..., remaining_sats: _Optional[int] = ...) -> None: ...

class RuntimeTimingSummary(_message.Message):
    __slots__ = ("started_at", "completed_at", "latency_ms")
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    started_at: _timestamp_pb2.Timestamp
    completed_at: _timestamp_pb2.Timestamp
    latency_ms: int
    def __init__(self, started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., latency_ms: _Optional[int] = ...) -> None: ...

class RuntimePredictReceipt(_message.Message):
    __slots__ = ("receipt_id", "run_id", "signature_id", "strategy_id", "compiled_id", "schema_hash", "prompt_hash", "program_hash", "params_hash", "output_hash", "policy", "budget", "timing", "trace_ref", "trace_hash", "trace_storage", "trace_artifact_uri", "catalog_version", "output_preview")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_ID_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    COMPILED_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_HASH_FIELD_NUMBER: _ClassVar[int]
    PROMPT_HASH_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_HASH_FIELD_NUMBER: _ClassVar[int]
    PARAMS_HASH_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    TRACE_REF_FIELD_NUMBER: _ClassVar[int]
    TRACE_HASH_FIELD_NUMBER: _ClassVar[int]
    TRACE_STORAGE_FIELD_NUMBER: _ClassVar[int]
    TRACE_ARTIFACT_URI_FIELD_NUMBER: _ClassVar[int]
    CATALOG_VERSION_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_PREVIEW_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    run_id: str
    signature_id: str
    strategy_id: str
    compiled_id: str
    schema_hash: str
    prompt_hash: str
    program_hash: str
    params_hash: str
    output_hash: str
    policy: RuntimePolicyDecision
    budget: RuntimeBudgetSummary
    timing: RuntimeTimingSummary
    trace_ref: str
    trace_hash: str
    trace_storage: str
    trace_artifact_uri: str
    catalog_version: str
    output_preview: _struct_pb2.Struct
    def __init__(self, receipt_id: _Optional[str] = ..., run_id: _Optional[str] = ..., signature_id: _Optional[str] = ..., strategy_id: _Optional[str] = ..., compiled_id: _Optional[str] = ..., schema_hash: _Optional[str] = ..., prompt_hash: _Optional[str] = ..., program_hash: _Optional[str] = ..., params_hash: _Optional[str] = ..., output_hash: _Optional[str] = ..., policy: _Optional[_Union[RuntimePolicyDecision, _Mapping]] = ..., budget: _Optional[_Union[RuntimeBudgetSummary, _Mapping]] = ..., timing: _Optional[_Union[RuntimeTimingSummary, _Mapping]] = ..., trace_ref: _Optional[str] = ..., trace_hash: _Optional[str] = ..., trace_storage: _Optional[str] = ..., trace_artifact_uri: _Optional[str] = ..., catalog_version: _Optional[str] = ..., output_preview: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RuntimeReplayArtifact(_message.Message):
    __slots__ = ("artifact_id", "run_id", "first_seq", "last_seq", "event_count", "replay_hash", "storage_ref", "compression", "chunk_count", "generated_at")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    REPLAY_HASH_FIELD_NUMBER: _ClassVar[int]
    STORAGE_REF_FIELD_NUMBER: _ClassVar[int]
    COMPRESSION_FIELD_NUMBER: _ClassVar[int]
    CHUNK_COUNT_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_FIELD_NUMBER: _ClassVar[int]
    artifact_id: str
    run_id: str
    first_seq: int
    last_seq: int
    event_count: int
    replay_hash: str
    storage_ref: str
    compression: str
    chunk_count: int
    generated_at: _timestamp_pb2.Timestamp
    def __init__(self, artifact_id: _Optional[str] = ..., run_id: _Optional[str] = ..., first_seq: _Optional[int] = ..., last_seq: _Optional[int] = ..., event_count: _Optional[int] = ..., replay_hash: _Optional[str] = ..., storage_ref: _Optional[str] = ..., compression: _Optional[str] = ..., chunk_count: _Optional[int] = ..., generated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeRunSnapshotResult(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: RuntimeRun
    def __init__(self, run: _Optional[_Union[RuntimeRun, _Mapping]] = ...) -> None: ...

class RuntimeRunStreamResult(_message.Message):
    __slots__ = ("run_id", "latest_seq", "stale_cursor", "retention_floor")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    STALE_CURSOR_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FLOOR_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    latest_seq: int
    stale_cursor: bool
    retention_floor: int
    def __init__(self, run_id: _Optional[str] = ..., latest_seq: _Optional[int] = ..., stale_cursor: _Optional[bool] = ..., retention_floor: _Optional[int] = ...) -> None: ...

class RuntimeWorkerSnapshotResult(_message.Message):
    __slots__ = ("snapshot",)
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    snapshot: RuntimeWorkerSnapshot
    def __init__(self, snapshot: _Optional[_Union[RuntimeWorkerSnapshot, _Mapping]] = ...) -> None: ...

class RuntimeWorkerRequestResult(_message.Message):
    __slots__ = ("worker_id", "request_id", "ok", "response", "latest_seq")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    request_id: str
    ok: bool
    response: _struct_pb2.Struct
    latest_seq: int
    def __init__(self, worker_id: _Optional[str] = ..., request_id: _Optional[str] = ..., ok: _Optional[bool] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., latest_seq: _Optional[int] = ...) -> None: ...

class RuntimeResultEnvelope(_message.Message):
    __slots__ = ("ok", "error", "run_snapshot", "run_stream", "worker_snapshot", "worker_request", "predict_receipt", "replay_artifact")
    OK_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RUN_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    RUN_STREAM_FIELD_NUMBER: _ClassVar[int]
    WORKER_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    WORKER_REQUEST_FIELD_NUMBER: _ClassVar[int]
    PREDICT_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    REPLAY_ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    error: RuntimeError
    run_snapshot: RuntimeRunSnapshotResult
    run_stream: RuntimeRunStreamResult
    worker_snapshot: RuntimeWorkerSnapshotResult
    worker_request: RuntimeWorkerRequestResult
    predict_receipt: RuntimePredictReceipt
    replay_artifact: RuntimeReplayArtifact
    def __init__(self, ok: _Optional[bool] = ..., error: _Optional[_Union[RuntimeError, _Mapping]] = ..., run_snapshot: _Optional[_Union[RuntimeRunSnapshotResult, _Mapping]] = ..., run_stream: _Optional[_Union[RuntimeRunStreamResult, _Mapping]] = ..., worker_snapshot: _Optional[_Union[RuntimeWorkerSnapshotResult, _Mapping]] = ..., worker_request: _Optional[_Union[RuntimeWorkerRequestResult, _Mapping]] = ..., predict_receipt: _Optional[_Union[RuntimePredictReceipt, _Mapping]] = ..., replay_artifact: _Optional[_Union[RuntimeReplayArtifact, _Mapping]] = ...) -> None: ...

import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.runtime.v1 import orchestration_pb2 as _orchestration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuntimeErrorResponse(_message.Message):
    __slots__ = ("error", "message", "reason_code", "details", "retry_after_ms", "request_id")
    ERROR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    error: str
    message: str
    reason_code: str
    details: _struct_pb2.Struct
    retry_after_ms: int
    request_id: str
    def __init__(self, error: _Optional[str] = ..., message: _Optional[str] = ..., reason_code: _Optional[str] = ..., details: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., retry_after_ms: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class RuntimeOwner(_message.Message):
    __slots__ = ("user_id", "guest_scope")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    user_id: int
    guest_scope: str
    def __init__(self, user_id: _Optional[int] = ..., guest_scope: _Optional[str] = ...) -> None: ...

class RuntimeRunEventView(_message.Message):
    __slots__ = ("seq", "event_type", "payload", "idempotency_key", "recorded_at", "source")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    event_type: str
    payload: _struct_pb2.Value
    idempotency_key: str
    recorded_at: _timestamp_pb2.Timestamp
    source: str
    def __init__(self, seq: _Optional[int] = ..., event_type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., source: _Optional[str] = ...) -> None: ...

class RuntimeRunView(_message.Message):
    __slots__ = ("id", "run_id", "worker_id", "status", "metadata", "events", "created_at", "updated_at", "thread_id", "org_id", "owner_user_ref", "owner_guest_scope", "latest_seq", "event_count", "terminal_reason_class", "terminal_reason", "terminal_at", "events_truncated")
    ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_REASON_CLASS_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_REASON_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_AT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    id: str
    run_id: str
    worker_id: str
    status: _orchestration_pb2.RuntimeRunStatus
    metadata: _struct_pb2.Struct
    events: _containers.RepeatedCompositeFieldContainer[RuntimeRunEventView]
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    thread_id: str
    org_id: str
    owner_user_ref: str
    owner_guest_scope: str
    latest_seq: int
    event_count: int
    terminal_reason_class: str
    terminal_reason: str
    terminal_at: _timestamp_pb2.Timestamp
    events_truncated: bool
    def __init__(self, id: _Optional[str] = ..., run_id: _Optional[str] = ..., worker_id: _Optional[str] = ..., status: _Optional[_Union[_orchestration_pb2.RuntimeRunStatus, str]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., events: _Optional[_Iterable[_Union[RuntimeRunEventView, _Mapping]]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., thread_id: _Optional[str] = ..., org_id: _Optional[str] = ..., owner_user_ref: _Optional[str] = ..., owner_guest_scope: _Optional[str] = ..., latest_seq: _Optional[int] = ..., event_count: _Optional[int] = ..., terminal_reason_class: _Optional[str] = ..., terminal_reason: _Optional[str] = ..., terminal_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., events_truncated: _Optional[bool] = ...) -> None: ...

class RuntimeRunStartRequest(_message.Message):
    __slots__ = ("worker_id", "metadata", "run_id", "thread_id", "org_id", "visibility", "idempotency_key", "owner_user_id", "owner_guest_scope", "owner_user_ref")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    metadata: _struct_pb2.Struct
    run_id: str
    thread_id: str
    org_id: str
    visibility: str
    idempotency_key: str
    owner_user_id: int
    owner_guest_scope: str
    owner_user_ref: str
    def __init__(self, worker_id: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., run_id: _Optional[str] = ..., thread_id: _Optional[str] = ..., org_id: _Optional[str] = ..., visibility: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class RuntimeRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: RuntimeRunView
    def __init__(self, run: _Optional[_Union[RuntimeRunView, _Mapping]] = ...) -> None: ...

class RuntimeRunListQuery(_message.Message):
    __slots__ = ("owner_user_id", "owner_guest_scope", "thread_id", "worker_id", "status", "limit", "cursor", "owner_user_ref")
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    owner_user_id: int
    owner_guest_scope: str
    thread_id: str
    worker_id: str
    status: _orchestration_pb2.RuntimeRunStatus
    limit: int
    cursor: str
    owner_user_ref: str
    def __init__(self, owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., thread_id: _Optional[str] = ..., worker_id: _Optional[str] = ..., status: _Optional[_Union[_orchestration_pb2.RuntimeRunStatus, str]] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class RuntimeRunListResponse(_message.Message):
    __slots__ = ("runs", "next_cursor")
    RUNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[RuntimeRunView]
    next_cursor: str
    def __init__(self, runs: _Optional[_Iterable[_Union[RuntimeRunView, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class RuntimeRunGetQuery(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: str
    def __init__(self, events: _Optional[str] = ...) -> None: ...

class RuntimeRunEventAppendRequest(_message.Message):
    __slots__ = ("event_type", "payload", "idempotency_key", "expected_previous_seq")
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PREVIOUS_SEQ_FIELD_NUMBER: _ClassVar[int]
    event_type: str
    payload: _struct_pb2.Value
    idempotency_key: str
    expected_previous_seq: int
    def __init__(self, event_type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., expected_previous_seq: _Optional[int] = ...) -> None: ...

class RuntimeRunEventAppendResponse(_message.Message):
    __slots__ = ("run", "event", "idempotent_replay")
    RUN_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    run: RuntimeRunView
    event: RuntimeRunEventView
    idempotent_replay: bool
    def __init__(self, run: _Optional[_Union[RuntimeRunView, _Mapping]] = ..., event: _Optional[_Union[RuntimeRunEventView, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class RuntimeRunEventBatchItem(_message.Message):
    __slots__ = ("event_type", "payload", "idempotency_key")
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    event_type: str
    payload: _struct_pb2.Value
    idempotency_key: str
    def __init__(self, event_type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RuntimeRunEventBatchRequest(_message.Message):
    __slots__ = ("events", "expected_previous_seq")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PREVIOUS_SEQ_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[RuntimeRunEventBatchItem]
    expected_previous_seq: int
    def __init__(self, events: _Optional[_Iterable[_Union[RuntimeRunEventBatchItem, _Mapping]]] = ..., expected_previous_seq: _Optional[int] = ...) -> None: ...

class RuntimeRunEventBatchResult(_message.Message):
    __slots__ = ("index", "seq", "idempotent_replay")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    index: int
    seq: int
    idempotent_replay: bool
    def __init__(self, index: _Optional[int] = ..., seq: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class RuntimeRunEventBatchResponse(_message.Message):
    __slots__ = ("run", "results")
    RUN_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    run: RuntimeRunView
    results: _containers.RepeatedCompositeFieldContainer[RuntimeRunEventBatchResult]
    def __init__(self, run: _Optional[_Union[RuntimeRunView, _Mapping]] = ..., results: _Optional[_Iterable[_Union[RuntimeRunEventBatchResult, _Mapping]]] = ...) -> None: ...

class RuntimeRunEventsQuery(_message.Message):
    __slots__ = ("after_seq", "limit")
    AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    after_seq: int
    limit: int
    def __init__(self, after_seq: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class RuntimeRunEventsResponse(_message.Message):
    __slots__ = ("run_id", "events", "latest_seq", "next_after_seq")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    events: _containers.RepeatedCompositeFieldContainer[RuntimeRunEventView]
    latest_seq: int
    next_after_seq: int
    def __init__(self, run_id: _Optional[str] = ..., events: _Optional[_Iterable[_Union[RuntimeRunEventView, _Mapping]]] = ..., latest_seq: _Optional[int] = ..., next_after_seq: _Optional[int] = ...) -> None: ...

class RuntimeRunSnapshotResponse(_message.Message):
    __slots__ = ("run_id", "thread_id", "status", "latest_seq", "updated_at")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    thread_id: str
    status: _orchestration_pb2.RuntimeRunStatus
    latest_seq: int
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, run_id: _Optional[str] = ..., thread_id: _Optional[str] = ..., status: _Optional[_Union[_orchestration_pb2.RuntimeRunStatus, str]] = ..., latest_seq: _Optional[int] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeRunCancelRequest(_message.Message):
    __slots__ = ("thread_id", "reason")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    reason: str
    def __init__(self, thread_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RuntimeRunCancelResponse(_message.Message):
    __slots__ = ("run_id", "status", "cancel_requested", "idempotent_replay")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    status: _orchestration_pb2.RuntimeRunStatus
    cancel_requested: bool
    idempotent_replay: bool
    def __init__(self, run_id: _Optional[str] = ..., status: _Optional[_Union[_orchestration_pb2.RuntimeRunStatus, str]] = ..., cancel_requested: _Optional[bool] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class RuntimeRunFrameRequest(_message.Message):
    __slots__ = ("thread_id", "frame_id", "type", "payload", "occurred_at")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    FRAME_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    frame_id: str
    type: str
    payload: _struct_pb2.Struct
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, thread_id: _Optional[str] = ..., frame_id: _Optional[str] = ..., type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeRunFrameResponse(_message.Message):
    __slots__ = ("run_id", "frame_id", "status", "idempotent_replay")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    FRAME_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    frame_id: str
    status: str
    idempotent_replay: bool
    def __init__(self, run_id: _Optional[str] = ..., frame_id: _Optional[str] = ..., status: _Optional[str] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class RuntimeRunFramesQuery(_message.Message):
    __slots__ = ("after_seq", "limit", "state")
    AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    after_seq: int
    limit: int
    state: str
    def __init__(self, after_seq: _Optional[int] = ..., limit: _Optional[int] = ..., state: _Optional[str] = ...) -> None: ...

class RuntimeRunFrameView(_message.Message):
    __slots__ = ("frame_id", "type", "payload", "occurred_at", "received_seq", "consumed_seq", "received_at")
    FRAME_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_SEQ_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_SEQ_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_FIELD_NUMBER: _ClassVar[int]
    frame_id: str
    type: str
    payload: _struct_pb2.Struct
    occurred_at: _timestamp_pb2.Timestamp
    received_seq: int
    consumed_seq: int
    received_at: _timestamp_pb2.Timestamp
    def __init__(self, frame_id: _Optional[str] = ..., type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., received_seq: _Optional[int] = ..., consumed_seq: _Optional[int] = ..., received_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeRunFramesResponse(_message.Message):
    __slots__ = ("run_id", "frames", "next_after_seq")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    frames: _containers.RepeatedCompositeFieldContainer[RuntimeRunFrameView]
    next_after_seq: int
    def __init__(self, run_id: _Optional[str] = ..., frames: _Optional[_Iterable[_Union[RuntimeRunFrameView, _Mapping]]] = ..., next_after_seq: _Optional[int] = ...) -> None: ...

class RuntimeReceiptToolCall(_message.Message):
    __slots__ = ("tool", "params_hash", "output_hash", "latency_ms", "side_effects")
    TOOL_FIELD_NUMBER: _ClassVar[int]
    PARAMS_HASH_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    SIDE_EFFECTS_FIELD_NUMBER: _ClassVar[int]
    tool: str
    params_hash: str
    output_hash: str
    latency_ms: int
    side_effects: _struct_pb2.ListValue
    def __init__(self, tool: _Optional[str] = ..., params_hash: _Optional[str] = ..., output_hash: _Optional[str] = ..., latency_ms: _Optional[int] = ..., side_effects: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ...) -> None: ...

class RuntimeReceiptVerification(_message.Message):
    __slots__ = ("command", "exit_code", "cwd", "duration_ms")
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    CWD_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    command: str
    exit_code: int
    cwd: str
    duration_ms: int
    def __init__(self, command: _Optional[str] = ..., exit_code: _Optional[int] = ..., cwd: _Optional[str] = ..., duration_ms: _Optional[int] = ...) -> None: ...

class RuntimeReceiptMetrics(_message.Message):
    __slots__ = ("tool_calls", "tool_latency_ms_total", "verification_passed", "payments_msats_total")
    TOOL_CALLS_FIELD_NUMBER: _ClassVar[int]
    TOOL_LATENCY_MS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_PASSED_FIELD_NUMBER: _ClassVar[int]
    PAYMENTS_MSATS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    tool_calls: int
    tool_latency_ms_total: int
    verification_passed: bool
    payments_msats_total: int
    def __init__(self, tool_calls: _Optional[int] = ..., tool_latency_ms_total: _Optional[int] = ..., verification_passed: _Optional[bool] = ..., payments_msats_total: _Optional[int] = ...) -> None: ...

class RuntimeReceiptSignature(_message.Message):
    __slots__ = ("schema", "scheme", "signer_pubkey", "signed_sha256", "signature_hex")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    SIGNER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    SIGNED_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_HEX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    scheme: str
    signer_pubkey: str
    signed_sha256: str
    signature_hex: str
    def __init__(self, schema: _Optional[str] = ..., scheme: _Optional[str] = ..., signer_pubkey: _Optional[str] = ..., signed_sha256: _Optional[str] = ..., signature_hex: _Optional[str] = ...) -> None: ...

class RuntimePaymentReceipt(_message.Message):
    __slots__ = ("schema", "rail", "asset_id", "amount_msats", "payment_proof", "session_id", "trajectory_hash", "policy_bundle_id", "job_hash", "status", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    rail: str
    asset_id: str
    amount_msats: int
    payment_proof: _struct_pb2.Value
    session_id: str
    trajectory_hash: str
    policy_bundle_id: str
    job_hash: str
    status: str
    canonical_json_sha256: str
    signature: RuntimeReceiptSignature
    def __init__(self, schema: _Optional[str] = ..., rail: _Optional[str] = ..., asset_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., payment_proof: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., session_id: _Optional[str] = ..., trajectory_hash: _Optional[str] = ..., policy_bundle_id: _Optional[str] = ..., job_hash: _Optional[str] = ..., status: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[RuntimeReceiptSignature, _Mapping]] = ...) -> None: ...

class RuntimeRunReceipt(_message.Message):
    __slots__ = ("schema", "session_id", "trajectory_hash", "policy_bundle_id", "canonical_json_sha256", "signature", "created_at", "event_count", "first_seq", "last_seq", "metrics", "tool_calls", "verification", "payments")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALLS_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    session_id: str
    trajectory_hash: str
    policy_bundle_id: str
    canonical_json_sha256: str
    signature: RuntimeReceiptSignature
    created_at: str
    event_count: int
    first_seq: int
    last_seq: int
    metrics: RuntimeReceiptMetrics
    tool_calls: _containers.RepeatedCompositeFieldContainer[RuntimeReceiptToolCall]
    verification: _containers.RepeatedCompositeFieldContainer[RuntimeReceiptVerification]
    payments: _containers.RepeatedCompositeFieldContainer[RuntimePaymentReceipt]
    def __init__(self, schema: _Optional[str] = ..., session_id: _Optional[str] = ..., trajectory_hash: _Optional[str] = ..., policy_bundle_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[RuntimeReceiptSignature, _Mapping]] = ..., created_at: _Optional[str] = ..., event_count: _Optional[int] = ..., first_seq: _Optional[int] = ..., last_seq: _Optional[int] = ..., metrics: _Optional[_Union[RuntimeReceiptMetrics, _Mapping]] = ..., tool_calls: _Optional[_Iterable[_Union[RuntimeReceiptToolCall, _Mapping]]] = ..., verification: _Optional[_Iterable[_Union[RuntimeReceiptVerification, _Mapping]]] = ..., payments: _Optional[_Iterable[_Union[RuntimePaymentReceipt, _Mapping]]] = ...) -> None: ...

class RuntimeReplayLine(_message.Message):
    __slots__ = ("event", "replay_version", "producer", "created_at", "t", "session_id", "issue_number", "policy_bundle_id", "id", "tool", "params", "params_hash", "step_id", "output_hash", "exit_code", "step_utility", "latency_ms", "commands", "exit_codes", "verification_delta", "rail", "asset_id", "amount_msats", "payment_proof", "job_hash", "status", "seq", "runtime_event_type", "payload_hash", "payload", "idempotency_key", "confidence", "total_tool_calls", "total_latency_ms")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    REPLAY_VERSION_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    T_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    PARAMS_HASH_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    STEP_UTILITY_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODES_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_DELTA_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TOOL_CALLS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    event: str
    replay_version: int
    producer: str
    created_at: str
    t: str
    session_id: str
    issue_number: _struct_pb2.Value
    policy_bundle_id: str
    id: str
    tool: str
    params: _struct_pb2.Value
    params_hash: str
    step_id: str
    output_hash: str
    exit_code: int
    step_utility: float
    latency_ms: int
    commands: _containers.RepeatedScalarFieldContainer[str]
    exit_codes: _containers.RepeatedScalarFieldContainer[int]
    verification_delta: int
    rail: str
    asset_id: str
    amount_msats: int
    payment_proof: _struct_pb2.Value
    job_hash: str
    status: str
    seq: int
    runtime_event_type: str
    payload_hash: str
    payload: _struct_pb2.Value
    idempotency_key: str
    confidence: float
    total_tool_calls: int
    total_latency_ms: int
    def __init__(self, event: _Optional[str] = ..., replay_version: _Optional[int] = ..., producer: _Optional[str] = ..., created_at: _Optional[str] = ..., t: _Optional[str] = ..., session_id: _Optional[str] = ..., issue_number: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., policy_bundle_id: _Optional[str] = ..., id: _Optional[str] = ..., tool: _Optional[str] = ..., params: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., params_hash: _Optional[str] = ..., step_id: _Optional[str] = ..., output_hash: _Optional[str] = ..., exit_code: _Optional[int] = ..., step_utility: _Optional[float] = ..., latency_ms: _Optional[int] = ..., commands: _Optional[_Iterable[str]] = ..., exit_codes: _Optional[_Iterable[int]] = ..., verification_delta: _Optional[int] = ..., rail: _Optional[str] = ..., asset_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., payment_proof: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., job_hash: _Optional[str] = ..., status: _Optional[str] = ..., seq: _Optional[int] = ..., runtime_event_type: _Optional[str] = ..., payload_hash: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., confidence: _Optional[float] = ..., total_tool_calls: _Optional[int] = ..., total_latency_ms: _Optional[int] = ...) -> None: ...

class RuntimeBundleFile(_message.Message):
    __slots__ = ("name", "sha256", "content")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    sha256: str
    content: str
    def __init__(self, name: _Optional[str] = ..., sha256: _Optional[str] = ..., content: _Optional[str] = ...) -> None: ...

class RuntimeRunBundleResponse(_message.Message):
    __slots__ = ("files",)
    FILES_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedCompositeFieldContainer[RuntimeBundleFile]
    def __init__(self, files: _Optional[_Iterable[_Union[RuntimeBundleFile, _Mapping]]] = ...) -> None: ...

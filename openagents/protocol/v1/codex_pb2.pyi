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

class CodexExecutionMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODEX_EXECUTION_MODE_UNSPECIFIED: _ClassVar[CodexExecutionMode]
    CODEX_EXECUTION_MODE_DESKTOP: _ClassVar[CodexExecutionMode]
    CODEX_EXECUTION_MODE_SANDBOX: _ClassVar[CodexExecutionMode]

class CodexSandboxBackend(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODEX_SANDBOX_BACKEND_UNSPECIFIED: _ClassVar[CodexSandboxBackend]
    CODEX_SANDBOX_BACKEND_CLOUDFLARE_SANDBOX: _ClassVar[CodexSandboxBackend]
    CODEX_SANDBOX_BACKEND_DAYTONA: _ClassVar[CodexSandboxBackend]
    CODEX_SANDBOX_BACKEND_OPENAGENTS_GCP: _ClassVar[CodexSandboxBackend]

class CodexAuthHydrationStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODEX_AUTH_HYDRATION_STATUS_UNSPECIFIED: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_UNAUTHENTICATED: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_DEVICE_FLOW_PENDING: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_AUTHENTICATED: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_EXPIRED: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_ERROR: _ClassVar[CodexAuthHydrationStatus]
CODEX_EXECUTION_MODE_UNSPECIFIED: CodexExecutionMode
CODEX_EXECUTION_MODE_DESKTOP: CodexExecutionMode
CODEX_EXECUTION_MODE_SANDBOX: CodexExecutionMode
CODEX_SANDBOX_BACKEND_UNSPECIFIED: CodexSandboxBackend
CODEX_SANDBOX_BACKEND_CLOUDFLARE_SANDBOX: CodexSandboxBackend
CODEX_SANDBOX_BACKEND_DAYTONA: CodexSandboxBackend
CODEX_SANDBOX_BACKEND_OPENAGENTS_GCP: CodexSandboxBackend
CODEX_AUTH_HYDRATION_STATUS_UNSPECIFIED: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_UNAUTHENTICATED: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_DEVICE_FLOW_PENDING: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_AUTHENTICATED: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_EXPIRED: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_ERROR: CodexAuthHydrationStatus

class CodexSandboxBinding(_message.Message):
    __slots__ = ("execution_mode", "sandbox_backend", "workspace_ref", "codex_home_ref", "sandbox_session_ref", "region", "provider_project_ref", "placement_ref", "adapter", "metadata")
    EXECUTION_MODE_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_BACKEND_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_REF_FIELD_NUMBER: _ClassVar[int]
    CODEX_HOME_REF_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_SESSION_REF_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_PROJECT_REF_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_REF_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    execution_mode: CodexExecutionMode
    sandbox_backend: CodexSandboxBackend
    workspace_ref: str
    codex_home_ref: str
    sandbox_session_ref: str
    region: str
    provider_project_ref: str
    placement_ref: str
    adapter: str
    metadata: _struct_pb2.Struct
    def __init__(self, execution_mode: _Optional[_Union[CodexExecutionMode, str]] = ..., sandbox_backend: _Optional[_Union[CodexSandboxBackend, str]] = ..., workspace_ref: _Optional[str] = ..., codex_home_ref: _Optional[str] = ..., sandbox_session_ref: _Optional[str] = ..., region: _Optional[str] = ..., provider_project_ref: _Optional[str] = ..., placement_ref: _Optional[str] = ..., adapter: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CodexProjectionEnvelope(_message.Message):
    __slots__ = ("runtime_source", "runtime_run_id", "runtime_worker_id", "runtime_seq", "runtime_seq_end", "projection_version", "projected_at")
    RUNTIME_SOURCE_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_SEQ_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_SEQ_END_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROJECTED_AT_FIELD_NUMBER: _ClassVar[int]
    runtime_source: str
    runtime_run_id: str
    runtime_worker_id: str
    runtime_seq: int
    runtime_seq_end: int
    projection_version: int
    projected_at: _timestamp_pb2.Timestamp
    def __init__(self, runtime_source: _Optional[str] = ..., runtime_run_id: _Optional[str] = ..., runtime_worker_id: _Optional[str] = ..., runtime_seq: _Optional[int] = ..., runtime_seq_end: _Optional[int] = ..., projection_version: _Optional[int] = ..., projected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CodexWorkerEvent(_message.Message):
    __slots__ = ("worker_id", "seq", "event_type", "event_version", "emitted_at", "projection", "worker_started", "worker_request_received", "worker_response", "worker_error", "worker_heartbeat", "worker_stopped", "unknown")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    EVENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    EMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_FIELD_NUMBER: _ClassVar[int]
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
    event_version: int
    emitted_at: _timestamp_pb2.Timestamp
    projection: CodexProjectionEnvelope
    worker_started: CodexWorkerStartedPayload
    worker_request_received: CodexWorkerRequestReceivedPayload
    worker_response: CodexWorkerResponsePayload
    worker_error: CodexWorkerErrorPayload
    worker_heartbeat: CodexWorkerHeartbeatPayload
    worker_stopped: CodexWorkerStoppedPayload
    unknown: CodexWorkerUnknownPayload
    def __init__(self, worker_id: _Optional[str] = ..., seq: _Optional[int] = ..., event_type: _Optional[str] = ..., event_version: _Optional[int] = ..., emitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., projection: _Optional[_Union[CodexProjectionEnvelope, _Mapping]] = ..., worker_started: _Optional[_Union[CodexWorkerStartedPayload, _Mapping]] = ..., worker_request_received: _Optional[_Union[CodexWorkerRequestReceivedPayload, _Mapping]] = ..., worker_response: _Optional[_Union[CodexWorkerResponsePayload, _Mapping]] = ..., worker_error: _Optional[_Union[CodexWorkerErrorPayload, _Mapping]] = ..., worker_heartbeat: _Optional[_Union[CodexWorkerHeartbeatPayload, _Mapping]] = ..., worker_stopped: _Optional[_Union[CodexWorkerStoppedPayload, _Mapping]] = ..., unknown: _Optional[_Union[CodexWorkerUnknownPayload, _Mapping]] = ...) -> None: ...

class CodexWorkerStartedPayload(_message.Message):
    __slots__ = ("status", "sandbox", "metadata")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    status: str
    sandbox: CodexSandboxBinding
    metadata: _struct_pb2.Struct
    def __init__(self, status: _Optional[str] = ..., sandbox: _Optional[_Union[CodexSandboxBinding, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CodexWorkerRequestReceivedPayload(_message.Message):
    __slots__ = ("request_id", "method", "request_version")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_VERSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    method: str
    request_version: str
    def __init__(self, request_id: _Optional[str] = ..., method: _Optional[str] = ..., request_version: _Optional[str] = ...) -> None: ...

class CodexWorkerResponsePayload(_message.Message):
    __slots__ = ("request_id", "ok", "response")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    ok: bool
    response: _struct_pb2.Struct
    def __init__(self, request_id: _Optional[str] = ..., ok: _Optional[bool] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CodexWorkerErrorPayload(_message.Message):
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

class CodexWorkerHeartbeatPayload(_message.Message):
    __slots__ = ("status", "observed_at")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    status: str
    observed_at: _timestamp_pb2.Timestamp
    def __init__(self, status: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CodexWorkerStoppedPayload(_message.Message):
    __slots__ = ("status", "reason")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    status: str
    reason: str
    def __init__(self, status: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CodexWorkerUnknownPayload(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _struct_pb2.Struct
    def __init__(self, body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CodexWorker(_message.Message):
    __slots__ = ("worker_id", "status", "latest_seq", "adapter", "owner_user_ref", "owner_guest_scope", "sandbox", "metadata", "started_at", "stopped_at", "updated_at", "last_heartbeat_at")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STOPPED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_HEARTBEAT_AT_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    status: str
    latest_seq: int
    adapter: str
    owner_user_ref: str
    owner_guest_scope: str
    sandbox: CodexSandboxBinding
    metadata: _struct_pb2.Struct
    started_at: _timestamp_pb2.Timestamp
    stopped_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    last_heartbeat_at: _timestamp_pb2.Timestamp
    def __init__(self, worker_id: _Optional[str] = ..., status: _Optional[str] = ..., latest_seq: _Optional[int] = ..., adapter: _Optional[str] = ..., owner_user_ref: _Optional[str] = ..., owner_guest_scope: _Optional[str] = ..., sandbox: _Optional[_Union[CodexSandboxBinding, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stopped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_heartbeat_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CodexWorkerCreateRequest(_message.Message):
    __slots__ = ("worker_id", "workspace_ref", "codex_home_ref", "adapter", "sandbox", "metadata")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_REF_FIELD_NUMBER: _ClassVar[int]
    CODEX_HOME_REF_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    workspace_ref: str
    codex_home_ref: str
    adapter: str
    sandbox: CodexSandboxBinding
    metadata: _struct_pb2.Struct
    def __init__(self, worker_id: _Optional[str] = ..., workspace_ref: _Optional[str] = ..., codex_home_ref: _Optional[str] = ..., adapter: _Optional[str] = ..., sandbox: _Optional[_Union[CodexSandboxBinding, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CodexWorkerCreateResponse(_message.Message):
    __slots__ = ("worker", "idempotent_replay", "projection")
    WORKER_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_FIELD_NUMBER: _ClassVar[int]
    worker: CodexWorker
    idempotent_replay: bool
    projection: CodexProjectionEnvelope
    def __init__(self, worker: _Optional[_Union[CodexWorker, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ..., projection: _Optional[_Union[CodexProjectionEnvelope, _Mapping]] = ...) -> None: ...

class CodexWorkerSnapshot(_message.Message):
    __slots__ = ("worker", "projection")
    WORKER_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_FIELD_NUMBER: _ClassVar[int]
    worker: CodexWorker
    projection: CodexProjectionEnvelope
    def __init__(self, worker: _Optional[_Union[CodexWorker, _Mapping]] = ..., projection: _Optional[_Union[CodexProjectionEnvelope, _Mapping]] = ...) -> None: ...

class CodexWorkerRequestEnvelope(_message.Message):
    __slots__ = ("request_id", "method", "request", "request_version")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    REQUEST_VERSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    method: str
    request: _struct_pb2.Struct
    request_version: str
    def __init__(self, request_id: _Optional[str] = ..., method: _Optional[str] = ..., request: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., request_version: _Optional[str] = ...) -> None: ...

class CodexWorkerRequestResponse(_message.Message):
    __slots__ = ("worker_id", "request_id", "ok", "response", "projection")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    request_id: str
    ok: bool
    response: _struct_pb2.Struct
    projection: CodexProjectionEnvelope
    def __init__(self, worker_id: _Optional[str] = ..., request_id: _Optional[str] = ..., ok: _Optional[bool] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., projection: _Optional[_Union[CodexProjectionEnvelope, _Mapping]] = ...) -> None: ...

class CodexWorkerStopRequest(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class CodexWorkerStopResponse(_message.Message):
    __slots__ = ("worker_id", "status", "idempotent_replay", "projection")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    status: str
    idempotent_replay: bool
    projection: CodexProjectionEnvelope
    def __init__(self, worker_id: _Optional[str] = ..., status: _Optional[str] = ..., idempotent_replay: _Optional[bool] = ..., projection: _Optional[_Union[CodexProjectionEnvelope, _Mapping]] = ...) -> None: ...

class CodexAuthTokenReference(_message.Message):
    __slots__ = ("token_ref", "provider", "scopes", "expires_at", "refreshable")
    TOKEN_REF_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REFRESHABLE_FIELD_NUMBER: _ClassVar[int]
    token_ref: str
    provider: str
    scopes: _containers.RepeatedScalarFieldContainer[str]
    expires_at: _timestamp_pb2.Timestamp
    refreshable: bool
    def __init__(self, token_ref: _Optional[str] = ..., provider: _Optional[str] = ..., scopes: _Optional[_Iterable[str]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refreshable: _Optional[bool] = ...) -> None: ...

class CodexDeviceFlowStatus(_message.Message):
    __slots__ = ("flow_id", "provider", "verification_uri", "user_code_ref", "expires_at", "poll_interval_seconds", "status")
    FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_URI_FIELD_NUMBER: _ClassVar[int]
    USER_CODE_REF_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    POLL_INTERVAL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    flow_id: str
    provider: str
    verification_uri: str
    user_code_ref: str
    expires_at: _timestamp_pb2.Timestamp
    poll_interval_seconds: int
    status: str
    def __init__(self, flow_id: _Optional[str] = ..., provider: _Optional[str] = ..., verification_uri: _Optional[str] = ..., user_code_ref: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., poll_interval_seconds: _Optional[int] = ..., status: _Optional[str] = ...) -> None: ...

class CodexAuthStateEnvelope(_message.Message):
    __slots__ = ("worker_id", "hydration_status", "provider", "token_reference", "device_flow", "status_reason", "observed_at", "metadata", "projection")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    HYDRATION_STATUS_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    TOKEN_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FLOW_FIELD_NUMBER: _ClassVar[int]
    STATUS_REASON_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    hydration_status: CodexAuthHydrationStatus
    provider: str
    token_reference: CodexAuthTokenReference
    device_flow: CodexDeviceFlowStatus
    status_reason: str
    observed_at: _timestamp_pb2.Timestamp
    metadata: _struct_pb2.Struct
    projection: CodexProjectionEnvelope
    def __init__(self, worker_id: _Optional[str] = ..., hydration_status: _Optional[_Union[CodexAuthHydrationStatus, str]] = ..., provider: _Optional[str] = ..., token_reference: _Optional[_Union[CodexAuthTokenReference, _Mapping]] = ..., device_flow: _Optional[_Union[CodexDeviceFlowStatus, _Mapping]] = ..., status_reason: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., projection: _Optional[_Union[CodexProjectionEnvelope, _Mapping]] = ...) -> None: ...

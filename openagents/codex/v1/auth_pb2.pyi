import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.codex.v1 import workers_pb2 as _workers_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CodexAuthHydrationStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODEX_AUTH_HYDRATION_STATUS_UNSPECIFIED: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_UNAUTHENTICATED: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_DEVICE_FLOW_PENDING: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_AUTHENTICATED: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_EXPIRED: _ClassVar[CodexAuthHydrationStatus]
    CODEX_AUTH_HYDRATION_STATUS_ERROR: _ClassVar[CodexAuthHydrationStatus]
CODEX_AUTH_HYDRATION_STATUS_UNSPECIFIED: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_UNAUTHENTICATED: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_DEVICE_FLOW_PENDING: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_AUTHENTICATED: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_EXPIRED: CodexAuthHydrationStatus
CODEX_AUTH_HYDRATION_STATUS_ERROR: CodexAuthHydrationStatus

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
    projection: _workers_pb2.CodexProjectionEnvelope
    def __init__(self, worker_id: _Optional[str] = ..., hydration_status: _Optional[_Union[CodexAuthHydrationStatus, str]] = ..., provider: _Optional[str] = ..., token_reference: _Optional[_Union[CodexAuthTokenReference, _Mapping]] = ..., device_flow: _Optional[_Union[CodexDeviceFlowStatus, _Mapping]] = ..., status_reason: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., projection: _Optional[_Union[_workers_pb2.CodexProjectionEnvelope, _Mapping]] = ...) -> None: ...

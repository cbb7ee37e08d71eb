from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ClientSurface(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLIENT_SURFACE_UNSPECIFIED: _ClassVar[ClientSurface]
    CLIENT_SURFACE_WEB: _ClassVar[ClientSurface]
    CLIENT_SURFACE_DESKTOP: _ClassVar[ClientSurface]
    CLIENT_SURFACE_IOS: _ClassVar[ClientSurface]
    CLIENT_SURFACE_ONYX: _ClassVar[ClientSurface]
    CLIENT_SURFACE_SDK: _ClassVar[ClientSurface]
    CLIENT_SURFACE_OPERATOR: _ClassVar[ClientSurface]
CLIENT_SURFACE_UNSPECIFIED: ClientSurface
CLIENT_SURFACE_WEB: ClientSurface
CLIENT_SURFACE_DESKTOP: ClientSurface
CLIENT_SURFACE_IOS: ClientSurface
CLIENT_SURFACE_ONYX: ClientSurface
CLIENT_SURFACE_SDK: ClientSurface
CLIENT_SURFACE_OPERATOR: ClientSurface

class ClientTelemetryEvent(_message.Message):
    __slots__ = ("schema_version", "event_id", "occurred_at_unix_ms", "surface", "client_build_id", "app_version", "protocol_version", "topic", "topic_class", "actor_scope_hash", "session_id", "reconnect", "auth_failure", "replay", "delivery_error", "boot", "crash")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    SURFACE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    APP_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    TOPIC_CLASS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_SCOPE_HASH_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    RECONNECT_FIELD_NUMBER: _ClassVar[int]
    AUTH_FAILURE_FIELD_NUMBER: _ClassVar[int]
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ERROR_FIELD_NUMBER: _ClassVar[int]
    BOOT_FIELD_NUMBER: _ClassVar[int]
    CRASH_FIELD_NUMBER: _ClassVar[int]
    schema_version: str
    event_id: str
    occurred_at_unix_ms: int
    surface: ClientSurface
    client_build_id: str
    app_version: str
    protocol_version: str
    topic: str
    topic_class: str
    actor_scope_hash: str
    session_id: str
    reconnect: ClientReconnect
    auth_failure: ClientAuthFailure
    replay: ClientReplay
    delivery_error: ClientDeliveryError
    boot: ClientBoot
    crash: ClientCrash
    def __init__(self, schema_version: _Optional[str] = ..., event_id: _Optional[str] = ..., occurred_at_unix_ms: _Optional[int] = ..., surface: _Optional[_Union[ClientSurface, str]] = ..., client_build_id: _Optional[str] = ..., app_version: _Optional[str] = ..., protocol_version: _Optional[str] = ..., topic: _Optional[str] = ..., topic_class: _Optional[str] = ..., actor_scope_hash: _Optional[str] = ..., session_id: _Optional[str] = ..., reconnect: _Optional[_Union[ClientReconnect, _Mapping]] = ..., auth_failure: _Optional[_Union[ClientAuthFailure, _Mapping]] = ..., replay: _Optional[_Union[ClientReplay, _Mapping]] = ..., delivery_error: _Optional[_Union[ClientDeliveryError, _Mapping]] = ..., boot: _Optional[_Union[ClientBoot, _Mapping]] = ..., crash: _Optional[_Union[ClientCrash, _Mapping]] = ...) -> None: ...

class ClientReconnect(_message.Message):
    __slots__ = ("attempt", "backoff_ms", "resumed", "last_applied_seq", "reason_code")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    BACKOFF_MS_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    LAST_APPLIED_SEQ_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    backoff_ms: int
    resumed: bool
    last_applied_seq: int
    reason_code: str
    def __init__(self, attempt: _Optional[int] = ..., backoff_ms: _Optional[int] = ..., resumed: _Optional[bool] = ..., last_applied_seq: _Optional[int] = ..., reason_code: _Optional[str] = ...) -> None: ...

class ClientAuthFailure(_message.Message):
    __slots__ = ("http_status", "reason_code", "refresh_attempted")
    HTTP_STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REFRESH_ATTEMPTED_FIELD_NUMBER: _ClassVar[int]
    http_status: int
    reason_code: str
    refresh_attempted: bool
    def __init__(self, http_status: _Optional[int] = ..., reason_code: _Optional[str] = ..., refresh_attempted: _Optional[bool] = ...) -> None: ...

class ClientReplay(_message.Message):
    __slots__ = ("status", "requested_after_seq", "oldest_available_seq", "head_seq", "catchup_duration_ms")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    OLDEST_AVAILABLE_SEQ_FIELD_NUMBER: _ClassVar[int]
    HEAD_SEQ_FIELD_NUMBER: _ClassVar[int]
    CATCHUP_DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    status: str
    requested_after_seq: int
    oldest_available_seq: int
    head_seq: int
    catchup_duration_ms: int
    def __init__(self, status: _Optional[str] = ..., requested_after_seq: _Optional[int] = ..., oldest_available_seq: _Optional[int] = ..., head_seq: _Optional[int] = ..., catchup_duration_ms: _Optional[int] = ...) -> None: ...

class ClientDeliveryError(_message.Message):
    __slots__ = ("channel", "reason_code", "rolling_error_count_5m")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    ROLLING_ERROR_COUNT_5M_FIELD_NUMBER: _ClassVar[int]
    channel: str
    reason_code: str
    rolling_error_count_5m: int
    def __init__(self, channel: _Optional[str] = ..., reason_code: _Optional[str] = ..., rolling_error_count_5m: _Optional[int] = ...) -> None: ...

class ClientBoot(_message.Message):
    __slots__ = ("cold", "boot_ms", "ws_connect_ms", "first_frame_ms", "previous_exit")
    COLD_FIELD_NUMBER: _ClassVar[int]
    BOOT_MS_FIELD_NUMBER: _ClassVar[int]
    WS_CONNECT_MS_FIELD_NUMBER: _ClassVar[int]
    FIRST_FRAME_MS_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_EXIT_FIELD_NUMBER: _ClassVar[int]
    cold: bool
    boot_ms: int
    ws_connect_ms: int
    first_frame_ms: int
    previous_exit: str
    def __init__(self, cold: _Optional[bool] = ..., boot_ms: _Optional[int] = ..., ws_connect_ms: _Optional[int] = ..., first_frame_ms: _Optional[int] = ..., previous_exit: _Optional[str] = ...) -> None: ...

class ClientCrash(_message.Message):
    __slots__ = ("signature_hash", "phase", "uptime_ms")
    SIGNATURE_HASH_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    UPTIME_MS_FIELD_NUMBER: _ClassVar[int]
    signature_hash: str
    phase: str
    uptime_ms: int
    def __init__(self, signature_hash: _Optional[str] = ..., phase: _Optional[str] = ..., uptime_ms: _Optional[int] = ...) -> None: ...

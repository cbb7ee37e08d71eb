import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.control.v1 import auth_pb2 as _auth_pb2
from openagents.runtime.v1 import run_http_pb2 as _run_http_pb2
from openagents.runtime.v1 import treasury_pb2 as _treasury_pb2
from openagents.runtime.v1 import worker_http_pb2 as _worker_http_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ApiError(_message.Message):
    __slots__ = ("message", "error", "errors", "request_id")
    class ErrorsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _struct_pb2.ListValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ...) -> None: ...
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    message: str
    error: ApiErrorDetail
    errors: _containers.MessageMap[str, _struct_pb2.ListValue]
    request_id: str
    def __init__(self, message: _Optional[str] = ..., error: _Optional[_Union[ApiErrorDetail, _Mapping]] = ..., errors: _Optional[_Mapping[str, _struct_pb2.ListValue]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ApiErrorDetail(_message.Message):
    __slots__ = ("code", "message", "reason", "retry_after_ms", "reauth_required")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    REAUTH_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    reason: str
    retry_after_ms: int
    reauth_required: bool
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., reason: _Optional[str] = ..., retry_after_ms: _Optional[int] = ..., reauth_required: _Optional[bool] = ...) -> None: ...

class CompatibilityError(_message.Message):
    __slots__ = ("message", "error", "compatibility")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    COMPATIBILITY_FIELD_NUMBER: _ClassVar[int]
    message: str
    error: CompatibilityErrorDetail
    compatibility: CompatibilityFailure
    def __init__(self, message: _Optional[str] = ..., error: _Optional[_Union[CompatibilityErrorDetail, _Mapping]] = ..., compatibility: _Optional[_Union[CompatibilityFailure, _Mapping]] = ...) -> None: ...

class CompatibilityErrorDetail(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class CompatibilityFailure(_message.Message):
    __slots__ = ("code", "message", "retryable", "upgrade_required", "surface", "min_client_build_id", "max_client_build_id", "min_schema_version", "max_schema_version", "protocol_version")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    UPGRADE_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    SURFACE_FIELD_NUMBER: _ClassVar[int]
    MIN_CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_CLIENT_BUILD_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    MAX_SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    retryable: bool
    upgrade_required: bool
    surface: str
    min_client_build_id: str
    max_client_build_id: str
    min_schema_version: int
    max_schema_version: int
    protocol_version: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., retryable: _Optional[bool] = ..., upgrade_required: _Optional[bool] = ..., surface: _Optional[str] = ..., min_client_build_id: _Optional[str] = ..., max_client_build_id: _Optional[str] = ..., min_schema_version: _Optional[int] = ..., max_schema_version: _Optional[int] = ..., protocol_version: _Optional[str] = ...) -> None: ...

class HealthResponse(_message.Message):
    __slots__ = ("status", "service", "version", "uptime_seconds", "auth_provider")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    UPTIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    AUTH_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    status: str
    service: str
    version: str
    uptime_seconds: int
    auth_provider: str
    def __init__(self, status: _Optional[str] = ..., service: _Optional[str] = ..., version: _Optional[str] = ..., uptime_seconds: _Optional[int] = ..., auth_provider: _Optional[str] = ...) -> None: ...

class ReadyResponse(_message.Message):
    __slots__ = ("status", "checks")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    status: str
    checks: _containers.RepeatedCompositeFieldContainer[ReadyCheck]
    def __init__(self, status: _Optional[str] = ..., checks: _Optional[_Iterable[_Union[ReadyCheck, _Mapping]]] = ...) -> None: ...

class ReadyCheck(_message.Message):
    __slots__ = ("name", "ok", "code", "ms")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MS_FIELD_NUMBER: _ClassVar[int]
    name: str
    ok: bool
    code: str
    ms: int
    def __init__(self, name: _Optional[str] = ..., ok: _Optional[bool] = ..., code: _Optional[str] = ..., ms: _Optional[int] = ...) -> None: ...

class AuthEmailRequest(_message.Message):
    __slots__ = ("email",)
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    email: str
    def __init__(self, email: _Optional[str] = ...) -> None: ...

class AuthEmailResponse(_message.Message):
    __slots__ = ("ok", "status", "email", "challenge_id", "expires_at", "provider")
    OK_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    status: str
    email: str
    challenge_id: str
    expires_at: _timestamp_pb2.Timestamp
    provider: str
    def __init__(self, ok: _Optional[bool] = ..., status: _Optional[str] = ..., email: _Optional[str] = ..., challenge_id: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., provider: _Optional[str] = ...) -> None: ...

class AuthVerifyHttpRequest(_message.Message):
    __slots__ = ("code", "challenge_id", "device_id", "email")
    CODE_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    code: str
    challenge_id: str
    device_id: str
    email: str
    def __init__(self, code: _Optional[str] = ..., challenge_id: _Optional[str] = ..., device_id: _Optional[str] = ..., email: _Optional[str] = ...) -> None: ...

class AuthUser(_message.Message):
    __slots__ = ("id", "email", "name", "workos_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    WORKOS_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    email: str
    name: str
    workos_id: str
    def __init__(self, id: _Optional[str] = ..., email: _Optional[str] = ..., name: _Optional[str] = ..., workos_id: _Optional[str] = ...) -> None: ...

class AuthVerifyHttpResponse(_message.Message):
    __slots__ = ("ok", "user_id", "status", "user", "redirect", "token_type", "token", "token_name", "refresh_token", "session_id", "new_user", "refresh_token_id", "device_id", "active_org_id", "access_expires_at", "refresh_expires_at")
    OK_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    REDIRECT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_TYPE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_NAME_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    NEW_USER_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_ORG_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REFRESH_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    user_id: str
    status: str
    user: AuthUser
    redirect: str
    token_type: str
    token: str
    token_name: str
    refresh_token: str
    session_id: str
    new_user: bool
    refresh_token_id: str
    device_id: str
    active_org_id: str
    access_expires_at: _timestamp_pb2.Timestamp
    refresh_expires_at: _timestamp_pb2.Timestamp
    def __init__(self, ok: _Optional[bool] = ..., user_id: _Optional[str] = ..., status: _Optional[str] = ..., user: _Optional[_Union[AuthUser, _Mapping]] = ..., redirect: _Optional[str] = ..., token_type: _Optional[str] = ..., token: _Optional[str] = ..., token_name: _Optional[str] = ..., refresh_token: _Optional[str] = ..., session_id: _Optional[str] = ..., new_user: _Optional[bool] = ..., refresh_token_id: _Optional[str] = ..., device_id: _Optional[str] = ..., active_org_id: _Optional[str] = ..., access_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refresh_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AuthRegisterRequest(_message.Message):
    __slots__ = ("email", "name", "token_name", "token_abilities", "create_autopilot", "autopilot_display_name")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TOKEN_NAME_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ABILITIES_FIELD_NUMBER: _ClassVar[int]
    CREATE_AUTOPILOT_FIELD_NUMBER: _ClassVar[int]
    AUTOPILOT_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    email: str
    name: str
    token_name: str
    token_abilities: _containers.RepeatedScalarFieldContainer[str]
    create_autopilot: bool
    autopilot_display_name: str
    def __init__(self, email: _Optional[str] = ..., name: _Optional[str] = ..., token_name: _Optional[str] = ..., token_abilities: _Optional[_Iterable[str]] = ..., create_autopilot: _Optional[bool] = ..., autopilot_display_name: _Optional[str] = ...) -> None: ...

class AuthRegisterUser(_message.Message):
    __slots__ = ("id", "name", "email", "handle")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    HANDLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    email: str
    handle: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., email: _Optional[str] = ..., handle: _Optional[str] = ...) -> None: ...

class AuthRegisterData(_message.Message):
    __slots__ = ("created", "token_type", "token", "token_name", "token_abilities", "user", "autopilot")
    CREATED_FIELD_NUMBER: _ClassVar[int]
    TOKEN_TYPE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_NAME_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ABILITIES_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    AUTOPILOT_FIELD_NUMBER: _ClassVar[int]
    created: bool
    token_type: str
    token: str
    token_name: str
    token_abilities: _containers.RepeatedScalarFieldContainer[str]
    user: AuthRegisterUser
    autopilot: _struct_pb2.Struct
    def __init__(self, created: _Optional[bool] = ..., token_type: _Optional[str] = ..., token: _Optional[str] = ..., token_name: _Optional[str] = ..., token_abilities: _Optional[_Iterable[str]] = ..., user: _Optional[_Union[AuthRegisterUser, _Mapping]] = ..., autopilot: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class AuthRegisterEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: AuthRegisterData
    def __init__(self, data: _Optional[_Union[AuthRegisterData, _Mapping]] = ...) -> None: ...

class AuthRefreshRequest(_message.Message):
    __slots__ = ("refresh_token", "rotate_refresh_token", "device_id", "client_nonce")
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ROTATE_REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NONCE_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    rotate_refresh_token: bool
    device_id: str
    client_nonce: str
    def __init__(self, refresh_token: _Optional[str] = ..., rotate_refresh_token: _Optional[bool] = ..., device_id: _Optional[str] = ..., client_nonce: _Optional[str] = ...) -> None: ...

class AuthRefreshResponse(_message.Message):
    __slots__ = ("ok", "status", "token_type", "token", "refresh_token", "refresh_token_id", "replaced_refresh_token_id", "session_id", "access_expires_at", "refresh_expires_at")
    OK_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_TYPE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    REPLACED_REFRESH_TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REFRESH_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    status: str
    token_type: str
    token: str
    refresh_token: str
    refresh_token_id: str
    replaced_refresh_token_id: str
    session_id: str
    access_expires_at: _timestamp_pb2.Timestamp
    refresh_expires_at: _timestamp_pb2.Timestamp
    def __init__(self, ok: _Optional[bool] = ..., status: _Optional[str] = ..., token_type: _Optional[str] = ..., token: _Optional[str] = ..., refresh_token: _Optional[str] = ..., refresh_token_id: _Optional[str] = ..., replaced_refresh_token_id: _Optional[str] = ..., session_id: _Optional[str] = ..., access_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refresh_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SessionView(_message.Message):
    __slots__ = ("session_id", "user_id", "email", "device_id", "status", "token_name", "issued_at", "access_expires_at", "refresh_expires_at", "active_org_id", "reauth_required", "last_refreshed_at", "revoked_at", "revoked_reason")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_NAME_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    ACCESS_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REFRESH_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_ORG_ID_FIELD_NUMBER: _ClassVar[int]
    REAUTH_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    LAST_REFRESHED_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_REASON_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    user_id: str
    email: str
    device_id: str
    status: _auth_pb2.SessionStatus
    token_name: str
    issued_at: _timestamp_pb2.Timestamp
    access_expires_at: _timestamp_pb2.Timestamp
    refresh_expires_at: _timestamp_pb2.Timestamp
    active_org_id: str
    reauth_required: bool
    last_refreshed_at: _timestamp_pb2.Timestamp
    revoked_at: _timestamp_pb2.Timestamp
    revoked_reason: _auth_pb2.SessionRevocationReason
    def __init__(self, session_id: _Optional[str] = ..., user_id: _Optional[str] = ..., email: _Optional[str] = ..., device_id: _Optional[str] = ..., status: _Optional[_Union[_auth_pb2.SessionStatus, str]] = ..., token_name: _Optional[str] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., access_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refresh_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., active_org_id: _Optional[str] = ..., reauth_required: _Optional[bool] = ..., last_refreshed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_reason: _Optional[_Union[_auth_pb2.SessionRevocationReason, str]] = ...) -> None: ...

class SessionAudit(_message.Message):
    __slots__ = ("session_id", "user_id", "email", "device_id", "status", "token_name", "issued_at", "access_expires_at", "refresh_expires_at", "active_org_id", "reauth_required", "last_refreshed_at", "revoked_at", "revoked_reason")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_NAME_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    ACCESS_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REFRESH_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_ORG_ID_FIELD_NUMBER: _ClassVar[int]
    REAUTH_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    LAST_REFRESHED_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_REASON_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    user_id: str
    email: str
    device_id: str
    status: _auth_pb2.SessionStatus
    token_name: str
    issued_at: _timestamp_pb2.Timestamp
    access_expires_at: _timestamp_pb2.Timestamp
    refresh_expires_at: _timestamp_pb2.Timestamp
    active_org_id: str
    reauth_required: bool
    last_refreshed_at: _timestamp_pb2.Timestamp
    revoked_at: _timestamp_pb2.Timestamp
    revoked_reason: _auth_pb2.SessionRevocationReason
    def __init__(self, session_id: _Optional[str] = ..., user_id: _Optional[str] = ..., email: _Optional[str] = ..., device_id: _Optional[str] = ..., status: _Optional[_Union[_auth_pb2.SessionStatus, str]] = ..., token_name: _Optional[str] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., access_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refresh_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., active_org_id: _Optional[str] = ..., reauth_required: _Optional[bool] = ..., last_refreshed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_reason: _Optional[_Union[_auth_pb2.SessionRevocationReason, str]] = ...) -> None: ...

class HttpOrgMembership(_message.Message):
    __slots__ = ("org_id", "org_slug", "role", "role_scopes", "default_org")
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_SLUG_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ROLE_SCOPES_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_ORG_FIELD_NUMBER: _ClassVar[int]
    org_id: str
    org_slug: str
    role: _auth_pb2.OrgRole
    role_scopes: _containers.RepeatedScalarFieldContainer[str]
    default_org: bool
    def __init__(self, org_id: _Optional[str] = ..., org_slug: _Optional[str] = ..., role: _Optional[_Union[_auth_pb2.OrgRole, str]] = ..., role_scopes: _Optional[_Iterable[str]] = ..., default_org: _Optional[bool] = ...) -> None: ...

class SessionData(_message.Message):
    __slots__ = ("session", "user", "memberships")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    session: SessionView
    user: AuthUser
    memberships: _containers.RepeatedCompositeFieldContainer[HttpOrgMembership]
    def __init__(self, session: _Optional[_Union[SessionView, _Mapping]] = ..., user: _Optional[_Union[AuthUser, _Mapping]] = ..., memberships: _Optional[_Iterable[_Union[HttpOrgMembership, _Mapping]]] = ...) -> None: ...

class SessionEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: SessionData
    def __init__(self, data: _Optional[_Union[SessionData, _Mapping]] = ...) -> None: ...

class SessionListData(_message.Message):
    __slots__ = ("current_session_id", "sessions")
    CURRENT_SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    current_session_id: str
    sessions: _containers.RepeatedCompositeFieldContainer[SessionAudit]
    def __init__(self, current_session_id: _Optional[str] = ..., sessions: _Optional[_Iterable[_Union[SessionAudit, _Mapping]]] = ...) -> None: ...

class SessionListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: SessionListData
    def __init__(self, data: _Optional[_Union[SessionListData, _Mapping]] = ...) -> None: ...

class RevokeRequest(_message.Message):
    __slots__ = ("session_id", "device_id", "revoke_all_sessions", "include_current", "reason")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    REVOKE_ALL_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CURRENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    device_id: str
    revoke_all_sessions: bool
    include_current: bool
    reason: _auth_pb2.SessionRevocationReason
    def __init__(self, session_id: _Optional[str] = ..., device_id: _Optional[str] = ..., revoke_all_sessions: _Optional[bool] = ..., include_current: _Optional[bool] = ..., reason: _Optional[_Union[_auth_pb2.SessionRevocationReason, str]] = ...) -> None: ...

class RevokeResponse(_message.Message):
    __slots__ = ("ok", "revoked_session_ids", "revoked_device_ids", "revoked_refresh_token_ids", "reason", "revoked_at", "propagation")
    OK_FIELD_NUMBER: _ClassVar[int]
    REVOKED_SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_DEVICE_IDS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_REFRESH_TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    PROPAGATION_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    revoked_session_ids: _containers.RepeatedScalarFieldContainer[str]
    revoked_device_ids: _containers.RepeatedScalarFieldContainer[str]
    revoked_refresh_token_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: _auth_pb2.SessionRevocationReason
    revoked_at: _timestamp_pb2.Timestamp
    propagation: str
    def __init__(self, ok: _Optional[bool] = ..., revoked_session_ids: _Optional[_Iterable[str]] = ..., revoked_device_ids: _Optional[_Iterable[str]] = ..., revoked_refresh_token_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[_Union[_auth_pb2.SessionRevocationReason, str]] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., propagation: _Optional[str] = ...) -> None: ...

class LogoutResponse(_message.Message):
    __slots__ = ("ok", "status", "session_id", "revoked_at", "propagation")
    OK_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    PROPAGATION_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    status: str
    session_id: str
    revoked_at: _timestamp_pb2.Timestamp
    propagation: str
    def __init__(self, ok: _Optional[bool] = ..., status: _Optional[str] = ..., session_id: _Optional[str] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., propagation: _Optional[str] = ...) -> None: ...

class Device(_message.Message):
    __slots__ = ("device_id", "client", "platform", "first_seen_at", "last_seen_at", "active_session_count", "blocked_at")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_AT_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    client: str
    platform: str
    first_seen_at: _timestamp_pb2.Timestamp
    last_seen_at: _timestamp_pb2.Timestamp
    active_session_count: int
    blocked_at: _timestamp_pb2.Timestamp
    def __init__(self, device_id: _Optional[str] = ..., client: _Optional[str] = ..., platform: _Optional[str] = ..., first_seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., active_session_count: _Optional[int] = ..., blocked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DeviceListData(_message.Message):
    __slots__ = ("devices",)
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    devices: _containers.RepeatedCompositeFieldContainer[Device]
    def __init__(self, devices: _Optional[_Iterable[_Union[Device, _Mapping]]] = ...) -> None: ...

class DeviceListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: DeviceListData
    def __init__(self, data: _Optional[_Union[DeviceListData, _Mapping]] = ...) -> None: ...

class DeviceRevokeRequest(_message.Message):
    __slots__ = ("device_id", "block", "include_current")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CURRENT_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    block: bool
    include_current: bool
    def __init__(self, device_id: _Optional[str] = ..., block: _Optional[bool] = ..., include_current: _Optional[bool] = ...) -> None: ...

class DeviceUnblockRequest(_message.Message):
    __slots__ = ("device_id",)
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    def __init__(self, device_id: _Optional[str] = ...) -> None: ...

class DeviceData(_message.Message):
    __slots__ = ("device",)
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    device: Device
    def __init__(self, device: _Optional[_Union[Device, _Mapping]] = ...) -> None: ...

class DeviceEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: DeviceData
    def __init__(self, data: _Optional[_Union[DeviceData, _Mapping]] = ...) -> None: ...

class MeUser(_message.Message):
    __slots__ = ("id", "email", "name", "handle", "avatar", "created_at", "updated_at", "workos_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    HANDLE_FIELD_NUMBER: _ClassVar[int]
    AVATAR_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    WORKOS_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    email: str
    name: str
    handle: str
    avatar: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    workos_id: str
    def __init__(self, id: _Optional[str] = ..., email: _Optional[str] = ..., name: _Optional[str] = ..., handle: _Optional[str] = ..., avatar: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., workos_id: _Optional[str] = ...) -> None: ...

class MeChatThread(_message.Message):
    __slots__ = ("id", "title", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MeData(_message.Message):
    __slots__ = ("user", "chat_threads", "chat_threads_available")
    USER_FIELD_NUMBER: _ClassVar[int]
    CHAT_THREADS_FIELD_NUMBER: _ClassVar[int]
    CHAT_THREADS_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    user: MeUser
    chat_threads: _containers.RepeatedCompositeFieldContainer[MeChatThread]
    chat_threads_available: bool
    def __init__(self, user: _Optional[_Union[MeUser, _Mapping]] = ..., chat_threads: _Optional[_Iterable[_Union[MeChatThread, _Mapping]]] = ..., chat_threads_available: _Optional[bool] = ...) -> None: ...

class MeEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MeData
    def __init__(self, data: _Optional[_Union[MeData, _Mapping]] = ...) -> None: ...

class MembershipsData(_message.Message):
    __slots__ = ("active_org_id", "memberships")
    ACTIVE_ORG_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    active_org_id: str
    memberships: _containers.RepeatedCompositeFieldContainer[HttpOrgMembership]
    def __init__(self, active_org_id: _Optional[str] = ..., memberships: _Optional[_Iterable[_Union[HttpOrgMembership, _Mapping]]] = ...) -> None: ...

class MembershipsEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MembershipsData
    def __init__(self, data: _Optional[_Union[MembershipsData, _Mapping]] = ...) -> None: ...

class ActiveOrgRequest(_message.Message):
    __slots__ = ("org_id",)
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    org_id: str
    def __init__(self, org_id: _Optional[str] = ...) -> None: ...

class ActiveOrgResponse(_message.Message):
    __slots__ = ("ok", "active_org_id", "memberships")
    OK_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_ORG_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    active_org_id: str
    memberships: _containers.RepeatedCompositeFieldContainer[HttpOrgMembership]
    def __init__(self, ok: _Optional[bool] = ..., active_org_id: _Optional[str] = ..., memberships: _Optional[_Iterable[_Union[HttpOrgMembership, _Mapping]]] = ...) -> None: ...

class PolicyRequest(_message.Message):
    __slots__ = ("org_id", "required_scopes", "requested_topics")
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_SCOPES_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_TOPICS_FIELD_NUMBER: _ClassVar[int]
    org_id: str
    required_scopes: _containers.RepeatedScalarFieldContainer[str]
    requested_topics: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, org_id: _Optional[str] = ..., required_scopes: _Optional[_Iterable[str]] = ..., requested_topics: _Optional[_Iterable[str]] = ...) -> None: ...

class PolicyDecision(_message.Message):
    __slots__ = ("allowed", "resolved_org_id", "granted_scopes", "denied_reasons")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_ORG_ID_FIELD_NUMBER: _ClassVar[int]
    GRANTED_SCOPES_FIELD_NUMBER: _ClassVar[int]
    DENIED_REASONS_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    resolved_org_id: str
    granted_scopes: _containers.RepeatedScalarFieldContainer[str]
    denied_reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, allowed: _Optional[bool] = ..., resolved_org_id: _Optional[str] = ..., granted_scopes: _Optional[_Iterable[str]] = ..., denied_reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class PolicyDecisionEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: PolicyDecision
    def __init__(self, data: _Optional[_Union[PolicyDecision, _Mapping]] = ...) -> None: ...

class OrgCreateRequest(_message.Message):
    __slots__ = ("name", "slug")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    name: str
    slug: str
    def __init__(self, name: _Optional[str] = ..., slug: _Optional[str] = ...) -> None: ...

class OrgCreateData(_message.Message):
    __slots__ = ("org_id", "org_slug", "name", "memberships")
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_SLUG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    org_id: str
    org_slug: str
    name: str
    memberships: _containers.RepeatedCompositeFieldContainer[HttpOrgMembership]
    def __init__(self, org_id: _Optional[str] = ..., org_slug: _Optional[str] = ..., name: _Optional[str] = ..., memberships: _Optional[_Iterable[_Union[HttpOrgMembership, _Mapping]]] = ...) -> None: ...

class OrgCreateEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: OrgCreateData
    def __init__(self, data: _Optional[_Union[OrgCreateData, _Mapping]] = ...) -> None: ...

class OrgMember(_message.Message):
    __slots__ = ("user_id", "email", "name", "role", "role_scopes", "joined_at")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ROLE_SCOPES_FIELD_NUMBER: _ClassVar[int]
    JOINED_AT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    email: str
    name: str
    role: _auth_pb2.OrgRole
    role_scopes: _containers.RepeatedScalarFieldContainer[str]
    joined_at: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., email: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[_Union[_auth_pb2.OrgRole, str]] = ..., role_scopes: _Optional[_Iterable[str]] = ..., joined_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OrgMembersData(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[OrgMember]
    def __init__(self, members: _Optional[_Iterable[_Union[OrgMember, _Mapping]]] = ...) -> None: ...

class OrgMembersEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: OrgMembersData
    def __init__(self, data: _Optional[_Union[OrgMembersData, _Mapping]] = ...) -> None: ...

class OrgInvite(_message.Message):
    __slots__ = ("invite_id", "email", "role", "invited_by", "created_at")
    INVITE_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    INVITED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    invite_id: str
    email: str
    role: _auth_pb2.OrgRole
    invited_by: str
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, invite_id: _Optional[str] = ..., email: _Optional[str] = ..., role: _Optional[_Union[_auth_pb2.OrgRole, str]] = ..., invited_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OrgInvitesData(_message.Message):
    __slots__ = ("invites",)
    INVITES_FIELD_NUMBER: _ClassVar[int]
    invites: _containers.RepeatedCompositeFieldContainer[OrgInvite]
    def __init__(self, invites: _Optional[_Iterable[_Union[OrgInvite, _Mapping]]] = ...) -> None: ...

class OrgInvitesEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: OrgInvitesData
    def __init__(self, data: _Optional[_Union[OrgInvitesData, _Mapping]] = ...) -> None: ...

class OrgMemberAddRequest(_message.Message):
    __slots__ = ("email", "role")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    email: str
    role: _auth_pb2.OrgRole
    def __init__(self, email: _Optional[str] = ..., role: _Optional[_Union[_auth_pb2.OrgRole, str]] = ...) -> None: ...

class OrgMemberUpdateRequest(_message.Message):
    __slots__ = ("role", "role_scopes")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ROLE_SCOPES_FIELD_NUMBER: _ClassVar[int]
    role: _auth_pb2.OrgRole
    role_scopes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, role: _Optional[_Union[_auth_pb2.OrgRole, str]] = ..., role_scopes: _Optional[_Iterable[str]] = ...) -> None: ...

class OrgMemberData(_message.Message):
    __slots__ = ("member", "pending")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    member: OrgMember
    pending: bool
    def __init__(self, member: _Optional[_Union[OrgMember, _Mapping]] = ..., pending: _Optional[bool] = ...) -> None: ...

class OrgMemberEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: OrgMemberData
    def __init__(self, data: _Optional[_Union[OrgMemberData, _Mapping]] = ...) -> None: ...

class DeletedData(_message.Message):
    __slots__ = ("deleted",)
    DELETED_FIELD_NUMBER: _ClassVar[int]
    deleted: bool
    def __init__(self, deleted: _Optional[bool] = ...) -> None: ...

class DeletedEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: DeletedData
    def __init__(self, data: _Optional[_Union[DeletedData, _Mapping]] = ...) -> None: ...

class TokenView(_message.Message):
    __slots__ = ("id", "name", "abilities", "last_used_at", "expires_at", "created_at", "is_current")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABILITIES_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    IS_CURRENT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    abilities: _containers.RepeatedScalarFieldContainer[str]
    last_used_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    created_at: _timestamp_pb2.Timestamp
    is_current: bool
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., abilities: _Optional[_Iterable[str]] = ..., last_used_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_current: _Optional[bool] = ...) -> None: ...

class TokenListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[TokenView]
    def __init__(self, data: _Optional[_Iterable[_Union[TokenView, _Mapping]]] = ...) -> None: ...

class TokenCreateRequest(_message.Message):
    __slots__ = ("name", "abilities", "expires_at")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABILITIES_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    name: str
    abilities: _containers.RepeatedScalarFieldContainer[str]
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., abilities: _Optional[_Iterable[str]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TokenCreateData(_message.Message):
    __slots__ = ("token", "tokenable_id", "name", "abilities", "expires_at")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKENABLE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABILITIES_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    token: str
    tokenable_id: str
    name: str
    abilities: _containers.RepeatedScalarFieldContainer[str]
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, token: _Optional[str] = ..., tokenable_id: _Optional[str] = ..., name: _Optional[str] = ..., abilities: _Optional[_Iterable[str]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TokenCreateEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TokenCreateData
    def __init__(self, data: _Optional[_Union[TokenCreateData, _Mapping]] = ...) -> None: ...

class TokenDeleteAllData(_message.Message):
    __slots__ = ("deleted_count",)
    DELETED_COUNT_FIELD_NUMBER: _ClassVar[int]
    deleted_count: int
    def __init__(self, deleted_count: _Optional[int] = ...) -> None: ...

class TokenDeleteAllEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TokenDeleteAllData
    def __init__(self, data: _Optional[_Union[TokenDeleteAllData, _Mapping]] = ...) -> None: ...

class SyncTokenHttpRequest(_message.Message):
    __slots__ = ("scopes", "topics", "ttl_seconds", "device_id")
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    scopes: _containers.RepeatedScalarFieldContainer[str]
    topics: _containers.RepeatedScalarFieldContainer[str]
    ttl_seconds: int
    device_id: str
    def __init__(self, scopes: _Optional[_Iterable[str]] = ..., topics: _Optional[_Iterable[str]] = ..., ttl_seconds: _Optional[int] = ..., device_id: _Optional[str] = ...) -> None: ...

class SyncTokenHttpGrant(_message.Message):
    __slots__ = ("topic", "required_scope")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_SCOPE_FIELD_NUMBER: _ClassVar[int]
    topic: str
    required_scope: str
    def __init__(self, topic: _Optional[str] = ..., required_scope: _Optional[str] = ...) -> None: ...

class SyncTokenHttpData(_message.Message):
    __slots__ = ("token", "token_type", "expires_in", "issued_at", "expires_at", "issuer", "audience", "subject", "org_id", "claims_version", "scopes", "granted_topics", "kid", "token_id", "session_id", "device_id")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_TYPE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_VERSION_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    GRANTED_TOPICS_FIELD_NUMBER: _ClassVar[int]
    KID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    token: str
    token_type: str
    expires_in: int
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    issuer: str
    audience: str
    subject: str
    org_id: str
    claims_version: str
    scopes: _containers.RepeatedScalarFieldContainer[str]
    granted_topics: _containers.RepeatedCompositeFieldContainer[SyncTokenHttpGrant]
    kid: str
    token_id: str
    session_id: str
    device_id: str
    def __init__(self, token: _Optional[str] = ..., token_type: _Optional[str] = ..., expires_in: _Optional[int] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., issuer: _Optional[str] = ..., audience: _Optional[str] = ..., subject: _Optional[str] = ..., org_id: _Optional[str] = ..., claims_version: _Optional[str] = ..., scopes: _Optional[_Iterable[str]] = ..., granted_topics: _Optional[_Iterable[_Union[SyncTokenHttpGrant, _Mapping]]] = ..., kid: _Optional[str] = ..., token_id: _Optional[str] = ..., session_id: _Optional[str] = ..., device_id: _Optional[str] = ...) -> None: ...

class SyncTokenHttpEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: SyncTokenHttpData
    def __init__(self, data: _Optional[_Union[SyncTokenHttpData, _Mapping]] = ...) -> None: ...

class KhalaTokenHttpRequest(_message.Message):
    __slots__ = ("scope", "workspace_id", "role")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    scope: _containers.RepeatedScalarFieldContainer[str]
    workspace_id: str
    role: str
    def __init__(self, scope: _Optional[_Iterable[str]] = ..., workspace_id: _Optional[str] = ..., role: _Optional[str] = ...) -> None: ...

class KhalaTokenHttpData(_message.Message):
    __slots__ = ("token", "token_type", "expires_in", "issued_at", "expires_at", "issuer", "audience", "subject", "claims_version", "scope", "workspace_id", "role", "kid", "token_id", "granted_topics")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_TYPE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_VERSION_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    KID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    GRANTED_TOPICS_FIELD_NUMBER: _ClassVar[int]
    token: str
    token_type: str
    expires_in: int
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    issuer: str
    audience: str
    subject: str
    claims_version: str
    scope: _containers.RepeatedScalarFieldContainer[str]
    workspace_id: str
    role: str
    kid: str
    token_id: str
    granted_topics: _containers.RepeatedCompositeFieldContainer[SyncTokenHttpGrant]
    def __init__(self, token: _Optional[str] = ..., token_type: _Optional[str] = ..., expires_in: _Optional[int] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., issuer: _Optional[str] = ..., audience: _Optional[str] = ..., subject: _Optional[str] = ..., claims_version: _Optional[str] = ..., scope: _Optional[_Iterable[str]] = ..., workspace_id: _Optional[str] = ..., role: _Optional[str] = ..., kid: _Optional[str] = ..., token_id: _Optional[str] = ..., granted_topics: _Optional[_Iterable[_Union[SyncTokenHttpGrant, _Mapping]]] = ...) -> None: ...

class KhalaTokenHttpEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: KhalaTokenHttpData
    def __init__(self, data: _Optional[_Union[KhalaTokenHttpData, _Mapping]] = ...) -> None: ...

class Thread(_message.Message):
    __slots__ = ("thread_id", "user_id", "org_id", "created_at", "updated_at", "message_count", "last_message_at")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_MESSAGE_AT_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    user_id: str
    org_id: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    message_count: int
    last_message_at: _timestamp_pb2.Timestamp
    def __init__(self, thread_id: _Optional[str] = ..., user_id: _Optional[str] = ..., org_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message_count: _Optional[int] = ..., last_message_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("message_id", "thread_id", "role", "text", "created_at")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    thread_id: str
    role: str
    text: str
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, message_id: _Optional[str] = ..., thread_id: _Optional[str] = ..., role: _Optional[str] = ..., text: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ThreadListData(_message.Message):
    __slots__ = ("threads", "next_cursor")
    THREADS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    threads: _containers.RepeatedCompositeFieldContainer[Thread]
    next_cursor: str
    def __init__(self, threads: _Optional[_Iterable[_Union[Thread, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class ThreadListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: ThreadListData
    def __init__(self, data: _Optional[_Union[ThreadListData, _Mapping]] = ...) -> None: ...

class ThreadMessagesData(_message.Message):
    __slots__ = ("thread_id", "messages")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    messages: _containers.RepeatedCompositeFieldContainer[Message]
    def __init__(self, thread_id: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[Message, _Mapping]]] = ...) -> None: ...

class ThreadMessagesEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: ThreadMessagesData
    def __init__(self, data: _Optional[_Union[ThreadMessagesData, _Mapping]] = ...) -> None: ...

class ThreadMessageRequest(_message.Message):
    __slots__ = ("text", "client_message_id", "message_id")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CLIENT_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    text: str
    client_message_id: str
    message_id: str
    def __init__(self, text: _Optional[str] = ..., client_message_id: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class ThreadMessageAccepted(_message.Message):
    __slots__ = ("id", "thread_id", "role", "text", "accepted_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    thread_id: str
    role: str
    text: str
    accepted_at: str
    def __init__(self, id: _Optional[str] = ..., thread_id: _Optional[str] = ..., role: _Optional[str] = ..., text: _Optional[str] = ..., accepted_at: _Optional[str] = ...) -> None: ...

class ThreadMessageData(_message.Message):
    __slots__ = ("accepted", "thread", "message", "idempotent_replay")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    THREAD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    accepted: bool
    thread: Thread
    message: ThreadMessageAccepted
    idempotent_replay: bool
    def __init__(self, accepted: _Optional[bool] = ..., thread: _Optional[_Union[Thread, _Mapping]] = ..., message: _Optional[_Union[ThreadMessageAccepted, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class ThreadMessageEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: ThreadMessageData
    def __init__(self, data: _Optional[_Union[ThreadMessageData, _Mapping]] = ...) -> None: ...

class WorkerKhalaProjection(_message.Message):
    __slots__ = ("status", "lag_events", "last_runtime_seq", "last_projected_at")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LAG_EVENTS_FIELD_NUMBER: _ClassVar[int]
    LAST_RUNTIME_SEQ_FIELD_NUMBER: _ClassVar[int]
    LAST_PROJECTED_AT_FIELD_NUMBER: _ClassVar[int]
    status: str
    lag_events: int
    last_runtime_seq: int
    last_projected_at: _timestamp_pb2.Timestamp
    def __init__(self, status: _Optional[str] = ..., lag_events: _Optional[int] = ..., last_runtime_seq: _Optional[int] = ..., last_projected_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WorkerSnapshot(_message.Message):
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
    metadata: _struct_pb2.Value
    started_at: _timestamp_pb2.Timestamp
    stopped_at: _timestamp_pb2.Timestamp
    last_heartbeat_at: _timestamp_pb2.Timestamp
    heartbeat_age_ms: int
    heartbeat_stale_after_ms: int
    heartbeat_state: str
    updated_at: _timestamp_pb2.Timestamp
    khala_projection: WorkerKhalaProjection
    def __init__(self, worker_id: _Optional[str] = ..., status: _Optional[str] = ..., latest_seq: _Optional[int] = ..., workspace_ref: _Optional[str] = ..., codex_home_ref: _Optional[str] = ..., adapter: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stopped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_heartbeat_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., heartbeat_age_ms: _Optional[int] = ..., heartbeat_stale_after_ms: _Optional[int] = ..., heartbeat_state: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., khala_projection: _Optional[_Union[WorkerKhalaProjection, _Mapping]] = ...) -> None: ...

class WorkerSnapshotListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[WorkerSnapshot]
    def __init__(self, data: _Optional[_Iterable[_Union[WorkerSnapshot, _Mapping]]] = ...) -> None: ...

class WorkerSnapshotEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: WorkerSnapshot
    def __init__(self, data: _Optional[_Union[WorkerSnapshot, _Mapping]] = ...) -> None: ...

class CodexWorkerCreateHttpRequest(_message.Message):
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

class CodexWorkerCreateHttpData(_message.Message):
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

class CodexWorkerCreateHttpEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexWorkerCreateHttpData
    def __init__(self, data: _Optional[_Union[CodexWorkerCreateHttpData, _Mapping]] = ...) -> None: ...

class CodexWorkerEventInput(_message.Message):
    __slots__ = ("event_type", "payload", "event_id")
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_type: str
    payload: _struct_pb2.Struct
    event_id: str
    def __init__(self, event_type: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., event_id: _Optional[str] = ...) -> None: ...

class CodexWorkerEventHttpRequest(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: CodexWorkerEventInput
    def __init__(self, event: _Optional[_Union[CodexWorkerEventInput, _Mapping]] = ...) -> None: ...

class CodexWorkerEventData(_message.Message):
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

class CodexWorkerEventEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexWorkerEventData
    def __init__(self, data: _Optional[_Union[CodexWorkerEventData, _Mapping]] = ...) -> None: ...

class CodexControlRequest(_message.Message):
    __slots__ = ("request_id", "method", "params", "request_version", "source", "session_id", "thread_id", "sent_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_VERSION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    method: str
    params: _struct_pb2.Struct
    request_version: str
    source: str
    session_id: str
    thread_id: str
    sent_at: str
    def __init__(self, request_id: _Optional[str] = ..., method: _Optional[str] = ..., params: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., request_version: _Optional[str] = ..., source: _Optional[str] = ..., session_id: _Optional[str] = ..., thread_id: _Optional[str] = ..., sent_at: _Optional[str] = ...) -> None: ...

class CodexControlHttpRequest(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: CodexControlRequest
    def __init__(self, request: _Optional[_Union[CodexControlRequest, _Mapping]] = ...) -> None: ...

class CodexControlReceipt(_message.Message):
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

class CodexControlEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexControlReceipt
    def __init__(self, data: _Optional[_Union[CodexControlReceipt, _Mapping]] = ...) -> None: ...

class CodexWorkerStopHttpRequest(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class CodexWorkerStopData(_message.Message):
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

class CodexWorkerStopEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CodexWorkerStopData
    def __init__(self, data: _Optional[_Union[CodexWorkerStopData, _Mapping]] = ...) -> None: ...

class RuntimeWorkerListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[_worker_http_pb2.RuntimeWorkerEntry]
    def __init__(self, data: _Optional[_Iterable[_Union[_worker_http_pb2.RuntimeWorkerEntry, _Mapping]]] = ...) -> None: ...

class RuntimeWorkerEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _worker_http_pb2.RuntimeWorkerEntry
    def __init__(self, data: _Optional[_Union[_worker_http_pb2.RuntimeWorkerEntry, _Mapping]] = ...) -> None: ...

class WorkerRegisterRequest(_message.Message):
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

class WorkerHeartbeatRequest(_message.Message):
    __slots__ = ("metadata_patch", "lease_epoch")
    METADATA_PATCH_FIELD_NUMBER: _ClassVar[int]
    LEASE_EPOCH_FIELD_NUMBER: _ClassVar[int]
    metadata_patch: _struct_pb2.Struct
    lease_epoch: int
    def __init__(self, metadata_patch: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., lease_epoch: _Optional[int] = ...) -> None: ...

class WorkerStatusRequest(_message.Message):
    __slots__ = ("status", "reason")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    status: str
    reason: str
    def __init__(self, status: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReceiptListData(_message.Message):
    __slots__ = ("receipts", "next_cursor")
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    receipts: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    next_cursor: str
    def __init__(self, receipts: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class ReceiptListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: ReceiptListData
    def __init__(self, data: _Optional[_Union[ReceiptListData, _Mapping]] = ...) -> None: ...

class ReceiptData(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _struct_pb2.Struct
    def __init__(self, receipt: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class ReceiptEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: ReceiptData
    def __init__(self, data: _Optional[_Union[ReceiptData, _Mapping]] = ...) -> None: ...

class WalletStatusEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _struct_pb2.Struct
    def __init__(self, data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class TreasuryIntentsData(_message.Message):
    __slots__ = ("intents", "next_cursor")
    INTENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    intents: _containers.RepeatedCompositeFieldContainer[_treasury_pb2.TreasuryIntentV1]
    next_cursor: str
    def __init__(self, intents: _Optional[_Iterable[_Union[_treasury_pb2.TreasuryIntentV1, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class TreasuryIntentsEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TreasuryIntentsData
    def __init__(self, data: _Optional[_Union[TreasuryIntentsData, _Mapping]] = ...) -> None: ...

class TreasuryIntentData(_message.Message):
    __slots__ = ("intent", "decision", "reservation", "approvals_required")
    INTENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    intent: _treasury_pb2.TreasuryIntentV1
    decision: _treasury_pb2.TreasuryDecisionV1
    reservation: _treasury_pb2.TreasuryReservationV1
    approvals_required: int
    def __init__(self, intent: _Optional[_Union[_treasury_pb2.TreasuryIntentV1, _Mapping]] = ..., decision: _Optional[_Union[_treasury_pb2.TreasuryDecisionV1, _Mapping]] = ..., reservation: _Optional[_Union[_treasury_pb2.TreasuryReservationV1, _Mapping]] = ..., approvals_required: _Optional[int] = ...) -> None: ...

class TreasuryIntentEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TreasuryIntentData
    def __init__(self, data: _Optional[_Union[TreasuryIntentData, _Mapping]] = ...) -> None: ...

class TreasuryVerifyRequest(_message.Message):
    __slots__ = ("verification_id", "request", "response", "idempotency_key")
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    verification_id: str
    request: _struct_pb2.Struct
    response: _struct_pb2.Struct
    idempotency_key: str
    def __init__(self, verification_id: _Optional[str] = ..., request: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class TreasuryCommandRequest(_message.Message):
    __slots__ = ("idempotency_key", "reason")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    reason: str
    def __init__(self, idempotency_key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class TreasuryApprovalRequest(_message.Message):
    __slots__ = ("decision", "note", "idempotency_key")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    decision: str
    note: str
    idempotency_key: str
    def __init__(self, decision: _Optional[str] = ..., note: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class TreasuryAccountsData(_message.Message):
    __slots__ = ("accounts",)
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[_treasury_pb2.TreasuryBudgetLineV1]
    def __init__(self, accounts: _Optional[_Iterable[_Union[_treasury_pb2.TreasuryBudgetLineV1, _Mapping]]] = ...) -> None: ...

class TreasuryAccountsEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TreasuryAccountsData
    def __init__(self, data: _Optional[_Union[TreasuryAccountsData, _Mapping]] = ...) -> None: ...

class TreasuryBudgetRequest(_message.Message):
    __slots__ = ("limit_msats", "period", "per_payment_max_msats", "expected_version")
    LIMIT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PER_PAYMENT_MAX_MSATS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    limit_msats: int
    period: str
    per_payment_max_msats: int
    expected_version: int
    def __init__(self, limit_msats: _Optional[int] = ..., period: _Optional[str] = ..., per_payment_max_msats: _Optional[int] = ..., expected_version: _Optional[int] = ...) -> None: ...

class TreasuryBudgetData(_message.Message):
    __slots__ = ("budget",)
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    budget: _treasury_pb2.TreasuryBudgetV1
    def __init__(self, budget: _Optional[_Union[_treasury_pb2.TreasuryBudgetV1, _Mapping]] = ...) -> None: ...

class TreasuryBudgetEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TreasuryBudgetData
    def __init__(self, data: _Optional[_Union[TreasuryBudgetData, _Mapping]] = ...) -> None: ...

class MarketplaceProvidersData(_message.Message):
    __slots__ = ("providers",)
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    providers: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    def __init__(self, providers: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ...) -> None: ...

class MarketplaceProvidersEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MarketplaceProvidersData
    def __init__(self, data: _Optional[_Union[MarketplaceProvidersData, _Mapping]] = ...) -> None: ...

class MarketplaceSchemaVersion(_message.Message):
    __slots__ = ("major", "minor", "patch")
    MAJOR_FIELD_NUMBER: _ClassVar[int]
    MINOR_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    major: int
    minor: int
    patch: int
    def __init__(self, major: _Optional[int] = ..., minor: _Optional[int] = ..., patch: _Optional[int] = ...) -> None: ...

class MarketplaceJobType(_message.Message):
    __slots__ = ("job_type", "schema_version", "default_verification", "description")
    JOB_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    job_type: str
    schema_version: MarketplaceSchemaVersion
    default_verification: _struct_pb2.Struct
    description: str
    def __init__(self, job_type: _Optional[str] = ..., schema_version: _Optional[_Union[MarketplaceSchemaVersion, _Mapping]] = ..., default_verification: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., description: _Optional[str] = ...) -> None: ...

class MarketplaceJobTypesData(_message.Message):
    __slots__ = ("job_types",)
    JOB_TYPES_FIELD_NUMBER: _ClassVar[int]
    job_types: _containers.RepeatedCompositeFieldContainer[MarketplaceJobType]
    def __init__(self, job_types: _Optional[_Iterable[_Union[MarketplaceJobType, _Mapping]]] = ...) -> None: ...

class MarketplaceJobTypesEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MarketplaceJobTypesData
    def __init__(self, data: _Optional[_Union[MarketplaceJobTypesData, _Mapping]] = ...) -> None: ...

class MarketplaceQuoteRequest(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: _struct_pb2.Struct
    def __init__(self, request: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class MarketplaceQuoteData(_message.Message):
    __slots__ = ("schema", "job_hash", "capability", "selection", "quote")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    job_hash: str
    capability: str
    selection: _struct_pb2.Struct
    quote: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., job_hash: _Optional[str] = ..., capability: _Optional[str] = ..., selection: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., quote: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class MarketplaceQuoteEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MarketplaceQuoteData
    def __init__(self, data: _Optional[_Union[MarketplaceQuoteData, _Mapping]] = ...) -> None: ...

class MarketplaceSelectRequest(_message.Message):
    __slots__ = ("run_id", "capability", "candidates", "objective_hash", "marketplace_id", "policy", "idempotency_key", "decided_at_unix")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    capability: str
    candidates: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    objective_hash: str
    marketplace_id: str
    policy: str
    idempotency_key: str
    decided_at_unix: int
    def __init__(self, run_id: _Optional[str] = ..., capability: _Optional[str] = ..., candidates: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., objective_hash: _Optional[str] = ..., marketplace_id: _Optional[str] = ..., policy: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., decided_at_unix: _Optional[int] = ...) -> None: ...

class MarketplaceSelectData(_message.Message):
    __slots__ = ("schema", "policy", "run_id", "marketplace_id", "capability", "objective_hash", "selected", "candidates", "decision_sha256", "decided_at_unix", "idempotent_replay")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    DECISION_SHA256_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    policy: str
    run_id: str
    marketplace_id: str
    capability: str
    objective_hash: str
    selected: _struct_pb2.Struct
    candidates: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    decision_sha256: str
    decided_at_unix: int
    idempotent_replay: bool
    def __init__(self, schema: _Optional[str] = ..., policy: _Optional[str] = ..., run_id: _Optional[str] = ..., marketplace_id: _Optional[str] = ..., capability: _Optional[str] = ..., objective_hash: _Optional[str] = ..., selected: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., candidates: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., decision_sha256: _Optional[str] = ..., decided_at_unix: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class MarketplaceSelectEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MarketplaceSelectData
    def __init__(self, data: _Optional[_Union[MarketplaceSelectData, _Mapping]] = ...) -> None: ...

class MarketplaceDispatchRequest(_message.Message):
    __slots__ = ("request", "run_id", "idempotency_key")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    request: _struct_pb2.Struct
    run_id: str
    idempotency_key: str
    def __init__(self, request: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., run_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class MarketplaceDispatchData(_message.Message):
    __slots__ = ("dispatch_id", "status", "job_hash", "selection", "response", "latency_ms", "fallback_from_provider_id")
    DISPATCH_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FROM_PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    dispatch_id: str
    status: str
    job_hash: str
    selection: _struct_pb2.Struct
    response: _struct_pb2.Struct
    latency_ms: int
    fallback_from_provider_id: str
    def __init__(self, dispatch_id: _Optional[str] = ..., status: _Optional[str] = ..., job_hash: _Optional[str] = ..., selection: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., latency_ms: _Optional[int] = ..., fallback_from_provider_id: _Optional[str] = ...) -> None: ...

class MarketplaceDispatchEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MarketplaceDispatchData
    def __init__(self, data: _Optional[_Union[MarketplaceDispatchData, _Mapping]] = ...) -> None: ...

class RunStartRequest(_message.Message):
    __slots__ = ("worker_id", "thread_id", "metadata", "run_id", "idempotency_key")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    thread_id: str
    metadata: _struct_pb2.Struct
    run_id: str
    idempotency_key: str
    def __init__(self, worker_id: _Optional[str] = ..., thread_id: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., run_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RunListData(_message.Message):
    __slots__ = ("runs", "next_cursor")
    RUNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[_run_http_pb2.RuntimeRunView]
    next_cursor: str
    def __init__(self, runs: _Optional[_Iterable[_Union[_run_http_pb2.RuntimeRunView, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class RunListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RunListData
    def __init__(self, data: _Optional[_Union[RunListData, _Mapping]] = ...) -> None: ...

class RunData(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _run_http_pb2.RuntimeRunView
    def __init__(self, run: _Optional[_Union[_run_http_pb2.RuntimeRunView, _Mapping]] = ...) -> None: ...

class RunEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RunData
    def __init__(self, data: _Optional[_Union[RunData, _Mapping]] = ...) -> None: ...

class RunEventsData(_message.Message):
    __slots__ = ("run_id", "events", "latest_seq", "next_after_seq")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    events: _containers.RepeatedCompositeFieldContainer[_run_http_pb2.RuntimeRunEventView]
    latest_seq: int
    next_after_seq: int
    def __init__(self, run_id: _Optional[str] = ..., events: _Optional[_Iterable[_Union[_run_http_pb2.RuntimeRunEventView, _Mapping]]] = ..., latest_seq: _Optional[int] = ..., next_after_seq: _Optional[int] = ...) -> None: ...

class RunEventsEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RunEventsData
    def __init__(self, data: _Optional[_Union[RunEventsData, _Mapping]] = ...) -> None: ...

class RunFramesEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _run_http_pb2.RuntimeRunFramesResponse
    def __init__(self, data: _Optional[_Union[_run_http_pb2.RuntimeRunFramesResponse, _Mapping]] = ...) -> None: ...

class RunEventData(_message.Message):
    __slots__ = ("run", "event", "idempotent_replay")
    RUN_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    run: _run_http_pb2.RuntimeRunView
    event: _run_http_pb2.RuntimeRunEventView
    idempotent_replay: bool
    def __init__(self, run: _Optional[_Union[_run_http_pb2.RuntimeRunView, _Mapping]] = ..., event: _Optional[_Union[_run_http_pb2.RuntimeRunEventView, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class RunEventEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RunEventData
    def __init__(self, data: _Optional[_Union[RunEventData, _Mapping]] = ...) -> None: ...

class RunBatchData(_message.Message):
    __slots__ = ("run", "results")
    RUN_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    run: _run_http_pb2.RuntimeRunView
    results: _containers.RepeatedCompositeFieldContainer[_run_http_pb2.RuntimeRunEventBatchResult]
    def __init__(self, run: _Optional[_Union[_run_http_pb2.RuntimeRunView, _Mapping]] = ..., results: _Optional[_Iterable[_Union[_run_http_pb2.RuntimeRunEventBatchResult, _Mapping]]] = ...) -> None: ...

class RunBatchEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RunBatchData
    def __init__(self, data: _Optional[_Union[RunBatchData, _Mapping]] = ...) -> None: ...

class RunCancelEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _run_http_pb2.RuntimeRunCancelResponse
    def __init__(self, data: _Optional[_Union[_run_http_pb2.RuntimeRunCancelResponse, _Mapping]] = ...) -> None: ...

class StreamDelivery(_message.Message):
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

class StreamBootstrapEvent(_message.Message):
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

class StreamBootstrap(_message.Message):
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
    delivery: StreamDelivery
    snapshot: WorkerSnapshot
    events: _containers.RepeatedCompositeFieldContainer[StreamBootstrapEvent]
    def __init__(self, worker_id: _Optional[str] = ..., stream_protocol: _Optional[str] = ..., cursor: _Optional[int] = ..., tail_ms: _Optional[int] = ..., delivery: _Optional[_Union[StreamDelivery, _Mapping]] = ..., snapshot: _Optional[_Union[WorkerSnapshot, _Mapping]] = ..., events: _Optional[_Iterable[_Union[StreamBootstrapEvent, _Mapping]]] = ...) -> None: ...

class StreamBootstrapEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: StreamBootstrap
    def __init__(self, data: _Optional[_Union[StreamBootstrap, _Mapping]] = ...) -> None: ...

class StreamErrorData(_message.Message):
    __slots__ = ("code", "message", "retryable", "reauth_required")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    REAUTH_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    retryable: bool
    reauth_required: bool
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., retryable: _Optional[bool] = ..., reauth_required: _Optional[bool] = ...) -> None: ...

class ChatStreamRequest(_message.Message):
    __slots__ = ("thread_id", "conversation_id", "id", "text", "message", "messages", "worker_id")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    conversation_id: str
    id: str
    text: str
    message: str
    messages: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Value]
    worker_id: str
    def __init__(self, thread_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., id: _Optional[str] = ..., text: _Optional[str] = ..., message: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[_struct_pb2.Value, _Mapping]]] = ..., worker_id: _Optional[str] = ...) -> None: ...

class SecretFetchRequest(_message.Message):
    __slots__ = ("user_id", "provider", "integration_id", "run_id", "tool_call_id", "org_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    INTEGRATION_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: _struct_pb2.Value
    provider: str
    integration_id: str
    run_id: str
    tool_call_id: str
    org_id: str
    def __init__(self, user_id: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., provider: _Optional[str] = ..., integration_id: _Optional[str] = ..., run_id: _Optional[str] = ..., tool_call_id: _Optional[str] = ..., org_id: _Optional[str] = ...) -> None: ...

class SecretFetchScope(_message.Message):
    __slots__ = ("user_id", "provider", "integration_id", "run_id", "tool_call_id", "org_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    INTEGRATION_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: _struct_pb2.Value
    provider: str
    integration_id: str
    run_id: str
    tool_call_id: str
    org_id: str
    def __init__(self, user_id: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., provider: _Optional[str] = ..., integration_id: _Optional[str] = ..., run_id: _Optional[str] = ..., tool_call_id: _Optional[str] = ..., org_id: _Optional[str] = ...) -> None: ...

class SecretFetchData(_message.Message):
    __slots__ = ("provider", "secret", "cache_ttl_ms", "scope", "fetched_at")
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    CACHE_TTL_MS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    FETCHED_AT_FIELD_NUMBER: _ClassVar[int]
    provider: str
    secret: str
    cache_ttl_ms: int
    scope: SecretFetchScope
    fetched_at: _timestamp_pb2.Timestamp
    def __init__(self, provider: _Optional[str] = ..., secret: _Optional[str] = ..., cache_ttl_ms: _Optional[int] = ..., scope: _Optional[_Union[SecretFetchScope, _Mapping]] = ..., fetched_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SecretFetchEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: SecretFetchData
    def __init__(self, data: _Optional[_Union[SecretFetchData, _Mapping]] = ...) -> None: ...

class IntegrationSecretRequest(_message.Message):
    __slots__ = ("integration_id", "secret")
    INTEGRATION_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    integration_id: str
    secret: str
    def __init__(self, integration_id: _Optional[str] = ..., secret: _Optional[str] = ...) -> None: ...

class IntegrationView(_message.Message):
    __slots__ = ("provider", "integration_id", "status", "secret_last4", "updated_at")
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    INTEGRATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SECRET_LAST4_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    provider: str
    integration_id: str
    status: str
    secret_last4: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, provider: _Optional[str] = ..., integration_id: _Optional[str] = ..., status: _Optional[str] = ..., secret_last4: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class IntegrationEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: IntegrationView
    def __init__(self, data: _Optional[_Union[IntegrationView, _Mapping]] = ...) -> None: ...

class IntegrationListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[IntegrationView]
    def __init__(self, data: _Optional[_Iterable[_Union[IntegrationView, _Mapping]]] = ...) -> None: ...

class IntegrationRevokeData(_message.Message):
    __slots__ = ("revoked",)
    REVOKED_FIELD_NUMBER: _ClassVar[int]
    revoked: bool
    def __init__(self, revoked: _Optional[bool] = ...) -> None: ...

class IntegrationRevokeEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: IntegrationRevokeData
    def __init__(self, data: _Optional[_Union[IntegrationRevokeData, _Mapping]] = ...) -> None: ...

class RevocationMembership(_message.Message):
    __slots__ = ("user_id", "org_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    org_id: str
    def __init__(self, user_id: _Optional[str] = ..., org_id: _Optional[str] = ...) -> None: ...

class RevocationPush(_message.Message):
    __slots__ = ("session_ids", "device_ids", "reason", "user_id", "jtis", "user_ids", "memberships", "revoked_at", "request_id", "seq")
    SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    JTIS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    session_ids: _containers.RepeatedScalarFieldContainer[str]
    device_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    user_id: str
    jtis: _containers.RepeatedScalarFieldContainer[str]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    memberships: _containers.RepeatedCompositeFieldContainer[RevocationMembership]
    revoked_at: int
    request_id: str
    seq: int
    def __init__(self, session_ids: _Optional[_Iterable[str]] = ..., device_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., user_id: _Optional[str] = ..., jtis: _Optional[_Iterable[str]] = ..., user_ids: _Optional[_Iterable[str]] = ..., memberships: _Optional[_Iterable[_Union[RevocationMembership, _Mapping]]] = ..., revoked_at: _Optional[int] = ..., request_id: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class RevocationListData(_message.Message):
    __slots__ = ("revocations", "latest_seq")
    REVOCATIONS_FIELD_NUMBER: _ClassVar[int]
    LATEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    revocations: _containers.RepeatedCompositeFieldContainer[RevocationPush]
    latest_seq: int
    def __init__(self, revocations: _Optional[_Iterable[_Union[RevocationPush, _Mapping]]] = ..., latest_seq: _Optional[int] = ...) -> None: ...

class RevocationListEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RevocationListData
    def __init__(self, data: _Optional[_Union[RevocationListData, _Mapping]] = ...) -> None: ...

class IntrospectRequest(_message.Message):
    __slots__ = ("access_token", "session_id", "jti", "user_id")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    JTI_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    session_id: str
    jti: str
    user_id: str
    def __init__(self, access_token: _Optional[str] = ..., session_id: _Optional[str] = ..., jti: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class IntrospectData(_message.Message):
    __slots__ = ("active", "reason", "session", "memberships", "roles", "abilities")
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    ABILITIES_FIELD_NUMBER: _ClassVar[int]
    active: bool
    reason: str
    session: _auth_pb2.AuthSession
    memberships: _containers.RepeatedCompositeFieldContainer[HttpOrgMembership]
    roles: _containers.RepeatedScalarFieldContainer[str]
    abilities: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, active: _Optional[bool] = ..., reason: _Optional[str] = ..., session: _Optional[_Union[_auth_pb2.AuthSession, _Mapping]] = ..., memberships: _Optional[_Iterable[_Union[HttpOrgMembership, _Mapping]]] = ..., roles: _Optional[_Iterable[str]] = ..., abilities: _Optional[_Iterable[str]] = ...) -> None: ...

class IntrospectEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: IntrospectData
    def __init__(self, data: _Optional[_Union[IntrospectData, _Mapping]] = ...) -> None: ...

class SyncIntrospectItem(_message.Message):
    __slots__ = ("session_id", "device_id", "user_id", "org_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    device_id: str
    user_id: str
    org_id: str
    def __init__(self, session_id: _Optional[str] = ..., device_id: _Optional[str] = ..., user_id: _Optional[str] = ..., org_id: _Optional[str] = ...) -> None: ...

class SyncIntrospectRequest(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[SyncIntrospectItem]
    def __init__(self, items: _Optional[_Iterable[_Union[SyncIntrospectItem, _Mapping]]] = ...) -> None: ...

class SyncIntrospectResult(_message.Message):
    __slots__ = ("active", "reason", "org_active", "scopes")
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ORG_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    active: bool
    reason: str
    org_active: bool
    scopes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, active: _Optional[bool] = ..., reason: _Optional[str] = ..., org_active: _Optional[bool] = ..., scopes: _Optional[_Iterable[str]] = ...) -> None: ...

class SyncIntrospectData(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[SyncIntrospectResult]
    def __init__(self, items: _Optional[_Iterable[_Union[SyncIntrospectResult, _Mapping]]] = ...) -> None: ...

class SyncIntrospectEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: SyncIntrospectData
    def __init__(self, data: _Optional[_Union[SyncIntrospectData, _Mapping]] = ...) -> None: ...

class LightningOpsErrorResponse(_message.Message):
    __slots__ = ("error",)
    ERROR_FIELD_NUMBER: _ClassVar[int]
    error: LightningOpsErrorDetail
    def __init__(self, error: _Optional[_Union[LightningOpsErrorDetail, _Mapping]] = ...) -> None: ...

class LightningOpsErrorDetail(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ControlCompatibility(_message.Message):
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

class RuntimeRouteOwnership(_message.Message):
    __slots__ = ("method", "path", "owner", "delivery", "migration_status", "rationale")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    MIGRATION_STATUS_FIELD_NUMBER: _ClassVar[int]
    RATIONALE_FIELD_NUMBER: _ClassVar[int]
    method: str
    path: str
    owner: str
    delivery: str
    migration_status: str
    rationale: str
    def __init__(self, method: _Optional[str] = ..., path: _Optional[str] = ..., owner: _Optional[str] = ..., delivery: _Optional[str] = ..., migration_status: _Optional[str] = ..., rationale: _Optional[str] = ...) -> None: ...

class ControlStatusData(_message.Message):
    __slots__ = ("service", "auth_provider", "active_org_id", "memberships", "compatibility", "route_split", "runtime_routing", "runtime_route_ownership")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    AUTH_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_ORG_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    COMPATIBILITY_FIELD_NUMBER: _ClassVar[int]
    ROUTE_SPLIT_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_ROUTING_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_ROUTE_OWNERSHIP_FIELD_NUMBER: _ClassVar[int]
    service: str
    auth_provider: str
    active_org_id: str
    memberships: _containers.RepeatedCompositeFieldContainer[HttpOrgMembership]
    compatibility: ControlCompatibility
    route_split: RouteSplitStatus
    runtime_routing: RuntimeRoutingStatus
    runtime_route_ownership: _containers.RepeatedCompositeFieldContainer[RuntimeRouteOwnership]
    def __init__(self, service: _Optional[str] = ..., auth_provider: _Optional[str] = ..., active_org_id: _Optional[str] = ..., memberships: _Optional[_Iterable[_Union[HttpOrgMembership, _Mapping]]] = ..., compatibility: _Optional[_Union[ControlCompatibility, _Mapping]] = ..., route_split: _Optional[_Union[RouteSplitStatus, _Mapping]] = ..., runtime_routing: _Optional[_Union[RuntimeRoutingStatus, _Mapping]] = ..., runtime_route_ownership: _Optional[_Iterable[_Union[RuntimeRouteOwnership, _Mapping]]] = ...) -> None: ...

class ControlStatusEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: ControlStatusData
    def __init__(self, data: _Optional[_Union[ControlStatusData, _Mapping]] = ...) -> None: ...

class RouteSplitGroup(_message.Message):
    __slots__ = ("domain", "route_prefixes", "rollback_target", "override_target")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    ROUTE_PREFIXES_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_TARGET_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_TARGET_FIELD_NUMBER: _ClassVar[int]
    domain: str
    route_prefixes: _containers.RepeatedScalarFieldContainer[str]
    rollback_target: str
    override_target: str
    def __init__(self, domain: _Optional[str] = ..., route_prefixes: _Optional[_Iterable[str]] = ..., rollback_target: _Optional[str] = ..., override_target: _Optional[str] = ...) -> None: ...

class RouteSplitStatus(_message.Message):
    __slots__ = ("enabled", "mode", "cohort_percentage", "rust_routes", "force_legacy", "legacy_base_url", "override_target", "route_groups", "rollback_matrix", "domain_overrides")
    class RollbackMatrixEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class DomainOverridesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    COHORT_PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    RUST_ROUTES_FIELD_NUMBER: _ClassVar[int]
    FORCE_LEGACY_FIELD_NUMBER: _ClassVar[int]
    LEGACY_BASE_URL_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_TARGET_FIELD_NUMBER: _ClassVar[int]
    ROUTE_GROUPS_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_MATRIX_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    mode: str
    cohort_percentage: int
    rust_routes: _containers.RepeatedScalarFieldContainer[str]
    force_legacy: bool
    legacy_base_url: str
    override_target: str
    route_groups: _containers.RepeatedCompositeFieldContainer[RouteSplitGroup]
    rollback_matrix: _containers.ScalarMap[str, str]
    domain_overrides: _containers.ScalarMap[str, str]
    def __init__(self, enabled: _Optional[bool] = ..., mode: _Optional[str] = ..., cohort_percentage: _Optional[int] = ..., rust_routes: _Optional[_Iterable[str]] = ..., force_legacy: _Optional[bool] = ..., legacy_base_url: _Optional[str] = ..., override_target: _Optional[str] = ..., route_groups: _Optional[_Iterable[_Union[RouteSplitGroup, _Mapping]]] = ..., rollback_matrix: _Optional[_Mapping[str, str]] = ..., domain_overrides: _Optional[_Mapping[str, str]] = ...) -> None: ...

class RouteSplitStatusEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RouteSplitStatus
    def __init__(self, data: _Optional[_Union[RouteSplitStatus, _Mapping]] = ...) -> None: ...

class RouteSplitEvaluateRequest(_message.Message):
    __slots__ = ("path", "cohort_key")
    PATH_FIELD_NUMBER: _ClassVar[int]
    COHORT_KEY_FIELD_NUMBER: _ClassVar[int]
    path: str
    cohort_key: str
    def __init__(self, path: _Optional[str] = ..., cohort_key: _Optional[str] = ...) -> None: ...

class RouteSplitDecision(_message.Message):
    __slots__ = ("path", "target", "reason", "route_domain", "rollback_target", "cohort_bucket", "cohort_key")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ROUTE_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_TARGET_FIELD_NUMBER: _ClassVar[int]
    COHORT_BUCKET_FIELD_NUMBER: _ClassVar[int]
    COHORT_KEY_FIELD_NUMBER: _ClassVar[int]
    path: str
    target: str
    reason: str
    route_domain: str
    rollback_target: str
    cohort_bucket: int
    cohort_key: str
    def __init__(self, path: _Optional[str] = ..., target: _Optional[str] = ..., reason: _Optional[str] = ..., route_domain: _Optional[str] = ..., rollback_target: _Optional[str] = ..., cohort_bucket: _Optional[int] = ..., cohort_key: _Optional[str] = ...) -> None: ...

class RouteSplitDecisionEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RouteSplitDecision
    def __init__(self, data: _Optional[_Union[RouteSplitDecision, _Mapping]] = ...) -> None: ...

class RouteSplitOverrideRequest(_message.Message):
    __slots__ = ("target", "domain")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    target: str
    domain: str
    def __init__(self, target: _Optional[str] = ..., domain: _Optional[str] = ...) -> None: ...

class RuntimeRoutingShadow(_message.Message):
    __slots__ = ("enabled", "sample_rate", "max_capture_bytes")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    MAX_CAPTURE_BYTES_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    sample_rate: float
    max_capture_bytes: int
    def __init__(self, enabled: _Optional[bool] = ..., sample_rate: _Optional[float] = ..., max_capture_bytes: _Optional[int] = ...) -> None: ...

class RuntimeRoutingStatus(_message.Message):
    __slots__ = ("default_driver", "forced_driver", "force_control_service", "overrides_enabled", "canary_user_percent", "canary_autopilot_percent", "shadow", "overrides")
    DEFAULT_DRIVER_FIELD_NUMBER: _ClassVar[int]
    FORCED_DRIVER_FIELD_NUMBER: _ClassVar[int]
    FORCE_CONTROL_SERVICE_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_ENABLED_FIELD_NUMBER: _ClassVar[int]
    CANARY_USER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    CANARY_AUTOPILOT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    default_driver: str
    forced_driver: str
    force_control_service: bool
    overrides_enabled: bool
    canary_user_percent: int
    canary_autopilot_percent: int
    shadow: RuntimeRoutingShadow
    overrides: _containers.RepeatedCompositeFieldContainer[RuntimeDriverOverride]
    def __init__(self, default_driver: _Optional[str] = ..., forced_driver: _Optional[str] = ..., force_control_service: _Optional[bool] = ..., overrides_enabled: _Optional[bool] = ..., canary_user_percent: _Optional[int] = ..., canary_autopilot_percent: _Optional[int] = ..., shadow: _Optional[_Union[RuntimeRoutingShadow, _Mapping]] = ..., overrides: _Optional[_Iterable[_Union[RuntimeDriverOverride, _Mapping]]] = ...) -> None: ...

class RuntimeRoutingStatusEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RuntimeRoutingStatus
    def __init__(self, data: _Optional[_Union[RuntimeRoutingStatus, _Mapping]] = ...) -> None: ...

class RuntimeDriverOverride(_message.Message):
    __slots__ = ("id", "scope_type", "scope_id", "driver", "is_active", "reason", "meta", "created_at", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    DRIVER_FIELD_NUMBER: _ClassVar[int]
    IS_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    scope_type: str
    scope_id: str
    driver: str
    is_active: bool
    reason: str
    meta: _struct_pb2.Value
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., scope_type: _Optional[str] = ..., scope_id: _Optional[str] = ..., driver: _Optional[str] = ..., is_active: _Optional[bool] = ..., reason: _Optional[str] = ..., meta: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RuntimeRoutingEvaluateRequest(_message.Message):
    __slots__ = ("thread_id", "user_id", "autopilot_id")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    AUTOPILOT_ID_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    user_id: str
    autopilot_id: str
    def __init__(self, thread_id: _Optional[str] = ..., user_id: _Optional[str] = ..., autopilot_id: _Optional[str] = ...) -> None: ...

class RuntimeRoutingDecisionShadow(_message.Message):
    __slots__ = ("enabled", "mirrored", "sample_rate", "shadow_driver")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    MIRRORED_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    SHADOW_DRIVER_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    mirrored: bool
    sample_rate: float
    shadow_driver: str
    def __init__(self, enabled: _Optional[bool] = ..., mirrored: _Optional[bool] = ..., sample_rate: _Optional[float] = ..., shadow_driver: _Optional[str] = ...) -> None: ...

class RuntimeRoutingDecision(_message.Message):
    __slots__ = ("driver", "reason", "default_driver", "forced_driver", "force_control_service", "user_override", "autopilot_override", "autopilot_binding_driver", "canary_scope", "autopilot_id", "shadow")
    DRIVER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_DRIVER_FIELD_NUMBER: _ClassVar[int]
    FORCED_DRIVER_FIELD_NUMBER: _ClassVar[int]
    FORCE_CONTROL_SERVICE_FIELD_NUMBER: _ClassVar[int]
    USER_OVERRIDE_FIELD_NUMBER: _ClassVar[int]
    AUTOPILOT_OVERRIDE_FIELD_NUMBER: _ClassVar[int]
    AUTOPILOT_BINDING_DRIVER_FIELD_NUMBER: _ClassVar[int]
    CANARY_SCOPE_FIELD_NUMBER: _ClassVar[int]
    AUTOPILOT_ID_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FIELD_NUMBER: _ClassVar[int]
    driver: str
    reason: str
    default_driver: str
    forced_driver: str
    force_control_service: bool
    user_override: str
    autopilot_override: str
    autopilot_binding_driver: str
    canary_scope: str
    autopilot_id: str
    shadow: RuntimeRoutingDecisionShadow
    def __init__(self, driver: _Optional[str] = ..., reason: _Optional[str] = ..., default_driver: _Optional[str] = ..., forced_driver: _Optional[str] = ..., force_control_service: _Optional[bool] = ..., user_override: _Optional[str] = ..., autopilot_override: _Optional[str] = ..., autopilot_binding_driver: _Optional[str] = ..., canary_scope: _Optional[str] = ..., autopilot_id: _Optional[str] = ..., shadow: _Optional[_Union[RuntimeRoutingDecisionShadow, _Mapping]] = ...) -> None: ...

class RuntimeRoutingDecisionEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RuntimeRoutingDecision
    def __init__(self, data: _Optional[_Union[RuntimeRoutingDecision, _Mapping]] = ...) -> None: ...

class RuntimeRoutingOverrideRequest(_message.Message):
    __slots__ = ("scope_type", "scope_id", "driver", "is_active", "reason", "meta")
    SCOPE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    DRIVER_FIELD_NUMBER: _ClassVar[int]
    IS_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    scope_type: str
    scope_id: str
    driver: str
    is_active: bool
    reason: str
    meta: _struct_pb2.Value
    def __init__(self, scope_type: _Optional[str] = ..., scope_id: _Optional[str] = ..., driver: _Optional[str] = ..., is_active: _Optional[bool] = ..., reason: _Optional[str] = ..., meta: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class RuntimeRoutingOverrideData(_message.Message):
    __slots__ = ("override", "status")
    OVERRIDE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    override: RuntimeDriverOverride
    status: RuntimeRoutingStatus
    def __init__(self, override: _Optional[_Union[RuntimeDriverOverride, _Mapping]] = ..., status: _Optional[_Union[RuntimeRoutingStatus, _Mapping]] = ...) -> None: ...

class RuntimeRoutingOverrideEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RuntimeRoutingOverrideData
    def __init__(self, data: _Optional[_Union[RuntimeRoutingOverrideData, _Mapping]] = ...) -> None: ...

class StatsSection(_message.Message):
    __slots__ = ("id", "title", "available", "stale", "as_of", "columns", "rows")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    available: bool
    stale: bool
    as_of: _timestamp_pb2.Timestamp
    columns: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[_struct_pb2.ListValue]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., available: _Optional[bool] = ..., stale: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., columns: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[_struct_pb2.ListValue, _Mapping]]] = ...) -> None: ...

class StatsPools(_message.Message):
    __slots__ = ("columns", "rows")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[_struct_pb2.ListValue]
    def __init__(self, columns: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[_struct_pb2.ListValue, _Mapping]]] = ...) -> None: ...

class StatsSnapshot(_message.Message):
    __slots__ = ("schema", "as_of", "cache_seconds", "sections", "pools")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CACHE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    as_of: _timestamp_pb2.Timestamp
    cache_seconds: int
    sections: _containers.RepeatedCompositeFieldContainer[StatsSection]
    pools: StatsPools
    def __init__(self, schema: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cache_seconds: _Optional[int] = ..., sections: _Optional[_Iterable[_Union[StatsSection, _Mapping]]] = ..., pools: _Optional[_Union[StatsPools, _Mapping]] = ...) -> None: ...

class MailWebhookData(_message.Message):
    __slots__ = ("event_id", "status", "delivery_state", "idempotent_replay")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_STATE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    status: str
    delivery_state: str
    idempotent_replay: bool
    def __init__(self, event_id: _Optional[str] = ..., status: _Optional[str] = ..., delivery_state: _Optional[str] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class MailWebhookEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MailWebhookData
    def __init__(self, data: _Optional[_Union[MailWebhookData, _Mapping]] = ...) -> None: ...

class MaintenanceRequest(_message.Message):
    __slots__ = ("enabled", "reason", "until")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    reason: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, enabled: _Optional[bool] = ..., reason: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MaintenanceState(_message.Message):
    __slots__ = ("enabled", "reason", "until", "changed_by", "changed_at")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    reason: str
    until: _timestamp_pb2.Timestamp
    changed_by: str
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, enabled: _Optional[bool] = ..., reason: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MaintenanceEnvelope(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: MaintenanceState
    def __init__(self, data: _Optional[_Union[MaintenanceState, _Mapping]] = ...) -> None: ...

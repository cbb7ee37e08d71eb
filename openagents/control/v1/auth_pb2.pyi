import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuthProvider(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTH_PROVIDER_UNSPECIFIED: _ClassVar[AuthProvider]
    AUTH_PROVIDER_WORKOS_EMAIL_CODE: _ClassVar[AuthProvider]
    AUTH_PROVIDER_LOCAL_EMAIL_CODE: _ClassVar[AuthProvider]

class AuthChallengeStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTH_CHALLENGE_STATUS_UNSPECIFIED: _ClassVar[AuthChallengeStatus]
    AUTH_CHALLENGE_STATUS_CODE_SENT: _ClassVar[AuthChallengeStatus]
    AUTH_CHALLENGE_STATUS_VERIFIED: _ClassVar[AuthChallengeStatus]
    AUTH_CHALLENGE_STATUS_EXPIRED: _ClassVar[AuthChallengeStatus]
    AUTH_CHALLENGE_STATUS_THROTTLED: _ClassVar[AuthChallengeStatus]
    AUTH_CHALLENGE_STATUS_FAILED: _ClassVar[AuthChallengeStatus]

class SessionStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_STATUS_UNSPECIFIED: _ClassVar[SessionStatus]
    SESSION_STATUS_ACTIVE: _ClassVar[SessionStatus]
    SESSION_STATUS_REAUTH_REQUIRED: _ClassVar[SessionStatus]
    SESSION_STATUS_EXPIRED: _ClassVar[SessionStatus]
    SESSION_STATUS_REVOKED: _ClassVar[SessionStatus]

class OrgRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORG_ROLE_UNSPECIFIED: _ClassVar[OrgRole]
    ORG_ROLE_OWNER: _ClassVar[OrgRole]
    ORG_ROLE_ADMIN: _ClassVar[OrgRole]
    ORG_ROLE_MEMBER: _ClassVar[OrgRole]
    ORG_ROLE_VIEWER: _ClassVar[OrgRole]

class SessionRevocationReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_REVOCATION_REASON_UNSPECIFIED: _ClassVar[SessionRevocationReason]
    SESSION_REVOCATION_REASON_USER_REQUESTED: _ClassVar[SessionRevocationReason]
    SESSION_REVOCATION_REASON_ADMIN_REVOKED: _ClassVar[SessionRevocationReason]
    SESSION_REVOCATION_REASON_TOKEN_REPLAY: _ClassVar[SessionRevocationReason]
    SESSION_REVOCATION_REASON_DEVICE_REPLACED: _ClassVar[SessionRevocationReason]
    SESSION_REVOCATION_REASON_SECURITY_POLICY: _ClassVar[SessionRevocationReason]

class ControlErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONTROL_ERROR_CODE_UNSPECIFIED: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_UNAUTHORIZED: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_FORBIDDEN: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_INVALID_REQUEST: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_INVALID_SCOPE: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_RATE_LIMITED: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_REAUTH_REQUIRED: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_SESSION_EXPIRED: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_SESSION_REVOKED: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_NOT_FOUND: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_CONFLICT: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_SERVICE_UNAVAILABLE: _ClassVar[ControlErrorCode]
    CONTROL_ERROR_CODE_INTERNAL_ERROR: _ClassVar[ControlErrorCode]
AUTH_PROVIDER_UNSPECIFIED: AuthProvider
AUTH_PROVIDER_WORKOS_EMAIL_CODE: AuthProvider
AUTH_PROVIDER_LOCAL_EMAIL_CODE: AuthProvider
AUTH_CHALLENGE_STATUS_UNSPECIFIED: AuthChallengeStatus
AUTH_CHALLENGE_STATUS_CODE_SENT: AuthChallengeStatus
AUTH_CHALLENGE_STATUS_VERIFIED: AuthChallengeStatus
AUTH_CHALLENGE_STATUS_EXPIRED: AuthChallengeStatus
AUTH_CHALLENGE_STATUS_THROTTLED: AuthChallengeStatus
AUTH_CHALLENGE_STATUS_FAILED: AuthChallengeStatus
SESSION_STATUS_UNSPECIFIED: SessionStatus
SESSION_STATUS_ACTIVE: SessionStatus
SESSION_STATUS_REAUTH_REQUIRED: SessionStatus
SESSION_STATUS_EXPIRED: SessionStatus
SESSION_STATUS_REVOKED: SessionStatus
ORG_ROLE_UNSPECIFIED: OrgRole
ORG_ROLE_OWNER: OrgRole
ORG_ROLE_ADMIN: OrgRole
ORG_ROLE_MEMBER: OrgRole
ORG_ROLE_VIEWER: OrgRole
SESSION_REVOCATION_REASON_UNSPECIFIED: SessionRevocationReason
SESSION_REVOCATION_REASON_USER_REQUESTED: SessionRevocationReason
SESSION_REVOCATION_REASON_ADMIN_REVOKED: SessionRevocationReason
SESSION_REVOCATION_REASON_TOKEN_REPLAY: SessionRevocationReason
SESSION_REVOCATION_REASON_DEVICE_REPLACED: SessionRevocationReason
SESSION_REVOCATION_REASON_SECURITY_POLICY: SessionRevocationReason
CONTROL_ERROR_CODE_UNSPECIFIED: ControlErrorCode
CONTROL_ERROR_CODE_UNAUTHORIZED: ControlErrorCode
CONTROL_ERROR_CODE_FORBIDDEN: ControlErrorCode
CONTROL_ERROR_CODE_INVALID_REQUEST: ControlErrorCode
CONTROL_ERROR_CODE_INVALID_SCOPE: ControlErrorCode
CONTROL_ERROR_CODE_RATE_LIMITED: ControlErrorCode
CONTROL_ERROR_CODE_REAUTH_REQUIRED: ControlErrorCode
CONTROL_ERROR_CODE_SESSION_EXPIRED: ControlErrorCode
CONTROL_ERROR_CODE_SESSION_REVOKED: ControlErrorCode
CONTROL_ERROR_CODE_NOT_FOUND: ControlErrorCode
CONTROL_ERROR_CODE_CONFLICT: ControlErrorCode
CONTROL_ERROR_CODE_SERVICE_UNAVAILABLE: ControlErrorCode
CONTROL_ERROR_CODE_INTERNAL_ERROR: ControlErrorCode

class DeviceContext(_message.Message):
    __slots__ = ("device_id", "client_id", "platform", "app_version", "install_ref")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    APP_VERSION_FIELD_NUMBER: _ClassVar[int]
    INSTALL_REF_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    client_id: str
    platform: str
    app_version: str
    install_ref: str
    def __init__(self, device_id: _Optional[str] = ..., client_id: _Optional[str] = ..., platform: _Optional[str] = ..., app_version: _Optional[str] = ..., install_ref: _Optional[str] = ...) -> None: ...

class AuthChallengeRequest(_message.Message):
    __slots__ = ("email", "provider", "device", "locale", "request_id")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    email: str
    provider: AuthProvider
    device: DeviceContext
    locale: str
    request_id: str
    def __init__(self, email: _Optional[str] = ..., provider: _Optional[_Union[AuthProvider, str]] = ..., device: _Optional[_Union[DeviceContext, _Mapping]] = ..., locale: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AuthChallengeResponse(_message.Message):
    __slots__ = ("challenge_id", "provider", "status", "delivery_channel", "email_hint", "resend_allowed", "resend_available_at", "expires_at", "pending_workos_user_id", "request_id")
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    EMAIL_HINT_FIELD_NUMBER: _ClassVar[int]
    RESEND_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    RESEND_AVAILABLE_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    PENDING_WORKOS_USER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    provider: AuthProvider
    status: AuthChallengeStatus
    delivery_channel: str
    email_hint: str
    resend_allowed: bool
    resend_available_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    pending_workos_user_id: str
    request_id: str
    def __init__(self, challenge_id: _Optional[str] = ..., provider: _Optional[_Union[AuthProvider, str]] = ..., status: _Optional[_Union[AuthChallengeStatus, str]] = ..., delivery_channel: _Optional[str] = ..., email_hint: _Optional[str] = ..., resend_allowed: _Optional[bool] = ..., resend_available_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pending_workos_user_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AuthVerifyRequest(_message.Message):
    __slots__ = ("challenge_id", "code", "device", "request_id")
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    code: str
    device: DeviceContext
    request_id: str
    def __init__(self, challenge_id: _Optional[str] = ..., code: _Optional[str] = ..., device: _Optional[_Union[DeviceContext, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class WorkOSIdentity(_message.Message):
    __slots__ = ("workos_user_id", "email", "first_name", "last_name", "profile_picture_url", "email_verified_at", "raw_claims")
    WORKOS_USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_PICTURE_URL_FIELD_NUMBER: _ClassVar[int]
    EMAIL_VERIFIED_AT_FIELD_NUMBER: _ClassVar[int]
    RAW_CLAIMS_FIELD_NUMBER: _ClassVar[int]
    workos_user_id: str
    email: str
    first_name: str
    last_name: str
    profile_picture_url: str
    email_verified_at: _timestamp_pb2.Timestamp
    raw_claims: _struct_pb2.Struct
    def __init__(self, workos_user_id: _Optional[str] = ..., email: _Optional[str] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ..., profile_picture_url: _Optional[str] = ..., email_verified_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., raw_claims: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class OrgMembership(_message.Message):
    __slots__ = ("org_id", "org_slug", "role", "role_scopes", "default_org")
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    ORG_SLUG_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ROLE_SCOPES_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_ORG_FIELD_NUMBER: _ClassVar[int]
    org_id: str
    org_slug: str
    role: OrgRole
    role_scopes: _containers.RepeatedScalarFieldContainer[str]
    default_org: bool
    def __init__(self, org_id: _Optional[str] = ..., org_slug: _Optional[str] = ..., role: _Optional[_Union[OrgRole, str]] = ..., role_scopes: _Optional[_Iterable[str]] = ..., default_org: _Optional[bool] = ...) -> None: ...

class AuthSession(_message.Message):
    __slots__ = ("session_id", "user_id", "device_id", "status", "access_token", "refresh_token", "refresh_token_id", "issued_at", "access_expires_at", "refresh_expires_at", "active_org_id", "memberships", "identity", "reauth_required")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    ACCESS_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REFRESH_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_ORG_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    REAUTH_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    user_id: str
    device_id: str
    status: SessionStatus
    access_token: str
    refresh_token: str
    refresh_token_id: str
    issued_at: _timestamp_pb2.Timestamp
    access_expires_at: _timestamp_pb2.Timestamp
    refresh_expires_at: _timestamp_pb2.Timestamp
    active_org_id: str
    memberships: _containers.RepeatedCompositeFieldContainer[OrgMembership]
    identity: WorkOSIdentity
    reauth_required: bool
    def __init__(self, session_id: _Optional[str] = ..., user_id: _Optional[str] = ..., device_id: _Optional[str] = ..., status: _Optional[_Union[SessionStatus, str]] = ..., access_token: _Optional[str] = ..., refresh_token: _Optional[str] = ..., refresh_token_id: _Optional[str] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., access_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refresh_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., active_org_id: _Optional[str] = ..., memberships: _Optional[_Iterable[_Union[OrgMembership, _Mapping]]] = ..., identity: _Optional[_Union[WorkOSIdentity, _Mapping]] = ..., reauth_required: _Optional[bool] = ...) -> None: ...

class AuthVerifyResponse(_message.Message):
    __slots__ = ("session", "new_user", "token_type", "request_id")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NEW_USER_FIELD_NUMBER: _ClassVar[int]
    TOKEN_TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session: AuthSession
    new_user: bool
    token_type: str
    request_id: str
    def __init__(self, session: _Optional[_Union[AuthSession, _Mapping]] = ..., new_user: _Optional[bool] = ..., token_type: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SessionRefreshRequest(_message.Message):
    __slots__ = ("refresh_token", "device_id", "rotate_refresh_token", "request_id", "client_nonce")
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    ROTATE_REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NONCE_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    device_id: str
    rotate_refresh_token: bool
    request_id: str
    client_nonce: str
    def __init__(self, refresh_token: _Optional[str] = ..., device_id: _Optional[str] = ..., rotate_refresh_token: _Optional[bool] = ..., request_id: _Optional[str] = ..., client_nonce: _Optional[str] = ...) -> None: ...

class SessionRefreshResponse(_message.Message):
    __slots__ = ("session", "replaced_refresh_token_id", "request_id")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    REPLACED_REFRESH_TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session: AuthSession
    replaced_refresh_token_id: str
    request_id: str
    def __init__(self, session: _Optional[_Union[AuthSession, _Mapping]] = ..., replaced_refresh_token_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SessionRevocationRequest(_message.Message):
    __slots__ = ("session_id", "device_id", "revoke_all_sessions", "reason", "include_current", "request_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    REVOKE_ALL_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CURRENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    device_id: str
    revoke_all_sessions: bool
    reason: SessionRevocationReason
    include_current: bool
    request_id: str
    def __init__(self, session_id: _Optional[str] = ..., device_id: _Optional[str] = ..., revoke_all_sessions: _Optional[bool] = ..., reason: _Optional[_Union[SessionRevocationReason, str]] = ..., include_current: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class SessionRevocationResponse(_message.Message):
    __slots__ = ("revoked_session_ids", "revoked_refresh_token_ids", "reason", "revoked_at", "request_id", "revoked_device_ids")
    REVOKED_SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_REFRESH_TOKEN_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVOKED_DEVICE_IDS_FIELD_NUMBER: _ClassVar[int]
    revoked_session_ids: _containers.RepeatedScalarFieldContainer[str]
    revoked_refresh_token_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: SessionRevocationReason
    revoked_at: _timestamp_pb2.Timestamp
    request_id: str
    revoked_device_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, revoked_session_ids: _Optional[_Iterable[str]] = ..., revoked_refresh_token_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[_Union[SessionRevocationReason, str]] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ..., revoked_device_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class SyncTokenTopicGrant(_message.Message):
    __slots__ = ("topic", "required_scope")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_SCOPE_FIELD_NUMBER: _ClassVar[int]
    topic: str
    required_scope: str
    def __init__(self, topic: _Optional[str] = ..., required_scope: _Optional[str] = ...) -> None: ...

class SyncTokenRequest(_message.Message):
    __slots__ = ("session_id", "device_id", "requested_scopes", "requested_topics", "requested_ttl_seconds", "request_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_SCOPES_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_TOPICS_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    device_id: str
    requested_scopes: _containers.RepeatedScalarFieldContainer[str]
    requested_topics: _containers.RepeatedCompositeFieldContainer[SyncTokenTopicGrant]
    requested_ttl_seconds: int
    request_id: str
    def __init__(self, session_id: _Optional[str] = ..., device_id: _Optional[str] = ..., requested_scopes: _Optional[_Iterable[str]] = ..., requested_topics: _Optional[_Iterable[_Union[SyncTokenTopicGrant, _Mapping]]] = ..., requested_ttl_seconds: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class SyncTokenResponse(_message.Message):
    __slots__ = ("token", "token_type", "expires_in_seconds", "issued_at", "expires_at", "issuer", "audience", "subject", "org_id", "claims_version", "key_id", "token_id", "granted_scopes", "granted_topics", "session_id", "device_id", "request_id")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_TYPE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_VERSION_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    GRANTED_SCOPES_FIELD_NUMBER: _ClassVar[int]
    GRANTED_TOPICS_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    token: str
    token_type: str
    expires_in_seconds: int
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    issuer: str
    audience: str
    subject: str
    org_id: str
    claims_version: str
    key_id: str
    token_id: str
    granted_scopes: _containers.RepeatedScalarFieldContainer[str]
    granted_topics: _containers.RepeatedCompositeFieldContainer[SyncTokenTopicGrant]
    session_id: str
    device_id: str
    request_id: str
    def __init__(self, token: _Optional[str] = ..., token_type: _Optional[str] = ..., expires_in_seconds: _Optional[int] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., issuer: _Optional[str] = ..., audience: _Optional[str] = ..., subject: _Optional[str] = ..., org_id: _Optional[str] = ..., claims_version: _Optional[str] = ..., key_id: _Optional[str] = ..., token_id: _Optional[str] = ..., granted_scopes: _Optional[_Iterable[str]] = ..., granted_topics: _Optional[_Iterable[_Union[SyncTokenTopicGrant, _Mapping]]] = ..., session_id: _Optional[str] = ..., device_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ControlError(_message.Message):
    __slots__ = ("code", "message", "details", "retry_after_ms", "reauth_required", "request_id")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    REAUTH_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    code: ControlErrorCode
    message: str
    details: _containers.RepeatedScalarFieldContainer[str]
    retry_after_ms: int
    reauth_required: bool
    request_id: str
    def __init__(self, code: _Optional[_Union[ControlErrorCode, str]] = ..., message: _Optional[str] = ..., details: _Optional[_Iterable[str]] = ..., retry_after_ms: _Optional[int] = ..., reauth_required: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class AuthOperationResult(_message.Message):
    __slots__ = ("request_id", "challenge", "verify", "refresh", "revoke", "sync_token", "error")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    VERIFY_FIELD_NUMBER: _ClassVar[int]
    REFRESH_FIELD_NUMBER: _ClassVar[int]
    REVOKE_FIELD_NUMBER: _ClassVar[int]
    SYNC_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    challenge: AuthChallengeResponse
    verify: AuthVerifyResponse
    refresh: SessionRefreshResponse
    revoke: SessionRevocationResponse
    sync_token: SyncTokenResponse
    error: ControlError
    def __init__(self, request_id: _Optional[str] = ..., challenge: _Optional[_Union[AuthChallengeResponse, _Mapping]] = ..., verify: _Optional[_Union[AuthVerifyResponse, _Mapping]] = ..., refresh: _Optional[_Union[SessionRefreshResponse, _Mapping]] = ..., revoke: _Optional[_Union[SessionRevocationResponse, _Mapping]] = ..., sync_token: _Optional[_Union[SyncTokenResponse, _Mapping]] = ..., error: _Optional[_Union[ControlError, _Mapping]] = ...) -> None: ...

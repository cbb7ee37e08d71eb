import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CodexNotificationMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODEX_NOTIFICATION_METHOD_UNSPECIFIED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_THREAD_STARTED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_TURN_STARTED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_TURN_COMPLETED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_TURN_FAILED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_TURN_ABORTED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_TURN_INTERRUPTED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_ITEM_STARTED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_ITEM_COMPLETED: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_ITEM_AGENT_MESSAGE_DELTA: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_ITEM_REASONING_DELTA: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_ITEM_TOOL_OUTPUT_DELTA: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_CODEX_ERROR: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_IOS_HANDSHAKE: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_DESKTOP_HANDSHAKE_ACK: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_USER_MESSAGE: _ClassVar[CodexNotificationMethod]
    CODEX_NOTIFICATION_METHOD_LEGACY_AGENT_MESSAGE_DELTA: _ClassVar[CodexNotificationMethod]

class CodexItemKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODEX_ITEM_KIND_UNSPECIFIED: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_USER_MESSAGE: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_AGENT_MESSAGE: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_REASONING: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_COMMAND_EXECUTION: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_FILE_CHANGE: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_MCP_TOOL_CALL: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_WEB_SEARCH: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_TODO_LIST: _ClassVar[CodexItemKind]
    CODEX_ITEM_KIND_ERROR: _ClassVar[CodexItemKind]

class CodexStreamErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODEX_STREAM_ERROR_CODE_UNSPECIFIED: _ClassVar[CodexStreamErrorCode]
    CODEX_STREAM_ERROR_CODE_UNAUTHORIZED: _ClassVar[CodexStreamErrorCode]
    CODEX_STREAM_ERROR_CODE_FORBIDDEN: _ClassVar[CodexStreamErrorCode]
    CODEX_STREAM_ERROR_CODE_STALE_CURSOR: _ClassVar[CodexStreamErrorCode]
    CODEX_STREAM_ERROR_CODE_SESSION_EXPIRED: _ClassVar[CodexStreamErrorCode]
    CODEX_STREAM_ERROR_CODE_REAUTH_REQUIRED: _ClassVar[CodexStreamErrorCode]
    CODEX_STREAM_ERROR_CODE_BAD_SUBSCRIPTION: _ClassVar[CodexStreamErrorCode]
    CODEX_STREAM_ERROR_CODE_INTERNAL_ERROR: _ClassVar[CodexStreamErrorCode]
CODEX_NOTIFICATION_METHOD_UNSPECIFIED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_THREAD_STARTED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_TURN_STARTED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_TURN_COMPLETED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_TURN_FAILED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_TURN_ABORTED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_TURN_INTERRUPTED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_ITEM_STARTED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_ITEM_COMPLETED: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_ITEM_AGENT_MESSAGE_DELTA: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_ITEM_REASONING_DELTA: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_ITEM_TOOL_OUTPUT_DELTA: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_CODEX_ERROR: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_IOS_HANDSHAKE: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_DESKTOP_HANDSHAKE_ACK: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_USER_MESSAGE: CodexNotificationMethod
CODEX_NOTIFICATION_METHOD_LEGACY_AGENT_MESSAGE_DELTA: CodexNotificationMethod
CODEX_ITEM_KIND_UNSPECIFIED: CodexItemKind
CODEX_ITEM_KIND_USER_MESSAGE: CodexItemKind
CODEX_ITEM_KIND_AGENT_MESSAGE: CodexItemKind
CODEX_ITEM_KIND_REASONING: CodexItemKind
CODEX_ITEM_KIND_COMMAND_EXECUTION: CodexItemKind
CODEX_ITEM_KIND_FILE_CHANGE: CodexItemKind
CODEX_ITEM_KIND_MCP_TOOL_CALL: CodexItemKind
CODEX_ITEM_KIND_WEB_SEARCH: CodexItemKind
CODEX_ITEM_KIND_TODO_LIST: CodexItemKind
CODEX_ITEM_KIND_ERROR: CodexItemKind
CODEX_STREAM_ERROR_CODE_UNSPECIFIED: CodexStreamErrorCode
CODEX_STREAM_ERROR_CODE_UNAUTHORIZED: CodexStreamErrorCode
CODEX_STREAM_ERROR_CODE_FORBIDDEN: CodexStreamErrorCode
CODEX_STREAM_ERROR_CODE_STALE_CURSOR: CodexStreamErrorCode
CODEX_STREAM_ERROR_CODE_SESSION_EXPIRED: CodexStreamErrorCode
CODEX_STREAM_ERROR_CODE_REAUTH_REQUIRED: CodexStreamErrorCode
CODEX_STREAM_ERROR_CODE_BAD_SUBSCRIPTION: CodexStreamErrorCode
CODEX_STREAM_ERROR_CODE_INTERNAL_ERROR: CodexStreamErrorCode

class CodexTokenUsage(_message.Message):
    __slots__ = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    CACHED_INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    REASONING_OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    def __init__(self, input_tokens: _Optional[int] = ..., cached_input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., reasoning_output_tokens: _Optional[int] = ...) -> None: ...

class CodexReplayMetadata(_message.Message):
    __slots__ = ("topic", "seq", "resume_after", "retention_floor", "replayed")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    RESUME_AFTER_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FLOOR_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    topic: str
    seq: int
    resume_after: int
    retention_floor: int
    replayed: bool
    def __init__(self, topic: _Optional[str] = ..., seq: _Optional[int] = ..., resume_after: _Optional[int] = ..., retention_floor: _Optional[int] = ..., replayed: _Optional[bool] = ...) -> None: ...

class CodexThreadStartedPayload(_message.Message):
    __slots__ = ("thread_id",)
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    def __init__(self, thread_id: _Optional[str] = ...) -> None: ...

class CodexTurnStartedPayload(_message.Message):
    __slots__ = ("thread_id", "turn_id", "model", "reasoning_effort")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    REASONING_EFFORT_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    turn_id: str
    model: str
    reasoning_effort: str
    def __init__(self, thread_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., model: _Optional[str] = ..., reasoning_effort: _Optional[str] = ...) -> None: ...

class CodexTurnCompletedPayload(_message.Message):
    __slots__ = ("thread_id", "turn_id", "status", "token_usage")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_USAGE_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    turn_id: str
    status: str
    token_usage: CodexTokenUsage
    def __init__(self, thread_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., status: _Optional[str] = ..., token_usage: _Optional[_Union[CodexTokenUsage, _Mapping]] = ...) -> None: ...

class CodexTurnFailurePayload(_message.Message):
    __slots__ = ("thread_id", "turn_id", "status", "message", "will_retry")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    WILL_RETRY_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    turn_id: str
    status: str
    message: str
    will_retry: bool
    def __init__(self, thread_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., status: _Optional[str] = ..., message: _Optional[str] = ..., will_retry: _Optional[bool] = ...) -> None: ...

class CodexItemLifecyclePayload(_message.Message):
    __slots__ = ("thread_id", "turn_id", "item_id", "item_kind", "item_status", "item")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_KIND_FIELD_NUMBER: _ClassVar[int]
    ITEM_STATUS_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    turn_id: str
    item_id: str
    item_kind: CodexItemKind
    item_status: str
    item: _struct_pb2.Struct
    def __init__(self, thread_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., item_id: _Optional[str] = ..., item_kind: _Optional[_Union[CodexItemKind, str]] = ..., item_status: _Optional[str] = ..., item: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CodexTextDeltaPayload(_message.Message):
    __slots__ = ("thread_id", "turn_id", "item_id", "delta", "summary_index", "content_index")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_INDEX_FIELD_NUMBER: _ClassVar[int]
    CONTENT_INDEX_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    turn_id: str
    item_id: str
    delta: str
    summary_index: int
    content_index: int
    def __init__(self, thread_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., item_id: _Optional[str] = ..., delta: _Optional[str] = ..., summary_index: _Optional[int] = ..., content_index: _Optional[int] = ...) -> None: ...

class CodexToolOutputDeltaPayload(_message.Message):
    __slots__ = ("thread_id", "turn_id", "item_id", "delta", "item_kind")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    ITEM_KIND_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    turn_id: str
    item_id: str
    delta: str
    item_kind: CodexItemKind
    def __init__(self, thread_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., item_id: _Optional[str] = ..., delta: _Optional[str] = ..., item_kind: _Optional[_Union[CodexItemKind, str]] = ...) -> None: ...

class CodexErrorPayload(_message.Message):
    __slots__ = ("thread_id", "turn_id", "message", "will_retry")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    WILL_RETRY_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    turn_id: str
    message: str
    will_retry: bool
    def __init__(self, thread_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., message: _Optional[str] = ..., will_retry: _Optional[bool] = ...) -> None: ...

class CodexIosHandshakePayload(_message.Message):
    __slots__ = ("handshake_id", "device_id", "occurred_at")
    HANDSHAKE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    handshake_id: str
    device_id: str
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, handshake_id: _Optional[str] = ..., device_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CodexDesktopHandshakeAckPayload(_message.Message):
    __slots__ = ("handshake_id", "desktop_session_id", "occurred_at")
    HANDSHAKE_ID_FIELD_NUMBER: _ClassVar[int]
    DESKTOP_SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    handshake_id: str
    desktop_session_id: str
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, handshake_id: _Optional[str] = ..., desktop_session_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CodexUserMessagePayload(_message.Message):
    __slots__ = ("thread_id", "turn_id", "message_id", "text", "model", "reasoning_effort")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    REASONING_EFFORT_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    turn_id: str
    message_id: str
    text: str
    model: str
    reasoning_effort: str
    def __init__(self, thread_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., message_id: _Optional[str] = ..., text: _Optional[str] = ..., model: _Optional[str] = ..., reasoning_effort: _Optional[str] = ...) -> None: ...

class CodexNotificationUnknownPayload(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: _struct_pb2.Struct
    def __init__(self, body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CodexNotificationEnvelope(_message.Message):
    __slots__ = ("worker_id", "seq", "method", "method_text", "occurred_at", "replay", "thread_started", "turn_started", "turn_completed", "turn_failure", "item_lifecycle", "text_delta", "tool_output_delta", "codex_error", "ios_handshake", "desktop_handshake_ack", "user_message", "unknown")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    METHOD_TEXT_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    THREAD_STARTED_FIELD_NUMBER: _ClassVar[int]
    TURN_STARTED_FIELD_NUMBER: _ClassVar[int]
    TURN_COMPLETED_FIELD_NUMBER: _ClassVar[int]
    TURN_FAILURE_FIELD_NUMBER: _ClassVar[int]
    ITEM_LIFECYCLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_DELTA_FIELD_NUMBER: _ClassVar[int]
    TOOL_OUTPUT_DELTA_FIELD_NUMBER: _ClassVar[int]
    CODEX_ERROR_FIELD_NUMBER: _ClassVar[int]
    IOS_HANDSHAKE_FIELD_NUMBER: _ClassVar[int]
    DESKTOP_HANDSHAKE_ACK_FIELD_NUMBER: _ClassVar[int]
    USER_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    seq: int
    method: CodexNotificationMethod
    method_text: str
    occurred_at: _timestamp_pb2.Timestamp
    replay: CodexReplayMetadata
    thread_started: CodexThreadStartedPayload
    turn_started: CodexTurnStartedPayload
    turn_completed: CodexTurnCompletedPayload
    turn_failure: CodexTurnFailurePayload
    item_lifecycle: CodexItemLifecyclePayload
    text_delta: CodexTextDeltaPayload
    tool_output_delta: CodexToolOutputDeltaPayload
    codex_error: CodexErrorPayload
    ios_handshake: CodexIosHandshakePayload
    desktop_handshake_ack: CodexDesktopHandshakeAckPayload
    user_message: CodexUserMessagePayload
    unknown: CodexNotificationUnknownPayload
    def __init__(self, worker_id: _Optional[str] = ..., seq: _Optional[int] = ..., method: _Optional[_Union[CodexNotificationMethod, str]] = ..., method_text: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., replay: _Optional[_Union[CodexReplayMetadata, _Mapping]] = ..., thread_started: _Optional[_Union[CodexThreadStartedPayload, _Mapping]] = ..., turn_started: _Optional[_Union[CodexTurnStartedPayload, _Mapping]] = ..., turn_completed: _Optional[_Union[CodexTurnCompletedPayload, _Mapping]] = ..., turn_failure: _Optional[_Union[CodexTurnFailurePayload, _Mapping]] = ..., item_lifecycle: _Optional[_Union[CodexItemLifecyclePayload, _Mapping]] = ..., text_delta: _Optional[_Union[CodexTextDeltaPayload, _Mapping]] = ..., tool_output_delta: _Optional[_Union[CodexToolOutputDeltaPayload, _Mapping]] = ..., codex_error: _Optional[_Union[CodexErrorPayload, _Mapping]] = ..., ios_handshake: _Optional[_Union[CodexIosHandshakePayload, _Mapping]] = ..., desktop_handshake_ack: _Optional[_Union[CodexDesktopHandshakeAckPayload, _Mapping]] = ..., user_message: _Optional[_Union[CodexUserMessagePayload, _Mapping]] = ..., unknown: _Optional[_Union[CodexNotificationUnknownPayload, _Mapping]] = ...) -> None: ...

class CodexStreamError(_message.Message):
    __slots__ = ("code", "message", "retry_after_ms", "full_resync_required", "reauth_required", "topic", "resume_after", "retention_floor")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    FULL_RESYNC_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    REAUTH_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    RESUME_AFTER_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FLOOR_FIELD_NUMBER: _ClassVar[int]
    code: CodexStreamErrorCode
    message: str
    retry_after_ms: int
    full_resync_required: bool
    reauth_required: bool
    topic: str
    resume_after: int
    retention_floor: int
    def __init__(self, code: _Optional[_Union[CodexStreamErrorCode, str]] = ..., message: _Optional[str] = ..., retry_after_ms: _Optional[int] = ..., full_resync_required: _Optional[bool] = ..., reauth_required: _Optional[bool] = ..., topic: _Optional[str] = ..., resume_after: _Optional[int] = ..., retention_floor: _Optional[int] = ...) -> None: ...

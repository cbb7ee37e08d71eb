import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuntimeThreadView(_message.Message):
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

class RuntimeThreadListResponse(_message.Message):
    __slots__ = ("threads", "next_cursor")
    THREADS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    threads: _containers.RepeatedCompositeFieldContainer[RuntimeThreadView]
    next_cursor: str
    def __init__(self, threads: _Optional[_Iterable[_Union[RuntimeThreadView, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class RuntimeThreadCreateRequest(_message.Message):
    __slots__ = ("thread_id", "title", "autopilot_id")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    AUTOPILOT_ID_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    title: str
    autopilot_id: str
    def __init__(self, thread_id: _Optional[str] = ..., title: _Optional[str] = ..., autopilot_id: _Optional[str] = ...) -> None: ...

class RuntimeThreadResponse(_message.Message):
    __slots__ = ("thread",)
    THREAD_FIELD_NUMBER: _ClassVar[int]
    thread: RuntimeThreadView
    def __init__(self, thread: _Optional[_Union[RuntimeThreadView, _Mapping]] = ...) -> None: ...

class RuntimeThreadMessageView(_message.Message):
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

class RuntimeThreadMessagesResponse(_message.Message):
    __slots__ = ("thread_id", "messages")
    THREAD_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    thread_id: str
    messages: _containers.RepeatedCompositeFieldContainer[RuntimeThreadMessageView]
    def __init__(self, thread_id: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[RuntimeThreadMessageView, _Mapping]]] = ...) -> None: ...

class RuntimeThreadMessagePostRequest(_message.Message):
    __slots__ = ("text", "client_message_id")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CLIENT_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    text: str
    client_message_id: str
    def __init__(self, text: _Optional[str] = ..., client_message_id: _Optional[str] = ...) -> None: ...

class RuntimeThreadMessageAccepted(_message.Message):
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

class RuntimeThreadMessagePostResponse(_message.Message):
    __slots__ = ("accepted", "thread", "message", "idempotent_replay")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    THREAD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    accepted: bool
    thread: RuntimeThreadView
    message: RuntimeThreadMessageAccepted
    idempotent_replay: bool
    def __init__(self, accepted: _Optional[bool] = ..., thread: _Optional[_Union[RuntimeThreadView, _Mapping]] = ..., message: _Optional[_Union[RuntimeThreadMessageAccepted, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

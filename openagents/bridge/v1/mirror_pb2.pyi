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

class MirrorState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MIRROR_STATE_UNSPECIFIED: _ClassVar[MirrorState]
    MIRROR_STATE_DENIED: _ClassVar[MirrorState]
    MIRROR_STATE_LOCAL_ONLY: _ClassVar[MirrorState]
    MIRROR_STATE_PUBLISHING: _ClassVar[MirrorState]
    MIRROR_STATE_PUBLISHED: _ClassVar[MirrorState]
    MIRROR_STATE_PARTIAL: _ClassVar[MirrorState]
    MIRROR_STATE_DEAD: _ClassVar[MirrorState]
    MIRROR_STATE_SUPERSEDED: _ClassVar[MirrorState]

class DeliveryState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELIVERY_STATE_UNSPECIFIED: _ClassVar[DeliveryState]
    DELIVERY_STATE_PENDING: _ClassVar[DeliveryState]
    DELIVERY_STATE_IN_FLIGHT: _ClassVar[DeliveryState]
    DELIVERY_STATE_AUTH_WAIT: _ClassVar[DeliveryState]
    DELIVERY_STATE_RETRY_WAIT: _ClassVar[DeliveryState]
    DELIVERY_STATE_ACKED: _ClassVar[DeliveryState]
    DELIVERY_STATE_REJECTED: _ClassVar[DeliveryState]
    DELIVERY_STATE_DEAD: _ClassVar[DeliveryState]
    DELIVERY_STATE_CANCELLED: _ClassVar[DeliveryState]
MIRROR_STATE_UNSPECIFIED: MirrorState
MIRROR_STATE_DENIED: MirrorState
MIRROR_STATE_LOCAL_ONLY: MirrorState
MIRROR_STATE_PUBLISHING: MirrorState
MIRROR_STATE_PUBLISHED: MirrorState
MIRROR_STATE_PARTIAL: MirrorState
MIRROR_STATE_DEAD: MirrorState
MIRROR_STATE_SUPERSEDED: MirrorState
DELIVERY_STATE_UNSPECIFIED: DeliveryState
DELIVERY_STATE_PENDING: DeliveryState
DELIVERY_STATE_IN_FLIGHT: DeliveryState
DELIVERY_STATE_AUTH_WAIT: DeliveryState
DELIVERY_STATE_RETRY_WAIT: DeliveryState
DELIVERY_STATE_ACKED: DeliveryState
DELIVERY_STATE_REJECTED: DeliveryState
DELIVERY_STATE_DEAD: DeliveryState
DELIVERY_STATE_CANCELLED: DeliveryState

class MirrorRequest(_message.Message):
    __slots__ = ("schema", "source_plane", "object_id", "object_sha256", "occurred_at_unix", "payload", "request_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_PLANE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    OBJECT_SHA256_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    source_plane: str
    object_id: str
    object_sha256: str
    occurred_at_unix: int
    payload: _struct_pb2.Struct
    request_id: str
    def __init__(self, schema: _Optional[str] = ..., source_plane: _Optional[str] = ..., object_id: _Optional[str] = ..., object_sha256: _Optional[str] = ..., occurred_at_unix: _Optional[int] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class MirrorResponse(_message.Message):
    __slots__ = ("mirror_id", "event_id", "state", "idempotent_replay", "policy_version", "deny_code")
    MIRROR_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    DENY_CODE_FIELD_NUMBER: _ClassVar[int]
    mirror_id: str
    event_id: str
    state: MirrorState
    idempotent_replay: bool
    policy_version: str
    deny_code: str
    def __init__(self, mirror_id: _Optional[str] = ..., event_id: _Optional[str] = ..., state: _Optional[_Union[MirrorState, str]] = ..., idempotent_replay: _Optional[bool] = ..., policy_version: _Optional[str] = ..., deny_code: _Optional[str] = ...) -> None: ...

class MirrorStatus(_message.Message):
    __slots__ = ("mirror_id", "event_json", "state", "deliveries", "created_at", "published_at", "policy_version", "deny_code")
    MIRROR_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_JSON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    DENY_CODE_FIELD_NUMBER: _ClassVar[int]
    mirror_id: str
    event_json: str
    state: MirrorState
    deliveries: _containers.RepeatedCompositeFieldContainer[RelayDelivery]
    created_at: _timestamp_pb2.Timestamp
    published_at: _timestamp_pb2.Timestamp
    policy_version: str
    deny_code: str
    def __init__(self, mirror_id: _Optional[str] = ..., event_json: _Optional[str] = ..., state: _Optional[_Union[MirrorState, str]] = ..., deliveries: _Optional[_Iterable[_Union[RelayDelivery, _Mapping]]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., policy_version: _Optional[str] = ..., deny_code: _Optional[str] = ...) -> None: ...

class RelayDelivery(_message.Message):
    __slots__ = ("relay_url", "state", "attempts", "last_code", "last_message", "next_attempt_at", "acked_at")
    RELAY_URL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    LAST_CODE_FIELD_NUMBER: _ClassVar[int]
    LAST_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NEXT_ATTEMPT_AT_FIELD_NUMBER: _ClassVar[int]
    ACKED_AT_FIELD_NUMBER: _ClassVar[int]
    relay_url: str
    state: DeliveryState
    attempts: int
    last_code: str
    last_message: str
    next_attempt_at: _timestamp_pb2.Timestamp
    acked_at: _timestamp_pb2.Timestamp
    def __init__(self, relay_url: _Optional[str] = ..., state: _Optional[_Union[DeliveryState, str]] = ..., attempts: _Optional[int] = ..., last_code: _Optional[str] = ..., last_message: _Optional[str] = ..., next_attempt_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., acked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

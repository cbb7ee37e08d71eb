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

class TrustZone(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRUST_ZONE_UNSPECIFIED: _ClassVar[TrustZone]
    TRUST_ZONE_OPERATOR: _ClassVar[TrustZone]
    TRUST_ZONE_ACCOUNT_DEVICE: _ClassVar[TrustZone]
    TRUST_ZONE_EXTERNAL: _ClassVar[TrustZone]
TRUST_ZONE_UNSPECIFIED: TrustZone
TRUST_ZONE_OPERATOR: TrustZone
TRUST_ZONE_ACCOUNT_DEVICE: TrustZone
TRUST_ZONE_EXTERNAL: TrustZone

class NexusPublishRequest(_message.Message):
    __slots__ = ("lane", "key", "kind", "payload", "idempotency_key", "producer")
    LANE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_FIELD_NUMBER: _ClassVar[int]
    lane: str
    key: str
    kind: str
    payload: _struct_pb2.Struct
    idempotency_key: str
    producer: str
    def __init__(self, lane: _Optional[str] = ..., key: _Optional[str] = ..., kind: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., producer: _Optional[str] = ...) -> None: ...

class NexusMessage(_message.Message):
    __slots__ = ("lane", "key", "seq", "epoch", "kind", "payload", "published_at", "producer", "trust_zone")
    LANE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_FIELD_NUMBER: _ClassVar[int]
    TRUST_ZONE_FIELD_NUMBER: _ClassVar[int]
    lane: str
    key: str
    seq: int
    epoch: str
    kind: str
    payload: _struct_pb2.Struct
    published_at: _timestamp_pb2.Timestamp
    producer: str
    trust_zone: TrustZone
    def __init__(self, lane: _Optional[str] = ..., key: _Optional[str] = ..., seq: _Optional[int] = ..., epoch: _Optional[str] = ..., kind: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., producer: _Optional[str] = ..., trust_zone: _Optional[_Union[TrustZone, str]] = ...) -> None: ...

class NexusLaneWindow(_message.Message):
    __slots__ = ("lane", "key", "qos_tier", "replay_budget", "oldest_seq", "head_seq", "depth", "dropped", "rate_limit_per_second", "max_payload_bytes", "rate_limited_count", "size_rejected_count", "stale_budget_count", "stale_floor_count", "last_violation_reason")
    LANE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    QOS_TIER_FIELD_NUMBER: _ClassVar[int]
    REPLAY_BUDGET_FIELD_NUMBER: _ClassVar[int]
    OLDEST_SEQ_FIELD_NUMBER: _ClassVar[int]
    HEAD_SEQ_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    RATE_LIMIT_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    MAX_PAYLOAD_BYTES_FIELD_NUMBER: _ClassVar[int]
    RATE_LIMITED_COUNT_FIELD_NUMBER: _ClassVar[int]
    SIZE_REJECTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    STALE_BUDGET_COUNT_FIELD_NUMBER: _ClassVar[int]
    STALE_FLOOR_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_VIOLATION_REASON_FIELD_NUMBER: _ClassVar[int]
    lane: str
    key: str
    qos_tier: str
    replay_budget: int
    oldest_seq: int
    head_seq: int
    depth: int
    dropped: int
    rate_limit_per_second: int
    max_payload_bytes: int
    rate_limited_count: int
    size_rejected_count: int
    stale_budget_count: int
    stale_floor_count: int
    last_violation_reason: str
    def __init__(self, lane: _Optional[str] = ..., key: _Optional[str] = ..., qos_tier: _Optional[str] = ..., replay_budget: _Optional[int] = ..., oldest_seq: _Optional[int] = ..., head_seq: _Optional[int] = ..., depth: _Optional[int] = ..., dropped: _Optional[int] = ..., rate_limit_per_second: _Optional[int] = ..., max_payload_bytes: _Optional[int] = ..., rate_limited_count: _Optional[int] = ..., size_rejected_count: _Optional[int] = ..., stale_budget_count: _Optional[int] = ..., stale_floor_count: _Optional[int] = ..., last_violation_reason: _Optional[str] = ...) -> None: ...

class ProviderAnnouncement(_message.Message):
    __slots__ = ("provider_id", "source", "trust_zone", "pubkey", "capabilities", "min_price_msats", "pricing_stage", "availability", "heartbeat_state", "event_id", "seen_at")
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TRUST_ZONE_FIELD_NUMBER: _ClassVar[int]
    PUBKEY_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    MIN_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    PRICING_STAGE_FIELD_NUMBER: _ClassVar[int]
    AVAILABILITY_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_STATE_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    provider_id: str
    source: str
    trust_zone: TrustZone
    pubkey: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    min_price_msats: int
    pricing_stage: str
    availability: str
    heartbeat_state: str
    event_id: str
    seen_at: _timestamp_pb2.Timestamp
    def __init__(self, provider_id: _Optional[str] = ..., source: _Optional[str] = ..., trust_zone: _Optional[_Union[TrustZone, str]] = ..., pubkey: _Optional[str] = ..., capabilities: _Optional[_Iterable[str]] = ..., min_price_msats: _Optional[int] = ..., pricing_stage: _Optional[str] = ..., availability: _Optional[str] = ..., heartbeat_state: _Optional[str] = ..., event_id: _Optional[str] = ..., seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuntimeHealthResponse(_message.Message):
    __slots__ = ("status", "service", "build_sha", "uptime_seconds", "authority_write_mode", "authority_writer_active", "fanout_driver", "db_configured")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    BUILD_SHA_FIELD_NUMBER: _ClassVar[int]
    UPTIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_WRITE_MODE_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_WRITER_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    FANOUT_DRIVER_FIELD_NUMBER: _ClassVar[int]
    DB_CONFIGURED_FIELD_NUMBER: _ClassVar[int]
    status: str
    service: str
    build_sha: str
    uptime_seconds: int
    authority_write_mode: str
    authority_writer_active: bool
    fanout_driver: str
    db_configured: bool
    def __init__(self, status: _Optional[str] = ..., service: _Optional[str] = ..., build_sha: _Optional[str] = ..., uptime_seconds: _Optional[int] = ..., authority_write_mode: _Optional[str] = ..., authority_writer_active: _Optional[bool] = ..., fanout_driver: _Optional[str] = ..., db_configured: _Optional[bool] = ...) -> None: ...

class RuntimeReadyCheck(_message.Message):
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

class RuntimeReadyResponse(_message.Message):
    __slots__ = ("status", "authority_ready", "projector_ready", "workers_ready", "authority_writer_active", "fanout_driver", "checks")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_READY_FIELD_NUMBER: _ClassVar[int]
    PROJECTOR_READY_FIELD_NUMBER: _ClassVar[int]
    WORKERS_READY_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_WRITER_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    FANOUT_DRIVER_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    status: str
    authority_ready: bool
    projector_ready: bool
    workers_ready: bool
    authority_writer_active: bool
    fanout_driver: str
    checks: _containers.RepeatedCompositeFieldContainer[RuntimeReadyCheck]
    def __init__(self, status: _Optional[str] = ..., authority_ready: _Optional[bool] = ..., projector_ready: _Optional[bool] = ..., workers_ready: _Optional[bool] = ..., authority_writer_active: _Optional[bool] = ..., fanout_driver: _Optional[str] = ..., checks: _Optional[_Iterable[_Union[RuntimeReadyCheck, _Mapping]]] = ...) -> None: ...

class RuntimeInternalHealthResponse(_message.Message):
    __slots__ = ("status", "service", "version")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    status: str
    service: str
    version: str
    def __init__(self, status: _Optional[str] = ..., service: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class RuntimeStatsTreasury(_message.Message):
    __slots__ = ("released_msats_total", "withheld_count")
    RELEASED_MSATS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_COUNT_FIELD_NUMBER: _ClassVar[int]
    released_msats_total: int
    withheld_count: int
    def __init__(self, released_msats_total: _Optional[int] = ..., withheld_count: _Optional[int] = ...) -> None: ...

class RuntimeStatsCorrectness(_message.Message):
    __slots__ = ("projection_lag_p95_events", "projection_drift_24h", "hash_mismatches_24h", "replay_verifications_24h", "replay_failures_24h")
    PROJECTION_LAG_P95_EVENTS_FIELD_NUMBER: _ClassVar[int]
    PROJECTION_DRIFT_24H_FIELD_NUMBER: _ClassVar[int]
    HASH_MISMATCHES_24H_FIELD_NUMBER: _ClassVar[int]
    REPLAY_VERIFICATIONS_24H_FIELD_NUMBER: _ClassVar[int]
    REPLAY_FAILURES_24H_FIELD_NUMBER: _ClassVar[int]
    projection_lag_p95_events: int
    projection_drift_24h: int
    hash_mismatches_24h: int
    replay_verifications_24h: int
    replay_failures_24h: int
    def __init__(self, projection_lag_p95_events: _Optional[int] = ..., projection_drift_24h: _Optional[int] = ..., hash_mismatches_24h: _Optional[int] = ..., replay_verifications_24h: _Optional[int] = ..., replay_failures_24h: _Optional[int] = ...) -> None: ...

class RuntimeStatsResponse(_message.Message):
    __slots__ = ("runs", "workers", "treasury", "correctness")
    class RunsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class WorkersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    RUNS_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    TREASURY_FIELD_NUMBER: _ClassVar[int]
    CORRECTNESS_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.ScalarMap[str, int]
    workers: _containers.ScalarMap[str, int]
    treasury: RuntimeStatsTreasury
    correctness: RuntimeStatsCorrectness
    def __init__(self, runs: _Optional[_Mapping[str, int]] = ..., workers: _Optional[_Mapping[str, int]] = ..., treasury: _Optional[_Union[RuntimeStatsTreasury, _Mapping]] = ..., correctness: _Optional[_Union[RuntimeStatsCorrectness, _Mapping]] = ...) -> None: ...

class RuntimeCommsDeliveryEventRequest(_message.Message):
    __slots__ = ("event_id", "provider", "delivery_state", "payload", "message_id", "integration_id", "recipient", "occurred_at", "reason")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_STATE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    INTEGRATION_ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    provider: str
    delivery_state: str
    payload: _struct_pb2.Struct
    message_id: str
    integration_id: str
    recipient: str
    occurred_at: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, event_id: _Optional[str] = ..., provider: _Optional[str] = ..., delivery_state: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., message_id: _Optional[str] = ..., integration_id: _Optional[str] = ..., recipient: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class RuntimeCommsDeliveryEventResponse(_message.Message):
    __slots__ = ("event_id", "event_id_camel", "status", "idempotent_replay")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_CAMEL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    event_id_camel: str
    status: str
    idempotent_replay: bool
    def __init__(self, event_id: _Optional[str] = ..., event_id_camel: _Optional[str] = ..., status: _Optional[str] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class RuntimeWriteModeRequest(_message.Message):
    __slots__ = ("mode", "reason")
    MODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    mode: str
    reason: str
    def __init__(self, mode: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RuntimeWriteModeResponse(_message.Message):
    __slots__ = ("mode", "pending_mode", "approved_by", "updated_at")
    MODE_FIELD_NUMBER: _ClassVar[int]
    PENDING_MODE_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    mode: str
    pending_mode: str
    approved_by: _containers.RepeatedScalarFieldContainer[str]
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, mode: _Optional[str] = ..., pending_mode: _Optional[str] = ..., approved_by: _Optional[_Iterable[str]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

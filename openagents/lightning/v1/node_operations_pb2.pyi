import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LightningNode(_message.Message):
    __slots__ = ("node_id", "backend", "purpose", "enabled", "synced_to_chain", "block_height", "last_error", "as_of")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    SYNCED_TO_CHAIN_FIELD_NUMBER: _ClassVar[int]
    BLOCK_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    LAST_ERROR_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    backend: str
    purpose: str
    enabled: bool
    synced_to_chain: bool
    block_height: int
    last_error: str
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, node_id: _Optional[str] = ..., backend: _Optional[str] = ..., purpose: _Optional[str] = ..., enabled: _Optional[bool] = ..., synced_to_chain: _Optional[bool] = ..., block_height: _Optional[int] = ..., last_error: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LightningNodesResponse(_message.Message):
    __slots__ = ("nodes",)
    NODES_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[LightningNode]
    def __init__(self, nodes: _Optional[_Iterable[_Union[LightningNode, _Mapping]]] = ...) -> None: ...

class NodeBalances(_message.Message):
    __slots__ = ("schema", "backend", "onchain_sats", "channel_total_sats", "channel_outbound_sats", "channel_inbound_sats", "as_of")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    ONCHAIN_SATS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_TOTAL_SATS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_OUTBOUND_SATS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_INBOUND_SATS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    schema: str
    backend: str
    onchain_sats: int
    channel_total_sats: int
    channel_outbound_sats: int
    channel_inbound_sats: int
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., backend: _Optional[str] = ..., onchain_sats: _Optional[int] = ..., channel_total_sats: _Optional[int] = ..., channel_outbound_sats: _Optional[int] = ..., channel_inbound_sats: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ChannelHealth(_message.Message):
    __slots__ = ("schema", "backend", "channel_count", "connected_channel_count", "as_of")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    schema: str
    backend: str
    channel_count: int
    connected_channel_count: int
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., backend: _Optional[str] = ..., channel_count: _Optional[int] = ..., connected_channel_count: _Optional[int] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class NodeChannel(_message.Message):
    __slots__ = ("channel_point", "channel_id", "peer_id", "active", "capacity_sats", "local_sats", "remote_sats")
    CHANNEL_POINT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    PEER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_SATS_FIELD_NUMBER: _ClassVar[int]
    LOCAL_SATS_FIELD_NUMBER: _ClassVar[int]
    REMOTE_SATS_FIELD_NUMBER: _ClassVar[int]
    channel_point: str
    channel_id: str
    peer_id: str
    active: bool
    capacity_sats: int
    local_sats: int
    remote_sats: int
    def __init__(self, channel_point: _Optional[str] = ..., channel_id: _Optional[str] = ..., peer_id: _Optional[str] = ..., active: _Optional[bool] = ..., capacity_sats: _Optional[int] = ..., local_sats: _Optional[int] = ..., remote_sats: _Optional[int] = ...) -> None: ...

class NodeChannels(_message.Message):
    __slots__ = ("schema", "backend", "channels", "as_of")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    schema: str
    backend: str
    channels: _containers.RepeatedCompositeFieldContainer[NodeChannel]
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., backend: _Optional[str] = ..., channels: _Optional[_Iterable[_Union[NodeChannel, _Mapping]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoolApproval(_message.Message):
    __slots__ = ("signer_pubkey", "signature_hex")
    SIGNER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_HEX_FIELD_NUMBER: _ClassVar[int]
    signer_pubkey: str
    signature_hex: str
    def __init__(self, signer_pubkey: _Optional[str] = ..., signature_hex: _Optional[str] = ...) -> None: ...

class ChannelOperationEvidence(_message.Message):
    __slots__ = ("pool_id", "payload_sha256", "approvals")
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_SHA256_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    pool_id: str
    payload_sha256: str
    approvals: _containers.RepeatedCompositeFieldContainer[PoolApproval]
    def __init__(self, pool_id: _Optional[str] = ..., payload_sha256: _Optional[str] = ..., approvals: _Optional[_Iterable[_Union[PoolApproval, _Mapping]]] = ...) -> None: ...

class ChannelOperationRequest(_message.Message):
    __slots__ = ("op_id", "kind", "params", "dry_run", "evidence")
    OP_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    op_id: str
    kind: str
    params: _struct_pb2.Struct
    dry_run: bool
    evidence: ChannelOperationEvidence
    def __init__(self, op_id: _Optional[str] = ..., kind: _Optional[str] = ..., params: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., dry_run: _Optional[bool] = ..., evidence: _Optional[_Union[ChannelOperationEvidence, _Mapping]] = ...) -> None: ...

class ChannelOperationCheck(_message.Message):
    __slots__ = ("name", "ok", "detail", "reason_code")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    ok: bool
    detail: str
    reason_code: str
    def __init__(self, name: _Optional[str] = ..., ok: _Optional[bool] = ..., detail: _Optional[str] = ..., reason_code: _Optional[str] = ...) -> None: ...

class ChannelOperationView(_message.Message):
    __slots__ = ("op_id", "node_id", "kind", "params", "state", "requested_by", "approved_by", "txid", "error", "created_at", "updated_at", "checks")
    OP_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    TXID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    op_id: str
    node_id: str
    kind: str
    params: _struct_pb2.Struct
    state: str
    requested_by: str
    approved_by: _containers.RepeatedScalarFieldContainer[str]
    txid: str
    error: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    checks: _containers.RepeatedCompositeFieldContainer[ChannelOperationCheck]
    def __init__(self, op_id: _Optional[str] = ..., node_id: _Optional[str] = ..., kind: _Optional[str] = ..., params: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., state: _Optional[str] = ..., requested_by: _Optional[str] = ..., approved_by: _Optional[_Iterable[str]] = ..., txid: _Optional[str] = ..., error: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., checks: _Optional[_Iterable[_Union[ChannelOperationCheck, _Mapping]]] = ...) -> None: ...

class ChannelOperationResponse(_message.Message):
    __slots__ = ("operation",)
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    operation: ChannelOperationView
    def __init__(self, operation: _Optional[_Union[ChannelOperationView, _Mapping]] = ...) -> None: ...

class ChannelApprovalRequest(_message.Message):
    __slots__ = ("decision", "reason")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    decision: str
    reason: str
    def __init__(self, decision: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SimInvoiceRequest(_message.Message):
    __slots__ = ("node", "amount_msats", "description", "expiry_secs")
    NODE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_SECS_FIELD_NUMBER: _ClassVar[int]
    node: str
    amount_msats: int
    description: str
    expiry_secs: int
    def __init__(self, node: _Optional[str] = ..., amount_msats: _Optional[int] = ..., description: _Optional[str] = ..., expiry_secs: _Optional[int] = ...) -> None: ...

class SimInvoiceResult(_message.Message):
    __slots__ = ("invoice", "payment_hash", "created_at_ms", "expires_at_ms")
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    invoice: str
    payment_hash: str
    created_at_ms: int
    expires_at_ms: int
    def __init__(self, invoice: _Optional[str] = ..., payment_hash: _Optional[str] = ..., created_at_ms: _Optional[int] = ..., expires_at_ms: _Optional[int] = ...) -> None: ...

class SimInvoiceResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimInvoiceResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimInvoiceResult, _Mapping]] = ...) -> None: ...

class SimPayRequest(_message.Message):
    __slots__ = ("node", "invoice", "amount_msats", "fee_limit_msats")
    NODE_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    FEE_LIMIT_MSATS_FIELD_NUMBER: _ClassVar[int]
    node: str
    invoice: str
    amount_msats: int
    fee_limit_msats: int
    def __init__(self, node: _Optional[str] = ..., invoice: _Optional[str] = ..., amount_msats: _Optional[int] = ..., fee_limit_msats: _Optional[int] = ...) -> None: ...

class SimPayResult(_message.Message):
    __slots__ = ("outcome", "code", "reason", "preimage_hex", "fee_msats", "paid_at_ms")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PREIMAGE_HEX_FIELD_NUMBER: _ClassVar[int]
    FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_MS_FIELD_NUMBER: _ClassVar[int]
    outcome: str
    code: str
    reason: str
    preimage_hex: str
    fee_msats: int
    paid_at_ms: int
    def __init__(self, outcome: _Optional[str] = ..., code: _Optional[str] = ..., reason: _Optional[str] = ..., preimage_hex: _Optional[str] = ..., fee_msats: _Optional[int] = ..., paid_at_ms: _Optional[int] = ...) -> None: ...

class SimPayResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimPayResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimPayResult, _Mapping]] = ...) -> None: ...

class SimCancelRequest(_message.Message):
    __slots__ = ("payment_hash",)
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    payment_hash: str
    def __init__(self, payment_hash: _Optional[str] = ...) -> None: ...

class SimCancelResult(_message.Message):
    __slots__ = ("canceled",)
    CANCELED_FIELD_NUMBER: _ClassVar[int]
    canceled: bool
    def __init__(self, canceled: _Optional[bool] = ...) -> None: ...

class SimCancelResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimCancelResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimCancelResult, _Mapping]] = ...) -> None: ...

class SimNodeView(_message.Message):
    __slots__ = ("name", "pubkey", "confirmed_sats", "unconfirmed_sats", "local_msats", "remote_msats", "unsettled_msats", "address")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PUBKEY_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_SATS_FIELD_NUMBER: _ClassVar[int]
    UNCONFIRMED_SATS_FIELD_NUMBER: _ClassVar[int]
    LOCAL_MSATS_FIELD_NUMBER: _ClassVar[int]
    REMOTE_MSATS_FIELD_NUMBER: _ClassVar[int]
    UNSETTLED_MSATS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    name: str
    pubkey: str
    confirmed_sats: int
    unconfirmed_sats: int
    local_msats: int
    remote_msats: int
    unsettled_msats: int
    address: str
    def __init__(self, name: _Optional[str] = ..., pubkey: _Optional[str] = ..., confirmed_sats: _Optional[int] = ..., unconfirmed_sats: _Optional[int] = ..., local_msats: _Optional[int] = ..., remote_msats: _Optional[int] = ..., unsettled_msats: _Optional[int] = ..., address: _Optional[str] = ...) -> None: ...

class SimNodesResult(_message.Message):
    __slots__ = ("nodes",)
    NODES_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[SimNodeView]
    def __init__(self, nodes: _Optional[_Iterable[_Union[SimNodeView, _Mapping]]] = ...) -> None: ...

class SimNodesResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimNodesResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimNodesResult, _Mapping]] = ...) -> None: ...

class SimNodeRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class SimChannelView(_message.Message):
    __slots__ = ("channel_point", "channel_id", "node_a", "node_b", "capacity_msats", "a_msats", "b_msats", "pending_msats", "state", "active", "memo")
    CHANNEL_POINT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_A_FIELD_NUMBER: _ClassVar[int]
    NODE_B_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_MSATS_FIELD_NUMBER: _ClassVar[int]
    A_MSATS_FIELD_NUMBER: _ClassVar[int]
    B_MSATS_FIELD_NUMBER: _ClassVar[int]
    PENDING_MSATS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    MEMO_FIELD_NUMBER: _ClassVar[int]
    channel_point: str
    channel_id: str
    node_a: str
    node_b: str
    capacity_msats: int
    a_msats: int
    b_msats: int
    pending_msats: int
    state: str
    active: bool
    memo: str
    def __init__(self, channel_point: _Optional[str] = ..., channel_id: _Optional[str] = ..., node_a: _Optional[str] = ..., node_b: _Optional[str] = ..., capacity_msats: _Optional[int] = ..., a_msats: _Optional[int] = ..., b_msats: _Optional[int] = ..., pending_msats: _Optional[int] = ..., state: _Optional[str] = ..., active: _Optional[bool] = ..., memo: _Optional[str] = ...) -> None: ...

class SimChannelsResult(_message.Message):
    __slots__ = ("channels",)
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    channels: _containers.RepeatedCompositeFieldContainer[SimChannelView]
    def __init__(self, channels: _Optional[_Iterable[_Union[SimChannelView, _Mapping]]] = ...) -> None: ...

class SimChannelsResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimChannelsResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimChannelsResult, _Mapping]] = ...) -> None: ...

class SimFundRequest(_message.Message):
    __slots__ = ("node", "amount_sats", "peer", "peer_sats")
    NODE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    PEER_FIELD_NUMBER: _ClassVar[int]
    PEER_SATS_FIELD_NUMBER: _ClassVar[int]
    node: str
    amount_sats: int
    peer: str
    peer_sats: int
    def __init__(self, node: _Optional[str] = ..., amount_sats: _Optional[int] = ..., peer: _Optional[str] = ..., peer_sats: _Optional[int] = ...) -> None: ...

class SimFundResult(_message.Message):
    __slots__ = ("txid", "channel_point")
    TXID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_POINT_FIELD_NUMBER: _ClassVar[int]
    txid: str
    channel_point: str
    def __init__(self, txid: _Optional[str] = ..., channel_point: _Optional[str] = ...) -> None: ...

class SimFundResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimFundResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimFundResult, _Mapping]] = ...) -> None: ...

class SimFault(_message.Message):
    __slots__ = ("rule_id", "effect", "value_ms", "times", "rate", "payment_hash", "host", "description_prefix", "amount_msats", "nth")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    VALUE_MS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_PREFIX_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    NTH_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    effect: str
    value_ms: int
    times: int
    rate: float
    payment_hash: str
    host: str
    description_prefix: str
    amount_msats: int
    nth: int
    def __init__(self, rule_id: _Optional[int] = ..., effect: _Optional[str] = ..., value_ms: _Optional[int] = ..., times: _Optional[int] = ..., rate: _Optional[float] = ..., payment_hash: _Optional[str] = ..., host: _Optional[str] = ..., description_prefix: _Optional[str] = ..., amount_msats: _Optional[int] = ..., nth: _Optional[int] = ...) -> None: ...

class SimFaultsResult(_message.Message):
    __slots__ = ("faults",)
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    faults: _containers.RepeatedCompositeFieldContainer[SimFault]
    def __init__(self, faults: _Optional[_Iterable[_Union[SimFault, _Mapping]]] = ...) -> None: ...

class SimFaultsResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimFaultsResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimFaultsResult, _Mapping]] = ...) -> None: ...

class SimBlocksRequest(_message.Message):
    __slots__ = ("count",)
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class SimBlocksResult(_message.Message):
    __slots__ = ("block_height",)
    BLOCK_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    block_height: int
    def __init__(self, block_height: _Optional[int] = ...) -> None: ...

class SimBlocksResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimBlocksResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimBlocksResult, _Mapping]] = ...) -> None: ...

class SimClockRequest(_message.Message):
    __slots__ = ("now_ms",)
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    now_ms: int
    def __init__(self, now_ms: _Optional[int] = ...) -> None: ...

class SimClockResult(_message.Message):
    __slots__ = ("now_ms",)
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    now_ms: int
    def __init__(self, now_ms: _Optional[int] = ...) -> None: ...

class SimClockResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimClockResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimClockResult, _Mapping]] = ...) -> None: ...

class SimResetRequest(_message.Message):
    __slots__ = ("confirm",)
    CONFIRM_FIELD_NUMBER: _ClassVar[int]
    confirm: str
    def __init__(self, confirm: _Optional[str] = ...) -> None: ...

class SimResetResult(_message.Message):
    __slots__ = ("reset",)
    RESET_FIELD_NUMBER: _ClassVar[int]
    reset: bool
    def __init__(self, reset: _Optional[bool] = ...) -> None: ...

class SimResetResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimResetResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimResetResult, _Mapping]] = ...) -> None: ...

class SimDoorChannel(_message.Message):
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

class SimDoorNode(_message.Message):
    __slots__ = ("identity_pubkey", "balance_msats", "network", "block_height", "synced", "onchain_confirmed_sats", "onchain_unconfirmed_sats", "local_msats", "remote_msats", "unsettled_msats", "channels", "pending_opening", "pending_closing", "pending_forced", "backup")
    IDENTITY_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    BALANCE_MSATS_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    BLOCK_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    SYNCED_FIELD_NUMBER: _ClassVar[int]
    ONCHAIN_CONFIRMED_SATS_FIELD_NUMBER: _ClassVar[int]
    ONCHAIN_UNCONFIRMED_SATS_FIELD_NUMBER: _ClassVar[int]
    LOCAL_MSATS_FIELD_NUMBER: _ClassVar[int]
    REMOTE_MSATS_FIELD_NUMBER: _ClassVar[int]
    UNSETTLED_MSATS_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    PENDING_OPENING_FIELD_NUMBER: _ClassVar[int]
    PENDING_CLOSING_FIELD_NUMBER: _ClassVar[int]
    PENDING_FORCED_FIELD_NUMBER: _ClassVar[int]
    BACKUP_FIELD_NUMBER: _ClassVar[int]
    identity_pubkey: str
    balance_msats: int
    network: str
    block_height: int
    synced: bool
    onchain_confirmed_sats: int
    onchain_unconfirmed_sats: int
    local_msats: int
    remote_msats: int
    unsettled_msats: int
    channels: _containers.RepeatedCompositeFieldContainer[SimDoorChannel]
    pending_opening: _containers.RepeatedScalarFieldContainer[str]
    pending_closing: _containers.RepeatedScalarFieldContainer[str]
    pending_forced: int
    backup: str
    def __init__(self, identity_pubkey: _Optional[str] = ..., balance_msats: _Optional[int] = ..., network: _Optional[str] = ..., block_height: _Optional[int] = ..., synced: _Optional[bool] = ..., onchain_confirmed_sats: _Optional[int] = ..., onchain_unconfirmed_sats: _Optional[int] = ..., local_msats: _Optional[int] = ..., remote_msats: _Optional[int] = ..., unsettled_msats: _Optional[int] = ..., channels: _Optional[_Iterable[_Union[SimDoorChannel, _Mapping]]] = ..., pending_opening: _Optional[_Iterable[str]] = ..., pending_closing: _Optional[_Iterable[str]] = ..., pending_forced: _Optional[int] = ..., backup: _Optional[str] = ...) -> None: ...

class SimDoorNodeResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimDoorNode
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimDoorNode, _Mapping]] = ...) -> None: ...

class SimDoorOpenRequest(_message.Message):
    __slots__ = ("peer_id", "amount_sats", "sat_per_vbyte", "private", "memo")
    PEER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    SAT_PER_VBYTE_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_FIELD_NUMBER: _ClassVar[int]
    MEMO_FIELD_NUMBER: _ClassVar[int]
    peer_id: str
    amount_sats: int
    sat_per_vbyte: int
    private: bool
    memo: str
    def __init__(self, peer_id: _Optional[str] = ..., amount_sats: _Optional[int] = ..., sat_per_vbyte: _Optional[int] = ..., private: _Optional[bool] = ..., memo: _Optional[str] = ...) -> None: ...

class SimDoorOpened(_message.Message):
    __slots__ = ("funding_txid", "output_index")
    FUNDING_TXID_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_INDEX_FIELD_NUMBER: _ClassVar[int]
    funding_txid: str
    output_index: int
    def __init__(self, funding_txid: _Optional[str] = ..., output_index: _Optional[int] = ...) -> None: ...

class SimDoorOpenedResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimDoorOpened
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimDoorOpened, _Mapping]] = ...) -> None: ...

class SimDoorCloseRequest(_message.Message):
    __slots__ = ("channel_point", "force", "sat_per_vbyte")
    CHANNEL_POINT_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    SAT_PER_VBYTE_FIELD_NUMBER: _ClassVar[int]
    channel_point: str
    force: bool
    sat_per_vbyte: int
    def __init__(self, channel_point: _Optional[str] = ..., force: _Optional[bool] = ..., sat_per_vbyte: _Optional[int] = ...) -> None: ...

class SimDoorClosed(_message.Message):
    __slots__ = ("txid",)
    TXID_FIELD_NUMBER: _ClassVar[int]
    txid: str
    def __init__(self, txid: _Optional[str] = ...) -> None: ...

class SimDoorClosedResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimDoorClosed
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimDoorClosed, _Mapping]] = ...) -> None: ...

class SimDoorPolicyRequest(_message.Message):
    __slots__ = ("channel_point", "base_fee_msat", "fee_rate_ppm", "time_lock_delta")
    CHANNEL_POINT_FIELD_NUMBER: _ClassVar[int]
    BASE_FEE_MSAT_FIELD_NUMBER: _ClassVar[int]
    FEE_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    TIME_LOCK_DELTA_FIELD_NUMBER: _ClassVar[int]
    channel_point: str
    base_fee_msat: int
    fee_rate_ppm: int
    time_lock_delta: int
    def __init__(self, channel_point: _Optional[str] = ..., base_fee_msat: _Optional[int] = ..., fee_rate_ppm: _Optional[int] = ..., time_lock_delta: _Optional[int] = ...) -> None: ...

class SimDoorConnectRequest(_message.Message):
    __slots__ = ("peer_id", "host")
    PEER_ID_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    peer_id: str
    host: str
    def __init__(self, peer_id: _Optional[str] = ..., host: _Optional[str] = ...) -> None: ...

class SimDoorDone(_message.Message):
    __slots__ = ("done",)
    DONE_FIELD_NUMBER: _ClassVar[int]
    done: bool
    def __init__(self, done: _Optional[bool] = ...) -> None: ...

class SimDoorDoneResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimDoorDone
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimDoorDone, _Mapping]] = ...) -> None: ...

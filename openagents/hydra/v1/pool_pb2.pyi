import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.hydra.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PoolKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POOL_KIND_UNSPECIFIED: _ClassVar[PoolKind]
    POOL_KIND_LLP: _ClassVar[PoolKind]

class PoolPartitionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POOL_PARTITION_KIND_UNSPECIFIED: _ClassVar[PoolPartitionKind]
    POOL_PARTITION_KIND_LLP: _ClassVar[PoolPartitionKind]
    POOL_PARTITION_KIND_CEP: _ClassVar[PoolPartitionKind]
    POOL_PARTITION_KIND_RRP: _ClassVar[PoolPartitionKind]

class PoolStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POOL_STATUS_UNSPECIFIED: _ClassVar[PoolStatus]
    POOL_STATUS_ACTIVE: _ClassVar[PoolStatus]
    POOL_STATUS_PAUSED: _ClassVar[PoolStatus]
    POOL_STATUS_DISABLED: _ClassVar[PoolStatus]

class DepositRail(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEPOSIT_RAIL_UNSPECIFIED: _ClassVar[DepositRail]
    DEPOSIT_RAIL_LIGHTNING_INVOICE: _ClassVar[DepositRail]
    DEPOSIT_RAIL_ONCHAIN_ADDRESS: _ClassVar[DepositRail]

class DepositStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEPOSIT_STATUS_UNSPECIFIED: _ClassVar[DepositStatus]
    DEPOSIT_STATUS_QUOTED: _ClassVar[DepositStatus]
    DEPOSIT_STATUS_PENDING: _ClassVar[DepositStatus]
    DEPOSIT_STATUS_CONFIRMED: _ClassVar[DepositStatus]
    DEPOSIT_STATUS_EXPIRED: _ClassVar[DepositStatus]
    DEPOSIT_STATUS_FAILED: _ClassVar[DepositStatus]

class WithdrawalRail(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WITHDRAWAL_RAIL_UNSPECIFIED: _ClassVar[WithdrawalRail]
    WITHDRAWAL_RAIL_LIGHTNING: _ClassVar[WithdrawalRail]
    WITHDRAWAL_RAIL_ONCHAIN: _ClassVar[WithdrawalRail]

class WithdrawalStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WITHDRAWAL_STATUS_UNSPECIFIED: _ClassVar[WithdrawalStatus]
    WITHDRAWAL_STATUS_REQUESTED: _ClassVar[WithdrawalStatus]
    WITHDRAWAL_STATUS_QUEUED: _ClassVar[WithdrawalStatus]
    WITHDRAWAL_STATUS_APPROVED: _ClassVar[WithdrawalStatus]
    WITHDRAWAL_STATUS_PAID: _ClassVar[WithdrawalStatus]
    WITHDRAWAL_STATUS_FAILED: _ClassVar[WithdrawalStatus]
    WITHDRAWAL_STATUS_CANCELED: _ClassVar[WithdrawalStatus]
    WITHDRAWAL_STATUS_PAYING: _ClassVar[WithdrawalStatus]

class WithdrawThrottleMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WITHDRAW_THROTTLE_MODE_UNSPECIFIED: _ClassVar[WithdrawThrottleMode]
    WITHDRAW_THROTTLE_MODE_NORMAL: _ClassVar[WithdrawThrottleMode]
    WITHDRAW_THROTTLE_MODE_STRESSED: _ClassVar[WithdrawThrottleMode]
    WITHDRAW_THROTTLE_MODE_HALTED: _ClassVar[WithdrawThrottleMode]

class TreasuryActionClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TREASURY_ACTION_CLASS_UNSPECIFIED: _ClassVar[TreasuryActionClass]
    TREASURY_ACTION_CLASS_INVOICE_PAY_SMALL: _ClassVar[TreasuryActionClass]
    TREASURY_ACTION_CLASS_INVOICE_PAY_LARGE: _ClassVar[TreasuryActionClass]
    TREASURY_ACTION_CLASS_OPEN_CHANNEL: _ClassVar[TreasuryActionClass]
    TREASURY_ACTION_CLASS_CLOSE_CHANNEL: _ClassVar[TreasuryActionClass]
    TREASURY_ACTION_CLASS_ONCHAIN_WITHDRAWAL_BATCH: _ClassVar[TreasuryActionClass]
    TREASURY_ACTION_CLASS_SIGNER_SET_CHANGE: _ClassVar[TreasuryActionClass]
POOL_KIND_UNSPECIFIED: PoolKind
POOL_KIND_LLP: PoolKind
POOL_PARTITION_KIND_UNSPECIFIED: PoolPartitionKind
POOL_PARTITION_KIND_LLP: PoolPartitionKind
POOL_PARTITION_KIND_CEP: PoolPartitionKind
POOL_PARTITION_KIND_RRP: PoolPartitionKind
POOL_STATUS_UNSPECIFIED: PoolStatus
POOL_STATUS_ACTIVE: PoolStatus
POOL_STATUS_PAUSED: PoolStatus
POOL_STATUS_DISABLED: PoolStatus
DEPOSIT_RAIL_UNSPECIFIED: DepositRail
DEPOSIT_RAIL_LIGHTNING_INVOICE: DepositRail
DEPOSIT_RAIL_ONCHAIN_ADDRESS: DepositRail
DEPOSIT_STATUS_UNSPECIFIED: DepositStatus
DEPOSIT_STATUS_QUOTED: DepositStatus
DEPOSIT_STATUS_PENDING: DepositStatus
DEPOSIT_STATUS_CONFIRMED: DepositStatus
DEPOSIT_STATUS_EXPIRED: DepositStatus
DEPOSIT_STATUS_FAILED: DepositStatus
WITHDRAWAL_RAIL_UNSPECIFIED: WithdrawalRail
WITHDRAWAL_RAIL_LIGHTNING: WithdrawalRail
WITHDRAWAL_RAIL_ONCHAIN: WithdrawalRail
WITHDRAWAL_STATUS_UNSPECIFIED: WithdrawalStatus
WITHDRAWAL_STATUS_REQUESTED: WithdrawalStatus
WITHDRAWAL_STATUS_QUEUED: WithdrawalStatus
WITHDRAWAL_STATUS_APPROVED: WithdrawalStatus
WITHDRAWAL_STATUS_PAID: WithdrawalStatus
WITHDRAWAL_STATUS_FAILED: WithdrawalStatus
WITHDRAWAL_STATUS_CANCELED: WithdrawalStatus
WITHDRAWAL_STATUS_PAYING: WithdrawalStatus
WITHDRAW_THROTTLE_MODE_UNSPECIFIED: WithdrawThrottleMode
WITHDRAW_THROTTLE_MODE_NORMAL: WithdrawThrottleMode
WITHDRAW_THROTTLE_MODE_STRESSED: WithdrawThrottleMode
WITHDRAW_THROTTLE_MODE_HALTED: WithdrawThrottleMode
TREASURY_ACTION_CLASS_UNSPECIFIED: TreasuryActionClass
TREASURY_ACTION_CLASS_INVOICE_PAY_SMALL: TreasuryActionClass
TREASURY_ACTION_CLASS_INVOICE_PAY_LARGE: TreasuryActionClass
TREASURY_ACTION_CLASS_OPEN_CHANNEL: TreasuryActionClass
TREASURY_ACTION_CLASS_CLOSE_CHANNEL: TreasuryActionClass
TREASURY_ACTION_CLASS_ONCHAIN_WITHDRAWAL_BATCH: TreasuryActionClass
TREASURY_ACTION_CLASS_SIGNER_SET_CHANGE: TreasuryActionClass

class PoolCreateRequestV1(_message.Message):
    __slots__ = ("schema", "operator_id", "pool_kind", "status", "config")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_KIND_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    schema: str
    operator_id: str
    pool_kind: str
    status: str
    config: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., operator_id: _Optional[str] = ..., pool_kind: _Optional[str] = ..., status: _Optional[str] = ..., config: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class PoolRowV1(_message.Message):
    __slots__ = ("pool_id", "pool_kind", "operator_id", "status", "config", "created_at")
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_KIND_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    pool_id: str
    pool_kind: str
    operator_id: str
    status: str
    config: _struct_pb2.Struct
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, pool_id: _Optional[str] = ..., pool_kind: _Optional[str] = ..., operator_id: _Optional[str] = ..., status: _Optional[str] = ..., config: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoolCreateResponseV1(_message.Message):
    __slots__ = ("schema", "pool")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    schema: str
    pool: PoolRowV1
    def __init__(self, schema: _Optional[str] = ..., pool: _Optional[_Union[PoolRowV1, _Mapping]] = ...) -> None: ...

class DepositQuoteRequestV1(_message.Message):
    __slots__ = ("schema", "lp_id", "idempotency_key", "partition_kind", "rail", "amount_sats", "description", "expiry_secs")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    LP_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_SECS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    lp_id: str
    idempotency_key: str
    partition_kind: str
    rail: str
    amount_sats: int
    description: str
    expiry_secs: int
    def __init__(self, schema: _Optional[str] = ..., lp_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., partition_kind: _Optional[str] = ..., rail: _Optional[str] = ..., amount_sats: _Optional[int] = ..., description: _Optional[str] = ..., expiry_secs: _Optional[int] = ...) -> None: ...

class DepositRowV1(_message.Message):
    __slots__ = ("deposit_id", "pool_id", "partition_kind", "lp_id", "rail", "amount_sats", "share_price_sats", "shares_minted", "status", "idempotency_key", "invoice_bolt11", "invoice_hash", "deposit_address", "created_at", "confirmed_at", "share_price_msats")
    DEPOSIT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    LP_ID_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    SHARE_PRICE_SATS_FIELD_NUMBER: _ClassVar[int]
    SHARES_MINTED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    INVOICE_BOLT11_FIELD_NUMBER: _ClassVar[int]
    INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_AT_FIELD_NUMBER: _ClassVar[int]
    SHARE_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    deposit_id: str
    pool_id: str
    partition_kind: str
    lp_id: str
    rail: str
    amount_sats: int
    share_price_sats: int
    shares_minted: int
    status: str
    idempotency_key: str
    invoice_bolt11: str
    invoice_hash: str
    deposit_address: str
    created_at: _timestamp_pb2.Timestamp
    confirmed_at: _timestamp_pb2.Timestamp
    share_price_msats: int
    def __init__(self, deposit_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., partition_kind: _Optional[str] = ..., lp_id: _Optional[str] = ..., rail: _Optional[str] = ..., amount_sats: _Optional[int] = ..., share_price_sats: _Optional[int] = ..., shares_minted: _Optional[int] = ..., status: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., invoice_bolt11: _Optional[str] = ..., invoice_hash: _Optional[str] = ..., deposit_address: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., confirmed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., share_price_msats: _Optional[int] = ...) -> None: ...

class DepositReceiptV1(_message.Message):
    __slots__ = ("schema", "receipt_id", "pool_id", "lp_id", "deposit_id", "partition_kind", "rail", "amount_sats", "share_price_sats", "shares_minted", "invoice_hash", "deposit_address", "created_at", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    LP_ID_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    SHARE_PRICE_SATS_FIELD_NUMBER: _ClassVar[int]
    SHARES_MINTED_FIELD_NUMBER: _ClassVar[int]
    INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipt_id: str
    pool_id: str
    lp_id: str
    deposit_id: str
    partition_kind: str
    rail: str
    amount_sats: int
    share_price_sats: int
    shares_minted: int
    invoice_hash: str
    deposit_address: str
    created_at: _timestamp_pb2.Timestamp
    canonical_json_sha256: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., lp_id: _Optional[str] = ..., deposit_id: _Optional[str] = ..., partition_kind: _Optional[str] = ..., rail: _Optional[str] = ..., amount_sats: _Optional[int] = ..., share_price_sats: _Optional[int] = ..., shares_minted: _Optional[int] = ..., invoice_hash: _Optional[str] = ..., deposit_address: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class DepositQuoteResponseV1(_message.Message):
    __slots__ = ("schema", "deposit", "receipt")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    deposit: DepositRowV1
    receipt: DepositReceiptV1
    def __init__(self, schema: _Optional[str] = ..., deposit: _Optional[_Union[DepositRowV1, _Mapping]] = ..., receipt: _Optional[_Union[DepositReceiptV1, _Mapping]] = ...) -> None: ...

class ConfirmDepositResponseV1(_message.Message):
    __slots__ = ("schema", "deposit", "shares_minted", "receipt")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_FIELD_NUMBER: _ClassVar[int]
    SHARES_MINTED_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    deposit: DepositRowV1
    shares_minted: bool
    receipt: DepositReceiptV1
    def __init__(self, schema: _Optional[str] = ..., deposit: _Optional[_Union[DepositRowV1, _Mapping]] = ..., shares_minted: _Optional[bool] = ..., receipt: _Optional[_Union[DepositReceiptV1, _Mapping]] = ...) -> None: ...

class WithdrawRequestV1(_message.Message):
    __slots__ = ("schema", "lp_id", "idempotency_key", "partition_kind", "shares_burned", "rail_preference", "payout_invoice_bolt11", "payout_address")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    LP_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    SHARES_BURNED_FIELD_NUMBER: _ClassVar[int]
    RAIL_PREFERENCE_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_INVOICE_BOLT11_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    lp_id: str
    idempotency_key: str
    partition_kind: str
    shares_burned: int
    rail_preference: str
    payout_invoice_bolt11: str
    payout_address: str
    def __init__(self, schema: _Optional[str] = ..., lp_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., partition_kind: _Optional[str] = ..., shares_burned: _Optional[int] = ..., rail_preference: _Optional[str] = ..., payout_invoice_bolt11: _Optional[str] = ..., payout_address: _Optional[str] = ...) -> None: ...

class WithdrawalRowV1(_message.Message):
    __slots__ = ("withdrawal_id", "pool_id", "partition_kind", "lp_id", "shares_burned", "amount_sats_estimate", "rail_preference", "status", "idempotency_key", "earliest_settlement_at", "payout_invoice_bolt11", "payout_invoice_hash", "payout_address", "wallet_receipt_sha256", "created_at", "paid_at")
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    LP_ID_FIELD_NUMBER: _ClassVar[int]
    SHARES_BURNED_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    RAIL_PREFERENCE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    EARLIEST_SETTLEMENT_AT_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_INVOICE_BOLT11_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    withdrawal_id: str
    pool_id: str
    partition_kind: str
    lp_id: str
    shares_burned: int
    amount_sats_estimate: int
    rail_preference: str
    status: str
    idempotency_key: str
    earliest_settlement_at: _timestamp_pb2.Timestamp
    payout_invoice_bolt11: str
    payout_invoice_hash: str
    payout_address: str
    wallet_receipt_sha256: str
    created_at: _timestamp_pb2.Timestamp
    paid_at: _timestamp_pb2.Timestamp
    def __init__(self, withdrawal_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., partition_kind: _Optional[str] = ..., lp_id: _Optional[str] = ..., shares_burned: _Optional[int] = ..., amount_sats_estimate: _Optional[int] = ..., rail_preference: _Optional[str] = ..., status: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., earliest_settlement_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., payout_invoice_bolt11: _Optional[str] = ..., payout_invoice_hash: _Optional[str] = ..., payout_address: _Optional[str] = ..., wallet_receipt_sha256: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WithdrawRequestReceiptV1(_message.Message):
    __slots__ = ("schema", "receipt_id", "pool_id", "lp_id", "withdrawal_id", "partition_kind", "shares_burned", "amount_sats_estimate", "rail_preference", "earliest_settlement_at", "created_at", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    LP_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    SHARES_BURNED_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    RAIL_PREFERENCE_FIELD_NUMBER: _ClassVar[int]
    EARLIEST_SETTLEMENT_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipt_id: str
    pool_id: str
    lp_id: str
    withdrawal_id: str
    partition_kind: str
    shares_burned: int
    amount_sats_estimate: int
    rail_preference: str
    earliest_settlement_at: _timestamp_pb2.Timestamp
    created_at: _timestamp_pb2.Timestamp
    canonical_json_sha256: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., lp_id: _Optional[str] = ..., withdrawal_id: _Optional[str] = ..., partition_kind: _Optional[str] = ..., shares_burned: _Optional[int] = ..., amount_sats_estimate: _Optional[int] = ..., rail_preference: _Optional[str] = ..., earliest_settlement_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class WithdrawSettlementReceiptV1(_message.Message):
    __slots__ = ("schema", "receipt_id", "pool_id", "lp_id", "withdrawal_id", "partition_kind", "amount_sats", "rail", "payout_invoice_hash", "payout_address", "wallet_receipt_sha256", "payout_payment_id", "payout_txid", "paid_at", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    LP_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_TXID_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipt_id: str
    pool_id: str
    lp_id: str
    withdrawal_id: str
    partition_kind: str
    amount_sats: int
    rail: str
    payout_invoice_hash: str
    payout_address: str
    wallet_receipt_sha256: str
    payout_payment_id: str
    payout_txid: str
    paid_at: _timestamp_pb2.Timestamp
    canonical_json_sha256: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., lp_id: _Optional[str] = ..., withdrawal_id: _Optional[str] = ..., partition_kind: _Optional[str] = ..., amount_sats: _Optional[int] = ..., rail: _Optional[str] = ..., payout_invoice_hash: _Optional[str] = ..., payout_address: _Optional[str] = ..., wallet_receipt_sha256: _Optional[str] = ..., payout_payment_id: _Optional[str] = ..., payout_txid: _Optional[str] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class WithdrawThrottleReceiptV1(_message.Message):
    __slots__ = ("schema", "receipt_id", "pool_id", "withdrawal_id", "action", "mode", "extra_delay_hours", "reasons", "execution_cap_per_tick", "created_at", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    EXTRA_DELAY_HOURS_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_CAP_PER_TICK_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipt_id: str
    pool_id: str
    withdrawal_id: str
    action: str
    mode: str
    extra_delay_hours: int
    reasons: _containers.RepeatedScalarFieldContainer[str]
    execution_cap_per_tick: int
    created_at: _timestamp_pb2.Timestamp
    canonical_json_sha256: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., withdrawal_id: _Optional[str] = ..., action: _Optional[str] = ..., mode: _Optional[str] = ..., extra_delay_hours: _Optional[int] = ..., reasons: _Optional[_Iterable[str]] = ..., execution_cap_per_tick: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class WithdrawResponseV1(_message.Message):
    __slots__ = ("schema", "withdrawal", "receipt", "withdraw_throttle")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_THROTTLE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    withdrawal: WithdrawalRowV1
    receipt: WithdrawRequestReceiptV1
    withdraw_throttle: WithdrawThrottleStatusV1
    def __init__(self, schema: _Optional[str] = ..., withdrawal: _Optional[_Union[WithdrawalRowV1, _Mapping]] = ..., receipt: _Optional[_Union[WithdrawRequestReceiptV1, _Mapping]] = ..., withdraw_throttle: _Optional[_Union[WithdrawThrottleStatusV1, _Mapping]] = ...) -> None: ...

class WithdrawThrottleStatusV1(_message.Message):
    __slots__ = ("schema", "pool_id", "lp_mode_enabled", "mode", "reasons", "liabilities_pressure_bps", "pending_withdrawals_sats_estimate", "cep_reserved_commitments_sats", "channel_connected_ratio_bps", "channel_outbound_coverage_bps", "extra_delay_hours", "execution_cap_per_tick", "generated_at")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    LP_MODE_ENABLED_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    LIABILITIES_PRESSURE_BPS_FIELD_NUMBER: _ClassVar[int]
    PENDING_WITHDRAWALS_SATS_ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    CEP_RESERVED_COMMITMENTS_SATS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CONNECTED_RATIO_BPS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_OUTBOUND_COVERAGE_BPS_FIELD_NUMBER: _ClassVar[int]
    EXTRA_DELAY_HOURS_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_CAP_PER_TICK_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    pool_id: str
    lp_mode_enabled: bool
    mode: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    liabilities_pressure_bps: int
    pending_withdrawals_sats_estimate: int
    cep_reserved_commitments_sats: int
    channel_connected_ratio_bps: int
    channel_outbound_coverage_bps: int
    extra_delay_hours: int
    execution_cap_per_tick: int
    generated_at: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., pool_id: _Optional[str] = ..., lp_mode_enabled: _Optional[bool] = ..., mode: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., liabilities_pressure_bps: _Optional[int] = ..., pending_withdrawals_sats_estimate: _Optional[int] = ..., cep_reserved_commitments_sats: _Optional[int] = ..., channel_connected_ratio_bps: _Optional[int] = ..., channel_outbound_coverage_bps: _Optional[int] = ..., extra_delay_hours: _Optional[int] = ..., execution_cap_per_tick: _Optional[int] = ..., generated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoolPartitionStatusV1(_message.Message):
    __slots__ = ("partition_kind", "assets_sats_estimate", "liabilities_sats_estimate", "share_price_sats", "total_shares", "pending_withdrawals_sats_estimate", "share_price_msats")
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    ASSETS_SATS_ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    LIABILITIES_SATS_ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    SHARE_PRICE_SATS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SHARES_FIELD_NUMBER: _ClassVar[int]
    PENDING_WITHDRAWALS_SATS_ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    SHARE_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    partition_kind: str
    assets_sats_estimate: int
    liabilities_sats_estimate: int
    share_price_sats: int
    total_shares: int
    pending_withdrawals_sats_estimate: int
    share_price_msats: int
    def __init__(self, partition_kind: _Optional[str] = ..., assets_sats_estimate: _Optional[int] = ..., liabilities_sats_estimate: _Optional[int] = ..., share_price_sats: _Optional[int] = ..., total_shares: _Optional[int] = ..., pending_withdrawals_sats_estimate: _Optional[int] = ..., share_price_msats: _Optional[int] = ...) -> None: ...

class PoolStatusResponseV1(_message.Message):
    __slots__ = ("schema", "pool", "share_price_sats", "total_shares", "pending_withdrawals_sats_estimate", "partitions", "withdraw_throttle", "updated_at")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    SHARE_PRICE_SATS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SHARES_FIELD_NUMBER: _ClassVar[int]
    PENDING_WITHDRAWALS_SATS_ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_THROTTLE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    pool: PoolRowV1
    share_price_sats: int
    total_shares: int
    pending_withdrawals_sats_estimate: int
    partitions: _containers.RepeatedCompositeFieldContainer[PoolPartitionStatusV1]
    withdraw_throttle: WithdrawThrottleStatusV1
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., pool: _Optional[_Union[PoolRowV1, _Mapping]] = ..., share_price_sats: _Optional[int] = ..., total_shares: _Optional[int] = ..., pending_withdrawals_sats_estimate: _Optional[int] = ..., partitions: _Optional[_Iterable[_Union[PoolPartitionStatusV1, _Mapping]]] = ..., withdraw_throttle: _Optional[_Union[WithdrawThrottleStatusV1, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoolSnapshotRowV1(_message.Message):
    __slots__ = ("snapshot_id", "pool_id", "partition_kind", "as_of", "assets_json", "liabilities_json", "share_price_sats", "canonical_json_sha256", "signature_json", "created_at")
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    ASSETS_JSON_FIELD_NUMBER: _ClassVar[int]
    LIABILITIES_JSON_FIELD_NUMBER: _ClassVar[int]
    SHARE_PRICE_SATS_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_JSON_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    snapshot_id: str
    pool_id: str
    partition_kind: str
    as_of: _timestamp_pb2.Timestamp
    assets_json: _struct_pb2.Struct
    liabilities_json: _struct_pb2.Struct
    share_price_sats: int
    canonical_json_sha256: str
    signature_json: _struct_pb2.Struct
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, snapshot_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., partition_kind: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., assets_json: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., liabilities_json: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., share_price_sats: _Optional[int] = ..., canonical_json_sha256: _Optional[str] = ..., signature_json: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoolSnapshotReceiptV1(_message.Message):
    __slots__ = ("schema", "receipt_id", "pool_id", "snapshot_id", "partition_kind", "as_of", "assets_json_sha256", "liabilities_json_sha256", "share_price_sats", "created_at", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTITION_KIND_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    ASSETS_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    LIABILITIES_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SHARE_PRICE_SATS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipt_id: str
    pool_id: str
    snapshot_id: str
    partition_kind: str
    as_of: _timestamp_pb2.Timestamp
    assets_json_sha256: str
    liabilities_json_sha256: str
    share_price_sats: int
    created_at: _timestamp_pb2.Timestamp
    canonical_json_sha256: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., snapshot_id: _Optional[str] = ..., partition_kind: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., assets_json_sha256: _Optional[str] = ..., liabilities_json_sha256: _Optional[str] = ..., share_price_sats: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class PoolSnapshotResponseV1(_message.Message):
    __slots__ = ("schema", "snapshot", "receipt")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    snapshot: PoolSnapshotRowV1
    receipt: PoolSnapshotReceiptV1
    def __init__(self, schema: _Optional[str] = ..., snapshot: _Optional[_Union[PoolSnapshotRowV1, _Mapping]] = ..., receipt: _Optional[_Union[PoolSnapshotReceiptV1, _Mapping]] = ...) -> None: ...

class PoolSignerV1(_message.Message):
    __slots__ = ("pubkey", "label")
    PUBKEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    pubkey: str
    label: str
    def __init__(self, pubkey: _Optional[str] = ..., label: _Optional[str] = ...) -> None: ...

class PoolSignerActionPolicyV1(_message.Message):
    __slots__ = ("action_class", "single_signer_max_sats", "required_signatures")
    ACTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    SINGLE_SIGNER_MAX_SATS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    action_class: str
    single_signer_max_sats: int
    required_signatures: int
    def __init__(self, action_class: _Optional[str] = ..., single_signer_max_sats: _Optional[int] = ..., required_signatures: _Optional[int] = ...) -> None: ...

class PoolSignerPolicyV1(_message.Message):
    __slots__ = ("schema", "actions")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    actions: _containers.RepeatedCompositeFieldContainer[PoolSignerActionPolicyV1]
    def __init__(self, schema: _Optional[str] = ..., actions: _Optional[_Iterable[_Union[PoolSignerActionPolicyV1, _Mapping]]] = ...) -> None: ...

class PoolSignerSetUpsertRequestV1(_message.Message):
    __slots__ = ("schema", "threshold", "signers", "policy")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    SIGNERS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    threshold: int
    signers: _containers.RepeatedCompositeFieldContainer[PoolSignerV1]
    policy: PoolSignerPolicyV1
    def __init__(self, schema: _Optional[str] = ..., threshold: _Optional[int] = ..., signers: _Optional[_Iterable[_Union[PoolSignerV1, _Mapping]]] = ..., policy: _Optional[_Union[PoolSignerPolicyV1, _Mapping]] = ...) -> None: ...

class PoolSignerSetRowV1(_message.Message):
    __slots__ = ("pool_id", "schema", "threshold", "signers", "policy", "canonical_json_sha256", "created_at", "updated_at")
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    SIGNERS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    pool_id: str
    schema: str
    threshold: int
    signers: _containers.RepeatedCompositeFieldContainer[PoolSignerV1]
    policy: PoolSignerPolicyV1
    canonical_json_sha256: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, pool_id: _Optional[str] = ..., schema: _Optional[str] = ..., threshold: _Optional[int] = ..., signers: _Optional[_Iterable[_Union[PoolSignerV1, _Mapping]]] = ..., policy: _Optional[_Union[PoolSignerPolicyV1, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoolSignerSetResponseV1(_message.Message):
    __slots__ = ("schema", "signer_set")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SIGNER_SET_FIELD_NUMBER: _ClassVar[int]
    schema: str
    signer_set: PoolSignerSetRowV1
    def __init__(self, schema: _Optional[str] = ..., signer_set: _Optional[_Union[PoolSignerSetRowV1, _Mapping]] = ...) -> None: ...

class PoolTreasuryOpenChannelRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "peer_id", "amount_sats")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PEER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    peer_id: str
    amount_sats: int
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., peer_id: _Optional[str] = ..., amount_sats: _Optional[int] = ...) -> None: ...

class PoolTreasuryCloseChannelRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "channel_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    channel_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., channel_id: _Optional[str] = ...) -> None: ...

class PoolSigningRequestRowV1(_message.Message):
    __slots__ = ("request_id", "pool_id", "action_class", "idempotency_key", "payload_json", "payload_sha256", "required_signatures", "status", "execution_result_json", "created_at", "executed_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_JSON_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_SHA256_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_RESULT_JSON_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pool_id: str
    action_class: str
    idempotency_key: str
    payload_json: _struct_pb2.Struct
    payload_sha256: str
    required_signatures: int
    status: str
    execution_result_json: _struct_pb2.Struct
    created_at: _timestamp_pb2.Timestamp
    executed_at: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., action_class: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., payload_json: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., payload_sha256: _Optional[str] = ..., required_signatures: _Optional[int] = ..., status: _Optional[str] = ..., execution_result_json: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., executed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoolSigningApprovalRowV1(_message.Message):
    __slots__ = ("approval_id", "request_id", "signer_pubkey", "signature", "created_at")
    APPROVAL_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SIGNER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    approval_id: str
    request_id: str
    signer_pubkey: str
    signature: _common_pb2.ReceiptSignatureV1
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, approval_id: _Optional[str] = ..., request_id: _Optional[str] = ..., signer_pubkey: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoolSigningRequestResponseV1(_message.Message):
    __slots__ = ("schema", "request", "approvals")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    request: PoolSigningRequestRowV1
    approvals: _containers.RepeatedCompositeFieldContainer[PoolSigningApprovalRowV1]
    def __init__(self, schema: _Optional[str] = ..., request: _Optional[_Union[PoolSigningRequestRowV1, _Mapping]] = ..., approvals: _Optional[_Iterable[_Union[PoolSigningApprovalRowV1, _Mapping]]] = ...) -> None: ...

class PoolSigningRequestListResponseV1(_message.Message):
    __slots__ = ("schema", "requests")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    requests: _containers.RepeatedCompositeFieldContainer[PoolSigningRequestRowV1]
    def __init__(self, schema: _Optional[str] = ..., requests: _Optional[_Iterable[_Union[PoolSigningRequestRowV1, _Mapping]]] = ...) -> None: ...

class PoolSigningApprovalSubmitRequestV1(_message.Message):
    __slots__ = ("schema", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class PoolTreasuryActionReceiptV1(_message.Message):
    __slots__ = ("schema", "receipt_id", "pool_id", "signing_request_id", "action_class", "payload_sha256", "approvals", "execution_result_json", "executed_at", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    SIGNING_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_SHA256_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_RESULT_JSON_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_AT_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipt_id: str
    pool_id: str
    signing_request_id: str
    action_class: str
    payload_sha256: str
    approvals: _containers.RepeatedCompositeFieldContainer[_common_pb2.ReceiptSignatureV1]
    execution_result_json: _struct_pb2.Struct
    executed_at: _timestamp_pb2.Timestamp
    canonical_json_sha256: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., signing_request_id: _Optional[str] = ..., action_class: _Optional[str] = ..., payload_sha256: _Optional[str] = ..., approvals: _Optional[_Iterable[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]]] = ..., execution_result_json: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., executed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class PoolSigningRequestExecuteResponseV1(_message.Message):
    __slots__ = ("schema", "request", "receipt")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    request: PoolSigningRequestRowV1
    receipt: PoolTreasuryActionReceiptV1
    def __init__(self, schema: _Optional[str] = ..., request: _Optional[_Union[PoolSigningRequestRowV1, _Mapping]] = ..., receipt: _Optional[_Union[PoolTreasuryActionReceiptV1, _Mapping]] = ...) -> None: ...

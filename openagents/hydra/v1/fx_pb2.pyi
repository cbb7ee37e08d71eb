from google.protobuf import struct_pb2 as _struct_pb2
from openagents.hydra.v1 import common_pb2 as _common_pb2
from openagents.lightning.v1 import wallet_executor_pb2 as _wallet_executor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HydraFxErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HYDRA_FX_ERROR_CODE_UNSPECIFIED: _ClassVar[HydraFxErrorCode]
    HYDRA_FX_ERROR_CODE_INVALID_REQUEST: _ClassVar[HydraFxErrorCode]
    HYDRA_FX_ERROR_CODE_NOT_FOUND: _ClassVar[HydraFxErrorCode]
    HYDRA_FX_ERROR_CODE_CONFLICT: _ClassVar[HydraFxErrorCode]
    HYDRA_FX_ERROR_CODE_POLICY_DENIED: _ClassVar[HydraFxErrorCode]
    HYDRA_FX_ERROR_CODE_DEPENDENCY_UNAVAILABLE: _ClassVar[HydraFxErrorCode]
    HYDRA_FX_ERROR_CODE_INTERNAL_ERROR: _ClassVar[HydraFxErrorCode]

class FxQuoteStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FX_QUOTE_STATUS_UNSPECIFIED: _ClassVar[FxQuoteStatus]
    FX_QUOTE_STATUS_ACTIVE: _ClassVar[FxQuoteStatus]
    FX_QUOTE_STATUS_EXPIRED: _ClassVar[FxQuoteStatus]
    FX_QUOTE_STATUS_WITHDRAWN: _ClassVar[FxQuoteStatus]
    FX_QUOTE_STATUS_SELECTED: _ClassVar[FxQuoteStatus]

class FxSettlementStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FX_SETTLEMENT_STATUS_UNSPECIFIED: _ClassVar[FxSettlementStatus]
    FX_SETTLEMENT_STATUS_RELEASED: _ClassVar[FxSettlementStatus]
    FX_SETTLEMENT_STATUS_WITHHELD: _ClassVar[FxSettlementStatus]
    FX_SETTLEMENT_STATUS_FAILED: _ClassVar[FxSettlementStatus]
    FX_SETTLEMENT_STATUS_PENDING: _ClassVar[FxSettlementStatus]
HYDRA_FX_ERROR_CODE_UNSPECIFIED: HydraFxErrorCode
HYDRA_FX_ERROR_CODE_INVALID_REQUEST: HydraFxErrorCode
HYDRA_FX_ERROR_CODE_NOT_FOUND: HydraFxErrorCode
HYDRA_FX_ERROR_CODE_CONFLICT: HydraFxErrorCode
HYDRA_FX_ERROR_CODE_POLICY_DENIED: HydraFxErrorCode
HYDRA_FX_ERROR_CODE_DEPENDENCY_UNAVAILABLE: HydraFxErrorCode
HYDRA_FX_ERROR_CODE_INTERNAL_ERROR: HydraFxErrorCode
FX_QUOTE_STATUS_UNSPECIFIED: FxQuoteStatus
FX_QUOTE_STATUS_ACTIVE: FxQuoteStatus
FX_QUOTE_STATUS_EXPIRED: FxQuoteStatus
FX_QUOTE_STATUS_WITHDRAWN: FxQuoteStatus
FX_QUOTE_STATUS_SELECTED: FxQuoteStatus
FX_SETTLEMENT_STATUS_UNSPECIFIED: FxSettlementStatus
FX_SETTLEMENT_STATUS_RELEASED: FxSettlementStatus
FX_SETTLEMENT_STATUS_WITHHELD: FxSettlementStatus
FX_SETTLEMENT_STATUS_FAILED: FxSettlementStatus
FX_SETTLEMENT_STATUS_PENDING: FxSettlementStatus

class HydraFxError(_message.Message):
    __slots__ = ("code", "message", "retryable", "details")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    code: HydraFxErrorCode
    message: str
    retryable: bool
    details: _struct_pb2.Struct
    def __init__(self, code: _Optional[_Union[HydraFxErrorCode, str]] = ..., message: _Optional[str] = ..., retryable: _Optional[bool] = ..., details: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class FxMoneyV1(_message.Message):
    __slots__ = ("asset", "amount", "unit")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    asset: str
    amount: int
    unit: str
    def __init__(self, asset: _Optional[str] = ..., amount: _Optional[int] = ..., unit: _Optional[str] = ...) -> None: ...

class FxRfqRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "requester_id", "budget_scope_id", "sell", "buy_asset", "min_buy_amount", "max_spread_bps", "max_fee_bps", "max_latency_ms", "quote_ttl_seconds", "policy_context")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_ID_FIELD_NUMBER: _ClassVar[int]
    BUDGET_SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    SELL_FIELD_NUMBER: _ClassVar[int]
    BUY_ASSET_FIELD_NUMBER: _ClassVar[int]
    MIN_BUY_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    MAX_SPREAD_BPS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    MAX_LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    requester_id: str
    budget_scope_id: str
    sell: FxMoneyV1
    buy_asset: str
    min_buy_amount: int
    max_spread_bps: int
    max_fee_bps: int
    max_latency_ms: int
    quote_ttl_seconds: int
    policy_context: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., requester_id: _Optional[str] = ..., budget_scope_id: _Optional[str] = ..., sell: _Optional[_Union[FxMoneyV1, _Mapping]] = ..., buy_asset: _Optional[str] = ..., min_buy_amount: _Optional[int] = ..., max_spread_bps: _Optional[int] = ..., max_fee_bps: _Optional[int] = ..., max_latency_ms: _Optional[int] = ..., quote_ttl_seconds: _Optional[int] = ..., policy_context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class FxRfqRecordV1(_message.Message):
    __slots__ = ("rfq_id", "requester_id", "budget_scope_id", "sell", "buy_asset", "min_buy_amount", "max_spread_bps", "max_fee_bps", "max_latency_ms", "quote_ttl_seconds", "status", "created_at_unix", "expires_at_unix", "policy_context")
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_ID_FIELD_NUMBER: _ClassVar[int]
    BUDGET_SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    SELL_FIELD_NUMBER: _ClassVar[int]
    BUY_ASSET_FIELD_NUMBER: _ClassVar[int]
    MIN_BUY_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    MAX_SPREAD_BPS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    MAX_LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    rfq_id: str
    requester_id: str
    budget_scope_id: str
    sell: FxMoneyV1
    buy_asset: str
    min_buy_amount: int
    max_spread_bps: int
    max_fee_bps: int
    max_latency_ms: int
    quote_ttl_seconds: int
    status: str
    created_at_unix: int
    expires_at_unix: int
    policy_context: _struct_pb2.Struct
    def __init__(self, rfq_id: _Optional[str] = ..., requester_id: _Optional[str] = ..., budget_scope_id: _Optional[str] = ..., sell: _Optional[_Union[FxMoneyV1, _Mapping]] = ..., buy_asset: _Optional[str] = ..., min_buy_amount: _Optional[int] = ..., max_spread_bps: _Optional[int] = ..., max_fee_bps: _Optional[int] = ..., max_latency_ms: _Optional[int] = ..., quote_ttl_seconds: _Optional[int] = ..., status: _Optional[str] = ..., created_at_unix: _Optional[int] = ..., expires_at_unix: _Optional[int] = ..., policy_context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class FxRfqResponseV1(_message.Message):
    __slots__ = ("schema", "rfq")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RFQ_FIELD_NUMBER: _ClassVar[int]
    schema: str
    rfq: FxRfqRecordV1
    def __init__(self, schema: _Optional[str] = ..., rfq: _Optional[_Union[FxRfqRecordV1, _Mapping]] = ...) -> None: ...

class FxQuoteV1(_message.Message):
    __slots__ = ("quote_id", "rfq_id", "provider_id", "sell", "buy", "spread_bps", "fee_bps", "latency_ms", "reliability_bps", "valid_until_unix", "status", "constraints", "quote_sha256")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    SELL_FIELD_NUMBER: _ClassVar[int]
    BUY_FIELD_NUMBER: _ClassVar[int]
    SPREAD_BPS_FIELD_NUMBER: _ClassVar[int]
    FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    RELIABILITY_BPS_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_UNIX_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_SHA256_FIELD_NUMBER: _ClassVar[int]
    quote_id: str
    rfq_id: str
    provider_id: str
    sell: FxMoneyV1
    buy: FxMoneyV1
    spread_bps: int
    fee_bps: int
    latency_ms: int
    reliability_bps: int
    valid_until_unix: int
    status: FxQuoteStatus
    constraints: _struct_pb2.Struct
    quote_sha256: str
    def __init__(self, quote_id: _Optional[str] = ..., rfq_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., sell: _Optional[_Union[FxMoneyV1, _Mapping]] = ..., buy: _Optional[_Union[FxMoneyV1, _Mapping]] = ..., spread_bps: _Optional[int] = ..., fee_bps: _Optional[int] = ..., latency_ms: _Optional[int] = ..., reliability_bps: _Optional[int] = ..., valid_until_unix: _Optional[int] = ..., status: _Optional[_Union[FxQuoteStatus, str]] = ..., constraints: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., quote_sha256: _Optional[str] = ...) -> None: ...

class FxQuoteUpsertRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "quote")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    quote: FxQuoteV1
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., quote: _Optional[_Union[FxQuoteV1, _Mapping]] = ...) -> None: ...

class FxQuoteUpsertResponseV1(_message.Message):
    __slots__ = ("schema", "quote")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    quote: FxQuoteV1
    def __init__(self, schema: _Optional[str] = ..., quote: _Optional[_Union[FxQuoteV1, _Mapping]] = ...) -> None: ...

class FxSelectRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "rfq_id", "policy")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    rfq_id: str
    policy: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., rfq_id: _Optional[str] = ..., policy: _Optional[str] = ...) -> None: ...

class FxSelectionFactorsV1(_message.Message):
    __slots__ = ("expected_spread_bps", "expected_fee_bps", "confidence", "policy_notes")
    EXPECTED_SPREAD_BPS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    POLICY_NOTES_FIELD_NUMBER: _ClassVar[int]
    expected_spread_bps: int
    expected_fee_bps: int
    confidence: float
    policy_notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, expected_spread_bps: _Optional[int] = ..., expected_fee_bps: _Optional[int] = ..., confidence: _Optional[float] = ..., policy_notes: _Optional[_Iterable[str]] = ...) -> None: ...

class FxDecisionReceiptLinkageV1(_message.Message):
    __slots__ = ("receipt_schema", "receipt_id", "canonical_json_sha256")
    RECEIPT_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    receipt_schema: str
    receipt_id: str
    canonical_json_sha256: str
    def __init__(self, receipt_schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ...) -> None: ...

class FxSelectResponseV1(_message.Message):
    __slots__ = ("schema", "rfq_id", "policy", "decision_sha256", "selected", "candidates", "factors", "receipt", "decided_at_unix")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    DECISION_SHA256_FIELD_NUMBER: _ClassVar[int]
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    rfq_id: str
    policy: str
    decision_sha256: str
    selected: FxQuoteV1
    candidates: _containers.RepeatedCompositeFieldContainer[FxQuoteV1]
    factors: FxSelectionFactorsV1
    receipt: FxDecisionReceiptLinkageV1
    decided_at_unix: int
    def __init__(self, schema: _Optional[str] = ..., rfq_id: _Optional[str] = ..., policy: _Optional[str] = ..., decision_sha256: _Optional[str] = ..., selected: _Optional[_Union[FxQuoteV1, _Mapping]] = ..., candidates: _Optional[_Iterable[_Union[FxQuoteV1, _Mapping]]] = ..., factors: _Optional[_Union[FxSelectionFactorsV1, _Mapping]] = ..., receipt: _Optional[_Union[FxDecisionReceiptLinkageV1, _Mapping]] = ..., decided_at_unix: _Optional[int] = ...) -> None: ...

class FxSettleRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "rfq_id", "quote_id", "reservation_id", "policy_context")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    rfq_id: str
    quote_id: str
    reservation_id: str
    policy_context: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., rfq_id: _Optional[str] = ..., quote_id: _Optional[str] = ..., reservation_id: _Optional[str] = ..., policy_context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class FxSettlementReceiptV1(_message.Message):
    __slots__ = ("schema", "receipt_id", "settlement_id", "rfq_id", "quote_id", "provider_id", "sell", "buy", "spread_bps", "fee_bps", "settled_at_unix", "wallet_receipt", "canonical_json_sha256", "reservation_id", "treasury_job_hash", "policy_context", "settlement_status", "withheld_reason", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    SELL_FIELD_NUMBER: _ClassVar[int]
    BUY_FIELD_NUMBER: _ClassVar[int]
    SPREAD_BPS_FIELD_NUMBER: _ClassVar[int]
    FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    TREASURY_JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_STATUS_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_REASON_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipt_id: str
    settlement_id: str
    rfq_id: str
    quote_id: str
    provider_id: str
    sell: FxMoneyV1
    buy: FxMoneyV1
    spread_bps: int
    fee_bps: int
    settled_at_unix: int
    wallet_receipt: _wallet_executor_pb2.WalletExecutionReceipt
    canonical_json_sha256: str
    reservation_id: str
    treasury_job_hash: str
    policy_context: _struct_pb2.Struct
    settlement_status: str
    withheld_reason: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., settlement_id: _Optional[str] = ..., rfq_id: _Optional[str] = ..., quote_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., sell: _Optional[_Union[FxMoneyV1, _Mapping]] = ..., buy: _Optional[_Union[FxMoneyV1, _Mapping]] = ..., spread_bps: _Optional[int] = ..., fee_bps: _Optional[int] = ..., settled_at_unix: _Optional[int] = ..., wallet_receipt: _Optional[_Union[_wallet_executor_pb2.WalletExecutionReceipt, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., reservation_id: _Optional[str] = ..., treasury_job_hash: _Optional[str] = ..., policy_context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., settlement_status: _Optional[str] = ..., withheld_reason: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class FxSettleResponseV1(_message.Message):
    __slots__ = ("schema", "settlement_id", "status", "receipt")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    settlement_id: str
    status: FxSettlementStatus
    receipt: FxSettlementReceiptV1
    def __init__(self, schema: _Optional[str] = ..., settlement_id: _Optional[str] = ..., status: _Optional[_Union[FxSettlementStatus, str]] = ..., receipt: _Optional[_Union[FxSettlementReceiptV1, _Mapping]] = ...) -> None: ...

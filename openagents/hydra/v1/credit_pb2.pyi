import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreditScopeType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDIT_SCOPE_TYPE_UNSPECIFIED: _ClassVar[CreditScopeType]
    CREDIT_SCOPE_TYPE_NIP90: _ClassVar[CreditScopeType]

class CreditOfferStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDIT_OFFER_STATUS_UNSPECIFIED: _ClassVar[CreditOfferStatus]
    CREDIT_OFFER_STATUS_OFFERED: _ClassVar[CreditOfferStatus]
    CREDIT_OFFER_STATUS_REVOKED: _ClassVar[CreditOfferStatus]
    CREDIT_OFFER_STATUS_ACCEPTED: _ClassVar[CreditOfferStatus]

class CreditEnvelopeStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDIT_ENVELOPE_STATUS_UNSPECIFIED: _ClassVar[CreditEnvelopeStatus]
    CREDIT_ENVELOPE_STATUS_ACCEPTED: _ClassVar[CreditEnvelopeStatus]
    CREDIT_ENVELOPE_STATUS_SETTLED: _ClassVar[CreditEnvelopeStatus]
    CREDIT_ENVELOPE_STATUS_DEFAULTED: _ClassVar[CreditEnvelopeStatus]
    CREDIT_ENVELOPE_STATUS_REVOKED: _ClassVar[CreditEnvelopeStatus]
    CREDIT_ENVELOPE_STATUS_SETTLING: _ClassVar[CreditEnvelopeStatus]

class CreditSettlementOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDIT_SETTLEMENT_OUTCOME_UNSPECIFIED: _ClassVar[CreditSettlementOutcome]
    CREDIT_SETTLEMENT_OUTCOME_SUCCESS: _ClassVar[CreditSettlementOutcome]
    CREDIT_SETTLEMENT_OUTCOME_FAILED: _ClassVar[CreditSettlementOutcome]
    CREDIT_SETTLEMENT_OUTCOME_EXPIRED: _ClassVar[CreditSettlementOutcome]
    CREDIT_SETTLEMENT_OUTCOME_DEFAULTED: _ClassVar[CreditSettlementOutcome]
    CREDIT_SETTLEMENT_OUTCOME_PENDING: _ClassVar[CreditSettlementOutcome]

class HydraCreditErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HYDRA_CREDIT_ERROR_CODE_UNSPECIFIED: _ClassVar[HydraCreditErrorCode]
    HYDRA_CREDIT_ERROR_CODE_INVALID_REQUEST: _ClassVar[HydraCreditErrorCode]
    HYDRA_CREDIT_ERROR_CODE_NOT_FOUND: _ClassVar[HydraCreditErrorCode]
    HYDRA_CREDIT_ERROR_CODE_CONFLICT: _ClassVar[HydraCreditErrorCode]
    HYDRA_CREDIT_ERROR_CODE_DEPENDENCY_UNAVAILABLE: _ClassVar[HydraCreditErrorCode]
    HYDRA_CREDIT_ERROR_CODE_INTERNAL_ERROR: _ClassVar[HydraCreditErrorCode]
CREDIT_SCOPE_TYPE_UNSPECIFIED: CreditScopeType
CREDIT_SCOPE_TYPE_NIP90: CreditScopeType
CREDIT_OFFER_STATUS_UNSPECIFIED: CreditOfferStatus
CREDIT_OFFER_STATUS_OFFERED: CreditOfferStatus
CREDIT_OFFER_STATUS_REVOKED: CreditOfferStatus
CREDIT_OFFER_STATUS_ACCEPTED: CreditOfferStatus
CREDIT_ENVELOPE_STATUS_UNSPECIFIED: CreditEnvelopeStatus
CREDIT_ENVELOPE_STATUS_ACCEPTED: CreditEnvelopeStatus
CREDIT_ENVELOPE_STATUS_SETTLED: CreditEnvelopeStatus
CREDIT_ENVELOPE_STATUS_DEFAULTED: CreditEnvelopeStatus
CREDIT_ENVELOPE_STATUS_REVOKED: CreditEnvelopeStatus
CREDIT_ENVELOPE_STATUS_SETTLING: CreditEnvelopeStatus
CREDIT_SETTLEMENT_OUTCOME_UNSPECIFIED: CreditSettlementOutcome
CREDIT_SETTLEMENT_OUTCOME_SUCCESS: CreditSettlementOutcome
CREDIT_SETTLEMENT_OUTCOME_FAILED: CreditSettlementOutcome
CREDIT_SETTLEMENT_OUTCOME_EXPIRED: CreditSettlementOutcome
CREDIT_SETTLEMENT_OUTCOME_DEFAULTED: CreditSettlementOutcome
CREDIT_SETTLEMENT_OUTCOME_PENDING: CreditSettlementOutcome
HYDRA_CREDIT_ERROR_CODE_UNSPECIFIED: HydraCreditErrorCode
HYDRA_CREDIT_ERROR_CODE_INVALID_REQUEST: HydraCreditErrorCode
HYDRA_CREDIT_ERROR_CODE_NOT_FOUND: HydraCreditErrorCode
HYDRA_CREDIT_ERROR_CODE_CONFLICT: HydraCreditErrorCode
HYDRA_CREDIT_ERROR_CODE_DEPENDENCY_UNAVAILABLE: HydraCreditErrorCode
HYDRA_CREDIT_ERROR_CODE_INTERNAL_ERROR: HydraCreditErrorCode

class HydraCreditError(_message.Message):
    __slots__ = ("code", "message", "retryable", "details")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    code: HydraCreditErrorCode
    message: str
    retryable: bool
    details: _struct_pb2.Struct
    def __init__(self, code: _Optional[_Union[HydraCreditErrorCode, str]] = ..., message: _Optional[str] = ..., retryable: _Optional[bool] = ..., details: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CreditIntentRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "agent_id", "scope_type", "scope_id", "max_sats", "exp", "policy_context")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_SATS_FIELD_NUMBER: _ClassVar[int]
    EXP_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    agent_id: str
    scope_type: CreditScopeType
    scope_id: str
    max_sats: int
    exp: _timestamp_pb2.Timestamp
    policy_context: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., agent_id: _Optional[str] = ..., scope_type: _Optional[_Union[CreditScopeType, str]] = ..., scope_id: _Optional[str] = ..., max_sats: _Optional[int] = ..., exp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., policy_context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CreditIntentRowV1(_message.Message):
    __slots__ = ("intent_id", "idempotency_key", "agent_id", "scope_type", "scope_id", "max_sats", "exp", "created_at")
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_SATS_FIELD_NUMBER: _ClassVar[int]
    EXP_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    intent_id: str
    idempotency_key: str
    agent_id: str
    scope_type: str
    scope_id: str
    max_sats: int
    exp: _timestamp_pb2.Timestamp
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, intent_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., agent_id: _Optional[str] = ..., scope_type: _Optional[str] = ..., scope_id: _Optional[str] = ..., max_sats: _Optional[int] = ..., exp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreditIntentResponseV1(_message.Message):
    __slots__ = ("schema", "intent")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    INTENT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    intent: CreditIntentRowV1
    def __init__(self, schema: _Optional[str] = ..., intent: _Optional[_Union[CreditIntentRowV1, _Mapping]] = ...) -> None: ...

class CreditOfferRequestV1(_message.Message):
    __slots__ = ("schema", "agent_id", "pool_id", "intent_id", "scope_type", "scope_id", "max_sats", "fee_bps", "requires_verifier", "exp")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_SATS_FIELD_NUMBER: _ClassVar[int]
    FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_VERIFIER_FIELD_NUMBER: _ClassVar[int]
    EXP_FIELD_NUMBER: _ClassVar[int]
    schema: str
    agent_id: str
    pool_id: str
    intent_id: str
    scope_type: CreditScopeType
    scope_id: str
    max_sats: int
    fee_bps: int
    requires_verifier: bool
    exp: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., agent_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., intent_id: _Optional[str] = ..., scope_type: _Optional[_Union[CreditScopeType, str]] = ..., scope_id: _Optional[str] = ..., max_sats: _Optional[int] = ..., fee_bps: _Optional[int] = ..., requires_verifier: _Optional[bool] = ..., exp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreditOfferRowV1(_message.Message):
    __slots__ = ("offer_id", "agent_id", "pool_id", "scope_type", "scope_id", "max_sats", "fee_bps", "requires_verifier", "exp", "status", "issued_at")
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_SATS_FIELD_NUMBER: _ClassVar[int]
    FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_VERIFIER_FIELD_NUMBER: _ClassVar[int]
    EXP_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    offer_id: str
    agent_id: str
    pool_id: str
    scope_type: str
    scope_id: str
    max_sats: int
    fee_bps: int
    requires_verifier: bool
    exp: _timestamp_pb2.Timestamp
    status: str
    issued_at: _timestamp_pb2.Timestamp
    def __init__(self, offer_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., scope_type: _Optional[str] = ..., scope_id: _Optional[str] = ..., max_sats: _Optional[int] = ..., fee_bps: _Optional[int] = ..., requires_verifier: _Optional[bool] = ..., exp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., status: _Optional[str] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreditOfferResponseV1(_message.Message):
    __slots__ = ("schema", "offer")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    schema: str
    offer: CreditOfferRowV1
    def __init__(self, schema: _Optional[str] = ..., offer: _Optional[_Union[CreditOfferRowV1, _Mapping]] = ...) -> None: ...

class CreditEnvelopeRequestV1(_message.Message):
    __slots__ = ("schema", "offer_id", "provider_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    offer_id: str
    provider_id: str
    def __init__(self, schema: _Optional[str] = ..., offer_id: _Optional[str] = ..., provider_id: _Optional[str] = ...) -> None: ...

class CreditEnvelopeRowV1(_message.Message):
    __slots__ = ("envelope_id", "offer_id", "agent_id", "pool_id", "provider_id", "scope_type", "scope_id", "max_sats", "fee_bps", "exp", "status", "issued_at")
    ENVELOPE_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_SATS_FIELD_NUMBER: _ClassVar[int]
    FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    EXP_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    envelope_id: str
    offer_id: str
    agent_id: str
    pool_id: str
    provider_id: str
    scope_type: str
    scope_id: str
    max_sats: int
    fee_bps: int
    exp: _timestamp_pb2.Timestamp
    status: str
    issued_at: _timestamp_pb2.Timestamp
    def __init__(self, envelope_id: _Optional[str] = ..., offer_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., scope_type: _Optional[str] = ..., scope_id: _Optional[str] = ..., max_sats: _Optional[int] = ..., fee_bps: _Optional[int] = ..., exp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., status: _Optional[str] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreditEnvelopeResponseV1(_message.Message):
    __slots__ = ("schema", "envelope", "receipt")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    ENVELOPE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    envelope: CreditEnvelopeRowV1
    receipt: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., envelope: _Optional[_Union[CreditEnvelopeRowV1, _Mapping]] = ..., receipt: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CreditSettleRequestV1(_message.Message):
    __slots__ = ("schema", "envelope_id", "verification_passed", "verification_receipt_sha256", "provider_invoice", "provider_host", "max_fee_msats", "policy_context", "verification_id", "attempt")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    ENVELOPE_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_PASSED_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_INVOICE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_HOST_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    envelope_id: str
    verification_passed: bool
    verification_receipt_sha256: str
    provider_invoice: str
    provider_host: str
    max_fee_msats: int
    policy_context: _struct_pb2.Struct
    verification_id: str
    attempt: int
    def __init__(self, schema: _Optional[str] = ..., envelope_id: _Optional[str] = ..., verification_passed: _Optional[bool] = ..., verification_receipt_sha256: _Optional[str] = ..., provider_invoice: _Optional[str] = ..., provider_host: _Optional[str] = ..., max_fee_msats: _Optional[int] = ..., policy_context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., verification_id: _Optional[str] = ..., attempt: _Optional[int] = ...) -> None: ...

class CreditSettleResponseV1(_message.Message):
    __slots__ = ("schema", "envelope_id", "settlement_id", "outcome", "spent_sats", "fee_sats", "verification_receipt_sha256", "liquidity_receipt_sha256", "receipt", "liquidity_quote_id", "attempt")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    ENVELOPE_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SPENT_SATS_FIELD_NUMBER: _ClassVar[int]
    FEE_SATS_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    LIQUIDITY_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    LIQUIDITY_QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    envelope_id: str
    settlement_id: str
    outcome: str
    spent_sats: int
    fee_sats: int
    verification_receipt_sha256: str
    liquidity_receipt_sha256: str
    receipt: _struct_pb2.Struct
    liquidity_quote_id: str
    attempt: int
    def __init__(self, schema: _Optional[str] = ..., envelope_id: _Optional[str] = ..., settlement_id: _Optional[str] = ..., outcome: _Optional[str] = ..., spent_sats: _Optional[int] = ..., fee_sats: _Optional[int] = ..., verification_receipt_sha256: _Optional[str] = ..., liquidity_receipt_sha256: _Optional[str] = ..., receipt: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., liquidity_quote_id: _Optional[str] = ..., attempt: _Optional[int] = ...) -> None: ...

class CreditCircuitBreakersV1(_message.Message):
    __slots__ = ("halt_new_envelopes", "halt_large_settlements")
    HALT_NEW_ENVELOPES_FIELD_NUMBER: _ClassVar[int]
    HALT_LARGE_SETTLEMENTS_FIELD_NUMBER: _ClassVar[int]
    halt_new_envelopes: bool
    halt_large_settlements: bool
    def __init__(self, halt_new_envelopes: _Optional[bool] = ..., halt_large_settlements: _Optional[bool] = ...) -> None: ...

class CreditPolicySnapshotV1(_message.Message):
    __slots__ = ("max_sats_per_envelope", "max_outstanding_envelopes_per_agent", "max_offer_ttl_seconds", "underwriting_history_days", "underwriting_base_sats", "underwriting_k", "underwriting_default_penalty_multiplier", "min_fee_bps", "max_fee_bps", "fee_risk_scaler", "health_window_seconds", "health_settlement_sample_limit", "health_ln_pay_sample_limit", "circuit_breaker_min_sample", "loss_rate_halt_threshold", "ln_failure_rate_halt_threshold", "ln_failure_large_settlement_cap_sats")
    MAX_SATS_PER_ENVELOPE_FIELD_NUMBER: _ClassVar[int]
    MAX_OUTSTANDING_ENVELOPES_PER_AGENT_FIELD_NUMBER: _ClassVar[int]
    MAX_OFFER_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    UNDERWRITING_HISTORY_DAYS_FIELD_NUMBER: _ClassVar[int]
    UNDERWRITING_BASE_SATS_FIELD_NUMBER: _ClassVar[int]
    UNDERWRITING_K_FIELD_NUMBER: _ClassVar[int]
    UNDERWRITING_DEFAULT_PENALTY_MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    MIN_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    FEE_RISK_SCALER_FIELD_NUMBER: _ClassVar[int]
    HEALTH_WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HEALTH_SETTLEMENT_SAMPLE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    HEALTH_LN_PAY_SAMPLE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    CIRCUIT_BREAKER_MIN_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    LOSS_RATE_HALT_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    LN_FAILURE_RATE_HALT_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    LN_FAILURE_LARGE_SETTLEMENT_CAP_SATS_FIELD_NUMBER: _ClassVar[int]
    max_sats_per_envelope: int
    max_outstanding_envelopes_per_agent: int
    max_offer_ttl_seconds: int
    underwriting_history_days: int
    underwriting_base_sats: int
    underwriting_k: float
    underwriting_default_penalty_multiplier: float
    min_fee_bps: int
    max_fee_bps: int
    fee_risk_scaler: float
    health_window_seconds: int
    health_settlement_sample_limit: int
    health_ln_pay_sample_limit: int
    circuit_breaker_min_sample: int
    loss_rate_halt_threshold: float
    ln_failure_rate_halt_threshold: float
    ln_failure_large_settlement_cap_sats: int
    def __init__(self, max_sats_per_envelope: _Optional[int] = ..., max_outstanding_envelopes_per_agent: _Optional[int] = ..., max_offer_ttl_seconds: _Optional[int] = ..., underwriting_history_days: _Optional[int] = ..., underwriting_base_sats: _Optional[int] = ..., underwriting_k: _Optional[float] = ..., underwriting_default_penalty_multiplier: _Optional[float] = ..., min_fee_bps: _Optional[int] = ..., max_fee_bps: _Optional[int] = ..., fee_risk_scaler: _Optional[float] = ..., health_window_seconds: _Optional[int] = ..., health_settlement_sample_limit: _Optional[int] = ..., health_ln_pay_sample_limit: _Optional[int] = ..., circuit_breaker_min_sample: _Optional[int] = ..., loss_rate_halt_threshold: _Optional[float] = ..., ln_failure_rate_halt_threshold: _Optional[float] = ..., ln_failure_large_settlement_cap_sats: _Optional[int] = ...) -> None: ...

class CreditHealthResponseV1(_message.Message):
    __slots__ = ("schema", "generated_at", "open_envelope_count", "open_reserved_commitments_sats", "settlement_sample", "loss_count", "loss_rate", "ln_pay_sample", "ln_fail_count", "ln_failure_rate", "breakers", "policy")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_FIELD_NUMBER: _ClassVar[int]
    OPEN_ENVELOPE_COUNT_FIELD_NUMBER: _ClassVar[int]
    OPEN_RESERVED_COMMITMENTS_SATS_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    LOSS_COUNT_FIELD_NUMBER: _ClassVar[int]
    LOSS_RATE_FIELD_NUMBER: _ClassVar[int]
    LN_PAY_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    LN_FAIL_COUNT_FIELD_NUMBER: _ClassVar[int]
    LN_FAILURE_RATE_FIELD_NUMBER: _ClassVar[int]
    BREAKERS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    generated_at: _timestamp_pb2.Timestamp
    open_envelope_count: int
    open_reserved_commitments_sats: int
    settlement_sample: int
    loss_count: int
    loss_rate: float
    ln_pay_sample: int
    ln_fail_count: int
    ln_failure_rate: float
    breakers: CreditCircuitBreakersV1
    policy: CreditPolicySnapshotV1
    def __init__(self, schema: _Optional[str] = ..., generated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., open_envelope_count: _Optional[int] = ..., open_reserved_commitments_sats: _Optional[int] = ..., settlement_sample: _Optional[int] = ..., loss_count: _Optional[int] = ..., loss_rate: _Optional[float] = ..., ln_pay_sample: _Optional[int] = ..., ln_fail_count: _Optional[int] = ..., ln_failure_rate: _Optional[float] = ..., breakers: _Optional[_Union[CreditCircuitBreakersV1, _Mapping]] = ..., policy: _Optional[_Union[CreditPolicySnapshotV1, _Mapping]] = ...) -> None: ...

class CreditAgentExposureResponseV1(_message.Message):
    __slots__ = ("schema", "agent_id", "open_envelope_count", "open_exposure_sats", "settled_count_30d", "success_volume_sats_30d", "pass_rate_30d", "loss_count_30d", "underwriting_limit_sats", "underwriting_fee_bps", "requires_verifier", "computed_at", "outstanding_receivable_sats")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_ENVELOPE_COUNT_FIELD_NUMBER: _ClassVar[int]
    OPEN_EXPOSURE_SATS_FIELD_NUMBER: _ClassVar[int]
    SETTLED_COUNT_30D_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_VOLUME_SATS_30D_FIELD_NUMBER: _ClassVar[int]
    PASS_RATE_30D_FIELD_NUMBER: _ClassVar[int]
    LOSS_COUNT_30D_FIELD_NUMBER: _ClassVar[int]
    UNDERWRITING_LIMIT_SATS_FIELD_NUMBER: _ClassVar[int]
    UNDERWRITING_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_VERIFIER_FIELD_NUMBER: _ClassVar[int]
    COMPUTED_AT_FIELD_NUMBER: _ClassVar[int]
    OUTSTANDING_RECEIVABLE_SATS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    agent_id: str
    open_envelope_count: int
    open_exposure_sats: int
    settled_count_30d: int
    success_volume_sats_30d: int
    pass_rate_30d: float
    loss_count_30d: int
    underwriting_limit_sats: int
    underwriting_fee_bps: int
    requires_verifier: bool
    computed_at: _timestamp_pb2.Timestamp
    outstanding_receivable_sats: int
    def __init__(self, schema: _Optional[str] = ..., agent_id: _Optional[str] = ..., open_envelope_count: _Optional[int] = ..., open_exposure_sats: _Optional[int] = ..., settled_count_30d: _Optional[int] = ..., success_volume_sats_30d: _Optional[int] = ..., pass_rate_30d: _Optional[float] = ..., loss_count_30d: _Optional[int] = ..., underwriting_limit_sats: _Optional[int] = ..., underwriting_fee_bps: _Optional[int] = ..., requires_verifier: _Optional[bool] = ..., computed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outstanding_receivable_sats: _Optional[int] = ...) -> None: ...

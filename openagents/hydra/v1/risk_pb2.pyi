import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HydraRiskCreditBreakersV1(_message.Message):
    __slots__ = ("halt_new_envelopes", "halt_large_settlements")
    HALT_NEW_ENVELOPES_FIELD_NUMBER: _ClassVar[int]
    HALT_LARGE_SETTLEMENTS_FIELD_NUMBER: _ClassVar[int]
    halt_new_envelopes: bool
    halt_large_settlements: bool
    def __init__(self, halt_new_envelopes: _Optional[bool] = ..., halt_large_settlements: _Optional[bool] = ...) -> None: ...

class HydraRiskLiquidityStateV1(_message.Message):
    __slots__ = ("wallet_executor_configured", "wallet_executor_reachable", "error_code", "withdraw_throttle_mode", "withdraw_throttle_reasons", "withdraw_throttle_extra_delay_hours", "withdraw_throttle_execution_cap_per_tick")
    WALLET_EXECUTOR_CONFIGURED_FIELD_NUMBER: _ClassVar[int]
    WALLET_EXECUTOR_REACHABLE_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_THROTTLE_MODE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_THROTTLE_REASONS_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_THROTTLE_EXTRA_DELAY_HOURS_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_THROTTLE_EXECUTION_CAP_PER_TICK_FIELD_NUMBER: _ClassVar[int]
    wallet_executor_configured: bool
    wallet_executor_reachable: bool
    error_code: str
    withdraw_throttle_mode: str
    withdraw_throttle_reasons: _containers.RepeatedScalarFieldContainer[str]
    withdraw_throttle_extra_delay_hours: int
    withdraw_throttle_execution_cap_per_tick: int
    def __init__(self, wallet_executor_configured: _Optional[bool] = ..., wallet_executor_reachable: _Optional[bool] = ..., error_code: _Optional[str] = ..., withdraw_throttle_mode: _Optional[str] = ..., withdraw_throttle_reasons: _Optional[_Iterable[str]] = ..., withdraw_throttle_extra_delay_hours: _Optional[int] = ..., withdraw_throttle_execution_cap_per_tick: _Optional[int] = ...) -> None: ...

class HydraRiskRoutingStateV1(_message.Message):
    __slots__ = ("degraded", "direct_disabled", "reasons")
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    DIRECT_DISABLED_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    degraded: bool
    direct_disabled: bool
    reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, degraded: _Optional[bool] = ..., direct_disabled: _Optional[bool] = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class HydraRiskHealthResponseV1(_message.Message):
    __slots__ = ("schema", "generated_at", "credit_breakers", "liquidity", "routing")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_BREAKERS_FIELD_NUMBER: _ClassVar[int]
    LIQUIDITY_FIELD_NUMBER: _ClassVar[int]
    ROUTING_FIELD_NUMBER: _ClassVar[int]
    schema: str
    generated_at: _timestamp_pb2.Timestamp
    credit_breakers: HydraRiskCreditBreakersV1
    liquidity: HydraRiskLiquidityStateV1
    routing: HydraRiskRoutingStateV1
    def __init__(self, schema: _Optional[str] = ..., generated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., credit_breakers: _Optional[_Union[HydraRiskCreditBreakersV1, _Mapping]] = ..., liquidity: _Optional[_Union[HydraRiskLiquidityStateV1, _Mapping]] = ..., routing: _Optional[_Union[HydraRiskRoutingStateV1, _Mapping]] = ...) -> None: ...

class HydraRoutingObservabilityV1(_message.Message):
    __slots__ = ("decision_total", "selected_route_direct", "selected_route_cep", "selected_route_other", "confidence_lt_040", "confidence_040_070", "confidence_070_090", "confidence_gte_090")
    DECISION_TOTAL_FIELD_NUMBER: _ClassVar[int]
    SELECTED_ROUTE_DIRECT_FIELD_NUMBER: _ClassVar[int]
    SELECTED_ROUTE_CEP_FIELD_NUMBER: _ClassVar[int]
    SELECTED_ROUTE_OTHER_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_LT_040_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_040_070_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_070_090_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_GTE_090_FIELD_NUMBER: _ClassVar[int]
    decision_total: int
    selected_route_direct: int
    selected_route_cep: int
    selected_route_other: int
    confidence_lt_040: int
    confidence_040_070: int
    confidence_070_090: int
    confidence_gte_090: int
    def __init__(self, decision_total: _Optional[int] = ..., selected_route_direct: _Optional[int] = ..., selected_route_cep: _Optional[int] = ..., selected_route_other: _Optional[int] = ..., confidence_lt_040: _Optional[int] = ..., confidence_040_070: _Optional[int] = ..., confidence_070_090: _Optional[int] = ..., confidence_gte_090: _Optional[int] = ...) -> None: ...

class HydraBreakersObservabilityV1(_message.Message):
    __slots__ = ("halt_new_envelopes", "halt_large_settlements", "transition_total", "recovery_total", "halt_new_envelopes_transition_total", "halt_new_envelopes_recovery_total", "halt_large_settlements_transition_total", "halt_large_settlements_recovery_total", "last_transition_at")
    HALT_NEW_ENVELOPES_FIELD_NUMBER: _ClassVar[int]
    HALT_LARGE_SETTLEMENTS_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_TOTAL_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_TOTAL_FIELD_NUMBER: _ClassVar[int]
    HALT_NEW_ENVELOPES_TRANSITION_TOTAL_FIELD_NUMBER: _ClassVar[int]
    HALT_NEW_ENVELOPES_RECOVERY_TOTAL_FIELD_NUMBER: _ClassVar[int]
    HALT_LARGE_SETTLEMENTS_TRANSITION_TOTAL_FIELD_NUMBER: _ClassVar[int]
    HALT_LARGE_SETTLEMENTS_RECOVERY_TOTAL_FIELD_NUMBER: _ClassVar[int]
    LAST_TRANSITION_AT_FIELD_NUMBER: _ClassVar[int]
    halt_new_envelopes: bool
    halt_large_settlements: bool
    transition_total: int
    recovery_total: int
    halt_new_envelopes_transition_total: int
    halt_new_envelopes_recovery_total: int
    halt_large_settlements_transition_total: int
    halt_large_settlements_recovery_total: int
    last_transition_at: _timestamp_pb2.Timestamp
    def __init__(self, halt_new_envelopes: _Optional[bool] = ..., halt_large_settlements: _Optional[bool] = ..., transition_total: _Optional[int] = ..., recovery_total: _Optional[int] = ..., halt_new_envelopes_transition_total: _Optional[int] = ..., halt_new_envelopes_recovery_total: _Optional[int] = ..., halt_large_settlements_transition_total: _Optional[int] = ..., halt_large_settlements_recovery_total: _Optional[int] = ..., last_transition_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HydraWithdrawalThrottleObservabilityV1(_message.Message):
    __slots__ = ("mode", "reasons", "extra_delay_hours", "execution_cap_per_tick", "affected_requests_total", "rejected_requests_total", "stressed_requests_total")
    MODE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    EXTRA_DELAY_HOURS_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_CAP_PER_TICK_FIELD_NUMBER: _ClassVar[int]
    AFFECTED_REQUESTS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    REJECTED_REQUESTS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    STRESSED_REQUESTS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    mode: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    extra_delay_hours: int
    execution_cap_per_tick: int
    affected_requests_total: int
    rejected_requests_total: int
    stressed_requests_total: int
    def __init__(self, mode: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., extra_delay_hours: _Optional[int] = ..., execution_cap_per_tick: _Optional[int] = ..., affected_requests_total: _Optional[int] = ..., rejected_requests_total: _Optional[int] = ..., stressed_requests_total: _Optional[int] = ...) -> None: ...

class HydraFxObservabilityV1(_message.Message):
    __slots__ = ("rfq_total", "quote_total", "settlement_total", "quote_to_settlement_rate", "spread_bps_avg", "spread_bps_median", "settlement_withheld_total", "settlement_failed_total", "treasury_provider_breadth")
    RFQ_TOTAL_FIELD_NUMBER: _ClassVar[int]
    QUOTE_TOTAL_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_TOTAL_FIELD_NUMBER: _ClassVar[int]
    QUOTE_TO_SETTLEMENT_RATE_FIELD_NUMBER: _ClassVar[int]
    SPREAD_BPS_AVG_FIELD_NUMBER: _ClassVar[int]
    SPREAD_BPS_MEDIAN_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_WITHHELD_TOTAL_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FAILED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    TREASURY_PROVIDER_BREADTH_FIELD_NUMBER: _ClassVar[int]
    rfq_total: int
    quote_total: int
    settlement_total: int
    quote_to_settlement_rate: float
    spread_bps_avg: float
    spread_bps_median: float
    settlement_withheld_total: int
    settlement_failed_total: int
    treasury_provider_breadth: int
    def __init__(self, rfq_total: _Optional[int] = ..., quote_total: _Optional[int] = ..., settlement_total: _Optional[int] = ..., quote_to_settlement_rate: _Optional[float] = ..., spread_bps_avg: _Optional[float] = ..., spread_bps_median: _Optional[float] = ..., settlement_withheld_total: _Optional[int] = ..., settlement_failed_total: _Optional[int] = ..., treasury_provider_breadth: _Optional[int] = ...) -> None: ...

class HydraLiquidityObservabilityV1(_message.Message):
    __slots__ = ("routing_success_rate_5m", "routing_success_rate_1h", "routing_success_rate_24h", "median_fee_msats_5m", "median_fee_msats_1h", "median_fee_msats_24h", "rebalance_spend_24h_sats", "concentration_hhi", "top_peer_share_pct", "peer_failure_spike", "settlement_volume_24h_msats", "fx_volume_24h_msats", "fx_spread_bps_avg_24h")
    ROUTING_SUCCESS_RATE_5M_FIELD_NUMBER: _ClassVar[int]
    ROUTING_SUCCESS_RATE_1H_FIELD_NUMBER: _ClassVar[int]
    ROUTING_SUCCESS_RATE_24H_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_FEE_MSATS_5M_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_FEE_MSATS_1H_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_FEE_MSATS_24H_FIELD_NUMBER: _ClassVar[int]
    REBALANCE_SPEND_24H_SATS_FIELD_NUMBER: _ClassVar[int]
    CONCENTRATION_HHI_FIELD_NUMBER: _ClassVar[int]
    TOP_PEER_SHARE_PCT_FIELD_NUMBER: _ClassVar[int]
    PEER_FAILURE_SPIKE_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_VOLUME_24H_MSATS_FIELD_NUMBER: _ClassVar[int]
    FX_VOLUME_24H_MSATS_FIELD_NUMBER: _ClassVar[int]
    FX_SPREAD_BPS_AVG_24H_FIELD_NUMBER: _ClassVar[int]
    routing_success_rate_5m: float
    routing_success_rate_1h: float
    routing_success_rate_24h: float
    median_fee_msats_5m: int
    median_fee_msats_1h: int
    median_fee_msats_24h: int
    rebalance_spend_24h_sats: int
    concentration_hhi: int
    top_peer_share_pct: float
    peer_failure_spike: bool
    settlement_volume_24h_msats: int
    fx_volume_24h_msats: int
    fx_spread_bps_avg_24h: float
    def __init__(self, routing_success_rate_5m: _Optional[float] = ..., routing_success_rate_1h: _Optional[float] = ..., routing_success_rate_24h: _Optional[float] = ..., median_fee_msats_5m: _Optional[int] = ..., median_fee_msats_1h: _Optional[int] = ..., median_fee_msats_24h: _Optional[int] = ..., rebalance_spend_24h_sats: _Optional[int] = ..., concentration_hhi: _Optional[int] = ..., top_peer_share_pct: _Optional[float] = ..., peer_failure_spike: _Optional[bool] = ..., settlement_volume_24h_msats: _Optional[int] = ..., fx_volume_24h_msats: _Optional[int] = ..., fx_spread_bps_avg_24h: _Optional[float] = ...) -> None: ...

class HydraObservabilityResponseV1(_message.Message):
    __slots__ = ("schema", "generated_at", "routing", "breakers", "withdrawal_throttle", "fx", "liquidity")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_FIELD_NUMBER: _ClassVar[int]
    ROUTING_FIELD_NUMBER: _ClassVar[int]
    BREAKERS_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_THROTTLE_FIELD_NUMBER: _ClassVar[int]
    FX_FIELD_NUMBER: _ClassVar[int]
    LIQUIDITY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    generated_at: _timestamp_pb2.Timestamp
    routing: HydraRoutingObservabilityV1
    breakers: HydraBreakersObservabilityV1
    withdrawal_throttle: HydraWithdrawalThrottleObservabilityV1
    fx: HydraFxObservabilityV1
    liquidity: HydraLiquidityObservabilityV1
    def __init__(self, schema: _Optional[str] = ..., generated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., routing: _Optional[_Union[HydraRoutingObservabilityV1, _Mapping]] = ..., breakers: _Optional[_Union[HydraBreakersObservabilityV1, _Mapping]] = ..., withdrawal_throttle: _Optional[_Union[HydraWithdrawalThrottleObservabilityV1, _Mapping]] = ..., fx: _Optional[_Union[HydraFxObservabilityV1, _Mapping]] = ..., liquidity: _Optional[_Union[HydraLiquidityObservabilityV1, _Mapping]] = ...) -> None: ...

class HydraSpendCapV1(_message.Message):
    __slots__ = ("scope_kind", "scope_id", "mode", "max_single_msats", "max_window_msats", "window_seconds", "max_envelope_sats", "max_open_envelopes", "version", "reason", "source_ref", "expires_at")
    SCOPE_KIND_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    MAX_SINGLE_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_WINDOW_MSATS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MAX_ENVELOPE_SATS_FIELD_NUMBER: _ClassVar[int]
    MAX_OPEN_ENVELOPES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_REF_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    scope_kind: str
    scope_id: str
    mode: str
    max_single_msats: int
    max_window_msats: int
    window_seconds: int
    max_envelope_sats: int
    max_open_envelopes: int
    version: int
    reason: str
    source_ref: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, scope_kind: _Optional[str] = ..., scope_id: _Optional[str] = ..., mode: _Optional[str] = ..., max_single_msats: _Optional[int] = ..., max_window_msats: _Optional[int] = ..., window_seconds: _Optional[int] = ..., max_envelope_sats: _Optional[int] = ..., max_open_envelopes: _Optional[int] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., source_ref: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CollateralHoldRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "purpose", "from_account_key", "to_account_key", "amount_msats", "reference_id", "expires_at_unix")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    FROM_ACCOUNT_KEY_FIELD_NUMBER: _ClassVar[int]
    TO_ACCOUNT_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    purpose: str
    from_account_key: str
    to_account_key: str
    amount_msats: int
    reference_id: str
    expires_at_unix: int
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., purpose: _Optional[str] = ..., from_account_key: _Optional[str] = ..., to_account_key: _Optional[str] = ..., amount_msats: _Optional[int] = ..., reference_id: _Optional[str] = ..., expires_at_unix: _Optional[int] = ...) -> None: ...

class CollateralPayoutRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "hold_id", "amount_msats", "destination", "reference_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    hold_id: str
    amount_msats: int
    destination: _struct_pb2.Struct
    reference_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., hold_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., destination: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., reference_id: _Optional[str] = ...) -> None: ...

class CollateralReleaseRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "hold_id", "amount_msats", "reference_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    hold_id: str
    amount_msats: int
    reference_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., hold_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., reference_id: _Optional[str] = ...) -> None: ...

class CollateralResponseV1(_message.Message):
    __slots__ = ("schema", "hold_id", "status", "held_msats", "paid_out_msats", "released_msats", "reject_code", "receipt", "wallet_receipt_sha256")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    HELD_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAID_OUT_MSATS_FIELD_NUMBER: _ClassVar[int]
    RELEASED_MSATS_FIELD_NUMBER: _ClassVar[int]
    REJECT_CODE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    schema: str
    hold_id: str
    status: str
    held_msats: int
    paid_out_msats: int
    released_msats: int
    reject_code: str
    receipt: HydraReceiptLinkageV1
    wallet_receipt_sha256: str
    def __init__(self, schema: _Optional[str] = ..., hold_id: _Optional[str] = ..., status: _Optional[str] = ..., held_msats: _Optional[int] = ..., paid_out_msats: _Optional[int] = ..., released_msats: _Optional[int] = ..., reject_code: _Optional[str] = ..., receipt: _Optional[_Union[HydraReceiptLinkageV1, _Mapping]] = ..., wallet_receipt_sha256: _Optional[str] = ...) -> None: ...

class HydraReceiptLinkageV1(_message.Message):
    __slots__ = ("receipt_class", "receipt_schema", "receipt_id", "canonical_json_sha256")
    RECEIPT_CLASS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    receipt_class: str
    receipt_schema: str
    receipt_id: str
    canonical_json_sha256: str
    def __init__(self, receipt_class: _Optional[str] = ..., receipt_schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ...) -> None: ...

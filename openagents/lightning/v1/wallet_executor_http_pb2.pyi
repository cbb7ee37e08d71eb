from google.protobuf import struct_pb2 as _struct_pb2
from openagents.lightning.v1 import wallet_executor_pb2 as _wallet_executor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WalletExecutorStatus(_message.Message):
    __slots__ = ("wallet_id", "mode", "auth_mode", "auth_enforced", "auth_token_version", "lifecycle", "network", "identity_pubkey", "balance_sats", "api_key_configured", "ready", "allowed_host_count", "request_cap_msats", "window_cap_msats", "window_ms", "recent_payments_count", "last_payment_id", "last_payment_at_ms", "last_error_code", "last_error_message", "updated_at_ms", "simulated", "gateway", "paused", "pause_reason", "in_flight_count", "unknown_count", "window_spend_msats", "receipt_signer_pubkey", "custody", "synced_to_chain", "block_height", "active_writer")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    AUTH_MODE_FIELD_NUMBER: _ClassVar[int]
    AUTH_ENFORCED_FIELD_NUMBER: _ClassVar[int]
    AUTH_TOKEN_VERSION_FIELD_NUMBER: _ClassVar[int]
    LIFECYCLE_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    BALANCE_SATS_FIELD_NUMBER: _ClassVar[int]
    API_KEY_CONFIGURED_FIELD_NUMBER: _ClassVar[int]
    READY_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_HOST_COUNT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_MS_FIELD_NUMBER: _ClassVar[int]
    RECENT_PAYMENTS_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_PAYMENT_AT_MS_FIELD_NUMBER: _ClassVar[int]
    LAST_ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    LAST_ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    PAUSE_REASON_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_COUNT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SPEND_MSATS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_SIGNER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    CUSTODY_FIELD_NUMBER: _ClassVar[int]
    SYNCED_TO_CHAIN_FIELD_NUMBER: _ClassVar[int]
    BLOCK_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_WRITER_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    mode: str
    auth_mode: str
    auth_enforced: bool
    auth_token_version: int
    lifecycle: str
    network: str
    identity_pubkey: str
    balance_sats: int
    api_key_configured: bool
    ready: bool
    allowed_host_count: int
    request_cap_msats: int
    window_cap_msats: int
    window_ms: int
    recent_payments_count: int
    last_payment_id: str
    last_payment_at_ms: int
    last_error_code: str
    last_error_message: str
    updated_at_ms: int
    simulated: bool
    gateway: str
    paused: bool
    pause_reason: str
    in_flight_count: int
    unknown_count: int
    window_spend_msats: int
    receipt_signer_pubkey: str
    custody: CustodyStatus
    synced_to_chain: bool
    block_height: int
    active_writer: bool
    def __init__(self, wallet_id: _Optional[str] = ..., mode: _Optional[str] = ..., auth_mode: _Optional[str] = ..., auth_enforced: _Optional[bool] = ..., auth_token_version: _Optional[int] = ..., lifecycle: _Optional[str] = ..., network: _Optional[str] = ..., identity_pubkey: _Optional[str] = ..., balance_sats: _Optional[int] = ..., api_key_configured: _Optional[bool] = ..., ready: _Optional[bool] = ..., allowed_host_count: _Optional[int] = ..., request_cap_msats: _Optional[int] = ..., window_cap_msats: _Optional[int] = ..., window_ms: _Optional[int] = ..., recent_payments_count: _Optional[int] = ..., last_payment_id: _Optional[str] = ..., last_payment_at_ms: _Optional[int] = ..., last_error_code: _Optional[str] = ..., last_error_message: _Optional[str] = ..., updated_at_ms: _Optional[int] = ..., simulated: _Optional[bool] = ..., gateway: _Optional[str] = ..., paused: _Optional[bool] = ..., pause_reason: _Optional[str] = ..., in_flight_count: _Optional[int] = ..., unknown_count: _Optional[int] = ..., window_spend_msats: _Optional[int] = ..., receipt_signer_pubkey: _Optional[str] = ..., custody: _Optional[_Union[CustodyStatus, _Mapping]] = ..., synced_to_chain: _Optional[bool] = ..., block_height: _Optional[int] = ..., active_writer: _Optional[bool] = ...) -> None: ...

class CustodyStatus(_message.Message):
    __slots__ = ("kek_id", "sealed")
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    kek_id: str
    sealed: bool
    def __init__(self, kek_id: _Optional[str] = ..., sealed: _Optional[bool] = ...) -> None: ...

class WalletExecutorStatusResponse(_message.Message):
    __slots__ = ("ok", "request_id", "status")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    status: WalletExecutorStatus
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., status: _Optional[_Union[WalletExecutorStatus, _Mapping]] = ...) -> None: ...

class WalletExecutorAuthAssertionResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: _wallet_executor_pb2.WalletExecutorAuthAssertion
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[_wallet_executor_pb2.WalletExecutorAuthAssertion, _Mapping]] = ...) -> None: ...

class ReceiptSigningKey(_message.Message):
    __slots__ = ("signer_pubkey", "scheme", "status", "activated_at_ms", "retired_at_ms")
    SIGNER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ACTIVATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    RETIRED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    signer_pubkey: str
    scheme: str
    status: str
    activated_at_ms: int
    retired_at_ms: int
    def __init__(self, signer_pubkey: _Optional[str] = ..., scheme: _Optional[str] = ..., status: _Optional[str] = ..., activated_at_ms: _Optional[int] = ..., retired_at_ms: _Optional[int] = ...) -> None: ...

class ReceiptSigningKeys(_message.Message):
    __slots__ = ("keys",)
    KEYS_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedCompositeFieldContainer[ReceiptSigningKey]
    def __init__(self, keys: _Optional[_Iterable[_Union[ReceiptSigningKey, _Mapping]]] = ...) -> None: ...

class ReceiptSigningKeysResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: ReceiptSigningKeys
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[ReceiptSigningKeys, _Mapping]] = ...) -> None: ...

class PayBolt11Response(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: _wallet_executor_pb2.PayBolt11Result
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[_wallet_executor_pb2.PayBolt11Result, _Mapping]] = ...) -> None: ...

class DecodeBolt11Request(_message.Message):
    __slots__ = ("invoice",)
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    invoice: str
    def __init__(self, invoice: _Optional[str] = ...) -> None: ...

class DecodedPolicy(_message.Message):
    __slots__ = ("allowed", "code")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    code: str
    def __init__(self, allowed: _Optional[bool] = ..., code: _Optional[str] = ...) -> None: ...

class DecodedRouteHop(_message.Message):
    __slots__ = ("pubkey", "short_channel_id", "fee_base_msat", "fee_proportional_millionths", "cltv_expiry_delta")
    PUBKEY_FIELD_NUMBER: _ClassVar[int]
    SHORT_CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    FEE_BASE_MSAT_FIELD_NUMBER: _ClassVar[int]
    FEE_PROPORTIONAL_MILLIONTHS_FIELD_NUMBER: _ClassVar[int]
    CLTV_EXPIRY_DELTA_FIELD_NUMBER: _ClassVar[int]
    pubkey: str
    short_channel_id: str
    fee_base_msat: int
    fee_proportional_millionths: int
    cltv_expiry_delta: int
    def __init__(self, pubkey: _Optional[str] = ..., short_channel_id: _Optional[str] = ..., fee_base_msat: _Optional[int] = ..., fee_proportional_millionths: _Optional[int] = ..., cltv_expiry_delta: _Optional[int] = ...) -> None: ...

class DecodedRouteHint(_message.Message):
    __slots__ = ("hops",)
    HOPS_FIELD_NUMBER: _ClassVar[int]
    hops: _containers.RepeatedCompositeFieldContainer[DecodedRouteHop]
    def __init__(self, hops: _Optional[_Iterable[_Union[DecodedRouteHop, _Mapping]]] = ...) -> None: ...

class DecodedFallback(_message.Message):
    __slots__ = ("version", "program")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    version: int
    program: str
    def __init__(self, version: _Optional[int] = ..., program: _Optional[str] = ...) -> None: ...

class DecodedBolt11(_message.Message):
    __slots__ = ("network", "amount_msats", "timestamp", "expiry_secs", "expires_at_ms", "payment_hash", "payment_secret", "description", "description_hash", "payee_pubkey", "min_final_cltv", "features", "route_hints", "fallbacks", "metadata", "signature_hex", "invoice_hash", "policy")
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_SECS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_SECRET_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYEE_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    MIN_FINAL_CLTV_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    ROUTE_HINTS_FIELD_NUMBER: _ClassVar[int]
    FALLBACKS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_HEX_FIELD_NUMBER: _ClassVar[int]
    INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    network: str
    amount_msats: int
    timestamp: int
    expiry_secs: int
    expires_at_ms: int
    payment_hash: str
    payment_secret: str
    description: str
    description_hash: str
    payee_pubkey: str
    min_final_cltv: int
    features: _containers.RepeatedScalarFieldContainer[int]
    route_hints: _containers.RepeatedCompositeFieldContainer[DecodedRouteHint]
    fallbacks: _containers.RepeatedCompositeFieldContainer[DecodedFallback]
    metadata: str
    signature_hex: str
    invoice_hash: str
    policy: DecodedPolicy
    def __init__(self, network: _Optional[str] = ..., amount_msats: _Optional[int] = ..., timestamp: _Optional[int] = ..., expiry_secs: _Optional[int] = ..., expires_at_ms: _Optional[int] = ..., payment_hash: _Optional[str] = ..., payment_secret: _Optional[str] = ..., description: _Optional[str] = ..., description_hash: _Optional[str] = ..., payee_pubkey: _Optional[str] = ..., min_final_cltv: _Optional[int] = ..., features: _Optional[_Iterable[int]] = ..., route_hints: _Optional[_Iterable[_Union[DecodedRouteHint, _Mapping]]] = ..., fallbacks: _Optional[_Iterable[_Union[DecodedFallback, _Mapping]]] = ..., metadata: _Optional[str] = ..., signature_hex: _Optional[str] = ..., invoice_hash: _Optional[str] = ..., policy: _Optional[_Union[DecodedPolicy, _Mapping]] = ...) -> None: ...

class DecodeBolt11Response(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: DecodedBolt11
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[DecodedBolt11, _Mapping]] = ...) -> None: ...

class PaymentError(_message.Message):
    __slots__ = ("code", "message", "reason")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    reason: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SettledPayment(_message.Message):
    __slots__ = ("payment_id", "amount_msats", "preimage_hex", "paid_at_ms", "fee_msats", "payment_hash")
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PREIMAGE_HEX_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_MS_FIELD_NUMBER: _ClassVar[int]
    FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    amount_msats: int
    preimage_hex: str
    paid_at_ms: int
    fee_msats: int
    payment_hash: str
    def __init__(self, payment_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., preimage_hex: _Optional[str] = ..., paid_at_ms: _Optional[int] = ..., fee_msats: _Optional[int] = ..., payment_hash: _Optional[str] = ...) -> None: ...

class PaymentView(_message.Message):
    __slots__ = ("request_id", "family", "state", "detail_state", "attempt", "payment_hash", "quoted_amount_msats", "fee_limit_msats", "gateway", "created_at_ms", "updated_at_ms", "payment", "txid", "error", "receipt")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    QUOTED_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    FEE_LIMIT_MSATS_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    TXID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    family: str
    state: str
    detail_state: str
    attempt: int
    payment_hash: str
    quoted_amount_msats: int
    fee_limit_msats: int
    gateway: str
    created_at_ms: int
    updated_at_ms: int
    payment: SettledPayment
    txid: str
    error: PaymentError
    receipt: _struct_pb2.Struct
    def __init__(self, request_id: _Optional[str] = ..., family: _Optional[str] = ..., state: _Optional[str] = ..., detail_state: _Optional[str] = ..., attempt: _Optional[int] = ..., payment_hash: _Optional[str] = ..., quoted_amount_msats: _Optional[int] = ..., fee_limit_msats: _Optional[int] = ..., gateway: _Optional[str] = ..., created_at_ms: _Optional[int] = ..., updated_at_ms: _Optional[int] = ..., payment: _Optional[_Union[SettledPayment, _Mapping]] = ..., txid: _Optional[str] = ..., error: _Optional[_Union[PaymentError, _Mapping]] = ..., receipt: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class PaymentViewResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: PaymentView
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[PaymentView, _Mapping]] = ...) -> None: ...

class StoredReceiptResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: _struct_pb2.Struct
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class VerifyReceiptRequest(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _struct_pb2.Struct
    def __init__(self, receipt: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class ReceiptVerdict(_message.Message):
    __slots__ = ("hash_ok", "receipt_id_ok", "signature_ok", "known")
    HASH_OK_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_OK_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_OK_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    hash_ok: bool
    receipt_id_ok: bool
    signature_ok: bool
    known: bool
    def __init__(self, hash_ok: _Optional[bool] = ..., receipt_id_ok: _Optional[bool] = ..., signature_ok: _Optional[bool] = ..., known: _Optional[bool] = ...) -> None: ...

class ReceiptVerdictResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: ReceiptVerdict
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[ReceiptVerdict, _Mapping]] = ...) -> None: ...

class CreateInvoiceResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: _wallet_executor_pb2.CreateInvoiceResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[_wallet_executor_pb2.CreateInvoiceResult, _Mapping]] = ...) -> None: ...

class InvoiceView(_message.Message):
    __slots__ = ("request_id", "state", "amount_msats", "amount_paid_msats", "payment_hash", "settled_at_ms")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_PAID_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    state: str
    amount_msats: int
    amount_paid_msats: int
    payment_hash: str
    settled_at_ms: int
    def __init__(self, request_id: _Optional[str] = ..., state: _Optional[str] = ..., amount_msats: _Optional[int] = ..., amount_paid_msats: _Optional[int] = ..., payment_hash: _Optional[str] = ..., settled_at_ms: _Optional[int] = ...) -> None: ...

class InvoiceViewResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: InvoiceView
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[InvoiceView, _Mapping]] = ...) -> None: ...

class ReceiveAddressResult(_message.Message):
    __slots__ = ("spark_address", "bitcoin_address", "network")
    SPARK_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    BITCOIN_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    spark_address: str
    bitcoin_address: str
    network: str
    def __init__(self, spark_address: _Optional[str] = ..., bitcoin_address: _Optional[str] = ..., network: _Optional[str] = ...) -> None: ...

class ReceiveAddressResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: ReceiveAddressResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[ReceiveAddressResult, _Mapping]] = ...) -> None: ...

class SendOnchainPlanResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: _wallet_executor_pb2.SendOnchainPlan
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[_wallet_executor_pb2.SendOnchainPlan, _Mapping]] = ...) -> None: ...

class WalletLimits(_message.Message):
    __slots__ = ("allowed_hosts", "request_cap_msats", "window_cap_msats", "window_ms", "payment_timeout_secs", "daily_cap_msats", "fee_floor_msats", "fee_limit_ppm", "daily_fee_cap_msats", "max_payments_per_minute", "caller_caps_msats", "caller_daily_caps_msats", "host_daily_caps_msats", "destination_allow", "destination_deny")
    class CallerCapsMsatsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class CallerDailyCapsMsatsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class HostDailyCapsMsatsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    ALLOWED_HOSTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_MS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_TIMEOUT_SECS_FIELD_NUMBER: _ClassVar[int]
    DAILY_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    FEE_FLOOR_MSATS_FIELD_NUMBER: _ClassVar[int]
    FEE_LIMIT_PPM_FIELD_NUMBER: _ClassVar[int]
    DAILY_FEE_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_PAYMENTS_PER_MINUTE_FIELD_NUMBER: _ClassVar[int]
    CALLER_CAPS_MSATS_FIELD_NUMBER: _ClassVar[int]
    CALLER_DAILY_CAPS_MSATS_FIELD_NUMBER: _ClassVar[int]
    HOST_DAILY_CAPS_MSATS_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_ALLOW_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_DENY_FIELD_NUMBER: _ClassVar[int]
    allowed_hosts: _containers.RepeatedScalarFieldContainer[str]
    request_cap_msats: int
    window_cap_msats: int
    window_ms: int
    payment_timeout_secs: int
    daily_cap_msats: int
    fee_floor_msats: int
    fee_limit_ppm: int
    daily_fee_cap_msats: int
    max_payments_per_minute: int
    caller_caps_msats: _containers.ScalarMap[str, int]
    caller_daily_caps_msats: _containers.ScalarMap[str, int]
    host_daily_caps_msats: _containers.ScalarMap[str, int]
    destination_allow: _containers.RepeatedScalarFieldContainer[str]
    destination_deny: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, allowed_hosts: _Optional[_Iterable[str]] = ..., request_cap_msats: _Optional[int] = ..., window_cap_msats: _Optional[int] = ..., window_ms: _Optional[int] = ..., payment_timeout_secs: _Optional[int] = ..., daily_cap_msats: _Optional[int] = ..., fee_floor_msats: _Optional[int] = ..., fee_limit_ppm: _Optional[int] = ..., daily_fee_cap_msats: _Optional[int] = ..., max_payments_per_minute: _Optional[int] = ..., caller_caps_msats: _Optional[_Mapping[str, int]] = ..., caller_daily_caps_msats: _Optional[_Mapping[str, int]] = ..., host_daily_caps_msats: _Optional[_Mapping[str, int]] = ..., destination_allow: _Optional[_Iterable[str]] = ..., destination_deny: _Optional[_Iterable[str]] = ...) -> None: ...

class WalletPolicyView(_message.Message):
    __slots__ = ("policy_version", "limits")
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    policy_version: int
    limits: WalletLimits
    def __init__(self, policy_version: _Optional[int] = ..., limits: _Optional[_Union[WalletLimits, _Mapping]] = ...) -> None: ...

class WalletPolicyResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: WalletPolicyView
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[WalletPolicyView, _Mapping]] = ...) -> None: ...

class ChangePolicyRequest(_message.Message):
    __slots__ = ("limits", "expected_version", "reason")
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    limits: _struct_pb2.Struct
    expected_version: int
    reason: str
    def __init__(self, limits: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., expected_version: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class PauseRequest(_message.Message):
    __slots__ = ("scope", "reason")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    scope: str
    reason: str
    def __init__(self, scope: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PauseScope(_message.Message):
    __slots__ = ("scope", "paused", "reason", "updated_by", "updated_at_ms")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    scope: str
    paused: bool
    reason: str
    updated_by: str
    updated_at_ms: int
    def __init__(self, scope: _Optional[str] = ..., paused: _Optional[bool] = ..., reason: _Optional[str] = ..., updated_by: _Optional[str] = ..., updated_at_ms: _Optional[int] = ...) -> None: ...

class PauseState(_message.Message):
    __slots__ = ("paused", "scopes")
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    paused: bool
    scopes: _containers.RepeatedCompositeFieldContainer[PauseScope]
    def __init__(self, paused: _Optional[bool] = ..., scopes: _Optional[_Iterable[_Union[PauseScope, _Mapping]]] = ...) -> None: ...

class PauseStateResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: PauseState
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[PauseState, _Mapping]] = ...) -> None: ...

class CredentialRequest(_message.Message):
    __slots__ = ("version", "not_after", "mode", "scopes")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    version: int
    not_after: int
    mode: str
    scopes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, version: _Optional[int] = ..., not_after: _Optional[int] = ..., mode: _Optional[str] = ..., scopes: _Optional[_Iterable[str]] = ...) -> None: ...

class ServiceCredentialView(_message.Message):
    __slots__ = ("caller", "version", "mode", "state", "scopes", "fingerprint", "key_id", "not_after_ms", "secret_once")
    CALLER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    SECRET_ONCE_FIELD_NUMBER: _ClassVar[int]
    caller: str
    version: int
    mode: str
    state: str
    scopes: _containers.RepeatedScalarFieldContainer[str]
    fingerprint: str
    key_id: str
    not_after_ms: int
    secret_once: str
    def __init__(self, caller: _Optional[str] = ..., version: _Optional[int] = ..., mode: _Optional[str] = ..., state: _Optional[str] = ..., scopes: _Optional[_Iterable[str]] = ..., fingerprint: _Optional[str] = ..., key_id: _Optional[str] = ..., not_after_ms: _Optional[int] = ..., secret_once: _Optional[str] = ...) -> None: ...

class ServiceCredentialResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: ServiceCredentialView
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[ServiceCredentialView, _Mapping]] = ...) -> None: ...

class RecoverRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class RecoveredPayment(_message.Message):
    __slots__ = ("request_id", "family", "before", "after")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    family: str
    before: str
    after: str
    def __init__(self, request_id: _Optional[str] = ..., family: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class RecoverResult(_message.Message):
    __slots__ = ("payments",)
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[RecoveredPayment]
    def __init__(self, payments: _Optional[_Iterable[_Union[RecoveredPayment, _Mapping]]] = ...) -> None: ...

class RecoverResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: RecoverResult
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[RecoverResult, _Mapping]] = ...) -> None: ...

class SubWallet(_message.Message):
    __slots__ = ("wallet_id", "mnemonic", "spark_address", "lightning_address", "identity_pubkey", "balance_sats", "status")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    MNEMONIC_FIELD_NUMBER: _ClassVar[int]
    SPARK_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    LIGHTNING_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    BALANCE_SATS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    mnemonic: str
    spark_address: str
    lightning_address: str
    identity_pubkey: str
    balance_sats: int
    status: str
    def __init__(self, wallet_id: _Optional[str] = ..., mnemonic: _Optional[str] = ..., spark_address: _Optional[str] = ..., lightning_address: _Optional[str] = ..., identity_pubkey: _Optional[str] = ..., balance_sats: _Optional[int] = ..., status: _Optional[str] = ...) -> None: ...

class SubWalletRequest(_message.Message):
    __slots__ = ("wallet_id", "mnemonic")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    MNEMONIC_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    mnemonic: str
    def __init__(self, wallet_id: _Optional[str] = ..., mnemonic: _Optional[str] = ...) -> None: ...

class SubWalletResponse(_message.Message):
    __slots__ = ("ok", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    result: SubWallet
    def __init__(self, ok: _Optional[bool] = ..., result: _Optional[_Union[SubWallet, _Mapping]] = ...) -> None: ...

class SubWalletInvoiceRequest(_message.Message):
    __slots__ = ("wallet_id", "mnemonic", "amount_sats", "description")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    MNEMONIC_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    mnemonic: str
    amount_sats: int
    description: str
    def __init__(self, wallet_id: _Optional[str] = ..., mnemonic: _Optional[str] = ..., amount_sats: _Optional[int] = ..., description: _Optional[str] = ...) -> None: ...

class SubWalletInvoice(_message.Message):
    __slots__ = ("wallet_id", "payment_request", "invoice", "amount_sats", "description", "expires_at")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    payment_request: str
    invoice: str
    amount_sats: int
    description: str
    expires_at: str
    def __init__(self, wallet_id: _Optional[str] = ..., payment_request: _Optional[str] = ..., invoice: _Optional[str] = ..., amount_sats: _Optional[int] = ..., description: _Optional[str] = ..., expires_at: _Optional[str] = ...) -> None: ...

class SubWalletInvoiceResponse(_message.Message):
    __slots__ = ("ok", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    result: SubWalletInvoice
    def __init__(self, ok: _Optional[bool] = ..., result: _Optional[_Union[SubWalletInvoice, _Mapping]] = ...) -> None: ...

class SubWalletPayRequest(_message.Message):
    __slots__ = ("wallet_id", "mnemonic", "invoice", "max_amount_msats", "timeout_ms", "host")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    MNEMONIC_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    MAX_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    mnemonic: str
    invoice: str
    max_amount_msats: int
    timeout_ms: int
    host: str
    def __init__(self, wallet_id: _Optional[str] = ..., mnemonic: _Optional[str] = ..., invoice: _Optional[str] = ..., max_amount_msats: _Optional[int] = ..., timeout_ms: _Optional[int] = ..., host: _Optional[str] = ...) -> None: ...

class SubWalletPayment(_message.Message):
    __slots__ = ("wallet_id", "payment_id", "preimage", "status", "amount_msats", "paid_at_ms", "fee_msats", "receipt")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PREIMAGE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_MS_FIELD_NUMBER: _ClassVar[int]
    FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    payment_id: str
    preimage: str
    status: str
    amount_msats: int
    paid_at_ms: int
    fee_msats: int
    receipt: _wallet_executor_pb2.WalletExecutionReceipt
    def __init__(self, wallet_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., preimage: _Optional[str] = ..., status: _Optional[str] = ..., amount_msats: _Optional[int] = ..., paid_at_ms: _Optional[int] = ..., fee_msats: _Optional[int] = ..., receipt: _Optional[_Union[_wallet_executor_pb2.WalletExecutionReceipt, _Mapping]] = ...) -> None: ...

class SubWalletPaymentResponse(_message.Message):
    __slots__ = ("ok", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    result: SubWalletPayment
    def __init__(self, ok: _Optional[bool] = ..., result: _Optional[_Union[SubWalletPayment, _Mapping]] = ...) -> None: ...

class SubWalletSendRequest(_message.Message):
    __slots__ = ("wallet_id", "mnemonic", "spark_address", "amount_sats", "timeout_ms")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    MNEMONIC_FIELD_NUMBER: _ClassVar[int]
    SPARK_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    mnemonic: str
    spark_address: str
    amount_sats: int
    timeout_ms: int
    def __init__(self, wallet_id: _Optional[str] = ..., mnemonic: _Optional[str] = ..., spark_address: _Optional[str] = ..., amount_sats: _Optional[int] = ..., timeout_ms: _Optional[int] = ...) -> None: ...

class SubWalletTransfer(_message.Message):
    __slots__ = ("wallet_id", "payment_id", "status", "amount_sats", "amount_msats", "paid_at_ms")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_MS_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    payment_id: str
    status: str
    amount_sats: int
    amount_msats: int
    paid_at_ms: int
    def __init__(self, wallet_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., status: _Optional[str] = ..., amount_sats: _Optional[int] = ..., amount_msats: _Optional[int] = ..., paid_at_ms: _Optional[int] = ...) -> None: ...

class SubWalletTransferResponse(_message.Message):
    __slots__ = ("ok", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    result: SubWalletTransfer
    def __init__(self, ok: _Optional[bool] = ..., result: _Optional[_Union[SubWalletTransfer, _Mapping]] = ...) -> None: ...

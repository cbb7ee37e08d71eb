from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WalletExecutorAuthMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WALLET_EXECUTOR_AUTH_MODE_UNSPECIFIED: _ClassVar[WalletExecutorAuthMode]
    WALLET_EXECUTOR_AUTH_MODE_DISABLED: _ClassVar[WalletExecutorAuthMode]
    WALLET_EXECUTOR_AUTH_MODE_BEARER_STATIC: _ClassVar[WalletExecutorAuthMode]
    WALLET_EXECUTOR_AUTH_MODE_SIGNED_INTERNAL: _ClassVar[WalletExecutorAuthMode]
WALLET_EXECUTOR_AUTH_MODE_UNSPECIFIED: WalletExecutorAuthMode
WALLET_EXECUTOR_AUTH_MODE_DISABLED: WalletExecutorAuthMode
WALLET_EXECUTOR_AUTH_MODE_BEARER_STATIC: WalletExecutorAuthMode
WALLET_EXECUTOR_AUTH_MODE_SIGNED_INTERNAL: WalletExecutorAuthMode

class WalletExecutorAuthAssertion(_message.Message):
    __slots__ = ("wallet_id", "auth_mode", "auth_enforced", "auth_token_version", "token_fingerprint", "asserted_at_ms", "accepted_key_ids", "receipt_signer_pubkey")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    AUTH_MODE_FIELD_NUMBER: _ClassVar[int]
    AUTH_ENFORCED_FIELD_NUMBER: _ClassVar[int]
    AUTH_TOKEN_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    ASSERTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_KEY_IDS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_SIGNER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    auth_mode: WalletExecutorAuthMode
    auth_enforced: bool
    auth_token_version: int
    token_fingerprint: str
    asserted_at_ms: int
    accepted_key_ids: _containers.RepeatedScalarFieldContainer[str]
    receipt_signer_pubkey: str
    def __init__(self, wallet_id: _Optional[str] = ..., auth_mode: _Optional[_Union[WalletExecutorAuthMode, str]] = ..., auth_enforced: _Optional[bool] = ..., auth_token_version: _Optional[int] = ..., token_fingerprint: _Optional[str] = ..., asserted_at_ms: _Optional[int] = ..., accepted_key_ids: _Optional[_Iterable[str]] = ..., receipt_signer_pubkey: _Optional[str] = ...) -> None: ...

class ReceiptSignature(_message.Message):
    __slots__ = ("schema", "scheme", "signer_pubkey", "signed_sha256", "signature_hex")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    SIGNER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    SIGNED_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_HEX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    scheme: str
    signer_pubkey: str
    signed_sha256: str
    signature_hex: str
    def __init__(self, schema: _Optional[str] = ..., scheme: _Optional[str] = ..., signer_pubkey: _Optional[str] = ..., signed_sha256: _Optional[str] = ..., signature_hex: _Optional[str] = ...) -> None: ...

class WalletExecutionReceipt(_message.Message):
    __slots__ = ("receipt_version", "receipt_id", "request_id", "wallet_id", "host", "payment_id", "invoice_hash", "quoted_amount_msats", "settled_amount_msats", "preimage_sha256", "paid_at_ms", "rail", "asset_id", "canonical_json_sha256", "payment_hash", "fee_msats", "gateway", "simulated", "signature")
    RECEIPT_VERSION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    QUOTED_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PREIMAGE_SHA256_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_MS_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    receipt_version: str
    receipt_id: str
    request_id: str
    wallet_id: str
    host: str
    payment_id: str
    invoice_hash: str
    quoted_amount_msats: int
    settled_amount_msats: int
    preimage_sha256: str
    paid_at_ms: int
    rail: str
    asset_id: str
    canonical_json_sha256: str
    payment_hash: str
    fee_msats: int
    gateway: str
    simulated: bool
    signature: ReceiptSignature
    def __init__(self, receipt_version: _Optional[str] = ..., receipt_id: _Optional[str] = ..., request_id: _Optional[str] = ..., wallet_id: _Optional[str] = ..., host: _Optional[str] = ..., payment_id: _Optional[str] = ..., invoice_hash: _Optional[str] = ..., quoted_amount_msats: _Optional[int] = ..., settled_amount_msats: _Optional[int] = ..., preimage_sha256: _Optional[str] = ..., paid_at_ms: _Optional[int] = ..., rail: _Optional[str] = ..., asset_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ..., payment_hash: _Optional[str] = ..., fee_msats: _Optional[int] = ..., gateway: _Optional[str] = ..., simulated: _Optional[bool] = ..., signature: _Optional[_Union[ReceiptSignature, _Mapping]] = ...) -> None: ...

class InvoiceReceipt(_message.Message):
    __slots__ = ("receipt_version", "receipt_id", "request_id", "wallet_id", "invoice_hash", "amount_msats", "created_at_ms", "expires_at_ms", "canonical_json_sha256", "payment_hash", "signature")
    RECEIPT_VERSION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    receipt_version: str
    receipt_id: str
    request_id: str
    wallet_id: str
    invoice_hash: str
    amount_msats: int
    created_at_ms: int
    expires_at_ms: int
    canonical_json_sha256: str
    payment_hash: str
    signature: ReceiptSignature
    def __init__(self, receipt_version: _Optional[str] = ..., receipt_id: _Optional[str] = ..., request_id: _Optional[str] = ..., wallet_id: _Optional[str] = ..., invoice_hash: _Optional[str] = ..., amount_msats: _Optional[int] = ..., created_at_ms: _Optional[int] = ..., expires_at_ms: _Optional[int] = ..., canonical_json_sha256: _Optional[str] = ..., payment_hash: _Optional[str] = ..., signature: _Optional[_Union[ReceiptSignature, _Mapping]] = ...) -> None: ...

class OnchainSendReceipt(_message.Message):
    __slots__ = ("receipt_version", "receipt_id", "plan_id", "wallet_id", "address", "amount_sats", "fee_sats", "total_sats", "confirmation_speed", "txid", "sent_at_ms", "rail", "asset_id", "canonical_json_sha256", "actual_fee_sats", "signature")
    RECEIPT_VERSION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    FEE_SATS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SATS_FIELD_NUMBER: _ClassVar[int]
    CONFIRMATION_SPEED_FIELD_NUMBER: _ClassVar[int]
    TXID_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_MS_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FEE_SATS_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    receipt_version: str
    receipt_id: str
    plan_id: str
    wallet_id: str
    address: str
    amount_sats: int
    fee_sats: int
    total_sats: int
    confirmation_speed: str
    txid: str
    sent_at_ms: int
    rail: str
    asset_id: str
    canonical_json_sha256: str
    actual_fee_sats: int
    signature: ReceiptSignature
    def __init__(self, receipt_version: _Optional[str] = ..., receipt_id: _Optional[str] = ..., plan_id: _Optional[str] = ..., wallet_id: _Optional[str] = ..., address: _Optional[str] = ..., amount_sats: _Optional[int] = ..., fee_sats: _Optional[int] = ..., total_sats: _Optional[int] = ..., confirmation_speed: _Optional[str] = ..., txid: _Optional[str] = ..., sent_at_ms: _Optional[int] = ..., rail: _Optional[str] = ..., asset_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ..., actual_fee_sats: _Optional[int] = ..., signature: _Optional[_Union[ReceiptSignature, _Mapping]] = ...) -> None: ...

class Bolt11Payment(_message.Message):
    __slots__ = ("invoice", "max_amount_msats", "host", "amount_msats", "max_fee_msats", "timeout_secs")
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    MAX_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECS_FIELD_NUMBER: _ClassVar[int]
    invoice: str
    max_amount_msats: int
    host: str
    amount_msats: int
    max_fee_msats: int
    timeout_secs: int
    def __init__(self, invoice: _Optional[str] = ..., max_amount_msats: _Optional[int] = ..., host: _Optional[str] = ..., amount_msats: _Optional[int] = ..., max_fee_msats: _Optional[int] = ..., timeout_secs: _Optional[int] = ...) -> None: ...

class PayBolt11Request(_message.Message):
    __slots__ = ("request_id", "payment")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    payment: Bolt11Payment
    def __init__(self, request_id: _Optional[str] = ..., payment: _Optional[_Union[Bolt11Payment, _Mapping]] = ...) -> None: ...

class Bolt11PaymentOutcome(_message.Message):
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

class PayBolt11Result(_message.Message):
    __slots__ = ("request_id", "wallet_id", "payment", "quoted_amount_msats", "window_spend_msats_after_payment", "receipt", "gateway", "simulated")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    QUOTED_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SPEND_MSATS_AFTER_PAYMENT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    wallet_id: str
    payment: Bolt11PaymentOutcome
    quoted_amount_msats: int
    window_spend_msats_after_payment: int
    receipt: WalletExecutionReceipt
    gateway: str
    simulated: bool
    def __init__(self, request_id: _Optional[str] = ..., wallet_id: _Optional[str] = ..., payment: _Optional[_Union[Bolt11PaymentOutcome, _Mapping]] = ..., quoted_amount_msats: _Optional[int] = ..., window_spend_msats_after_payment: _Optional[int] = ..., receipt: _Optional[_Union[WalletExecutionReceipt, _Mapping]] = ..., gateway: _Optional[str] = ..., simulated: _Optional[bool] = ...) -> None: ...

class CreateInvoiceRequest(_message.Message):
    __slots__ = ("amount_sats", "description", "expiry_secs", "request_id")
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_SECS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    amount_sats: int
    description: str
    expiry_secs: int
    request_id: str
    def __init__(self, amount_sats: _Optional[int] = ..., description: _Optional[str] = ..., expiry_secs: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateInvoiceResult(_message.Message):
    __slots__ = ("request_id", "wallet_id", "invoice", "invoice_hash", "amount_msats", "created_at_ms", "expires_at_ms", "receipt", "payment_hash")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    wallet_id: str
    invoice: str
    invoice_hash: str
    amount_msats: int
    created_at_ms: int
    expires_at_ms: int
    receipt: InvoiceReceipt
    payment_hash: str
    def __init__(self, request_id: _Optional[str] = ..., wallet_id: _Optional[str] = ..., invoice: _Optional[str] = ..., invoice_hash: _Optional[str] = ..., amount_msats: _Optional[int] = ..., created_at_ms: _Optional[int] = ..., expires_at_ms: _Optional[int] = ..., receipt: _Optional[_Union[InvoiceReceipt, _Mapping]] = ..., payment_hash: _Optional[str] = ...) -> None: ...

class OnchainPayment(_message.Message):
    __slots__ = ("address", "amount_sats", "confirmation_speed")
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    CONFIRMATION_SPEED_FIELD_NUMBER: _ClassVar[int]
    address: str
    amount_sats: int
    confirmation_speed: str
    def __init__(self, address: _Optional[str] = ..., amount_sats: _Optional[int] = ..., confirmation_speed: _Optional[str] = ...) -> None: ...

class SendOnchainQuoteRequest(_message.Message):
    __slots__ = ("request_id", "payment")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    payment: OnchainPayment
    def __init__(self, request_id: _Optional[str] = ..., payment: _Optional[_Union[OnchainPayment, _Mapping]] = ...) -> None: ...

class SendOnchainPlan(_message.Message):
    __slots__ = ("plan_id", "wallet_id", "address", "amount_sats", "confirmation_speed", "fee_sats", "total_sats", "quoted_at_ms", "txid", "paid_at_ms", "receipt", "expires_at_ms")
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_SATS_FIELD_NUMBER: _ClassVar[int]
    CONFIRMATION_SPEED_FIELD_NUMBER: _ClassVar[int]
    FEE_SATS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SATS_FIELD_NUMBER: _ClassVar[int]
    QUOTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    TXID_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_MS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    plan_id: str
    wallet_id: str
    address: str
    amount_sats: int
    confirmation_speed: str
    fee_sats: int
    total_sats: int
    quoted_at_ms: int
    txid: str
    paid_at_ms: int
    receipt: OnchainSendReceipt
    expires_at_ms: int
    def __init__(self, plan_id: _Optional[str] = ..., wallet_id: _Optional[str] = ..., address: _Optional[str] = ..., amount_sats: _Optional[int] = ..., confirmation_speed: _Optional[str] = ..., fee_sats: _Optional[int] = ..., total_sats: _Optional[int] = ..., quoted_at_ms: _Optional[int] = ..., txid: _Optional[str] = ..., paid_at_ms: _Optional[int] = ..., receipt: _Optional[_Union[OnchainSendReceipt, _Mapping]] = ..., expires_at_ms: _Optional[int] = ...) -> None: ...

class SendOnchainCommitRequest(_message.Message):
    __slots__ = ("plan_id",)
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    plan_id: str
    def __init__(self, plan_id: _Optional[str] = ...) -> None: ...

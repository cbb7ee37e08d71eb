import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.hydra.v1 import common_pb2 as _common_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LiquidityQuotePayRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "invoice", "host", "max_amount_msats", "max_fee_msats", "urgency", "policy_context")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    MAX_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    URGENCY_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    invoice: str
    host: str
    max_amount_msats: int
    max_fee_msats: int
    urgency: str
    policy_context: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., invoice: _Optional[str] = ..., host: _Optional[str] = ..., max_amount_msats: _Optional[int] = ..., max_fee_msats: _Optional[int] = ..., urgency: _Optional[str] = ..., policy_context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class LiquidityQuotePayResponseV1(_message.Message):
    __slots__ = ("schema", "quote_id", "idempotency_key", "invoice_hash", "host", "quoted_amount_msats", "max_amount_msats", "max_fee_msats", "policy_context_sha256", "valid_until", "created_at")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    QUOTED_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_SHA256_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    quote_id: str
    idempotency_key: str
    invoice_hash: str
    host: str
    quoted_amount_msats: int
    max_amount_msats: int
    max_fee_msats: int
    policy_context_sha256: str
    valid_until: _timestamp_pb2.Timestamp
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., quote_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., invoice_hash: _Optional[str] = ..., host: _Optional[str] = ..., quoted_amount_msats: _Optional[int] = ..., max_amount_msats: _Optional[int] = ..., max_fee_msats: _Optional[int] = ..., policy_context_sha256: _Optional[str] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LiquidityPayRequestV1(_message.Message):
    __slots__ = ("schema", "quote_id", "run_id", "trajectory_hash", "verification")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_HASH_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    schema: str
    quote_id: str
    run_id: str
    trajectory_hash: str
    verification: _common_pb2.VerificationReferenceV1
    def __init__(self, schema: _Optional[str] = ..., quote_id: _Optional[str] = ..., run_id: _Optional[str] = ..., trajectory_hash: _Optional[str] = ..., verification: _Optional[_Union[_common_pb2.VerificationReferenceV1, _Mapping]] = ...) -> None: ...

class InvoicePayReceiptV1(_message.Message):
    __slots__ = ("schema", "receipt_id", "quote_id", "invoice_hash", "host", "quoted_amount_msats", "max_amount_msats", "max_fee_msats", "max_amount_forwarded_msats", "status", "wallet_receipt_sha256", "preimage_sha256", "paid_at_ms", "error_code", "error_message", "policy_context_sha256", "run_id", "trajectory_hash", "created_at", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_HASH_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    QUOTED_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_AMOUNT_FORWARDED_MSATS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    PREIMAGE_SHA256_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_SHA256_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_HASH_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipt_id: str
    quote_id: str
    invoice_hash: str
    host: str
    quoted_amount_msats: int
    max_amount_msats: int
    max_fee_msats: int
    max_amount_forwarded_msats: int
    status: str
    wallet_receipt_sha256: str
    preimage_sha256: str
    paid_at_ms: int
    error_code: str
    error_message: str
    policy_context_sha256: str
    run_id: str
    trajectory_hash: str
    created_at: _timestamp_pb2.Timestamp
    canonical_json_sha256: str
    signature: _common_pb2.ReceiptSignatureV1
    def __init__(self, schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., quote_id: _Optional[str] = ..., invoice_hash: _Optional[str] = ..., host: _Optional[str] = ..., quoted_amount_msats: _Optional[int] = ..., max_amount_msats: _Optional[int] = ..., max_fee_msats: _Optional[int] = ..., max_amount_forwarded_msats: _Optional[int] = ..., status: _Optional[str] = ..., wallet_receipt_sha256: _Optional[str] = ..., preimage_sha256: _Optional[str] = ..., paid_at_ms: _Optional[int] = ..., error_code: _Optional[str] = ..., error_message: _Optional[str] = ..., policy_context_sha256: _Optional[str] = ..., run_id: _Optional[str] = ..., trajectory_hash: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_common_pb2.ReceiptSignatureV1, _Mapping]] = ...) -> None: ...

class LiquidityPayResponseV1(_message.Message):
    __slots__ = ("schema", "quote_id", "status", "wallet_receipt_sha256", "preimage_sha256", "paid_at_ms", "error_code", "error_message", "receipt", "payment_proof")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    PREIMAGE_SHA256_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_FIELD_NUMBER: _ClassVar[int]
    schema: str
    quote_id: str
    status: str
    wallet_receipt_sha256: str
    preimage_sha256: str
    paid_at_ms: int
    error_code: str
    error_message: str
    receipt: InvoicePayReceiptV1
    payment_proof: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., quote_id: _Optional[str] = ..., status: _Optional[str] = ..., wallet_receipt_sha256: _Optional[str] = ..., preimage_sha256: _Optional[str] = ..., paid_at_ms: _Optional[int] = ..., error_code: _Optional[str] = ..., error_message: _Optional[str] = ..., receipt: _Optional[_Union[InvoicePayReceiptV1, _Mapping]] = ..., payment_proof: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class LiquidityStatusResponseV1(_message.Message):
    __slots__ = ("schema", "wallet_executor_configured", "wallet_executor_reachable", "receipt_signing_enabled", "quote_ttl_seconds", "wallet_status", "error_code", "error_message", "unknown_payments", "in_flight_msats")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    WALLET_EXECUTOR_CONFIGURED_FIELD_NUMBER: _ClassVar[int]
    WALLET_EXECUTOR_REACHABLE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_SIGNING_ENABLED_FIELD_NUMBER: _ClassVar[int]
    QUOTE_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    WALLET_STATUS_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_MSATS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    wallet_executor_configured: bool
    wallet_executor_reachable: bool
    receipt_signing_enabled: bool
    quote_ttl_seconds: int
    wallet_status: _struct_pb2.Struct
    error_code: str
    error_message: str
    unknown_payments: int
    in_flight_msats: int
    def __init__(self, schema: _Optional[str] = ..., wallet_executor_configured: _Optional[bool] = ..., wallet_executor_reachable: _Optional[bool] = ..., receipt_signing_enabled: _Optional[bool] = ..., quote_ttl_seconds: _Optional[int] = ..., wallet_status: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., error_code: _Optional[str] = ..., error_message: _Optional[str] = ..., unknown_payments: _Optional[int] = ..., in_flight_msats: _Optional[int] = ...) -> None: ...

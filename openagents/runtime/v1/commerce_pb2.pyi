import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MarketplaceSurface(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MARKETPLACE_SURFACE_UNSPECIFIED: _ClassVar[MarketplaceSurface]
    MARKETPLACE_SURFACE_COMPUTE: _ClassVar[MarketplaceSurface]
    MARKETPLACE_SURFACE_SKILLS: _ClassVar[MarketplaceSurface]
    MARKETPLACE_SURFACE_DATA: _ClassVar[MarketplaceSurface]

class CommerceMessageKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMERCE_MESSAGE_KIND_UNSPECIFIED: _ClassVar[CommerceMessageKind]
    COMMERCE_MESSAGE_KIND_RFQ: _ClassVar[CommerceMessageKind]
    COMMERCE_MESSAGE_KIND_OFFER: _ClassVar[CommerceMessageKind]
    COMMERCE_MESSAGE_KIND_QUOTE: _ClassVar[CommerceMessageKind]
    COMMERCE_MESSAGE_KIND_ACCEPT: _ClassVar[CommerceMessageKind]
    COMMERCE_MESSAGE_KIND_CANCEL: _ClassVar[CommerceMessageKind]
    COMMERCE_MESSAGE_KIND_RECEIPT: _ClassVar[CommerceMessageKind]
    COMMERCE_MESSAGE_KIND_REFUND: _ClassVar[CommerceMessageKind]
    COMMERCE_MESSAGE_KIND_DISPUTE: _ClassVar[CommerceMessageKind]
MARKETPLACE_SURFACE_UNSPECIFIED: MarketplaceSurface
MARKETPLACE_SURFACE_COMPUTE: MarketplaceSurface
MARKETPLACE_SURFACE_SKILLS: MarketplaceSurface
MARKETPLACE_SURFACE_DATA: MarketplaceSurface
COMMERCE_MESSAGE_KIND_UNSPECIFIED: CommerceMessageKind
COMMERCE_MESSAGE_KIND_RFQ: CommerceMessageKind
COMMERCE_MESSAGE_KIND_OFFER: CommerceMessageKind
COMMERCE_MESSAGE_KIND_QUOTE: CommerceMessageKind
COMMERCE_MESSAGE_KIND_ACCEPT: CommerceMessageKind
COMMERCE_MESSAGE_KIND_CANCEL: CommerceMessageKind
COMMERCE_MESSAGE_KIND_RECEIPT: CommerceMessageKind
COMMERCE_MESSAGE_KIND_REFUND: CommerceMessageKind
COMMERCE_MESSAGE_KIND_DISPUTE: CommerceMessageKind

class CommerceMoney(_message.Message):
    __slots__ = ("currency", "amount")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    currency: str
    amount: int
    def __init__(self, currency: _Optional[str] = ..., amount: _Optional[int] = ...) -> None: ...

class CommerceFeeComponent(_message.Message):
    __slots__ = ("component", "amount", "notes")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    component: str
    amount: CommerceMoney
    notes: str
    def __init__(self, component: _Optional[str] = ..., amount: _Optional[_Union[CommerceMoney, _Mapping]] = ..., notes: _Optional[str] = ...) -> None: ...

class CommerceRfq(_message.Message):
    __slots__ = ("rfq_id", "surface", "buyer_id", "job_type", "objective_hash", "max_total", "created_at", "desired_start_at", "desired_end_at", "constraints")
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    SURFACE_FIELD_NUMBER: _ClassVar[int]
    BUYER_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_TYPE_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    MAX_TOTAL_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    DESIRED_START_AT_FIELD_NUMBER: _ClassVar[int]
    DESIRED_END_AT_FIELD_NUMBER: _ClassVar[int]
    CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    rfq_id: str
    surface: MarketplaceSurface
    buyer_id: str
    job_type: str
    objective_hash: str
    max_total: CommerceMoney
    created_at: _timestamp_pb2.Timestamp
    desired_start_at: _timestamp_pb2.Timestamp
    desired_end_at: _timestamp_pb2.Timestamp
    constraints: _struct_pb2.Struct
    def __init__(self, rfq_id: _Optional[str] = ..., surface: _Optional[_Union[MarketplaceSurface, str]] = ..., buyer_id: _Optional[str] = ..., job_type: _Optional[str] = ..., objective_hash: _Optional[str] = ..., max_total: _Optional[_Union[CommerceMoney, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., desired_start_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., desired_end_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., constraints: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CommerceOffer(_message.Message):
    __slots__ = ("offer_id", "rfq_id", "provider_id", "created_at", "capabilities", "terms_hint")
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    TERMS_HINT_FIELD_NUMBER: _ClassVar[int]
    offer_id: str
    rfq_id: str
    provider_id: str
    created_at: _timestamp_pb2.Timestamp
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    terms_hint: _struct_pb2.Struct
    def __init__(self, offer_id: _Optional[str] = ..., rfq_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., capabilities: _Optional[_Iterable[str]] = ..., terms_hint: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CommerceAllInQuote(_message.Message):
    __slots__ = ("quote_id", "rfq_id", "offer_id", "provider_id", "provider_price", "fees", "total_price", "valid_until", "cancel_until", "cancel_fee", "refund_until", "constraints")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    RFQ_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_PRICE_FIELD_NUMBER: _ClassVar[int]
    FEES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PRICE_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CANCEL_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FEE_FIELD_NUMBER: _ClassVar[int]
    REFUND_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    quote_id: str
    rfq_id: str
    offer_id: str
    provider_id: str
    provider_price: CommerceMoney
    fees: _containers.RepeatedCompositeFieldContainer[CommerceFeeComponent]
    total_price: CommerceMoney
    valid_until: _timestamp_pb2.Timestamp
    cancel_until: _timestamp_pb2.Timestamp
    cancel_fee: CommerceMoney
    refund_until: _timestamp_pb2.Timestamp
    constraints: _struct_pb2.Struct
    def __init__(self, quote_id: _Optional[str] = ..., rfq_id: _Optional[str] = ..., offer_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., provider_price: _Optional[_Union[CommerceMoney, _Mapping]] = ..., fees: _Optional[_Iterable[_Union[CommerceFeeComponent, _Mapping]]] = ..., total_price: _Optional[_Union[CommerceMoney, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_fee: _Optional[_Union[CommerceMoney, _Mapping]] = ..., refund_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., constraints: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CommerceAccept(_message.Message):
    __slots__ = ("order_id", "quote_id", "buyer_id", "accepted_at", "reserved_total")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    BUYER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    RESERVED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    quote_id: str
    buyer_id: str
    accepted_at: _timestamp_pb2.Timestamp
    reserved_total: CommerceMoney
    def __init__(self, order_id: _Optional[str] = ..., quote_id: _Optional[str] = ..., buyer_id: _Optional[str] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reserved_total: _Optional[_Union[CommerceMoney, _Mapping]] = ...) -> None: ...

class CommerceCancel(_message.Message):
    __slots__ = ("cancel_id", "order_id", "initiated_by", "canceled_at", "reason", "cancel_fee_charged")
    CANCEL_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    INITIATED_BY_FIELD_NUMBER: _ClassVar[int]
    CANCELED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FEE_CHARGED_FIELD_NUMBER: _ClassVar[int]
    cancel_id: str
    order_id: str
    initiated_by: str
    canceled_at: _timestamp_pb2.Timestamp
    reason: str
    cancel_fee_charged: CommerceMoney
    def __init__(self, cancel_id: _Optional[str] = ..., order_id: _Optional[str] = ..., initiated_by: _Optional[str] = ..., canceled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., cancel_fee_charged: _Optional[_Union[CommerceMoney, _Mapping]] = ...) -> None: ...

class CommerceReceipt(_message.Message):
    __slots__ = ("receipt_id", "order_id", "quote_id", "provider_id", "buyer_id", "issued_at", "charged_total", "fees", "run_id", "objective_hash", "verification_receipt_sha256", "verification_receipt_url", "treasury_receipt_sha256", "treasury_receipt_url", "outcome")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    BUYER_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    CHARGED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    FEES_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_URL_FIELD_NUMBER: _ClassVar[int]
    TREASURY_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    TREASURY_RECEIPT_URL_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    order_id: str
    quote_id: str
    provider_id: str
    buyer_id: str
    issued_at: _timestamp_pb2.Timestamp
    charged_total: CommerceMoney
    fees: _containers.RepeatedCompositeFieldContainer[CommerceFeeComponent]
    run_id: str
    objective_hash: str
    verification_receipt_sha256: str
    verification_receipt_url: str
    treasury_receipt_sha256: str
    treasury_receipt_url: str
    outcome: str
    def __init__(self, receipt_id: _Optional[str] = ..., order_id: _Optional[str] = ..., quote_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., buyer_id: _Optional[str] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., charged_total: _Optional[_Union[CommerceMoney, _Mapping]] = ..., fees: _Optional[_Iterable[_Union[CommerceFeeComponent, _Mapping]]] = ..., run_id: _Optional[str] = ..., objective_hash: _Optional[str] = ..., verification_receipt_sha256: _Optional[str] = ..., verification_receipt_url: _Optional[str] = ..., treasury_receipt_sha256: _Optional[str] = ..., treasury_receipt_url: _Optional[str] = ..., outcome: _Optional[str] = ...) -> None: ...

class CommerceRefund(_message.Message):
    __slots__ = ("refund_id", "order_id", "issued_at", "reason", "amount", "treasury_receipt_sha256", "treasury_receipt_url")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TREASURY_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    TREASURY_RECEIPT_URL_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    order_id: str
    issued_at: _timestamp_pb2.Timestamp
    reason: str
    amount: CommerceMoney
    treasury_receipt_sha256: str
    treasury_receipt_url: str
    def __init__(self, refund_id: _Optional[str] = ..., order_id: _Optional[str] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., amount: _Optional[_Union[CommerceMoney, _Mapping]] = ..., treasury_receipt_sha256: _Optional[str] = ..., treasury_receipt_url: _Optional[str] = ...) -> None: ...

class CommerceDispute(_message.Message):
    __slots__ = ("dispute_id", "order_id", "opened_by", "opened_at", "claim", "evidence", "status", "updated_at")
    DISPUTE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    OPENED_BY_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    dispute_id: str
    order_id: str
    opened_by: str
    opened_at: _timestamp_pb2.Timestamp
    claim: str
    evidence: _struct_pb2.Struct
    status: str
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, dispute_id: _Optional[str] = ..., order_id: _Optional[str] = ..., opened_by: _Optional[str] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., claim: _Optional[str] = ..., evidence: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., status: _Optional[str] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CommerceEnvelope(_message.Message):
    __slots__ = ("kind", "message_id", "marketplace_id", "actor_id", "created_at", "idempotency_key", "rfq", "offer", "quote", "accept", "cancel", "receipt", "refund", "dispute", "canonical_sha256")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RFQ_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    REFUND_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_SHA256_FIELD_NUMBER: _ClassVar[int]
    kind: CommerceMessageKind
    message_id: str
    marketplace_id: str
    actor_id: str
    created_at: _timestamp_pb2.Timestamp
    idempotency_key: str
    rfq: CommerceRfq
    offer: CommerceOffer
    quote: CommerceAllInQuote
    accept: CommerceAccept
    cancel: CommerceCancel
    receipt: CommerceReceipt
    refund: CommerceRefund
    dispute: CommerceDispute
    canonical_sha256: str
    def __init__(self, kind: _Optional[_Union[CommerceMessageKind, str]] = ..., message_id: _Optional[str] = ..., marketplace_id: _Optional[str] = ..., actor_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., rfq: _Optional[_Union[CommerceRfq, _Mapping]] = ..., offer: _Optional[_Union[CommerceOffer, _Mapping]] = ..., quote: _Optional[_Union[CommerceAllInQuote, _Mapping]] = ..., accept: _Optional[_Union[CommerceAccept, _Mapping]] = ..., cancel: _Optional[_Union[CommerceCancel, _Mapping]] = ..., receipt: _Optional[_Union[CommerceReceipt, _Mapping]] = ..., refund: _Optional[_Union[CommerceRefund, _Mapping]] = ..., dispute: _Optional[_Union[CommerceDispute, _Mapping]] = ..., canonical_sha256: _Optional[str] = ...) -> None: ...

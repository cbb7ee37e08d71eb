from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HydraRoutingErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HYDRA_ROUTING_ERROR_CODE_UNSPECIFIED: _ClassVar[HydraRoutingErrorCode]
    HYDRA_ROUTING_ERROR_CODE_INVALID_REQUEST: _ClassVar[HydraRoutingErrorCode]
    HYDRA_ROUTING_ERROR_CODE_NOT_FOUND: _ClassVar[HydraRoutingErrorCode]
    HYDRA_ROUTING_ERROR_CODE_CONFLICT: _ClassVar[HydraRoutingErrorCode]
    HYDRA_ROUTING_ERROR_CODE_DEPENDENCY_UNAVAILABLE: _ClassVar[HydraRoutingErrorCode]
    HYDRA_ROUTING_ERROR_CODE_INTERNAL_ERROR: _ClassVar[HydraRoutingErrorCode]
HYDRA_ROUTING_ERROR_CODE_UNSPECIFIED: HydraRoutingErrorCode
HYDRA_ROUTING_ERROR_CODE_INVALID_REQUEST: HydraRoutingErrorCode
HYDRA_ROUTING_ERROR_CODE_NOT_FOUND: HydraRoutingErrorCode
HYDRA_ROUTING_ERROR_CODE_CONFLICT: HydraRoutingErrorCode
HYDRA_ROUTING_ERROR_CODE_DEPENDENCY_UNAVAILABLE: HydraRoutingErrorCode
HYDRA_ROUTING_ERROR_CODE_INTERNAL_ERROR: HydraRoutingErrorCode

class HydraRoutingError(_message.Message):
    __slots__ = ("code", "message", "retryable", "details")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    code: HydraRoutingErrorCode
    message: str
    retryable: bool
    details: _struct_pb2.Struct
    def __init__(self, code: _Optional[_Union[HydraRoutingErrorCode, str]] = ..., message: _Optional[str] = ..., retryable: _Optional[bool] = ..., details: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class RoutingCandidateQuoteV1(_message.Message):
    __slots__ = ("marketplace_id", "provider_id", "provider_worker_id", "total_price_msats", "latency_ms", "reliability_bps", "constraints", "quote_id", "quote_sha256")
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    RELIABILITY_BPS_FIELD_NUMBER: _ClassVar[int]
    CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_SHA256_FIELD_NUMBER: _ClassVar[int]
    marketplace_id: str
    provider_id: str
    provider_worker_id: str
    total_price_msats: int
    latency_ms: int
    reliability_bps: int
    constraints: _struct_pb2.Struct
    quote_id: str
    quote_sha256: str
    def __init__(self, marketplace_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., provider_worker_id: _Optional[str] = ..., total_price_msats: _Optional[int] = ..., latency_ms: _Optional[int] = ..., reliability_bps: _Optional[int] = ..., constraints: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., quote_id: _Optional[str] = ..., quote_sha256: _Optional[str] = ...) -> None: ...

class RoutingScoreRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "run_id", "marketplace_id", "capability", "policy", "objective_hash", "decided_at_unix", "candidates")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    run_id: str
    marketplace_id: str
    capability: str
    policy: str
    objective_hash: str
    decided_at_unix: int
    candidates: _containers.RepeatedCompositeFieldContainer[RoutingCandidateQuoteV1]
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., run_id: _Optional[str] = ..., marketplace_id: _Optional[str] = ..., capability: _Optional[str] = ..., policy: _Optional[str] = ..., objective_hash: _Optional[str] = ..., decided_at_unix: _Optional[int] = ..., candidates: _Optional[_Iterable[_Union[RoutingCandidateQuoteV1, _Mapping]]] = ...) -> None: ...

class RoutingDecisionFactorsV1(_message.Message):
    __slots__ = ("expected_fee_msats", "confidence", "liquidity_score", "policy_notes")
    EXPECTED_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LIQUIDITY_SCORE_FIELD_NUMBER: _ClassVar[int]
    POLICY_NOTES_FIELD_NUMBER: _ClassVar[int]
    expected_fee_msats: int
    confidence: float
    liquidity_score: float
    policy_notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, expected_fee_msats: _Optional[int] = ..., confidence: _Optional[float] = ..., liquidity_score: _Optional[float] = ..., policy_notes: _Optional[_Iterable[str]] = ...) -> None: ...

class RoutingDecisionReceiptLinkageV1(_message.Message):
    __slots__ = ("receipt_schema", "receipt_id", "canonical_json_sha256")
    RECEIPT_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    receipt_schema: str
    receipt_id: str
    canonical_json_sha256: str
    def __init__(self, receipt_schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ...) -> None: ...

class RoutingScoreResponseV1(_message.Message):
    __slots__ = ("schema", "decision_sha256", "policy", "run_id", "marketplace_id", "capability", "objective_hash", "selected", "candidates", "factors", "receipt", "nostr_event", "decided_at_unix", "idempotent_replay")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    DECISION_SHA256_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    NOSTR_EVENT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    decision_sha256: str
    policy: str
    run_id: str
    marketplace_id: str
    capability: str
    objective_hash: str
    selected: RoutingCandidateQuoteV1
    candidates: _containers.RepeatedCompositeFieldContainer[RoutingCandidateQuoteV1]
    factors: RoutingDecisionFactorsV1
    receipt: RoutingDecisionReceiptLinkageV1
    nostr_event: _struct_pb2.Struct
    decided_at_unix: int
    idempotent_replay: bool
    def __init__(self, schema: _Optional[str] = ..., decision_sha256: _Optional[str] = ..., policy: _Optional[str] = ..., run_id: _Optional[str] = ..., marketplace_id: _Optional[str] = ..., capability: _Optional[str] = ..., objective_hash: _Optional[str] = ..., selected: _Optional[_Union[RoutingCandidateQuoteV1, _Mapping]] = ..., candidates: _Optional[_Iterable[_Union[RoutingCandidateQuoteV1, _Mapping]]] = ..., factors: _Optional[_Union[RoutingDecisionFactorsV1, _Mapping]] = ..., receipt: _Optional[_Union[RoutingDecisionReceiptLinkageV1, _Mapping]] = ..., nostr_event: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., decided_at_unix: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

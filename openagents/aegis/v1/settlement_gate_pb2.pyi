from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisSettlementGateRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "action", "verification_receipt_sha256", "owner_key", "run_id", "objective_hash", "amount_msats", "settlement_id", "hydra_receipt_sha256")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    action: str
    verification_receipt_sha256: str
    owner_key: str
    run_id: str
    objective_hash: str
    amount_msats: int
    settlement_id: str
    hydra_receipt_sha256: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., action: _Optional[str] = ..., verification_receipt_sha256: _Optional[str] = ..., owner_key: _Optional[str] = ..., run_id: _Optional[str] = ..., objective_hash: _Optional[str] = ..., amount_msats: _Optional[int] = ..., settlement_id: _Optional[str] = ..., hydra_receipt_sha256: _Optional[str] = ...) -> None: ...

class AegisSettlementGateResponseV1(_message.Message):
    __slots__ = ("schema", "eligible", "reason_codes", "verification_id", "verification_class", "achieved_tier", "confidence_ppm", "lane", "binding_state", "bound_settlement_id", "checked_at_unix")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_CLASS_FIELD_NUMBER: _ClassVar[int]
    ACHIEVED_TIER_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_PPM_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    BINDING_STATE_FIELD_NUMBER: _ClassVar[int]
    BOUND_SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CHECKED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    eligible: bool
    reason_codes: _containers.RepeatedScalarFieldContainer[str]
    verification_id: str
    verification_class: _common_pb2.AegisVerificationClass
    achieved_tier: _common_pb2.AegisVerificationTier
    confidence_ppm: int
    lane: str
    binding_state: str
    bound_settlement_id: str
    checked_at_unix: int
    def __init__(self, schema: _Optional[str] = ..., eligible: _Optional[bool] = ..., reason_codes: _Optional[_Iterable[str]] = ..., verification_id: _Optional[str] = ..., verification_class: _Optional[_Union[_common_pb2.AegisVerificationClass, str]] = ..., achieved_tier: _Optional[_Union[_common_pb2.AegisVerificationTier, str]] = ..., confidence_ppm: _Optional[int] = ..., lane: _Optional[str] = ..., binding_state: _Optional[str] = ..., bound_settlement_id: _Optional[str] = ..., checked_at_unix: _Optional[int] = ...) -> None: ...

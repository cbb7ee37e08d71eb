from google.protobuf import struct_pb2 as _struct_pb2
from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisDisputeSubject(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_DISPUTE_SUBJECT_UNSPECIFIED: _ClassVar[AegisDisputeSubject]
    AEGIS_DISPUTE_SUBJECT_VERIFICATION: _ClassVar[AegisDisputeSubject]
    AEGIS_DISPUTE_SUBJECT_CLAIM: _ClassVar[AegisDisputeSubject]
    AEGIS_DISPUTE_SUBJECT_WARRANTY: _ClassVar[AegisDisputeSubject]
    AEGIS_DISPUTE_SUBJECT_BOND: _ClassVar[AegisDisputeSubject]

class AegisDisputeStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_DISPUTE_STATUS_UNSPECIFIED: _ClassVar[AegisDisputeStatus]
    AEGIS_DISPUTE_STATUS_OPEN: _ClassVar[AegisDisputeStatus]
    AEGIS_DISPUTE_STATUS_IN_ARBITRATION: _ClassVar[AegisDisputeStatus]
    AEGIS_DISPUTE_STATUS_RESOLVED_UPHELD: _ClassVar[AegisDisputeStatus]
    AEGIS_DISPUTE_STATUS_RESOLVED_OVERTURNED: _ClassVar[AegisDisputeStatus]
    AEGIS_DISPUTE_STATUS_RESOLVED_PARTIAL: _ClassVar[AegisDisputeStatus]
    AEGIS_DISPUTE_STATUS_WITHDRAWN: _ClassVar[AegisDisputeStatus]
    AEGIS_DISPUTE_STATUS_EXPIRED: _ClassVar[AegisDisputeStatus]

class AegisDisputePath(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_DISPUTE_PATH_UNSPECIFIED: _ClassVar[AegisDisputePath]
    AEGIS_DISPUTE_PATH_AUTOMATED: _ClassVar[AegisDisputePath]
    AEGIS_DISPUTE_PATH_PANEL: _ClassVar[AegisDisputePath]
    AEGIS_DISPUTE_PATH_HUMAN: _ClassVar[AegisDisputePath]

class AegisArbitrationDecision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_ARBITRATION_DECISION_UNSPECIFIED: _ClassVar[AegisArbitrationDecision]
    AEGIS_ARBITRATION_DECISION_UPHOLD: _ClassVar[AegisArbitrationDecision]
    AEGIS_ARBITRATION_DECISION_OVERTURN: _ClassVar[AegisArbitrationDecision]
    AEGIS_ARBITRATION_DECISION_PARTIAL: _ClassVar[AegisArbitrationDecision]
    AEGIS_ARBITRATION_DECISION_WITHDRAW: _ClassVar[AegisArbitrationDecision]
AEGIS_DISPUTE_SUBJECT_UNSPECIFIED: AegisDisputeSubject
AEGIS_DISPUTE_SUBJECT_VERIFICATION: AegisDisputeSubject
AEGIS_DISPUTE_SUBJECT_CLAIM: AegisDisputeSubject
AEGIS_DISPUTE_SUBJECT_WARRANTY: AegisDisputeSubject
AEGIS_DISPUTE_SUBJECT_BOND: AegisDisputeSubject
AEGIS_DISPUTE_STATUS_UNSPECIFIED: AegisDisputeStatus
AEGIS_DISPUTE_STATUS_OPEN: AegisDisputeStatus
AEGIS_DISPUTE_STATUS_IN_ARBITRATION: AegisDisputeStatus
AEGIS_DISPUTE_STATUS_RESOLVED_UPHELD: AegisDisputeStatus
AEGIS_DISPUTE_STATUS_RESOLVED_OVERTURNED: AegisDisputeStatus
AEGIS_DISPUTE_STATUS_RESOLVED_PARTIAL: AegisDisputeStatus
AEGIS_DISPUTE_STATUS_WITHDRAWN: AegisDisputeStatus
AEGIS_DISPUTE_STATUS_EXPIRED: AegisDisputeStatus
AEGIS_DISPUTE_PATH_UNSPECIFIED: AegisDisputePath
AEGIS_DISPUTE_PATH_AUTOMATED: AegisDisputePath
AEGIS_DISPUTE_PATH_PANEL: AegisDisputePath
AEGIS_DISPUTE_PATH_HUMAN: AegisDisputePath
AEGIS_ARBITRATION_DECISION_UNSPECIFIED: AegisArbitrationDecision
AEGIS_ARBITRATION_DECISION_UPHOLD: AegisArbitrationDecision
AEGIS_ARBITRATION_DECISION_OVERTURN: AegisArbitrationDecision
AEGIS_ARBITRATION_DECISION_PARTIAL: AegisArbitrationDecision
AEGIS_ARBITRATION_DECISION_WITHDRAW: AegisArbitrationDecision

class AegisDisputeOpenRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "subject_kind", "subject_id", "opened_by", "reason", "requested_award_msats", "evidence_sha256", "evidence", "path", "policy_bundle_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    OPENED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AWARD_MSATS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    subject_kind: AegisDisputeSubject
    subject_id: str
    opened_by: str
    reason: str
    requested_award_msats: int
    evidence_sha256: str
    evidence: _struct_pb2.Struct
    path: AegisDisputePath
    policy_bundle_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., subject_kind: _Optional[_Union[AegisDisputeSubject, str]] = ..., subject_id: _Optional[str] = ..., opened_by: _Optional[str] = ..., reason: _Optional[str] = ..., requested_award_msats: _Optional[int] = ..., evidence_sha256: _Optional[str] = ..., evidence: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., path: _Optional[_Union[AegisDisputePath, str]] = ..., policy_bundle_id: _Optional[str] = ...) -> None: ...

class AegisDisputeArbitrateRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "dispute_id", "arbiter_id", "decision", "award_msats", "rationale", "evidence_sha256")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_ID_FIELD_NUMBER: _ClassVar[int]
    ARBITER_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    AWARD_MSATS_FIELD_NUMBER: _ClassVar[int]
    RATIONALE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    dispute_id: str
    arbiter_id: str
    decision: AegisArbitrationDecision
    award_msats: int
    rationale: str
    evidence_sha256: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., dispute_id: _Optional[str] = ..., arbiter_id: _Optional[str] = ..., decision: _Optional[_Union[AegisArbitrationDecision, str]] = ..., award_msats: _Optional[int] = ..., rationale: _Optional[str] = ..., evidence_sha256: _Optional[str] = ...) -> None: ...

class AegisDisputeResponseV1(_message.Message):
    __slots__ = ("schema", "dispute_id", "subject_kind", "subject_id", "status", "path", "panel_size", "votes_needed", "votes_cast", "contested_msats", "decision", "award_msats", "effects", "hydra_receipts", "case_id", "opened_at_unix", "deadline_unix", "decided_at_unix", "receipt", "idempotent_replay")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    PANEL_SIZE_FIELD_NUMBER: _ClassVar[int]
    VOTES_NEEDED_FIELD_NUMBER: _ClassVar[int]
    VOTES_CAST_FIELD_NUMBER: _ClassVar[int]
    CONTESTED_MSATS_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    AWARD_MSATS_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_UNIX_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    dispute_id: str
    subject_kind: AegisDisputeSubject
    subject_id: str
    status: AegisDisputeStatus
    path: AegisDisputePath
    panel_size: int
    votes_needed: int
    votes_cast: int
    contested_msats: int
    decision: AegisArbitrationDecision
    award_msats: int
    effects: _containers.RepeatedScalarFieldContainer[str]
    hydra_receipts: _containers.RepeatedCompositeFieldContainer[_common_pb2.AegisHydraReceiptRefV1]
    case_id: str
    opened_at_unix: int
    deadline_unix: int
    decided_at_unix: int
    receipt: _common_pb2.AegisReceiptLinkageV1
    idempotent_replay: bool
    def __init__(self, schema: _Optional[str] = ..., dispute_id: _Optional[str] = ..., subject_kind: _Optional[_Union[AegisDisputeSubject, str]] = ..., subject_id: _Optional[str] = ..., status: _Optional[_Union[AegisDisputeStatus, str]] = ..., path: _Optional[_Union[AegisDisputePath, str]] = ..., panel_size: _Optional[int] = ..., votes_needed: _Optional[int] = ..., votes_cast: _Optional[int] = ..., contested_msats: _Optional[int] = ..., decision: _Optional[_Union[AegisArbitrationDecision, str]] = ..., award_msats: _Optional[int] = ..., effects: _Optional[_Iterable[str]] = ..., hydra_receipts: _Optional[_Iterable[_Union[_common_pb2.AegisHydraReceiptRefV1, _Mapping]]] = ..., case_id: _Optional[str] = ..., opened_at_unix: _Optional[int] = ..., deadline_unix: _Optional[int] = ..., decided_at_unix: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

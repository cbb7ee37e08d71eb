from google.protobuf import struct_pb2 as _struct_pb2
from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisFeedbackLatency(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_FEEDBACK_LATENCY_UNSPECIFIED: _ClassVar[AegisFeedbackLatency]
    AEGIS_FEEDBACK_LATENCY_MS: _ClassVar[AegisFeedbackLatency]
    AEGIS_FEEDBACK_LATENCY_MINUTES: _ClassVar[AegisFeedbackLatency]
    AEGIS_FEEDBACK_LATENCY_DAYS: _ClassVar[AegisFeedbackLatency]
    AEGIS_FEEDBACK_LATENCY_MONTHS: _ClassVar[AegisFeedbackLatency]
    AEGIS_FEEDBACK_LATENCY_YEARS: _ClassVar[AegisFeedbackLatency]
AEGIS_FEEDBACK_LATENCY_UNSPECIFIED: AegisFeedbackLatency
AEGIS_FEEDBACK_LATENCY_MS: AegisFeedbackLatency
AEGIS_FEEDBACK_LATENCY_MINUTES: AegisFeedbackLatency
AEGIS_FEEDBACK_LATENCY_DAYS: AegisFeedbackLatency
AEGIS_FEEDBACK_LATENCY_MONTHS: AegisFeedbackLatency
AEGIS_FEEDBACK_LATENCY_YEARS: AegisFeedbackLatency

class AegisClassifyRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "run_id", "work_type", "objective_hash", "owner_user_id", "owner_guest_scope", "historical_failure_rate_bps", "requires_human_underwrite", "context", "job_hash", "session_id", "trajectory_hash", "policy_bundle_id", "risk_class", "feedback_latency", "amount_at_risk_msats", "cost_hint", "doer", "scope_keys", "approval_ref", "bond_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    WORK_TYPE_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FAILURE_RATE_BPS_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_HUMAN_UNDERWRITE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    RISK_CLASS_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_LATENCY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_AT_RISK_MSATS_FIELD_NUMBER: _ClassVar[int]
    COST_HINT_FIELD_NUMBER: _ClassVar[int]
    DOER_FIELD_NUMBER: _ClassVar[int]
    SCOPE_KEYS_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_REF_FIELD_NUMBER: _ClassVar[int]
    BOND_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    run_id: str
    work_type: str
    objective_hash: str
    owner_user_id: int
    owner_guest_scope: str
    historical_failure_rate_bps: int
    requires_human_underwrite: bool
    context: _struct_pb2.Struct
    job_hash: str
    session_id: str
    trajectory_hash: str
    policy_bundle_id: str
    risk_class: _common_pb2.AegisRiskLevel
    feedback_latency: AegisFeedbackLatency
    amount_at_risk_msats: int
    cost_hint: _common_pb2.AegisRiskLevel
    doer: _common_pb2.AegisActorV1
    scope_keys: _containers.RepeatedScalarFieldContainer[str]
    approval_ref: str
    bond_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., run_id: _Optional[str] = ..., work_type: _Optional[str] = ..., objective_hash: _Optional[str] = ..., owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., historical_failure_rate_bps: _Optional[int] = ..., requires_human_underwrite: _Optional[bool] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., job_hash: _Optional[str] = ..., session_id: _Optional[str] = ..., trajectory_hash: _Optional[str] = ..., policy_bundle_id: _Optional[str] = ..., risk_class: _Optional[_Union[_common_pb2.AegisRiskLevel, str]] = ..., feedback_latency: _Optional[_Union[AegisFeedbackLatency, str]] = ..., amount_at_risk_msats: _Optional[int] = ..., cost_hint: _Optional[_Union[_common_pb2.AegisRiskLevel, str]] = ..., doer: _Optional[_Union[_common_pb2.AegisActorV1, _Mapping]] = ..., scope_keys: _Optional[_Iterable[str]] = ..., approval_ref: _Optional[str] = ..., bond_id: _Optional[str] = ...) -> None: ...

class AegisVerificationPlanV1(_message.Message):
    __slots__ = ("plan_id", "tier", "mode", "redundancy", "adjudication", "judge_model", "min_distinct_families", "human_required", "human_sampled", "min_confidence_ppm", "reason_codes")
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    REDUNDANCY_FIELD_NUMBER: _ClassVar[int]
    ADJUDICATION_FIELD_NUMBER: _ClassVar[int]
    JUDGE_MODEL_FIELD_NUMBER: _ClassVar[int]
    MIN_DISTINCT_FAMILIES_FIELD_NUMBER: _ClassVar[int]
    HUMAN_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    HUMAN_SAMPLED_FIELD_NUMBER: _ClassVar[int]
    MIN_CONFIDENCE_PPM_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    plan_id: str
    tier: _common_pb2.AegisVerificationTier
    mode: str
    redundancy: int
    adjudication: str
    judge_model: str
    min_distinct_families: int
    human_required: bool
    human_sampled: bool
    min_confidence_ppm: int
    reason_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, plan_id: _Optional[str] = ..., tier: _Optional[_Union[_common_pb2.AegisVerificationTier, str]] = ..., mode: _Optional[str] = ..., redundancy: _Optional[int] = ..., adjudication: _Optional[str] = ..., judge_model: _Optional[str] = ..., min_distinct_families: _Optional[int] = ..., human_required: _Optional[bool] = ..., human_sampled: _Optional[bool] = ..., min_confidence_ppm: _Optional[int] = ..., reason_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class AegisClassifyResponseV1(_message.Message):
    __slots__ = ("schema", "classification_id", "run_id", "work_type", "verification_class", "required_tier", "confidence", "policy_notes", "receipt", "hydra_risk_degraded", "classified_at_unix", "idempotent_replay", "plan", "work_unit_id", "owner_key", "autonomy_state")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    CLASSIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    WORK_TYPE_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_CLASS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_TIER_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    POLICY_NOTES_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RISK_DEGRADED_FIELD_NUMBER: _ClassVar[int]
    CLASSIFIED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    WORK_UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    AUTONOMY_STATE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    classification_id: str
    run_id: str
    work_type: str
    verification_class: _common_pb2.AegisVerificationClass
    required_tier: _common_pb2.AegisVerificationTier
    confidence: float
    policy_notes: _containers.RepeatedScalarFieldContainer[str]
    receipt: _common_pb2.AegisReceiptLinkageV1
    hydra_risk_degraded: bool
    classified_at_unix: int
    idempotent_replay: bool
    plan: AegisVerificationPlanV1
    work_unit_id: str
    owner_key: str
    autonomy_state: _common_pb2.AegisAutonomyState
    def __init__(self, schema: _Optional[str] = ..., classification_id: _Optional[str] = ..., run_id: _Optional[str] = ..., work_type: _Optional[str] = ..., verification_class: _Optional[_Union[_common_pb2.AegisVerificationClass, str]] = ..., required_tier: _Optional[_Union[_common_pb2.AegisVerificationTier, str]] = ..., confidence: _Optional[float] = ..., policy_notes: _Optional[_Iterable[str]] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., hydra_risk_degraded: _Optional[bool] = ..., classified_at_unix: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ..., plan: _Optional[_Union[AegisVerificationPlanV1, _Mapping]] = ..., work_unit_id: _Optional[str] = ..., owner_key: _Optional[str] = ..., autonomy_state: _Optional[_Union[_common_pb2.AegisAutonomyState, str]] = ...) -> None: ...

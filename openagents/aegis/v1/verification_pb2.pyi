from google.protobuf import struct_pb2 as _struct_pb2
from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisVerificationStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_VERIFICATION_STATUS_UNSPECIFIED: _ClassVar[AegisVerificationStatus]
    AEGIS_VERIFICATION_STATUS_FINAL: _ClassVar[AegisVerificationStatus]
    AEGIS_VERIFICATION_STATUS_DISPUTED: _ClassVar[AegisVerificationStatus]
    AEGIS_VERIFICATION_STATUS_OVERTURNED: _ClassVar[AegisVerificationStatus]
AEGIS_VERIFICATION_STATUS_UNSPECIFIED: AegisVerificationStatus
AEGIS_VERIFICATION_STATUS_FINAL: AegisVerificationStatus
AEGIS_VERIFICATION_STATUS_DISPUTED: AegisVerificationStatus
AEGIS_VERIFICATION_STATUS_OVERTURNED: AegisVerificationStatus

class AegisAttestationV1(_message.Message):
    __slots__ = ("verifier_id", "verdict", "confidence_ppm", "violations", "evidence_sha256", "attested_at_unix", "mac")
    VERIFIER_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_PPM_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    ATTESTED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    MAC_FIELD_NUMBER: _ClassVar[int]
    verifier_id: str
    verdict: _common_pb2.AegisVerdict
    confidence_ppm: int
    violations: _containers.RepeatedScalarFieldContainer[str]
    evidence_sha256: str
    attested_at_unix: int
    mac: str
    def __init__(self, verifier_id: _Optional[str] = ..., verdict: _Optional[_Union[_common_pb2.AegisVerdict, str]] = ..., confidence_ppm: _Optional[int] = ..., violations: _Optional[_Iterable[str]] = ..., evidence_sha256: _Optional[str] = ..., attested_at_unix: _Optional[int] = ..., mac: _Optional[str] = ...) -> None: ...

class AegisCandidateV1(_message.Message):
    __slots__ = ("producer", "result")
    PRODUCER_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    producer: _common_pb2.AegisActorV1
    result: _struct_pb2.Struct
    def __init__(self, producer: _Optional[_Union[_common_pb2.AegisActorV1, _Mapping]] = ..., result: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class AegisWeightedVerdictV1(_message.Message):
    __slots__ = ("verifier_id", "verdict", "llr_milli", "discount_ppm")
    VERIFIER_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    LLR_MILLI_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_PPM_FIELD_NUMBER: _ClassVar[int]
    verifier_id: str
    verdict: _common_pb2.AegisVerdict
    llr_milli: int
    discount_ppm: int
    def __init__(self, verifier_id: _Optional[str] = ..., verdict: _Optional[_Union[_common_pb2.AegisVerdict, str]] = ..., llr_milli: _Optional[int] = ..., discount_ppm: _Optional[int] = ...) -> None: ...

class AegisAdjudicationV1(_message.Message):
    __slots__ = ("strategy", "selected_index", "selected_hash", "candidate_hashes", "reason_codes")
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    SELECTED_INDEX_FIELD_NUMBER: _ClassVar[int]
    SELECTED_HASH_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_HASHES_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    strategy: str
    selected_index: int
    selected_hash: str
    candidate_hashes: _containers.RepeatedScalarFieldContainer[str]
    reason_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, strategy: _Optional[str] = ..., selected_index: _Optional[int] = ..., selected_hash: _Optional[str] = ..., candidate_hashes: _Optional[_Iterable[str]] = ..., reason_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class AegisVerifyRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "run_id", "work_type", "tier", "objective_hash", "owner_user_id", "owner_guest_scope", "sandbox_request", "sandbox_response", "repo_index_request", "repo_index_response", "observed_violations", "verifier_id", "job_hash", "session_id", "trajectory_hash", "policy_bundle_id", "doer", "attestations", "candidates", "adjudication", "predicate_spec", "predicate_evidence", "replica_responses", "strict", "artifact_refs", "quoted_msats", "delivered_msats", "artifacts_inline", "judge_selected_index", "scope_keys")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    WORK_TYPE_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_REQUEST_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    REPO_INDEX_REQUEST_FIELD_NUMBER: _ClassVar[int]
    REPO_INDEX_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    VERIFIER_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    DOER_FIELD_NUMBER: _ClassVar[int]
    ATTESTATIONS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    ADJUDICATION_FIELD_NUMBER: _ClassVar[int]
    PREDICATE_SPEC_FIELD_NUMBER: _ClassVar[int]
    PREDICATE_EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    REPLICA_RESPONSES_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_REFS_FIELD_NUMBER: _ClassVar[int]
    QUOTED_MSATS_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_MSATS_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_INLINE_FIELD_NUMBER: _ClassVar[int]
    JUDGE_SELECTED_INDEX_FIELD_NUMBER: _ClassVar[int]
    SCOPE_KEYS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    run_id: str
    work_type: str
    tier: _common_pb2.AegisVerificationTier
    objective_hash: str
    owner_user_id: int
    owner_guest_scope: str
    sandbox_request: _struct_pb2.Struct
    sandbox_response: _struct_pb2.Struct
    repo_index_request: _struct_pb2.Struct
    repo_index_response: _struct_pb2.Struct
    observed_violations: _containers.RepeatedScalarFieldContainer[str]
    verifier_id: str
    job_hash: str
    session_id: str
    trajectory_hash: str
    policy_bundle_id: str
    doer: _common_pb2.AegisActorV1
    attestations: _containers.RepeatedCompositeFieldContainer[AegisAttestationV1]
    candidates: _containers.RepeatedCompositeFieldContainer[AegisCandidateV1]
    adjudication: str
    predicate_spec: _struct_pb2.Struct
    predicate_evidence: _struct_pb2.Struct
    replica_responses: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    strict: bool
    artifact_refs: _containers.RepeatedScalarFieldContainer[str]
    quoted_msats: int
    delivered_msats: int
    artifacts_inline: _struct_pb2.Struct
    judge_selected_index: int
    scope_keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., run_id: _Optional[str] = ..., work_type: _Optional[str] = ..., tier: _Optional[_Union[_common_pb2.AegisVerificationTier, str]] = ..., objective_hash: _Optional[str] = ..., owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., sandbox_request: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., sandbox_response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., repo_index_request: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., repo_index_response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., observed_violations: _Optional[_Iterable[str]] = ..., verifier_id: _Optional[str] = ..., job_hash: _Optional[str] = ..., session_id: _Optional[str] = ..., trajectory_hash: _Optional[str] = ..., policy_bundle_id: _Optional[str] = ..., doer: _Optional[_Union[_common_pb2.AegisActorV1, _Mapping]] = ..., attestations: _Optional[_Iterable[_Union[AegisAttestationV1, _Mapping]]] = ..., candidates: _Optional[_Iterable[_Union[AegisCandidateV1, _Mapping]]] = ..., adjudication: _Optional[str] = ..., predicate_spec: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., predicate_evidence: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., replica_responses: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., strict: _Optional[bool] = ..., artifact_refs: _Optional[_Iterable[str]] = ..., quoted_msats: _Optional[int] = ..., delivered_msats: _Optional[int] = ..., artifacts_inline: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., judge_selected_index: _Optional[int] = ..., scope_keys: _Optional[_Iterable[str]] = ...) -> None: ...

class AegisVerifyResponseV1(_message.Message):
    __slots__ = ("schema", "verification_id", "run_id", "work_type", "verification_class", "tier", "passed", "objective_hash", "violations", "receipt", "hydra_risk_degraded", "verified_at_unix", "idempotent_replay", "work_unit_id", "owner_key", "required_tier", "achieved_tier", "achieved_tiers", "meets_required_tier", "confidence_ppm", "independence_ppm", "evidence_sha256", "status", "weighted_verdicts", "adjudication", "advisories", "price_variance_bps", "exit_code", "tree_sha256", "dispute_ids", "evidence", "settlement_eligible", "settlement_reason_codes", "bound_settlement_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    WORK_TYPE_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_CLASS_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RISK_DEGRADED_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    WORK_UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_TIER_FIELD_NUMBER: _ClassVar[int]
    ACHIEVED_TIER_FIELD_NUMBER: _ClassVar[int]
    ACHIEVED_TIERS_FIELD_NUMBER: _ClassVar[int]
    MEETS_REQUIRED_TIER_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_PPM_FIELD_NUMBER: _ClassVar[int]
    INDEPENDENCE_PPM_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_VERDICTS_FIELD_NUMBER: _ClassVar[int]
    ADJUDICATION_FIELD_NUMBER: _ClassVar[int]
    ADVISORIES_FIELD_NUMBER: _ClassVar[int]
    PRICE_VARIANCE_BPS_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    TREE_SHA256_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_IDS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    BOUND_SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    verification_id: str
    run_id: str
    work_type: str
    verification_class: _common_pb2.AegisVerificationClass
    tier: _common_pb2.AegisVerificationTier
    passed: bool
    objective_hash: str
    violations: _containers.RepeatedScalarFieldContainer[str]
    receipt: _common_pb2.AegisReceiptLinkageV1
    hydra_risk_degraded: bool
    verified_at_unix: int
    idempotent_replay: bool
    work_unit_id: str
    owner_key: str
    required_tier: _common_pb2.AegisVerificationTier
    achieved_tier: _common_pb2.AegisVerificationTier
    achieved_tiers: _containers.RepeatedScalarFieldContainer[_common_pb2.AegisVerificationTier]
    meets_required_tier: bool
    confidence_ppm: int
    independence_ppm: int
    evidence_sha256: str
    status: AegisVerificationStatus
    weighted_verdicts: _containers.RepeatedCompositeFieldContainer[AegisWeightedVerdictV1]
    adjudication: AegisAdjudicationV1
    advisories: _containers.RepeatedScalarFieldContainer[str]
    price_variance_bps: int
    exit_code: int
    tree_sha256: str
    dispute_ids: _containers.RepeatedScalarFieldContainer[str]
    evidence: _struct_pb2.Struct
    settlement_eligible: bool
    settlement_reason_codes: _containers.RepeatedScalarFieldContainer[str]
    bound_settlement_id: str
    def __init__(self, schema: _Optional[str] = ..., verification_id: _Optional[str] = ..., run_id: _Optional[str] = ..., work_type: _Optional[str] = ..., verification_class: _Optional[_Union[_common_pb2.AegisVerificationClass, str]] = ..., tier: _Optional[_Union[_common_pb2.AegisVerificationTier, str]] = ..., passed: _Optional[bool] = ..., objective_hash: _Optional[str] = ..., violations: _Optional[_Iterable[str]] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., hydra_risk_degraded: _Optional[bool] = ..., verified_at_unix: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ..., work_unit_id: _Optional[str] = ..., owner_key: _Optional[str] = ..., required_tier: _Optional[_Union[_common_pb2.AegisVerificationTier, str]] = ..., achieved_tier: _Optional[_Union[_common_pb2.AegisVerificationTier, str]] = ..., achieved_tiers: _Optional[_Iterable[_Union[_common_pb2.AegisVerificationTier, str]]] = ..., meets_required_tier: _Optional[bool] = ..., confidence_ppm: _Optional[int] = ..., independence_ppm: _Optional[int] = ..., evidence_sha256: _Optional[str] = ..., status: _Optional[_Union[AegisVerificationStatus, str]] = ..., weighted_verdicts: _Optional[_Iterable[_Union[AegisWeightedVerdictV1, _Mapping]]] = ..., adjudication: _Optional[_Union[AegisAdjudicationV1, _Mapping]] = ..., advisories: _Optional[_Iterable[str]] = ..., price_variance_bps: _Optional[int] = ..., exit_code: _Optional[int] = ..., tree_sha256: _Optional[str] = ..., dispute_ids: _Optional[_Iterable[str]] = ..., evidence: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., settlement_eligible: _Optional[bool] = ..., settlement_reason_codes: _Optional[_Iterable[str]] = ..., bound_settlement_id: _Optional[str] = ...) -> None: ...

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

class TreasuryIntentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TREASURY_INTENT_STATE_UNSPECIFIED: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_DENIED: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_AWAITING_APPROVAL: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_AUTHORIZED: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_VERIFYING: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_VERIFIED: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_SETTLING: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_RECONCILE_REQUIRED: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_SETTLED: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_WITHHELD: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_FAILED: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_CANCELED: _ClassVar[TreasuryIntentState]
    TREASURY_INTENT_STATE_EXPIRED: _ClassVar[TreasuryIntentState]

class TreasuryAutonomyState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TREASURY_AUTONOMY_STATE_UNSPECIFIED: _ClassVar[TreasuryAutonomyState]
    TREASURY_AUTONOMY_STATE_NORMAL: _ClassVar[TreasuryAutonomyState]
    TREASURY_AUTONOMY_STATE_DEGRADED: _ClassVar[TreasuryAutonomyState]
    TREASURY_AUTONOMY_STATE_APPROVAL_REQUIRED: _ClassVar[TreasuryAutonomyState]
    TREASURY_AUTONOMY_STATE_HALTED: _ClassVar[TreasuryAutonomyState]
TREASURY_INTENT_STATE_UNSPECIFIED: TreasuryIntentState
TREASURY_INTENT_STATE_DENIED: TreasuryIntentState
TREASURY_INTENT_STATE_AWAITING_APPROVAL: TreasuryIntentState
TREASURY_INTENT_STATE_AUTHORIZED: TreasuryIntentState
TREASURY_INTENT_STATE_VERIFYING: TreasuryIntentState
TREASURY_INTENT_STATE_VERIFIED: TreasuryIntentState
TREASURY_INTENT_STATE_SETTLING: TreasuryIntentState
TREASURY_INTENT_STATE_RECONCILE_REQUIRED: TreasuryIntentState
TREASURY_INTENT_STATE_SETTLED: TreasuryIntentState
TREASURY_INTENT_STATE_WITHHELD: TreasuryIntentState
TREASURY_INTENT_STATE_FAILED: TreasuryIntentState
TREASURY_INTENT_STATE_CANCELED: TreasuryIntentState
TREASURY_INTENT_STATE_EXPIRED: TreasuryIntentState
TREASURY_AUTONOMY_STATE_UNSPECIFIED: TreasuryAutonomyState
TREASURY_AUTONOMY_STATE_NORMAL: TreasuryAutonomyState
TREASURY_AUTONOMY_STATE_DEGRADED: TreasuryAutonomyState
TREASURY_AUTONOMY_STATE_APPROVAL_REQUIRED: TreasuryAutonomyState
TREASURY_AUTONOMY_STATE_HALTED: TreasuryAutonomyState

class TreasuryIntentRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "run_id", "owner_user_ref", "owner_guest_scope", "org_id", "project_ref", "repo_ref", "issue_ref", "agent_id", "purpose", "asset_id", "amount_msats", "max_fee_msats", "payee", "work", "route_policy", "cep", "policy_bundle_id", "policy_context", "dry_run", "verification_required")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_REF_FIELD_NUMBER: _ClassVar[int]
    REPO_REF_FIELD_NUMBER: _ClassVar[int]
    ISSUE_REF_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    WORK_FIELD_NUMBER: _ClassVar[int]
    ROUTE_POLICY_FIELD_NUMBER: _ClassVar[int]
    CEP_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    run_id: str
    owner_user_ref: str
    owner_guest_scope: str
    org_id: str
    project_ref: str
    repo_ref: str
    issue_ref: str
    agent_id: str
    purpose: str
    asset_id: str
    amount_msats: int
    max_fee_msats: int
    payee: TreasuryPayeeV1
    work: TreasuryWorkV1
    route_policy: _struct_pb2.Struct
    cep: _struct_pb2.Struct
    policy_bundle_id: str
    policy_context: _struct_pb2.Struct
    dry_run: bool
    verification_required: bool
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., run_id: _Optional[str] = ..., owner_user_ref: _Optional[str] = ..., owner_guest_scope: _Optional[str] = ..., org_id: _Optional[str] = ..., project_ref: _Optional[str] = ..., repo_ref: _Optional[str] = ..., issue_ref: _Optional[str] = ..., agent_id: _Optional[str] = ..., purpose: _Optional[str] = ..., asset_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., max_fee_msats: _Optional[int] = ..., payee: _Optional[_Union[TreasuryPayeeV1, _Mapping]] = ..., work: _Optional[_Union[TreasuryWorkV1, _Mapping]] = ..., route_policy: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., cep: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., policy_bundle_id: _Optional[str] = ..., policy_context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., dry_run: _Optional[bool] = ..., verification_required: _Optional[bool] = ...) -> None: ...

class TreasuryPayeeV1(_message.Message):
    __slots__ = ("provider_id", "provider_worker_id", "host", "invoice")
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    provider_id: str
    provider_worker_id: str
    host: str
    invoice: str
    def __init__(self, provider_id: _Optional[str] = ..., provider_worker_id: _Optional[str] = ..., host: _Optional[str] = ..., invoice: _Optional[str] = ...) -> None: ...

class TreasuryWorkV1(_message.Message):
    __slots__ = ("work_type", "job_hash", "objective_hash", "requires_human_underwrite")
    WORK_TYPE_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_HUMAN_UNDERWRITE_FIELD_NUMBER: _ClassVar[int]
    work_type: str
    job_hash: str
    objective_hash: str
    requires_human_underwrite: bool
    def __init__(self, work_type: _Optional[str] = ..., job_hash: _Optional[str] = ..., objective_hash: _Optional[str] = ..., requires_human_underwrite: _Optional[bool] = ...) -> None: ...

class TreasuryIntentV1(_message.Message):
    __slots__ = ("intent_id", "state", "version", "request_sha256", "decision", "reservation", "approvals", "approvals_required", "verification_id", "verification_receipt_sha256", "settlement", "withheld_reason", "created_at", "updated_at", "idempotent_replay")
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_SHA256_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_REASON_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    intent_id: str
    state: TreasuryIntentState
    version: int
    request_sha256: str
    decision: TreasuryDecisionV1
    reservation: TreasuryReservationV1
    approvals: _containers.RepeatedCompositeFieldContainer[TreasuryApprovalV1]
    approvals_required: int
    verification_id: str
    verification_receipt_sha256: str
    settlement: TreasurySettlementReceiptV1
    withheld_reason: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    idempotent_replay: bool
    def __init__(self, intent_id: _Optional[str] = ..., state: _Optional[_Union[TreasuryIntentState, str]] = ..., version: _Optional[int] = ..., request_sha256: _Optional[str] = ..., decision: _Optional[_Union[TreasuryDecisionV1, _Mapping]] = ..., reservation: _Optional[_Union[TreasuryReservationV1, _Mapping]] = ..., approvals: _Optional[_Iterable[_Union[TreasuryApprovalV1, _Mapping]]] = ..., approvals_required: _Optional[int] = ..., verification_id: _Optional[str] = ..., verification_receipt_sha256: _Optional[str] = ..., settlement: _Optional[_Union[TreasurySettlementReceiptV1, _Mapping]] = ..., withheld_reason: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class TreasuryDecisionV1(_message.Message):
    __slots__ = ("schema", "intent_id", "owner_key", "run_id", "purpose", "amount_msats", "max_fee_msats", "policy_bundle_id", "policy_bundle_sha256", "autonomy_state", "cap_factor_bps", "hydra_risk_degraded", "budgets", "rails", "decision", "reason_code", "selected_rail", "fallback_rails", "required_approvals", "verification_required", "required_tier", "decision_id", "decision_sha256", "notes")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_SHA256_FIELD_NUMBER: _ClassVar[int]
    AUTONOMY_STATE_FIELD_NUMBER: _ClassVar[int]
    CAP_FACTOR_BPS_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RISK_DEGRADED_FIELD_NUMBER: _ClassVar[int]
    BUDGETS_FIELD_NUMBER: _ClassVar[int]
    RAILS_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    SELECTED_RAIL_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_RAILS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_APPROVALS_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_TIER_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_SHA256_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    schema: str
    intent_id: str
    owner_key: str
    run_id: str
    purpose: str
    amount_msats: int
    max_fee_msats: int
    policy_bundle_id: str
    policy_bundle_sha256: str
    autonomy_state: TreasuryAutonomyState
    cap_factor_bps: int
    hydra_risk_degraded: bool
    budgets: _containers.RepeatedCompositeFieldContainer[TreasuryBudgetLineV1]
    rails: _containers.RepeatedCompositeFieldContainer[TreasuryRailV1]
    decision: str
    reason_code: str
    selected_rail: str
    fallback_rails: _containers.RepeatedScalarFieldContainer[str]
    required_approvals: int
    verification_required: bool
    required_tier: str
    decision_id: str
    decision_sha256: str
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, schema: _Optional[str] = ..., intent_id: _Optional[str] = ..., owner_key: _Optional[str] = ..., run_id: _Optional[str] = ..., purpose: _Optional[str] = ..., amount_msats: _Optional[int] = ..., max_fee_msats: _Optional[int] = ..., policy_bundle_id: _Optional[str] = ..., policy_bundle_sha256: _Optional[str] = ..., autonomy_state: _Optional[_Union[TreasuryAutonomyState, str]] = ..., cap_factor_bps: _Optional[int] = ..., hydra_risk_degraded: _Optional[bool] = ..., budgets: _Optional[_Iterable[_Union[TreasuryBudgetLineV1, _Mapping]]] = ..., rails: _Optional[_Iterable[_Union[TreasuryRailV1, _Mapping]]] = ..., decision: _Optional[str] = ..., reason_code: _Optional[str] = ..., selected_rail: _Optional[str] = ..., fallback_rails: _Optional[_Iterable[str]] = ..., required_approvals: _Optional[int] = ..., verification_required: _Optional[bool] = ..., required_tier: _Optional[str] = ..., decision_id: _Optional[str] = ..., decision_sha256: _Optional[str] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class TreasuryBudgetLineV1(_message.Message):
    __slots__ = ("scope", "limit_msats", "effective_limit_msats", "reserved_msats", "spent_msats", "remaining_msats")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_MSATS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_LIMIT_MSATS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_MSATS_FIELD_NUMBER: _ClassVar[int]
    SPENT_MSATS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_MSATS_FIELD_NUMBER: _ClassVar[int]
    scope: str
    limit_msats: int
    effective_limit_msats: int
    reserved_msats: int
    spent_msats: int
    remaining_msats: int
    def __init__(self, scope: _Optional[str] = ..., limit_msats: _Optional[int] = ..., effective_limit_msats: _Optional[int] = ..., reserved_msats: _Optional[int] = ..., spent_msats: _Optional[int] = ..., remaining_msats: _Optional[int] = ...) -> None: ...

class TreasuryRailV1(_message.Message):
    __slots__ = ("rail", "feasible", "price_msats", "latency_ms", "reliability_bps", "score", "reasons")
    RAIL_FIELD_NUMBER: _ClassVar[int]
    FEASIBLE_FIELD_NUMBER: _ClassVar[int]
    PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    RELIABILITY_BPS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    rail: str
    feasible: bool
    price_msats: int
    latency_ms: int
    reliability_bps: int
    score: int
    reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rail: _Optional[str] = ..., feasible: _Optional[bool] = ..., price_msats: _Optional[int] = ..., latency_ms: _Optional[int] = ..., reliability_bps: _Optional[int] = ..., score: _Optional[int] = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class TreasuryReservationV1(_message.Message):
    __slots__ = ("reservation_id", "amount_msats", "reserved_at", "expires_at", "status")
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    reservation_id: str
    amount_msats: int
    reserved_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    status: str
    def __init__(self, reservation_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., reserved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., status: _Optional[str] = ...) -> None: ...

class TreasuryApprovalV1(_message.Message):
    __slots__ = ("approver_ref", "decision", "note", "decided_at")
    APPROVER_REF_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    approver_ref: str
    decision: str
    note: str
    decided_at: _timestamp_pb2.Timestamp
    def __init__(self, approver_ref: _Optional[str] = ..., decision: _Optional[str] = ..., note: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TreasuryAutonomySignalV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "scope", "signal_seq", "state", "reason_codes", "risk_budget", "risk_remaining", "aegis_receipt_sha256", "observed_at")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_SEQ_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    RISK_BUDGET_FIELD_NUMBER: _ClassVar[int]
    RISK_REMAINING_FIELD_NUMBER: _ClassVar[int]
    AEGIS_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    scope: str
    signal_seq: int
    state: TreasuryAutonomyState
    reason_codes: _containers.RepeatedScalarFieldContainer[str]
    risk_budget: int
    risk_remaining: int
    aegis_receipt_sha256: str
    observed_at: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., scope: _Optional[str] = ..., signal_seq: _Optional[int] = ..., state: _Optional[_Union[TreasuryAutonomyState, str]] = ..., reason_codes: _Optional[_Iterable[str]] = ..., risk_budget: _Optional[int] = ..., risk_remaining: _Optional[int] = ..., aegis_receipt_sha256: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TreasurySettlementReceiptV1(_message.Message):
    __slots__ = ("schema", "intent_id", "decision_sha256", "run_id", "job_hash", "owner_key", "provider_id", "rail", "status", "amount_msats", "fee_msats", "verification_id", "verification_receipt_sha256", "hydra_receipt_sha256", "wallet_receipt_sha256", "withheld_reason", "approvals", "settled_at", "receipt_id", "canonical_json_sha256", "signature")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_SHA256_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_REASON_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    intent_id: str
    decision_sha256: str
    run_id: str
    job_hash: str
    owner_key: str
    provider_id: str
    rail: str
    status: str
    amount_msats: int
    fee_msats: int
    verification_id: str
    verification_receipt_sha256: str
    hydra_receipt_sha256: str
    wallet_receipt_sha256: str
    withheld_reason: str
    approvals: _containers.RepeatedCompositeFieldContainer[TreasuryApprovalV1]
    settled_at: _timestamp_pb2.Timestamp
    receipt_id: str
    canonical_json_sha256: str
    signature: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., intent_id: _Optional[str] = ..., decision_sha256: _Optional[str] = ..., run_id: _Optional[str] = ..., job_hash: _Optional[str] = ..., owner_key: _Optional[str] = ..., provider_id: _Optional[str] = ..., rail: _Optional[str] = ..., status: _Optional[str] = ..., amount_msats: _Optional[int] = ..., fee_msats: _Optional[int] = ..., verification_id: _Optional[str] = ..., verification_receipt_sha256: _Optional[str] = ..., hydra_receipt_sha256: _Optional[str] = ..., wallet_receipt_sha256: _Optional[str] = ..., withheld_reason: _Optional[str] = ..., approvals: _Optional[_Iterable[_Union[TreasuryApprovalV1, _Mapping]]] = ..., settled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., receipt_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class TreasuryBudgetV1(_message.Message):
    __slots__ = ("scope_type", "scope_id", "period", "limit_msats", "reserved_msats", "spent_msats", "per_payment_max_msats", "version")
    SCOPE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    LIMIT_MSATS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_MSATS_FIELD_NUMBER: _ClassVar[int]
    SPENT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PER_PAYMENT_MAX_MSATS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    scope_type: str
    scope_id: str
    period: str
    limit_msats: int
    reserved_msats: int
    spent_msats: int
    per_payment_max_msats: int
    version: int
    def __init__(self, scope_type: _Optional[str] = ..., scope_id: _Optional[str] = ..., period: _Optional[str] = ..., limit_msats: _Optional[int] = ..., reserved_msats: _Optional[int] = ..., spent_msats: _Optional[int] = ..., per_payment_max_msats: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class TreasuryPolicyBundleV1(_message.Message):
    __slots__ = ("policy_bundle_id", "version", "sha256", "body")
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    policy_bundle_id: str
    version: int
    sha256: str
    body: _struct_pb2.Struct
    def __init__(self, policy_bundle_id: _Optional[str] = ..., version: _Optional[int] = ..., sha256: _Optional[str] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

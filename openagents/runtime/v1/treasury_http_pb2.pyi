import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.runtime.v1 import marketplace_http_pb2 as _marketplace_http_pb2
from openagents.runtime.v1 import treasury_pb2 as _treasury_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TreasuryIntentResponse(_message.Message):
    __slots__ = ("intent", "decision", "reservation", "approvals_required")
    INTENT_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    intent: _treasury_pb2.TreasuryIntentV1
    decision: _treasury_pb2.TreasuryDecisionV1
    reservation: _treasury_pb2.TreasuryReservationV1
    approvals_required: int
    def __init__(self, intent: _Optional[_Union[_treasury_pb2.TreasuryIntentV1, _Mapping]] = ..., decision: _Optional[_Union[_treasury_pb2.TreasuryDecisionV1, _Mapping]] = ..., reservation: _Optional[_Union[_treasury_pb2.TreasuryReservationV1, _Mapping]] = ..., approvals_required: _Optional[int] = ...) -> None: ...

class TreasuryIntentListResponse(_message.Message):
    __slots__ = ("intents", "next_cursor")
    INTENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    intents: _containers.RepeatedCompositeFieldContainer[_treasury_pb2.TreasuryIntentV1]
    next_cursor: str
    def __init__(self, intents: _Optional[_Iterable[_Union[_treasury_pb2.TreasuryIntentV1, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class TreasuryApprovalVoteRequest(_message.Message):
    __slots__ = ("approver_ref", "decision", "note", "idempotency_key")
    APPROVER_REF_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    approver_ref: str
    decision: str
    note: str
    idempotency_key: str
    def __init__(self, approver_ref: _Optional[str] = ..., decision: _Optional[str] = ..., note: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class TreasuryIntentVerifyRequest(_message.Message):
    __slots__ = ("verification_id", "request", "response", "idempotency_key")
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    verification_id: str
    request: _struct_pb2.Struct
    response: _struct_pb2.Struct
    idempotency_key: str
    def __init__(self, verification_id: _Optional[str] = ..., request: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., response: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class TreasuryIntentCommandRequest(_message.Message):
    __slots__ = ("idempotency_key", "reason")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    reason: str
    def __init__(self, idempotency_key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class TreasuryBudgetPutRequest(_message.Message):
    __slots__ = ("limit_msats", "period", "per_payment_max_msats", "expected_version")
    LIMIT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PER_PAYMENT_MAX_MSATS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    limit_msats: int
    period: str
    per_payment_max_msats: int
    expected_version: int
    def __init__(self, limit_msats: _Optional[int] = ..., period: _Optional[str] = ..., per_payment_max_msats: _Optional[int] = ..., expected_version: _Optional[int] = ...) -> None: ...

class TreasuryBudgetResponse(_message.Message):
    __slots__ = ("budget",)
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    budget: _treasury_pb2.TreasuryBudgetV1
    def __init__(self, budget: _Optional[_Union[_treasury_pb2.TreasuryBudgetV1, _Mapping]] = ...) -> None: ...

class TreasuryAccountsResponse(_message.Message):
    __slots__ = ("accounts",)
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[_treasury_pb2.TreasuryBudgetLineV1]
    def __init__(self, accounts: _Optional[_Iterable[_Union[_treasury_pb2.TreasuryBudgetLineV1, _Mapping]]] = ...) -> None: ...

class TreasuryAutonomySignalResponse(_message.Message):
    __slots__ = ("applied", "state", "version", "pending_recovery")
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PENDING_RECOVERY_FIELD_NUMBER: _ClassVar[int]
    applied: bool
    state: _treasury_pb2.TreasuryAutonomyState
    version: int
    pending_recovery: bool
    def __init__(self, applied: _Optional[bool] = ..., state: _Optional[_Union[_treasury_pb2.TreasuryAutonomyState, str]] = ..., version: _Optional[int] = ..., pending_recovery: _Optional[bool] = ...) -> None: ...

class TreasuryAutonomyOverrideRequest(_message.Message):
    __slots__ = ("scope", "state", "reason", "approver_ref", "expires_at")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    APPROVER_REF_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    scope: str
    state: _treasury_pb2.TreasuryAutonomyState
    reason: str
    approver_ref: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, scope: _Optional[str] = ..., state: _Optional[_Union[_treasury_pb2.TreasuryAutonomyState, str]] = ..., reason: _Optional[str] = ..., approver_ref: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TreasuryAutonomyScopeState(_message.Message):
    __slots__ = ("scope", "state", "version", "reason_codes", "updated_at", "override_expires_at")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    scope: str
    state: _treasury_pb2.TreasuryAutonomyState
    version: int
    reason_codes: _containers.RepeatedScalarFieldContainer[str]
    updated_at: _timestamp_pb2.Timestamp
    override_expires_at: _timestamp_pb2.Timestamp
    def __init__(self, scope: _Optional[str] = ..., state: _Optional[_Union[_treasury_pb2.TreasuryAutonomyState, str]] = ..., version: _Optional[int] = ..., reason_codes: _Optional[_Iterable[str]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., override_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TreasuryAutonomyResponse(_message.Message):
    __slots__ = ("scopes",)
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    scopes: _containers.RepeatedCompositeFieldContainer[TreasuryAutonomyScopeState]
    def __init__(self, scopes: _Optional[_Iterable[_Union[TreasuryAutonomyScopeState, _Mapping]]] = ...) -> None: ...

class TreasuryComputeSettleRequest(_message.Message):
    __slots__ = ("owner_user_id", "owner_guest_scope", "run_id", "provider_id", "provider_worker_id", "amount_msats", "quote", "route_policy", "cep", "request", "response", "owner_user_ref")
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    ROUTE_POLICY_FIELD_NUMBER: _ClassVar[int]
    CEP_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    owner_user_id: int
    owner_guest_scope: str
    run_id: str
    provider_id: str
    provider_worker_id: str
    amount_msats: int
    quote: _marketplace_http_pb2.MarketplaceComputeQuote
    route_policy: _struct_pb2.Struct
    cep: _struct_pb2.Struct
    request: _marketplace_http_pb2.SandboxRunRequest
    response: _marketplace_http_pb2.SandboxRunResponse
    owner_user_ref: str
    def __init__(self, owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., run_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., provider_worker_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., quote: _Optional[_Union[_marketplace_http_pb2.MarketplaceComputeQuote, _Mapping]] = ..., route_policy: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., cep: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., request: _Optional[_Union[_marketplace_http_pb2.SandboxRunRequest, _Mapping]] = ..., response: _Optional[_Union[_marketplace_http_pb2.SandboxRunResponse, _Mapping]] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class TreasuryComputeSettleResponse(_message.Message):
    __slots__ = ("job_hash", "reservation_id", "amount_msats", "verification_passed", "exit_code", "violations", "settlement_status", "settlement_route", "credit_offer_id", "credit_envelope_id", "credit_settlement_id", "credit_liquidity_receipt_sha256", "verification_receipt_sha256", "intent_id")
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_PASSED_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_STATUS_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ROUTE_FIELD_NUMBER: _ClassVar[int]
    CREDIT_OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_ENVELOPE_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_LIQUIDITY_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    job_hash: str
    reservation_id: str
    amount_msats: int
    verification_passed: bool
    exit_code: int
    violations: _containers.RepeatedScalarFieldContainer[str]
    settlement_status: str
    settlement_route: str
    credit_offer_id: str
    credit_envelope_id: str
    credit_settlement_id: str
    credit_liquidity_receipt_sha256: str
    verification_receipt_sha256: str
    intent_id: str
    def __init__(self, job_hash: _Optional[str] = ..., reservation_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., verification_passed: _Optional[bool] = ..., exit_code: _Optional[int] = ..., violations: _Optional[_Iterable[str]] = ..., settlement_status: _Optional[str] = ..., settlement_route: _Optional[str] = ..., credit_offer_id: _Optional[str] = ..., credit_envelope_id: _Optional[str] = ..., credit_settlement_id: _Optional[str] = ..., credit_liquidity_receipt_sha256: _Optional[str] = ..., verification_receipt_sha256: _Optional[str] = ..., intent_id: _Optional[str] = ...) -> None: ...

class TreasuryComputeAccount(_message.Message):
    __slots__ = ("limit_msats", "reserved_msats", "spent_msats", "updated_at")
    LIMIT_MSATS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_MSATS_FIELD_NUMBER: _ClassVar[int]
    SPENT_MSATS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    limit_msats: int
    reserved_msats: int
    spent_msats: int
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, limit_msats: _Optional[int] = ..., reserved_msats: _Optional[int] = ..., spent_msats: _Optional[int] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TreasuryProviderEarnings(_message.Message):
    __slots__ = ("provider_id", "earned_msats", "released_jobs", "withheld_jobs")
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    EARNED_MSATS_FIELD_NUMBER: _ClassVar[int]
    RELEASED_JOBS_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_JOBS_FIELD_NUMBER: _ClassVar[int]
    provider_id: str
    earned_msats: int
    released_jobs: int
    withheld_jobs: int
    def __init__(self, provider_id: _Optional[str] = ..., earned_msats: _Optional[int] = ..., released_jobs: _Optional[int] = ..., withheld_jobs: _Optional[int] = ...) -> None: ...

class TreasuryComputeSummaryResponse(_message.Message):
    __slots__ = ("schema", "owner_key", "account", "released_msats_total", "released_count", "withheld_count", "provider_earnings", "recent_jobs")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    RELEASED_MSATS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    RELEASED_COUNT_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_COUNT_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_EARNINGS_FIELD_NUMBER: _ClassVar[int]
    RECENT_JOBS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    owner_key: str
    account: TreasuryComputeAccount
    released_msats_total: int
    released_count: int
    withheld_count: int
    provider_earnings: _containers.RepeatedCompositeFieldContainer[TreasuryProviderEarnings]
    recent_jobs: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    def __init__(self, schema: _Optional[str] = ..., owner_key: _Optional[str] = ..., account: _Optional[_Union[TreasuryComputeAccount, _Mapping]] = ..., released_msats_total: _Optional[int] = ..., released_count: _Optional[int] = ..., withheld_count: _Optional[int] = ..., provider_earnings: _Optional[_Iterable[_Union[TreasuryProviderEarnings, _Mapping]]] = ..., recent_jobs: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ...) -> None: ...

class TreasuryComputeReconcileRequest(_message.Message):
    __slots__ = ("max_age_seconds", "max_jobs")
    MAX_AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MAX_JOBS_FIELD_NUMBER: _ClassVar[int]
    max_age_seconds: int
    max_jobs: int
    def __init__(self, max_age_seconds: _Optional[int] = ..., max_jobs: _Optional[int] = ...) -> None: ...

class TreasuryComputeReconcileResponse(_message.Message):
    __slots__ = ("schema", "reconciled_at", "expired_reservations", "freed_msats_total", "updated_jobs")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECONCILED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_RESERVATIONS_FIELD_NUMBER: _ClassVar[int]
    FREED_MSATS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    UPDATED_JOBS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    reconciled_at: _timestamp_pb2.Timestamp
    expired_reservations: int
    freed_msats_total: int
    updated_jobs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, schema: _Optional[str] = ..., reconciled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expired_reservations: _Optional[int] = ..., freed_msats_total: _Optional[int] = ..., updated_jobs: _Optional[_Iterable[str]] = ...) -> None: ...

from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisThrottleSignalV1(_message.Message):
    __slots__ = ("name", "observed", "threshold", "level")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    name: str
    observed: int
    threshold: int
    level: _common_pb2.AegisAutonomyState
    def __init__(self, name: _Optional[str] = ..., observed: _Optional[int] = ..., threshold: _Optional[int] = ..., level: _Optional[_Union[_common_pb2.AegisAutonomyState, str]] = ...) -> None: ...

class AegisPostureV1(_message.Message):
    __slots__ = ("spend_multiplier_bps", "tier_floor", "requires_approval", "allow_new_envelopes", "allow_warranty_issue", "allow_long_latency", "routing_mode", "premium_surcharge_bps")
    SPEND_MULTIPLIER_BPS_FIELD_NUMBER: _ClassVar[int]
    TIER_FLOOR_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    ALLOW_NEW_ENVELOPES_FIELD_NUMBER: _ClassVar[int]
    ALLOW_WARRANTY_ISSUE_FIELD_NUMBER: _ClassVar[int]
    ALLOW_LONG_LATENCY_FIELD_NUMBER: _ClassVar[int]
    ROUTING_MODE_FIELD_NUMBER: _ClassVar[int]
    PREMIUM_SURCHARGE_BPS_FIELD_NUMBER: _ClassVar[int]
    spend_multiplier_bps: int
    tier_floor: _common_pb2.AegisVerificationTier
    requires_approval: bool
    allow_new_envelopes: bool
    allow_warranty_issue: bool
    allow_long_latency: bool
    routing_mode: str
    premium_surcharge_bps: int
    def __init__(self, spend_multiplier_bps: _Optional[int] = ..., tier_floor: _Optional[_Union[_common_pb2.AegisVerificationTier, str]] = ..., requires_approval: _Optional[bool] = ..., allow_new_envelopes: _Optional[bool] = ..., allow_warranty_issue: _Optional[bool] = ..., allow_long_latency: _Optional[bool] = ..., routing_mode: _Optional[str] = ..., premium_surcharge_bps: _Optional[int] = ...) -> None: ...

class AegisRiskBudgetResponseV1(_message.Message):
    __slots__ = ("schema", "owner_key", "budget_unverified_units_24h", "unverified_units_24h", "remaining_unverified_units_24h", "hydra_risk_degraded", "treasury_reserved_msats", "treasury_spent_msats", "policy_notes", "generated_at_unix", "scope_keys", "version", "autonomy_state", "signals", "posture", "total_units_24h", "verified_units_24h", "verified_share_bps", "low_tier_share_bps", "max_low_tier_share_bps", "long_latency_actions_24h", "max_long_latency_actions_24h", "dispute_rate_bps_24h", "state_since_unix", "override_state", "override_expires_at_unix")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    BUDGET_UNVERIFIED_UNITS_24H_FIELD_NUMBER: _ClassVar[int]
    UNVERIFIED_UNITS_24H_FIELD_NUMBER: _ClassVar[int]
    REMAINING_UNVERIFIED_UNITS_24H_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RISK_DEGRADED_FIELD_NUMBER: _ClassVar[int]
    TREASURY_RESERVED_MSATS_FIELD_NUMBER: _ClassVar[int]
    TREASURY_SPENT_MSATS_FIELD_NUMBER: _ClassVar[int]
    POLICY_NOTES_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    SCOPE_KEYS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    AUTONOMY_STATE_FIELD_NUMBER: _ClassVar[int]
    SIGNALS_FIELD_NUMBER: _ClassVar[int]
    POSTURE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_UNITS_24H_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_UNITS_24H_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_SHARE_BPS_FIELD_NUMBER: _ClassVar[int]
    LOW_TIER_SHARE_BPS_FIELD_NUMBER: _ClassVar[int]
    MAX_LOW_TIER_SHARE_BPS_FIELD_NUMBER: _ClassVar[int]
    LONG_LATENCY_ACTIONS_24H_FIELD_NUMBER: _ClassVar[int]
    MAX_LONG_LATENCY_ACTIONS_24H_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_RATE_BPS_24H_FIELD_NUMBER: _ClassVar[int]
    STATE_SINCE_UNIX_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_STATE_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_EXPIRES_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    owner_key: str
    budget_unverified_units_24h: int
    unverified_units_24h: int
    remaining_unverified_units_24h: int
    hydra_risk_degraded: bool
    treasury_reserved_msats: int
    treasury_spent_msats: int
    policy_notes: _containers.RepeatedScalarFieldContainer[str]
    generated_at_unix: int
    scope_keys: _containers.RepeatedScalarFieldContainer[str]
    version: int
    autonomy_state: _common_pb2.AegisAutonomyState
    signals: _containers.RepeatedCompositeFieldContainer[AegisThrottleSignalV1]
    posture: AegisPostureV1
    total_units_24h: int
    verified_units_24h: int
    verified_share_bps: int
    low_tier_share_bps: int
    max_low_tier_share_bps: int
    long_latency_actions_24h: int
    max_long_latency_actions_24h: int
    dispute_rate_bps_24h: int
    state_since_unix: int
    override_state: _common_pb2.AegisAutonomyState
    override_expires_at_unix: int
    def __init__(self, schema: _Optional[str] = ..., owner_key: _Optional[str] = ..., budget_unverified_units_24h: _Optional[int] = ..., unverified_units_24h: _Optional[int] = ..., remaining_unverified_units_24h: _Optional[int] = ..., hydra_risk_degraded: _Optional[bool] = ..., treasury_reserved_msats: _Optional[int] = ..., treasury_spent_msats: _Optional[int] = ..., policy_notes: _Optional[_Iterable[str]] = ..., generated_at_unix: _Optional[int] = ..., scope_keys: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., autonomy_state: _Optional[_Union[_common_pb2.AegisAutonomyState, str]] = ..., signals: _Optional[_Iterable[_Union[AegisThrottleSignalV1, _Mapping]]] = ..., posture: _Optional[_Union[AegisPostureV1, _Mapping]] = ..., total_units_24h: _Optional[int] = ..., verified_units_24h: _Optional[int] = ..., verified_share_bps: _Optional[int] = ..., low_tier_share_bps: _Optional[int] = ..., max_low_tier_share_bps: _Optional[int] = ..., long_latency_actions_24h: _Optional[int] = ..., max_long_latency_actions_24h: _Optional[int] = ..., dispute_rate_bps_24h: _Optional[int] = ..., state_since_unix: _Optional[int] = ..., override_state: _Optional[_Union[_common_pb2.AegisAutonomyState, str]] = ..., override_expires_at_unix: _Optional[int] = ...) -> None: ...

class AegisRiskBudgetSetRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "owner_user_id", "owner_guest_scope", "scope_key", "max_unverified_units_24h", "max_low_tier_share_bps", "max_long_latency_actions_24h", "expected_version", "override_state", "override_expires_at_unix", "reason", "policy_bundle_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_KEY_FIELD_NUMBER: _ClassVar[int]
    MAX_UNVERIFIED_UNITS_24H_FIELD_NUMBER: _ClassVar[int]
    MAX_LOW_TIER_SHARE_BPS_FIELD_NUMBER: _ClassVar[int]
    MAX_LONG_LATENCY_ACTIONS_24H_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_STATE_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_EXPIRES_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    owner_user_id: int
    owner_guest_scope: str
    scope_key: str
    max_unverified_units_24h: int
    max_low_tier_share_bps: int
    max_long_latency_actions_24h: int
    expected_version: int
    override_state: _common_pb2.AegisAutonomyState
    override_expires_at_unix: int
    reason: str
    policy_bundle_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., scope_key: _Optional[str] = ..., max_unverified_units_24h: _Optional[int] = ..., max_low_tier_share_bps: _Optional[int] = ..., max_long_latency_actions_24h: _Optional[int] = ..., expected_version: _Optional[int] = ..., override_state: _Optional[_Union[_common_pb2.AegisAutonomyState, str]] = ..., override_expires_at_unix: _Optional[int] = ..., reason: _Optional[str] = ..., policy_bundle_id: _Optional[str] = ...) -> None: ...

class AegisRiskBudgetSetResponseV1(_message.Message):
    __slots__ = ("schema", "scope_key", "version", "previous_version", "effective_at_unix", "receipt", "idempotent_replay", "status")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SCOPE_KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_VERSION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    scope_key: str
    version: int
    previous_version: int
    effective_at_unix: int
    receipt: _common_pb2.AegisReceiptLinkageV1
    idempotent_replay: bool
    status: AegisRiskBudgetResponseV1
    def __init__(self, schema: _Optional[str] = ..., scope_key: _Optional[str] = ..., version: _Optional[int] = ..., previous_version: _Optional[int] = ..., effective_at_unix: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ..., status: _Optional[_Union[AegisRiskBudgetResponseV1, _Mapping]] = ...) -> None: ...

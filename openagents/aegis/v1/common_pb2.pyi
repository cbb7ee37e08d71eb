from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisVerificationClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_VERIFICATION_CLASS_UNSPECIFIED: _ClassVar[AegisVerificationClass]
    AEGIS_VERIFICATION_CLASS_OBJECTIVE: _ClassVar[AegisVerificationClass]
    AEGIS_VERIFICATION_CLASS_SUBJECTIVE: _ClassVar[AegisVerificationClass]
    AEGIS_VERIFICATION_CLASS_LOW_VERIFIABILITY: _ClassVar[AegisVerificationClass]

class AegisVerificationTier(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_VERIFICATION_TIER_UNSPECIFIED: _ClassVar[AegisVerificationTier]
    AEGIS_VERIFICATION_TIER_O: _ClassVar[AegisVerificationTier]
    AEGIS_VERIFICATION_TIER_1: _ClassVar[AegisVerificationTier]
    AEGIS_VERIFICATION_TIER_2: _ClassVar[AegisVerificationTier]
    AEGIS_VERIFICATION_TIER_3: _ClassVar[AegisVerificationTier]
    AEGIS_VERIFICATION_TIER_4: _ClassVar[AegisVerificationTier]

class AegisVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_VERDICT_UNSPECIFIED: _ClassVar[AegisVerdict]
    AEGIS_VERDICT_PASS: _ClassVar[AegisVerdict]
    AEGIS_VERDICT_FAIL: _ClassVar[AegisVerdict]
    AEGIS_VERDICT_ABSTAIN: _ClassVar[AegisVerdict]

class AegisVerifierKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_VERIFIER_KIND_UNSPECIFIED: _ClassVar[AegisVerifierKind]
    AEGIS_VERIFIER_KIND_OBJECTIVE: _ClassVar[AegisVerifierKind]
    AEGIS_VERIFIER_KIND_MODEL: _ClassVar[AegisVerifierKind]
    AEGIS_VERIFIER_KIND_HUMAN: _ClassVar[AegisVerifierKind]
    AEGIS_VERIFIER_KIND_BASELINE: _ClassVar[AegisVerifierKind]

class AegisRiskLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_RISK_LEVEL_UNSPECIFIED: _ClassVar[AegisRiskLevel]
    AEGIS_RISK_LEVEL_LOW: _ClassVar[AegisRiskLevel]
    AEGIS_RISK_LEVEL_MEDIUM: _ClassVar[AegisRiskLevel]
    AEGIS_RISK_LEVEL_HIGH: _ClassVar[AegisRiskLevel]

class AegisSeverity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_SEVERITY_UNSPECIFIED: _ClassVar[AegisSeverity]
    AEGIS_SEVERITY_LOW: _ClassVar[AegisSeverity]
    AEGIS_SEVERITY_MEDIUM: _ClassVar[AegisSeverity]
    AEGIS_SEVERITY_HIGH: _ClassVar[AegisSeverity]
    AEGIS_SEVERITY_CRITICAL: _ClassVar[AegisSeverity]

class AegisAutonomyState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_AUTONOMY_STATE_UNSPECIFIED: _ClassVar[AegisAutonomyState]
    AEGIS_AUTONOMY_STATE_NORMAL: _ClassVar[AegisAutonomyState]
    AEGIS_AUTONOMY_STATE_DEGRADED: _ClassVar[AegisAutonomyState]
    AEGIS_AUTONOMY_STATE_APPROVAL_REQUIRED: _ClassVar[AegisAutonomyState]
    AEGIS_AUTONOMY_STATE_HALTED: _ClassVar[AegisAutonomyState]
AEGIS_VERIFICATION_CLASS_UNSPECIFIED: AegisVerificationClass
AEGIS_VERIFICATION_CLASS_OBJECTIVE: AegisVerificationClass
AEGIS_VERIFICATION_CLASS_SUBJECTIVE: AegisVerificationClass
AEGIS_VERIFICATION_CLASS_LOW_VERIFIABILITY: AegisVerificationClass
AEGIS_VERIFICATION_TIER_UNSPECIFIED: AegisVerificationTier
AEGIS_VERIFICATION_TIER_O: AegisVerificationTier
AEGIS_VERIFICATION_TIER_1: AegisVerificationTier
AEGIS_VERIFICATION_TIER_2: AegisVerificationTier
AEGIS_VERIFICATION_TIER_3: AegisVerificationTier
AEGIS_VERIFICATION_TIER_4: AegisVerificationTier
AEGIS_VERDICT_UNSPECIFIED: AegisVerdict
AEGIS_VERDICT_PASS: AegisVerdict
AEGIS_VERDICT_FAIL: AegisVerdict
AEGIS_VERDICT_ABSTAIN: AegisVerdict
AEGIS_VERIFIER_KIND_UNSPECIFIED: AegisVerifierKind
AEGIS_VERIFIER_KIND_OBJECTIVE: AegisVerifierKind
AEGIS_VERIFIER_KIND_MODEL: AegisVerifierKind
AEGIS_VERIFIER_KIND_HUMAN: AegisVerifierKind
AEGIS_VERIFIER_KIND_BASELINE: AegisVerifierKind
AEGIS_RISK_LEVEL_UNSPECIFIED: AegisRiskLevel
AEGIS_RISK_LEVEL_LOW: AegisRiskLevel
AEGIS_RISK_LEVEL_MEDIUM: AegisRiskLevel
AEGIS_RISK_LEVEL_HIGH: AegisRiskLevel
AEGIS_SEVERITY_UNSPECIFIED: AegisSeverity
AEGIS_SEVERITY_LOW: AegisSeverity
AEGIS_SEVERITY_MEDIUM: AegisSeverity
AEGIS_SEVERITY_HIGH: AegisSeverity
AEGIS_SEVERITY_CRITICAL: AegisSeverity
AEGIS_AUTONOMY_STATE_UNSPECIFIED: AegisAutonomyState
AEGIS_AUTONOMY_STATE_NORMAL: AegisAutonomyState
AEGIS_AUTONOMY_STATE_DEGRADED: AegisAutonomyState
AEGIS_AUTONOMY_STATE_APPROVAL_REQUIRED: AegisAutonomyState
AEGIS_AUTONOMY_STATE_HALTED: AegisAutonomyState

class AegisReceiptLinkageV1(_message.Message):
    __slots__ = ("receipt_schema", "receipt_id", "canonical_json_sha256")
    RECEIPT_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    receipt_schema: str
    receipt_id: str
    canonical_json_sha256: str
    def __init__(self, receipt_schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ...) -> None: ...

class AegisActorV1(_message.Message):
    __slots__ = ("actor_id", "kind", "family", "provider")
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    actor_id: str
    kind: AegisVerifierKind
    family: str
    provider: str
    def __init__(self, actor_id: _Optional[str] = ..., kind: _Optional[_Union[AegisVerifierKind, str]] = ..., family: _Optional[str] = ..., provider: _Optional[str] = ...) -> None: ...

class AegisHydraReceiptRefV1(_message.Message):
    __slots__ = ("receipt_class", "receipt_schema", "receipt_id", "canonical_json_sha256", "amount_msats", "wallet_receipt_sha256")
    RECEIPT_CLASS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    receipt_class: str
    receipt_schema: str
    receipt_id: str
    canonical_json_sha256: str
    amount_msats: int
    wallet_receipt_sha256: str
    def __init__(self, receipt_class: _Optional[str] = ..., receipt_schema: _Optional[str] = ..., receipt_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ..., amount_msats: _Optional[int] = ..., wallet_receipt_sha256: _Optional[str] = ...) -> None: ...

class AegisPayoutDestinationV1(_message.Message):
    __slots__ = ("kind", "account_key", "invoice", "host", "max_fee_msats")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_KEY_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    MAX_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    account_key: str
    invoice: str
    host: str
    max_fee_msats: int
    def __init__(self, kind: _Optional[str] = ..., account_key: _Optional[str] = ..., invoice: _Optional[str] = ..., host: _Optional[str] = ..., max_fee_msats: _Optional[int] = ...) -> None: ...

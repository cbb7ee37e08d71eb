from google.protobuf import struct_pb2 as _struct_pb2
from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisWarrantyStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_WARRANTY_STATUS_UNSPECIFIED: _ClassVar[AegisWarrantyStatus]
    AEGIS_WARRANTY_STATUS_ACTIVE: _ClassVar[AegisWarrantyStatus]
    AEGIS_WARRANTY_STATUS_EXHAUSTED: _ClassVar[AegisWarrantyStatus]
    AEGIS_WARRANTY_STATUS_EXPIRED: _ClassVar[AegisWarrantyStatus]
    AEGIS_WARRANTY_STATUS_PENDING: _ClassVar[AegisWarrantyStatus]
    AEGIS_WARRANTY_STATUS_VOIDED: _ClassVar[AegisWarrantyStatus]
AEGIS_WARRANTY_STATUS_UNSPECIFIED: AegisWarrantyStatus
AEGIS_WARRANTY_STATUS_ACTIVE: AegisWarrantyStatus
AEGIS_WARRANTY_STATUS_EXHAUSTED: AegisWarrantyStatus
AEGIS_WARRANTY_STATUS_EXPIRED: AegisWarrantyStatus
AEGIS_WARRANTY_STATUS_PENDING: AegisWarrantyStatus
AEGIS_WARRANTY_STATUS_VOIDED: AegisWarrantyStatus

class AegisWarrantyQuoteRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "run_id", "verification_id", "owner_user_id", "owner_guest_scope", "coverage_cap_msats", "duration_seconds", "terms", "underwriter_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    UNDERWRITER_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    run_id: str
    verification_id: str
    owner_user_id: int
    owner_guest_scope: str
    coverage_cap_msats: int
    duration_seconds: int
    terms: _struct_pb2.Struct
    underwriter_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., run_id: _Optional[str] = ..., verification_id: _Optional[str] = ..., owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., coverage_cap_msats: _Optional[int] = ..., duration_seconds: _Optional[int] = ..., terms: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., underwriter_id: _Optional[str] = ...) -> None: ...

class AegisFeeComponentV1(_message.Message):
    __slots__ = ("component", "amount_msats", "notes")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    component: str
    amount_msats: int
    notes: str
    def __init__(self, component: _Optional[str] = ..., amount_msats: _Optional[int] = ..., notes: _Optional[str] = ...) -> None: ...

class AegisWarrantyQuoteResponseV1(_message.Message):
    __slots__ = ("schema", "quote_id", "quote_sha256", "run_id", "verification_id", "owner_key", "underwriter_id", "warrantable", "reason_codes", "coverage_cap_msats", "duration_seconds", "loss_probability_ppm", "components", "premium_msats", "required_bond_msats", "created_at_unix", "valid_until_unix", "receipt", "idempotent_replay")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_SHA256_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    UNDERWRITER_ID_FIELD_NUMBER: _ClassVar[int]
    WARRANTABLE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LOSS_PROBABILITY_PPM_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    PREMIUM_MSATS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_BOND_MSATS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_UNIX_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    quote_id: str
    quote_sha256: str
    run_id: str
    verification_id: str
    owner_key: str
    underwriter_id: str
    warrantable: bool
    reason_codes: _containers.RepeatedScalarFieldContainer[str]
    coverage_cap_msats: int
    duration_seconds: int
    loss_probability_ppm: int
    components: _containers.RepeatedCompositeFieldContainer[AegisFeeComponentV1]
    premium_msats: int
    required_bond_msats: int
    created_at_unix: int
    valid_until_unix: int
    receipt: _common_pb2.AegisReceiptLinkageV1
    idempotent_replay: bool
    def __init__(self, schema: _Optional[str] = ..., quote_id: _Optional[str] = ..., quote_sha256: _Optional[str] = ..., run_id: _Optional[str] = ..., verification_id: _Optional[str] = ..., owner_key: _Optional[str] = ..., underwriter_id: _Optional[str] = ..., warrantable: _Optional[bool] = ..., reason_codes: _Optional[_Iterable[str]] = ..., coverage_cap_msats: _Optional[int] = ..., duration_seconds: _Optional[int] = ..., loss_probability_ppm: _Optional[int] = ..., components: _Optional[_Iterable[_Union[AegisFeeComponentV1, _Mapping]]] = ..., premium_msats: _Optional[int] = ..., required_bond_msats: _Optional[int] = ..., created_at_unix: _Optional[int] = ..., valid_until_unix: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class AegisWarrantyIssueRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "run_id", "verification_id", "owner_user_id", "owner_guest_scope", "coverage_cap_msats", "duration_seconds", "terms", "quote_id", "bond_id", "beneficiary_ids", "policy_bundle_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    BOND_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFICIARY_IDS_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    run_id: str
    verification_id: str
    owner_user_id: int
    owner_guest_scope: str
    coverage_cap_msats: int
    duration_seconds: int
    terms: _struct_pb2.Struct
    quote_id: str
    bond_id: str
    beneficiary_ids: _containers.RepeatedScalarFieldContainer[str]
    policy_bundle_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., run_id: _Optional[str] = ..., verification_id: _Optional[str] = ..., owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., coverage_cap_msats: _Optional[int] = ..., duration_seconds: _Optional[int] = ..., terms: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., quote_id: _Optional[str] = ..., bond_id: _Optional[str] = ..., beneficiary_ids: _Optional[_Iterable[str]] = ..., policy_bundle_id: _Optional[str] = ...) -> None: ...

class AegisWarrantyIssueResponseV1(_message.Message):
    __slots__ = ("schema", "warranty_id", "run_id", "verification_id", "status", "coverage_cap_msats", "remaining_coverage_msats", "expires_at_unix", "receipt", "idempotent_replay", "owner_key", "quote_id", "bond_id", "premium_msats", "hydra_receipts", "issued_at_unix", "reserved_claims_msats")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    WARRANTY_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_CAP_MSATS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_COVERAGE_MSATS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    BOND_ID_FIELD_NUMBER: _ClassVar[int]
    PREMIUM_MSATS_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    RESERVED_CLAIMS_MSATS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    warranty_id: str
    run_id: str
    verification_id: str
    status: AegisWarrantyStatus
    coverage_cap_msats: int
    remaining_coverage_msats: int
    expires_at_unix: int
    receipt: _common_pb2.AegisReceiptLinkageV1
    idempotent_replay: bool
    owner_key: str
    quote_id: str
    bond_id: str
    premium_msats: int
    hydra_receipts: _containers.RepeatedCompositeFieldContainer[_common_pb2.AegisHydraReceiptRefV1]
    issued_at_unix: int
    reserved_claims_msats: int
    def __init__(self, schema: _Optional[str] = ..., warranty_id: _Optional[str] = ..., run_id: _Optional[str] = ..., verification_id: _Optional[str] = ..., status: _Optional[_Union[AegisWarrantyStatus, str]] = ..., coverage_cap_msats: _Optional[int] = ..., remaining_coverage_msats: _Optional[int] = ..., expires_at_unix: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ..., owner_key: _Optional[str] = ..., quote_id: _Optional[str] = ..., bond_id: _Optional[str] = ..., premium_msats: _Optional[int] = ..., hydra_receipts: _Optional[_Iterable[_Union[_common_pb2.AegisHydraReceiptRefV1, _Mapping]]] = ..., issued_at_unix: _Optional[int] = ..., reserved_claims_msats: _Optional[int] = ...) -> None: ...

from google.protobuf import struct_pb2 as _struct_pb2
from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisCaseKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_CASE_KIND_UNSPECIFIED: _ClassVar[AegisCaseKind]
    AEGIS_CASE_KIND_INCIDENT: _ClassVar[AegisCaseKind]
    AEGIS_CASE_KIND_NEAR_MISS: _ClassVar[AegisCaseKind]
    AEGIS_CASE_KIND_DISPUTE_OUTCOME: _ClassVar[AegisCaseKind]
    AEGIS_CASE_KIND_GOTCHA: _ClassVar[AegisCaseKind]
    AEGIS_CASE_KIND_TOOLCHAIN_REGRESSION: _ClassVar[AegisCaseKind]
    AEGIS_CASE_KIND_POLICY_FAILURE: _ClassVar[AegisCaseKind]
AEGIS_CASE_KIND_UNSPECIFIED: AegisCaseKind
AEGIS_CASE_KIND_INCIDENT: AegisCaseKind
AEGIS_CASE_KIND_NEAR_MISS: AegisCaseKind
AEGIS_CASE_KIND_DISPUTE_OUTCOME: AegisCaseKind
AEGIS_CASE_KIND_GOTCHA: AegisCaseKind
AEGIS_CASE_KIND_TOOLCHAIN_REGRESSION: AegisCaseKind
AEGIS_CASE_KIND_POLICY_FAILURE: AegisCaseKind

class AegisCaseCreateRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "kind", "severity", "title", "summary", "work_type", "truth_defective", "labels", "run_id", "verification_ids", "claim_ids", "dispute_ids", "receipt_sha256s", "hydra_receipt_sha256s", "replay_refs", "policy_bundle_id", "payload_kind", "payload", "expected_violations", "occurred_at_unix", "detected_at_unix", "created_by", "practice_eligible", "supersedes_case_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    WORK_TYPE_FIELD_NUMBER: _ClassVar[int]
    TRUTH_DEFECTIVE_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    CLAIM_IDS_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_IDS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_SHA256S_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RECEIPT_SHA256S_FIELD_NUMBER: _ClassVar[int]
    REPLAY_REFS_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_KIND_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    DETECTED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    PRACTICE_ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDES_CASE_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    kind: AegisCaseKind
    severity: _common_pb2.AegisSeverity
    title: str
    summary: str
    work_type: str
    truth_defective: bool
    labels: _containers.RepeatedScalarFieldContainer[str]
    run_id: str
    verification_ids: _containers.RepeatedScalarFieldContainer[str]
    claim_ids: _containers.RepeatedScalarFieldContainer[str]
    dispute_ids: _containers.RepeatedScalarFieldContainer[str]
    receipt_sha256s: _containers.RepeatedScalarFieldContainer[str]
    hydra_receipt_sha256s: _containers.RepeatedScalarFieldContainer[str]
    replay_refs: _containers.RepeatedScalarFieldContainer[str]
    policy_bundle_id: str
    payload_kind: str
    payload: _struct_pb2.Struct
    expected_violations: _containers.RepeatedScalarFieldContainer[str]
    occurred_at_unix: int
    detected_at_unix: int
    created_by: str
    practice_eligible: bool
    supersedes_case_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., kind: _Optional[_Union[AegisCaseKind, str]] = ..., severity: _Optional[_Union[_common_pb2.AegisSeverity, str]] = ..., title: _Optional[str] = ..., summary: _Optional[str] = ..., work_type: _Optional[str] = ..., truth_defective: _Optional[bool] = ..., labels: _Optional[_Iterable[str]] = ..., run_id: _Optional[str] = ..., verification_ids: _Optional[_Iterable[str]] = ..., claim_ids: _Optional[_Iterable[str]] = ..., dispute_ids: _Optional[_Iterable[str]] = ..., receipt_sha256s: _Optional[_Iterable[str]] = ..., hydra_receipt_sha256s: _Optional[_Iterable[str]] = ..., replay_refs: _Optional[_Iterable[str]] = ..., policy_bundle_id: _Optional[str] = ..., payload_kind: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., expected_violations: _Optional[_Iterable[str]] = ..., occurred_at_unix: _Optional[int] = ..., detected_at_unix: _Optional[int] = ..., created_by: _Optional[str] = ..., practice_eligible: _Optional[bool] = ..., supersedes_case_id: _Optional[str] = ...) -> None: ...

class AegisCaseV1(_message.Message):
    __slots__ = ("schema", "case_id", "record", "payload_sha256", "created_at_unix", "superseded_by", "receipt", "idempotent_replay")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_SHA256_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    case_id: str
    record: AegisCaseCreateRequestV1
    payload_sha256: str
    created_at_unix: int
    superseded_by: str
    receipt: _common_pb2.AegisReceiptLinkageV1
    idempotent_replay: bool
    def __init__(self, schema: _Optional[str] = ..., case_id: _Optional[str] = ..., record: _Optional[_Union[AegisCaseCreateRequestV1, _Mapping]] = ..., payload_sha256: _Optional[str] = ..., created_at_unix: _Optional[int] = ..., superseded_by: _Optional[str] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class AegisCaseListResponseV1(_message.Message):
    __slots__ = ("schema", "cases", "next_cursor")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    schema: str
    cases: _containers.RepeatedCompositeFieldContainer[AegisCaseV1]
    next_cursor: str
    def __init__(self, schema: _Optional[str] = ..., cases: _Optional[_Iterable[_Union[AegisCaseV1, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

from google.protobuf import struct_pb2 as _struct_pb2
from openagents.aegis.v1 import common_pb2 as _common_pb2
from openagents.aegis.v1 import verifier_pb2 as _verifier_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisSimMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_SIM_MODE_UNSPECIFIED: _ClassVar[AegisSimMode]
    AEGIS_SIM_MODE_AUTO: _ClassVar[AegisSimMode]
    AEGIS_SIM_MODE_PRACTICE: _ClassVar[AegisSimMode]
    AEGIS_SIM_MODE_SUBMIT: _ClassVar[AegisSimMode]
AEGIS_SIM_MODE_UNSPECIFIED: AegisSimMode
AEGIS_SIM_MODE_AUTO: AegisSimMode
AEGIS_SIM_MODE_PRACTICE: AegisSimMode
AEGIS_SIM_MODE_SUBMIT: AegisSimMode

class AegisSimRunRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "mode", "scenario_set", "seed", "count", "defect_rate_bps", "verifier_ids", "sim_run_id", "answers", "include_cases")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_SET_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    DEFECT_RATE_BPS_FIELD_NUMBER: _ClassVar[int]
    VERIFIER_IDS_FIELD_NUMBER: _ClassVar[int]
    SIM_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CASES_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    mode: AegisSimMode
    scenario_set: str
    seed: int
    count: int
    defect_rate_bps: int
    verifier_ids: _containers.RepeatedScalarFieldContainer[str]
    sim_run_id: str
    answers: _containers.RepeatedCompositeFieldContainer[AegisSimAnswerV1]
    include_cases: bool
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., mode: _Optional[_Union[AegisSimMode, str]] = ..., scenario_set: _Optional[str] = ..., seed: _Optional[int] = ..., count: _Optional[int] = ..., defect_rate_bps: _Optional[int] = ..., verifier_ids: _Optional[_Iterable[str]] = ..., sim_run_id: _Optional[str] = ..., answers: _Optional[_Iterable[_Union[AegisSimAnswerV1, _Mapping]]] = ..., include_cases: _Optional[bool] = ...) -> None: ...

class AegisSimAnswerV1(_message.Message):
    __slots__ = ("index", "verdict", "p_defect_ppm", "severity", "detect_ms")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    P_DEFECT_PPM_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    DETECT_MS_FIELD_NUMBER: _ClassVar[int]
    index: int
    verdict: _common_pb2.AegisVerdict
    p_defect_ppm: int
    severity: _common_pb2.AegisSeverity
    detect_ms: int
    def __init__(self, index: _Optional[int] = ..., verdict: _Optional[_Union[_common_pb2.AegisVerdict, str]] = ..., p_defect_ppm: _Optional[int] = ..., severity: _Optional[_Union[_common_pb2.AegisSeverity, str]] = ..., detect_ms: _Optional[int] = ...) -> None: ...

class AegisSimCaseV1(_message.Message):
    __slots__ = ("index", "payload_kind", "payload", "truth_defective", "mutation", "severity")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_KIND_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    TRUTH_DEFECTIVE_FIELD_NUMBER: _ClassVar[int]
    MUTATION_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    index: int
    payload_kind: str
    payload: _struct_pb2.Struct
    truth_defective: bool
    mutation: str
    severity: _common_pb2.AegisSeverity
    def __init__(self, index: _Optional[int] = ..., payload_kind: _Optional[str] = ..., payload: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., truth_defective: _Optional[bool] = ..., mutation: _Optional[str] = ..., severity: _Optional[_Union[_common_pb2.AegisSeverity, str]] = ...) -> None: ...

class AegisSimRunResponseV1(_message.Message):
    __slots__ = ("schema", "sim_run_id", "mode", "status", "scenario_set", "seed", "count", "defect_rate_bps", "defective_count", "case_set_sha256", "cases", "scores", "receipt", "created_at_unix", "expires_at_unix", "idempotent_replay")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SIM_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_SET_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    DEFECT_RATE_BPS_FIELD_NUMBER: _ClassVar[int]
    DEFECTIVE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CASE_SET_SHA256_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    sim_run_id: str
    mode: AegisSimMode
    status: str
    scenario_set: str
    seed: int
    count: int
    defect_rate_bps: int
    defective_count: int
    case_set_sha256: str
    cases: _containers.RepeatedCompositeFieldContainer[AegisSimCaseV1]
    scores: _containers.RepeatedCompositeFieldContainer[_verifier_pb2.AegisVerifierScoreV1]
    receipt: _common_pb2.AegisReceiptLinkageV1
    created_at_unix: int
    expires_at_unix: int
    idempotent_replay: bool
    def __init__(self, schema: _Optional[str] = ..., sim_run_id: _Optional[str] = ..., mode: _Optional[_Union[AegisSimMode, str]] = ..., status: _Optional[str] = ..., scenario_set: _Optional[str] = ..., seed: _Optional[int] = ..., count: _Optional[int] = ..., defect_rate_bps: _Optional[int] = ..., defective_count: _Optional[int] = ..., case_set_sha256: _Optional[str] = ..., cases: _Optional[_Iterable[_Union[AegisSimCaseV1, _Mapping]]] = ..., scores: _Optional[_Iterable[_Union[_verifier_pb2.AegisVerifierScoreV1, _Mapping]]] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., created_at_unix: _Optional[int] = ..., expires_at_unix: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class AegisScoreboardResponseV1(_message.Message):
    __slots__ = ("schema", "scenario_set", "window_days", "rows", "generated_at_unix")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_SET_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    scenario_set: str
    window_days: int
    rows: _containers.RepeatedCompositeFieldContainer[_verifier_pb2.AegisVerifierScoreV1]
    generated_at_unix: int
    def __init__(self, schema: _Optional[str] = ..., scenario_set: _Optional[str] = ..., window_days: _Optional[int] = ..., rows: _Optional[_Iterable[_Union[_verifier_pb2.AegisVerifierScoreV1, _Mapping]]] = ..., generated_at_unix: _Optional[int] = ...) -> None: ...

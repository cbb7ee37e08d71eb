from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisVerifierV1(_message.Message):
    __slots__ = ("verifier_id", "kind", "family", "provider", "work_types", "active", "qualification", "owner_key", "created_at_unix", "registered_by")
    VERIFIER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    WORK_TYPES_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    verifier_id: str
    kind: _common_pb2.AegisVerifierKind
    family: str
    provider: str
    work_types: _containers.RepeatedScalarFieldContainer[str]
    active: bool
    qualification: str
    owner_key: str
    created_at_unix: int
    registered_by: str
    def __init__(self, verifier_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.AegisVerifierKind, str]] = ..., family: _Optional[str] = ..., provider: _Optional[str] = ..., work_types: _Optional[_Iterable[str]] = ..., active: _Optional[bool] = ..., qualification: _Optional[str] = ..., owner_key: _Optional[str] = ..., created_at_unix: _Optional[int] = ..., registered_by: _Optional[str] = ...) -> None: ...

class AegisVerifierScoreV1(_message.Message):
    __slots__ = ("rank", "verifier_id", "kind", "cases", "tp", "fp", "tn", "fn", "abstain", "precision_ppm", "recall_ppm", "specificity_ppm", "f1_ppm", "balanced_accuracy_ppm", "brier_ppm", "ece_ppm", "severity_mae_milli", "detect_ms_p50", "qualification", "smoothed_sensitivity_ppm", "smoothed_specificity_ppm", "sim_runs")
    RANK_FIELD_NUMBER: _ClassVar[int]
    VERIFIER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CASES_FIELD_NUMBER: _ClassVar[int]
    TP_FIELD_NUMBER: _ClassVar[int]
    FP_FIELD_NUMBER: _ClassVar[int]
    TN_FIELD_NUMBER: _ClassVar[int]
    FN_FIELD_NUMBER: _ClassVar[int]
    ABSTAIN_FIELD_NUMBER: _ClassVar[int]
    PRECISION_PPM_FIELD_NUMBER: _ClassVar[int]
    RECALL_PPM_FIELD_NUMBER: _ClassVar[int]
    SPECIFICITY_PPM_FIELD_NUMBER: _ClassVar[int]
    F1_PPM_FIELD_NUMBER: _ClassVar[int]
    BALANCED_ACCURACY_PPM_FIELD_NUMBER: _ClassVar[int]
    BRIER_PPM_FIELD_NUMBER: _ClassVar[int]
    ECE_PPM_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_MAE_MILLI_FIELD_NUMBER: _ClassVar[int]
    DETECT_MS_P50_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    SMOOTHED_SENSITIVITY_PPM_FIELD_NUMBER: _ClassVar[int]
    SMOOTHED_SPECIFICITY_PPM_FIELD_NUMBER: _ClassVar[int]
    SIM_RUNS_FIELD_NUMBER: _ClassVar[int]
    rank: int
    verifier_id: str
    kind: _common_pb2.AegisVerifierKind
    cases: int
    tp: int
    fp: int
    tn: int
    fn: int
    abstain: int
    precision_ppm: int
    recall_ppm: int
    specificity_ppm: int
    f1_ppm: int
    balanced_accuracy_ppm: int
    brier_ppm: int
    ece_ppm: int
    severity_mae_milli: int
    detect_ms_p50: int
    qualification: str
    smoothed_sensitivity_ppm: int
    smoothed_specificity_ppm: int
    sim_runs: int
    def __init__(self, rank: _Optional[int] = ..., verifier_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.AegisVerifierKind, str]] = ..., cases: _Optional[int] = ..., tp: _Optional[int] = ..., fp: _Optional[int] = ..., tn: _Optional[int] = ..., fn: _Optional[int] = ..., abstain: _Optional[int] = ..., precision_ppm: _Optional[int] = ..., recall_ppm: _Optional[int] = ..., specificity_ppm: _Optional[int] = ..., f1_ppm: _Optional[int] = ..., balanced_accuracy_ppm: _Optional[int] = ..., brier_ppm: _Optional[int] = ..., ece_ppm: _Optional[int] = ..., severity_mae_milli: _Optional[int] = ..., detect_ms_p50: _Optional[int] = ..., qualification: _Optional[str] = ..., smoothed_sensitivity_ppm: _Optional[int] = ..., smoothed_specificity_ppm: _Optional[int] = ..., sim_runs: _Optional[int] = ...) -> None: ...

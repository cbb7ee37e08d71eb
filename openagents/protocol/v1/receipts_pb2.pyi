from google.protobuf import struct_pb2 as _struct_pb2
from openagents.protocol.v1 import reasons_pb2 as _reasons_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PolicyDecision(_message.Message):
    __slots__ = ("policy_id", "authorization_id", "authorization_mode", "decision", "reason_code", "reason_code_text", "reason_codes_version", "evaluation_hash", "compiled_id", "strategy_id", "artifact_variant", "canary_percent", "rollout_bucket")
    POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHORIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHORIZATION_MODE_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_TEXT_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_VERSION_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_HASH_FIELD_NUMBER: _ClassVar[int]
    COMPILED_ID_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_VARIANT_FIELD_NUMBER: _ClassVar[int]
    CANARY_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ROLLOUT_BUCKET_FIELD_NUMBER: _ClassVar[int]
    policy_id: str
    authorization_id: str
    authorization_mode: str
    decision: str
    reason_code: _reasons_pb2.ReasonCode
    reason_code_text: str
    reason_codes_version: str
    evaluation_hash: str
    compiled_id: str
    strategy_id: str
    artifact_variant: str
    canary_percent: int
    rollout_bucket: int
    def __init__(self, policy_id: _Optional[str] = ..., authorization_id: _Optional[str] = ..., authorization_mode: _Optional[str] = ..., decision: _Optional[str] = ..., reason_code: _Optional[_Union[_reasons_pb2.ReasonCode, str]] = ..., reason_code_text: _Optional[str] = ..., reason_codes_version: _Optional[str] = ..., evaluation_hash: _Optional[str] = ..., compiled_id: _Optional[str] = ..., strategy_id: _Optional[str] = ..., artifact_variant: _Optional[str] = ..., canary_percent: _Optional[int] = ..., rollout_bucket: _Optional[int] = ...) -> None: ...

class BudgetSummary(_message.Message):
    __slots__ = ("input_tokens", "output_tokens", "total_tokens", "spent_sats", "reserved_sats", "remaining_sats")
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TOKENS_FIELD_NUMBER: _ClassVar[int]
    SPENT_SATS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_SATS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_SATS_FIELD_NUMBER: _ClassVar[int]
    input_tokens: int
    output_tokens: int
    total_tokens: int
    spent_sats: int
    reserved_sats: int
    remaining_sats: int
    def __init__(self, input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., total_tokens: _Optional[int] = ..., spent_sats: _Optional[int] = ..., reserved_sats: _Optional[int] = ..., remaining_sats: _Optional[int] = ...) -> None: ...

class TimingSummary(_message.Message):
    __slots__ = ("started_at", "completed_at", "latency_ms")
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    started_at: str
    completed_at: str
    latency_ms: int
    def __init__(self, started_at: _Optional[str] = ..., completed_at: _Optional[str] = ..., latency_ms: _Optional[int] = ...) -> None: ...

class PredictReceipt(_message.Message):
    __slots__ = ("receipt_id", "run_id", "signature_id", "strategy_id", "compiled_id", "schema_hash", "prompt_hash", "program_hash", "params_hash", "output_hash", "policy", "budget", "timing", "trace_ref", "trace_hash", "trace_storage", "trace_artifact_uri", "catalog_version", "output_preview")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_ID_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    COMPILED_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_HASH_FIELD_NUMBER: _ClassVar[int]
    PROMPT_HASH_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_HASH_FIELD_NUMBER: _ClassVar[int]
    PARAMS_HASH_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    TRACE_REF_FIELD_NUMBER: _ClassVar[int]
    TRACE_HASH_FIELD_NUMBER: _ClassVar[int]
    TRACE_STORAGE_FIELD_NUMBER: _ClassVar[int]
    TRACE_ARTIFACT_URI_FIELD_NUMBER: _ClassVar[int]
    CATALOG_VERSION_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_PREVIEW_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    run_id: str
    signature_id: str
    strategy_id: str
    compiled_id: str
    schema_hash: str
    prompt_hash: str
    program_hash: str
    params_hash: str
    output_hash: str
    policy: PolicyDecision
    budget: BudgetSummary
    timing: TimingSummary
    trace_ref: str
    trace_hash: str
    trace_storage: str
    trace_artifact_uri: str
    catalog_version: str
    output_preview: _struct_pb2.Struct
    def __init__(self, receipt_id: _Optional[str] = ..., run_id: _Optional[str] = ..., signature_id: _Optional[str] = ..., strategy_id: _Optional[str] = ..., compiled_id: _Optional[str] = ..., schema_hash: _Optional[str] = ..., prompt_hash: _Optional[str] = ..., program_hash: _Optional[str] = ..., params_hash: _Optional[str] = ..., output_hash: _Optional[str] = ..., policy: _Optional[_Union[PolicyDecision, _Mapping]] = ..., budget: _Optional[_Union[BudgetSummary, _Mapping]] = ..., timing: _Optional[_Union[TimingSummary, _Mapping]] = ..., trace_ref: _Optional[str] = ..., trace_hash: _Optional[str] = ..., trace_storage: _Optional[str] = ..., trace_artifact_uri: _Optional[str] = ..., catalog_version: _Optional[str] = ..., output_preview: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

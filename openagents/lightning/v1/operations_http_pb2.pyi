import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.lightning.v1 import control_plane_pb2 as _control_plane_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CompileRequest(_message.Message):
    __slots__ = ("request_id", "persist")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PERSIST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    persist: bool
    def __init__(self, request_id: _Optional[str] = ..., persist: _Optional[bool] = ...) -> None: ...

class CompileSummary(_message.Message):
    __slots__ = ("ok", "config_hash", "rule_count", "valid", "deployment_status", "deployment_id", "diagnostics_count", "diagnostics")
    OK_FIELD_NUMBER: _ClassVar[int]
    CONFIG_HASH_FIELD_NUMBER: _ClassVar[int]
    RULE_COUNT_FIELD_NUMBER: _ClassVar[int]
    VALID_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_STATUS_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_COUNT_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    config_hash: str
    rule_count: int
    valid: bool
    deployment_status: str
    deployment_id: str
    diagnostics_count: int
    diagnostics: _containers.RepeatedCompositeFieldContainer[_control_plane_pb2.CompileDiagnostic]
    def __init__(self, ok: _Optional[bool] = ..., config_hash: _Optional[str] = ..., rule_count: _Optional[int] = ..., valid: _Optional[bool] = ..., deployment_status: _Optional[str] = ..., deployment_id: _Optional[str] = ..., diagnostics_count: _Optional[int] = ..., diagnostics: _Optional[_Iterable[_Union[_control_plane_pb2.CompileDiagnostic, _Mapping]]] = ...) -> None: ...

class ReconcileRequest(_message.Message):
    __slots__ = ("request_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RollbackRequest(_message.Message):
    __slots__ = ("request_id", "target_config_hash", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_CONFIG_HASH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    target_config_hash: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., target_config_hash: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReconcileRunView(_message.Message):
    __slots__ = ("summary", "state", "kind", "started_by", "reason", "failure_reason", "noop", "steps", "created_at", "ended_at")
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STARTED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    NOOP_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    summary: _control_plane_pb2.ReconcileRunSummary
    state: str
    kind: str
    started_by: str
    reason: str
    failure_reason: str
    noop: bool
    steps: _containers.RepeatedCompositeFieldContainer[ReconcileStepView]
    created_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    def __init__(self, summary: _Optional[_Union[_control_plane_pb2.ReconcileRunSummary, _Mapping]] = ..., state: _Optional[str] = ..., kind: _Optional[str] = ..., started_by: _Optional[str] = ..., reason: _Optional[str] = ..., failure_reason: _Optional[str] = ..., noop: _Optional[bool] = ..., steps: _Optional[_Iterable[_Union[ReconcileStepView, _Mapping]]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReconcileStepView(_message.Message):
    __slots__ = ("n", "name", "outcome", "detail", "started_at", "ended_at")
    N_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    n: int
    name: str
    outcome: str
    detail: str
    started_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    def __init__(self, n: _Optional[int] = ..., name: _Optional[str] = ..., outcome: _Optional[str] = ..., detail: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DeploymentsResponse(_message.Message):
    __slots__ = ("runs",)
    RUNS_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[ReconcileRunView]
    def __init__(self, runs: _Optional[_Iterable[_Union[ReconcileRunView, _Mapping]]] = ...) -> None: ...

class CompiledArtifactView(_message.Message):
    __slots__ = ("config_hash", "snapshot_hash", "yaml", "route_text", "valid", "rule_count", "rules", "excluded", "diagnostics", "created_at")
    CONFIG_HASH_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_HASH_FIELD_NUMBER: _ClassVar[int]
    YAML_FIELD_NUMBER: _ClassVar[int]
    ROUTE_TEXT_FIELD_NUMBER: _ClassVar[int]
    VALID_FIELD_NUMBER: _ClassVar[int]
    RULE_COUNT_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    config_hash: str
    snapshot_hash: str
    yaml: str
    route_text: str
    valid: bool
    rule_count: int
    rules: _containers.RepeatedCompositeFieldContainer[CompiledRuleView]
    excluded: _struct_pb2.Value
    diagnostics: _struct_pb2.Value
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, config_hash: _Optional[str] = ..., snapshot_hash: _Optional[str] = ..., yaml: _Optional[str] = ..., route_text: _Optional[str] = ..., valid: _Optional[bool] = ..., rule_count: _Optional[int] = ..., rules: _Optional[_Iterable[_Union[CompiledRuleView, _Mapping]]] = ..., excluded: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., diagnostics: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CompiledRuleView(_message.Message):
    __slots__ = ("position", "service_name", "paywall_id", "owner_id", "route_id", "host", "path", "upstream_url", "amount_msats", "price_sats")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SERVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    ROUTE_ID_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    UPSTREAM_URL_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PRICE_SATS_FIELD_NUMBER: _ClassVar[int]
    position: int
    service_name: str
    paywall_id: str
    owner_id: str
    route_id: str
    host: str
    path: str
    upstream_url: str
    amount_msats: int
    price_sats: int
    def __init__(self, position: _Optional[int] = ..., service_name: _Optional[str] = ..., paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., route_id: _Optional[str] = ..., host: _Optional[str] = ..., path: _Optional[str] = ..., upstream_url: _Optional[str] = ..., amount_msats: _Optional[int] = ..., price_sats: _Optional[int] = ...) -> None: ...

class SettlementIngestEvent(_message.Message):
    __slots__ = ("kind", "occurred_at_ms", "invoice_id", "settlement_id", "paywall_id", "owner_id", "amount_msats", "status", "payment_hash", "payment_request", "payment_proof_ref", "request_id", "settled_at_ms", "payment_proof_type", "payment_proof_value", "task_id", "route_id", "metadata")
    KIND_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_REF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_VALUE_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ROUTE_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    kind: str
    occurred_at_ms: int
    invoice_id: str
    settlement_id: str
    paywall_id: str
    owner_id: str
    amount_msats: int
    status: str
    payment_hash: str
    payment_request: str
    payment_proof_ref: str
    request_id: str
    settled_at_ms: int
    payment_proof_type: str
    payment_proof_value: str
    task_id: str
    route_id: str
    metadata: _struct_pb2.Value
    def __init__(self, kind: _Optional[str] = ..., occurred_at_ms: _Optional[int] = ..., invoice_id: _Optional[str] = ..., settlement_id: _Optional[str] = ..., paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., status: _Optional[str] = ..., payment_hash: _Optional[str] = ..., payment_request: _Optional[str] = ..., payment_proof_ref: _Optional[str] = ..., request_id: _Optional[str] = ..., settled_at_ms: _Optional[int] = ..., payment_proof_type: _Optional[str] = ..., payment_proof_value: _Optional[str] = ..., task_id: _Optional[str] = ..., route_id: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class SettlementIngestRequest(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[SettlementIngestEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[SettlementIngestEvent, _Mapping]]] = ...) -> None: ...

class SettlementIngestSummary(_message.Message):
    __slots__ = ("processed", "invoice_transitions", "settlements", "correlation_refs", "rejected", "waiting")
    PROCESSED_FIELD_NUMBER: _ClassVar[int]
    INVOICE_TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENTS_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_REFS_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    processed: int
    invoice_transitions: _containers.RepeatedCompositeFieldContainer[InvoiceTransition]
    settlements: _containers.RepeatedCompositeFieldContainer[IngestedSettlement]
    correlation_refs: _containers.RepeatedCompositeFieldContainer[SettlementCorrelation]
    rejected: _containers.RepeatedCompositeFieldContainer[RejectedIngest]
    waiting: int
    def __init__(self, processed: _Optional[int] = ..., invoice_transitions: _Optional[_Iterable[_Union[InvoiceTransition, _Mapping]]] = ..., settlements: _Optional[_Iterable[_Union[IngestedSettlement, _Mapping]]] = ..., correlation_refs: _Optional[_Iterable[_Union[SettlementCorrelation, _Mapping]]] = ..., rejected: _Optional[_Iterable[_Union[RejectedIngest, _Mapping]]] = ..., waiting: _Optional[int] = ...) -> None: ...

class InvoiceTransition(_message.Message):
    __slots__ = ("invoice_id", "status", "changed")
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    invoice_id: str
    status: str
    changed: bool
    def __init__(self, invoice_id: _Optional[str] = ..., status: _Optional[str] = ..., changed: _Optional[bool] = ...) -> None: ...

class IngestedSettlement(_message.Message):
    __slots__ = ("settlement_id", "payment_proof_ref", "existed")
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_REF_FIELD_NUMBER: _ClassVar[int]
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    settlement_id: str
    payment_proof_ref: str
    existed: bool
    def __init__(self, settlement_id: _Optional[str] = ..., payment_proof_ref: _Optional[str] = ..., existed: _Optional[bool] = ...) -> None: ...

class SettlementCorrelation(_message.Message):
    __slots__ = ("settlement_id", "payment_proof_ref", "request_id", "task_id", "route_id")
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_REF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ROUTE_ID_FIELD_NUMBER: _ClassVar[int]
    settlement_id: str
    payment_proof_ref: str
    request_id: str
    task_id: str
    route_id: str
    def __init__(self, settlement_id: _Optional[str] = ..., payment_proof_ref: _Optional[str] = ..., request_id: _Optional[str] = ..., task_id: _Optional[str] = ..., route_id: _Optional[str] = ...) -> None: ...

class RejectedIngest(_message.Message):
    __slots__ = ("kind", "external_id", "reason")
    KIND_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    kind: str
    external_id: str
    reason: str
    def __init__(self, kind: _Optional[str] = ..., external_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SecurityGateAnswer(_message.Message):
    __slots__ = ("allowed", "deny_reason_code", "deny_reason")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    DENY_REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    DENY_REASON_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    deny_reason_code: str
    deny_reason: str
    def __init__(self, allowed: _Optional[bool] = ..., deny_reason_code: _Optional[str] = ..., deny_reason: _Optional[str] = ...) -> None: ...

class GlobalPauseRequest(_message.Message):
    __slots__ = ("active", "reason")
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    active: bool
    reason: str
    def __init__(self, active: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class OwnerKillSwitchRequest(_message.Message):
    __slots__ = ("owner_id", "active", "reason")
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    owner_id: str
    active: bool
    reason: str
    def __init__(self, owner_id: _Optional[str] = ..., active: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class CredentialRoleRequest(_message.Message):
    __slots__ = ("fingerprint", "note")
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    fingerprint: str
    note: str
    def __init__(self, fingerprint: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class StoredReceiptsResponse(_message.Message):
    __slots__ = ("receipts", "next_cursor")
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    receipts: _containers.RepeatedCompositeFieldContainer[StoredReceipt]
    next_cursor: str
    def __init__(self, receipts: _Optional[_Iterable[_Union[StoredReceipt, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class StoredReceipt(_message.Message):
    __slots__ = ("receipt_id", "kind", "canonical_json", "canonical_json_sha256", "signature", "created_at")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    kind: str
    canonical_json: str
    canonical_json_sha256: str
    signature: _struct_pb2.Value
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, receipt_id: _Optional[str] = ..., kind: _Optional[str] = ..., canonical_json: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ..., signature: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SmokeRequest(_message.Message):
    __slots__ = ("mode", "request_id")
    MODE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    mode: str
    request_id: str
    def __init__(self, mode: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SmokeSummary(_message.Message):
    __slots__ = ("ok", "name", "mode", "request_id", "summary")
    OK_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    name: str
    mode: str
    request_id: str
    summary: _struct_pb2.Struct
    def __init__(self, ok: _Optional[bool] = ..., name: _Optional[str] = ..., mode: _Optional[str] = ..., request_id: _Optional[str] = ..., summary: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class WalletStatusView(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: _struct_pb2.Struct
    def __init__(self, status: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class SimSettledFeedResponse(_message.Message):
    __slots__ = ("ok", "request_id", "result")
    OK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    request_id: str
    result: SimSettledFeed
    def __init__(self, ok: _Optional[bool] = ..., request_id: _Optional[str] = ..., result: _Optional[_Union[SimSettledFeed, _Mapping]] = ...) -> None: ...

class SimSettledFeed(_message.Message):
    __slots__ = ("settled",)
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    settled: _containers.RepeatedCompositeFieldContainer[SimSettledInvoice]
    def __init__(self, settled: _Optional[_Iterable[_Union[SimSettledInvoice, _Mapping]]] = ...) -> None: ...

class SimSettledInvoice(_message.Message):
    __slots__ = ("payment_hash", "amount_paid_msats", "settled_at_ms", "add_index", "settle_index", "preimage_hex", "service")
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_PAID_MSATS_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ADD_INDEX_FIELD_NUMBER: _ClassVar[int]
    SETTLE_INDEX_FIELD_NUMBER: _ClassVar[int]
    PREIMAGE_HEX_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    payment_hash: str
    amount_paid_msats: int
    settled_at_ms: int
    add_index: int
    settle_index: int
    preimage_hex: str
    service: str
    def __init__(self, payment_hash: _Optional[str] = ..., amount_paid_msats: _Optional[int] = ..., settled_at_ms: _Optional[int] = ..., add_index: _Optional[int] = ..., settle_index: _Optional[int] = ..., preimage_hex: _Optional[str] = ..., service: _Optional[str] = ...) -> None: ...

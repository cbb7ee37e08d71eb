import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from openagents.runtime.v1 import run_http_pb2 as _run_http_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MarketplacePricingBand(_message.Message):
    __slots__ = ("capability", "min_price_msats", "max_price_msats", "step_msats")
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    MIN_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    STEP_MSATS_FIELD_NUMBER: _ClassVar[int]
    capability: str
    min_price_msats: int
    max_price_msats: int
    step_msats: int
    def __init__(self, capability: _Optional[str] = ..., min_price_msats: _Optional[int] = ..., max_price_msats: _Optional[int] = ..., step_msats: _Optional[int] = ...) -> None: ...

class MarketplaceCatalogEntry(_message.Message):
    __slots__ = ("schema", "provider_id", "worker_id", "adapter", "owner", "status", "heartbeat_state", "heartbeat_age_ms", "supply_class", "cluster_id", "cluster_members", "reserve_pool", "quarantined", "quarantine_reason", "roles", "base_url", "capabilities", "min_price_msats", "pricing_stage", "pricing_bands", "tier", "failure_strikes", "success_count", "price_integrity_samples", "price_integrity_violations", "last_price_variance_bps", "updated_at")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_STATE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    SUPPLY_CLASS_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_ID_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    RESERVE_POOL_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    QUARANTINE_REASON_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    BASE_URL_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    MIN_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    PRICING_STAGE_FIELD_NUMBER: _ClassVar[int]
    PRICING_BANDS_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    FAILURE_STRIKES_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_COUNT_FIELD_NUMBER: _ClassVar[int]
    PRICE_INTEGRITY_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    PRICE_INTEGRITY_VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    LAST_PRICE_VARIANCE_BPS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    provider_id: str
    worker_id: str
    adapter: str
    owner: _run_http_pb2.RuntimeOwner
    status: str
    heartbeat_state: str
    heartbeat_age_ms: int
    supply_class: str
    cluster_id: str
    cluster_members: _containers.RepeatedScalarFieldContainer[str]
    reserve_pool: bool
    quarantined: bool
    quarantine_reason: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    base_url: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    min_price_msats: int
    pricing_stage: str
    pricing_bands: _containers.RepeatedCompositeFieldContainer[MarketplacePricingBand]
    tier: str
    failure_strikes: int
    success_count: int
    price_integrity_samples: int
    price_integrity_violations: int
    last_price_variance_bps: int
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., provider_id: _Optional[str] = ..., worker_id: _Optional[str] = ..., adapter: _Optional[str] = ..., owner: _Optional[_Union[_run_http_pb2.RuntimeOwner, _Mapping]] = ..., status: _Optional[str] = ..., heartbeat_state: _Optional[str] = ..., heartbeat_age_ms: _Optional[int] = ..., supply_class: _Optional[str] = ..., cluster_id: _Optional[str] = ..., cluster_members: _Optional[_Iterable[str]] = ..., reserve_pool: _Optional[bool] = ..., quarantined: _Optional[bool] = ..., quarantine_reason: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., base_url: _Optional[str] = ..., capabilities: _Optional[_Iterable[str]] = ..., min_price_msats: _Optional[int] = ..., pricing_stage: _Optional[str] = ..., pricing_bands: _Optional[_Iterable[_Union[MarketplacePricingBand, _Mapping]]] = ..., tier: _Optional[str] = ..., failure_strikes: _Optional[int] = ..., success_count: _Optional[int] = ..., price_integrity_samples: _Optional[int] = ..., price_integrity_violations: _Optional[int] = ..., last_price_variance_bps: _Optional[int] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MarketplaceCatalogResponse(_message.Message):
    __slots__ = ("providers",)
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    providers: _containers.RepeatedCompositeFieldContainer[MarketplaceCatalogEntry]
    def __init__(self, providers: _Optional[_Iterable[_Union[MarketplaceCatalogEntry, _Mapping]]] = ...) -> None: ...

class MarketplaceJobSchemaVersion(_message.Message):
    __slots__ = ("major", "minor", "patch")
    MAJOR_FIELD_NUMBER: _ClassVar[int]
    MINOR_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    major: int
    minor: int
    patch: int
    def __init__(self, major: _Optional[int] = ..., minor: _Optional[int] = ..., patch: _Optional[int] = ...) -> None: ...

class MarketplaceVerificationDefault(_message.Message):
    __slots__ = ("mode", "redundancy", "adjudication", "judge_model")
    MODE_FIELD_NUMBER: _ClassVar[int]
    REDUNDANCY_FIELD_NUMBER: _ClassVar[int]
    ADJUDICATION_FIELD_NUMBER: _ClassVar[int]
    JUDGE_MODEL_FIELD_NUMBER: _ClassVar[int]
    mode: str
    redundancy: int
    adjudication: str
    judge_model: str
    def __init__(self, mode: _Optional[str] = ..., redundancy: _Optional[int] = ..., adjudication: _Optional[str] = ..., judge_model: _Optional[str] = ...) -> None: ...

class MarketplaceJobTypeView(_message.Message):
    __slots__ = ("job_type", "schema_version", "default_verification", "description")
    JOB_TYPE_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    job_type: str
    schema_version: MarketplaceJobSchemaVersion
    default_verification: MarketplaceVerificationDefault
    description: str
    def __init__(self, job_type: _Optional[str] = ..., schema_version: _Optional[_Union[MarketplaceJobSchemaVersion, _Mapping]] = ..., default_verification: _Optional[_Union[MarketplaceVerificationDefault, _Mapping]] = ..., description: _Optional[str] = ...) -> None: ...

class MarketplaceJobTypesResponse(_message.Message):
    __slots__ = ("job_types",)
    JOB_TYPES_FIELD_NUMBER: _ClassVar[int]
    job_types: _containers.RepeatedCompositeFieldContainer[MarketplaceJobTypeView]
    def __init__(self, job_types: _Optional[_Iterable[_Union[MarketplaceJobTypeView, _Mapping]]] = ...) -> None: ...

class MarketplaceDispatchTelemetry(_message.Message):
    __slots__ = ("dispatch_total", "dispatch_not_found", "dispatch_errors", "dispatch_fallbacks", "latency_ms_avg", "latency_ms_p50", "samples", "updated_at")
    DISPATCH_TOTAL_FIELD_NUMBER: _ClassVar[int]
    DISPATCH_NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    DISPATCH_ERRORS_FIELD_NUMBER: _ClassVar[int]
    DISPATCH_FALLBACKS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_AVG_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_P50_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    dispatch_total: int
    dispatch_not_found: int
    dispatch_errors: int
    dispatch_fallbacks: int
    latency_ms_avg: int
    latency_ms_p50: int
    samples: int
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, dispatch_total: _Optional[int] = ..., dispatch_not_found: _Optional[int] = ..., dispatch_errors: _Optional[int] = ..., dispatch_fallbacks: _Optional[int] = ..., latency_ms_avg: _Optional[int] = ..., latency_ms_p50: _Optional[int] = ..., samples: _Optional[int] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MarketplaceComputeTelemetryResponse(_message.Message):
    __slots__ = ("schema", "owner_key", "capability", "provider_total", "provider_eligible_owned", "provider_eligible_reserve", "provider_eligible_total", "dispatch")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_TOTAL_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ELIGIBLE_OWNED_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ELIGIBLE_RESERVE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ELIGIBLE_TOTAL_FIELD_NUMBER: _ClassVar[int]
    DISPATCH_FIELD_NUMBER: _ClassVar[int]
    schema: str
    owner_key: str
    capability: str
    provider_total: int
    provider_eligible_owned: int
    provider_eligible_reserve: int
    provider_eligible_total: int
    dispatch: MarketplaceDispatchTelemetry
    def __init__(self, schema: _Optional[str] = ..., owner_key: _Optional[str] = ..., capability: _Optional[str] = ..., provider_total: _Optional[int] = ..., provider_eligible_owned: _Optional[int] = ..., provider_eligible_reserve: _Optional[int] = ..., provider_eligible_total: _Optional[int] = ..., dispatch: _Optional[_Union[MarketplaceDispatchTelemetry, _Mapping]] = ...) -> None: ...

class MarketplaceRouteProviderRequest(_message.Message):
    __slots__ = ("owner_user_id", "owner_guest_scope", "capability", "owner_user_ref")
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    owner_user_id: int
    owner_guest_scope: str
    capability: str
    owner_user_ref: str
    def __init__(self, owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., capability: _Optional[str] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class MarketplaceSelection(_message.Message):
    __slots__ = ("provider", "tier")
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    provider: MarketplaceCatalogEntry
    tier: str
    def __init__(self, provider: _Optional[_Union[MarketplaceCatalogEntry, _Mapping]] = ..., tier: _Optional[str] = ...) -> None: ...

class SandboxResources(_message.Message):
    __slots__ = ("memory_mb", "cpus", "timeout_secs", "disk_mb")
    MEMORY_MB_FIELD_NUMBER: _ClassVar[int]
    CPUS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECS_FIELD_NUMBER: _ClassVar[int]
    DISK_MB_FIELD_NUMBER: _ClassVar[int]
    memory_mb: int
    cpus: float
    timeout_secs: int
    disk_mb: int
    def __init__(self, memory_mb: _Optional[int] = ..., cpus: _Optional[float] = ..., timeout_secs: _Optional[int] = ..., disk_mb: _Optional[int] = ...) -> None: ...

class SandboxSpec(_message.Message):
    __slots__ = ("provider", "image_digest", "network_policy", "resources")
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    IMAGE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    NETWORK_POLICY_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    provider: str
    image_digest: str
    network_policy: str
    resources: SandboxResources
    def __init__(self, provider: _Optional[str] = ..., image_digest: _Optional[str] = ..., network_policy: _Optional[str] = ..., resources: _Optional[_Union[SandboxResources, _Mapping]] = ...) -> None: ...

class SandboxRepo(_message.Message):
    __slots__ = ("source", "git_ref", "mount_path")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    GIT_REF_FIELD_NUMBER: _ClassVar[int]
    MOUNT_PATH_FIELD_NUMBER: _ClassVar[int]
    source: str
    git_ref: str
    mount_path: str
    def __init__(self, source: _Optional[str] = ..., git_ref: _Optional[str] = ..., mount_path: _Optional[str] = ...) -> None: ...

class SandboxCommand(_message.Message):
    __slots__ = ("cmd", "workdir", "continue_on_fail")
    CMD_FIELD_NUMBER: _ClassVar[int]
    WORKDIR_FIELD_NUMBER: _ClassVar[int]
    CONTINUE_ON_FAIL_FIELD_NUMBER: _ClassVar[int]
    cmd: str
    workdir: str
    continue_on_fail: bool
    def __init__(self, cmd: _Optional[str] = ..., workdir: _Optional[str] = ..., continue_on_fail: _Optional[bool] = ...) -> None: ...

class SandboxRunRequest(_message.Message):
    __slots__ = ("sandbox", "repo", "commands", "env", "verification")
    class EnvEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SANDBOX_FIELD_NUMBER: _ClassVar[int]
    REPO_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    sandbox: SandboxSpec
    repo: SandboxRepo
    commands: _containers.RepeatedCompositeFieldContainer[SandboxCommand]
    env: _containers.ScalarMap[str, str]
    verification: MarketplaceVerificationDefault
    def __init__(self, sandbox: _Optional[_Union[SandboxSpec, _Mapping]] = ..., repo: _Optional[_Union[SandboxRepo, _Mapping]] = ..., commands: _Optional[_Iterable[_Union[SandboxCommand, _Mapping]]] = ..., env: _Optional[_Mapping[str, str]] = ..., verification: _Optional[_Union[MarketplaceVerificationDefault, _Mapping]] = ...) -> None: ...

class SandboxEnvInfo(_message.Message):
    __slots__ = ("image_digest", "hostname", "system_info")
    IMAGE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_INFO_FIELD_NUMBER: _ClassVar[int]
    image_digest: str
    hostname: str
    system_info: str
    def __init__(self, image_digest: _Optional[str] = ..., hostname: _Optional[str] = ..., system_info: _Optional[str] = ...) -> None: ...

class SandboxCommandRun(_message.Message):
    __slots__ = ("cmd", "exit_code", "duration_ms", "stdout_sha256", "stderr_sha256", "stdout_preview", "stderr_preview")
    CMD_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    STDOUT_SHA256_FIELD_NUMBER: _ClassVar[int]
    STDERR_SHA256_FIELD_NUMBER: _ClassVar[int]
    STDOUT_PREVIEW_FIELD_NUMBER: _ClassVar[int]
    STDERR_PREVIEW_FIELD_NUMBER: _ClassVar[int]
    cmd: str
    exit_code: int
    duration_ms: int
    stdout_sha256: str
    stderr_sha256: str
    stdout_preview: str
    stderr_preview: str
    def __init__(self, cmd: _Optional[str] = ..., exit_code: _Optional[int] = ..., duration_ms: _Optional[int] = ..., stdout_sha256: _Optional[str] = ..., stderr_sha256: _Optional[str] = ..., stdout_preview: _Optional[str] = ..., stderr_preview: _Optional[str] = ...) -> None: ...

class SandboxArtifact(_message.Message):
    __slots__ = ("path", "sha256", "size_bytes", "mime_type")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MIME_TYPE_FIELD_NUMBER: _ClassVar[int]
    path: str
    sha256: str
    size_bytes: int
    mime_type: str
    def __init__(self, path: _Optional[str] = ..., sha256: _Optional[str] = ..., size_bytes: _Optional[int] = ..., mime_type: _Optional[str] = ...) -> None: ...

class SandboxRunResponse(_message.Message):
    __slots__ = ("env_info", "runs", "artifacts", "status", "error", "provenance")
    ENV_INFO_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    env_info: SandboxEnvInfo
    runs: _containers.RepeatedCompositeFieldContainer[SandboxCommandRun]
    artifacts: _containers.RepeatedCompositeFieldContainer[SandboxArtifact]
    status: str
    error: str
    provenance: _struct_pb2.Struct
    def __init__(self, env_info: _Optional[_Union[SandboxEnvInfo, _Mapping]] = ..., runs: _Optional[_Iterable[_Union[SandboxCommandRun, _Mapping]]] = ..., artifacts: _Optional[_Iterable[_Union[SandboxArtifact, _Mapping]]] = ..., status: _Optional[str] = ..., error: _Optional[str] = ..., provenance: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class MarketplaceComputeQuoteRequest(_message.Message):
    __slots__ = ("owner_user_id", "owner_guest_scope", "request", "owner_user_ref")
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    owner_user_id: int
    owner_guest_scope: str
    request: SandboxRunRequest
    owner_user_ref: str
    def __init__(self, owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., request: _Optional[_Union[SandboxRunRequest, _Mapping]] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class MarketplaceQuoteFee(_message.Message):
    __slots__ = ("component", "amount_msats")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    component: str
    amount_msats: int
    def __init__(self, component: _Optional[str] = ..., amount_msats: _Optional[int] = ...) -> None: ...

class MarketplaceComputeQuote(_message.Message):
    __slots__ = ("schema", "quote_id", "quote_sha256", "capability", "objective_hash", "issued_at_unix", "valid_until_unix", "cancel_until_unix", "cancel_fee_msats", "refund_until_unix", "currency", "provider_id", "provider_worker_id", "provider_price_msats", "operator_fee_msats", "policy_adder_msats", "total_price_msats", "fee_components")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_SHA256_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_UNIX_FIELD_NUMBER: _ClassVar[int]
    CANCEL_UNTIL_UNIX_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    REFUND_UNTIL_UNIX_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FEE_MSATS_FIELD_NUMBER: _ClassVar[int]
    POLICY_ADDER_MSATS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    FEE_COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    quote_id: str
    quote_sha256: str
    capability: str
    objective_hash: str
    issued_at_unix: int
    valid_until_unix: int
    cancel_until_unix: int
    cancel_fee_msats: int
    refund_until_unix: int
    currency: str
    provider_id: str
    provider_worker_id: str
    provider_price_msats: int
    operator_fee_msats: int
    policy_adder_msats: int
    total_price_msats: int
    fee_components: _containers.RepeatedCompositeFieldContainer[MarketplaceQuoteFee]
    def __init__(self, schema: _Optional[str] = ..., quote_id: _Optional[str] = ..., quote_sha256: _Optional[str] = ..., capability: _Optional[str] = ..., objective_hash: _Optional[str] = ..., issued_at_unix: _Optional[int] = ..., valid_until_unix: _Optional[int] = ..., cancel_until_unix: _Optional[int] = ..., cancel_fee_msats: _Optional[int] = ..., refund_until_unix: _Optional[int] = ..., currency: _Optional[str] = ..., provider_id: _Optional[str] = ..., provider_worker_id: _Optional[str] = ..., provider_price_msats: _Optional[int] = ..., operator_fee_msats: _Optional[int] = ..., policy_adder_msats: _Optional[int] = ..., total_price_msats: _Optional[int] = ..., fee_components: _Optional[_Iterable[_Union[MarketplaceQuoteFee, _Mapping]]] = ...) -> None: ...

class MarketplaceComputeQuoteResponse(_message.Message):
    __slots__ = ("schema", "job_hash", "capability", "selection", "quote")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    schema: str
    job_hash: str
    capability: str
    selection: MarketplaceSelection
    quote: MarketplaceComputeQuote
    def __init__(self, schema: _Optional[str] = ..., job_hash: _Optional[str] = ..., capability: _Optional[str] = ..., selection: _Optional[_Union[MarketplaceSelection, _Mapping]] = ..., quote: _Optional[_Union[MarketplaceComputeQuote, _Mapping]] = ...) -> None: ...

class MarketplaceRouterCandidate(_message.Message):
    __slots__ = ("marketplace_id", "provider_id", "provider_worker_id", "total_price_msats", "currency", "latency_ms", "reliability_bps", "constraints", "quote_id", "quote_sha256")
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PRICE_MSATS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    RELIABILITY_BPS_FIELD_NUMBER: _ClassVar[int]
    CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_SHA256_FIELD_NUMBER: _ClassVar[int]
    marketplace_id: str
    provider_id: str
    provider_worker_id: str
    total_price_msats: int
    currency: str
    latency_ms: int
    reliability_bps: int
    constraints: _struct_pb2.Struct
    quote_id: str
    quote_sha256: str
    def __init__(self, marketplace_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., provider_worker_id: _Optional[str] = ..., total_price_msats: _Optional[int] = ..., currency: _Optional[str] = ..., latency_ms: _Optional[int] = ..., reliability_bps: _Optional[int] = ..., constraints: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., quote_id: _Optional[str] = ..., quote_sha256: _Optional[str] = ...) -> None: ...

class MarketplaceRouterSelectRequest(_message.Message):
    __slots__ = ("owner_user_id", "owner_guest_scope", "run_id", "capability", "objective_hash", "marketplace_id", "candidates", "policy", "idempotency_key", "decided_at_unix", "owner_user_ref")
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    owner_user_id: int
    owner_guest_scope: str
    run_id: str
    capability: str
    objective_hash: str
    marketplace_id: str
    candidates: _containers.RepeatedCompositeFieldContainer[MarketplaceRouterCandidate]
    policy: str
    idempotency_key: str
    decided_at_unix: int
    owner_user_ref: str
    def __init__(self, owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., run_id: _Optional[str] = ..., capability: _Optional[str] = ..., objective_hash: _Optional[str] = ..., marketplace_id: _Optional[str] = ..., candidates: _Optional[_Iterable[_Union[MarketplaceRouterCandidate, _Mapping]]] = ..., policy: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., decided_at_unix: _Optional[int] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class MarketplaceRouterSelectResponse(_message.Message):
    __slots__ = ("schema", "policy", "run_id", "marketplace_id", "capability", "objective_hash", "selected", "candidates", "decision_sha256", "decided_at_unix", "idempotent_replay", "nostr_event")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    MARKETPLACE_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_HASH_FIELD_NUMBER: _ClassVar[int]
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    DECISION_SHA256_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    NOSTR_EVENT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    policy: str
    run_id: str
    marketplace_id: str
    capability: str
    objective_hash: str
    selected: MarketplaceRouterCandidate
    candidates: _containers.RepeatedCompositeFieldContainer[MarketplaceRouterCandidate]
    decision_sha256: str
    decided_at_unix: int
    idempotent_replay: bool
    nostr_event: _struct_pb2.Struct
    def __init__(self, schema: _Optional[str] = ..., policy: _Optional[str] = ..., run_id: _Optional[str] = ..., marketplace_id: _Optional[str] = ..., capability: _Optional[str] = ..., objective_hash: _Optional[str] = ..., selected: _Optional[_Union[MarketplaceRouterCandidate, _Mapping]] = ..., candidates: _Optional[_Iterable[_Union[MarketplaceRouterCandidate, _Mapping]]] = ..., decision_sha256: _Optional[str] = ..., decided_at_unix: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ..., nostr_event: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class MarketplaceDispatchRunRequest(_message.Message):
    __slots__ = ("owner_user_id", "owner_guest_scope", "request", "run_id", "idempotency_key", "owner_user_ref")
    OWNER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_GUEST_SCOPE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    OWNER_USER_REF_FIELD_NUMBER: _ClassVar[int]
    owner_user_id: int
    owner_guest_scope: str
    request: SandboxRunRequest
    run_id: str
    idempotency_key: str
    owner_user_ref: str
    def __init__(self, owner_user_id: _Optional[int] = ..., owner_guest_scope: _Optional[str] = ..., request: _Optional[_Union[SandboxRunRequest, _Mapping]] = ..., run_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., owner_user_ref: _Optional[str] = ...) -> None: ...

class MarketplaceDispatchResponse(_message.Message):
    __slots__ = ("job_hash", "selection", "response", "latency_ms", "fallback_from_provider_id", "dispatch_id", "status")
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FROM_PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPATCH_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    job_hash: str
    selection: MarketplaceSelection
    response: SandboxRunResponse
    latency_ms: int
    fallback_from_provider_id: str
    dispatch_id: str
    status: str
    def __init__(self, job_hash: _Optional[str] = ..., selection: _Optional[_Union[MarketplaceSelection, _Mapping]] = ..., response: _Optional[_Union[SandboxRunResponse, _Mapping]] = ..., latency_ms: _Optional[int] = ..., fallback_from_provider_id: _Optional[str] = ..., dispatch_id: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class SandboxVerificationRequest(_message.Message):
    __slots__ = ("request", "response")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    request: SandboxRunRequest
    response: SandboxRunResponse
    def __init__(self, request: _Optional[_Union[SandboxRunRequest, _Mapping]] = ..., response: _Optional[_Union[SandboxRunResponse, _Mapping]] = ...) -> None: ...

class SandboxVerificationResponse(_message.Message):
    __slots__ = ("passed", "exit_code", "violations")
    PASSED_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    passed: bool
    exit_code: int
    violations: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, passed: _Optional[bool] = ..., exit_code: _Optional[int] = ..., violations: _Optional[_Iterable[str]] = ...) -> None: ...

class RepoIndexDigest(_message.Message):
    __slots__ = ("path", "sha256", "bytes")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    path: str
    sha256: str
    bytes: int
    def __init__(self, path: _Optional[str] = ..., sha256: _Optional[str] = ..., bytes: _Optional[int] = ...) -> None: ...

class RepoIndexRequest(_message.Message):
    __slots__ = ("expected_tree_sha256",)
    EXPECTED_TREE_SHA256_FIELD_NUMBER: _ClassVar[int]
    expected_tree_sha256: str
    def __init__(self, expected_tree_sha256: _Optional[str] = ...) -> None: ...

class RepoIndexResponse(_message.Message):
    __slots__ = ("tree_sha256", "digests")
    TREE_SHA256_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    tree_sha256: str
    digests: _containers.RepeatedCompositeFieldContainer[RepoIndexDigest]
    def __init__(self, tree_sha256: _Optional[str] = ..., digests: _Optional[_Iterable[_Union[RepoIndexDigest, _Mapping]]] = ...) -> None: ...

class RepoIndexVerificationRequest(_message.Message):
    __slots__ = ("request", "response")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    request: RepoIndexRequest
    response: RepoIndexResponse
    def __init__(self, request: _Optional[_Union[RepoIndexRequest, _Mapping]] = ..., response: _Optional[_Union[RepoIndexResponse, _Mapping]] = ...) -> None: ...

class RepoIndexVerificationResponse(_message.Message):
    __slots__ = ("passed", "tree_sha256", "violations")
    PASSED_FIELD_NUMBER: _ClassVar[int]
    TREE_SHA256_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    passed: bool
    tree_sha256: str
    violations: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, passed: _Optional[bool] = ..., tree_sha256: _Optional[str] = ..., violations: _Optional[_Iterable[str]] = ...) -> None: ...

class FraudIncident(_message.Message):
    __slots__ = ("schema", "incident_id", "incident_type", "severity", "provider_id", "provider_worker_id", "job_hash", "run_id", "quote_sha256", "actions", "evidence", "created_at")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_SHA256_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    schema: str
    incident_id: str
    incident_type: str
    severity: str
    provider_id: str
    provider_worker_id: str
    job_hash: str
    run_id: str
    quote_sha256: str
    actions: _containers.RepeatedScalarFieldContainer[str]
    evidence: _struct_pb2.Struct
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, schema: _Optional[str] = ..., incident_id: _Optional[str] = ..., incident_type: _Optional[str] = ..., severity: _Optional[str] = ..., provider_id: _Optional[str] = ..., provider_worker_id: _Optional[str] = ..., job_hash: _Optional[str] = ..., run_id: _Optional[str] = ..., quote_sha256: _Optional[str] = ..., actions: _Optional[_Iterable[str]] = ..., evidence: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FraudIncidentListResponse(_message.Message):
    __slots__ = ("schema", "incidents")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    INCIDENTS_FIELD_NUMBER: _ClassVar[int]
    schema: str
    incidents: _containers.RepeatedCompositeFieldContainer[FraudIncident]
    def __init__(self, schema: _Optional[str] = ..., incidents: _Optional[_Iterable[_Union[FraudIncident, _Mapping]]] = ...) -> None: ...

class MarketplaceProviderTrustRequest(_message.Message):
    __slots__ = ("action", "reason")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    action: str
    reason: str
    def __init__(self, action: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PaywallStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYWALL_STATUS_UNSPECIFIED: _ClassVar[PaywallStatus]
    PAYWALL_STATUS_ACTIVE: _ClassVar[PaywallStatus]
    PAYWALL_STATUS_PAUSED: _ClassVar[PaywallStatus]
    PAYWALL_STATUS_ARCHIVED: _ClassVar[PaywallStatus]

class PricingMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRICING_MODE_UNSPECIFIED: _ClassVar[PricingMode]
    PRICING_MODE_FIXED: _ClassVar[PricingMode]

class RouteProtocol(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROUTE_PROTOCOL_UNSPECIFIED: _ClassVar[RouteProtocol]
    ROUTE_PROTOCOL_HTTP: _ClassVar[RouteProtocol]
    ROUTE_PROTOCOL_HTTPS: _ClassVar[RouteProtocol]

class CompileDiagnosticCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPILE_DIAGNOSTIC_CODE_UNSPECIFIED: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_INVALID_PRICING_MODE: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_MISSING_PRICING: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_INVALID_ROUTE_PATTERN: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_INVALID_UPSTREAM_URL: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_MISSING_ROUTE_PROTOCOL: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_DUPLICATE_ROUTE: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_AMBIGUOUS_ROUTE: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_FIRST_MATCH_SHADOWED: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_NO_COMPILABLE_ROUTES: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_PRICE_ROUNDED_UP_TO_SAT: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_UPSTREAM_PATH_PREFIXED: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_ALL_ROUTES_DISABLED: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_FORBIDDEN_UPSTREAM_HOST: _ClassVar[CompileDiagnosticCode]
    COMPILE_DIAGNOSTIC_CODE_QUOTA_NOT_ENFORCED: _ClassVar[CompileDiagnosticCode]

class CompileDiagnosticSeverity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPILE_DIAGNOSTIC_SEVERITY_UNSPECIFIED: _ClassVar[CompileDiagnosticSeverity]
    COMPILE_DIAGNOSTIC_SEVERITY_ERROR: _ClassVar[CompileDiagnosticSeverity]
    COMPILE_DIAGNOSTIC_SEVERITY_WARN: _ClassVar[CompileDiagnosticSeverity]

class DeploymentIntentStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEPLOYMENT_INTENT_STATUS_UNSPECIFIED: _ClassVar[DeploymentIntentStatus]
    DEPLOYMENT_INTENT_STATUS_PENDING: _ClassVar[DeploymentIntentStatus]
    DEPLOYMENT_INTENT_STATUS_APPLIED: _ClassVar[DeploymentIntentStatus]
    DEPLOYMENT_INTENT_STATUS_FAILED: _ClassVar[DeploymentIntentStatus]
    DEPLOYMENT_INTENT_STATUS_ROLLED_BACK: _ClassVar[DeploymentIntentStatus]

class GatewayEventLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GATEWAY_EVENT_LEVEL_UNSPECIFIED: _ClassVar[GatewayEventLevel]
    GATEWAY_EVENT_LEVEL_INFO: _ClassVar[GatewayEventLevel]
    GATEWAY_EVENT_LEVEL_WARN: _ClassVar[GatewayEventLevel]
    GATEWAY_EVENT_LEVEL_ERROR: _ClassVar[GatewayEventLevel]

class InvoiceLifecycleStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INVOICE_LIFECYCLE_STATUS_UNSPECIFIED: _ClassVar[InvoiceLifecycleStatus]
    INVOICE_LIFECYCLE_STATUS_OPEN: _ClassVar[InvoiceLifecycleStatus]
    INVOICE_LIFECYCLE_STATUS_SETTLED: _ClassVar[InvoiceLifecycleStatus]
    INVOICE_LIFECYCLE_STATUS_CANCELED: _ClassVar[InvoiceLifecycleStatus]
    INVOICE_LIFECYCLE_STATUS_EXPIRED: _ClassVar[InvoiceLifecycleStatus]

class PaymentProofType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYMENT_PROOF_TYPE_UNSPECIFIED: _ClassVar[PaymentProofType]
    PAYMENT_PROOF_TYPE_LIGHTNING_PREIMAGE: _ClassVar[PaymentProofType]

class SecurityDenyReasonCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SECURITY_DENY_REASON_CODE_UNSPECIFIED: _ClassVar[SecurityDenyReasonCode]
    SECURITY_DENY_REASON_CODE_GLOBAL_PAUSE_ACTIVE: _ClassVar[SecurityDenyReasonCode]
    SECURITY_DENY_REASON_CODE_OWNER_KILL_SWITCH_ACTIVE: _ClassVar[SecurityDenyReasonCode]
    SECURITY_DENY_REASON_CODE_PAYWALL_KILL_SWITCH_ACTIVE: _ClassVar[SecurityDenyReasonCode]

class CredentialRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDENTIAL_ROLE_UNSPECIFIED: _ClassVar[CredentialRole]
    CREDENTIAL_ROLE_GATEWAY_INVOICE: _ClassVar[CredentialRole]
    CREDENTIAL_ROLE_SETTLEMENT_READ: _ClassVar[CredentialRole]
    CREDENTIAL_ROLE_OPERATOR_ADMIN: _ClassVar[CredentialRole]

class CredentialRoleStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDENTIAL_ROLE_STATUS_UNSPECIFIED: _ClassVar[CredentialRoleStatus]
    CREDENTIAL_ROLE_STATUS_ACTIVE: _ClassVar[CredentialRoleStatus]
    CREDENTIAL_ROLE_STATUS_ROTATING: _ClassVar[CredentialRoleStatus]
    CREDENTIAL_ROLE_STATUS_REVOKED: _ClassVar[CredentialRoleStatus]

class ReconcileFailureCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECONCILE_FAILURE_CODE_UNSPECIFIED: _ClassVar[ReconcileFailureCode]
    RECONCILE_FAILURE_CODE_COMPILE_VALIDATION_FAILED: _ClassVar[ReconcileFailureCode]
    RECONCILE_FAILURE_CODE_ACTIVE_LOOKUP_FAILED: _ClassVar[ReconcileFailureCode]
    RECONCILE_FAILURE_CODE_DEPLOY_APPLY_FAILED: _ClassVar[ReconcileFailureCode]
    RECONCILE_FAILURE_CODE_HEALTH_CHECK_FAILED: _ClassVar[ReconcileFailureCode]
    RECONCILE_FAILURE_CODE_CHALLENGE_CHECK_FAILED: _ClassVar[ReconcileFailureCode]
    RECONCILE_FAILURE_CODE_PROXY_CHECK_FAILED: _ClassVar[ReconcileFailureCode]
    RECONCILE_FAILURE_CODE_ROLLBACK_FAILED: _ClassVar[ReconcileFailureCode]
PAYWALL_STATUS_UNSPECIFIED: PaywallStatus
PAYWALL_STATUS_ACTIVE: PaywallStatus
PAYWALL_STATUS_PAUSED: PaywallStatus
PAYWALL_STATUS_ARCHIVED: PaywallStatus
PRICING_MODE_UNSPECIFIED: PricingMode
PRICING_MODE_FIXED: PricingMode
ROUTE_PROTOCOL_UNSPECIFIED: RouteProtocol
ROUTE_PROTOCOL_HTTP: RouteProtocol
ROUTE_PROTOCOL_HTTPS: RouteProtocol
COMPILE_DIAGNOSTIC_CODE_UNSPECIFIED: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_INVALID_PRICING_MODE: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_MISSING_PRICING: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_INVALID_ROUTE_PATTERN: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_INVALID_UPSTREAM_URL: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_MISSING_ROUTE_PROTOCOL: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_DUPLICATE_ROUTE: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_AMBIGUOUS_ROUTE: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_FIRST_MATCH_SHADOWED: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_NO_COMPILABLE_ROUTES: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_PRICE_ROUNDED_UP_TO_SAT: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_UPSTREAM_PATH_PREFIXED: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_ALL_ROUTES_DISABLED: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_FORBIDDEN_UPSTREAM_HOST: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_CODE_QUOTA_NOT_ENFORCED: CompileDiagnosticCode
COMPILE_DIAGNOSTIC_SEVERITY_UNSPECIFIED: CompileDiagnosticSeverity
COMPILE_DIAGNOSTIC_SEVERITY_ERROR: CompileDiagnosticSeverity
COMPILE_DIAGNOSTIC_SEVERITY_WARN: CompileDiagnosticSeverity
DEPLOYMENT_INTENT_STATUS_UNSPECIFIED: DeploymentIntentStatus
DEPLOYMENT_INTENT_STATUS_PENDING: DeploymentIntentStatus
DEPLOYMENT_INTENT_STATUS_APPLIED: DeploymentIntentStatus
DEPLOYMENT_INTENT_STATUS_FAILED: DeploymentIntentStatus
DEPLOYMENT_INTENT_STATUS_ROLLED_BACK: DeploymentIntentStatus
GATEWAY_EVENT_LEVEL_UNSPECIFIED: GatewayEventLevel
GATEWAY_EVENT_LEVEL_INFO: GatewayEventLevel
GATEWAY_EVENT_LEVEL_WARN: GatewayEventLevel
GATEWAY_EVENT_LEVEL_ERROR: GatewayEventLevel
INVOICE_LIFECYCLE_STATUS_UNSPECIFIED: InvoiceLifecycleStatus
INVOICE_LIFECYCLE_STATUS_OPEN: InvoiceLifecycleStatus
INVOICE_LIFECYCLE_STATUS_SETTLED: InvoiceLifecycleStatus
INVOICE_LIFECYCLE_STATUS_CANCELED: InvoiceLifecycleStatus
INVOICE_LIFECYCLE_STATUS_EXPIRED: InvoiceLifecycleStatus
PAYMENT_PROOF_TYPE_UNSPECIFIED: PaymentProofType
PAYMENT_PROOF_TYPE_LIGHTNING_PREIMAGE: PaymentProofType
SECURITY_DENY_REASON_CODE_UNSPECIFIED: SecurityDenyReasonCode
SECURITY_DENY_REASON_CODE_GLOBAL_PAUSE_ACTIVE: SecurityDenyReasonCode
SECURITY_DENY_REASON_CODE_OWNER_KILL_SWITCH_ACTIVE: SecurityDenyReasonCode
SECURITY_DENY_REASON_CODE_PAYWALL_KILL_SWITCH_ACTIVE: SecurityDenyReasonCode
CREDENTIAL_ROLE_UNSPECIFIED: CredentialRole
CREDENTIAL_ROLE_GATEWAY_INVOICE: CredentialRole
CREDENTIAL_ROLE_SETTLEMENT_READ: CredentialRole
CREDENTIAL_ROLE_OPERATOR_ADMIN: CredentialRole
CREDENTIAL_ROLE_STATUS_UNSPECIFIED: CredentialRoleStatus
CREDENTIAL_ROLE_STATUS_ACTIVE: CredentialRoleStatus
CREDENTIAL_ROLE_STATUS_ROTATING: CredentialRoleStatus
CREDENTIAL_ROLE_STATUS_REVOKED: CredentialRoleStatus
RECONCILE_FAILURE_CODE_UNSPECIFIED: ReconcileFailureCode
RECONCILE_FAILURE_CODE_COMPILE_VALIDATION_FAILED: ReconcileFailureCode
RECONCILE_FAILURE_CODE_ACTIVE_LOOKUP_FAILED: ReconcileFailureCode
RECONCILE_FAILURE_CODE_DEPLOY_APPLY_FAILED: ReconcileFailureCode
RECONCILE_FAILURE_CODE_HEALTH_CHECK_FAILED: ReconcileFailureCode
RECONCILE_FAILURE_CODE_CHALLENGE_CHECK_FAILED: ReconcileFailureCode
RECONCILE_FAILURE_CODE_PROXY_CHECK_FAILED: ReconcileFailureCode
RECONCILE_FAILURE_CODE_ROLLBACK_FAILED: ReconcileFailureCode

class ControlPlanePaywallPolicy(_message.Message):
    __slots__ = ("paywall_id", "owner_id", "pricing_mode", "fixed_amount_msats", "max_per_request_msats", "allowed_hosts", "blocked_hosts", "quota_per_minute", "quota_per_day", "kill_switch", "created_at_ms", "updated_at_ms", "credential_ttl_seconds")
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICING_MODE_FIELD_NUMBER: _ClassVar[int]
    FIXED_AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_PER_REQUEST_MSATS_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_HOSTS_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_HOSTS_FIELD_NUMBER: _ClassVar[int]
    QUOTA_PER_MINUTE_FIELD_NUMBER: _ClassVar[int]
    QUOTA_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    KILL_SWITCH_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    CREDENTIAL_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    paywall_id: str
    owner_id: str
    pricing_mode: PricingMode
    fixed_amount_msats: int
    max_per_request_msats: int
    allowed_hosts: _containers.RepeatedScalarFieldContainer[str]
    blocked_hosts: _containers.RepeatedScalarFieldContainer[str]
    quota_per_minute: int
    quota_per_day: int
    kill_switch: bool
    created_at_ms: int
    updated_at_ms: int
    credential_ttl_seconds: int
    def __init__(self, paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., pricing_mode: _Optional[_Union[PricingMode, str]] = ..., fixed_amount_msats: _Optional[int] = ..., max_per_request_msats: _Optional[int] = ..., allowed_hosts: _Optional[_Iterable[str]] = ..., blocked_hosts: _Optional[_Iterable[str]] = ..., quota_per_minute: _Optional[int] = ..., quota_per_day: _Optional[int] = ..., kill_switch: _Optional[bool] = ..., created_at_ms: _Optional[int] = ..., updated_at_ms: _Optional[int] = ..., credential_ttl_seconds: _Optional[int] = ...) -> None: ...

class ControlPlanePaywallRoute(_message.Message):
    __slots__ = ("route_id", "paywall_id", "owner_id", "host_pattern", "path_pattern", "upstream_url", "protocol", "timeout_ms", "priority", "created_at_ms", "updated_at_ms")
    ROUTE_ID_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    HOST_PATTERN_FIELD_NUMBER: _ClassVar[int]
    PATH_PATTERN_FIELD_NUMBER: _ClassVar[int]
    UPSTREAM_URL_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    route_id: str
    paywall_id: str
    owner_id: str
    host_pattern: str
    path_pattern: str
    upstream_url: str
    protocol: RouteProtocol
    timeout_ms: int
    priority: int
    created_at_ms: int
    updated_at_ms: int
    def __init__(self, route_id: _Optional[str] = ..., paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., host_pattern: _Optional[str] = ..., path_pattern: _Optional[str] = ..., upstream_url: _Optional[str] = ..., protocol: _Optional[_Union[RouteProtocol, str]] = ..., timeout_ms: _Optional[int] = ..., priority: _Optional[int] = ..., created_at_ms: _Optional[int] = ..., updated_at_ms: _Optional[int] = ...) -> None: ...

class ControlPlanePaywall(_message.Message):
    __slots__ = ("paywall_id", "owner_id", "name", "description", "status", "request_id", "metadata", "created_at_ms", "updated_at_ms", "policy", "routes")
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    ROUTES_FIELD_NUMBER: _ClassVar[int]
    paywall_id: str
    owner_id: str
    name: str
    description: str
    status: PaywallStatus
    request_id: str
    metadata: _struct_pb2.Value
    created_at_ms: int
    updated_at_ms: int
    policy: ControlPlanePaywallPolicy
    routes: _containers.RepeatedCompositeFieldContainer[ControlPlanePaywallRoute]
    def __init__(self, paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., status: _Optional[_Union[PaywallStatus, str]] = ..., request_id: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., created_at_ms: _Optional[int] = ..., updated_at_ms: _Optional[int] = ..., policy: _Optional[_Union[ControlPlanePaywallPolicy, _Mapping]] = ..., routes: _Optional[_Iterable[_Union[ControlPlanePaywallRoute, _Mapping]]] = ...) -> None: ...

class ControlPlaneSnapshotResponse(_message.Message):
    __slots__ = ("ok", "paywalls")
    OK_FIELD_NUMBER: _ClassVar[int]
    PAYWALLS_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    paywalls: _containers.RepeatedCompositeFieldContainer[ControlPlanePaywall]
    def __init__(self, ok: _Optional[bool] = ..., paywalls: _Optional[_Iterable[_Union[ControlPlanePaywall, _Mapping]]] = ...) -> None: ...

class CompileDiagnostic(_message.Message):
    __slots__ = ("code", "severity", "message", "paywall_id", "route_id", "related_route_id", "details")
    CODE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    ROUTE_ID_FIELD_NUMBER: _ClassVar[int]
    RELATED_ROUTE_ID_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    code: CompileDiagnosticCode
    severity: CompileDiagnosticSeverity
    message: str
    paywall_id: str
    route_id: str
    related_route_id: str
    details: _struct_pb2.Value
    def __init__(self, code: _Optional[_Union[CompileDiagnosticCode, str]] = ..., severity: _Optional[_Union[CompileDiagnosticSeverity, str]] = ..., message: _Optional[str] = ..., paywall_id: _Optional[str] = ..., route_id: _Optional[str] = ..., related_route_id: _Optional[str] = ..., details: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class DeploymentIntentRecord(_message.Message):
    __slots__ = ("deployment_id", "paywall_id", "owner_id", "config_hash", "image_digest", "status", "diagnostics", "applied_at_ms", "rolled_back_from", "created_at_ms", "updated_at_ms", "metadata", "request_id")
    DEPLOYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIG_HASH_FIELD_NUMBER: _ClassVar[int]
    IMAGE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    APPLIED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ROLLED_BACK_FROM_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    deployment_id: str
    paywall_id: str
    owner_id: str
    config_hash: str
    image_digest: str
    status: DeploymentIntentStatus
    diagnostics: _struct_pb2.Value
    applied_at_ms: int
    rolled_back_from: str
    created_at_ms: int
    updated_at_ms: int
    metadata: _struct_pb2.Value
    request_id: str
    def __init__(self, deployment_id: _Optional[str] = ..., paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., config_hash: _Optional[str] = ..., image_digest: _Optional[str] = ..., status: _Optional[_Union[DeploymentIntentStatus, str]] = ..., diagnostics: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., applied_at_ms: _Optional[int] = ..., rolled_back_from: _Optional[str] = ..., created_at_ms: _Optional[int] = ..., updated_at_ms: _Optional[int] = ..., metadata: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeploymentIntentWriteResponse(_message.Message):
    __slots__ = ("ok", "deployment")
    OK_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    deployment: DeploymentIntentRecord
    def __init__(self, ok: _Optional[bool] = ..., deployment: _Optional[_Union[DeploymentIntentRecord, _Mapping]] = ...) -> None: ...

class PaywallWriteResponse(_message.Message):
    __slots__ = ("ok", "paywall")
    OK_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    paywall: ControlPlanePaywall
    def __init__(self, ok: _Optional[bool] = ..., paywall: _Optional[_Union[ControlPlanePaywall, _Mapping]] = ...) -> None: ...

class GatewayEventRecord(_message.Message):
    __slots__ = ("event_id", "paywall_id", "owner_id", "event_type", "level", "request_id", "metadata", "created_at_ms")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    paywall_id: str
    owner_id: str
    event_type: str
    level: GatewayEventLevel
    request_id: str
    metadata: _struct_pb2.Value
    created_at_ms: int
    def __init__(self, event_id: _Optional[str] = ..., paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., event_type: _Optional[str] = ..., level: _Optional[_Union[GatewayEventLevel, str]] = ..., request_id: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., created_at_ms: _Optional[int] = ...) -> None: ...

class GatewayEventWriteResponse(_message.Message):
    __slots__ = ("ok", "event")
    OK_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    event: GatewayEventRecord
    def __init__(self, ok: _Optional[bool] = ..., event: _Optional[_Union[GatewayEventRecord, _Mapping]] = ...) -> None: ...

class ControlPlaneInvoiceRecord(_message.Message):
    __slots__ = ("invoice_id", "paywall_id", "owner_id", "amount_msats", "status", "payment_hash", "payment_request", "payment_proof_ref", "request_id", "created_at_ms", "updated_at_ms", "settled_at_ms")
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_REF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    invoice_id: str
    paywall_id: str
    owner_id: str
    amount_msats: int
    status: InvoiceLifecycleStatus
    payment_hash: str
    payment_request: str
    payment_proof_ref: str
    request_id: str
    created_at_ms: int
    updated_at_ms: int
    settled_at_ms: int
    def __init__(self, invoice_id: _Optional[str] = ..., paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., status: _Optional[_Union[InvoiceLifecycleStatus, str]] = ..., payment_hash: _Optional[str] = ..., payment_request: _Optional[str] = ..., payment_proof_ref: _Optional[str] = ..., request_id: _Optional[str] = ..., created_at_ms: _Optional[int] = ..., updated_at_ms: _Optional[int] = ..., settled_at_ms: _Optional[int] = ...) -> None: ...

class ControlPlaneSettlementRecord(_message.Message):
    __slots__ = ("settlement_id", "paywall_id", "owner_id", "invoice_id", "amount_msats", "payment_proof_ref", "request_id", "metadata", "created_at_ms")
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYWALL_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    INVOICE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PROOF_REF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    settlement_id: str
    paywall_id: str
    owner_id: str
    invoice_id: str
    amount_msats: int
    payment_proof_ref: str
    request_id: str
    metadata: _struct_pb2.Value
    created_at_ms: int
    def __init__(self, settlement_id: _Optional[str] = ..., paywall_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., invoice_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., payment_proof_ref: _Optional[str] = ..., request_id: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., created_at_ms: _Optional[int] = ...) -> None: ...

class InvoiceLifecycleWriteResponse(_message.Message):
    __slots__ = ("ok", "changed", "invoice")
    OK_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    changed: bool
    invoice: ControlPlaneInvoiceRecord
    def __init__(self, ok: _Optional[bool] = ..., changed: _Optional[bool] = ..., invoice: _Optional[_Union[ControlPlaneInvoiceRecord, _Mapping]] = ...) -> None: ...

class SettlementWriteResponse(_message.Message):
    __slots__ = ("ok", "existed", "settlement", "invoice")
    OK_FIELD_NUMBER: _ClassVar[int]
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    INVOICE_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    existed: bool
    settlement: ControlPlaneSettlementRecord
    invoice: ControlPlaneInvoiceRecord
    def __init__(self, ok: _Optional[bool] = ..., existed: _Optional[bool] = ..., settlement: _Optional[_Union[ControlPlaneSettlementRecord, _Mapping]] = ..., invoice: _Optional[_Union[ControlPlaneInvoiceRecord, _Mapping]] = ...) -> None: ...

class ControlPlaneSecurityGlobal(_message.Message):
    __slots__ = ("state_id", "global_pause", "deny_reason_code", "deny_reason", "updated_by", "updated_at_ms")
    STATE_ID_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_PAUSE_FIELD_NUMBER: _ClassVar[int]
    DENY_REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    DENY_REASON_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    state_id: str
    global_pause: bool
    deny_reason_code: SecurityDenyReasonCode
    deny_reason: str
    updated_by: str
    updated_at_ms: int
    def __init__(self, state_id: _Optional[str] = ..., global_pause: _Optional[bool] = ..., deny_reason_code: _Optional[_Union[SecurityDenyReasonCode, str]] = ..., deny_reason: _Optional[str] = ..., updated_by: _Optional[str] = ..., updated_at_ms: _Optional[int] = ...) -> None: ...

class ControlPlaneOwnerSecurityControl(_message.Message):
    __slots__ = ("owner_id", "kill_switch", "deny_reason_code", "deny_reason", "updated_by", "updated_at_ms")
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    KILL_SWITCH_FIELD_NUMBER: _ClassVar[int]
    DENY_REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    DENY_REASON_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    owner_id: str
    kill_switch: bool
    deny_reason_code: SecurityDenyReasonCode
    deny_reason: str
    updated_by: str
    updated_at_ms: int
    def __init__(self, owner_id: _Optional[str] = ..., kill_switch: _Optional[bool] = ..., deny_reason_code: _Optional[_Union[SecurityDenyReasonCode, str]] = ..., deny_reason: _Optional[str] = ..., updated_by: _Optional[str] = ..., updated_at_ms: _Optional[int] = ...) -> None: ...

class ControlPlaneCredentialRoleState(_message.Message):
    __slots__ = ("role", "status", "version", "fingerprint", "note", "updated_at_ms", "last_rotated_at_ms", "revoked_at_ms")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    LAST_ROTATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    role: CredentialRole
    status: CredentialRoleStatus
    version: int
    fingerprint: str
    note: str
    updated_at_ms: int
    last_rotated_at_ms: int
    revoked_at_ms: int
    def __init__(self, role: _Optional[_Union[CredentialRole, str]] = ..., status: _Optional[_Union[CredentialRoleStatus, str]] = ..., version: _Optional[int] = ..., fingerprint: _Optional[str] = ..., note: _Optional[str] = ..., updated_at_ms: _Optional[int] = ..., last_rotated_at_ms: _Optional[int] = ..., revoked_at_ms: _Optional[int] = ...) -> None: ...

class ControlPlaneSecurityStateResponse(_message.Message):
    __slots__ = ("ok", "owner_controls", "credential_roles")
    OK_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_FIELD_NUMBER: _ClassVar[int]
    OWNER_CONTROLS_FIELD_NUMBER: _ClassVar[int]
    CREDENTIAL_ROLES_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    owner_controls: _containers.RepeatedCompositeFieldContainer[ControlPlaneOwnerSecurityControl]
    credential_roles: _containers.RepeatedCompositeFieldContainer[ControlPlaneCredentialRoleState]
    def __init__(self, ok: _Optional[bool] = ..., owner_controls: _Optional[_Iterable[_Union[ControlPlaneOwnerSecurityControl, _Mapping]]] = ..., credential_roles: _Optional[_Iterable[_Union[ControlPlaneCredentialRoleState, _Mapping]]] = ..., **kwargs) -> None: ...

class SecurityGlobalWriteResponse(_message.Message):
    __slots__ = ("ok",)
    OK_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    def __init__(self, ok: _Optional[bool] = ..., **kwargs) -> None: ...

class SecurityOwnerControlWriteResponse(_message.Message):
    __slots__ = ("ok", "owner_control")
    OK_FIELD_NUMBER: _ClassVar[int]
    OWNER_CONTROL_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    owner_control: ControlPlaneOwnerSecurityControl
    def __init__(self, ok: _Optional[bool] = ..., owner_control: _Optional[_Union[ControlPlaneOwnerSecurityControl, _Mapping]] = ...) -> None: ...

class SecurityCredentialRoleWriteResponse(_message.Message):
    __slots__ = ("ok", "role")
    OK_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    role: ControlPlaneCredentialRoleState
    def __init__(self, ok: _Optional[bool] = ..., role: _Optional[_Union[ControlPlaneCredentialRoleState, _Mapping]] = ...) -> None: ...

class LightningOpsCall(_message.Message):
    __slots__ = ("function_name", "args")
    FUNCTION_NAME_FIELD_NUMBER: _ClassVar[int]
    ARGS_FIELD_NUMBER: _ClassVar[int]
    function_name: str
    args: _struct_pb2.Struct
    def __init__(self, function_name: _Optional[str] = ..., args: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class ReconcileRunSummary(_message.Message):
    __slots__ = ("request_id", "execution_path", "config_hash", "rule_count", "valid", "diagnostics", "deployment_status", "deployment_id", "failure_code", "image_digest", "rolled_back_from", "health_ok", "challenge_ok", "proxy_ok")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_PATH_FIELD_NUMBER: _ClassVar[int]
    CONFIG_HASH_FIELD_NUMBER: _ClassVar[int]
    RULE_COUNT_FIELD_NUMBER: _ClassVar[int]
    VALID_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_STATUS_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_CODE_FIELD_NUMBER: _ClassVar[int]
    IMAGE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ROLLED_BACK_FROM_FIELD_NUMBER: _ClassVar[int]
    HEALTH_OK_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_OK_FIELD_NUMBER: _ClassVar[int]
    PROXY_OK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    execution_path: str
    config_hash: str
    rule_count: int
    valid: bool
    diagnostics: _containers.RepeatedCompositeFieldContainer[CompileDiagnostic]
    deployment_status: DeploymentIntentStatus
    deployment_id: str
    failure_code: ReconcileFailureCode
    image_digest: str
    rolled_back_from: str
    health_ok: bool
    challenge_ok: bool
    proxy_ok: bool
    def __init__(self, request_id: _Optional[str] = ..., execution_path: _Optional[str] = ..., config_hash: _Optional[str] = ..., rule_count: _Optional[int] = ..., valid: _Optional[bool] = ..., diagnostics: _Optional[_Iterable[_Union[CompileDiagnostic, _Mapping]]] = ..., deployment_status: _Optional[_Union[DeploymentIntentStatus, str]] = ..., deployment_id: _Optional[str] = ..., failure_code: _Optional[_Union[ReconcileFailureCode, str]] = ..., image_digest: _Optional[str] = ..., rolled_back_from: _Optional[str] = ..., health_ok: _Optional[bool] = ..., challenge_ok: _Optional[bool] = ..., proxy_ok: _Optional[bool] = ...) -> None: ...

"""Configuration of the control plane. Defaults and accepted names are those of the specification's table."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from apps.control.domain.runtime_routing import CONTROL, Driver, canonical_driver
from openagents.ops.config import BaseConfig, CsvList, LogFormat, LogLevel, split_csv
from openagents.secretbox.keyring import KeyRing

PROVIDER_MODES = ("workos", "mock", "local")
SYNC_SCOPES = [
    "runtime.codex_worker_events",
    "runtime.codex_worker_summaries",
    "runtime.run_summaries",
    "runtime.run_events",
    "runtime.worker_lifecycle_events",
    "runtime.threads",
    "runtime.notifications",
    "runtime.treasury",
    "ops.read",
]
CSV_FIELDS = (
    "oa_admin_emails",
    "oa_org_domain_autojoin",
    "oa_sync_token_allowed_scopes",
    "oa_sync_token_default_scopes",
    "oa_khala_token_allowed_scopes",
    "oa_compat_control_extra_prefixes",
    "oa_cors_allowed_origins",
    "oa_trusted_proxies",
    "oa_auth_api_signup_allowed_domains",
    "oa_maintenance_mode_allowed_paths",
    "oa_liquidity_stats_pool_ids",
)


def _names(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class Config(BaseConfig):
    """What the control processes read beside the shared variables."""

    oa_desktop_download_url: str = Field(
        "https://github.com/OpenAgentsInc/openagents/releases/latest",
        description="where /download-desktop leads; the only source of that target",
    )

    oa_log_level: LogLevel = Field(
        "info",
        validation_alias=_names("oa_control_log_filter", "oa_log_level"),
        description="debug, info, warning or error; OA_CONTROL_LOG_FILTER before OA_LOG_LEVEL",
    )
    oa_log_format: LogFormat = Field(
        "",
        validation_alias=_names("oa_control_log_format", "oa_log_format"),
        description="json or pretty; pretty by default in dev; OA_CONTROL_LOG_FORMAT before OA_LOG_FORMAT",
    )

    oa_auth_provider_mode: str = Field("workos", description="identity provider: workos, mock or local")
    workos_client_id: str = Field("", description="WorkOS client id")
    workos_api_key: str = Field("", description="WorkOS API key")
    oa_workos_api_base_url: str = Field("https://api.workos.com", description="WorkOS API")
    oa_auth_mock_magic_code: str = Field("123456", description="the code that the mock provider accepts")
    oa_auth_challenge_ttl_seconds: int = Field(600, ge=30, le=86_400, description="life of a sign-in code")
    oa_auth_access_ttl_seconds: int = Field(3600, ge=1, description="life of an access token")
    oa_auth_refresh_ttl_seconds: int = Field(2_592_000, ge=1, description="life of a session without refresh")
    oa_auth_challenge_max_attempts: int = Field(5, ge=1, description="wrong codes until a challenge fails")
    oa_auth_refresh_reuse_grace_seconds: int = Field(
        10, ge=0, le=30, description="how long a rotated refresh token may be answered again with the same pair"
    )
    oa_auth_api_signup_enabled: bool = Field(
        False, description="POST /api/auth/register; works with the providers mock and local only"
    )
    oa_auth_api_signup_allowed_domains: CsvList = Field([], description="email domains that may register; empty: any")
    oa_auth_api_signup_default_token_name: str = Field(
        "api-bootstrap", min_length=1, max_length=100, description="name of a registration's access token"
    )
    oa_admin_emails: CsvList = Field([], description="addresses with operator rights")
    oa_org_domain_autojoin: CsvList = Field(
        ["openagents.com=org:openagents:member"], description="domain=org_id:role, joined at sign-in"
    )

    oa_sync_token_enabled: bool = Field(True, description="mint sync tokens")
    oa_sync_token_signing_key: str = Field(
        "",
        validation_alias=_names("oa_sync_token_signing_key", "sync_token_signing_key"),
        description="shorthand for one sync key",
    )
    oa_sync_token_keys: str = Field("", description="kid=secret; the first signs, all verify")
    oa_sync_token_issuer: str = Field("https://openagents.com", description="claim iss")
    oa_sync_token_audience: str = Field("openagents-sync", description="claim aud")
    oa_sync_token_key_id: str = Field("sync-auth-v1", description="kid of the shorthand key")
    oa_sync_token_claims_version: str = Field("oa_sync_claims_v1", description="claim oa_claims_version")
    oa_sync_token_ttl_seconds: int = Field(300, ge=0, description="life of a sync token when none is asked for")
    oa_sync_token_min_ttl_seconds: int = Field(60, ge=0, description="shortest life that may be asked for")
    oa_sync_token_max_ttl_seconds: int = Field(900, ge=0, description="longest life that may be asked for")
    oa_sync_token_allowed_scopes: CsvList = Field(SYNC_SCOPES, description="scopes a sync token may carry")
    oa_sync_token_default_scopes: CsvList = Field(
        ["runtime.codex_worker_events"], description="scopes when none are asked for"
    )

    oa_khala_token_enabled: bool = Field(True, description="mint khala tokens")
    oa_khala_token_signing_key: str = Field(
        "",
        validation_alias=_names("oa_khala_token_signing_key", "khala_token_signing_key"),
        description="shorthand for one khala key",
    )
    oa_khala_token_keys: str = Field("", description="kid=secret; the first signs, all verify")
    oa_khala_token_issuer: str = Field("https://openagents.com", description="claim iss")
    oa_khala_token_audience: str = Field("openagents-khala", description="claim aud")
    oa_khala_token_subject_prefix: str = Field("user", description="claim sub is <prefix>:<user id>")
    oa_khala_token_key_id: str = Field("khala-auth-v1", description="kid of the shorthand key")
    oa_khala_token_claims_version: str = Field("oa_khala_claims_v1", description="claim oa_claims_version")
    oa_khala_token_ttl_seconds: int = Field(300, ge=0, description="life of a khala token")
    oa_khala_token_min_ttl_seconds: int = Field(60, ge=0, description="lower bound of that life")
    oa_khala_token_max_ttl_seconds: int = Field(900, ge=0, description="upper bound of that life")
    oa_khala_token_allowed_scopes: CsvList = Field(
        ["codex:read", "codex:write", *SYNC_SCOPES], description="scopes a khala token may carry"
    )

    oa_runtime_base_url: str = Field(
        "http://127.0.0.1:8001",
        validation_alias=_names("oa_runtime_base_url", "oa_runtime_elixir_base_url"),
        description="runtime deployment of the driver runtime_service",
    )
    oa_control_lane_runtime_base_url: str = Field(
        "", description="runtime deployment of the driver control_service; empty: OA_RUNTIME_BASE_URL"
    )
    oa_runtime_signing_key: str = Field(
        "",
        validation_alias=_names("oa_runtime_signing_key", "oa_runtime_signature_secret", "runtime_signature_secret"),
        description="own signing key for internal calls",
    )
    oa_runtime_signing_key_id: str = Field("runtime-v1", description="key id of the own signing key")
    oa_runtime_routing_driver: str = Field(
        "control_service",
        validation_alias=_names("oa_runtime_routing_driver", "oa_runtime_driver"),
        description="the driver where no rule names another",
    )
    oa_runtime_routing_force_driver: str = Field(
        "",
        validation_alias=_names("oa_runtime_routing_force_driver", "oa_runtime_force_driver"),
        description="the driver of every call, whatever the rules say; empty: the rules decide",
    )
    oa_runtime_force_control_service: bool = Field(
        False,
        validation_alias=_names("oa_runtime_force_control_service", "oa_runtime_force_legacy"),
        description="everything to the driver control_service: the way back",
    )
    oa_runtime_canary_user_percent: int = Field(0, ge=0, le=100, description="share of users on runtime_service")
    oa_runtime_canary_autopilot_percent: int = Field(
        0, ge=0, le=100, description="share of autopilots on runtime_service"
    )
    oa_runtime_canary_seed: str = Field("runtime-canary-v1", description="draws the canaries; a new seed, new ones")
    oa_runtime_overrides_enabled: bool = Field(True, description="stored exceptions count")
    oa_runtime_shadow_enabled: bool = Field(False, description="mirror reads to runtime_service and compare")
    oa_runtime_shadow_sample_rate: float = Field(1.0, description="share of threads and users that is mirrored")
    oa_runtime_shadow_max_capture_bytes: int = Field(
        200_000, ge=0, le=16_777_216, description="longest mirrored answer that is read"
    )

    oa_route_split_enabled: bool = Field(True, description="the route split decides; off: all paths legacy")
    oa_route_split_mode: str = Field("rust", description="legacy, rust or cohort")
    oa_route_split_rust_routes: CsvList = Field(["/"], description="path prefixes that the split concerns")
    oa_route_split_cohort_percentage: int = Field(100, ge=0, le=100, description="share of keys in the new cohort")
    oa_route_split_salt: str = Field("openagents-route-split-v1", description="draws the cohort")
    oa_route_split_force_legacy: bool = Field(False, description="all web paths legacy")
    oa_route_split_legacy_base_url: str = Field("", description="where legacy pages are, as the status tells it")

    oa_runtime_sync_revoke_base_url: str = Field("", description="where revocations go; empty: OA_KHALA_BASE_URL")
    oa_runtime_sync_revoke_path: str = Field(
        "/internal/v1/sync/sessions/revoke", description="path of the revocation push"
    )

    oa_compat_control_enforced: bool | None = Field(
        None, description="refuse clients outside the window; by default only in staging and prod"
    )
    oa_compat_control_protocol_version: str = Field("openagents.control.v1", description="the protocol served")
    oa_compat_control_min_client_build_id: str = Field("00000000T000000Z", description="oldest client build served")
    oa_compat_control_max_client_build_id: str = Field("", description="newest client build served; empty: any")
    oa_compat_control_min_schema_version: int = Field(1, ge=0, description="lowest schema version served")
    oa_compat_control_max_schema_version: int = Field(1, ge=0, description="highest schema version served")
    oa_compat_control_extra_prefixes: CsvList = Field([], description="further gated path prefixes")
    oa_compat_sunset_date: str = Field("2026-06-30", description="ISO date on alias lanes; empty: no sunset header")
    oa_compat_sse_enabled: bool = Field(True, description="worker streams as server-sent events")
    oa_compat_chat_aliases_enabled: bool = Field(False, description="the old chat stream routes")
    oa_compat_sse_streams_max: int = Field(
        4, ge=1, le=1000, description="streams that one process serves at once; each takes one of its threads"
    )
    oa_compat_migration_doc: str = Field("", description="link on alias lanes to the migration guide")

    oa_maintenance_mode_enabled: bool = Field(
        False, description="answer 503 to all but the allowed paths, until an operator's switch says otherwise"
    )
    oa_maintenance_mode_bypass_token: str = Field("", description="lets its bearer pass; empty: nobody passes")
    oa_maintenance_mode_bypass_cookie_name: str = Field(
        "oa_maintenance_bypass", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="cookie that a bypass leaves"
    )
    oa_maintenance_mode_bypass_cookie_ttl_seconds: int = Field(900, ge=60, description="life of that cookie")
    oa_maintenance_mode_allowed_paths: CsvList = Field(
        ["/healthz", "/readyz"], description="paths that stay open; a trailing * makes a prefix"
    )

    oa_cors_allowed_origins: CsvList = Field(
        ["https://openagents.com", "https://*.openagents.com"], description="browser origins that may call /api"
    )
    oa_trusted_proxies: CsvList = Field([], description="addresses or networks whose x-forwarded-for counts")

    oa_runtime_internal_shared_secret: str = Field("", description="signs the runtime's fetches of secrets, no more")
    oa_runtime_internal_key_id: str = Field("runtime-internal-v1", description="key id of that secret")
    oa_runtime_internal_signature_ttl_seconds: int = Field(
        60, ge=1, le=3600, description="how far the time of such a signature may be off"
    )
    oa_runtime_internal_secret_fetch_path: str = Field(
        "/api/internal/runtime/integrations/secrets/fetch", description="where the runtime fetches secrets"
    )
    oa_runtime_internal_secret_cache_ttl_ms: int = Field(
        60_000, ge=0, le=3_600_000, description="how long the runtime may keep a fetched secret"
    )
    oa_integration_secret_keys: str = Field("", description="ring id:base64,...; the first seals, all open")
    oa_integration_secret_encryption_key: str = Field("", description="shorthand for one key, 32 bytes base64")
    oa_integration_secret_key_id: str = Field("v1", description="key id of the shorthand key")
    oa_mail_webhook_secrets: str = Field(
        "", description="provider=secret; twice for a provider while its secret rotates; empty: no webhooks"
    )
    oa_lightning_ops_secret: str = Field("", description="the older credential of the lightning operations")
    oa_lightning_ops_control_plane_timeout_ms: int = Field(
        6000, ge=1, description="time-out of a paywall's route that names none"
    )
    oa_lightning_ops_control_plane_priority: int = Field(10, ge=0, description="priority of such a route")

    oa_liquidity_stats_pool_ids: CsvList = Field(["llp-main"], description="pools of the public statistics")
    oa_stats_cache_seconds: int = Field(60, ge=1, le=3600, description="how long everybody gets the same statistics")
    oa_stats_stale_seconds: int = Field(600, ge=0, description="how long a silent source keeps its last good figures")

    @field_validator(*CSV_FIELDS, mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return split_csv(value)

    @field_validator("oa_compat_control_enforced", mode="before")
    @classmethod
    def _blank_is_unset(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("oa_admin_emails", "oa_auth_api_signup_allowed_domains")
    @classmethod
    def _normalise_emails(cls, value: list[str]) -> list[str]:
        return [email.lower() for email in value]

    @field_validator("oa_sync_token_keys", "oa_khala_token_keys")
    @classmethod
    def _check_keys(cls, value: str) -> str:
        pairs = [entry.partition("=") for entry in split_csv(value)]
        if not all(kid and secret for kid, _, secret in pairs):
            raise ValueError("entries have the form kid=secret")
        kids = [kid for kid, _, _ in pairs]
        if len(set(kids)) != len(kids):
            raise ValueError("a key id occurs twice")
        return value

    @field_validator("oa_runtime_internal_secret_fetch_path")
    @classmethod
    def _root_path(cls, value: str) -> str:
        path = f"/{value.strip().lstrip('/')}"
        if path == "/" or set(path) & set("{}<>?#"):
            raise ValueError("must be a plain path")
        return path

    @field_validator("oa_mail_webhook_secrets")
    @classmethod
    def _check_webhooks(cls, value: str) -> str:
        if not all(re.fullmatch(r"[a-z0-9_.-]{1,64}=.+", entry) for entry in split_csv(value)):
            raise ValueError("entries have the form provider=secret")
        return value

    @model_validator(mode="after")
    def _check_secret_ring(self) -> Self:
        if self.integration_ring():
            KeyRing.from_csv(self.integration_ring())
        return self

    @field_validator("oa_runtime_routing_driver", "oa_runtime_routing_force_driver")
    @classmethod
    def _check_driver(cls, value: str) -> str:
        return canonical_driver(value)[0] if value.strip() else ""

    @field_validator("oa_org_domain_autojoin")
    @classmethod
    def _check_autojoin(cls, value: list[str]) -> list[str]:
        for entry in value:
            domain, separator, target = entry.partition("=")
            org_id, colon, role = target.rpartition(":")
            named = domain and separator and colon and org_id.startswith("org:")
            if not named or role not in ("admin", "member", "viewer"):
                raise ValueError(f"{entry!r} is not of the form domain=org:<slug>:<admin|member|viewer>")
        return value

    @field_validator("oa_compat_sunset_date")
    @classmethod
    def _check_date(cls, value: str) -> str:
        if value:
            date.fromisoformat(value)
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.oa_compat_control_max_schema_version < self.oa_compat_control_min_schema_version:
            raise ValueError("OA_COMPAT_CONTROL_MAX_SCHEMA_VERSION is below the minimum")
        if self.oa_env == "prod" and self.oa_auth_provider_mode in ("mock", "local"):
            raise ValueError(f"OA_AUTH_PROVIDER_MODE={self.oa_auth_provider_mode} is not for production")
        return self

    def sync_keys(self) -> dict[str, str]:
        """Sync token secrets by key id; the first one signs."""
        return _ring(self.oa_sync_token_keys, self.oa_sync_token_key_id, self.oa_sync_token_signing_key)

    def khala_keys(self) -> dict[str, str]:
        """Khala token secrets by key id; the first one signs."""
        return _ring(self.oa_khala_token_keys, self.oa_khala_token_key_id, self.oa_khala_token_signing_key)

    def compat_enforced(self) -> bool:
        if self.oa_compat_control_enforced is None:
            return self.oa_env in ("staging", "prod")
        return self.oa_compat_control_enforced

    def lane_base_url(self) -> str:
        """The runtime deployment of the driver `control_service`, which control's own questions go to."""
        return (self.oa_control_lane_runtime_base_url or self.oa_runtime_base_url).rstrip("/")

    def runtime_base_url(self, driver: Driver) -> str:
        """The runtime deployment of a driver."""
        return self.lane_base_url() if driver == CONTROL else self.oa_runtime_base_url.rstrip("/")

    def revoke_base_url(self) -> str:
        return (self.oa_runtime_sync_revoke_base_url or self.oa_khala_base_url).rstrip("/")

    def integration_ring(self) -> str:
        """The key ring of integration secrets as CSV; empty: there is none."""
        if self.oa_integration_secret_keys.strip() or not self.oa_integration_secret_encryption_key:
            return self.oa_integration_secret_keys.strip()
        return f"{self.oa_integration_secret_key_id}:{self.oa_integration_secret_encryption_key}"

    def webhook_secrets(self, provider: str) -> list[str]:
        """The secrets of a mail provider, any of which may have signed."""
        pairs = [entry.partition("=") for entry in split_csv(self.oa_mail_webhook_secrets)]
        return [secret for name, _, secret in pairs if name == provider]

    def autojoin(self) -> dict[str, tuple[str, str]]:
        """Email domain to (org id, role)."""
        found = {}
        for entry in self.oa_org_domain_autojoin:
            domain, _, target = entry.partition("=")
            org_id, _, role = target.rpartition(":")
            found[domain.strip().lower()] = (org_id, role)
        return found

    def outer_middleware(self) -> list[str]:
        return ["apps.control.api.middleware.LaneHeadersMiddleware"]

    def inner_middleware(self) -> list[str]:
        return [
            "apps.control.api.middleware.PreflightMiddleware",
            "apps.control.api.middleware.CompatibilityMiddleware",
            "apps.control.api.maintenance.MaintenanceMiddleware",
        ]


def _ring(csv: str, key_id: str, single: str) -> dict[str, str]:
    """Text, not a list, in the configuration: `manage.py config` hides texts with a secret's name."""
    if csv:
        return {kid: secret for kid, _, secret in (entry.partition("=") for entry in split_csv(csv))}
    return {key_id: single} if single else {}

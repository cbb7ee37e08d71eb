"""Configuration of the control plane. Defaults and accepted names are those of the specification's table."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from openagents.ops.config import BaseConfig, CsvList, split_csv

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
)


def _names(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class Config(BaseConfig):
    """What the control processes read beside the shared variables."""

    oa_desktop_download_url: str = Field(
        "https://github.com/OpenAgentsInc/openagents/releases/latest",
        description="where /download-desktop leads; the only source of that target",
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
    oa_compat_migration_doc: str = Field("", description="link on alias lanes to the migration guide")

    oa_cors_allowed_origins: CsvList = Field(
        ["https://openagents.com", "https://*.openagents.com"], description="browser origins that may call /api"
    )
    oa_trusted_proxies: CsvList = Field([], description="addresses or networks whose x-forwarded-for counts")

    @field_validator(*CSV_FIELDS, mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return split_csv(value)

    @field_validator("oa_compat_control_enforced", mode="before")
    @classmethod
    def _blank_is_unset(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("oa_admin_emails")
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
        """The runtime deployment behind the run lane (driver `control_service`)."""
        return (self.oa_control_lane_runtime_base_url or self.oa_runtime_base_url).rstrip("/")

    def revoke_base_url(self) -> str:
        return (self.oa_runtime_sync_revoke_base_url or self.oa_khala_base_url).rstrip("/")

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
        ]


def _ring(csv: str, key_id: str, single: str) -> dict[str, str]:
    """Text, not a list, in the configuration: `manage.py config` hides texts with a secret's name."""
    if csv:
        return {kid: secret for kid, _, secret in (entry.partition("=") for entry in split_csv(csv))}
    return {key_id: single} if single else {}

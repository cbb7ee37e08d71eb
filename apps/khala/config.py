"""Configuration of the Khala plane. Names and defaults are the specification's (section 22)."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import NoDecode

from apps.khala.domain.access import DEFAULT_SURFACE_POLICY, Access
from apps.khala.domain.compat import Window
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.polling import Rules
from apps.khala.domain.tokens import KHALA, SYNC, Family, Verifier, key_ring
from openagents.ops.config import BaseConfig, CsvList, split_csv
from openagents.planes import JOURNAL_LOGIN, PLANES


def _at_least_one(value: Any) -> Any:
    return max(int(value), 1) if isinstance(value, int | str) and str(value).lstrip("-").isdigit() else value


Positive = Annotated[int, BeforeValidator(_at_least_one)]
"""A number below 1 is raised to 1."""

ALIAS_PREFIX = "RUNTIME_"
"""`RUNTIME_KHALA_…` and `RUNTIME_SYNC_TOKEN_…` are accepted where the name without it is not set."""


class Config(BaseConfig):
    """What the Khala process reads beside the shared variables."""

    oa_khala_journal_url: str = Field("", description="runtime database through the read-only login")
    oa_khala_journal_primary_url: str = Field("", description="the primary, when the journal URL is a replica")

    oa_sync_token_issuer: str = SYNC.issuer
    oa_sync_token_audience: str = SYNC.audience
    oa_sync_token_claims_version: str = SYNC.claims_version
    oa_sync_token_keys: str = Field("", description="sync family keys, CSV of kid=secret, current and previous")
    oa_sync_token_key_id: str = Field("sync-auth-v1", description="key id of the short form")
    oa_sync_token_signing_key: str = Field("", description="short form of one current key")
    oa_sync_token_previous_key_id: str = ""
    oa_sync_token_previous_signing_key: str = ""
    oa_sync_token_allowed_algs: CsvList = ["HS256"]
    oa_khala_token_issuer: str = KHALA.issuer
    oa_khala_token_audience: str = KHALA.audience
    oa_khala_token_claims_version: str = KHALA.claims_version
    oa_khala_token_keys: str = Field("", description="khala family keys, CSV of kid=secret, current and previous")
    oa_khala_token_key_id: str = Field("khala-auth-v1", description="key id of the short form")
    oa_khala_token_signing_key: str = Field("", description="short form of one current key")
    oa_khala_token_previous_key_id: str = ""
    oa_khala_token_previous_signing_key: str = ""
    oa_khala_token_allowed_algs: CsvList = ["HS256"]
    khala_token_max_age_seconds: Positive = 300
    khala_token_require_jti: bool = True
    khala_token_expiry_mode: str = Field("introspect", pattern="^(introspect|close)$")
    khala_reauth_interval_s: Positive = 300
    khala_reauth_grace_s: Positive = 900

    khala_enforce_origin: bool = True
    khala_allowed_origins: CsvList = ["https://openagents.com", "https://www.openagents.com"]
    khala_surface_policy: Annotated[dict[str, tuple[str, ...]], NoDecode] = Field(
        dict(DEFAULT_SURFACE_POLICY), description="JSON: surface -> the only topic classes it may see"
    )

    oa_compat_khala_enforced: bool | None = Field(None, description="default: true in staging and prod")
    oa_compat_khala_protocol_version: str = "khala.ws.v1"
    oa_compat_khala_min_client_build_id: str = "00000000T000000Z"
    oa_compat_khala_max_client_build_id: str = ""
    oa_compat_khala_legacy_build_id: str = Field(
        "00000000T000000Z", description="what a client that says nothing of itself counts as"
    )
    oa_compat_khala_min_schema_version: Positive = 1
    oa_compat_khala_max_schema_version: Positive = 2
    oa_compat_khala_valid_until: str = Field("", description="RFC 3339 end of the window; passing it only alerts")

    khala_heartbeat_interval_ms: Positive = 15_000
    khala_heartbeat_timeout_ms: Positive = 60_000
    khala_join_timeout_ms: Positive = 10_000
    khala_replay_batch_size: Positive = 200
    khala_outbound_queue_frames: Positive = 64
    khala_outbound_queue_bytes: Positive = 262_144
    khala_outbound_queue_hard_bytes: Positive = 1_048_576
    khala_fair_topic_slice_limit: Positive = 50
    khala_slow_consumer_lag_threshold: Positive = 300
    khala_slow_consumer_ws_strikes: Positive = 30
    khala_reconnect_base_backoff_ms: Positive = 400
    khala_reconnect_jitter_ms: Positive = 250
    khala_sweep_interval_ms: Positive = 1_000
    khala_sweep_degraded_ms: Positive = 250
    khala_tail_ring_rows: Positive = 512
    khala_tail_ring_bytes: Positive = 1_048_576
    khala_drain_window_ms: Positive = 25_000
    khala_max_connection_age_s: Positive = 3_600
    khala_recovery_grant_ttl_s: Positive = 600
    khala_recovery_grant_max_uses: Positive = 5

    khala_poll_enabled: bool = True
    khala_poll_default_limit: Positive = 100
    khala_poll_max_limit: Positive = 200
    khala_poll_min_interval_ms: Positive = 250
    khala_outbound_queue_limit: Positive = Field(200, description="rows of one poll")
    khala_slow_consumer_max_strikes: Positive = Field(3, description="strikes of a polling consumer")
    khala_consumer_registry_capacity: Positive = 4_096

    khala_telemetry_pepper: str = Field("", description="key of the hashes that stand for principals; prod needs one")

    khala_probe_interval_ms: int = Field(2_000, ge=0, description="how often delivery paths are probed; 0: never")
    khala_probe_limit_ms: Positive = Field(15_000, description="a path that lacks a canary row older than this is deaf")
    khala_probe_base_url: str = Field(
        "", description="where probe clients connect; default: OA_KHALA_BASE_URL. In production the public address"
    )

    khala_handshake_rate: Positive = 200
    khala_handshake_burst: Positive = 400
    khala_handshake_ip_rate: Positive = 10
    khala_handshake_ip_burst: Positive = 20
    khala_handshake_user_rate: Positive = 5
    khala_handshake_user_burst: Positive = 20
    khala_handshake_device_rate: Positive = 2
    khala_handshake_device_burst: Positive = 10
    khala_connections_max: Positive = 10_000
    khala_connections_user_max: Positive = 32
    khala_connections_device_max: Positive = 8
    khala_connections_org_max: Positive = 2_000

    @field_validator(
        "oa_sync_token_allowed_algs", "oa_khala_token_allowed_algs", "khala_allowed_origins", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return split_csv(value)

    @field_validator("khala_surface_policy", mode="before")
    @classmethod
    def _policy(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @classmethod
    def load(cls) -> Self:
        for name in cls.model_fields:
            variable = name.upper().removeprefix("OA_")
            alias = ALIAS_PREFIX + variable
            if variable.startswith(("KHALA_", "SYNC_TOKEN_")) and alias in os.environ:
                os.environ.setdefault(name.upper(), os.environ[alias])
        return super().load()

    def journal_url(self) -> str:
        """URL of the runtime database as the journal's reader. Ends the process without one in staging and prod."""
        if self.oa_khala_journal_url:
            return self.oa_khala_journal_url
        if self.oa_env in ("staging", "prod"):
            raise SystemExit("configuration: OA_KHALA_JOURNAL_URL is not set")
        return f"postgresql://{JOURNAL_LOGIN}@127.0.0.1:5432/{PLANES['runtime'].database}"

    def hints_url(self) -> str:
        """Where the postgres driver listens: the primary, since a standby cannot LISTEN."""
        return self.oa_khala_journal_primary_url or self.journal_url()

    def probe_url(self) -> str:
        """Where probe clients connect; empty in staging and prod as long as nobody said where this plane answers."""
        if self.khala_probe_base_url:
            return self.khala_probe_base_url.rstrip("/")
        said = self.oa_env in ("dev", "test") or "oa_khala_base_url" in self.model_fields_set
        return self.base_url("khala") if said else ""

    def verifier(self) -> Verifier:
        """Both token families. Raises ValueError when a key list is malformed or no key at all is configured."""
        families = (self._family("sync", SYNC), self._family("khala", KHALA))
        if not any(family.keys for family in families):
            raise ValueError("no token key is configured: set OA_SYNC_TOKEN_KEYS or OA_KHALA_TOKEN_KEYS")
        return Verifier(families, self.khala_token_max_age_seconds, self.khala_token_require_jti)

    def _family(self, name: str, base: Family) -> Family:
        def value(what: str) -> Any:
            return getattr(self, f"oa_{name}_token_{what}")

        keys = key_ring(value("keys"))
        for kid, secret in (("key_id", "signing_key"), ("previous_key_id", "previous_signing_key")):
            if value(kid) and value(secret):
                keys.setdefault(value(kid), value(secret))
        return Family(
            base.name,
            value("issuer"),
            value("audience"),
            value("claims_version"),
            keys,
            tuple(value("allowed_algs")),
            base.requires_session,
        )

    def window(self) -> Window:
        """The compatibility window in force."""
        enforced = self.oa_compat_khala_enforced
        low = self.oa_compat_khala_min_schema_version
        return Window(
            protocol_version=self.oa_compat_khala_protocol_version,
            min_client_build_id=self.oa_compat_khala_min_client_build_id,
            max_client_build_id=self.oa_compat_khala_max_client_build_id or None,
            min_schema_version=low,
            max_schema_version=max(self.oa_compat_khala_max_schema_version, low),
            enforced=self.oa_env in ("staging", "prod") if enforced is None else enforced,
            valid_until=self.oa_compat_khala_valid_until or None,
            legacy_client_build_id=self.oa_compat_khala_legacy_build_id,
        )

    def telemetry_pepper(self) -> str:
        """Key of the hashes in telemetry. Ends the process without one in staging and prod."""
        if self.khala_telemetry_pepper:
            return self.khala_telemetry_pepper
        if self.oa_env in ("staging", "prod"):
            raise SystemExit("configuration: KHALA_TELEMETRY_PEPPER is not set")
        return "development"

    def polling(self) -> Rules:
        """Bounds of the message route."""
        return Rules(
            interval_ms=self.khala_poll_min_interval_ms,
            lag_max=self.khala_slow_consumer_lag_threshold,
            strikes_max=self.khala_slow_consumer_max_strikes,
            rows_max=self.khala_poll_max_limit,
            queue_max=self.khala_outbound_queue_limit,
            fair_rows=self.khala_fair_topic_slice_limit,
            consumers_max=self.khala_consumer_registry_capacity,
            base_ms=self.khala_reconnect_base_backoff_ms,
            jitter_ms=self.khala_reconnect_jitter_ms,
        )

    def access(self) -> Access:
        return Access(self.khala_surface_policy)

    def limits(self) -> Limits:
        """Bounds of one connection."""
        return Limits(
            join_timeout=self.khala_join_timeout_ms / 1000,
            heartbeat_interval=self.khala_heartbeat_interval_ms / 1000,
            heartbeat_timeout=self.khala_heartbeat_timeout_ms / 1000,
            batch_rows=self.khala_replay_batch_size,
            fair_slice_rows=self.khala_fair_topic_slice_limit,
            window_frames_max=self.khala_outbound_queue_frames,
            high_water_bytes=self.khala_outbound_queue_bytes,
            hard_bytes=self.khala_outbound_queue_hard_bytes,
            strike_lag=self.khala_slow_consumer_lag_threshold,
            strikes_max=self.khala_slow_consumer_ws_strikes,
            reauth_interval=self.khala_reauth_interval_s,
            reauth_grace=self.khala_reauth_grace_s,
            reconnect_base_ms=self.khala_reconnect_base_backoff_ms,
            reconnect_jitter_ms=self.khala_reconnect_jitter_ms,
        )

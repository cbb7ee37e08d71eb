"""Configuration of the runtime plane."""

from __future__ import annotations

import os
import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from apps.runtime.domain import retention
from apps.runtime.gateways.guard import Allowlist
from openagents.ops.config import BaseConfig, CsvList, split_csv

WriteMode = Literal["active", "shadow_only", "read_only"]


class Config(BaseConfig):
    """What every process reads, and the runtime's own variables."""

    oa_body_limit_bytes: int = Field(
        4_194_304, ge=1, description="largest request body of any route; all but verifications are bound to 1 MiB"
    )
    runtime_service_name: str = Field("runtime", description="name in /healthz")
    runtime_authority_write_mode: WriteMode = Field("active", description="active, shadow_only or read_only")
    runtime_signature_allow_minimal: bool = Field(False, description="tests and development: minimal signed claims")
    runtime_receipt_signing_key: str = Field("", description="secret key of receipts, 64 hex or nsec")
    runtime_verifier_strict: bool = Field(False, description="refuse unsigned receipts")
    runtime_verifier_allowed_signer_pubkeys: CsvList = Field([], description="keys that may sign, 64 hex each")
    runtime_append_group_commit: bool = Field(True, description="concurrent appends of a process share a transaction")
    runtime_provider_host_allowlist: CsvList = Field(
        [], description="providers that may be private: host, host:port, address or network"
    )
    runtime_compute_dispatch_max_per_minute: int = Field(
        30, ge=1, le=10_000, description="quotes and dispatches per owner and minute"
    )
    khala_run_events_publish_rate_per_second: int = Field(240, ge=0, description="appends per run and second; 0: any")
    khala_run_events_max_payload_bytes: int = Field(262_144, ge=1, description="largest canonical event payload")

    runtime_worker_heartbeat_stale_after_ms: int = Field(120_000, ge=1, description="age at which a beat is stale")
    runtime_worker_heartbeat_lost_after_ms: int = Field(1_200_000, ge=1, description="age at which a worker is lost")
    runtime_codex_remote_adapters: CsvList = Field(
        ["desktop", "desktop_bridge"], description="adapters whose workers execute turns themselves"
    )
    runtime_codex_request_timeout_seconds: int = Field(60, ge=1, description="how long a remote worker has to answer")
    khala_codex_worker_events_publish_rate_per_second: int = Field(
        240, ge=0, description="posted events per worker and second; 0: any"
    )
    khala_codex_worker_events_max_payload_bytes: int = Field(
        131_072, ge=1, description="largest canonical payload of a worker event"
    )
    runtime_interop_mirror_enabled: bool = Field(
        False, description="public facts (provider ads, quotes, decisions) go to the Bridge"
    )
    runtime_sse_streams_max: int = Field(16, ge=0, description="event streams a process serves at once; 0: none")

    @field_validator("runtime_codex_remote_adapters", mode="before")
    @classmethod
    def _split_adapters(cls, value: object) -> object:
        return split_csv(value)

    @field_validator("runtime_verifier_allowed_signer_pubkeys", "runtime_provider_host_allowlist", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return split_csv(value)

    @field_validator("runtime_verifier_allowed_signer_pubkeys")
    @classmethod
    def _pubkeys(cls, value: list[str]) -> list[str]:
        if not all(re.fullmatch(r"[0-9a-f]{64}", key) for key in value):
            raise ValueError("every key is 64 lower-case hex digits")
        return value

    @field_validator("runtime_provider_host_allowlist")
    @classmethod
    def _hosts(cls, value: list[str]) -> list[str]:
        Allowlist(value)
        return value

    @model_validator(mode="after")
    def _retention(self) -> Self:
        # Two variables per topic class, shared with Khala: read where they are used, refused here when they are wrong.
        retention.policy(os.environ)
        return self

"""Configuration of the runtime plane."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from openagents.ops.config import BaseConfig, CsvList, split_csv

WriteMode = Literal["active", "shadow_only", "read_only"]


class Config(BaseConfig):
    """What every process reads, and the runtime's own variables."""

    runtime_service_name: str = Field("runtime", description="name in /healthz")
    runtime_authority_write_mode: WriteMode = Field("active", description="active, shadow_only or read_only")
    runtime_signature_allow_minimal: bool = Field(False, description="tests and development: minimal signed claims")
    runtime_receipt_signing_key: str = Field("", description="secret key of receipts, 64 hex or nsec")
    runtime_verifier_strict: bool = Field(False, description="refuse unsigned receipts")
    runtime_verifier_allowed_signer_pubkeys: CsvList = Field([], description="keys that may sign, 64 hex each")
    khala_run_events_publish_rate_per_second: int = Field(240, ge=0, description="appends per run and second; 0: any")
    khala_run_events_max_payload_bytes: int = Field(262_144, ge=1, description="largest canonical event payload")

    @field_validator("runtime_verifier_allowed_signer_pubkeys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return split_csv(value)

    @field_validator("runtime_verifier_allowed_signer_pubkeys")
    @classmethod
    def _pubkeys(cls, value: list[str]) -> list[str]:
        if not all(re.fullmatch(r"[0-9a-f]{64}", key) for key in value):
            raise ValueError("every key is 64 lower-case hex digits")
        return value

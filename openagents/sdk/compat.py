"""Who this client says it is, and the compatibility window a server answers with (surfaces 4, khala 6)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLIENT_NAME = "autopilot-desktop"
"""Value of `x-client` and of `hello.client`: the one name control maps to a desktop session."""
VERSION, _RELEASED = Path(__file__).with_name("RELEASE").read_text(encoding="ascii").split()
"""Version and time of the release, written into the file `RELEASE` when one is made."""
BUILD_ID = os.environ.get("OA_CLIENT_BUILD_ID", "").strip() or _RELEASED
"""Release stamp `YYYYMMDDTHHMMSSZ`; servers compare it as a plain string with their window."""

CONTROL_PROTOCOL_VERSION = "openagents.control.v1"
CONTROL_SCHEMA_VERSION = 1
KHALA_PROTOCOL_VERSION = "khala.ws.v1"
KHALA_SCHEMA_VERSION = 2
"""Payload encoding of every lane N frame: 2 = protobuf inside, canonical JSON bytes in `Update.payload`."""

COMPATIBILITY_CODES = frozenset(
    {
        "invalid_client_build",
        "unsupported_protocol_version",
        "unsupported_schema_version",
        "upgrade_required",
        "unsupported_client_build",
    }
)


@dataclass(frozen=True, slots=True)
class CompatibilityWindow:
    """What a server accepts. `max_client_build_id` is None when there is no upper bound."""

    code: str
    protocol_version: str
    min_client_build_id: str
    max_client_build_id: str | None
    min_schema_version: int
    max_schema_version: int

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> CompatibilityWindow:
        """The window of a 426 body (`compatibility` object or the fields flat). Absent fields become blank or 0."""
        nested = body.get("compatibility")
        fields: Mapping[str, Any] = nested if isinstance(nested, Mapping) else body
        maximum = fields.get("max_client_build_id")
        return cls(
            code=str(fields.get("code") or "upgrade_required"),
            protocol_version=str(fields.get("protocol_version") or ""),
            min_client_build_id=str(fields.get("min_client_build_id") or ""),
            max_client_build_id=str(maximum) if maximum else None,
            min_schema_version=_integer(fields.get("min_schema_version")),
            max_schema_version=_integer(fields.get("max_schema_version")),
        )


def handshake_headers() -> dict[str, str]:
    """The three compatibility headers of every HTTP call."""
    return {
        "x-oa-client-build-id": BUILD_ID,
        "x-oa-protocol-version": CONTROL_PROTOCOL_VERSION,
        "x-oa-schema-version": str(CONTROL_SCHEMA_VERSION),
    }


def _integer(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0

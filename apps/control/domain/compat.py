"""Which clients may call the gated lanes: the compatibility window and its fixed order of checks (2.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BUILD_ID: Final = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
GATED_PATHS: Final = ("/api/v1/sync/token",)
CHAT_ALIAS: Final = re.compile(r"/api/(?:chat|chats/[^/]+)/stream")
NEVER_GATED: Final = ("/api/auth", "/api/v1/auth", "/api/webhooks", "/healthz", "/readyz", "/download-desktop")

MESSAGES: Final[dict[str, str]] = {
    "invalid_client_build": "The client build id is missing or not of the form YYYYMMDDTHHMMSSZ.",
    "unsupported_protocol_version": "This protocol version is not served.",
    "unsupported_schema_version": "This schema version is outside the served range.",
    "upgrade_required": "This client build is too old.",
    "unsupported_client_build": "This client build is newer than what is served.",
}


@dataclass(frozen=True, slots=True)
class Window:
    """The clients that are served; bounds are inclusive, build ids compare as plain text."""

    protocol_version: str
    min_build: str
    max_build: str | None
    min_schema: int
    max_schema: int

    def headers(self) -> dict[str, str]:
        """What every answer of the public lanes publishes."""
        found = {
            "x-oa-compatibility-protocol-version": self.protocol_version,
            "x-oa-compatibility-min-client-build-id": self.min_build,
            "x-oa-compatibility-min-schema-version": str(self.min_schema),
            "x-oa-compatibility-max-schema-version": str(self.max_schema),
        }
        if self.max_build is not None:
            found["x-oa-compatibility-max-client-build-id"] = self.max_build
        return found


def schema_number(text: str | None) -> int:
    """A schema version from its header; absent or unparsable is 0."""
    stated = (text or "").strip()
    number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) <= 10 else 0
    return number if number < 2**32 else 0


def refusal(window: Window, *, build: str | None, protocol: str | None, schema: str | None) -> str | None:
    """Code of the first check that fails, or None."""
    stated = (build or "").strip()
    checks = (
        ("invalid_client_build", not BUILD_ID.fullmatch(stated)),
        ("unsupported_protocol_version", (protocol or "").strip() != window.protocol_version),
        ("unsupported_schema_version", not window.min_schema <= schema_number(schema) <= window.max_schema),
        ("upgrade_required", stated < window.min_build),
        ("unsupported_client_build", window.max_build is not None and stated > window.max_build),
    )
    return next((code for code, fails in checks if fails), None)


def is_gated(path: str, extra_prefixes: Sequence[str] = ()) -> bool:
    """Whether the gate guards this path."""
    if any(_within(path, prefix) for prefix in NEVER_GATED):
        return False
    return (
        _within(path, "/api/v1/control")
        or path in GATED_PATHS
        or is_chat_alias(path)
        or any(path.startswith(prefix) for prefix in extra_prefixes)
    )


def is_chat_alias(path: str) -> bool:
    """The chat stream routes of old clients."""
    return bool(CHAT_ALIAS.fullmatch(path))


def _within(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")

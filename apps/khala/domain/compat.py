"""Which clients may connect: the compatibility window and its fixed order of checks (section 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

BUILD_ID: Final = re.compile(r"\d{8}T\d{6}Z")


@dataclass(frozen=True, slots=True)
class Window:
    """The range of clients this deployment serves. Build ids compare as plain strings.

    A legacy client that says nothing of itself counts as build `legacy_client_build_id`.
    """

    protocol_version: str = "khala.ws.v1"
    min_client_build_id: str = "00000000T000000Z"
    max_client_build_id: str | None = None
    min_schema_version: int = 1
    max_schema_version: int = 2
    enforced: bool = False
    valid_until: str | None = None
    legacy_client_build_id: str = "00000000T000000Z"

    def failure(self, code: str) -> dict[str, Any]:
        """Payload of a refusal with this code."""
        return {
            "code": code,
            "message": MESSAGES[code],
            "retryable": False,
            "upgrade_required": True,
            "surface": "khala_websocket",
            "min_client_build_id": self.min_client_build_id,
            "max_client_build_id": self.max_client_build_id,
            "min_schema_version": self.min_schema_version,
            "max_schema_version": self.max_schema_version,
            "protocol_version": self.protocol_version,
        }


MESSAGES: Final[dict[str, str]] = {
    "invalid_client_build": "the client build id is missing or not of the form YYYYMMDDTHHMMSSZ",
    "unsupported_protocol_version": "the protocol version is not served",
    "unsupported_schema_version": "the schema version is outside the served range",
    "upgrade_required": "the client build is too old",
    "unsupported_client_build": "the client build is newer than what is served",
}


@dataclass(frozen=True, slots=True)
class Client:
    """What a client says about itself; each field from query, hello or claims, the first that is given."""

    build_id: str = ""
    protocol_version: str = ""
    schema_version: int = 0


def schema_number(value: object) -> int:
    """A schema version given as number or text; anything else is 0."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return value
    text = str(value).strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() else 0


def check(client: Client, window: Window) -> str | None:
    """Code of the first check that fails, or None. Says nothing about whether the window is enforced."""
    build = client.build_id.strip()
    checks = (
        ("invalid_client_build", not BUILD_ID.fullmatch(build)),
        ("unsupported_protocol_version", client.protocol_version.strip() != window.protocol_version),
        (
            "unsupported_schema_version",
            not window.min_schema_version <= client.schema_version <= window.max_schema_version,
        ),
        ("upgrade_required", build < window.min_client_build_id),
        ("unsupported_client_build", window.max_client_build_id is not None and build > window.max_client_build_id),
    )
    return next((code for code, fails in checks if fails), None)


def merged(said: Client, stated: tuple[Client, ...]) -> Client:
    """Each field from the first source that gives it: query, hello, then claims. `stated` is all but the hello."""
    query, *rest = stated or (Client(),)
    sources = (query, said, *rest)
    return Client(
        next((source.build_id for source in sources if source.build_id.strip()), ""),
        next((source.protocol_version for source in sources if source.protocol_version.strip()), ""),
        next((source.schema_version for source in sources if source.schema_version), 0),
    )


LEGACY_PROTOCOL: Final = "khala.ws.v1"


def refusal(client: Client, window: Window, *, legacy: bool = False) -> str | None:
    """Code with which an enforced window refuses this client, or None. `legacy`: the lane knows clients that say
    nothing at all of themselves."""
    if not window.enforced:
        return None
    if legacy and client == Client():
        client = Client(window.legacy_client_build_id, LEGACY_PROTOCOL, 1)
    return check(client, window)

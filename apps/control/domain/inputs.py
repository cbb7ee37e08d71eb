"""What callers state about themselves, normalised: addresses, devices, clients, handles."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Final

EMAIL_BYTES_MAX: Final = 255
DEVICE_ID_MAX: Final = 160
NONCE_MAX: Final = 128
HANDLE_MAX: Final = 64

CHALLENGE_ID: Final = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)
"""A challenge id may come from a cookie, whose quoting can smuggle in any character."""

_DEVICE = re.compile(r"[A-Za-z0-9:._-]{1,160}")

KNOWN_CLIENTS: Final = {
    "autopilot-ios": "mobile",
    "openagents-expo": "mobile",
    "autopilot-desktop": "desktop",
    "openagents-desktop": "desktop",
}
UNKNOWN_TOKEN_NAME: Final = "device:unknown"


class Unacceptable(ValueError):
    """A stated value breaks its rule; the text is the complaint about the field."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls, as the header `x-client` says. `token_name` names the credential, `device_id` a fallback device."""

    name: str
    platform: str
    token_name: str

    def fallback_device_id(self) -> str:
        """Known clients share a device id per client; an unknown one gets its own, which it must keep."""
        return self.token_name if self.name in KNOWN_CLIENTS else f"device:{uuid.uuid4().hex}"


def client(header: str | None) -> Client:
    name = (header or "").strip().lower()
    platform = KNOWN_CLIENTS.get(name)
    if platform is None:
        return Client("unknown", "unknown", UNKNOWN_TOKEN_NAME)
    return Client(name, platform, f"{platform}:{name}")


def surface(token_name: str) -> str:
    """`desktop`, `mobile`, `web` or `unknown`, from the name of the credential."""
    platform = token_name.partition(":")[0]
    return platform if platform in ("desktop", "mobile", "web") else "unknown"


def email(text: str) -> str:
    """Trimmed and lower-case. Raises Unacceptable."""
    address = text.strip().lower()
    if not address:
        raise Unacceptable("is required")
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or any(character.isspace() or ord(character) < 32 for character in address):
        raise Unacceptable("is not an email address")
    if len(address.encode()) > EMAIL_BYTES_MAX:
        raise Unacceptable(f"is longer than {EMAIL_BYTES_MAX} bytes")
    return address


def email_domain(address: str) -> str:
    return address.rpartition("@")[2]


def device_id(text: str | None) -> str | None:
    """Trimmed and lower-case; None when nothing was stated. Raises Unacceptable."""
    stated = (text or "").strip()
    if not stated:
        return None
    if len(stated) > DEVICE_ID_MAX:
        raise Unacceptable(f"is longer than {DEVICE_ID_MAX} characters")
    if not _DEVICE.fullmatch(stated):
        raise Unacceptable("may contain letters, digits and : . _ - only")
    return stated.lower()


def handle(address: str) -> str:
    """The name before the `@`, as a slug of at most 64 characters."""
    slug = re.sub(r"[^a-z0-9]+", "-", address.rpartition("@")[0].lower()).strip("-")[:HANDLE_MAX]
    return slug or "user"


def display_name(first: str, last: str, address: str) -> str:
    """`first last`, else the address."""
    return f"{first.strip()} {last.strip()}".strip() or address

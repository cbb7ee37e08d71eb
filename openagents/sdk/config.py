"""Where the planes are and where this installation keeps its files (surfaces 2.1). Environment and arguments only."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from openagents.sdk.errors import ErrorKind, SdkError

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
DEFAULT_KHALA_WS_URL = "ws://127.0.0.1:8002/khala/v1/ws"
"""Development has no edge that routes the socket on control's host, so the default base has a default socket."""
KHALA_WS_PATH = "/khala/v1/ws"
BASE_URL_VARIABLES = (
    "OPENAGENTS_RUNTIME_SYNC_BASE_URL",
    "OPENAGENTS_RUNTIME_BASE_URL",
    "OPENAGENTS_CONTROL_BASE_URL",
    "OPENAGENTS_AUTH_BASE_URL",
)
_PROFILE = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Config:
    """Resolved settings of one client. `locked_by_env`: the base URL came from a variable, so no UI may change it."""

    base_url: str
    khala_ws_url: str
    home: Path
    profile: str
    locked_by_env: bool = False

    @property
    def profile_dir(self) -> Path:
        return self.home / "profiles" / self.profile

    @property
    def khala_http_url(self) -> str:
        """Origin of Khala's HTTP routes (snapshots): the socket's origin with an http scheme."""
        parts = urlsplit(self.khala_ws_url)
        return urlunsplit(("https" if parts.scheme == "wss" else "http", parts.netloc, "", "", ""))


def resolve(
    *,
    base_url: str | None = None,
    profile: str | None = None,
    saved_base_url: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Apply the order of surfaces 2.1. Raises SdkError (validation): `invalid_base_url`, `invalid_profile`."""
    env = os.environ if environ is None else environ
    insecure = env.get("OA_ALLOW_INSECURE_HTTP") == "1"
    from_env = next((env[name] for name in BASE_URL_VARIABLES if env.get(name, "").strip()), None)
    chosen = base_url or from_env or saved_base_url or DEFAULT_BASE_URL
    base = checked_url(chosen, schemes=("http", "https"), allow_insecure=insecure)
    name = profile or env.get("OA_PROFILE", "").strip() or "default"
    if not _PROFILE.match(name) or name in {".", ".."}:
        raise SdkError(ErrorKind.VALIDATION, f"invalid profile name {name!r}", code="invalid_profile")
    home = Path(env.get("OA_HOME", "").strip() or Path.home() / ".openagents")
    socket = env.get("OA_KHALA_WS_URL", "").strip() or _socket_of(base)
    return Config(
        base_url=base,
        khala_ws_url=checked_url(socket, schemes=("ws", "wss"), allow_insecure=insecure),
        home=home,
        profile=name,
        locked_by_env=base_url is None and from_env is not None,
    )


def checked_url(raw: str, *, schemes: tuple[str, str], allow_insecure: bool) -> str:
    """`raw` trimmed, without trailing slash. `schemes` = (plain, encrypted); plain only to loopback unless allowed."""
    url = raw.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in schemes or not host:
        message = f"not a usable {'/'.join(schemes)} address: {raw!r}"
        raise SdkError(ErrorKind.VALIDATION, message, code="invalid_base_url")
    if parts.scheme == schemes[0] and host not in _LOOPBACK and not allow_insecure:
        message = f"{parts.scheme} to {host} would send tokens in clear; set OA_ALLOW_INSECURE_HTTP=1 to allow it"
        raise SdkError(ErrorKind.VALIDATION, message, code="invalid_base_url")
    return url


def _socket_of(base: str) -> str:
    if base == DEFAULT_BASE_URL:
        return DEFAULT_KHALA_WS_URL
    parts = urlsplit(base)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, parts.path + KHALA_WS_PATH, "", ""))

"""Where the key-encryption ring comes from: the environment, a file, or Google's secret manager (section 9)."""

from __future__ import annotations

import base64
import binascii
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from apps.lightning.config import Config

METADATA = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
MANAGER = "https://secretmanager.googleapis.com/v1"
SECONDS_MAX = 10.0
DEVELOPMENT_RING = "development:" + base64.b64encode(b"openagents development KEK 32 b.").decode()
"""For the simulated network in development without any ring: sealed forms work, nothing is secret."""


class RingUnavailable(RuntimeError):
    """The configured source did not give a ring. The text names the source, never what it holds."""


def ring(config: Config) -> str:
    """The ring as `id:base64,...`; empty when there is none and none may be assumed. Raises RingUnavailable."""
    match config.oa_lightning_custody_provider:
        case "gcp":
            return from_secret_manager(config.oa_lightning_custody_kek_version)
        case "file":
            return from_file(config.oa_lightning_custody_kek_file)
    if config.oa_lightning_custody_kek:
        return config.oa_lightning_custody_kek.strip()
    if config.oa_lightning_custody_kek_file:
        return from_file(config.oa_lightning_custody_kek_file)
    return DEVELOPMENT_RING if config.simulated and config.oa_env == "dev" else ""


def is_development(config: Config) -> bool:
    """Whether the ring is the one that everybody knows."""
    return ring(config) == DEVELOPMENT_RING


@cache
def from_file(path: str) -> str:
    """The whole file, trimmed. Raises RingUnavailable."""
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise RingUnavailable("OA_LIGHTNING_CUSTODY_KEK_FILE cannot be read") from None


@cache
def from_secret_manager(version: str, http: httpx.Client | None = None) -> str:
    """The payload of `projects/…/secrets/…/versions/…`, read as the machine itself. Raises RingUnavailable."""
    client = http or httpx.Client(timeout=SECONDS_MAX, trust_env=False)
    try:
        token = client.get(METADATA, headers={"Metadata-Flavor": "Google"}).raise_for_status().json()["access_token"]
        answer = client.get(f"{MANAGER}/{version}:access", headers={"Authorization": f"Bearer {token}"})
        data = answer.raise_for_status().json()["payload"]["data"]
        return base64.b64decode(data, validate=True).decode().strip()
    except (httpx.HTTPError, KeyError, TypeError, ValueError, binascii.Error):
        raise RingUnavailable("the secret manager did not give the key-encryption ring") from None
    finally:
        if http is None:
            client.close()

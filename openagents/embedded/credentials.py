"""Credentials of one installation for development: made once at random, kept in `.oa/credentials.json` (0600)."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from openagents.db.roles import logins
from openagents.planes import PLANES


def _secret() -> str:
    return secrets.token_hex(32)


def _ring() -> str:
    return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class Credentials:
    """Passwords by login, internal signing secrets by issuer, token keys, receipt keys, the secretbox rings."""

    passwords: dict[str, str] = field(default_factory=lambda: {login: _secret() for login in logins()})
    internal: dict[str, str] = field(default_factory=lambda: {issuer: _secret() for issuer in (*PLANES, "ops")})
    receipt_keys: dict[str, str] = field(
        default_factory=lambda: {plane: _secret() for plane in ("runtime", "hydra", "aegis", "lightning")}
    )
    sync_token_key: str = field(default_factory=_secret)
    khala_token_key: str = field(default_factory=_secret)
    runtime_internal_secret: str = field(default_factory=_secret)
    lightning_ops_secret: str = field(default_factory=_secret)
    secretbox_ring: str = field(default_factory=_ring)
    lightning_ops_ring: str = field(default_factory=_ring)
    django_secret: str = field(default_factory=_secret)

    def internal_keys(self) -> str:
        """The value of OA_INTERNAL_KEYS: every issuer's verification key."""
        return ",".join(f"{issuer}-dev-1:{issuer}:{secret}" for issuer, secret in sorted(self.internal.items()))


def load(path: Path) -> Credentials:
    """Read the installation's credentials, making what is missing. Written atomically, readable by the owner only.

    What a newer version of the project has stored besides stays in the file.
    """
    stored = json.loads(path.read_text()) if path.exists() else {}
    fresh = asdict(Credentials())
    merged: dict[str, Any] = {
        name: {**value, **stored.get(name, {})} if isinstance(value, dict) else stored.get(name, value)
        for name, value in fresh.items()
    }
    complete = {**stored, **merged}
    if complete != stored:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            os.fchmod(descriptor, 0o600)  # a leftover of an interrupted write may have another mode
            json.dump(complete, file, indent=1)
        temporary.replace(path)
    path.chmod(0o600)
    return Credentials(**merged)

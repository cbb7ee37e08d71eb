"""Identity providers behind one protocol: they prove that a person reads mail at an address.

`local` makes a code of its own (the development outbox delivers it), `mock` accepts one configured code. Neither is
for production. A mode that is unknown or not usable leaves the process running: `/readyz` is not ready and the
sign-in routes answer 503.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

CODE_DIGITS = 6
SALT_BYTES = 16
UNREAL_PREFIXES = ("test_local_", "mock_workos_", "api_bootstrap_")
"""Provider ids that no real provider gave; a real one does not accept their users."""


class CodeRejected(Exception):
    """The code is wrong, used or expired at the provider."""


class AddressRejected(Exception):
    """The provider will not send to this address."""


class ProviderUnavailable(Exception):
    """No answer, or one that cannot be used. Nothing is decided; the text names the cause for logs."""


@dataclass(frozen=True, slots=True)
class Started:
    """A code is on its way. `code` and `code_digest` are set only where control itself made it."""

    provider_user_id: str
    code_digest: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A code that somebody entered, with what the challenge remembers."""

    email: str
    code: str
    code_digest: str | None
    client_ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is. `organization_id`: the provider's own organisation, if it names one."""

    provider_user_id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    organization_id: str | None = None


class IdentityProvider(Protocol):
    """One way of signing in."""

    name: str

    def start(self, email: str) -> Started:
        """Send a code. Raises AddressRejected, ProviderUnavailable."""
        ...

    def verify(self, attempt: Attempt) -> Identity:
        """Check a code. Raises CodeRejected, ProviderUnavailable."""
        ...


class MockProvider:
    """One fixed code for everybody; sends nothing."""

    name = "mock"

    def __init__(self, code: str) -> None:
        self._code = code

    def start(self, email: str) -> Started:
        return Started(mock_user_id(email))

    def verify(self, attempt: Attempt) -> Identity:
        if not hmac.compare_digest(attempt.code.encode(), self._code.encode()):
            raise CodeRejected
        return Identity(mock_user_id(attempt.email), attempt.email, attempt.email.rpartition("@")[0], "Mock")


class LocalProvider:
    """A random code, kept as a salted digest; whoever starts the challenge delivers it."""

    name = "local"

    def start(self, email: str) -> Started:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        return Started(mock_user_id(email), digest_code(code, secrets.token_hex(SALT_BYTES)), code)

    def verify(self, attempt: Attempt) -> Identity:
        salt, _, _ = (attempt.code_digest or "").partition("$")
        expected = attempt.code_digest or ""
        if not salt or not hmac.compare_digest(digest_code(attempt.code, salt), expected):
            raise CodeRejected
        return Identity(mock_user_id(attempt.email), attempt.email, attempt.email.rpartition("@")[0])


def mock_user_id(email: str) -> str:
    """`mock_workos_<uuid5 of the address in the DNS namespace, hex>`."""
    return f"mock_workos_{uuid.uuid5(uuid.NAMESPACE_DNS, email).hex}"


def digest_code(code: str, salt: str) -> str:
    return f"{salt}${hashlib.sha256(f'{salt}{code}'.encode()).hexdigest()}"


def problem(config: Any) -> str | None:
    """Why the configured provider cannot be used, or None."""
    mode = config.oa_auth_provider_mode
    if mode == "workos":
        return None if config.workos_client_id and config.workos_api_key else "provider_not_configured"
    return None if mode in ("mock", "local") else "provider_unknown"


def provider(config: Any) -> IdentityProvider:
    """The provider of the configured mode. Raises ProviderUnavailable."""
    cause = problem(config)
    if cause is not None:
        raise ProviderUnavailable(cause)
    if config.oa_auth_provider_mode == "workos":
        from apps.control.gateways.workos import WorkOSProvider  # the SDK is heavy, and most processes never need it

        return WorkOSProvider(
            base_url=config.oa_workos_api_base_url,
            api_key=config.workos_api_key,
            client_id=config.workos_client_id,
        )
    if config.oa_auth_provider_mode == "mock":
        return MockProvider(config.oa_auth_mock_magic_code)
    return LocalProvider()


def demands_real_identity(config: Any, provider_user_id: str) -> bool:
    """Whether a user with this provider id has to sign in again, because the provider in force never knew it."""
    return config.oa_auth_provider_mode == "workos" and (
        not provider_user_id or provider_user_id.startswith(UNREAL_PREFIXES)
    )

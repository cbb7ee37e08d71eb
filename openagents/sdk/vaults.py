"""The keyring of the operating system, where there is one: it then holds the two tokens, files hold the rest.

`OA_TOKEN_STORE` decides: `file`, `keyring` (refused when there is none), or unset: the keyring if it can be used. The
package `keyring` is optional; nothing here needs it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Protocol

from openagents.sdk.errors import ErrorKind, SdkError

SERVICE = "openagents"
CHOICES = ("file", "keyring")


class Vault(Protocol):
    """Secrets by account name. Raises SdkError when the keyring refuses."""

    def get(self, account: str) -> str | None: ...

    def put(self, account: str, secret: str) -> None: ...

    def drop(self, account: str) -> None:
        """Forget it; nothing happens when it is not there."""


class KeyringVault:
    """The package `keyring` behind the protocol."""

    def __init__(self, module: Any) -> None:
        self._keyring = module

    def get(self, account: str) -> str | None:
        secret = self._call("get_password", account)
        return secret if isinstance(secret, str) else None

    def put(self, account: str, secret: str) -> None:
        self._call("set_password", account, secret)

    def drop(self, account: str) -> None:
        if self.get(account) is not None:
            self._call("delete_password", account)

    def _call(self, name: str, *arguments: str) -> Any:
        try:
            return getattr(self._keyring, name)(SERVICE, *arguments)
        except Exception as error:
            # Backends raise what they like; a locked or dismissed keyring must end as one clear line.
            message = f"the keyring refuses ({type(error).__name__}); unlock it, or set OA_TOKEN_STORE=file"
            raise SdkError(ErrorKind.MISSING_CREDENTIAL, message, code="keyring_refused") from error


def chosen_vault(environ: Mapping[str, str]) -> Vault | None:
    """The vault to use; None for files. Raises `validation` for another word, or for a keyring that is not there."""
    choice = environ.get("OA_TOKEN_STORE", "").strip()
    if choice and choice not in CHOICES:
        message = f"OA_TOKEN_STORE is {' or '.join(CHOICES)}, not {choice!r}"
        raise SdkError(ErrorKind.VALIDATION, message, code="invalid_token_store")
    if choice == "file":
        return None
    vault = _system_keyring()
    if vault is None and choice == "keyring":
        message = "OA_TOKEN_STORE=keyring, but the package keyring or a usable backend is missing"
        raise SdkError(ErrorKind.VALIDATION, message, code="keyring_unavailable")
    return vault


def _system_keyring() -> Vault | None:
    try:
        module = importlib.import_module("keyring")
        # Backends that cannot keep anything (no desktop session) state a priority below 1.
        usable = float(module.get_keyring().priority) >= 1
    except Exception:
        # Looking for a keyring must never be what breaks a sign-in.
        return None
    return KeyringVault(module) if usable else None

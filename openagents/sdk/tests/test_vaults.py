"""Tokens in a keyring: nothing secret in files, the same rules as with files."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from openagents.sdk.errors import SdkError
from openagents.sdk.tests.control_double import Control
from openagents.sdk.tests.test_refresh_race import signed_in
from openagents.sdk.tokens import TokenStore
from openagents.sdk.vaults import KeyringVault, chosen_vault


class FakeKeyring:
    """What the package offers, over a dictionary."""

    def __init__(self, priority: float = 5) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.broken = False
        self.priority = priority

    def get_keyring(self) -> Any:
        return SimpleNamespace(priority=self.priority)

    def get_password(self, service: str, account: str) -> str | None:
        if self.broken:
            raise RuntimeError("locked")
        return self.held.get((service, account))

    def set_password(self, service: str, account: str, secret: str) -> None:
        self.held[service, account] = secret

    def delete_password(self, service: str, account: str) -> None:
        del self.held[service, account]


def test_tokens_lie_in_the_keyring_and_the_rest_in_the_file(tmp_path: Path) -> None:
    session = signed_in(Control(url="http://127.0.0.1:1"), tmp_path).load()
    assert session is not None
    keyring = FakeKeyring()
    store = TokenStore(tmp_path, "other", KeyringVault(keyring))
    store.save(session)
    assert store.kind == "keyring"
    assert "oa_rt_" not in store.session_path.read_text() and "oa_at_" not in store.session_path.read_text()
    assert store.load() == session
    store.wipe()
    assert store.load() is None and keyring.held == {}
    assert store.saved_email() == session.email


def test_two_profiles_and_two_homes_do_not_share_an_entry(tmp_path: Path) -> None:
    session = signed_in(Control(url="http://127.0.0.1:1"), tmp_path).load()
    assert session is not None
    keyring = FakeKeyring()
    for home, profile in [(tmp_path / "a", "p"), (tmp_path / "a", "q"), (tmp_path / "b", "p")]:
        TokenStore(home, profile, KeyringVault(keyring)).save(session)
    assert len(keyring.held) == 3


def test_a_locked_keyring_and_one_that_has_gone_say_what_to_do(tmp_path: Path) -> None:
    session = signed_in(Control(url="http://127.0.0.1:1"), tmp_path).load()
    assert session is not None
    keyring = FakeKeyring()
    store = TokenStore(tmp_path, "p", KeyringVault(keyring))
    store.save(session)
    keyring.broken = True
    with pytest.raises(SdkError, match="OA_TOKEN_STORE=file"):
        store.load()
    with pytest.raises(SdkError, match="sign in again"):
        TokenStore(tmp_path, "p").load()


@pytest.mark.parametrize(
    ("word", "module", "kind"),
    [
        ("", None, None),
        ("", FakeKeyring(), KeyringVault),
        ("", FakeKeyring(priority=0), None),
        ("file", FakeKeyring(), None),
        ("keyring", FakeKeyring(), KeyringVault),
        ("keyring", None, "keyring_unavailable"),
        ("keyring", FakeKeyring(priority=0), "keyring_unavailable"),
        ("paper", None, "invalid_token_store"),
    ],
)
def test_the_choice(monkeypatch: pytest.MonkeyPatch, word: str, module: Any, kind: Any) -> None:
    monkeypatch.setitem(sys.modules, "keyring", module)
    if isinstance(kind, str):
        with pytest.raises(SdkError) as refused:
            chosen_vault({"OA_TOKEN_STORE": word})
        assert refused.value.code == kind
        return
    assert isinstance(chosen_vault({"OA_TOKEN_STORE": word}), kind or type(None))

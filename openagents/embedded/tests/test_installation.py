"""Credentials of an installation, environments of processes, and the supervisor's output."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from openagents.db.roles import logins
from openagents.embedded import credentials as installation
from openagents.embedded.management.commands import up
from openagents.embedded.provision import clean_environment, migrate_environment, process_environment
from openagents.embedded.supervision import PrefixedStream
from openagents.peers.keys import KeyRing
from openagents.planes import ISSUERS, PLANES, PROCESSES


class TestCredentials:
    def test_they_are_made_once_private_and_stable(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "credentials.json"
        first = installation.load(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        written = path.stat().st_mtime_ns
        assert installation.load(path) == first
        assert path.stat().st_mtime_ns == written
        assert [item.name for item in path.parent.iterdir()] == ["credentials.json"]

    def test_no_two_are_alike(self, tmp_path: Path) -> None:
        made = installation.load(tmp_path / "a.json")
        assert set(made.passwords) == set(logins())
        secrets = [*made.passwords.values(), *made.internal.values(), *made.receipt_keys.values(), made.django_secret]
        assert len(set(secrets)) == len(secrets)
        assert min(map(len, secrets)) == 64
        assert not set(secrets) & set(installation.load(tmp_path / "b.json").passwords.values())

    def test_missing_parts_are_added_and_unknown_ones_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "credentials.json"
        first = installation.load(path)
        stored = json.loads(path.read_text())
        del stored["khala_token_key"], stored["passwords"]["bridge_svc"]
        stored["of_a_newer_version"] = "kept"
        path.write_text(json.dumps(stored))
        path.chmod(0o644)
        second = installation.load(path)
        assert second.passwords["control_svc"] == first.passwords["control_svc"]
        assert len(second.passwords["bridge_svc"]) == len(second.khala_token_key) == 64
        assert json.loads(path.read_text())["of_a_newer_version"] == "kept"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert installation.load(path) == second

    def test_a_write_that_fails_leaves_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "credentials.json"
        first = installation.load(path)
        before = path.read_text()
        path.write_text(before.replace(first.django_secret, ""))
        stored = path.read_text()
        stripped = json.loads(stored)
        del stripped["django_secret"]
        path.write_text(json.dumps(stripped))
        monkeypatch.setattr(json, "dump", lambda *_args, **_kwargs: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            installation.load(path)
        assert json.loads(path.read_text()) == stripped

    def test_the_key_ring_has_a_key_of_every_issuer(self, tmp_path: Path) -> None:
        ring = KeyRing.from_csv(installation.load(tmp_path / "credentials.json").internal_keys())
        assert {key.issuer for key in ring} == set(ISSUERS)


class TestEnvironments:
    @pytest.mark.parametrize("name", sorted(PROCESSES))
    def test_a_process_gets_its_own_database_login_and_no_other(self, name: str, testbed: Any) -> None:
        process = PROCESSES[name]
        environment = process_environment(process, testbed.server, testbed.credentials)
        passwords = testbed.credentials.passwords
        allowed = {process.login} | ({"khala_reader"} if process.plane == "khala" else set())
        held = {
            login for login, password in passwords.items() if any(password in value for value in environment.values())
        }
        assert held == allowed
        assert environment["OA_RUNTIME_SIGNING_KEY"] == testbed.credentials.internal[process.plane]
        urls = [variable for variable in environment if variable.endswith("_DATABASE_URL")]
        assert urls == [f"OA_{process.env_name}_DATABASE_URL"]

    @pytest.mark.parametrize("name", sorted(PLANES))
    def test_a_migration_gets_the_migration_login_and_no_keys(self, name: str, testbed: Any) -> None:
        environment = migrate_environment(PLANES[name], testbed.server, testbed.credentials)
        secrets = {**testbed.credentials.passwords, **testbed.credentials.internal}
        held = {owner for owner, secret in secrets.items() if any(secret in value for value in environment.values())}
        assert held == {f"{name}_migrate"}

    def test_a_child_inherits_nothing_of_a_plane(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for variable in ("OA_PLANE", "RUNTIME_X", "KHALA_X", "HYDRA_X", "AEGIS_X", "DJANGO_SETTINGS_MODULE"):
            monkeypatch.setenv(variable, "mine")
        monkeypatch.setenv("UNRELATED", "kept")
        assert "mine" not in clean_environment().values()
        assert clean_environment()["UNRELATED"] == "kept"

    def test_local_providers_are_the_runtimes_own_and_the_caller_may_say_otherwise(
        self, tmp_path: Path, testbed: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def of(name: str) -> str | None:
            environment = up.Command()._environment(PROCESSES[name], tmp_path, testbed.server, testbed.credentials)
            return environment.get("RUNTIME_PROVIDER_HOST_ALLOWLIST")

        monkeypatch.delenv("RUNTIME_PROVIDER_HOST_ALLOWLIST", raising=False)
        assert of("runtime") == "127.0.0.0/8,::1,localhost"
        assert {of(name) for name in PROCESSES if name != "runtime"} == {None}
        monkeypatch.setenv("RUNTIME_PROVIDER_HOST_ALLOWLIST", "")
        assert of("runtime") == ""


class TestPrefixedStream:
    def lines(self, *chunks: bytes) -> list[str]:
        out = io.StringIO()
        stream = PrefixedStream("control", 0, out)
        for chunk in chunks:
            stream({"data": chunk})
        stream.close()
        return out.getvalue().splitlines()

    def test_lines_get_the_name_and_halves_wait_for_the_rest(self) -> None:
        assert self.lines(b"one\ntw", b"o\n", b"rest") == [
            f"{'control':<22}│ {text}" for text in ("one", "two", "rest")
        ]

    def test_a_letter_cut_in_two_arrives_whole(self) -> None:
        raw = "grüße\n".encode()
        for cut in range(len(raw)):
            assert self.lines(raw[:cut], raw[cut:])[0].endswith("│ grüße")

    def test_bytes_that_are_no_text_do_not_stop_it(self) -> None:
        assert self.lines(b"\xff\xfe\n", b"on\n")[-1].endswith("│ on")

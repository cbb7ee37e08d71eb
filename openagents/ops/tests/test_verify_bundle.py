"""`manage.py verify-bundle`: a bundle is checked anywhere, without a plane, a server or our keys."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openagents.embedded.provision import ROOT, clean_environment
from openagents.receipts.bundle import build_bundle
from openagents.receipts.replay import replay_hash, replay_text
from openagents.receipts.tests.test_replay import EXAMPLE, SIGNER

BUNDLE = build_bundle(EXAMPLE, SIGNER)


def verify(path: Path, *options: str, command: str = "verify-bundle") -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "manage.py", command, str(path), *options]
    return subprocess.run(
        arguments, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(BUNDLE))
    return path


def test_a_sound_bundle_verifies_without_a_plane_or_a_server(bundle: Path) -> None:
    done = verify(
        bundle,
        "--signed",
        "--signer",
        SIGNER.public_key_hex,
        "--replay-hash",
        replay_hash(replay_text(EXAMPLE)),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "verifies" in done.stdout


def test_its_files_in_a_folder_verify_too_until_one_is_changed(tmp_path: Path) -> None:
    for file in BUNDLE["files"]:
        (tmp_path / file["name"]).write_bytes(file["content"].encode())
    assert verify(tmp_path, command="verify_bundle").returncode == 0
    replay = tmp_path / "REPLAY.jsonl"
    replay.write_bytes(replay.read_bytes().replace(b"make test", b"make tess"))
    done = verify(tmp_path)
    assert done.returncode == 1
    assert "REPLAY.jsonl" in done.stderr


@pytest.mark.parametrize("options", [("--signer", "00" * 32), ("--replay-hash", "sha256:" + "0" * 64)])
def test_a_bundle_of_somebody_else_does_not_verify(bundle: Path, options: tuple[str, ...]) -> None:
    assert verify(bundle, *options).returncode == 1


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"files": []}', b"\xff"])
def test_what_is_no_bundle_is_refused_in_words(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    done = verify(path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and done.stderr

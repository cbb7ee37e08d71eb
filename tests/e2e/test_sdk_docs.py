"""docs/sdk.md is true: every block of it runs, in order, as a reader would run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from openagents.embedded.provision import ROOT
from openagents.embedded.testbed import TESTBED
from tests.judging import superuser
from tests.system import System

BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EMAIL = "you@example.com"
SHELL = f'set -eu -o pipefail; oa() {{ "{sys.executable}" -m openagents.sdk "$@"; }}\n'
SECONDS_MAX = 90


@pytest.fixture
def environment(system: System, tmp_path: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OA_", "OPENAGENTS_"))}
    return {
        **inherited,
        "OA_HOME": str(tmp_path / "home"),
        "OPENAGENTS_CONTROL_BASE_URL": system["control"].url,
        "OA_KHALA_WS_URL": system["khala"].url.replace("http", "ws", 1) + "/khala/v1/ws",
        "PYTHONPATH": str(ROOT),
    }


def newest_code() -> str:
    with superuser(TESTBED.server, TESTBED.clone("control"), "control") as database:
        found: psycopg.Cursor = database.execute(
            "SELECT code FROM control_dev_outbox_message WHERE email = %s ORDER BY id DESC LIMIT 1", [EMAIL]
        )
        row = found.fetchone()
    return str(row[0]) if row else ""


def run(language: str, text: str, environment: dict[str, str], folder: Path) -> str:
    command = ["bash", "-c", SHELL + text] if language == "sh" else [sys.executable, "-c", text]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert done.returncode == 0, f"{text}\n--- out\n{done.stdout}\n--- err\n{done.stderr}"
    return done.stdout


def test_every_block_runs(environment: dict[str, str], tmp_path: Path) -> None:
    blocks = BLOCK.findall((ROOT / "docs/sdk.md").read_text(encoding="utf-8"))
    assert len(blocks) == 7
    said = []
    for language, text in blocks:
        if "$CODE" in text:
            asking, rest = text.split("\n", 1)
            run(language, asking, environment, tmp_path)
            said.append(run(language, f"CODE={newest_code()}\n{rest}", environment, tmp_path))
        else:
            said.append(run(language, text, environment, tmp_path))
    signed_in, shell, tokens, blocking, live, sync, workers = said
    assert EMAIL in signed_in
    assert '"verified":true' in shell and '"delta":"Hello"' in shell and '"item":"update"' in shell
    assert tokens.strip() == "succeeded"
    assert blocking.split("\n")[0] == "running" and "not_found" in blocking
    assert live.split() == ["live", "succeeded"]
    assert '"taken":' in sync and '"status":"reset"' in sync
    assert "success" in workers.split() and '"status":"signed_out"' in workers

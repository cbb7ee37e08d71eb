"""Token files: who may read them, and what survives what."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

from openagents.sdk.tests.control_double import Control
from openagents.sdk.tests.test_refresh_race import ROOT, signed_in
from openagents.sdk.tokens import TokenStore


def test_files_are_private(tmp_path: Path) -> None:
    store = signed_in(Control(url="http://127.0.0.1:1"), tmp_path)
    assert stat.S_IMODE(store.session_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.directory.stat().st_mode) == 0o700
    assert json.loads(store.session_path.read_text())["schema"] == 1
    assert [path.name for path in store.directory.iterdir()] == ["session.json"]


def test_wiping_keeps_address_and_device_and_drops_both_tokens(tmp_path: Path) -> None:
    store = signed_in(Control(url="http://127.0.0.1:1"), tmp_path)
    store.wipe()
    assert store.load() is None
    assert "oa_rt_" not in store.session_path.read_text() and "oa_at_" not in store.session_path.read_text()
    assert store.saved_email() == "a@example.com"


def test_a_torn_or_foreign_file_means_signed_out(tmp_path: Path) -> None:
    store = signed_in(Control(url="http://127.0.0.1:1"), tmp_path)
    for content in ("", "{", "[]", '{"schema":2}', '{"schema":1,"access_token":7}'):
        store.session_path.write_text(content)
        assert store.load() is None


def test_the_session_does_not_show_its_tokens(tmp_path: Path) -> None:
    session = signed_in(Control(url="http://127.0.0.1:1"), tmp_path).load()
    assert "oa_at_" not in repr(session) and "oa_rt_" not in repr(session)


def test_the_device_id_is_made_once_for_all_profiles(tmp_path: Path) -> None:
    first = TokenStore(tmp_path, "default").device_id()
    assert re.fullmatch(r"desktop:[0-9a-f-]{36}", first)
    assert TokenStore(tmp_path, "other").device_id() == first


def test_processes_that_race_for_the_device_id_agree(tmp_path: Path) -> None:
    script = (
        "import sys,pathlib;from openagents.sdk.tokens import TokenStore;"
        "print(TokenStore(pathlib.Path(sys.argv[1]),'default').device_id())"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in processes}) == 1

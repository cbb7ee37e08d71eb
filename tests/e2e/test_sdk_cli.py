"""`oa` as a person sees it at a terminal and as a script uses it, against real planes."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openagents.embedded.provision import ROOT
from tests.subscriber import User
from tests.system import System, until

SECONDS_MAX = 60
COLUMNS = "200"
Oa = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(system: System, alice: User, tmp_path: Path) -> dict[str, str]:
    config = alice.another_device(tmp_path / "home")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OA_", "OPENAGENTS_"))}
    return {
        **inherited,
        "OA_HOME": str(config.home),
        "OPENAGENTS_CONTROL_BASE_URL": config.base_url,
        "OA_KHALA_WS_URL": config.khala_ws_url,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": COLUMNS,
        "TERM": "xterm-256color",
    }


@pytest.fixture
def oa(environment: dict[str, str], tmp_path: Path) -> Oa:
    def call(*arguments: str, code: int = 0, given: str | None = None) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "openagents.sdk", *arguments],
            cwd=tmp_path,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        assert done.returncode == code, (
            f"oa {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done

    return call


@pytest.fixture
def at_terminal(environment: dict[str, str], tmp_path: Path) -> Callable[..., str]:
    """`at_terminal(*arguments)`: what a terminal of 200 columns shows, colours included."""

    def call(*arguments: str, code: int = 0) -> str:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "openagents.sdk", *arguments],
            cwd=tmp_path,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = bytearray()

        def read() -> None:
            while True:
                try:
                    chunk = os.read(ours, 65536)
                except OSError:  # the other end is closed
                    return
                if not chunk:
                    return
                shown.extend(chunk)

        reader = threading.Thread(target=read)
        reader.start()
        assert process.wait(SECONDS_MAX) == code, shown.decode()
        reader.join()
        os.close(ours)
        return shown.decode().replace("\r\n", "\n")

    return call


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_a_run_from_start_to_proof(oa: Oa, tmp_path: Path) -> None:
    run_id = oa("run", "start", "--metadata", '{"title":"from the shell"}', "--field", "run.id").stdout.strip()
    lines = [
        json.dumps({"event_type": "text.delta", "payload": {"n": n}, "idempotency_key": f"k{n}"}) for n in range(120)
    ]
    first = answer(oa("run", "write", run_id, "-", given="\n".join(lines)))
    assert first == {"events": 120, "requests": first["requests"], "last_seq": 121}
    assert first["requests"] <= 12
    again = answer(oa("run", "write", run_id, "-", given="\n".join(lines)))
    assert again["last_seq"] == 121
    oa("run", "append", run_id, "run.finished", "--payload", '{"status":"failed","reason":"on purpose"}')
    tailed = oa("run", "tail", run_id, "--ephemeral", "--json", code=6)
    rows = [json.loads(line) for line in tailed.stdout.splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, 123))
    assert json.loads(tailed.stderr.splitlines()[-1])["error"]["code"] == "run_failed"
    oa("run", "receipt", run_id, "--output", "receipt.json")
    assert answer(oa("receipts", "verify", "receipt.json"))["verified"] is True
    assert answer(oa("receipts", "verify", run_id))["kind"] == "openagents.receipt.v1"
    forged = (tmp_path / "receipt.json").read_text().replace('"event_count":122', '"event_count":121')
    (tmp_path / "receipt.json").write_text(forged)
    assert "verification_failed" in oa("receipts", "verify", "receipt.json", code=9).stderr
    oa("run", "bundle", run_id, "--output", "bundle.json")
    assert answer(oa("verify-bundle", "bundle.json"))["events"] == 122


def test_positions_are_kept_shown_moved_and_reset(oa: Oa) -> None:
    run_id = answer(oa("run", "start"))["run"]["id"]
    topic = f"run:{run_id}:events"
    oa("run", "append", run_id, "text.delta", "--payload", '{"delta":"a"}')
    tailed = oa("tail", topic, "--until-live")
    assert [json.loads(line)["item"] for line in tailed.stdout.splitlines()].count("update") == 2
    assert oa("sync", "tail", topic, "--until-live").stdout.count('"item":"update"') == 0
    (row,) = [row for row in answer(oa("sync", "status"))["topics"] if row["topic"] == topic]
    assert row["seq"] == row["verified_seq"] == 2 and len(row["chain"]) == 64
    assert answer(oa("sync", "status"))["counters"]["applied"] == 2
    oa("sync", "export", "-o", "positions.json")
    assert "without a terminal" in oa("sync", "reset", topic, code=2).stderr
    assert answer(oa("sync", "reset", topic, "--yes", "--reason", "a test"))["topics"] == [topic]
    assert topic not in oa("sync", "status").stdout
    assert answer(oa("sync", "import", "positions.json"))["taken"][topic] == 2
    assert oa("tail", topic, "--until-live").stdout.count('"item":"update"') == 0


def test_workers_and_what_they_are_asked(oa: Oa) -> None:
    worker_id = oa("workers", "create", "--adapter", "in_memory", "--field", "workerId").stdout.strip()
    assert worker_id in oa("workers", "list", "--field", "worker_id").stdout.split()
    assert worker_id in oa("fleet", "list", "--jsonl").stdout
    started = answer(
        oa("thread", "start", "--worker", worker_id, "--text", "hello", "--request-id", "req_docs_1", "--wait")
    )
    assert started["state"] == "success"
    thread_id = started["response"]["thread_id"]
    turned = answer(oa("turn", "start", "go on", "--worker", worker_id, "--thread", thread_id, "--wait"))
    assert turned["state"] == "success"
    assert oa("requests", "list", "--field", "state").stdout.split() == ["success", "success"]
    assert answer(oa("requests", "retry", "req_docs_1"))["response"] == started["response"]
    oa("thread", "start", "--worker", worker_id, "--text", "other", "--request-id", "req_docs_1", code=6)
    tailed = oa("workers", "tail", worker_id, "--until-live")
    assert "event: message" in oa("workers", "tail", worker_id, "--compat-sse").stdout
    kinds = [json.loads(line).get("kind") for line in tailed.stdout.splitlines()]
    assert kinds.count("worker.response") == 2
    oa("workers", "stop", worker_id, "--reason", "enough")
    assert answer(oa("workers", "show", worker_id))["status"] == "stopped"
    oa("threads", "send", thread_id, "a word more")
    texts = oa("threads", "read", thread_id, "--field", "text").stdout.splitlines()
    assert texts[0] == "hello" and texts[-1] == "a word more"


def test_lanes_without_a_plane_end_with_one_line_and_exit_8(oa: Oa) -> None:
    for arguments in (["receipts", "list", "--plane", "aegis"], ["treasury", "accounts"]):
        done = oa(*arguments, code=8)
        assert json.loads(done.stderr)["error"]["kind"] == "service_unavailable"
        assert not done.stdout


def test_organisations_keep_positions_apart(oa: Oa) -> None:
    slug = f"docs-{os.getpid()}"
    org_id = oa("org", "create", slug, "--field", "org_id").stdout.strip()
    before = oa("auth", "status", "--field", "org_id").stdout.strip()
    run_id = answer(oa("run", "start"))["run"]["id"]
    oa("tail", f"run:{run_id}:events", "--until-live")
    assert run_id in oa("sync", "status").stdout
    oa("org", "use", org_id)
    assert run_id not in oa("sync", "status").stdout
    assert answer(oa("org", "list"))[0].keys() >= {"org_id", "role", "active"}
    oa("org", "use", before)
    assert run_id in oa("sync", "status").stdout


def test_what_a_terminal_shows(at_terminal: Callable[..., str], oa: Oa) -> None:
    run_id = oa("run", "start", "--metadata", '{"title":"seen \\u001b[31mred"}', "--field", "run.id").stdout.strip()
    listed = at_terminal("run", "list", "--limit", "3")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", listed)
    assert plain.splitlines()[0].split() == ["id", "status", "latest_seq", "created_at", "title"]
    assert run_id in plain and "seen red" in plain
    assert "\x1b[32mrunning" in listed, "what goes well is green"
    assert "\x1b[" not in at_terminal("--no-color", "run", "list", "--limit", "3")
    refused = at_terminal("run", "get", "0197a1b2-0000-7000-8000-000000000000", code=5)
    assert re.fullmatch(r"oa: not_found: .+ \(request req_[0-9a-f]{32}\)\n", refused), refused
    oa("run", "append", run_id, "text.delta", "--payload", '{"delta":"Hello "}')
    oa("run", "append", run_id, "text.delta", "--payload", '{"delta":"world"}')
    oa("run", "append", run_id, "run.finished", "--payload", '{"status":"succeeded"}')
    assert "\nHello world\n#4 run.finished" in at_terminal("run", "tail", run_id, "--ephemeral", "--quiet")


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """As at a terminal: what a shell starts in the background ignores it, and so would these tests' children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_ends_a_tail_with_130_and_keeps_the_position(
    environment: dict[str, str], oa: Oa, tmp_path: Path
) -> None:
    run_id = answer(oa("run", "start"))["run"]["id"]
    topic = f"run:{run_id}:events"
    output = tmp_path / "tail.jsonl"
    with output.open("wb") as stdout:
        tail = subprocess.Popen(
            [sys.executable, "-m", "openagents.sdk", "tail", topic], env=environment, stdout=stdout, stderr=stdout
        )
        until(lambda: b'"item":"live"' in output.read_bytes(), SECONDS_MAX, "the tail is live", output.read_text)
        tail.send_signal(signal.SIGINT)
        assert tail.wait(SECONDS_MAX) == 130
    (row,) = [row for row in answer(oa("sync", "status"))["topics"] if row["topic"] == topic]
    assert row["seq"] == 1

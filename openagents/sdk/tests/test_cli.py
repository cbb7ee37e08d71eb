"""`oa` as a person and as a script meets it: exit codes, JSON, dry runs."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openagents.receipts.bundle import build_bundle
from openagents.receipts.replay import EventRecord, RunRecord
from openagents.sdk.cli.app import hoisted, main
from openagents.sdk.tests.control_double import Control, ControlServer, refusal
from openagents.sdk.tests.test_refresh_race import ROOT, signed_in

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def control(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    monkeypatch.setenv("OA_HOME", str(tmp_path))
    with ControlServer() as control:
        monkeypatch.setenv("OPENAGENTS_CONTROL_BASE_URL", control.url)
        yield control


def out(capfd: pytest.CaptureFixture[str]) -> dict[str, object]:
    captured = capfd.readouterr()
    return dict(json.loads(captured.out or captured.err))


def test_sign_in_in_two_steps_then_whoami_then_out(control: Control, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["login", "--email", "A@example.com"]) == 0
    assert out(capfd)["status"] == "awaiting_code"
    assert main(["login", "--email", "a@example.com", "--code", "000000"]) == 2
    assert out(capfd)["error"]["errors"] == {"code": ["wrong"]}  # type: ignore[index]
    assert main(["login", "--code", "Code: 123 456."]) == 2
    capfd.readouterr()
    assert main(["login", "--email", "a@example.com", "--code", "Code: 123 456."]) == 0
    assert out(capfd)["user_id"] == "user_1"
    assert [path for _, path, _, _ in control.requests].count("/api/auth/email") == 1
    assert main(["whoami"]) == 0
    assert out(capfd)["user"] == {"id": "user_1", "email": "a@example.com"}
    assert main(["logout"]) == 0
    assert out(capfd) == {"status": "signed_out", "confirmed_by_server": True}
    assert main(["whoami"]) == 3


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (400, "invalid_request", 2),
        (422, "invalid_request", 2),
        (403, "forbidden", 4),
        (404, "not_found", 5),
        (409, "conflict", 6),
        (410, "stale_cursor", 8),
        (426, "upgrade_required", 7),
        (418, "teapot", 1),
    ],
)
def test_exit_codes(
    control: Control, tmp_path: Path, capfd: pytest.CaptureFixture[str], status: int, code: str, exit_code: int
) -> None:
    signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    control.canned["GET", "/api/runtime/runs/r1"] = [(status, refusal(code, message="said \x1b[31mno"))]
    assert main(["run", "get", "r1", "--json"]) == exit_code
    error = out(capfd)["error"]
    assert error["exit_code"] == exit_code  # type: ignore[index]
    assert error["request_id"] == "req_srv"  # type: ignore[index]


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["run", "get"],
        ["run", "start", "--metadata", "[1]"],
        ["run", "start", "--metadata", "{"],
        ["run", "start", "--metadata", "@/nowhere"],
        ["tail", "no-topic"],
        ["--base-url", "ftp://x", "whoami"],
        ["verify-bundle", "/nowhere"],
    ],
)
def test_usage_errors_exit_2(control: Control, arguments: list[str]) -> None:
    assert main(arguments) == 2
    assert control.requests == []


def test_a_dry_run_sends_nothing_and_shows_the_request(control: Control, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, path in [
        (["run", "start", "--metadata", '{"a":1}', "--key", "k1"], "/api/runtime/runs"),
        (["run", "append", "r1", "text.delta", "--payload", '{"delta":"x"}', "--expect", "4"], None),
        (["run", "cancel", "r1", "--reason", "enough"], "/api/runtime/runs/r1/cancel"),
    ]:
        assert main([*arguments, "--dry-run"]) == 0
        shown = out(capfd)
        assert shown["dry_run"] is True
        assert shown["path"] == (path or "/api/runtime/runs/r1/events")
        assert shown["idempotency_key"]
    assert control.requests == []


def test_a_receipt_is_written_byte_for_byte(
    control: Control, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    content = b'{"b":1.0,  "a":"\xc3\xa4"}\n'
    control.canned["GET", "/api/runtime/runs/r1/receipt"] = [(200, content)]
    assert main(["run", "receipt", "r1"]) == 0
    assert capfdbinary.readouterr().out == content
    assert main(["run", "receipt", "r1", "-o", str(tmp_path / "R.json")]) == 0
    assert (tmp_path / "R.json").read_bytes() == content


def bundle() -> dict[str, list[dict[str, str]]]:
    events = [EventRecord(1, "run.started", {"source": "runtime"}, None, AT)]
    events.append(EventRecord(2, "run.finished", {"status": "succeeded"}, "finish", AT))
    return build_bundle(RunRecord("0197a1b2-0000-7000-8000-000000000001", AT, AT, "succeeded", {}, events))


@pytest.mark.parametrize("enveloped", [True, False])
def test_a_true_bundle_verifies_offline(tmp_path: Path, capfd: pytest.CaptureFixture[str], enveloped: bool) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"data": bundle()} if enveloped else bundle()))
    assert main(["verify-bundle", str(file)]) == 0
    proven = out(capfd)
    assert (proven["verified"], proven["events"], proven["signed"]) == (True, 2, False)


def test_a_changed_bundle_exits_9(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle()).replace("succeeded", "failed"))
    assert main(["verify-bundle", str(file)]) == 9
    assert out(capfd)["error"]["kind"] == "verification_failed"  # type: ignore[index]


def test_global_options_may_stand_anywhere_before_two_dashes() -> None:
    assert hoisted(["run", "get", "x", "--json", "--profile", "p"]) == ["--json", "--profile", "p", "run", "get", "x"]
    assert hoisted(["tail", "--base-url=http://x", "t"]) == ["--base-url=http://x", "tail", "t"]
    assert hoisted(["run", "--", "--json"]) == ["run", "--", "--json"]


def test_one_member_lines_and_lists_for_shells(
    control: Control, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    rows = [{"worker_id": "w1", "status": "running"}, {"worker_id": "w2", "status": "stopped"}]
    control.canned["GET", "/api/runtime/codex/workers"] = [(200, {"data": rows})]
    assert main(["workers", "list"]) == 0
    assert json.loads(capfd.readouterr().out) == rows
    assert main(["workers", "list", "--jsonl"]) == 0
    assert [json.loads(line) for line in capfd.readouterr().out.splitlines()] == rows
    assert main(["workers", "list", "--field", "worker_id"]) == 0
    assert capfd.readouterr().out == "w1\nw2\n"
    assert main(["run", "start", "--field=run.status"]) == 0
    assert capfd.readouterr().out == "running\n"
    assert main(["run", "start", "--field", "run.colour"]) == 2
    assert "run.colour" in capfd.readouterr().err


def test_what_could_not_be_undone_asks_first(control: Control, tmp_path: Path) -> None:
    signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    for arguments in (
        ["sync", "reset", "--all"],
        ["auth", "revoke", "--all"],
        ["treasury", "approve", "i"],
        ["treasury", "budget", "org/x", "--set", "5"],
    ):
        assert main(arguments) == 2
    assert control.requests == []


def test_a_store_of_a_newer_build_can_only_be_removed(
    control: Control, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    path = store.directory / "sync.sqlite3"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version=99")
    assert main(["sync", "status"]) == 2
    assert "oa sync reset" in capfd.readouterr().err
    assert main(["sync", "reset", "--all", "--yes"]) == 0
    assert main(["sync", "status"]) == 0
    assert json.loads(capfd.readouterr().out.splitlines()[-1])["topics"] == []


def test_a_broken_store_is_one_line(control: Control, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    store = signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    (store.directory / "sync.sqlite3").write_bytes(b"this is no database" * 100)
    assert main(["sync", "status"]) == 1
    assert "store of positions" in capfd.readouterr().err


def test_the_log_names_requests_and_no_secrets(control: Control, tmp_path: Path) -> None:
    signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    assert main(["whoami"]) == 0
    assert main(["run", "get", "missing"]) == 5
    text = (tmp_path / "logs/client.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["intent"], line.get("error_kind")) for line in lines] == [("me", None), ("get_run", "not_found")]
    assert all(line["request_id"].startswith("req_") for line in lines)
    assert "oa_at_" not in text and "oa_rt_" not in text


def test_a_reader_that_has_seen_enough_is_no_error(control: Control, tmp_path: Path) -> None:
    signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    control.canned["GET", "/api/runtime/codex/workers"] = [(200, {"data": [{"worker_id": "w" * 999}] * 999})]
    script = f'"{sys.executable}" -m openagents.sdk workers list --jsonl | head -n1 >/dev/null; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")

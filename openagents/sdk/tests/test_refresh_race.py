"""One refresh for any number of processes, also when its answer is lost or its process is killed (surfaces 4, 10)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from openagents.sdk.credentials import Session
from openagents.sdk.tests.control_double import DEVICE, Control, ControlServer
from openagents.sdk.tokens import TokenStore

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def control() -> Iterator[Control]:
    with ControlServer() as control:
        yield control


def signed_in(control: Control, home: Path, *, expires: str = "2020-01-01T00:00:00Z") -> TokenStore:
    """A profile whose access token has ended."""
    pair = control.issue()
    store = TokenStore(home, "default")
    store.save(
        Session(
            base_url=control.url,
            access_token=pair.access,
            refresh_token=pair.refresh,
            access_expires_at=expires,
            refresh_expires_at="2099-01-01T00:00:00Z",
            user_id="user_1",
            org_id="org:x",
            email="a@example.com",
            session_id="sess_1",
            device_id=DEVICE,
            issued_at="2020-01-01T00:00:00Z",
        )
    )
    return store


def whoami(control: Control, home: Path) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "OA_HOME": str(home), "OPENAGENTS_CONTROL_BASE_URL": control.url}
    command = [sys.executable, "-m", "openagents.sdk", "--json", "whoami"]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finished(process: subprocess.Popen[bytes]) -> tuple[int, dict[str, object]]:
    out, err = process.communicate(timeout=60)
    return process.returncode, json.loads(out or err)


def test_eight_processes_refresh_once_and_stay_signed_in(control: Control, tmp_path: Path) -> None:
    store = signed_in(control, tmp_path)
    results = [finished(process) for process in [whoami(control, tmp_path) for _ in range(8)]]
    assert [code for code, _ in results] == [0] * 8, results
    assert control.refreshes == len(control.refresh_requests) == 1
    session = store.load()
    assert session is not None and session.refresh_token == control.pairs[-1].refresh


def test_a_lost_answer_is_asked_for_again_with_the_same_nonce(control: Control, tmp_path: Path) -> None:
    store = signed_in(control, tmp_path)
    control.lose_answers = 1
    code, document = finished(whoami(control, tmp_path))
    assert code == 0, document
    assert control.refreshes == 1
    first, second = control.refresh_requests
    assert first == second
    assert len(first["client_nonce"]) == 32
    session = store.load()
    assert session is not None and session.refresh_token == control.pairs[-1].refresh


def test_a_successor_of_a_killed_process_gets_the_same_pair(control: Control, tmp_path: Path) -> None:
    store = signed_in(control, tmp_path)
    control.hold = True
    victim = whoami(control, tmp_path)
    assert control.held.wait(30)
    victim.kill()
    victim.communicate()
    code, document = finished(whoami(control, tmp_path))
    assert code == 0, document
    assert control.refreshes == 1
    nonces = [request["client_nonce"] for request in control.refresh_requests]
    assert len(nonces) == 2 and nonces[0] == nonces[1]
    session = store.load()
    assert session is not None and session.refresh_token == control.pairs[-1].refresh


def test_after_two_lost_answers_sign_in_is_needed_and_the_address_is_kept(control: Control, tmp_path: Path) -> None:
    store = signed_in(control, tmp_path)
    control.lose_answers = 5
    code, document = finished(whoami(control, tmp_path))
    assert code == 3
    assert document["error"]["kind"] == "reauth_required"  # type: ignore[index]
    assert len(control.refresh_requests) == 2
    assert store.load() is None
    assert store.saved_email() == "a@example.com"
    assert store.saved_base_url() == control.url


def test_a_refused_refresh_wipes_the_tokens(control: Control, tmp_path: Path) -> None:
    store = signed_in(control, tmp_path)
    control.revoked = True
    code, _ = finished(whoami(control, tmp_path))
    assert code == 3
    assert store.load() is None


def test_a_control_that_says_it_did_nothing_signs_nobody_out(control: Control, tmp_path: Path) -> None:
    store = signed_in(control, tmp_path)
    refusal = {"message": "m", "error": {"code": "maintenance", "message": "m"}}
    control.canned["POST", "/api/auth/refresh"] = [(503, refusal)]
    for _ in range(3):
        assert finished(whoami(control, tmp_path))[0] == 8
    del control.canned["POST", "/api/auth/refresh"]
    assert finished(whoami(control, tmp_path))[0] == 0
    assert store.load() is not None


def test_an_unreachable_control_signs_nobody_out(tmp_path: Path) -> None:
    with ControlServer() as control:
        store = signed_in(control, tmp_path)
    code, document = finished(whoami(control, tmp_path))
    assert code == 8, document
    assert store.load() is not None


def test_an_access_token_refused_before_its_end_is_refreshed_once(control: Control, tmp_path: Path) -> None:
    signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    control.pairs[0].access = "oa_at_replaced"
    assert finished(whoami(control, tmp_path))[0] == 0
    assert control.refreshes == 1
    requests = [headers for method, path, headers, _ in control.requests if path == "/api/me"]
    assert len({headers["x-request-id"] for headers in requests}) == 1

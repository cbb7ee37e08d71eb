"""Receipt, replay and bundle of a run, as a stranger would check them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.runtime.services import artifacts
from apps.runtime.tests.conftest import Call
from openagents.embedded.provision import ROOT, clean_environment
from openagents.receipts.bundle import verify_bundle
from openagents.receipts.canonical import sha256_hex
from openagents.receipts.replay_check import validate_replay
from openagents.receipts.run_receipt import receipt_sha256
from openagents.receipts.signing import verify_signature
from openagents.sdk.bundles import verify_bundle as sdk_verify
from openagents.sdk.errors import SdkError

RUNS = "/internal/v1/runs"
EVENTS: list[dict[str, Any]] = [
    {
        "event_type": "tool",
        "payload": {"tool": "shell", "params_hash": "sha256:aa", "output_hash": "sha256:bb", "latency_ms": 12},
        "idempotency_key": "tool-1",
    },
    {"event_type": "verification", "payload": {"command": "make test", "exit_code": 0}},
    {"event_type": "note", "payload": {"api_key": "hunter2", "text": "é"}},
    {"event_type": "run.finished", "payload": {"status": "succeeded"}},
]


@pytest.fixture
def path(call: Call) -> str:
    run_id = call("POST", RUNS, {"metadata": {"policy_bundle_id": "policy.test.v1"}}).json()["run"]["id"]
    assert call("POST", f"{RUNS}/{run_id}/events/batch", {"events": EVENTS}).status_code == 200
    return f"{RUNS}/{run_id}"


def test_the_receipt_recomputes_and_its_signature_holds(call: Call, path: str) -> None:
    receipt = call("GET", f"{path}/receipt").json()
    assert receipt["canonical_json_sha256"] == receipt_sha256(receipt)
    assert verify_signature(receipt["signature"], signed_sha256=receipt["canonical_json_sha256"])
    assert receipt["metrics"]["verification_passed"] is True
    assert (receipt["event_count"], receipt["first_seq"], receipt["last_seq"]) == (5, 1, 5)
    assert receipt["policy_bundle_id"] == "policy.test.v1"


def test_the_receipt_is_the_same_bytes_every_time(call: Call, path: str) -> None:
    assert call("GET", f"{path}/receipt").content == call("GET", f"{path}/receipt").content


def test_the_replay_is_valid_and_its_published_form_keeps_no_secret(call: Call, path: str) -> None:
    answer = call("GET", f"{path}/replay")
    assert answer["content-type"] == "application/x-ndjson"
    assert validate_replay(answer.content.decode()) == []
    published = call("GET", f"{path}/replay", params={"redaction": "published"}).content.decode()
    assert "hunter2" in answer.content.decode() and "hunter2" not in published
    assert call("GET", f"{path}/replay", params={"redaction": "some"}).status_code == 400


def test_a_bundle_verifies_offline_and_fails_when_a_file_is_changed(call: Call, path: str) -> None:
    bundle = call("GET", f"{path}/bundle").json()
    assert sorted(file["name"] for file in bundle["files"]) == ["PR_SUMMARY.md", "RECEIPT.json", "REPLAY.jsonl"]
    assert verify_bundle(bundle) == []
    for index in range(3):
        broken = json.loads(json.dumps(bundle))
        file = broken["files"][index]
        file["content"] = file["content"].replace("s", "S", 1)
        assert verify_bundle(broken) != []
        if file["name"] == "RECEIPT.json":
            file["sha256"] = sha256_hex(file["content"])
            assert verify_bundle(broken) != []


def test_the_exported_bundle_fails_on_any_single_changed_byte(call: Call, path: str, tmp_path: Path) -> None:
    """The file as somebody gets it: both commands accept it, and neither any file that differs in one byte."""
    text = call("GET", f"{path}/bundle").content
    exported = tmp_path / "bundle.json"
    exported.write_bytes(text)
    call_command("verify_bundle", str(exported), "--signed", stdout=StringIO())
    assert sdk_verify(text)["signed"] is True
    accepted = [
        (position, flip)
        for position in range(len(text))
        for flip in (1, 1 + position % 255)
        if _verifies(text[:position] + bytes([text[position] ^ flip]) + text[position + 1 :])
    ]
    assert accepted == []
    for position in random.Random(7).sample(range(len(text)), 5):
        exported.write_bytes(text[:position] + bytes([text[position] ^ 2]) + text[position + 1 :])
        with pytest.raises(CommandError):
            call_command("verify_bundle", str(exported), stdout=StringIO(), stderr=StringIO())
        done = subprocess.run(
            [sys.executable, "-m", "openagents.sdk", "verify-bundle", str(exported)],
            cwd=ROOT,
            env=clean_environment(),
            capture_output=True,
            check=False,
        )
        assert done.returncode not in (0, 1), done.stderr  # a refusal of its own, no accident


def _verifies(text: bytes) -> bool:
    try:
        sdk_verify(text)
    except SdkError:
        return False
    return True


@pytest.mark.parametrize(
    "changes",
    [
        {"runtime_receipt_signing_key": "", "runtime_verifier_strict": True},
        {"runtime_verifier_allowed_signer_pubkeys": ["00" * 32]},
    ],
)
def test_without_a_usable_key_a_strict_runtime_gives_no_receipt(
    call: Call, path: str, settings: Any, changes: dict[str, Any]
) -> None:
    settings.OA = settings.OA.model_copy(update=changes)
    artifacts.signer.cache_clear()
    try:
        answer = call("GET", f"{path}/receipt")
    finally:
        artifacts.signer.cache_clear()
    assert (answer.status_code, answer.json()["reason_code"]) == (503, "receipt_signer_missing")

"""Receipt, replay and bundle of a run, as a stranger would check them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.runtime.services import artifacts
from apps.runtime.tests.conftest import Call
from openagents.receipts.bundle import verify_bundle
from openagents.receipts.canonical import sha256_hex
from openagents.receipts.replay_check import validate_replay
from openagents.receipts.run_receipt import receipt_sha256
from openagents.receipts.signing import verify_signature

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

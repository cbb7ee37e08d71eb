"""The bundle of a run: complete, checkable offline, and broken by any changed byte."""

from __future__ import annotations

import copy
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openagents.receipts import strict_json
from openagents.receipts.bundle import FILE_NAMES, build_bundle, pr_summary, verify_bundle, verify_files
from openagents.receipts.canonical import canonical_bytes, canonical_text, sha256_hex
from openagents.receipts.replay import RunRecord, replay_hash, replay_text
from openagents.receipts.run_receipt import build_receipt, receipt_sha256, receipt_text
from openagents.receipts.tests.strategies import runs, values
from openagents.receipts.tests.test_replay import EXAMPLE, PAYMENT, SIGNER, run_of

ORACLE_PATH = Path(__file__).parents[3] / "tests" / "oracles" / "stdlib_verifier.py"
BUNDLE: dict[str, list[dict[str, str]]] = build_bundle(EXAMPLE, SIGNER)
TEXT = canonical_bytes(BUNDLE)


def _oracle() -> Any:
    specification = importlib.util.spec_from_file_location("stdlib_verifier", ORACLE_PATH)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


ORACLE = _oracle()


def with_content(name: str, content: str) -> dict[str, Any]:
    """The bundle with one file replaced, its sha256 put right: what a forger would hand in."""
    forged = copy.deepcopy(BUNDLE)
    file = next(file for file in forged["files"] if file["name"] == name)
    file.update(content=content, sha256=sha256_hex(content))
    return forged


def content_of(name: str) -> str:
    return next(file["content"] for file in BUNDLE["files"] if file["name"] == name)


def test_a_bundle_is_exactly_the_three_files_with_their_hashes() -> None:
    assert [file["name"] for file in BUNDLE["files"]] == ["PR_SUMMARY.md", "RECEIPT.json", "REPLAY.jsonl"]
    assert all(file["sha256"] == sha256_hex(file["content"]) for file in BUNDLE["files"])
    assert content_of("REPLAY.jsonl") == replay_text(EXAMPLE)
    assert content_of("RECEIPT.json") == receipt_text(build_receipt(EXAMPLE, SIGNER))


def test_the_worked_example_verifies_also_under_every_demand() -> None:
    demands = {
        "allowed_signers": [SIGNER.public_key_hex],
        "signature_required": True,
        "expected_replay_hash": replay_hash(replay_text(EXAMPLE)),
    }
    assert verify_bundle(BUNDLE, **demands) == []
    assert verify_bundle(BUNDLE["files"], **demands) == []
    assert verify_files({file["name"]: file["content"] for file in BUNDLE["files"]}, **demands) == []


@settings(max_examples=100)
@given(runs(), st.booleans())
def test_the_bundle_of_every_run_verifies_here_and_at_the_oracle(run: RunRecord, signed: bool) -> None:
    bundle = strict_json.loads(canonical_bytes(build_bundle(run, SIGNER if signed else None)))
    assert verify_bundle(bundle, signature_required=signed) == []
    assert ORACLE.problems(bundle) == []


@settings(max_examples=400)
@given(st.sampled_from(range(3)), st.sampled_from(["name", "sha256", "content"]), st.data())
def test_any_changed_byte_of_any_file_name_or_hash_is_found(index: int, member: str, data: st.DataObject) -> None:
    changed = copy.deepcopy(BUNDLE)
    raw = bytearray(changed["files"][index][member].encode())
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= data.draw(st.integers(1, 255))
    changed["files"][index][member] = raw.decode("utf-8", errors="surrogateescape")
    assert verify_bundle(changed)


@settings(max_examples=400)
@given(st.integers(0, len(TEXT) - 1), st.integers(1, 255))
def test_any_changed_byte_of_the_bundles_own_text_is_found(position: int, flip: int) -> None:
    raw = bytearray(TEXT)
    raw[position] ^= flip
    try:
        changed = strict_json.loads(bytes(raw))
    except strict_json.MalformedJSON:
        return
    # Another spelling of one value, such as \u001F for \u001f, is the same bundle.
    assert canonical_bytes(changed) == TEXT or verify_bundle(changed)


@settings(max_examples=300)
@given(st.integers(0, len(content_of("RECEIPT.json")) - 1), st.integers(1, 127))
def test_a_changed_receipt_is_found_even_if_its_file_hash_is_put_right(position: int, flip: int) -> None:
    raw = bytearray(content_of("RECEIPT.json").encode())
    raw[position] ^= flip
    assert verify_bundle(with_content("RECEIPT.json", raw.decode()))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"latency_ms":1200', '"latency_ms":1', "latency"),
        ('"tool":"shell"', '"tool":"other"', "tool calls"),
        ('"output_hash":"sha256:bb"', '"output_hash":"sha256:bc"', "tool calls"),
        ('"exit_codes":[0]', '"exit_codes":[1]', "verification"),
        ('"commands":["make test"]', '"commands":["true"]', "verification"),
        ('"policy_bundle_id":"policy.example.v1"', '"policy_bundle_id":"other"', "run"),
        ('"status":"succeeded"}', '"status":"failed"}', "hash"),
        ('"seq":4', '"seq":5', "last seq"),
    ],
)
def test_a_changed_replay_that_is_consistent_in_itself_disagrees_with_the_receipt(
    old: str, new: str, problem: str
) -> None:
    forged = with_content("REPLAY.jsonl", content_of("REPLAY.jsonl").replace(old, new))
    assert any(problem in found for found in verify_bundle(forged))


def test_a_dropped_or_added_event_disagrees_with_the_receipt() -> None:
    lines = content_of("REPLAY.jsonl").splitlines(keepends=True)
    dropped = "".join(lines[:5] + lines[6:])
    assert any("event count" in found for found in verify_bundle(with_content("REPLAY.jsonl", dropped)))


def test_another_payment_than_the_receipts_is_found() -> None:
    run = run_of(("payment", PAYMENT))
    files = {file["name"]: file["content"] for file in build_bundle(run)["files"]}
    files["REPLAY.jsonl"] = files["REPLAY.jsonl"].replace('"amount_msats":2259', '"amount_msats":2260')
    assert verify_files(files) == ["RECEIPT.json and REPLAY.jsonl disagree about the payments"]


def test_a_forged_receipt_with_fitting_hashes_still_lacks_the_signature() -> None:
    receipt = build_receipt(EXAMPLE, SIGNER)
    receipt["verification"][0]["cwd"] = "/elsewhere"
    receipt["canonical_json_sha256"] = receipt_sha256(receipt)
    assert verify_bundle(with_content("RECEIPT.json", receipt_text(receipt))) == [
        "RECEIPT.json: the signature of the receipt is not valid, or not of an allowed key"
    ]
    del receipt["signature"]
    stripped = with_content("RECEIPT.json", receipt_text(receipt))
    assert verify_bundle(stripped) == []  # only the signature guards what the replay does not repeat
    assert verify_bundle(stripped, signature_required=True) == ["RECEIPT.json: the receipt is not signed"]


def test_another_replay_than_the_expected_one_is_found() -> None:
    assert verify_bundle(BUNDLE, expected_replay_hash="sha256:00") == [
        "REPLAY.jsonl does not have the expected replay hash"
    ]


@pytest.mark.parametrize(
    "bundle",
    [
        None,
        {},
        [],
        {"files": []},
        {"files": {}},
        {"files": BUNDLE["files"][:2]},
        {"files": [*BUNDLE["files"], BUNDLE["files"][0]]},
        {"files": BUNDLE["files"], "more": 1},
        {"files": [{**file, "more": "1"} for file in BUNDLE["files"]]},
        {"files": [{**file, "content": None} for file in BUNDLE["files"]]},
        {"files": [{**file, "name": "REPLAY.jsonl"} for file in BUNDLE["files"]]},
        {"files": [{**file, "content": "\ud800"} for file in BUNDLE["files"]]},
        with_content("PR_SUMMARY.md", " \n"),
        with_content("RECEIPT.json", "{}\n"),
        with_content("RECEIPT.json", "[]\n"),
        with_content("RECEIPT.json", "[" * 100_000),
        with_content("REPLAY.jsonl", ""),
    ],
)
def test_what_is_no_bundle_has_problems_and_never_raises(bundle: object) -> None:
    assert verify_bundle(bundle)


@settings(max_examples=150)
@given(st.sampled_from(FILE_NAMES[1:]), values, st.lists(values, max_size=3))
def test_no_content_makes_the_verifier_fail(name: str, value: Any, more: list[Any]) -> None:
    assert verify_bundle(with_content(name, "".join(f"{canonical_text(item)}\n" for item in (value, *more))))


@settings(max_examples=200)
@given(st.integers(0, 2), values, st.data())
def test_no_replaced_field_makes_the_verifier_fail(where: int, value: Any, data: st.DataObject) -> None:
    receipt = build_receipt(run_of(("tool", {}), ("verification", {}), ("payment", PAYMENT)), SIGNER)
    target: dict[str, Any] = [receipt, receipt["payments"][0], receipt["signature"]][where]
    target[data.draw(st.sampled_from(sorted(target)))] = value
    verify_bundle(with_content("RECEIPT.json", receipt_text(receipt)))


# --- the summary ---


def test_the_metadatas_summary_is_taken_as_it_is() -> None:
    run = RunRecord(
        "r1", EXAMPLE.created_at, EXAMPLE.updated_at, "succeeded", {"pr_summary": "# Mine\n"}, EXAMPLE.events
    )
    assert pr_summary(run, build_receipt(run)) == "# Mine\n"
    assert verify_bundle(build_bundle(run)) == []


@pytest.mark.parametrize("given_summary", [None, 7, "", "  \n"])
def test_without_one_the_summary_has_the_four_sections(given_summary: Any) -> None:
    run = RunRecord("r1", EXAMPLE.created_at, EXAMPLE.updated_at, "failed", {"pr_summary": given_summary}, ())
    text = pr_summary(run, build_receipt(run))
    sections = [line for line in text.splitlines() if line.startswith("## ")]
    assert sections == ["## Summary", "## Files", "## Verification", "## Risks"]
    assert "has not succeeded" in text and "No command verified" in text


def test_a_summary_names_files_commands_and_failures_on_one_line_each() -> None:
    run = run_of(("verification", {"command": "make `x`\ntest", "exit_code": 2}), status="succeeded")
    run = RunRecord(run.run_id, run.created_at, run.updated_at, run.status, {"files": ["a.py", 7]}, run.events)
    text = pr_summary(run, build_receipt(run))
    assert "- `a.py`\n" in text and "- `make 'x' test`: exit code 2\n" in text
    assert "A verification command failed" in text


# --- the oracle ---


@settings(max_examples=500)
@given(values)
def test_the_oracles_canonical_form_is_ours(value: Any) -> None:
    assert ORACLE.canonical(value) == canonical_text(value)


@given(st.integers(-324, 308), st.integers(1, 10**17), st.booleans())
def test_the_oracles_floats_are_ours_at_every_exponent(exponent: int, digits: int, negative: bool) -> None:
    value = float(f"{'-' if negative else ''}0.{digits}e{exponent}")
    assert ORACLE.canonical(value) == canonical_text(value)


def test_the_oracle_runs_on_the_bare_standard_library(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(TEXT)
    bad.write_text(json.dumps(with_content("RECEIPT.json", content_of("RECEIPT.json").replace("shell", "shall"))))
    verdicts = [
        subprocess.run([sys.executable, "-I", "-S", ORACLE_PATH, path], capture_output=True, text=True, check=False)
        for path in (good, bad)
    ]
    assert [(verdict.returncode, verdict.stdout) for verdict in verdicts] == [
        (0, ""),
        (1, "RECEIPT.json: canonical_json_sha256\n"),
    ]

"""A run's replay and receipt: the worked example of runtime 9.3, the defaults of 9.2, and what checking them finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openagents.receipts import strict_json
from openagents.receipts.canonical import canonical_text, prefixed_sha256
from openagents.receipts.replay import (
    EventRecord,
    RunRecord,
    artifact_id,
    published_replay,
    replay_hash,
    replay_text,
    split_lines,
)
from openagents.receipts.replay_check import validate_replay
from openagents.receipts.run_receipt import (
    build_receipt,
    check_receipt,
    payment_receipt_sha256,
    receipt_sha256,
    receipt_text,
    trajectory_hash,
)
from openagents.receipts.signing import SchnorrSigner
from openagents.receipts.tests.strategies import runs

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIGNER = SchnorrSigner("2a" * 32)
EXAMPLE = RunRecord(
    run_id="0197a1b2-0000-7000-8000-000000000001",
    created_at=NOON,
    updated_at=NOON + timedelta(seconds=3),
    status="succeeded",
    metadata={"policy_bundle_id": "policy.example.v1"},
    events=(
        EventRecord(1, "run.started", {"source": "runtime"}, None, NOON + timedelta(milliseconds=250)),
        EventRecord(
            2,
            "tool",
            {
                "tool": "shell",
                "params": {"cmd": "make test"},
                "params_hash": "sha256:aa",
                "output_hash": "sha256:bb",
                "latency_ms": 1200,
                "side_effects": ["fs"],
                "exit_code": 0,
                "step_utility": 0.1,
            },
            "tool-1",
            NOON + timedelta(seconds=1, microseconds=500250),
        ),
        EventRecord(
            3,
            "verification",
            {"command": "make test", "exit_code": 0, "cwd": "/workspace", "duration_ms": 900},
            None,
            NOON + timedelta(seconds=2),
        ),
        EventRecord(4, "run.finished", {"status": "succeeded"}, "finish", NOON + timedelta(seconds=3)),
    ),
)
PAYMENT = {"rail": "lightning", "asset_id": "BTC_LN", "amount_msats": 2259, "job_hash": "ab", "status": "released"}


def run_of(*events: tuple[str, Any], status: str = "running", key: str | None = None) -> RunRecord:
    records = [EventRecord(seq, name, payload, key, NOON) for seq, (name, payload) in enumerate(events, 1)]
    return RunRecord("r1", NOON, NOON + timedelta(hours=1), status, {}, records)


def lines_of(run: RunRecord) -> list[dict[str, Any]]:
    return [strict_json.loads(line) for line in split_lines(replay_text(run))]


# --- the worked example ---


def test_the_worked_example_gives_its_hashes() -> None:
    assert prefixed_sha256(EXAMPLE.events[0].payload) == (
        "sha256:cf40aa17d3f50914072dc3aff5d5303a7e58348da8e2b98f7b109f45fe564a6e"
    )
    assert trajectory_hash(EXAMPLE) == "sha256:751292a384151f0ca0bbffba833a3a6e411b24d6e1e2613ee9720f57de13661e"
    replay = replay_text(EXAMPLE)
    assert replay_hash(replay) == "sha256:f438d0357efcf6660559a6a10094cd8f0806e2a8e059ad7d8765d178d5dffbba"
    assert artifact_id(replay) == "replay_f438d0357efcf6660559a6a1"
    assert build_receipt(EXAMPLE)["canonical_json_sha256"] == (
        "4af036a53cb55a71afc47127283619d3479fdac203b8f93f6eefb78b004a6c74"
    )


def test_the_worked_example_has_eight_lines_with_that_fifth() -> None:
    lines = replay_text(EXAMPLE).splitlines(keepends=True)
    assert len(lines) == 8
    assert lines[4] == (
        '{"event":"ToolResult","exit_code":0,"id":"tool-1","latency_ms":1200,"output_hash":"sha256:bb",'
        '"step_utility":0.10000000149011612,"t":"2026-03-01T12:00:01.500250+00:00"}\n'
    )


def test_the_worked_example_has_that_signature_outside_its_hash() -> None:
    signed = build_receipt(EXAMPLE, SIGNER)
    assert signed["signature"]["signature_hex"] == (
        "da29c65c8f938ce35c003422622fb9dbe00a5c9906a30d700cf0cf74b80ea6b9"
        "c610a95f7a0f862f2e2854f5f73dfb9f8d5619ff0d9843535c03d4e0c0dc8f58"
    )
    assert {name: value for name, value in signed.items() if name != "signature"} == build_receipt(EXAMPLE)


def test_the_worked_example_states_its_metrics_and_entries() -> None:
    receipt = build_receipt(EXAMPLE)
    assert receipt["metrics"] == {
        "tool_calls": 1,
        "tool_latency_ms_total": 1200,
        "verification_passed": True,
        "payments_msats_total": 0,
    }
    assert (receipt["event_count"], receipt["first_seq"], receipt["last_seq"]) == (4, 1, 4)
    assert receipt["created_at"] == "2026-03-01T12:00:00+00:00"
    assert receipt["tool_calls"] == [
        {
            "tool": "shell",
            "params_hash": "sha256:aa",
            "output_hash": "sha256:bb",
            "latency_ms": 1200,
            "side_effects": ["fs"],
        }
    ]
    assert receipt["verification"] == [
        {"command": "make test", "exit_code": 0, "cwd": "/workspace", "duration_ms": 900}
    ]


# --- defaults ---


def test_a_run_without_events_ends_at_its_last_update() -> None:
    run = run_of(status="created")
    header, start, end = lines_of(run)
    assert (header["event"], start["event"], start["policy_bundle_id"]) == (
        "ReplayHeader",
        "SessionStart",
        "runtime.default",
    )
    assert (end["t"], end["status"], end["confidence"]) == ("2026-03-01T13:00:00+00:00", "incomplete", 0.5)
    receipt = build_receipt(run)
    assert (receipt["first_seq"], receipt["last_seq"], receipt["metrics"]["verification_passed"]) == (0, 0, None)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("succeeded", ("success", 1.0)),
        ("failed", ("failure", 0.0)),
        ("canceled", ("cancelled", 0.0)),
        ("running", ("incomplete", 0.5)),
        ("canceling", ("incomplete", 0.5)),
    ],
)
def test_the_end_states_the_outcome_of_the_status(status: str, outcome: tuple[str, float]) -> None:
    end = lines_of(run_of(("run.started", {}), status=status))[-1]
    assert (end["status"], end["confidence"]) == outcome


def test_an_empty_tool_event_gets_every_default() -> None:
    _, _, call, result, _ = lines_of(run_of(("tool", {})))
    t = "2026-03-01T12:00:00+00:00"
    assert call == {
        "event": "ToolCall",
        "t": t,
        "id": "runtime.seq:1",
        "tool": "unknown",
        "params": {},
        "params_hash": prefixed_sha256({}),
        "step_id": "runtime.seq:1",
    }
    assert result == {
        "event": "ToolResult",
        "t": t,
        "id": "runtime.seq:1",
        "output_hash": "sha256:unknown",
        "exit_code": None,
        "step_utility": 0.0,
        "latency_ms": 0,
    }


def test_empty_verification_and_payment_events_get_every_default() -> None:
    _, _, verification, payment, _ = lines_of(run_of(("verification", {}), ("payment", {})))
    t = "2026-03-01T12:00:00+00:00"
    assert verification == {
        "event": "Verification",
        "t": t,
        "commands": ["unknown"],
        "exit_codes": [-1],
        "verification_delta": 0,
    }
    assert payment == {
        "event": "Payment",
        "t": t,
        "rail": "unknown",
        "asset_id": "unknown",
        "amount_msats": 0,
        "payment_proof": None,
        "job_hash": None,
        "status": "released",
    }
    receipt = build_receipt(run_of(("verification", {})))
    assert receipt["metrics"]["verification_passed"] is False
    assert receipt["verification"] == [{"command": "unknown", "exit_code": -1, "cwd": None, "duration_ms": None}]


@pytest.mark.parametrize("event_type", ["tool", "verification", "payment"])
@pytest.mark.parametrize("payload", [None, [], "text", 7])
def test_a_special_event_whose_payload_is_no_object_is_a_plain_event(event_type: str, payload: Any) -> None:
    run = run_of((event_type, payload))
    line = lines_of(run)[2]
    assert (line["event"], line["runtime_event_type"], line["payload"]) == ("RuntimeEvent", event_type, payload)
    receipt = build_receipt(run)
    assert receipt["tool_calls"] == receipt["verification"] == receipt["payments"] == []


@pytest.mark.parametrize(
    ("given_utility", "printed"),
    [(0.1, 0.10000000149011612), (1, 1.0), (True, 0.0), ("1", 0.0), (1e300, 0.0), (-0.5, -0.5)],
)
def test_step_utility_is_single_precision(given_utility: Any, printed: float) -> None:
    assert lines_of(run_of(("tool", {"step_utility": given_utility})))[3]["step_utility"] == printed


def test_totals_stop_at_the_largest_number() -> None:
    huge = {"latency_ms": 2**64 - 1}
    run = run_of(("tool", huge), ("tool", huge), ("payment", {"amount_msats": 2**64 - 1}), ("payment", PAYMENT))
    assert lines_of(run)[-1]["total_latency_ms"] == 2**64 - 1
    assert build_receipt(run)["metrics"]["payments_msats_total"] == 2**64 - 1
    assert check_receipt(build_receipt(run)) == [] and validate_replay(replay_text(run)) == []


# --- payments ---


def test_a_payment_has_a_receipt_of_its_own_inside_the_runs() -> None:
    run = run_of(("payment", PAYMENT))
    (payment,) = build_receipt(run)["payments"]
    assert {name: payment[name] for name in PAYMENT} == PAYMENT
    assert payment["schema"] == "openagents.treasury.payment_receipt.v1"
    assert (payment["session_id"], payment["trajectory_hash"]) == ("r1", trajectory_hash(run))
    assert payment["canonical_json_sha256"] == payment_receipt_sha256(payment)


def test_payment_signatures_stay_outside_the_runs_hash() -> None:
    run = run_of(("payment", PAYMENT), ("payment", {}))
    unsigned, signed = build_receipt(run), build_receipt(run, SIGNER)
    assert signed["canonical_json_sha256"] == unsigned["canonical_json_sha256"] == receipt_sha256(signed)
    assert all("signature" in payment for payment in signed["payments"])
    assert check_receipt(signed, allowed_signers=[SIGNER.public_key_hex], signature_required=True) == []


# --- checking a receipt ---


def test_a_required_signature_that_is_missing_is_a_problem() -> None:
    receipt = build_receipt(run_of(("payment", PAYMENT)))
    assert check_receipt(receipt) == []
    assert check_receipt(receipt, signature_required=True) == ["the receipt is not signed", "payment 1 is not signed"]


def test_a_signature_of_another_key_is_a_problem() -> None:
    assert check_receipt(build_receipt(EXAMPLE, SIGNER), allowed_signers=["0" * 64]) == [
        "the signature of the receipt is not valid, or not of an allowed key"
    ]


@pytest.mark.parametrize("value", [None, [], "text", {}, {"schema": "openagents.receipt.v1"}])
def test_what_is_no_receipt_is_a_problem(value: object) -> None:
    assert check_receipt(value) == ["the receipt does not have the fields of openagents.receipt.v1"]


@pytest.mark.parametrize(
    "change",
    [
        {"session_id": "another"},
        {"created_at": "2026-03-01T12:00:00Z"},
        {"event_count": 5},
        {"event_count": 0},
        {"first_seq": 0},
        {"last_seq": 3},
        {"event_count": True},
        {"tool_calls": []},
        {"payments": [{}]},
        {"canonical_json_sha256": "0" * 64},
        {"signature": None},
        {"extra": 1},
    ],
)
def test_a_changed_receipt_has_problems(change: dict[str, Any]) -> None:
    assert check_receipt({**build_receipt(EXAMPLE, SIGNER), **change})


@pytest.mark.parametrize(
    "change",
    [
        {"first_seq": 3},
        {"first_seq": 0},
        {"event_count": 9},
        {"metrics": {**build_receipt(EXAMPLE)["metrics"], "tool_calls": 2}},
    ],
)
def test_a_lie_with_a_fitting_hash_has_problems(change: dict[str, Any]) -> None:
    forged = {**build_receipt(EXAMPLE), **change}
    forged["canonical_json_sha256"] = receipt_sha256(forged)
    assert check_receipt(forged)


# --- checking a replay ---


@settings(max_examples=150)
@given(runs())
def test_every_run_has_a_valid_replay_and_receipt(run: RunRecord) -> None:
    replay = replay_text(run)
    assert validate_replay(replay) == []
    assert check_receipt(strict_json.loads(receipt_text(build_receipt(run, SIGNER)), max_depth=99)) == []
    assert replay_text(run) == replay and build_receipt(run) == build_receipt(run)


@settings(max_examples=100)
@given(runs())
def test_a_published_replay_stays_valid_and_keeps_its_hashes(run: RunRecord) -> None:
    replay = replay_text(run)
    published = published_replay(replay)
    assert validate_replay(published, published=True) == []
    for line, shown in zip(split_lines(replay), split_lines(published), strict=True):
        hashes = [name for name in strict_json.loads(line) if name.endswith("_hash")]
        assert {name: strict_json.loads(line)[name] for name in hashes if name == "payload_hash"} == {
            name: strict_json.loads(shown)[name] for name in hashes if name == "payload_hash"
        }


def test_a_published_replay_masks_secrets_and_no_longer_has_its_payload_hashes() -> None:
    replay = replay_text(
        run_of(("text.delta", {"api_key": "k-123", "invoice_hash": "ab"}), ("tool", {"params": {"password": "p-9"}}))
    )
    published = published_replay(replay)
    assert "k-123" not in published and "p-9" not in published and '"invoice_hash":"ab"' in published
    assert validate_replay(published, published=True) == []
    assert validate_replay(published) == ["line 3: the payload does not have its hash"]


def test_line_separators_inside_payloads_do_not_end_a_line() -> None:
    run = run_of(("text.delta", {"delta": "a\u2028b\u0085c\x0bd"}))
    assert len(lines_of(run)) == 4
    assert validate_replay(replay_text(run)) == []
    assert published_replay(replay_text(run)) == replay_text(run)


def changed(index: int, **fields: Any) -> str:
    lines = [strict_json.loads(line) for line in split_lines(replay_text(EXAMPLE))]
    lines[index] = {**lines[index], **fields}
    return "".join(canonical_text(line) + "\n" for line in lines)


@pytest.mark.parametrize(
    ("replay", "problem"),
    [
        ("", "newline"),
        ("\n", "line 1"),
        (replay_text(EXAMPLE)[:-1], "newline"),
        (replay_text(EXAMPLE) + "\n", "line 9"),
        (replay_text(EXAMPLE).replace('{"event":"ToolResult",', '{"event": "ToolResult",'), "line 5: not a canonical"),
        (replay_text(EXAMPLE).replace("\n", "\r\n"), "line 1"),
        ("".join(replay_text(EXAMPLE).splitlines(keepends=True)[1:]), "line 1 is not ReplayHeader"),
        ("".join(replay_text(EXAMPLE).splitlines(keepends=True)[:-1]), "the last line is not SessionEnd"),
        ("".join(replay_text(EXAMPLE).splitlines(keepends=True)[:1] * 3), "line 2 is not SessionStart"),
        ("".join(replay_text(EXAMPLE).splitlines(keepends=True)[i] for i in (0, 1, 4, 3, 7)), "a tool result without"),
        (
            "".join(replay_text(EXAMPLE).splitlines(keepends=True)[i] for i in (0, 1, 3, 7)),
            "the result of the tool call",
        ),
        (changed(0, replay_version=2), "line 1: not the fields"),
        (changed(0, created_at="2026-03-01T12:00:01+00:00"), "different times"),
        (changed(1, t="2026-03-01T12:00:00Z"), "line 2: not the fields"),
        (changed(2, event="Other"), "line 3: not a replay event"),
        (changed(2, event=["SessionEnd"]), "line 3: not a replay event"),
        (changed(2, payload={"source": "elsewhere"}), "line 3: the payload does not have its hash"),
        (changed(2, seq=5), "line 7: seq does not rise"),
        (changed(2, session_id="other"), "line 3: another session"),
        (changed(4, id="other"), "line 5: the result of the tool call"),
        (changed(4, step_utility=0), "line 5: not the fields"),
        (changed(4, latency_ms=1), "SessionEnd totals another latency"),
        (changed(5, commands=[]), "line 6: not the fields"),
        (changed(5, extra=1), "line 6: not the fields"),
        (changed(7, total_tool_calls=2), "SessionEnd counts other tool calls"),
        (changed(7, confidence=0.5), "SessionEnd has no such outcome"),
        (changed(7, t="2026-03-01T12:00:04+00:00"), "SessionEnd is not at the last event"),
    ],
)
def test_each_broken_replay_names_its_problem(replay: str, problem: str) -> None:
    assert any(problem in found for found in validate_replay(replay))


@settings(max_examples=200)
@given(
    st.text(max_size=30)
    | st.lists(st.dictionaries(st.sampled_from(["event", "t", "id"]), st.none() | st.text())).map(
        lambda lines: "".join(canonical_text(line) + "\n" for line in lines)
    )
)
def test_no_text_makes_the_validator_fail(text: str) -> None:
    assert validate_replay(text)

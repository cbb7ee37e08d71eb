"""Every row of the table of sandbox findings, code and text, and the verdicts around them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openagents.verification.sandbox_check import check_sandbox_run
from openagents.verification.tests.evidence import JOB, RESULT, job, result, run

BIG = "x" * 16_385
ARTIFACT = {"path": "p", "sha256": "s", "size_bytes": 1}

FINDINGS: list[tuple[dict[str, Any], list[tuple[str, str]], int]] = [
    (
        {"env_info": {"image_digest": "sha256:other"}},
        [("image_digest_mismatch", "image_digest mismatch: request=sha256:demo response=sha256:other")],
        1,
    ),
    ({"runs": [run("make build")]}, [("run_count_mismatch", "run count mismatch: request=2 response=1")], 1),
    (
        {"runs": [run("make build"), run("make test --no-verify")]},
        [("cmd_mismatch:1", "cmd mismatch at index 1: request=make test response=make test --no-verify")],
        1,
    ),
    (
        {"runs": [run("make build", stdout_preview=BIG, stderr_preview=BIG), run("make test")]},
        [
            ("stdout_preview_too_large", "stdout_preview exceeds 16KiB cap"),
            ("stderr_preview_too_large", "stderr_preview exceeds 16KiB cap"),
        ],
        1,
    ),
    ({"artifacts": [ARTIFACT] * 129}, [("too_many_artifacts", "artifact count exceeds 128 cap")], 1),
    (
        {"artifacts": [{"path": "é" * 513, "sha256": "s" * 129, "size_bytes": 1}] * 3},
        [
            ("artifact_path_too_long", "artifact path exceeds 1024 byte cap"),
            ("artifact_sha256_too_long", "artifact sha256 exceeds 128 byte cap"),
        ],
        1,
    ),
    (
        {"runs": [run("make build"), run("make test", 3)]},
        [("success_with_nonzero_exit", "status success but a command exit_code was non-zero")],
        3,
    ),
    ({"error": "boom"}, [("error_field_unexpected", "status success but error field was present")], 1),
    ({"status": "failed"}, [("failed_without_exit_code", "status failed but no failing exit_code reported")], 1),
    (
        {"status": "failed", "error": "", "runs": [run("make build", 2), run("make test")]},
        [("error_field_unexpected", "error message present but status was not error")],
        2,
    ),
    ({"status": "timeout"}, [("provider_status_timeout", "provider status Timeout")], 1),
    (
        {"status": "cancelled", "error": "x"},
        [
            ("provider_status_cancelled", "provider status Cancelled"),
            ("error_field_unexpected", "error message present but status was not error"),
        ],
        1,
    ),
    ({"status": "error", "error": "disk full"}, [("provider_status_error", "provider status error")], 1),
    (
        {"status": "error", "error": " "},
        [
            ("provider_status_error", "provider status error"),
            ("error_message_missing", "status error but error message missing"),
        ],
        1,
    ),
]


@pytest.mark.parametrize(("changes", "expected", "exit_code"), FINDINGS)
def test_each_violation_has_its_code_and_text(
    changes: dict[str, Any], expected: list[tuple[str, str]], exit_code: int
) -> None:
    verdict = check_sandbox_run(job(), result(**changes))
    assert [tuple(finding) for finding in verdict.findings] == expected
    assert (verdict.passed, verdict.exit_code) == (False, exit_code)


def test_a_sound_result_passes() -> None:
    verdict = check_sandbox_run(job(), result())
    assert (verdict.passed, verdict.exit_code, verdict.codes) == (True, 0, [])


def test_a_failing_test_is_not_passed_and_violates_nothing() -> None:
    verdict = check_sandbox_run(job(), result(status="failed", runs=[run("make build"), run("make test", 2)]))
    assert (verdict.passed, verdict.exit_code, verdict.codes) == (False, 2, [])


def test_the_first_failing_exit_decides_and_later_runs_are_not_looked_at() -> None:
    runs = [run("make build", 4), run("make test", 5, stdout_preview=BIG)]
    verdict = check_sandbox_run(job(), result(status="failed", runs=runs))
    assert (verdict.exit_code, verdict.codes) == (4, [])


def test_a_blank_requested_image_accepts_any() -> None:
    blank = job(sandbox={"image_digest": "  "})
    assert check_sandbox_run(blank, result()).passed


@given(
    status=st.sampled_from(["success", "failed", "timeout", "cancelled", "error"]),
    exits=st.lists(st.integers(-2, 2), max_size=3),
    error=st.none() | st.sampled_from(["", "x"]),
)
def test_passing_means_success_with_nothing_to_complain_about(status: str, exits: list[int], error: str | None) -> None:
    commands = [{"cmd": f"c{index}"} for index in range(len(exits))]
    runs = [run(f"c{index}", code) for index, code in enumerate(exits)]
    verdict = check_sandbox_run(job(commands=commands), result(status=status, runs=runs, error=error))
    assert verdict.passed == (status == "success" and not any(exits) and error is None)
    assert verdict.passed == (verdict.exit_code == 0)
    assert not (verdict.passed and verdict.findings)


def test_the_samples_are_what_they_claim() -> None:
    assert len(JOB["commands"]) == len(RESULT["runs"])

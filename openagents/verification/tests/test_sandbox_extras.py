"""What Aegis checks beyond the runtime's rules."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from openagents.receipts.canonical import sha256_hex
from openagents.verification.findings import EvidenceInvalid
from openagents.verification.sandbox_extras import (
    check_has_commands,
    check_inline_artifacts,
    check_replicas,
    strict_findings,
)
from openagents.verification.tests.evidence import job, result, run

CONTENT = b"data"


def artifact(path: str, content: bytes = CONTENT, prefix: str = "") -> dict[str, Any]:
    return {"path": path, "sha256": prefix + sha256_hex(content), "size_bytes": len(content)}


def inline(content: bytes = CONTENT) -> str:
    return base64.b64encode(content).decode()


def test_an_empty_job_is_a_finding() -> None:
    assert [tuple(found) for found in check_has_commands(job(commands=[]))] == [
        ("no_commands", "sandbox request has no commands")
    ]
    assert check_has_commands(job()) == []


def test_inline_artifacts_are_hashed_again() -> None:
    declared = result(artifacts=[artifact("a"), artifact("b", prefix="sha256:"), artifact("c"), artifact("d")])
    given = {"a": inline(), "b": inline(), "c": inline(b"DATA"), "d": inline(b"longer"), "e": inline()}
    assert [tuple(found) for found in check_inline_artifacts(declared, given)] == [
        ("artifact_digest_mismatch:c", "artifact digest mismatch: c"),
        ("artifact_digest_mismatch:d", "artifact digest mismatch: d"),
        ("artifact_size_mismatch:d", "artifact size mismatch: d"),
        ("artifact_undeclared:e", "inline artifact not declared: e"),
    ]
    with pytest.raises(EvidenceInvalid):
        check_inline_artifacts(declared, {"a": "not base64!"})


def test_replicas_must_be_sound_and_agree() -> None:
    assert check_replicas(job(), result(), [result(), result()]) == []
    other = result(status="failed", runs=[run("make build"), run("make test", 1)], artifacts=[artifact("out/other")])
    broken = result(runs=[run("make build")])
    assert [found.code for found in check_replicas(job(), result(), [other, broken])] == [
        "replica_exit_code_mismatch:1:1",
        "replica_artifact_mismatch:1:out/other",
        "replica_artifact_mismatch:1:out/report.json",
        "replica_failed:2",
        "replica_exit_code_mismatch:2:1",
    ]


STRICT: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"sandbox": {"image_digest": "sha256:demo"}}, {}, "image_digest"),
    ({}, {"runs": [run("x", stdout_sha256="short")]}, "run_digest"),
    ({}, {"artifacts": [{"path": "p", "sha256": "x", "size_bytes": 0}]}, "artifact_digest"),
    ({}, {"artifacts": [artifact("p"), artifact("p")]}, "artifact_duplicate"),
    ({"commands": [{"cmd": "x"}] * 21}, {}, "command_count"),
    ({"commands": [{"cmd": "x" * 4097}]}, {}, "command_size"),
    ({"env": {str(index): "" for index in range(33)}}, {}, "env_count"),
]
SOUND = {"image_digest": "sha256:" + "a" * 64}


@pytest.mark.parametrize(("of_job", "of_result", "name"), STRICT)
def test_each_strict_rule_has_one_code(of_job: dict[str, Any], of_result: dict[str, Any], name: str) -> None:
    found = strict_findings(job(**{"sandbox": SOUND, **of_job}), result(**of_result))
    assert [tuple(item) for item in found] == [(f"strict:{name}", f"strict:{name}")]


@pytest.mark.parametrize(
    ("sandbox", "name"),
    [
        ({"network_policy": "full"}, "network"),
        ({"resources": {"timeout_secs": 301}}, "timeout"),
        ({"resources": {"memory_mb": 8193}}, "memory"),
        ({"resources": {"cpus": 8.5}}, "cpus"),
    ],
)
def test_each_strict_bound_has_one_code(sandbox: dict[str, Any], name: str) -> None:
    assert [item.code for item in strict_findings(job(sandbox={**SOUND, **sandbox}), result())] == [f"strict:{name}"]


def test_a_sound_job_is_strictly_sound() -> None:
    assert strict_findings(job(sandbox=SOUND), result()) == []

"""Shapes, defaults and the job hash."""

from __future__ import annotations

from typing import Any

import pytest

from openagents.receipts.canonical import canonical_text
from openagents.verification.findings import EvidenceInvalid
from openagents.verification.sandbox_job import read_job, read_result
from openagents.verification.tests.evidence import JOB, RESULT, job, run

EXAMPLE = {
    "sandbox": {"image_digest": "sha256:demo", "resources": {"timeout_secs": 30}},
    "commands": [{"cmd": "make test"}],
}
CANONICAL = (
    '{"commands":[{"cmd":"make test","continue_on_fail":false}],"repo":{"mount_path":"/workspace","source":""},'
    '"sandbox":{"image_digest":"sha256:demo","network_policy":"none","provider":"docker",'
    '"resources":{"cpus":1.0,"memory_mb":512,"timeout_secs":30}},'
    '"verification":{"adjudication":"none","mode":"objective","redundancy":1}}'
)


def test_the_worked_example_hashes_as_specified() -> None:
    example = read_job(EXAMPLE)
    assert canonical_text(example.canonical_form()) == CANONICAL
    assert example.job_hash() == "de62395147da3e2777948c5f2572a5299b8eececaf88b9b2acfd560b486f49b5"


def test_spelled_out_defaults_and_nulls_hash_like_absent_members() -> None:
    spelled = job(repo={"source": "", "git_ref": None, "mount_path": "/workspace"}, env={}, verification=None)
    assert spelled.job_hash() == job().job_hash()
    assert job(env={"A": "1"}).job_hash() != job().job_hash()


def test_an_integral_cpu_count_is_a_float_and_others_are_single_precision() -> None:
    def with_cpus(cpus: Any) -> float:
        return job(sandbox={"image_digest": "x", "resources": {"cpus": cpus}}).cpus

    assert canonical_text(with_cpus(2)) == "2.0"
    assert canonical_text(with_cpus(0.1)) == "0.10000000149011612"
    assert canonical_text(with_cpus(0.5)) == "0.5"


BAD_JOBS = [
    ({"sandbox": {}}, "request.sandbox.image_digest"),
    ({"sandbox": []}, "request.sandbox"),
    ({"sandbox": {"image_digest": "x", "network_policy": "open"}}, "request.sandbox.network_policy"),
    ({"sandbox": {"image_digest": "x", "resources": {"cpus": 1e39}}}, "request.sandbox.resources.cpus"),
    ({"sandbox": {"image_digest": "x", "resources": {"cpus": True}}}, "request.sandbox.resources.cpus"),
    ({"sandbox": {"image_digest": "x", "resources": {"memory_mb": -1}}}, "request.sandbox.resources.memory_mb"),
    ({"commands": [{"workdir": "/"}]}, "request.commands.0.cmd"),
    ({"commands": "make"}, "request.commands"),
    ({"commands": [{"cmd": "x", "continue_on_fail": 1}]}, "request.commands.0.continue_on_fail"),
    ({"env": {"A": 1}}, "request.env.A"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_JOBS)
def test_a_job_of_the_wrong_shape_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(EvidenceInvalid) as refused:
        read_job({**JOB, **changes})
    assert refused.value.field == field


BAD_RESULTS = [
    ({"env_info": None}, "response.env_info.image_digest"),
    ({"status": None}, "response.status"),
    ({"status": "done"}, "response.status"),
    ({"provenance": {}}, "response.provenance.model_id"),
    ({"runs": [{**run("x"), "exit_code": 2**31}]}, "response.runs.0.exit_code"),
    ({"runs": [{**run("x"), "duration_ms": 0.5}]}, "response.runs.0.duration_ms"),
    ({"runs": [None]}, "response.runs.0"),
    ({"artifacts": [{"path": "p", "sha256": "s"}]}, "response.artifacts.0.size_bytes"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_RESULTS)
def test_a_result_of_the_wrong_shape_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(EvidenceInvalid) as refused:
        read_result({**RESULT, **changes})
    assert refused.value.field == field


def test_a_result_reads_back_from_its_plain_form() -> None:
    extra = {"hostname": "h", "image_digest": "i"}
    found = read_result({**RESULT, "env_info": extra, "runs": [run("x", stdout_preview="hi")], "error": "e"})
    assert read_result(found.plain()) == found


def test_large_integers_may_be_decimal_strings() -> None:
    found = read_result({**RESULT, "runs": [{**run("x"), "duration_ms": "18446744073709551615"}]})
    assert found.runs[0].duration_ms == 2**64 - 1

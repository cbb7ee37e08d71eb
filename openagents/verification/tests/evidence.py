"""Jobs and results for the checks' tests: sound ones, to be broken one member at a time."""

from __future__ import annotations

import copy
from typing import Any

from openagents.verification.sandbox_job import SandboxJob, SandboxResult, read_job, read_result

JOB = {"sandbox": {"image_digest": "sha256:demo"}, "commands": [{"cmd": "make build"}, {"cmd": "make test"}]}


def run(cmd: str, exit_code: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "cmd": cmd,
        "exit_code": exit_code,
        "duration_ms": 5,
        "stdout_sha256": "0" * 64,
        "stderr_sha256": "1" * 64,
        **more,
    }


RESULT = {
    "env_info": {"image_digest": "sha256:demo"},
    "runs": [run("make build"), run("make test")],
    "artifacts": [{"path": "out/report.json", "sha256": "2" * 64, "size_bytes": 4}],
    "status": "success",
    "provenance": {"model_id": "test"},
}


def job(**changes: Any) -> SandboxJob:
    return read_job({**copy.deepcopy(JOB), **changes})


def result(**changes: Any) -> SandboxResult:
    return read_result({**copy.deepcopy(RESULT), **changes})

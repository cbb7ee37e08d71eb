"""Two deployments with a server each: mirrored traffic gives equal answers, and a planted difference is found."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from openagents.embedded.credentials import Credentials
from openagents.embedded.provision import ROOT, clean_environment, process_environment
from openagents.embedded.supervision import manage
from openagents.embedded.testbed import TESTBED
from openagents.planes import PROCESSES
from tests.chaos.conftest import OwnServer
from tests.judging import superuser
from tests.runtime_api import RuntimeApi
from tests.system import System

pytestmark = pytest.mark.slow

SHADOW = {"RUNTIME_AUTHORITY_WRITE_MODE": "shadow_only"}


def command(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    full = {**clean_environment(), **environment, "OA_ENV": "test"}
    return subprocess.run(manage(*words), cwd=ROOT, env=full, capture_output=True, text=True, check=False)


def side(url: str, credentials: Credentials, user_id: str, run_id: str, folder: Path) -> Path:
    """What a deployment says of the run, as a manifest and its snapshot."""
    folder.mkdir(exist_ok=True)
    api = RuntimeApi(url, credentials, user_id)
    (folder / "snapshot.json").write_text(json.dumps(api.call("GET", f"/runs/{run_id}/shadow-snapshot")))
    api.close()
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"run_id": run_id, "snapshot_path": "snapshot.json"}))
    return manifest


def test_a_shadow_says_the_same_until_something_differs(
    runtime_only: System, own_server: OwnServer, user_id: str, tmp_path: Path
) -> None:
    runtime_only.up("runtime")
    baseline_url = runtime_only["runtime"].url
    api = RuntimeApi(baseline_url, TESTBED.credentials, user_id)
    run_id = api.start_run(metadata={"policy_bundle_id": "policy.shadow.v1"})
    tool = {
        "tool": "shell",
        "params_hash": "sha256:aa",
        "output_hash": "sha256:bb",
        "latency_ms": 7,
        "step_utility": 0.1,
    }
    api.append(run_id, tool, "tool-1", "tool")
    api.append(run_id, {"text": "ö", "n": 2**60}, None, "note")
    api.append(run_id, {"status": "succeeded"}, "end", "run.finished")
    api.close()

    exported = command(
        TESTBED.environment("runtime"), "runtime_history_check", "--plane", "runtime", "--export", run_id
    )
    assert exported.returncode == 0, exported.stderr
    corpus = tmp_path / "run.json"
    corpus.write_text(exported.stdout)

    shadow = own_server.system["runtime"]
    if shadow.running:
        shadow.stop()
    environment = {**process_environment(PROCESSES["runtime"], own_server.server, own_server.credentials), **SHADOW}
    mirrored = command(
        environment, "runtime_shadow_mirror", "--plane", "runtime", str(corpus), "--owner", f"user:{user_id}"
    )
    assert (mirrored.returncode, mirrored.stdout) == (0, f"mirrored {run_id}\n"), mirrored.stderr
    shadow.restart(**SHADOW)
    try:
        report = tmp_path / "report.json"

        def compared() -> tuple[int, dict[str, Any], str]:
            one = side(baseline_url, TESTBED.credentials, user_id, run_id, tmp_path / "baseline")
            other = side(shadow.url, own_server.credentials, user_id, run_id, tmp_path / "candidate")
            manifests = ("--baseline-manifest", str(one), "--candidate-manifest", str(other))
            done = command(
                environment, "runtime_shadow_compare", "--plane", "runtime", *manifests, "--output", str(report)
            )
            assert done.returncode in (0, 2), done.stderr
            return done.returncode, json.loads(report.read_text()), done.stdout

        code, found, _ = compared()
        assert (code, found["diffs"], found["gate"]["decision"]) == (0, [], "allow")

        with superuser(own_server.server, "runtime", "runtime") as database:
            # Past the guards, as only whoever owns the machine can.
            database.execute("SET session_replication_role = replica")
            database.execute(
                "UPDATE run_event SET payload_text = replace(payload_text, 'ö', 'o') WHERE run_id = %s AND seq = 3",
                [run_id],
            )
        code, found, told = compared()
        assert code == 2
        assert [(diff["severity"], diff["field"]) for diff in found["diffs"]] == [
            ("critical", "trajectory_hash"),
            ("warning", "replay_hash"),
        ]
        assert "critical: trajectory_hash" in told and "block:" in told
    finally:
        shadow.stop()

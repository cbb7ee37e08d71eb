"""Further checks of sandbox evidence that Aegis asks for: empty jobs, inline artifacts, replicas, strict rules.

Codes and texts: runtime 12.6 (row "only Aegis calls these") and Aegis 8.3, rules 10-12.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from openagents.receipts.canonical import sha256_hex
from openagents.verification.findings import EvidenceInvalid, Finding
from openagents.verification.sandbox_check import check_sandbox_run
from openagents.verification.sandbox_job import (
    COMMAND_BYTES_MAX,
    COMMANDS_MAX,
    CPUS_MAX,
    ENV_MAX,
    MEMORY_MB_MAX,
    TIMEOUT_SECONDS_MAX,
    Network,
    SandboxJob,
    SandboxResult,
)

_HEX64 = re.compile(r"[0-9a-fA-F]{64}")
_IMAGE = re.compile(r"sha256:[0-9a-fA-F]{64}")


def check_has_commands(job: SandboxJob) -> list[Finding]:
    """An empty job proves nothing."""
    return [] if job.commands else [Finding("no_commands", "sandbox request has no commands")]


def check_inline_artifacts(result: SandboxResult, inline: Mapping[str, str]) -> list[Finding]:
    """Re-hash artifacts handed in as base64 by path. Raises EvidenceInvalid for what is not base64."""
    declared = {artifact.path: artifact for artifact in result.artifacts}
    found = []
    for path in sorted(inline):
        try:
            content = base64.b64decode(inline[path], validate=True)
        except (binascii.Error, ValueError):
            raise EvidenceInvalid(f"artifacts_inline.{path}", "must be base64") from None
        artifact = declared.get(path)
        if artifact is None:
            found.append(Finding(f"artifact_undeclared:{path}", f"inline artifact not declared: {path}"))
            continue
        if artifact.sha256.strip().removeprefix("sha256:").lower() != sha256_hex(content):
            found.append(Finding(f"artifact_digest_mismatch:{path}", f"artifact digest mismatch: {path}"))
        if artifact.size_bytes != len(content):
            found.append(Finding(f"artifact_size_mismatch:{path}", f"artifact size mismatch: {path}"))
    return found


def check_replicas(job: SandboxJob, result: SandboxResult, replicas: Sequence[SandboxResult]) -> list[Finding]:
    """The same job executed elsewhere: each replica is sound by itself, and exit codes and artifacts agree.

    Replicas are numbered from 1.
    """
    found = []
    digests = _digests(result)
    for number, replica in enumerate(replicas, start=1):
        if check_sandbox_run(job, replica).findings:
            found.append(Finding(f"replica_failed:{number}", f"replica {number} failed"))
        for index, (run, again) in enumerate(zip_longest(result.runs, replica.runs)):
            if run is None or again is None or run.exit_code != again.exit_code:
                text = f"replica {number} exit_code mismatch at index {index}"
                found.append(Finding(f"replica_exit_code_mismatch:{number}:{index}", text))
        others = _digests(replica)
        for path in sorted(digests.keys() | others.keys()):
            if digests.get(path) != others.get(path):
                text = f"replica {number} artifact mismatch: {path}"
                found.append(Finding(f"replica_artifact_mismatch:{number}:{path}", text))
    return found


def strict_findings(job: SandboxJob, result: SandboxResult) -> list[Finding]:
    """`strict:*` findings (code and text alike), each at most once, in the order of Aegis 8.3."""
    runs, artifacts = result.runs, result.artifacts
    broken = {
        "image_digest": not _IMAGE.fullmatch(job.image_digest),
        "run_digest": not all(
            _HEX64.fullmatch(run.stdout_sha256) and _HEX64.fullmatch(run.stderr_sha256) for run in runs
        ),
        "artifact_digest": not all(_HEX64.fullmatch(_bare(artifact.sha256)) for artifact in artifacts),
        "artifact_duplicate": any(count > 1 for count in Counter(artifact.path for artifact in artifacts).values()),
        "command_count": len(job.commands) > COMMANDS_MAX,
        "command_size": any(len(command.cmd.encode()) > COMMAND_BYTES_MAX for command in job.commands),
        "env_count": len(job.env) > ENV_MAX,
        "network": job.network_policy is not Network.NONE,
        "timeout": job.timeout_secs > TIMEOUT_SECONDS_MAX,
        "memory": job.memory_mb > MEMORY_MB_MAX,
        "cpus": job.cpus > CPUS_MAX,
    }
    return [Finding(f"strict:{name}", f"strict:{name}") for name, is_broken in broken.items() if is_broken]


def _bare(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _digests(result: SandboxResult) -> dict[str, str]:
    return {artifact.path: _bare(artifact.sha256.strip()).lower() for artifact in result.artifacts}

"""Does a sandbox result fit its job? The rules and their codes are the table of runtime 12.6 (Aegis 8.3, 1-9)."""

from __future__ import annotations

from dataclasses import dataclass

from openagents.verification.findings import Finding
from openagents.verification.sandbox_job import Artifact, CommandRun, ResultStatus, SandboxJob, SandboxResult

PREVIEW_BYTES_MAX = 16_384
ARTIFACTS_MAX = 128
ARTIFACT_PATH_BYTES_MAX = 1024
ARTIFACT_SHA256_BYTES_MAX = 128

ERROR_BESIDE_OTHER_STATUS = Finding("error_field_unexpected", "error message present but status was not error")


@dataclass(frozen=True, slots=True)
class SandboxVerdict:
    """`passed`: no finding, status success, exit 0. A failing test is not passed and has no finding.

    `exit_code` is the first non-zero one in order; 1 where nothing passed and every command said 0.
    """

    passed: bool
    exit_code: int
    findings: tuple[Finding, ...]

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings]

    @property
    def texts(self) -> list[str]:
        return [finding.text for finding in self.findings]


def check_sandbox_run(job: SandboxJob, result: SandboxResult) -> SandboxVerdict:
    """Judge one result against its job."""
    findings = [*_image(job, result), *_commands(job, result)]
    exit_code = 0
    for run in result.runs:
        findings += _previews(run)
        if run.exit_code != 0:
            exit_code = run.exit_code
            break
    findings += _artifacts(result.artifacts)
    findings += _status(result, exit_code)
    findings = list(dict.fromkeys(findings))  # one kind of violation is said once, however many artifacts have it
    passed = not findings and result.status is ResultStatus.SUCCESS and exit_code == 0
    return SandboxVerdict(passed, exit_code if passed or exit_code else 1, tuple(findings))


def _image(job: SandboxJob, result: SandboxResult) -> list[Finding]:
    asked, used = job.image_digest, result.image_digest
    if not asked.strip() or asked == used:
        return []
    return [Finding("image_digest_mismatch", f"image_digest mismatch: request={asked} response={used}")]


def _commands(job: SandboxJob, result: SandboxResult) -> list[Finding]:
    found = []
    asked, ran = len(job.commands), len(result.runs)
    if asked != ran:
        found.append(Finding("run_count_mismatch", f"run count mismatch: request={asked} response={ran}"))
    for index, (command, run) in enumerate(zip(job.commands, result.runs, strict=False)):
        if command.cmd != run.cmd:
            text = f"cmd mismatch at index {index}: request={command.cmd} response={run.cmd}"
            found.append(Finding(f"cmd_mismatch:{index}", text))
    return found


def _previews(run: CommandRun) -> list[Finding]:
    found = []
    for stream, preview in (("stdout", run.stdout_preview), ("stderr", run.stderr_preview)):
        if preview is not None and len(preview.encode()) > PREVIEW_BYTES_MAX:
            found.append(Finding(f"{stream}_preview_too_large", f"{stream}_preview exceeds 16KiB cap"))
    return found


def _artifacts(artifacts: tuple[Artifact, ...]) -> list[Finding]:
    found = []
    if len(artifacts) > ARTIFACTS_MAX:
        found.append(Finding("too_many_artifacts", "artifact count exceeds 128 cap"))
    for artifact in artifacts:
        if len(artifact.path.encode()) > ARTIFACT_PATH_BYTES_MAX:
            found.append(Finding("artifact_path_too_long", "artifact path exceeds 1024 byte cap"))
        if len(artifact.sha256.encode()) > ARTIFACT_SHA256_BYTES_MAX:
            found.append(Finding("artifact_sha256_too_long", "artifact sha256 exceeds 128 byte cap"))
    return found


def _status(result: SandboxResult, exit_code: int) -> list[Finding]:
    has_error = result.error is not None
    found: list[Finding] = []
    match result.status:
        case ResultStatus.SUCCESS:
            if exit_code != 0:
                text = "status success but a command exit_code was non-zero"
                found.append(Finding("success_with_nonzero_exit", text))
            if has_error:
                found.append(Finding("error_field_unexpected", "status success but error field was present"))
        case ResultStatus.FAILED:
            if exit_code == 0:
                text = "status failed but no failing exit_code reported"
                found.append(Finding("failed_without_exit_code", text))
            if has_error:
                found.append(ERROR_BESIDE_OTHER_STATUS)
        case ResultStatus.TIMEOUT | ResultStatus.CANCELLED:
            name = result.status.value
            found.append(Finding(f"provider_status_{name}", f"provider status {name.capitalize()}"))
            if has_error:
                found.append(ERROR_BESIDE_OTHER_STATUS)
        case ResultStatus.ERROR:
            found.append(Finding("provider_status_error", "provider status error"))
            if not (result.error or "").strip():
                found.append(Finding("error_message_missing", "status error but error message missing"))
    return found

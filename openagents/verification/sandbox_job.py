"""A sandbox job and its result: shapes, defaults, and the canonical form that `job_hash` covers (runtime 12.3)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from openagents.receipts.canonical import canonical_sha256
from openagents.verification.findings import EvidenceInvalid
from openagents.verification.reading import I32, U32, U64, Reader

COMMANDS_MAX = 20
COMMAND_BYTES_MAX = 4096
ENV_MAX = 32
TIMEOUT_SECONDS_MAX = 300
MEMORY_MB_MAX = 8192
CPUS_MAX = 8.0
"""What a job may ask for: bounds of the runtime's market, and Aegis' strict rules."""


class Network(StrEnum):
    NONE = "none"
    LOCALHOST = "localhost"
    FULL = "full"


class ResultStatus(StrEnum):
    SUCCESS = "success"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Command:
    cmd: str
    workdir: str | None
    continue_on_fail: bool


@dataclass(frozen=True, slots=True)
class SandboxJob:
    """What was asked for, with the defaults filled in. `cpus` is a single-precision value held in a float."""

    image_digest: str
    commands: tuple[Command, ...]
    provider: str
    network_policy: Network
    memory_mb: int
    cpus: float
    timeout_secs: int
    disk_mb: int | None
    source: str
    git_ref: str | None
    mount_path: str
    env: Mapping[str, str]
    mode: str
    redundancy: int
    adjudication: str
    judge_model: str | None

    def canonical_form(self) -> dict[str, Any]:
        """The object that is hashed and sent to the provider: optional members are left out when absent."""
        return {
            "sandbox": {
                "provider": self.provider,
                "image_digest": self.image_digest,
                "network_policy": self.network_policy.value,
                "resources": _present(
                    {"memory_mb": self.memory_mb, "cpus": self.cpus, "timeout_secs": self.timeout_secs},
                    disk_mb=self.disk_mb,
                ),
            },
            "repo": _present({"source": self.source, "mount_path": self.mount_path}, git_ref=self.git_ref),
            "commands": [
                _present({"cmd": command.cmd, "continue_on_fail": command.continue_on_fail}, workdir=command.workdir)
                for command in self.commands
            ],
            "verification": _present(
                {"mode": self.mode, "redundancy": self.redundancy, "adjudication": self.adjudication},
                judge_model=self.judge_model,
            ),
            **({"env": dict(self.env)} if self.env else {}),
        }

    def job_hash(self) -> str:
        """64 hex: the identity of the job, the same for everybody who asks for the same work."""
        return canonical_sha256(self.canonical_form())


@dataclass(frozen=True, slots=True)
class CommandRun:
    cmd: str
    exit_code: int
    duration_ms: int
    stdout_sha256: str
    stderr_sha256: str
    stdout_preview: str | None
    stderr_preview: str | None


@dataclass(frozen=True, slots=True)
class Artifact:
    path: str
    sha256: str
    size_bytes: int
    mime_type: str | None


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """What a provider says that it did."""

    image_digest: str
    hostname: str | None
    system_info: str | None
    runs: tuple[CommandRun, ...]
    artifacts: tuple[Artifact, ...]
    status: ResultStatus
    error: str | None
    provenance: Mapping[str, Any]

    def plain(self) -> dict[str, Any]:
        """The result as a JSON object, absent optional members left out."""
        return {
            "env_info": _present(
                {"image_digest": self.image_digest}, hostname=self.hostname, system_info=self.system_info
            ),
            "runs": [
                _present(
                    {
                        "cmd": run.cmd,
                        "exit_code": run.exit_code,
                        "duration_ms": run.duration_ms,
                        "stdout_sha256": run.stdout_sha256,
                        "stderr_sha256": run.stderr_sha256,
                    },
                    stdout_preview=run.stdout_preview,
                    stderr_preview=run.stderr_preview,
                )
                for run in self.runs
            ],
            "artifacts": [
                _present(
                    {"path": artifact.path, "sha256": artifact.sha256, "size_bytes": artifact.size_bytes},
                    mime_type=artifact.mime_type,
                )
                for artifact in self.artifacts
            ],
            "status": self.status.value,
            "provenance": dict(self.provenance),
            **({"error": self.error} if self.error is not None else {}),
        }


def read_job(value: Any, path: str = "request") -> SandboxJob:
    """A sandbox request out of JSON. Raises EvidenceInvalid; bounds are not its business."""
    top = Reader(value, path)
    sandbox, repo, verification = top.object("sandbox"), top.object("repo"), top.object("verification")
    resources = sandbox.object("resources")
    redundancy = verification.optional_integer("redundancy", U32)
    memory_mb = resources.optional_integer("memory_mb", U64)
    timeout_secs = resources.optional_integer("timeout_secs", U32)
    return SandboxJob(
        image_digest=sandbox.text("image_digest"),
        commands=top.each("commands", _read_command),
        provider=_or(sandbox.optional_text("provider"), "docker"),
        network_policy=sandbox.one_of("network_policy", Network, Network.NONE),
        memory_mb=512 if memory_mb is None else memory_mb,
        cpus=_single(resources.optional_number("cpus"), f"{path}.sandbox.resources.cpus"),
        timeout_secs=60 if timeout_secs is None else timeout_secs,
        disk_mb=resources.optional_integer("disk_mb", U64),
        source=_or(repo.optional_text("source"), ""),
        git_ref=repo.optional_text("git_ref"),
        mount_path=_or(repo.optional_text("mount_path"), "/workspace"),
        env=top.texts("env"),
        mode=verification.optional_text("mode") or "objective",
        redundancy=1 if redundancy is None else redundancy,
        adjudication=verification.optional_text("adjudication") or "none",
        judge_model=verification.optional_text("judge_model"),
    )


def read_result(value: Any, path: str = "response") -> SandboxResult:
    """A sandbox response out of JSON. Raises EvidenceInvalid."""
    top = Reader(value, path)
    env_info = top.object("env_info")
    top.object("provenance").text("model_id")
    return SandboxResult(
        image_digest=env_info.text("image_digest"),
        hostname=env_info.optional_text("hostname"),
        system_info=env_info.optional_text("system_info"),
        runs=top.each("runs", _read_run),
        artifacts=top.each("artifacts", _read_artifact),
        status=top.one_of("status", ResultStatus),
        error=top.optional_text("error"),
        provenance=top.mapping("provenance") or {},
    )


def _read_command(item: Reader) -> Command:
    return Command(item.text("cmd"), item.optional_text("workdir"), bool(item.optional_flag("continue_on_fail")))


def _read_run(item: Reader) -> CommandRun:
    return CommandRun(
        cmd=item.text("cmd"),
        exit_code=item.integer("exit_code", I32),
        duration_ms=item.integer("duration_ms", U64),
        stdout_sha256=item.text("stdout_sha256"),
        stderr_sha256=item.text("stderr_sha256"),
        stdout_preview=item.optional_text("stdout_preview"),
        stderr_preview=item.optional_text("stderr_preview"),
    )


def _read_artifact(item: Reader) -> Artifact:
    return Artifact(
        path=item.text("path"),
        sha256=item.text("sha256"),
        size_bytes=item.integer("size_bytes", U64),
        mime_type=item.optional_text("mime_type"),
    )


def _single(value: float | None, path: str) -> float:
    """The nearest 32-bit float, as a double: what the hash prints (0.1 becomes 0.10000000149011612, as in 9.2)."""
    if value is None:
        return 1.0
    try:
        (single,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        raise EvidenceInvalid(path, "is out of range") from None
    return float(single)


def _or(value: str | None, default: str) -> str:
    return default if value is None else value


def _present(members: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {**members, **{name: value for name, value in optional.items() if value is not None}}

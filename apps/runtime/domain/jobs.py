"""Kinds of work on the market, and what a sandbox job may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from openagents.verification.sandbox_job import (
    COMMAND_BYTES_MAX,
    COMMANDS_MAX,
    CPUS_MAX,
    ENV_MAX,
    MEMORY_MB_MAX,
    TIMEOUT_SECONDS_MAX,
    Network,
    SandboxJob,
)

SANDBOX_RUN = "oa.sandbox_run.v1"
ANSWER_SECONDS = 5
"""What a provider gets on top of the job's own timeout before the call is given up."""


class OutOfBounds(ValueError):
    """The job asks for more than is served. `field` is its dotted path."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem


@dataclass(frozen=True, slots=True)
class JobType:
    name: str
    mode: str
    redundancy: int
    adjudication: str
    description: str


JOB_TYPES: tuple[JobType, ...] = (
    JobType("oa.code_chunk_analysis.v1", "subjective", 2, "judge_model", "Analyse pieces of source code."),
    JobType("oa.embeddings.v1", "subjective", 1, "majority_vote", "Compute embedding vectors of texts."),
    JobType("oa.retrieval_rerank.v1", "subjective", 2, "majority_vote", "Order retrieved passages by relevance."),
    JobType("oa.repo_index.v1", "objective", 1, "none", "Index a repository by the digests of its files."),
    JobType(SANDBOX_RUN, "objective", 1, "none", "Run commands in a container without network."),
)
"""Every kind of job, all in schema version 1.0.0, with how results are judged by default."""


def check_bounds(job: SandboxJob) -> None:
    """Refuse what no provider is asked to do. Raises OutOfBounds for the first violated bound."""
    if not 1 <= len(job.commands) <= COMMANDS_MAX:
        raise OutOfBounds("request.commands", f"must hold 1 to {COMMANDS_MAX} commands")
    for index, command in enumerate(job.commands):
        if not command.cmd.strip():
            raise OutOfBounds(f"request.commands.{index}.cmd", "must not be blank")
        if len(command.cmd.encode()) > COMMAND_BYTES_MAX:
            raise OutOfBounds(f"request.commands.{index}.cmd", f"is longer than {COMMAND_BYTES_MAX} bytes")
    if len(job.env) > ENV_MAX:
        raise OutOfBounds("request.env", f"must hold at most {ENV_MAX} variables")
    resources = "request.sandbox.resources"
    if job.network_policy is not Network.NONE:
        raise OutOfBounds("request.sandbox.network_policy", "must be none")
    if not 1 <= job.timeout_secs <= TIMEOUT_SECONDS_MAX:
        raise OutOfBounds(f"{resources}.timeout_secs", f"must be 1 to {TIMEOUT_SECONDS_MAX}")
    if not 1 <= job.memory_mb <= MEMORY_MB_MAX:
        raise OutOfBounds(f"{resources}.memory_mb", f"must be 1 to {MEMORY_MB_MAX}")
    if not 0 < job.cpus <= CPUS_MAX:
        raise OutOfBounds(f"{resources}.cpus", f"must be above 0 and at most {CPUS_MAX}")


def call_seconds(job: SandboxJob) -> int:
    """How long one call to a provider may take."""
    return job.timeout_secs + ANSWER_SECONDS


def dispatch_seconds(job: SandboxJob) -> int:
    """How long a dispatch with its one fallback may take; control waits that long (control 3.5.2)."""
    return 2 * call_seconds(job) + ANSWER_SECONDS

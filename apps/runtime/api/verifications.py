"""Stateless objective checks; the same functions as Aegis'."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime import mapping_marketplace as mapping
from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import marketplace_http_pb2 as pb
from openagents.verification.repo_index import check_repo_index
from openagents.verification.sandbox_check import check_sandbox_run
from openagents.wire.model import WireModel
from openagents.wire.ninja import body_limit, respond
from openagents.wire.schema import schema

READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis"})
BODY_BYTES_MAX = 4 * 1024 * 1024

SANDBOX_EVIDENCE = (
    "request",
    "request.sandbox",
    "request.sandbox.image_digest",
    "request.commands.cmd",
    "response",
    "response.env_info",
    "response.env_info.image_digest",
    "response.runs.cmd",
    "response.runs.exit_code",
    "response.runs.duration_ms",
    "response.runs.stdout_sha256",
    "response.runs.stderr_sha256",
    "response.artifacts.path",
    "response.artifacts.sha256",
    "response.artifacts.size_bytes",
    "response.status",
    "response.provenance",
)
"""What proto3 would fill with a zero must be there: an exit code that nobody stated is not a success."""

INDEX_EVIDENCE = (
    "request",
    "response",
    "response.tree_sha256",
    "response.digests.path",
    "response.digests.sha256",
    "response.digests.bytes",
)

SandboxIn = schema(pb.SandboxVerificationRequest, required=SANDBOX_EVIDENCE)
SandboxOut = schema(pb.SandboxVerificationResponse)
IndexIn = schema(pb.RepoIndexVerificationRequest, required=INDEX_EVIDENCE)
IndexOut = schema(pb.RepoIndexVerificationResponse)

router = Router(tags=["verifications"])


@router.post("/sandbox-run", auth=READERS, response=SandboxOut, summary="Does a sandbox result fit its job?")
@body_limit(BODY_BYTES_MAX)
def sandbox_run(request: HttpRequest, body: Annotated[WireModel, SandboxIn]) -> HttpResponse:
    """Changes nothing. A failing test is not passed and has no violations."""
    verdict = check_sandbox_run(mapping.any_job(body.request), mapping.result_of(body.response))
    return respond(SandboxOut, passed=verdict.passed, exit_code=verdict.exit_code, violations=verdict.codes)


@router.post("/repo-index", auth=READERS, response=IndexOut, summary="Is this the index of the expected tree?")
@body_limit(BODY_BYTES_MAX)
def repo_index(request: HttpRequest, body: Annotated[WireModel, IndexIn]) -> HttpResponse:
    """Changes nothing. `tree_sha256` is the one computed here."""
    verdict = check_repo_index(mapping.expected_tree(body.request), mapping.index_of(body.response))
    return respond(IndexOut, passed=verdict.passed, tree_sha256=verdict.tree_sha256, violations=verdict.codes)

"""Stored replays, and the document that shadow comparisons read."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime import mapping, mapping_projections
from apps.runtime.api.principals import reader_of
from apps.runtime.services import artifacts, projections, replays, runs
from apps.runtime.services.projection_kinds import RUNS
from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import orchestration_pb2, projection_http_pb2
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis"})

ArtifactOut = schema(orchestration_pb2.RuntimeReplayArtifact)
ShadowOut = schema(projection_http_pb2.RuntimeShadowSnapshotResponse)

router = Router(tags=["artifacts"])


@router.get(
    "/{run_id}/replay/artifact", auth=READERS, response=ArtifactOut, summary="The stored replay of an ended run"
)
def replay_artifact(request: HttpRequest, run_id: str) -> HttpResponse:
    """Stored once when the run ends; events that come later make another artifact."""
    artifact = replays.artifact_of(mapping.parse_run_id(run_id), reader_of(request))
    return respond(ArtifactOut, **mapping_projections.artifact_view(artifact))


@router.get(
    "/{run_id}/shadow-snapshot", auth=READERS, response=ShadowOut, summary="Receipt, replay, summary and checkpoint"
)
def shadow_snapshot(request: HttpRequest, run_id: str) -> HttpResponse:
    """The four bodies that a shadow comparison needs, in one document."""
    reader = reader_of(request)
    run = runs.get_run(mapping.parse_run_id(run_id), reader)
    found = projections.checkpoint(RUNS, str(run.id))
    return respond(
        ShadowOut,
        receipt=json.loads(artifacts.receipt_text(run.id, reader)),
        replay=artifacts.replay(run.id, reader, published=False),
        summary={"summary": mapping_projections.run_summary_view(projections.run_summary(run.id))},
        checkpoint={"checkpoint": mapping_projections.checkpoint_view(RUNS.topic(str(run.id)), found)},
    )

"""Stored replays: a run's REPLAY.jsonl as it was when the run ended, and again for every later state of its log."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.run_states import TERMINAL
from apps.runtime.models import ReplayArtifact, ReplayChunk, Run, RunEvent
from apps.runtime.services import cursors, tallies, write_mode
from apps.runtime.services.artifacts import run_record
from apps.runtime.services.runs import Reader, get_run
from openagents.ops import faults
from openagents.receipts.replay import artifact_id, replay_hash, replay_text
from openagents.wire.faults import NOT_FOUND, Fault

CHUNK_BYTES = 262_144
COMPRESSION = "gzip"
STORE_RUNS_MAX = 200
"""Runs stored per round of the job; the route stores on demand whatever the job has not reached."""
STORE_WINDOW = timedelta(days=2)
VERIFY_ARTIFACTS = 50


class Damaged(ValueError):
    """Stored chunks do not make up the artifact they belong to."""


def artifact_of(run_id: UUID, reader: Reader) -> ReplayArtifact:
    """The artifact of the run's present log, stored now if it is not yet.

    Raises Fault NOT_FOUND (also `replay_not_final` while the run has not ended), FORBIDDEN.
    """
    run = get_run(run_id, reader)
    if run.status not in TERMINAL:
        raise Fault(NOT_FOUND, "the run has not ended", reason_code="replay_not_final")
    return store(run)


def store(run: Run) -> ReplayArtifact:
    """Store the replay of the run's log as the row knows it; a state that is stored already is answered as it is."""
    known = ReplayArtifact.objects.filter(run_id=run.id, last_seq=run.latest_seq).first()
    if known is not None:
        return known
    text = _replay(run)
    content = gzip.compress(text.encode(), mtime=0)
    pieces = [content[start : start + CHUNK_BYTES] for start in range(0, len(content), CHUNK_BYTES)]
    identifier = artifact_id(text)
    with transaction.atomic():
        # Two that store the same replay make the same rows; whoever is second finds them there.
        ReplayArtifact.objects.bulk_create(
            [
                ReplayArtifact(
                    artifact_id=identifier,
                    run_id=run.id,
                    first_seq=1,
                    last_seq=run.latest_seq,
                    event_count=run.event_count,
                    replay_hash=replay_hash(text),
                    storage_ref=f"runtime-db:replay_chunk/{identifier}",
                    compression=COMPRESSION,
                    chunk_count=len(pieces),
                    generated_at=timezone.now(),
                )
            ],
            ignore_conflicts=True,
        )
        faults.point("runtime.replay.before_chunks")
        ReplayChunk.objects.bulk_create(
            [
                ReplayChunk(artifact_id=identifier, position=position, content=piece)
                for position, piece in enumerate(pieces)
            ],
            ignore_conflicts=True,
        )
    return ReplayArtifact.objects.get(artifact_id=identifier)


def _replay(run: Run, last_seq: int | None = None) -> str:
    """The replay of the log up to `last_seq`; its end tells the outcome that the run has now."""
    events = RunEvent.objects.filter(run_id=run.id, seq__lte=last_seq or run.latest_seq).order_by("seq")
    return replay_text(run_record(run, list(events)))


def stored_text(artifact: ReplayArtifact) -> str:
    """The text that was stored. Raises Damaged when chunks are missing or do not give the artifact's hash."""
    chunks = ReplayChunk.objects.filter(artifact_id=artifact.artifact_id).order_by("position")
    pieces = [bytes(chunk.content) for chunk in chunks]
    if len(pieces) != artifact.chunk_count:
        raise Damaged("chunks are missing")
    try:
        text = gzip.decompress(b"".join(pieces)).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise Damaged("the chunks are no compressed text") from error
    if replay_hash(text) != artifact.replay_hash:
        raise Damaged("the text has another hash")
    return text


def store_ended() -> int:
    """Store the replays of runs that ended lately, again where events came later; returns how many were new."""
    if write_mode.current() != "active":
        return 0
    since = timezone.now() - STORE_WINDOW
    stored = ReplayArtifact.objects.filter(run_id=OuterRef("id"), last_seq=OuterRef("latest_seq"))
    ended = Run.objects.filter(~Exists(stored), terminal_at__gte=since).order_by("terminal_at")
    runs = list(ended[:STORE_RUNS_MAX])
    for run in runs:
        store(run)
    return len(runs)


def verify(artifact: ReplayArtifact) -> str | None:
    """Make the replay again from the log and compare; what is wrong, or None."""
    try:
        stored_text(artifact)
    except Damaged as error:
        return str(error)
    run = Run.objects.get(id=artifact.run_id)
    if replay_hash(_replay(run, artifact.last_seq)) != artifact.replay_hash:
        return "the log gives another replay"
    return None


def verify_sample() -> Iterator[tuple[ReplayArtifact, str]]:
    """Verify the next portion of artifacts, counting the results; yields those that are wrong, and why."""
    portion = cursors.next_portion(
        "verify_replays",
        VERIFY_ARTIFACTS,
        lambda after, count: list(ReplayArtifact.objects.filter(artifact_id__gt=after).order_by("artifact_id")[:count]),
        lambda artifact: artifact.artifact_id,
    )
    for artifact in portion:
        problem = verify(artifact)
        result = "mismatch" if problem else "ok"
        metrics.REPLAY_VERIFY.labels(result).inc()
        tallies.count("replay", result)
        if problem:
            yield artifact, problem

"""Input frames for running executors: kept, and told to the log, together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.runtime.domain.events import Source, make_event
from apps.runtime.domain.run_states import TERMINAL
from apps.runtime.models import Run, RunFrame
from apps.runtime.services.append import Append, append
from apps.runtime.services.runs import Reader, check_thread, get_run
from openagents.db.retry import retried
from openagents.idempotency import fingerprint
from openagents.receipts.canonical import canonical_text, prefixed_sha256
from openagents.wire.faults import CONFLICT, FORBIDDEN, NOT_FOUND, PAYLOAD_TOO_LARGE, Fault

PAYLOAD_BYTES_MAX = 262_144
PAGE_DEFAULT = 20
PAGE_MAX = 50
"""Frames in one answer: so many of full size are 13 MB."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as sent. Two are the same when type and payload are."""

    frame_id: str
    type: str
    payload: Mapping[str, Any]
    occurred_at: datetime | None

    @property
    def fingerprint(self) -> str:
        return fingerprint({"type": self.type, "payload": dict(self.payload)})


@retried
def receive_frame(run_id: UUID, frame: Frame, reader: Reader, thread_id: str | None) -> bool:
    """Keep a frame and append `run.frame_received` `{frame_id, type, payload_sha256}`. True when it was there before.

    Raises Fault NOT_FOUND, FORBIDDEN, INVALID_REQUEST (thread), PAYLOAD_TOO_LARGE, CONFLICT `frame_conflict` or
    `run_already_terminal`.
    """
    text = canonical_text(dict(frame.payload))
    if len(text.encode()) > PAYLOAD_BYTES_MAX:
        raise Fault(PAYLOAD_TOO_LARGE, "the frame is too large", details={"limit_bytes": PAYLOAD_BYTES_MAX})
    with transaction.atomic():
        run = Run.objects.select_for_update(no_key=True).filter(id=run_id).first()
        if run is None:
            raise Fault(NOT_FOUND, "there is no such run")
        if reader.owner is not None and run.owner_key != reader.owner.key:
            raise Fault(FORBIDDEN, "the run belongs to somebody else")
        check_thread(run, thread_id)
        known = RunFrame.objects.filter(run_id=run_id, frame_id=frame.frame_id).first()
        if known is not None:
            if known.fingerprint != frame.fingerprint:
                raise Fault(CONFLICT, "the frame_id was used for another frame", reason_code="frame_conflict")
            return True
        if run.status in TERMINAL:
            raise Fault(CONFLICT, "the run has ended", reason_code="run_already_terminal")
        told = {"frame_id": frame.frame_id, "type": frame.type, "payload_sha256": prefixed_sha256(text.encode())}
        event = make_event("run.frame_received", told, f"frame:{frame.frame_id}", Source.SYSTEM)
        (placed,) = append(Append(run_id, Source.SYSTEM, [event]))
        RunFrame.objects.create(
            run_id=run_id,
            frame_id=frame.frame_id,
            type=frame.type,
            payload_text=text,
            fingerprint=frame.fingerprint,
            occurred_at=frame.occurred_at,
            received_seq=placed.seq,
            created_at=timezone.now(),
        )
    return False


def frames_after(
    run_id: UUID, reader: Reader, after_seq: int, limit: int, *, pending: bool
) -> tuple[list[RunFrame], int | None]:
    """Frames behind a received_seq, ascending, payloads and all: what an executor reads after the log told it of one.

    `pending`: only those nobody consumed. Returns the page and the cursor of the next one, None at the end.
    Raises Fault NOT_FOUND, FORBIDDEN.
    """
    found = RunFrame.objects.filter(run_id=get_run(run_id, reader).id, received_seq__gt=after_seq)
    if pending:
        found = found.filter(consumed_seq=None)
    page = list(found.order_by("received_seq")[: limit + 1])
    return page[:limit], page[limit - 1].received_seq if len(page) > limit else None

"""Run routes: start, read, list, append, cancel, artifacts."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.runtime import mapping
from apps.runtime.api.principals import Writer, caller_of, owner_of, reader_of, source_of
from apps.runtime.domain.events import Event, Refused, Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.run_states import RunStatus
from apps.runtime.services import artifacts, runs
from apps.runtime.services.append import SEQ_MAX, Append, append_and_show
from openagents.peers.auth import SignedPeer, claim_of, claimed_with_effect
from openagents.receipts.canonical import Unrepresentable
from openagents.runtime.v1 import run_http_pb2 as pb
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

WRITERS = Writer(issuers={"control", "ops"})
APPENDERS = Writer(issuers={"control", "ops", "hydra", "aegis"})
READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis"})
RECEIPT_READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis", "bridge"})

BATCH_EVENTS_MAX = 100
ID_CHARS_MAX = 160

StartIn = schema(pb.RuntimeRunStartRequest)
RunOut = schema(pb.RuntimeRunResponse)
ListQuery = schema(pb.RuntimeRunListQuery)
ListOut = schema(pb.RuntimeRunListResponse)
AppendIn = schema(pb.RuntimeRunEventAppendRequest, required=("event_type",))
AppendOut = schema(pb.RuntimeRunEventAppendResponse)
BatchIn = schema(pb.RuntimeRunEventBatchRequest, required=("events", "events.event_type"))
BatchOut = schema(pb.RuntimeRunEventBatchResponse)
EventsQuery = schema(pb.RuntimeRunEventsQuery)
EventsOut = schema(pb.RuntimeRunEventsResponse)
GetQuery = schema(pb.RuntimeRunGetQuery)
SnapshotOut = schema(pb.RuntimeRunSnapshotResponse, case="camel")
CancelIn = schema(pb.RuntimeRunCancelRequest)
CancelOut = schema(pb.RuntimeRunCancelResponse, case="camel")
ReceiptOut = schema(pb.RuntimeRunReceipt)
BundleOut = schema(pb.RuntimeRunBundleResponse)

router = Router(tags=["runs"])


@router.post("", auth=WRITERS, response={201: RunOut, 200: RunOut}, summary="Start a run")
def start(request: HttpRequest, body: Annotated[WireModel, StartIn]) -> HttpResponse:
    """Creates the run and appends `run.started` as seq 1. The same key and body give the same run."""
    owner = owner_of(request, body) or Owner.system(caller_of(request).iss)
    run, created = runs.start_run(
        runs.StartRun(
            owner=owner,
            metadata=body.metadata or {},
            run_id=mapping.parse_run_id(body.run_id) if body.run_id else None,
            worker_id=mapping.optional_text(body.worker_id, "worker_id", ID_CHARS_MAX),
            thread_id=mapping.optional_text(body.thread_id, "thread_id", ID_CHARS_MAX),
            org_id=mapping.optional_text(body.org_id, "org_id", ID_CHARS_MAX),
            visibility=(body.visibility or "owner").strip(),
            idempotency_key=mapping.optional_text(body.idempotency_key, "idempotency_key", 200),
        )
    )
    return respond(RunOut, 201 if created else 200, run=mapping.run_view(run, runs.newest_events(run)))


@router.get("", auth=READERS, response=ListOut, summary="List runs, newest first")
def listing(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:  # type: ignore[valid-type]
    asked: Any = query
    limit = _within(asked.limit, "limit", 50, 200)
    act = caller_of(request).act
    status = _status(asked.status)
    where = runs.RunFilter(
        owner=owner_of(request, asked),
        org_id=act.org_id if act else None,
        thread_id=asked.thread_id,
        worker_id=asked.worker_id,
        status=status,
    )
    page, next_cursor = runs.list_runs(where, limit, asked.cursor)
    return respond(ListOut, runs=[mapping.run_view(run) for run in page], next_cursor=next_cursor)


@router.get("/{run_id}", auth=READERS, response=RunOut, summary="Read a run with its newest events")
def read(request: HttpRequest, run_id: str, query: Query[GetQuery]) -> HttpResponse:  # type: ignore[valid-type]
    asked: Any = query
    shown = asked.events or "all"
    if shown not in ("all", "none"):
        raise Fault(INVALID_REQUEST, "events is all or none", errors={"events": ["all or none"]})
    run = runs.get_run(mapping.parse_run_id(run_id), reader_of(request))
    return respond(RunOut, run=mapping.run_view(run, runs.newest_events(run) if shown == "all" else ()))


@router.post("/{run_id}/events", auth=APPENDERS, response=AppendOut, summary="Append one event")
@claimed_with_effect
def append_event(request: HttpRequest, run_id: str, body: Annotated[WireModel, AppendIn]) -> HttpResponse:
    """Answers once the event is durable. A repeat of the key gives the stored event, whatever happened since."""
    identifier = mapping.parse_run_id(run_id)
    source = source_of(request)
    event = _event(body, source, index=None)
    reader = reader_of(request)
    (placed,), run = append_and_show(
        Append(
            identifier,
            source,
            [event],
            _owner_key(reader),
            _seq(body.expected_previous_seq),
            claim=claim_of(request),
        )
    )
    return respond(
        AppendOut,
        run=mapping.run_view(run),
        event={
            "seq": placed.seq,
            "event_type": event.event_type,
            "payload": body.payload if body.payload is not None else {},
            "idempotency_key": event.idempotency_key,
            "recorded_at": placed.recorded_at,
            "source": source.value,
        },
        idempotent_replay=placed.replayed,
    )


@router.post(
    "/{run_id}/events/batch", auth=WRITERS, response=BatchOut, summary="Append 1 to 100 events, all or nothing"
)
@claimed_with_effect
def append_batch(request: HttpRequest, run_id: str, body: Annotated[WireModel, BatchIn]) -> HttpResponse:
    """Contiguous seqs in the order given. When every key is known the batch is a pure replay."""
    identifier = mapping.parse_run_id(run_id)
    if not 1 <= len(body.events) <= BATCH_EVENTS_MAX:
        raise Fault(
            INVALID_REQUEST,
            f"a batch holds 1 to {BATCH_EVENTS_MAX} events",
            errors={"events": [f"1 to {BATCH_EVENTS_MAX}"]},
        )
    source = source_of(request)
    events = [_event(item, source, index) for index, item in enumerate(body.events)]
    _refuse_repeated_keys(events)
    reader = reader_of(request)
    placed, run = append_and_show(
        Append(
            identifier,
            source,
            events,
            _owner_key(reader),
            _seq(body.expected_previous_seq),
            claim=claim_of(request),
        )
    )
    return respond(
        BatchOut,
        run=mapping.run_view(run),
        results=[
            {"index": index, "seq": place.seq, "idempotent_replay": place.replayed}
            for index, place in enumerate(placed)
        ],
    )


@router.get("/{run_id}/events", auth=READERS, response=EventsOut, summary="Read the log behind a seq")
def events(request: HttpRequest, run_id: str, query: Query[EventsQuery]) -> HttpResponse:  # type: ignore[valid-type]
    asked: Any = query
    limit = _within(asked.limit, "limit", 200, 1000)
    after_seq = _seq(asked.after_seq) or 0
    run = runs.get_run(mapping.parse_run_id(run_id), reader_of(request))
    page = runs.events_after(run, after_seq, limit)
    last = page[-1].seq if page else after_seq
    return respond(
        EventsOut,
        run_id=str(run.id),
        events=[mapping.event_view(event) for event in page],
        latest_seq=run.latest_seq,
        next_after_seq=last if last < run.latest_seq and page else None,
    )


@router.get("/{run_id}/snapshot", auth=READERS, response=SnapshotOut, summary="Short state of a run")
def snapshot(request: HttpRequest, run_id: str, thread_id: str = "") -> HttpResponse:
    if not thread_id.strip():
        raise Fault(INVALID_REQUEST, "thread_id is required", errors={"thread_id": ["required"]})
    run = runs.get_run(mapping.parse_run_id(run_id), reader_of(request))
    runs.check_thread(run, thread_id)
    return respond(
        SnapshotOut,
        run_id=str(run.id),
        thread_id=run.thread_id,
        status=str(run.status),
        latest_seq=run.latest_seq,
        updated_at=run.updated_at,
    )


@router.post(
    "/{run_id}/cancel", auth=WRITERS, response={202: CancelOut, 200: CancelOut}, summary="Ask for cancellation"
)
def cancel(request: HttpRequest, run_id: str, body: Annotated[WireModel, CancelIn]) -> HttpResponse:
    run, repeated = runs.cancel_run(
        mapping.parse_run_id(run_id), reader_of(request), body.thread_id, (body.reason or "").strip() or None
    )
    return respond(
        CancelOut,
        200 if repeated else 202,
        run_id=str(run.id),
        status=str(run.status),
        cancel_requested=True,
        idempotent_replay=repeated,
    )


@router.get("/{run_id}/receipt", auth=RECEIPT_READERS, response=ReceiptOut, summary="The run's receipt")
def receipt(request: HttpRequest, run_id: str) -> HttpResponse:
    """Canonical bytes: what they hash to is what the signature signs."""
    text = artifacts.receipt_text(mapping.parse_run_id(run_id), reader_of(request))
    return HttpResponse(text, content_type="application/json")


@router.get("/{run_id}/replay", auth=READERS, summary="The run as REPLAY.jsonl")
def replay(request: HttpRequest, run_id: str, redaction: str = "") -> HttpResponse:
    """`redaction=published` masks secrets and keeps hashes."""
    if redaction not in ("", "published"):
        raise Fault(INVALID_REQUEST, "redaction is published", errors={"redaction": ["published"]})
    text = artifacts.replay(mapping.parse_run_id(run_id), reader_of(request), published=redaction == "published")
    return HttpResponse(text, content_type="application/x-ndjson")


@router.get(
    "/{run_id}/bundle", auth=READERS, response=BundleOut, summary="PR_SUMMARY.md, RECEIPT.json and REPLAY.jsonl"
)
def bundle(request: HttpRequest, run_id: str) -> HttpResponse:
    files = artifacts.bundle(mapping.parse_run_id(run_id), reader_of(request))
    return respond(BundleOut, files=files)


def _owner_key(reader: runs.Reader) -> str | None:
    return reader.owner.key if reader.owner else None


def _event(body: Any, source: Source, index: int | None) -> Event:
    """An event of the request. Raises Fault INVALID_REQUEST; `details.index` names its place in a batch."""
    payload = body.payload if body.payload is not None else {}
    try:
        return make_event(body.event_type, payload, body.idempotency_key, source)
    except Refused as error:
        details = {} if index is None else {"index": index}
        raise Fault(INVALID_REQUEST, str(error), reason_code=error.reason_code, details=details) from None
    except Unrepresentable as error:
        raise Fault(INVALID_REQUEST, str(error), errors={"payload": [str(error)]}) from None


def _refuse_repeated_keys(batch: list[Event]) -> None:
    seen: set[str] = set()
    for index, event in enumerate(batch):
        if event.idempotency_key is None:
            continue
        if event.idempotency_key in seen:
            raise Fault(
                INVALID_REQUEST,
                "an idempotency key stands twice in the batch",
                reason_code="duplicate_idempotency_key",
                details={"index": index},
            )
        seen.add(event.idempotency_key)


def _seq(value: int | None) -> int | None:
    if value is not None and value > SEQ_MAX:
        raise Fault(INVALID_REQUEST, "a seq is at most 2^63-1", errors={"seq": ["too large"]})
    return value


def _within(value: int | None, name: str, default: int, most: int) -> int:
    if value is None:
        return default
    if not 1 <= value <= most:
        raise Fault(INVALID_REQUEST, f"{name} is 1 to {most}", errors={name: [f"1 to {most}"]})
    return value


def _status(value: Any) -> str | None:
    if value is None:
        return None
    if value not in set(RunStatus):
        raise Fault(INVALID_REQUEST, "unknown status", errors={"status": [", ".join(RunStatus)]})
    return str(value)

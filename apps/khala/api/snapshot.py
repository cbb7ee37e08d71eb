"""`GET /khala/v1/topics/{topic}/snapshot`: the latest documents of a topic, exact at one position (13.4)."""

from __future__ import annotations

from typing import Annotated

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.khala.api.bearer import TokenHolder
from apps.khala.domain import snapshots
from apps.khala.domain.access import Principal
from apps.khala.services.node import Node
from apps.khala.services.snapshots import PER_MINUTE, Snapshot
from apps.khala.services.thread import ask_node
from openagents.sync.v1 import http_pb2 as pb
from openagents.wire.faults import INVALID_REQUEST, PAGE_EXPIRED, RATE_LIMITED, SNAPSHOT_NOT_SUPPORTED, Fault
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["delivery"])
SnapshotOut = schema(pb.KhalaSnapshotResponse)


@router.get("/khala/v1/topics/{topic}/snapshot", response={200: SnapshotOut}, auth=TokenHolder())
def read(
    request: HttpRequest,
    topic: str,
    limit: Annotated[int, Query(ge=1, le=snapshots.LIMIT_MAX)] = snapshots.LIMIT_DEFAULT,
    page: str = "",
) -> HttpResponse:
    """A page of the snapshot. Replace projected state with all pages, then resume from `as_of_seq`."""
    principal: Principal = request.auth  # type: ignore[attr-defined]
    name, request_id = topic.strip(), str(getattr(request, "oa_request_id", ""))
    wanted = snapshots.page_of(page) if page else None
    if page and wanted is None:
        raise Fault(INVALID_REQUEST, errors={"page": ["not a page of this route"]})
    canonical, snapshot = ask_node(lambda node: _find(node, principal, name, wanted, request_id))
    offset = wanted.offset if wanted is not None else 0
    if offset > len(snapshot.documents):
        raise Fault(PAGE_EXPIRED)
    documents, next_page = snapshot.page(offset, limit)
    tag = f'"{snapshot.snapshot_hash}"'
    if not page and not next_page and request.headers.get("if-none-match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    response = respond(
        SnapshotOut,
        topic=name,
        canonical_topic=canonical,
        format=snapshots.FORMAT,
        schema_version=snapshots.SCHEMA_VERSION,
        lineage=snapshot.lineage,
        as_of_seq=snapshot.as_of_seq,
        chain=snapshot.chain,
        generated_at=snapshot.generated_at,
        docs=[
            {
                "doc_key": doc.doc_key,
                "doc_version": doc.doc_version,
                "payload": orjson.loads(doc.payload) if doc.payload is not None else None,
                "payload_hash": doc.payload_hash,
                "seq": doc.seq,
            }
            for doc in documents
        ],
        next_page=next_page,
        doc_count=len(snapshot.documents),
        snapshot_hash=snapshot.snapshot_hash,
    )
    response["ETag"] = tag
    return response


async def _find(
    node: Node, principal: Principal, name: str, page: snapshots.Page | None, request_id: str
) -> tuple[str, Snapshot]:
    topic = await node.poller.allowed(principal, name, request_id)
    if not topic.snapshot_capable:
        raise Fault(SNAPSHOT_NOT_SUPPORTED)
    if page is not None:
        return topic.name, await node.snapshots.at(topic, page)
    # Pages of a snapshot are not counted: a large one must be readable to its end.
    wait = await node.hit_window("khala.snapshot", principal.consumer_key(topic.name), PER_MINUTE, 60)
    if wait:
        raise Fault(RATE_LIMITED, reason_code="snapshot_rate", retry_after_ms=wait * 1000)
    return topic.name, await node.snapshots.current(topic)

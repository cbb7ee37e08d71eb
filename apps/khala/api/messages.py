"""`GET /internal/v1/khala/topics/{topic}/messages`: one page over HTTP, for diagnosis and tests (section 9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.khala.api.bearer import TokenHolder
from apps.khala.domain.access import Principal
from apps.khala.domain.grammar import INTEGER_MAX
from apps.khala.domain.journal import Row
from apps.khala.services.thread import ask_node
from openagents.sync.v1 import http_pb2 as pb
from openagents.wire.faults import INVALID_REQUEST, NOT_FOUND, Fault
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["delivery"])
MessagesOut = schema(pb.KhalaTopicMessagesResponse)


class PollHolder(TokenHolder):
    """Whoever may poll. That the route exists and names a topic is asked before who is asking."""

    def __call__(self, request: HttpRequest) -> Principal:
        if not settings.OA.khala_poll_enabled:
            raise Fault(NOT_FOUND)
        if not request.path.rsplit("/", 2)[-2].strip():
            raise Fault(INVALID_REQUEST, reason_code="invalid_topic")
        return super().__call__(request)


@router.get("/internal/v1/khala/topics/{topic}/messages", response={200: MessagesOut}, auth=PollHolder())
def messages(
    request: HttpRequest,
    topic: str,
    after_seq: Annotated[int, Query(ge=0, le=INTEGER_MAX)] = 0,
    limit: Annotated[int | None, Query(ge=1, le=INTEGER_MAX)] = None,
    start: Annotated[str, Query(pattern="^(|earliest)$")] = "",
) -> HttpResponse:
    """Rows after `after_seq`, or from the earliest that is served. Guards T1 and T2 apply per principal and topic."""
    config = settings.OA
    requested = limit if limit is not None else min(config.khala_poll_default_limit, config.khala_poll_max_limit)
    principal: Principal = request.auth  # type: ignore[attr-defined]
    name, request_id = topic.strip(), str(getattr(request, "oa_request_id", ""))
    polled = ask_node(
        lambda node: node.poller.poll(
            principal, name, after_seq, requested, earliest=start == "earliest", request_id=request_id
        )
    )
    page, extent = polled.page, polled.page.extent
    rules = config.polling()
    known: dict[str, Any] = {}
    if polled.known:
        known = {
            "oldest_available_cursor": extent.floor,
            "head_cursor": extent.head,
            "queue_depth": extent.head - extent.floor,
            "dropped_messages": extent.floor,
            "consumer_lag": max(extent.head - polled.after, 0),
            "lineage": extent.lineage,
        }
    driver = config.hint_driver()
    return respond(
        MessagesOut,
        topic=name,
        driver="postgres_notify" if driver == "postgres" else driver,
        messages=[_message(name, row) for row in page.rows],
        next_cursor=page.last,
        replay_complete=page.last >= extent.head,
        limit_applied=polled.portion.applied,
        limit_capped=polled.portion.capped,
        fairness_applied=polled.portion.fair,
        active_topic_count=polled.topics,
        outbound_queue_limit=rules.queue_max,
        slow_consumer_strikes=polled.strikes,
        slow_consumer_max_strikes=rules.strikes_max,
        recommended_reconnect_backoff_ms=polled.reconnect_ms,
        **known,
    )


def _message(name: str, row: Row) -> dict[str, Any]:
    return {
        "topic": name,
        "sequence": row.seq,
        "kind": row.kind,
        "payload": orjson.loads(row.payload) if row.payload is not None else None,
        "published_at": datetime.fromtimestamp(row.published_ms / 1000, UTC),
    }

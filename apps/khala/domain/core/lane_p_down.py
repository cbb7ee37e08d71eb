"""Lane P, downward: the JSON bodies of replies and pushes (section 7). Chains only for a client that asked for them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from apps.khala.domain import grammar
from apps.khala.domain.core.speech import Answer, Cursor, Problem, Result, StaleTopic, Welcome
from apps.khala.domain.freshness import LINEAGE_MISMATCH
from apps.khala.domain.journal import Record, Row
from openagents.receipts.times import rfc3339

Body = dict[str, Any]
SNAPSHOT_FORMAT: Final = "openagents.sync.snapshot.v1"

PUSHED: Final = frozenset({"stale_cursor", "forbidden_topic", "reauth_required", "slow_consumer", "rate_limited"})
"""Errors that are pushed although nothing was asked: all of them end a topic or the connection."""

SEVERITY: Final = ("forbidden_topic", "bad_subscription", "rate_limited", "internal", "stale_cursor")
"""Which failure a refused request is told of, when there are several: in the order of the checks."""

MESSAGES: Final = {
    "forbidden_topic": "a topic may not be read",
    "bad_subscription": "the subscription was refused",
    "rate_limited": "started over too often",
    "internal": "the subscription could not be decided",
    "stale_cursor": "a cursor cannot be resumed",
}


def welcome(said: Welcome) -> Body:
    return {
        "subscription_id": said.subscription_id,
        "allowed_topics": list(said.allowed_topics),
        "current_watermarks": [],
        "connection_id": said.connection_id,
        "protocol_version": said.window.protocol_version,
        "schema_version": said.schema_version,
        "heartbeat_interval_ms": said.heartbeat_interval_ms,
        "heartbeat_timeout_ms": said.heartbeat_timeout_ms,
        "recommended_reconnect_backoff_ms": said.reconnect_ms,
    }


def answer(said: Answer, *, chain: bool) -> Body:
    """Body of an ok reply to subscribe or unsubscribe."""
    topics = said.current if said.remaining else said.results
    body: Body = {"subscription_id": said.subscription_id, "topics": [at.name for at in topics]}
    if not said.remaining:
        body["current_watermarks"] = cursors(said.current, chain=False)
        body["head_watermarks"] = cursors(said.heads, chain=False)
        body["replay"] = [_replay(result, chain) for result in said.results]
    return body


def _replay(result: Result, chain: bool) -> Body:
    body: Body = {
        "topic": result.name,
        "canonical_topic": result.canonical,
        "mode": result.mode,
        "effective_resume_after": result.position,
        "lineage": result.lineage,
    }
    if chain and result.chain:
        body["chain"] = result.chain.hex()
    return body


def cursors(stated: Iterable[Cursor], *, chain: bool) -> list[Body]:
    return [
        {"topic": at.name, "watermark": at.watermark} | ({"chain": at.chain.hex()} if chain and at.chain else {})
        for at in stated
    ]


def refusal(said: Answer) -> Body:
    """Body of the error reply to a subscribe of which at least one topic failed."""
    code = min((result.code for result in said.results if result.code), key=SEVERITY.index)
    failed = [result for result in said.results if result.code == code]
    body: Body = {"code": code, "message": MESSAGES[code]}
    if code == "forbidden_topic":
        body["forbidden_topics"] = [result.name for result in failed]
        body["reasons"] = {result.name: result.reason for result in failed}
    elif code == "stale_cursor":
        body |= stale([result.stale for result in failed if result.stale is not None])
    else:
        body["reason"] = failed[0].reason
    if code == "rate_limited":
        body["retry_after_ms"] = max(result.retry_after_ms for result in failed)
    return body


def problem(said: Problem) -> Body:
    """Body of an error that is pushed or replied."""
    if said.window is not None:
        return said.window.failure(said.code) | {"message": said.message}
    body: Body = {"code": said.code, "message": said.message}
    if said.stale is not None:
        return body | stale([said.stale])
    match said.code:
        case "forbidden_topic":
            body |= {"forbidden_topics": [said.topic], "reasons": {said.topic: said.reason}}
        case "reauth_required":
            body |= {"reauth_required": True, "reason": said.reason}
        case "slow_consumer":
            body |= {
                "action": said.action,
                "topic": said.topic,
                "queue_depth": said.queue_depth,
                "queue_limit": said.queue_limit,
                "reconnect_after_ms": said.reconnect_after_ms,
                "full_resync_required": False,
            }
        case _:
            body |= {"reason": said.reason} if said.reason else {}
    if said.retry_after_ms:
        body["retry_after_ms"] = said.retry_after_ms
    return body


def stale(topics: list[StaleTopic]) -> Body:
    """The stale part of an error (13.1); snapshots only of topics that have them."""
    reasons = dict.fromkeys(reason for topic in topics for reason in topic.reasons)
    return {
        "full_resync_required": True,
        "reason_codes": list(reasons) or [LINEAGE_MISMATCH],
        "stale_topics": [_stale_topic(topic) for topic in topics],
        "snapshot_plan": {
            "format": SNAPSHOT_FORMAT,
            "topics": [_snapshot(topic) for topic in topics if topic.snapshot],
        },
    }


def _stale_topic(topic: StaleTopic) -> Body:
    return {
        "topic": topic.name,
        "reason": topic.reasons[0],
        "reason_codes": list(topic.reasons),
        "qos_tier": topic.topic_class.qos,
        "resume_after": topic.resume_after,
        "retention_floor": topic.floor,
        "head_watermark": topic.head,
        "replay_lag": topic.lag,
        "replay_budget_events": topic.topic_class.replay_budget_events,
        "lineage": topic.lineage,
    }


def _snapshot(topic: StaleTopic) -> Body:
    return {
        "topic": topic.name,
        "head_watermark": topic.head,
        "snapshot": {
            "topic": topic.name,
            "format": SNAPSHOT_FORMAT,
            "schema_version": 1,
            "cadence_seconds": topic.topic_class.snapshot_cadence_seconds,
            "href": f"/khala/v1/topics/{grammar.quoted(topic.canonical)}/snapshot",
        },
    }


def update(name: str, record: Record, payload: bytes | None) -> bytes:
    """One update as JSON text; the stored payload goes in as it is."""
    row = Row(record)
    head = orjson.dumps({"topic": name, "doc_key": row.doc_key, "doc_version": row.doc_version})
    tail: Body = {
        "payload_hash": base64.b64encode(row.digest).decode() if row.digest else None,
        "watermark": row.seq,
        "hydration_required": row.hydration_required or payload is None,
        "kind": row.kind,
        "published_at": published_at(row),
    }
    if row.tombstone:
        tail["tombstone"] = True
    if row.hydrate_path:
        tail["hydrate_path"] = row.hydrate_path
    return head[:-1] + b',"payload":' + (payload or b"null") + b"," + orjson.dumps(tail)[1:]


def published_at(row: Row) -> str:
    return rfc3339(datetime.fromtimestamp(row.published_ms / 1000, UTC))

"""Lane N, downward: what the server says as messages of `openagents.sync.v1`, and their schema 1 form as JSON."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from google.protobuf.message import Message

from apps.khala.domain import grammar
from apps.khala.domain.compat import Window
from apps.khala.domain.core import speech
from apps.khala.domain.core.speech import Cursor
from apps.khala.domain.journal import HASH_PREFIX_CHARS, Record, Row
from openagents.sync.v1 import sync_pb2 as pb

CONTROL_TOPIC: Final = "sync.control"
AUTH_TOPIC: Final = "sync.auth"
SNAPSHOT_FORMAT: Final = "openagents.sync.snapshot.v1"

ERROR_CODES: Final[dict[str, pb.SyncErrorCode]] = {
    "unauthorized": pb.SYNC_ERROR_CODE_UNAUTHORIZED,
    "forbidden_topic": pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC,
    "bad_subscription": pb.SYNC_ERROR_CODE_BAD_SUBSCRIPTION,
    "stale_cursor": pb.SYNC_ERROR_CODE_STALE_CURSOR,
    "payload_too_large": pb.SYNC_ERROR_CODE_PAYLOAD_TOO_LARGE,
    "rate_limited": pb.SYNC_ERROR_CODE_RATE_LIMITED,
    "internal": pb.SYNC_ERROR_CODE_INTERNAL,
    "slow_consumer": pb.SYNC_ERROR_CODE_SLOW_CONSUMER,
    "reauth_required": pb.SYNC_ERROR_CODE_REAUTH_REQUIRED,
    "server_draining": pb.SYNC_ERROR_CODE_SERVER_DRAINING,
    "heartbeat_timeout": pb.SYNC_ERROR_CODE_HEARTBEAT_TIMEOUT,
    "bad_message": pb.SYNC_ERROR_CODE_BAD_MESSAGE,
    **dict.fromkeys(
        (
            "upgrade_required",
            "invalid_client_build",
            "unsupported_protocol_version",
            "unsupported_schema_version",
            "unsupported_client_build",
        ),
        pb.SYNC_ERROR_CODE_UPGRADE_REQUIRED,
    ),
}
"""Code word -> enum. The compatibility words share one enum value and differ in `code_text`."""

_CODE_TEXT: Final = {
    number: name.removeprefix("SYNC_ERROR_CODE_").lower() for name, number in pb.SyncErrorCode.items() if number
}
_STATED: Final = frozenset(
    {
        "watermark",
        "watermarks",
        "current_watermarks",
        "head_watermarks",
        "updates",
        "replay_complete",
        "results",
        "subscription_id",
        "effective_resume_after",
        "accepted",
        "code",
        "message",
        "resume_after",
        "retention_floor",
        "head_watermark",
        "replay_lag",
        "allowed_topics",
    }
)
"""Fields that schema 1 writes even when they hold their default."""


def _enum(name: str) -> pb.SyncTopic:
    return _ENUMS.get(name, pb.SYNC_TOPIC_UNSPECIFIED)


_ENUMS: Final[dict[str, pb.SyncTopic]] = {
    "runtime.run_summaries": pb.SYNC_TOPIC_RUNTIME_RUN_SUMMARIES,
    "runtime.codex_worker_summaries": pb.SYNC_TOPIC_RUNTIME_CODEX_WORKER_SUMMARIES,
    "runtime.notifications": pb.SYNC_TOPIC_RUNTIME_NOTIFICATIONS,
    grammar.VIEW: pb.SYNC_TOPIC_RUNTIME_CODEX_WORKER_EVENTS,
}


Made = tuple[str, pb.KhalaFrameKind, Message]
"""Topic of the envelope, kind, payload."""


def cursor(at: Cursor) -> pb.TopicCursor:
    return pb.TopicCursor(
        topic=_enum(at.name),
        watermark=at.watermark,
        topic_name=at.name,
        lineage=at.lineage,
        chain=at.chain.hex() if at.chain else None,
    )


class Stencil:
    """Updates of one topic as the serialised field 1 of an `UpdateBatch`, all from one message.

    To make a message costs more than to fill it and to serialise it together.
    """

    def __init__(self, name: str) -> None:
        self._topic = {"topic": _enum(name), "topic_name": name}
        self._batch = pb.UpdateBatch()
        self._update = self._batch.updates.add(**self._topic)

    def update(self, record: Record, payload: bytes | None) -> bytes:
        seq, kind, key, version, _, digest, _, published_ms, hydration_required, path, tombstone, _ = record
        made, batch = self._update, self._batch
        if hydration_required or path or tombstone or payload is None:
            batch = pb.UpdateBatch()
            made = batch.updates.add(**self._topic, hydration_required=hydration_required or payload is None)
            made.tombstone, made.hydrate_path = tombstone, path
        made.doc_key = key
        made.doc_version = version
        made.payload = payload or b""
        made.watermark = seq
        made.payload_hash = bytes.fromhex(digest[HASH_PREFIX_CHARS:])
        made.kind = kind
        made.published_at_unix_ms = published_ms
        return batch.SerializeToString()


def update_json(name: str, record: Record, payload: bytes | None) -> bytes:
    row = Row(record)
    fields: dict[str, Any] = {
        "topic": name,
        "doc_key": row.doc_key,
        "doc_version": row.doc_version,
        "payload_hash": base64.b64encode(row.digest).decode() if row.digest else None,
        "watermark": row.seq,
        "hydration_required": row.hydration_required or payload is None,
        "kind": row.kind,
        "published_at_unix_ms": row.published_ms,
    }
    if row.tombstone:
        fields["tombstone"] = True
    if row.hydrate_path:
        fields["hydrate_path"] = row.hydrate_path
    # The stored canonical text goes in as it is: parsing it again could only change it.
    return orjson.dumps(fields)[:-1] + b',"payload":' + (payload or b"null") + b"}"


def varint(number: int) -> bytes:
    """Protobuf's base 128 form of a number >= 0."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _welcome(said: speech.Welcome) -> Made:
    return (
        CONTROL_TOPIC,
        pb.KHALA_FRAME_KIND_WELCOME,
        pb.Welcome(
            connection_id=said.connection_id,
            protocol_version=said.window.protocol_version,
            schema_version=said.schema_version,
            heartbeat_interval_ms=said.heartbeat_interval_ms,
            heartbeat_timeout_ms=said.heartbeat_timeout_ms,
            window_frames=said.window_frames,
            window_bytes=said.window_bytes,
            compatibility=_window(said.window),
            server_time_unix_ms=said.server_time_ms,
            recommended_reconnect_backoff_ms=said.reconnect_ms,
            allowed_topics=said.allowed_topics,
            lease_expires_unix_ms=said.lease_expires_ms,
        ),
    )


def _window(window: Window) -> pb.CompatibilityWindow:
    return pb.CompatibilityWindow(
        protocol_version=window.protocol_version,
        min_client_build_id=window.min_client_build_id,
        max_client_build_id=window.max_client_build_id or "",
        min_schema_version=window.min_schema_version,
        max_schema_version=window.max_schema_version,
    )


def _answer(said: speech.Answer) -> Made:
    kind = pb.KHALA_FRAME_KIND_UNSUBSCRIBED if said.remaining else pb.KHALA_FRAME_KIND_SUBSCRIBED
    return (
        CONTROL_TOPIC,
        kind,
        pb.Subscribed(
            subscription_id=said.subscription_id,
            current_watermarks=[cursor(at) for at in said.current],
            head_watermarks=[cursor(at) for at in said.heads],
            request_id=said.request_id,
            results=[
                pb.TopicResult(
                    topic_name=result.name,
                    canonical_topic=result.canonical,
                    error=ERROR_CODES.get(result.code, pb.SYNC_ERROR_CODE_UNSPECIFIED),
                    reason=result.reason,
                    effective_resume_after=result.position,
                    lineage=result.lineage,
                    mode=result.mode,
                    chain=result.chain.hex() if result.chain else None,
                )
                for result in said.results
            ],
        ),
    )


def _beat(said: speech.Beat) -> Made:
    return (
        CONTROL_TOPIC,
        pb.KHALA_FRAME_KIND_HEARTBEAT,
        pb.Heartbeat(watermarks=[cursor(at) for at in said.watermarks], server_time_unix_ms=said.server_time_ms),
    )


def _problem(said: speech.Problem) -> Made:
    message = pb.Error(
        code=ERROR_CODES[said.code],
        message=said.message,
        retry_after_ms=said.retry_after_ms,
        reconnect_after_ms=said.reconnect_after_ms,
        reauth_required=said.code == "reauth_required",
        action=said.action,
        request_id=said.request_id,
        code_text=said.code,
        reason=said.reason,
        compatibility=_window(said.window) if said.window else None,
        forbidden_topics=[said.topic] if said.code == "forbidden_topic" and said.topic else [],
    )
    if said.stale is not None:
        _add_stale(message, said.stale)
    topic = AUTH_TOPIC if said.about_access else said.topic or CONTROL_TOPIC
    return topic, pb.KHALA_FRAME_KIND_ERROR, message


def _add_stale(message: pb.Error, stale: speech.StaleTopic) -> None:
    message.full_resync_required = True
    message.reason_codes.extend(stale.reasons)
    message.stale_topics.add(
        topic_name=stale.name,
        reason=stale.reasons[0],
        qos_tier=stale.topic_class.qos,
        resume_after=stale.resume_after,
        retention_floor=stale.floor,
        head_watermark=stale.head,
        replay_lag=stale.lag,
        replay_budget_events=stale.topic_class.replay_budget_events,
        compaction_boundary=stale.compaction,
        lineage=stale.lineage,
    )
    message.snapshot_plan.format = SNAPSHOT_FORMAT
    if stale.snapshot:
        message.snapshot_plan.topics.add(
            topic_name=stale.name,
            head_watermark=stale.head,
            format=SNAPSHOT_FORMAT,
            schema_version=1,
            cadence_seconds=stale.topic_class.snapshot_cadence_seconds,
            href=f"/khala/v1/topics/{grammar.quoted(stale.canonical)}/snapshot",
        )


def _notice(said: speech.Notice) -> Made:
    return (
        CONTROL_TOPIC,
        pb.KHALA_FRAME_KIND_CONTROL,
        pb.ServerControl(
            action=said.action,
            reconnect_after_ms=said.reconnect_after_ms,
            reason=said.reason,
            grace_ms=said.grace_ms,
            topic_name=said.topic,
        ),
    )


def _auth(said: speech.AuthAnswer) -> Made:
    status = pb.AuthStatus(accepted=said.accepted, lease_expires_unix_ms=said.lease_expires_ms, reason=said.reason)
    return AUTH_TOPIC, pb.KHALA_FRAME_KIND_AUTH, status


MAKERS: Final[Mapping[type, Callable[[Any], Made]]] = {
    speech.Welcome: _welcome,
    speech.Answer: _answer,
    speech.Beat: _beat,
    speech.Problem: _problem,
    speech.Notice: _notice,
    speech.AuthAnswer: _auth,
}


def as_object(message: Message) -> dict[str, Any]:
    """Schema 1 form of a message: snake_case, integers as numbers, code words, topic names under `topic`."""
    document: dict[str, Any] = {}
    fields: list[Any] = sorted(message.DESCRIPTOR.fields, key=lambda field: (field.name != "topic_name", field.number))
    for field in fields:
        if field.name == "topic" and field.enum_type is not None:
            continue
        if field.name == "code_text":
            continue
        value = getattr(message, field.name)
        if field.has_presence and not message.HasField(field.name):
            continue
        if not field.has_presence and not value and field.name not in _STATED:
            continue
        name = "topic" if field.name == "topic_name" else field.name
        document[name] = _value(message, field, value)
    return document


def _value(message: Message, field: Any, value: Any) -> Any:
    if field.name == "code":
        return message.code_text  # type: ignore[attr-defined]
    if field.enum_type is not None:
        return _CODE_TEXT.get(value, "")
    if field.is_repeated:
        return [as_object(item) if field.message_type is not None else item for item in value]
    if field.message_type is not None:
        return as_object(value)
    return value

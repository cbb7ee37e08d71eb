"""Lane N on the wire: `ClientMessage` up, `KhalaFrame` down, schema 2 (khala 8, 10). Bytes in, values out; no state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from openagents.sdk.compat import (
    BUILD_ID,
    CLIENT_NAME,
    KHALA_PROTOCOL_VERSION,
    KHALA_SCHEMA_VERSION,
    VERSION,
    CompatibilityWindow,
)
from openagents.sdk.updates import Cursor, Update
from openagents.sync.v1 import sync_pb2 as pb

SUBPROTOCOL = "oa.khala.v1.pb"
WINDOW_FRAMES = 64
WINDOW_BYTES = 1024 * 1024
_CHAIN = re.compile(r"[0-9a-f]{64}")


class Undecodable(Exception):
    """A frame this client cannot read. `topic` is its envelope's, blank when not even that was readable."""

    def __init__(self, topic: str, reason: str) -> None:
        super().__init__(reason)
        self.topic = topic


class SchemaTooNew(Exception):
    """The server speaks a payload encoding newer than this build."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The server's statement of the topic chain at `seq`; `chain` None when it stated only the position."""

    topic: str
    seq: int
    chain: bytes | None


@dataclass(frozen=True, slots=True)
class Welcome:
    heartbeat_timeout_ms: int
    reconnect_hint_ms: int
    schema_version: int


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """The decision about one topic of a subscribe. `error` blank: accepted, delivery starts after `resume_after`."""

    topic: str
    error: str
    reason: str
    resume_after: int
    lineage: str
    chain: bytes | None


@dataclass(frozen=True, slots=True)
class Subscribed:
    request_id: str
    answers: tuple[TopicAnswer, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    topic: str
    lineage: str
    updates: tuple[Update, ...]
    replay_complete: bool
    anchors: tuple[Anchor, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Beat:
    anchors: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """An ERROR frame. `topic` blank: about the connection or the whole request `request_id`."""

    topic: str
    request_id: str
    code: str
    reason: str
    message: str
    retry_after_ms: int
    reconnect_after_ms: int
    snapshots: tuple[tuple[str, str], ...]
    window: CompatibilityWindow | None


@dataclass(frozen=True, slots=True)
class Control:
    action: str
    reason: str
    reconnect_after_ms: int


@dataclass(frozen=True, slots=True)
class LeaseAnswer:
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A kind this build does not know, or one it needs nothing of (K7)."""


ServerFrame = Welcome | Subscribed | Batch | Beat | Failure | Control | LeaseAnswer | Ignored

_CONNECTION_TOPICS = frozenset({"", "sync.control", "sync.auth"})


def decode(raw: bytes) -> ServerFrame:
    """The frame in `raw`. Raises Undecodable or SchemaTooNew; never anything else for any bytes."""
    try:
        frame = pb.KhalaFrame.FromString(raw)
    except DecodeError as error:
        raise Undecodable("", "not a KhalaFrame") from error
    if frame.schema_version > KHALA_SCHEMA_VERSION:
        raise SchemaTooNew(f"schema_version {frame.schema_version}")
    if frame.schema_version != KHALA_SCHEMA_VERSION:
        raise Undecodable(frame.topic, f"schema_version {frame.schema_version} was not asked for")
    try:
        return _payload(frame, len(raw))
    except (DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Undecodable(frame.topic, f"payload of kind {frame.kind}: {error}") from error


def _payload(frame: pb.KhalaFrame, size: int) -> ServerFrame:
    kind, body = frame.kind, frame.payload_bytes
    if kind == pb.KHALA_FRAME_KIND_UPDATE_BATCH:
        batch = pb.UpdateBatch.FromString(body)
        updates = tuple(_update(frame.topic, update) for update in batch.updates)
        return Batch(frame.topic, frame.lineage, updates, batch.replay_complete, _anchors(batch.head_watermarks), size)
    if kind == pb.KHALA_FRAME_KIND_HEARTBEAT:
        return Beat(_anchors(pb.Heartbeat.FromString(body).watermarks))
    if kind == pb.KHALA_FRAME_KIND_SUBSCRIBED:
        subscribed = pb.Subscribed.FromString(body)
        return Subscribed(subscribed.request_id, tuple(_answer(result) for result in subscribed.results))
    if kind == pb.KHALA_FRAME_KIND_WELCOME:
        welcome = pb.Welcome.FromString(body)
        return Welcome(welcome.heartbeat_timeout_ms, welcome.recommended_reconnect_backoff_ms, welcome.schema_version)
    if kind == pb.KHALA_FRAME_KIND_ERROR:
        return _failure(frame.topic, pb.Error.FromString(body))
    if kind == pb.KHALA_FRAME_KIND_CONTROL:
        control = pb.ServerControl.FromString(body)
        return Control(control.action, control.reason, control.reconnect_after_ms)
    if kind == pb.KHALA_FRAME_KIND_AUTH:
        auth = pb.AuthStatus.FromString(body)
        return LeaseAnswer(auth.accepted, auth.reason)
    return Ignored()


def _update(topic: str, update: pb.Update) -> Update:
    pointer = update.hydration_required or not update.payload
    return Update(
        topic=topic,
        seq=update.watermark,
        kind=update.kind,
        doc_key=update.doc_key,
        doc_version=update.doc_version,
        payload=None if pointer else json.loads(update.payload),
        payload_sha256=update.payload_hash if len(update.payload_hash) == 32 else None,
        hydration_required=update.hydration_required,
        hydrate_path=update.hydrate_path,
        tombstone=update.tombstone,
        published_at_unix_ms=update.published_at_unix_ms,
        raw_payload=b"" if pointer else update.payload,
    )


def _answer(result: pb.TopicResult) -> TopicAnswer:
    return TopicAnswer(
        topic=result.topic_name,
        error=_word(result.error),
        reason=result.reason,
        resume_after=result.effective_resume_after,
        lineage=result.lineage,
        chain=_chain(result.chain) if result.HasField("chain") else None,
    )


def _failure(topic: str, error: pb.Error) -> Failure:
    code = error.code_text or _word(error.code) or "internal"
    window = None
    if error.HasField("compatibility"):
        stated = error.compatibility
        window = CompatibilityWindow(
            code=code,
            protocol_version=stated.protocol_version,
            min_client_build_id=stated.min_client_build_id,
            max_client_build_id=stated.max_client_build_id or None,
            min_schema_version=stated.min_schema_version,
            max_schema_version=stated.max_schema_version,
        )
    return Failure(
        topic="" if topic in _CONNECTION_TOPICS else topic,
        request_id=error.request_id,
        code="reauth_required" if error.reauth_required else code,
        reason=error.reason or next(iter(error.reason_codes), ""),
        message=error.message,
        retry_after_ms=error.retry_after_ms,
        reconnect_after_ms=error.reconnect_after_ms,
        snapshots=tuple((ref.topic_name, ref.href) for ref in error.snapshot_plan.topics if ref.href),
        window=window,
    )


def _word(code: int) -> str:
    """`SYNC_ERROR_CODE_STALE_CURSOR` as `stale_cursor`; blank for 0; `unknown_<n>` for a number of a newer server."""
    if code == pb.SYNC_ERROR_CODE_UNSPECIFIED:
        return ""
    if code not in pb.SyncErrorCode.values():
        return f"unknown_{code}"
    return pb.SyncErrorCode.Name(code).removeprefix("SYNC_ERROR_CODE_").lower()


def _anchors(cursors: Iterable[pb.TopicCursor]) -> tuple[Anchor, ...]:
    return tuple(
        Anchor(cursor.topic_name, cursor.watermark, _chain(cursor.chain) if cursor.HasField("chain") else None)
        for cursor in cursors
    )


def _chain(text: str) -> bytes | None:
    return bytes.fromhex(text) if _CHAIN.fullmatch(text) else None


def hello() -> bytes:
    message = pb.ClientMessage()
    message.hello.client = CLIENT_NAME
    message.hello.client_build_id = BUILD_ID
    message.hello.protocol_version = KHALA_PROTOCOL_VERSION
    message.hello.schema_version = KHALA_SCHEMA_VERSION
    message.hello.app_version = VERSION
    message.hello.window_frames = WINDOW_FRAMES
    message.hello.window_bytes = WINDOW_BYTES
    return message.SerializeToString()


def subscribe(request_id: str, topics: Sequence[tuple[str, Cursor | None]], *, batch_size: int) -> bytes:
    """Resume each topic after its cursor; one without a cursor starts at the earliest row the server still serves."""
    message = pb.ClientMessage(request_id=request_id)
    body = message.subscribe
    body.request_id = request_id
    body.replay_batch_size = batch_size
    for topic, cursor in topics:
        body.topic_names.append(topic)
        if cursor is None:
            body.start.add(topic_name=topic, mode=pb.START_MODE_EARLIEST)
        else:
            body.resume_after.append(_cursor(topic, cursor))
    return message.SerializeToString()


def unsubscribe(topics: Sequence[str]) -> bytes:
    message = pb.ClientMessage()
    message.unsubscribe.topic_names.extend(topics)
    return message.SerializeToString()


def heartbeat() -> bytes:
    message = pb.ClientMessage()
    message.heartbeat.SetInParent()
    return message.SerializeToString()


def ack(applied: Iterable[tuple[str, Cursor]]) -> bytes:
    message = pb.ClientMessage()
    message.ack.SetInParent()
    for topic, cursor in applied:
        message.ack.applied.add(topic_name=topic, watermark=cursor.seq, lineage=cursor.lineage)
    return message.SerializeToString()


def authenticate(token: str) -> bytes:
    message = pb.ClientMessage()
    message.authenticate.token = token
    return message.SerializeToString()


def _cursor(topic: str, cursor: Cursor) -> pb.TopicCursor:
    message = pb.TopicCursor(topic_name=topic, watermark=cursor.seq, lineage=cursor.lineage)
    if cursor.chain is not None:
        message.chain = cursor.chain.hex()
    return message

"""A small Khala for tests: a journal with chains, and lane N connections over it, built from the generated protos.

It is written from khala 8, 12 and 13 alone and shares no code with the client's frames, so that a common mistake shows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from openagents.receipts.canonical import canonical_bytes
from openagents.receipts.chain import chain_base, chain_next
from openagents.sync.v1 import sync_pb2 as pb

WINDOW_FRAMES = 64


@dataclass
class Row:
    seq: int
    payload: bytes
    chain: bytes
    doc_key: str
    doc_version: int


@dataclass
class Journal:
    """One topic: rows by seq from 1, a floor, a lineage."""

    topic: str
    lineage: str = "lin_01"
    floor: int = 0
    budget: int = 20_000
    rows: dict[int, Row] = field(default_factory=dict)

    @property
    def head(self) -> int:
        return max(self.rows, default=self.floor)

    def chain_at(self, seq: int) -> bytes | None:
        if seq == 0:
            return chain_base(self.topic, self.lineage)
        return self.rows[seq].chain if seq in self.rows else None

    def append(self, value: object, doc_key: str = "", doc_version: int = 0) -> Row:
        seq = self.head + 1
        payload = canonical_bytes(value)
        previous = self.chain_at(seq - 1)
        assert previous is not None
        chain = chain_next(previous, seq, hashlib.sha256(payload).digest())
        row = Row(seq, payload, chain, doc_key or f"{self.topic}:event:{seq}", doc_version or seq)
        self.rows[seq] = row
        return row

    def restore_to(self, head: int) -> None:
        """What a restore of an older backup does: later rows are gone and their numbers are given out again."""
        for seq in [seq for seq in self.rows if seq > head]:
            del self.rows[seq]

    def stale_reasons(self, cursor: pb.TopicCursor) -> list[str]:
        reasons = []
        known = self.chain_at(cursor.watermark) if self.floor <= cursor.watermark <= self.head else None
        other_chain = cursor.HasField("chain") and known is not None and known.hex() != cursor.chain
        if (cursor.lineage and cursor.lineage != self.lineage) or other_chain:
            reasons.append("lineage_mismatch")
        if cursor.watermark > self.head:
            reasons.append("cursor_ahead_of_head")
        if cursor.watermark < self.floor:
            reasons.append("retention_floor_breach")
        return reasons

    @property
    def bootstrap_position(self) -> int:
        return max(self.floor, self.head - self.budget)


@dataclass
class Subscription:
    position: int
    replaying: bool = True
    stale: bool = False


class KhalaConnection:
    """One lane N connection: `receive` answers a client message, `pump` delivers rows, `beat` a heartbeat."""

    def __init__(self, journals: dict[str, Journal], *, chains: bool = True, forbidden: frozenset[str] = frozenset()):
        self.journals = journals
        self.chains = chains
        self.forbidden = forbidden
        self.subscriptions: dict[str, Subscription] = {}
        self.hello: pb.ClientHello | None = None
        self.unacked: list[tuple[str, int]] = []
        self.subscribes: list[pb.Subscribe] = []
        self.tokens: list[str] = []
        self.batch_size = 200

    def receive(self, raw: bytes) -> list[bytes]:
        message = pb.ClientMessage.FromString(raw)
        body = message.WhichOneof("body")
        if body == "hello":
            self.hello = message.hello
            welcome = pb.Welcome(connection_id="kc_1", schema_version=2, heartbeat_timeout_ms=60_000)
            welcome.recommended_reconnect_backoff_ms = 410
            return [self._frame("sync.control", pb.KHALA_FRAME_KIND_WELCOME, welcome)]
        assert self.hello is not None, "the first message must be hello"
        if body == "subscribe":
            return [self._subscribe(message.subscribe)]
        if body == "unsubscribe":
            for topic in message.unsubscribe.topic_names:
                self.subscriptions.pop(topic, None)
            return [self._frame("sync.control", pb.KHALA_FRAME_KIND_UNSUBSCRIBED, pb.Subscribed())]
        if body == "ack":
            for cursor in message.ack.applied:
                self.unacked = [
                    (topic, seq) for topic, seq in self.unacked if topic != cursor.topic_name or seq > cursor.watermark
                ]
        if body == "authenticate":
            self.tokens.append(message.authenticate.token)
            return [self._frame("sync.auth", pb.KHALA_FRAME_KIND_AUTH, pb.AuthStatus(accepted=True))]
        return []

    def pump(self) -> list[bytes]:
        """The batches that are due, one per topic that is behind."""
        frames = []
        for topic, subscription in self.subscriptions.items():
            journal = self.journals[topic]
            if subscription.stale or len(self.unacked) >= WINDOW_FRAMES:
                continue
            if subscription.position > journal.head or subscription.position < journal.floor:
                subscription.stale = True
                error = pb.Error(code=pb.SYNC_ERROR_CODE_STALE_CURSOR, full_resync_required=True)
                error.reason_codes.append("retention_floor_breach")
                frames.append(self._frame(topic, pb.KHALA_FRAME_KIND_ERROR, error))
                continue
            if subscription.position == journal.head and not subscription.replaying:
                continue
            frames.append(self._batch(journal, subscription))
        return frames

    def beat(self) -> bytes:
        heartbeat = pb.Heartbeat()
        for topic, subscription in self.subscriptions.items():
            self._state(heartbeat.watermarks.add(), topic, subscription.position)
        return self._frame("sync.control", pb.KHALA_FRAME_KIND_HEARTBEAT, heartbeat)

    def error(self, topic: str, code: int, **fields: object) -> bytes:
        return self._frame(topic, pb.KHALA_FRAME_KIND_ERROR, pb.Error(code=code, **fields))

    def control(self, **fields: object) -> bytes:
        return self._frame("sync.control", pb.KHALA_FRAME_KIND_CONTROL, pb.ServerControl(**fields))

    def _subscribe(self, request: pb.Subscribe) -> bytes:
        self.subscribes.append(request)
        self.batch_size = request.replay_batch_size or 200
        answer = pb.Subscribed(request_id=request.request_id)
        cursors = {cursor.topic_name: cursor for cursor in request.resume_after}
        for topic in request.topic_names:
            result = answer.results.add(topic_name=topic, canonical_topic=topic)
            journal = self.journals.get(topic)
            if journal is None or topic in self.forbidden:
                result.error, result.reason = pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC, "owner_mismatch"
                continue
            cursor = cursors.get(topic)
            if cursor is not None and (reasons := journal.stale_reasons(cursor)):
                result.error, result.reason = pb.SYNC_ERROR_CODE_STALE_CURSOR, reasons[0]
                continue
            position = journal.bootstrap_position if cursor is None else cursor.watermark
            self.subscriptions[topic] = Subscription(position)
            result.effective_resume_after, result.lineage = position, journal.lineage
            result.mode = "bootstrap" if cursor is None else "resume"
            chain = self._chain(journal, position)
            if chain is not None:
                result.chain = chain
        return self._frame("sync.control", pb.KHALA_FRAME_KIND_SUBSCRIBED, answer)

    def _batch(self, journal: Journal, subscription: Subscription) -> bytes:
        batch = pb.UpdateBatch()
        upto = min(journal.head, subscription.position + self.batch_size)
        for seq in range(subscription.position + 1, upto + 1):
            row = journal.rows[seq]
            batch.updates.add(
                doc_key=row.doc_key,
                doc_version=row.doc_version,
                payload=row.payload,
                watermark=seq,
                payload_hash=hashlib.sha256(row.payload).digest(),
                topic_name=journal.topic,
                kind="event",
            )
        subscription.position = upto
        batch.replay_complete = upto >= journal.head
        head = batch.head_watermarks.add(topic_name=journal.topic, watermark=journal.head)
        if batch.replay_complete and subscription.replaying:
            subscription.replaying = False
            self._state(head, journal.topic, upto)
        self.unacked.append((journal.topic, upto))
        return self._frame(journal.topic, pb.KHALA_FRAME_KIND_UPDATE_BATCH, batch, seq=upto)

    def _state(self, cursor: pb.TopicCursor, topic: str, position: int) -> None:
        cursor.topic_name, cursor.watermark = topic, position
        chain = self._chain(self.journals[topic], position)
        if chain is not None:
            cursor.chain = chain

    def _chain(self, journal: Journal, position: int) -> str | None:
        chain = journal.chain_at(position) if self.chains else None
        return chain.hex() if chain is not None else None

    def _frame(self, topic: str, kind: int, payload: object, seq: int = 0) -> bytes:
        frame = pb.KhalaFrame(topic=topic, kind=kind, schema_version=2, seq=seq)
        frame.payload_bytes = payload.SerializeToString()
        return frame.SerializeToString()

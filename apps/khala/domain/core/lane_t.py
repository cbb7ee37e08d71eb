"""Lane T: one topic per socket, JSON objects down, nothing up (section 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from apps.khala.domain.core import speech
from apps.khala.domain.core.lane import Manners
from apps.khala.domain.core.lane_p_down import published_at
from apps.khala.domain.core.speech import Batch, ClientSpeech, Encoded, Hello, Problem, ServerSpeech, StaleTopic
from apps.khala.domain.journal import Record, Row, encoded

CODES: Final = {"slow_consumer": "slow_consumer_evicted", "internal": "fanout_error"}
"""Error words that have another name on this lane."""
SILENT: Final = frozenset({"heartbeat_timeout", "bad_message"})


class LaneT:
    """Framing of one topic's socket. `topic` is the name in the path, `limit` the rows of one read."""

    name = "t"
    manners = Manners(heard=False, single=True, legacy=True)

    def __init__(
        self,
        topic: str,
        *,
        after_seq: int = 0,
        limit: int = 100,
        reconnect_ms: int = 400,
        update_bytes_max: int = 262_144,
    ) -> None:
        self.schema_version = 1
        self.topic = topic
        self.after_seq = after_seq
        self.limit = limit
        self.reconnect_ms = reconnect_ms
        self.update_bytes_max = update_bytes_max

    @property
    def form(self) -> tuple[object, ...]:
        return self.name, self.update_bytes_max

    def parse(self, message: str | bytes) -> ClientSpeech:
        return speech.Noise()

    def adopt(self, hello: Hello) -> str:
        return ""

    def encode(self, said: ServerSpeech) -> tuple[Encoded, ...]:
        made = _MAKERS[type(said)](self, said) if type(said) in _MAKERS else None
        return (Encoded(orjson.dumps(made), text=True),) if made is not None else ()

    def encode_batch(self, batch: Batch) -> tuple[Encoded, ...]:
        messages: tuple[Encoded, ...] = batch.page.once((batch.name, self.form), lambda: self._messages(batch))
        return messages

    def _messages(self, batch: Batch) -> tuple[Encoded, ...]:
        def made(record: Record, payload: bytes | None) -> bytes:
            return b'{"type":"message","message":' + message(Row(record), batch.name, payload) + b"}"

        form = f"t {self.update_bytes_max} {batch.name}"
        return tuple(Encoded(data, text=True) for data in encoded(batch.page, form, made, self.update_bytes_max))

    def _answer(self, said: speech.Answer) -> dict[str, Any] | None:
        if len(said.results) != 1:
            return None
        [result] = said.results
        if result.stale is not None:
            return {"type": "stale_cursor"} | stale_body(result.stale)
        if result.code:
            return {"type": "error", "code": CODES.get(result.code, result.code), "message": result.reason}
        return {
            "type": "hello",
            "topic": self.topic,
            "after_seq": result.position,
            "limit": self.limit,
            "recommended_reconnect_backoff_ms": self.reconnect_ms,
        }

    def _problem(self, said: Problem) -> dict[str, Any] | None:
        if said.stale is not None:
            return {"type": "stale_cursor"} | stale_body(said.stale)
        if said.code in SILENT or said.request_id:
            return None
        return {"type": "error", "code": CODES.get(said.code, said.code), "message": said.message}


def message(row: Row, name: str, payload: bytes | None) -> bytes:
    """One row as this lane and the message route show it."""
    head = orjson.dumps({"topic": name, "sequence": row.seq, "kind": row.kind})
    return head[:-1] + b',"payload":' + (payload or b"null") + b',"published_at":"' + published_at(row).encode() + b'"}'


def stale_body(stale: StaleTopic) -> dict[str, Any]:
    return {
        "topic": stale.name,
        "requested_cursor": stale.resume_after,
        "oldest_available_cursor": stale.floor,
        "head_cursor": stale.head,
        "reason_codes": list(stale.reasons),
        "replay_lag": stale.lag,
        "replay_budget_events": stale.topic_class.replay_budget_events,
        "qos_tier": stale.topic_class.qos,
    }


_MAKERS: Final[Mapping[type, Callable[[LaneT, Any], dict[str, Any] | None]]] = {
    speech.Answer: LaneT._answer,
    speech.Problem: LaneT._problem,
}

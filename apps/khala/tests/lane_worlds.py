"""Worlds whose client speaks another lane: real frames up through the lane's parser, real frames down, applied."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import orjson

from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.lane import Lane, Unreadable
from apps.khala.domain.core.lane_p import LaneP
from apps.khala.domain.core.lane_t import LaneT
from apps.khala.domain.core.speech import Start, Wanted
from apps.khala.tests.client_model import World
from apps.khala.tests.journal_model import ModelTopic
from openagents.receipts.canonical import canonical_bytes


@dataclass
class ChannelWorld(World):
    """A lane P client. `transcript` is every frame of the server, decoded."""

    transcript: list[list[Any]] = field(default_factory=list)
    join: dict[str, Any] = field(default_factory=lambda: {"chain": True})
    ref: int = 0

    def lane(self) -> Lane:
        return LaneP()

    def frame(self, frame: object) -> list[ev.Output]:
        """Send anything; what is no frame becomes what the host makes of it."""
        raw = frame if isinstance(frame, str | bytes) else orjson.dumps(frame).decode()
        try:
            said = self.core.lane.parse(raw)
        except Unreadable as error:
            return self.feed(ev.ClientGarbage(str(error)))
        return self.feed(ev.ClientMsg(said))

    def push_event(self, event: str, payload: object = None, channel: str = "sync:v1") -> str:
        self.ref += 1
        self.frame(["1", str(self.ref), channel, event, {} if payload is None else payload])
        return str(self.ref)

    def hello(self, **fields: Any) -> list[ev.Output]:
        self.ref += 1
        return self.frame([None, str(self.ref), "sync:v1", "phx_join", self.join | fields])

    def ask(self, *names: str, **payload: Any) -> str:
        return self.push_event("sync:subscribe", {"topics": list(names)} | payload)

    def subscribe(self, *wanted: Wanted | str, batch_rows: int = 0) -> None:
        topics = [Wanted(item) if isinstance(item, str) else item for item in wanted]
        known = [item for item in topics if item.cursor is not None]
        self.ask(
            *(item.name for item in topics),
            resume_after={item.name: item.cursor for item in known},
            lineage={item.name: item.lineage for item in known if item.lineage},
            chains={item.name: item.chain.hex() for item in known if item.chain},
            replay_batch_size=batch_rows,
        )

    def unsubscribe(self, name: str) -> None:
        self.push_event("sync:unsubscribe", {"topics": [name]})

    def beat(self) -> None:
        self.push_event("sync:heartbeat")

    def ack(self) -> None:
        """Nothing is acknowledged on this lane."""

    def receive(self, message: speech.Encoded) -> None:
        assert message.text
        frame = orjson.loads(message.data)
        assert isinstance(frame, list) and len(frame) == 5
        self.transcript.append(frame)
        _, _, _, event, payload = frame
        if event == "phx_reply":
            for item in payload["response"].get("replay", []):
                self.started(item["topic"], item["effective_resume_after"], item["lineage"], item.get("chain"))
        elif event == "sync:update_batch":
            for update in payload["updates"]:
                digest = base64.b64decode(update["payload_hash"])
                self.apply(update["topic"], update["watermark"], canonical_bytes(update["payload"]), digest)
            for head in payload["head_watermarks"]:
                self.compare(head["topic"], head["watermark"], head.get("chain"))
                self.state[head["topic"]].live |= payload["replay_complete"]
        elif event == "sync:heartbeat":
            for cursor in payload["watermarks"]:
                self.compare(cursor["topic"], cursor["watermark"], cursor.get("chain"))
        elif event == "sync:error":
            for stale in payload.get("stale_topics", []):
                self.state.pop(stale["topic"], None)

    # Reading the transcript

    def reply(self, ref: str) -> dict[str, Any]:
        """The one reply to a ref."""
        [payload] = [frame[4] for frame in self.transcript if frame[3] == "phx_reply" and frame[1] == ref]
        return dict(payload)

    def pushed(self, event: str) -> list[dict[str, Any]]:
        return [frame[4] for frame in self.transcript if frame[3] == event]

    @property
    def last_reply(self) -> dict[str, Any]:
        return dict([frame[4] for frame in self.transcript if frame[3] == "phx_reply"][-1])


def channel(*topics: ModelTopic, joined: bool = True, **fields: Any) -> ChannelWorld:
    made = ChannelWorld({topic.name: topic for topic in topics}, **fields)
    if joined:
        made.hello()
    return made


@dataclass
class TopicWorld(World):
    """A lane T client of the one topic in `topics`; it resumes with what it applied."""

    transcript: list[dict[str, Any]] = field(default_factory=list)
    limit: int = 100

    @property
    def topic(self) -> ModelTopic:
        [topic] = self.topics.values()
        return topic

    def lane(self) -> Lane:
        name = next(iter(self.topics))
        kept = self.state.get(name)
        return LaneT(name, after_seq=kept.watermark if kept else 0, limit=self.limit)

    def hello(self, *, start: Start | None = None, **fields: Any) -> list[ev.Output]:
        """What the host says for a client that cannot speak."""
        lane = self.core.lane
        assert isinstance(lane, LaneT)
        outputs = self.say(speech.Hello())
        wanted = Wanted(lane.topic, None if start else lane.after_seq, start=start)
        return outputs + self.say(speech.Subscribe("", (wanted,), lane.limit, atomic=True))

    def unsubscribe(self, name: str) -> None:
        """A client that does not want its one topic any more hangs up."""

    def beat(self) -> None:
        self.say(speech.Noise())

    def ack(self) -> None:
        """Nothing is acknowledged on this lane."""

    def receive(self, message: speech.Encoded) -> None:
        said = orjson.loads(message.data)
        self.transcript.append(said)
        if said["type"] == "hello":
            self.started(said["topic"], said["after_seq"], "", None)
        elif said["type"] == "message":
            row = said["message"]
            self.apply(row["topic"], row["sequence"], canonical_bytes(row["payload"]), b"")
        elif said["type"] == "stale_cursor":
            self.state.pop(said["topic"], None)

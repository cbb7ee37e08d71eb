"""The topics of one session: who waits for an answer, who receives, who must start anew, what is to be acknowledged.

`TopicDesk` is the half of the session core that knows topics and no link; `topics` holds the rule for one batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openagents.sdk.backoff import khala_delay_ms
from openagents.sdk.khala import actions as do
from openagents.sdk.khala import frames
from openagents.sdk.khala.actions import Action
from openagents.sdk.khala.outcomes import Reaction, of_code
from openagents.sdk.khala.topics import ENDED, RECEIVING, Phase, Plan, Track, Trouble, compare, plan, started
from openagents.sdk.updates import (
    Cursor,
    LinkState,
    TopicLive,
    TopicReset,
    TopicResyncing,
    TopicStopped,
    TopicVerified,
)

ACK_FRAMES = (24, 32)
ACK_DELAY_MS = (1_000, 1_500)
ACK_BYTES = 256 * 1024
"""Within what khala N4 demands (32 frames, 2 s) and half of its window: it never closes on us. Each connection
has its own numbers between these, so that those who follow one topic do not all acknowledge at the same event."""

_OF_TOPICS = frozenset({Reaction.DROP_TOPIC, Reaction.STOP_TOPIC, Reaction.BOOTSTRAP, Reaction.WAIT})


@dataclass(slots=True)
class _Applying:
    plan: Plan
    replay_complete: bool
    size: int
    retried: bool = False


class TopicDesk:
    """Mutable, but pure: every method turns its arguments into actions."""

    def __init__(
        self,
        topics: Mapping[str, Cursor | None],
        documents: frozenset[str],
        elsewhere: frozenset[str],
        counters: Counter[str],
    ) -> None:
        self.tracks = {
            name: Track(name, name in documents, cursor, elsewhere=name in elsewhere) for name, cursor in topics.items()
        }
        self._counters = counters
        self._applying: dict[str, _Applying] = {}
        self._requests = 0
        self._unsubscribe: list[str] = []
        self._unacked: dict[str, None] = {}
        self._unacked_frames = 0
        self._unacked_bytes = 0
        self._ack_due_ms: int | None = None
        self._ack_frames, self._ack_delay_ms = ACK_FRAMES[0], ACK_DELAY_MS[0]

    # --- the link's view ----------------------------------------------------------------------------------------------

    def connected(self, u: float) -> None:
        """A fresh connection knows none of the topics."""
        self.disconnected()
        self._ack_frames, self._ack_delay_ms = _between(ACK_FRAMES, u), _between(ACK_DELAY_MS, u)

    def disconnected(self) -> None:
        self._applying.clear()
        self._unsubscribe.clear()
        self._acknowledged()
        for track in self._alive():
            track.anchor = track.behind_at = None
            if track.phase not in {Phase.RESYNCING, Phase.WAITING}:
                track.phase = Phase.NEW

    def awaits_answer(self) -> bool:
        return any(track.phase is Phase.SUBSCRIBING for track in self.tracks.values())

    def nothing_left(self) -> bool:
        return all(track.phase in ENDED for track in self.tracks.values())

    def all_dropped(self) -> bool:
        return all(track.phase is Phase.DROPPED for track in self.tracks.values())

    def link_state(self) -> LinkState:
        phases = {track.phase for track in self._alive()}
        if phases <= {Phase.LIVE}:
            return LinkState.LIVE
        return LinkState.SUBSCRIBING if phases <= {Phase.NEW, Phase.SUBSCRIBING} else LinkState.REPLAYING

    def deadlines(self) -> list[int]:
        due = [track.retry_at_ms for track in self._alive() if track.retry_at_ms is not None]
        return [*due, self._ack_due_ms] if self._ack_due_ms is not None else due

    def wake(self, now: int) -> None:
        """Let topics whose wait is over subscribe again."""
        for track in self._alive():
            if track.retry_at_ms is not None and track.retry_at_ms <= now:
                track.retry_at_ms = None
                if track.phase is Phase.WAITING:
                    track.phase = Phase.NEW

    def outgoing(self, now: int, batch_size: int) -> list[bytes]:
        """The messages that are due now: unsubscribe before subscribe, then acknowledgements."""
        messages: list[bytes] = []
        if self._unsubscribe:
            messages.append(frames.unsubscribe(self._unsubscribe))
            self._unsubscribe = []
        waiting = [track for track in self.tracks.values() if track.phase is Phase.NEW]
        if waiting:
            self._requests += 1
            for track in waiting:
                track.phase, track.request_id = Phase.SUBSCRIBING, f"r{self._requests}"
            wanted = [(track.name, track.cursor) for track in waiting]
            messages.append(frames.subscribe(f"r{self._requests}", wanted, batch_size=batch_size))
        due = self._ack_due_ms is not None and self._ack_due_ms <= now
        if due or self._unacked_frames >= self._ack_frames or self._unacked_bytes >= ACK_BYTES:
            applied = [(name, cursor) for name in self._unacked if (cursor := self.tracks[name].cursor) is not None]
            if applied:
                messages.append(frames.ack(applied))
            self._acknowledged()
        return messages

    # --- answers ------------------------------------------------------------------------------------------------------

    def subscribed(self, frame: frames.Subscribed, now: int, u: float) -> list[Action]:
        actions: list[Action] = []
        for answer in frame.answers:
            track = self.tracks.get(answer.topic)
            if track is None or track.phase is not Phase.SUBSCRIBING:
                continue
            if frame.request_id and frame.request_id != track.request_id:
                continue
            if answer.error:
                track.phase = Phase.NEW
                actions += self._refused(track, answer.error, answer.reason, "", 0, now, u)
            else:
                actions += self._accepted(track, answer, now)
        return actions

    def _accepted(self, track: Track, answer: frames.TopicAnswer, now: int) -> list[Action]:
        track.retries = 0
        own = track.cursor
        cursor, reason = started(track, answer)
        if own is not None and not reason:
            actions: list[Action] = [do.Keep(track.name, cursor)] if cursor != own else []
            if cursor.verified_seq > own.verified_seq:
                actions.append(do.Tell(TopicVerified(track.name, cursor.verified_seq)))
            track.cursor, track.phase = cursor, Phase.REPLAYING
            return actions
        if own is not None and reason != "resumed_ahead":
            return self._bootstrap(track, reason, "", now)
        if own is not None and not track.bootstrap_allowed(now):
            return self._end(track, Phase.PARKED, "bootstrap_limit")
        readable = (track.documents and cursor.seq > 0) or (track.elsewhere and own is not None)
        if readable and track.snapshot_possible:
            return self._load_snapshot(track, reason, "")
        # Rows up to the start position are not served any more. State begins here, or with what its owner's route told.
        loaded, track.loaded = track.loaded, None
        track.cursor, track.phase = cursor, Phase.REPLAYING
        documents = loaded or ()
        skipped = cursor.seq > 0 and loaded is None
        reset = TopicReset(track.name, cursor.seq, reason, skipped=skipped, documents=len(documents))
        return [do.Replace(track.name, cursor, documents, reason), do.Tell(reset)]

    def concerns(self, frame: frames.Failure) -> bool:
        """Whether the error is about topics and leaves the connection alone."""
        if of_code(frame.code) not in _OF_TOPICS:
            return False
        return frame.topic in self.tracks or bool(frame.request_id and self._of_request(frame.request_id))

    def failed(self, frame: frames.Failure, now: int, u: float) -> list[Action]:
        hrefs = dict(frame.snapshots)
        named = self.tracks.get(frame.topic)
        targets = [named] if named is not None else self._of_request(frame.request_id)
        actions: list[Action] = []
        for track in targets:
            current = track.phase in RECEIVING or (
                track.phase is Phase.SUBSCRIBING and frame.request_id == track.request_id
            )
            # While an answer is awaited, an error that does not name this request is about the subscription before it.
            if current:
                href = hrefs.get(track.name, "")
                actions += self._refused(track, frame.code, frame.reason, href, frame.retry_after_ms, now, u)
        return actions

    def _refused(
        self, track: Track, code: str, reason: str, href: str, retry_after_ms: int, now: int, u: float
    ) -> list[Action]:
        self._counters[f"topic_{code}"] += 1
        match of_code(code):
            case Reaction.DROP_TOPIC:
                return self._end(track, Phase.DROPPED, reason or code)
            case Reaction.STOP_TOPIC:
                return self._end(track, Phase.PARKED, reason or code)
            case Reaction.BOOTSTRAP:
                return self._bootstrap(track, reason or code, href, now)
            case _:
                self._wait(track, retry_after_ms, now, u)
                return []

    # --- data ---------------------------------------------------------------------------------------------------------

    def batch(self, frame: frames.Batch, now: int) -> list[Action]:
        track = self.tracks.get(frame.topic)
        if track is None or track.phase in ENDED:
            return []
        if track.phase not in RECEIVING:
            self._owe_ack(track, frame.size, now)
            self._counters["ignored_batches"] += 1
            return []
        decided = plan(track, frame)
        self._counters["duplicates"] += decided.duplicates
        if decided.trouble in {Trouble.CHAIN, Trouble.LINEAGE}:
            return self._bootstrap(track, decided.trouble.value, "", now)
        applying = _Applying(decided, frame.replay_complete, frame.size)
        if not decided.updates:
            return self._moved(track, applying, now)
        self._applying[track.name] = applying
        return [do.Apply(track.name, decided.updates, decided.cursor)]

    def applied(self, event: do.Applied, now: int) -> list[Action]:
        topic = event.topic
        applying = self._applying.pop(topic, None)
        if applying is None:
            return []
        self._counters["applied"] += len(applying.plan.updates)
        told: list[Action] = [do.Tell(update) for update in event.updates or applying.plan.updates]
        return [*told, *self._moved(self.tracks[topic], applying, now)]

    def apply_failed(self, topic: str) -> list[Action]:
        applying = self._applying.get(topic)
        if applying is None:
            return []
        self._counters["apply_failures"] += 1
        if applying.retried:
            del self._applying[topic]
            return self._end(self.tracks[topic], Phase.PARKED, "apply_failed")
        applying.retried = True
        return [do.Apply(topic, applying.plan.updates, applying.plan.cursor)]

    def _moved(self, track: Track, applying: _Applying, now: int) -> list[Action]:
        """The position is where the plan says; look at what else the batch meant."""
        decided = applying.plan
        actions: list[Action] = []
        if not decided.updates and decided.cursor != track.cursor:
            actions.append(do.Keep(track.name, decided.cursor))
        track.cursor, track.anchor = decided.cursor, decided.anchor
        self._owe_ack(track, applying.size, now)
        track.hole = track.hole or decided.replay_gap
        if decided.verified:
            actions.append(do.Tell(TopicVerified(track.name, decided.cursor.verified_seq)))
        if decided.trouble is not None:
            return [*actions, *self._close_gap(track, decided.trouble.value, now)]
        if applying.replay_complete and track.phase is Phase.REPLAYING:
            if track.hole and decided.cursor.verified_seq < decided.cursor.seq:
                # A gap may pass while replaying, but the end of the replay did not prove that nothing is missing.
                return [*actions, *self._bootstrap(track, Trouble.GAP.value, "", now)]
            track.phase, track.hole = Phase.LIVE, False
            actions.append(do.Tell(TopicLive(track.name, track.seq)))
        return actions

    def beat(self, frame: frames.Beat, now: int) -> list[Action]:
        """Heartbeat positions are never applied; their chains are compared (K5, K9).

        A position is what the server has sent. One that is ahead of ours twice, while nothing of the topic arrived in
        between, means that rows sent to us got lost, even when none ever follows that would show the gap.
        """
        actions: list[Action] = []
        for anchor in frame.anchors:
            track = self.tracks.get(anchor.topic)
            if track is None or track.cursor is None or track.phase not in RECEIVING:
                continue
            behind_before, track.behind_at = track.behind_at, track.seq if anchor.seq > track.seq else None
            if track.behind_at is not None and track.behind_at == behind_before:
                track.behind_at = None
                actions += self._close_gap(track, Trouble.GAP.value, now)
                continue
            cursor, track.anchor, differs = compare(track.cursor, track.anchor, anchor)
            if differs:
                actions += self._bootstrap(track, Trouble.CHAIN.value, "", now)
            elif cursor != track.cursor:
                if cursor.verified_seq > track.cursor.verified_seq:
                    actions.append(do.Tell(TopicVerified(track.name, cursor.verified_seq)))
                track.cursor = cursor
                actions.append(do.Keep(track.name, cursor))
        return actions

    def unreadable(self, topic: str, now: int) -> list[Action]:
        """A frame of `topic` could not be read: what it held is missing, so it is a gap."""
        track = self.tracks.get(topic)
        if track is None or track.phase not in RECEIVING:
            return []
        return self._close_gap(track, "undecodable", now)

    # --- recovery -----------------------------------------------------------------------------------------------------

    def snapshot_loaded(self, event: do.SnapshotLoaded) -> list[Action]:
        track = self.tracks[event.topic]
        if track.phase is not Phase.RESYNCING:
            return []
        reason = track.reset_reason
        track.cursor, track.phase, track.retries = event.cursor, Phase.NEW, 0
        if event.cursor is None:
            track.loaded = event.documents
            return []
        reset = TopicReset(track.name, event.cursor.seq, reason, skipped=False, documents=len(event.documents))
        return [do.Replace(track.name, event.cursor, event.documents, reason), do.Tell(reset)]

    def snapshot_failed(self, event: do.SnapshotFailed, now: int, u: float) -> list[Action]:
        track = self.tracks[event.topic]
        if track.phase is not Phase.RESYNCING:
            return []
        if event.forbidden:
            return self._end(track, Phase.DROPPED, "forbidden_topic")
        if event.supported:
            self._wait(track, 0, now, u)
        else:
            track.snapshot_possible, track.phase = False, Phase.NEW
        return []

    def _bootstrap(self, track: Track, reason: str, href: str, now: int) -> list[Action]:
        self._counters["bootstraps"] += 1
        self._counters[f"bootstrap_{reason}"] += 1
        dropped: list[Action] = [do.Drop(track.name, reason)]
        seq = track.seq
        track.forget_position(reason)
        if not track.bootstrap_allowed(now):
            return [*dropped, *self._end(track, Phase.PARKED, "bootstrap_limit")]
        dropped.append(do.Tell(TopicResyncing(track.name, seq, reason)))
        if (track.documents or track.elsewhere) and track.snapshot_possible:
            return [*dropped, *self._load_snapshot(track, reason, href)]
        self._leave(track)
        track.phase = Phase.NEW
        return dropped

    def _load_snapshot(self, track: Track, reason: str, href: str) -> list[Action]:
        self._leave(track)
        track.forget_position(reason)
        track.phase = Phase.RESYNCING
        return [do.LoadSnapshot(track.name, href)]

    def _close_gap(self, track: Track, reason: str, now: int) -> list[Action]:
        """Resubscribe from the own position once; if the same gap is still there, bootstrap."""
        self._counters["gaps"] += 1
        if track.gap_retry_at == track.seq:
            return self._bootstrap(track, reason, "", now)
        track.gap_retry_at = track.seq
        self._leave(track)
        track.phase = Phase.NEW
        return []

    def _end(self, track: Track, phase: Phase, reason: str) -> list[Action]:
        self._leave(track)
        track.phase = phase
        track.retry_at_ms = None
        return [do.Tell(TopicStopped(track.name, track.seq, reason))]

    def _leave(self, track: Track) -> None:
        if track.phase in RECEIVING | {Phase.SUBSCRIBING}:
            self._unsubscribe.append(track.name)

    def _wait(self, track: Track, retry_after_ms: int, now: int, u: float) -> None:
        track.retries += 1
        track.retry_at_ms = now + max(retry_after_ms, khala_delay_ms(track.retries, u))
        track.phase = Phase.WAITING

    # --- acknowledgements ---------------------------------------------------------------------------------------------

    def _owe_ack(self, track: Track, size: int, now: int) -> None:
        self._unacked[track.name] = None
        self._unacked_frames += 1
        self._unacked_bytes += size
        if self._ack_due_ms is None:
            self._ack_due_ms = now + self._ack_delay_ms

    def _acknowledged(self) -> None:
        self._unacked.clear()
        self._unacked_frames = self._unacked_bytes = 0
        self._ack_due_ms = None

    def _alive(self) -> Iterable[Track]:
        return (track for track in self.tracks.values() if track.phase not in ENDED)

    def _of_request(self, request_id: str) -> list[Track]:
        return [
            track
            for track in self.tracks.values()
            if track.phase is Phase.SUBSCRIBING and track.request_id == request_id
        ]


def _between(bounds: tuple[int, int], u: float) -> int:
    least, most = bounds
    return least + int((most - least) * u)

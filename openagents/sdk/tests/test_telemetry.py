"""Diagnostics: what is said about a link, that nobody can be told from it, and that losing it costs nothing."""

from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path

from google.protobuf.json_format import Parse

from openagents.sdk import compat
from openagents.sdk.credentials import Session
from openagents.sdk.http import HttpResponse, TransportFailure
from openagents.sdk.telemetry import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, BUFFERED_MAX, Telemetry, TelemetrySender
from openagents.sdk.telemetry import scope_hash as hashed
from openagents.sdk.tests.scripted_http import Scripted
from openagents.sdk.tests.test_refresh_race import ROOT
from openagents.sdk.updates import LinkChange, LinkState, TopicLive, TopicResyncing, TopicStopped, Update
from openagents.sync.v1 import http_pb2

TOPIC = "user:user_secret:runs"
SESSION = Session(
    "b", "oa_at_x", "oa_rt_x", "", "", "user_secret", "org:secret", "who@example.com", "sess_secret", "d", ""
)


class Clock:
    now = 1_000

    def __call__(self) -> int:
        return self.now


def update(seq: int) -> Update:
    return Update(TOPIC, seq, "run.summary", "k", seq, {"text": "content"})


def story() -> Telemetry:
    clock = Clock()
    told = Telemetry("sha256:x", now_ms=clock, wall_ms=lambda: 1_800_000_000_000)
    for state in (LinkState.MINTING, LinkState.CONNECTING):
        told.link(LinkChange(state))
    clock.now += 30
    told.link(LinkChange(LinkState.JOINING))
    told.item(update(1))
    clock.now += 70
    told.item(TopicLive(TOPIC, 1))
    told.link(LinkChange(LinkState.LIVE))
    told.link(LinkChange(LinkState.BACKOFF, "closed 1006", 312))
    told.link(LinkChange(LinkState.LIVE))
    told.item(TopicResyncing(TOPIC, 7, "chain_mismatch"))
    told.item(TopicStopped(TOPIC, 7, "apply_failed"))
    told.link(LinkChange(LinkState.REAUTH_REQUIRED, "token_revoked"))
    return told


def test_what_happened_is_told_in_the_messages_of_the_contract() -> None:
    batch = story().take()
    parsed = Parse(json.dumps({"events": batch}), http_pb2.KhalaTelemetryRequest())
    arms = [event.WhichOneof("event") for event in parsed.events]
    assert arms == ["replay", "boot", "reconnect", "replay", "delivery_error", "delivery_error", "auth_failure"]
    replay, boot, reconnect, stale, mismatch, parked, refused = parsed.events
    assert (replay.replay.status, replay.replay.catchup_duration_ms) == ("live", 70)
    assert (boot.boot.ws_connect_ms, boot.boot.boot_ms) == (30, 100)
    assert (reconnect.reconnect.attempt, reconnect.reconnect.backoff_ms) == (1, 312)
    assert reconnect.reconnect.reason_code == "closed_1006"
    assert (stale.replay.status, stale.replay.requested_after_seq) == ("stale_cursor", 7)
    assert (mismatch.delivery_error.reason_code, mismatch.delivery_error.channel) == ("chain_mismatch", "ws")
    assert parked.delivery_error.rolling_error_count_5m == 2
    assert refused.auth_failure.http_status == 401
    assert {event.topic for event in parsed.events} == {""} and replay.topic_class == "run_summaries"


def test_nobody_and_nothing_can_be_told_from_it(tmp_path: Path) -> None:
    text = json.dumps(story().take())
    for word in ("user_secret", "org:secret", "who@example.com", "sess_secret", "content", "oa_at"):
        assert word not in text
    first = hashed(SESSION, tmp_path)
    assert first == hashed(SESSION, tmp_path) and first != hashed(SESSION, tmp_path / "other")
    assert len(first) == 71


def test_the_oldest_are_dropped_and_batches_are_bounded() -> None:
    told = Telemetry("sha256:x")
    for seq in range(BUFFERED_MAX + 20):
        told.item(TopicLive(TOPIC, seq))
    assert (len(told), told.dropped) == (BUFFERED_MAX, 20)
    sizes = []
    while batch := told.take():
        assert len(json.dumps({"events": batch})) <= BATCH_BYTES_MAX
        sizes.append(len(batch))
    assert sum(sizes) == BUFFERED_MAX and max(sizes) <= BATCH_EVENTS_MAX


def test_sending_is_tried_once_per_batch_and_failures_are_nobody_s_problem() -> None:
    async def work(http: Scripted, *, token: str = "t") -> int:
        told = Telemetry("sha256:x")
        for seq in range(120):
            told.item(TopicLive(TOPIC, seq))
        await TelemetrySender(told, http, "http://k", lambda: token).close()
        return len(told)

    good = Scripted(*[HttpResponse(202, b"{}")] * 3)
    assert asyncio.run(work(good)) == 0
    assert [len(json.loads(request.content or b"")["events"]) for request in good.requests] == [50, 50, 20]
    assert good.requests[0].url == "http://k/khala/v1/telemetry"
    for bad in (Scripted(TransportFailure("x", sent=True)), Scripted(HttpResponse(429, b"{}"))):
        asyncio.run(work(bad))
        assert len(bad.requests) == 1
    assert asyncio.run(work(Scripted(), token="")) == 120


def test_version_and_build_are_those_of_the_release() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == compat.VERSION
    released = (ROOT / "openagents/sdk/RELEASE").read_text().split()[1]
    assert len(released) == 16 and released[8] == "T" and released.endswith("Z")

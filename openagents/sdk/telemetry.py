"""Diagnostics a user may switch on (`OA_TELEMETRY=1`): how the link and replays fare. Never who, where or what.

Events name classes of topics, not topics, because a topic can hold a user id. Sending never blocks or retries the
user's work; what does not fit or does not arrive is lost (surfaces 5.6).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import re
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openagents.receipts.ids import new_id
from openagents.sdk.compat import BUILD_ID, KHALA_PROTOCOL_VERSION, VERSION, handshake_headers
from openagents.sdk.credentials import Session
from openagents.sdk.errors import SdkError
from openagents.sdk.http import HttpRequest, HttpTransport, TransportFailure
from openagents.sdk.tokens import read_document, write_private
from openagents.sdk.topic_names import class_of
from openagents.sdk.updates import LinkChange, LinkState, TopicItem, TopicLive, TopicResyncing, TopicStopped, Update

SCHEMA = "openagents.sync.client_telemetry.v1"
BUFFERED_MAX = 500
BATCH_EVENTS_MAX = 50
BATCH_BYTES_MAX = 64 * 1024
SEND_SECONDS = 3.0
ERROR_WINDOW_MS = 300_000
_NO_WORD = re.compile(r"[^a-z0-9_]+")

log = logging.getLogger("openagents.sdk.telemetry")


def wanted(environ: Mapping[str, str] = os.environ) -> bool:
    return environ.get("OA_TELEMETRY", "").strip() == "1"


def scope_hash(session: Session, home: Path) -> str:
    """Tells one installation's events from another's; the salt never leaves this machine."""
    path = home / "telemetry.json"
    salt = (read_document(path) or {}).get("salt")
    if not isinstance(salt, str) or not salt:
        salt = secrets.token_hex(32)
        write_private(path, {"salt": salt})
    text = f"{session.user_id}|{session.org_id}|{session.device_id}|{salt}"
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class Telemetry:
    """Turns what a link reports into events, at most 500 of them, the oldest dropped. Pure but for the clocks."""

    def __init__(
        self,
        actor_scope_hash: str,
        *,
        surface: str = "sdk",
        now_ms: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
        wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.dropped = 0
        self._scope = actor_scope_hash
        self._surface = "CLIENT_SURFACE_OPERATOR" if surface == "console" else "CLIENT_SURFACE_SDK"
        self._now, self._wall = now_ms, wall_ms
        self._session = secrets.token_hex(16)
        self._events: deque[dict[str, Any]] = deque()
        self._started = now_ms()
        self._attempt, self._backoff_ms, self._reason = 0, 0, ""
        self._connecting_at, self._connect_ms, self._first_ms = 0, 0, 0
        self._booted = False
        self._applied = 0
        self._behind: dict[str, int] = {}
        self._errors: deque[int] = deque()

    def link(self, change: LinkChange) -> None:
        now = self._now()
        if change.state is LinkState.CONNECTING:
            self._connecting_at = now
        elif change.state is LinkState.JOINING:
            self._connect_ms = now - self._connecting_at
        elif change.state is LinkState.BACKOFF:
            self._attempt, self._backoff_ms, self._reason = self._attempt + 1, change.retry_in_ms, change.reason
        elif change.state is LinkState.REAUTH_REQUIRED:
            self._put("auth_failure", {"http_status": 401, "reason_code": change.reason, "refresh_attempted": True})
        elif change.state is LinkState.LIVE:
            self._live(now)

    def item(self, item: TopicItem) -> None:
        if isinstance(item, Update):
            self._applied = item.seq
            self._first_ms = self._first_ms or self._now() - self._started
            self._behind.setdefault(item.topic, self._now())
        elif isinstance(item, TopicLive):
            since = self._behind.pop(item.topic, self._now())
            replay = {"status": "live", "head_seq": item.seq, "catchup_duration_ms": self._now() - since}
            self._put("replay", replay, item.topic)
        elif isinstance(item, TopicResyncing):
            self._behind[item.topic] = self._now()
            self._put("replay", {"status": "stale_cursor", "requested_after_seq": item.seq}, item.topic)
            if item.reason in {"chain_mismatch", "payload_hash_mismatch", "gap", "undecodable"}:
                self._failed("ws", item.reason, item.topic)
        elif isinstance(item, TopicStopped):
            channel = "projection_apply" if item.reason == "apply_failed" else "replay"
            self._failed(channel, item.reason, item.topic)

    def take(self) -> list[dict[str, Any]]:
        """The next batch to send: at most 50 events and 64 KiB; they are no longer kept."""
        batch: list[dict[str, Any]] = []
        size = 64
        while self._events and len(batch) < BATCH_EVENTS_MAX:
            size += len(json.dumps(self._events[0])) + 1
            if batch and size > BATCH_BYTES_MAX:
                break
            batch.append(self._events.popleft())
        return batch

    def __len__(self) -> int:
        return len(self._events)

    def _live(self, now: int) -> None:
        if not self._booted:
            self._booted = True
            boot = {"cold": self._applied == 0, "boot_ms": now - self._started, "ws_connect_ms": self._connect_ms}
            self._put("boot", {**boot, "first_frame_ms": self._first_ms, "previous_exit": "unknown"})
        if self._attempt:
            fields = {"attempt": self._attempt, "backoff_ms": self._backoff_ms, "resumed": True}
            self._put("reconnect", {**fields, "last_applied_seq": self._applied, "reason_code": self._reason})
            self._attempt = 0

    def _failed(self, channel: str, reason: str, topic: str) -> None:
        now = self._now()
        self._errors.append(now)
        while now - self._errors[0] > ERROR_WINDOW_MS:
            self._errors.popleft()
        fields = {"channel": channel, "reason_code": reason, "rolling_error_count_5m": len(self._errors)}
        self._put("delivery_error", fields, topic)

    def _put(self, arm: str, fields: dict[str, Any], topic: str = "") -> None:
        if "reason_code" in fields:
            fields["reason_code"] = _NO_WORD.sub("_", str(fields["reason_code"]).lower()).strip("_")[:200]
        if len(self._events) >= BUFFERED_MAX:
            self._events.popleft()
            self.dropped += 1
        self._events.append(
            {
                "schema_version": SCHEMA,
                "event_id": new_id("evt"),
                "occurred_at_unix_ms": self._wall(),
                "surface": self._surface,
                "client_build_id": BUILD_ID,
                "app_version": VERSION,
                "protocol_version": KHALA_PROTOCOL_VERSION,
                "topic_class": class_of(topic).name if topic else "",
                "actor_scope_hash": self._scope,
                "session_id": self._session,
                arm: fields,
            }
        )


class TelemetrySender:
    """Posts batches in the background, one at a time, with the newest sync token."""

    def __init__(self, telemetry: Telemetry, http: HttpTransport, origin: str, token: Callable[[], str]) -> None:
        self._telemetry = telemetry
        self._http = http
        self._url = f"{origin}/khala/v1/telemetry"
        self._token = token
        self._task: asyncio.Task[None] | None = None

    def poke(self) -> None:
        """Send if a batch is full and nothing is being sent."""
        if len(self._telemetry) >= BATCH_EVENTS_MAX and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._send())

    async def close(self) -> None:
        """Send what is left, within three seconds or not at all."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SEND_SECONDS):
                await self._send()

    async def _send(self) -> None:
        while self._token() and (batch := self._telemetry.take()):
            headers = {
                "authorization": f"Bearer {self._token()}",
                "content-type": "application/json",
                "x-request-id": new_id("req"),
                **handshake_headers(),
            }
            content = json.dumps({"events": batch}).encode()
            try:
                answer = await self._http.send(HttpRequest("POST", self._url, headers, content, SEND_SECONDS))
            except (TransportFailure, SdkError) as error:
                log.info("telemetry is lost", extra={"events": len(batch), "error": str(error)})
                return
            if answer.status != 202:
                log.info("telemetry is refused", extra={"events": len(batch), "status": answer.status})
                return

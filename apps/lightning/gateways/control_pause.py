"""The control plane's paywall pause, for executors that follow it (`OA_LIGHTNING_FOLLOW_GLOBAL_PAUSE`).

An answer holds for five seconds. While control is away the last one holds for a minute; then payments stop, because
nobody can say that they may go on.
"""

from __future__ import annotations

import threading
import time

import structlog
from django.conf import settings

from openagents.peers.calls import PeerUnavailable
from openagents.peers.client import peer

log = structlog.get_logger("oa.executor")

PATH = "/internal/v1/control/security-state"
FRESH_SECONDS = 5.0
KNOWN_SECONDS = 60.0

_lock = threading.Lock()
_paused = False
_asked_at: float | None = None
_known_at: float | None = None


def forget() -> None:
    """Ask anew at the next payment."""
    global _asked_at, _known_at
    with _lock:
        _asked_at = _known_at = None


def active() -> bool:
    """Whether outgoing payments must wait for control. Always False when the executor does not follow."""
    global _paused, _asked_at, _known_at
    if not settings.OA.oa_lightning_follow_global_pause:
        return False
    with _lock:
        now = time.monotonic()
        if _asked_at is not None and now - _asked_at < FRESH_SECONDS:
            return _paused
        _asked_at = now
        try:
            answer = peer("control").get(PATH)
            if answer.status == 200:
                found = answer.json["global"]
                _paused = bool(found.get("globalPause", found.get("global_pause", False)))
                _known_at = now
                return _paused
            log.warning("global_pause_unreadable", status=answer.status)
        except (PeerUnavailable, KeyError, TypeError, AttributeError) as error:
            log.warning("global_pause_unreadable", error=type(error).__name__)
        if _known_at is None or now - _known_at > KNOWN_SECONDS:
            _paused = True
        return _paused

"""What control stopped, as the executor asks it: for payments and for the embedded gateway.

Executors that follow control's paywall pause (`OA_LIGHTNING_FOLLOW_GLOBAL_PAUSE`) ask before payments; an answer holds
for five seconds. While control is away the last one holds for a minute; then payments stop, because nobody can say that
they may go on. The embedded gateway asks before it serves, at most once a second; what it serves stays as deployed when
nobody can say.
"""

from __future__ import annotations

import threading
import time

import structlog
from django.conf import settings

from apps.lightning.domain import paywalls
from apps.lightning.domain.paywalls import Security
from apps.lightning.mapping_security import security_of
from openagents.peers.calls import PeerUnavailable
from openagents.peers.client import peer

log = structlog.get_logger("oa.executor")

PATH = "/internal/v1/control/security-state"
FRESH_SECONDS = 5.0
GATE_SECONDS = 1.0
KNOWN_SECONDS = 60.0

_lock = threading.Lock()
_asked_at: float | None = None
_known: tuple[float, Security] | None = None


def forget() -> None:
    """Ask anew at the next payment or request."""
    global _asked_at, _known
    with _lock:
        _asked_at = _known = None


def active() -> bool:
    """Whether outgoing payments must wait for control. Always False when the executor does not follow."""
    if not settings.OA.oa_lightning_follow_global_pause:
        return False
    security = _security(FRESH_SECONDS)
    return security is None or security.global_pause


def denied(owner_id: str) -> tuple[str, str] | None:
    """What stops an owner's paywalls (section 18), code and reason; None also when that cannot be said."""
    security = _security(GATE_SECONDS)
    return None if security is None else paywalls.denied(security, owner_id)


def _security(fresh_seconds: float) -> Security | None:
    """The state, asked for when the last question is older than that; None when it is not known, or too old."""
    global _asked_at, _known
    with _lock:
        now = time.monotonic()
        if _asked_at is None or now - _asked_at >= fresh_seconds:
            _asked_at = now
            found = _ask()
            if found is not None:
                _known = now, found
        return _known[1] if _known is not None and now - _known[0] <= KNOWN_SECONDS else None


def _ask() -> Security | None:
    try:
        answer = peer("control").get(PATH)
        if answer.status == 200 and isinstance(answer.json["global"], dict):
            return security_of(answer.json)
        log.warning("global_pause_unreadable", status=answer.status)
    except (PeerUnavailable, KeyError, TypeError, ValueError) as error:
        log.warning("global_pause_unreadable", error=type(error).__name__)
    return None

"""Mail providers as they speak to us: who signed a webhook, and what the event means (3.11).

A provider is an object with `verify` and `read`. Both that exist sign in the Svix form.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from openagents.receipts.times import parse_rfc3339

TOLERANCE_SECONDS: Final = 300
REASON_MAX: Final = 255
STATES: Final = {
    "email.delivered": "delivered",
    "email.bounced": "bounced",
    "email.complained": "complained",
}

_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


class Unverified(Exception):
    """It is not shown that the provider sent this; `reason` is a `webhook_*` reason of 2.2."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unusable(Exception):
    """A signed event without a field that is needed; the text names it."""


@dataclass(frozen=True, slots=True)
class MailEvent:
    """An event as the runtime takes it; `delivery_state` None: it tells nothing about a delivery."""

    type: str
    delivery_state: str | None = None
    message_id: str | None = None
    recipient: str | None = None
    occurred_at: str | None = None
    reason: str | None = None


class MailProvider(Protocol):
    """What every provider can do; one contract suite tests them all."""

    name: str

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: float) -> str:
        """The event's id. `now`: epoch seconds. Raises Unverified."""
        ...

    def read(self, event: Mapping[str, Any]) -> MailEvent:
        """What a verified event means. Raises Unusable."""
        ...


class Svix:
    """The form of Resend: an id, a time and signatures over them and the raw body."""

    def __init__(self, name: str) -> None:
        self.name = name

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: float) -> str:
        event_id, timestamp, signatures = (
            headers.get(f"svix-{name}", "").strip() for name in ("id", "timestamp", "signature")
        )
        if not (event_id and timestamp and signatures):
            raise Unverified("webhook_signature_missing")
        if not _SECONDS.fullmatch(timestamp) or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
            raise Unverified("webhook_timestamp_invalid")
        offered = [value.partition(",")[2].encode() for value in signatures.split() if value.startswith("v1,")]
        signed = f"{event_id}.{timestamp}.".encode() + body
        wanted = [base64.b64encode(hmac.digest(key, signed, "sha256")) for key in map(_key, secrets) if key]
        # No early end: how many comparisons are made must not depend on which one is right.
        matches = [hmac.compare_digest(mine, theirs) for mine in wanted for theirs in offered]
        if not any(matches):
            raise Unverified("webhook_signature_invalid")
        return event_id

    def read(self, event: Mapping[str, Any]) -> MailEvent:
        kind = event.get("type")
        if not isinstance(kind, str) or not kind.strip():
            raise Unusable("type")
        data = event.get("data")
        state = STATES.get(kind)
        if kind == "contact.updated" and isinstance(data, dict) and data.get("unsubscribed") is True:
            state = "unsubscribed"
        if state is None:
            return MailEvent(kind)
        if not isinstance(data, dict):
            raise Unusable("data")
        to, bounce = data.get("to"), data.get("bounce")
        first = to[0] if isinstance(to, list) and to else None
        return MailEvent(
            kind,
            state,
            message_id=_text(data.get("email_id")),
            recipient=_text(first) or _text(data.get("email")),
            occurred_at=_instant(event.get("created_at")),
            reason=(_text(bounce.get("message")) or "")[:REASON_MAX] or None if isinstance(bounce, dict) else None,
        )


PROVIDERS: Final[dict[str, MailProvider]] = {name: Svix(name) for name in ("resend", "local")}
DEVELOPMENT_ONLY: Final = frozenset({"local"})


def provider(name: str, *, production: bool) -> MailProvider | None:
    """The provider of that name, if it is one here."""
    return None if production and name in DEVELOPMENT_ONLY else PROVIDERS.get(name)


def _key(secret: str) -> bytes:
    """The key inside `whsec_<base64>`; empty for a secret of another form, which then signs nothing."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _instant(value: Any) -> str | None:
    text = _text(value)
    try:
        return text if text is None or parse_rfc3339(text) else None
    except ValueError:
        return None

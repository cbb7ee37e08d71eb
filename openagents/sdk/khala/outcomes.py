"""What a code word, a close code or a refused handshake means to the client: one table each (surfaces 5.2)."""

from __future__ import annotations

from enum import Enum

from openagents.sdk.compat import COMPATIBILITY_CODES


class Reaction(Enum):
    REFRESH = "refresh the session once, mint again; the second time stop"
    REAUTH = "stop: sign in again"
    DROP_TOPIC = "give up the topic, keep the others"
    STOP_TOPIC = "a bug of ours: log it, stop the topic"
    BOOTSTRAP = "drop the position, start anew"
    SLOW = "reconnect later with smaller batches"
    WAIT = "try again when the server says"
    UPGRADE = "stop until the compatibility window changes"
    FORBIDDEN = "stop: a configuration error"
    DRAIN = "reconnect when the server says; no failure"
    BACKOFF = "reconnect with growing delay"


BY_CODE: dict[str, Reaction] = {
    "unauthorized": Reaction.REFRESH,
    "token_expired": Reaction.REFRESH,
    "token_too_old": Reaction.REFRESH,
    "token_revoked": Reaction.REFRESH,
    "invalid_token": Reaction.REFRESH,
    "missing_authorization": Reaction.REFRESH,
    "token_replayed": Reaction.BACKOFF,
    "reauth_required": Reaction.REAUTH,
    "forbidden_topic": Reaction.DROP_TOPIC,
    "missing_scope": Reaction.DROP_TOPIC,
    "surface_policy_denied": Reaction.DROP_TOPIC,
    "topic_not_granted": Reaction.DROP_TOPIC,
    "owner_mismatch": Reaction.DROP_TOPIC,
    "bad_subscription": Reaction.STOP_TOPIC,
    "stale_cursor": Reaction.BOOTSTRAP,
    "slow_consumer": Reaction.SLOW,
    "payload_too_large": Reaction.BACKOFF,
    "rate_limited": Reaction.WAIT,
    "origin_not_allowed": Reaction.FORBIDDEN,
    "forbidden_origin": Reaction.FORBIDDEN,
    "server_draining": Reaction.DRAIN,
    "draining": Reaction.DRAIN,
    "heartbeat_timeout": Reaction.BACKOFF,
    "bad_message": Reaction.BACKOFF,
    "internal": Reaction.BACKOFF,
    **dict.fromkeys(COMPATIBILITY_CODES, Reaction.UPGRADE),
}

BY_CLOSE_CODE: dict[int, Reaction] = {
    1000: Reaction.BACKOFF,
    1006: Reaction.BACKOFF,
    1009: Reaction.BACKOFF,
    1011: Reaction.BACKOFF,
    1012: Reaction.DRAIN,
    1013: Reaction.BACKOFF,
    4400: Reaction.BACKOFF,
    4401: Reaction.REFRESH,
    4403: Reaction.FORBIDDEN,
    4408: Reaction.BACKOFF,
    4409: Reaction.SLOW,
    4426: Reaction.UPGRADE,
    4429: Reaction.WAIT,
}

HINTED_CLOSE_CODES = frozenset({1000, 1011, 1012, 1013})
"""Closes after which the server's recommended delay replaces our first one."""

BY_HANDSHAKE_STATUS: dict[int, Reaction] = {
    400: Reaction.BACKOFF,
    401: Reaction.REFRESH,
    403: Reaction.FORBIDDEN,
    429: Reaction.WAIT,
    503: Reaction.BACKOFF,
}


def of_code(code: str) -> Reaction:
    """Unknown words of a newer server: reconnect with backoff."""
    return BY_CODE.get(code, Reaction.BACKOFF)


def of_close(code: int) -> Reaction:
    return BY_CLOSE_CODE.get(code, Reaction.BACKOFF)


def of_handshake(status: int, code: str) -> Reaction:
    """A handshake refused with `status` (0: no answer) and, where the body names one, a code word.

    426 with `upgrade_required_websocket` is what the plain GET answers when nothing is wrong: try again.
    """
    if code in BY_CODE:
        return BY_CODE[code]
    return BY_HANDSHAKE_STATUS.get(status, Reaction.BACKOFF)

"""The three ways in: which requests each lane takes, and how a connection of it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any, Final

from apps.khala.domain import backoff, grammar, handshake, tokens
from apps.khala.domain.access import Principal
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.lane import Lane
from apps.khala.domain.core.lane_n import SUBPROTOCOLS, LaneN
from apps.khala.domain.core.lane_p import LaneP
from apps.khala.domain.core.lane_t import LaneT
from apps.khala.domain.core.speech import Start, Wanted
from apps.khala.domain.handshake import Denial, Offer
from apps.khala.services.node import Node
from apps.khala.services.recorder import audit_row
from apps.khala.services.session import Session

Scope = MutableMapping[str, Any]
VSN: Final = "2."
LIMIT_DEFAULT: Final = 100


class Entrance:
    """One lane's way in. `narrow` keeps of an offer what this lane may carry; `refuse` is what it lacks, before any
    check of who it is; `authorize` what follows from who it is; `greet` what the host says in the client's place."""

    name: str
    soft: bool = True
    """A revoked session is told after accept, in the lane's own words."""

    def narrow(self, offer: Offer) -> Offer:
        return replace(offer, query_token=None)

    def refuse(self, offer: Offer) -> Denial | None:
        return None

    async def authorize(self, node: Node, offer: Offer, principal: Principal) -> Denial | None:
        return None

    def framing(self, offer: Offer) -> str | None:
        """The subprotocol to echo."""
        return None

    def lane(self, node: Node, offer: Offer, principal: Principal) -> Lane:
        raise NotImplementedError

    def greet(self, session: Session, offer: Offer) -> None:
        """Clients of most lanes speak for themselves."""


class Native(Entrance):
    """`/khala/v1/ws`."""

    name = "n"

    def refuse(self, offer: Offer) -> Denial | None:
        if self.framing(offer) is None:
            return handshake.bad_request("subprotocol_required", f"offer one of {', '.join(SUBPROTOCOLS)}")
        return None

    def framing(self, offer: Offer) -> str | None:
        return next((name for name in offer.subprotocols if name in SUBPROTOCOLS), None)

    def lane(self, node: Node, offer: Offer, principal: Principal) -> Lane:
        framing = self.framing(offer)
        assert framing is not None
        return LaneN(text=SUBPROTOCOLS[framing], update_bytes_max=node.limits.update_bytes_max)


class Channel(Entrance):
    """`/sync/socket/websocket` and `/socket/websocket`."""

    name = "p"

    def narrow(self, offer: Offer) -> Offer:
        return offer

    def refuse(self, offer: Offer) -> Denial | None:
        if not dict(offer.query).get("vsn", "").startswith(VSN):
            return handshake.bad_request("unsupported_vsn", "vsn must start with 2.")
        return None

    def lane(self, node: Node, offer: Offer, principal: Principal) -> Lane:
        return LaneP(update_bytes_max=node.limits.update_bytes_max)


@dataclass
class OneTopic(Entrance):
    """`/internal/v1/khala/topics/{topic}/ws`."""

    topic: str
    name = "t"
    soft = False

    def narrow(self, offer: Offer) -> Offer:
        return replace(
            offer,
            query_token=None,
            subprotocols=tuple(name for name in offer.subprotocols if not name.startswith(tokens.BEARER_SUBPROTOCOL)),
        )

    def refuse(self, offer: Offer) -> Denial | None:
        if not self.topic:
            return handshake.bad_request("invalid_topic", "the path names no topic")
        if _number(offer, "after_seq", 0) is None or _number(offer, "limit", LIMIT_DEFAULT) is None:
            return handshake.bad_request("invalid_cursor", "after_seq and limit are whole numbers")
        return None

    async def authorize(self, node: Node, offer: Offer, principal: Principal) -> Denial | None:
        [decision] = await node.decide(principal, (self.topic,))
        reason, detail = decision.reason, decision.detail
        if decision.is_view:
            reason, detail = "forbidden_topic", "view_not_supported"
        if not reason:
            return None
        await node.recorder.write_or_queue(
            audit_row(
                "khala.subscribe.denied",
                "deny",
                reason,
                self.topic,
                principal_key=principal.principal_key,
                session_id=principal.session_id,
                device_id=principal.device_id,
                request_id=offer.request_id,
                attributes={"detail": detail} if detail else {},
            )
        )
        return handshake.forbidden_topic(reason)

    def lane(self, node: Node, offer: Offer, principal: Principal) -> Lane:
        limits = node.limits
        return LaneT(
            self.topic,
            after_seq=_number(offer, "after_seq", 0) or 0,
            limit=min(max(_number(offer, "limit", LIMIT_DEFAULT) or 1, 1), limits.batch_rows_max),
            reconnect_ms=backoff.reconnect_ms(
                principal.consumer_key(self.topic), 0, limits.reconnect_base_ms, limits.reconnect_jitter_ms
            ),
            update_bytes_max=limits.update_bytes_max,
        )

    def greet(self, session: Session, offer: Offer) -> None:
        lane = session.core.lane
        assert isinstance(lane, LaneT)
        earliest = dict(offer.query).get("start") == Start.EARLIEST.value
        wanted = Wanted(lane.topic, None if earliest else lane.after_seq, start=Start.EARLIEST if earliest else None)
        session.feed(ev.ClientMsg(speech.Hello()))
        session.feed(ev.ClientMsg(speech.Subscribe("", (wanted,), lane.limit, atomic=True)))


def _number(offer: Offer, name: str, default: int) -> int | None:
    """A whole number of the query that may stand on a wire; None when it is something else."""
    text = dict(offer.query).get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) > grammar.INTEGER_MAX:
        return None
    return int(text)


def _one_topic(scope: Scope) -> Entrance:
    return OneTopic(str(scope["url_route"]["kwargs"]["topic"]).strip())


ENTRANCES: Final[Mapping[str, Callable[[Scope], Entrance]]] = {
    r"^khala/v1/ws$": lambda scope: Native(),
    r"^sync/socket/websocket$": lambda scope: Channel(),
    r"^socket/websocket$": lambda scope: Channel(),
    r"^internal/v1/khala/topics/(?P<topic>.+)/ws$": _one_topic,
}
"""Path (a regular expression) -> the entrance of a request to it."""

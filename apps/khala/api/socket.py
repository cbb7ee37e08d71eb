"""The WebSockets of all lanes: handshake and accepted connection. Without upgrade: the same decision as JSON."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from apps.khala import metrics
from apps.khala.api.doors import AsgiDoor, PreparedDoor
from apps.khala.api.entrances import Entrance
from apps.khala.domain import handshake
from apps.khala.domain.closing import CloseCode
from apps.khala.domain.core import events as ev
from apps.khala.domain.handshake import Denial, Offer
from apps.khala.models import ConnectionRow
from apps.khala.server import EXTENSION
from apps.khala.services.admission import Admitted
from apps.khala.services.journal import JournalUnavailable
from apps.khala.services.node import Node, ensure_started
from apps.khala.services.recorder import audit_row
from apps.khala.services.session import Door, Session
from openagents.db.stores import StoreUnavailable
from openagents.ops.context import accept_request_id
from openagents.receipts.ids import new_id

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

WHOLE_QUERY: Final = "openagents.query"
"""Key in the scope of the query string as it came, token and all."""

INBOUND_BYTES_MAX: Final = 65_536
CHEAP_DENIALS: Final = frozenset({429, 503})
"""Denials that a storm is made of: their audit rows are queued, so that shedding load costs no database."""


def application(entrance_of: Callable[[Scope], Entrance]) -> App:
    """The ASGI application of one kind of WebSocket."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        node = await ensure_started()
        entrance = entrance_of(scope)
        offer = entrance.narrow(offer_of(scope))
        decision = entrance.refuse(offer) or await decide(node, entrance, offer)
        if isinstance(decision, Denial):
            await _record_denial(node, entrance, offer, decision)
            await _deny(scope, send, decision, offer.request_id)
            return
        await send({"type": "websocket.accept", "subprotocol": entrance.framing(offer)})
        surface = metrics.surface_label(decision.grant.principal.surface)
        metrics.CONNECTS.labels(entrance.name, surface, "accepted").inc()
        await _serve(node, scope, receive, send, entrance, offer, decision)

    return serve


def diagnosis(entrance_of: Callable[[Scope], Entrance]) -> App:
    """The same URL without upgrade: the decision with its true status; 426 when all is well."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        node = await ensure_started()
        entrance = entrance_of(scope)
        offer = entrance.narrow(offer_of(scope))
        decision = await decide(node, entrance, offer, consume=False)
        denial = decision if isinstance(decision, Denial) else handshake.UPGRADE_REQUIRED
        body = _body(denial, offer.request_id)
        headers = [*_headers(denial, body), (b"x-request-id", offer.request_id.encode())]
        await send({"type": "http.response.start", "status": denial.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


def scrubbed(app: App) -> App:
    """The application with the token taken out of the query string before anything can log it; `offer_of` gets the
    original. The scope is changed in place, because the server logs from its own reference to it."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        query = scope.get("query_string", b"")
        if b"token" in query or b"%" in query:
            scope[WHOLE_QUERY] = query
            scope["query_string"] = handshake.without_token(query)
        await app(scope, receive, send)

    return run


def offer_of(scope: Scope) -> Offer:
    """The handshake request as a value. The last header of a name wins, as everywhere in ASGI."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    spoken = scope.get("subprotocols") or headers.get("sec-websocket-protocol", "").split(",")
    client = scope.get("client")
    query = handshake.read_query(scope.get(WHOLE_QUERY, scope.get("query_string", b"")))
    return Offer(
        address=str(client[0]) if client else "unknown",
        origin=headers.get("origin"),
        authorization=headers.get("authorization"),
        subprotocols=tuple(name.strip() for name in spoken if name.strip()),
        query=tuple(pair for pair in query if pair[0] != handshake.TOKEN_PARAMETER),
        query_token=dict(query).get(handshake.TOKEN_PARAMETER),
        request_id=accept_request_id(headers.get("x-request-id")),
    )


async def decide(node: Node, entrance: Entrance, offer: Offer, *, consume: bool = True) -> Admitted | Denial:
    """Admission, then what this entrance asks for beyond it."""
    try:
        admitted = await node.admission.decide(offer, consume=consume)
        if isinstance(admitted, Denial):
            return admitted
        if admitted.soft_failure and not entrance.soft:
            return handshake.unauthorized("token_revoked")
        return await entrance.authorize(node, offer, admitted.grant.principal) or admitted
    except StoreUnavailable:
        return handshake.unavailable("token_store_unavailable")
    except JournalUnavailable:
        return handshake.unavailable("journal_unavailable")


async def _record_denial(node: Node, entrance: Entrance, offer: Offer, denial: Denial) -> None:
    metrics.HANDSHAKE_REJECTED.labels(denial.reason).inc()
    metrics.CONNECTS.labels(entrance.name, "other", "denied").inc()
    event = "khala.origin.denied" if denial is handshake.FORBIDDEN_ORIGIN else "khala.handshake.denied"
    attributes = {"internal": denial.internal} if denial.internal else {}
    row = audit_row(event, "deny", denial.reason, request_id=offer.request_id, attributes=attributes)
    if denial.status in CHEAP_DENIALS:
        node.recorder.note(row)
    else:
        await node.recorder.write_or_queue(row)


def _body(denial: Denial, request_id: str) -> bytes:
    document: dict[str, Any] = {"error": denial.code, "message": denial.message, "reason_code": denial.reason}
    if denial.retry_after_ms:
        document["retry_after_ms"] = denial.retry_after_ms
    return orjson.dumps(document | {"request_id": request_id})


def _headers(denial: Denial, body: bytes) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if denial.retry_after_ms:
        headers.append((b"retry-after", str(-(-denial.retry_after_ms // 1000)).encode()))
    if denial.status == 426:
        headers.append((b"upgrade", b"websocket"))
    return headers


async def _deny(scope: Scope, send: Send, denial: Denial, request_id: str) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": int(CloseCode.DENIED)})
        return
    body = _body(denial, request_id)
    headers = _headers(denial, body)
    await send({"type": "websocket.http.response.start", "status": denial.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


# An accepted connection


async def _serve(
    node: Node,
    scope: Scope,
    receive: Receive,
    send: Send,
    entrance: Entrance,
    offer: Offer,
    admitted: Admitted,
) -> None:
    protocol = scope.get("extensions", {}).get(EXTENSION)
    door: Door = AsgiDoor(send) if protocol is None else PreparedDoor(protocol, send)
    session = _session(node, door, entrance, offer, admitted)
    if protocol is not None:
        protocol.high_water(node.limits.high_water_bytes)
        protocol.on_backlog = lambda buffered: session.feed(ev.Writable(buffered))
        protocol.on_message = lambda content: _take(session, content)
    node.enter(session)
    code = 1006
    try:
        session.feed(_opened(node, session, offer, admitted, measured=protocol is not None))
        entrance.greet(session, offer)
        if node.drain_id is not None:
            session.feed(ev.Drain(session.loop.time()))
        code = await _listen(session, receive)
    finally:
        if protocol is not None:
            protocol.on_backlog = protocol.on_message = None
        await session.gone(code)
        node.leave(session)


async def _listen(session: Session, receive: Receive) -> int:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return int(message.get("code") or 1005)
        text, octets = message.get("text"), message.get("bytes")
        _take(session, text if text is not None else octets or b"")


def _take(session: Session, content: str | bytes) -> None:
    if len(content) > INBOUND_BYTES_MAX:
        session.row.close_code = int(CloseCode.TOO_LARGE)
        session.door.close(int(CloseCode.TOO_LARGE), "message_too_large")
    else:
        session.message(content)


def _session(node: Node, door: Door, entrance: Entrance, offer: Offer, admitted: Admitted) -> Session:
    grant, principal = admitted.grant, admitted.grant.principal
    lane = entrance.lane(node, offer, principal)
    row = ConnectionRow(
        connection_id=new_id("kc"),
        node_id=node.node_id,
        lane=lane.name,
        principal_key=principal.principal_key,
        user_id=principal.user_id,
        org_id=principal.org_id,
        device_id=principal.device_id,
        session_id=principal.session_id,
        jti=grant.jti,
        surface=principal.surface,
        client_build_id=grant.client.build_id or None,
        origin=offer.origin,
        ip_hash=hashlib.sha256(f"{node.node_id}|{offer.address}".encode()).hexdigest(),
        opened_at=datetime.now(UTC),
    )
    node.recorder.note(row)
    node.recorder.note(
        audit_row(
            "khala.handshake.accepted",
            "allow",
            principal_key=principal.principal_key,
            session_id=principal.session_id,
            device_id=principal.device_id,
            connection_id=row.connection_id,
            request_id=offer.request_id,
        )
    )
    return Session(node, lane, door, admitted.holder, row)


def _opened(node: Node, session: Session, offer: Offer, admitted: Admitted, *, measured: bool) -> ev.Opened:
    principal = admitted.grant.principal
    # Asked again now that the session is known to the node: a revocation may have come since the handshake.
    revoked = node.book.against(session.holder)
    return ev.Opened(
        connection_id=session.connection_id,
        principal=principal,
        window=node.window,
        wall=time.time(),
        unit=random.random(),
        lease_expires_at=float(admitted.grant.expires_at),
        renewable=node.config.khala_token_expiry_mode == "introspect" and not principal.reduced,
        soft_failure=revoked.reason if revoked is not None else "",
        stated=(offer.stated, admitted.grant.client),
        measured=measured,
    )

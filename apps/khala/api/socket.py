"""`GET /khala/v1/ws`: the handshake and the accepted connection. Without upgrade: the same decision as JSON."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from django.db import DatabaseError, InterfaceError

from apps.khala import metrics
from apps.khala.domain import handshake
from apps.khala.domain.closing import CloseCode
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.lane_n import SUBPROTOCOLS, LaneN
from apps.khala.domain.core.speech import Encoded
from apps.khala.domain.handshake import Denial, Offer
from apps.khala.models import ConnectionRow
from apps.khala.server import EXTENSION
from apps.khala.services.admission import Admitted
from apps.khala.services.node import Node, ensure_started
from apps.khala.services.recorder import audit_row
from apps.khala.services.session import Door, Session
from openagents.db.stores import StoreUnavailable
from openagents.ops.context import accept_request_id
from openagents.receipts.ids import new_id

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

INBOUND_BYTES_MAX: Final = 65_536
CHEAP_DENIALS: Final = frozenset({429, 503})
"""Denials that a storm is made of: their audit rows are queued, so that shedding load costs no database."""


async def socket(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of one WebSocket."""
    await receive()
    node = await ensure_started()
    offer = offer_of(scope)
    decision = await decide(node, offer)
    if isinstance(decision, Denial):
        await _record_denial(node, offer, decision)
        await _deny(scope, send, decision, offer.request_id)
        return
    assert offer.framing is not None
    await send({"type": "websocket.accept", "subprotocol": offer.framing})
    surface = metrics.surface_label(decision.grant.principal.surface)
    metrics.CONNECTS.labels("n", surface, "accepted").inc()
    await _serve(node, scope, receive, send, offer, decision)


async def diagnosis(scope: Scope, receive: Receive, send: Send) -> None:
    """The same URL without upgrade: the decision with its true status; 426 when all is well."""
    node = await ensure_started()
    offer = offer_of(scope)
    decision = await decide(node, offer, consume=False)
    denial = decision if isinstance(decision, Denial) else handshake.UPGRADE_REQUIRED
    body = _body(denial, offer.request_id)
    headers = [*_headers(denial, body), (b"x-request-id", offer.request_id.encode())]
    await send({"type": "http.response.start", "status": denial.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def offer_of(scope: Scope) -> Offer:
    """The handshake request as a value. The last header of a name wins, as everywhere in ASGI."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    spoken = scope.get("subprotocols") or headers.get("sec-websocket-protocol", "").split(",")
    client = scope.get("client")
    return Offer(
        address=str(client[0]) if client else "unknown",
        origin=headers.get("origin"),
        authorization=headers.get("authorization"),
        subprotocols=tuple(name.strip() for name in spoken if name.strip()),
        query=handshake.read_query(scope.get("query_string", b"")),
        request_id=accept_request_id(headers.get("x-request-id")),
    )


async def decide(node: Node, offer: Offer, *, consume: bool = True) -> Admitted | Denial:
    """Admission, and that a framing of this lane is offered at all (only a WebSocket can offer one)."""
    if consume and offer.framing is None:
        return handshake.bad_request("subprotocol_required", f"offer one of {', '.join(SUBPROTOCOLS)}")
    try:
        return await node.admission.decide(offer, consume=consume)
    except StoreUnavailable:
        return handshake.unavailable("token_store_unavailable")


async def _record_denial(node: Node, offer: Offer, denial: Denial) -> None:
    metrics.HANDSHAKE_REJECTED.labels(denial.reason).inc()
    metrics.CONNECTS.labels("n", "other", "denied").inc()
    event = "khala.origin.denied" if denial is handshake.FORBIDDEN_ORIGIN else "khala.handshake.denied"
    attributes = {"internal": denial.internal} if denial.internal else {}
    row = audit_row(event, "deny", denial.reason, request_id=offer.request_id, attributes=attributes)
    if denial.status in CHEAP_DENIALS:
        node.recorder.note(row)
        return
    try:
        await node.recorder.write_now(row)
    except (DatabaseError, InterfaceError):
        node.recorder.note(row)


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


class PreparedDoor:
    """The door of `apps.khala.server.Protocol`: prepared frames straight to the transport."""

    def __init__(self, protocol: Any, send: Send) -> None:
        self._protocol = protocol
        self._closer = AsgiDoor(send)

    def write(self, message: Encoded) -> None:
        self._protocol.write_prepared(message)

    def close(self, code: int, reason: str) -> None:
        self._closer.close(code, reason)

    def abort(self) -> None:
        self._protocol.transport.abort()

    def buffered(self) -> int:
        return int(self._protocol.backlog())


class AsgiDoor:
    """Any ASGI server: sends in order by one task per connection; its own backlog is what has not been handed over."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._octets = 0
        self._sender: asyncio.Task[None] | None = None

    def write(self, message: Encoded) -> None:
        self._octets += len(message.data)
        content = {"text": message.data.decode()} if message.text else {"bytes": message.data}
        self._put({"type": "websocket.send", **content}, len(message.data))

    def close(self, code: int, reason: str) -> None:
        self._put({"type": "websocket.close", "code": code, "reason": reason}, 0)

    def abort(self) -> None:
        if self._sender is not None:
            self._sender.cancel()

    def buffered(self) -> int:
        return self._octets

    def _put(self, message: MutableMapping[str, Any], size: int) -> None:
        self._queue.put_nowait({**message, "oa.size": size})
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while not self._queue.empty():
            message = self._queue.get_nowait()
            self._octets -= message.pop("oa.size")
            try:
                await self._send(message)
            except (OSError, RuntimeError):
                return  # the peer is gone; the receive side says so too


async def _serve(node: Node, scope: Scope, receive: Receive, send: Send, offer: Offer, admitted: Admitted) -> None:
    protocol = scope.get("extensions", {}).get(EXTENSION)
    door: Door = AsgiDoor(send) if protocol is None else PreparedDoor(protocol, send)
    session = _session(node, door, offer, admitted)
    if protocol is not None:
        protocol.high_water(node.limits.high_water_bytes)
        protocol.on_backlog = lambda buffered: session.feed(ev.Writable(buffered))
    node.enter(session)
    code = 1006
    try:
        session.feed(_opened(node, session, offer, admitted))
        if node.drain_id is not None:
            session.feed(ev.Drain(session.loop.time()))
        code = await _listen(session, receive)
    finally:
        if protocol is not None:
            protocol.on_backlog = None
        await session.gone(code)
        node.leave(session)


async def _listen(session: Session, receive: Receive) -> int:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return int(message.get("code") or 1005)
        text, octets = message.get("text"), message.get("bytes")
        content: str | bytes = text if text is not None else octets or b""
        if len(content) > INBOUND_BYTES_MAX:
            session.row.close_code = int(CloseCode.TOO_LARGE)
            session.door.close(int(CloseCode.TOO_LARGE), "message_too_large")
            continue
        session.message(content)


def _session(node: Node, door: Door, offer: Offer, admitted: Admitted) -> Session:
    grant, principal = admitted.grant, admitted.grant.principal
    assert offer.framing is not None
    lane = LaneN(text=SUBPROTOCOLS[offer.framing], update_bytes_max=node.limits.update_bytes_max)
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


def _opened(node: Node, session: Session, offer: Offer, admitted: Admitted) -> ev.Opened:
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
    )

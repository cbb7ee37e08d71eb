"""The other planes as control needs them: the runtime behind the client lanes, Khala for evictions, and the planes
of the economy for reading."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.control import mapping
from apps.control.models import Revocation
from openagents.peers.calls import ANSWER_BYTES_MAX, PeerAnswer, PeerUnavailable
from openagents.peers.client import own_key
from openagents.peers.signature import Act
from openagents.peers.streams import PeerStream, StreamingPeerClient
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

READ_SECONDS = 1.5
WRITE_SECONDS = 10.0
REVOKE_SECONDS = 1.5
RUNTIME_CONTRACT = "openagents.runtime.v1/1"
CODEX_CONTRACT = "openagents.codex.v1/1"
OWNERSHIP_PATHS = {
    "run": "/internal/v1/runs/{}?events=none",
    "worker": "/internal/v1/workers/{}",
    "thread": "/internal/v1/threads/{}/messages?limit=1",
}


class NotConfigured(Exception):
    """There is no address or no key to call with."""


@cache
def _client(process: str, base_url: str, key_id: str, secret: str, ttl: int, bytes_max: int) -> StreamingPeerClient:
    return StreamingPeerClient(process, base_url, own_key(), ttl_seconds=ttl, answer_bytes_max=bytes_max)


def _peer(process: str, base_url: str, bytes_max: int = ANSWER_BYTES_MAX) -> StreamingPeerClient:
    """Raises NotConfigured: never an unsigned call. One client, so one breaker, for each deployment and purpose."""
    config = settings.OA
    if not base_url:
        raise NotConfigured(f"no base URL of {process}")
    try:
        return _client(
            process,
            base_url,
            config.oa_runtime_signing_key_id,
            config.oa_runtime_signing_key,
            config.oa_runtime_signature_ttl_seconds,
            bytes_max,
        )
    except ImproperlyConfigured as error:
        raise NotConfigured(str(error)) from error


if hasattr(os, "register_at_fork"):  # connections do not survive a fork
    os.register_at_fork(after_in_child=_client.cache_clear)


def call_runtime(
    method: str,
    path: str,
    act: Act,
    *,
    base_url: str | None = None,
    params: Mapping[str, Any] | None = None,
    content: bytes | None = None,
    idempotency_key: str | None = None,
    repeatable: bool | None = None,
    accept: str = "application/json",
    contract: str = RUNTIME_CONTRACT,
    timeout: float | None = None,
) -> PeerAnswer:
    """One signed call for the user in `act`. Raises PeerUnavailable; Fault when it cannot be signed or addressed."""
    seconds = READ_SECONDS if method == "GET" else WRITE_SECONDS
    return _runtime(base_url).request(
        method,
        path,
        params=params,
        content=content,
        act=act,
        idempotency_key=idempotency_key,
        repeatable=repeatable if repeatable is not None or idempotency_key is not None else method == "GET",
        timeout=seconds if timeout is None else timeout,
        headers={"x-oa-contract": contract, "accept": accept},
    )


@contextmanager
def stream_runtime(
    path: str, act: Act, *, base_url: str, params: Mapping[str, Any], last_event_id: str | None, timeout: float
) -> Iterator[PeerStream]:
    """A stream of events for the user in `act`; `timeout` bounds all of it. Raises as `call_runtime`."""
    headers = {"x-oa-contract": CODEX_CONTRACT, "accept": "text/event-stream"}
    if last_event_id is not None:
        headers["last-event-id"] = last_event_id
    with _runtime(base_url).stream(path, params=params, act=act, timeout=timeout, headers=headers) as opened:
        yield opened


def mirror_to_runtime(
    path: str,
    act: Act,
    *,
    base_url: str,
    params: Mapping[str, Any] | None,
    headers: Mapping[str, str],
    bytes_max: int,
) -> PeerAnswer:
    """A copy of a read, marked as one; a longer answer than `bytes_max` is not read. Raises as `call_runtime`.

    Its own client and breaker: a broken shadow must not be felt by the calls it copies.
    """
    try:
        client = _peer("runtime", base_url, bytes_max)
    except NotConfigured:
        raise Fault(DEPENDENCY_UNAVAILABLE) from None
    return client.request(
        "GET",
        path,
        params=params,
        act=act,
        shadow=True,
        repeatable=False,
        timeout=READ_SECONDS,
        headers=headers,
    )


def read_plane(process: str, path: str, act: Act, params: Mapping[str, Any] | None = None) -> PeerAnswer:
    """A read at a plane of the economy for the user in `act`. Raises PeerUnavailable; Fault without address or key."""
    try:
        client = _peer(process, settings.OA.base_url(process))
    except NotConfigured:
        raise Fault(DEPENDENCY_UNAVAILABLE) from None
    return client.get(path, params=params, act=act, timeout=READ_SECONDS)


def deliver_mail_event(content: bytes) -> PeerAnswer:
    """Hand a verified delivery event to the runtime; once, for the provider repeats. Raises as `call_runtime`."""
    return _runtime(None).post(
        "/internal/v1/comms/delivery-events",
        content=content,
        repeatable=False,
        timeout=WRITE_SECONDS,
        headers={"x-oa-contract": RUNTIME_CONTRACT},
    )


def measure_plane(process: str, path: str) -> PeerAnswer:
    """A read of public figures, for nobody in particular. Raises PeerUnavailable; Fault without address or key."""
    try:
        client = _peer(process, settings.OA.base_url(process))
    except NotConfigured:
        raise Fault(DEPENDENCY_UNAVAILABLE) from None
    return client.get(path, timeout=READ_SECONDS)


def _runtime(base_url: str | None) -> StreamingPeerClient:
    try:
        return _peer("runtime", settings.OA.lane_base_url() if base_url is None else base_url)
    except NotConfigured:
        raise Fault(DEPENDENCY_UNAVAILABLE) from None


def owns(kind: str, identifier: str, act: Act) -> bool | None:
    """Whether the runtime shows this run, worker or thread to the user in `act`; None: it gave no answer."""
    try:
        answer = call_runtime("GET", OWNERSHIP_PATHS[kind].format(quote(identifier, safe="")), act)
    except Fault:
        return None
    if answer.ok:
        return True
    return False if answer.status in (403, 404) else None


def push_revocation(row: Revocation) -> PeerAnswer:
    """Tell Khala to evict. Raises PeerUnavailable, NotConfigured."""
    config = settings.OA
    return _peer("khala", config.revoke_base_url()).post(
        config.oa_runtime_sync_revoke_path,
        content=mapping.revocation_body(row),
        idempotency_key=f"control:revocation:{row.seq}",
        timeout=REVOKE_SECONDS,
        nonce_prefix="revk_",
        ttl=max(30, config.oa_runtime_signature_ttl_seconds),
    )


__all__ = [
    "CODEX_CONTRACT",
    "NotConfigured",
    "PeerUnavailable",
    "call_runtime",
    "deliver_mail_event",
    "measure_plane",
    "mirror_to_runtime",
    "owns",
    "push_revocation",
    "read_plane",
    "stream_runtime",
]

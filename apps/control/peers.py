"""The other planes as control needs them: the runtime behind the client lanes, Khala for evictions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.control import mapping
from apps.control.models import Revocation
from openagents.peers.calls import PeerAnswer, PeerUnavailable
from openagents.peers.client import PeerClient, own_key
from openagents.peers.signature import Act
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

READ_SECONDS = 1.5
WRITE_SECONDS = 10.0
REVOKE_SECONDS = 1.5
RUNTIME_CONTRACT = "openagents.runtime.v1/1"
OWNERSHIP_PATHS = {
    "run": "/internal/v1/runs/{}?events=none",
    "worker": "/internal/v1/workers/{}",
    "thread": "/internal/v1/threads/{}/messages?limit=1",
}


class NotConfigured(Exception):
    """There is no address or no key to call with."""


@cache
def _client(process: str, base_url: str, key_id: str, secret: str, ttl: int) -> PeerClient:
    return PeerClient(process, base_url, own_key(), ttl_seconds=ttl)


def _peer(process: str, base_url: str) -> PeerClient:
    """Raises NotConfigured: never an unsigned call."""
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
    params: Mapping[str, Any] | None = None,
    content: bytes | None = None,
    idempotency_key: str | None = None,
    repeatable: bool | None = None,
    accept: str = "application/json",
) -> PeerAnswer:
    """One signed call for the user in `act`. Raises PeerUnavailable; Fault when it cannot be signed or addressed."""
    try:
        client = _peer("runtime", settings.OA.lane_base_url())
    except NotConfigured:
        raise Fault(DEPENDENCY_UNAVAILABLE) from None
    return client.request(
        method,
        path,
        params=params,
        content=content,
        act=act,
        idempotency_key=idempotency_key,
        repeatable=repeatable if repeatable is not None or idempotency_key is not None else method == "GET",
        timeout=READ_SECONDS if method == "GET" else WRITE_SECONDS,
        headers={"x-oa-contract": RUNTIME_CONTRACT, "accept": accept},
    )


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


__all__ = ["NotConfigured", "PeerUnavailable", "call_runtime", "owns", "push_revocation"]

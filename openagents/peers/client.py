"""The blocking client for peers: httpx, one connection pool per peer and process."""

from __future__ import annotations

import os
from functools import cache
from typing import Self, Unpack

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from openagents.peers.calls import CONNECTIONS_MAX, KEEPALIVE_SECONDS, Call, CallOptions, Line, LineOptions, PeerAnswer
from openagents.peers.keys import Key

LIMITS = httpx.Limits(
    max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX, keepalive_expiry=KEEPALIVE_SECONDS
)


class PeerClient:
    """Signed calls to the process `callee` at `base_url`; safe to share between threads.

    `request` answers whatever the peer answered and raises PeerUnavailable when it gave no answer in time. A
    read is tried twice, a mutation only when it is repeatable or was never sent; ten failed calls in a row open the
    circuit for five seconds.
    """

    def __init__(self, callee: str, base_url: str, key: Key, **options: Unpack[LineOptions]) -> None:
        self.line = Line(callee, base_url, key, options)
        # The environment's proxies are for the outside world, never for peers.
        self._http = httpx.Client(trust_env=False, limits=LIMITS)

    def request(self, method: str, path: str, **options: Unpack[CallOptions]) -> PeerAnswer:
        """One call. `path` is absolute, ids in it percent-encoded. Raises PeerUnavailable; ValueError for misuse."""
        with self.line.call(method, path, options) as call:
            while True:
                try:
                    return self._exchange(call)
                except (httpx.TransportError, TimeoutError) as error:
                    call.failed(error)

    def get(self, path: str, **options: Unpack[CallOptions]) -> PeerAnswer:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Unpack[CallOptions]) -> PeerAnswer:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Unpack[CallOptions]) -> PeerAnswer:
        return self.request("PUT", path, **options)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _exchange(self, call: Call) -> PeerAnswer:
        response = self._http.send(call.attempt(), stream=True)
        try:
            content = bytearray()
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > self.line.answer_bytes_max:
                    raise call.too_large()
                # Each read has its own timeout in httpx; only this bounds a peer that answers byte by byte.
                call.remaining()
        finally:
            response.close()
        return call.answered(response.status_code, response.headers, bytes(content))


def own_key() -> Key:
    """The key this process signs with. Raises ImproperlyConfigured when it has none."""
    config = settings.OA
    if not config.oa_runtime_signing_key or not config.oa_runtime_signing_key_id:
        raise ImproperlyConfigured("OA_RUNTIME_SIGNING_KEY and OA_RUNTIME_SIGNING_KEY_ID are needed to call peers")
    return Key(config.oa_runtime_signing_key_id, settings.OA_PROCESS.plane, config.oa_runtime_signing_key.encode())


@cache
def peer(process_name: str) -> PeerClient:
    """This process's client of the peer process `process_name` (a name of `planes.PROCESSES`), made once.

    Raises KeyError for an unknown process and ImproperlyConfigured without a signing key.
    """
    config = settings.OA
    return PeerClient(
        process_name,
        config.base_url(process_name),
        own_key(),
        ttl_seconds=config.oa_runtime_signature_ttl_seconds,
    )


# Connections and locks do not survive a fork (celery's prefork pool, granian's workers).
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=peer.cache_clear)

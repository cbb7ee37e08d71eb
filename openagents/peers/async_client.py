"""The client for peers on an event loop (Khala): the decisions of `calls`, asyncio's I/O."""

from __future__ import annotations

import asyncio
from typing import Self, Unpack
from weakref import WeakKeyDictionary

import httpx
from django.conf import settings

from openagents.peers.calls import Call, CallOptions, Line, LineOptions, PeerAnswer
from openagents.peers.client import LIMITS, own_key
from openagents.peers.keys import Key


class AsyncPeerClient:
    """`PeerClient` for one event loop: same calls, same answers, same errors. A cancelled call counts as no failure."""

    def __init__(self, callee: str, base_url: str, key: Key, **options: Unpack[LineOptions]) -> None:
        self.line = Line(callee, base_url, key, options)
        self._http = httpx.AsyncClient(trust_env=False, limits=LIMITS)

    async def request(self, method: str, path: str, **options: Unpack[CallOptions]) -> PeerAnswer:
        """One call. `path` is absolute, ids in it percent-encoded. Raises PeerUnavailable; ValueError for misuse."""
        with self.line.call(method, path, options) as call:
            while True:
                try:
                    async with asyncio.timeout(call.remaining()):
                        return await self._exchange(call)
                except (httpx.TransportError, TimeoutError) as error:
                    call.failed(error)

    async def get(self, path: str, **options: Unpack[CallOptions]) -> PeerAnswer:
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Unpack[CallOptions]) -> PeerAnswer:
        return await self.request("POST", path, **options)

    async def put(self, path: str, **options: Unpack[CallOptions]) -> PeerAnswer:
        return await self.request("PUT", path, **options)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _exchange(self, call: Call) -> PeerAnswer:
        response = await self._http.send(call.attempt(), stream=True)
        try:
            content = bytearray()
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > self.line.answer_bytes_max:
                    raise call.too_large()
        finally:
            await response.aclose()
        return call.answered(response.status_code, response.headers, bytes(content))


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, AsyncPeerClient]] = WeakKeyDictionary()


def async_peer(process_name: str) -> AsyncPeerClient:
    """The running event loop's client of the peer process `process_name`, made once. Raises like `client.peer`."""
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if process_name not in clients:
        config = settings.OA
        clients[process_name] = AsyncPeerClient(
            process_name,
            config.base_url(process_name),
            own_key(),
            ttl_seconds=config.oa_runtime_signature_ttl_seconds,
        )
    return clients[process_name]

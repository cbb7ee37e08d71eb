"""Asking workers for something and learning, once, what came of it; across crashes of this process (surfaces 6.2)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from openagents.sdk import control_requests as steps
from openagents.sdk.control_requests import ControlRequest
from openagents.sdk.errors import ErrorKind, NotFound, SdkError
from openagents.sdk.events import WorkerAnswered, of_update
from openagents.sdk.request_store import RequestStore
from openagents.sdk.updates import Update

if TYPE_CHECKING:
    from openagents.sdk.client import Client


class Coordinator:
    """Control requests of one profile. Every method raises SdkError."""

    def __init__(
        self, client: Client, store: RequestStore, *, clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    ) -> None:
        self._client = client
        self._store = store
        self._now = clock_ms

    async def send(self, worker_id: str, request: Mapping[str, Any], *, wait: bool = False) -> ControlRequest:
        """Store `request` (of `lanes.workers.control_request`), send it, and return where it stands.

        `wait`: until its terminal receipt, 30 s at most. An id that is known with the same content is not asked twice:
        what is known of it is returned. A failure that may pass leaves it queued and is raised.
        """
        namespace = (await self._client.auth.current()).namespace
        held = self._store.change(
            namespace,
            worker_id,
            str(request["request_id"]),
            lambda known: steps.restarted(steps.enqueued(known, worker_id, request, self._now())),
        )
        return held if held.settled else await self._asked(namespace, held, wait=wait)

    def forget(self, namespace: str) -> None:
        """Delete what is known of an account's requests (logout)."""
        self._store.forget(namespace)

    async def retry(self, request_id: str, *, wait: bool = False) -> ControlRequest:
        """Ask again under the same id: the server answers a known request with what it stored."""
        namespace = (await self._client.auth.current()).namespace
        known = self.find(namespace, request_id)
        held = self._store.change(
            namespace,
            known.worker_id,
            request_id,
            lambda stored: steps.restarted(steps.enqueued(stored, known.worker_id, known.body, self._now())),
        )
        return held if held.settled else await self._asked(namespace, held, wait=wait)

    def find(self, namespace: str, request_id: str) -> ControlRequest:
        known = self._store.get(namespace, request_id)
        if known is None:
            raise SdkError(ErrorKind.NOT_FOUND, f"no request {request_id} was made from here", code="not_found")
        return known

    def known(self, namespace: str) -> list[ControlRequest]:
        """All requests made from here, the newest first; those nobody waits for any more have timed out."""
        return [steps.expired(request, self._now()) for request in self._store.every(namespace)]

    async def _asked(self, namespace: str, request: ControlRequest, *, wait: bool) -> ControlRequest:
        worker_id = request.worker_id
        before = await self._latest_seq(worker_id) if wait else 0
        try:
            receipt = await self._client.workers.ask(worker_id, request.body)
        except SdkError as error:
            code = error.reason or error.code or error.kind.value
            retryable = error.retryable or error.kind in {ErrorKind.MISSING_CREDENTIAL, ErrorKind.REAUTH_REQUIRED}
            self._change(namespace, request, lambda held: steps.refused(held, code, retryable=retryable))
            raise
        running = self._change(namespace, request, lambda held: steps.dispatched(held, self._now()))
        ok = receipt.get("ok")
        if isinstance(ok, bool):
            response = receipt.get("response")
            code = str(response.get("code", "")) if isinstance(response, Mapping) else ""
            return self._change(
                namespace,
                request,
                lambda held: steps.received(held, ok=ok, now_ms=self._now(), response=response, code=code),
            )
        return await self._awaited(namespace, running, before) if wait else running

    async def _awaited(self, namespace: str, request: ControlRequest, after_seq: int) -> ControlRequest:
        """Until the worker's log holds the terminal receipt, or 30 s have passed."""
        topic = f"worker:{request.worker_id}:events"
        try:
            async with (
                asyncio.timeout(steps.RECEIPT_MS / 1000),
                aclosing(self._client.tail([topic], ephemeral=True, since={topic: after_seq})) as items,
            ):
                async for item in items:
                    event = of_update(item) if isinstance(item, Update) else None
                    if isinstance(event, WorkerAnswered) and event.request_id == request.request_id:
                        return self._received(namespace, request, event)
        except TimeoutError:
            pass_by = request.sent_at + steps.RECEIPT_MS
            return self._change(namespace, request, lambda held: steps.expired(held, max(pass_by, self._now())))
        raise SdkError(ErrorKind.SERVICE_UNAVAILABLE, "the worker's log ended without a receipt")

    def _received(self, namespace: str, request: ControlRequest, event: WorkerAnswered) -> ControlRequest:
        def step(held: ControlRequest | None) -> ControlRequest:
            return steps.received(
                held or request,
                ok=event.ok,
                now_ms=self._now(),
                response=event.response if event.ok else dict(event.payload),
                code=event.code,
                retryable=event.retryable,
            )

        return self._store.change(namespace, request.worker_id, request.request_id, step, receipt_seq=event.seq)

    def _change(
        self, namespace: str, request: ControlRequest, step: Callable[[ControlRequest], ControlRequest]
    ) -> ControlRequest:
        return self._store.change(namespace, request.worker_id, request.request_id, lambda held: step(held or request))

    async def _latest_seq(self, worker_id: str) -> int:
        try:
            seq = (await self._client.workers.get(worker_id)).get("latest_seq")
        except NotFound:
            return 0  # a request makes the worker
        return int(seq) if isinstance(seq, int | str) else 0

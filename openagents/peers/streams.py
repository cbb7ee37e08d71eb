"""A peer's answer read while it is being written: the blocking client's streaming half."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Unpack

import httpx

from openagents.peers.calls import DISCONNECTED, TIMEOUT, Call, CallOptions, PeerAnswer, PeerUnavailable
from openagents.peers.client import PeerClient

REFUSAL_BYTES_MAX = 64 * 1024
EVENT_STREAM = "text/event-stream"


class PeerStream:
    """An answer's head, and its body in chunks when it is a stream of events; any other answer was read whole."""

    def __init__(self, answer: PeerAnswer, response: httpx.Response | None, call: Call) -> None:
        self.answer = answer
        self._response = response
        self._call = call

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives; nothing for an answer that was read whole, which is in `answer.content`.

        Raises PeerUnavailable when the body breaks off (`disconnected`) or the call's time is spent (`timeout`).
        """
        if self._response is None:
            return
        watchdog = threading.Timer(self._call.remaining(), _shut_down, [self._response])
        watchdog.daemon = True
        watchdog.start()
        callee = self.answer.callee
        try:
            for chunk in self._response.iter_raw():
                self._call.remaining()
                yield chunk
        except httpx.TimeoutException as error:
            raise PeerUnavailable(callee, TIMEOUT, sent=True) from error
        except httpx.TransportError as error:
            raise PeerUnavailable(callee, DISCONNECTED if self._time_left() else TIMEOUT, sent=True) from error
        finally:
            watchdog.cancel()

    def _time_left(self) -> bool:
        try:
            self._call.remaining()
        except httpx.TimeoutException:
            return False
        return True


class StreamingPeerClient(PeerClient):
    """A PeerClient that can also follow a stream of events; the same connections, breaker and metrics."""

    @contextmanager
    def stream(self, path: str, **options: Unpack[CallOptions]) -> Iterator[PeerStream]:
        """One streaming GET; `timeout` bounds everything, the reading of the body included.

        It is begun twice at most, as any read; once its head has come nothing is repeated, for the caller may have
        used what it was given. Raises PeerUnavailable; ValueError for misuse.
        """
        with self.line.call("GET", path, options) as call:
            response, content = self._begin(call)
            try:
                answer = call.answered(response.status_code, response.headers, content or b"")
                yield PeerStream(answer, response if content is None else None, call)
            finally:
                response.close()

    def _begin(self, call: Call) -> tuple[httpx.Response, bytes | None]:
        """The response, and its content unless it is a stream of events."""
        while True:
            try:
                response = self._http.send(call.attempt(), stream=True)
                try:
                    return response, None if _is_event_stream(response) else _whole(call, response)
                except BaseException:
                    response.close()
                    raise
            except (httpx.TransportError, TimeoutError) as error:
                call.failed(error)


def _whole(call: Call, response: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > REFUSAL_BYTES_MAX:
            raise call.too_large()
        call.remaining()
    return bytes(content)


def _is_event_stream(response: httpx.Response) -> bool:
    kind = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    return response.status_code == httpx.codes.OK and kind == EVENT_STREAM


def _shut_down(response: httpx.Response) -> None:
    """End a read that would outlast the call.

    A socket's timeout starts anew with every read, so a peer that sends a byte now and then would never meet it.
    """
    if response.is_closed:
        return
    stream = response.extensions.get("network_stream")
    found = stream.get_extra_info("socket") if stream is not None else None
    if isinstance(found, socket.socket):
        with contextlib.suppress(OSError):
            found.shutdown(socket.SHUT_RDWR)

"""A peer's answer read while it is being written: the client's streaming half."""

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
    """The answer's head, and its body in chunks if it is a stream; a refusal is read whole."""

    def __init__(self, answer: PeerAnswer, response: httpx.Response | None, call: Call) -> None:
        self.answer = answer
        self._response = response
        self._call = call

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives. Raises PeerUnavailable when it breaks off or the call's time is spent."""
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
            reason = DISCONNECTED if self._time_left() else TIMEOUT
            raise PeerUnavailable(callee, reason, sent=True) from error
        finally:
            watchdog.cancel()

    def _time_left(self) -> bool:
        try:
            self._call.remaining()
        except httpx.TimeoutException:
            return False
        return True


class StreamingPeerClient(PeerClient):
    """A PeerClient that can also follow a stream of events."""

    @contextmanager
    def stream(self, path: str, **options: Unpack[CallOptions]) -> Iterator[PeerStream]:
        """One streaming read; `timeout` bounds everything. Raises PeerUnavailable, ValueError for misuse."""
        with self.line.call("GET", path, options) as call:
            response = self._open(call)
            try:
                streaming = response.status_code == httpx.codes.OK and _is_event_stream(response)
                content = b"" if streaming else self._refusal(call, response)
                answer = call.answered(response.status_code, response.headers, content)
                yield PeerStream(answer, response if streaming else None, call)
            finally:
                response.close()

    def _open(self, call: Call) -> httpx.Response:
        while True:
            try:
                return self._http.send(call.attempt(), stream=True)
            except (httpx.TransportError, TimeoutError) as error:
                call.failed(error)

    def _refusal(self, call: Call, response: httpx.Response) -> bytes:
        content = bytearray()
        try:
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > REFUSAL_BYTES_MAX:
                    raise call.too_large()
        except httpx.TransportError as error:
            raise PeerUnavailable(self.line.callee, DISCONNECTED, sent=True) from error
        return bytes(content)


def _is_event_stream(response: httpx.Response) -> bool:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower() == EVENT_STREAM


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

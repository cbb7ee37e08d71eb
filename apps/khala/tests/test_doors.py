"""The door of our own server: what one turn of the event loop gives to a socket leaves it in one write, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any

from websockets.frames import Frame, Opcode

from apps.khala.api.doors import PreparedDoor
from apps.khala.domain.core.speech import Encoded


class Socket:
    """The server's protocol, as a list of writes."""

    def __init__(self) -> None:
        self.speaking = True
        self.writes: list[bytes] = []

    def write_prepared(self, octets: bytes) -> None:
        if self.speaking:
            self.writes.append(octets)

    def backlog(self) -> int:
        return 7


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


async def _unheard(message: MutableMapping[str, Any]) -> None: ...


def _open(send: Any = _unheard) -> tuple[Any, PreparedDoor]:
    socket: Any = Socket()
    return socket, PreparedDoor(socket, send)


def _frame(data: bytes, opcode: Opcode = Opcode.BINARY) -> bytes:
    return Frame(opcode, data).serialize(mask=False)


async def _turn() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_messages_of_one_turn_are_one_write_in_their_order() -> None:
    async def work() -> None:
        socket, door = _open()
        door.write([Encoded(b"one", text=False)])
        door.write([Encoded(b"two", text=True)])
        assert socket.writes == [] and door.buffered() == 7 + 6
        await _turn()
        assert socket.writes == [_frame(b"one") + _frame(b"two", Opcode.TEXT)]
        assert (door.frames, door.octets, door.buffered()) == (2, len(socket.writes[0]), 7)
        door.write([Encoded(b"three", text=False)])
        await _turn()
        assert socket.writes[1:] == [_frame(b"three")]

    run(work)


def test_doors_with_the_same_messages_share_the_bytes_and_others_get_their_own() -> None:
    async def work() -> None:
        shared = [Encoded(b"a", text=False), Encoded(b"b", text=False)]
        opened = [_open() for _ in range(4)]
        for number, (_, door) in enumerate(opened):
            for message in shared:
                door.write([message])
            if number == 2:
                door.write([Encoded(b"mine", text=False)])
        await _turn()
        sockets = [socket for socket, _ in opened]
        assert sockets[0].writes[0] is sockets[1].writes[0]
        assert sockets[2].writes == [sockets[0].writes[0] + _frame(b"mine")]
        assert sockets[3].writes == sockets[0].writes

    run(work)


def test_the_last_words_leave_before_the_close_and_nothing_after_it() -> None:
    async def work() -> None:
        said: list[Any] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append((dict(message), list(socket.writes)))

        socket, door = _open(send)
        door.write([Encoded(b"last", text=False)])
        door.close(4000, "reconnect")
        door.write([Encoded(b"late", text=False)])
        await _turn()
        [(message, writes)] = said
        assert (message["type"], message["code"]) == ("websocket.close", 4000)
        assert writes == [_frame(b"last")] == socket.writes

    run(work)


def test_each_event_loop_draws_its_own_cork() -> None:
    for _ in range(2):

        async def work() -> None:
            socket, door = _open()
            door.write([Encoded(b"x", text=False)])
            await _turn()
            assert socket.writes == [_frame(b"x")]

        run(work)

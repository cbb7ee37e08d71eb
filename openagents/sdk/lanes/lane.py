"""What every lane is: a door to the command bus, and answers checked for the one shape that is promised."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command

Dispatcher = Callable[[Command], Awaitable[Any]]
"""Sends a command; the value under `data`, or the whole body where there is no such envelope. Raises SdkError."""


Rows = list[dict[str, Any]]


class Lane:
    """Base of the lanes. Every method of a lane raises SdkError."""

    def __init__(self, dispatch: Dispatcher) -> None:
        self._dispatch = dispatch

    async def _object(self, command: Command) -> dict[str, Any]:
        value = await self._dispatch(command)
        if not isinstance(value, dict):
            raise SdkError(ErrorKind.DECODE, f"{command.intent} was not answered with an object", code="decode_failed")
        return value

    async def _rows(self, command: Command, name: str = "") -> Rows:
        """The rows of a list answer, under `name` where the lane has one."""
        value = await self._dispatch(command)
        rows = value.get(name) if name and isinstance(value, dict) else value
        if not isinstance(rows, list):
            raise SdkError(ErrorKind.DECODE, f"{command.intent} was not answered with a list", code="decode_failed")
        return rows

"""What every command of `oa` shares: settings, output, a client that is closed, and the run of one coroutine."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer

from openagents.sdk import config
from openagents.sdk.cli.client_log import log_to, note_dispatch
from openagents.sdk.cli.output import Output
from openagents.sdk.client import Client
from openagents.sdk.commands import Command
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.tokens import TokenStore

T = TypeVar("T")
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Shell:
    """The global options of one invocation."""

    base_url: str | None
    profile: str | None
    timeout_seconds: float
    out: Output

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """Run `work` with a client and close it."""

        async def session() -> T:
            async with self.client() as client:
                return await work(client)

        try:
            return asyncio.run(session())
        except (KeyboardInterrupt, asyncio.CancelledError, typer.Abort):
            raise typer.Exit(EXIT_INTERRUPTED) from None

    def client(self) -> Client:
        first = config.resolve(base_url=self.base_url, profile=self.profile)
        saved = TokenStore(first.home, first.profile).saved_base_url()
        settings = config.resolve(base_url=self.base_url, profile=self.profile, saved_base_url=saved)
        log_to(settings.home)
        return Client(settings, surface="cli", timeout_seconds=self.timeout_seconds, observe=note_dispatch)

    def perform(self, command: Command, *, dry_run: bool, title: str = "") -> None:
        """Dispatch a mutation and print its answer, or with `dry_run` print the request and send nothing."""
        if dry_run:
            self.out.document(command.preview(), title="would send")
            return
        self.out.document(self.run(lambda client: client.call(command)), title=title)


def shell_of(context: typer.Context) -> Shell:
    shell = context.obj
    if not isinstance(shell, Shell):
        raise TypeError("the callback of the application sets the shell")
    return shell


def confirmed(yes: bool, what: str) -> None:
    """Go on only if the user wants it: `--yes`, or an answer at a terminal. Raises `validation` without either."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise SdkError(ErrorKind.VALIDATION, f"to {what} without a terminal, give --yes", errors={"yes": ["needed"]})
    typer.confirm(f"Really {what}?", abort=True, err=True)


def object_argument(text: str | None, name: str) -> Mapping[str, Any] | None:
    """A JSON object given as text, as `@FILE`, or as `-` for stdin. Raises `validation` for anything else."""
    if text is None:
        return None
    try:
        if text == "-":
            text = sys.stdin.read()
        elif text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8")
        value = json.loads(text)
    except (OSError, ValueError) as error:
        raise SdkError(ErrorKind.VALIDATION, f"{name}: {error}", errors={name: ["json"]}) from error
    if not isinstance(value, dict):
        raise SdkError(ErrorKind.VALIDATION, f"{name} must be a JSON object", errors={name: ["object"]})
    return value

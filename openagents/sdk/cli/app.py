"""`oa`: the application, its global options, and exit codes that mean something (surfaces 7)."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from openagents.sdk.bundles import verify_bundle as checked_bundle
from openagents.sdk.cli import (
    auth_commands,
    economy_commands,
    request_commands,
    run_commands,
    sync_commands,
    worker_commands,
)
from openagents.sdk.cli.context import EXIT_INTERRUPTED, Shell, shell_of
from openagents.sdk.cli.output import Output
from openagents.sdk.errors import ErrorKind, SdkError

_FLAGS = frozenset({"--json", "--jsonl", "--quiet", "--no-color"})
_VALUED = frozenset({"--base-url", "--field", "--profile", "--timeout"})

app = typer.Typer(
    name="oa",
    help="OpenAgents from the command line. Exit codes: 0 ok, 1 error, 2 usage, 3 sign-in needed, 4 forbidden, "
    "5 not found, 6 conflict, 7 upgrade required, 8 unavailable, 9 verification failed, 10 blocked by policy, "
    "130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(auth_commands.app, name="auth")
app.add_typer(auth_commands.orgs, name="org")
app.add_typer(run_commands.app, name="run")
app.add_typer(worker_commands.workers, name="workers")
app.add_typer(worker_commands.fleet, name="fleet")
app.add_typer(worker_commands.threads, name="threads")
app.add_typer(request_commands.thread, name="thread")
app.add_typer(request_commands.turn, name="turn")
app.add_typer(request_commands.requests, name="requests")
app.add_typer(economy_commands.intents, name="treasury")
app.add_typer(economy_commands.marketplace, name="market")
app.add_typer(sync_commands.app, name="sync")
app.add_typer(economy_commands.receipts, name="receipts")
app.add_typer(economy_commands.wallet, name="wallet")
app.command()(auth_commands.login)
app.command()(auth_commands.logout)
app.command()(auth_commands.whoami)
app.command()(economy_commands.stats)
app.command("tail")(sync_commands.sync_tail)


@app.callback()
def options(
    context: typer.Context,
    profile: Annotated[str | None, typer.Option(help="Tokens and stores to use.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Control plane, e.g. http://127.0.0.1:8000.")] = None,
    json_wanted: Annotated[bool, typer.Option("--json", help="JSON on stdout (the default when piped).")] = False,
    lines_wanted: Annotated[bool, typer.Option("--jsonl", help="Lists as one JSON document per line.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No diagnostics on stderr.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color")] = False,
    field: Annotated[str, typer.Option(help="Print only this member, e.g. run.id.")] = "",
    timeout: Annotated[float, typer.Option(help="Seconds per HTTP attempt.", min=0.1)] = 30.0,
) -> None:
    out = Output.of(json_wanted=json_wanted, quiet=quiet, no_color=no_color, lines_wanted=lines_wanted, field=field)
    context.obj = Shell(base_url, profile, timeout, out)


@app.command("verify-bundle")
def verify_bundle(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="A bundle as `oa run bundle` wrote it.")]
) -> None:
    """Recompute every hash of a run's bundle, offline. Exit 9 when something does not match."""
    shell = shell_of(context)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SdkError(ErrorKind.VALIDATION, f"cannot read {file}: {error.strerror}") from error
    shell.out.document(checked_bundle(content))


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Global options moved to the front, so that `oa whoami --json` means `oa --json whoami`. Stops at `--`."""
    front: list[str] = []
    rest: list[str] = []
    pending = list(arguments)
    while pending:
        argument = pending.pop(0)
        if argument == "--":
            return [*front, *rest, argument, *pending]
        if argument in _FLAGS or (argument.split("=", 1)[0] in _VALUED and "=" in argument):
            front.append(argument)
        elif argument in _VALUED and pending:
            front += [argument, pending.pop(0)]
        else:
            rest.append(argument)
    return [*front, *rest]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `oa`; returns the exit code. Nothing a server says ends in a traceback."""
    given = hoisted(sys.argv[1:] if arguments is None else arguments)
    out = Output.of(
        json_wanted="--json" in given,
        quiet="--quiet" in given,
        no_color="--no-color" in given,
        lines_wanted="--jsonl" in given,
    )
    try:
        app(given, prog_name="oa")
    except SystemExit as ended:
        # Usage errors (2) and the codes of typer.Exit leave the framework this way.
        return ended.code if isinstance(ended.code, int) else 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except sqlite3.Error as error:
        failure = SdkError(ErrorKind.UNKNOWN, f"the store of positions cannot be used: {error}", code="store_unusable")
        out.error(failure)
        return failure.exit_code
    except SdkError as error:
        out.error(error)
        return error.exit_code
    return 0

"""`oa`: the application, its global options, and exit codes that mean something (surfaces 7)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from openagents.sdk.bundles import verify_bundle as checked_bundle
from openagents.sdk.cli import run_commands
from openagents.sdk.cli.context import Shell, shell_of
from openagents.sdk.cli.output import Output
from openagents.sdk.cli.tail import print_tail
from openagents.sdk.client import Client
from openagents.sdk.errors import ErrorKind, SdkError

_FLAGS = frozenset({"--json", "--quiet", "--no-color"})
_VALUED = frozenset({"--base-url", "--profile", "--timeout"})

app = typer.Typer(
    name="oa",
    help="OpenAgents from the command line. Exit codes: 0 ok, 1 error, 2 usage, 3 sign-in needed, 4 forbidden, "
    "5 not found, 6 conflict, 7 upgrade required, 8 unavailable, 9 verification failed, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(run_commands.app, name="run")


@app.callback()
def options(
    context: typer.Context,
    profile: Annotated[str | None, typer.Option(help="Tokens and stores to use.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Control plane, e.g. http://127.0.0.1:8000.")] = None,
    json_wanted: Annotated[bool, typer.Option("--json", help="JSON on stdout (the default when piped).")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No diagnostics on stderr.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds per HTTP attempt.", min=0.1)] = 30.0,
) -> None:
    out = Output.of(json_wanted=json_wanted, quiet=quiet, no_color=no_color)
    context.obj = Shell(base_url, profile, timeout, out)


@app.command()
def login(
    context: typer.Context,
    email: Annotated[str | None, typer.Option(help="Address the code goes to; the last one used by default.")] = None,
    code: Annotated[str | None, typer.Option(help="The code, when it is already known.")] = None,
) -> None:
    """Sign in with a code sent by e-mail. Without --code it asks for it, or, without a terminal, ends after sending."""
    shell = shell_of(context)

    async def sign_in(client: Client) -> dict[str, object]:
        address = email or client.saved_email()
        if not address:
            raise SdkError(ErrorKind.VALIDATION, "give --email", errors={"email": ["blank"]})
        if client.auth.pending_challenge(address) is None or code is None:
            await client.send_code(address)
        given = code
        if given is None:
            if not sys.stdin.isatty():
                return {"status": "awaiting_code", "email": address, "next": f"oa login --email {address} --code CODE"}
            given = typer.prompt(f"Code sent to {address}")
        session = await client.sign_in(address, given)
        return {"status": "signed_in", "user_id": session.user_id, "email": session.email, "org_id": session.org_id}

    shell.out.document(shell.run(sign_in))


@app.command()
def logout(context: typer.Context) -> None:
    """Sign out: tokens and positions are deleted here always, the session at control if it answers."""
    shell = shell_of(context)
    confirmed = shell.run(lambda client: client.logout())
    shell.out.document({"status": "signed_out", "confirmed_by_server": confirmed})


@app.command()
def whoami(context: typer.Context) -> None:
    """The signed-in account, as control knows it."""
    shell = shell_of(context)

    async def identity(client: Client) -> dict[str, object]:
        account = await client.me()
        session = await client.auth.current()
        user = account.get("user", account)
        return {"user": user, "org_id": session.org_id, "device_id": session.device_id, "base_url": session.base_url}

    shell.out.document(shell.run(identity))


@app.command()
def tail(
    context: typer.Context,
    topics: Annotated[list[str], typer.Argument(help="Topic names, e.g. run:ID:events or user:ID:runs.")],
    from_start: Annotated[bool, typer.Option("--from-start", help="Forget the stored position first.")] = False,
    ephemeral: Annotated[bool, typer.Option("--ephemeral", help="Store nothing; start at the earliest row.")] = False,
    max_updates: Annotated[int, typer.Option("--max", help="End after this many updates.", min=0)] = 0,
    until_live: Annotated[bool, typer.Option("--until-live", help="End when every topic has caught up.")] = False,
) -> None:
    """Follow topics live, resuming where the last tail stopped."""
    shell = shell_of(context)
    shell.run(
        lambda client: print_tail(
            client,
            topics,
            shell.out,
            from_start=from_start,
            ephemeral=ephemeral,
            max_updates=max_updates,
            until_live=until_live,
        )
    )


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
    out = Output.of(json_wanted="--json" in given, quiet="--quiet" in given, no_color="--no-color" in given)
    try:
        app(given, prog_name="oa")
    except SystemExit as ended:
        # Usage errors (2) and the codes of typer.Exit leave the framework this way.
        return ended.code if isinstance(ended.code, int) else 0
    except SdkError as error:
        out.error(error)
        return error.exit_code
    return 0

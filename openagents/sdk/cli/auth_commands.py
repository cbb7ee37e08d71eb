"""`oa auth …` and its short forms `oa login`, `oa logout`, `oa whoami`; `oa org …`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from openagents.sdk import commands
from openagents.sdk.cli.context import Shell, confirmed, shell_of
from openagents.sdk.client import Client
from openagents.sdk.compat import BUILD_ID, VERSION
from openagents.sdk.errors import ErrorKind, SdkError

app = typer.Typer(help="Signing in and out, and the sessions of the account.", no_args_is_help=True)
orgs = typer.Typer(help="Organisations of the account.", no_args_is_help=True)

Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


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
            given = typer.prompt(f"Code sent to {address}", err=True)
        session = await client.sign_in(address, given)
        return {"status": "signed_in", "user_id": session.user_id, "email": session.email, "org_id": session.org_id}

    shell.out.document(shell.run(sign_in))


@app.command()
def logout(context: typer.Context) -> None:
    """Sign out: tokens and positions are deleted here always, the session at control if it answers."""
    shell = shell_of(context)
    confirmed_there = shell.run(lambda client: client.logout())
    shell.out.document({"status": "signed_out", "confirmed_by_server": confirmed_there})


@app.command()
def status(context: typer.Context) -> None:
    """What this machine knows about the sign-in. Makes no call."""
    shell = shell_of(context)

    async def known(client: Client) -> dict[str, Any]:
        session = client.auth.stored_session()
        shown: dict[str, Any] = {
            "status": "signed_in" if session else "signed_out",
            "base_url": client.settings.base_url,
            "locked_by_env": client.settings.locked_by_env,
            "khala_ws_url": client.settings.khala_ws_url,
            "profile": client.settings.profile,
            "home": str(client.settings.home),
            "device_id": client.auth.device_id,
            "token_store": client.auth.token_store_kind,
            "version": VERSION,
            "build_id": BUILD_ID,
        }
        if session is None:
            return {**shown, "email": client.saved_email()}
        return {
            **shown,
            "email": session.email,
            "user_id": session.user_id,
            "org_id": session.org_id,
            "session_id": session.session_id,
            "access_expires_at": session.access_expires_at,
            "refresh_expires_at": session.refresh_expires_at,
        }

    shell.out.document(shell.run(known))


@app.command()
def sessions(
    context: typer.Context, device: Annotated[str | None, typer.Option(help="Only of this device.")] = None
) -> None:
    """Sessions of the account, newest first."""
    shell = shell_of(context)
    answer = shell.run(lambda client: client.account.sessions(device_id=device))
    current = answer.get("currentSessionId")
    rows = [{**row, "current": row.get("session_id") == current} for row in answer.get("sessions", [])]
    shell.out.rows(rows, ["session_id", "current", "status", "device_id", "issued_at", "last_refreshed_at"])


@app.command()
def revoke(
    context: typer.Context,
    session: Annotated[str | None, typer.Option(help="End this session.")] = None,
    device: Annotated[str | None, typer.Option(help="End every session of this device.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="End every session of the account.")] = False,
    include_current: Annotated[bool, typer.Option("--include-current", help="This one, too.")] = False,
    reason: Annotated[str, typer.Option()] = "user_requested",
    yes: Yes = False,
) -> None:
    """End sessions: their sockets close within seconds, their tokens are refused."""
    shell = shell_of(context)
    command = commands.revoke_sessions(
        session_id=session, device_id=device, revoke_all=everything, include_current=include_current, reason=reason
    )
    confirmed(yes, "end these sessions")
    shell.perform(command, dry_run=False)


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


@orgs.command("list")
def org_list(context: typer.Context) -> None:
    """Memberships; the active one is marked."""
    shell = shell_of(context)
    _print_memberships(shell, shell.run(lambda client: client.account.memberships()))


@orgs.command("use")
def org_use(context: typer.Context, org_id: Annotated[str, typer.Argument(help="E.g. org:acme.")]) -> None:
    """Act in another organisation from now on. Positions of live topics are kept apart for each."""
    shell = shell_of(context)
    _print_memberships(shell, shell.run(lambda client: client.use_org(org_id)))


@orgs.command("create")
def org_create(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="2..40 of a-z, 0-9 and -; the id becomes org:SLUG.")],
    name: Annotated[str | None, typer.Option(help="Shown name; the slug by default.")] = None,
) -> None:
    """Make an organisation; you own it."""
    shell = shell_of(context)
    shell.out.document(shell.run(lambda client: client.account.create_org(name or slug, slug)))


@orgs.command("members")
def org_members(context: typer.Context, org_id: Annotated[str, typer.Argument()]) -> None:
    """Members of an organisation."""
    shell = shell_of(context)
    rows = shell.run(lambda client: client.account.members(org_id))
    shell.out.rows(rows, ["user_id", "email", "name", "role", "joined_at"])


def _print_memberships(shell: Shell, answer: dict[str, Any]) -> None:
    active = answer.get("activeOrgId")
    rows = [{**row, "active": row.get("org_id", row.get("orgId")) == active} for row in answer.get("memberships", [])]
    shell.out.rows(rows, ["org_id", "active", "role", "org_slug"])

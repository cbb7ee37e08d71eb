"""`oa sync …`: how far live topics were applied, how far that is proven, and starting anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from openagents.sdk.cli.context import confirmed, shell_of
from openagents.sdk.cli.tail import print_tail
from openagents.sdk.client import Client
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.topic_names import CLASSES
from openagents.sdk.watermarks import exchange
from openagents.sdk.watermarks.contract import WatermarkStore

app = typer.Typer(help="Positions of live topics.", no_args_is_help=True)

_TOO_NEW = "store_too_new"
_COLUMNS = ["topic", "seq", "verified_seq", "lineage", "chain", "documents", "last_reset"]


@app.command()
def status(context: typer.Context) -> None:
    """Position, proof and chain of every topic followed from here by this account, organisation and device."""
    shell = shell_of(context)

    async def look(client: Client) -> dict[str, Any]:
        namespace = _namespace(client)
        store = client.watermarks
        known = {"topics": positions(store, namespace), "counters": store.counters(namespace)}
        return {"namespace": namespace, **known, "refused_by": _refusals(client)}

    known = shell.run(look)
    if shell.out.json and not shell.out.lines and not shell.out.field:
        shell.out.line(known)
        return
    shell.out.rows(known["topics"], _COLUMNS)
    for surface, line in known["refused_by"].items():
        shell.out.note(f"{surface} {line}")
    if known["counters"]:
        shell.out.note(", ".join(f"{name} {count}" for name, count in known["counters"].items()))


@app.command()
def topics(context: typer.Context) -> None:
    """The names a topic can have, and the scope each needs."""
    rows = [
        {"class": row.name, "pattern": row.pattern.pattern, "scope": row.scope, "documents": row.documents}
        for row in CLASSES
    ]
    shell_of(context).out.rows(rows, ["class", "pattern", "scope", "documents"])


@app.command("tail")
def sync_tail(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="TOPIC...", help="E.g. run:ID:events or user:ID:runs.")],
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
            names,
            shell.out,
            from_start=from_start,
            ephemeral=ephemeral,
            max_updates=max_updates,
            until_live=until_live,
        )
    )


@app.command()
def reset(
    context: typer.Context,
    topic: Annotated[str | None, typer.Argument(help="Topic to forget the position of.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every topic of this account here.")] = False,
    reason: Annotated[str, typer.Option(help="Kept with the topic.")] = "asked by the user",
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Forget positions: the next tail starts anew, with a snapshot where there is one."""
    shell = shell_of(context)
    if (topic is None) == (not everything):
        raise SdkError(ErrorKind.VALIDATION, "name one topic, or --all", errors={"topic": ["one"]})
    confirmed(yes, f"forget the position of {topic or 'every topic'}")

    async def forget(client: Client) -> list[str]:
        try:
            store = client.watermarks
        except SdkError as error:
            if error.code != _TOO_NEW or not everything:
                raise
            return _store_removed(client)
        namespace = _namespace(client)
        names = list(store.cursors(namespace)) if topic is None else [topic.strip()]
        for name in names:
            store.drop(namespace, name, reason)
        return names

    shell.out.document({"status": "reset", "topics": shell.run(forget), "reason": reason})


@app.command("export")
def export_positions(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write instead of stdout.")] = None,
) -> None:
    """Positions with their chains as a JSON document. Holds no credential and no content."""
    shell = shell_of(context)

    async def read(client: Client) -> dict[str, Any]:
        return exchange.exported(client.watermarks, _namespace(client))

    document = shell.run(read)
    if output is None:
        shell.out.line(document)
        return
    try:
        output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise SdkError(ErrorKind.VALIDATION, f"cannot write {output}: {error.strerror}") from error
    shell.out.document({"written": str(output), "topics": len(document["topic_watermarks"])})


@app.command("import")
def import_positions(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `oa sync export` or an older client wrote; - for stdin.")],
) -> None:
    """Take positions that are ahead of the stored ones. The file is left alone."""
    shell = shell_of(context)
    try:
        content = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SdkError(ErrorKind.VALIDATION, f"cannot read {file}: {error}") from error
    read = exchange.parsed(content)

    async def take(client: Client) -> exchange.Imported:
        return exchange.imported(client.watermarks, _namespace(client), read)

    done = shell.run(take)
    shell.out.document({"taken": done.taken, "skipped": done.skipped})


def positions(store: WatermarkStore, namespace: str) -> list[dict[str, Any]]:
    """One row per topic of a namespace."""
    return [
        {
            "topic": topic,
            "seq": cursor.seq,
            "verified_seq": cursor.verified_seq,
            "lineage": cursor.lineage,
            "chain": cursor.chain.hex() if cursor.chain else None,
            "documents": len(store.documents(namespace, topic)),
            "last_reset": store.reset_reason(namespace, topic) or None,
        }
        for topic, cursor in store.cursors(namespace).items()
    ]


def _namespace(client: Client) -> str:
    session = client.auth.stored_session()
    if session is None:
        raise SdkError(ErrorKind.MISSING_CREDENTIAL, "not signed in; run: oa login --email YOU@EXAMPLE.COM")
    return session.namespace


def _refusals(client: Client) -> dict[str, str]:
    return {
        surface: f"refuses this build ({window.code}), accepts {window.min_client_build_id or 'newer ones'}"
        for surface, window in client.gate.windows().items()
    }


def _store_removed(client: Client) -> list[str]:
    """A store that a newer build wrote cannot be read here, only removed."""
    path = client.settings.profile_dir / "sync.sqlite3"
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    return ["*"]

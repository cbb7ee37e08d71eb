"""`oa run …`: the run lane, one command per route."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from openagents.sdk import commands
from openagents.sdk.cli.context import Shell, object_argument, shell_of
from openagents.sdk.cli.output import Output
from openagents.sdk.cli.tail import print_run
from openagents.sdk.client import Client
from openagents.sdk.commands import Command
from openagents.sdk.errors import ErrorKind, SdkError

app = typer.Typer(help="Runs of the signed-in account.", no_args_is_help=True)

RunId = Annotated[str, typer.Argument(help="Run id.")]
Key = Annotated[str | None, typer.Option("--key", help="Idempotency key; a fresh one by default.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the request, send nothing.")]
OutputFile = Annotated[Path | None, typer.Option("--output", "-o", help="File to write instead of stdout.")]


@app.command("list")
def list_runs(
    context: typer.Context,
    status: Annotated[str | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    cursor: Annotated[str | None, typer.Option(help="next_cursor of the page before.")] = None,
) -> None:
    """Own runs, newest first."""
    shell = shell_of(context)
    answer = shell.run(lambda client: client.list_runs(status=status, limit=limit, cursor=cursor))
    if shell.out.json and not shell.out.lines and not shell.out.field:
        shell.out.line(answer)
        return
    more = answer.get("next_cursor")
    shell.out.rows(
        answer.get("runs", []),
        ["id", "status", "latest_seq", "created_at", "metadata.title"],
        more=f"more: --cursor {more}" if more else None,
    )


@app.command()
def start(
    context: typer.Context,
    worker: Annotated[str | None, typer.Option(help="Own worker that executes it.")] = None,
    thread: Annotated[str | None, typer.Option(help="Own thread it belongs to.")] = None,
    metadata: Annotated[str | None, typer.Option(help="JSON object, @FILE, or - for stdin.")] = None,
    run_id: Annotated[str | None, typer.Option(help="Id to give it (UUID).")] = None,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Start a run."""
    command = commands.start_run(
        worker_id=worker,
        thread_id=thread,
        metadata=object_argument(metadata, "metadata"),
        run_id=run_id,
        idempotency_key=key,
    )
    shell_of(context).perform(command, dry_run=dry_run, title="run")


@app.command()
def get(
    context: typer.Context,
    run_id: RunId,
    events: Annotated[str, typer.Option(help="all or none.")] = "all",
) -> None:
    """A run and its newest events."""
    _print(shell_of(context), commands.get_run(run_id, events=events))


@app.command()
def events(
    context: typer.Context,
    run_id: RunId,
    after: Annotated[int, typer.Option(help="Only events after this seq.", min=0)] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 200,
) -> None:
    """A page of a run's event log."""
    shell = shell_of(context)
    page = shell.run(lambda client: client.run_events(run_id, after_seq=after, limit=limit))
    _print_page(shell, page, "events", ["seq", "event_type", "payload", "recorded_at"])


@app.command()
def frames(
    context: typer.Context,
    run_id: RunId,
    after: Annotated[int, typer.Option(help="Only frames received after this seq.", min=0)] = 0,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 20,
    pending: Annotated[bool, typer.Option("--pending", help="Only those no executor has consumed.")] = False,
) -> None:
    """Input for a run's executor, with what it says."""
    shell = shell_of(context)
    page = shell.run(lambda client: client.run_frames(run_id, after_seq=after, limit=limit, pending=pending))
    _print_page(shell, page, "frames", ["received_seq", "type", "payload", "consumed_seq"])


@app.command()
def append(
    context: typer.Context,
    run_id: RunId,
    event_type: Annotated[str, typer.Argument(help="E.g. text.delta, tool, run.finished.")],
    payload: Annotated[str | None, typer.Option(help="JSON object, @FILE, or - for stdin.")] = None,
    expect: Annotated[int | None, typer.Option(help="Refuse unless the log ends at this seq.", min=0)] = None,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Append one event to a run."""
    command = commands.append_run_event(
        run_id,
        event_type,
        object_argument(payload, "payload"),
        idempotency_key=key,
        expected_previous_seq=expect,
    )
    shell_of(context).perform(command, dry_run=dry_run)


@app.command()
def write(
    context: typer.Context,
    run_id: RunId,
    file: Annotated[Path, typer.Argument(help="JSON lines {event_type, payload?, idempotency_key?}; - for stdin.")],
    text: Annotated[bool, typer.Option("--text", help="The lines are text, each a text.delta.")] = False,
) -> None:
    """Append many events, in batches and in order. Lines with keys can be sent again without doubling anything."""
    shell = shell_of(context)

    async def copy(client: Client) -> dict[str, object]:
        with _lines(file) as lines:
            return await _written(client, run_id, lines, shell.out, text=text)

    shell.out.document(shell.run(copy))


@app.command("tail")
def run_tail(
    context: typer.Context,
    run_id: RunId,
    from_start: Annotated[bool, typer.Option("--from-start", help="Forget the stored position first.")] = False,
    ephemeral: Annotated[bool, typer.Option("--ephemeral", help="Store nothing; start at the earliest row.")] = False,
) -> None:
    """Follow a run until it ends; exit 6 when it did not succeed."""
    shell = shell_of(context)
    shell.run(lambda client: print_run(client, run_id, shell.out, ephemeral=ephemeral, from_start=from_start))


@app.command()
def cancel(
    context: typer.Context,
    run_id: RunId,
    reason: Annotated[str | None, typer.Option()] = None,
    thread: Annotated[str | None, typer.Option(help="Needed when the run has a thread.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Ask for a run to be cancelled."""
    shell_of(context).perform(commands.cancel_run(run_id, reason=reason, thread_id=thread), dry_run=dry_run)


@app.command()
def receipt(context: typer.Context, run_id: RunId, output: OutputFile = None) -> None:
    """RECEIPT.json, byte for byte."""
    _save(shell_of(context), commands.get_run_receipt(run_id), output)


@app.command()
def replay(
    context: typer.Context,
    run_id: RunId,
    output: OutputFile = None,
    redacted: Annotated[bool, typer.Option("--redacted", help="Secrets masked, hashes kept.")] = False,
) -> None:
    """REPLAY.jsonl, byte for byte."""
    _save(shell_of(context), commands.get_run_replay(run_id, redacted=redacted), output)


@app.command()
def bundle(context: typer.Context, run_id: RunId, output: OutputFile = None) -> None:
    """The run's bundle (PR_SUMMARY.md, RECEIPT.json, REPLAY.jsonl), for `oa verify-bundle`."""
    _save(shell_of(context), commands.get_run_bundle(run_id), output)


@contextmanager
def _lines(file: Path) -> Iterator[Iterable[str]]:
    if str(file) == "-":
        yield sys.stdin
        return
    try:
        with file.open(encoding="utf-8") as stream:
            yield stream
    except (OSError, UnicodeDecodeError) as error:
        raise SdkError(ErrorKind.VALIDATION, f"cannot read {file}: {error}") from error


async def _written(client: Client, run_id: str, lines: Iterable[str], out: Output, *, text: bool) -> dict[str, object]:
    count, requests, last = 0, 0, None
    async with client.run_log(run_id) as log:
        for number, line in enumerate(lines, 1):
            if not text and not line.strip():
                continue
            event: Mapping[str, Any] = {"event_type": "text.delta", "payload": {"delta": line}}
            if not text:
                event = object_argument(line, f"line {number}") or {}
            last = await log.write(
                str(event.get("event_type", "")), event.get("payload"), idempotency_key=event.get("idempotency_key")
            )
            count += 1
            if log.batches != requests:
                requests = log.batches
                out.progress(f"{count} events, {requests} requests")
        await log.flush()
        out.progress_done()
        return {"events": count, "requests": log.batches, "last_seq": (await last).seq if last else None}


def _print_page(shell: Shell, page: dict[str, Any], name: str, columns: list[str]) -> None:
    """A page of a run's rows: whole as JSON, else its rows and how to get the next ones."""
    if shell.out.json and not shell.out.lines and not shell.out.field:
        shell.out.line(page)
        return
    following = page.get("next_after_seq")
    shell.out.rows(page.get(name, []), columns, more=f"more: --after {following}" if following else None)


def _print(shell: Shell, command: Command) -> None:
    shell.out.document(shell.run(lambda client: client.call(command)))


def _save(shell: Shell, command: Command, output: Path | None) -> None:
    content = shell.run(lambda client: client.fetch(command))
    if output is None:
        shell.out.raw(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise SdkError(ErrorKind.VALIDATION, f"cannot write {output}: {error.strerror}") from error
    shell.out.document({"written": str(output), "bytes": len(content)})

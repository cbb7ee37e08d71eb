"""`oa workers …`, `oa fleet …`, `oa threads …`: who executes, and what is talked about."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from openagents.sdk.cli.context import object_argument, shell_of
from openagents.sdk.cli.tail import print_tail
from openagents.sdk.lanes import threads as thread_lane
from openagents.sdk.lanes import workers as lane

workers = typer.Typer(help="Codex workers of the account.", no_args_is_help=True)
fleet = typer.Typer(help="All workers of the account, of both kinds.", no_args_is_help=True)
threads = typer.Typer(help="Threads and their messages.", no_args_is_help=True)

WorkerId = Annotated[str, typer.Argument(help="Worker id.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the request, send nothing.")]
_WORKER_COLUMNS = ["worker_id", "status", "heartbeat_state", "heartbeat_age_ms", "latest_seq", "adapter"]
_FLEET_COLUMNS = ["worker.worker_id", "worker.lane", "worker.status", "liveness.heartbeat_state", "worker.latest_seq"]


@workers.command("list")
def worker_list(
    context: typer.Context,
    status: Annotated[str | None, typer.Option(help="starting, running, stopping, stopped or failed.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
) -> None:
    """Own codex workers, latest change first."""
    shell = shell_of(context)
    command = lane.list_workers(status=status, limit=limit)
    answer = shell.run(lambda client: client.answer(command))
    shell.out.rows(answer if isinstance(answer, list) else [], _WORKER_COLUMNS)


@workers.command("show")
def worker_show(context: typer.Context, worker_id: WorkerId) -> None:
    """One worker."""
    shell = shell_of(context)
    shell.out.document(shell.run(lambda client: client.workers.get(worker_id)))


@workers.command("create")
def worker_create(
    context: typer.Context,
    worker_id: Annotated[str | None, typer.Option("--id", help="Id to give it; an own one is reattached.")] = None,
    workspace: Annotated[str | None, typer.Option(help="Reference of its workspace.")] = None,
    codex_home: Annotated[str | None, typer.Option(help="Reference of its codex home.")] = None,
    adapter: Annotated[str | None, typer.Option()] = None,
    metadata: Annotated[str | None, typer.Option(help="JSON object, @FILE, or - for stdin.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Make a worker, or reattach one."""
    command = lane.create_worker(
        worker_id=worker_id,
        workspace_ref=workspace,
        codex_home_ref=codex_home,
        adapter=adapter,
        metadata=object_argument(metadata, "metadata"),
    )
    shell_of(context).perform(command, dry_run=dry_run)


@workers.command("stop")
def worker_stop(
    context: typer.Context,
    worker_id: WorkerId,
    reason: Annotated[str | None, typer.Option()] = None,
    dry_run: DryRun = False,
) -> None:
    """Stop a worker; once more changes nothing."""
    shell_of(context).perform(lane.stop_worker(worker_id, reason=reason), dry_run=dry_run)


@workers.command("events")
def worker_events(
    context: typer.Context,
    worker_id: WorkerId,
    since: Annotated[int, typer.Option(help="Only events after this seq.", min=0)] = 0,
) -> None:
    """At most 500 events of a worker's log."""
    shell = shell_of(context)
    answer = shell.run(lambda client: client.workers.events(worker_id, after_seq=since))
    shell.out.rows(answer.get("events", []), ["seq", "event_type", "payload", "occurred_at"])


@workers.command("tail")
def worker_tail(
    context: typer.Context,
    worker_id: WorkerId,
    since: Annotated[int | None, typer.Option(help="Forget the stored position, start after this seq.", min=0)] = None,
    max_updates: Annotated[int, typer.Option("--max", help="End after this many updates.", min=0)] = 0,
    until_live: Annotated[bool, typer.Option("--until-live", help="End when it has caught up.")] = False,
    compat_sse: Annotated[
        bool, typer.Option("--compat-sse", help="Diagnosis: one second of the SSE form instead, as it comes.")
    ] = False,
) -> None:
    """Follow a worker's events live, resuming where the last tail stopped."""
    shell = shell_of(context)
    if compat_sse:
        command = lane.read_worker_sse(worker_id, after_seq=since or 0)
        shell.out.raw(shell.run(lambda client: client.fetch(command)))
        return
    topic = f"worker:{worker_id.strip()}:events"
    since_of = {} if since is None else {topic: since}
    shell.run(
        lambda client: print_tail(
            client, [topic], shell.out, since=since_of, max_updates=max_updates, until_live=until_live
        )
    )


@fleet.command("list")
def fleet_list(context: typer.Context) -> None:
    """Every worker of the account with its liveness."""
    shell = shell_of(context)
    shell.out.rows(shell.run(lambda client: client.workers.fleet()), _FLEET_COLUMNS)


@fleet.command("show")
def fleet_show(context: typer.Context, worker_id: WorkerId) -> None:
    """One worker with its liveness."""
    shell = shell_of(context)
    shell.out.document(shell.run(lambda client: client.workers.fleet_get(worker_id)))


@fleet.command("register")
def fleet_register(
    context: typer.Context,
    worker_id: Annotated[str | None, typer.Option("--id", help="Id to give it; an own one is taken over.")] = None,
    workspace: Annotated[str | None, typer.Option()] = None,
    adapter: Annotated[str | None, typer.Option()] = None,
    metadata: Annotated[str | None, typer.Option(help="JSON object, @FILE, or - for stdin.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Register a worker of the generic lane."""
    command = lane.register_fleet_worker(
        worker_id=worker_id,
        workspace_ref=workspace,
        adapter=adapter,
        metadata=object_argument(metadata, "metadata"),
    )
    shell_of(context).perform(command, dry_run=dry_run)


@fleet.command("heartbeat")
def fleet_heartbeat(
    context: typer.Context,
    worker_id: WorkerId,
    patch: Annotated[str | None, typer.Option(help="Metadata to merge: JSON object, @FILE, or -.")] = None,
    lease: Annotated[int | None, typer.Option(help="Lease epoch that must still hold.", min=0)] = None,
    dry_run: DryRun = False,
) -> None:
    """Say that a worker lives."""
    command = lane.heartbeat(worker_id, metadata_patch=object_argument(patch, "patch"), lease_epoch=lease)
    shell_of(context).perform(command, dry_run=dry_run)


@fleet.command("set-status")
def fleet_set_status(
    context: typer.Context,
    worker_id: WorkerId,
    status: Annotated[str, typer.Argument(help="starting, running, stopping, stopped or failed.")],
    reason: Annotated[str | None, typer.Option()] = None,
    dry_run: DryRun = False,
) -> None:
    """Move a worker to another status."""
    shell_of(context).perform(lane.transition(worker_id, status, reason=reason), dry_run=dry_run)


@threads.command("list")
def thread_list(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    cursor: Annotated[str | None, typer.Option(help="next_cursor of the page before.")] = None,
) -> None:
    """Threads in the active organisation, latest activity first."""
    shell = shell_of(context)
    answer: dict[str, Any] = shell.run(lambda client: client.threads.list(limit=limit, cursor=cursor))
    more = answer.get("next_cursor")
    shell.out.rows(
        answer.get("threads", []),
        ["thread_id", "message_count", "updated_at"],
        more=f"more: --cursor {more}" if more else None,
    )


@threads.command("read")
def thread_read(
    context: typer.Context,
    thread_id: Annotated[str, typer.Argument()],
    limit: Annotated[int, typer.Option(min=1, max=500)] = 200,
    after: Annotated[str | None, typer.Option(help="Only messages after this one.")] = None,
) -> None:
    """Messages of a thread, oldest first."""
    shell = shell_of(context)
    answer = shell.run(lambda client: client.threads.messages(thread_id, limit=limit, after=after))
    shell.out.rows(answer.get("messages", []), ["created_at", "role", "text"])


@threads.command("send")
def thread_send(
    context: typer.Context,
    thread_id: Annotated[str, typer.Argument(help="A new id makes a new thread.")],
    text: Annotated[str, typer.Argument()],
    key: Annotated[
        str | None, typer.Option("--request-id", "--key", help="Id of the message; fresh by default.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Say something in a thread."""
    shell_of(context).perform(thread_lane.post_thread_message(thread_id, text, client_message_id=key), dry_run=dry_run)

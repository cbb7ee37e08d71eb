"""`oa turn …`, `oa thread …`, `oa requests …`: asking a worker for something, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from openagents.sdk.cli.context import shell_of
from openagents.sdk.client import Client
from openagents.sdk.control_requests import ControlRequest, RequestState
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.lanes.workers import control_request

turn = typer.Typer(help="Turns of a worker.", no_args_is_help=True)
thread = typer.Typer(help="Threads of a worker.", no_args_is_help=True)
requests = typer.Typer(help="Control requests made from here.", no_args_is_help=True)

Worker = Annotated[str, typer.Option(help="Worker that is asked.")]
Thread = Annotated[str, typer.Option("--thread", help="Thread id.")]
Session = Annotated[str | None, typer.Option(help="Session of the worker.")]
RequestKey = Annotated[str | None, typer.Option("--request-id", help="Id of the request; fresh by default.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the terminal receipt, 30 s at most.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the request, send nothing.")]
_FAILED_KINDS = {
    "unauthorized": ErrorKind.UNAUTHORIZED,
    "forbidden": ErrorKind.FORBIDDEN,
    "invalid_request": ErrorKind.VALIDATION,
    "unsupported_method": ErrorKind.VALIDATION,
    "conflict": ErrorKind.CONFLICT,
    "worker_unavailable": ErrorKind.SERVICE_UNAVAILABLE,
    "timeout": ErrorKind.NETWORK,
}


@turn.command("start")
def turn_start(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What the worker is told.")],
    worker: Worker,
    thread_id: Thread,
    session: Session = None,
    model: Annotated[str | None, typer.Option()] = None,
    effort: Annotated[str | None, typer.Option()] = None,
    request_id: RequestKey = None,
    wait: Wait = False,
    dry_run: DryRun = False,
) -> None:
    """Start a turn in a thread."""
    params = {"text": text, **{k: v for k, v in {"model": model, "effort": effort}.items() if v is not None}}
    _ask(context, worker, "turn/start", params, thread_id, session, request_id, wait, dry_run)


@turn.command("interrupt")
def turn_interrupt(
    context: typer.Context,
    worker: Worker,
    thread_id: Thread,
    turn_id: Annotated[str | None, typer.Option("--turn", help="Turn id; the active one by default.")] = None,
    session: Session = None,
    request_id: RequestKey = None,
    wait: Wait = False,
    dry_run: DryRun = False,
) -> None:
    """Interrupt a turn."""
    params = {} if turn_id is None else {"turn_id": turn_id}
    _ask(context, worker, "turn/interrupt", params, thread_id, session, request_id, wait, dry_run)


@thread.command("start")
def thread_start(
    context: typer.Context,
    worker: Worker,
    text: Annotated[str | None, typer.Option(help="First message.")] = None,
    session: Session = None,
    request_id: RequestKey = None,
    wait: Wait = False,
    dry_run: DryRun = False,
) -> None:
    """Open a new thread at a worker."""
    _ask(
        context,
        worker,
        "thread/start",
        {} if text is None else {"text": text},
        None,
        session,
        request_id,
        wait,
        dry_run,
    )


@thread.command("resume")
def thread_resume(
    context: typer.Context,
    worker: Worker,
    thread_id: Thread,
    session: Session = None,
    request_id: RequestKey = None,
    wait: Wait = False,
    dry_run: DryRun = False,
) -> None:
    """Go on with a thread."""
    _ask(context, worker, "thread/resume", {}, thread_id, session, request_id, wait, dry_run)


@thread.command("list")
def thread_list(
    context: typer.Context, worker: Worker, session: Session = None, request_id: RequestKey = None, wait: Wait = True
) -> None:
    """Threads a worker knows."""
    _ask(context, worker, "thread/list", {}, None, session, request_id, wait, False)


@thread.command("read")
def thread_read(
    context: typer.Context,
    worker: Worker,
    thread_id: Thread,
    session: Session = None,
    request_id: RequestKey = None,
    wait: Wait = True,
) -> None:
    """A thread as a worker knows it."""
    _ask(context, worker, "thread/read", {}, thread_id, session, request_id, wait, False)


@requests.command("list")
def request_list(context: typer.Context) -> None:
    """Requests of this account made from here, newest first."""
    shell = shell_of(context)

    async def look(client: Client) -> list[dict[str, Any]]:
        namespace = (await client.auth.current()).namespace
        return [document(request) for request in client.requests.known(namespace)]

    shell.out.rows(shell.run(look), ["request_id", "worker_id", "method", "state", "error_code", "retryable"])


@requests.command("show")
def request_show(context: typer.Context, request_id: Annotated[str, typer.Argument()]) -> None:
    """One request with its body and response."""
    shell = shell_of(context)

    async def look(client: Client) -> dict[str, Any]:
        namespace = (await client.auth.current()).namespace
        request = client.requests.find(namespace, request_id)
        return {**document(request), "body": dict(request.body)}

    shell.out.document(shell.run(look))


@requests.command("retry")
def request_retry(context: typer.Context, request_id: Annotated[str, typer.Argument()], wait: Wait = False) -> None:
    """Ask again under the same id. What has happened already is answered, not done again."""
    shell = shell_of(context)
    _outcome(context, shell.run(lambda client: client.requests.retry(request_id, wait=wait)))


def document(request: ControlRequest) -> dict[str, Any]:
    """A request as a row: everything but its body."""
    return {
        "request_id": request.request_id,
        "worker_id": request.worker_id,
        "method": request.method,
        "state": request.state.value,
        "error_code": request.error_code or None,
        "retryable": request.retryable,
        "created_at_ms": request.created_at,
        "sent_at_ms": request.sent_at or None,
        "receipt_at_ms": request.receipt_at or None,
        "response": request.response,
    }


def _ask(
    context: typer.Context,
    worker: str,
    method: str,
    params: Mapping[str, Any],
    thread_id: str | None,
    session: str | None,
    request_id: str | None,
    wait: bool,
    dry_run: bool,
) -> None:
    shell = shell_of(context)
    request = control_request(method, params, thread_id=thread_id, session_id=session, request_id=request_id)
    if dry_run:
        shell.out.document({"dry_run": True, "worker_id": worker, "request": request}, title="would send")
        return
    _outcome(context, shell.run(lambda client: client.requests.send(worker, request, wait=wait)))


def _outcome(context: typer.Context, request: ControlRequest) -> None:
    """Print where a request stands; one that ended badly is an error with its exit code."""
    if request.state is RequestState.ERROR:
        said = request.response.get("message") if isinstance(request.response, Mapping) else None
        kind = _FAILED_KINDS.get(request.error_code, ErrorKind.UNKNOWN)
        message = f"{request.method} failed: {said or request.error_code} (oa requests show {request.request_id})"
        raise SdkError(kind, message, code=request.error_code)
    shell_of(context).out.document(document(request))

"""`oa treasury …`, `oa market …`, `oa receipts …`, `oa wallet status`, `oa stats`: money, work for sale, and proof."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openagents.sdk.cli.context import Shell, confirmed, object_argument, shell_of
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command
from openagents.sdk.lanes import account, market, treasury
from openagents.sdk.receipt_checks import verify_receipt

intents = typer.Typer(help="Wishes to spend, votes, budgets.", no_args_is_help=True)
marketplace = typer.Typer(help="Providers, prices and sandbox jobs.", no_args_is_help=True)
receipts = typer.Typer(help="Receipts of the economy planes, and their proof.", no_args_is_help=True)
wallet = typer.Typer(help="What the wallet says of itself, for operators.", no_args_is_help=True)

IntentId = Annotated[str, typer.Argument(help="Intent id.")]
Key = Annotated[str | None, typer.Option("--key", help="Idempotency key; a fresh one by default.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the request, send nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
_INTENT_COLUMNS = ["intent_id", "state", "purpose", "amount_msats", "run_id", "created_at"]


@intents.command("list")
def intent_list(
    context: typer.Context,
    approvals: Annotated[bool, typer.Option("--approvals", help="Those that wait for your vote.")] = False,
    state: Annotated[str | None, typer.Option()] = None,
    run: Annotated[str | None, typer.Option(help="Only of this run.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    cursor: Annotated[str | None, typer.Option(help="next_cursor of the page before.")] = None,
) -> None:
    """Own intents, newest first."""
    view = "approvals" if approvals else None
    command = treasury.list_intents(view=view, state=state, run_id=run, limit=limit, cursor=cursor)
    _rows(shell_of(context), command, "intents", _INTENT_COLUMNS)


@intents.command("show")
def intent_show(context: typer.Context, intent_id: IntentId) -> None:
    """One intent with the decision on it."""
    _show(shell_of(context), treasury.get_intent(intent_id))


@intents.command("create")
def intent_create(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(help="Run that it is spent for.")],
    purpose: Annotated[str, typer.Option(help="compute_job, skill_call, invoice_pay or l402_fetch.")],
    amount_msats: Annotated[int, typer.Option(min=0)],
    max_fee_msats: Annotated[int | None, typer.Option(min=0)] = None,
    payee: Annotated[str | None, typer.Option(help="JSON object, @FILE, or - for stdin.")] = None,
    work: Annotated[str | None, typer.Option(help="JSON object, @FILE, or - for stdin.")] = None,
    decide_only: Annotated[bool, typer.Option("--decide-only", help="Have it decided, store nothing.")] = False,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Ask for permission to spend. A denial is an answer, too."""
    command = treasury.create_intent(
        run_id,
        purpose=purpose,
        amount_msats=amount_msats,
        max_fee_msats=max_fee_msats,
        payee=object_argument(payee, "payee"),
        work=object_argument(work, "work"),
        dry_run=decide_only,
        idempotency_key=key,
    )
    shell_of(context).perform(command, dry_run=dry_run)


@intents.command("settle")
def intent_settle(context: typer.Context, intent_id: IntentId, key: Key = None, dry_run: DryRun = False) -> None:
    """Pay. When the answer is lost the intent is shown as it stands; nothing is sent twice."""
    shell = shell_of(context)
    if dry_run:
        shell.perform(treasury.settle_intent(intent_id, idempotency_key=key), dry_run=True)
        return
    shell.out.document(shell.run(lambda client: client.treasury.settle(intent_id, idempotency_key=key)))


@intents.command("cancel")
def intent_cancel(
    context: typer.Context,
    intent_id: IntentId,
    reason: Annotated[str | None, typer.Option()] = None,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Give the reserved money back."""
    command = treasury.cancel_intent(intent_id, reason=reason, idempotency_key=key)
    shell_of(context).perform(command, dry_run=dry_run)


@intents.command("approve")
def intent_approve(
    context: typer.Context, intent_id: IntentId, note: Annotated[str | None, typer.Option()] = None, yes: Yes = False
) -> None:
    """Vote for an intent that waits for it."""
    _vote(shell_of(context), intent_id, "approve", note, yes)


@intents.command("reject")
def intent_reject(
    context: typer.Context, intent_id: IntentId, note: Annotated[str | None, typer.Option()] = None, yes: Yes = False
) -> None:
    """Vote against an intent that waits for it."""
    _vote(shell_of(context), intent_id, "reject", note, yes)


@intents.command("accounts")
def accounts(context: typer.Context) -> None:
    """Budgets that own spending counts against, with what remains."""
    columns = ["scope_type", "scope_id", "limit_msats", "remaining_msats", "period"]
    _rows(shell_of(context), treasury.treasury_accounts(), "accounts", columns)


@intents.command("budget")
def budget(
    context: typer.Context,
    scope: Annotated[str, typer.Argument(help="TYPE/ID, e.g. org/org:acme or run/ID.")],
    limit_msats: Annotated[int | None, typer.Option("--set", help="New limit.", min=0)] = None,
    period: Annotated[str, typer.Option(help="total, day or month.")] = "total",
    per_payment: Annotated[int | None, typer.Option("--per-payment", help="Most of one payment.", min=0)] = None,
    yes: Yes = False,
) -> None:
    """Show a budget, or with --set replace it (refused when somebody else has changed it meanwhile)."""
    shell = shell_of(context)
    scope_type, _, scope_id = scope.partition("/")
    if limit_msats is None:
        _show(shell, treasury.get_budget(scope_type, scope_id))
        return
    confirmed(yes, f"set the budget {scope} to {limit_msats} msats")
    limit = limit_msats

    async def replace(client: Any) -> dict[str, Any]:
        held = (await client.treasury.budget(scope_type, scope_id)).get("budget") or {}
        return dict(
            await client.treasury.set_budget(
                scope_type,
                scope_id,
                limit_msats=limit,
                period=period,
                expected_version=int(held.get("version") or 0),
                per_payment_max_msats=per_payment,
            )
        )

    shell.out.document(shell.run(replace))


@marketplace.command("providers")
def providers(context: typer.Context, capability: Annotated[str | None, typer.Option()] = None) -> None:
    """Own providers and the reserve pool."""
    columns = ["provider_id", "capability", "status", "min_price_msats"]
    _rows(shell_of(context), market.market_providers(capability=capability), "providers", columns)


@marketplace.command("job-types")
def job_types(context: typer.Context) -> None:
    """The kinds of jobs there are."""
    _rows(shell_of(context), market.market_job_types(), "job_types", ["job_type", "schema_version", "description"])


@marketplace.command("quote")
def quote(context: typer.Context, file: Annotated[str, typer.Argument(help="Job: JSON, @FILE, or -.")]) -> None:
    """What a sandbox job would cost, all in."""
    _show(shell_of(context), market.market_quote(_given(file)))


@marketplace.command("select")
def select(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="{run_id, capability, candidates[], policy?}: JSON, @FILE, or -.")],
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Choose among offers; the choice becomes a receipt of the run."""
    fields = dict(_given(file))
    chosen = [fields.pop(name, None) for name in ("run_id", "capability", "candidates")]
    if not isinstance(chosen[2], list):
        raise SdkError(ErrorKind.VALIDATION, "candidates is a list", errors={"candidates": ["list"]})
    command = market.market_select(str(chosen[0] or ""), str(chosen[1] or ""), chosen[2], idempotency_key=key, **fields)
    shell_of(context).perform(command, dry_run=dry_run)


@marketplace.command("dispatch")
def dispatch(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="Job: JSON, @FILE, or -.")],
    run: Annotated[str | None, typer.Option(help="Run that it is done for.")] = None,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Run a sandbox job and wait for its end, up to 150 s."""
    shell_of(context).perform(market.market_dispatch(_given(file), run_id=run, idempotency_key=key), dry_run=dry_run)


@marketplace.command("result")
def result(context: typer.Context, dispatch_id: Annotated[str, typer.Argument()]) -> None:
    """What became of a job."""
    _show(shell_of(context), market.get_dispatch(dispatch_id))


@receipts.command("list")
def receipt_list(
    context: typer.Context,
    plane: Annotated[str, typer.Option(help="hydra, aegis or lightning.")] = "hydra",
    receipt_class: Annotated[str | None, typer.Option("--class")] = None,
    run: Annotated[str | None, typer.Option(help="Only of this run.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    cursor: Annotated[str | None, typer.Option(help="next_cursor of the page before.")] = None,
) -> None:
    """Receipts of one plane."""
    command = account.list_receipts(plane=plane, receipt_class=receipt_class, run_id=run, limit=limit, cursor=cursor)
    columns = ["receipt_id", "receipt_class", "canonical_json_sha256", "created_at"]
    _rows(shell_of(context), command, "receipts", columns)


@receipts.command("show")
def receipt_show(
    context: typer.Context,
    receipt_id: Annotated[str, typer.Argument()],
    plane: Annotated[str, typer.Option(help="hydra, aegis or lightning.")] = "hydra",
) -> None:
    """One receipt."""
    shell = shell_of(context)
    shell.out.document(shell.run(lambda client: client.account.receipt(receipt_id, plane=plane)))


@receipts.command("verify")
def receipt_verify(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="FILE|ID|RUN", help="A file (checked offline), a receipt id, a run.")],
    plane: Annotated[str, typer.Option(help="Where the id is: hydra, aegis, lightning or runtime.")] = "",
    signer: Annotated[list[str] | None, typer.Option(help="Public key that counts; any by default.")] = None,
) -> None:
    """Recompute hash and signature of a receipt or bundle. Exit 9 when something does not match."""
    shell = shell_of(context)
    content = _receipt_bytes(shell, what, plane)
    shell.out.document(verify_receipt(content, allowed_signers=signer or None))


@wallet.command("status")
def wallet_status(context: typer.Context) -> None:
    """Balances and recent payments; nothing can be signed or sent from here."""
    _show(shell_of(context), account.wallet_status())


def stats(
    context: typer.Context, section: Annotated[str | None, typer.Option(help="Only this section.")] = None
) -> None:
    """The public figures."""
    shell = shell_of(context)
    answer = shell.run(lambda client: client.account.stats())
    sections = [row for row in answer.get("sections", []) if section in (None, row.get("id"))]
    if section is not None and not sections:
        known = ", ".join(str(row.get("id")) for row in answer.get("sections", []))
        raise SdkError(ErrorKind.NOT_FOUND, f"no section {section!r}; there are {known}", code="not_found")
    if shell.out.json:
        shell.out.line(answer if section is None else sections[0])
        return
    rows = [
        dict(zip(row.get("columns", []), cells, strict=False)) | {"section": row.get("id")}
        for row in sections
        for cells in row.get("rows", [])
    ]
    shell.out.rows(rows, ["section", "key", "value", "unit"])


def _receipt_bytes(shell: Shell, what: str, plane: str) -> bytes:
    path = Path(what)
    if path.exists() or "/" in what or path.suffix:
        try:
            return path.read_bytes()
        except OSError as error:
            raise SdkError(ErrorKind.VALIDATION, f"cannot read {path}: {error.strerror}") from error
    if plane == "runtime" or (not plane and "_" not in what):
        return shell.run(lambda client: client.run_receipt(what))
    command = account.get_receipt(what, plane=plane or "hydra")
    return shell.run(lambda client: client.fetch(command))


def _vote(shell: Shell, intent_id: str, decision: str, note: str | None, yes: bool) -> None:
    confirmed(yes, f"{decision} intent {intent_id}")
    shell.perform(treasury.vote_intent(intent_id, decision, note=note), dry_run=False)


def _show(shell: Shell, command: Command) -> None:
    shell.out.document(shell.run(lambda client: client.call(command)))


def _rows(shell: Shell, command: Command, name: str, columns: list[str]) -> None:
    answer = shell.run(lambda client: client.call(command))
    more = answer.get("next_cursor")
    rows = answer.get(name)
    shell.out.rows(rows if isinstance(rows, list) else [], columns, more=f"more: --cursor {more}" if more else None)


def _given(text: str) -> dict[str, Any]:
    return dict(object_argument(text if text.startswith(("{", "@", "-")) else f"@{text}", "file") or {})

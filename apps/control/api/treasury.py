"""The treasury lane (3.5.4): the caller's intents and budgets. Control judges their form, the runtime everything else.

Votes and budget changes need a person: a session, never a personal access token.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.control.api.forwarded import KEY_MAX, audit, check, content, enveloped, filled, given, key_of, too_long
from apps.control.api.guards import Bearer, principal_of
from apps.control.services.forwarding import forward, plain_id
from openagents.control.v1 import http_pb2 as pb
from openagents.peers.calls import PeerAnswer
from openagents.runtime.v1 import treasury_pb2 as treasury_pb
from openagents.wire.faults import NOT_FOUND, Fault
from openagents.wire.model import WireModel
from openagents.wire.schema import schema

LANE: Final = "treasury"
TREASURY: Final = "/internal/v1/treasury"
SCOPE: Final = "runtime.treasury"
INTENT_SCHEMA: Final = "openagents.treasury.intent_request.v1"
OWN_FIELDS: Final = ("owner_user_ref", "owner_guest_scope", "org_id")
"""Whose intent it is, the principal says."""
SLOW_SECONDS: Final = 30.0
"""Verification asks Aegis, settlement a wallet."""
VERIFICATION_ID_MAX: Final = 200
REASON_MAX: Final = 255
NOTE_MAX: Final = 2000
SCOPE_ID_MAX: Final = 160
SCOPE_TYPES: Final = ("org", "project", "repo", "issue", "owner", "agent", "run")
PERIODS: Final = ("total", "day", "month")

State = Literal[
    "denied",
    "awaiting_approval",
    "authorized",
    "verifying",
    "verified",
    "settling",
    "reconcile_required",
    "settled",
    "withheld",
    "failed",
    "canceled",
    "expired",
]

IntentIn = schema(treasury_pb.TreasuryIntentRequestV1, "camel")
VerifyIn = schema(pb.TreasuryVerifyRequest, "camel")
CommandIn = schema(pb.TreasuryCommandRequest, "camel")
ApprovalIn = schema(pb.TreasuryApprovalRequest, "camel", required=("decision",))
BudgetIn = schema(pb.TreasuryBudgetRequest, "camel", required=("limit_msats", "period", "expected_version"))
IntentsOut = schema(pb.TreasuryIntentsEnvelope, "camel")
IntentOut = schema(pb.TreasuryIntentEnvelope, "camel")
AccountsOut = schema(pb.TreasuryAccountsEnvelope, "camel")
BudgetOut = schema(pb.TreasuryBudgetEnvelope, "camel")

READS = Bearer(SCOPE, scope=SCOPE)
WRITES = Bearer(SCOPE, scope=SCOPE, bucket=SCOPE)
PERSON_WRITES = Bearer(scope=SCOPE, bucket=SCOPE)

router = Router(tags=["treasury"])


@router.get("/treasury/intents", auth=READS, response={200: IntentsOut})
def intent_list(
    request: HttpRequest,
    view: Literal["own", "approvals"] = "own",
    run_id: str | None = Query(None, max_length=64),
    state: State | None = None,
    limit: int = Query(50, ge=1, le=200),
    cursor: str | None = None,
) -> HttpResponse:
    """The caller's intents, or those that wait for the caller's vote; newest first."""
    params = {"view": view, "run_id": run_id, "state": state, "limit": limit, "cursor": cursor}
    answer = forward(principal_of(request), LANE, "GET", f"{TREASURY}/intents", params=params)
    return enveloped(IntentsOut, answer.status, answer.json)


@router.get("/treasury/intents/{intent_id}", auth=READS, response={200: IntentOut})
def intent_get(request: HttpRequest, intent_id: str) -> HttpResponse:
    """One intent with the decision on it."""
    return _intent(forward(principal_of(request), LANE, "GET", _path(intent_id)))


@router.post("/treasury/intents", auth=WRITES, response={200: IntentOut, 201: IntentOut})
def intent_create(request: HttpRequest, body: Annotated[WireModel, IntentIn]) -> HttpResponse:
    """Ask for permission to spend. A denial is an intent, too."""
    key, fields = key_of(request), given(body)
    for name in OWN_FIELDS:
        fields.pop(name, None)
    principal = principal_of(request)
    fields["org_id"] = principal.active_org_id
    if not fields.get("schema"):
        fields["schema"] = INTENT_SCHEMA
    keyed = filled(fields, "idempotency_key", key)
    check({"idempotency_key": None if keyed else "is required"})
    check({"idempotency_key": too_long(fields["idempotency_key"], KEY_MAX)})
    answer = forward(
        principal,
        LANE,
        "POST",
        f"{TREASURY}/intents",
        content=content(IntentIn(**fields)),
        idempotency_key=key,
        keyed=True,
    )
    return _intent(answer) if body.dry_run else _audited(request, "accepted", answer)


@router.post("/treasury/intents/{intent_id}/verify", auth=WRITES, response={200: IntentOut, 202: IntentOut})
def intent_verify(request: HttpRequest, intent_id: str, body: Annotated[WireModel, VerifyIn]) -> HttpResponse:
    """Show what the work was worth: a verification of Aegis', or request and response of the job."""
    evidence = body.request is not None and body.response is not None
    partial = (body.request is None) != (body.response is None)
    named = bool((body.verification_id or "").strip())
    one = named != evidence and not partial
    check(
        {
            "verification_id": (
                too_long(body.verification_id, VERIFICATION_ID_MAX)
                if one
                else "give either verification_id, or request and response"
            )
        }
    )
    return _command(request, intent_id, "verify", body, "verified", timeout=SLOW_SECONDS)


@router.post("/treasury/intents/{intent_id}/settle", auth=WRITES, response={200: IntentOut, 202: IntentOut})
def intent_settle(request: HttpRequest, intent_id: str, body: Annotated[WireModel, CommandIn]) -> HttpResponse:
    """Pay. 202 while the payment's outcome is open."""
    return _command(request, intent_id, "settle", body, "settled", timeout=SLOW_SECONDS)


@router.post("/treasury/intents/{intent_id}/cancel", auth=WRITES, response={200: IntentOut})
def intent_cancel(request: HttpRequest, intent_id: str, body: Annotated[WireModel, CommandIn]) -> HttpResponse:
    """Give the reserved money back."""
    check({"reason": too_long(body.reason, REASON_MAX)})
    return _command(request, intent_id, "cancel", body, "canceled")


@router.post("/treasury/intents/{intent_id}/approvals", auth=PERSON_WRITES, response={200: IntentOut})
def intent_vote(request: HttpRequest, intent_id: str, body: Annotated[WireModel, ApprovalIn]) -> HttpResponse:
    """Vote on an intent; the voter is the session's user."""
    key = key_of(request) or body.idempotency_key
    check(
        {
            "decision": None if body.decision in ("approve", "reject") else "must be approve or reject",
            "note": too_long(body.note, NOTE_MAX),
            "idempotency_key": None if key else "is required",
        }
    )
    return _command(request, intent_id, "approvals", body, "voted", decision=body.decision)


@router.get("/treasury/accounts", auth=READS, response={200: AccountsOut})
def account_list(request: HttpRequest) -> HttpResponse:
    """The budgets that the caller's spending counts against, with what remains."""
    answer = forward(principal_of(request), LANE, "GET", f"{TREASURY}/accounts")
    return enveloped(AccountsOut, answer.status, answer.json)


@router.get("/treasury/budgets/{scope_type}/{scope_id}", auth=READS, response={200: BudgetOut})
def budget_get(request: HttpRequest, scope_type: str, scope_id: str) -> HttpResponse:
    """One budget."""
    answer = forward(principal_of(request), LANE, "GET", _budget(scope_type, scope_id))
    return enveloped(BudgetOut, answer.status, answer.json)


@router.patch("/treasury/budgets/{scope_type}/{scope_id}", auth=PERSON_WRITES, response={200: BudgetOut})
def budget_set(
    request: HttpRequest, scope_type: str, scope_id: str, body: Annotated[WireModel, BudgetIn]
) -> HttpResponse:
    """Replace a budget. PATCH to browsers, PUT to the runtime: nothing is merged."""
    check({"period": None if body.period in PERIODS else f"must be one of {', '.join(PERIODS)}"})
    path = _budget(scope_type, scope_id)
    answer = forward(principal_of(request), LANE, "PUT", path, content=content(body))
    response = enveloped(BudgetOut, answer.status, answer.json)
    audit(request, "runtime.treasury.budget.changed", scope=f"{scope_type}:{scope_id}")
    return response


def _path(intent_id: str, *more: str) -> str:
    return "/".join((TREASURY, "intents", plain_id(intent_id), *more))


def _budget(scope_type: str, scope_id: str) -> str:
    check({"scope_type": None if scope_type in SCOPE_TYPES else f"must be one of {', '.join(SCOPE_TYPES)}"})
    name = scope_id.strip()
    if not 1 <= len(name) <= SCOPE_ID_MAX or name in (".", "..") or not name.isprintable():
        raise Fault(NOT_FOUND)
    return f"{TREASURY}/budgets/{scope_type}/{quote(name, safe='')}"


def _command(
    request: HttpRequest,
    intent_id: str,
    verb: str,
    body: WireModel,
    done: str,
    *,
    timeout: float | None = None,
    decision: str | None = None,
) -> HttpResponse:
    key, fields = key_of(request), given(body)
    keyed = filled(fields, "idempotency_key", key)
    check({"idempotency_key": too_long(fields.get("idempotency_key"), KEY_MAX)})
    answer = forward(
        principal_of(request),
        LANE,
        "POST",
        _path(intent_id, verb),
        content=content(type(body)(**fields)),
        idempotency_key=key,
        keyed=keyed,
        timeout=timeout,
    )
    return _audited(request, done, answer, decision)


def _intent(answer: PeerAnswer) -> HttpResponse:
    return enveloped(IntentOut, answer.status, answer.json)


def _audited(request: HttpRequest, done: str, answer: PeerAnswer, decision: str | None = None) -> HttpResponse:
    response = _intent(answer)
    intent: dict[str, Any] = answer.json.get("intent") or {}
    decided: dict[str, Any] = answer.json.get("decision") or {}
    audit(
        request,
        f"runtime.treasury.intent.{done}",
        intent_id=intent.get("intent_id"),
        decision=decision or decided.get("decision"),
        state=intent.get("state"),
    )
    return response

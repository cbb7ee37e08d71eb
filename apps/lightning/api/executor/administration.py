"""Status, policy, pauses, credentials and recovery."""

from __future__ import annotations

import re
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.executor.envelope import answer, documented
from apps.lightning.api.executor.guards import Scoped, caller_of, effective_id, inspect, operation
from apps.lightning.domain.credentials import ADMIN, READ
from apps.lightning.mapping_executor import accepted, emitted
from apps.lightning.services.executor import controls, credentials, dead_man, policy, recovery, views
from apps.lightning.services.executor.refusals import invalid
from openagents.lightning.v1 import wallet_executor_http_pb2 as http
from openagents.lightning.v1 import wallet_executor_pb2 as pb
from openagents.wire.faults import NOT_FOUND, Fault
from openagents.wire.model import WireModel

router = Router(tags=["administration"])

Status = emitted(http.WalletExecutorStatus)
Assertion = emitted(pb.WalletExecutorAuthAssertion)
PolicyView = emitted(http.WalletPolicyView)
Paused = emitted(http.PauseState)
Credential = emitted(http.ServiceCredentialView)
Recovered = emitted(http.RecoverResult)
PolicyIn = accepted(http.ChangePolicyRequest, "limits", "expected_version", "reason")
PauseIn = accepted(http.PauseRequest, "scope", "reason")
CredentialIn = accepted(http.CredentialRequest)
RecoverIn = accepted(http.RecoverRequest)

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SCOPES = (controls.ALL, controls.OUTGOING)


@router.get("/status", auth=Scoped(READ), response={200: emitted(http.WalletExecutorStatusResponse)})
@operation("status")
def status(request: HttpRequest) -> HttpResponse:
    """The executor about itself; the node is asked best effort."""
    return answer(request, Status(**views.status()), key="status")


@router.get("/auth-assertion", auth=Scoped(READ), response={200: emitted(http.WalletExecutorAuthAssertionResponse)})
@operation("auth-assertion")
def auth_assertion(request: HttpRequest) -> HttpResponse:
    """How callers authenticate at present, so that a rotation can be checked from outside."""
    return answer(request, Assertion(**views.auth_assertion()))


@router.get("/policy", auth=Scoped(READ), response={200: emitted(http.WalletPolicyResponse)})
@operation("policy")
def read_policy(request: HttpRequest) -> HttpResponse:
    """The limits in force."""
    return answer(request, PolicyView(**views.policy_shown(policy.current())))


@router.post(
    "/admin/policy",
    auth=Scoped(ADMIN),
    response={200: emitted(http.WalletPolicyResponse)},
    openapi_extra=documented(409, 413),
)
@operation("admin-policy", writes=True)
def change_policy(request: HttpRequest, body: Annotated[WireModel, PolicyIn]) -> HttpResponse:
    """Replace some limits; 409 when the version is another one."""
    inspect(request, body)
    found = policy.change(
        {_WORD_START.sub("_", name).lower(): value for name, value in body.limits.items()},
        expected_version=body.expected_version,
        reason=body.reason,
        changed_by=_who(request),
    )
    return answer(request, PolicyView(**views.policy_shown(found)))


def _who(request: HttpRequest) -> str:
    caller = caller_of(request)
    person = (caller.act or {}).get("user_id")
    return f"{caller.caller}:{person}" if person else caller.caller


@router.post(
    "/admin/pause",
    auth=Scoped(ADMIN),
    response={200: emitted(http.PauseStateResponse)},
    openapi_extra=documented(413),
)
@operation("admin-pause", writes=True)
def pause(request: HttpRequest, body: Annotated[WireModel, PauseIn]) -> HttpResponse:
    """Stop everything, or what goes out."""
    inspect(request, body)
    controls.pause(_scope(body.scope), reason=body.reason, by=_who(request))
    return _pauses(request)


@router.post(
    "/admin/resume",
    auth=Scoped(ADMIN),
    response={200: emitted(http.PauseStateResponse)},
    openapi_extra=documented(413),
)
@operation("admin-resume", writes=True)
def resume(request: HttpRequest, body: Annotated[WireModel, PauseIn]) -> HttpResponse:
    """Let a scope run again. Lifts the dead-man stop too: the node's balance is accepted and booked."""
    inspect(request, body)
    dead_man.resume(_scope(body.scope), reason=body.reason, by=_who(request))
    return _pauses(request)


def _scope(text: str) -> str:
    if text not in SCOPES:
        raise invalid("must be all or outgoing", "scope")
    return text


def _pauses(request: HttpRequest) -> HttpResponse:
    states = controls.states()
    paused = any(state.paused for state in states)
    return answer(request, Paused(paused=paused, scopes=[state.shown() for state in states]))


@router.post(
    "/admin/credentials/{caller}/{step}",
    auth=Scoped(ADMIN),
    response={200: emitted(http.ServiceCredentialResponse)},
    openapi_extra=documented(409, 413),
)
@operation("admin-credentials", writes=True)
def credential(request: HttpRequest, caller: str, step: str, body: Annotated[WireModel, CredentialIn]) -> HttpResponse:
    """`stage`, `activate` or `revoke` a caller's credential. Only `stage` shows the secret, once."""
    inspect(request, body)
    by = _who(request)
    secret: str | None = None
    version: int | None = body.version
    not_after: int | None = body.not_after
    match step:
        case "stage":
            row, secret = credentials.stage(
                caller, version=version, not_after_ms=not_after, mode=body.mode, scopes=list(body.scopes), by=by
            )
        case "activate":
            row = credentials.activate(caller, version=version, not_after_ms=not_after, by=by)
        case "revoke":
            row = credentials.revoke(caller, version=version, by=by)
        case _:
            raise Fault(NOT_FOUND)
    return answer(request, Credential(**credentials.shown(row, secret)))


@router.post(
    "/admin/recover",
    auth=Scoped(ADMIN),
    response={200: emitted(http.RecoverResponse)},
    openapi_extra=documented(413),
)
@operation("admin-recover", writes=True)
def recover(request: HttpRequest, body: Annotated[WireModel, RecoverIn]) -> HttpResponse:
    """Run the recovery now, for all that is due or for one request."""
    inspect(request, body)
    named = effective_id(request, body.request_id) if body.request_id else None
    rows: list[dict[str, Any]] = [
        {"request_id": row.request_id, "family": row.family, "before": row.before, "after": row.after}
        for row in recovery.run(named)
    ]
    return answer(request, Recovered(payments=rows))

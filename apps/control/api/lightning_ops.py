"""The control-plane lane of lightning-ops, and the security state for the planes that move money (3.8)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import lightning_mapping as mapping
from apps.control.api.guards import address_of
from apps.control.services import lightning_ops, lightning_state, limits
from openagents.peers.auth import SignedPeer, caller_of, is_signed
from openagents.receipts.strict_json import MalformedJSON, loads
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault
from openagents.wire.ninja import respond

SECRET_HEADER = "x-oa-lightning-ops-secret"
DOCUMENT: dict[str, Any] = {"x-oa-request-message": "openagents.lightning.v1.LightningOpsCall"}

router = Router(tags=["lightning"])
state_router = Router(tags=["internal"])


@router.post("/query", openapi_extra=DOCUMENT)
def query(request: HttpRequest) -> HttpResponse:
    """One reading function; the answer is the message of that function."""
    return _call(request, "query")


@router.post("/mutation", openapi_extra=DOCUMENT)
def mutation(request: HttpRequest) -> HttpResponse:
    """One writing function; the answer is the message of that function."""
    return _call(request, "mutation")


@state_router.get(
    "/security-state",
    auth=SignedPeer({"runtime", "hydra", "lightning", "ops"}),
    response={200: mapping.SecurityStateOut},
)
def security_state(request: HttpRequest) -> HttpResponse:
    """What is paused, stopped and rotated, as lightning-ops reads it."""
    return respond(mapping.SecurityStateOut, **lightning_state.security_state())


def _call(request: HttpRequest, lane: str) -> HttpResponse:
    try:
        body = loads(request.body)
    except MalformedJSON:
        body = None
    name, args, secret = lightning_ops.read_call(body)
    _authenticate(request, secret)
    answer, found = lightning_ops.run(lane, name, args)
    return respond(answer, **found)


def _authenticate(request: HttpRequest, secret: str | None) -> None:
    signed = is_signed(request)
    header = request.headers.get(SECRET_HEADER, "").strip() or None
    if not lightning_ops.secret_matches(header, secret, signed=signed):
        limits.count("ops.secret.failure", address_of(request))
        raise lightning_ops.refuse("secret")
    if not signed:
        return
    try:
        caller_of(request, {"lightning"})
    except Fault as fault:
        if fault.kind is DEPENDENCY_UNAVAILABLE:
            raise Fault(lightning_ops.UNAVAILABLE) from None
        raise lightning_ops.refuse(fault.reason_code or fault.code) from None

"""Who may call a route of lightning ops: a signed plane with the route's scope (3.3, 14)."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security.base import AuthBase

from apps.lightning.domain.credentials import ALL, OPS_NODE, OPS_READ
from openagents.peers.auth import caller_of
from openagents.peers.signature import Caller
from openagents.wire.faults import FORBIDDEN, Fault

GRANTS: dict[str, frozenset[str]] = {
    "hydra": frozenset({OPS_READ, OPS_NODE}),
    "control": frozenset({OPS_READ}),
    "ops": ALL,
}
"""Scopes by issuer. Hydra may ask for channel operations; approving them is an operator's, whatever the scope."""


class Scoped(AuthBase):
    """`auth=Scoped("ops:read")`: `request.auth` is the Caller, or the route is not reached."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = "X-OA-RUNTIME-SIGNATURE"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        caller = caller_of(request, GRANTS)
        if self.scope not in GRANTS[caller.iss]:
            raise Fault(FORBIDDEN, reason_code="forbidden_scope", details={"scope": self.scope})
        return caller


def named(request: HttpRequest) -> str:
    """Who called, for records: the plane, and the person it acts for when there is one."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return f"{caller.iss}:{caller.act.user_id}" if caller.act and caller.act.user_id else caller.iss

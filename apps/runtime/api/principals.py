"""From a signed call to the owner it acts for, and the gate of the write mode."""

from __future__ import annotations

from typing import Protocol, cast

from django.http import HttpRequest

from apps.runtime.domain.events import Source
from apps.runtime.domain.owners import Owner, OwnerMismatch, OwnerMissing, decide_owner, named_owner, principal_owner
from apps.runtime.services import write_mode
from apps.runtime.services.runs import Reader
from openagents.peers.auth import SignedPeer
from openagents.peers.signature import Caller
from openagents.wire.faults import FORBIDDEN, INVALID_REQUEST, Fault


class NamesOwner(Protocol):
    """A body or query that may name an owner in the older fields."""

    owner_user_id: int | None
    owner_guest_scope: str | None
    owner_user_ref: str | None


def caller_of(request: HttpRequest) -> Caller:
    """The verified caller that `SignedPeer` left on the request."""
    return cast(Caller, request.auth)  # type: ignore[attr-defined]


def owner_of(request: HttpRequest, names: NamesOwner | None = None) -> Owner | None:
    """The owner a call acts for; None for a pure service call that names none.

    The principal (`act`) decides. Without one, control and ops may name an owner in the older fields.
    Raises Fault FORBIDDEN `principal_mismatch`, INVALID_REQUEST for two owners.
    """
    act = caller_of(request).act
    principal = principal_owner(act.user_id, act.guest_scope) if act else None
    try:
        named = (
            named_owner(names.owner_user_id, names.owner_guest_scope, names.owner_user_ref)
            if names is not None
            else None
        )
        return decide_owner(principal, named)
    except OwnerMissing as error:
        raise Fault(INVALID_REQUEST, str(error), errors={"owner_user_id": [str(error)]}) from None
    except OwnerMismatch as error:
        raise Fault(FORBIDDEN, str(error), reason_code="principal_mismatch") from None


def reader_of(request: HttpRequest, names: NamesOwner | None = None) -> Reader:
    """On whose behalf a call reads."""
    act = caller_of(request).act
    return Reader(owner_of(request, names), act.org_id if act else None)


def source_of(request: HttpRequest) -> Source:
    """Whose events a call appends: hydra and aegis write their own receipts, everybody else is a client."""
    issuer = caller_of(request).iss
    return Source(issuer) if issuer in (Source.HYDRA, Source.AEGIS) else Source.CLIENT


class Writer(SignedPeer):
    """Callers of mutating routes: signed, and refused while writing is frozen.

    `shadow_only` admits traffic whose signed claims say that it is a shadow. Raises Fault WRITE_PATH_FROZEN.
    """

    def __call__(self, request: HttpRequest) -> Caller:
        caller = super().__call__(request)
        write_mode.mark_request(caller.shadow)
        write_mode.check()
        return caller


def operator_of(request: HttpRequest) -> str:
    """The operator a call acts for. Raises Fault FORBIDDEN `operator_required` without that role."""
    act = caller_of(request).act
    if act is None or not act.user_id or "operator" not in act.roles:
        raise Fault(FORBIDDEN, "operators only", reason_code="operator_required")
    return act.user_id

"""Who may call a route: the channel's authentication and the route's scope, before any body is parsed (section 3)."""

from __future__ import annotations

import functools
import inspect as inspect_module
import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.security.base import AuthBase

from apps.lightning import metrics
from apps.lightning.api.executor.envelope import count, outcome_of
from apps.lightning.domain import credentials as rules
from apps.lightning.services.executor import credentials, writer
from apps.lightning.services.executor.credentials import Accepted, Refused
from apps.lightning.services.executor.orders import check_request_id
from apps.lightning.services.executor.refusals import FORBIDDEN_SCOPE, invalid
from openagents.db import audit
from openagents.db.stores import StoreUnavailable, single_use
from openagents.peers import target
from openagents.peers.auth import is_signed
from openagents.peers.keys import Key
from openagents.peers.signature import HEADERS, Rejected, verify
from openagents.receipts import strict_json
from openagents.receipts.strict_json import MalformedJSON
from openagents.wire.bodies import raw_body
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, UNAUTHORIZED, Fault
from openagents.wire.model import Slot, WireModel

log = structlog.get_logger("oa.executor")
F = TypeVar("F", bound=Callable[..., HttpResponse])

BODY_BYTES_MAX = 65_536
DEADLINE = "x-oa-deadline-ms"
_META = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in HEADERS}


class Scoped(AuthBase):
    """`auth=Scoped("wallet:pay")`: `request.auth` is the Accepted caller, or the route is not reached."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> Accepted:
        try:
            caller = authenticate(request)
        except Refused as refused:
            metrics.AUTH_REJECTED.labels(refused.reason).inc()
            log.warning("caller_rejected", reason=refused.reason)
            audit.record("lightning.auth.denied", outcome="denied", reason=refused.reason)
            raise Fault(UNAUTHORIZED, reason_code=refused.reason) from None
        if self.scope not in caller.scopes:
            metrics.AUTH_REJECTED.labels("forbidden_scope").inc()
            audit.record("lightning.auth.denied", outcome="denied", reason="forbidden_scope", caller=caller.caller)
            raise Fault(FORBIDDEN_SCOPE, details={"scope": self.scope})
        return caller


def authenticate(request: HttpRequest) -> Accepted:
    """The caller of a request in the configured mode. Raises Refused, Fault DEPENDENCY_UNAVAILABLE."""
    match settings.OA.oa_lightning_auth_mode:
        case "disabled":
            return Accepted("anonymous", rules.ALL)
        case "bearer_static":
            caller = credentials.by_token(_bearer(request))
            if is_signed(request):
                _signed(request)
            return caller
        case _:
            if not is_signed(request):
                raise Refused("missing")
            return _signed(request)


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused("missing")
    return token.strip()


class _Ring:
    """The project's keys and the issued ones, as one ring."""

    def __init__(self) -> None:
        self.issued: tuple[frozenset[str], int] | None = None

    def get(self, kid: str) -> Key | None:
        found = settings.OA_INTERNAL_KEYRING.get(kid)
        if found is not None:
            return found
        issued = credentials.signing_key(kid)
        if issued is None:
            return None
        key, scopes, version = issued
        self.issued = (scopes, version)
        return key


def _signed(request: HttpRequest) -> Accepted:
    ring = _Ring()
    config = settings.OA
    try:
        caller = verify(
            {name: request.META[meta] for name, meta in _META.items() if meta in request.META},
            aud=settings.OA_AUDIENCE,
            method=request.method or "",
            path_with_query=target.seen(request.META, getattr(request, "scope", None)),
            body=lambda: raw_body(request, BODY_BYTES_MAX),
            keys=cast(Any, ring),
            claim_nonce=lambda kid, aud, nonce, expires: single_use().claim(f"{aud}:{kid}", nonce, expires),
            now=timezone.now(),
            ttl_max=config.oa_internal_max_ttl_seconds,
            skew_max=config.oa_internal_max_skew_seconds,
        )
    except Rejected as rejected:
        raise Refused(rejected.reason_code) from None
    except StoreUnavailable:
        raise Fault(DEPENDENCY_UNAVAILABLE) from None
    scopes, version = ring.issued or (rules.granted(caller.iss, config.oa_lightning_agent_payments), 0)
    return Accepted(caller.iss, scopes, version, caller.kid, caller.act.claim() if caller.act else None)


def operation(name: str, *, writes: bool = False) -> Callable[[F], F]:
    """Count the route's answers; one that `writes` is refused by a standby. Stands below the route decorator."""

    def decorate(handler: F) -> F:
        @functools.wraps(handler)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if writes:
                    writer.require()
                response = handler(request, *args, **kwargs)
            except Fault as fault:
                count(name, "refused" if fault.kind.status < 500 else "failed")
                raise
            count(name, outcome_of(response))
            return response

        # Annotations are texts that only the handler's own module can read, and ninja looks in the wrapper's.
        run.__signature__ = inspect_module.signature(handler, eval_str=True)  # type: ignore[attr-defined]
        return cast(F, run)

    return decorate


def caller_of(request: HttpRequest) -> Accepted:
    return cast(Accepted, request.auth)  # type: ignore[attr-defined]


def effective_id(request: HttpRequest, named: str = "") -> str:
    """The idempotency key: the body's `requestId`, else the header's, else the fresh one. Raises Fault."""
    if named:
        return check_request_id(named)
    if request.oa_bad_request_id:  # type: ignore[attr-defined]
        raise invalid("the header X-Request-Id has no accepted form", "requestId")
    return check_request_id(request.oa_request_id)  # type: ignore[attr-defined]


def deadline_of(request: HttpRequest) -> int | None:
    """`X-OA-Deadline-Ms`, absolute unix milliseconds. Raises Fault."""
    text = request.headers.get(DEADLINE, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise invalid("must be unix milliseconds", DEADLINE)
    return int(text)


def inspect(request: HttpRequest, body: WireModel) -> None:
    """What the parser lets pass: a float for an integer is refused, a field that nobody reads is counted."""
    try:
        raw = strict_json.loads(request.body or b"{}")
    except MalformedJSON:
        return
    unknown = _walk(type(body), raw)
    if unknown:
        metrics.UNKNOWN_FIELDS.inc(unknown)


def _walk(model: type[WireModel], raw: Any, path: str = "") -> int:
    if not isinstance(raw, dict):
        return 0
    slots: dict[str, Slot] = {name: slot for slot in model.__wire__.slots for name in slot.names}
    unknown = 0
    for name, value in raw.items():
        slot = slots.get(name)
        if slot is None:
            unknown += 1
        elif slot.child is not None:
            unknown += _walk(slot.child, value, f"{path}{name}.")
        elif isinstance(value, float) and not math.isnan(value):
            raise invalid("must be an integer", f"{path}{name}")
    return unknown

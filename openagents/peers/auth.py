"""The server's guard: a django-ninja auth class that turns a signed request into its Caller.

A verified signature's nonce is claimed before the route is reached. A route below `claimed_with_effect` gets it
unclaimed instead, as `claim_of(request)`, and has the statement of its effect claim it: one round trip less.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja.decorators import decorate_view
from ninja.security.base import AuthBase

from openagents.db.stores import Claim, StoreUnavailable, single_use
from openagents.ops import metrics
from openagents.peers import target
from openagents.peers.signature import (
    HEADERS,
    ISSUER_NOT_ALLOWED,
    NONCE_REPLAYED,
    SIGNATURE,
    Caller,
    Rejected,
    verify,
)
from openagents.planes import ISSUERS
from openagents.wire.faults import (
    DEPENDENCY_UNAVAILABLE,
    FORBIDDEN,
    INVALID_REQUEST,
    PAYLOAD_TOO_LARGE,
    UNAUTHORIZED,
    Fault,
)
from openagents.wire.ninja import error_response

log = structlog.get_logger(__name__)

_META_NAMES = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in HEADERS}


def is_signed(request: HttpRequest) -> bool:
    """Whether the request carries a signature at all; for lanes that also take an older credential."""
    return _META_NAMES[SIGNATURE] in request.META


def caller_of(request: HttpRequest, issuers: Iterable[str]) -> Caller:
    """The proven caller of a request to a route open to `issuers`.

    Raises Fault: UNAUTHORIZED or FORBIDDEN with a `reason_code` of `signature.REASONS`, PAYLOAD_TOO_LARGE,
    INVALID_REQUEST when the body broke off, DEPENDENCY_UNAVAILABLE when no store can say whether the nonce is new.
    """
    config = settings.OA
    minimal = bool(getattr(config, "runtime_signature_allow_minimal", False)) and config.oa_env in ("dev", "test")
    try:
        caller = verify(
            {name: request.META[meta] for name, meta in _META_NAMES.items() if meta in request.META},
            aud=settings.OA_AUDIENCE,
            method=request.method or "",
            path_with_query=target.seen(request.META, getattr(request, "scope", None)),
            body=lambda: _body(request),
            keys=settings.OA_INTERNAL_KEYRING,
            claim_nonce=functools.partial(_claim_nonce, request),
            now=timezone.now(),
            allow_minimal=minimal,
            ttl_max=config.oa_internal_max_ttl_seconds,
            skew_max=config.oa_internal_max_skew_seconds,
        )
    except Rejected as rejected:
        raise refusal(rejected.reason_code) from None
    except StoreUnavailable:
        raise Fault(DEPENDENCY_UNAVAILABLE) from None
    if caller.iss not in issuers:
        _note(ISSUER_NOT_ALLOWED, iss=caller.iss)
        raise Fault(FORBIDDEN, reason_code=ISSUER_NOT_ALLOWED)
    return caller


class SignedPeer(AuthBase):
    """`auth=SignedPeer(issuers={"control", "ops"})`: `request.auth` is the Caller, or the route is not reached.

    Serves sync and async operations. Raises ValueError at start for an issuer that does not exist.
    """

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = "X-OA-RUNTIME-SIGNATURE"

    def __init__(self, issuers: Iterable[str]) -> None:
        self.issuers = frozenset(issuers)
        if not self.issuers or self.issuers - ISSUERS:
            raise ValueError(f"not issuers: {sorted(self.issuers - ISSUERS) or 'none given'}")
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        return caller_of(request, self.issuers)


def refusal(reason_code: str) -> Fault:
    """The refusal of a call that is not authentic, counted and logged."""
    _note(reason_code)
    return Fault(UNAUTHORIZED, reason_code=reason_code)


def claim_of(request: HttpRequest) -> Claim | None:
    """The claim of the request's nonce that the route has to see to; None when it was made with the verification."""
    return getattr(request, "oa_claim", None)


def _settled(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Around a whole operation, from verification to answer: a nonce that no statement was given is claimed at last."""

    @functools.wraps(run)
    def settle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.oa_claim = None  # type: ignore[attr-defined]  # the verification may leave one here
        response = run(request, *args, **kwargs)
        claim = claim_of(request)
        if claim is None or claim.given:
            return response
        try:
            made = single_use().claim(claim.scope, claim.key, claim.expires_at)
        except StoreUnavailable:
            return error_response(request, Fault(DEPENDENCY_UNAVAILABLE))
        return response if made else error_response(request, refusal(NONCE_REPLAYED))

    return settle


claimed_with_effect = decorate_view(_settled)
"""Stands below the decorator of a synchronous route that passes `claim_of(request)` to the statement of its effect.

That statement sets `given` and refuses a nonce that was used before with `refusal(NONCE_REPLAYED)`. When the route ends
without it, whatever its answer was to be, the nonce is claimed by itself, and an earlier use is the answer.
"""


def _claim_nonce(request: HttpRequest, kid: str, aud: str, nonce: str, expires_at: datetime) -> bool:
    scope = f"{aud}:{kid}"
    if hasattr(request, "oa_claim"):
        request.oa_claim = single_use().deferred(scope, nonce, expires_at)
        if request.oa_claim is not None:
            return True
    return single_use().claim(scope, nonce, expires_at)


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise Fault(PAYLOAD_TOO_LARGE, details={"limit_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}) from None
    except UnreadablePostError:
        raise Fault(INVALID_REQUEST, "The body broke off.") from None


def _note(reason: str, **fields: Any) -> None:
    metrics.INTERNAL_REJECTED.labels(settings.OA_AUDIENCE, reason).inc()
    log.warning("internal_call_rejected", reason=reason, **fields)

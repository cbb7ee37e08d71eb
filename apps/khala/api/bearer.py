"""HTTP routes for holders of a connection token: the token is checked as at a handshake, and not used up."""

from __future__ import annotations

import time

from django.http import HttpRequest
from ninja.security.base import AuthBase

from apps.khala import metrics
from apps.khala.domain import handshake, tokens
from apps.khala.domain.access import Principal
from apps.khala.services.admission import Admitted
from apps.khala.services.node import running
from openagents.wire.faults import (
    DEPENDENCY_UNAVAILABLE,
    DRAINING,
    FORBIDDEN_ORIGIN,
    UNAUTHORIZED,
    Fault,
)


class TokenHolder(AuthBase):
    """Guard of a route; `request.auth` is the Principal. Order: draining, origin, token, revocation.

    `expired_for`: seconds for which an expired token still counts.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, *, expired_for: int = 0) -> None:
        super().__init__()
        self.expired_for = expired_for

    def __call__(self, request: HttpRequest) -> Principal:
        node = running()
        if node is None:
            raise Fault(DEPENDENCY_UNAVAILABLE, "the node has not started")
        if node.admission.draining:
            raise Fault(DRAINING, retry_after_ms=1_000)
        origin = request.headers.get("origin")
        if node.config.khala_enforce_origin and not handshake.origin_allowed(origin, node.admission.origins):
            raise Fault(FORBIDDEN_ORIGIN, reason_code="origin_not_allowed")
        carrier = tokens.carried(request.headers.get("authorization"), ())
        if not carrier.token:
            metrics.AUTH.labels("error", carrier.reason).inc()
            raise Fault(UNAUTHORIZED, reason_code=carrier.reason)
        try:
            grant = node.verifier.verify(carrier.token, int(time.time()), expired_for=self.expired_for)
        except tokens.Refused as refused:
            metrics.AUTH.labels("error", refused.internal).inc()
            raise Fault(UNAUTHORIZED, reason_code=refused.reason) from None
        if node.book.against(Admitted(grant).holder) is not None:
            metrics.AUTH.labels("error", "token_revoked").inc()
            raise Fault(UNAUTHORIZED, reason_code="token_revoked")
        metrics.AUTH.labels("ok", "none").inc()
        return grant.principal

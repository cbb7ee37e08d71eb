"""Middleware of every HTTP process: correlation, metrics, body limit, and CSRF where cookies count (the admin)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

from openagents.ops import context, metrics

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Accept or make the request id, keep it for logs and peer calls, echo it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META  # `request.headers` would spell every header anew
        identifier = context.accept_request_id(sent.get("HTTP_X_REQUEST_ID"))
        request.oa_request_id = identifier  # type: ignore[attr-defined]
        tokens = (
            (context.request_id, context.request_id.set(identifier)),
            (context.traceparent, context.traceparent.set(sent.get("HTTP_TRACEPARENT", "")[:256])),
            (context.tracestate, context.tracestate.set(sent.get("HTTP_TRACESTATE", "")[:512])),
        )
        try:
            response = self.get_response(request)
        finally:
            for variable, token in tokens:
                variable.reset(token)
        response["x-request-id"] = identifier
        return response


class MetricsMiddleware:
    """Count and time requests by route template, never by raw path."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.plane = settings.OA_PROCESS.plane

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        in_flight = metrics.HTTP_IN_FLIGHT.labels(self.plane)
        in_flight.inc()
        try:
            response = self.get_response(request)
        finally:
            in_flight.dec()
        match = request.resolver_match
        route = match.route if match else "(unmatched)"
        method = request.method if request.method in metrics.METHODS else "OTHER"
        metrics.HTTP_REQUESTS.labels(self.plane, route, method, f"{response.status_code // 100}xx").inc()
        metrics.HTTP_SECONDS.labels(self.plane, route, method).observe(time.perf_counter() - started)
        return response


class BodyLimitMiddleware:
    """Refuse a body over the limit by its declared length, before anything reads it.

    A body without a declared length is cut by the WSGI server; the API's parser checks the real length again.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.limit = settings.OA.oa_body_limit_bytes

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = request.META.get("CONTENT_LENGTH") or ""
        if declared.isdecimal() and int(declared) > self.limit:
            from openagents.wire.envelopes import render
            from openagents.wire.faults import PAYLOAD_TOO_LARGE, Fault

            fault = Fault(PAYLOAD_TOO_LARGE, details={"limit_bytes": self.limit})
            status, body, headers = render(request.path, fault, request.oa_request_id)  # type: ignore[attr-defined]
            return JsonResponse(body, status=status, headers=headers)
        return self.get_response(request)


ADMIN_PATH = "/admin/"


class _OnAdminPages:
    """What only pages for people need; a signed call passes by. Stands before the middleware it restricts."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if request.path.startswith(ADMIN_PATH):
            return super().__call__(request)  # type: ignore[misc]
        return self.get_response(request)


class AdminSessionMiddleware(_OnAdminPages, SessionMiddleware):
    """Sessions of the admin."""


class AdminUserMiddleware(_OnAdminPages, AuthenticationMiddleware):
    """Who is signed in to the admin."""


class AdminMessageMiddleware(_OnAdminPages, MessageMiddleware):
    """Messages of the admin."""


class AdminCsrfMiddleware(CsrfViewMiddleware):
    """CSRF for the admin alone: nowhere else does a cookie authenticate."""

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., HttpResponseBase],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponseForbidden | None:
        if not request.path.startswith(ADMIN_PATH):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)

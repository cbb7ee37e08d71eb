"""What Django itself refuses, in the envelope of its lane: the public one wherever no other is named (2.2)."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from openagents.wire.envelopes import public
from openagents.wire.faults import FORBIDDEN, INTERNAL, MALFORMED_REQUEST, METHOD_NOT_ALLOWED, NOT_FOUND, Fault
from openagents.wire.ninja import error_response, fault_of

NAMED_LANES = ("/api", "/internal/", "/admin/")
View = Callable[[HttpRequest], HttpResponse]


def refusal(request: HttpRequest, fault: Fault) -> HttpResponse:
    """The fault as an answer to this request."""
    return error_response(request, fault, None if request.path.startswith(NAMED_LANES) else public)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For `handler404`."""
    return refusal(request, Fault(NOT_FOUND))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For `handler400`."""
    return refusal(request, fault_of(exception) if exception else Fault(MALFORMED_REQUEST))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For `handler403`."""
    return refusal(request, Fault(FORBIDDEN))


def server_error(request: HttpRequest) -> HttpResponse:
    """For `handler500`: what no API caught."""
    return refusal(request, Fault(INTERNAL))


def reading(view: View) -> View:
    """A page that is only read: any other method is refused in the envelope."""

    @functools.wraps(view)
    def read_only(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return refusal(request, Fault(METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"}))
        return view(request)

    return read_only

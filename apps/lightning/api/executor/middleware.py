"""The executor's own rules of the request id, around those that every process shares.

A caller's id may be any of `fingerprints.REQUEST_ID`, for it is the idempotency key; a missing one is a UUIDv4. The
shared middleware between these two accepts fewer forms, so the inner one puts the id right and the outer one echoes it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.lightning.domain.fingerprints import REQUEST_ID
from openagents.ops import context

GetResponse = Callable[[HttpRequest], HttpResponse]

BODY_BYTES_MAX = 65_536


class ExecutorAnswerMiddleware:
    """Outermost: decides the id, refuses a declared body over the limit in the lane's envelope, echoes the id."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("x-request-id", "").strip()
        fits = REQUEST_ID.fullmatch(offered) is not None
        request.oa_executor_request_id = offered if fits else str(uuid.uuid4())  # type: ignore[attr-defined]
        request.oa_bad_request_id = bool(offered) and not fits  # type: ignore[attr-defined]
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > BODY_BYTES_MAX and not request.path.startswith("/admin/"):
            response = self._too_large(request)
        else:
            response = self.get_response(request)
        if response.get("content-type") == "application/json":
            response["content-type"] = "application/json; charset=utf-8"
        response["x-request-id"] = request.oa_executor_request_id  # type: ignore[attr-defined]
        return response

    def _too_large(self, request: HttpRequest) -> HttpResponse:
        error = {
            "requestId": request.oa_executor_request_id,  # type: ignore[attr-defined]
            "code": "invalid_request",
            "message": "The body is too large.",
            "details": {"maxBytes": BODY_BYTES_MAX},
        }
        content = json.dumps({"ok": False, "error": error}, separators=(",", ":"))
        return HttpResponse(content, status=413, content_type="application/json; charset=utf-8")


class ExecutorRequestIdMiddleware:
    """Innermost: what handlers and logs see as the id of this request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identifier = request.oa_executor_request_id  # type: ignore[attr-defined]
        request.oa_request_id = identifier  # type: ignore[attr-defined]
        token = context.request_id.set(identifier)
        try:
            return self.get_response(request)
        finally:
            context.request_id.reset(token)

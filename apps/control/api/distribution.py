"""The landing page, the way to the desktop app, the API document (3.1)."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from apps.control.api.pages import matches, page
from apps.control.api.surface import public_api

NEVER_CACHED = "no-cache, no-store, must-revalidate"


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What OpenAgents is, and the way to the desktop app."""
    response = page(request, "control/landing.html")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def download_desktop(request: HttpRequest) -> HttpResponse:
    """To the desktop app, wherever configuration says it is."""
    response = HttpResponse(status=307, headers={"Location": settings.OA.oa_desktop_download_url})
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of the public lanes, with a strong validator."""
    body, tag = _document()
    headers = {"Cache-Control": NEVER_CACHED, "ETag": tag}
    if matches(request.headers.get("if-none-match", ""), tag):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


@cache
def _document() -> tuple[bytes, str]:
    body = json.dumps(public_api.get_openapi_schema(), separators=(",", ":"), ensure_ascii=False, default=str).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()}"'

"""The landing page, the way to the desktop app, the API document (3.1)."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from apps.control.api.document import public_document
from apps.control.api.pages import matches, page
from apps.control.api.refusals import reading

NEVER_CACHED = "no-cache, no-store, must-revalidate"


@reading
def landing(request: HttpRequest) -> HttpResponse:
    """What OpenAgents is, and the way to the desktop app."""
    response = page(request, "control/landing.html")
    response["Cache-Control"] = "no-store"
    return response


@reading
def download_desktop(request: HttpRequest) -> HttpResponse:
    """To the desktop app, wherever configuration says it is."""
    response = HttpResponse(status=307, headers={"Location": settings.OA.oa_desktop_download_url})
    response["Cache-Control"] = "no-store"
    return response


@reading
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of the public lanes, with a strong validator."""
    body, tag = _document()
    headers = {"Cache-Control": NEVER_CACHED, "ETag": tag}
    if matches(request.headers.get("if-none-match", ""), tag):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


@cache
def _document() -> tuple[bytes, str]:
    body = json.dumps(public_document(), separators=(",", ":"), ensure_ascii=False).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()}"'

"""The landing page, the way to the desktop app, the API document (3.1)."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.control.api.surface import public_api

NEVER_CACHED = "no-cache, no-store, must-revalidate"
HTML_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-content-type-options": "nosniff",
}


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The one page that control serves."""
    response = render(request, "control/landing.html", content_type="text/html; charset=utf-8")
    for name, value in HTML_HEADERS.items():
        response[name] = value
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
    if _matches(request.headers.get("if-none-match", ""), tag):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


@cache
def _document() -> tuple[bytes, str]:
    body = json.dumps(public_api.get_openapi_schema(), separators=(",", ":"), ensure_ascii=False, default=str).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()}"'


def _matches(offered: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110 asks of `If-None-Match`."""
    candidates = [part.strip().removeprefix("W/") for part in offered.split(",")]
    return "*" in candidates or tag in candidates

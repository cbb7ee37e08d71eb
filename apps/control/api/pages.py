"""What the pages for people share: their headers, and conditional requests."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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


def page(request: HttpRequest, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
    """A rendered page with the security headers of all pages."""
    response = render(request, template, context, content_type="text/html; charset=utf-8")
    for name, value in HTML_HEADERS.items():
        response[name] = value
    return response


def matches(offered: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110 asks of `If-None-Match`."""
    candidates = [part.strip().removeprefix("W/") for part in offered.split(",")]
    return "*" in candidates or tag in candidates

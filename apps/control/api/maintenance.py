"""The maintenance gate: 503 to everything that is not on the list, and the way past it for operators (2.5).

It turns clients away, not the house: the signed internal lane stays open. It is where the mode is switched off, where
Khala asks whether its connections are still good (turned away for 15 minutes, it would have to cut everybody off) and
reads what was revoked, and where payments learn of a global pause; but for the switch nothing is written there.
`/api/internal/*` writes, and is closed as all of `/api`. `/metrics` shows how the maintenance goes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, urlencode

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import escape_leading_slashes

from apps.control.api.pages import HTML_HEADERS
from apps.control.api.refusals import refusal
from apps.control.domain import maintenance as rules
from apps.control.services import maintenance
from openagents.wire.faults import MAINTENANCE, Fault

GetResponse = Callable[[HttpRequest], HttpResponse]

RETRY_AFTER_MS: Final = 60_000
NEVER_STORED: Final = "no-store, no-cache, must-revalidate"
ALWAYS_OPEN: Final = ("/internal/*", "/metrics")
"""Beside the configured list, in its notation."""
MACHINES: Final = ("/api", "/openapi.json")

log = structlog.get_logger("oa.control.maintenance")


class MaintenanceMiddleware:
    """Turns requests away while the mode is on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        config = settings.OA
        path = request.path
        # What stays open is let through unasked: `/healthz` must not wait for a database.
        if (
            rules.stays_open(path, ALWAYS_OPEN)
            or rules.stays_open(path, config.oa_maintenance_mode_allowed_paths)
            or not maintenance.is_on()
        ):
            return self.get_response(request)
        token = config.oa_maintenance_mode_bypass_token
        if rules.is_token(request.GET.get(rules.BYPASS_PARAMETER, ""), token):
            return _let_past(request, token)
        offered = request.COOKIES.get(config.oa_maintenance_mode_bypass_cookie_name, "")
        if rules.is_cookie(offered, token, int(time.time())):
            return self.get_response(request)
        return _turn_away(request)


def _turn_away(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(MACHINES):
        response = refusal(request, Fault(MAINTENANCE, retry_after_ms=RETRY_AFTER_MS))
    else:
        response = render(request, "control/maintenance.html", status=503, content_type="text/html; charset=utf-8")
        for name, value in HTML_HEADERS.items():
            response[name] = value
    response["Retry-After"] = str(RETRY_AFTER_MS // 1000)  # whatever the lane's envelope says
    response["Cache-Control"] = NEVER_STORED
    return response


def _let_past(request: HttpRequest, token: str) -> HttpResponse:
    """To the same address without the token, which must not stay in a history or a log; with a cookie in its place."""
    config = settings.OA
    try:
        maintenance.note_bypass()
    except (DatabaseError, InterfaceError) as error:  # maintenance may be about the database
        log.warning("maintenance.bypass_unaudited", reason=type(error).__name__)
    response = HttpResponse(status=307, headers={"Location": _without_token(request), "Cache-Control": NEVER_STORED})
    ttl = config.oa_maintenance_mode_bypass_cookie_ttl_seconds
    response.set_cookie(
        config.oa_maintenance_mode_bypass_cookie_name,
        rules.cookie(token, int(time.time()) + ttl),
        max_age=ttl,
        path="/",
        httponly=True,
        secure=True,
        samesite="Lax",
    )
    return response


def _without_token(request: HttpRequest) -> str:
    """Path and remaining query. A path that begins with `//` would lead to another host."""
    pairs = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if name != rules.BYPASS_PARAMETER])
    path = escape_leading_slashes(request.get_full_path_info().partition("?")[0])
    return f"{path}?{query}" if query else path

"""The pipeline around the public lanes (2.1): headers of every answer, preflight, compatibility gate.

`LaneHeadersMiddleware` stands outside the shared middleware, so that a refusal of any layer carries its headers; the
other two stand inside, behind request id, metrics and body limit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from apps.control import mapping, metrics
from apps.control.api.guards import CLIENT_HEADER
from apps.control.domain import compat
from apps.control.domain.origins import Origins
from apps.control.services import trail
from apps.control.services.settings_view import compat_window
from openagents.wire.ninja import respond

GetResponse = Callable[[HttpRequest], HttpResponse]

ALLOWED_METHODS = "GET,POST,PATCH,DELETE,OPTIONS"
ALLOWED_HEADERS = (
    "authorization,content-type,x-request-id,x-xsrf-token,x-client,x-device-id,x-oa-client-build-id,"
    "x-oa-protocol-version,x-oa-schema-version,idempotency-key,last-event-id"
)
PREFLIGHT_SECONDS = "600"
SURFACE = "control_api"
UPGRADE_REQUIRED = 426
BUILD_DAY_DIGITS = 8
TEXT_MAX = 120

log = structlog.get_logger("oa.control.compat")


def is_public_lane(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def is_alias(path: str) -> bool:
    """Lanes that are kept for old clients until the sunset date."""
    return path.startswith("/api/v1/auth/") or path == "/api/v1/sync/token" or compat.is_chat_alias(path)


class LaneHeadersMiddleware:
    """Cache, CORS, compatibility window and sunset headers of the public lanes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_public_lane(request.path):
            return response
        response.setdefault("Cache-Control", "no-store")
        for name, value in compat_window().headers().items():
            response.setdefault(name, value)
        origin = request.headers.get("origin")
        if origin and _origins(tuple(settings.OA.oa_cors_allowed_origins), settings.OA.oa_env == "dev").allows(origin):
            response["access-control-allow-origin"] = origin
        if origin and not response.has_header("vary"):
            response["vary"] = "Origin"
        if is_alias(request.path):
            for name, value in _sunset(settings.OA.oa_compat_sunset_date, settings.OA.oa_compat_migration_doc):
                response[name] = value
        return response


class PreflightMiddleware:
    """Answers `OPTIONS` on the public lanes; no route sees it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "OPTIONS" or not is_public_lane(request.path):
            return self.get_response(request)
        return HttpResponse(
            status=204,
            headers={
                "access-control-allow-methods": ALLOWED_METHODS,
                "access-control-allow-headers": ALLOWED_HEADERS,
                "access-control-max-age": PREFLIGHT_SECONDS,
                "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
                "Cache-Control": "no-store",
            },
        )


class CompatibilityMiddleware:
    """Turns away clients outside the window on the gated lanes, before anything asks who they are."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        config = settings.OA
        if not compat.is_gated(request.path, config.oa_compat_control_extra_prefixes):
            return self.get_response(request)
        build = request.headers.get("x-oa-client-build-id")
        _count_build(build)
        if not config.compat_enforced():
            return self.get_response(request)
        window = compat_window()
        code = compat.refusal(
            window,
            build=build,
            protocol=request.headers.get("x-oa-protocol-version"),
            schema=request.headers.get("x-oa-schema-version"),
        )
        return self.get_response(request) if code is None else _refuse(request, window, code, build)


def _refuse(request: HttpRequest, window: compat.Window, code: str, build: str | None) -> HttpResponse:
    metrics.COMPAT_REJECTED.labels(SURFACE, code).inc()
    _audit_refusal(request, code, build)
    message = compat.MESSAGES[code]
    response = respond(
        mapping.CompatibilityOut,
        UPGRADE_REQUIRED,
        message=message,
        error={"code": code, "message": message},
        compatibility={
            "code": code,
            "message": message,
            "retryable": False,
            "upgrade_required": True,
            "surface": SURFACE,
            "min_client_build_id": window.min_build,
            "max_client_build_id": window.max_build,
            "min_schema_version": window.min_schema,
            "max_schema_version": window.max_schema,
            "protocol_version": window.protocol_version,
        },
    )
    response["x-oa-compatibility-code"] = code
    response["x-oa-compatibility-upgrade-required"] = "true"
    return response


def _audit_refusal(request: HttpRequest, code: str, build: str | None) -> None:
    try:
        trail.note(
            "compatibility.rejected",
            "rejected",
            surface=SURFACE,
            path=request.path[:TEXT_MAX],
            client=request.headers.get(CLIENT_HEADER, "")[:TEXT_MAX],
            client_build_id=(build or "")[:TEXT_MAX],
            refusal=code,
            protocol_version=request.headers.get("x-oa-protocol-version", "")[:TEXT_MAX],
        )
    except DatabaseError as error:  # the client is turned away all the same
        log.warning("compatibility.unaudited", reason=type(error).__name__)


def _count_build(build: str | None) -> None:
    """By day only, and only for ids of the right form: a label must not be the caller's free text."""
    stated = (build or "").strip()
    day = stated[:BUILD_DAY_DIGITS] if compat.BUILD_ID.fullmatch(stated) and _is_recent(stated) else "other"
    metrics.CLIENT_BUILDS.labels(day, SURFACE).inc()


def _is_recent(build: str) -> bool:
    """Bounds the number of labels: two years of days."""
    try:
        day = datetime.strptime(build[:BUILD_DAY_DIGITS], "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return False
    return 0 <= (datetime.now(UTC) - day).days <= 730


@cache
def _origins(allowed: tuple[str, ...], local: bool) -> Origins:
    return Origins(allowed, local=local)


@cache
def _sunset(day: str, guide: str) -> tuple[tuple[str, str], ...]:
    found = []
    if day:
        midnight = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
        found += [("sunset", http_date(midnight.timestamp())), ("x-oa-compat-sunset-date", day)]
    if guide:
        found.append(("x-oa-compat-migration-doc", guide))
    return tuple(found)

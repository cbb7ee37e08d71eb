"""Routes of the control plane: the shared ones, the public lanes with their old aliases, the internal lane."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, include, path

from apps.control.api import distribution
from apps.control.api.surface import internal_api, lightning_api, ops_api
from apps.control.api.surface import public_api as api
from openagents.wire.ninja import bad_request_view, forbidden_view, not_found_view, server_error_view

ALIASES = (("api/auth/", "api/v1/auth/"), ("api/sync/token", "api/v1/sync/token"))
"""Old prefixes of routes: the very same views, kept until the sunset date."""


def _aliases(patterns: list[Any]) -> list[URLPattern]:
    found = []
    for pattern in patterns:
        route = str(pattern.pattern)
        for prefix, alias in ALIASES:
            if route.startswith(prefix):
                found.append(path(alias + route.removeprefix(prefix), pattern.callback))
    return found


public_patterns, public_app, public_namespace = api.urls

urlpatterns = [
    path("", include("openagents.ops.urls")),
    path("", distribution.landing),
    path("download-desktop", distribution.download_desktop),
    path("openapi.json", distribution.openapi),
    path("api/internal/lightning-ops/control-plane/", lightning_api.urls),
    path("", (public_patterns, public_app, public_namespace)),
    *_aliases(public_patterns),
    path("internal/v1/control/", internal_api.urls),
    path("internal/v1/ops/", ops_api.urls),
]

handler400 = bad_request_view
handler403 = forbidden_view
handler404 = not_found_view
handler500 = server_error_view

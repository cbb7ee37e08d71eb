"""Routes of the control plane: the shared ones, the public lanes with their old aliases, the internal lane."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, include, path

from apps.control.api import distribution, refusals
from apps.control.api.document import ALIASES, Mounted
from apps.control.api.surface import internal_api, lightning_api, ops_api, public_api


def _aliases(patterns: list[Any]) -> list[URLPattern]:
    """Old prefixes of routes: the very same views."""
    found = []
    for pattern in patterns:
        route = f"/{pattern.pattern}"
        for prefix, alias in ALIASES:
            if route.startswith(prefix):
                found.append(path((alias + route.removeprefix(prefix)).removeprefix("/"), pattern.callback))
    return found


api = Mounted()
public_patterns, public_app, public_namespace = public_api.urls

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

handler400 = refusals.bad_request
handler403 = refusals.forbidden
handler404 = refusals.not_found
handler500 = refusals.server_error

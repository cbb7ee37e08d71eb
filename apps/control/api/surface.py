"""The two APIs of the plane: the public lanes in the public envelope, the internal lane in the flat one."""

from __future__ import annotations

from apps.control.api import auth, internal, orgs, runs, tokens
from openagents.wire.ninja import plane_api

public_api = plane_api(
    title="OpenAgents Control API",
    version="1",
    envelope="public",
    description=(
        "Identity, sessions and authorization, and the public door to the other planes. "
        "`/api/v1/auth/*` and `/api/v1/sync/token` are aliases of `/api/auth/*` and `/api/sync/token`."
    ),
    openapi_url=None,
    namespace="control-public",
)
public_api.add_router("/api/auth", auth.router)
public_api.add_router("/api", orgs.router)
public_api.add_router("/api", tokens.router)
public_api.add_router("/api/runtime", runs.router)

internal_api = plane_api(
    title="OpenAgents Control, internal lane",
    version="1",
    envelope="flat",
    openapi_url="/openapi.json",
    namespace="control-internal",
)
internal_api.add_router("", internal.router)

"""The APIs of the plane: the public lanes in the public envelope, the internal and operations lanes in the flat one."""

from __future__ import annotations

from collections.abc import Iterator

from apps.control.api import (
    auth,
    codex,
    control_status,
    economy,
    integrations,
    internal,
    lightning_ops,
    marketplace,
    members,
    ops,
    orgs,
    personal_tokens,
    profile,
    runs,
    statistics,
    streams,
    threads,
    tokens,
    treasury,
    webhooks,
    workers,
)
from apps.control.domain import ownership
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
public_api.add_router("/api", members.router)
public_api.add_router("/api", tokens.router)
public_api.add_router("/api", profile.router)
public_api.add_router("/api", personal_tokens.router)
public_api.add_router("/api", economy.router)
public_api.add_router("/api", streams.chat_router)
public_api.add_router("", statistics.router)
public_api.add_router("/api", integrations.router)
public_api.add_router("", integrations.fetch_router)
public_api.add_router("/api", webhooks.router)
public_api.add_router("/api/v1/control", control_status.router)

RUNTIME = "/api/runtime"
RUNTIME_ROUTERS = (
    threads.router,
    codex.router,
    streams.router,
    workers.router,
    treasury.router,
    marketplace.router,
    runs.router,
)
for router in RUNTIME_ROUTERS:
    public_api.add_router(RUNTIME, router)


def runtime_routes() -> Iterator[tuple[str, str]]:
    """(method, path) of every mounted runtime route, path parameters as `:name`."""
    for router in RUNTIME_ROUTERS:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, RUNTIME + path.replace("{", ":").replace("}", "")


ownership.verify(runtime_routes())

internal_api = plane_api(
    title="OpenAgents Control, internal lane",
    version="1",
    envelope="flat",
    openapi_url="/openapi.json",
    namespace="control-internal",
)
internal_api.add_router("", internal.router)
internal_api.add_router("", lightning_ops.state_router)

lightning_api = plane_api(
    title="OpenAgents Control, lightning operations",
    version="1",
    envelope="bare",
    openapi_url="/openapi.json",
    namespace="control-lightning-ops",
)
lightning_api.add_router("", lightning_ops.router)

ops_api = plane_api(
    title="OpenAgents Control, operations lane",
    version="1",
    envelope="flat",
    openapi_url="/openapi.json",
    namespace="control-ops",
)
ops_api.add_router("", ops.router)

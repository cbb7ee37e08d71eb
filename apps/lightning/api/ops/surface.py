"""The API of lightning ops: every route, below `/internal/v1/lightning-ops`."""

from __future__ import annotations

from apps.lightning.api.ops import gateway, nodes, security, settlements, smoke
from openagents.wire.ninja import plane_api

PREFIX = "/internal/v1/lightning-ops"

api = plane_api(
    title="OpenAgents Lightning Ops",
    version="1",
    envelope="flat",
    description="Nodes and their channels, and the paid gateway. Signed internal callers only.",
)
for part in (nodes, gateway, security, settlements, smoke):
    api.add_router(PREFIX, part.router)

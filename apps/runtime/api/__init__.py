"""The runtime's HTTP API: one module per resource; parse, call one service, map out."""

from apps.runtime.api import runs, service
from openagents.wire.ninja import plane_api

api = plane_api(title="OpenAgents Runtime", version="1", envelope="flat")
api.add_router("/internal/v1/runs", runs.router)
api.add_router("/internal/v1", service.router)

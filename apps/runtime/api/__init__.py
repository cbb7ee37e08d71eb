"""The runtime's HTTP API: one module per resource; parse, call one service, map out."""

from apps.runtime.api import (
    artifacts,
    codex,
    comms,
    fraud,
    marketplace,
    operations,
    projections,
    run_input,
    runs,
    service,
    threads,
    verifications,
    workers,
)
from openagents.wire.ninja import plane_api

api = plane_api(title="OpenAgents Runtime", version="1", envelope="flat")
api.add_router("/internal/v1/runs", runs.router)
api.add_router("/internal/v1/runs", run_input.router)
api.add_router("/internal/v1/workers", workers.router)
api.add_router("/internal/v1/codex", codex.router)
api.add_router("/internal/v1/threads", threads.router)
api.add_router("/internal/v1/marketplace", marketplace.router)
api.add_router("/internal/v1/verifications", verifications.router)
api.add_router("/internal/v1/fraud", fraud.router)
api.add_router("/internal/v1/runs", artifacts.router)
api.add_router("/internal/v1/projectors", projections.router)
api.add_router("/internal/v1/comms", comms.router)
api.add_router("/internal/v1", operations.router)
api.add_router("/internal/v1", service.router)

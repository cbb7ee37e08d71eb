"""The executor's API: every route, at the root."""

from __future__ import annotations

from apps.lightning.api.executor import (
    administration,
    l402_feed,
    onchain,
    payments,
    receipts,
    receiving,
    sim,
    sim_node,
    wallets,
)
from apps.lightning.api.executor.envelope import envelope
from apps.lightning.api.executor.guards import BODY_BYTES_MAX
from openagents.wire.ninja import plane_api
from openagents.wire.openapi import ERROR_SCHEMAS

api = plane_api(
    title="OpenAgents Wallet Executor",
    version="1",
    envelope=envelope,
    max_body_bytes=BODY_BYTES_MAX,
    description="Pays, receives and proves it. Signed internal callers only; custody's own limits apply to all.",
)
api.error_schema = dict(ERROR_SCHEMAS["executor"])
for part in (payments, receiving, onchain, receipts, administration, wallets, sim, sim_node, l402_feed):
    api.add_router("", part.router)

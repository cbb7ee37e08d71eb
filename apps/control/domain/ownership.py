"""Who answers the runtime lanes: all of them the runtime, through control's proxy (3.9). Pure.

Every route mounted below `/api/runtime` has its row here; the URLconf asserts it when it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

OWNER: Final = "runtime_service"
DELIVERY: Final = "runtime_proxy"
MIGRATION_STATUS: Final = "runtime_authority_proxy"

_LANES: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (
        "/api/runtime/threads",
        "Threads and messages have one authority, the runtime; control keeps no copy.",
        ("GET ", "GET /:thread_id/messages", "POST /:thread_id/messages"),
    ),
    (
        "/api/runtime/codex/workers",
        "Codex workers, their log and their control requests are kept by the runtime.",
        (
            "GET ",
            "POST ",
            "GET /:worker_id",
            "GET /:worker_id/stream",
            "POST /:worker_id/events",
            "POST /:worker_id/requests",
            "POST /:worker_id/stop",
        ),
    ),
    (
        "/api/runtime/workers",
        "Registration, leases and liveness of workers are kept by the runtime.",
        ("GET ", "POST ", "GET /:worker_id", "POST /:worker_id/heartbeat", "POST /:worker_id/status"),
    ),
    (
        "/api/runtime/runs",
        "Runs and their receipts are written by the runtime alone.",
        (
            "GET ",
            "POST ",
            "GET /:run_id",
            "GET /:run_id/events",
            "GET /:run_id/frames",
            "POST /:run_id/events",
            "POST /:run_id/events/batch",
            "POST /:run_id/cancel",
            "GET /:run_id/receipt",
            "GET /:run_id/replay",
            "GET /:run_id/replay/artifact",
            "GET /:run_id/bundle",
        ),
    ),
    (
        "/api/runtime/treasury",
        "Intents, votes and budgets are decided by the runtime's treasury router.",
        (
            "GET /intents",
            "POST /intents",
            "GET /intents/:intent_id",
            "POST /intents/:intent_id/verify",
            "POST /intents/:intent_id/settle",
            "POST /intents/:intent_id/cancel",
            "POST /intents/:intent_id/approvals",
            "GET /accounts",
            "GET /budgets/:scope_type/:scope_id",
            "PATCH /budgets/:scope_type/:scope_id",
        ),
    ),
    (
        "/api/runtime/marketplace",
        "Catalog, quotes and dispatched jobs are kept by the runtime.",
        (
            "GET /catalog/providers",
            "GET /catalog/job-types",
            "POST /compute/quote/sandbox-run",
            "POST /router/compute/select",
            "POST /dispatch/sandbox-run",
            "GET /dispatch/:dispatch_id",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One route and its owner."""

    method: str
    path: str
    rationale: str


def _rows() -> Iterator[Row]:
    for prefix, rationale, routes in _LANES:
        for route in routes:
            method, _, rest = route.partition(" ")
            yield Row(method, prefix + rest, rationale)


ROWS: Final = tuple(_rows())


class Unowned(RuntimeError):
    """A mounted route has no row, a row has no route, or a row occurs twice."""


def verify(mounted: Iterable[tuple[str, str]]) -> None:
    """Compare with the (method, path) pairs that are mounted. Raises Unowned."""
    listed = [(row.method, row.path) for row in ROWS]
    if len(set(listed)) != len(listed):
        raise Unowned("a route is listed twice")
    different = set(listed) ^ set(mounted)
    if different:
        raise Unowned(f"routes and ownership rows differ: {sorted(different)}")

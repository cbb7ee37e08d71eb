"""Smoke flows in which money moves: a route under the cap is paid, one above it never reaches the payer (21)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from apps.lightning import peers
from apps.lightning.domain import l402_records
from apps.lightning.domain.reconciling import run_name
from apps.lightning.gateways.deploy.embedded import HOST_HEADER, PREFIX
from apps.lightning.gateways.l402_http import Answer, Web
from apps.lightning.models import L402Spend, ReconcileRun
from apps.lightning.services.ops import l402_client, reconcile
from apps.lightning.services.ops.l402_client import Fetched, Order
from openagents.wire.faults import CONFLICT, Fault

HOST: Final = "l402.openagents.com"
UPSTREAM: Final = "https://signals.openagents.com"
PRICE_A, PRICE_B = 2_000, 250_000
WAIT_SECONDS: Final = 30.0
PAUSE_SECONDS: Final = 0.2


class SmokeFailed(Exception):
    """A flow cannot go on. The text is a reason that may be shown."""


class EmbeddedWeb:
    """The embedded gateway under the host names it serves."""

    def __init__(self) -> None:
        self._web = Web(allow_private=True)
        self._base = settings.OA.base_url("lightning-executor").rstrip("/") + PREFIX

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = urlsplit(url)
        named = {**headers, HOST_HEADER: parts.hostname or ""}
        return self._web.request(method, self._base + (parts.path or "/"), named, body)


@dataclass(frozen=True, slots=True)
class Routes:
    """The URLs of a flow and how they are reached; `web` None: as they are. `run`: what deployed them, in mock mode."""

    a: str
    b: str
    web: EmbeddedWeb | None
    run: ReconcileRun | None = None


def embedded() -> bool:
    """Whether this installation has the gateway that mock flows use."""
    config = settings.OA
    return bool(config.simulated and config.oa_lightning_ops_deploy_driver == "embedded")


@contextmanager
def routes(mode: str, request_id: str) -> Iterator[Routes]:
    """In mock mode two paywalls made for this flow and archived after it; otherwise what is configured.

    Raises SmokeFailed.
    """
    config = settings.OA
    if mode != "mock":
        yield Routes(config.oa_lightning_ops_ep212_route_a_url, config.oa_lightning_ops_ep212_route_b_url, None)
        return
    if not embedded():
        raise SmokeFailed("mock mode needs the simulated network and the embedded gateway")
    name = run_name(request_id).lower()
    made: list[str] = []
    try:
        for letter, price in (("a", PRICE_A), ("b", PRICE_B)):
            made.append(_paywall(name, letter, price))
        run = reconciled(f"{request_id}:routes"[:128])
        yield Routes(f"https://{HOST}/smoke/{name}/a", f"https://{HOST}/smoke/{name}/b", EmbeddedWeb(), run)
    except (peers.ControlUnavailable, peers.ControlRefused) as error:
        raise SmokeFailed(f"control: {error}") from None
    finally:
        for paywall_id in made:
            peers.mutation("lightning/ops:setPaywallStatus", paywallId=paywall_id, status="archived")


def _paywall(name: str, letter: str, price: int) -> str:
    answer = peers.mutation(
        "lightning/ops:upsertPaywall",
        paywallId=f"pw_smoke_{name}_{letter}",
        ownerUserId="smoke",
        name=f"smoke {letter}",
        hostRegexp=HOST,
        pathRegexp=f"^/smoke/{name}/{letter}$",
        priceMsats=price,
        upstream=UPSTREAM,
    )
    return str(answer["paywall"]["paywallId"])


def reconciled(request_id: str) -> ReconcileRun:
    """A run to its end, after whatever run is under way. Raises SmokeFailed when it does not apply."""
    until, pause = time.monotonic() + WAIT_SECONDS, threading.Event()
    while True:
        try:
            row, fresh = reconcile.start(request_id, "smoke", "smoke")
            break
        except Fault as fault:
            if fault.kind is not CONFLICT or time.monotonic() > until:
                raise SmokeFailed(f"reconcile: {fault.message}") from None
            pause.wait(PAUSE_SECONDS)
    row = reconcile.run(row) if fresh else row
    if row.state != "applied":
        raise SmokeFailed(f"reconcile: {row.state} {row.failure_code} {row.failure_reason}")
    return row


def ep212_routes(mode: str, request_id: str) -> dict[str, Any]:
    """Route A is paid and served, route B is blocked before the payer hears of it."""
    with routes(mode, request_id) as where:
        paid = _fetch(where, where.a, request_id)
        before = _payer_calls(request_id)
        blocked = _fetch(where, where.b, request_id)
        after = _payer_calls(request_id)
    records = [_record(request_id, where.a, paid), _record(request_id, where.b, blocked)]
    denied = blocked.outcome == l402_client.CALL_CAP
    return {
        "ok": paid.outcome == "paid_fetch_completed" and denied and before == after,
        "routeA": {"outcome": paid.outcome, "status": paid.status, "paidMsats": paid.paid_msats,
                   "paymentProofRef": paid.proof_reference},
        "routeB": {"blocked": denied, "denyReasonCode": blocked.outcome, "quotedMsats": blocked.quoted_msats,
                   "payerCallsBefore": before, "payerCallsAfter": after},
        "records": records,
    }  # fmt: skip


def external(request_id: str) -> dict[str, Any]:
    """One paid URL of somebody else's, in live mode."""
    url = settings.OA.oa_lightning_ops_ep212_sats4ai_url
    found = _fetch(Routes(url, url, None), url, request_id)
    return {"ok": found.ok, "outcome": found.outcome, "status": found.status, "paidMsats": found.paid_msats}


def _fetch(where: Routes, url: str, request_id: str) -> Fetched:
    config = settings.OA
    first = url == where.a and where.web is None
    order = Order(
        owner=_owner(request_id),
        url=url,
        allowed_hosts=(urlsplit(url).hostname or "",),
        call_msats=config.oa_lightning_ops_ep212_max_spend_msats,
        method=config.oa_lightning_ops_ep212_route_a_method if first else "GET",
        body=config.oa_lightning_ops_ep212_route_a_body.encode() if first else b"",
    )
    return l402_client.fetch(order, where.web)


def _owner(request_id: str) -> str:
    return f"smoke:{request_id}"


def _payer_calls(request_id: str) -> int:
    """Every call of the payer is reserved first."""
    return L402Spend.objects.filter(owner=_owner(request_id)).count()


def _record(request_id: str, endpoint: str, found: Fetched) -> dict[str, Any]:
    return l402_records.record(
        requestId=request_id,
        endpoint=endpoint,
        quotedCostMsats=found.quoted_msats,
        capAppliedMsats=settings.OA.oa_lightning_ops_ep212_max_spend_msats,
        paidAmountMsats=found.paid_msats,
        paymentProofRef=found.proof_reference,
        cacheHit=found.cache_hit,
        denyReason=None if found.ok else found.outcome,
        executor="gateway",
        plane="gateway",
        observedAtMs=int(time.time() * 1000),
    )

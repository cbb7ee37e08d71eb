"""Catalog, prices, provider choice and sandbox jobs (control 3.5.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command, given, mutation, named, present
from openagents.sdk.lanes.lane import Lane, Rows

CANDIDATES_MAX = 64


def market_providers(*, capability: str | None = None) -> Command:
    return Command("market_providers", query=present(capability=capability))


def market_job_types() -> Command:
    return Command("market_job_types")


def market_quote(request: Mapping[str, Any]) -> Command:
    return mutation("market_quote", {"request": dict(request)})


def market_select(
    run_id: str,
    capability: str,
    candidates: Sequence[Mapping[str, Any]],
    *,
    policy: str | None = None,
    idempotency_key: str | None = None,
    **more: Any,
) -> Command:
    if not 1 <= len(candidates) <= CANDIDATES_MAX:
        message = f"name 1..{CANDIDATES_MAX} candidates, not {len(candidates)}"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"candidates": ["count"]})
    body = {
        "run_id": named(run_id, "run_id"),
        "capability": named(capability, "capability"),
        "candidates": [dict(candidate) for candidate in candidates],
        **given(policy=policy, **more),
    }
    return mutation("market_select", body, key=idempotency_key)


def market_dispatch(
    request: Mapping[str, Any], *, run_id: str | None = None, idempotency_key: str | None = None
) -> Command:
    return mutation("market_dispatch", {"request": dict(request), **given(run_id=run_id)}, key=idempotency_key)


def get_dispatch(dispatch_id: str) -> Command:
    return Command("get_dispatch", {"dispatch_id": named(dispatch_id, "dispatch_id")})


class Market(Lane):
    """`client.market`. Where nothing is behind the lane, every call raises DependencyUnavailable."""

    async def providers(self, *, capability: str | None = None) -> Rows:
        return await self._rows(market_providers(capability=capability), "providers")

    async def job_types(self) -> Rows:
        return await self._rows(market_job_types(), "job_types")

    async def quote(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return await self._object(market_quote(request))

    async def select(
        self, run_id: str, capability: str, candidates: Sequence[Mapping[str, Any]], **fields: Any
    ) -> dict[str, Any]:
        return await self._object(market_select(run_id, capability, candidates, **fields))

    async def dispatch(
        self, request: Mapping[str, Any], *, run_id: str | None = None, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Run a job and wait for its end, up to 150 s. After `network`, repeat it with the same key to learn more."""
        return await self._object(market_dispatch(request, run_id=run_id, idempotency_key=idempotency_key))

    async def result(self, dispatch_id: str) -> dict[str, Any]:
        return await self._object(get_dispatch(dispatch_id))

"""Fixtures of the market's tests: servers on 127.0.0.1, the allow-list that admits them, a clean reserve pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import WorkerStatus
from apps.runtime.models import Worker
from apps.runtime.services.runs import Reader
from apps.runtime.services.workers import transition
from apps.runtime.tests import factories, market
from apps.runtime.tests.provider_double import ProviderDouble, running


@pytest.fixture
def local_providers(settings: Any) -> None:
    """Providers may be on this machine."""
    settings.OA = settings.OA.model_copy(update={"runtime_provider_host_allowlist": ["127.0.0.1"]})


@pytest.fixture
def servers(local_providers: None) -> Iterator[Callable[[], ProviderDouble]]:
    """`servers()`: a provider's server, stopped after the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(running())


@pytest.fixture
def server(servers: Callable[[], ProviderDouble]) -> ProviderDouble:
    return servers()


@pytest.fixture
def mine(user_id: str) -> Owner:
    return Owner.user(user_id)


@pytest.fixture
def in_reserve() -> Iterator[Callable[..., Worker]]:
    """`in_reserve(server, …)`: a reserve provider of somebody else; it leaves the pool after the test."""
    made: list[Worker] = []

    def register(double: ProviderDouble, **metadata: Any) -> Worker:
        made.append(market.provider(double, factories.owner(), reserve_pool=True, **metadata))
        return made[-1]

    yield register
    for worker in made:
        if Worker.objects.get(worker_id=worker.worker_id).status == WorkerStatus.RUNNING:
            transition(worker.worker_id, Reader(None), WorkerStatus.STOPPED, None)

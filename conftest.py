"""What every suite stands on. Tests commit for real: each makes its own principals and ids, nothing is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, settings
from prometheus_client import REGISTRY

from openagents.embedded.testbed import TESTBED

settings.register_profile(
    "suite", max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def database(django_db_blocker: Any) -> Iterator[None]:
    """Open the plane's own database for the whole session, as the service's login."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True)
def outside_any_transaction() -> Iterator[None]:
    """A test that leaves a transaction open, or a broken connection, must not hand it to the next."""
    yield
    if connection.connection is not None and connection.in_atomic_block:
        connection.close()
        pytest.fail("the test left a transaction open")


@pytest.fixture
def in_parallel() -> Callable[..., list[Any]]:
    """`in_parallel(n, work)`: run `work(index)` in n threads that start together; results, or exceptions, in order."""

    def run(count: int, work: Callable[[int], Any]) -> list[Any]:
        from threading import Barrier

        barrier = Barrier(count)

        def one(index: int) -> Any:
            try:
                connection.ensure_connection()
                barrier.wait(30)
                return work(index)
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(max_workers=count) as pool:
            return list(pool.map(one, range(count)))

    return run


@pytest.fixture
def leases() -> Callable[[str], dict[str, int]]:
    """`leases(kind)`: what `oa_lease_ops_total` has counted of that kind since the test began, by result."""

    def counted() -> dict[tuple[str, str], float]:
        return {
            (sample.labels["lease"], sample.labels["result"]): sample.value
            for metric in REGISTRY.collect()
            if metric.name == "oa_lease_ops"
            for sample in metric.samples
            if sample.name.endswith("_total")
        }

    before = counted()

    def since(kind: str) -> dict[str, int]:
        grown = {key: int(value - before.get(key, 0)) for key, value in counted().items()}
        return {result: count for (lease, result), count in grown.items() if lease == kind and count}

    return since


@pytest.fixture(scope="session")
def journal_writer() -> Iterator[psycopg.Connection[Any]]:
    """A connection that may write the journal tables, as the runtime's service; for suites of Khala."""
    environment = TESTBED.environment("runtime")
    with psycopg.connect(environment["OA_RUNTIME_DATABASE_URL"], autocommit=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def testbed() -> Any:
    """The shared server, its credentials and this process's databases."""
    return TESTBED

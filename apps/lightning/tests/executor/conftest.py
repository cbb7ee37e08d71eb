"""A wallet of each test's own, on a node that does what the test says, behind the real routes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from apps.lightning.services.executor import node
from apps.lightning.services.executor.writer import WRITER
from apps.lightning.tests.executor.scripted import Scripted
from openagents.embedded.testbed import TESTBED
from openagents.peers.keys import Key
from openagents.peers.signature import Act, sign
from openagents.peers.target import spell

Call = Callable[..., Any]


def key_of(issuer: str) -> Key:
    return Key(f"{issuer}-dev-1", issuer, TESTBED.credentials.internal[issuer].encode())


@pytest.fixture(scope="session", autouse=True)
def active_writer(database: None) -> Iterator[None]:
    """This process is the one that may write."""
    WRITER.acquire()
    yield
    WRITER.release()


@pytest.fixture
def configure(settings: Any) -> Callable[..., None]:
    """`configure(oa_…=…)`: settings of the plane for this test."""

    def change(**values: Any) -> None:
        settings.OA = settings.OA.model_copy(update=values)

    return change


@pytest.fixture
def wallet_id(configure: Callable[..., None]) -> str:
    """A wallet nobody used before, with the limits of section 5.2 and room for the payments of one test."""
    name = f"wallet-{uuid.uuid4().hex[:16]}"
    configure(
        oa_lightning_wallet_id=name,
        oa_lightning_wallet_request_cap_msats=200_000,
        oa_lightning_wallet_window_cap_msats=1_000_000,
        oa_lightning_wallet_window_ms=300_000,
        oa_lightning_wallet_daily_fee_cap_msats=1_000_000,
        oa_lightning_wallet_duplicate_wait_ms=300,
        oa_lightning_wallet_ledger_tolerance_msats=1_000,
    )
    return name


@pytest.fixture
def gateway(wallet_id: str) -> Iterator[Scripted]:
    scripted = Scripted()
    with node.use(scripted):
        yield scripted


def signed_call(
    method: str,
    path: str,
    body: Any = None,
    *,
    issuer: str = "hydra",
    raw: bytes | None = None,
    params: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    user: str | None = None,
    key: Key | None = None,
) -> Any:
    """One request through the whole stack, signed by a plane."""
    content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    target = spell(path, params)
    act = Act(user_id=user) if user else None
    signed = sign(key or key_of(issuer), aud="lightning", method=method, path_with_query=target, body=content, act=act)
    return Client(raise_request_exception=False).generic(
        method, target, content, content_type="application/json", headers={**signed, **(headers or {})}
    )


@pytest.fixture
def call(gateway: Scripted) -> Call:
    """`call(method, path, body=…, issuer=…)`: a signed request of a plane; by default hydra's."""
    return signed_call


@pytest.fixture
def pay(call: Call) -> Call:
    """`pay(request_id, invoice, …)`: POST /pay-bolt11."""

    def request(
        request_id: str,
        invoice: str,
        *,
        max_msats: int = 100_000,
        host: str = "sats4ai.com",
        issuer: str = "hydra",
        headers: dict[str, str] | None = None,
        **payment: Any,
    ) -> Any:
        body = {
            "requestId": request_id,
            "payment": {"invoice": invoice, "maxAmountMsats": max_msats, "host": host, **payment},
        }
        return call("POST", "/pay-bolt11", body, issuer=issuer, headers=headers)

    return request

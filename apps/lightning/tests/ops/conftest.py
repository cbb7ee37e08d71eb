"""A signed caller of the routes of lightning ops, in-process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from apps.lightning import peers
from apps.lightning.models import IngestEvent, Outbox
from apps.lightning.services.ops import control_state, telling
from apps.lightning.tests.ops.control_double import ControlDouble
from openagents.embedded.testbed import TESTBED
from openagents.peers.keys import Key
from openagents.peers.signature import Act, sign
from openagents.peers.target import spell

Call = Callable[..., Any]


def key_of(issuer: str) -> Key:
    return Key(f"{issuer}-dev-1", issuer, TESTBED.credentials.internal[issuer].encode())


@pytest.fixture
def configure(settings: Any) -> Callable[..., None]:
    """`configure(oa_…=…)`: settings of the plane for this test."""

    def change(**values: Any) -> None:
        settings.OA = settings.OA.model_copy(update=values)

    return change


@pytest.fixture
def call() -> Call:
    """`call(method, path, body=…, issuer=…, user=…)`: a signed request of a plane; by default an operator's."""
    client = Client(raise_request_exception=False)

    def request(
        method: str,
        path: str,
        body: Any = None,
        *,
        issuer: str = "ops",
        user: str | None = None,
        raw: bytes | None = None,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        target = spell(path, params)
        act = Act(user_id=user) if user else None
        signed = sign(key_of(issuer), aud="lightning", method=method, path_with_query=target, body=content, act=act)
        return client.generic(
            method, target, content, content_type="application/json", headers={**signed, **(headers or {})}
        )

    return request


@pytest.fixture
def control(monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlDouble]:
    """The control plane of this test; nothing that others left waits for it."""
    double = ControlDouble()
    monkeypatch.setattr(peers, "_call", double.call)
    monkeypatch.setattr(peers, "QUERY_PAUSES", ())
    Outbox.objects.filter(destination=telling.CONTROL, delivered_at__isnull=True).delete()
    IngestEvent.objects.filter(state__in=["pending", "unmatched"]).delete()
    control_state.forget()
    yield double
    control_state.forget()

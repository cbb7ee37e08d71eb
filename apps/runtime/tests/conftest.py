"""A signed caller of the runtime's routes, in-process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.runtime.tests.market_fixtures import in_reserve, local_providers, mine, server, servers  # noqa: F401
from openagents.embedded.testbed import TESTBED
from openagents.peers.keys import Key
from openagents.peers.signature import Act, sign
from openagents.peers.target import spell
from openagents.receipts.ids import new_id

Call = Callable[..., Any]


def key_of(issuer: str) -> Key:
    return Key(f"{issuer}-dev-1", issuer, TESTBED.credentials.internal[issuer].encode())


@pytest.fixture
def user_id() -> str:
    return new_id("user")


@pytest.fixture
def call(user_id: str) -> Call:
    """`call(method, path, body=…, user=…, issuer=…)`; a signed request on behalf of a user. `user=None`: of nobody."""
    client = Client(raise_request_exception=False)

    def request(
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = user_id,
        org: str | None = None,
        issuer: str = "control",
        raw: bytes | None = None,
        params: dict[str, Any] | None = None,
        shadow: bool = False,
        roles: tuple[str, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> Any:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        target = spell(path, params)
        act = Act(user_id=user, org_id=org, roles=roles) if user else None
        signed = sign(
            key_of(issuer), aud="runtime", method=method, path_with_query=target, body=content, act=act, shadow=shadow
        )
        return client.generic(
            method, target, content, content_type="application/json", headers={**signed, **(headers or {})}
        )

    return request


@pytest.fixture
def operator() -> Client:
    """The admin's pages as somebody who may see and do everything there."""
    client = Client()
    client.force_login(User.objects.create_superuser(new_id("operator")))
    return client

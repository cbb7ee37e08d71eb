"""schemathesis over the whole public document: examples, boundary values and random input, in this process.

A route that is added is in the document and so in here. The peers answer 404 to everything, so that a 5xx is always
control's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from schemathesis.specs.openapi import checks

from apps.control.api.surface import public_api
from apps.control.tests.world import Double, Person, address, configure, double, sign_in
from openagents.wire.tests import openapi_fuzz

EXAMPLES = 3
"""Random inputs per route, beside the boundary values of its parameters; keeps the suite well below a minute."""
SEED = 20261121
CHECKS: list[Callable[..., Any]] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
PLAIN = {"accept": "application/json"}
ENDING = ("/api/auth/logout", "/api/auth/sessions/revoke", "/api/auth/devices/revoke")
"""Routes that may end the session that calls them: each call gets a new one."""


class Application:
    """Control as a WSGI application whose callers come from everywhere: limits by address are not the subject."""

    def __init__(self) -> None:
        self._handler: WSGIHandler | None = None
        self.served = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self._handler is None:
            self._handler = WSGIHandler()
        self.served += 1
        return self._handler({**environ, "REMOTE_ADDR": address()}, start_response)


def document() -> Any:
    described = schemathesis.openapi.from_dict(
        dict(public_api.get_openapi_schema(path_prefix="")),
        config=openapi_fuzz.configuration(EXAMPLES, SEED),
    )
    described.app = Application()
    return described


schema = document()
bounded = openapi_fuzz.bounded(EXAMPLES)


@pytest.fixture(scope="module")
def peers() -> Iterator[dict[str, Double]]:
    with double("runtime") as runtime, double("hydra") as hydra, double("aegis") as aegis, double("lightning") as ops:
        yield {"runtime": runtime, "hydra": hydra, "aegis": aegis, "lightning_ops": ops}


@pytest.fixture(autouse=True)
def all_listen(settings: Any, peers: dict[str, Double], nobody_listens: None) -> None:
    urls = {f"oa_{name}_base_url": peer.url for name, peer in peers.items()}
    configure(settings, oa_auth_api_signup_enabled=True, oa_compat_chat_aliases_enabled=True, **urls)


@pytest.fixture(scope="module")
def caller() -> Person:
    return sign_in()


@schema.parametrize()
@bounded
def test_whatever_a_session_sends(case: Any, caller: Person) -> None:
    who = sign_in() if case.path in ENDING else caller
    case.call_and_validate(headers={"authorization": f"Bearer {who.access}", **PLAIN}, checks=CHECKS)


@schema.parametrize()
@bounded
def test_whatever_nobody_sends(case: Any) -> None:
    response = case.call_and_validate(headers=PLAIN, checks=CHECKS)
    if case.operation.definition.raw.get("security") and response.request.method != "OPTIONS":
        assert response.status_code in (401, 405), response.status_code


def test_it_was_no_empty_exercise() -> None:
    """Runs last: each route was called many times over, unless only this test was asked for."""
    described = public_api.get_openapi_schema(path_prefix="")["paths"]
    assert schema.app.served == 0 or schema.app.served > 5 * len(described)

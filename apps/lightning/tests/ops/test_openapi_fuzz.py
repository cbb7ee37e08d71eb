"""schemathesis over the whole document of lightning ops: examples, boundary values and random input, in this process.

A route that is added is in the document and so in here. Whatever is sent arrives signed: what is tried is what a peer
could send, and what nobody may.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from schemathesis.specs.openapi import checks

from apps.lightning.api.ops.surface import api
from apps.lightning.models import Node
from apps.lightning.services.ops import node_snapshots, nodes
from apps.lightning.tests.ops.conftest import key_of
from apps.lightning.tests.ops.doors import Door, channel
from openagents.peers import target
from openagents.peers.signature import HEADERS, Act, sign
from openagents.wire.tests import openapi_fuzz

EXAMPLES = 3
SEED = 20261121
ELSEWHERE = {501: "unsupported", 502: "dependency_unavailable", 503: "dependency_unavailable"}
"""What ops says of others: nodes, executor and control are not there, and that is no bug of ours."""


def not_our_error(ctx: Any, response: Any, case: Any) -> None:
    """A 5xx is ops' own unless it names what is missing."""
    if response.status_code >= 500:
        assert response.json().get("error") == ELSEWHERE.get(response.status_code), response.text


CHECKS: list[Callable[..., Any]] = [
    not_our_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
PLAIN = {"accept": "application/json"}
SIGNED = {"x-test-signed": "1"}
META = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in HEADERS}


class Application:
    """Lightning ops as a WSGI application in front of which an operator's hand signs."""

    def __init__(self) -> None:
        self._handler: WSGIHandler | None = None
        self.served = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self._handler is None:
            self._handler = WSGIHandler()
        self.served += 1
        if environ.pop("HTTP_X_TEST_SIGNED", None):
            environ = self._signed(environ)
        return self._handler(environ, start_response)

    def _signed(self, environ: dict[str, Any]) -> dict[str, Any]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = sign(
            key_of("ops"),
            aud="lightning",
            method=environ["REQUEST_METHOD"],
            path_with_query=target.seen(environ),
            body=body,
            act=Act(user_id="fuzzer"),
        )
        proof = {META[name.lower()]: value for name, value in headers.items() if name.lower() in META}
        return {**environ, **proof, "wsgi.input": io.BytesIO(body)}


def document() -> Any:
    described = schemathesis.openapi.from_dict(
        dict(api.get_openapi_schema(path_prefix="")),
        config=openapi_fuzz.configuration(EXAMPLES, SEED),
    )
    described.app = Application()
    return described


schema = document()
bounded = openapi_fuzz.bounded(EXAMPLES)


@pytest.fixture(scope="module", autouse=True)
def a_node() -> Iterator[None]:
    """Ids that schemathesis tries are unlikely to be a node's; one of its favourites is."""
    node, _ = Node.objects.get_or_create(node_id="0", defaults={"backend": "lnd", "purpose": "liquidity"})
    with nodes.use("0", Door(held=[channel("a:0")])):
        node_snapshots.look_at(node)
        yield


@schema.parametrize()
@bounded
def test_whatever_an_operator_sends(case: Any) -> None:
    case.call_and_validate(headers={**PLAIN, **SIGNED}, checks=CHECKS)


@schema.parametrize()
@bounded
def test_whatever_nobody_sends(case: Any) -> None:
    response = case.call_and_validate(headers=PLAIN, checks=CHECKS)
    if case.operation.definition.raw.get("security") and response.request.method != "OPTIONS":
        assert response.status_code in (401, 405), response.status_code


def test_it_was_no_empty_exercise() -> None:
    """Runs last: each route was called many times over, unless only this test was asked for."""
    described = api.get_openapi_schema(path_prefix="")["paths"]
    assert schema.app.served == 0 or schema.app.served > 5 * len(described)

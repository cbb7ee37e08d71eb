"""schemathesis over Khala's whole OpenAPI document: boundary values and random input, against a running server.

Called as a peer with a signature, as a client with a token, and as nobody. No answer may be a server error, and each
must be one that the document names. The drain is left out: it would end the server for everybody else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from schemathesis.specs.openapi import checks

from apps.khala.tests.conftest import Serving, User
from apps.khala.urls import api
from openagents.peers.signature import sign
from openagents.receipts.ids import new_id
from openagents.wire.tests import openapi_fuzz

EXAMPLES = 3
SEED = 20261121
LEFT_OUT = "/internal/v1/khala/drain"
CHECKS: list[Callable[..., Any]] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def document() -> Any:
    described = dict(api.get_openapi_schema(path_prefix=""))
    described["paths"] = {path: item for path, item in described["paths"].items() if path != LEFT_OUT}
    return schemathesis.openapi.from_dict(
        described,
        config=openapi_fuzz.configuration(EXAMPLES, SEED),
    )


schema = document()
bounded = openapi_fuzz.bounded(EXAMPLES)
calls = 0


def answered(case: Any, serving: Serving, headers: Callable[[str, str, bytes], dict[str, str]]) -> Any:
    """One call as it goes over the wire, its signature made for exactly those bytes; the validated response."""
    global calls
    calls += 1
    prepared = case.as_transport_kwargs(base_url=serving.http)
    import requests

    request = requests.Request(
        method=prepared["method"],
        url=prepared["url"],
        headers=prepared.get("headers"),
        params=prepared.get("params"),
        json=prepared.get("json"),
        data=prepared.get("data"),
    ).prepare()
    body = request.body or b""
    request.headers.update(headers(str(request.method), str(request.path_url), _octets(body)))
    with requests.Session() as session:
        session.trust_env = False
        response = session.send(request, timeout=20)
    case.validate_response(response, checks=CHECKS)
    return response


def _octets(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body)


def signed_as(issuer: str) -> Callable[[str, str, bytes], dict[str, str]]:
    key = next(key for key in django_settings.OA_INTERNAL_KEYRING if key.issuer == issuer)
    return lambda method, path, body: sign(key, aud="khala", method=method, path_with_query=path, body=body)


@schema.parametrize()
@bounded
def test_whatever_an_operator_sends(case: Any, serving: Serving) -> None:
    answered(case, serving, signed_as("ops"))


@schema.parametrize()
@bounded
def test_whatever_a_client_sends(case: Any, serving: Serving) -> None:
    name = new_id("user")
    token = User(name, f"user:{name}", new_id("sess"), new_id("dev")).token()
    answered(case, serving, lambda method, path, body: {"Authorization": f"Bearer {token}"})


@schema.parametrize()
@bounded
def test_whatever_nobody_sends(case: Any, serving: Serving) -> None:
    response = answered(case, serving, lambda method, path, body: {})
    if case.operation.definition.raw.get("security") and response.request.method != "OPTIONS":
        assert response.status_code in (400, 401, 403, 405), response.status_code


def test_it_was_no_empty_exercise() -> None:
    """Runs last: each route was called many times over, unless only this test was asked for."""
    assert calls == 0 or calls > 5 * len(api.get_openapi_schema(path_prefix="")["paths"])


@pytest.mark.parametrize(
    "path",
    [
        "/internal/v1/khala/fanout/hooks",
        "/internal/v1/khala/fanout/metrics",
        "/internal/v1/khala/connections",
        "/internal/v1/khala/connections/{connection_id}/close",
        "/internal/v1/khala/drain",
        "/internal/v1/sync/sessions/revoke",
    ],
)
def test_the_document_names_every_internal_route(path: str) -> None:
    assert path in api.get_openapi_schema(path_prefix="")["paths"]

"""schemathesis over the executor's document: examples, boundary values and random input, in this process.

Every call is signed as the operator just before it is sent, so that a refusal is never the signature's. A route that
is added is in the document and so in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from schemathesis.specs.openapi import checks

from apps.lightning.api.executor.surface import api
from apps.lightning.services.executor import node
from apps.lightning.tests.executor.conftest import key_of
from apps.lightning.tests.executor.scripted import Scripted
from openagents.peers import target
from openagents.peers.signature import sign
from openagents.receipts.ids import new_id
from openagents.wire.tests import openapi_fuzz

EXAMPLES = 3
SEED = 20261121
CHECKS: list[Callable[..., Any]] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
DEPENDENCY = (502, 503, 504)
"""Documented answers of a node that refuses or is not known to have answered: no error of ours."""


class Application:
    """The executor as a WSGI application; `signed` calls get their signature here, over what is really sent."""

    def __init__(self) -> None:
        self._handler: WSGIHandler | None = None
        self.served = 0
        self.signed = True

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self._handler is None:
            self._handler = WSGIHandler()
        self.served += 1
        if self.signed:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            from io import BytesIO

            environ["wsgi.input"] = BytesIO(body)
            path = target.seen(environ, None)
            headers = sign(
                key_of("ops"), aud="lightning", method=environ["REQUEST_METHOD"], path_with_query=path, body=body
            )
            environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        return self._handler(environ, start_response)


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
def wallet(database: None) -> Iterator[None]:
    """One wallet for all of it, so that the fuzzed pauses and policies concern nobody else."""
    from django.conf import settings as django_settings

    config = django_settings.OA.model_copy(
        update={"oa_lightning_wallet_id": new_id("fuzz"), "oa_lightning_wallet_duplicate_wait_ms": 0}
    )
    with override_settings(OA=config), node.use(Scripted()):
        yield


@schema.parametrize()
@bounded
def test_whatever_the_operator_sends(case: Any) -> None:
    schema.app.signed = True
    response = case.call()
    relevant = [check for check in CHECKS if check is not schemathesis.checks.not_a_server_error]
    case.validate_response(response, checks=relevant if response.status_code in DEPENDENCY else CHECKS)


@schema.parametrize()
@bounded
def test_whatever_nobody_sends(case: Any) -> None:
    schema.app.signed = False
    response = case.call_and_validate(checks=CHECKS)
    if case.operation.definition.raw.get("security") and response.request.method != "OPTIONS":
        assert response.status_code in (401, 404, 405), response.status_code


def test_it_was_no_empty_exercise() -> None:
    """Runs last: each route was called many times over, unless only this test was asked for."""
    described = api.get_openapi_schema(path_prefix="")["paths"]
    assert schema.app.served == 0 or schema.app.served > 5 * len(described)

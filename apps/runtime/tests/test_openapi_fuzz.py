"""schemathesis over the whole document of the plane: examples, boundary values and random input, in this process.

A route that is added is in the document and so in here. Every call is signed as its issuer would sign it; ids are
random in one pass and those of things that exist in the other, so that bodies get past the first look-up.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from schemathesis.specs.openapi import checks

from apps.runtime.api import api
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import Lane
from apps.runtime.services import threads, workers
from apps.runtime.services.workers import Registration
from apps.runtime.tests import factories as make
from apps.runtime.tests.conftest import key_of
from openagents.peers.signature import Act, sign
from openagents.peers.target import seen
from openagents.receipts.ids import new_id
from openagents.wire.tests import openapi_fuzz

EXAMPLES = 3
"""Random inputs per route, beside the boundary values of its parameters; keeps the suite below a minute."""
SEED = 20261121
CHECKS: list[Callable[..., Any]] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
PLAIN = {"accept": "application/json"}
ISSUER = "x-test-issuer"
USER, ORG = new_id("user"), "org_fuzz"


class Application:
    """The runtime as a WSGI application behind a caller that signs what is sent to it, if told as whom."""

    def __init__(self) -> None:
        self._handler: WSGIHandler | None = None
        self.served = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self._handler is None:
            self._handler = WSGIHandler()
        self.served += 1
        body = environ["wsgi.input"].read()
        environ = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        issuer = environ.pop(f"HTTP_{ISSUER.upper().replace('-', '_')}", "")
        if issuer:
            signed = sign(
                key_of(issuer),
                aud="runtime",
                method=environ["REQUEST_METHOD"],
                path_with_query=seen(environ),
                body=body,
                act=Act(user_id=USER, org_id=ORG) if issuer == "control" else None,
            )
            environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in signed.items()}
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


@pytest.fixture(scope="module")
def existing() -> dict[str, str]:
    """One of each thing that a path may name, all of one owner."""
    owner = Owner.user(USER)
    worker_id, thread_id = new_id("w"), new_id("thread")
    workers.register(Registration(Lane.CODEX, owner, ORG, worker_id))
    threads.post_message(threads.Speaker(owner, ORG), thread_id, "hello", None)
    return {"run_id": str(make.run(owner, org_id=ORG).id), "worker_id": worker_id, "thread_id": thread_id}


@pytest.mark.parametrize("issuer", ["control", "ops"])
@schema.parametrize()
@bounded
def test_whatever_a_peer_sends(case: Any, issuer: str) -> None:
    case.call_and_validate(headers={ISSUER: issuer, **PLAIN}, checks=CHECKS)


@schema.parametrize()
@bounded
def test_whatever_a_peer_sends_about_what_exists(case: Any, existing: dict[str, str]) -> None:
    named = {name: existing[name] for name in case.path_parameters or {} if name in existing}
    if not named:
        return
    case.path_parameters = {**case.path_parameters, **named}
    if case.path.endswith("/stream"):
        case.query = {**(case.query or {}), "tail_ms": "1"}  # waiting is not what is tried here
    case.call_and_validate(headers={ISSUER: "control", **PLAIN}, checks=CHECKS)


@schema.parametrize()
@bounded
def test_whatever_nobody_sends(case: Any) -> None:
    response = case.call_and_validate(headers=PLAIN, checks=CHECKS)
    assert response.status_code in (401, 404, 405), response.status_code


def test_it_was_no_empty_exercise() -> None:
    """Runs last: each route was called many times over, unless only this test was asked for."""
    described = api.get_openapi_schema(path_prefix="")["paths"]
    assert schema.app.served == 0 or schema.app.served > 5 * len(described)

"""Which deployment a call goes to, what is mirrored, what the breaker does, and what never leaves control."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apps.control import metrics, peers
from apps.control.models import RuntimeDriverOverride
from apps.control.tests.world import Double, Person, Received, configure, double, fresh, queries
from openagents.peers.breaker import FAILURES_MAX

WORKERS = "/internal/v1/workers"
PUBLIC = "/api/runtime/workers"
LIST = {"workers": []}


@pytest.fixture
def lanes(runtime: Double, settings: Any) -> Iterator[Double]:
    """The deployment of the driver control_service; `runtime` is that of runtime_service."""
    with double("runtime") as found:
        configure(settings, oa_control_lane_runtime_base_url=found.url)
        found.answer("GET", WORKERS, 200, LIST)
        runtime.answer("GET", WORKERS, 200, LIST)
        yield found


def override(scope_type: str, scope_id: str, driver: str, **fields: Any) -> None:
    RuntimeDriverOverride.objects.create(
        id=fresh("rdo"), scope_type=scope_type, scope_id=scope_id, driver=driver, **fields
    )


def test_the_default_driver_leads_to_the_lanes_own_deployment(runtime: Double, lanes: Double, person: Person) -> None:
    assert person.get(PUBLIC).status == 200
    assert (len(lanes.received), len(runtime.received)) == (1, 0)


def test_an_override_moves_a_user_at_once(runtime: Double, lanes: Double, person: Person) -> None:
    override("user", person.user_id, "runtime_service")
    person.get(PUBLIC)
    assert (len(lanes.received), len(runtime.received)) == (0, 1)
    RuntimeDriverOverride.objects.filter(scope_id=person.user_id).update(is_active=False)
    person.get(PUBLIC)
    assert (len(lanes.received), len(runtime.received)) == (1, 1)


@pytest.mark.parametrize(
    ("values", "to_runtime"),
    [
        ({"oa_runtime_routing_driver": "runtime_service"}, True),
        ({"oa_runtime_routing_force_driver": "runtime_service"}, True),
        ({"oa_runtime_canary_user_percent": 100}, True),
        ({"oa_runtime_canary_user_percent": 100, "oa_runtime_force_control_service": True}, False),
        ({"oa_runtime_routing_driver": "runtime_service", "oa_runtime_routing_force_driver": "control_service"}, False),
    ],
)
def test_configuration_moves_everybody(
    runtime: Double, lanes: Double, person: Person, settings: Any, values: dict[str, Any], to_runtime: bool
) -> None:
    configure(settings, **values)
    person.get(PUBLIC)
    assert (len(lanes.received), len(runtime.received)) == ((0, 1) if to_runtime else (1, 0))


def test_a_decision_costs_one_query_and_only_where_there_is_a_choice(
    runtime: Double, lanes: Double, person: Person, settings: Any
) -> None:
    person.get("/api/auth/session")
    with queries() as found:
        person.get(PUBLIC)
    assert len(found) == 2, found
    configure(settings, oa_control_lane_runtime_base_url="")
    with queries() as found:
        person.get(PUBLIC)
    assert len(found) == 1, found


def settled(count: Callable[[], float], wanted: float) -> bool:
    """Wait for a background count, as long as a slow machine may need."""
    condition = threading.Event()
    for _ in range(500):
        if count() >= wanted:
            return True
        condition.wait(0.01)
    return False


def difference(result: str) -> Callable[[], float]:
    return metrics.SHADOW_DIFF.labels(result)._value.get


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [(200, LIST, "same"), (200, {"workers": [1]}, "body"), (404, LIST, "status"), (200, b"x" * 70_000, "too_large")],
)
def test_reads_are_mirrored_and_compared(
    runtime: Double, lanes: Double, person: Person, settings: Any, status: int, body: Any, result: str
) -> None:
    configure(settings, oa_runtime_shadow_enabled=True, oa_runtime_shadow_max_capture_bytes=65_536)
    runtime.answer("GET", WORKERS, status, body)
    before = difference(result)()
    assert person.get(PUBLIC).status == 200
    assert settled(difference(result), before + 1)
    (copy,) = runtime.received
    assert (copy.method, copy.target, copy.act.user_id) == ("GET", lanes.received[0].target, person.user_id)


def test_a_copy_says_that_it_is_one(runtime: Double, lanes: Double, person: Person, settings: Any) -> None:
    configure(settings, oa_runtime_shadow_enabled=True)
    before = difference("same")()
    person.get(PUBLIC)
    assert settled(difference("same"), before + 1)

    def claims(request: Received) -> dict[str, Any]:
        middle = request.headers["x-oa-runtime-signature"].split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        return found

    assert claims(runtime.received[0])["shadow"] is True
    assert "shadow" not in claims(lanes.received[0])


def test_writes_are_never_mirrored(runtime: Double, lanes: Double, person: Person, settings: Any) -> None:
    configure(settings, oa_runtime_shadow_enabled=True)
    entry = {"worker": {"worker": {"worker_id": "w"}}}
    lanes.answer("POST", WORKERS, 201, entry)
    lanes.answer("GET", f"{WORKERS}/w", 200, entry)
    runtime.answer("GET", f"{WORKERS}/w", 200, entry)
    before = difference("same")()
    assert person.post(PUBLIC, {"worker_id": "w"}).status == 200
    assert person.get(f"{PUBLIC}/w").status == 200
    assert settled(difference("same"), before + 1)
    assert [request.method for request in runtime.received] == ["GET"]


def test_a_dead_shadow_is_not_felt(lanes: Double, person: Person, settings: Any) -> None:
    configure(settings, oa_runtime_shadow_enabled=True, oa_runtime_base_url="http://127.0.0.1:9")
    before = difference("unavailable")()
    for _ in range(FAILURES_MAX + 2):
        assert person.get(PUBLIC).status == 200
    assert settled(difference("unavailable"), before + FAILURES_MAX + 2)


def test_ten_failures_open_the_circuit(person: Person, settings: Any) -> None:
    dead = "http://127.0.0.1:9"
    configure(settings, oa_runtime_base_url=dead, oa_runtime_signature_ttl_seconds=59)  # a client of this test's own
    refused = metrics.FORWARDED.labels("workers", "circuit_open")
    before = refused._value.get()
    answers = [person.get(PUBLIC) for _ in range(FAILURES_MAX + 1)]
    assert {answer.status for answer in answers} == {503}
    assert refused._value.get() == before + 1
    assert answers[-1].headers["retry-after"] in {"1", "2", "3", "4", "5"}
    peers._client.cache_clear()


SMUGGLED = {
    "authorization": "x",
    "cookie": "session=1",
    "x_oa_user_id": "user_evil",
    "x_oa_guest_scope": "guest",
    "x_oa_org_id": "org:evil",
    "x_oa_runtime_signature": "v1.a.b",
    "x_oa_runtime_key_id": "runtime-v1",
    "x_oa_runtime_body_sha256": "ab",
    "x_oa_contract": "openagents.runtime.v1/99",
    "x_forwarded_for": "1.2.3.4",
    "x_http_method_override": "DELETE",
    "x_anything": "1",
}


def test_nothing_of_the_client_travels_but_what_is_listed(runtime: Double, person: Person) -> None:
    runtime.answer("GET", WORKERS, 200, LIST)
    sent = {name: value for name, value in SMUGGLED.items() if name != "authorization"}
    assert person.get(PUBLIC, tracestate="a=b", traceparent="00-1-2-01", **sent).status == 200
    (request,) = runtime.received
    assert request.headers["x-oa-user-id"] == person.user_id
    assert request.headers["x-oa-contract"] == "openagents.runtime.v1/1"
    assert (request.headers["tracestate"], request.headers["traceparent"]) == ("a=b", "00-1-2-01")
    allowed = {
        "accept",
        "accept-encoding",
        "connection",
        "host",
        "tracestate",
        "traceparent",
        "user-agent",
        "x-oa-contract",
        "x-oa-runtime-body-sha256",
        "x-oa-runtime-key-id",
        "x-oa-runtime-signature",
        "x-oa-user-id",
        "x-request-id",
    }
    assert set(request.headers) <= allowed
    assert person.access not in str(request.headers)


@pytest.mark.parametrize("key", ["a\x7fb", "é", "x" * 201, "two words"])
def test_a_key_that_is_none_is_refused(runtime: Double, person: Person, key: str) -> None:
    answer = person.post("/api/runtime/threads/t/messages", {"text": "a"}, idempotency_key=key)
    assert (answer.status, answer.fields, runtime.received) == (422, {"idempotency-key"}, [])


def test_redirects_are_not_followed(runtime: Double, person: Person) -> None:
    runtime.answer("GET", WORKERS, 302, {}, location="http://127.0.0.1:9/")
    assert person.get(PUBLIC).status == 503


ERRORS = [
    (400, 422, "invalid_request"),
    (401, 503, "service_unavailable"),
    (403, 403, "forbidden"),
    (404, 404, "not_found"),
    (409, 409, "conflict"),
    (410, 410, "stale_cursor"),
    (413, 413, "payload_too_large"),
    (429, 429, "rate_limited"),
    (500, 503, "service_unavailable"),
    (502, 503, "service_unavailable"),
    (503, 503, "service_unavailable"),
]
LANES = [
    ("/api/runtime/threads", "/internal/v1/threads"),
    ("/api/runtime/codex/workers", "/internal/v1/codex/workers"),
    ("/api/runtime/codex/workers/w/stream", "/internal/v1/codex/workers/w/stream"),
    ("/api/runtime/workers", WORKERS),
    ("/api/runtime/treasury/accounts", "/internal/v1/treasury/accounts"),
    ("/api/runtime/marketplace/catalog/job-types", "/internal/v1/marketplace/catalog/job-types"),
]


@pytest.mark.parametrize(("public", "internal"), LANES)
def test_every_lane_speaks_the_same_errors(runtime: Double, person: Person, public: str, internal: str) -> None:
    for status, expected, code in ERRORS:
        runtime.answer("GET", internal, status, {"error": "x", "message": "m", "reason_code": "r"})
        answer = person.get(public)
        assert (answer.status, answer.code) == (expected, code)
        assert answer.reason == (None if status == 401 else "r")

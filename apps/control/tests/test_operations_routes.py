"""The routes that operators, peers and providers use: what each costs, and what it says without its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from apps.control.models import CredentialRole, MaintenanceSwitch, SecurityGlobal
from apps.control.services import maintenance, statistics
from apps.control.tests import test_lightning_ops as lightning
from apps.control.tests import test_mail_webhooks as mail
from apps.control.tests import world
from apps.control.tests.world import Answer, Double, Person, call, configure, fresh, sign_in, signed

OPS_SECRET = "example-ops-secret-not-real"
STATUS = "/api/v1/control/status"
SPLIT = "/api/v1/control/route-split"
ROUTING = "/api/v1/control/runtime-routing"
INTERNAL = "/internal/v1/control"
INACTIVE: dict[str, Any] = {"scope_type": "autopilot", "driver": "runtime_service", "is_active": False}

Route = Callable[[Person], Answer]


def ops(name: str, /, **args: Any) -> Route:
    lane = "query" if name in lightning.QUERIES else "mutation"
    family = "security" if "Security" in name or "Pause" in name or "Switch" in name or "Role" in name else "ops"
    body = {"functionName": f"lightning/{family}:{name}", "args": args}
    return lambda person: call("POST", f"{lightning.BASE}/{lane}", body, x_oa_lightning_ops_secret=OPS_SECRET)


def settle() -> Route:
    body = {
        "functionName": "lightning/settlements:ingestInvoiceLifecycle",
        "args": {"invoiceId": fresh("inv"), "paywallId": "pw", "ownerId": "o", "amountMsats": 5, "status": "open"},
    }
    return lambda person: call("POST", f"{lightning.BASE}/mutation", body, x_oa_lightning_ops_secret=OPS_SECRET)


def override(person: Person) -> Answer:
    return person.post(f"{ROUTING}/override", {**INACTIVE, "scope_id": person.user_id})


CONNECTION = {"session_id": "s", "device_id": "d", "user_id": "u", "org_id": "o"}
ROUTES: dict[str, tuple[Route, int, str]] = {
    # route: (call, statements of a repeated call beside limits and the maintenance switch, envelope)
    "control status": (lambda person: person.get(STATUS), 4, "public"),
    "route split status": (lambda person: person.get(f"{SPLIT}/status"), 2, "public"),
    "route split evaluate": (lambda person: person.post(f"{SPLIT}/evaluate", {"path": "/chat"}), 2, "public"),
    "route split override": (
        lambda person: person.post(f"{SPLIT}/override", {"target": "clear", "domain": "chat_pilot"}),
        4,
        "public",
    ),
    "routing status": (lambda person: person.get(f"{ROUTING}/status"), 2, "public"),
    "routing evaluate": (lambda person: person.post(f"{ROUTING}/evaluate", {"thread_id": "t"}), 2, "public"),
    "routing override": (override, 6, "public"),
    "maintenance switch": (
        lambda person: signed("ops", "POST", "/internal/v1/ops/maintenance", {"enabled": False, "reason": "test"}),
        3,
        "flat",
    ),
    "feed": (lambda person: signed("khala", "GET", f"{INTERNAL}/revocations"), 3, "flat"),
    "introspect": (
        lambda person: signed("aegis", "POST", f"{INTERNAL}/sessions/introspect", {"access_token": person.access}),
        3,
        "flat",
    ),
    "introspect connections": (
        lambda person: signed("khala", "POST", f"{INTERNAL}/sync/introspect", {"items": [CONNECTION] * 200}),
        4,
        "flat",
    ),
    "security state": (lambda person: signed("hydra", "GET", f"{INTERNAL}/security-state"), 4, "flat"),
    "lightning paywalls": (ops("listPaywallControlPlaneState"), 2, "bare"),
    "lightning security": (ops("getControlPlaneSecurityState"), 3, "bare"),
    "lightning pause": (ops("setGlobalPause", active=False, reason="test"), 4, "bare"),
    "lightning role": (ops("rotateCredentialRole", role="settlement_read"), 5, "bare"),
    "lightning invoice": (settle(), 4, "bare"),
    "mail webhook": (lambda person: mail.send(mail.event()), 1, "public"),
    "ignored mail webhook": (lambda person: mail.send(mail.event("email.opened")), 1, "public"),
    "statistics": (lambda person: call("GET", "/stats?format=json"), 0, "public"),
}


@pytest.fixture(autouse=True)
def configured(settings: Any, runtime: Double) -> None:
    runtime.answer("POST", mail.FORWARD, 202, {"event_id": "e"})
    configure(
        settings,
        oa_lightning_ops_secret=OPS_SECRET,
        oa_mail_webhook_secrets=f"resend={mail.SECRET}",
        oa_hydra_base_url=world.NOWHERE,
        oa_aegis_base_url=world.NOWHERE,
    )


@pytest.fixture
def operator(settings: Any) -> Person:
    found = sign_in()
    configure(settings, oa_admin_emails=[found.email])
    return found


@pytest.fixture
def switch_put_back() -> Iterator[None]:
    yield
    for switch in (MaintenanceSwitch, SecurityGlobal, CredentialRole):
        switch.objects.all().delete()
    maintenance.forget()


@pytest.fixture
def a_paywall(configured: None) -> None:
    assert ops("upsertPaywall", **lightning.paywall())(sign_in()).status == 200


@pytest.mark.usefixtures("switch_put_back", "a_paywall")
@pytest.mark.parametrize("name", ROUTES)
def test_what_a_route_costs(operator: Person, name: str) -> None:
    send, statements, _ = ROUTES[name]
    first = send(operator)
    assert first.status == 200, first.content
    with world.queries() as found:
        assert send(operator).status == 200
    assert len(found) == statements, found


def gone(*args: Any) -> Any:
    raise OperationalError("planted: the server is gone")


@pytest.mark.parametrize("name", ROUTES)
def test_without_its_database(operator: Person, name: str) -> None:
    send, _, envelope = ROUTES[name]
    statistics.forget()
    with connection.execute_wrapper(gone):
        answer = send(operator)
    assert answer.status == 503, answer.content
    error = answer.json["error"]
    said = error if envelope == "flat" else error["code"]
    assert said == {"flat": "dependency_unavailable"}.get(envelope, "service_unavailable")
    assert set(answer.json) == {"error"} or answer.json["message"]
    assert b"planted" not in answer.content

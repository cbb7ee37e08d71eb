"""The operator's admin of overrides: nothing ends before it was confirmed, and what ends is audited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from apps.control.models import RouteSplitOverride, RuntimeDriverOverride
from apps.control.tests.world import fresh
from openagents.db.models import AuditEvent


@pytest.fixture
def browser() -> Iterator[Client]:
    name = fresh("admin")
    user = get_user_model().objects.create_superuser(name, f"{name}@example.com", "x")
    client = Client()
    client.force_login(user)
    yield client


def act(browser: Client, model: str, action: str, pk: str, confirmed: bool) -> Any:
    data = {"action": action, "_selected_action": [pk]} | ({"confirmed": "yes"} if confirmed else {})
    return browser.post(reverse(f"admin:control_{model}_changelist"), data)


def test_a_routing_override_is_deactivated_once_confirmed(browser: Client) -> None:
    user = fresh("user")
    row = RuntimeDriverOverride.objects.create(
        id=fresh("rdo"), scope_type="user", scope_id=user, driver="runtime_service"
    )
    asked = act(browser, "runtimedriveroverride", "deactivate", row.id, confirmed=False)
    assert asked.status_code == 200
    row.refresh_from_db()
    assert row.is_active
    assert act(browser, "runtimedriveroverride", "deactivate", row.id, confirmed=True).status_code == 302
    row.refresh_from_db()
    assert not row.is_active
    (event,) = AuditEvent.objects.filter(event_name="runtime.routing.override.updated", attributes__scope_id=user)
    assert event.attributes["is_active"] == "false"
    assert event.attributes["by"].startswith("admin:admin-")


def test_a_split_override_is_lifted_once_confirmed(browser: Client) -> None:
    RouteSplitOverride.objects.update_or_create(
        scope="billing_l402", defaults={"target": "rust_shell", "updated_by": "u"}
    )
    act(browser, "routesplitoverride", "lift", "billing_l402", confirmed=False)
    assert RouteSplitOverride.objects.filter(scope="billing_l402").exists()
    assert act(browser, "routesplitoverride", "lift", "billing_l402", confirmed=True).status_code == 302
    assert not RouteSplitOverride.objects.filter(scope="billing_l402").exists()


@pytest.mark.parametrize("model", ["runtimedriveroverride", "routesplitoverride", "autopilotbinding"])
def test_pages_are_shown_and_nothing_is_added(browser: Client, model: str) -> None:
    assert browser.get(reverse(f"admin:control_{model}_changelist")).status_code == 200
    assert browser.get(reverse(f"admin:control_{model}_add")).status_code == 403

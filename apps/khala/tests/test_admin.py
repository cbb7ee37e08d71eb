"""The admin: every list and record opens, nothing can be edited, and the live page shows and closes what is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.contrib import admin
from django.contrib.auth.models import User as Operator
from django.test import Client
from django.urls import reverse

from apps.khala.models import ConnectionRow, NodeRow, OrderRow
from apps.khala.services import node
from apps.khala.services.overview import overview
from apps.khala.tests.browser import browser, needs_chromium
from apps.khala.tests.conftest import JournalTopic, Native, Serving, User, until
from openagents.receipts.ids import new_id

Open = Callable[..., Native]
MODELS = [model for model in admin.site._registry if model._meta.app_label == "khala"]


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(Operator.objects.create_superuser(new_id("op"), password="x"))
    return client


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_every_list_opens_and_nothing_can_be_added(operator: Client, serving: Serving, model: Any) -> None:
    name = f"admin:khala_{model._meta.model_name}"
    assert operator.get(reverse(f"{name}_changelist")).status_code == 200
    assert operator.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200
    assert operator.get(reverse(f"{name}_add")).status_code == 403


def test_the_live_page_is_for_operators(operator: Client, serving: Serving) -> None:
    for name in ("khala_live", "khala_live_json"):
        assert operator.get(reverse(f"admin:{name}")).status_code == 200
        assert Client().get(reverse(f"admin:{name}")).status_code == 302
        visitor = Client()
        visitor.force_login(Operator.objects.create_user(new_id("op"), is_staff=True))
        assert visitor.get(reverse(f"admin:{name}")).status_code == 403
    assert operator.get(reverse("admin:khala_live_close")).status_code == 403


def test_the_overview_shows_topics_and_denials(native: Open, user: User, run_topic: JournalTopic) -> None:
    client = native(user)
    client.subscribe(run_topic.name)
    client.subscribe(f"run:{new_id('run')}:events")
    run_topic.append({"n": 1})

    def seen() -> Any:
        found = overview()
        topic = next((row for row in found["topics"] if row["topic"] == run_topic.name), None)
        denial = next((row for row in found["denials"] if user.user_id in row["principal_key"]), None)
        return (found, topic, denial) if topic and topic["head"] == 1 and denial else None

    found, topic, denial = until(seen)
    assert (topic["watchers"], topic["class"]) == (1, "run_events")
    assert denial["reason"] == "owner_mismatch" and found["denials_10m"] >= 1
    assert found["connections"] >= 1 and found["lanes"]["n"] >= 1


def test_an_operator_closes_a_connection_from_the_page(operator: Client, native: Open, user: User) -> None:
    client = native(user)
    row = until(lambda: ConnectionRow.objects.filter(user_id=user.user_id, closed_at__isnull=True).first())
    answer = operator.post(reverse("admin:khala_live_close"), {"connection_id": row.connection_id})
    assert answer.status_code == 302
    until(lambda: OrderRow.objects.filter(subject=row.connection_id, outcome="done", actor__startswith="admin:"))
    until(lambda: ConnectionRow.objects.get(connection_id=row.connection_id).close_code == 1012)
    client.socket.close()


def test_draining_is_ordered_for_living_nodes_only(operator: Client, serving: Serving) -> None:
    dead = NodeRow.objects.create(
        node_id=new_id("node"), started_at="2026-01-01T00:00Z", heartbeat_at="2026-01-01T00:00Z", state="serving"
    )
    changelist = reverse("admin:khala_noderow_changelist")
    operator.post(changelist, {"action": "drain", "_selected_action": [dead.pk]})
    assert not OrderRow.objects.filter(node_id=dead.pk).exists()
    assert node.running() is not None


@needs_chromium
@pytest.mark.slow
def test_the_live_page_works_in_a_browser(
    serving: Serving, native: Open, user: User, run_topic: JournalTopic, tmp_path: Path
) -> None:
    name = new_id("op")
    Operator.objects.create_superuser(name, password="secret-of-this-test")
    client = native(user)
    client.subscribe(run_topic.name)
    login = httpx.Client(base_url=serving.http, trust_env=False, follow_redirects=True)
    token = login.get("/admin/login/").text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"csrfmiddlewaretoken": token, "username": name, "password": "secret-of-this-test", "next": "/admin/"}
    assert login.post("/admin/login/", data=form, headers={"referer": serving.http}).status_code == 200
    with browser(tmp_path / "profile") as page:
        page.call("Network.setCookie", name="sessionid", value=login.cookies["sessionid"], url=serving.http)
        page.go(f"{serving.http}{reverse('admin:khala_live')}")
        page.until(f"[...document.querySelectorAll('#topics td')].some(cell => cell.title === '{run_topic.name}')")
        page.until("document.querySelectorAll('#cards .card').length === 6")
        assert page.complaints == []

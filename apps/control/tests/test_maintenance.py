"""Maintenance: who is turned away and how, who passes, and how an operator switches it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from apps.control.domain import maintenance as rules
from apps.control.models import MaintenanceSwitch
from apps.control.services import maintenance
from apps.control.tests.world import Person, call, configure, fresh, queries, signed
from openagents.db.models import AuditEvent

TOKEN = "example-bypass-not-real"
OPS = "/internal/v1/ops/maintenance"


@pytest.fixture(autouse=True)
def nothing_switched() -> Iterator[None]:
    MaintenanceSwitch.objects.all().delete()
    maintenance.forget()
    yield
    MaintenanceSwitch.objects.all().delete()
    maintenance.forget()


@pytest.fixture
def is_on(settings: Any) -> None:
    configure(settings, oa_maintenance_mode_enabled=True, oa_maintenance_mode_bypass_token=TOKEN)


def cookie(token: str = TOKEN, ahead: int = 60) -> dict[str, str]:
    return {"oa_maintenance_bypass": rules.cookie(token, int(time.time()) + ahead)}


def test_the_worked_examples_of_the_cookie() -> None:
    assert rules.cookie(TOKEN, 1772000900) == "1772000900.d5gWzG8GfbJSUfDxHakcq3P4sCIfzDUlHJzupwCEgkc"
    other = "example-maintenance-token"
    assert rules.cookie(other, 1700000900) == "1700000900.deC2aBLB9kX6gI_DYrDTgOf5D1Rjc_m_-Kh13uuayC0"
    text = rules.cookie(TOKEN, 1772000900)
    assert rules.is_cookie(text, TOKEN, 1772000899) and not rules.is_cookie(text, TOKEN, 1772000900)
    for wrong in ("", "1", text[:-1], text + "=", f"0{text}", text.replace("1772", "9772"), text.replace(".", "..")):
        assert not rules.is_cookie(wrong, TOKEN, 0), wrong
    assert not rules.is_cookie(rules.cookie("", 9999999999), "", 0), "without a token nobody passes"


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/healthz", True),
        ("/healthz/", False),
        ("/healthzz", False),
        ("/x", False),
        ("/open/a", True),
        ("/open", False),
    ],
)
def test_the_list_names_paths_or_prefixes(path: str, is_open: bool) -> None:
    assert rules.stays_open(path, ["/healthz", "/open/*"]) is is_open


def test_people_get_a_page_and_programs_the_envelope(person: Person, is_on: None) -> None:
    page = call("GET", "/")
    assert (page.status, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-store, no-cache, must-revalidate"
    assert page.headers["retry-after"] == "60" and "content-security-policy" in page.headers
    answer = person.get("/api/auth/session")
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "maintenance", "60")
    assert answer.headers["cache-control"] == "no-store, no-cache, must-revalidate"
    assert answer.json["error"]["retry_after_ms"] == 60_000
    assert call("GET", "/healthz").status == 200
    assert call("OPTIONS", "/api/auth/email", origin="https://openagents.com").status == 204


HOUSE = [
    ("khala", "GET", "/internal/v1/control/revocations", None),
    ("runtime", "POST", "/internal/v1/control/sessions/introspect", {"jti": "sync_x"}),
    (
        "khala",
        "POST",
        "/internal/v1/control/sync/introspect",
        {"items": [{"session_id": "s", "device_id": "d", "user_id": "u", "org_id": "o"}]},
    ),
    ("hydra", "GET", "/internal/v1/control/security-state", None),
]


@pytest.mark.usefixtures("is_on")
@pytest.mark.parametrize(("caller", "method", "path", "body"), HOUSE, ids=[row[2] for row in HOUSE])
def test_the_house_goes_on_asking(caller: str, method: str, path: str, body: Any) -> None:
    assert signed(caller, method, path, body).status == 200
    assert call(method, path, body).status in (200, 401), "open to peers means: still signed"


@pytest.mark.usefixtures("is_on")
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_watches_over_the_process_stays_open(path: str) -> None:
    assert call("GET", path).status == 200


@pytest.mark.usefixtures("is_on")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/internal/lightning-ops/control-plane/mutation"),
        ("POST", "/api/internal/runtime/integrations/secrets/fetch"),
        ("POST", "/api/webhooks/mail/local"),
        ("POST", "/api/auth/refresh"),
        ("POST", "/api/runtime/runs"),
        ("GET", "/openapi.json"),
    ],
)
def test_what_may_write_or_serves_clients_is_closed(method: str, path: str) -> None:
    answer = call(method, path, {} if method == "POST" else None)
    assert (answer.status, answer.json["error"]["code"], answer.headers["retry-after"]) == (503, "maintenance", "60")


@pytest.mark.usefixtures("is_on")
@pytest.mark.parametrize("path", ["/stats", "/admin/", "/internal", "/metrics/", "/nowhere"])
def test_everything_else_is_the_page(path: str) -> None:
    answer = call("GET", path)
    assert (answer.status, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")


@pytest.mark.usefixtures("is_on")
def test_the_token_is_traded_for_a_cookie() -> None:
    answer = call("GET", f"/download-desktop?a=1&maintenance_bypass={TOKEN}&b=%20x")
    assert (answer.status, answer.headers["location"]) == (307, "/download-desktop?a=1&b=+x")
    given = answer.cookies["oa_maintenance_bypass"]
    assert (given["path"], given["httponly"], given["secure"], given["samesite"]) == ("/", True, True, "Lax")
    assert given["max-age"] == 900
    assert call("GET", "/", cookies={"oa_maintenance_bypass": given.value}).status == 200
    assert AuditEvent.objects.filter(event_name="maintenance.bypass.granted").exists()


@pytest.mark.usefixtures("is_on")
@pytest.mark.parametrize("path", ["//evil.example/x", "/%2F%2Fevil.example", "/\\evil.example"])
def test_a_bypass_never_leads_to_another_host(path: str) -> None:
    answer = call("GET", f"{path}?maintenance_bypass={TOKEN}")
    assert answer.status == 307
    assert answer.headers["location"].startswith("/") and not answer.headers["location"].startswith(("//", "/\\"))


@pytest.mark.usefixtures("is_on")
@pytest.mark.parametrize("offered", ["", "wrong", TOKEN[:-1], TOKEN + "x", "%00", "%C3%A9"])
def test_a_wrong_token_opens_nothing(offered: str) -> None:
    assert call("GET", f"/?maintenance_bypass={offered}").status == 503


@pytest.mark.usefixtures("is_on")
def test_cookies_that_are_old_or_of_another_token_open_nothing() -> None:
    assert call("GET", "/", cookies=cookie()).status == 200
    assert call("GET", "/", cookies=cookie(ahead=-1)).status == 503
    assert call("GET", "/", cookies=cookie("another-token")).status == 503


def test_without_a_configured_token_an_empty_one_opens_nothing(settings: Any) -> None:
    configure(settings, oa_maintenance_mode_enabled=True)
    assert call("GET", "/?maintenance_bypass=").status == 503
    assert call("GET", "/", cookies=cookie("")).status == 503


def test_the_operators_word_holds_against_the_configuration(settings: Any) -> None:
    call_command("maintenance", "on", "--reason", "database move")
    assert call("GET", "/").status == 503
    configure(settings, oa_maintenance_mode_enabled=True)
    call_command("maintenance", "off", "--reason", "done")
    assert call("GET", "/").status == 200
    row = MaintenanceSwitch.objects.get()
    assert (row.enabled, row.reason) == (False, "done") and row.changed_by.startswith("command:")
    event = AuditEvent.objects.filter(event_name="maintenance.switched").order_by("-occurred_at").first()
    assert event is not None and event.attributes["why"] == "done"
    with pytest.raises(CommandError):
        call_command("maintenance", "on", "--reason", " ")


def test_operators_switch_it_by_a_signed_call_that_stays_open() -> None:
    answer = signed("ops", "POST", OPS, {"enabled": True, "reason": "move"})
    assert (answer.status, answer.data["enabled"], answer.data["changed_by"]) == (200, True, "ops")
    assert call("GET", "/").status == 503
    assert signed("ops", "POST", OPS, {"enabled": False, "reason": "done"}).status == 200
    assert call("GET", "/").status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"enabled": True}, "reason"),
        ({"reason": "r"}, "enabled"),
        ({"enabled": True, "reason": " "}, "reason"),
        ({"enabled": True, "reason": "r" * 501}, "reason"),
        ({"enabled": True, "reason": "r", "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"enabled": False, "reason": "r", "until": "2999-01-01T00:00:00Z"}, "until"),
    ],
)
def test_a_switch_needs_a_reason(body: dict[str, Any], field: str) -> None:
    answer = signed("ops", "POST", OPS, body)
    assert answer.status == 400 and field in answer.json["details"]["errors"]
    assert not MaintenanceSwitch.objects.exists()


def test_the_switch_is_for_operators() -> None:
    assert call("POST", OPS, {"enabled": True, "reason": "r"}).status == 401
    assert signed("khala", "POST", OPS, {"enabled": True, "reason": "r"}).json["reason_code"] == "issuer_not_allowed"


def test_an_end_that_was_named_comes_by_itself() -> None:
    assert signed("ops", "POST", OPS, {"enabled": True, "reason": "r", "until": "2999-01-01T00:00:00Z"}).status == 200
    assert call("GET", "/").status == 503
    MaintenanceSwitch.objects.update(until="2020-01-01T00:00:00Z")
    maintenance.forget()
    assert call("GET", "/").status == 200


def test_it_is_read_once_in_five_seconds(monkeypatch: Any) -> None:
    clock = [1000.0]
    monkeypatch.setattr(maintenance, "monotonic", lambda: clock[0])
    call("GET", "/")
    MaintenanceSwitch.objects.create(enabled=True, reason="r", changed_by=fresh("x"))
    clock[0] += 4.9
    assert call("GET", "/").status == 200
    clock[0] += 0.2
    assert call("GET", "/").status == 503


def test_while_the_database_is_away_what_was_read_last_holds(monkeypatch: Any) -> None:
    call_command("maintenance", "on", "--reason", "r")
    assert maintenance.is_on()

    def gone(*args: Any, **options: Any) -> Any:
        raise DatabaseError("gone")

    monkeypatch.setattr(MaintenanceSwitch.objects, "filter", gone)
    maintenance.forget()
    assert maintenance.is_on()


def test_what_stays_open_asks_no_database() -> None:
    maintenance.forget()
    with CaptureQueriesContext(connection) as found:
        assert call("GET", "/healthz").status == 200
    assert found.captured_queries == []


def test_the_gate_costs_no_query_of_its_own() -> None:
    call("GET", "/")
    with queries() as found:
        call("GET", "/")
    assert found == []

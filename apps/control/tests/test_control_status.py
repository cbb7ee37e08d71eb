"""Control status and routing lanes: what they tell, who may change what, and that changes are audited."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from apps.control.api.surface import runtime_routes
from apps.control.domain import ownership
from apps.control.models import AutopilotBinding, RouteSplitOverride, RuntimeDriverOverride
from apps.control.tests.world import Person, call, configure, fresh, sign_in
from openagents.db.models import AuditEvent

BASE = "/api/v1/control"


@pytest.fixture
def operator(settings: Any) -> Person:
    person = sign_in()
    configure(settings, oa_admin_emails=[person.email])
    return person


@pytest.fixture(autouse=True)
def no_split_overrides() -> None:
    """The route split is one for all; no test leaves an override to the next."""
    RouteSplitOverride.objects.all().delete()


def test_the_overview(person: Person) -> None:
    data = person.get(f"{BASE}/status").data
    assert (data["service"], data["activeOrgId"]) == ("openagents-control-service", person.org_id)
    assert data["memberships"][0]["org_id"] == person.org_id
    assert data["compatibility"] == {
        "protocolVersion": "openagents.control.v1",
        "minClientBuildId": "00000000T000000Z",
        "maxClientBuildId": None,
        "minSchemaVersion": 1,
        "maxSchemaVersion": 1,
    }
    assert data["routeSplit"]["mode"] == "rust"
    assert data["runtimeRouting"]["default_driver"] == "control_service"
    rows = data["runtimeRouteOwnership"]
    assert len(rows) == len(ownership.ROWS)
    assert {(row["owner"], row["delivery"], row["migration_status"]) for row in rows} == {
        ("runtime_service", "runtime_proxy", "runtime_authority_proxy")
    }
    assert ("POST", "/api/runtime/codex/workers/:worker_id/requests") in {(row["method"], row["path"]) for row in rows}


def test_every_mounted_route_has_its_row() -> None:
    mounted = list(runtime_routes())
    ownership.verify(mounted)
    for wrong in (mounted[1:], [*mounted, ("GET", "/api/runtime/new")]):
        with pytest.raises(ownership.Unowned):
            ownership.verify(wrong)


def test_sunset_headers_are_not_on_this_lane(person: Person) -> None:
    assert "sunset" not in person.get(f"{BASE}/status").headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "status"),
        ("GET", "route-split/status"),
        ("POST", "route-split/evaluate"),
        ("POST", "route-split/override"),
        ("GET", "runtime-routing/status"),
        ("POST", "runtime-routing/evaluate"),
        ("POST", "runtime-routing/override"),
    ],
)
def test_sessions_only(person: Person, method: str, path: str) -> None:
    assert call(method, f"{BASE}/{path}", {} if method == "POST" else None).status == 401
    token = person.post("/api/tokens", {"name": "t"}).data["token"]
    assert call(method, f"{BASE}/{path}", {} if method == "POST" else None, token=token).status == 401


def test_overrides_are_for_operators(person: Person) -> None:
    assert person.post(f"{BASE}/route-split/override", {"target": "legacy"}).status == 403
    body = {"scope_type": "user", "scope_id": "u", "driver": "runtime"}
    assert person.post(f"{BASE}/runtime-routing/override", body).status == 403


def test_the_split_is_evaluated(person: Person, settings: Any) -> None:
    answer = person.post(f"{BASE}/route-split/evaluate", {"path": "//chat/", "cohort_key": " user:1 "})
    assert answer.data == {
        "path": "/chat",
        "target": "rust_shell",
        "reason": "mode_rust",
        "route_domain": "chat_pilot",
        "rollback_target": "rust_shell",
        "cohort_key": "user:1",
    }
    configure(settings, oa_route_split_mode="cohort", oa_route_split_cohort_percentage=57)
    answer = person.post(f"{BASE}/route-split/evaluate", {"path": "/chat", "cohort_key": "user:1"})
    assert (answer.data["target"], answer.data["cohort_bucket"]) == ("legacy", 57)
    for body in ({}, {"path": " "}):
        assert person.post(f"{BASE}/route-split/evaluate", body).fields == {"path"}


def test_the_default_key_is_the_most_stable_mark(person: Person) -> None:
    def key(**headers: str) -> str:
        return str(person.post(f"{BASE}/route-split/evaluate", {"path": "/"}, **headers).data["cohort_key"])

    assert key(x_oa_route_key="r", x_device_id="d") == "r"
    assert key(x_device_id="d", user_agent="a") == "d"
    assert key(user_agent="a") == person.ip


def test_split_overrides_are_set_lifted_and_audited(operator: Person) -> None:
    def set_to(target: str, domain: str | None = None) -> Any:
        body = {"target": target} | ({"domain": domain} if domain else {})
        return operator.post(f"{BASE}/route-split/override", body).data

    assert set_to("rust")["override_target"] == "rust_shell"
    data = set_to("legacy", " Chat-Pilot ")
    assert data["domain_overrides"] == {"chat_pilot": "legacy"}
    assert data["route_groups"][3] == {
        "domain": "chat_pilot",
        "route_prefixes": ["/chat", "/feed", "/"],
        "rollback_target": "rust_shell",
        "override_target": "legacy",
    }
    assert data["rollback_matrix"]["auth_entry"] == "legacy"
    decided = operator.post(f"{BASE}/route-split/evaluate", {"path": "/chat"}).data
    assert (decided["target"], decided["reason"]) == ("legacy", "domain_override")
    assert set_to("rollback", "chat_pilot")["domain_overrides"] == {"chat_pilot": "rust_shell"}
    assert set_to("clear", "chat_pilot")["domain_overrides"] == {}
    assert set_to("default")["override_target"] is None
    events = AuditEvent.objects.filter(event_name="route.split.override.updated", user_id=operator.user_id)
    assert [event.attributes for event in events.order_by("occurred_at", "id")] == [
        {"target": "rust_shell", "scope": "global", "override_kind": "rust"},
        {"target": "legacy", "scope": "chat_pilot", "override_kind": "legacy"},
        {"target": "rust_shell", "scope": "chat_pilot", "override_kind": "rollback"},
        {"target": "clear", "scope": "chat_pilot", "override_kind": "clear"},
        {"target": "clear", "scope": "global", "override_kind": "default"},
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "target"), ({"target": "htmx"}, "target"), ({"target": "legacy", "domain": "api"}, "domain")],
)
def test_bad_split_overrides(operator: Person, body: dict[str, str], field: str) -> None:
    assert operator.post(f"{BASE}/route-split/override", body).fields == {field}


def override(operator: Person, **fields: Any) -> Any:
    return operator.post(f"{BASE}/runtime-routing/override", fields)


def test_a_routing_override_is_upserted(operator: Person) -> None:
    user = fresh("user")
    first = override(operator, scope_type="user", scope_id=user, driver="elixir", reason="r", meta={"a": [1]}).data
    assert first["override"]["driver"] == "runtime_service"
    assert first["override"]["id"].startswith("rdo_")
    assert first["status"]["overrides"][0]["scope_id"] == user
    second = override(operator, scope_type="user", scope_id=user, driver="control", is_active=False).data["override"]
    assert (second["id"], second["driver"], second["is_active"]) == (first["override"]["id"], "control_service", False)
    assert (second["meta"], second["reason"]) == ({"a": [1]}, None)
    assert (
        override(operator, scope_type="user", scope_id=user, driver="control", meta=None).data["override"]["meta"]
        is None
    )
    events = AuditEvent.objects.filter(event_name="runtime.routing.override.updated", attributes__scope_id=user)
    assert [event.attributes["alias_used"] for event in events.order_by("occurred_at", "id")] == [
        "true",
        "false",
        "false",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scope_type": "team"}, "scope_type"),
        ({"scope_id": " "}, "scope_id"),
        ({"scope_id": "x" * 161}, "scope_id"),
        ({"driver": "rust"}, "driver"),
        ({"reason": "x" * 256}, "reason"),
        ({"driver": None}, "driver"),
    ],
)
def test_bad_routing_overrides(operator: Person, change: dict[str, Any], field: str) -> None:
    body = {"scope_type": "user", "scope_id": "u", "driver": "control", **change}
    answer = override(operator, **body)
    assert (answer.status, answer.fields) == (422, {field})


def test_two_operators_at_once_leave_one_override(operator: Person) -> None:
    user, statuses = fresh("user"), []

    def write(driver: str) -> None:
        try:
            statuses.append(override(operator, scope_type="user", scope_id=user, driver=driver).status)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(driver,)) for driver in ("control", "runtime") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 4
    assert RuntimeDriverOverride.objects.filter(scope_id=user).count() == 1
    events = AuditEvent.objects.filter(event_name="runtime.routing.override.updated", attributes__scope_id=user)
    assert events.count() == 4


def test_routing_is_evaluated_for_the_caller(person: Person, operator: Person) -> None:
    def evaluated(**fields: Any) -> Any:
        return person.post(f"{BASE}/runtime-routing/evaluate", {"thread_id": "thread-1", **fields}).data

    assert evaluated() == {
        "driver": "control_service",
        "reason": "default_driver",
        "default_driver": "control_service",
        "force_control_service": False,
        "shadow": {"enabled": False, "mirrored": False, "sample_rate": 1.0},
    }
    autopilot = fresh("ap")
    AutopilotBinding.objects.create(autopilot_id=autopilot, driver="control_service", is_primary=False)
    AutopilotBinding.objects.create(autopilot_id=autopilot, driver="runtime_service", is_primary=True)
    bound = evaluated(autopilot_id=autopilot, user_id=person.user_id)
    assert (bound["driver"], bound["reason"]) == ("runtime_service", "autopilot_binding")
    assert (bound["autopilot_id"], bound["autopilot_binding_driver"]) == (autopilot, "runtime_service")
    override(operator, scope_type="autopilot", scope_id=autopilot, driver="control")
    assert evaluated(autopilot_id=autopilot)["autopilot_override"] == "control_service"
    override(operator, scope_type="user", scope_id=person.user_id, driver="runtime")
    assert evaluated(autopilot_id=autopilot)["reason"] == "user_override"
    assert person.post(f"{BASE}/runtime-routing/evaluate", {"thread_id": "t", "user_id": "other"}).status == 403
    assert person.post(f"{BASE}/runtime-routing/evaluate", {"thread_id": " "}).fields == {"thread_id"}


def test_a_mirrored_decision_names_its_shadow(person: Person, settings: Any) -> None:
    configure(settings, oa_runtime_shadow_enabled=True)
    shadow = person.post(f"{BASE}/runtime-routing/evaluate", {"thread_id": "t"}).data["shadow"]
    assert shadow == {"enabled": True, "mirrored": True, "sample_rate": 1.0, "shadow_driver": "runtime_service"}
    status = person.get(f"{BASE}/runtime-routing/status").data
    assert status["shadow"] == {"enabled": True, "sample_rate": 1.0, "max_capture_bytes": 200000}


def test_the_gate_guards_this_lane(person: Person, settings: Any) -> None:
    configure(settings, oa_compat_control_enforced=True)
    assert person.get(f"{BASE}/status").status == 426

"""Every page of the operators' admin with rows on it: it loads, costs the same for many rows, and shows no secret."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.control import models as control
from apps.control.services.clock import database_now
from apps.control.tests.world import Double, call, challenge, fresh, new_email, refresh, sign_in
from openagents.db.models import AuditEvent

OPS_SECRET = "example-ops-secret-not-real"
REGISTERED = sorted(
    (model for model in admin.site._registry if model._meta.app_label in ("control", "ground")),
    key=lambda model: model._meta.label,
)
NEVER_SHOWN = ("digest", "sealed", "fingerprint", "payment_request", "payment_proof")
"""Parts of column names that hold what nobody may read back."""
SWITCHES: tuple[type[models.Model], ...] = (
    control.MaintenanceSwitch,
    control.RouteSplitOverride,
    control.SecurityGlobal,
    control.CredentialRole,
)
QUERIES_MAX = 8
"""Of a list, whatever its length: the operator's session and rights, the filters, the count, the rows."""
HARMLESS = ("image_digest",)


@pytest.fixture(scope="module")
def world() -> Iterator[dict[str, Any]]:
    """A row of everything, made by the plane itself; `secrets`: all that was told to somebody or is kept sealed."""
    from django.conf import settings

    before = settings.OA
    settings.OA = before.model_copy(update={"oa_lightning_ops_secret": OPS_SECRET, "oa_khala_base_url": ""})
    try:
        found = populate()
    finally:
        settings.OA = before
    yield found
    for switch in SWITCHES:  # what is not somebody's own, and other tests would feel
        switch._default_manager.all().delete()


def ops(function: str, **args: Any) -> Any:
    body = {"functionName": f"lightning/{function}", "args": args}
    answer = call(
        "POST", "/api/internal/lightning-ops/control-plane/mutation", body, x_oa_lightning_ops_secret=OPS_SECRET
    )
    assert answer.status == 200, answer.content
    return answer.json


def populate() -> dict[str, Any]:
    person, other = sign_in(), sign_in()
    pair = refresh(person).json
    person.access = pair["token"]
    program = person.program()
    org_id = person.post("/api/orgs", {"name": "n", "slug": fresh("org")}).data["org_id"]
    invited = new_email()
    assert person.post(f"/api/orgs/{org_id}/members", {"email": invited, "role": "member"}).status == 201
    assert person.post("/api/integrations/resend", {"secret": "re_live_never_shown_1234"}).status == 200
    minted = person.post("/api/sync/token").data["token"]
    other.post("/api/auth/logout")
    asked = challenge(new_email())
    preimage, invoice = secrets.token_hex(32), fresh("lnbc1pinvoice")
    wall = ops(
        "ops:upsertPaywall",
        ownerUserId=person.user_id,
        name="Weather",
        hostRegexp=r"api\.example\.com",
        pathRegexp="^/v1/",
        priceMsats=2500,
        upstream="https://upstream.example.com/base",
    )["paywall"]["paywallId"]
    ops("ops:recordGatewayCompileIntent", configHash="ab" * 32, status="pending", paywallId=wall)
    ops("ops:recordGatewayDeploymentEvent", paywallId=wall, ownerId="o", eventType="deployed", level="info")
    money = {"paywallId": wall, "ownerId": "o", "amountMsats": 2500}
    invoice_id = fresh("inv")
    ops("settlements:ingestInvoiceLifecycle", invoiceId=invoice_id, status="open", paymentRequest=invoice, **money)
    settled = ops(
        "settlements:ingestSettlement",
        settlementId=fresh("set"),
        invoiceId=invoice_id,
        paymentProofType="lightning_preimage",
        paymentProofValue=preimage,
        **money,
    )["settlement"]
    ops("security:setGlobalPause", active=False, reason="r")
    ops("security:setOwnerKillSwitch", ownerId=fresh("owner"), active=True)
    ops("security:rotateCredentialRole", role="gateway_invoice", fingerprint="finger-print-not-shown")
    control.RouteSplitOverride.objects.update_or_create(
        scope="chat_pilot", defaults={"target": "legacy", "updated_by": "u"}
    )
    control.RuntimeDriverOverride.objects.create(
        id=fresh("rdo"), scope_type="user", scope_id=fresh("user"), driver="runtime_service"
    )
    control.AutopilotBinding.objects.create(autopilot_id=fresh("ap"), driver="runtime_service", is_primary=True)
    control.MaintenanceSwitch.objects.get_or_create(id=1, defaults={"enabled": False, "reason": "r", "changed_by": "x"})
    control.OrgProviderLink.objects.create(provider_org_id=fresh("org_01H"), org_id=org_id)
    session = control.Session.objects.get(pk=person.session_id)
    told = [
        *(person.access, person.refresh, pair["refreshToken"], program.access, minted, preimage, invoice),
        *("re_live_never_shown_1234", "finger-print-not-shown", settled["paymentProofRef"], session.access_digest),
        control.PersonalAccessToken.objects.get(user_id=person.user_id).digest,
        control.AuthChallenge.objects.get(pk=asked).code_digest,
        control.IntegrationSecret.objects.get(user_id=person.user_id).sealed,
        *control.RefreshToken.objects.filter(session=session).values_list("digest", flat=True),
    ]
    return {"person": person, "secrets": told}


def url(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_the_list_and_each_row_load_and_show_no_secret(
    world: dict[str, Any], operator: Client, model: type[models.Model]
) -> None:
    view = admin.site._registry[model]
    newest = model._default_manager.order_by(*(view.ordering or ("-pk",)))[:3]
    assert newest, "nothing to look at"
    pages = [operator.get(url(model, "changelist"))]
    if view.search_fields:
        pages.append(operator.get(url(model, "changelist"), {"q": fresh("nobody")}))
    pages += [operator.get(url(model, "change", row.pk)) for row in newest]
    assert {page.status_code for page in pages} == {200}
    shown = b"".join(page.content for page in pages)
    for secret in world["secrets"]:
        assert secret and secret.encode() not in shown


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
@pytest.mark.usefixtures("world")
def test_no_column_of_a_secret_is_on_a_page(operator: Client, model: type[models.Model]) -> None:
    view = admin.site._registry[model]
    row = model._default_manager.first()
    assert row is not None
    names = [field.name for field in model._meta.concrete_fields if field.name not in HARMLESS]
    fields = [name for name in names if any(word in name for word in NEVER_SHOWN)]
    page = operator.get(url(model, "change", row.pk)).content.decode()
    for field in fields:
        assert field not in view.list_display and field not in view.search_fields
        assert f"field-{field}" not in page, field


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_a_list_costs_the_same_for_many_rows(
    world: dict[str, Any], operator: Client, model: type[models.Model]
) -> None:
    operator.get(url(model, "changelist"))
    with CaptureQueriesContext(connection) as found:
        assert operator.get(url(model, "changelist")).status_code == 200
    assert len(found) <= 10, [row["sql"][:120] for row in found.captured_queries]


def test_what_keeps_secrets_alone_has_no_page() -> None:
    registered = {model.__name__ for model in REGISTERED}
    hidden = {"RefreshToken", "DevOutboxMessage", "StreamLease", "StatsSnapshot"}
    every = {model.__name__ for model in control.User._meta.apps.get_app_config("control").get_models()}
    assert every - registered == hidden


def test_nobody_else_sees_anything(world: dict[str, Any]) -> None:
    for model in REGISTERED:
        assert Client().get(url(model, "changelist")).status_code == 302
    bearer = {"authorization": f"Bearer {world['person'].access}"}
    assert Client().get("/admin/control/user/", headers=bearer).status_code == 302, "a user's bearer is no operator"


ACTIONS = [
    ("user", "close_accounts", "auth.account.closed"),
    ("user", "reopen_accounts", "auth.account.reopened"),
    ("session", "end_sessions", "auth.sessions.revoked"),
    ("device", "block_devices", "auth.device.blocked"),
    ("personalaccesstoken", "end_tokens", "pat.revoked"),
    ("orginvite", "withdraw_invites", "org.invite.withdrawn"),
    ("runtimedriveroverride", "deactivate", "runtime.routing.override.updated"),
    ("routesplitoverride", "lift", "route.split.override.updated"),
]


def test_every_action_is_one_of_the_tested_ones() -> None:
    found = {
        (str(model._meta.model_name), action.__name__)
        for model in REGISTERED
        for action in admin.site._registry[model].actions or ()
        if callable(action)
    }
    assert found == {(name, action) for name, action, _ in ACTIONS}


@pytest.mark.parametrize(("name", "action", "event"), ACTIONS)
def test_a_destructive_action_asks_first_and_is_audited(
    khala: Double, operator: Client, name: str, action: str, event: str
) -> None:
    row = a_row(action if action == "reopen_accounts" else name)
    data = {"action": action, "_selected_action": [str(row.pk)]}
    before, since = json.dumps(model_to_text(row)), database_now() - timedelta(seconds=1)
    asked = operator.post(url(type(row), "changelist"), data)
    assert asked.status_code == 200 and b'name="confirmed"' in asked.content
    assert json.dumps(model_to_text(type(row)._default_manager.get(pk=row.pk))) == before, "asking alone ends nothing"
    done = operator.post(url(type(row), "changelist"), {**data, "confirmed": "yes"})
    assert done.status_code == 302
    left = type(row)._default_manager.filter(pk=row.pk).first()
    assert left is None or json.dumps(model_to_text(left)) != before
    noted = AuditEvent.objects.filter(event_name=event, occurred_at__gte=since, attributes__by__startswith="admin:op")
    assert noted.count() == 1


def a_row(name: str) -> models.Model:
    person = sign_in()
    match name:
        case "user":
            return control.User.objects.get(pk=person.user_id)
        case "reopen_accounts":
            control.User.objects.filter(pk=person.user_id).update(deleted_at=database_now())
            return control.User.objects.get(pk=person.user_id)
        case "session":
            return control.Session.objects.get(pk=person.session_id)
        case "device":
            return control.Device.objects.get(user_id=person.user_id)
        case "personalaccesstoken":
            person.program()
            return control.PersonalAccessToken.objects.get(user_id=person.user_id)
        case "orginvite":
            org_id = person.post("/api/orgs", {"name": "n", "slug": fresh("org")}).data["org_id"]
            person.post(f"/api/orgs/{org_id}/members", {"email": new_email(), "role": "member"})
            return control.OrgInvite.objects.get(org_id=org_id)
        case "runtimedriveroverride":
            return control.RuntimeDriverOverride.objects.create(
                id=fresh("rdo"), scope_type="user", scope_id=person.user_id, driver="runtime_service"
            )
        case _:
            row, _ = control.RouteSplitOverride.objects.update_or_create(
                scope="account_settings_admin", defaults={"target": "rust_shell", "updated_by": "u"}
            )
            return row


def model_to_text(row: models.Model) -> dict[str, str]:
    return {field.name: str(getattr(row, field.attname)) for field in row._meta.concrete_fields}

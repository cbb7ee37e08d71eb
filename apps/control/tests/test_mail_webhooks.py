"""Webhooks of mail providers: verified over the raw bytes, handed to the runtime, repeated without harm."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import pytest

from apps.control.gateways.mail import PROVIDERS, Svix, Unverified
from apps.control.tests import world
from apps.control.tests.world import Answer, call, configure
from openagents.db.models import AuditEvent

SECRET = "whsec_ZXhhbXBsZS1tYWlsLWhvb2stbm90LXJlYWw="
OTHER = "whsec_" + base64.b64encode(b"another-secret-of-the-provider").decode()
FORWARD = "/internal/v1/comms/delivery-events"
EXAMPLE = (
    b'{"type":"email.delivered","created_at":"2026-02-25T06:13:20Z",'
    b'"data":{"email_id":"em_0001","to":["dev@example.com"]}}'
)
EXAMPLE_HEADERS = {
    "svix-id": "msg_0001",
    "svix-timestamp": "1772000000",
    "svix-signature": "v1,KJtZPoNYhv22QcyYib2CoFj8tEq39y4D+HNL4H4laEY=",
}


@pytest.fixture(autouse=True)
def secrets_set(settings: Any, nobody_listens: None) -> None:
    configure(settings, oa_mail_webhook_secrets=f"resend={SECRET},resend={OTHER},local={SECRET}")


def signature(event_id: str, timestamp: str, body: bytes, secret: str = SECRET) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, f"{event_id}.{timestamp}.".encode() + body, "sha256")).decode()


def send(
    body: Any, *, provider: str = "resend", secret: str = SECRET, event_id: str | None = None, **changes: str
) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    event_id, timestamp = event_id or world.fresh("msg"), str(int(time.time()))
    headers = {
        "svix_id": event_id,
        "svix_timestamp": timestamp,
        "svix_signature": f"v2,x v1,{base64.b64encode(b'x' * 32).decode()} "
        + signature(event_id, timestamp, raw, secret),
        **changes,
    }
    return call("POST", f"/api/webhooks/mail/{provider}", raw=raw, **headers)


def event(kind: str = "email.delivered", **data: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "created_at": "2026-02-25T06:13:20Z",
        "data": {"email_id": "em_1", "to": ["dev@example.com"], **data},
    }


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_keeps_the_contract(name: str) -> None:
    provider = PROVIDERS[name]
    assert provider.name == name
    assert provider.verify(EXAMPLE_HEADERS, EXAMPLE, [OTHER, SECRET], 1772000300.0) == "msg_0001"
    read = provider.read(json.loads(EXAMPLE))
    assert (read.delivery_state, read.message_id, read.recipient) == ("delivered", "em_0001", "dev@example.com")
    for headers, body, now, reason in (
        (EXAMPLE_HEADERS, EXAMPLE, 1772000301.0, "webhook_timestamp_invalid"),
        (EXAMPLE_HEADERS, EXAMPLE + b" ", 1772000000.0, "webhook_signature_invalid"),
        ({**EXAMPLE_HEADERS, "svix-id": "msg_2"}, EXAMPLE, 1772000000.0, "webhook_signature_invalid"),
        ({**EXAMPLE_HEADERS, "svix-signature": " "}, EXAMPLE, 1772000000.0, "webhook_signature_missing"),
        ({**EXAMPLE_HEADERS, "svix-timestamp": "now"}, EXAMPLE, 1772000000.0, "webhook_timestamp_invalid"),
    ):
        with pytest.raises(Unverified, match=reason):
            provider.verify(headers, body, [SECRET], now)


def test_a_secret_that_is_no_base64_signs_nothing() -> None:
    with pytest.raises(Unverified):
        Svix("x").verify({**EXAMPLE_HEADERS, "svix-signature": "v1,"}, EXAMPLE, ["whsec_!"], 1772000000.0)


def test_an_event_is_handed_to_the_runtime_and_may_be_repeated(runtime: world.Double) -> None:
    runtime.answer("POST", FORWARD, 202, {"status": "accepted"})
    event_id = world.fresh("msg")
    sent = event("email.bounced", bounce={"message": "m" * 300})
    answer = send(sent, event_id=event_id)
    assert (answer.status, answer.data) == (
        200,
        {"event_id": event_id, "status": "accepted", "delivery_state": "bounced", "idempotent_replay": False},
    )
    (request,) = runtime.at(FORWARD)
    assert request.act is None
    assert request.json == {
        "event_id": event_id,
        "provider": "resend",
        "delivery_state": "bounced",
        "payload": sent,
        "message_id": "em_1",
        "recipient": "dev@example.com",
        "occurred_at": "2026-02-25T06:13:20Z",
        "reason": "m" * 255,
    }
    runtime.answer("POST", FORWARD, 200, {"idempotentReplay": True})
    again = send(sent, event_id=event_id, secret=OTHER)
    assert (again.status, again.data["idempotent_replay"]) == (200, True)
    names = AuditEvent.objects.filter(attributes__event_id=event_id).values_list("event_name", flat=True)
    assert list(names) == ["mail.webhook.accepted"] * 2


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        (event("email.complained"), "complained"),
        (event("contact.updated", unsubscribed=True, to=[], email="a@b.c"), "unsubscribed"),
        (event("contact.updated", unsubscribed=False), None),
        (event("email.opened"), None),
        ({"type": "domain.created"}, None),
    ],
)
def test_what_an_event_means(runtime: world.Double, sent: dict[str, Any], state: str | None) -> None:
    runtime.answer("POST", FORWARD, 202)
    answer = send(sent)
    assert (answer.status, answer.data["delivery_state"]) == (200, state)
    assert answer.data["status"] == ("accepted" if state else "ignored")
    assert len(runtime.at(FORWARD)) == (1 if state else 0)


@pytest.mark.parametrize(
    ("status", "answered", "code"),
    [
        (409, 409, "conflict"),
        (400, 422, "invalid_request"),
        (401, 503, "service_unavailable"),
        (500, 503, "service_unavailable"),
    ],
)
def test_the_runtimes_refusals(runtime: world.Double, status: int, answered: int, code: str) -> None:
    runtime.answer("POST", FORWARD, status, {"error": "x"})
    answer = send(event())
    assert (answer.status, answer.code) == (answered, code)
    assert len(runtime.at(FORWARD)) == 1


def test_without_the_runtime_the_provider_shall_repeat() -> None:
    assert send(event()).status == 503


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"svix_id": ""}, "webhook_signature_missing"),
        ({"svix_timestamp": "1772000000"}, "webhook_timestamp_invalid"),
        ({"svix_signature": "v1,AAAA"}, "webhook_signature_invalid"),
    ],
)
def test_the_unverified_is_refused(runtime: world.Double, changes: dict[str, str], reason: str) -> None:
    answer = send(event(), **changes)
    assert (answer.status, answer.code, answer.reason) == (401, "unauthorized", reason)
    assert not runtime.received


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b'{"a":1,"a":2}', b"{}", b'{"type":"email.bounced"}', b"\xff"])
def test_a_signed_body_without_sense_is_unprocessable(runtime: world.Double, body: bytes) -> None:
    assert (send(body).status, runtime.received) == (422, [])


def test_size_is_looked_at_before_the_signature() -> None:
    answer = send(b'"' + b"x" * (256 * 1024) + b'"', svix_signature="v1,AAAA")
    assert (answer.status, answer.code) == (413, "payload_too_large")


def test_a_provider_without_secret_does_not_exist(settings: Any) -> None:
    assert send(event(), provider="postmark").status == 404
    assert send(event(), provider="Resend ", svix_signature="v1,AAAA").status in (401, 404)
    configure(settings, oa_env="prod")
    assert send(event(), provider="local").status == 404
    configure(settings, oa_mail_webhook_secrets="")
    assert send(event()).status == 404

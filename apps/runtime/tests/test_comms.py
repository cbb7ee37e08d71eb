"""Delivery reports: taken once, kept without the address, told to the user they concern."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.domain.comms import masked_recipient
from apps.runtime.models import CommsDeliveryEvent, SyncStreamEvent, Thread, ThreadMessage
from apps.runtime.tests.conftest import Call
from openagents.receipts.canonical import sha256_hex
from openagents.receipts.ids import new_id

PATH = "/internal/v1/comms/delivery-events"


def body(**changes: Any) -> dict[str, Any]:
    return {
        "event_id": new_id("evt"),
        "provider": " Resend ",
        "delivery_state": "Bounced",
        "payload": {"to": "person@example.org", "code": 550},
        "recipient": "Person@Example.org",
        "reason": "mailbox of person@example.org is full",
        **changes,
    }


def notifications(user_id: str) -> list[dict[str, Any]]:
    rows = SyncStreamEvent.objects.filter(topic=f"user:{user_id}:notifications").order_by("seq")
    return [json.loads(row.payload) for row in rows]


def test_a_report_is_taken_once_and_repeated_alike(call: Call) -> None:
    report = body()
    first = call("POST", PATH, report, user=None)
    assert (first.status_code, first.json()) == (
        202,
        {
            "event_id": report["event_id"],
            "eventId": report["event_id"],
            "status": "accepted",
            "idempotentReplay": False,
        },
    )
    again = call("POST", PATH, {**report, "provider": "resend", "delivery_state": "bounced"}, user=None)
    assert (again.status_code, again.json()["idempotentReplay"]) == (200, True)
    other = call("POST", PATH, {**report, "payload": {"code": 551}}, user=None)
    assert (other.status_code, other.json()["reason_code"]) == (409, "delivery_event_conflict")
    elsewhere = call("POST", PATH, {**report, "provider": "postmark"}, user=None)
    assert elsewhere.status_code == 202


def test_the_address_is_kept_hashed_and_masked_only(call: Call) -> None:
    report = body()
    call("POST", PATH, report, user=None)
    stored = CommsDeliveryEvent.objects.filter(provider="resend", event_id=report["event_id"]).values().get()
    assert stored["recipient_sha256"] == sha256_hex("person@example.org")
    assert stored["recipient_masked"] == "P***@Example.org"
    assert "person@example.org" not in json.dumps(stored, default=str).lower()


def test_the_owner_of_the_message_is_told_and_so_is_the_integration_from_then_on(call: Call) -> None:
    owner, thread_id, message_id, integration = new_id("user"), new_id("thr"), new_id("msg"), new_id("int")
    now = timezone.now()
    Thread.objects.create(thread_id=thread_id, owner_key=f"user:{owner}", created_at=now, updated_at=now)
    ThreadMessage.objects.create(
        thread_id=thread_id, position=1, message_id=message_id, role="assistant", text="hi", created_at=now
    )
    unknown = body(integration_id=integration)
    assert call("POST", PATH, unknown, user=None).status_code == 202
    assert notifications(owner) == []
    named = body(message_id=message_id, integration_id=integration)
    assert call("POST", PATH, named, user=None).status_code == 202
    assert call("POST", PATH, named, user=None).status_code == 200
    (told,) = notifications(owner)
    assert told == {
        "id": told["id"],
        "type": "comms_delivery",
        "title": "Mail bounced",
        "ref": f"comms:resend:{named['event_id']}",
    }
    call("POST", PATH, body(integration_id=integration, delivery_state="delivered"), user=None)
    assert [notice["title"] for notice in notifications(owner)] == ["Mail bounced", "Mail delivered"]


@pytest.mark.parametrize(
    "changes",
    [
        {"event_id": "  "},
        {"provider": "two words"},
        {"delivery_state": "opened"},
        {"payload": None},
        {"payload": [1]},
        {"occurred_at": "yesterday"},
        {"reason": "x" * 256},
    ],
)
def test_a_report_that_lacks_its_facts_is_refused(call: Call, changes: dict[str, Any]) -> None:
    assert call("POST", PATH, body(**changes), user=None).status_code == 400


def test_only_control_hands_reports_on(call: Call) -> None:
    assert call("POST", PATH, body(), user=None, issuer="ops").status_code == 403


def test_sixteen_copies_of_a_report_at_once_are_one(in_parallel: Any) -> None:
    from apps.runtime.domain.comms import DeliveryState
    from apps.runtime.services.comms import Report, take

    report = Report("resend", new_id("evt"), DeliveryState.DELIVERED, {"a": 1})
    assert sorted(in_parallel(16, lambda _: take(report))) == [False] * 15 + [True]


@given(st.text(max_size=40))
def test_a_mask_shows_no_more_than_the_first_letter_of_the_name(address: str) -> None:
    masked = masked_recipient(address)
    name, _, domain = masked.partition("@")
    assert name == "***" or (len(name) == 4 and name.endswith("***"))
    assert len(domain) <= len(address)

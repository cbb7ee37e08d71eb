"""Client telemetry (section 20): what is taken, what is kept of it, over HTTP and over a socket."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from apps.khala.domain import telemetry
from apps.khala.domain.telemetry import Rejected
from apps.khala.models import ClientTelemetryRow
from apps.khala.services.telemetry import Labels
from apps.khala.tests.conftest import Native, Serving, User, until
from openagents.receipts.ids import new_id
from openagents.sync.v1 import telemetry_pb2

NOW = 1_772_000_000_000


def event(**fields: Any) -> dict[str, Any]:
    body = {
        "schema_version": telemetry.SCHEMA,
        "event_id": new_id("evt"),
        "occurred_at_unix_ms": NOW,
        "surface": "CLIENT_SURFACE_DESKTOP",
        "reconnect": {"attempt": 2, "backoff_ms": 500, "resumed": True, "reason_code": "heartbeat"},
    }
    return {name: value for name, value in (body | fields).items() if value is not None}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"schema_version": "v0"}, "unsupported_schema_version"),
        ({"event_id": ""}, "invalid_event_id"),
        ({"event_id": "x" * 129}, "invalid_event_id"),
        ({"event_id": 7}, "invalid_event_id"),
        ({"occurred_at_unix_ms": NOW - telemetry.PAST_MS - 1}, "occurred_at_out_of_range"),
        ({"occurred_at_unix_ms": NOW + telemetry.FUTURE_MS + 1}, "occurred_at_out_of_range"),
        ({"occurred_at_unix_ms": "soon"}, "invalid_number"),
        ({"occurred_at_unix_ms": True}, "invalid_number"),
        ({"surface": "toaster"}, "unknown_surface"),
        ({"reconnect": None}, "exactly_one_event"),
        ({"boot": {"cold": True}}, "exactly_one_event"),
        ({"reconnect": 7}, "invalid_event"),
        ({"reconnect": {"attempt": 1.5}}, "invalid_number"),
        ({"reconnect": {"resumed": "yes"}}, "invalid_event"),
        ({"reconnect": {"reason_code": "bob@example.com"}}, "invalid_reason_code"),
        ({"app_version": "x" * 201}, "invalid_app_version"),
        ({"reconnect": None, "replay": {"status": "fine"}}, "invalid_status"),
        ({"reconnect": None, "delivery_error": {"channel": "pigeon"}}, "invalid_channel"),
        ({"reconnect": None, "boot": {"previous_exit": "?"}}, "invalid_previous_exit"),
        ({"reconnect": None, "crash": {"signature_hash": "Traceback …"}}, "invalid_signature_hash"),
    ],
)
def test_what_is_not_taken(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Rejected, match=f"^{reason}$"):
        telemetry.read(event(**fields), NOW)


@pytest.mark.parametrize(
    ("arm", "body", "reason"),
    [
        ("reconnect", {"attempt": 2, "last_applied_seq": "9007199254740993", "reason_code": "x"}, "x"),
        (
            "auth_failure",
            {"http_status": 401, "reason_code": "token_expired", "refresh_attempted": True},
            "token_expired",
        ),
        ("replay", {"status": "live", "requested_after_seq": 1, "head_seq": 5}, "live"),
        ("delivery_error", {"channel": "replay", "reason_code": "chain_mismatch"}, "chain_mismatch"),
        ("boot", {"cold": True, "boot_ms": 9, "previous_exit": "killed"}, ""),
        ("crash", {"signature_hash": "sha256:" + "ab" * 32, "phase": "replay", "uptime_ms": 9}, ""),
    ],
)
def test_every_kind_is_taken_and_keeps_only_what_it_knows(arm: str, body: dict[str, Any], reason: str) -> None:
    arms = {"reconnect": None} | {arm: body | {"stack": "secret", "user": "bob"}}
    raw = event(**arms, user_id="bob", surface="sdk")
    taken = telemetry.read(raw, NOW)
    assert (taken.kind, taken.reason, taken.surface) == (arm, reason, "sdk")
    assert taken.body[arm].keys() == body.keys() and "bob" not in str(taken)


@pytest.mark.parametrize(
    ("topic", "class_name"),
    [
        ("run:r1:events", "run_events"),
        ("runtime.run_summaries", "run_summaries"),
        ("runtime.codex_worker_events", "codex_worker_events"),
        ("user:bob:notifications", "notifications"),
        ("bob's diary", "fallback"),
        ("", ""),
    ],
)
def test_a_topic_is_reduced_to_its_class(topic: str, class_name: str) -> None:
    assert telemetry.read(event(topic=topic), NOW).topic_class == class_name


def test_e7_scope_hash() -> None:
    assert (
        telemetry.scope_hash("example-telemetry-pepper-not-real", "user:user_0001|user:user_0001|desktop:alpha")
        == "sha256:83d6cc29f685a0bcc4510ca4c6b7ab6f9faef1b168ee1fc6e0fc583c97060b55"
    )


def test_label_values_that_clients_choose_are_bounded() -> None:
    labels = Labels(2)
    assert [labels.of(value) for value in "abcab"] == ["a", "b", "other", "a", "b"]


def post(serving: Serving, token: str, body: Any) -> httpx.Response:
    return httpx.post(f"{serving.http}/khala/v1/telemetry", json=body, headers={"Authorization": f"Bearer {token}"})


def fresh(**fields: Any) -> dict[str, Any]:
    return event(occurred_at_unix_ms=int(time.time() * 1000), **fields)


def test_events_are_kept_once_and_say_nobodys_name(serving: Serving, user: User) -> None:
    one, two = fresh(topic=f"user:{user.user_id}:runs", actor_scope_hash="sha256:" + "00" * 32), fresh()
    answer = post(serving, user.token(), {"events": [one, two, one, fresh(surface="?")]})
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 2,
        "duplicates": 1,
        "rejected": [{"index": 3, "reason": "unknown_surface"}],
    }
    assert post(serving, user.token(), {"events": [one]}).json()["duplicates"] == 1
    row = ClientTelemetryRow.objects.get(event_id=one["event_id"])
    assert (row.kind, row.topic_class, row.surface, row.reason_code) == (
        "reconnect",
        "run_summaries",
        "desktop",
        "heartbeat",
    )
    assert row.actor_scope_hash.startswith("sha256:") and "00" * 32 not in row.actor_scope_hash
    assert user.user_id not in str(row.__dict__)


def test_a_token_that_has_just_expired_still_reports(serving: Serving, user: User) -> None:
    now = int(time.time())
    old = user.token(iat=now - 1000, nbf=now - 1000, exp=now - 200)
    assert post(serving, old, {"events": [fresh()]}).status_code == 202
    ancient = user.token(iat=now - 4500, nbf=now - 4500, exp=now - 3601)
    answer = post(serving, ancient, {"events": [fresh()]})
    assert (answer.status_code, answer.json()["reason_code"]) == (401, "token_expired")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"events": []}, 400),
        ({"events": [{}] * 51}, 400),
        ({}, 400),
        ([], 400),
        ({"events": [{"event_id": "x" * 70_000}]}, 413),
    ],
)
def test_lists_that_are_refused(serving: Serving, user: User, body: Any, status: int) -> None:
    assert post(serving, user.token(), body).status_code == status


def test_an_event_over_the_socket_is_kept_too(native: Any, user: User) -> None:
    client: Native = native(user)
    event_id = new_id("evt")
    client.send(
        telemetry=telemetry_pb2.ClientTelemetryEvent(
            schema_version=telemetry.SCHEMA,
            event_id=event_id,
            occurred_at_unix_ms=int(time.time() * 1000),
            surface=telemetry_pb2.CLIENT_SURFACE_SDK,
            delivery_error=telemetry_pb2.ClientDeliveryError(channel="ws", reason_code="chain_mismatch"),
        )
    )
    client.send(telemetry=telemetry_pb2.ClientTelemetryEvent(event_id=""))
    row = until(lambda: ClientTelemetryRow.objects.filter(event_id=event_id).first())
    assert (row.kind, row.reason_code, row.surface) == ("delivery_error", "chain_mismatch", "sdk")

"""What is on record: every allowed and denied act of section 20's list, with its reason."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from apps.khala.domain.access import TopicRow
from apps.khala.domain.compat import Window
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.speech import Wanted
from apps.khala.models import AuditRow
from apps.khala.tests.client_model import ALICE, World, run_topic, world
from apps.khala.tests.conftest import JournalTopic, Native, Serving, User, signed, until

RUN = "run:r1:events"
Act = Callable[[World], object]


def _subscribed(here: World) -> None:
    here.subscribe(RUN)
    here.settle()


def _stale(here: World) -> None:
    here.topics[RUN].prune(3)
    here.subscribe(Wanted(RUN, cursor=1))
    here.settle()


def _denied(here: World) -> None:
    here.rows[RUN] = TopicRow("user:z")
    _subscribed(here)


def _unsubscribed(here: World) -> None:
    _subscribed(here)
    here.unsubscribe(RUN)


def _refused_token(here: World) -> None:
    here.say(speech.Authenticate("r", "t"))
    here.feed(ev.TokenChecked(None, reason="token_expired"))


@pytest.mark.parametrize(
    ("fields", "act", "event", "outcome", "reason", "topic"),
    [
        ({}, lambda here: here.hello(), "khala.join.allowed", "allow", "", ""),
        (
            {"window": Window(min_client_build_id="20260101T000000Z", enforced=True)},
            lambda here: here.hello(),
            "khala.join.denied",
            "deny",
            "invalid_client_build",
            "",
        ),
        ({}, lambda here: here.hello(device_id="other"), "khala.join.denied", "deny", "device_mismatch", ""),
        ({"soft_failure": "stolen"}, lambda here: here.hello(), "khala.reauth.denied", "deny", "stolen", ""),
        ({}, lambda here: (here.hello(), _subscribed(here)), "khala.subscribe.allowed", "allow", "", RUN),
        ({}, lambda here: (here.hello(), _denied(here)), "khala.subscribe.denied", "deny", "owner_mismatch", RUN),
        ({}, lambda here: (here.hello(), _unsubscribed(here)), "khala.unsubscribed", "allow", "", RUN),
        ({}, lambda here: (here.hello(), _stale(here)), "khala.stale_cursor", "deny", "retention_floor_breach", RUN),
        (
            {},
            lambda here: (here.hello(), here.feed(ev.Writable(2_000_000))),
            "khala.slow_consumer",
            "deny",
            "slow_consumer",
            "",
        ),
        ({}, lambda here: (here.hello(), here.feed(ev.Revoked("lost"))), "khala.evicted", "deny", "lost", ""),
        ({}, lambda here: (here.hello(), here.feed(ev.LeaseRefused("gone"))), "khala.evicted", "deny", "gone", ""),
        ({}, lambda here: (here.hello(), _refused_token(here)), "khala.reauth.denied", "deny", "token_expired", ""),
    ],
)
def test_the_core_says_what_belongs_on_record(
    fields: dict[str, object], act: Act, event: str, outcome: str, reason: str, topic: str
) -> None:
    here = world(run_topic(rows=5), joined=False, principal=ALICE, **fields)
    act(here)
    said = [output for output in here.asked(ev.Audit) if output.event == event]
    assert [(one.outcome, one.reason, one.topic) for one in said] == [(outcome, reason, topic)]


@pytest.mark.parametrize(
    ("headers", "event", "reason"),
    [
        ({"Authorization": "Bearer x.y.z"}, "khala.handshake.denied", "invalid_token"),
        ({"Authorization": "Bearer x", "Origin": "https://evil.example"}, "khala.origin.denied", "origin_not_allowed"),
    ],
)
def test_a_denied_handshake_is_on_record_before_the_answer(
    serving: Serving, headers: dict[str, str], event: str, reason: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(serving.url, subprotocols=["oa.khala.v1.pb"], additional_headers=headers)
    request_id = orjson.loads(refused.value.response.body)["request_id"]
    [row] = AuditRow.objects.filter(request_id=request_id)
    assert (row.event, row.outcome, row.reason_code) == (event, "deny", reason)
    if reason == "invalid_token":
        assert row.attributes == {"internal": "invalid_token_format"}


def test_an_eviction_and_a_stale_cursor_are_on_record(
    serving: Serving, user: User, run_topic: JournalTopic, native: Callable[..., Native]
) -> None:
    run_topic.append({"n": 1}, {"n": 2}, {"n": 3})
    run_topic.set(floor_seq=2, floor_chain=run_topic.chains[2])
    client = native(user)
    assert client.subscribe(run_topic.name, 1).reason == "retention_floor_breach"
    raw = orjson.dumps({"session_ids": [user.session_id], "reason": "stolen"})
    assert signed(serving, "control", "POST", "/internal/v1/sync/sessions/revoke", raw).status_code == 200
    mine = AuditRow.objects.filter(session_id=user.session_id)
    row = until(lambda: mine.filter(event="khala.evicted").first())
    assert (row.reason_code, row.device_id, row.outcome) == ("stolen", user.device_id, "deny")
    assert until(lambda: mine.filter(event="khala.stale_cursor", topic=run_topic.name).first())
    assert until(lambda: mine.filter(event="khala.handshake.accepted").first())

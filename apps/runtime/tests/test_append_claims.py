"""The nonce of a signed append: claimed by the statement of the append, and used up by whatever becomes of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from apps.runtime.domain.owners import Owner
from apps.runtime.models import OpsSwitch, Run, RunEvent, SyncStreamEvent
from apps.runtime.services import write_mode
from apps.runtime.services.append import append, append_all, committer
from apps.runtime.services.committer import Bounds
from apps.runtime.tests import factories as make
from apps.runtime.tests.appenders import Appenders, leader_waiting, locked, outcome, until
from apps.runtime.tests.conftest import key_of
from apps.runtime.tests.test_append import assert_agrees, refusal
from apps.runtime.tests.test_group_commit import _spoil_topic, _waits_for_a_lock
from openagents.db import stores
from openagents.db.models import InternalNonce
from openagents.ops import context, faults
from openagents.peers import auth
from openagents.peers.signature import Act, new_nonce, sign
from openagents.receipts.ids import new_id, new_uuid7

DELTA = {"event_type": "text.delta", "payload": {"delta": "hi"}}
SINGLE, BATCH = "events", "events/batch"


class Signed:
    """One signed request, to be sent as often as one likes."""

    def __init__(self, run: Run | UUID | str, path: str, body: Any, *, issuer: str = "control", **claims: Any) -> None:
        of = run.owner_key.removeprefix("user:") if isinstance(run, Run) else new_id("user")
        self.target = f"/internal/v1/runs/{run.id if isinstance(run, Run) else run}/{path}"
        self.content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.nonce = new_nonce()
        self.headers = sign(
            key_of(issuer), aud="runtime", method="POST", path_with_query=self.target, body=self.content,
            nonce=self.nonce, act=claims.pop("act", Act(user_id=of)), **claims,
        )  # fmt: skip

    def __call__(self) -> Any:
        client = Client(raise_request_exception=False)
        return client.generic("POST", self.target, self.content, content_type="application/json", headers=self.headers)

    @property
    def uses(self) -> int:
        return InternalNonce.objects.filter(nonce=self.nonce).count()


def single(run: Run | UUID | str, **fields: Any) -> Signed:
    return Signed(run, SINGLE, {**DELTA, **fields})


def batch(run: Run | UUID | str, count: int = 2, **fields: Any) -> Signed:
    return Signed(run, BATCH, {"events": [DELTA] * count, **fields})


def code(answer: Any) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, body["error"], body.get("reason_code")


REPLAYED = (401, "unauthorized", "nonce_replayed")


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def replays_counted() -> float:
    return counted("oa_internal_auth_rejected_total", plane="runtime", reason="nonce_replayed")


@pytest.fixture(autouse=True)
def known_mode() -> Iterator[None]:
    """No request of a test asks for the mode by itself; whatever a test froze is thawed."""
    write_mode.current(fresh=True)
    yield
    with transaction.atomic():
        OpsSwitch.objects.all().delete()
    write_mode.forget()


@pytest.mark.parametrize("kind", [single, batch])
def test_a_replay_is_answered_as_on_every_other_route_and_writes_nothing(kind: Callable[[Run], Signed]) -> None:
    run = make.run()
    elsewhere = Signed(run, "cancel", {"thread_id": ""})
    elsewhere()
    request = kind(run)
    assert request().status_code == 200
    before = Run.objects.get(id=run.id).latest_seq, replays_counted(), counted_appends()
    with structlog.testing.capture_logs() as lines:
        wanted, answer = elsewhere(), request()
    line = {"event": "internal_call_rejected", "log_level": "warning", "reason": "nonce_replayed"}
    assert [found for found in lines if found["event"] == line["event"]] == [line, line]
    assert code(answer) == code(wanted) == REPLAYED
    assert {**answer.json(), "request_id": ""} == {**wanted.json(), "request_id": ""}
    assert answer.json()["request_id"] == answer["x-request-id"] != wanted["x-request-id"]
    assert (Run.objects.get(id=run.id).latest_seq, replays_counted(), counted_appends()) == (
        before[0],
        before[1] + 2,
        before[2],
    )
    row = InternalNonce.objects.get(nonce=request.nonce)
    assert row.scope == f"runtime:{key_of('control').kid}"
    assert timedelta(seconds=100) < row.expires_at - datetime.now(UTC) < timedelta(seconds=121)
    assert_agrees(run.id)


def counted_appends() -> float:
    return sum(counted("oa_runtime_event_append_total", result=result) for result in ("ok", "replay", "rejected"))


@pytest.mark.parametrize("kind", [single, batch])
@pytest.mark.parametrize("gathered", [True, False])
def test_of_copies_sent_at_once_one_is_appended(
    kind: Callable[[Run], Signed], gathered: bool, in_parallel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gathered they meet in one statement or in a few; apart, each in its own transaction."""
    monkeypatch.setattr(settings.OA, "runtime_append_group_commit", gathered)
    run = make.run()
    request = kind(run)
    answers = in_parallel(12, lambda _: request())
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 11
    assert {code(answer) for answer in answers if answer.status_code != 200} == {REPLAYED}
    assert Run.objects.get(id=run.id).latest_seq == (2 if kind is single else 3)
    assert_agrees(run.id)


def test_in_one_group_a_replay_is_refused_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    run, other = make.run(), make.run()
    earlier, twice = single(other), single(run, payload={"delta": "twice"})
    assert earlier().status_code == 200
    wanted = [
        twice,
        earlier,
        twice,
        lambda: append(make.request(run.id)),
        stale := single(run, expected_previous_seq=50),
        several := batch(run, 3),
        earlier,
        last := single(run),
    ]
    appenders = Appenders(len(wanted) + 1)
    replays, noted = replays_counted(), []

    def note(reason: str) -> None:
        noted.append(context.request_id.get())
        counting(reason)

    counting = auth._note
    monkeypatch.setattr(auth, "_note", note)
    with leader_waiting(appenders, monkeypatch):
        waiting = [appenders.queued(work) for work in wanted]
    answers = [outcome(future) for future in waiting]
    assert len(appenders.statements) == 2
    assert answers[0].json()["event"]["seq"] == 2
    assert [code(answers[n]) for n in (1, 2, 6)] == [REPLAYED] * 3
    assert sorted(answers[n].json()["request_id"] for n in (1, 2, 6)) == sorted(set(noted)), "each notes its own"
    assert [place.seq for place in answers[3]] == [3]
    assert code(answers[4]) == (409, "conflict", "sequence_conflict")
    assert [result["seq"] for result in answers[5].json()["results"]] == [4, 5, 6]
    assert answers[7].json()["event"]["seq"] == 7
    assert replays_counted() == replays + 3
    assert [request.uses for request in (earlier, twice, stale, several, last)] == [1] * 5
    for request in (twice, stale, several, last):
        assert code(request()) == REPLAYED
    assert_agrees(run.id)


@given(
    st.sets(st.integers(0, 3)),
    st.lists(st.tuples(st.none() | st.integers(0, 3), st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=8),
)
def test_any_mixture_is_what_one_after_the_other_would_be(
    before: set[int], wanted: list[tuple[int | None, int, int]]
) -> None:
    """(nonce or none, run, events) each: the first use of a nonce writes, every later one is refused."""
    runs, scope = [make.run() for _ in range(3)], new_id("scope")
    expires_at = datetime.now(UTC) + timedelta(seconds=60)
    for nonce in before:
        stores.single_use().claim(scope, str(nonce), expires_at)
    outcomes = append_all(
        [
            make.request(
                runs[run].id,
                *[make.event(payload={"of": place}) for _ in range(events)],
                claim=None if nonce is None else stores.Claim(scope, str(nonce), expires_at),
            )
            for place, (nonce, run, events) in enumerate(wanted)
        ]
    )
    used, heads = set(before), [1, 1, 1]
    for (nonce, run, events), found in zip(wanted, outcomes, strict=True):
        if nonce in used:
            assert refusal(found) == ("unauthorized", "nonce_replayed")
            continue
        used |= {nonce} - {None}
        assert isinstance(found, list)
        assert [place.seq for place in found] == list(range(heads[run] + 1, heads[run] + 1 + events))
        heads[run] += events
    assert set(InternalNonce.objects.filter(scope=scope).values_list("nonce", flat=True)) == set(map(str, used))
    assert [Run.objects.get(id=run.id).latest_seq for run in runs] == heads


LARGE = {"delta": "x" * 262_144}
EARLY_ENDS: dict[str, tuple[int, Callable[[Run], Signed]]] = {
    "no JSON": (400, lambda run: Signed(run, SINGLE, b"{")),
    "no event type": (400, lambda run: Signed(run, SINGLE, {})),
    "a type that is none": (400, lambda run: single(run, event_type="no type")),
    "a run id that is none": (400, lambda run: single("none")),
    "too large": (413, lambda run: single(run, payload=LARGE)),
    "an issuer that may not": (403, lambda run: Signed(run, SINGLE, DELTA, issuer="khala")),
    "an empty batch": (400, lambda run: Signed(run, BATCH, {"events": []})),
    "a key twice": (400, lambda run: Signed(run, BATCH, {"events": [{**DELTA, "idempotency_key": "k"}] * 2})),
    "a large one in a batch": (413, lambda run: Signed(run, BATCH, {"events": [DELTA, {**DELTA, "payload": LARGE}]})),
}
REFUSED: dict[str, tuple[int, Callable[[Run], Signed]]] = {
    "a stale seq": (409, lambda run: single(run, expected_previous_seq=50)),
    "no such run": (404, lambda run: single(new_uuid7())),
    "somebody else's": (403, lambda run: Signed(run, SINGLE, DELTA, act=Act(user_id="user_other"))),
    "an illegal transition": (
        400,
        lambda run: Signed(run, BATCH, {"events": [{"event_type": "run.finished", "payload": {"status": "failed"}},
                                                   {"event_type": "run.started", "payload": {}}]}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [*EARLY_ENDS, *REFUSED])
def test_a_request_that_fails_uses_its_nonce_up(case: str) -> None:
    """Whether the append refuses it or it never gets there."""
    run = make.run()
    status, make_request = {**EARLY_ENDS, **REFUSED}[case]
    request = make_request(run)
    assert request.uses == 0
    first = request()
    assert (first.status_code, request.uses) == (status, 1), first.content
    replays = replays_counted()
    assert (code(request()), replays_counted()) == (REPLAYED, replays + 1)
    assert Run.objects.get(id=run.id).latest_seq == 1


def test_a_refused_verification_spends_no_nonce() -> None:
    run = make.run()
    request = single(run)
    content, request.content = request.content, b"{}"
    assert code(request()) == (401, "unauthorized", "body_hash_mismatch")
    assert request.uses == 0
    request.content = content
    assert request().status_code == 200


def test_a_full_queue_uses_the_nonce_up(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make.run()
    waits, turned_away = single(run), single(run)
    appenders = Appenders(2)
    with leader_waiting(appenders, monkeypatch):
        future = appenders.queued(waits)
        monkeypatch.setattr(committer(), "_bounds", Bounds(queue_events=1))
        assert code(turned_away()) == (503, "dependency_unavailable", None)
        assert (turned_away.uses, waits.uses) == (1, 0)
    assert outcome(future).status_code == 200
    assert code(turned_away()) == REPLAYED


@pytest.mark.parametrize("known", [True, False])
def test_a_freeze(known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known to the process it ends the request early; else the journal takes everything back, the claim with it."""
    run = make.run()
    earlier, request = single(run), single(run)
    assert earlier().status_code == 200
    write_mode.switch("read_only", "drill", "op-1")
    if not known:
        monkeypatch.setattr(write_mode, "_copy", (time.monotonic() + 60, "active"))
        assert code(earlier()) == REPLAYED
    assert code(request()) == (503, "write_path_frozen", None)
    assert request.uses == known
    assert code(earlier()) == REPLAYED
    write_mode.switch("active", "drill", "op-1")
    again = request()
    assert (code(again) == REPLAYED) if known else (again.status_code == 200)


def test_mirrored_traffic_claims_in_the_transaction_of_its_append() -> None:
    run = make.run()
    request, unlucky = Signed(run, SINGLE, DELTA, shadow=True), Signed(run, BATCH, {"events": [DELTA]}, shadow=True)
    write_mode.switch("shadow_only", "drill", "op-1")
    assert request().status_code == 200
    assert code(request()) == REPLAYED
    with ExitStack() as armed:
        armed.enter_context(faults.arm("runtime.append.after_write", "error"))
        assert unlucky().status_code == 500
    assert (unlucky.uses, Run.objects.get(id=run.id).latest_seq) == (0, 2)
    assert unlucky().status_code == 200
    assert code(unlucky()) == REPLAYED
    assert RunEvent.objects.filter(run_id=run.id).count() == 3
    assert SyncStreamEvent.objects.filter(topic=f"run:{run.id}:events").count() == 1


def test_a_group_that_is_dissolved_claims_each_nonce_once(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, sick = [make.run() for _ in range(3)], make.run()
    _spoil_topic(sick)
    earlier = single(runs[0])
    assert earlier().status_code == 200
    poison, healthy = single(sick), [single(run) for run in runs]
    appenders = Appenders(6)
    with leader_waiting(appenders, monkeypatch):
        waiting = [appenders.queued(request) for request in (healthy[0], poison, earlier, *healthy[1:])]
    answers = [outcome(future) for future in waiting]
    assert len(appenders.statements) == 2 + 5
    assert [answer.status_code for answer in answers] == [200, 500, 401, 200, 200]
    assert [request.uses for request in (*healthy, earlier, poison)] == [1, 1, 1, 1, 0]
    assert [code(request()) for request in healthy] == [REPLAYED] * 3
    for run in runs:
        assert_agrees(run.id)


@pytest.mark.parametrize("released", [True, False])
def test_an_append_that_is_tried_again_claims_once(released: bool) -> None:
    """Whoever waits too long for its run gives its claim back with everything else, and makes it anew."""
    run = make.run()
    request = single(run)
    appenders = Appenders(1)

    def impatient() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = %s", ["1s" if released else "50ms"])
        return request()

    with locked(run):
        future = appenders.start(impatient)
        until(lambda: sum("runtime_append" in sql for _, sql in appenders.statements) == (2 if released else 3))
        if not released:
            assert code(outcome(future)) == (503, "dependency_unavailable", None)
    answer = outcome(future) if released else request()
    assert (answer.status_code, answer.json()["event"]["seq"], request.uses) == (200, 2, 1)
    assert code(request()) == REPLAYED


def test_an_append_that_the_database_lost_has_not_used_its_nonce(testbed: Any) -> None:
    run = make.run()
    request = batch(run)
    appenders = Appenders(1)
    backend: list[int] = []

    def call() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend.append(cursor.fetchone()[0])
        return request()

    with locked(run):
        future = appenders.start(call)
        until(lambda: bool(backend) and _waits_for_a_lock(testbed, backend[0]))
        with testbed.server.connect("postgres") as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [backend[0]])
        assert code(outcome(future)) == (503, "dependency_unavailable", None)
    assert request.uses == 0
    assert request().status_code == 200
    assert code(request()) == REPLAYED


def test_without_a_store_a_failed_request_is_refused_for_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was when the nonce came first: nobody can say whether the request was there before."""

    def broken() -> None:
        raise DatabaseError

    request = Signed(make.run(), SINGLE, {})
    with monkeypatch.context() as patch:
        patch.setattr(stores, "prepared_cursor", broken)
        assert code(request()) == (503, "dependency_unavailable", None)
    assert (request().status_code, request.uses) == (400, 1)


def test_inside_a_transaction_the_claim_is_a_part_of_that() -> None:
    run = make.run(Owner.user(new_id("user")))
    request = single(run)
    with pytest.raises(LookupError), transaction.atomic():
        assert request().status_code == 200
        assert code(request()) == REPLAYED
        raise LookupError
    assert (request.uses, Run.objects.get(id=run.id).latest_seq) == (0, 1)

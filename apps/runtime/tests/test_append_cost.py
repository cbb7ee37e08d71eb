"""What an append costs, counted: round trips, rows, scans; and the run that it shows without another question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import RedisError

from apps.runtime.domain.events import Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.models import Run
from apps.runtime.services import write_mode
from apps.runtime.services.append import Append, append, append_and_show
from apps.runtime.tests import factories as make
from openagents.db import stores
from openagents.peers import auth
from openagents.receipts.canonical import canonical_sha256
from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault

Call = Callable[..., Any]

WRITES_OF_ONE_EVENT = {
    "run_event": (1, 0),
    "run": (0, 1),
    "run_summary": (0, 1),
    "projection_checkpoint": (0, 1),
    "sync_stream_events": (2, 0),
    "sync_topic_sequences": (0, 2),
    "sync_topic_docs": (0, 1),
}
"""Rows inserted and updated by an event of a user's run that has a summary document already."""


def test_an_append_writes_what_it_must_and_scans_no_table() -> None:
    """However small a table is when a connection first plans its statements: the plan outlives that."""
    run = make.run()
    append(make.request(run.id))
    with transaction.atomic():
        before = _table_counts()
        append(make.request(run.id, make.event(key="counted")))
        after = _table_counts()
    moved = {
        name: tuple(now - then for now, then in zip(after[name], before.get(name, (0, 0, 0)), strict=True))
        for name in after
    }
    assert {name: counts[:2] for name, counts in moved.items() if any(counts[:2])} == WRITES_OF_ONE_EVENT
    assert {name for name, counts in moved.items() if counts[2]} <= {"ops_switch"}  # one row, asked by the write gate


def _table_counts() -> dict[str, tuple[int, int, int]]:
    """Rows inserted and updated, and sequential scans, in this transaction, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, seq_scan FROM pg_stat_xact_user_tables"
            " WHERE schemaname = current_schema()"
        )
        return {name: (inserted, updated, scans) for name, inserted, updated, scans in cursor.fetchall()}


def test_a_shown_run_is_the_run_as_the_append_left_it() -> None:
    run = make.run(metadata={"é": [1.5, "\u2028"]})
    (place,), shown = append_and_show(make.request(run.id, make.event(key="shown")))
    stored = Run.objects.get(id=run.id)
    assert {field.attname: getattr(shown, field.attname) for field in Run._meta.concrete_fields} == {
        field.attname: getattr(stored, field.attname) for field in Run._meta.concrete_fields
    }
    assert shown.latest_seq == place.seq
    (replayed,), again = append_and_show(make.request(run.id, make.event(key="shown")))
    assert (replayed.seq, replayed.replayed, again.latest_seq) == (place.seq, True, place.seq)
    append(make.request(run.id, make.event("run.finished", {"status": "succeeded"})))
    _, finished = append_and_show(make.request(run.id, make.event(key="late")))
    assert (finished.status, finished.terminal_at) == ("succeeded", Run.objects.get(id=run.id).terminal_at)


def test_each_of_many_appends_at_once_is_shown_its_own_run(in_parallel: Any) -> None:
    runs = [make.run() for _ in range(4)]

    def work(index: int) -> tuple[Any, Any, bool]:
        run_id = runs[index % 4].id
        (place,), shown = append_and_show(make.request(run_id))
        return run_id, shown.id, shown.latest_seq >= place.seq

    assert all(asked == shown and reached for asked, shown, reached in in_parallel(16, work))


def test_a_refused_append_shows_nothing_and_an_empty_one_is_a_mistake() -> None:
    run = make.run()
    with pytest.raises(Fault, match="somebody else"):
        append_and_show(replace(make.request(run.id), owner_key="user:user_other"))
    with pytest.raises(ValueError, match="without events"):
        append_and_show(Append(run.id, Source.CLIENT, []))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_the_fingerprint_is_the_hash_of_type_and_payload(payload: Any) -> None:
    event = make_event(" a.b:c/d-e_f ", payload, None, Source.CLIENT)
    assert event.fingerprint == canonical_sha256({"event_type": "a.b:c/d-e_f", "payload": payload})


def statements_of_a_signed_append(call: Call, path: str) -> list[str]:
    user = new_id("user")
    run = make.run(Owner.user(user))
    event = {"event_type": "text.delta", "payload": {"delta": "hi"}, "idempotency_key": "k"}
    body = {"events": [event, {**event, "idempotency_key": "l"}]} if path.endswith("batch") else event
    write_mode.current(fresh=True)
    with CaptureQueriesContext(connection) as asked:
        answer = call("POST", f"/internal/v1/runs/{run.id}/{path}", body, user=user)
    assert answer.status_code == 200, answer.content
    return [query["sql"] for query in asked.captured_queries]


@pytest.mark.parametrize("path", ["events", "events/batch"])
def test_a_signed_append_is_one_round_trip(call: Call, path: str) -> None:
    """The nonce, the append and the run that the answer shows."""
    (statement,) = statements_of_a_signed_append(call, path)
    assert "internal_nonce" in statement
    assert "runtime_append" in statement


@pytest.mark.parametrize("path", ["events", "events/batch"])
def test_with_redis_the_nonce_is_claimed_before_the_append(
    call: Call, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis does not answer here, so that its fallback shows in the count."""

    def down() -> None:
        raise RedisError

    monkeypatch.setattr(auth, "single_use", lambda: stores.RedisSingleUse(stores.PostgresSingleUse()))
    monkeypatch.setattr(stores, "client", down)
    claim, statement = statements_of_a_signed_append(call, path)
    assert "internal_nonce" in claim
    assert "runtime_append" in statement
    assert "internal_nonce" not in statement

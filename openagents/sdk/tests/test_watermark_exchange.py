"""Positions as JSON: what older clients wrote is taken, what cannot be read is left alone (surfaces 5.5)."""

from __future__ import annotations

import json

import pytest

from openagents.sdk.errors import SdkError
from openagents.sdk.updates import Cursor
from openagents.sdk.watermarks import exchange
from openagents.sdk.watermarks.contract import no_reduction
from openagents.sdk.watermarks.memory import MemoryWatermarks

NAMESPACE = "user_1|org:x|desktop:1"
RUN, OTHER, DOCUMENTS = "run:r1:events", "run:r2:events", "user:u1:runs"


def test_an_export_read_again_gives_the_same_positions() -> None:
    store, copy = MemoryWatermarks(), MemoryWatermarks()
    cursor = Cursor(41, "lin_01", bytes(32), 40)
    store.apply(NAMESPACE, RUN, (), cursor, no_reduction)
    store.apply(NAMESPACE, OTHER, (), Cursor(7), no_reduction)
    store.follow(NAMESPACE, [RUN, OTHER])
    document = exchange.exported(store, NAMESPACE, now_unix_ms=5)
    assert document["topic_watermarks"] == {RUN: 41, OTHER: 7}
    assert document["updated_at_unix_ms"] == 5
    done = exchange.imported(copy, NAMESPACE, exchange.parsed(json.dumps(document)))
    assert done.taken == {RUN: 41, OTHER: 7} and not done.skipped
    assert copy.cursors(NAMESPACE) == store.cursors(NAMESPACE)
    assert copy.followed(NAMESPACE) == [RUN, OTHER]


@pytest.mark.parametrize("version", [{}, {"schema_version": 1}, {"schemaVersion": 1}])
def test_the_older_forms_are_read(version: dict[str, int]) -> None:
    document = {**version, "topic_watermarks": {f" {RUN} ": 3, " ": 9}, "subscribed_topics": [" b ", "a", "", "a", 4]}
    positions = exchange.parsed(json.dumps(document))
    assert positions.cursors == {RUN: Cursor(3)}
    assert positions.followed == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("no json", "invalid_json"),
        ("[]", "invalid_shape"),
        ('{"schema_version": 2}', "unsupported_schema(2)"),
        ('{"schemaVersion": "1"}', "unsupported_schema(1)"),
        ('{"schema_version": [1]}', "unsupported_schema([1])"),
        ('{"schema_version": true}', "unsupported_schema(True)"),
        ('{"topic_watermarks": []}', "invalid_shape"),
        ('{"topic_watermarks": {"run:r:events": -1}}', "invalid_shape"),
        ('{"topic_watermarks": {"run:r:events": 1.5}}', "invalid_shape"),
        ('{"topic_watermarks": {"run:r:events": true}}', "invalid_shape"),
        ('{"subscribed_topics": {}}', "invalid_shape"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(content: str, code: str) -> None:
    with pytest.raises(SdkError) as refused:
        exchange.parsed(content)
    assert (refused.value.kind, refused.value.code) == ("validation", code)


def test_positions_only_move_forward_and_only_where_they_mean_something() -> None:
    store = MemoryWatermarks()
    store.apply(NAMESPACE, RUN, (), Cursor(10, "lin_01", bytes(32)), no_reduction)
    document = {"topic_watermarks": {RUN: 9, OTHER: 4, DOCUMENTS: 5, "runtime.codex_worker_events": 8}}
    done = exchange.imported(store, NAMESPACE, exchange.parsed(json.dumps(document)))
    assert done.taken == {OTHER: 4}
    assert done.skipped == {
        RUN: "not_ahead",
        DOCUMENTS: "needs_documents",
        "runtime.codex_worker_events": "not_a_topic",
    }
    assert store.cursor(NAMESPACE, RUN) == Cursor(10, "lin_01", bytes(32))


def test_a_chain_that_is_not_of_the_stated_position_is_not_believed() -> None:
    detail = {"seq": 8, "lineage": "lin_01", "chain": "00" * 32, "verified_seq": 8}
    document = {"topic_watermarks": {RUN: 9}, "topic_positions": {RUN: detail}}
    assert exchange.parsed(json.dumps(document)).cursors == {RUN: Cursor(9)}
    detail |= {"seq": 9, "verified_seq": 99}
    assert exchange.parsed(json.dumps(document)).cursors == {RUN: Cursor(9, "lin_01", bytes(32), 9)}

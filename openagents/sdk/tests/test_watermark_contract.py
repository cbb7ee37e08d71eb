"""One contract, two stores (surfaces 5.5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from openagents.sdk.errors import SdkError
from openagents.sdk.updates import Cursor, Document, Update
from openagents.sdk.watermarks.contract import ApplyTransaction, WatermarkStore, keep_documents, no_reduction
from openagents.sdk.watermarks.memory import MemoryWatermarks
from openagents.sdk.watermarks.sqlite import USER_VERSION, SqliteWatermarks

A = "user_1|org:x|desktop:1"
B = "user_1|org:y|desktop:1"
TOPIC = "user:user_1:runs"


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WatermarkStore]:
    made: WatermarkStore = MemoryWatermarks() if request.param == "memory" else SqliteWatermarks(tmp_path / "s.db")
    yield made
    made.close()


def update(seq: int, key: str = "k", version: int | None = None, *, tombstone: bool = False) -> Update:
    number = seq if version is None else version
    body = b'{"v":%d}' % number
    return Update(TOPIC, seq, "run.summary", key, number, {"v": number}, raw_payload=body, tombstone=tombstone)


def apply(store: WatermarkStore, *updates: Update, namespace: str = A) -> list[Update]:
    return store.apply(namespace, TOPIC, updates, Cursor(updates[-1].seq, "lin_1", b"\x01" * 32), keep_documents)


def test_an_unknown_topic_has_no_position(store: WatermarkStore) -> None:
    assert store.cursor(A, TOPIC) is None
    assert store.cursors(A) == {}
    assert store.documents(A, TOPIC) == []


def test_state_and_position_move_together(store: WatermarkStore) -> None:
    assert apply(store, update(1), update(2)) == [update(1), update(2)]
    assert store.cursor(A, TOPIC) == Cursor(2, "lin_1", b"\x01" * 32)
    assert store.documents(A, TOPIC) == [Document("k", 2, '{"v":2}', 2)]


def test_a_failing_reducer_leaves_both_untouched(store: WatermarkStore) -> None:
    apply(store, update(1))

    def fails(transaction: ApplyTransaction, change: Update) -> None:
        keep_documents(transaction, change)
        if change.seq == 3:
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        store.apply(A, TOPIC, [update(2), update(3)], Cursor(3), fails)
    assert store.cursor(A, TOPIC) == Cursor(1, "lin_1", b"\x01" * 32)
    assert store.documents(A, TOPIC) == [Document("k", 1, '{"v":1}', 1)]


def test_what_was_applied_is_not_reduced_again_and_the_position_never_falls(store: WatermarkStore) -> None:
    apply(store, update(1), update(2), update(3))
    assert apply(store, update(2)) == []
    assert apply(store, update(3), update(4)) == [update(4)]
    cursor = store.cursor(A, TOPIC)
    assert cursor is not None and cursor.seq == 4


def test_documents_move_only_to_newer_versions(store: WatermarkStore) -> None:
    apply(store, update(1, version=5))
    apply(store, update(2, version=5))
    apply(store, update(3, version=4))
    assert store.documents(A, TOPIC) == [Document("k", 5, '{"v":5}', 1)]
    cursor = store.cursor(A, TOPIC)
    assert cursor is not None and cursor.seq == 3


def test_a_tombstone_removes_the_document(store: WatermarkStore) -> None:
    apply(store, update(1), update(2, key="other"), update(3, tombstone=True))
    assert [document.doc_key for document in store.documents(A, TOPIC)] == ["other"]


def test_keep_changes_only_the_position_it_means(store: WatermarkStore) -> None:
    apply(store, update(1))
    store.keep(A, TOPIC, Cursor(2, "lin_9", None, 2))
    assert store.cursor(A, TOPIC) == Cursor(1, "lin_1", b"\x01" * 32)
    store.keep(A, TOPIC, Cursor(1, "lin_1", b"\x02" * 32, 1))
    assert store.cursor(A, TOPIC) == Cursor(1, "lin_1", b"\x02" * 32, 1)


def test_replace_may_lower_and_says_why(store: WatermarkStore) -> None:
    apply(store, update(8), update(9, key="gone"))
    store.replace(A, TOPIC, Cursor(3, "lin_2"), [Document("new", 1, "{}", 3)], "retention_floor_breach")
    assert store.cursor(A, TOPIC) == Cursor(3, "lin_2")
    assert store.documents(A, TOPIC) == [Document("new", 1, "{}", 3)]
    assert store.reset_reason(A, TOPIC) == "retention_floor_breach"


def test_drop_forgets_the_position_and_says_why(store: WatermarkStore) -> None:
    apply(store, update(1))
    store.drop(A, TOPIC, "chain_mismatch")
    assert store.cursor(A, TOPIC) is None
    assert store.reset_reason(A, TOPIC) == "chain_mismatch"
    assert len(store.documents(A, TOPIC)) == 1


def test_no_namespace_sees_another(store: WatermarkStore) -> None:
    apply(store, update(1))
    apply(store, update(5), namespace=B)
    store.follow(A, [TOPIC])
    store.replace(B, TOPIC, Cursor(6), [], "why")
    assert {name: cursor.seq for name, cursor in store.cursors(A).items()} == {TOPIC: 1}
    assert (store.reset_reason(A, TOPIC), store.followed(B)) == ("", [])
    store.forget(A)
    assert (store.cursor(A, TOPIC), store.documents(A, TOPIC), store.followed(A)) == (None, [], [])
    assert store.cursor(B, TOPIC) == Cursor(6)
    assert store.reset_reason(B, TOPIC) == "why"


def test_followed_topics_keep_their_order(store: WatermarkStore) -> None:
    store.follow(A, ["b", "a"])
    assert store.followed(A) == ["b", "a"]
    store.follow(A, ["c"])
    assert store.followed(A) == ["c"]


def test_the_reducer_may_write_tables_of_its_own_in_the_same_transaction(tmp_path: Path) -> None:
    store = SqliteWatermarks(tmp_path / "s.db")

    def reducer(transaction: ApplyTransaction, change: Update) -> None:
        assert transaction.connection is not None
        transaction.connection.execute("CREATE TABLE IF NOT EXISTS mine (seq INTEGER PRIMARY KEY)")
        transaction.connection.execute("INSERT INTO mine VALUES (?)", (change.seq,))
        if change.seq == 2:
            raise RuntimeError("no")

    store.apply(A, TOPIC, [update(1)], Cursor(1), reducer)
    with pytest.raises(RuntimeError):
        store.apply(A, TOPIC, [update(2)], Cursor(2), reducer)
    store.close()
    with sqlite3.connect(tmp_path / "s.db") as connection:
        assert connection.execute("SELECT seq FROM mine").fetchall() == [(1,)]


def test_positions_survive_reopening_and_are_private(tmp_path: Path) -> None:
    path = tmp_path / "p" / "s.db"
    first = SqliteWatermarks(path)
    apply(first, update(1))
    second = SqliteWatermarks(path)
    apply(second, update(2))
    first.close()
    second.close()
    again = SqliteWatermarks(path)
    assert again.cursor(A, TOPIC) == Cursor(2, "lin_1", b"\x01" * 32)
    again.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_version_2_is_migrated_with_unknown_chains(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE watermark (namespace TEXT, topic TEXT, seq INTEGER, lineage TEXT, updated_at_ms INTEGER,"
            " PRIMARY KEY (namespace, topic));"
            "CREATE TABLE subscription (namespace TEXT, topic TEXT, priority INTEGER, PRIMARY KEY (namespace, topic));"
            "CREATE TABLE doc (namespace TEXT, topic TEXT, doc_key TEXT, doc_version INTEGER, body TEXT, seq INTEGER,"
            " PRIMARY KEY (namespace, topic, doc_key));"
            "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);"
            f"INSERT INTO watermark VALUES ('{A}', '{TOPIC}', 7, 'lin_1', 0); PRAGMA user_version=2;"
        )
    store = SqliteWatermarks(path)
    assert store.cursor(A, TOPIC) == Cursor(7, "lin_1", None, 0)
    store.apply(A, TOPIC, [update(8)], Cursor(8, "lin_1", b"\x03" * 32), no_reduction)
    assert store.cursor(A, TOPIC) == Cursor(8, "lin_1", b"\x03" * 32)
    store.close()


@pytest.mark.parametrize(("version", "code"), [(USER_VERSION + 1, "store_too_new"), (1, "store_unknown")])
def test_a_store_of_another_build_is_left_alone(tmp_path: Path, version: int, code: str) -> None:
    path = tmp_path / "s.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
        connection.execute(f"PRAGMA user_version={version}")
    with pytest.raises(SdkError) as refused:
        SqliteWatermarks(path)
    assert refused.value.code == code
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)


def test_counters_add_up_per_namespace_and_end_with_it(store: WatermarkStore) -> None:
    store.count(A, {"applied": 3, "duplicates": 1})
    store.count(A, {"applied": 2})
    assert store.counters(A) == {"applied": 5, "duplicates": 1}
    assert store.counters(B) == {}
    store.forget(A)
    assert store.counters(A) == {}

"""Snapshots: exact at one position, shared, paged, and worthless once nobody could resume from them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import httpx
import psycopg
import pytest

from apps.khala.domain import snapshots
from apps.khala.domain.snapshots import Document, Page
from apps.khala.metrics import REPLAY_VERIFY
from apps.khala.models import SnapshotRow
from apps.khala.services import replay_check
from apps.khala.services.snapshots import load
from apps.khala.tests.conftest import JournalTopic, Native, Serving, User
from apps.khala.tests.journal_model import row_of
from openagents.receipts.canonical import canonical_text, prefixed_sha256


def test_e6_snapshot_hash() -> None:
    def document(key: str, version: int, payload: Any) -> Document:
        text = canonical_text(payload)
        return Document(key, version, text, prefixed_sha256(payload), version)

    docs = [
        document("runtime/run_summary:run_b", 3, {"run_id": "run_b", "status": "running"}),
        document("runtime/run_summary:run_a", 9, {"run_id": "run_a", "status": "succeeded"}),
    ]
    assert snapshots.hash_of(docs) == "sha256:74967b2ea3033a4551a1e08322a4848710cb18fc2f2d257ee56d1c7cf2d99dea"


@pytest.mark.parametrize("text", ["", "x", "0123456789abcdef-1", "0123456789abcdef--1-0", "0123456789ABCDEF-1-0"])
def test_what_is_no_page(text: str) -> None:
    assert snapshots.page_of(text) is None
    assert snapshots.page_of(Page("0123456789abcdef", 5, 10).text) == Page("0123456789abcdef", 5, 10)


class RunSummaries(JournalTopic):
    """A document topic: every append also upserts its document."""

    def upsert(self, key: str, version: int, payload: object, *, deleted: bool = False) -> None:
        text = canonical_text(payload)
        with self.writer.transaction():
            metadata = '{"tombstone": true}' if deleted else "{}"
            self.append(payload, hint=False, doc=(key, version), metadata=metadata)
            self.writer.execute(
                "INSERT INTO sync_topic_docs (topic, doc_key, doc_version, payload, payload_sha256, seq, deleted) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (topic, doc_key) DO UPDATE SET "
                "doc_version = excluded.doc_version, payload = excluded.payload, seq = excluded.seq, "
                "payload_sha256 = excluded.payload_sha256, deleted = excluded.deleted",
                [self.name, key, version, text, f"sha256:{sha256(text.encode()).hexdigest()}", self.head, deleted],
            )


@pytest.fixture
def summaries(journal_writer: psycopg.Connection[Any], user: User) -> Iterator[RunSummaries]:
    topic = RunSummaries(journal_writer, f"user:{user.user_id}:runs", user)
    topic.upsert("run:b", 1, {"run": "b"})
    topic.upsert("run:é", 1, {"run": "é"})
    topic.upsert("run:a", 1, {"run": "a", "status": "running"})
    topic.upsert("run:a", 2, {"run": "a", "status": "done"})
    topic.upsert("run:gone", 1, {}, deleted=True)
    yield topic


def get(serving: Serving, token: str, name: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
    url = f"{serving.http}/khala/v1/topics/{name}/snapshot"
    return httpx.get(url, params=query, headers={"Authorization": f"Bearer {token}"} | (headers or {}))


def test_a_snapshot_has_all_its_parts(serving: Serving, user: User, summaries: RunSummaries) -> None:
    answer = get(serving, user.token(), "runtime.run_summaries")
    body = answer.json()
    docs = body.pop("docs")
    assert [doc["doc_key"] for doc in docs] == ["run:a", "run:b", "run:é"]
    assert docs[0] == {
        "doc_key": "run:a",
        "doc_version": 2,
        "payload": {"run": "a", "status": "done"},
        "payload_hash": prefixed_sha256({"run": "a", "status": "done"}),
        "seq": 4,
    }
    assert body.pop("generated_at").endswith("Z")
    assert body == {
        "topic": "runtime.run_summaries",
        "canonical_topic": summaries.name,
        "format": "openagents.sync.snapshot.v1",
        "schema_version": 1,
        "lineage": summaries.lineage,
        "as_of_seq": 5,
        "chain": summaries.chains[5].hex(),
        "next_page": None,
        "doc_count": 3,
        "snapshot_hash": body["snapshot_hash"],
    }
    assert answer.headers["etag"] == f'"{body["snapshot_hash"]}"'
    again = get(serving, user.token(), summaries.name, {"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_pages_are_of_one_snapshot_whatever_is_written_meanwhile(
    serving: Serving, user: User, summaries: RunSummaries
) -> None:
    token = user.token()
    keys, page, hashes = [], "", set()
    while True:
        body = get(serving, token, summaries.name, limit=1, page=page).json()
        keys += [doc["doc_key"] for doc in body["docs"]]
        hashes.add((body["snapshot_hash"], body["as_of_seq"]))
        summaries.upsert("run:new", len(keys), {"n": len(keys)})
        if (page := body["next_page"]) is None:
            break
    assert keys == ["run:a", "run:b", "run:é"] and len(hashes) == 1


def test_a_client_resumes_from_its_snapshot(serving: Serving, user: User, summaries: RunSummaries, native: Any) -> None:
    body = get(serving, user.token(), summaries.name).json()
    summaries.upsert("run:c", 1, {"run": "c"})
    client: Native = native(user)
    result = client.subscribe(summaries.name, body["as_of_seq"], lineage=body["lineage"], chain=body["chain"])
    assert result.mode == "resume"
    assert [row.watermark for row in client.rows(summaries.name, 1)] == [6]


def test_a_kept_snapshot_is_shared_until_nobody_could_resume_from_it(
    serving: Serving, user: User, summaries: RunSummaries
) -> None:
    first = get(serving, user.token(), summaries.name).json()
    summaries.upsert("run:c", 1, {"run": "c"})
    assert get(serving, user.token(), summaries.name).json()["as_of_seq"] == first["as_of_seq"]
    summaries.set(floor_seq=6, floor_chain=summaries.chains[6])
    assert get(serving, user.token(), summaries.name).json()["as_of_seq"] == 6


def test_a_kept_snapshot_of_another_history_is_not_served(
    serving: Serving, user: User, summaries: RunSummaries
) -> None:
    get(serving, user.token(), summaries.name)
    SnapshotRow.objects.filter(topic=summaries.name).update(chain="ab" * 32)
    assert get(serving, user.token(), summaries.name).json()["chain"] == summaries.chains[5].hex()


def test_a_page_of_a_snapshot_that_is_gone_has_expired(serving: Serving, user: User, summaries: RunSummaries) -> None:
    page = get(serving, user.token(), summaries.name, limit=1).json()["next_page"]
    SnapshotRow.objects.filter(topic=summaries.name).delete()
    answer = get(serving, user.token(), summaries.name, page=page)
    assert (answer.status_code, answer.json()["error"]) == (410, "page_expired")


def test_a_topic_without_a_row_has_an_empty_snapshot(serving: Serving, user: User) -> None:
    body = get(serving, user.token(), f"user:{user.user_id}:runs").json()
    assert (body["as_of_seq"], body["doc_count"], body["chain"], body["docs"]) == (0, 0, "", [])


@pytest.mark.parametrize(
    ("name", "query", "status", "error"),
    [
        ("user:somebody:runs", {}, 403, "forbidden_topic"),
        ("notifications", {}, 403, "forbidden_topic"),
        ("runtime.notifications", {}, 409, "snapshot_not_supported"),
        ("runtime.run_summaries", {"limit": 1001}, 400, "invalid_request"),
        ("runtime.run_summaries", {"page": "x"}, 400, "invalid_request"),
    ],
)
def test_what_is_refused(
    serving: Serving, user: User, name: str, query: dict[str, Any], status: int, error: str
) -> None:
    answer = get(serving, user.token(), name, **query)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_more_than_ten_a_minute_are_too_many(serving: Serving, user: User, summaries: RunSummaries) -> None:
    token = user.token()
    answers = [get(serving, token, summaries.name) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert httpx.get(f"{serving.http}/khala/v1/topics/{summaries.name}/snapshot").status_code == 401


def test_folding_rows_over_a_kept_snapshot_gives_a_fresh_one(
    serving: Serving, user: User, summaries: RunSummaries
) -> None:
    get(serving, user.token(), summaries.name)
    summaries.upsert("run:b", 2, {"run": "b", "status": "done"})
    summaries.upsert("run:new", 1, {"run": "new"})
    before = REPLAY_VERIFY.labels("run_summaries", "mismatch")._value.get()
    kept = load(summaries.name, None)
    assert kept is not None
    assert asyncio.run(replay_check._verify_all([kept])) == ["match"]
    forged = replace(kept, documents=kept.documents[1:])
    assert asyncio.run(replay_check._verify_all([forged])) == ["mismatch"]
    summaries.set(floor_seq=7, floor_chain=summaries.chains[7])
    assert asyncio.run(replay_check._verify_all([kept])) == ["skipped"]
    assert sum(replay_check.verify().values()) >= 1
    assert REPLAY_VERIFY.labels("run_summaries", "mismatch")._value.get() == before


def test_folding_keeps_the_newest_version_and_drops_what_is_gone() -> None:
    rows = [
        row_of(1, {"v": 1}, b"", key="a", version=1),
        row_of(2, {"v": 3}, b"", key="a", version=3),
        row_of(3, {"v": 2}, b"", key="a", version=2),
        row_of(4, {}, b"", key="b", tombstone=True),
    ]
    start = [Document("b", 1, "{}", "sha256:x", 1)]
    [left] = replay_check.folded(start, rows)
    assert (left.doc_key, left.doc_version, left.payload) == ("a", 3, '{"v":3}')

"""Snapshots: every page, every hash (khala 13.4, E6)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from openagents.receipts.canonical import canonical_bytes, sha256_hex
from openagents.sdk.errors import SdkError
from openagents.sdk.http import HttpResponse
from openagents.sdk.snapshots import SnapshotNotSupported, load_snapshot, snapshot_hash
from openagents.sdk.tests.scripted_http import Scripted
from openagents.sdk.updates import Cursor, Document

TOPIC = "user:u1:runs"


def doc(key: str, version: int, payload: dict[str, Any]) -> dict[str, Any]:
    digest = "sha256:" + sha256_hex(canonical_bytes(payload))
    return {"doc_key": key, "doc_version": version, "payload": payload, "payload_hash": digest, "seq": version}


A = doc("runtime/run_summary:run_a", 9, {"run_id": "run_a", "status": "succeeded"})
B = doc("runtime/run_summary:run_b", 3, {"run_id": "run_b", "status": "running"})
HASH = "sha256:74967b2ea3033a4551a1e08322a4848710cb18fc2f2d257ee56d1c7cf2d99dea"


def page(*docs: dict[str, Any], after: str | None = None, digest: str = HASH, seq: int = 45) -> HttpResponse:
    body = {"as_of_seq": seq, "lineage": "lin_1", "chain": "01" * 32, "docs": docs, "next_page": after}
    return HttpResponse(200, json.dumps(body | {"snapshot_hash": digest}).encode())


def load(*answers: HttpResponse, href: str = "") -> Any:
    transport = Scripted(*answers)
    snapshot = asyncio.run(load_snapshot(transport, "http://k", TOPIC, href, "tok"))
    return snapshot, transport.requests


def test_worked_example_of_the_hash() -> None:
    rows = [(row["doc_key"], row["doc_version"], row["payload_hash"]) for row in (B, A)]
    assert snapshot_hash(rows) == HASH


def test_all_pages_make_one_snapshot() -> None:
    snapshot, requests = load(page(A, after="p2"), page(B))
    assert snapshot.cursor == Cursor(45, "lin_1", b"\x01" * 32, 45)
    assert snapshot.documents[0] == Document(A["doc_key"], 9, '{"run_id":"run_a","status":"succeeded"}', 9)
    assert [request.url for request in requests] == [
        "http://k/khala/v1/topics/user%3Au1%3Aruns/snapshot?limit=500",
        "http://k/khala/v1/topics/user%3Au1%3Aruns/snapshot?limit=500&page=p2",
    ]


@pytest.mark.parametrize(
    "answers",
    [
        [page(A)],
        [page(A | {"payload": {"run_id": "forged"}}, B)],
        [page(A, after="p2"), page(B, seq=46)],
        [page(A, B, digest="sha256:" + "0" * 64)],
    ],
)
def test_a_snapshot_that_does_not_add_up_is_refused(answers: list[HttpResponse]) -> None:
    with pytest.raises(SdkError) as error:
        load(*answers)
    assert error.value.kind == "verification_failed"


@pytest.mark.parametrize("href", ["https://evil.example/x", "//evil.example/x"])
def test_the_token_goes_to_no_other_host(href: str) -> None:
    _, requests = load(page(A, B), href=href)
    assert requests[0].url.startswith("http://k/khala/")


@pytest.mark.parametrize(
    "answer",
    [HttpResponse(409, b'{"error":"snapshot_not_supported","message":"m"}'), HttpResponse(404, b"")],
)
def test_topics_without_snapshots(answer: HttpResponse) -> None:
    with pytest.raises(SnapshotNotSupported):
        load(answer)

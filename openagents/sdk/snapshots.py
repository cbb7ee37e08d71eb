"""Reading a document topic's snapshot over HTTP: every page of one artefact, every hash checked (khala 13.4, 17)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from openagents.receipts.canonical import canonical_bytes, canonical_text, sha256_hex
from openagents.receipts.ids import new_id
from openagents.sdk.compat import handshake_headers
from openagents.sdk.errors import ErrorKind, SdkError, from_answer
from openagents.sdk.http import HttpRequest, HttpTransport, TransportFailure
from openagents.sdk.updates import Cursor, Document

PAGE_DOCUMENTS = 500
PAGES_MAX = 200
_CHAIN = re.compile(r"[0-9a-f]{64}")


class Snapshot(NamedTuple):
    cursor: Cursor
    documents: tuple[Document, ...]


class SnapshotNotSupported(Exception):
    """The topic has no snapshot; its rows are all there is."""


def snapshot_hash(documents: list[tuple[str, int, str]]) -> str:
    """`sha256:` over the array of `[doc_key, doc_version, payload_hash]` sorted by key bytes (khala 23)."""
    ordered = sorted(documents, key=lambda row: row[0].encode())
    return "sha256:" + sha256_hex(canonical_bytes([list(row) for row in ordered]))


async def load_snapshot(transport: HttpTransport, origin: str, topic: str, href: str, token: str) -> Snapshot:
    """The complete snapshot of `topic`. `href` may name the route, but never another host: the token goes with it.

    Raises SnapshotNotSupported, or SdkError (`verification_failed` when a hash differs or pages disagree).
    """
    path = urlsplit(href).path if href.startswith("/") and not href.startswith("//") else ""
    path = path or f"/khala/v1/topics/{quote(topic, safe='')}/snapshot"
    page, first, rows = "", None, list[Mapping[str, Any]]()
    for _ in range(PAGES_MAX):
        query = {"limit": str(PAGE_DOCUMENTS), **({"page": page} if page else {})}
        body = await _page(transport, f"{origin}{path}?{urlencode(query)}", token)
        first = first or body
        if (body.get("as_of_seq"), body.get("snapshot_hash")) != (first.get("as_of_seq"), first.get("snapshot_hash")):
            raise SdkError(ErrorKind.VERIFICATION_FAILED, f"the pages of the snapshot of {topic} differ")
        rows += [row for row in body.get("docs") or () if isinstance(row, Mapping)]
        page = str(body.get("next_page") or "")
        if not page:
            return _checked(topic, first, rows)
    raise SdkError(ErrorKind.DECODE, f"the snapshot of {topic} has more than {PAGES_MAX} pages", code="decode_failed")


async def _page(transport: HttpTransport, url: str, token: str) -> Mapping[str, Any]:
    request_id = new_id("req")
    headers = {
        "authorization": f"Bearer {token}",
        "accept": "application/json",
        "x-request-id": request_id,
        **handshake_headers(),
    }
    try:
        answer = await transport.send(HttpRequest("GET", url, headers))
    except TransportFailure as failure:
        raise SdkError(ErrorKind.NETWORK, str(failure), request_id=request_id) from failure
    body = answer.json()
    if answer.status == 200 and isinstance(body, Mapping):
        return body
    error = from_answer(answer.status, body, request_id=request_id)
    if answer.status == 404 or "snapshot_not_supported" in {error.code, error.reason}:
        raise SnapshotNotSupported(str(error))
    raise error


def _checked(topic: str, head: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> Snapshot:
    documents, listed = [], []
    for row in rows:
        key, version, body = str(row["doc_key"]), int(row["doc_version"]), canonical_text(row.get("payload"))
        stated = str(row.get("payload_hash"))
        if stated != "sha256:" + sha256_hex(body):
            raise SdkError(ErrorKind.VERIFICATION_FAILED, f"document {key} of {topic} does not have its hash")
        documents.append(Document(key, version, body, int(row.get("seq") or 0)))
        listed.append((key, version, stated))
    if head.get("snapshot_hash") != snapshot_hash(listed):
        raise SdkError(ErrorKind.VERIFICATION_FAILED, f"the snapshot of {topic} does not have its hash")
    chain = head.get("chain")
    known = bytes.fromhex(chain) if isinstance(chain, str) and _CHAIN.fullmatch(chain) else None
    seq = int(head["as_of_seq"])
    return Snapshot(Cursor(seq, str(head.get("lineage") or ""), known, seq if known else 0), tuple(documents))

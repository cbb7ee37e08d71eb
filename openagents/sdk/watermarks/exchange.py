"""Positions as a JSON document: what older clients kept, and what `oa sync export` writes (surfaces 5.5, khala 19).

Ours adds `topic_positions` with lineage and chain; readers that know only the older form ignore it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.topic_names import class_of
from openagents.sdk.updates import Cursor
from openagents.sdk.watermarks.contract import WatermarkStore, no_reduction

SCHEMA_VERSION = 1
SEQ_MAX = 2**63 - 1
_CHAIN = re.compile(r"[0-9a-f]{64}")


class Positions(NamedTuple):
    """What a document says: cursors by topic, and the topics that were followed."""

    cursors: dict[str, Cursor]
    followed: list[str]


class Imported(NamedTuple):
    """What an import did. `skipped`: topic to the reason why its position was not taken."""

    taken: dict[str, int]
    skipped: dict[str, str]


def exported(store: WatermarkStore, namespace: str, *, now_unix_ms: int | None = None) -> dict[str, Any]:
    """Everything known of the positions of `namespace`; holds no documents and no credential."""
    cursors = store.cursors(namespace)
    return {
        "schema_version": SCHEMA_VERSION,
        "topic_watermarks": {topic: cursor.seq for topic, cursor in cursors.items()},
        "subscribed_topics": sorted(set(store.followed(namespace))),
        "updated_at_unix_ms": time.time_ns() // 1_000_000 if now_unix_ms is None else now_unix_ms,
        "topic_positions": {
            topic: {
                "seq": cursor.seq,
                "lineage": cursor.lineage,
                "chain": cursor.chain.hex() if cursor.chain else None,
                "verified_seq": cursor.verified_seq,
            }
            for topic, cursor in cursors.items()
        },
    }


def parsed(content: str | bytes) -> Positions:
    """The positions in a document. Raises `validation` with code `invalid_json`, `invalid_shape`,
    `unsupported_schema(<n>)`. A document without version is the oldest form; it has the same fields."""
    try:
        document = json.loads(content)
    except ValueError:
        raise _refused("invalid_json", "not JSON") from None
    if not isinstance(document, dict):
        raise _refused("invalid_shape", "not an object")
    version = document.get("schema_version", document.get("schemaVersion", 0))
    if isinstance(version, bool) or not isinstance(version, int) or version not in {0, SCHEMA_VERSION}:
        raise _refused(f"unsupported_schema({version})", f"schema version {version} is not known here")
    stated = document.get("topic_watermarks", {})
    followed = document.get("subscribed_topics", [])
    if not isinstance(stated, dict) or not isinstance(followed, list):
        raise _refused("invalid_shape", "topic_watermarks is an object, subscribed_topics a list")
    details = document.get("topic_positions")
    known: Mapping[str, Any] = details if isinstance(details, dict) else {}
    cursors = {}
    for topic, seq in stated.items():
        if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq <= SEQ_MAX:
            raise _refused("invalid_shape", f"the watermark of {topic!r} is not a whole number")
        if topic.strip():
            cursors[topic.strip()] = _cursor(seq, known.get(topic))
    names = {name.strip() for name in followed if isinstance(name, str)}
    return Positions(cursors, sorted(names - {""}))


def imported(store: WatermarkStore, namespace: str, positions: Positions) -> Imported:
    """Take positions that are ahead of what is stored.

    Not taken: names that are no topics here (the old aliases mix several numberings), and document topics, whose
    position means nothing without the documents it stands for.
    """
    taken: dict[str, int] = {}
    skipped: dict[str, str] = {}
    for topic, cursor in sorted(positions.cursors.items()):
        reason = _reason_against(topic)
        stored = store.cursor(namespace, topic)
        if not reason and stored is not None and stored.seq >= cursor.seq:
            reason = "not_ahead"
        if reason:
            skipped[topic] = reason
            continue
        store.apply(namespace, topic, (), cursor, no_reduction)
        taken[topic] = cursor.seq
    followed = [name for name in positions.followed if _reason_against(name) != "not_a_topic"]
    if followed:
        store.follow(namespace, list(dict.fromkeys([*store.followed(namespace), *followed])))
    return Imported(taken, skipped)


def _reason_against(topic: str) -> str:
    try:
        return "needs_documents" if class_of(topic).documents else ""
    except SdkError:
        return "not_a_topic"


def _cursor(seq: int, detail: object) -> Cursor:
    if not isinstance(detail, Mapping) or detail.get("seq") != seq:
        return Cursor(seq)
    chain, lineage, verified = detail.get("chain"), detail.get("lineage"), detail.get("verified_seq")
    return Cursor(
        seq,
        lineage if isinstance(lineage, str) else "",
        bytes.fromhex(chain) if isinstance(chain, str) and _CHAIN.fullmatch(chain) else None,
        min(verified, seq) if isinstance(verified, int) and not isinstance(verified, bool) and verified >= 0 else 0,
    )


def _refused(code: str, message: str) -> SdkError:
    return SdkError(ErrorKind.VALIDATION, f"cannot read the positions: {message}", code=code)

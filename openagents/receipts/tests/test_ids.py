"""Ids are sortable UUIDv7s or prefixes of a canonical hash (README 4.2)."""

from __future__ import annotations

import os
import re
import time

import pytest

from openagents.receipts.ids import derived_id, new_id, new_uuid7

HASH = "c3448151d963d219d587aebd652582ed52b8ec75ece19a6a78f7d0f230676391"


def test_a_new_id_is_its_prefix_and_32_hex_of_a_uuid7() -> None:
    assert re.fullmatch(r"run_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", new_id("run"))


def test_new_ids_are_distinct_and_rise_also_within_a_millisecond() -> None:
    ids = [new_uuid7() for _ in range(20_000)]
    assert ids == sorted(set(ids))
    assert {identifier.version for identifier in ids} == {7}


def test_a_new_uuid_carries_the_time_in_milliseconds() -> None:
    before = time.time_ns() // 1_000_000
    stamped = new_uuid7().int >> 80
    assert before <= stamped <= time.time_ns() // 1_000_000 + 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")
def test_a_forked_child_makes_other_ids() -> None:
    new_uuid7()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"".join(new_uuid7().bytes for _ in range(50)))
        os._exit(0)
    own = {new_uuid7().bytes for _ in range(50)}
    os.waitpid(child, 0)
    raw = os.read(reader, 50 * 16)
    os.close(reader)
    os.close(writer)
    assert len(raw) == 50 * 16
    assert own.isdisjoint(raw[start : start + 16] for start in range(0, len(raw), 16))


@pytest.mark.parametrize(("digits", "end"), [(16, "c3448151d963d219"), (24, "c3448151d963d219d587aebd"), (64, HASH)])
def test_a_derived_id_is_the_head_of_its_hash(digits: int, end: str) -> None:
    assert derived_id("dpl", HASH, digits) == f"dpl_{end}"


@pytest.mark.parametrize(
    ("hash_hex", "digits"), [(f"sha256:{HASH}", 24), (HASH.upper(), 24), (HASH[:-1], 16), (HASH, 0), (HASH, 65)]
)
def test_another_form_of_hash_or_length_derives_no_id(hash_hex: str, digits: int) -> None:
    with pytest.raises(ValueError, match="id"):
        derived_id("dpl", hash_hex, digits)

"""The chain of one topic against the worked example of runtime 6.1, and the anchor rule K9."""

from __future__ import annotations

import hashlib

import pytest

from openagents.receipts.chain import chain_base
from openagents.sdk.khala.frames import Anchor, Batch, TopicAnswer
from openagents.sdk.khala.topics import BOOTSTRAP_WINDOW_MS, Phase, Track, Trouble, compare, fold, plan, started
from openagents.sdk.updates import Cursor, Update

TOPIC = "run:r1:events"
ROWS = {1: b'{"source":"runtime"}', 2: b'{"delta":"hi"}', 3: b'{"status":"succeeded"}'}
CHAINS = {
    0: bytes.fromhex("19ced0c772d9e5b59728630c84835c132a07af1d249dec9a0a0ae2e08eeac38e"),
    1: bytes.fromhex("53e5c1e199f822eaacbc696ec4138ad33b191a7509cc61d2a2cbe1cbb11a9b60"),
    2: bytes.fromhex("cb787b7ae4f80955109f16cdd4f2855714cccf23a92c49dd18d86919221ddfe8"),
    3: bytes.fromhex("c2e74d645570ec4ec5eaadf1abbb4472ed810dcb3a716d86d0c0f0994ac23513"),
}


def update(seq: int, payload: bytes | None = None, *, digest: bytes | None = b"") -> Update:
    body = payload if payload is not None else ROWS.get(seq, b"{}")
    stated = hashlib.sha256(body).digest() if digest == b"" else digest
    return Update(TOPIC, seq, "event", f"k{seq}", seq, {}, stated, raw_payload=body)


def batch(*updates: Update, anchors: tuple[Anchor, ...] = (), complete: bool = False, lineage: str = "") -> Batch:
    return Batch(TOPIC, lineage, updates, complete, anchors, 100)


def track(seq: int, phase: Phase = Phase.LIVE, chain: bytes | None = None) -> Track:
    return Track(TOPIC, False, Cursor(seq, "lin_01", chain), phase)


def test_folding_gives_the_published_chain() -> None:
    assert chain_base(TOPIC, "lin_01") == CHAINS[0]
    chain: bytes | None = CHAINS[0]
    for seq in ROWS:
        chain = fold(chain, update(seq))
        assert chain == CHAINS[seq]


def test_a_missing_hash_makes_the_chain_unknown() -> None:
    assert fold(CHAINS[0], update(1, digest=None)) is None
    assert fold(None, update(1)) is None


@pytest.mark.parametrize(
    ("seqs", "phase", "taken", "duplicates", "trouble"),
    [
        ([3], Phase.LIVE, [3], 0, None),
        ([1, 2, 3], Phase.LIVE, [3], 2, None),
        ([2], Phase.LIVE, [], 1, None),
        ([4], Phase.LIVE, [], 0, Trouble.GAP),
        ([3, 5], Phase.LIVE, [3], 0, Trouble.GAP),
        ([3, 3, 4], Phase.LIVE, [3, 4], 1, None),
        ([4], Phase.REPLAYING, [4], 0, None),
    ],
)
def test_apply_rule(seqs: list[int], phase: Phase, taken: list[int], duplicates: int, trouble: Trouble | None) -> None:
    decided = plan(track(2, phase), batch(*(update(seq) for seq in seqs)))
    assert [item.seq for item in decided.updates] == taken
    assert (decided.duplicates, decided.trouble) == (duplicates, trouble)
    assert decided.cursor.seq == (taken[-1] if taken else 2)
    assert decided.replay_gap == (phase is Phase.REPLAYING and seqs == [4])


def test_after_asking_again_the_same_gap_is_trouble_while_replaying_too() -> None:
    waiting = track(2, Phase.REPLAYING)
    waiting.gap_retry_at = 2
    assert plan(waiting, batch(update(4))).trouble is Trouble.GAP


def test_a_payload_without_its_hash_is_not_applied() -> None:
    forged = update(3, b'{"status":"failed"}', digest=hashlib.sha256(ROWS[3]).digest())
    decided = plan(track(2), batch(forged))
    assert decided.updates == ()
    assert decided.trouble is Trouble.CORRUPT


def test_another_lineage_applies_nothing() -> None:
    decided = plan(track(2), batch(update(3), lineage="lin_02"))
    assert (decided.updates, decided.trouble) == ((), Trouble.LINEAGE)


def test_the_anchor_at_the_end_of_a_replay_proves_the_stream() -> None:
    decided = plan(
        track(1, Phase.REPLAYING, CHAINS[1]),
        batch(update(2), update(3), anchors=(Anchor(TOPIC, 3, CHAINS[3]),), complete=True),
    )
    assert decided.cursor == Cursor(3, "lin_01", CHAINS[3], 3)
    assert decided.verified


def test_a_differing_anchor_discards_the_whole_batch() -> None:
    decided = plan(
        track(1, Phase.REPLAYING, CHAINS[1]),
        batch(update(2, b'{"delta":"ho"}'), update(3), anchors=(Anchor(TOPIC, 3, CHAINS[3]),), complete=True),
    )
    assert (decided.updates, decided.trouble) == ((), Trouble.CHAIN)


def test_an_anchor_ahead_is_kept_and_compared_when_it_is_reached() -> None:
    cursor, kept, differs = compare(Cursor(1, "", CHAINS[1]), None, Anchor(TOPIC, 3, b"\x00" * 32))
    assert (cursor.verified_seq, kept, differs) == (0, Anchor(TOPIC, 3, b"\x00" * 32), False)
    waiting = track(1, Phase.LIVE, CHAINS[1])
    waiting.anchor = kept
    assert plan(waiting, batch(update(2))).anchor == kept
    assert plan(waiting, batch(update(2), update(3))).trouble is Trouble.CHAIN


@pytest.mark.parametrize(
    ("own", "anchor", "after", "differs"),
    [
        (Cursor(2, "", CHAINS[2]), Anchor(TOPIC, 2, CHAINS[2]), Cursor(2, "", CHAINS[2], 2), False),
        (Cursor(2, "", CHAINS[2]), Anchor(TOPIC, 2, CHAINS[1]), Cursor(2, "", CHAINS[2], 0), True),
        (Cursor(2, "", None), Anchor(TOPIC, 2, CHAINS[2]), Cursor(2, "", CHAINS[2], 0), False),
        (Cursor(2, "", CHAINS[2]), Anchor(TOPIC, 1, CHAINS[3]), Cursor(2, "", CHAINS[2], 0), False),
        (Cursor(2, "", CHAINS[2]), Anchor(TOPIC, 2, None), Cursor(2, "", CHAINS[2], 0), False),
    ],
)
def test_anchor_rule(own: Cursor, anchor: Anchor, after: Cursor, differs: bool) -> None:
    assert compare(own, None, anchor) == (after, None, differs)


@pytest.mark.parametrize(
    ("own", "answered", "reason"),
    [
        (Cursor(2, "lin_01", CHAINS[2]), (2, "lin_01", CHAINS[2]), ""),
        (Cursor(2, "", None), (2, "lin_01", CHAINS[2]), ""),
        (Cursor(2, "lin_01", CHAINS[2]), (1, "lin_01", CHAINS[1]), ""),
        (Cursor(2, "lin_01", CHAINS[2]), (2, "lin_02", CHAINS[2]), "lineage_mismatch"),
        (Cursor(2, "lin_01", CHAINS[2]), (2, "lin_01", CHAINS[3]), "chain_mismatch"),
        (Cursor(2, "lin_01", CHAINS[2]), (5, "lin_01", CHAINS[3]), "resumed_ahead"),
        (None, (0, "lin_01", CHAINS[0]), "first_start"),
    ],
)
def test_what_a_subscribe_answer_does_to_the_position(
    own: Cursor | None, answered: tuple[int, str, bytes], reason: str
) -> None:
    seq, lineage, chain = answered
    after, given = started(Track(TOPIC, False, own), TopicAnswer(TOPIC, "", "", seq, lineage, chain))
    assert given == reason
    if reason:
        assert (after.seq, after.lineage, after.chain) == answered
    else:
        assert own is not None and after.seq == own.seq


def test_more_than_three_bootstraps_in_ten_minutes_are_too_many() -> None:
    topic = Track(TOPIC, False)
    assert [topic.bootstrap_allowed(at) for at in (0, 1, 2, 3)] == [True, True, True, False]
    assert topic.bootstrap_allowed(BOOTSTRAP_WINDOW_MS + 3)

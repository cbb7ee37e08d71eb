"""The topic chain of runtime 6.1, with its worked example."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openagents.receipts.canonical import canonical_bytes, prefixed_sha256
from openagents.receipts.chain import chain_base, chain_fold, chain_next, digest_of

TOPIC = "run:r1:events"
PAYLOADS = [{"source": "runtime"}, {"delta": "hi"}, {"status": "succeeded"}]
CHAINS = [
    "19ced0c772d9e5b59728630c84835c132a07af1d249dec9a0a0ae2e08eeac38e",
    "53e5c1e199f822eaacbc696ec4138ad33b191a7509cc61d2a2cbe1cbb11a9b60",
    "cb787b7ae4f80955109f16cdd4f2855714cccf23a92c49dd18d86919221ddfe8",
    "c2e74d645570ec4ec5eaadf1abbb4472ed810dcb3a716d86d0c0f0994ac23513",
]
DIGESTS = [
    "cf40aa17d3f50914072dc3aff5d5303a7e58348da8e2b98f7b109f45fe564a6e",
    "d886bcaa1536668ae0af5f6f26ec8cc5e0e58877e1ca3a42c833c7df6d2ab812",
    "f24874c0a20560e8a002a58d258bae2e4d0b92a9c69139de3adada7d3ef9b1d4",
]


def digest(payload: object) -> bytes:
    return hashlib.sha256(canonical_bytes(payload)).digest()


def test_the_worked_example_gives_its_payload_hashes_and_chains() -> None:
    chain = chain_base(TOPIC, "lin_01")
    assert chain.hex() == CHAINS[0]
    for seq, payload in enumerate(PAYLOADS, 1):
        assert prefixed_sha256(payload) == f"sha256:{DIGESTS[seq - 1]}"
        chain = chain_next(chain, seq, digest(payload))
        assert chain.hex() == CHAINS[seq]


def test_a_changed_payload_changes_every_chain_after_it() -> None:
    changed = [PAYLOADS[0], {"delta": "ho"}, PAYLOADS[2]]
    rows = [(seq, digest(payload)) for seq, payload in enumerate(changed, 1)]
    base = chain_base(TOPIC, "lin_01")
    assert chain_fold(base, rows[:2]).hex().startswith("e51713e7") and chain_fold(base, rows[:2]).hex().endswith("2886")
    assert chain_fold(base, rows).hex() == "152cff5e9e5fb1d3ce4f7bae89e8151ce8337608a500395dce4920f9e148bbd7"


def test_a_rotated_lineage_starts_at_its_new_floor() -> None:
    base = chain_base(TOPIC, "lin_02")
    assert base.hex() == "0f51427327131096747618987a7aea3a40a4de76fbe0c271afdc94d0f904ab81"
    following = chain_next(base, 1048580, digest({"delta": "hi"}))
    assert following.hex() == "ed353e8516760fbce1345f52b6891e6ccf09294decc98f1c774c4b1f3032dc4b"


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=8), st.data())
def test_folding_over_a_floor_gives_the_head(digests: list[bytes], data: st.DataObject) -> None:
    rows = list(enumerate(digests, 1))
    floor = data.draw(st.integers(0, len(rows)))
    base = chain_base("user:u:runs", "lin_x")
    assert chain_fold(chain_fold(base, rows[:floor]), rows[floor:]) == chain_fold(base, rows)


def test_topic_and_lineage_cannot_run_into_each_other() -> None:
    assert chain_base("a", "bc") != chain_base("ab", "c")


def test_the_stored_text_of_a_payload_hash_is_its_digest() -> None:
    assert digest_of(f"sha256:{DIGESTS[0]}") == bytes.fromhex(DIGESTS[0])


@pytest.mark.parametrize(
    "text", ["", DIGESTS[0], f"sha256:{DIGESTS[0].upper()}", f"sha256:{DIGESTS[0][2:]}", "sha256:zz"]
)
def test_another_form_of_payload_hash_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        digest_of(text)


@pytest.mark.parametrize(
    ("previous", "seq", "payload"),
    [
        (b"\0" * 31, 1, b"\0" * 32),
        (b"\0" * 32, 1, b"\0" * 33),
        (b"\0" * 32, 0, b"\0" * 32),
        (b"\0" * 32, 2**63, b"\0" * 32),
    ],
)
def test_a_step_of_another_shape_is_refused(previous: bytes, seq: int, payload: bytes) -> None:
    with pytest.raises(ValueError):
        chain_next(previous, seq, payload)

"""Bech32 by the vectors of BIP-173."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openagents.receipts import bech32

VALID = [
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
]
INVALID = [
    "\x201nwldj5",
    "\x7f1axkwrx",
    "\x801eym55h",
    "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
    "pzry9x0s0muk",
    "1pzry9x0s0muk",
    "x1b4n0q5v",
    "li1dgmt3",
    "de1lg7wt\xff",
    "A1G7SGD8",
    "10a06t8",
    "1qzzfhee",
    "a12UEL5L",
]


@pytest.mark.parametrize("text", VALID)
def test_valid_texts_decode_and_encode_again(text: str) -> None:
    human, words = bech32.decode(text)
    assert bech32.encode(human, words) == text.lower()


@pytest.mark.parametrize("text", INVALID)
def test_invalid_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not bech32"):
        bech32.decode(text)


@given(st.binary(max_size=40))
def test_bytes_survive_the_journey(data: bytes) -> None:
    human, words = bech32.decode(bech32.encode("nsec", bech32.to_words(data)))
    assert (human, bech32.to_bytes(words)) == ("nsec", data)


def test_a_longer_text_needs_a_larger_bound() -> None:
    text = bech32.encode("lnbc", [0] * 200)
    with pytest.raises(ValueError, match="too long"):
        bech32.decode(text)
    assert bech32.decode(text, length_max=1000) == ("lnbc", [0] * 200)


@pytest.mark.parametrize("words", [[1], [0], [31, 31], [0, 0, 0]])
def test_padding_that_holds_bits_or_a_whole_word_is_refused(words: list[int]) -> None:
    with pytest.raises(ValueError, match="padding"):
        bech32.to_bytes(words)


@pytest.mark.parametrize(("human", "words"), [("", [0]), ("A", [0]), ("a", [32]), ("a", [-1])])
def test_what_has_no_bech32_form_is_refused(human: str, words: list[int]) -> None:
    with pytest.raises(ValueError, match="bech32"):
        bech32.encode(human, words)

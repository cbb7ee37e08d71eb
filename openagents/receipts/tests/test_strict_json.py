"""Strict JSON: what two parsers could read differently is refused (runtime 1.1)."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openagents.receipts.canonical import canonical_bytes
from openagents.receipts.strict_json import DEPTH_MAX, MalformedJSON, loads
from openagents.receipts.tests.strategies import values


def same(left: Any, right: Any) -> bool:
    """Equal, also in kind: 1, 1.0 and true are three values, and so are 0.0 and -0.0."""
    return canonical_bytes(left) == canonical_bytes(right) and repr(left) == repr(right)


@settings(max_examples=500)
@given(values)
def test_canonical_bytes_read_back_as_the_same_value(value: Any) -> None:
    written = canonical_bytes(value)
    assert canonical_bytes(loads(written)) == written
    assert canonical_bytes(loads(written.decode())) == written


@settings(max_examples=300)
@given(values, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_any_other_spelling_of_a_value_has_the_same_canonical_bytes(value: Any, ascii_only: bool, indent: Any) -> None:
    spelled = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert canonical_bytes(loads(spelled)) == canonical_bytes(value)


@settings(max_examples=500)
@given(st.binary(max_size=40) | st.text('[]{}",:0123456789.eE+-\\u truefalsn\ud800', max_size=40))
def test_whatever_comes_in_it_parses_as_the_standard_library_does_or_is_refused(raw: bytes | str) -> None:
    try:
        value = loads(raw)
    except MalformedJSON:
        return
    assert same(value, json.loads(raw if isinstance(raw, str) else raw.decode()))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ('{"a":1,"a":1}', "duplicate key"),
        ('{"a":{"b":1,"c":2,"b":3}}', "duplicate key"),
        ('{"a":1,"\\u0061":2}', "duplicate key"),
        ("NaN", "NaN"),
        ("[Infinity]", "NaN"),
        ('{"a":-Infinity}', "NaN"),
        ("1e999", "out of range"),
        ("-1e999", "out of range"),
        ("18446744073709551616", "out of range"),
        ("-9223372036854775809", "out of range"),
        ("1" * 10_000, "out of range"),
        ('"\\ud800"', "surrogate"),
        ('{"\\udc00":1}', "surrogate"),
        ('["\\udc00\\ud800"]', "surrogate"),
        ('"\ud800"', "surrogate"),
        ('"\\u0000"', "NUL"),
        ('{"a\\u0000":1}', "NUL"),
        ('"\x00"', "not JSON"),
        ('"\n"', "not JSON"),
        (b'"\xff"', "UTF-8"),
        (b'"\xc0\x80"', "UTF-8"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        ('"a"'.encode("utf-16"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("\ufeff{}", "byte order mark"),
        ("", "not JSON"),
        ("{} {}", "not JSON"),
        ("{'a':1}", "not JSON"),
        ("[1,]", "not JSON"),
        ("01", "not JSON"),
        ("+1", "not JSON"),
        (".5", "not JSON"),
        ("1.", "not JSON"),
        ("\u0661", "not JSON"),
        ("\u00a01", "not JSON"),
        ('"\\x41"', "not JSON"),
    ],
)
def test_each_bad_class_is_refused_with_its_reason(raw: bytes | str, reason: str) -> None:
    with pytest.raises(MalformedJSON, match=reason):
        loads(raw)


@pytest.mark.parametrize("raw", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_a_tower_of_brackets_is_refused_before_it_is_parsed(raw: str) -> None:
    with pytest.raises(MalformedJSON, match="too deep"):
        loads(raw)


@pytest.mark.parametrize("opening_and_closing", [("[", "]"), ('{"a":', "}")])
def test_depth_counts_what_contains_each_other(opening_and_closing: tuple[str, str]) -> None:
    opening, closing = opening_and_closing
    loads(opening * DEPTH_MAX + "0" + closing * DEPTH_MAX)
    with pytest.raises(MalformedJSON, match="too deep"):
        loads(opening * (DEPTH_MAX + 1) + "0" + closing * (DEPTH_MAX + 1))
    loads("[" + ",".join(["[]"] * 500) + "]")
    loads(json.dumps(["[[[{{{" * 50, 'quote \\" [' * 20]), max_depth=1)
    with pytest.raises(MalformedJSON, match="too deep"):
        loads("[[]]", max_depth=1)


def test_an_unfinished_string_cannot_make_the_depth_check_slow() -> None:
    with pytest.raises(MalformedJSON):
        loads("[" * 60 + '"' + '\\"[' * 200_000)


@pytest.mark.parametrize(
    "value", [0, -1, 2**53 + 1, 2**64 - 1, -(2**63), 1.0, -0.0, 5e-324, "\U0001f600", "\x7f", [], {}]
)
def test_the_edges_are_taken_exactly(value: Any) -> None:
    assert same(loads(json.dumps(value)), value)


def test_a_surrogate_pair_is_one_character() -> None:
    assert loads('"\\ud83d\\ude00"') == "😀"


def test_the_reason_quotes_nothing_of_the_input() -> None:
    with pytest.raises(MalformedJSON) as caught:
        loads('{"password":"hunter2","password":"hunter3"}')
    assert "hunter" not in str(caught.value) and "password" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_numbers_keep_their_kind() -> None:
    assert type(loads("1")) is int and type(loads("1.0")) is float and type(loads("1e2")) is float
    assert math.copysign(1, loads("-0.0")) == -1

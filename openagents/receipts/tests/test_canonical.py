"""Canonical JSON: one byte form, proved against a slow reference that shares no code with it (runtime 9.1)."""

from __future__ import annotations

import enum
import math
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openagents.receipts.canonical import (
    Unrepresentable,
    canonical_bytes,
    canonical_sha256,
    canonical_text,
    prefixed_sha256,
    sha256_hex,
)
from openagents.receipts.tests.strategies import floats, integers, texts, values

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def reference(value: Any) -> str:
    """The rules of runtime 9.1, one by one and as slow as they read."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return reference_float(value)
    if isinstance(value, str):
        return '"' + "".join(ESCAPES.get(c, f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in value) + '"'
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(reference, value)) + "]"
    keys = sorted(value, key=lambda key: [ord(character) for character in key])
    return "{" + ",".join(f"{reference(key)}:{reference(value[key])}" for key in keys) + "}"


def reference_float(value: float) -> str:
    """0.d1d2... x 10^k: plain for -5 < k <= 16, always with a fraction; else d[.ddd]e[-]x."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return f"{sign}0.0"
    _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()  # repr gives the shortest digits
    text = "".join(map(str, digits))
    k = len(text) + int(exponent)
    if -5 < k <= 16:
        whole, fraction = (text[:k], text[k:]) if k > 0 else ("", "0" * -k + text)
        return f"{sign}{(whole or '0').ljust(k, '0')}.{fraction or '0'}"
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{sign}{text[0]}{fraction}e{k - 1}"


any_double = st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0])


@settings(max_examples=1000)
@given(values)
def test_every_json_value_has_the_bytes_of_the_reference(value: Any) -> None:
    assert canonical_text(value) == reference(value)


@settings(max_examples=3000)
@given(floats | any_double.filter(math.isfinite) | integers.map(float))
@example(-0.0)
@example(5e-324)
@example(1.7976931348623157e308)
@example(9007199254740993.0)
def test_every_double_has_the_text_of_the_reference_and_reads_back(value: float) -> None:
    text = canonical_text(value)
    assert text == reference(value)
    assert struct.pack("<d", float(text)) == struct.pack("<d", value)


@settings(max_examples=300)
@given(st.integers(-340, 309), st.integers(1, 99999))
def test_floats_around_every_power_of_ten_follow_the_exponent_rule(exponent: int, digits: int) -> None:
    value = float(f"{digits}e{exponent - 5}")
    assert math.isinf(value) or canonical_text(value) == reference(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (0.0, "0.0"),
        (0.00001, "0.00001"),
        (0.0000123, "0.0000123"),
        (1e-6, "1e-6"),
        (9.999e-6, "9.999e-6"),
        (1.5e-7, "1.5e-7"),
        (1e15, "1000000000000000.0"),
        (9999999999999998.0, "9999999999999998.0"),
        (1e16, "1e16"),
        (12345678901234568.0, "1.2345678901234568e16"),
        (1e22, "1e22"),
        (-2.5e-300, "-2.5e-300"),
        (0.1, "0.1"),
        (0.10000000149011612, "0.10000000149011612"),
    ],
)
def test_floats_stay_floats_and_switch_form_at_the_stated_exponents(value: float, text: str) -> None:
    assert canonical_text(value) == text


@pytest.mark.parametrize("value", [0, -1, 2**53, 2**53 + 1, 2**63, 2**64 - 1, -(2**63)])
def test_integers_are_exact_up_to_the_bounds(value: int) -> None:
    assert canonical_text(value) == str(value)


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 10**400])
def test_integers_beyond_the_bounds_are_refused(value: int) -> None:
    with pytest.raises(Unrepresentable):
        canonical_bytes([value])


def test_keys_sort_by_code_point_not_by_utf16_unit() -> None:
    scrambled = {"\U00010000": 1, "\uffff": 2, "\ue000": 3, "z": 4, "é": 5, "": 6, "Z": 7, "\U0010ffff": 8}
    assert list(scrambled) != sorted(scrambled)
    assert canonical_text(scrambled) == '{"":6,"Z":7,"z":4,"é":5,"\ue000":3,"\uffff":2,"\U00010000":1,"\U0010ffff":8}'


@settings(max_examples=300)
@given(st.dictionaries(texts, st.integers(0, 9), max_size=8))
def test_key_order_is_the_order_of_utf8_bytes(value: dict[str, int]) -> None:
    ordered = dict(sorted(value.items(), key=lambda item: item[0].encode()))
    assert canonical_text(value) == "{" + ",".join(f"{canonical_text(k)}:{v}" for k, v in ordered.items()) + "}"


def test_only_what_json_demands_is_escaped() -> None:
    every_control = "".join(map(chr, range(0x20)))
    assert canonical_text(every_control + '"\\/\x7f\x80\u2028\u2029é😀') == (
        '"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f'
        "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f"
        '\\"\\\\/\x7f\x80\u2028\u2029é😀"'
    )


def test_an_exponent_inside_a_string_is_left_alone() -> None:
    assert canonical_text({"e+": ['"1e+16\\', 1e16, "\\", 2e17, 'e+"']}) == (
        '{"e+":["\\"1e+16\\\\",1e16,"\\\\",2e17,"e+\\""]}'
    )


def test_keys_are_escaped_like_strings() -> None:
    assert canonical_text({'a"\n': 1}) == '{"a\\"\\n":1}'


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Ratio(enum.Enum):
    NOT = math.nan


@dataclass
class Foreign:
    field: int = 1


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        {"a": [1, (None, math.nan)]},
        [None, {"null": -math.inf}],
        Ratio.NOT,
        "\ud800",
        {"\udfff": 1},
        {1: 2},
        {None: 1},
        {True: 1},
        b"bytes",
        {1, 2},
        Decimal("1.0"),
        datetime(2026, 3, 1, tzinfo=UTC),
        date(2026, 3, 1),
        Foreign(),
        object(),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(Unrepresentable):
        canonical_bytes(value)


def test_nesting_without_end_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(Unrepresentable):
        canonical_bytes(value)


def test_what_reads_as_a_json_value_counts_as_one() -> None:
    identifier = uuid.UUID(int=7)
    assert canonical_text([Colour.RED, Level.HIGH, (1, 2), identifier]) == f'["red",3,[1,2],"{identifier}"]'
    assert canonical_text({"b": "null", "a": None}) == '{"a":null,"b":"null"}'


def test_hashes_of_bytes_texts_and_values_are_told_apart() -> None:
    assert sha256_hex("a") == sha256_hex(b"a") != canonical_sha256("a") == sha256_hex('"a"')
    assert prefixed_sha256(b"a") == f"sha256:{sha256_hex('a')}"
    assert prefixed_sha256("a") == f"sha256:{canonical_sha256('a')}"
    assert canonical_sha256({}) == sha256_hex("{}")

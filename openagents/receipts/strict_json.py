"""Strict JSON in: what two parsers could read differently is refused, so that a hash means one thing (runtime 1.1).

Refused: duplicate keys, NaN and Infinity (also by overflow, `1e999`), lone surrogates, NUL, integers outside
[-2^63, 2^64-1], bytes that are not UTF-8, a byte order mark, and deep nesting.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**64 - 1
DEPTH_MAX = 64
_INTEGER_CHARACTERS_MAX = 20  # of -2^63 and 2^64-1; leading zeros are no JSON, so more characters are out of range

_ESCAPE = re.compile(r"\\.", re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]++")


class MalformedJSON(ValueError):
    """The text is not JSON as this system takes it. `str()` is a short reason that quotes nothing of the input."""


def loads(raw: bytes | str, *, max_depth: int = DEPTH_MAX) -> Any:
    """Parse one JSON text into dict, list, str, int, float, bool and None.

    `max_depth` bounds how many arrays and objects may contain each other. Integers stay int and floats stay float
    (`1.0` is a float). Raises MalformedJSON, and nothing else, whatever the bytes are.
    """
    text = _text(raw)
    _refuse_depth(text, max_depth)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJSON(f"not JSON at character {error.pos}") from None
    except RecursionError:
        raise MalformedJSON("nested too deep") from None
    if "\\u" in text:  # without such an escape a valid text can hold neither a surrogate nor a NUL
        _refuse_text(value)
    return value


def _text(raw: bytes | str) -> str:
    try:
        if isinstance(raw, str):
            raw.encode("utf-8")
            text = raw
        else:
            text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJSON("not UTF-8") from None
    except UnicodeEncodeError:
        raise MalformedJSON("lone surrogate") from None
    if text.startswith("\ufeff"):
        raise MalformedJSON("byte order mark")
    return text


def _refuse_depth(text: str, max_depth: int) -> None:
    """Before parsing, because the parser recurses. Brackets count outside of strings, up to where a text is JSON."""
    if text.count("[") + text.count("{") <= max_depth:
        return
    unescaped = _ESCAPE.sub("", text) if "\\" in text else text
    outside_strings = "".join(unescaped.split('"')[::2])
    depth = 0
    for bracket in _NO_BRACKETS.sub("", outside_strings):
        if bracket in "[{":
            depth += 1
            if depth > max_depth:
                raise MalformedJSON("nested too deep")
        else:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedJSON("duplicate key")
    return value


def _integer(digits: str) -> int:
    if len(digits) <= _INTEGER_CHARACTERS_MAX:
        value = int(digits)
        if INTEGER_MIN <= value <= INTEGER_MAX:
            return value
    raise MalformedJSON("integer out of range")


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise MalformedJSON("number out of range")
    return value


def _constant(name: str) -> NoReturn:
    raise MalformedJSON("NaN and Infinity are no JSON")


def _refuse_text(value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if "\x00" in item:
                raise MalformedJSON("NUL character")
            try:
                item.encode("utf-8")
            except UnicodeEncodeError:
                raise MalformedJSON("lone surrogate") from None
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant, strict=True
)

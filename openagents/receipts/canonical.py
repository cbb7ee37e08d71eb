"""Canonical JSON: the one byte form behind every hash of the system (runtime 9.1), and the hashes over it.

Keys sorted by code point, no whitespace, raw UTF-8 with minimal escapes, shortest floats that stay floats. orjson
writes this form but for one sign (`1e+16`, ours is `1e16`): tests/test_canonical.py compares with a slow reference.
"""

from __future__ import annotations

import hashlib
import math
import re
from enum import Enum

import orjson

# Times have two text forms inside hashes (`Z`, `+00:00`), so a datetime must be written by the caller; see times.py.
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS

# The sign that orjson writes in a positive exponent, and the strings that a search for it must step over.
_EXPONENT_SIGN = re.compile(rb'("(?:[^"\\]|\\.)*+")|e\+')

_FINITE = frozenset({str, int, bool})


class Unrepresentable(ValueError):
    """The value has no canonical form: NaN or infinity, an int outside [-2^63, 2^64-1], a lone surrogate, a key that is
    not a string, a foreign type (bytes, datetime, set, ...), or more than about 250 levels of nesting."""


def canonical_bytes(value: object) -> bytes:
    """The canonical UTF-8 bytes of a JSON value.

    Takes None, bool, int, float, str, list, tuple and dict with str keys; also subclasses of str, int, list and dict,
    enum members (their value) and UUIDs (their text). Raises Unrepresentable for everything else.
    """
    try:
        encoded = orjson.dumps(value, option=_OPTIONS)
    except TypeError as error:
        raise Unrepresentable(str(error)) from error
    if b"null" in encoded:  # orjson writes NaN and the infinities as null: only then is a look at the floats needed
        _refuse_non_finite(value)
    if b"e+" in encoded:
        encoded = _EXPONENT_SIGN.sub(lambda match: match[1] or b"e", encoded)
    return encoded


def canonical_text(value: object) -> str:
    """The canonical form as text: what is stored beside its hash, never re-serialised."""
    return canonical_bytes(value).decode("utf-8")


def sha256_hex(data: bytes | str) -> str:
    """Lower-case hex SHA-256 of raw bytes, or of a text's UTF-8. No JSON is involved."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def canonical_sha256(value: object) -> str:
    """Lower-case hex SHA-256 of the canonical form: H() of the documents. A str is a JSON value here: quoted."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def prefixed_sha256(value_or_bytes: object) -> str:
    """`sha256:` + hex. Bytes are hashed as they are; anything else, a str too, is a JSON value in canonical form."""
    if isinstance(value_or_bytes, bytes):
        return f"sha256:{sha256_hex(value_or_bytes)}"
    return f"sha256:{canonical_sha256(value_or_bytes)}"


def _refuse_non_finite(value: object) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if item is None or type(item) in _FINITE:
            continue
        if isinstance(item, Enum):
            item = item.value
        if isinstance(item, float):
            if not math.isfinite(item):
                raise Unrepresentable(f"{item} has no JSON form")
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, (list, tuple)):
            pending.extend(item)

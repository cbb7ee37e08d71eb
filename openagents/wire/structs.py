"""Free JSON inside messages (Struct, Value, ListValue): checked, and carried to and from protobuf."""

from __future__ import annotations

import math
from typing import Any

from google.protobuf import struct_pb2
from pydantic_core import PydanticCustomError

JS_SAFE_MAX = 2**53 - 1
"""Largest integer every JSON reader keeps exact; above it a number travels as a decimal string."""

INT64_MIN, UINT64_MAX = -(2**63), 2**64 - 1
JSON_DEPTH_MAX = 64


def check_json(value: Any, depth: int = JSON_DEPTH_MAX) -> Any:
    """The value itself, if it is JSON that hashes: str keys, finite numbers, integers within [-2^63, 2^64-1]."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if INT64_MIN <= value <= UINT64_MAX:
            return value
        raise PydanticCustomError("json_value", "contains an integer that is out of range")
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise PydanticCustomError("json_value", "contains a number that is not finite")
    if depth == 0:
        raise PydanticCustomError("json_value", "is nested too deeply")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise PydanticCustomError("json_value", "contains a key that is not a string")
            check_json(item, depth - 1)
        return value
    if isinstance(value, list):
        for item in value:
            check_json(item, depth - 1)
        return value
    raise PydanticCustomError("json_value", "contains something that is not JSON")


def from_value(value: struct_pb2.Value) -> Any:
    """A Struct knows only doubles: integral ones within ±(2^53-1) become int again (README 4.5)."""
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) <= JS_SAFE_MAX else number
    if kind == "struct_value":
        return {key: from_value(item) for key, item in value.struct_value.fields.items()}
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


def to_value(value: Any) -> struct_pb2.Value:
    """Raises ValueError for an integer that a double would change."""
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int):
        if abs(value) > JS_SAFE_MAX:
            raise ValueError(f"{value} does not survive as a protobuf Struct number")
        return struct_pb2.Value(number_value=float(value))
    if isinstance(value, float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, dict):
        return struct_pb2.Value(struct_value=to_struct(value))
    return struct_pb2.Value(list_value=to_list(value))


def to_struct(value: dict[str, Any]) -> struct_pb2.Struct:
    return struct_pb2.Struct(fields={key: to_value(item) for key, item in value.items()})


def to_list(value: list[Any]) -> struct_pb2.ListValue:
    return struct_pb2.ListValue(values=[to_value(item) for item in value])


def from_struct(value: struct_pb2.Struct) -> dict[str, Any]:
    return {key: from_value(item) for key, item in value.fields.items()}


def from_list(value: struct_pb2.ListValue) -> list[Any]:
    return [from_value(item) for item in value.values]

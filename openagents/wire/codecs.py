"""One codec per proto field type: how a value is validated, emitted, described, and carried to and from protobuf.

Python values: int, bool, str, float, bytes; an enum is its emitted name (str); Timestamp an aware UTC datetime;
Struct a dict, ListValue a list, Value any JSON value. JSON numbers keep their kind: no integer passes through a float.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any, LiteralString

from google.protobuf import struct_pb2, timestamp_pb2
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core import core_schema as cs

from openagents.receipts.times import parse_rfc3339, rfc3339
from openagents.wire.descriptors import enum_names
from openagents.wire.structs import (
    INT64_MIN,
    JS_SAFE_MAX,
    UINT64_MAX,
    check_json,
    from_list,
    from_struct,
    from_value,
    to_list,
    to_struct,
    to_value,
)

FLOAT32_MAX = 3.4028235e38
"""Shortest text of the largest 32-bit float (as a double it lies a little above that float)."""

_DIGITS = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

JsonSchema = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Codec:
    """Usable as an `Annotated[...]` member: pydantic takes the core schema from it.

    `emits` and `accepts` are the JSON Schemas of what is sent and of what is understood (null left aside).
    `read` turns a protobuf value into the Python value, `write` the other way round.
    """

    core: CoreSchema
    default: Any
    emits: JsonSchema
    accepts: JsonSchema
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return self.core


def _same(value: Any) -> Any:
    return value


def _either(fast: CoreSchema, slow: Callable[[Any], Any], kind: str, message: str, ser: cs.SerSchema) -> CoreSchema:
    """`fast` decides the usual form without entering Python; `slow` sees only what it refused."""
    return cs.union_schema(
        [fast, cs.no_info_plain_validator_function(slow)],
        mode="left_to_right",
        custom_error_type=kind,
        custom_error_message=message,
        serialization=ser,
    )


# Integers -----------------------------------------------------------------------------------------------------------

_INT_RANGES: dict[int, tuple[int, int]] = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SFIXED32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: (INT64_MIN, 2**63 - 1),
    FieldDescriptor.TYPE_SINT64: (INT64_MIN, 2**63 - 1),
    FieldDescriptor.TYPE_SFIXED64: (INT64_MIN, 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: (0, UINT64_MAX),
    FieldDescriptor.TYPE_FIXED64: (0, UINT64_MAX),
}


def _read_int(low: int, high: int, value: Any) -> int:
    if isinstance(value, str):
        readable = _DIGITS.fullmatch(value) is not None
    elif isinstance(value, float):
        readable = value.is_integer() and abs(value) <= JS_SAFE_MAX
    else:
        readable = isinstance(value, int) and not isinstance(value, bool)
    if not readable or not low <= int(value) <= high:
        raise ValueError
    return int(value)


def _emit_wide(value: int) -> int | str:
    return value if -JS_SAFE_MAX <= value <= JS_SAFE_MAX else str(value)


@cache
def integer(proto_type: int, wide: str, *, as_key: bool = False) -> Codec:
    """`wide` says what happens to a 64-bit value above 2^53-1: "string", "number", or "refuse" (both ways)."""
    low, high = _INT_RANGES[proto_type]
    is_wide = high > JS_SAFE_MAX
    if is_wide and wide == "refuse":
        low, high = max(low, -JS_SAFE_MAX), JS_SAFE_MAX
    as_string = is_wide and wide == "string"
    ser: cs.SerSchema = cs.simple_ser_schema("int")
    if as_string and not as_key:
        ser = cs.plain_serializer_function_ser_schema(_emit_wide, when_used="json")
    core = _either(
        cs.int_schema(strict=True, ge=low, le=high),
        partial(_read_int, low, high),
        "integer",
        f"must be an integer from {low} to {high}",
        ser,
    )
    bounds = {"minimum": low, "maximum": high}
    text: JsonSchema = {"pattern": r"^-?[0-9]{1,20}$"}
    accepts: JsonSchema = {"type": ["integer", "string"], **text, **bounds}
    return Codec(core, 0, accepts if as_string else {"type": "integer", **bounds}, accepts, _same, _same)


# Other scalars ------------------------------------------------------------------------------------------------------


def _plain(type_name: str, core: CoreSchema, default: Any) -> Codec:
    shape: JsonSchema = {"type": type_name}
    return Codec(core, default, shape, shape, _same, _same)


STRING = _plain("string", cs.str_schema(strict=True), "")
BOOL = _plain("boolean", cs.bool_schema(strict=True), False)
DOUBLE = _plain("number", cs.float_schema(strict=True, allow_inf_nan=False), 0.0)


def _shortest_float32(value: float) -> float:
    """The shortest decimal that is this 32-bit float: 0.1f arrives as 0.10000000149011612 and leaves as 0.1."""
    packed = struct.pack("<f", value)
    for digits in range(6, 9):
        candidate = float(f"{value:.{digits}g}")
        if struct.pack("<f", candidate) == packed:
            return candidate
    return float(f"{value:.9g}")


FLOAT = Codec(
    cs.float_schema(strict=True, allow_inf_nan=False, ge=-FLOAT32_MAX, le=FLOAT32_MAX),
    0.0,
    {"type": "number"},
    {"type": "number", "minimum": -FLOAT32_MAX, "maximum": FLOAT32_MAX},
    lambda value: _shortest_float32(value) if math.isfinite(value) else value,
    _same,
)


def _read_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and value.isascii():
        text = value.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except binascii.Error:
            pass
    raise PydanticCustomError("base64", "must be base64 text")


BYTES = Codec(
    cs.no_info_plain_validator_function(
        _read_bytes,
        serialization=cs.plain_serializer_function_ser_schema(
            lambda value: base64.b64encode(value).decode(), when_used="json"
        ),
    ),
    b"",
    {"type": "string", "contentEncoding": "base64"},
    {"type": "string", "contentEncoding": "base64"},
    _same,
    _same,
)

_BOOL_KEYS = {"true": True, "false": False, True: True, False: False}


def _read_bool_key(value: Any) -> bool:
    if isinstance(value, str | bool) and value in _BOOL_KEYS:
        return _BOOL_KEYS[value]
    raise PydanticCustomError("bool_key", "must be true or false")


BOOL_KEY = Codec(
    cs.no_info_plain_validator_function(_read_bool_key, serialization=cs.simple_ser_schema("bool")),
    False,
    {"enum": ["true", "false"]},
    {"enum": ["true", "false"]},
    _same,
    _same,
)


@cache
def enum(descriptor: EnumDescriptor, form: str) -> Codec:
    """Out: the name in `form`. In: the short name, the full name, or a number the enum knows."""
    names = enum_names(descriptor, form)
    emitted = list(dict.fromkeys(names.emitted.values()))

    def read(value: Any) -> str:
        number = value
        if isinstance(value, str):
            number = names.number_of.get(value)
        if isinstance(number, int) and not isinstance(number, bool) and number in names.emitted:
            return names.emitted[number]
        raise ValueError

    core = _either(
        cs.literal_schema(emitted),
        read,
        "enum_name",
        f"must be one of {', '.join(emitted)}",
        cs.simple_ser_schema("str"),
    )
    return Codec(
        core,
        names.emitted[0],
        {"type": "string", "enum": emitted},
        {"enum": [*emitted, *names.emitted]},
        _same,
        names.number_of.__getitem__,
    )


# Well-known types ---------------------------------------------------------------------------------------------------


def _read_timestamp(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            return parse_rfc3339(value).astimezone(UTC)
        except ValueError:
            raise PydanticCustomError("timestamp", "must be an RFC 3339 timestamp") from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise PydanticCustomError("timestamp", "must carry a time zone")
        return value.astimezone(UTC)
    if isinstance(value, timestamp_pb2.Timestamp):
        return datetime_of(value)
    raise PydanticCustomError("timestamp", "must be an RFC 3339 timestamp")


def datetime_of(value: timestamp_pb2.Timestamp) -> datetime:
    """Truncated to microseconds. Raises PydanticCustomError outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)
    except OverflowError:
        raise PydanticCustomError("timestamp", "is out of range") from None


def timestamp_of(value: datetime) -> timestamp_pb2.Timestamp:
    since = value - _EPOCH
    return timestamp_pb2.Timestamp(seconds=since.days * 86400 + since.seconds, nanos=since.microseconds * 1000)


TIMESTAMP = Codec(
    cs.no_info_plain_validator_function(
        _read_timestamp, serialization=cs.plain_serializer_function_ser_schema(rfc3339, when_used="json")
    ),
    None,
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "date-time"},
    _same,  # turned into a datetime by validation, so that an impossible one is an error with a place
    timestamp_of,
)


def _json_codec(python: type | None, message: type[Message], read: Any, write: Any, shape: JsonSchema) -> Codec:
    complaint: LiteralString = "must be a JSON object" if python is dict else "must be a JSON array"

    def validate(value: Any) -> Any:
        if isinstance(value, message):
            value = read(value)
        if python is not None and not isinstance(value, python):
            raise PydanticCustomError("json_value", complaint)
        return check_json(value)

    return Codec(cs.no_info_plain_validator_function(validate), None, shape, shape, read, write)


STRUCT = _json_codec(dict, struct_pb2.Struct, from_struct, to_struct, {"type": "object", "additionalProperties": True})
LIST = _json_codec(list, struct_pb2.ListValue, from_list, to_list, {"type": "array", "items": {}})
VALUE = _json_codec(None, struct_pb2.Value, from_value, to_value, {})

WELL_KNOWN: dict[str, Codec] = {
    "google.protobuf.Timestamp": TIMESTAMP,
    "google.protobuf.Struct": STRUCT,
    "google.protobuf.ListValue": LIST,
    "google.protobuf.Value": VALUE,
}

_SCALARS: dict[int, Codec] = {
    FieldDescriptor.TYPE_STRING: STRING,
    FieldDescriptor.TYPE_BOOL: BOOL,
    FieldDescriptor.TYPE_DOUBLE: DOUBLE,
    FieldDescriptor.TYPE_FLOAT: FLOAT,
    FieldDescriptor.TYPE_BYTES: BYTES,
}


def codec_of(field: FieldDescriptor, *, wide: str, enums: str, as_key: bool = False) -> Codec | None:
    """The codec of one field (of one element, if it is repeated); None for a message of ours.

    Raises TypeError for a type the contracts do not use: groups and the other well-known types.
    """
    if field.type in _INT_RANGES:
        return integer(field.type, wide, as_key=as_key)
    if field.enum_type is not None and field.enum_type.full_name != "google.protobuf.NullValue":
        return enum(field.enum_type, enums)
    if as_key and field.type == FieldDescriptor.TYPE_BOOL:
        return BOOL_KEY
    if field.type in _SCALARS:
        return _SCALARS[field.type]
    if field.message_type is not None and field.type == FieldDescriptor.TYPE_MESSAGE:
        name = field.message_type.full_name
        if name in WELL_KNOWN:
            return WELL_KNOWN[name]
        if not name.startswith("google.protobuf."):
            return None
    raise TypeError(f"{field.full_name}: this proto type has no JSON form here")

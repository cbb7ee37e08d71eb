"""Test protos, compiled once, and messages made at random from any descriptor."""

from __future__ import annotations

import importlib.util
import random
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

from openagents.wire.descriptors import map_entry

PROTOS = Path(__file__).with_name("protos")

STRINGS = ("", "a", "Grüße", 'tab\tquote"back\\slash', "\u2028\U0001f680", "x" * 40, "null", "1.0", " blank ")
NUMBERS = (0, 1, -1, 2**31 - 1, -(2**31), 2**32 - 1, 2**53 - 1, 2**53, -(2**53), 2**63 - 1, -(2**63), 2**64 - 1)
FLOATS = (0.0, 1.0, -1.5, 0.1, 1e-7, 1.5e300, 123456789.125, 1e15)
FLOATS_32 = (0.0, 1.0, 0.10000000149011612, -2.5, 3.0e38)

_BOUNDS = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
_FAMILY = {
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_SINT32: "int32",
    FieldDescriptor.TYPE_SFIXED32: "int32",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_FIXED32: "uint32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_SINT64: "int64",
    FieldDescriptor.TYPE_SFIXED64: "int64",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_FIXED64: "uint64",
}


@cache
def compiled(name: str) -> Any:
    """The Python module of `protos/<name>.proto`."""
    with tempfile.TemporaryDirectory() as folder:
        from importlib.resources import files

        includes = str(files("grpc_tools") / "_proto")
        status = protoc.main(
            ["protoc", f"-I{PROTOS}", f"-I{includes}", f"--python_out={folder}", str(PROTOS / f"{name}.proto")]
        )
        assert status == 0
        spec = importlib.util.spec_from_file_location(f"{name}_pb2", Path(folder) / f"{name}_pb2.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[f"{name}_pb2"] = module
        spec.loader.exec_module(module)
        return module


kitchen: Any = compiled("kitchen")


def random_message(message: type[Message], seed: Any, *, fill: float = 0.7, depth: int = 3) -> Any:
    """A message with about `fill` of its fields set; the same seed gives the same message."""
    return _message(message.DESCRIPTOR, random.Random(str(seed)), fill, depth)


def _message(descriptor: Descriptor, chance: random.Random, fill: float, depth: int) -> Any:
    made = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        nested = field.message_type is not None and not field.message_type.full_name.startswith("google.")
        if chance.random() > fill or (nested and depth == 0):
            continue
        entry = map_entry(field)
        if entry is not None:
            key, value = entry
            target = getattr(made, field.name)
            for _ in range(chance.randint(0, 3)):
                _put(target, _scalar(key, chance), _value(value, chance, fill, depth))
        elif field.is_repeated:
            getattr(made, field.name).extend(_value(field, chance, fill, depth) for _ in range(chance.randint(0, 3)))
        else:
            value = _value(field, chance, fill, depth)
            if isinstance(value, Message):
                getattr(made, field.name).CopyFrom(value)
            else:
                setattr(made, field.name, value)
    return made


def _put(target: Any, key: Any, value: Any) -> None:
    if isinstance(value, Message):
        target[key].CopyFrom(value)
    else:
        target[key] = value


def _value(field: FieldDescriptor, chance: random.Random, fill: float, depth: int) -> Any:
    if field.message_type is None:
        return _scalar(field, chance)
    name = field.message_type.full_name
    made = GetMessageClass(field.message_type)()
    if name == "google.protobuf.Timestamp":
        made.seconds = chance.choice((0, -1, 1767225600, -62135596800, 253402300799, chance.randint(0, 2**32)))
        made.nanos = chance.choice((0, 0, 500_000_000, 1_000, 999_999_000))
    elif name == "google.protobuf.Struct":
        made.update(_json(chance, dict))
    elif name == "google.protobuf.ListValue":
        made.extend(_json(chance, list))
    elif name == "google.protobuf.Value":
        made.CopyFrom(_wrapped(_json(chance, None)))
    else:
        return _message(field.message_type, chance, fill, depth - 1)
    return made


def _scalar(field: FieldDescriptor, chance: random.Random) -> Any:
    family = _FAMILY.get(field.type)
    if family is not None:
        low, high = _BOUNDS[family]
        return chance.choice([number for number in (*NUMBERS, low, high) if low <= number <= high])
    if field.enum_type is not None:
        return chance.choice(field.enum_type.values).number
    choices: dict[int, tuple[Any, ...]] = {
        FieldDescriptor.TYPE_STRING: STRINGS,
        FieldDescriptor.TYPE_BOOL: (True, False),
        FieldDescriptor.TYPE_DOUBLE: FLOATS,
        FieldDescriptor.TYPE_FLOAT: FLOATS_32,
        FieldDescriptor.TYPE_BYTES: (b"", b"\x00", b"\xff\xfe\xfd", b"text"),
    }
    return chance.choice(choices[field.type])


def _json(chance: random.Random, kind: type | None, depth: int = 2) -> Any:
    if kind is dict:
        return {text: _json(chance, None, depth - 1) for text in chance.sample(STRINGS, chance.randint(0, 3))}
    if kind is list:
        return [_json(chance, None, depth - 1) for _ in range(chance.randint(0, 3))]
    leaves: list[Any] = [None, True, False, 0, 7, -3, 2**53 - 1, 0.5, 1e-7, *STRINGS]
    if depth > 0 and chance.random() < 0.4:
        return _json(chance, chance.choice((dict, list)), depth)
    return chance.choice(leaves)


def _wrapped(value: Any) -> Any:
    from google.protobuf import struct_pb2

    made = struct_pb2.ListValue()
    made.extend([value])
    return made.values[0]

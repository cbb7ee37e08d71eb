"""Reading proto descriptors: spellings of a field, names of an enum, oneofs, comments.

Everything here is derived from the descriptor alone; nothing knows pydantic or HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

COMMENTS_FILE = Path(__file__).with_name("descriptors.binpb")
"""Descriptor set with source info, written by `make proto`. Optional: without it nothing has a description."""

_MESSAGE, _ENUM, _FIELD, _NESTED, _VALUE = 4, 5, 2, 3, 2


def lower_camel(name: str) -> str:
    """The JSON name that protoc derives: `fee_limit_msats` -> `feeLimitMsats`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def descriptor_of(message: type[Message]) -> Descriptor:
    return cast(Descriptor, message.DESCRIPTOR)


def map_entry(field: FieldDescriptor) -> tuple[FieldDescriptor, FieldDescriptor] | None:
    """The fields for key and value, if `field` is a map."""
    message = field.message_type
    if message is None or not message.GetOptions().map_entry:
        return None
    return message.fields_by_name["key"], message.fields_by_name["value"]


def emitted_name(field: FieldDescriptor, case: str) -> str:
    """A JSON name that the proto declares itself always wins; `case` decides for the fields without one."""
    if field.json_name != lower_camel(field.name):
        return str(field.json_name)
    return field.name if case == "snake" else str(field.json_name)


def spellings(message: Descriptor, case: str) -> dict[str, tuple[str, ...]]:
    """Field name -> every accepted JSON name of it, the emitted one first.

    A derived lowerCamelCase name gives way where another field is called that (`is_done` beside
    `is_done_camel [json_name = "isDone"]`). That no two fields declare the same name, protobuf sees to itself.
    """
    owners = {name: field.name for field in message.fields for name in (field.name, str(field.json_name))}
    return {
        field.name: tuple(
            name
            for name in dict.fromkeys((emitted_name(field, case), field.name, lower_camel(field.name)))
            if owners.setdefault(name, field.name) == field.name
        )
        for field in message.fields
    }


def real_oneofs(message: Descriptor) -> dict[str, tuple[str, ...]]:
    """Oneof name -> member field names, without the synthetic ones that stand for proto3 `optional`."""
    return {
        oneof.name: tuple(field.name for field in oneof.fields)
        for oneof in message.oneofs
        if not (len(oneof.fields) == 1 and oneof.name == f"_{oneof.fields[0].name}")
    }


def in_real_oneof(field: FieldDescriptor) -> bool:
    oneof = field.containing_oneof
    return oneof is not None and not (len(oneof.fields) == 1 and oneof.name == f"_{field.name}")


@dataclass(frozen=True, slots=True)
class EnumNames:
    """Names of one enum. With aliases in the proto the first name of a number is the emitted one."""

    emitted: dict[int, str]
    number_of: dict[str, int]
    """Every accepted name, short and full."""


@cache
def enum_names(enum: EnumDescriptor, form: str) -> EnumNames:
    """`form` "short": lower case without the enum's prefix; "full": as in the proto.

    The prefix is what stands before `UNSPECIFIED` in the name of value 0; an enum without such a value has none.
    """
    zero = enum.values_by_number[0].name
    prefix = zero.removesuffix("UNSPECIFIED") if zero.endswith("UNSPECIFIED") else ""
    emitted: dict[int, str] = {}
    number_of: dict[str, int] = {}
    for value in enum.values:
        short = value.name.removeprefix(prefix).lower()
        number_of.setdefault(short, value.number)
        number_of.setdefault(value.name, value.number)
        emitted.setdefault(value.number, short if form == "short" else value.name)
    return EnumNames(emitted, number_of)


@cache
def comments() -> dict[str, str]:
    """Full name of a message, field, enum or value -> its leading comment, unwrapped. Empty without the file."""
    if not COMMENTS_FILE.exists():
        return {}
    files = descriptor_pb2.FileDescriptorSet.FromString(COMMENTS_FILE.read_bytes())
    found: dict[str, str] = {}
    for file in files.file:
        for location in file.source_code_info.location:
            text = " ".join(location.leading_comments.split())
            name = _name_at(file, list(location.path)) if text else None
            if name:
                found[name] = text
    return found


def _name_at(file: descriptor_pb2.FileDescriptorProto, path: list[int]) -> str | None:
    """The full name of the element at a source-info path; None for what has no name of interest."""
    if len(path) % 2 or not path or path[0] not in (_MESSAGE, _ENUM):
        return None
    kind, index = path[0], path[1]
    element: descriptor_pb2.DescriptorProto | descriptor_pb2.EnumDescriptorProto
    element = file.message_type[index] if kind == _MESSAGE else file.enum_type[index]
    names = [file.package, element.name]
    rest = path[2:]
    while rest:
        step, index, rest = rest[0], rest[1], rest[2:]
        if isinstance(element, descriptor_pb2.EnumDescriptorProto):
            names.append(element.value[index].name)
            return ".".join(names) if step == _VALUE and not rest else None
        if step == _FIELD:
            names.append(element.field[index].name)
            return None if rest else ".".join(names)
        if step == _NESTED:
            element = element.nested_type[index]
        elif step == _ENUM:
            element = element.enum_type[index]
        else:
            return None
        names.append(element.name)
    return ".".join(names)

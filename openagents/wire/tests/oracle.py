"""What protobuf's own json_format says, rewritten into our profile, and JSON in other accepted spellings."""

from __future__ import annotations

import random
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from openagents.wire.descriptors import in_real_oneof, lower_camel, map_entry

WIDE = {
    FieldDescriptor.TYPE_INT64,
    FieldDescriptor.TYPE_UINT64,
    FieldDescriptor.TYPE_SINT64,
    FieldDescriptor.TYPE_FIXED64,
    FieldDescriptor.TYPE_SFIXED64,
}


def expected(message: Message, case: str) -> dict[str, Any]:
    """The JSON object that our profile prescribes, derived from json_format's answer."""
    said = json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return _message(message.DESCRIPTOR, said, case)


def _message(descriptor: Descriptor, said: dict[str, Any], case: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in descriptor.fields:
        declared = field.json_name != lower_camel(field.name)
        name = field.name if case == "snake" and not declared else field.json_name
        if field.name in said:
            found[name] = _field(field, said[field.name], case)
        elif not in_real_oneof(field):
            found[name] = None
    return found


def _field(field: FieldDescriptor, said: Any, case: str) -> Any:
    entry = map_entry(field)
    if entry is not None:
        return {key: _value(entry[1], item, case) for key, item in said.items()}
    if field.is_repeated:
        return [_value(field, item, case) for item in said]
    return _value(field, said, case)


def _value(field: FieldDescriptor, said: Any, case: str) -> Any:
    if field.enum_type is not None:
        prefix = field.enum_type.values_by_number[0].name
        prefix = prefix.removesuffix("UNSPECIFIED") if prefix.endswith("UNSPECIFIED") else ""
        return said.removeprefix(prefix).lower()
    if field.type in WIDE:
        number = int(said)
        return number if abs(number) < 2**53 else said
    if field.message_type is not None and not field.message_type.full_name.startswith("google."):
        return _message(field.message_type, said, case)
    return said


def respelled(descriptor: Descriptor, said: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same object as another client might write it: either spelling, any enum form, any integer form."""
    found: dict[str, Any] = {}
    for field in descriptor.fields:
        if field.name not in said:
            continue
        value = said[field.name]
        entry = map_entry(field)
        if entry is not None:
            value = {key: _respell(entry[1], item, chance) for key, item in value.items()}
        elif field.is_repeated:
            value = [_respell(field, item, chance) for item in value]
        else:
            value = _respell(field, value, chance)
        names = [field.name, field.json_name, lower_camel(field.name)]
        taken = {name for other in descriptor.fields if other is not field for name in (other.name, other.json_name)}
        found[chance.choice([name for name in names if name not in taken])] = value
    if chance.random() < 0.5:
        found["a_field_of_tomorrow"] = {"anything": [None]}
    return found


def _respell(field: FieldDescriptor, value: Any, chance: random.Random) -> Any:
    if field.enum_type is not None:
        number = field.enum_type.values_by_name[value].number
        zero = field.enum_type.values_by_number[0].name
        prefix = zero.removesuffix("UNSPECIFIED") if zero.endswith("UNSPECIFIED") else ""
        return chance.choice((number, value, value.removeprefix(prefix).lower()))
    if field.cpp_type in (
        FieldDescriptor.CPPTYPE_INT32,
        FieldDescriptor.CPPTYPE_UINT32,
        FieldDescriptor.CPPTYPE_INT64,
        FieldDescriptor.CPPTYPE_UINT64,
    ):
        number = int(value)
        return chance.choice((number, str(number), float(number) if abs(number) < 2**53 else number))
    if field.message_type is not None and not field.message_type.full_name.startswith("google."):
        return respelled(field.message_type, value, chance)
    return value


def said_by_json_format(message: Message) -> dict[str, Any]:
    """json_format's own object, proto names, full enum names, 64-bit integers as strings."""
    said: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return said

"""`schema(Message, ...)`: the pydantic model of a proto message, derived once and cached.

The descriptor is the only authority: names, types, presence, enums and oneofs come from it. Options say how a lane
writes the message, never what it contains.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Annotated, Any, ForwardRef, Literal

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from pydantic import AliasChoices, BaseModel, Field, create_model

from openagents.wire.codecs import codec_of
from openagents.wire.descriptors import descriptor_of, in_real_oneof, map_entry, real_oneofs, spellings
from openagents.wire.model import Shape, Slot, WireModel

Case = Literal["snake", "camel"]
Wide = Literal["string", "number", "refuse"]
Enums = Literal["short", "full"]
FieldRule = Callable[[FieldDescriptor], bool]


def schema(
    message: type[Message],
    case: Case = "snake",
    required: Collection[str] = (),
    *,
    omit_unset: bool | Collection[str] | FieldRule = False,
    omit_default: Collection[str] = (),
    forbid_unknown: bool = False,
    enums: Enums = "short",
    wide: Wide = "string",
) -> type[WireModel]:
    """The model of `message`; equal arguments give the same class.

    Field paths are proto names, dotted through nested messages, lists and maps (`items.sku`); an unknown path raises
    ValueError here.

    - `case`: "snake" emits proto names, "camel" lowerCamelCase; a `json_name` that the proto declares wins over both
      (so a lane that mixes `[camel]` and `[snake]` messages is "camel" throughout). Both are always understood.
    - `required`: must be present and not null, else a validation error that names the field.
    - `omit_unset`: unset fields with presence are left out instead of `null`; for all, for these paths, or where the
      rule says so. Unset members of a oneof are always left out.
    - `omit_default`: fields that are left out while they hold the proto3 default (or are unset).
    - `forbid_unknown`: an unknown key is an error instead of being ignored.
    - `enums`: emit the short lower-case name or the full proto name.
    - `wide`: 64-bit values above 2^53-1 travel as decimal strings ("string"), as numbers ("number"), or are refused.
    """
    options = Options(
        case=case,
        required=_paths(message, required),
        omit_unset=omit_unset if isinstance(omit_unset, bool) or callable(omit_unset) else _paths(message, omit_unset),
        omit_default=_paths(message, omit_default),
        forbid_unknown=forbid_unknown,
        enums=enums,
        wide=wide,
    )
    with _LOCK:
        found = _MODELS.get((message, options))
        return found if found is not None else _Derivation().run(message, options)


@dataclass(frozen=True, slots=True)
class Options:
    """How one message is written. Paths are relative to that message."""

    case: Case
    required: frozenset[str]
    omit_unset: bool | frozenset[str] | FieldRule
    omit_default: frozenset[str]
    forbid_unknown: bool
    enums: Enums
    wide: Wide

    def inside(self, name: str) -> Options:
        """The options of the message in field `name`."""
        rule = self.omit_unset
        return replace(
            self,
            required=_below(self.required, name),
            omit_unset=_below(rule, name) if isinstance(rule, frozenset) else rule,
            omit_default=_below(self.omit_default, name),
        )

    def omits_unset(self, field: FieldDescriptor) -> bool:
        rule = self.omit_unset
        if isinstance(rule, frozenset):
            return field.name in rule
        return rule(field) if callable(rule) else rule


_Key = tuple[type[Message], Options]
_MODELS: dict[_Key, type[WireModel]] = {}
_LOCK = threading.RLock()


class _Derivation:
    """Derives a message with everything it reaches. Cycles become forward references, resolved at the end."""

    def __init__(self) -> None:
        self.started: dict[_Key, str] = {}
        self.made: dict[_Key, type[WireModel]] = {}
        self.open_slots: list[tuple[Slot, _Key]] = []

    def run(self, message: type[Message], options: Options) -> type[WireModel]:
        model = self._model((message, options))
        for slot, key in self.open_slots:
            slot.child = self.made.get(key) or _MODELS[key]
        namespace = {self.started[key]: made for key, made in self.made.items()}
        for made in self.made.values():
            made.model_rebuild(force=True, _types_namespace=namespace)
        _MODELS.update(self.made)
        return model

    def _model(self, key: _Key) -> type[WireModel]:
        message, options = key
        self.started[key] = f"_Wire{len(self.started)}"
        descriptor = descriptor_of(message)
        shape = Shape(message, options)
        fields: dict[str, Any] = {}
        names = spellings(descriptor, options.case)
        for field in descriptor.fields:
            slot, annotation = self._slot(field, names[field.name], options)
            shape.slots.append(slot)
            fields[slot.attr] = (annotation, _field_info(slot))
        by_name = {slot.name: slot for slot in shape.slots}
        shape.oneofs = {
            oneof: tuple(by_name[name] for name in members) for oneof, members in real_oneofs(descriptor).items()
        }
        shape.other_names = frozenset(name for slot in shape.slots for name in slot.names[1:])
        shape.keeps_null = frozenset(name for slot in shape.slots if slot.keeps_null for name in slot.names)
        with warnings.catch_warnings():
            # `schema`, `json` and `copy` are field names of ours; pydantic's methods of these names are deprecated.
            warnings.filterwarnings("ignore", message=r"Field name .* shadows an attribute in parent")
            model = create_model(
                _class_name(descriptor),
                __base__=WireModel,
                __module__=descriptor.file.package,
                __doc__=f"Derived from {descriptor.full_name}.",
                __cls_kwargs__={"extra": "forbid" if options.forbid_unknown else "ignore"},
                **fields,
            )
        model.__wire__ = shape
        self.made[key] = model
        return model

    def _slot(self, field: FieldDescriptor, names: tuple[str, ...], options: Options) -> tuple[Slot, Any]:
        entry = map_entry(field)
        key_field, value_field = entry or (None, field)
        codec = codec_of(value_field, wide=options.wide, enums=options.enums)
        slot = Slot(
            name=field.name,
            attr=_attribute(field.name),
            names=names,
            repeated=field.is_repeated and entry is None,
            presence=field.has_presence and not field.is_repeated,
            required=field.name in options.required,
            may_be_absent=False,
            codec=codec,
            key=codec_of(key_field, wide=options.wide, enums=options.enums, as_key=True) if key_field else None,
        )
        slot.keeps_null = not field.is_repeated and _is_value(value_field)
        slot.may_be_absent = field.name in options.omit_default or (
            slot.presence and (in_real_oneof(field) or options.omits_unset(field))
        )
        item: Any = Annotated[Any, codec]
        if codec is None and value_field.message_type is not None:
            item = self._child(slot, (GetMessageClass(value_field.message_type), options.inside(field.name)))
        if slot.key is not None:
            return slot, dict[Annotated[Any, slot.key], item]
        if slot.repeated:
            return slot, list[item]
        return slot, item | None if slot.presence else item

    def _child(self, slot: Slot, key: _Key) -> Any:
        self.open_slots.append((slot, key))
        ready = _MODELS.get(key) or self.made.get(key)
        if ready is not None:
            return ready
        if key not in self.started:
            return self._model(key)
        return ForwardRef(self.started[key])


def _field_info(slot: Slot) -> Any:
    info: dict[str, Any] = {
        "validation_alias": AliasChoices(*slot.names),
        "serialization_alias": slot.names[0],
    }
    if slot.key is not None:
        empty: Any = {}
    elif slot.repeated:
        empty = []
    else:
        empty = None if slot.presence or slot.codec is None else slot.codec.default
    if slot.may_be_absent:
        info["exclude_if"] = _equals(empty)
    if slot.required:
        return Field(**info)
    if isinstance(empty, list | dict):
        return Field(default_factory=type(empty), **info)
    return Field(default=empty, **info)


def _equals(empty: Any) -> Callable[[Any], bool]:
    return lambda value: value is None or value == empty


def _attribute(name: str) -> str:
    taken = hasattr(BaseModel, name) and (name.startswith(("model_", "_")))
    return f"{name}_" if taken or name in ("from_proto", "to_proto") else name


def _class_name(descriptor: Descriptor) -> str:
    return str(descriptor.full_name).removeprefix(f"{descriptor.file.package}.").replace(".", "")


def _is_value(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name == "google.protobuf.Value"


def _below(paths: frozenset[str], name: str) -> frozenset[str]:
    prefix = f"{name}."
    return frozenset(path.removeprefix(prefix) for path in paths if path.startswith(prefix))


def _paths(message: type[Message], paths: Collection[str]) -> frozenset[str]:
    """The paths, checked against the descriptor."""
    if isinstance(paths, str):
        raise ValueError("field paths come as a collection, not as one string")
    for path in paths:
        here: Descriptor | None = descriptor_of(message)
        for step in path.split("."):
            field = here.fields_by_name.get(step) if here is not None else None
            if field is None:
                raise ValueError(f"{descriptor_of(message).full_name} has no field {path!r}")
            _, value = map_entry(field) or (None, field)
            here = value.message_type
    return frozenset(paths)

"""`WireModel`: the base of every derived model. What a request or response body is, between JSON and the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from google.protobuf.message import Message
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from openagents.receipts import strict_json
from openagents.wire.codecs import Codec

if TYPE_CHECKING:
    from openagents.wire.schema import Options


@dataclass(slots=True)
class Slot:
    """One field of a message, as the model carries it. Exactly one of `codec` and `child` is set."""

    name: str
    attr: str
    """Attribute of the model: the proto name, with `_` behind it where pydantic needs the name itself."""
    names: tuple[str, ...]
    """Accepted JSON names, the emitted one first."""
    repeated: bool
    presence: bool
    required: bool
    may_be_absent: bool
    """Left out of the JSON at times (unset oneof member, omitted unset or default value)."""
    codec: Codec | None = None
    child: type[WireModel] | None = None
    key: Codec | None = None
    """Codec of the keys, for a map."""
    keeps_null: bool = False
    """A `google.protobuf.Value`: JSON null is a value of it."""

    def read(self, value: Any) -> Any:
        if self.codec is not None:
            return self.codec.read(value)
        return _read(self._model(), value)

    def write(self, value: Any) -> Any:
        if self.codec is not None:
            return self.codec.write(value)
        return value.to_proto()

    def _model(self) -> type[WireModel]:
        if self.child is None:
            raise RuntimeError(f"{self.name}: the model is used before it is complete")
        return self.child


@dataclass(slots=True)
class Shape:
    """What a model knows about its message."""

    message: type[Message]
    options: Options
    slots: list[Slot] = field(default_factory=list)
    oneofs: dict[str, tuple[Slot, ...]] = field(default_factory=dict)
    other_names: frozenset[str] = frozenset()
    """Accepted names that are not the emitted ones."""
    keeps_null: frozenset[str] = frozenset()

    @property
    def full_name(self) -> str:
        return str(self.message.DESCRIPTOR.full_name)


class WireModel(BaseModel):
    """An immutable value of one proto message; make subclasses with `schema(...)`.

    Attributes bear the proto names. Building one validates; `model_copy(update=...)` does not. Unset fields with
    presence are None, other fields have their proto3 default. A nested message may be given as a dict, as another
    derived model of the same message, or as the protobuf message itself.
    """

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        protected_namespaces=(),
        serialize_by_alias=True,
        hide_input_in_errors=True,
        defer_build=True,
    )

    __wire__: ClassVar[Shape]

    if TYPE_CHECKING:

        def __init__(self, **fields: Any) -> None: ...

        def __getattr__(self, name: str) -> Any: ...

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        # As a member of `Annotated[WireModel, X]` (the form mypy understands) X stands for itself.
        return handler(source) if source is cls else handler.generate_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        # The real description comes from the descriptor (openapi.py); this is for whoever asks pydantic.
        return {"type": "object", "title": cls.__name__}

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, data: Any) -> Any:
        """Rules that concern several keys at once: null means unset, one spelling per field, one member per oneof."""
        shape = cls.__wire__
        if type(data) is not dict:
            if isinstance(data, cls):
                return data
            data = _as_dict(shape, data)
            if data is None:
                raise PydanticCustomError("object", "must be a JSON object")
        if None in data.values():
            keep = shape.keeps_null
            data = {key: value for key, value in data.items() if value is not None or key in keep}
        if not shape.other_names.isdisjoint(data):
            _refuse_two_spellings(shape, data)
        for oneof, members in shape.oneofs.items():
            given = [slot for slot in members if any(name in data for name in slot.names)]
            if len(given) > 1:
                raise PydanticCustomError(
                    "oneof",
                    "at most one of {members} may be set",
                    {"members": ", ".join(slot.names[0] for slot in members), "field": oneof},
                )
        return data

    @classmethod
    def from_proto(cls, message: Message) -> Self:
        """The model of a protobuf message. Raises pydantic.ValidationError (missing required field, unknown enum
        number, infinite number), ValueError for a message of another type."""
        if message.DESCRIPTOR.full_name != cls.__wire__.full_name:
            raise ValueError(f"expected {cls.__wire__.full_name}, got {message.DESCRIPTOR.full_name}")
        return cls.model_validate(_read(cls, message))

    def to_proto(self) -> Any:
        """The protobuf message. Raises ValueError for an integer inside a Struct that a double would change."""
        shape = self.__wire__
        given: dict[str, Any] = {}
        for slot in shape.slots:
            value = getattr(self, slot.attr)
            if value is None and not (slot.keeps_null and slot.attr in self.model_fields_set):
                continue
            if slot.key is not None:
                given[slot.name] = {key: slot.write(item) for key, item in value.items()}
            elif slot.repeated:
                given[slot.name] = [slot.write(item) for item in value]
            else:
                given[slot.name] = slot.write(value)
        return shape.message(**given)


M = TypeVar("M", bound=WireModel)


def to_json(model: WireModel) -> bytes:
    """Compact UTF-8 JSON, keys in proto order."""
    return model.__pydantic_serializer__.to_json(model, by_alias=True)


def from_json(model: type[M], raw: bytes | str) -> M:
    """Strict JSON into a model. Raises MalformedJSON or pydantic.ValidationError."""
    return model.model_validate(strict_json.loads(raw))


def _as_dict(shape: Shape, data: Any) -> dict[str, Any] | None:
    """Another form of the same message, or a mapping, as a fresh dict; None when it is neither."""
    if isinstance(data, WireModel):
        if data.__wire__.full_name != shape.full_name:
            return None
        given = data.model_fields_set
        return {slot.name: getattr(data, slot.attr) for slot in data.__wire__.slots if slot.attr in given}
    if isinstance(data, Message):
        return _read_message(shape, data) if data.DESCRIPTOR.full_name == shape.full_name else None
    return dict(data) if isinstance(data, Mapping) else None


def _read(model: type[WireModel], message: Message) -> dict[str, Any]:
    return _read_message(model.__wire__, message)


def _read_message(shape: Shape, message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for slot in shape.slots:
        if slot.presence and not message.HasField(slot.name):
            continue
        value = getattr(message, slot.name)
        if slot.key is not None:
            found[slot.name] = {key: slot.read(value[key]) for key in value}
        elif slot.repeated:
            found[slot.name] = [slot.read(item) for item in value]
        else:
            found[slot.name] = slot.read(value)
    return found


def _refuse_two_spellings(shape: Shape, data: Mapping[str, Any]) -> None:
    for slot in shape.slots:
        given = [name for name in slot.names if name in data]
        if len(given) > 1:
            raise PydanticCustomError(
                "duplicate_field", "is given twice, as {names}", {"names": " and ".join(given), "field": given[0]}
            )

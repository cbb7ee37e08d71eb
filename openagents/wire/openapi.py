"""OpenAPI 3.1 of a plane: components come from the proto descriptors, not from pydantic.

A message is described twice where what is accepted differs from what is emitted (null for unset fields, decimal
strings for integers): the emitted form keeps the message's name, the accepted one is called `<name>Input`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Literal

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from openagents.wire.codecs import JsonSchema
from openagents.wire.descriptors import comments
from openagents.wire.model import Slot, WireModel

Direction = Literal["emits", "accepts"]
Node = tuple[type[WireModel], Direction]

ERROR_COMPONENT = "Error"


class Components:
    """Collects the messages that operations refer to, and names them once all are known."""

    def __init__(self) -> None:
        self._bodies: dict[Node, JsonSchema] = {}
        self._references: list[tuple[JsonSchema, Node]] = []

    def reference(self, model: type[WireModel], direction: Direction) -> JsonSchema:
        """A `$ref` object. Its target is filled in by `named`."""
        node: Node = (model, direction)
        reference: JsonSchema = {"$ref": ""}
        self._references.append((reference, node))
        if node not in self._bodies:
            self._bodies[node] = {}  # before its fields: a message may contain itself
            self._bodies[node].update(self._body(model, direction))
        return reference

    def named(self) -> dict[str, JsonSchema]:
        """Name -> component, sorted; every reference given out so far now points at its name."""
        names = self._names()
        for reference, node in self._references:
            reference["$ref"] = f"#/components/schemas/{names[node]}"
        found: dict[str, JsonSchema] = {}
        for node, name in names.items():
            found.setdefault(name, self._bodies[node])
        return dict(sorted(found.items()))

    def _body(self, model: type[WireModel], direction: Direction) -> JsonSchema:
        shape = model.__wire__
        told = comments()
        body: JsonSchema = {"type": "object"}
        if shape.full_name in told:
            body["description"] = told[shape.full_name]
        properties: dict[str, JsonSchema] = {}
        required: list[str] = []
        for slot in shape.slots:
            described = self._property(slot, direction)
            comment = told.get(f"{shape.full_name}.{slot.name}")
            if comment:
                described = {**described, "description": comment} if "$ref" not in described else described
            properties[slot.names[0]] = described
            if slot.required if direction == "accepts" else not slot.may_be_absent:
                required.append(slot.names[0])
        body["properties"] = properties
        if required:
            body["required"] = required
        if direction == "accepts" and shape.options.forbid_unknown:
            body["additionalProperties"] = False
        body["x-oa-message"] = shape.full_name
        return body

    def _property(self, slot: Slot, direction: Direction) -> JsonSchema:
        item: JsonSchema
        if slot.child is not None:
            item = self.reference(slot.child, direction)
        elif slot.codec is not None:
            item = dict(slot.codec.accepts if direction == "accepts" else slot.codec.emits)
        else:
            item = {}
        if slot.key is not None:
            item = {"type": "object", "additionalProperties": item}
        elif slot.repeated:
            item = {"type": "array", "items": item}
        shows_null = slot.presence and not slot.may_be_absent
        nullable = not slot.required if direction == "accepts" else shows_null
        return _or_null(item) if nullable else item

    def _names(self) -> dict[Node, str]:
        classes = self._classes()
        by_message: dict[str, dict[int, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for node, number in classes.items():
            by_message[node[0].__wire__.full_name][number].append(node)
        owners: dict[str, set[str]] = defaultdict(set)
        for model, _ in classes:
            owners[model.__name__].add(model.__wire__.full_name)
        names: dict[Node, str] = {}
        for full_name, groups in by_message.items():
            taken: set[str] = set()
            for nodes in sorted(groups.values(), key=lambda nodes: min(map(_label_key, nodes))):
                model = nodes[0][0]
                # The same message name in two packages: say whose it is.
                domain = full_name.split(".")[-3].title() if len(owners[model.__name__]) > 1 else ""
                label = min(map(_label_key, nodes))[1] if len(groups) > 1 else ""
                name = f"{domain}{model.__name__}{label}"
                unique, count = name, 1
                while unique in taken:
                    count += 1
                    unique = f"{name}{count}"
                taken.add(unique)
                names.update(dict.fromkeys(nodes, unique))
        return names

    def _classes(self) -> dict[Node, int]:
        """Nodes with the same number are the same all the way down (partition refinement)."""
        inside: dict[int, Node] = {id(reference): node for reference, node in self._references}

        def signature(value: Any, numbers: Mapping[Node, int]) -> Any:
            if isinstance(value, dict):
                if "$ref" in value:
                    return ("ref", numbers[inside[id(value)]])
                return tuple((key, signature(item, numbers)) for key, item in value.items())
            if isinstance(value, list):
                return tuple(signature(item, numbers) for item in value)
            return (type(value).__name__, value)

        numbers: dict[Node, int] = dict.fromkeys(self._bodies, 0)
        while True:
            seen: dict[Any, int] = {}
            refined = {
                node: seen.setdefault((numbers[node], signature(body, numbers)), len(seen))
                for node, body in self._bodies.items()
            }
            if len(seen) == len(set(numbers.values())):
                return refined
            numbers = refined


class PlaneOpenAPI(OpenAPISchema):
    """The document of one API; `x-oa-request-message` and `x-oa-response-message` name the proto messages."""

    def __init__(
        self,
        api: NinjaAPI,
        path_prefix: str,
        *,
        error: JsonSchema,
        security_schemes: Mapping[str, Any],
    ) -> None:
        self._messages = Components()
        self._error = error
        self._declared_security = dict(security_schemes)
        super().__init__(api, path_prefix)

    def get_paths(self) -> dict[str, Any]:
        return dict(sorted(super().get_paths().items()))

    def get_components(self) -> dict[str, Any]:
        schemas = {**self.schemas, **self._messages.named(), ERROR_COMPONENT: self._error}
        components: dict[str, Any] = {"schemas": dict(sorted(schemas.items()))}
        security = {**self.securitySchemes, **self._declared_security}
        if security:
            components["securitySchemes"] = dict(sorted(security.items()))
        return components

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details = super().operation_details(operation)
        for model in operation.models:
            taken = wire_model_of(model)
            if taken is not None:
                details["x-oa-request-message"] = taken.__wire__.full_name
        for status, response in operation.response_models.items():
            given = wire_model_of(response)
            if given is not None and isinstance(status, int) and 200 <= status < 300:
                details["x-oa-response-message"] = given.__wire__.full_name
                break
        details["responses"]["default"] = {
            "description": "Refusal",
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{ERROR_COMPONENT}"}}},
        }
        return details

    def _create_schema_from_model(
        self, model: Any, by_alias: bool = True, remove_level: bool = True, mode: Any = "validation"
    ) -> tuple[dict[str, Any], bool]:
        found = wire_model_of(model)
        if found is None:
            return super()._create_schema_from_model(model, by_alias, remove_level, mode)
        return self._messages.reference(found, "emits" if mode == "serialization" else "accepts"), True


def wire_model_of(model: Any) -> type[WireModel] | None:
    """The derived model inside ninja's wrapper of one body parameter or response."""
    fields = getattr(model, "model_fields", None)
    if not isinstance(fields, dict) or len(fields) != 1:
        return None
    (field,) = fields.values()
    for candidate in (*field.metadata, field.annotation):
        if isinstance(candidate, type) and issubclass(candidate, WireModel) and candidate is not WireModel:
            return candidate
    return None


def _or_null(item: JsonSchema) -> JsonSchema:
    if "$ref" in item:
        return {"anyOf": [item, {"type": "null"}]}
    described = dict(item)
    if "enum" in described:
        described["enum"] = [*described["enum"], None]
    if "type" in described:
        types = described["type"]
        described["type"] = [*(types if isinstance(types, list) else [types]), "null"]
    return described


def _label_key(node: Node) -> tuple[int, str]:
    """Shortest first: the plainest variant keeps the plainest name."""
    model, direction = node
    options = model.__wire__.options
    parts = [
        "Input" if direction == "accepts" else "",
        "Camel" if options.case == "camel" else "",
        "Full" if options.enums == "full" else "",
        "Omitting" if options.omit_unset or options.omit_default else "",
        "Strict" if options.forbid_unknown else "",
        *(f"With{path.replace('.', '_').title().replace('_', '')}" for path in sorted(options.required)),
    ]
    label = "".join(parts)
    return len(label), label


_TEXT: JsonSchema = {"type": "string"}
_TEXTS: JsonSchema = {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}}

FLAT_ERROR: JsonSchema = {
    "type": "object",
    "properties": {
        "error": _TEXT,
        "message": _TEXT,
        "reason_code": _TEXT,
        "details": {"type": "object"},
        "retry_after_ms": {"type": "integer", "minimum": 0},
        "retryable": {"type": "boolean"},
        "request_id": _TEXT,
    },
    "required": ["error", "message", "request_id"],
}

PUBLIC_ERROR: JsonSchema = {
    "type": "object",
    "properties": {
        "message": _TEXT,
        "error": {
            "type": "object",
            "properties": {
                "code": _TEXT,
                "message": _TEXT,
                "reason": {"type": ["string", "null"]},
                "retry_after_ms": {"type": ["integer", "null"], "minimum": 0},
                "reauth_required": {"type": "boolean"},
            },
            "required": ["code", "message", "reauth_required"],
        },
        "errors": _TEXTS,
        "request_id": _TEXT,
    },
    "required": ["message", "error", "request_id"],
}

BARE_ERROR: JsonSchema = {
    "type": "object",
    "properties": {
        "error": {"type": "object", "properties": {"code": _TEXT, "message": _TEXT}, "required": ["code", "message"]}
    },
    "required": ["error"],
}

EXECUTOR_ERROR: JsonSchema = {
    "type": "object",
    "properties": {
        "ok": {"const": False},
        "error": {
            "type": "object",
            "properties": {"requestId": _TEXT, "code": _TEXT, "message": _TEXT, "details": {"type": "object"}},
            "required": ["requestId", "code", "message"],
        },
    },
    "required": ["ok", "error"],
}

ERROR_SCHEMAS: dict[str, JsonSchema] = {
    "flat": FLAT_ERROR,
    "flat_retryable": FLAT_ERROR,
    "public": PUBLIC_ERROR,
    "bare": BARE_ERROR,
    "executor": EXECUTOR_ERROR,
}

"""The OpenAPI document: derived from the contracts, valid, readable, stable."""

import json

import pytest
from django.test import Client

from openagents.wire import descriptors
from openagents.wire.openapi import Components
from openagents.wire.schema import schema
from openagents.wire.tests.samples import kitchen


@pytest.fixture(autouse=True)
def routes(settings):
    settings.ROOT_URLCONF = "openagents.wire.tests.urls"
    settings.MIDDLEWARE = []


@pytest.fixture
def document():
    return Client().get("/openapi.json").json()


def _references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def test_it_is_openapi_3_1_at_both_addresses(document):
    assert document["openapi"] == "3.1.0"
    assert Client().get("/internal/v1/openapi.json").json() == document


def test_every_reference_has_its_component(document):
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(_references(document)) <= names


def test_component_names_are_message_names_with_a_suffix_only_where_variants_differ(document):
    names = set(document["components"]["schemas"])
    assert names == {
        "Error", "Kitchen", "KitchenCamel", "KitchenInner", "KitchenInnerCamel", "Ping", "PingCamel", "Pong",
        "PongCamel", "Spoon", "SpoonCamel", "SpoonInput", "SpoonInputStrictWithMadeOf", "SpoonInputWithMadeOf",
        "Tree",
    }  # fmt: skip


def test_paths_and_components_are_sorted_and_the_text_is_stable(document):
    assert list(document["paths"]) == sorted(document["paths"])
    assert list(document["components"]["schemas"]) == sorted(document["components"]["schemas"])
    assert Client().get("/openapi.json").content == Client().get("/openapi.json").content


def test_operations_name_their_messages(document):
    operation = document["paths"]["/internal/v1/spoons"]["post"]
    assert operation["x-oa-request-message"] == "wiretest.v1.Spoon"
    assert operation["x-oa-response-message"] == "wiretest.v1.Spoon"
    assert operation["operationId"] == "urls_create"
    assert operation["description"] == "Make a spoon."
    assert "x-oa-request-message" not in document["paths"]["/internal/v1/stored"]["get"]


def test_a_request_describes_what_is_accepted(document):
    taken = document["components"]["schemas"]["SpoonInputWithMadeOf"]
    assert taken["required"] == ["made_of"]
    assert taken["properties"]["made_of"] == {"type": "string"}
    assert taken["properties"]["weight_mg"]["type"] == ["integer", "string", "null"]
    assert document["components"]["schemas"]["SpoonInputStrictWithMadeOf"]["additionalProperties"] is False


def test_a_response_describes_what_is_emitted(document):
    given = document["components"]["schemas"]["Kitchen"]
    assert given["properties"]["status"] == {"type": "string", "enum": ["unspecified", "running", "done_well"]}
    assert given["properties"]["note"] == {"type": ["string", "null"]}
    assert given["properties"]["i32"] == {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
    assert given["properties"]["spoon"] == {"anyOf": [{"$ref": "#/components/schemas/Spoon"}, {"type": "null"}]}
    assert given["properties"]["by_name"]["additionalProperties"] == {"$ref": "#/components/schemas/Spoon"}
    assert "by_word" not in given["required"]
    assert {"note", "name", "spoon"} <= set(given["required"])


def test_refusals_and_security_are_described(document):
    operation = document["paths"]["/internal/v1/guarded"]["get"]
    assert operation["responses"]["default"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Error"
    }
    assert operation["security"] == [{"Token": []}]
    assert set(document["components"]["securitySchemes"]) == {"Signature", "Token"}


def test_answers_fit_their_description(document):
    from jsonschema_rs import Draft202012Validator

    body = json.loads(Client().get("/internal/v1/spoons").content)
    described = {"$ref": "#/components/schemas/Kitchen", "components": document["components"]}
    assert Draft202012Validator(described).is_valid(body)


def test_the_same_message_name_in_two_packages_says_whose_it_is():
    components = Components()
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    pool = descriptor_pool.DescriptorPool()
    for package in ("openagents.alpha.v1", "openagents.beta.v1"):
        file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
        file.message_type.add(name="Twin")
        pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
        message = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.Twin"))
        components.reference(schema(message), "emits")
    assert list(components.named()) == ["AlphaTwin", "BetaTwin"]


def test_comments_of_the_proto_become_descriptions(monkeypatch, tmp_path):
    from importlib.resources import files

    from grpc_tools import protoc

    from openagents.wire.tests.samples import PROTOS

    target = tmp_path / "d.binpb"
    arguments = ["protoc", f"-I{PROTOS}", f"-I{files('grpc_tools') / '_proto'}", "--include_source_info"]
    assert protoc.main([*arguments, f"--descriptor_set_out={target}", str(PROTOS / "kitchen.proto")]) == 0
    monkeypatch.setattr(descriptors, "COMMENTS_FILE", target)
    descriptors.comments.cache_clear()
    try:
        components = Components()
        components.reference(schema(kitchen.Kitchen), "emits")
        described = components.named()["Kitchen"]
    finally:
        descriptors.comments.cache_clear()
    assert described["description"] == "One dish with every ingredient."
    assert described["properties"]["status"]["description"] == "How far it is."

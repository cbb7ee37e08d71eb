"""How a lane varies a message: required fields, omissions, unknown fields, enum and integer forms."""

import json
import threading

import pytest
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor

from openagents.wire.descriptors import spellings
from openagents.wire.model import to_json
from openagents.wire.schema import schema
from openagents.wire.tests.samples import kitchen
from openagents.wire.tests.test_schema import complaints, emitted


def test_a_required_field_is_named_when_missing_or_null():
    model = schema(kitchen.Kitchen, required=("amount_msats", "spoon"))
    assert complaints(model) == {"amount_msats": "Field required", "spoon": "Field required"}
    assert "amount_msats" in complaints(model, amountMsats=None, spoon={})
    assert model.model_validate({"amountMsats": 0, "spoon": {}}).amount_msats == 0


def test_a_missing_field_is_named_as_the_lane_writes_it():
    assert "amountMsats" in complaints(schema(kitchen.Kitchen, "camel", required=("amount_msats",)))


def test_required_reaches_into_messages_lists_and_maps():
    model = schema(kitchen.Kitchen, required=("spoon.made_of", "spoons.made_of", "by_name.made_of"))
    assert complaints(model, spoon={}, spoons=[{"made_of": "a"}, {}], by_name={"x": {}}) == {
        "spoon.made_of": "Field required",
        "spoons.1.made_of": "Field required",
        "by_name.x.made_of": "Field required",
    }
    assert model().spoon is None


def test_required_in_a_recursive_message_goes_as_deep_as_it_says():
    model = schema(kitchen.Tree, required=("children.label",))
    assert "children.0.label" in complaints(model, children=[{}])
    assert model.model_validate({"children": [{"label": "a", "children": [{}]}]}).children[0].label == "a"


@pytest.mark.parametrize(
    "path",
    [
        "nope",
        "spoon.nope",
        "name.x",
    ],
)
def test_an_unknown_path_is_refused_when_the_model_is_made(path):
    with pytest.raises(ValueError, match="no field"):
        schema(kitchen.Kitchen, required=(path,))


def test_one_string_is_no_collection_of_paths():
    with pytest.raises(ValueError, match="collection"):
        schema(kitchen.Kitchen, required="name")


def test_unset_fields_are_omitted_on_request():
    model = schema(kitchen.Spoon, omit_unset=True)
    assert emitted(model()) == {"made_of": "", "weight_mg": 0}
    assert emitted(model(owner="")) == {"made_of": "", "weight_mg": 0, "owner": ""}


def test_omission_reaches_nested_messages():
    assert "owner" not in emitted(schema(kitchen.Kitchen, omit_unset=True)(spoon={}))["spoon"]


def test_omission_by_path():
    out = emitted(schema(kitchen.Kitchen, omit_unset=("note", "spoon.owner"))(spoon={}))
    assert "note" not in out
    assert out["flag"] is None
    assert "owner" not in out["spoon"]


def _from_tag_30(field):
    return field.number >= 30


def test_omission_by_rule():
    out = emitted(schema(kitchen.Kitchen, omit_unset=_from_tag_30)())
    assert out["note"] is None
    assert "metadata" not in out


def test_defaults_are_omitted_by_path():
    model = schema(kitchen.Kitchen, omit_default=("status", "numbers", "note"))
    assert not {"status", "numbers", "note"} & set(emitted(model()))
    out = emitted(model(status=1, numbers=[0], note="x"))
    assert (out["status"], out["numbers"], out["note"]) == ("running", [0], "x")


def test_nulls_inside_a_struct_are_never_omitted():
    out = emitted(schema(kitchen.Kitchen, omit_unset=True)(metadata={"a": None}))
    assert out["metadata"] == {"a": None}


def test_unknown_fields_can_be_refused_at_every_depth():
    model = schema(kitchen.Kitchen, forbid_unknown=True)
    assert set(complaints(model, nope=1, spoon={"nope": 2})) == {"nope", "spoon.nope"}
    assert model.model_validate({"amountMsats": 1, "spoon": {"madeOf": "x"}, "metadata": {"free": 1}}).amount_msats == 1


def test_full_enum_names():
    out = emitted(schema(kitchen.Kitchen, enums="full")(status="running"))
    assert out["status"] == "JOB_STATUS_RUNNING"


def test_wide_integers_as_numbers():
    text = to_json(schema(kitchen.Kitchen, wide="number")(u64=2**64 - 1, totals={"a": 2**63})).decode()
    assert '"u64":18446744073709551615' in text
    assert '"totals":{"a":9223372036854775808}' in text


def test_wide_integers_refused():
    model = schema(kitchen.Kitchen, wide="refuse")
    assert set(complaints(model, u64=2**53, amount_msats=str(-(2**53)))) == {"u64", "amount_msats"}
    assert emitted(model(u64=2**53 - 1))["u64"] == 2**53 - 1


def test_a_derived_spelling_gives_way_to_a_declared_one():
    names = spellings(kitchen.Kitchen.DESCRIPTOR, "snake")
    assert names["told_apart"] == ("told_apart", "toldApart")
    assert names["amount_msats"] == ("amount_msats", "amountMsats")


def test_models_are_derived_once_by_many_threads():
    barrier = threading.Barrier(4)
    found: list[type] = []

    def derive():
        barrier.wait(10)
        found.append(schema(kitchen.Kitchen, required=("ready", "inner")))

    threads = [threading.Thread(target=derive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 4
    assert len(set(found)) == 1


def test_bodies_are_compact_utf_8():
    assert to_json(schema(kitchen.Spoon)(made_of="Eßlöffel")) == (
        '{"made_of":"Eßlöffel","weight_mg":0,"owner":null}'.encode()
    )
    assert json.loads(to_json(schema(kitchen.Empty)())) == {}


def _message(*fields):
    """A message class of its own pool; fields are (name, json_name, type name of a message or None)."""
    file = descriptor_pb2.FileDescriptorProto(name="made.proto", package="made.v1", syntax="proto3")
    file.dependency.append("google/protobuf/any.proto")
    message = file.message_type.add(name="Made")
    for number, (name, json_name, type_name) in enumerate(fields, 1):
        kind = FieldDescriptor.TYPE_MESSAGE if type_name else FieldDescriptor.TYPE_STRING
        message.field.add(name=name, json_name=json_name, number=number, type=kind, label=1, type_name=type_name)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("made.v1.Made"))


def test_a_derived_name_gives_way_where_another_field_declares_it():
    model = schema(_message(("is_done", "is_done", None), ("is_done_camel", "isDone", None)))
    body = model.model_validate({"is_done": "a", "isDone": "b"})
    assert emitted(body) == {"is_done": "a", "isDone": "b"}


def test_types_the_contracts_do_not_use_are_refused():
    with pytest.raises(TypeError, match=r"made\.v1\.Made\.any"):
        schema(_message(("any", "any", ".google.protobuf.Any")))

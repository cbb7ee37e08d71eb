"""What a derived model accepts, refuses and emits."""

import json
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum

import pytest
from google.protobuf import struct_pb2, timestamp_pb2
from pydantic import ValidationError

from openagents.receipts.strict_json import MalformedJSON
from openagents.wire.model import WireModel, from_json, to_json
from openagents.wire.schema import schema
from openagents.wire.tests.samples import kitchen

Kitchen = schema(kitchen.Kitchen)


def emitted(model: WireModel) -> dict:
    return json.loads(to_json(model))


def complaints(model: type[WireModel], **fields) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(fields)
    return {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}


def test_equal_arguments_give_the_same_class():
    assert schema(kitchen.Kitchen, required=("name", "spoon")) is schema(kitchen.Kitchen, required=["spoon", "name"])
    assert schema(kitchen.Kitchen) is not schema(kitchen.Kitchen, "camel")


def test_nested_messages_share_their_class():
    assert schema(kitchen.Kitchen)(spoon={}).spoon.__class__ is schema(kitchen.Spoon)


def test_scalars_are_always_emitted_and_unset_optionals_are_null():
    out = emitted(schema(kitchen.Spoon)())
    assert out == {"made_of": "", "weight_mg": 0, "owner": None}


def test_keys_come_in_the_order_of_the_proto():
    assert list(emitted(Kitchen()))[:9] == [
        "name", "ready", "i32", "u32", "s32", "f32", "sf32", "amount_msats", "u64",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["amount_msats", "amountMsats"])
@pytest.mark.parametrize("case", ["snake", "camel"])
def test_both_spellings_are_understood(case, name):
    assert schema(kitchen.Kitchen, case).model_validate({name: 5}).amount_msats == 5


def test_camel_emits_lower_camel_case():
    out = emitted(schema(kitchen.Kitchen, "camel")(amount_msats=1, spoon={"made_of": "wood"}))
    assert out["amountMsats"] == 1
    assert out["with2Digits"] == ""
    assert out["spoon"] == {"madeOf": "wood", "weightMg": 0, "owner": None}


@pytest.mark.parametrize("case", ["snake", "camel"])
def test_a_name_the_proto_declares_wins(case):
    assert "told_apart" in emitted(schema(kitchen.Kitchen, case)())


def test_a_field_given_in_both_spellings_is_refused():
    assert "given twice" in complaints(Kitchen, amount_msats=1, amountMsats=1000)[""]


def test_a_null_beside_the_other_spelling_is_no_second_value():
    assert Kitchen.model_validate({"amount_msats": None, "amountMsats": 7}).amount_msats == 7


def test_null_means_unset():
    body = Kitchen.model_validate({"name": None, "numbers": None, "labels": None, "spoon": None, "status": None})
    assert body == Kitchen()


@pytest.mark.parametrize("bad", [{"numbers": [None]}, {"labels": {"a": None}}, {"spoons": [None]}])
def test_null_is_no_element(bad):
    assert complaints(Kitchen, **bad)


@pytest.mark.parametrize(
    ("value", "stored"),
    [(5, 5), ("5", 5), (5.0, 5), ("-9223372036854775808", -(2**63)), (2**63 - 1, 2**63 - 1), ("007", 7)],
)
def test_integers_are_read_from_numbers_and_decimal_strings(value, stored):
    body = Kitchen.model_validate({"amount_msats": value})
    assert body.amount_msats == stored
    assert type(body.amount_msats) is int


@pytest.mark.parametrize(
    "value",
    [True, 1.5, "1.0", "1e3", " 1", "1_0", "+1", "", "٣", 2**63, "9223372036854775808", 1e300, 2.0**60, [1], {}],
)
def test_anything_else_is_no_integer(value):
    assert complaints(Kitchen, amount_msats=value) == {
        "amount_msats": "must be an integer from -9223372036854775808 to 9223372036854775807"
    }


@pytest.mark.parametrize(("field", "value"), [("u32", -1), ("u32", 2**32), ("i32", 2**31), ("u64", -1), ("u64", 2**64)])
def test_integers_keep_the_range_of_their_type(field, value):
    assert field in complaints(Kitchen, **{field: value})


def test_64_bit_integers_above_2_53_travel_as_strings():
    out = emitted(Kitchen(amount_msats=2**53 - 1, u64=2**53, s64=-(2**53), numbers=[1, 2**64 - 1]))
    assert (out["amount_msats"], out["u64"], out["s64"]) == (2**53 - 1, "9007199254740992", "-9007199254740992")
    assert out["numbers"] == [1, "18446744073709551615"]


def test_integer_enums_of_python_are_integers():
    class Size(IntEnum):
        BIG = 3

    assert emitted(Kitchen(i32=Size.BIG))["i32"] == 3


@pytest.mark.parametrize("value", ["done_well", "JOB_STATUS_DONE_WELL", 2])
def test_enums_are_read_in_every_form_and_emitted_short(value):
    body = Kitchen(status=value, statuses=[value], states={"a": value}, last_status=value)
    assert body.status == "done_well"
    assert emitted(body)["states"] == {"a": "done_well"}


@pytest.mark.parametrize("value", ["DONE_WELL", "Done_Well", "well", "", 3, 2.0, True, "2", None.__class__])
def test_other_enum_values_are_refused(value):
    assert complaints(Kitchen, status=value) == {"status": "must be one of unspecified, running, done_well"}


def test_an_enum_without_the_usual_zero_keeps_whole_names_and_the_first_alias():
    assert emitted(Kitchen(odd="ODD_ONE"))["odd"] == "odd_first"
    assert emitted(Kitchen(odd=1))["odd"] == "odd_first"


def test_an_enum_number_of_a_newer_peer_does_not_pass_silently():
    with pytest.raises(ValidationError):
        Kitchen.from_proto(kitchen.Kitchen(status=99))


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T02:00:00.250+02:00", "2026-01-01T00:00:00.250Z"),
        ("2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.000001Z"),
    ],
)
def test_timestamps_are_rfc_3339_in_utc(text, out):
    body = Kitchen(cooked_at=text)
    assert body.cooked_at.tzinfo is UTC
    assert emitted(body)["cooked_at"] == out


def test_timestamps_come_from_python_and_protobuf_too():
    moment = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert emitted(Kitchen(cooked_at=moment))["cooked_at"] == "2026-01-01T00:00:00Z"
    assert emitted(Kitchen(cooked_at=timestamp_pb2.Timestamp(seconds=1)))["cooked_at"] == "1970-01-01T00:00:01Z"


@pytest.mark.parametrize("value", ["2026-01-01", "2026-01-01T00:00:00", 1767225600, "now", datetime(2026, 1, 1)])  # noqa: DTZ001
def test_other_timestamps_are_refused(value):
    assert "cooked_at" in complaints(Kitchen, cooked_at=value)


def test_a_protobuf_timestamp_beyond_year_9999_is_refused():
    with pytest.raises(ValidationError, match="out of range"):
        Kitchen.from_proto(kitchen.Kitchen(cooked_at=timestamp_pb2.Timestamp(seconds=10**15)))


def test_struct_numbers_keep_their_kind():
    text = '{"metadata":{"whole":1,"real":1.0,"huge":18446744073709551615,"tiny":1e-7,"list":[1,1.0]}}'
    out = to_json(from_json(Kitchen, text)).decode()
    assert '"metadata":{"whole":1,"real":1.0,"huge":18446744073709551615,"tiny":1e-7,"list":[1,1.0]}' in out


@pytest.mark.parametrize(
    "value",
    [[], "x", {1: 2}, {"a": float("nan")}, {"a": float("inf")}, {"a": 2**64}, {"a": {1, 2}}, {"a": b""}, {"a": UTC}],
)
def test_only_json_objects_are_structs(value):
    assert "metadata" in complaints(Kitchen, metadata=value)


def test_json_nested_without_end_is_refused():
    value: dict = {}
    for _ in range(100):
        value = {"a": value}
    assert "nested too deeply" in complaints(Kitchen, metadata=value)["metadata"]


def test_a_value_knows_null_from_unset():
    given = from_json(Kitchen, '{"anything": null}').to_proto()
    assert given.anything.WhichOneof("kind") == "null_value"
    assert not from_json(Kitchen, "{}").to_proto().HasField("anything")


def test_structs_that_a_double_would_change_do_not_become_protobuf():
    with pytest.raises(ValueError, match="does not survive"):
        Kitchen(metadata={"a": 2**53}).to_proto()


def test_integral_struct_numbers_of_protobuf_are_integers_again():
    made = struct_pb2.Struct()
    made.update({"a": 3, "b": 0.5, "c": 1e20})
    assert Kitchen(metadata=made).metadata == {"a": 3, "b": 0.5, "c": 1e20}
    assert type(Kitchen(metadata=made).metadata["a"]) is int


@pytest.mark.parametrize("text", ["_-8=", "/+8=", "_-8", b"\xff\xef"])
def test_bytes_are_base64_of_either_alphabet(text):
    body = Kitchen(payload=text)
    assert body.payload == b"\xff\xef"
    assert emitted(body)["payload"] == "/+8="


@pytest.mark.parametrize("text", ["a", "a b=", "ä===", 1, "$$$$"])
def test_other_bytes_are_refused(text):
    assert "payload" in complaints(Kitchen, payload=text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1.5", True, "NaN"])
def test_numbers_are_finite_json_numbers(value):
    assert "ratio" in complaints(Kitchen, ratio=value)


@pytest.mark.parametrize(
    ("field", "value"), [("name", 1), ("name", b"x"), ("ready", 1), ("ready", "true"), ("name", True)]
)
def test_strings_and_booleans_are_not_guessed(field, value):
    assert field in complaints(Kitchen, **{field: value})


def test_strings_are_not_trimmed_here():
    assert Kitchen(name="  a ").name == "  a "


def test_map_keys_are_read_and_written_as_json_names():
    body = from_json(Kitchen, '{"by_number": {"18446744073709551615": "x"}, "by_flag": {"true": 1, "false": 0}}')
    assert body.by_number == {2**64 - 1: "x"}
    assert body.by_flag == {True: 1, False: 0}
    assert emitted(body)["by_number"] == {"18446744073709551615": "x"}
    assert emitted(body)["by_flag"] == {"true": 1, "false": 0}


def test_at_most_one_member_of_a_oneof():
    assert "at most one of" in complaints(Kitchen, byWord="a", by_bool=False)[""]
    assert Kitchen.model_validate({"by_word": None, "by_bool": False}).by_bool is False


def test_unset_members_of_a_oneof_are_left_out():
    assert "by_word" not in emitted(Kitchen())
    out = emitted(Kitchen(by_bool=False))
    assert out["by_bool"] is False
    assert "by_word" not in out


def test_recursive_messages():
    leaf = {"label": "leaf"}
    body = Kitchen(tree={"children": [leaf, {"children": [leaf]}], "named": {"a": leaf}}, ping={"pong": {"ping": {}}})
    out = emitted(body)
    assert out["tree"]["children"][1]["children"][0]["label"] == "leaf"
    assert out["ping"]["pong"]["ping"] == {"hop_count": 0, "pong": None}


def test_names_that_python_uses_itself():
    body = Kitchen.model_validate({"schema": "s", "json": "j", "global": "g", "model_dump": "m", "to_proto": "p"})
    assert (body.schema, body.json, body.model_dump_, body.to_proto_) == ("s", "j", "m", "p")
    assert getattr(body, "global") == "g"
    out = emitted(body)
    assert [out[name] for name in ("schema", "json", "global", "model_dump", "to_proto")] == list("sjgmp")
    assert body.to_proto().model_dump == "m"


def test_unknown_fields_are_ignored():
    assert Kitchen.model_validate({"of_tomorrow": [1]}) == Kitchen()


def test_models_are_values():
    body = Kitchen(name="a")
    with pytest.raises(ValidationError):
        body.name = "b"
    assert body.model_copy(update={"name": "b"}).name == "b"


def test_nested_messages_may_be_models_of_another_variant_or_protobuf():
    strict = schema(kitchen.Spoon, "camel", required=("made_of",))(made_of="tin")
    assert Kitchen(spoon=strict).spoon.made_of == "tin"
    assert Kitchen(spoons=[kitchen.Spoon(made_of="zinc", owner="")]).spoons[0].owner == ""
    assert "spoon" in complaints(Kitchen, spoon=schema(kitchen.Tree)())
    assert "spoon" in complaints(Kitchen, spoon=kitchen.Tree())


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_a_body_is_an_object(body):
    with pytest.raises(ValidationError, match="must be a JSON object"):
        Kitchen.model_validate(body)


@pytest.mark.parametrize("text", ['{"name":"a","name":"b"}', '{"ratio":NaN}', '{"name":"\\ud800"}', "{", b"\xff"])
def test_malformed_json_never_reaches_the_model(text):
    with pytest.raises(MalformedJSON):
        from_json(Kitchen, text)


def test_from_proto_takes_its_own_message_only():
    with pytest.raises(ValueError, match="wiretest"):
        Kitchen.from_proto(kitchen.Spoon())


def test_presence_survives_the_way_to_protobuf_and_back():
    message = Kitchen(note="", limit_msats=0, by_bool=False).to_proto()
    assert message.HasField("note")
    assert message.HasField("limit_msats")
    assert message.WhichOneof("choice") == "by_bool"
    assert not message.HasField("flag")
    assert Kitchen.from_proto(message).flag is None


def test_inputs_do_not_show_in_errors():
    with pytest.raises(ValidationError) as caught:
        Kitchen.model_validate({"amount_msats": "hunter2"})
    assert "hunter2" not in str(caught.value)

"""The mapping agrees with protobuf's json_format, for a message with everything in it."""

import json
import random

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from openagents.wire.model import from_json, to_json
from openagents.wire.schema import schema
from openagents.wire.tests import oracle
from openagents.wire.tests.samples import kitchen, random_message

SEEDS = st.integers(0, 10**6)
FILLS = st.sampled_from((0.0, 0.2, 0.7, 1.0))


@pytest.mark.parametrize("case", ["snake", "camel"])
@given(seed=SEEDS, fill=FILLS)
def test_emits_what_json_format_emits_in_our_profile(case, seed, fill):
    message = random_message(kitchen.Kitchen, seed, fill=fill)
    emitted = json.loads(to_json(schema(kitchen.Kitchen, case).from_proto(message)))
    assert emitted == oracle.expected(message, case)


@given(seed=SEEDS, fill=FILLS)
def test_json_format_reads_what_is_emitted(seed, fill):
    message = random_message(kitchen.Kitchen, seed, fill=fill)
    text = to_json(schema(kitchen.Kitchen, enums="full").from_proto(message))
    assert json_format.Parse(text, kitchen.Kitchen()) == _without_null_values(message)


@pytest.mark.parametrize("preserving", [True, False])
@given(seed=SEEDS, fill=FILLS)
def test_reads_what_json_format_emits(preserving, seed, fill):
    message = random_message(kitchen.Kitchen, seed, fill=fill)
    text = json_format.MessageToJson(message, preserving_proto_field_name=preserving)
    assert from_json(schema(kitchen.Kitchen), text).to_proto() == message


@given(seed=SEEDS)
def test_reads_every_spelling(seed):
    message = random_message(kitchen.Kitchen, seed)
    said = oracle.said_by_json_format(message)
    text = json.dumps(oracle.respelled(kitchen.Kitchen.DESCRIPTOR, said, random.Random(seed)))
    assert from_json(schema(kitchen.Kitchen, "camel"), text).to_proto() == message


@given(seed=SEEDS, fill=FILLS)
def test_protobuf_round_trip_loses_nothing(seed, fill):
    message = random_message(kitchen.Kitchen, seed, fill=fill)
    assert schema(kitchen.Kitchen).from_proto(message).to_proto() == message


def _without_null_values(message):
    """An unset Value is emitted as null, which json_format reads as a set null."""
    seen = kitchen.Kitchen()
    seen.CopyFrom(message)
    if not seen.HasField("anything"):
        seen.anything.null_value = 0
    return seen

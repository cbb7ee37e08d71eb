"""Every message of every contract has a JSON form, and it agrees with protobuf's json_format."""

import importlib
import json
import random
from pathlib import Path

import pytest
from google.protobuf import json_format

import openagents
from openagents.wire.model import from_json, to_json
from openagents.wire.schema import schema
from openagents.wire.tests import oracle
from openagents.wire.tests.samples import random_message

ROOT = Path(openagents.__file__).parent
MODULES = sorted(path.relative_to(ROOT.parent).with_suffix("") for path in ROOT.glob("*/v1/*_pb2.py"))
SAMPLES = 3


def _messages(module: str):
    loaded = importlib.import_module(module)
    waiting = [getattr(loaded, name) for name in loaded.DESCRIPTOR.message_types_by_name]
    while waiting:
        message = waiting.pop()
        yield message
        waiting.extend(
            getattr(message, nested.name)
            for nested in message.DESCRIPTOR.nested_types
            if not nested.GetOptions().map_entry
        )


def test_the_contracts_are_there():
    assert {path.parts[1] for path in MODULES} >= {"runtime", "control", "sync", "hydra", "aegis", "lightning"}


@pytest.mark.parametrize("module", [".".join(path.parts) for path in MODULES])
def test_every_message_agrees_with_json_format(module):
    for message in _messages(module):
        snake, camel = schema(message), schema(message, "camel")
        for sample in range(SAMPLES):
            made = random_message(message, (message.DESCRIPTOR.full_name, sample), depth=2)
            assert json.loads(to_json(snake.from_proto(made))) == oracle.expected(made, "snake")
            assert json.loads(to_json(camel.from_proto(made))) == oracle.expected(made, "camel")
            said = oracle.said_by_json_format(made)
            respelled = oracle.respelled(message.DESCRIPTOR, said, random.Random(sample))
            assert from_json(snake, json.dumps(respelled)).to_proto() == made
            assert from_json(camel, json_format.MessageToJson(made)).to_proto() == made

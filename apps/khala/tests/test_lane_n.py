"""Lane N framing: what is read, what is refused, and that both subprotocols say the same."""

from __future__ import annotations

import base64

import orjson
import pytest

from apps.khala.domain.core import speech
from apps.khala.domain.core.lane import Unreadable
from apps.khala.domain.core.lane_n import LaneN
from apps.khala.domain.core.lane_n_down import ERROR_CODES
from apps.khala.domain.core.speech import Start, Wanted
from openagents.sync.v1 import sync_pb2 as pb

BINARY, TEXT = LaneN(text=False), LaneN(text=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"request_id":"1","hello":{"client":"c","client_build_id":"b","protocol_version":"p","schema_version":2}}',
            speech.Hello("1", "c", "b", "p", 2),
        ),
        (
            '{"subscribe":{"request_id":"2","topic_names":[" a ","b","a"],"replay_batch_size":7,'
            '"resume_after":[{"topic_name":"a","watermark":"5","lineage":"l"}],'
            '"start":[{"topic_name":"b","mode":"START_MODE_LATEST"}]}}',
            speech.Subscribe("2", (Wanted("a", 5, "l"), Wanted("b", start=Start.LATEST)), 7),
        ),
        (
            '{"subscribe":{"topics":["SYNC_TOPIC_RUNTIME_NOTIFICATIONS"],"resume_after":[{"topic":3,"watermark":9}]}}',
            speech.Subscribe("", (Wanted("runtime.notifications", 9),)),
        ),
        (
            '{"subscribe":{"topics":[1],"topic_names":["run:r:events"]}}',
            speech.Malformed("", "bad_subscription", "topic_mismatch"),
        ),
        (
            '{"subscribe":{"topic_names":["a"],"resume_after":[{"topic":1,"topic_name":"a","watermark":1}]}}',
            speech.Malformed("", "bad_subscription", "topic_mismatch"),
        ),
        (
            '{"subscribe":{"topic_names":["a"],"resume_after":[{"topic_name":"a","watermark":1,"chain":"AB"}]}}',
            speech.Malformed("", "bad_subscription", "invalid_resume_after"),
        ),
        (
            '{"subscribe":{"topic_names":["a"],"resume_after":[{"topic_name":"a","watermark":"9007199254740992"}]}}',
            speech.Malformed("", "bad_subscription", "invalid_resume_after"),
        ),
        ('{"ack":{"applied":[{"topic_name":"a","watermark":"3"}]}}', speech.Ack((("a", 3),))),
        ('{"heartbeat":{}}', speech.ClientBeat("")),
        ('{"unsubscribe":{"topic_names":["a"]},"future":1}', speech.Unsubscribe("", ("a",))),
        ('{"authenticate":{"token":"t"}}', speech.Authenticate("", "t")),
        ('{"telemetry":{"event_id":"e"}}', speech.Telemetry("", {"event_id": "e"})),
    ],
)
def test_both_subprotocols_hear_the_same(text: str, said: speech.ClientSpeech) -> None:
    from google.protobuf import json_format

    assert TEXT.parse(text) == said
    binary = json_format.Parse(text, pb.ClientMessage(), ignore_unknown_fields=True)
    assert BINARY.parse(binary.SerializeToString()) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"hello":{},"hello":{}}',
        '{"hello":1}',
        '{"hello":{"schema_version":1.5}}',
        '{"ack":',
        '{"heartbeat":{},"ack":{}}',
        "[" * 2000,
        '{"hello":{"client":"\\ud800"}}',
    ],
)
def test_what_cannot_be_read_is_refused_quietly(text: str) -> None:
    with pytest.raises(Unreadable):
        TEXT.parse(text)


@pytest.mark.parametrize("message", [b"", b"\xff\xff\xff", b"\x52\xff\x01", "text on the binary lane"])
def test_bytes_that_are_no_message_are_refused(message: bytes | str) -> None:
    with pytest.raises(Unreadable):
        BINARY.parse(message)


def test_every_error_word_has_its_number_and_goes_out_as_the_word() -> None:
    for word, number in ERROR_CODES.items():
        problem = speech.Problem(word, "text")
        binary = pb.KhalaFrame.FromString(BINARY.encode(problem)[0].data)
        assert pb.Error.FromString(binary.payload_bytes).code == number
        frame = orjson.loads(TEXT.encode(problem)[0].data)
        assert orjson.loads(base64.b64decode(frame["payload_bytes"]))["code"] == word

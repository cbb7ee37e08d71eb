"""Lane N, upward: a `ClientMessage` as what the client said."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf import json_format

from apps.khala.domain import grammar
from apps.khala.domain.core import speech
from apps.khala.domain.core.speech import ClientSpeech, Wanted
from openagents.sync.v1 import sync_pb2 as pb


def heard(said: pb.ClientMessage) -> ClientSpeech | None:
    """The speech of one message; None when it has no body."""
    body = said.WhichOneof("body")
    request_id = said.request_id[:128]
    match body:
        case "hello":
            hello = said.hello
            return speech.Hello(
                request_id,
                hello.client,
                hello.client_build_id,
                hello.protocol_version,
                hello.schema_version,
                hello.window_frames,
                hello.window_bytes,
            )
        case "subscribe":
            return _subscribe(request_id or said.subscribe.request_id[:128], said.subscribe)
        case "unsubscribe":
            return speech.Unsubscribe(request_id, tuple(said.unsubscribe.topic_names))
        case "heartbeat":
            return speech.ClientBeat(request_id, _applied(said.heartbeat.watermarks))
        case "ack":
            return speech.Ack(_applied(said.ack.applied))
        case "authenticate":
            return speech.Authenticate(request_id, said.authenticate.token)
        case "telemetry":
            event = json_format.MessageToDict(said.telemetry, preserving_proto_field_name=True)
            return speech.Telemetry(request_id, event)
        case _:
            return None


def _subscribe(request_id: str, asked: pb.Subscribe) -> ClientSpeech:
    aliases = [grammar.ALIAS_OF_ENUM.get(number, "") for number in asked.topics]
    names = list(dict.fromkeys(name for name in map(str.strip, asked.topic_names or aliases) if name))
    cursors: dict[str, pb.TopicCursor] = {}
    for cursor in asked.resume_after:
        name = cursor.topic_name.strip() or grammar.ALIAS_OF_ENUM.get(cursor.topic, "")
        if cursor.topic and grammar.ALIAS_OF_ENUM.get(cursor.topic) != name:
            return speech.Malformed(request_id, "bad_subscription", "topic_mismatch")
        cursors[name] = cursor
    if not set(aliases) <= set(names):
        return speech.Malformed(request_id, "bad_subscription", "topic_mismatch")
    starts = {start.topic_name.strip(): _STARTS.get(start.mode) for start in asked.start}
    wanted = []
    for name in names:
        position = cursors.get(name)
        chain = None
        if position is not None and position.HasField("chain"):
            chain = _chain(position.chain)
            if chain is None:
                return speech.Malformed(request_id, "bad_subscription", "invalid_resume_after")
        if position is not None and position.watermark > grammar.INTEGER_MAX:
            return speech.Malformed(request_id, "bad_subscription", "invalid_resume_after")
        wanted.append(
            Wanted(
                name,
                position.watermark if position is not None else None,
                (position.lineage or None) if position is not None else None,
                chain,
                starts.get(name),
            )
        )
    return speech.Subscribe(request_id, tuple(wanted), asked.replay_batch_size)


_STARTS: Final = {pb.START_MODE_EARLIEST: speech.Start.EARLIEST, pb.START_MODE_LATEST: speech.Start.LATEST}


def _chain(text: str) -> bytes | None:
    """32 bytes of 64 lower-case hex digits, else None."""
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        return None
    return bytes.fromhex(text)


def _applied(cursors: Any) -> tuple[tuple[str, int], ...]:
    return tuple(
        (cursor.topic_name.strip() or grammar.ALIAS_OF_ENUM.get(cursor.topic, ""), cursor.watermark)
        for cursor in cursors
    )

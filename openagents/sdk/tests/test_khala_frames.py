"""Frames against the worked examples of khala 23 (E3, E11), and against arbitrary bytes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openagents.sdk.khala import frames
from openagents.sdk.updates import Cursor
from openagents.sync.v1 import sync_pb2 as pb

E3_FRAME = (
    "0a0d72756e3a72313a6576656e74731007180222310a1a22077b2261223a317d2807420d72756e3a72313a6576656e747310"
    "011a1110071a0d72756e3a72313a6576656e74732802"
)
E11_HEARTBEAT = (
    "0a5310031a0d72756e3a72313a6576656e74732a406332653734643634353537306563346563356561616466316162626234"
    "3437326564383130646362336137313664383664306330663039393461633233353133"
)


def test_worked_example_of_a_live_batch() -> None:
    batch = frames.decode(bytes.fromhex(E3_FRAME))
    assert isinstance(batch, frames.Batch)
    assert batch.topic == "run:r1:events"
    assert batch.replay_complete
    assert [(update.seq, update.payload, update.raw_payload) for update in batch.updates] == [(7, {"a": 1}, b'{"a":1}')]
    assert batch.updates[0].payload_sha256 is None
    assert batch.anchors == (frames.Anchor("run:r1:events", 7, None),)


def test_worked_example_of_a_heartbeat_with_its_chain() -> None:
    frame = pb.KhalaFrame(topic="sync.control", kind=pb.KHALA_FRAME_KIND_HEARTBEAT, schema_version=2)
    frame.payload_bytes = bytes.fromhex(E11_HEARTBEAT)
    beat = frames.decode(frame.SerializeToString())
    assert isinstance(beat, frames.Beat)
    (anchor,) = beat.anchors
    assert anchor.seq == 3
    assert anchor.chain is not None
    assert anchor.chain.hex() == "c2e74d645570ec4ec5eaadf1abbb4472ed810dcb3a716d86d0c0f0994ac23513"


@given(st.binary(max_size=400))
def test_no_bytes_escape_as_another_error(raw: bytes) -> None:
    try:
        frames.decode(raw)
    except (frames.Undecodable, frames.SchemaTooNew):
        return


@given(st.sampled_from(list(range(1, 9))), st.binary(max_size=200))
def test_no_payload_escapes_as_another_error(kind: int, payload: bytes) -> None:
    raw = pb.KhalaFrame(topic="run:r:events", kind=kind, schema_version=2, payload_bytes=payload).SerializeToString()
    try:
        frames.decode(raw)
    except frames.Undecodable as error:
        assert error.topic == "run:r:events"


def test_unknown_kind_is_ignored_and_newer_schema_is_not() -> None:
    assert frames.decode(pb.KhalaFrame(kind=99, schema_version=2).SerializeToString()) == frames.Ignored()
    with pytest.raises(frames.SchemaTooNew):
        frames.decode(pb.KhalaFrame(kind=1, schema_version=3).SerializeToString())
    with pytest.raises(frames.Undecodable):
        frames.decode(pb.KhalaFrame(kind=1, schema_version=1).SerializeToString())


def test_pointer_update_keeps_its_hash_and_has_no_payload() -> None:
    digest = hashlib.sha256(b"{}").digest()
    batch = pb.UpdateBatch()
    batch.updates.add(watermark=1, hydration_required=True, payload_hash=digest, hydrate_path="/x")
    frame = pb.KhalaFrame(topic="t", kind=2, schema_version=2, payload_bytes=batch.SerializeToString())
    decoded = frames.decode(frame.SerializeToString())
    assert isinstance(decoded, frames.Batch)
    update = decoded.updates[0]
    assert (update.payload, update.payload_sha256, update.hydrate_path) == (None, digest, "/x")


def test_subscribe_resumes_with_lineage_and_chain_or_starts_at_the_earliest() -> None:
    raw = frames.subscribe("r1", [("a", Cursor(7, "lin_1", b"\x01" * 32)), ("b", None)], batch_size=50)
    request = pb.ClientMessage.FromString(raw).subscribe
    assert (request.request_id, list(request.topic_names), request.replay_batch_size) == ("r1", ["a", "b"], 50)
    (cursor,) = request.resume_after
    assert (cursor.topic_name, cursor.watermark, cursor.lineage, cursor.chain) == ("a", 7, "lin_1", "01" * 32)
    (start,) = request.start
    assert (start.topic_name, start.mode) == ("b", pb.START_MODE_EARLIEST)


def test_hello_names_client_protocol_and_schema() -> None:
    hello = pb.ClientMessage.FromString(frames.hello()).hello
    assert (hello.client, hello.protocol_version, hello.schema_version) == ("autopilot-desktop", "khala.ws.v1", 2)
    assert (hello.window_frames, hello.window_bytes) == (64, 1024 * 1024)

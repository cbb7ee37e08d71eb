"""The worked examples of the specification that touch this slice, byte for byte."""

from __future__ import annotations

import base64
from hashlib import sha256

import jwt
import orjson
import pytest

from apps.khala.domain import backoff, freshness, tokens
from apps.khala.domain.core.lane_n import LaneN
from apps.khala.domain.core.speech import Batch, Beat, Cursor, Wanted
from apps.khala.domain.core.subscription import Begin, begin
from apps.khala.domain.freshness import Extent
from apps.khala.domain.journal import Page, Row, TopicFacts
from openagents.receipts.canonical import canonical_bytes
from openagents.sync.v1 import sync_pb2 as pb


@pytest.mark.parametrize(
    ("value", "text", "digest"),
    [
        (
            {"worker_id": "desktopw:alpha:shared", "seq": 42, "payload": {"ok": True, "text": "héllo\n\u001f"}},
            '{"payload":{"ok":true,"text":"héllo\\n\\u001f"},"seq":42,"worker_id":"desktopw:alpha:shared"}',
            "b8714710001d1bca3e8b7f02a60f29d609604a7e1afef4ab1c5c85d4d60d19f8",
        ),
        (
            {"b": [1, 2.5, None], "A": {"z": 0, "é": "/"}, "a": ""},
            '{"A":{"z":0,"é":"/"},"a":"","b":[1,2.5,null]}',
            "56203a7dbad962f17a71fe3e8b5daf0f08e96aa1dce890b7426045cdb6ebc510",
        ),
    ],
)
def test_e1_e2_payload_hash(value: object, text: str, digest: str) -> None:
    assert canonical_bytes(value) == text.encode()
    assert sha256(canonical_bytes(value)).hexdigest() == digest


def test_e1_base64_is_what_schema_1_sends() -> None:
    digest = "sha256:b8714710001d1bca3e8b7f02a60f29d609604a7e1afef4ab1c5c85d4d60d19f8"
    row = Row((1, "k", "d", 1, b"{}", digest, b"", 0, False, "", False, ""))
    frame = orjson.loads(LaneN(text=True).encode_batch(_live(row, "run:r1:events"))[0].data)
    update = orjson.loads(base64.b64decode(frame["payload_bytes"]))["updates"][0]
    assert update["payload_hash"] == "uHFHEAAdG8o+i38Cpg8p1glgSn4a/vSrHFyF1NYNGfg="


def _live(row: Row, name: str) -> Batch:
    page = Page(name, row.seq - 1, (row,), Extent(row.seq, lineage="lin_01"), row.chain)
    return Batch(name, page, complete=True, anchor=False)


E3_BATCH = "0a1a22077b2261223a317d2807420d72756e3a72313a6576656e747310011a1110071a0d72756e3a72313a6576656e7473"
E3_FRAME = (
    "0a0d72756e3a72313a6576656e74731007180222310a1a22077b2261223a317d2807420d72756e3a72313a6576656e7473"
    "10011a1110071a0d72756e3a72313a6576656e74732802"
)


def test_e3_live_batch_binary_and_json() -> None:
    row = Row((7, "", "", 0, b'{"a":1}', "", b"\x00" * 32, 0, False, "", False, ""))
    [binary] = LaneN(text=False).encode_batch(_live(row, "run:r1:events"))
    assert binary.data.hex() == E3_FRAME
    assert pb.KhalaFrame.FromString(binary.data).payload_bytes.hex() == E3_BATCH
    lane = LaneN(text=True)
    lane.schema_version = 2
    assert lane.encode_batch(_live(row, "run:r1:events"))[0].data == (
        b'{"topic":"run:r1:events","seq":"7","kind":"KHALA_FRAME_KIND_UPDATE_BATCH","payload_bytes":'
        b'"ChoiB3siYSI6MX0oB0INcnVuOnIxOmV2ZW50cxABGhEQBxoNcnVuOnIxOmV2ZW50cw==","schema_version":2}'
    )


@pytest.mark.parametrize(("cursor", "jitter"), [(0, 198), (41, 60), (42, 122)])
def test_e4_jitter(cursor: int, jitter: int) -> None:
    key = "user:user_0001|user:user_0001|desktop:alpha|runtime.codex_worker_events"
    assert backoff.jitter_ms(key, cursor, 250) == jitter
    assert backoff.reconnect_ms(key, cursor) == 400 + jitter


@pytest.mark.parametrize(
    ("c", "head", "retention", "compaction", "budget", "reasons", "bootstrap"),
    [
        (11, 45, 20, 0, 3000, ["retention_floor_breach"], 20),
        (20, 45, 20, 0, 3000, [], 20),
        (46, 45, 20, 0, 3000, ["cursor_ahead_of_head"], 20),
        (0, 4, 0, 0, 2, ["replay_budget_exceeded"], 2),
        (5999, 9000, 5000, 6000, 3000, ["compaction_boundary", "replay_budget_exceeded"], 6000),
        (6000, 9000, 5000, 6000, 3000, [], 6000),
    ],
)
def test_e5_freshness(
    c: int, head: int, retention: int, compaction: int, budget: int, reasons: list[str], bootstrap: int
) -> None:
    extent = Extent(head, retention, compaction, "lin_01")
    assert freshness.stale_reasons(c, extent, budget) == reasons
    assert freshness.bootstrap_position(extent, budget) == bootstrap


E8_KEY = "example-khala-key-not-real"
E8_CLAIMS = {
    "aud": "openagents-khala",
    "exp": 1772000300,
    "iat": 1772000000,
    "iss": "https://openagents.com",
    "jti": "khala_00000000000000000000000000000001",
    "nbf": 1772000000,
    "oa_claims_version": "oa_khala_claims_v1",
    "oa_device_id": "desktop:alpha",
    "oa_org_id": "user:user_0001",
    "oa_session_id": "sess_0001",
    "oa_user_id": "user_0001",
    "scope": ["runtime.codex_worker_events"],
    "sub": "user:user_0001",
}
E8_SIGNATURE = "mr--zzh49AivgpMbGkuXCAQyFb6-WmwaeVdR3yMWewU"


def _e8_token() -> str:
    header = canonical_bytes({"alg": "HS256", "kid": "khala-auth-v1", "typ": "JWT"})
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (header, canonical_bytes(E8_CLAIMS)))
    return ".".join((*parts, E8_SIGNATURE))


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_e8_token() -> None:
    family = tokens.Family(
        "khala",
        tokens.KHALA.issuer,
        tokens.KHALA.audience,
        tokens.KHALA.claims_version,
        {"khala-auth-v1": E8_KEY},
        requires_session=False,
    )
    verifier = tokens.Verifier((family,))
    grant = verifier.verify(_e8_token(), 1772000299)
    assert grant.principal.principal_key == "user:user_0001|user:user_0001|desktop:alpha"
    assert grant.principal.scopes == {"runtime.codex_worker_events"}
    with pytest.raises(tokens.Refused) as refused:
        verifier.verify(_e8_token(), 1772000300)
    assert refused.value.reason == "token_expired"
    assert jwt.get_unverified_header(_e8_token())["kid"] == "khala-auth-v1"


@pytest.mark.parametrize(("connection", "offset"), [("kc_01", 2497), ("kc_02", 13514), ("kc_03", 9616)])
def test_e9_drain_offsets(connection: str, offset: int) -> None:
    assert backoff.drain_offset_ms("drn_01", connection, 25_000) == offset


CHAIN_2 = bytes.fromhex("cb787b7ae4f80955109f16cdd4f2855714cccf23a92c49dd18d86919221ddfe8")
CHAIN_3 = bytes.fromhex("c2e74d645570ec4ec5eaadf1abbb4472ed810dcb3a716d86d0c0f0994ac23513")
OTHER_2 = bytes.fromhex("e51713e7" + "00" * 26 + "2886")


def test_e11_heartbeat_in_both_schemas() -> None:
    beat = Beat((Cursor("run:r1:events", 3, CHAIN_3),))
    text = orjson.loads(LaneN(text=True).encode(beat)[0].data)
    assert base64.b64decode(text["payload_bytes"]) == (
        b'{"watermarks":[{"topic":"run:r1:events","watermark":3,"chain":"' + CHAIN_3.hex().encode() + b'"}]}'
    )
    binary = pb.KhalaFrame.FromString(LaneN(text=False).encode(beat)[0].data)
    assert binary.payload_bytes.hex() == (
        "0a5310031a0d72756e3a72313a6576656e74732a4063326537346436343535373065633465633565616164663161626262343437326"
        "564383130646362336137313664383664306330663039393461633233353133"
    )


@pytest.mark.parametrize(
    ("chain", "floor", "known", "expected"),
    [
        (CHAIN_2, 0, CHAIN_2, "resume"),
        (OTHER_2, 0, CHAIN_2, ["lineage_mismatch"]),
        (OTHER_2, 3, None, ["retention_floor_breach"]),
    ],
)
def test_e11_resume_with_a_chain(chain: bytes, floor: int, known: bytes | None, expected: object) -> None:
    facts = TopicFacts(Extent(3, floor, 0, "lin_01"), 0, CHAIN_3, known, CHAIN_3)
    outcome = begin(Wanted("run:r1:events", 2, "lin_01", chain), facts, 20_000)
    assert (outcome.mode if isinstance(outcome, Begin) else outcome) == expected

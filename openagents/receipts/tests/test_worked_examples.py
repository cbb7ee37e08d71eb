"""Every worked example of the documents whose bytes this room owns: canonical text, hash, derived id."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from openagents.receipts import strict_json
from openagents.receipts.canonical import canonical_bytes, canonical_sha256, canonical_text, prefixed_sha256, sha256_hex
from openagents.receipts.ids import derived_id

A, B, C = "a" * 64, "b" * 64, "c" * 64
INVOICE_HASH = "3faa6c5786a2d961801486625507630d05d5a0f2555d2d84bc1a6a2c7b2bd9b7"
WALLET_RECEIPT = "bf0850903b67510fb57afc2d34adcbd27ab71e2a32a60d0ec2f8ffe3e6f0dff8"
PREIMAGE = "60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55"
VERIFIED = "c423ab0d8c0656fbe2263b5ff5425c0eaade49cf7045a3dde07165c9892818e9"
POLICY = "840e64a1d0f9a7416069f0871b257273f020fe6e19400a90e1e0464f2ef0e080"
RUN = "0197a1b2-0000-7000-8000-000000000001"
JOB = "de62395147da3e2777948c5f2572a5299b8eececaf88b9b2acfd560b486f49b5"

# (name, any spelling of the value, its hash)
HASHES: list[tuple[str, str, str]] = [
    (
        "khala E1",
        '{"worker_id":"desktopw:alpha:shared","seq":42,"payload":{"ok":true,"text":"héllo\\n\\u001F"}}',
        "b8714710001d1bca3e8b7f02a60f29d609604a7e1afef4ab1c5c85d4d60d19f8",
    ),
    (
        "khala E2",
        '{"b":[1,2.5,null],"A":{"z":0,"\\u00e9":"\\/"},"a":""}',
        "56203a7dbad962f17a71fe3e8b5daf0f08e96aa1dce890b7426045cdb6ebc510",
    ),
    ("aegis 9.1 empty", "{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
    (
        "aegis 9.1 check",
        '{"a":{"z":[3,1,2],"é":"\\u0007/\\"\\\\\\n\x7f"},"b":1,"c":0.92,"d":null}',
        "671c642fffbed5e8463636d154477d5810319fefb979546bc82e84a42874aff0",
    ),
    (
        "aegis 8 tree hash",
        json.dumps(
            [
                {"path": "README.md", "sha256": "0" * 64, "bytes": 1},
                {"path": "src/lib.rs", "sha256": "1" * 64, "bytes": 2},
            ]
        ),
        "fe1e97395b701fbbaabfd5e04c4785cdd72ae06d65e1dd37fe79b602dae1ae4e",
    ),
    (
        "aegis 9.4 classification receipt",
        '{"classification_id":"aegiscls_939fb807003e12dd","classified_at_unix":1767225600,"confidence":0.92,'
        '"hydra_risk_degraded":false,"policy_notes":["historical_failure_rate_bps:120","work_type:sandbox_run"],'
        '"required_tier":"tier_o","run_id":"run-1","schema":"openagents.aegis.classification_receipt.v1",'
        '"verification_class":"objective","work_type":"sandbox_run"}',
        "b2f13b3bb0403adeb60258280c7fcb5fae797a5c71fb18f2547664373ff535a4",
    ),
    ("hydra 9.1", '{"purpose":"test","job_hash":"job-1","limit":5}', POLICY),
    (
        "hydra 9.4 invoice pay",
        json.dumps(
            {
                "created_at": "2026-02-25T12:00:01.250Z",
                "error_code": None,
                "error_message": None,
                "host": "sats4ai.com",
                "invoice_hash": INVOICE_HASH,
                "max_amount_forwarded_msats": 52000,
                "max_amount_msats": 100000,
                "max_fee_msats": 10000,
                "paid_at_ms": 1772020801000,
                "policy_context_sha256": POLICY,
                "preimage_sha256": PREIMAGE,
                "quote_id": "liq_quote_0194f000-0000-7000-8000-000000000001",
                "quoted_amount_msats": 42000,
                "run_id": None,
                "schema": "openagents.liquidity.invoice_pay_receipt.v1",
                "status": "succeeded",
                "trajectory_hash": None,
                "wallet_receipt_sha256": WALLET_RECEIPT,
            }
        ),
        "ffb7800579851ee55438e0ba3a4fa98c85400ff95a4237565ea2e0e77e27c22e",
    ),
    (
        "hydra 9.4 deposit",
        json.dumps(
            {
                "amount_sats": 2500,
                "created_at": "2026-02-25T12:00:00Z",
                "deposit_address": None,
                "deposit_id": "liqdep_0194f000-0000-7000-8000-000000000002",
                "invoice_hash": INVOICE_HASH,
                "lp_id": "lp:alice",
                "pool_id": "llp-main",
                "rail": "lightning_invoice",
                "schema": "openagents.liquidity.deposit_receipt.v1",
                "share_price_sats": 1,
                "shares_minted": 2500,
            }
        ),
        "9a3314b99628b877c1c9cf1c5fb3a518ea795b0a8cc7b31afc53d32798faea7c",
    ),
    (
        "hydra 9.4 deposit with a partition",
        json.dumps(
            {
                "amount_sats": 2500,
                "created_at": "2026-02-25T12:00:00Z",
                "deposit_address": None,
                "deposit_id": "liqdep_0194f000-0000-7000-8000-000000000002",
                "invoice_hash": INVOICE_HASH,
                "lp_id": "lp:alice",
                "partition_kind": "cep",
                "pool_id": "llp-main",
                "rail": "lightning_invoice",
                "schema": "openagents.liquidity.deposit_receipt.v1",
                "share_price_sats": 1,
                "shares_minted": 2500,
            }
        ),
        "ec2b9d5f2c1086e9ac4fb98ac3e248811196f5b9b1bc1659853c3ab56b7a2335",
    ),
    (
        "hydra 9.4 withdraw request",
        '{"amount_sats_estimate":1000,"created_at":"2026-02-25T12:00:00Z",'
        '"earliest_settlement_at":"2026-02-26T12:00:00Z","lp_id":"lp:alice","pool_id":"llp-main",'
        '"rail_preference":"lightning","schema":"openagents.liquidity.withdraw_request_receipt.v1",'
        '"shares_burned":1000,"withdrawal_id":"liqwd_0194f000-0000-7000-8000-000000000003"}',
        "230b1ba9d6fc33ada5f3c09e71f88a1b0dc70f2763d6c442560203bd99e80953",
    ),
    (
        "hydra 9.4 withdraw settlement",
        json.dumps(
            {
                "amount_sats": 1000,
                "lp_id": "lp:alice",
                "paid_at": "2026-02-26T12:00:30Z",
                "payout_address": None,
                "payout_invoice_hash": "1058b11792522382d683ccc9b7e83e1275c430347ab7d1510753dea035a7f779",
                "payout_payment_id": "pay-2",
                "payout_txid": None,
                "pool_id": "llp-main",
                "rail": "lightning",
                "schema": "openagents.liquidity.withdraw_settlement_receipt.v1",
                "wallet_receipt_sha256": WALLET_RECEIPT,
                "withdrawal_id": "liqwd_0194f000-0000-7000-8000-000000000003",
            }
        ),
        "907e002f50033203903c70410222080e46951edf8ce5ac53516f79da1cd9f5cd",
    ),
    (
        "hydra 9.4 envelope issue",
        json.dumps(
            {
                "agent_id": A,
                "envelope_id": "cepe_0d4ac58c67bb4aed9da48f0c",
                "exp": "2026-02-25T12:10:00Z",
                "fee_bps": 50,
                "issued_at": "2026-02-25T12:00:00Z",
                "max_sats": 2000,
                "offer_id": "cepo_550ca437965cc5f225f6417e",
                "pool_id": B,
                "provider_id": C,
                "schema": "openagents.credit.envelope_issue_receipt.v1",
                "scope_id": "oa.sandbox_run.v1:test",
                "scope_type": "nip90",
            }
        ),
        "5b26819706400e69602c986ee98800520ca1fd506aab5ed989fee7195e80f51f",
    ),
    (
        "hydra 9.4 envelope settlement",
        json.dumps(
            {
                "agent_id": A,
                "created_at": "2026-02-25T12:00:02Z",
                "envelope_id": "cepe_0d4ac58c67bb4aed9da48f0c",
                "fee_sats": 1,
                "label_event_id": None,
                "label_event_sha256": None,
                "liquidity_receipt_sha256": "ffb7800579851ee55438e0ba3a4fa98c85400ff95a4237565ea2e0e77e27c22e",
                "outcome": "success",
                "pool_id": B,
                "provider_id": C,
                "schema": "openagents.credit.envelope_settlement_receipt.v1",
                "scope_id": "oa.sandbox_run.v1:test",
                "scope_type": "nip90",
                "spent_sats": 42,
                "verification_receipt_sha256": VERIFIED,
            }
        ),
        "ff04f9fef1e79e4004ebebbac7fb337abac1bc5833ca7dcfb0d0ee16e726cba3",
    ),
    (
        "hydra 9.4 fx settlement",
        '{"buy":{"amount":2500000,"asset":"BTC_LN","unit":"msats"},"fee_bps":25,'
        '"policy_context":{"release_allowed":true},"provider_id":"provider-release","quote_id":"quote-release",'
        '"reservation_id":"rsv_fxjob_e8e09953f1","rfq_id":"fxrfq_0194f0000000700080000000000000aa",'
        '"schema":"openagents.hydra.fx_settlement_receipt.v1","sell":{"amount":100000,"asset":"USD","unit":"cents"},'
        '"settled_at_unix":1772020805,"settlement_id":"fxstl_0099aff9756e08e3","settlement_status":"released",'
        '"spread_bps":80,"treasury_job_hash":"fxjob_e8e09953f1471ac297fbd4b4","withheld_reason":null}',
        "c1ef181321ca49b714c48c2b500817806beb41382cd19c5081316e55c96f6d04",
    ),
    (
        "hydra 9.4 fx quote",
        '{"quote_id":"quote-release","rfq_id":"fxrfq_0194f0000000700080000000000000aa","provider_id":"provider-release",'
        '"sell":{"asset":"USD","amount":100000,"unit":"cents"},"buy":{"asset":"BTC_LN","amount":2500000,"unit":"msats"},'
        '"spread_bps":80,"fee_bps":25,"latency_ms":900,"reliability_bps":9200,"valid_until_unix":1772020845,'
        '"status":"active","constraints":{}}',
        "3f054f794e7858b53831b44f0548a0ed630db2dddd6ae5250bf4e992ef571355",
    ),
    (
        "operations 4.2 deploy receipt",
        json.dumps(
            {
                "actor": "deployer-example",
                "build_id": "20260301T120000Z",
                "build_sha": "0123abc",
                "drift_check": "passed",
                "environment": "staging",
                "finished_at": "2026-03-01T12:03:30Z",
                "image": f"registry.example.invalid/openagents@sha256:{'ab' * 32}",
                "migration_plan_sha256": "d96cc938400158c42998cad737a15d94f6dacd7bb853c19b88ab4e8de6fe8d22",
                "migrations_applied": ["runtime.0007_add_projection_hash"],
                "plane": "runtime",
                "role_isolation": "passed",
                "schema": "openagents.deploy.receipt.v1",
                "started_at": "2026-03-01T12:01:00Z",
            }
        ),
        "c3448151d963d219d587aebd652582ed52b8ec75ece19a6a78f7d0f230676391",
    ),
    (
        "runtime 5 projection",
        f'{{"run_id":"{RUN}","status":"succeeded","last_seq":4,"event_count":4}}',
        "a9a8507622a946cfc861b3a7070dc9c273718f95e4c071d2f984000bfe01a823",
    ),
    (
        "runtime 12.3 job hash",
        '{"commands":[{"cmd":"make test","continue_on_fail":false}],"repo":{"mount_path":"/workspace","source":""},'
        '"sandbox":{"image_digest":"sha256:demo","network_policy":"none","provider":"docker",'
        '"resources":{"cpus":1.0,"memory_mb":512,"timeout_secs":30}},'
        '"verification":{"adjudication":"none","mode":"objective","redundancy":1}}',
        JOB,
    ),
    (
        "runtime 12.3 quote",
        f'{{"capability":"oa.sandbox_run.v1","objective_hash":"{JOB}","issued_at_unix":1767225600,'
        '"valid_until_unix":1767225660,"cancel_until_unix":1767225660,"cancel_fee_msats":0,'
        '"refund_until_unix":1767229200,"currency":"msats","provider_id":"prov-demo",'
        '"provider_worker_id":"worker:demo","provider_price_msats":1999,"operator_fee_msats":10,'
        '"policy_adder_msats":250,"total_price_msats":2259}',
        "011db6bd8d2704da5e24561c76ed80275edac85aa424718c00c28e74245e5c20",
    ),
    (
        "runtime 13.8 settlement key",
        f'{{"schema":"openagents.treasury.settlement_key.v1","owner_key":"user:u_demo","run_id":"{RUN}",'
        f'"job_hash":"{JOB}"}}',
        "1fd1542a65abd225790144836f4503887d29145cfbb5e6bd1af5c965d9f15d56",
    ),
    (
        "fabrics 2.1 B receipt pointer",
        '{"schema":"openagents.receipt.v1","session_id":"sess_example","trajectory_hash":"sha256:00"}',
        "ef5a3d15975319777ba264124a07551efeeba8ea9a47e7290ef9fc58e02ce83b",
    ),
    (
        "fabrics 3.6 commerce envelope",
        '{"actor_id":"provider-example-1","created_at":"2023-11-14T22:13:22Z","kind":"COMMERCE_MESSAGE_KIND_QUOTE",'
        '"marketplace_id":"market-example","message_id":"msg-example-1","quote":{"fees":[{"amount":{"amount":"200",'
        '"currency":"msats"},"component":"operator_fee"},{"amount":{"amount":"34","currency":"msats"},"component":'
        '"policy_adder"}],"offer_id":"offer-1","provider_id":"provider-example-1","provider_price":{"amount":"1000",'
        '"currency":"msats"},"quote_id":"quote-1","rfq_id":"rfq-1","total_price":{"amount":"1234","currency":"msats"},'
        '"valid_until":"2023-11-14T22:29:59Z"}}',
        "9c8428595781a6694b301427d94d32379517380b503d4f13e49ef55dde5d1f1d",
    ),
    (
        "surfaces 9.6 audit entry 1",
        json.dumps(
            {
                "action": "ingested",
                "actor": "system",
                "created_at": "2026-03-01T12:00:00Z",
                "detail": {"message_count": 1},
                "prev_hash": "0" * 64,
                "schema": "openagents.inbox.audit.v1",
                "seq": 1,
                "thread_key": "thr_example",
            }
        ),
        "cab5f0de1810a4c8b30523488c669ebf7465ef0731db77cdb6f015719f4772ea",
    ),
    (
        "surfaces 9.6 audit entry 2",
        json.dumps(
            {
                "action": "classified",
                "actor": "system",
                "created_at": "2026-03-01T12:00:01Z",
                "detail": {
                    "category": "scheduling",
                    "classifier": "keyword_v1",
                    "policy": "send_with_approval",
                    "risk": "low",
                },
                "prev_hash": "cab5f0de1810a4c8b30523488c669ebf7465ef0731db77cdb6f015719f4772ea",
                "schema": "openagents.inbox.audit.v1",
                "seq": 2,
                "thread_key": "thr_example",
            }
        ),
        "0f0e5492a901c368183372fadd6f9135d6bf37299a0833c388f8f2198a0653bb",
    ),
]


@pytest.mark.parametrize(("spelling", "digest"), [row[1:] for row in HASHES], ids=[row[0] for row in HASHES])
def test_the_documents_values_have_the_documents_hashes(spelling: str, digest: str) -> None:
    assert canonical_sha256(strict_json.loads(spelling)) == digest


@pytest.mark.parametrize(
    ("prefix", "digits", "value", "identifier"),
    [
        ("lipr", 24, "hydra 9.4 invoice pay", "lipr_ffb7800579851ee55438e0ba"),
        ("lpd", 24, "hydra 9.4 deposit", "lpd_9a3314b99628b877c1c9cf1c"),
        ("lpwdr", 24, "hydra 9.4 withdraw request", "lpwdr_230b1ba9d6fc33ada5f3c09e"),
        ("lpwds", 24, "hydra 9.4 withdraw settlement", "lpwds_907e002f50033203903c7041"),
        ("ceir", 24, "hydra 9.4 envelope issue", "ceir_5b26819706400e69602c986e"),
        ("cesr", 24, "hydra 9.4 envelope settlement", "cesr_ff04f9fef1e79e4004ebebba"),
        ("hydrafxsr", 16, "hydra 9.4 fx settlement", "hydrafxsr_c1ef181321ca49b7"),
        ("dpl", 24, "operations 4.2 deploy receipt", "dpl_c3448151d963d219d587aebd"),
        ("aegisclsrcpt", 16, "aegis 9.4 classification receipt", "aegisclsrcpt_b2f13b3bb0403ade"),
    ],
)
def test_receipt_ids_are_derived_from_those_hashes(prefix: str, digits: int, value: str, identifier: str) -> None:
    digest = next(row[2] for row in HASHES if row[0] == value)
    assert derived_id(prefix, digest, digits) == identifier


@pytest.mark.parametrize(
    ("prefix", "digits", "value", "identifier"),
    [
        (
            "aegiscls",
            16,
            {
                "historical_failure_rate_bps": 120,
                "objective_hash": "obj_abc123",
                "required_tier": "tier_o",
                "requires_human_underwrite": False,
                "run_id": "run-1",
                "verification_class": "objective",
                "work_type": "sandbox_run",
            },
            "aegiscls_939fb807003e12dd",
        ),
        (
            "aegisclm",
            16,
            {
                "claimant_id": "user:11",
                "evidence": {},
                "evidence_sha256": None,
                "idempotency_key": "claim-1",
                "reason": "regression",
                "requested_msats": 3000,
                "schema": "openagents.aegis.claim_open_request.v1",
                "warranty_id": "aegiswty_99d23f7508ed1120",
            },
            "aegisclm_a76a597fac4ee563",
        ),
        (
            "cepo",
            24,
            {
                "agent_id": A,
                "exp": "2026-02-25T12:10:00Z",
                "fee_bps": 100,
                "intent_id": None,
                "max_sats": 10000,
                "pool_id": B,
                "requires_verifier": True,
                "schema": "openagents.credit.offer_request.v1",
                "scope_id": "oa.sandbox_run.v1:test",
                "scope_type": "nip90",
            },
            "cepo_550ca437965cc5f225f6417e",
        ),
        (
            "fxstl",
            16,
            {
                "rfq_id": "fxrfq_0194f0000000700080000000000000aa",
                "quote_id": "quote-release",
                "reservation_id": "rsv_fxjob_e8e09953f1",
                "policy_context": {"release_allowed": True},
                "settlement_status": "released",
            },
            "fxstl_0099aff9756e08e3",
        ),
        (
            "incident",
            16,
            {
                "incident_type": "provider_quarantined",
                "provider_worker_id": "worker:demo",
                "job_hash": JOB,
                "quote_sha256": None,
            },
            "incident_722c55e3ccac81f0",
        ),
    ],
)
def test_other_ids_are_derived_from_the_hash_of_their_identity(
    prefix: str, digits: int, value: dict[str, Any], identifier: str
) -> None:
    assert derived_id(prefix, canonical_sha256(value), digits) == identifier


def test_ids_of_plain_text_keys() -> None:
    assert derived_id("cepi", sha256_hex("intent-idem-1"), 24) == "cepi_31dd0683867e4fc4f9846951"
    assert sha256_hex("lnbc420n1test") == INVOICE_HASH
    assert sha256_hex("0" * 64) == PREIMAGE
    assert sha256_hex("verification-1") == VERIFIED
    assert sha256_hex("oa_rt_00000000000000000000000000000001") == (
        "fdd14856ad3b427108956d91ab508b60df45fbeb35c18aca111fcaa3dce68a9d"
    )
    assert sha256_hex(f"runtime.0007_add_projection_hash:{'cd' * 32}\n") == (
        "d96cc938400158c42998cad737a15d94f6dacd7bb853c19b88ab4e8de6fe8d22"
    )


def test_a_default_notice_is_hashed_with_its_nulls() -> None:
    notice = {
        "schema": "openagents.credit.default_notice.v1",
        "settlement_id": "ceps_f51258309456a5cab6d66bdd",
        "envelope_id": "cepe_0d4ac58c67bb4aed9da48f0c",
        "agent_id": A,
        "pool_id": B,
        "provider_id": C,
        "scope_type": "nip90",
        "scope_id": "oa.sandbox_run.v1:test",
        "reason": "verification_failed",
        "loss_sats": 0,
        "verification_receipt_sha256": VERIFIED,
        "label_event_id": None,
        "label_event_sha256": None,
        "created_at": "2026-02-25T12:00:02Z",
    }
    assert canonical_sha256(notice) == "89c3eb420291aebf6b17ab20c1341cb3c8b46a90340f794fec9d03457a7d24ff"


def test_khala_texts_and_the_base64_of_a_digest() -> None:
    e1 = {"worker_id": "desktopw:alpha:shared", "seq": 42, "payload": {"ok": True, "text": "héllo\n\x1f"}}
    assert canonical_text(e1) == (
        '{"payload":{"ok":true,"text":"héllo\\n\\u001f"},"seq":42,"worker_id":"desktopw:alpha:shared"}'
    )
    assert canonical_text({"b": [1, 2.5, None], "A": {"z": 0, "é": "/"}, "a": ""}) == (
        '{"A":{"z":0,"é":"/"},"a":"","b":[1,2.5,null]}'
    )
    digest = hashlib.sha256(canonical_bytes(e1)).digest()
    assert base64.b64encode(digest) == b"uHFHEAAdG8o+i38Cpg8p1glgSn4a/vSrHFyF1NYNGfg="


def test_a_snapshot_hash_is_over_triples_sorted_by_document_key() -> None:
    a = prefixed_sha256({"run_id": "run_a", "status": "succeeded"})
    b = prefixed_sha256({"run_id": "run_b", "status": "running"})
    rows = [["runtime/run_summary:run_a", 9, a], ["runtime/run_summary:run_b", 3, b]]
    assert prefixed_sha256(rows) == "sha256:74967b2ea3033a4551a1e08322a4848710cb18fc2f2d257ee56d1c7cf2d99dea"


@pytest.mark.parametrize(
    ("key", "header", "claims", "signature"),
    [
        (  # control 7.4
            "example-sync-key-not-real",
            {"typ": "JWT", "kid": "sync-auth-v1", "alg": "HS256"},
            {
                "sub": "user:user_0001",
                "aud": "openagents-sync",
                "exp": 1772000300,
                "iat": 1772000000,
                "nbf": 1772000000,
                "iss": "https://openagents.com",
                "jti": "sync_00000000000000000000000000000001",
                "oa_claims_version": "oa_sync_claims_v1",
                "oa_client_surface": "desktop",
                "oa_device_id": "desktop:alpha",
                "oa_org_id": "user:user_0001",
                "oa_session_id": "sess_0001",
                "oa_sync_scopes": ["runtime.codex_worker_events"],
                "oa_sync_topics": ["org:user:user_0001:worker_events"],
                "oa_user_id": "user_0001",
            },
            "ZjdLQBrbdp_e5sBlJafnwisV53nM08eHarcRnpIJUP4",
        ),
        (  # khala E8
            "example-khala-key-not-real",
            {"typ": "JWT", "kid": "khala-auth-v1", "alg": "HS256"},
            {
                "sub": "user:user_0001",
                "scope": ["runtime.codex_worker_events"],
                "aud": "openagents-khala",
                "exp": 1772000300,
                "iat": 1772000000,
                "nbf": 1772000000,
                "iss": "https://openagents.com",
                "jti": "khala_00000000000000000000000000000001",
                "oa_claims_version": "oa_khala_claims_v1",
                "oa_device_id": "desktop:alpha",
                "oa_org_id": "user:user_0001",
                "oa_session_id": "sess_0001",
                "oa_user_id": "user_0001",
            },
            "mr--zzh49AivgpMbGkuXCAQyFb6-WmwaeVdR3yMWewU",
        ),
    ],
)
def test_the_example_tokens_are_canonical_json_under_hmac(
    key: str, header: dict[str, Any], claims: dict[str, Any], signature: str
) -> None:
    signed = b".".join(base64.urlsafe_b64encode(canonical_bytes(part)).rstrip(b"=") for part in (header, claims))
    mac = hmac.digest(key.encode(), signed, "sha256")
    assert base64.urlsafe_b64encode(mac).rstrip(b"=").decode() == signature


def test_the_example_stream_of_control_7_5_has_its_bytes() -> None:
    parts = [
        {"type": "start", "threadId": "thread-1", "source": "codex"},
        {"type": "start-step", "threadId": "thread-1", "turnId": "turn-1", "model": "gpt-5.2-codex"},
        {"type": "text-start", "id": "item-1", "turnId": "turn-1"},
        {"type": "text-delta", "id": "item-1", "channel": "assistant", "delta": "Hi"},
        {"type": "finish-step", "turnId": "turn-1", "status": "completed"},
        {"type": "finish", "status": "completed"},
    ]
    stream = "".join(f"data: {canonical_text(part)}\n\n" for part in parts) + "data: [DONE]\n\n"
    assert len(stream) == 424
    assert sha256_hex(stream) == "84bd89f3efaa75ffa63a1896586e45ee5f54a1e687ba2c9bda8bc52fe37bf2f5"

"""Receipts of every form against the worked examples of the documents, and what any change to them is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from openagents.receipts.canonical import canonical_sha256, canonical_text
from openagents.receipts.replay import EventRecord, RunRecord
from openagents.receipts.run_receipt import build_receipt
from openagents.receipts.signing import SchnorrSigner, camel
from openagents.sdk.errors import Invalid, VerificationFailed
from openagents.sdk.receipt_checks import verify_receipt

SIGNER = SchnorrSigner("01" * 32)
AEGIS: dict[str, Any] = {
    "classification_id": "aegiscls_939fb807003e12dd",
    "classified_at_unix": 1767225600,
    "confidence": 0.92,
    "hydra_risk_degraded": False,
    "policy_notes": ["historical_failure_rate_bps:120", "work_type:sandbox_run"],
    "required_tier": "tier_o",
    "run_id": "run-1",
    "schema": "openagents.aegis.classification_receipt.v1",
    "verification_class": "objective",
    "work_type": "sandbox_run",
}
AEGIS_SHA = "b2f13b3bb0403adeb60258280c7fcb5fae797a5c71fb18f2547664373ff535a4"
WALLET: dict[str, Any] = {
    "receiptVersion": "openagents.lightning.wallet_receipt.v1",
    "requestId": "req-spec-001",
    "walletId": "wallet-spec",
    "host": "sats4ai.com",
    "paymentId": "sim_pay_000001",
    "invoiceHash": "672d43ea96d5f47fc903da9c98428f2d568bfb82d4c1c9dbd5bb05c92b554eb9",
    "quotedAmountMsats": 45000,
    "settledAmountMsats": 45000,
    "preimageSha256": "13b1c705ea5ce25666064f934df0c40145f2947ffd8f847a83499990d2bce45c",
    "paidAtMs": 1771618000456,
    "rail": "lightning",
    "assetId": "BTC_LN",
    "receiptId": "lwr_867535e1aab809eb460750c6",
    "canonicalJsonSha256": "867535e1aab809eb460750c6168c0a69e57fa84348576da625efa0a12213bff8",
    "paymentHash": "not hashed",
}


NOT_HASHED = {"paymentHash", "schema", "receiptVersion", "receipt_schema", "receipt_id", "receiptId"}


def run_receipt() -> dict[str, Any]:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    events = [EventRecord(1, "run.started", {"source": "runtime"}, None, at)]
    run = RunRecord("0197a1b2-0000-7000-8000-000000000001", at, at, "running", {}, events)
    return dict(build_receipt(run, SIGNER))


def aegis(*, envelope: str = "payload") -> dict[str, Any]:
    row = {"receipt_id": "aegisclsrcpt_b2f13b3bb0403ade", "receipt_schema": AEGIS["schema"]}
    row |= {"canonical_json_sha256": AEGIS_SHA, "signature": SIGNER.sign(AEGIS_SHA)}
    if envelope == "text":
        return {**row, "canonical_json": canonical_text(AEGIS), "body": AEGIS}
    return {**row, "payload": AEGIS}


def flat() -> dict[str, Any]:
    fields = {"schema": "openagents.credit.envelope_issue_receipt.v1", "offer_id": "o", "max_sats": 5}
    digest = canonical_sha256(fields)
    return {**fields, "receipt_id": f"ceir_{digest[:24]}", "canonical_json_sha256": digest}


def wallet() -> dict[str, Any]:
    return {**WALLET, "signature": camel(SIGNER.sign(WALLET["canonicalJsonSha256"]))}


MAKERS: list[Callable[[], dict[str, Any]]] = [run_receipt, aegis, lambda: aegis(envelope="text"), flat, wallet]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("envelope", [None, "data", "receipt"])
def test_a_true_receipt_verifies(make: Callable[[], dict[str, Any]], envelope: str | None) -> None:
    document = make() if envelope is None else {envelope: make()}
    proven = verify_receipt(json.dumps(document).encode())
    assert proven["verified"] is True
    assert proven["signed"] == (make is not flat)
    assert len(proven["receipt_sha256"]) == 64


@pytest.mark.parametrize("make", MAKERS)
def test_any_changed_field_is_found(make: Callable[[], dict[str, Any]]) -> None:
    body = make()
    inner = body.get("payload") or body.get("body") or body
    for name in [name for name in inner if name not in NOT_HASHED]:
        changed = json.loads(json.dumps(body))
        target = changed.get("payload") or changed.get("body") or changed
        target[name] = "changed"
        with pytest.raises(VerificationFailed) as raised:
            verify_receipt(json.dumps(changed).encode())
        assert raised.value.exit_code == 9 and raised.value.errors["findings"]


def test_an_id_of_another_receipt_and_a_stranger_s_signature_are_found() -> None:
    with pytest.raises(VerificationFailed):
        verify_receipt(json.dumps({**aegis(), "receipt_id": "aegisclsrcpt_0000000000000000"}).encode())
    with pytest.raises(VerificationFailed):
        verify_receipt(json.dumps(aegis()).encode(), allowed_signers=["00" * 32])
    other = SchnorrSigner("02" * 32).sign("11" * 32)
    with pytest.raises(VerificationFailed):
        verify_receipt(json.dumps({**aegis(), "signature": other}).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"a":1,"a":2}', b'{"receiptVersion":"x"}', b'"text"'])
def test_what_is_no_receipt_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(Invalid):
        verify_receipt(content)

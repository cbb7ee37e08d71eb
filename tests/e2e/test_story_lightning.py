"""The part of the demo in which money moves, against the served executor; and the verifier that shares no code."""

from __future__ import annotations

from pathlib import Path

import pytest

from openagents.embedded import stdlib_receipt
from openagents.embedded.story_lightning import LightningStory
from openagents.embedded.testbed import TESTBED
from tests.system import System


def test_the_story(tmp_path: Path) -> None:
    system = System(tmp_path, TESTBED.environment)
    said: list[str] = []
    try:
        system.up("lightning-executor")
        paid = LightningStory(
            system["lightning-executor"].url, TESTBED.credentials, tmp_path / "receipts", said.append
        ).tell()
    finally:
        system.down()
    assert paid.problems == [] and paid.path.exists()
    assert any("verified offline" in line for line in said)
    assert stdlib_receipt.main([str(paid.path)]) == 0
    assert stdlib_receipt.problems(paid.receipt, "00" * 32) == ["preimageSha256", "paymentHash"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, []),
        ({"settledAmountMsats": 1}, ["canonicalJsonSha256", "receiptId", "signature"]),
        ({"receiptId": "lwr_0"}, ["receiptId"]),
    ],
)
def test_the_verifier_knows_the_published_receipt(change: dict[str, object], problem: list[str]) -> None:
    digest = "867535e1aab809eb460750c6168c0a69e57fa84348576da625efa0a12213bff8"
    receipt = {
        "receiptVersion": "openagents.lightning.wallet_receipt.v1",
        "receiptId": "lwr_867535e1aab809eb460750c6",
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
        "canonicalJsonSha256": digest,
        "paymentHash": "b39003962d489a16213ae8ed588e62567eac2a16968570097f3b257229052020",
        "signature": {
            "schema": "openagents.receipt_signature.v1",
            "scheme": "secp256k1_schnorr_no_aux_rand",
            "signerPubkey": "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
            "signedSha256": digest,
            "signatureHex": "066acfce94c9d11b3aa6ba4cb14b898eb7fd4194b10d845f0517acd638a7c6f6"
            "208540174875c3c1a7a10c9869acef208e875f1d4be75be0b9e917158102fcbf",
        },
    }
    preimage = "814d2d1eec7e2c0c84f54b27d8548ae9943205174a1e86443c38f21db21fc357"
    assert stdlib_receipt.problems({**receipt, **change}, preimage) == problem

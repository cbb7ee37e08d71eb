"""What the executor knows without a database: published vectors, the state table, limits, credentials, addresses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.lightning.domain import chain_addresses, credentials, executor_receipts, fingerprints, mnemonics, subwallets
from apps.lightning.domain.payment_states import (
    NEXT,
    NEXT_PLAN,
    PUBLIC,
    PUBLIC_PLAN,
    RELEASED,
    SETTLED,
    IllegalTransition,
    PaymentState,
    PlanState,
    advance,
    advance_plan,
    certainly_never_sent,
    next_check_seconds,
)
from apps.lightning.domain.spending import BadLimit, Limits, Spent, check_caps, check_quote
from openagents.receipts.signing import SchnorrSigner, camel, verify_signature

INVOICE = (
    "lnbcrt450n1p5e30kspp5kwgq893dfzdpvgf6ark43rnz2el2c2skj6zhqztl8vjhy2g9yqsqsp56erymgglt89g4jwfxsn3cv2cwlw2grqm92sszt8h"
    "043aj248xvfqdqswd5k6grrdanxvet9xqrrsscqpj9qrsgqu5ngt46kgfhr07qgkc967fd44x09cxptx0wdrcalm44r08j5ha4kmpm8fl4h4uxw6vgmt"
    "je68fen9ryd73a0nd6skekjnxym3zwxfxqpk3rzjy"
)
PREIMAGE = "814d2d1eec7e2c0c84f54b27d8548ae9943205174a1e86443c38f21db21fc357"
INVOICE_HASH = "672d43ea96d5f47fc903da9c98428f2d568bfb82d4c1c9dbd5bb05c92b554eb9"
CANONICAL = (
    '{"receiptVersion":"openagents.lightning.wallet_receipt.v1","requestId":"req-spec-001","walletId":"wallet-spec",'
    '"host":"sats4ai.com","paymentId":"sim_pay_000001",'
    '"invoiceHash":"672d43ea96d5f47fc903da9c98428f2d568bfb82d4c1c9dbd5bb05c92b554eb9","quotedAmountMsats":45000,'
    '"settledAmountMsats":45000,"preimageSha256":"13b1c705ea5ce25666064f934df0c40145f2947ffd8f847a83499990d2bce45c",'
    '"paidAtMs":1771618000456,"rail":"lightning","assetId":"BTC_LN"}'
)


def spec_payment(**changes: Any) -> executor_receipts.Canonical:
    facts: dict[str, Any] = {
        "request_id": "req-spec-001",
        "wallet_id": "wallet-spec",
        "host": "SATS4AI.com ",
        "payment_id": "sim_pay_000001",
        "invoice_hash": INVOICE_HASH,
        "quoted_amount_msats": 45_000,
        "settled_amount_msats": 45_000,
        "preimage_hex": PREIMAGE,
        "paid_at_ms": 1_771_618_000_456,
    }
    return executor_receipts.payment(**{**facts, **changes})


def test_the_payment_receipt_is_byte_exact() -> None:
    found = spec_payment()
    assert found.text == CANONICAL
    assert found.sha256 == "867535e1aab809eb460750c6168c0a69e57fa84348576da625efa0a12213bff8"
    assert found.receipt_id == "lwr_867535e1aab809eb460750c6"
    assert fingerprints.sha256_text(INVOICE) == INVOICE_HASH


def test_the_preimage_is_hashed_as_text() -> None:
    assert spec_payment(preimage_hex=f" {PREIMAGE.upper()} ").text == CANONICAL
    assert spec_payment().facts["preimageSha256"] != hashlib.sha256(bytes.fromhex(PREIMAGE)).hexdigest()


def test_the_signature_vector() -> None:
    signer = SchnorrSigner("0" * 63 + "3")
    signature = signer.sign(spec_payment().sha256)
    assert signature["signer_pubkey"] == "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"
    assert signature["signature_hex"] == (
        "066acfce94c9d11b3aa6ba4cb14b898eb7fd4194b10d845f0517acd638a7c6f6"
        "208540174875c3c1a7a10c9869acef208e875f1d4be75be0b9e917158102fcbf"
    )
    assert verify_signature(camel(signature), signed_sha256=spec_payment().sha256)


@pytest.mark.parametrize(
    ("expires_at_ms", "digest"),
    [
        (None, "4e3f591113950720496f4799f95a0ec6ca6d8b538c7ad49b65b0be7fa8a4e7dc"),
        (1_771_621_600_000, "eb4abd0b698bd730ce7aad99295167bae955016fe278ddfefa3f112613143ac3"),
    ],
)
def test_the_invoice_receipt(expires_at_ms: int | None, digest: str) -> None:
    found = executor_receipts.invoice(
        request_id="inv-spec-001",
        wallet_id="wallet-spec",
        invoice_hash=INVOICE_HASH,
        amount_msats=45_000,
        created_at_ms=1_771_618_000_000,
        expires_at_ms=expires_at_ms,
    )
    assert found.sha256 == digest and found.receipt_id == f"lir_{digest[:24]}"
    shown = {**{key: value for key, value in found.facts.items() if value is not None}}
    again = executor_receipts.recompute(shown)
    assert again is not None and again.sha256 == digest


def test_the_onchain_receipt() -> None:
    found = executor_receipts.onchain(
        plan_id="plan-spec-1",
        wallet_id="wallet-spec",
        address="BCRT1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KYGT080",
        amount_sats=50_000,
        fee_sats=40,
        confirmation_speed="Medium",
        txid="AB" * 32,
        sent_at_ms=1_771_618_001_000,
    )
    assert found.sha256 == "5cc4b767bbb9113b852dc94d70dd076cc4d1b1c37cb0eaa0db0bda9e5e8f08c3"
    assert found.receipt_id == "losr_5cc4b767bbb9113b852dc94d"


@given(st.text(max_size=40), st.text(max_size=40), st.integers(-5, 2**53))
def test_the_canonical_form_is_plain_python_json(request_id: str, host: str, paid_at_ms: int) -> None:
    found = spec_payment(request_id=request_id, host=host, paid_at_ms=paid_at_ms)
    assert list(json.loads(found.text)) == list(found.facts)
    assert found.facts["paidAtMs"] >= 0
    again = executor_receipts.recompute({**found.facts, "feeMsats": 7, "signature": {}})
    assert again is not None and again.text == found.text


@pytest.mark.parametrize(
    "receipt", [{}, {"receiptVersion": "x"}, {"receiptVersion": executor_receipts._VERSIONS["payment"]}]
)
def test_what_is_no_receipt(receipt: dict[str, Any]) -> None:
    assert executor_receipts.recompute(receipt) is None


def test_fingerprints() -> None:
    expected = "bb15e82ce8e649268a37d47e68d793a0a862375389fe04e2bf5db6a79bea577c"
    assert fingerprints.payment("wallet-spec", "SATS4AI.com ", INVOICE_HASH, 100_000) == expected
    assert fingerprints.payment("wallet-spec", "SATS4AI.com ", INVOICE_HASH, 100_000, 5) != expected
    assert fingerprints.payment("w", "h", "i", 1, 5, None) != fingerprints.payment("w", "h", "i", 1, None, 5)


def test_the_signed_call_of_the_specification() -> None:
    body = json.dumps(
        {
            "requestId": "req-spec-001",
            "payment": {"invoice": INVOICE, "maxAmountMsats": 100_000, "host": "sats4ai.com"},
        },
        separators=(",", ":"),
    ).encode()
    digest = hashlib.sha256(body).hexdigest()
    assert (len(body), digest) == (371, "79b6e4e83d8517dcd35cd89c717dcb4e7bfbbd3b1274afea84704ca325c493c1")
    claims = (
        f'{{"aud":"lightning","bsh":"{digest}","exp":1771618060,"iat":1771618000,"iss":"hydra","kid":"example-1",'
        '"mth":"POST","nonce":"nonce-00000000000000000000000000000001","pth":"/pay-bolt11","rid":"req-spec-001"}'
    )
    payload = base64.urlsafe_b64encode(claims.encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(b"demo-not-a-secret", payload, "sha256")).rstrip(b"=")
    assert signature == b"RrLbR5Goc2LvZMv67y1u1RDnu0ynXwAU3Xof20cgs2E"


def test_the_token_fingerprint() -> None:
    digest = fingerprints.sha256_text("example-token-not-a-real-secret-0001")
    assert digest == "98032b571b7857696510e5bf938c4ca2b2c35e3b63561cd80eefeec3c46c87ca"


def test_every_state_is_in_every_table() -> None:
    assert set(NEXT) == set(PUBLIC) == set(PaymentState)
    assert set(NEXT_PLAN) == set(PUBLIC_PLAN) == set(PlanState)
    for state in SETTLED:
        assert NEXT[state] == frozenset()
    for state in RELEASED:
        assert NEXT[state] == {PaymentState.RESERVED}
    with pytest.raises(IllegalTransition):
        advance("failed", PaymentState.SUCCEEDED)
    with pytest.raises(IllegalTransition):
        advance_plan("broadcast", PlanState.DISCARDED)
    assert [next_check_seconds(n) for n in range(7)] == [5, 10, 20, 40, 60, 60, 60]


def test_an_unknown_hash_proves_nothing_at_once() -> None:
    assert not certainly_never_sent(1_000, 0, 0)
    assert not certainly_never_sent(1_000, 1, 29)
    assert not certainly_never_sent(119, 5, 100)
    assert certainly_never_sent(121, 1, 30)


def test_limits_have_bounds() -> None:
    assert Limits(request_cap_msats=5_000_000_000).request_cap_msats == 5_000_000_000
    for change in (
        {"request_cap_msats": 999},
        {"request_cap_msats": True},
        {"window_ms": 1.5},
        {"fee_limit_ppm": 100_001},
        {"max_payments_per_minute": 0},
        {"nothing": 1},
        {"caller_daily_caps_msats": {"a": -1}},
        {"allowed_hosts": [""]},
        {"allowed_hosts": 7},
    ):
        with pytest.raises(BadLimit):
            Limits().changed(change)


@given(st.integers(0, 10**12), st.integers(0, 100_000), st.integers(0, 10**6), st.none() | st.integers(0, 10**6))
def test_the_fee_limit(quoted: int, ppm: int, floor: int, lowered: int | None) -> None:
    limit = Limits(fee_limit_ppm=ppm, fee_floor_msats=floor).fee_limit_msats(quoted, lowered)
    exact = max(floor, -(-quoted * ppm // 10**6))
    assert limit == (exact if lowered is None else min(exact, lowered))


def test_a_cap_may_be_reached_and_not_passed() -> None:
    limits = Limits(window_cap_msats=100_000)
    facts: dict[str, Any] = {"host": "h", "caller": "c", "fee_limit_msats": 0}
    assert check_caps(limits, Spent(window_msats=60_000), quoted_msats=40_000, **facts) is None
    assert check_caps(limits, Spent(window_msats=60_001), quoted_msats=40_000, **facts) is not None
    assert check_quote(limits, "h", "c", 200_000, 200_000) is None
    denial = check_quote(limits, "h", "c", 200_001, 300_000)
    assert denial is not None and denial.details["maxAllowedMsats"] == 200_000


def test_default_grants() -> None:
    assert credentials.granted("control", False) == frozenset()
    assert credentials.granted("control", True) == {"wallet:read", "wallet:subwallets"}
    assert credentials.ADMIN not in credentials.granted("hydra", True) | credentials.ENVIRONMENT_TOKEN
    assert credentials.granted("lightning", False) == {"wallet:read", "wallet:pay"}
    assert credentials.granted("ops", False) == credentials.ALL


@pytest.mark.parametrize(
    ("entropy", "phrase"),
    [
        (bytes(16), "abandon " * 11 + "about"),
        (b"\x7f" * 16, "legal winner thank year wave sausage worth useful legal winner thank yellow"),
        (b"\xff" * 16, "zoo " * 11 + "wrong"),
    ],
)
def test_recovery_phrases(entropy: bytes, phrase: str) -> None:
    assert mnemonics.from_entropy(entropy) == phrase
    assert len(mnemonics.words()) == 2048 and mnemonics.generate() != mnemonics.generate()


@pytest.mark.parametrize(
    ("address", "network", "fits"),
    [
        ("BCRT1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KYGT080", "regtest", True),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "mainnet", True),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "regtest", False),
        ("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt081", "regtest", False),
        ("bcrt1Qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "regtest", False),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "mainnet", False),
        ("", "mainnet", False),
    ],
)
def test_addresses(address: str, network: str, fits: bool) -> None:
    assert chain_addresses.is_supported(address, network) is fits


def test_names_of_sub_wallets() -> None:
    assert subwallets.spark_address("user 7/ä", True) == "user-7--@spark.mock"
    assert subwallets.identity("w", True).startswith("mock-")

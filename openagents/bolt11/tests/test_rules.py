"""Whether we pay: one code for each thing that depends on us."""

from __future__ import annotations

from typing import Any

import pytest

from openagents.bolt11.decoder import decode
from openagents.bolt11.rules import Refusal, examine, refusal
from openagents.bolt11.tests import vectors

IN_TIME_MS = vectors.TIMESTAMP * 1000
OURS: dict[str, Any] = {"network": "mainnet", "now_ms": IN_TIME_MS}


def test_an_invoice_in_time_on_our_network_may_be_paid() -> None:
    invoice, refused = examine(vectors.COFFEE, **OURS)
    assert refused is None
    assert invoice == decode(vectors.COFFEE)


@pytest.mark.parametrize(
    ("text", "change", "code"),
    [
        (vectors.TESTNET, {}, "invoice_wrong_network"),
        (vectors.SIM_COFFEE, {"network": "signet"}, "invoice_wrong_network"),
        (vectors.FEATURE_100, {}, "invoice_unsupported_feature"),
        (vectors.COFFEE, {"now_ms": IN_TIME_MS + 60_000}, "invoice_expired"),
        (vectors.COFFEE, {"now_ms": IN_TIME_MS + 55_001}, "invoice_expired"),
        (vectors.DONATION, {}, "invoice_amount_missing"),
        (vectors.COFFEE, {"own_pubkey": vectors.PAYEE}, "invoice_self_payment"),
    ],
)
def test_each_refusal_has_its_code(text: str, change: dict[str, Any], code: str) -> None:
    invoice, refused = examine(text, **(OURS | change))
    assert refused == Refusal(code)
    assert invoice is not None


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (vectors.COFFEE, {"now_ms": IN_TIME_MS + 55_000}),
        (vectors.DONATION, {"amount_msats": 1}),
        (vectors.COFFEE, {"own_pubkey": vectors.PAYEE, "own_subwallet": True}),
        (vectors.COFFEE, {"own_pubkey": "02" + "00" * 32}),
        (vectors.FEATURE_99, {}),
        (vectors.METADATA, {}),
    ],
)
def test_what_is_just_allowed(text: str, change: dict[str, Any]) -> None:
    assert refusal(decode(text), **(OURS | change)) is None


def test_a_text_that_is_no_invoice_carries_the_reason() -> None:
    assert examine("lnbc1qqq", **OURS) == (None, Refusal("invoice_invalid", "too_short"))

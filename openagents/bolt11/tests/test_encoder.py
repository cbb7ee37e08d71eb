"""What is encoded decodes to the same values; published invoices are reproduced byte for byte."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from openagents.bolt11.decoder import decode
from openagents.bolt11.encoder import encode
from openagents.bolt11.invoice import Fallback, Hop, Invoice
from openagents.bolt11.tests import vectors

KEY = bytes.fromhex(vectors.SECRET_KEY)
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DOCUMENT: dict[str, Any] = {
    "network": "mainnet",
    "timestamp": vectors.TIMESTAMP,
    "payment_hash": vectors.PAYMENT_HASH,
    "payment_secret": vectors.PAYMENT_SECRET,
    "expiry_secs": None,
    "min_final_cltv": None,
}


def test_the_cup_of_coffee_is_reproduced() -> None:
    terms = DOCUMENT | {"amount_msats": 250_000_000, "description": "1 cup coffee", "expiry_secs": 60}
    assert encode(KEY, **terms, order="spdx9") == vectors.COFFEE


def test_the_donation_is_reproduced() -> None:
    terms = DOCUMENT | {"description": "Please consider supporting this project"}
    assert encode(KEY, **terms, order="spd9") == vectors.DONATION


def test_metadata_routes_and_fallbacks_are_reproduced() -> None:
    metadata = DOCUMENT | {"amount_msats": 10**9, "description": "payment metadata inside", "metadata": "01fafaf0"}
    assert encode(KEY, **metadata, features=(8, 14, 48), order="pdms9") == vectors.METADATA
    routed = decode(vectors.ROUTED)
    terms = DOCUMENT | {"amount_msats": 2 * 10**9, "description_hash": vectors.DESCRIPTION_HASH}
    text = encode(KEY, **terms, fallbacks=routed.fallbacks, route_hints=routed.route_hints, order="sphfr9")
    assert text == vectors.ROUTED


def test_the_specification_example_is_reproduced() -> None:
    seed = bytes.fromhex("11" * 32)

    def derived(purpose: str) -> bytes:
        return hmac.new(seed, purpose.encode(), hashlib.sha256).digest()

    key = (int.from_bytes(derived("oa.sim.node.v1:merchant"), "big") % ORDER).to_bytes(32, "big")
    text = encode(
        key,
        network="regtest",
        timestamp=1_771_618_000,
        payment_hash=hashlib.sha256(derived("oa.sim.preimage.v1:merchant:1")).hexdigest(),
        payment_secret=derived("oa.sim.secret.v1:merchant:1").hex(),
        amount_msats=45_000,
        description="sim coffee",
    )
    assert text == vectors.SIM_COFFEE


@pytest.mark.parametrize(
    ("amount_msats", "shortest"),
    [
        (10**11, "lnbcrt11"),
        (25 * 10**11, "lnbcrt251"),
        (10**8, "lnbcrt1m1"),
        (250_000_000, "lnbcrt2500u1"),
        (45_000, "lnbcrt450n1"),
        (1, "lnbcrt10p1"),
        (967_878_534, "lnbcrt9678785340p1"),
    ],
)
def test_the_amount_takes_its_shortest_form(amount_msats: int, shortest: str) -> None:
    terms = DOCUMENT | {"network": "regtest", "amount_msats": amount_msats, "description": ""}
    assert encode(KEY, **terms).startswith(shortest)


hex32 = st.binary(min_size=32, max_size=32).map(bytes.hex)
hops = st.builds(
    Hop,
    pubkey=st.sampled_from([vectors.PAYEE]),
    short_channel_id=st.tuples(st.integers(0, 2**24 - 1), st.integers(0, 2**24 - 1), st.integers(0, 2**16 - 1)).map(
        lambda parts: "x".join(map(str, parts))
    ),
    fee_base_msat=st.integers(0, 2**32 - 1),
    fee_proportional_millionths=st.integers(0, 2**32 - 1),
    cltv_expiry_delta=st.integers(0, 2**16 - 1),
)
fallbacks = st.builds(Fallback, st.sampled_from([0, 1, 16, 17, 18]), st.binary(min_size=20, max_size=20).map(bytes.hex))


@given(
    key=st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big")),
    network=st.sampled_from(["mainnet", "testnet", "signet", "regtest"]),
    amount_msats=st.none() | st.integers(1, 2**64 - 1) | st.integers(1, 10**6).map(lambda sats: sats * 1000),
    timestamp=st.integers(0, 2**35 - 1),
    description=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    description_hash=hex32,
    expiry_secs=st.none() | st.integers(0, 2**50 - 1),
    min_final_cltv=st.none() | st.integers(0, 2**32),
    features=st.frozensets(st.integers(0, 200), max_size=6),
    metadata=st.none() | st.binary(max_size=30).map(bytes.hex),
    route_hints=st.lists(st.lists(hops, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple),
    addresses=st.lists(fallbacks, max_size=3).map(tuple),
    name_payee=st.booleans(),
    payment_hash=hex32,
    payment_secret=hex32,
)
def test_what_is_encoded_decodes_to_the_same(
    key: bytes,
    network: str,
    amount_msats: int | None,
    timestamp: int,
    description: str | None,
    description_hash: str,
    expiry_secs: int | None,
    min_final_cltv: int | None,
    features: frozenset[int],
    metadata: str | None,
    route_hints: tuple[tuple[Hop, ...], ...],
    addresses: tuple[Fallback, ...],
    name_payee: bool,
    payment_hash: str,
    payment_secret: str,
) -> None:
    terms: dict[str, Any] = {
        "network": network,
        "timestamp": timestamp,
        "payment_hash": payment_hash,
        "payment_secret": payment_secret,
        "amount_msats": amount_msats,
        "description": description,
        "description_hash": description_hash if description is None else None,
        "expiry_secs": expiry_secs,
        "min_final_cltv": min_final_cltv,
        "features": tuple(features),
        "metadata": metadata,
        "fallbacks": addresses,
        "route_hints": route_hints,
        "name_payee": name_payee,
    }
    text = encode(key, **terms)
    decoded = decode(text)
    assert decoded == Invoice(
        network=network,
        amount_msats=amount_msats,
        timestamp=timestamp,
        expiry_secs=3600 if expiry_secs is None else expiry_secs,
        payment_hash=payment_hash,
        payment_secret=payment_secret,
        description=description,
        description_hash=None if description is not None else description_hash,
        payee_pubkey=PrivateKey(key).public_key.format().hex(),
        min_final_cltv=18 if min_final_cltv is None else min_final_cltv,
        features=tuple(sorted(features)),
        route_hints=route_hints,
        fallbacks=addresses,
        metadata=metadata,
        signature_hex=decoded.signature_hex,
    )
    assert encode(key, **terms) == text


@pytest.mark.parametrize(
    "change",
    [
        {"amount_msats": 0},
        {"amount_msats": 2**64},
        {"network": "simnet"},
        {"timestamp": 2**35},
        {"timestamp": -1},
        {"payment_hash": "00"},
        {"description": "x" * 640},
    ],
)
def test_what_an_invoice_cannot_say_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"amount|network|number|hash|long"):
        encode(KEY, **(DOCUMENT | {"description": "fits"} | change))


def test_a_description_of_639_bytes_fits() -> None:
    assert decode(encode(KEY, **DOCUMENT, description="x" * 639)).description == "x" * 639

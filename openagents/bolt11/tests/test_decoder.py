"""The published invoices decode to what their authors say; everything else is refused with a reason."""

from __future__ import annotations

import pytest
from bech32 import CHARSET
from hypothesis import given
from hypothesis import strategies as st

from openagents.bolt11.decoder import decode, invoice_hash, normalise
from openagents.bolt11.encoder import encode
from openagents.bolt11.invoice import Fallback, Hop, Invalid
from openagents.bolt11.tests import vectors
from openagents.receipts import bech32

SIGNED_BY_THE_DOCUMENT = [
    vectors.DONATION,
    vectors.COFFEE,
    vectors.NONSENSE,
    vectors.HASHED,
    vectors.TESTNET,
    vectors.ROUTED,
    vectors.P2SH,
    vectors.P2WPKH,
    vectors.P2WSH,
    vectors.PICO,
    vectors.FEATURE_99,
    vectors.FEATURE_100,
    vectors.METADATA,
]


@pytest.mark.parametrize("text", SIGNED_BY_THE_DOCUMENT)
def test_every_published_invoice_names_its_payee(text: str) -> None:
    invoice = decode(text)
    assert invoice.payee_pubkey == vectors.PAYEE
    assert invoice.payment_secret == vectors.PAYMENT_SECRET


def test_an_invoice_without_amount_leaves_it_to_the_payer() -> None:
    invoice = decode(vectors.DONATION)
    assert invoice.amount_msats is None
    assert invoice.description == "Please consider supporting this project"
    assert (invoice.timestamp, invoice.expiry_secs, invoice.min_final_cltv) == (vectors.TIMESTAMP, 3600, 18)
    assert invoice.features == (8, 14)


@pytest.mark.parametrize(
    ("text", "amount_msats"),
    [
        (vectors.COFFEE, 250_000_000),
        (vectors.HASHED, 2_000_000_000),
        (vectors.PICO, 967_878_534),
        (vectors.FEATURE_99, 2_500_000_000),
        (vectors.SIM_COFFEE, 45_000),
    ],
)
def test_the_amount_is_in_millisatoshis(text: str, amount_msats: int) -> None:
    assert decode(text).amount_msats == amount_msats


def test_descriptions_are_unicode_or_a_hash() -> None:
    assert decode(vectors.NONSENSE).description == "ナンセンス 1杯"
    assert decode(vectors.HASHED).description_hash == vectors.DESCRIPTION_HASH
    assert decode(vectors.HASHED).description is None


@pytest.mark.parametrize(
    ("text", "network", "fallback"),
    [
        (vectors.TESTNET, "testnet", Fallback(17, "3172b5654f6683c8fb146959d347ce303cae4ca7")),
        (vectors.P2SH, "mainnet", Fallback(18, "8f55563b9a19f321c211e9b9f38cdf686ea07845")),
        (vectors.P2WPKH, "mainnet", Fallback(0, "751e76e8199196d454941c45d1b3a323f1433bd6")),
        (vectors.P2WSH, "mainnet", Fallback(0, "1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262")),
    ],
)
def test_fallback_addresses(text: str, network: str, fallback: Fallback) -> None:
    invoice = decode(text)
    assert (invoice.network, invoice.fallbacks) == (network, (fallback,))


def test_private_routes_are_read_hop_by_hop() -> None:
    (route,) = decode(vectors.ROUTED).route_hints
    assert route == (
        Hop("029e03a901b85534ff1e92c43c74431f7ce72046060fcf7a95c37e148f78c77255", "66051x263430x1800", 1, 20, 3),
        Hop("039e03a901b85534ff1e92c43c74431f7ce72046060fcf7a95c37e148f78c77255", "197637x395016x2314", 2, 30, 4),
    )


def test_metadata_and_its_feature() -> None:
    invoice = decode(vectors.METADATA)
    assert (invoice.metadata, invoice.features) == ("01fafaf0", (8, 14, 48))


def test_a_high_s_signature_still_names_a_key_when_none_is_written() -> None:
    assert decode(vectors.DONATION_HIGH_S).payee_pubkey == (
        "02d0139ce7427d6dfffd26a326c18be754ef1e64672b42694ba5b23ef6e6e7803d"
    )


@pytest.mark.parametrize("reason", vectors.INVALID)
def test_what_the_document_calls_invalid_is_refused(reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode(vectors.INVALID[reason])
    assert refused.value.reason == reason


def test_the_specification_example() -> None:
    invoice = decode(vectors.SIM_COFFEE)
    assert invoice.network == "regtest"
    assert invoice.payee_pubkey == "03c97c1f65c2f5304948613d8efc9289d7aaa6c9a9fa9ed9456596d4d62b9509b2"
    assert invoice.payment_hash == "b39003962d489a16213ae8ed588e62567eac2a16968570097f3b257229052020"
    assert invoice.expires_at_ms == 1_771_621_600_000
    assert invoice_hash(vectors.SIM_COFFEE) == "672d43ea96d5f47fc903da9c98428f2d568bfb82d4c1c9dbd5bb05c92b554eb9"


@pytest.mark.parametrize("spelling", ["  {}\n", "lightning:{}", "LIGHTNING:{}", "Lightning: {} "])
def test_a_text_is_normalised_before_it_is_read(spelling: str) -> None:
    assert normalise(spelling.format(vectors.COFFEE)) == vectors.COFFEE
    assert normalise(spelling.format(vectors.COFFEE.upper())) == vectors.COFFEE
    assert invoice_hash(spelling.format(vectors.COFFEE)) == invoice_hash(vectors.COFFEE)
    assert decode(spelling.format(vectors.COFFEE)) == decode(vectors.COFFEE)


def test_a_text_of_mixed_case_stays_as_it_is_and_is_refused() -> None:
    mixed = vectors.COFFEE[:-1] + vectors.COFFEE[-1].upper()
    assert normalise(mixed) == mixed
    with pytest.raises(Invalid, match="mixed_case"):
        decode(mixed)


@given(at=st.integers(0, len(vectors.SIM_COFFEE) - 1), character=st.sampled_from(CHARSET + "1b!é"))
def test_no_single_changed_character_goes_unnoticed(at: int, character: str) -> None:
    text = vectors.SIM_COFFEE[:at] + character + vectors.SIM_COFFEE[at + 1 :]
    if text == vectors.SIM_COFFEE:
        return
    with pytest.raises(Invalid):
        decode(text)


@given(st.text(max_size=200) | st.text(alphabet=CHARSET + "1lnbcrt", max_size=300).map("lnbcrt1".__add__))
def test_any_text_decodes_or_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(Invalid):
        decode(text)


def signed(*fields: tuple[str, list[int]], hrp: str = "lnbcrt", without: str = "") -> str:
    """An invoice of raw fields: a correct checksum, but a signature of somebody."""
    usual = [
        ("p", bech32.to_words(bytes.fromhex(vectors.PAYMENT_HASH))),
        ("s", bech32.to_words(bytes.fromhex(vectors.PAYMENT_SECRET))),
        ("d", bech32.to_words(b"x")),
    ]
    chosen = [*fields, *(field for field in usual if field[0] not in without)]
    words = [0, 0, 0, 0, 0, 0, 1]
    for kind, payload in chosen:
        words += [CHARSET.index(kind), len(payload) >> 5, len(payload) & 31, *payload]
    signature = bech32.to_bytes(bech32.decode(vectors.COFFEE, length_max=7089)[1][-104:])
    return bech32.encode(hrp, [*words, *bech32.to_words(signature)])


WRONG_LENGTHS = [(kind, [0] * length) for kind in "phs" for length in (51, 53)] + [("n", [0] * 52), ("n", [0] * 54)]


def test_fields_that_must_be_ignored_are() -> None:
    """Wrong lengths of p, h, s, n; an unknown type; a fallback of an unknown version; a route of no whole hop."""
    ignored = [("2", [0, 0, 0]), ("f", [19] + [0] * 32), ("f", [1] + [0] * 32), ("r", [0] * 8), *WRONG_LENGTHS]
    invoice = decode(signed(*ignored))
    assert invoice.payment_hash == vectors.PAYMENT_HASH
    assert (invoice.description, invoice.description_hash) == ("x", None)
    assert invoice.fallbacks == (Fallback(1, "00" * 20),)
    assert invoice.route_hints == ()


def test_the_first_well_formed_field_counts() -> None:
    first = bech32.to_words(bytes(31) + b"\x01")
    invoice = decode(signed(("p", [0] * 51), ("p", first), ("s", first), ("d", bech32.to_words(b"first"))))
    assert (invoice.payment_hash, invoice.payment_secret) == ("00" * 31 + "01", "00" * 31 + "01")
    assert invoice.description == "first"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (signed(without="p"), "missing_payment_hash"),
        (signed(without="s"), "missing_payment_secret"),
        (signed(without="d"), "missing_description"),
        (signed(("h", bech32.to_words(bytes(32)))), "two_descriptions"),
        (signed(("x", [0, 1])), "not_minimal"),
        (signed(("c", [0])), "not_minimal"),
        (signed(("9", [0, 8, 8, 0])), "not_minimal"),
        (signed(("x", [1] * 11)), "number_too_large"),
        (signed(("d", bech32.to_words(b"\xff\xfe")), without="d"), "bad_description"),
        (signed(("m", [1])), "bad_padding"),
        (signed(hrp="lnbcrt01m"), "bad_amount"),
        (signed(hrp="lnbcrt0"), "bad_amount"),
        (signed(hrp="lnbcrt12q"), "bad_multiplier"),
        (signed(hrp="lnbcrt18446744073709551616m"), "amount_overflow"),
        (signed(hrp="lnbcrt184467440737095516160p"), "amount_overflow"),
        (signed(hrp="lnbcrt" + "9" * 60), "amount_overflow"),
        (signed(hrp="lnxx"), "bad_prefix"),
        (signed(hrp="bc"), "bad_prefix"),
        ("lnbc1" + "q" * 8000, "too_long"),
        ("lnbc1qqq", "too_short"),
        ("lnbc1!", "bad_character"),
        ("", "no_separator"),
    ],
)
def test_each_defect_has_its_reason(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode(text)
    assert refused.value.reason == reason


def test_a_field_that_runs_into_the_signature_is_refused() -> None:
    human, words = bech32.decode(signed(), length_max=7089)
    for tail in ([1], [1, 31, 31]):
        with pytest.raises(Invalid, match="cut_field"):
            decode(bech32.encode(human, [*words[:-104], *tail, *words[-104:]]))


def resigned(text: str, change: bytes) -> str:
    """The same invoice with another signature in its place."""
    human, words = bech32.decode(text, length_max=7089)
    return bech32.encode(human, [*words[:-104], *bech32.to_words(change)])


def test_a_named_payee_must_have_signed_and_low() -> None:
    text = encode(
        bytes.fromhex(vectors.SECRET_KEY),
        network="mainnet",
        timestamp=vectors.TIMESTAMP,
        payment_hash=vectors.PAYMENT_HASH,
        payment_secret=vectors.PAYMENT_SECRET,
        description="named",
        name_payee=True,
    )
    invoice = decode(text)
    assert invoice.payee_pubkey == vectors.PAYEE
    signature = bytes.fromhex(invoice.signature_hex)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = (order - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    foreign = bytes.fromhex(decode(vectors.COFFEE).signature_hex)
    assert decode(resigned(text, signature[:64] + bytes([3 - signature[64]]))).payee_pubkey == vectors.PAYEE
    for bad in (
        signature[:32] + high + bytes([signature[64] ^ 1]),
        foreign,
        bytes(65),
        signature[:64] + b"\x04",
    ):
        with pytest.raises(Invalid, match="bad_signature"):
            decode(resigned(text, bad))


def test_the_refusal_quotes_nothing_of_the_text() -> None:
    with pytest.raises(Invalid) as refused:
        decode(vectors.COFFEE[:-1] + "q")
    assert vectors.COFFEE[:20] not in str(refused.value)

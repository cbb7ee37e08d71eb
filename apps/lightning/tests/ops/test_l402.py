"""L402 challenges, credentials and tokens: the worked example, refusals, and nothing that widens."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.lightning.domain import l402, macaroon
from apps.lightning.domain.l402 import Challenge, Credential, challenge_of, credential_of
from apps.lightning.domain.macaroon import Malformed

PREIMAGE = "814d2d1eec7e2c0c84f54b27d8548ae9943205174a1e86443c38f21db21fc357"
HASH = "b39003962d489a16213ae8ed588e62567eac2a16968570097f3b257229052020"
SERVICE = "pw-26e8b9bb7cabfe78b1a24e89"
ROOT, TOKEN_ID, UNTIL = b"\x33" * 32, b"\x22" * 32, 1_771_704_400


def example() -> macaroon.Macaroon:
    return l402.mint(ROOT, HASH, TOKEN_ID, SERVICE, UNTIL)


def test_the_worked_example() -> None:
    made = example()
    assert len(made.serialize()) == 249
    assert made.signature.hex() == "a6e0dfbef95b14246bb1fa869ae4f245d430bf137f27deb0b95dbb94a0748adc"
    assert l402.decode(l402.encode(made)) == made
    assert l402.payment_hash_of(made) == HASH
    assert l402.refusal(made, PREIMAGE, ROOT, SERVICE, UNTIL - 1) is None


def test_refusals() -> None:
    made = example()
    cases = [
        (made, "00" * 32, ROOT, SERVICE, UNTIL - 1, "preimage_mismatch"),
        (made, PREIMAGE, b"\x34" * 32, SERVICE, UNTIL - 1, "bad_signature"),
        (made, PREIMAGE, ROOT, "pw-other", UNTIL - 1, "wrong_service"),
        (made, PREIMAGE, ROOT, SERVICE, UNTIL, "expired"),
        (made.restricted(f"{SERVICE}_valid_until=5"), PREIMAGE, ROOT, SERVICE, 6, "expired"),
        (made.restricted(f"{SERVICE}_valid_until={UNTIL + 1}"), PREIMAGE, ROOT, SERVICE, 6, "caveat_widened"),
        (made.restricted("services=a:0,b:0"), PREIMAGE, ROOT, SERVICE, 6, "caveat_widened"),
        (made.restricted(f"{SERVICE}_valid_until=never"), PREIMAGE, ROOT, SERVICE, 6, "caveat_widened"),
        (macaroon.mint(ROOT, made.identifier), PREIMAGE, ROOT, SERVICE, 6, "wrong_service"),
    ]
    for token, preimage, root, service, now, reason in cases:
        assert l402.refusal(token, preimage, root, service, now) == reason


def test_a_caveat_cannot_be_taken_away() -> None:
    made = example().restricted("services=")
    forged = macaroon.Macaroon(made.identifier, made.caveats[:-1], made.signature, made.location)
    assert l402.refusal(forged, PREIMAGE, ROOT, SERVICE, 6) == "bad_signature"


@given(st.integers(0, 248), st.integers(1, 255))
def test_any_changed_byte_is_refused(position: int, flip: int) -> None:
    raw = bytearray(example().serialize())
    raw[position] ^= flip
    try:
        token = macaroon.parse(bytes(raw))
    except Malformed:
        return
    # The location is a hint outside the signature; everything else is inside.
    assert not macaroon.genuine(token, ROOT) or token.location != example().location


@given(st.binary(max_size=300))
def test_rubbish_is_refused_and_nothing_else_happens(data: bytes) -> None:
    try:
        parsed = macaroon.parse(data)
    except Malformed:
        return
    assert macaroon.parse(parsed.serialize()) == parsed


CHALLENGES = [
    (['L402 macaroon="abc", invoice="lnbc1"'], Challenge("abc", "lnbc1")),
    (['LSAT macaroon="old", invoice="i"', 'L402 macaroon="new", invoice="i"'], Challenge("new", "i")),
    (['LSAT macaroon="old", invoice="i", L402 macaroon="new", invoice="j"'], Challenge("new", "j")),
    (['Basic realm="x", L402 invoice="j", macaroon="m"'], Challenge("m", "j")),
    (["l402 token=t, invoice=lnbc1, version=0, amount_msats=5"], Challenge("t", "lnbc1")),
    (['L402 version="0", token="t==", macaroon="m", invoice="i"'], Challenge("t==", "i")),
    (['lsat  macaroon = "m" ,  invoice = "i"'], Challenge("m", "i")),
    (['L402 macaroon="", invoice="i"'], None),
    (['L402 macaroon="m"'], None),
    (['Bearer realm="x"'], None),
    ([], None),
    (["L402"], None),
]


@pytest.mark.parametrize(("lines", "wanted"), CHALLENGES)
def test_challenges(lines: list[str], wanted: Challenge | None) -> None:
    assert challenge_of(lines) == wanted


def test_our_own_challenge_is_read_back() -> None:
    assert challenge_of(l402.challenge_headers("AgE=", "lnbcrt1")) == Challenge("AgE=", "lnbcrt1")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (f"L402 AgE=:{PREIMAGE}", Credential("AgE=", PREIMAGE)),
        (f"lsat AgE=:{PREIMAGE.upper()}", Credential("AgE=", PREIMAGE)),
        (f"Bearer AgE=:{PREIMAGE}", None),
        ("L402 AgE=:12", None),
        (f"L402 :{PREIMAGE}", None),
        ("L402", None),
        ("", None),
    ],
)
def test_credentials(header: str, wanted: Credential | None) -> None:
    assert credential_of(header) == wanted
    if wanted is not None:
        assert credential_of(wanted.header) == wanted


def test_root_keys_are_kept_under_the_identifiers_hash() -> None:
    token = l402.identifier(HASH, TOKEN_ID)
    assert len(token) == 66 and l402.identifier_key(token) == hashlib.sha256(token).hexdigest()
    with pytest.raises(ValueError):
        l402.identifier(HASH, b"short")
    with pytest.raises(Malformed):
        l402.decode("!!")

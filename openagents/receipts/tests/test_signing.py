"""Receipt signatures: BIP-340 without auxiliary randomness, verified after signing (README 4.6)."""

from __future__ import annotations

from typing import Any

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from openagents.receipts import bech32, signing
from openagents.receipts.signing import (
    InvalidSecretKey,
    SchnorrSigner,
    Signer,
    SigningFailed,
    camel,
    verify_digest,
    verify_signature,
)

KEY_3 = "0" * 63 + "3"
DIGEST = "4af036a53cb55a71afc47127283619d3479fdac203b8f93f6eefb78b004a6c74"
GROUP_ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
NSEC = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"  # the example of NIP-19
NSEC_HEX = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"

# (secret, digest, x-only public key, signature): BIP-340 vector 0, then the worked examples of the documents.
VECTORS = [
    (
        KEY_3,
        "0" * 64,
        "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca821525f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0",
    ),
    (  # runtime 9.3
        "2a" * 32,
        DIGEST,
        "5be5e9478209674a96e60f1f037f6176540fd001fa1d64694770c56a7709c42c",
        "da29c65c8f938ce35c003422622fb9dbe00a5c9906a30d700cf0cf74b80ea6b9c610a95f7a0f862f2e2854f5f73dfb9f8d5619ff0d9843535c03d4e0c0dc8f58",
    ),
    (  # hydra 9.4, invoice_pay
        "01" * 32,
        "ffb7800579851ee55438e0ba3a4fa98c85400ff95a4237565ea2e0e77e27c22e",
        "1b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f",
        "cee6b7e717d0c4fa7216cb2a3257e27183deac254d0319c929b2ba89eec1c53a97d2240b41abadd84dc94bc9de74afaaa68047cc97074dceb6e5db6b96fef68c",
    ),
    (  # hydra 9.4, envelope issue
        "01" * 32,
        "5b26819706400e69602c986ee98800520ca1fd506aab5ed989fee7195e80f51f",
        "1b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f",
        "7b80df1c2a9a9773a642bdff98c9569043d716a68866ad5d04ee5ff3f13d3403a069d01349d639e0847c26df4966aa648740389608742dbf67a4b536b069127b",
    ),
    (  # lightning 7.3
        KEY_3,
        "867535e1aab809eb460750c6168c0a69e57fa84348576da625efa0a12213bff8",
        "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "066acfce94c9d11b3aa6ba4cb14b898eb7fd4194b10d845f0517acd638a7c6f6208540174875c3c1a7a10c9869acef208e875f1d4be75be0b9e917158102fcbf",
    ),
    (  # fabrics 2.1 A
        KEY_3,
        "37b30efd494276dc17a4eb95a60daa98f9671096b7dc41250487b303533cf6aa",
        "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "aa584bcdbe2413ffa2be671ce3f73599749c87ff3697a43841d918be6184f73206004448a4e6d2e6e303aaf24790d1605c49ec100ef07d4a1cd27a462822f369",
    ),
    (  # fabrics 2.1 B
        KEY_3,
        "d90aef29b1f86cb5f9f7e640967d8e90aaddf69aa43e2b1af0388f96f2686314",
        "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "f686fb8569b0980e53f8c8dd674bf81b78fe4318e033e8d1ce4628338148cda8e6e711a8aa512f1f4e8441def35c6ed4ad24a15496c8493f324e7449b6456e47",
    ),
]


@pytest.mark.parametrize(("secret", "digest", "public_key", "signature"), VECTORS)
def test_the_known_keys_and_digests_give_the_known_signatures(
    secret: str, digest: str, public_key: str, signature: str
) -> None:
    signer: Signer = SchnorrSigner(secret)
    signed = signer.sign(digest)
    assert signed == {
        "schema": "openagents.receipt_signature.v1",
        "scheme": "secp256k1_schnorr_no_aux_rand",
        "signer_pubkey": public_key,
        "signed_sha256": digest,
        "signature_hex": signature,
    }
    assert verify_signature(signed, signed_sha256=digest, allowed_signers=[public_key])


def test_a_signature_is_the_same_every_time() -> None:
    assert SchnorrSigner("2a" * 32).sign(DIGEST) == SchnorrSigner("2A" * 32 + "\n").sign(DIGEST)


def test_an_nsec_key_is_the_key_that_it_encodes() -> None:
    signer = SchnorrSigner(NSEC)
    assert signer.public_key_hex == SchnorrSigner(NSEC_HEX).public_key_hex
    assert signer.public_key_hex == SchnorrSigner(NSEC.upper()).public_key_hex
    assert signer.public_key_hex == PrivateKey.from_hex(NSEC_HEX).public_key_xonly.format().hex()


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "0" * 64,
        GROUP_ORDER,
        "f" * 64,
        "2a" * 31,
        "2a" * 33,
        "0x" + "2a" * 31,
        NSEC[:-1] + "q",
        NSEC[:8] + NSEC[8:].upper(),
        bech32.encode("npub", bech32.to_words(bytes.fromhex(NSEC_HEX))),
        bech32.encode("nsec", bech32.to_words(bytes.fromhex(NSEC_HEX)[:-1])),
        bech32.encode("nsec", bech32.to_words(bytes(32))),
    ],
)
def test_a_bad_key_is_refused_without_being_quoted(secret: str) -> None:
    with pytest.raises(InvalidSecretKey) as caught:
        SchnorrSigner(secret)
    assert not secret or secret not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_signer_never_shows_its_secret() -> None:
    signer = SchnorrSigner("2a" * 32)
    assert "2a2a" not in f"{signer!r} {signer} {vars(signer)}"


@pytest.mark.parametrize("digest", ["", DIGEST.upper(), f"sha256:{DIGEST}", DIGEST[:-2], "g" * 64])
def test_only_64_lower_case_hex_are_signed(digest: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        SchnorrSigner(KEY_3).sign(digest)


def test_a_digest_of_another_length_is_not_signed() -> None:
    with pytest.raises(ValueError, match="digest"):
        SchnorrSigner(KEY_3).sign_digest(b"\0" * 31)


def test_a_signature_that_does_not_verify_is_never_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "verify_digest", lambda *_: False)
    with pytest.raises(SigningFailed):
        SchnorrSigner(KEY_3).sign(DIGEST)


SIGNED: dict[str, Any] = dict(SchnorrSigner("2a" * 32).sign(DIGEST))


@given(st.sampled_from(sorted(SIGNED)), st.data())
def test_one_changed_character_anywhere_makes_it_invalid(name: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(SIGNED[name]) - 1))
    character = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    changed = SIGNED[name][:position] + character + SIGNED[name][position + 1 :]
    assert verify_signature({**SIGNED, name: changed}) == (changed == SIGNED[name])


@pytest.mark.parametrize(
    "change",
    [
        {"signer_pubkey": "0" * 64},
        {"signer_pubkey": "f" * 64},
        {"signature_hex": "0" * 128},
        {"signature_hex": "f" * 128},
        {"signature_hex": SIGNED["signature_hex"].upper()},
        {"signature_hex": None},
        {"signed_sha256": 7},
        {"scheme": "ecdsa"},
        {"schema": "openagents.receipt_signature.v2"},
        {"extra": "field"},
    ],
)
def test_another_field_or_form_is_not_valid(change: dict[str, Any]) -> None:
    assert not verify_signature({**SIGNED, **change})


@pytest.mark.parametrize("value", [None, "text", [], {}, 3, {name: SIGNED[name] for name in list(SIGNED)[1:]}])
def test_what_is_no_signature_object_is_not_valid(value: object) -> None:
    assert not verify_signature(value)


def test_a_valid_signature_counts_only_over_the_asked_digest_and_by_an_allowed_key() -> None:
    assert verify_signature(SIGNED, signed_sha256=DIGEST)
    assert not verify_signature(SIGNED, signed_sha256="0" * 64)
    assert verify_signature(SIGNED, allowed_signers=())
    assert not verify_signature(SIGNED, allowed_signers=("0" * 64,))


def test_the_executors_spelling_is_the_same_signature() -> None:
    spelled = camel(SchnorrSigner("2a" * 32).sign(DIGEST))
    assert list(spelled) == ["schema", "scheme", "signerPubkey", "signedSha256", "signatureHex"]
    assert verify_signature(spelled, signed_sha256=DIGEST)
    assert not verify_signature({**spelled, "signer_pubkey": spelled["signerPubkey"]})


@pytest.mark.parametrize(("key", "digest", "signature"), [(31, 32, 64), (32, 33, 64), (32, 32, 63), (0, 0, 0)])
def test_wrong_lengths_are_not_valid(key: int, digest: int, signature: int) -> None:
    assert not verify_digest(bytes(key), bytes(digest), bytes(signature))

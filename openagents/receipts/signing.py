"""Signatures over digests: BIP-340 with 32 zero bytes of auxiliary randomness, hence deterministic (README 4.6).

The same receipt and key give the same signature, so a replayed receipt is equal byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Protocol, TypedDict

from coincurve import PrivateKey, PublicKeyXOnly

from openagents.receipts import bech32

SIGNATURE_SCHEMA = "openagents.receipt_signature.v1"
SIGNATURE_SCHEME = "secp256k1_schnorr_no_aux_rand"

# An empty string would make coincurve draw fresh randomness, None would skip the mixing: both give other bytes.
_NO_AUXILIARY_RANDOMNESS = bytes(32)
_HEX_32 = re.compile(r"[0-9a-f]{64}")
_HEX_64 = re.compile(r"[0-9a-f]{128}")
_SECRET_HEX = re.compile(r"[0-9a-fA-F]{64}")
_CAMEL = {"signer_pubkey": "signerPubkey", "signed_sha256": "signedSha256", "signature_hex": "signatureHex"}


class InvalidSecretKey(ValueError):
    """The configured key is neither 64 hex nor `nsec1...`, or lies outside 1..n-1. The message never quotes it."""


class SigningFailed(RuntimeError):
    """A fresh signature did not verify: broken hardware or library. Nothing was issued."""


class ReceiptSignature(TypedDict):
    """The object `openagents.receipt_signature.v1`; hex is lower case, `signer_pubkey` x-only."""

    schema: str
    scheme: str
    signer_pubkey: str
    signed_sha256: str
    signature_hex: str


class Signer(Protocol):
    """Whoever holds a key: a process's own (SchnorrSigner) or the executor's custody."""

    @property
    def public_key_hex(self) -> str:
        """The x-only public key, 64 lower-case hex."""

    def sign_digest(self, digest: bytes) -> bytes:
        """The 64 signature bytes over 32 digest bytes, verified before they are returned. Raises SigningFailed."""

    def sign(self, sha256: str) -> ReceiptSignature:
        """The signature object over a digest given as 64 lower-case hex. Raises ValueError, SigningFailed."""


class SchnorrSigner:
    """A Signer over a secret key held in memory, given as 64 hex characters or bech32 `nsec1...` (NIP-19)."""

    def __init__(self, secret: str) -> None:
        """Raises InvalidSecretKey."""
        try:
            self._key = PrivateKey(_secret_bytes(secret.strip()))
        except ValueError:
            raise InvalidSecretKey("a signing key is 64 hex characters or nsec1..., and lies in 1..n-1") from None
        self._public_key = self._key.public_key_xonly.format()

    @property
    def public_key_hex(self) -> str:
        return self._public_key.hex()

    def sign_digest(self, digest: bytes) -> bytes:
        if len(digest) != 32:
            raise ValueError("a digest has 32 bytes")
        signature = self._key.sign_schnorr(digest, _NO_AUXILIARY_RANDOMNESS)
        if not verify_digest(self._public_key, digest, signature):
            raise SigningFailed("a fresh signature did not verify")
        return signature

    def sign(self, sha256: str) -> ReceiptSignature:
        if not _HEX_32.fullmatch(sha256):
            raise ValueError("a digest is 64 lower-case hex characters")
        return ReceiptSignature(
            schema=SIGNATURE_SCHEMA,
            scheme=SIGNATURE_SCHEME,
            signer_pubkey=self.public_key_hex,
            signed_sha256=sha256,
            signature_hex=self.sign_digest(bytes.fromhex(sha256)).hex(),
        )

    def __repr__(self) -> str:
        return f"SchnorrSigner({self.public_key_hex})"


def verify_digest(public_key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) is one of the x-only `public_key` (32 bytes) over `digest` (32 bytes).

    Wrong lengths and points off the curve are simply not valid: this never raises.
    """
    if len(public_key) != 32 or len(digest) != 32 or len(signature) != 64:
        return False
    try:
        return bool(PublicKeyXOnly(public_key).verify(signature, digest))
    except ValueError:
        return False


def verify_signature(
    signature: object, *, signed_sha256: str | None = None, allowed_signers: Collection[str] | None = None
) -> bool:
    """Whether an object is a valid receipt signature; snake_case, or the executor's lowerCamel (`camel`).

    `signed_sha256` is the digest that must be signed: without it only the object's own statement is checked.
    `allowed_signers` are the x-only keys that count; None or empty means every key. Never raises.
    """
    if not isinstance(signature, Mapping):
        return False
    plain = {_SNAKE.get(name, name): value for name, value in signature.items()}
    if len(plain) != len(signature) or set(plain) != set(ReceiptSignature.__annotations__):
        return False
    signer, digest, proof = plain["signer_pubkey"], plain["signed_sha256"], plain["signature_hex"]
    return (
        plain["schema"] == SIGNATURE_SCHEMA
        and plain["scheme"] == SIGNATURE_SCHEME
        and _is_hex(_HEX_32, signer)
        and _is_hex(_HEX_32, digest)
        and _is_hex(_HEX_64, proof)
        and (signed_sha256 is None or digest == signed_sha256)
        and (not allowed_signers or signer in allowed_signers)
        and verify_digest(bytes.fromhex(signer), bytes.fromhex(digest), bytes.fromhex(proof))
    )


def camel(signature: ReceiptSignature) -> dict[str, str]:
    """The same object under the executor's lowerCamel names."""
    return {_CAMEL.get(name, name): str(value) for name, value in signature.items()}


_SNAKE = {camel_name: name for name, camel_name in _CAMEL.items()}


def _is_hex(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _secret_bytes(secret: str) -> bytes:
    if _SECRET_HEX.fullmatch(secret):
        return bytes.fromhex(secret)
    human, words = bech32.decode(secret)
    key = bech32.to_bytes(words)
    if human != "nsec" or len(key) != 32:
        raise ValueError("not an nsec key")
    return key

"""A second opinion on a payment receipt of the wallet executor, with nothing but the standard library.

    python -I openagents/embedded/stdlib_receipt.py RECEIPT.json [PREIMAGE_HEX]

prints what is wrong and exits 1, or exits 0. It shares no code with the project: it has its own canonical form and its
own arithmetic on the curve, and reads only what a stranger would, the receipt.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

KEYS = (
    *("receiptVersion", "requestId", "walletId", "host", "paymentId", "invoiceHash", "quotedAmountMsats"),
    *("settledAmountMsats", "preimageSha256", "paidAtMs", "rail", "assetId"),
)
P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
Point = tuple[int, int] | None


def add(one: Point, other: Point) -> Point:
    """The sum of two points of secp256k1; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    if one == other:
        slope = 3 * one[0] * one[0] * pow(2 * one[1], -1, P) % P
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P) % P
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def multiply(point: Point, factor: int) -> Point:
    found: Point = None
    while factor:
        if factor & 1:
            found = add(found, point)
        point, factor = add(point, point), factor >> 1
    return found


def even(x: int) -> Point:
    """The point with this x and an even y; None if there is none."""
    square = (pow(x, 3, P) + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if x >= P or y * y % P != square:
        return None
    return x, y if y % 2 == 0 else P - y


def tagged(tag: str, data: bytes) -> bytes:
    prefix = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(prefix + prefix + data).digest()


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is a BIP-340 signature."""
    point, r, s = even(int.from_bytes(public)), int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if point is None or len(signature) != 64 or r >= P or s >= N:
        return False
    challenge = int.from_bytes(tagged("BIP0340/challenge", signature[:32] + public + message)) % N
    found = add(multiply(G, s), multiply(point, N - challenge))
    return found is not None and found[1] % 2 == 0 and found[0] == r


def problems(receipt: dict[str, Any], preimage: str | None = None) -> list[str]:
    """The differences between what a receipt states and what it holds; with the preimage, also what that proves."""
    found = []
    text = json.dumps({key: receipt[key] for key in KEYS}, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest != receipt["canonicalJsonSha256"]:
        found.append("canonicalJsonSha256")
    if receipt["receiptId"] != f"lwr_{digest[:24]}":
        found.append("receiptId")
    signature = receipt["signature"]
    proof = bytes.fromhex(signature["signatureHex"])
    if signature["signedSha256"] != digest or not signed(
        bytes.fromhex(signature["signerPubkey"]), bytes.fromhex(digest), proof
    ):
        found.append("signature")
    if preimage is not None:
        if hashlib.sha256(preimage.encode()).hexdigest() != receipt["preimageSha256"]:
            found.append("preimageSha256")
        if hashlib.sha256(bytes.fromhex(preimage)).hexdigest() != receipt["paymentHash"]:
            found.append("paymentHash")
    return found


def main(arguments: list[str]) -> int:
    with open(arguments[0], encoding="utf-8") as file:
        found = problems(json.load(file), arguments[1] if len(arguments) > 1 else None)
    for problem in found:
        sys.stdout.write(f"{problem}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

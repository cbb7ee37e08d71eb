"""Checking one receipt of any plane offline: its hash by the form of its class, its id, its signature (README 4.5-7).

The class tells the form: sorted keys (runtime, hydra, aegis, operations) or declared order (wallet executor). Where a
receipt carries its canonical text, the text is what was hashed, and the fields are held against it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from openagents.receipts import strict_json
from openagents.receipts.canonical import canonical_sha256, canonical_text, sha256_hex
from openagents.receipts.run_receipt import check_receipt
from openagents.receipts.signing import verify_signature
from openagents.sdk.bundles import verify_bundle
from openagents.sdk.errors import ErrorKind, SdkError

RUN_SCHEMA = "openagents.receipt.v1"
_UNHASHED = frozenset({"receipt_id", "canonical_json_sha256", "signature"})
_LONG = ("lpd lpwdr lpwds lipr ceir cesr cedn lpwdt lpsr lpta hcol dpl lwr lir losr", 24)
_SHORT = (
    "hydrafxsr hydrart hydrafxsel aegisvrfrcpt aegiswtyrcpt aegisbndrcpt aegisclmrcpt aegisresrcpt aegisdsprcpt "
    "aegisgtcrcpt aegisclsrcpt aegisrbgrcpt aegisautrcpt aegisqtercpt aegissimrcpt",
    16,
)
ID_DIGITS: dict[str, int] = {prefix: digits for prefixes, digits in (_LONG, _SHORT) for prefix in prefixes.split()}
"""How many digits of its hash a receipt's id ends in, by prefix (README 7)."""

DECLARED: dict[str, str] = {
    "openagents.lightning.wallet_receipt.v1": (
        "receiptVersion requestId walletId host paymentId invoiceHash quotedAmountMsats settledAmountMsats "
        "preimageSha256 paidAtMs rail assetId"
    ),
    "openagents.lightning.invoice_receipt.v1": (
        "receiptVersion requestId walletId invoiceHash amountMsats createdAtMs expiresAtMs"
    ),
    "openagents.lightning.onchain_send_receipt.v1": (
        "receiptVersion planId walletId address amountSats feeSats totalSats confirmationSpeed txid sentAtMs rail "
        "assetId"
    ),
}
"""The keys of the wallet executor's receipts, in the order in which they are hashed (lightning 7.1)."""


class _Claim(NamedTuple):
    """What a receipt says of itself, and the hash its content has."""

    kind: str
    receipt_id: str
    stated: str
    found: str
    signature: object


def verify_receipt(content: bytes, *, allowed_signers: Collection[str] | None = None) -> dict[str, Any]:
    """What the receipt or bundle in `content` proves: `{verified, kind, receipt_id, id_checked, receipt_sha256, …}`.

    `id_checked` False: the id is of a form this build does not know, so that it follows from the hash is not proven.

    Takes the document itself or one of its envelopes (`data`, `receipt`). Raises SdkError: `validation` when it is no
    receipt, `verification_failed` with every finding when something does not match.
    """
    try:
        document = strict_json.loads(content)
    except ValueError as error:
        raise SdkError(ErrorKind.VALIDATION, f"not a receipt: {error}") from error
    for envelope in ("data", "receipt"):
        if isinstance(document, dict) and isinstance(document.get(envelope), dict):
            document = document[envelope]
    if not isinstance(document, dict):
        raise SdkError(ErrorKind.VALIDATION, "not a receipt: not an object")
    if isinstance(document.get("files"), list):
        return {"kind": "bundle", **verify_bundle(content)}
    if document.get("schema") == RUN_SCHEMA:
        findings = check_receipt(document, allowed_signers=allowed_signers)
        stated = str(document.get("canonical_json_sha256"))
        claim = _Claim(RUN_SCHEMA, "", stated, stated, document.get("signature"))
        return _verdict(claim, findings)
    claim, findings = _claim(document)
    return _verdict(claim, [*findings, *_wrong(claim, allowed_signers)])


def _claim(document: Mapping[str, Any]) -> tuple[_Claim, list[str]]:
    version = document.get("receiptVersion")
    if isinstance(version, str):
        return _declared(document, version)
    stated = document.get("canonical_json_sha256")
    schema = document.get("schema") or document.get("receipt_schema") or document.get("receipt_class")
    if not isinstance(stated, str) or not isinstance(schema, str):
        raise SdkError(ErrorKind.VALIDATION, "not a receipt: it states no class and hash")
    findings: list[str] = []
    text = document.get("canonical_json")
    body = document.get("body", document.get("payload"))
    if isinstance(text, str):
        found = sha256_hex(text)
        if isinstance(body, dict) and canonical_text(body) != text:
            findings.append("the fields are not those of the text that was hashed")
    elif isinstance(body, dict):
        found = canonical_sha256(body)
    else:
        found = canonical_sha256({name: value for name, value in document.items() if name not in _UNHASHED})
    return _Claim(schema, str(document.get("receipt_id") or ""), stated, found, document.get("signature")), findings


def _declared(document: Mapping[str, Any], version: str) -> tuple[_Claim, list[str]]:
    if version not in DECLARED:
        raise SdkError(ErrorKind.VALIDATION, f"not a receipt this build knows: {version}")
    keys = DECLARED[version].split()
    # An invoice that never expires leaves the key out, and is hashed with null.
    missing = [key for key in keys if key not in document and key != "expiresAtMs"]
    found = sha256_hex(json.dumps({key: document.get(key) for key in keys}, ensure_ascii=False, separators=(",", ":")))
    stated = str(document.get("canonicalJsonSha256") or "")
    claim = _Claim(version, str(document.get("receiptId") or ""), stated, found, document.get("signature"))
    return claim, [f"{key} is missing" for key in missing]


def _wrong(claim: _Claim, allowed_signers: Collection[str] | None) -> list[str]:
    findings = []
    if claim.stated != claim.found:
        findings.append(f"the content has the hash {claim.found}, the receipt states {claim.stated or 'none'}")
    prefix, _, digits = claim.receipt_id.rpartition("_")
    length = ID_DIGITS.get(prefix)
    if length is not None and digits != claim.found[:length]:
        findings.append(f"the id {claim.receipt_id} does not follow from the hash")
    signed = claim.signature not in (None, {})
    if signed and not verify_signature(claim.signature, signed_sha256=claim.found, allowed_signers=allowed_signers):
        findings.append("the signature does not verify")
    return findings


def _verdict(claim: _Claim, findings: Collection[str]) -> dict[str, Any]:
    if findings:
        raise SdkError(
            ErrorKind.VERIFICATION_FAILED, "the receipt does not verify", errors={"findings": list(findings)}
        )
    signature = claim.signature if isinstance(claim.signature, Mapping) else {}
    return {
        "verified": True,
        "kind": claim.kind,
        "receipt_id": claim.receipt_id,
        "id_checked": claim.receipt_id.rpartition("_")[0] in ID_DIGITS,
        "receipt_sha256": claim.found,
        "signed": bool(signature),
        "signer": str(signature.get("signer_pubkey") or signature.get("signerPubkey") or ""),
    }

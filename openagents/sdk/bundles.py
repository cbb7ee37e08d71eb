"""Checking a run's bundle offline: nobody is asked or trusted; `openagents.receipts` recomputes everything."""

from __future__ import annotations

from typing import Any

from openagents.receipts import strict_json
from openagents.receipts.bundle import verify_bundle as findings_of
from openagents.sdk.errors import ErrorKind, SdkError


def verify_bundle(content: bytes) -> dict[str, Any]:
    """What the bundle in `content` proves: `{verified, run_id, receipt_sha256, events, signed}`.

    `content` is the document of `GET …/bundle`, with or without its `data` envelope. Raises SdkError: `validation` when
    it is no bundle, `verification_failed` with every finding when something does not match.
    """
    try:
        document = strict_json.loads(content)
    except ValueError as error:
        raise SdkError(ErrorKind.VALIDATION, f"not a bundle: {error}") from error
    if isinstance(document, dict) and isinstance(document.get("data"), dict):
        document = document["data"]
    if not isinstance(document, dict) or not isinstance(document.get("files"), list):
        raise SdkError(ErrorKind.VALIDATION, "not a bundle: it lists no files")
    findings = findings_of(document["files"])
    if findings:
        raise SdkError(ErrorKind.VERIFICATION_FAILED, "the bundle does not verify", errors={"findings": list(findings)})
    receipt = next(strict_json.loads(file["content"]) for file in document["files"] if file["name"] == "RECEIPT.json")
    return {
        "verified": True,
        "run_id": receipt["session_id"],
        "receipt_sha256": receipt["canonical_json_sha256"],
        "events": receipt["event_count"],
        "signed": "signature" in receipt,
    }

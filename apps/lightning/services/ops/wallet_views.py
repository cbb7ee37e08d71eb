"""Receipts and the wallet's state for readers that never reach the executor (section 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from apps.lightning import peers
from apps.lightning.models import Receipt
from openagents.receipts.times import parse_rfc3339
from openagents.wire.faults import BAD_GATEWAY, INVALID_REQUEST, NOT_FOUND, Fault

KINDS: Final = frozenset({"payment", "invoice", "onchain"})
HIDDEN: Final = frozenset({"identityPubkey", "sparkAddress", "bitcoinAddress", "apiKeyConfigured", "custody"})


def receipts(kind: str, since: str, limit: int, cursor: str) -> tuple[list[Receipt], str | None]:
    """A page, oldest first, and the cursor of the next one. Raises Fault INVALID_REQUEST."""
    rows = Receipt.objects.order_by("pk")
    if kind:
        if kind not in KINDS:
            raise Fault(INVALID_REQUEST, "kind is payment, invoice or onchain", reason_code="invalid_kind")
        rows = rows.filter(kind=kind)
    if since:
        try:
            rows = rows.filter(created_at__gte=parse_rfc3339(since))
        except ValueError:
            raise Fault(INVALID_REQUEST, "since is a time in RFC 3339", reason_code="invalid_since") from None
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise Fault(INVALID_REQUEST, "the cursor is not one of ours", reason_code="invalid_cursor")
        rows = rows.filter(pk__gt=int(cursor))
    page = list(rows[: limit + 1])
    return page[:limit], str(page[limit - 1].pk) if len(page) > limit else None


def receipt(receipt_id: str) -> Receipt:
    """Raises Fault NOT_FOUND."""
    row = Receipt.objects.filter(receipt_id=receipt_id).first()
    if row is None:
        raise Fault(NOT_FOUND, "there is no receipt with this id", reason_code="receipt_not_found")
    return row


def status() -> Mapping[str, Any]:
    """The executor's `/status` without what identifies it. Raises Fault BAD_GATEWAY."""
    try:
        document = peers.executor_get("/status")
    except peers.PaymentUnclear:
        raise Fault(BAD_GATEWAY, "the wallet executor does not answer", reason_code="executor_unavailable") from None
    found = document.get("status") if document is not None else None
    if not isinstance(found, Mapping):
        raise Fault(BAD_GATEWAY, "the wallet executor gave no status", reason_code="executor_unavailable")
    return {name: value for name, value in found.items() if name not in HIDDEN}

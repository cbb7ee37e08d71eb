"""The executor's own rows of the error catalogue (section 13), and the lane's rewording of the shared ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openagents.wire.faults import (
    DEPENDENCY_UNAVAILABLE,
    FORBIDDEN,
    INVALID_REQUEST,
    RATE_LIMITED,
    UNAUTHORIZED,
    Fault,
    Kind,
)

TOO_LARGE = Kind("invalid_request", 413, "The body is too large.", False)
UNSUPPORTED_ADDRESS = Kind("unsupported_address", 400, "Only witness addresses of this network can be paid.", False)
FORBIDDEN_SCOPE = Kind("forbidden_scope", 403, "The caller lacks the scope for this.", False)
HOST_NOT_ALLOWED = Kind("host_not_allowed", 403, "The host is not on the allow-list.", False)
REQUEST_CAP_EXCEEDED = Kind("request_cap_exceeded", 403, "The maximum is above the request cap.", False)
QUOTED_EXCEEDS_CAP = Kind("quoted_amount_exceeds_cap", 403, "The invoice asks for more than may be paid.", False)
WINDOW_CAP_EXCEEDED = Kind("window_cap_exceeded", 403, "The spend window is exhausted.", False)
DAILY_CAP_EXCEEDED = Kind("daily_cap_exceeded", 403, "A cap of the day is exhausted.", False)
WALLET_PAUSED = Kind("wallet_paused", 403, "The wallet is paused.", False)
DESTINATION_NOT_ALLOWED = Kind("destination_not_allowed", 403, "The payee is not allowed.", False)
PAYMENT_NOT_FOUND = Kind("payment_not_found", 404, "No such payment was ever received.", False)
RECEIPT_NOT_FOUND = Kind("receipt_not_found", 404, "There is no such receipt.", False)
INVOICE_NOT_FOUND = Kind("invoice_not_found", 404, "There is no such invoice.", False)
WALLET_NOT_FOUND = Kind("wallet_not_found", 404, "There is no such wallet.", False)
RECIPIENT_NOT_FOUND = Kind("recipient_not_found", 404, "No wallet has this address.", False)
CREDENTIAL_NOT_FOUND = Kind("credential_not_found", 404, "There is no such credential.", False)
CREDENTIAL_STATE = Kind("credential_state_conflict", 409, "The credential cannot change in this way.", False)
CREDENTIAL_MISMATCH = Kind("wallet_credential_mismatch", 403, "The mnemonic is not this wallet's.", False)
INSUFFICIENT_BALANCE = Kind("insufficient_balance", 402, "The wallet's balance does not cover this.", False)
IDEMPOTENCY_CONFLICT = Kind("idempotency_conflict", 409, "The request id was used for another request.", False)
IDEMPOTENCY_IN_FLIGHT = Kind("idempotency_in_flight", 409, "The same request is being worked on.", True)
INVOICE_ALREADY_PAID = Kind("invoice_already_paid", 409, "Another request pays this invoice, or did.", False)
POLICY_VERSION_CONFLICT = Kind("policy_version_conflict", 409, "The policy has another version.", False)
CUSTODY_SEALED = Kind("custody_sealed", 503, "Custody is sealed: no key can be used.", True)
NOT_ACTIVE_WRITER = Kind("not_active_writer", 503, "This instance is a standby.", True)
PAYMENT_PENDING = Kind("payment_pending", 504, "The outcome is not known yet: ask again.", True)
SPARK_EXECUTOR_ERROR = Kind("spark_executor_error", 502, "The node did not do it.", False)

_INVOICE = {
    "invoice_invalid": "The text is no payable invoice.",
    "invoice_wrong_network": "The invoice is for another network.",
    "invoice_unsupported_feature": "The invoice requires an unknown feature.",
    "invoice_expired": "The invoice has expired, or is about to.",
    "invoice_amount_missing": "The invoice has no amount and none was given.",
    "invoice_self_payment": "The invoice is our own.",
}
_GATEWAY = {
    "connect_failed": "The node cannot be reached.",
    "prepare_failed": "The payment could not be prepared.",
    "send_failed": "The node refused to send.",
    "payment_failed": "The payment failed; no money moved.",
    "payment_missing_preimage": "The node reports success without a preimage. Money may have moved.",
    "preimage_mismatch": "The node's preimage does not match. Money may have moved.",
    "unsupported_payment_method": "The gateway cannot do this.",
    "api_key_missing": "The gateway's API key is not set.",
    "mnemonic_missing": "The gateway's mnemonic is not set.",
    "mnemonic_invalid": "The gateway's mnemonic is not valid.",
}
KINDS: dict[str, Kind] = {
    **{code: Kind(code, 422, message, False) for code, message in _INVOICE.items()},
    **{code: Kind(code, 502, message, False) for code, message in _GATEWAY.items()},
    **{
        kind.code: kind
        for kind in (
            HOST_NOT_ALLOWED,
            REQUEST_CAP_EXCEEDED,
            QUOTED_EXCEEDS_CAP,
            WINDOW_CAP_EXCEEDED,
            DAILY_CAP_EXCEEDED,
            WALLET_PAUSED,
            DESTINATION_NOT_ALLOWED,
            INVOICE_ALREADY_PAID,
            INSUFFICIENT_BALANCE,
            PAYMENT_PENDING,
            CUSTODY_SEALED,
            UNSUPPORTED_ADDRESS,
            INVOICE_NOT_FOUND,
            RECIPIENT_NOT_FOUND,
            RATE_LIMITED,
            INVALID_REQUEST,
            FORBIDDEN,
            UNAUTHORIZED,
            DEPENDENCY_UNAVAILABLE,
        )
    },
    "not_dispatched": Kind("payment_failed", 502, "The payment was never sent.", False),
    "already_paid": INVOICE_ALREADY_PAID,
}
"""Every code that can be stored with a payment, and how it is told."""


def fault(code: str, *, reason: str = "", details: Mapping[str, Any] | None = None) -> Fault:
    """The refusal that a stored or returned code stands for; an unknown one is a failed payment that names it."""
    kind = KINDS.get(code)
    if kind is None:
        return Fault(KINDS["payment_failed"], reason_code=reason or code, details=details)
    return Fault(kind, reason_code=reason or None, details=details)


def invalid(message: str, field: str | None = None) -> Fault:
    """A readable but wrong request."""
    return Fault(INVALID_REQUEST, message, errors={field: [message]} if field else None)


def pending() -> Fault:
    """What is not known yet. Never a failure: the caller repeats the same request id (section 13)."""
    return Fault(PAYMENT_PENDING, retry_after_ms=1000)


def in_flight() -> Fault:
    return Fault(IDEMPOTENCY_IN_FLIGHT, retry_after_ms=1000)

"""The other processes as lightning ops needs them: the control plane's operations lane, and the wallet executor."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings

from openagents.peers.calls import PeerAnswer, PeerUnavailable
from openagents.peers.client import peer

CONTROL_PATH: Final = "/api/internal/lightning-ops/control-plane"
SECRET_HEADER: Final = "x-oa-lightning-ops-secret"
CONTROL_SECONDS: Final = 10.0
QUERY_PAUSES: Final = (0.2, 0.4, 0.8)
"""Seconds before the second, third and fourth try of a query."""
RETRIED_STATUSES: Final = frozenset({502, 503, 504})
UNCLEAR_STATUSES: Final = frozenset({503, 504})
UNCLEAR_CODES: Final = frozenset(
    {"idempotency_in_flight", "payment_pending", "payment_missing_preimage", "preimage_mismatch"}
)
"""Answers of the executor after which money may have moved, or may still move (section 13, caller contract)."""


class ControlUnavailable(Exception):
    """The control plane gave no usable answer. Whether a mutation happened is not known; each is idempotent."""


class ControlRefused(Exception):
    """The control plane said no. `code` and `message` are its machine words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def query(function: str, **args: Any) -> Mapping[str, Any]:
    """A reading function's answer; tried four times. Raises ControlUnavailable, ControlRefused."""
    pause = threading.Event()
    for wait in (*QUERY_PAUSES, None):
        try:
            return _call("query", function, args)
        except ControlUnavailable:
            if wait is None:
                raise
            pause.wait(wait)
    raise ControlUnavailable(function)


def query_once(function: str, **args: Any) -> Mapping[str, Any]:
    """The same, tried once: for who can go on without the answer."""
    return _call("query", function, args)


def mutation(function: str, **args: Any) -> Mapping[str, Any]:
    """A writing function's answer. Repeatable: each is idempotent by its own key. Raises as `query`."""
    return _call("mutation", function, args)


def _call(lane: str, function: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
    secret = settings.OA.oa_lightning_ops_secret
    headers = {SECRET_HEADER: secret} if secret else {}
    body = {"functionName": function, "args": {name: value for name, value in args.items() if value is not None}}
    try:
        answer = peer("control").post(
            f"{CONTROL_PATH}/{lane}", json=body, headers=headers, timeout=CONTROL_SECONDS, repeatable=True
        )
        return _read(answer, function)
    except PeerUnavailable as error:
        raise ControlUnavailable(function) from error


def _read(answer: PeerAnswer, function: str) -> Mapping[str, Any]:
    if answer.status in RETRIED_STATUSES:
        raise ControlUnavailable(function)
    document = answer.json
    if not isinstance(document, Mapping):
        raise ControlUnavailable(function)
    error = document.get("error")
    if error is not None or answer.status != 200:
        known = error if isinstance(error, Mapping) else {}
        raise ControlRefused(answer.status, str(known.get("code") or "error"), str(known.get("message") or ""))
    return document


# The wallet executor


class PaymentRefused(Exception):
    """The executor certainly did not pay. `code` as in its catalogue."""

    def __init__(self, code: str, message: str, details: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.details = details


class PaymentUnclear(Exception):
    """Money may have moved: ask again under the same request id, never under another one."""


def pay(request_id: str, invoice: str, max_amount_msats: int, host: str) -> Mapping[str, Any]:
    """Pay an invoice; the executor's `result`. Repeating the same request id never pays twice.

    Raises PaymentRefused, PaymentUnclear.
    """
    body = {
        "requestId": request_id,
        "payment": {"invoice": invoice, "maxAmountMsats": max_amount_msats, "host": host},
    }
    try:
        answer = peer("lightning-executor").post(
            "/pay-bolt11", json=body, timeout=_executor_seconds(), idempotency_key=request_id
        )
        document = answer.json
    except PeerUnavailable as error:
        raise PaymentUnclear(request_id) from error
    if answer.status == 200 and isinstance(document, Mapping) and isinstance(document.get("result"), Mapping):
        result: Mapping[str, Any] = document["result"]
        return result
    said = document.get("error") if isinstance(document, Mapping) else None
    known: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    code = str(known.get("code") or "error")
    if code in UNCLEAR_CODES or (answer.status in UNCLEAR_STATUSES and code != "custody_sealed"):
        raise PaymentUnclear(request_id)
    details = known.get("details")
    raise PaymentRefused(code, str(known.get("message") or ""), details if isinstance(details, Mapping) else {})


def payment(request_id: str) -> Mapping[str, Any] | None:
    """What the executor knows of a payment; None when it never received it. Raises PaymentUnclear."""
    document = executor_get(f"/payments/{quote(request_id, safe='')}?family=payment", missing_is_none=True)
    if document is None:
        return None
    result = document.get("result")
    return result if isinstance(result, Mapping) else None


def executor_get(path: str, *, missing_is_none: bool = False) -> Mapping[str, Any] | None:
    """A read of the executor. Raises PaymentUnclear when it does not answer as it should."""
    try:
        answer = peer("lightning-executor").get(path, timeout=_executor_seconds())
        if answer.status == 404 and missing_is_none:
            return None
        document = answer.json
    except PeerUnavailable as error:
        raise PaymentUnclear(path) from error
    if answer.status != 200 or not isinstance(document, Mapping):
        raise PaymentUnclear(path)
    return document


def _executor_seconds() -> float:
    return float(settings.OA.oa_lightning_wallet_executor_timeout_ms) / 1000

"""`gateways.protocol.Gateway` and `gateways.nodes.NodeDoor` over LND's REST interface.

A payment is FAILED only when LND says so or the request certainly never reached it; whatever else happens is UNKNOWN
and found again by its hash. Our own timer never decides.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import structlog

from apps.lightning.gateways.lnd import words
from apps.lightning.gateways.lnd.administration import LndAdministration
from apps.lightning.gateways.lnd.channels import LndChannels, changing, reading
from apps.lightning.gateways.lnd.rest import ALREADY_EXISTS, NOT_FOUND, Lost, Refused, Rest, Unreachable
from apps.lightning.gateways.protocol import (
    Balances,
    GatewayError,
    GatewayUnclear,
    InvoiceState,
    NewInvoice,
    NodeInfo,
    OnchainEstimate,
    OnchainSent,
    Outcome,
    ReceiveAddress,
    SendResult,
    SettledInvoice,
    Tracked,
    TrackResult,
)
from openagents.bolt11.decoder import decode
from openagents.bolt11.invoice import Invalid

log = structlog.get_logger("oa.lightning.lnd")

TARGET_BLOCKS = {"fast": 2, "medium": 6, "slow": 24}
MAX_PARTS = 16
READ_GRACE_SECONDS = 15
FEED_QUIET_SECONDS = 1.0
"""A subscription that is silent for so long has no settled invoices to tell of at present."""
FEED_MAX = 10_000
PAGE = 1_000

_EXPIRED = "invoice expired"
_NO_SUCH_INVOICE = ("unable to locate invoice", "there are no existing invoices")
_NOT_INITIATED = "payment isn't initiated"
_UNFINISHED = frozenset({"IN_FLIGHT", "INITIATED", "UNKNOWN"})
_INVOICE_STATES = {"OPEN": "open", "ACCEPTED": "open", "SETTLED": "settled", "CANCELED": "canceled"}
_CERTAINLY_NOT_SENT = ("insufficient funds", "insufficient", "invalid address", "checksum", "dust", "decoded address")


class LndGateway(LndChannels, LndAdministration):
    """One node of LND."""

    name = "lnd"
    simulated = False
    capabilities = frozenset({"bolt11", "onchain", "channels"})

    def __init__(self, rest: Rest, *, private_invoices: bool = False, clock: Callable[[], float] = time.time) -> None:
        super().__init__(rest)
        self.private_invoices = private_invoices
        self._clock = clock
        self._identity = ""

    @reading
    def connect(self) -> None:
        state = words.text(self._read("GET", "/v1/state"), "state")
        if state != "SERVER_ACTIVE":
            raise GatewayError("connect_failed", f"the node is {state.lower() or 'in no state'}")
        self.info()

    @reading
    def info(self) -> NodeInfo:
        found = self._read("GET", "/v1/getinfo")
        local = words.part(self._read("GET", "/v1/balance/channels"), "local_balance")
        chains = words.items(found, "chains")
        self._identity = words.text(found, "identity_pubkey")
        network = words.text(chains[0], "network") if chains else ""
        return NodeInfo(
            identity_pubkey=self._identity,
            balance_msats=words.number(local, "msat"),
            network=network if network in words.NETWORKS else "",
            block_height=words.number(found, "block_height"),
            synced=found.get("synced_to_chain") is True,
        )

    def send(
        self,
        invoice: str,
        payment_hash: str,
        amount_msats: int | None,
        fee_limit_msats: int,
        timeout_s: int,
        *,
        host: str = "",
    ) -> SendResult:
        order: dict[str, Any] = {
            "payment_request": invoice,
            "fee_limit_msat": str(fee_limit_msats),
            "timeout_seconds": timeout_s,
            "no_inflight_updates": True,
            "allow_self_payment": False,
            "max_parts": MAX_PARTS,
        }
        if amount_msats is not None:
            order["amt_msat"] = str(amount_msats)
        seen = False
        stream = self.rest.stream("POST", "/v2/router/send", order, read_timeout_s=timeout_s + READ_GRACE_SECONDS)
        try:
            for message in stream:
                seen = True
                result = _outcome(words.about(message, payment_hash), payment_hash)
                if result.outcome is not Outcome.IN_FLIGHT:
                    return result
        except Unreachable as error:
            return SendResult(Outcome.FAILED, code="connect_failed", reason=str(error))
        except Refused as refused:
            return SendResult(Outcome.UNKNOWN) if seen else self._refused_send(refused, payment_hash)
        except Lost:
            return SendResult(Outcome.UNKNOWN)
        finally:
            _close(stream)
        return SendResult(Outcome.IN_FLIGHT if seen else Outcome.UNKNOWN)

    def track(self, payment_hash: str) -> TrackResult:
        stream = self.rest.stream(
            "GET",
            f"/v2/router/track/{words.in_path(payment_hash)}",
            params={"no_inflight_updates": "false"},
            read_timeout_s=self.rest.timeout_s,
        )
        try:
            for message in stream:  # the first message is the current state
                return _tracked(words.about(message, payment_hash), payment_hash)
        except Refused as refused:
            if refused.code == NOT_FOUND or _NOT_INITIATED in refused.words:
                return TrackResult(Tracked.NOT_KNOWN)
            return TrackResult(Tracked.UNREACHABLE, reason=_reason(refused))
        except (Unreachable, Lost) as error:
            return TrackResult(Tracked.UNREACHABLE, reason=str(error))
        finally:
            _close(stream)
        return TrackResult(Tracked.UNREACHABLE, reason="no answer")

    @changing
    def create_invoice(
        self, amount_msats: int, description: str, expiry_s: int, preimage: str | None = None
    ) -> NewInvoice:
        order: dict[str, Any] = {
            "memo": description,
            "value_msat": str(amount_msats),
            "expiry": str(expiry_s),
            "private": self.private_invoices,
        }
        if preimage is not None:
            order["r_preimage"] = base64.b64encode(bytes.fromhex(preimage)).decode("ascii")
        made = self._change("POST", "/v1/invoices", order)
        text = words.text(made, "payment_request")
        try:
            invoice = decode(text)
        except Invalid as error:
            raise GatewayUnclear(f"the node's invoice does not decode: {error.reason}") from None
        if invoice.payment_hash != words.octets(made, "r_hash").hex():
            raise GatewayUnclear("the node's invoice has another payment hash than the node says")
        return NewInvoice(text, invoice.payment_hash, invoice.timestamp * 1000, invoice.expires_at_ms)

    @reading
    def lookup_invoice(self, payment_hash: str) -> InvoiceState | None:
        try:
            found = self.rest.call("GET", f"/v1/invoice/{payment_hash}")
        except Refused as refused:
            if refused.code == NOT_FOUND or any(text in refused.words for text in _NO_SUCH_INVOICE):
                return None
            raise _nothing_happened(refused) from None
        except Unreachable as error:
            raise GatewayError("connect_failed", str(error)) from None
        state = _INVOICE_STATES.get(words.text(found, "state"), "open")
        ends = words.number(found, "creation_date") + words.number(found, "expiry")
        if state in ("open", "canceled") and found.get("state") != "ACCEPTED" and self._clock() >= ends:
            state = "expired"
        settled = state == "settled"
        return InvoiceState(
            payment_hash,
            state,
            words.number(found, "value_msat"),
            words.number(found, "amt_paid_msat") if settled else None,
            words.number(found, "settle_date") * 1000 if settled else None,
        )

    @reading
    def subscribe_settled(self, add_index: int, settle_index: int) -> Iterator[SettledInvoice]:
        # LND tells a subscriber of the past only after an index above zero: the beginning is read from the list.
        source = self._listed() if settle_index == 0 else self._subscribed(settle_index)
        found = [_settled_invoice(item) for item in source if item.get("state") == "SETTLED"]
        return iter(sorted((one for one in found if one.settle_index > settle_index), key=lambda one: one.settle_index))

    @reading
    def receive_address(self) -> ReceiveAddress:
        info = self.info()
        made = self._read("GET", "/v1/newaddress", {"type": "UNUSED_WITNESS_PUBKEY_HASH"})
        return ReceiveAddress(f"node:{info.identity_pubkey}", words.text(made, "address"), info.network)

    @reading
    def estimate_onchain(self, address: str, amount_sats: int, speed: str) -> OnchainEstimate:
        asked = {f"AddrToAmount[{address}]": str(amount_sats), "target_conf": TARGET_BLOCKS[speed]}
        found = self._read("GET", "/v1/transactions/fee", asked)
        return OnchainEstimate(words.number(found, "fee_sat"), words.number(found, "sat_per_vbyte"))

    @changing
    def send_onchain(
        self, address: str, amount_sats: int, sat_per_vbyte: int, label: str, *, plan_id: str
    ) -> OnchainSent:
        order = {"addr": address, "amount": str(amount_sats), "sat_per_vbyte": str(sat_per_vbyte), "label": label}
        sent = self._change("POST", "/v1/transactions", order, _CERTAINLY_NOT_SENT)
        txid = words.text(sent, "txid")
        if not txid:
            raise GatewayUnclear("the node named no transaction")
        try:  # the node's own time and fee, so that recovery would say the same
            known = self.find_onchain(label)
        except GatewayError:
            known = None
        return known if known and known.txid == txid else OnchainSent(txid, int(self._clock() * 1000))

    @reading
    def find_onchain(self, label: str) -> OnchainSent | None:
        for found in words.items(self._read("GET", "/v1/transactions"), "transactions"):
            if label and words.text(found, "label") == label:
                return OnchainSent(
                    words.text(found, "tx_hash"),
                    words.number(found, "time_stamp") * 1000,
                    words.number(found, "total_fees"),
                )
        return None

    @reading
    def node_balances(self) -> Balances:
        over = self._read("GET", "/v1/balance/channels")
        on = self._read("GET", "/v1/balance/blockchain")
        return Balances(
            onchain_confirmed_sats=words.number(on, "confirmed_balance"),
            onchain_unconfirmed_sats=words.number(on, "unconfirmed_balance"),
            local_msats=words.number(words.part(over, "local_balance"), "msat"),
            remote_msats=words.number(words.part(over, "remote_balance"), "msat"),
            unsettled_msats=words.number(words.part(over, "unsettled_local_balance"), "msat"),
        )

    def _refused_send(self, refused: Refused, payment_hash: str) -> SendResult:
        """A refusal before the first message: usually nothing happened, but it is the node that has to say so."""
        if refused.is_auth or refused.is_locked:
            log.error("lnd.refused_us", reason=_reason(refused))
            return SendResult(Outcome.FAILED, code="connect_failed", reason=_reason(refused))
        if _EXPIRED in refused.words:
            return SendResult(Outcome.FAILED, code="invoice_expired", reason=refused.words)
        known = self.track(payment_hash)
        match known.tracked:
            case Tracked.SUCCEEDED:
                return SendResult(Outcome.SUCCEEDED, known.settled)
            case Tracked.FAILED:
                return SendResult(Outcome.FAILED, code=known.code, reason=known.reason)
            case Tracked.IN_FLIGHT:
                return SendResult(Outcome.IN_FLIGHT)
            case Tracked.NOT_KNOWN if refused.code != ALREADY_EXISTS:
                return SendResult(Outcome.FAILED, code="send_failed", reason=refused.words)
            case _:
                return SendResult(Outcome.UNKNOWN)

    def _listed(self) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            asked = {"index_offset": offset, "num_max_invoices": PAGE}
            page = self._read("GET", "/v1/invoices", asked)
            found = words.items(page, "invoices")
            yield from found
            offset = words.number(page, "last_index_offset")
            if len(found) < PAGE:
                return

    def _subscribed(self, settle_index: int) -> Iterator[dict[str, Any]]:
        stream = self.rest.stream(
            "GET",
            "/v1/invoices/subscribe",
            params={"add_index": 0, "settle_index": settle_index},
            read_timeout_s=FEED_QUIET_SECONDS,
        )
        try:
            for count, message in enumerate(stream, 1):
                yield message
                if count >= FEED_MAX:
                    return
        except Lost:  # silence: nothing more at present
            return
        except Refused as refused:
            raise _nothing_happened(refused) from None
        except Unreachable as error:
            raise GatewayError("connect_failed", str(error)) from None
        finally:
            _close(stream)


def _outcome(message: Any, payment_hash: str) -> SendResult:
    found = _tracked(message, payment_hash)
    match found.tracked:
        case Tracked.SUCCEEDED:
            return SendResult(Outcome.SUCCEEDED, found.settled)
        case Tracked.FAILED:
            return SendResult(Outcome.FAILED, code=found.code, reason=found.reason)
        case _:
            return SendResult(Outcome.IN_FLIGHT)


def _tracked(message: Any, payment_hash: str) -> TrackResult:
    """Raises Lost for a status that LND does not have."""
    status = words.text(message, "status")
    if status == "SUCCEEDED":
        return TrackResult(Tracked.SUCCEEDED, words.settled(message, payment_hash))
    if status == "FAILED":
        return TrackResult(Tracked.FAILED, code="payment_failed", reason=words.failure_reason(message))
    if status in _UNFINISHED:
        return TrackResult(Tracked.IN_FLIGHT)
    raise Lost("no status")


def _settled_invoice(item: dict[str, Any]) -> SettledInvoice:
    return SettledInvoice(
        payment_hash=words.octets(item, "r_hash").hex(),
        amount_paid_msats=words.number(item, "amt_paid_msat"),
        settled_at_ms=words.number(item, "settle_date") * 1000,
        add_index=words.number(item, "add_index"),
        settle_index=words.number(item, "settle_index"),
        preimage=words.octets(item, "r_preimage").hex(),
    )


def _reason(refused: Refused) -> str:
    if refused.is_auth:
        return "the node does not accept the macaroon"
    return "the wallet is locked" if refused.is_locked else refused.words


def _nothing_happened(refused: Refused) -> GatewayError:
    code = "connect_failed" if refused.is_auth or refused.is_locked else "send_failed"
    return GatewayError(code, _reason(refused))


def _close(stream: Iterator[Any]) -> None:
    """End a stream that was not read to its end."""
    close: Callable[[], NoReturn] | None = getattr(stream, "close", None)
    if close is not None:
        close()

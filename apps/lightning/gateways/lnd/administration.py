"""What an operator asks of an LND node beside payments: does it read an invoice as we do, what did it pay, whom does it
trust with what."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.lightning.gateways.lnd import words
from apps.lightning.gateways.lnd.channels import LndCalls, changing, reading
from apps.lightning.gateways.protocol import GatewayError
from openagents.bolt11.invoice import Invoice

PAYMENTS_PAGE = 500

EXECUTOR_PERMISSIONS = (
    ("info", "read"),
    ("offchain", "read"),
    ("offchain", "write"),
    ("invoices", "read"),
    ("invoices", "write"),
    ("address", "write"),
    ("onchain", "read"),
)
"""The least that the executor's macaroon needs; with on-chain sending also ONCHAIN_SEND."""
ONCHAIN_SEND = ("onchain", "write")


@dataclass(frozen=True, slots=True)
class KnownPayment:
    """A payment in the node's own books; `status` in LND's words."""

    payment_hash: str
    status: str
    amount_msats: int
    fee_msats: int
    payment_index: int


class LndAdministration(LndCalls):
    """The part of the gateway that audits and delegates."""

    @reading
    def reads_alike(self, text: str, invoice: Invoice) -> bool:
        """Whether the node finds in an invoice what our decoder found. Raises GatewayError."""
        found = self._read("GET", f"/v1/payreq/{text}")
        return (
            words.text(found, "destination") == invoice.payee_pubkey
            and words.text(found, "payment_hash") == invoice.payment_hash
            and words.number(found, "num_msat") == (invoice.amount_msats or 0)
            and words.number(found, "timestamp") == invoice.timestamp
            and words.number(found, "expiry") == invoice.expiry_secs
            and words.text(found, "description") == (invoice.description or "")
            and words.number(found, "cltv_expiry") == invoice.min_final_cltv
        )

    @reading
    def payments(self, index_offset: int = 0) -> Iterator[KnownPayment]:
        """All payments after an index, unfinished ones included, in the node's order. Raises GatewayError."""
        found: list[KnownPayment] = []
        while True:
            page = self._read(
                "GET",
                "/v1/payments",
                {"include_incomplete": "true", "index_offset": index_offset, "max_payments": PAYMENTS_PAGE},
            )
            rows = words.items(page, "payments")
            found += [
                KnownPayment(
                    payment_hash=words.text(row, "payment_hash"),
                    status=words.text(row, "status"),
                    amount_msats=words.number(row, "value_msat"),
                    fee_msats=words.number(row, "fee_msat"),
                    payment_index=words.number(row, "payment_index"),
                )
                for row in rows
            ]
            offset = words.number(page, "last_index_offset")
            if len(rows) < PAYMENTS_PAGE or offset <= index_offset:
                return iter(found)
            index_offset = offset

    @changing
    def cancel_invoice(self, payment_hash: str) -> None:
        """Withdraw an own invoice; one that is withdrawn stays so. Raises GatewayError, GatewayUnclear."""
        encoded = base64.b64encode(bytes.fromhex(payment_hash)).decode("ascii")
        try:
            self._change(
                "POST", "/v2/invoices/cancel", {"payment_hash": encoded}, ("already settled", "unable to locate")
            )
        except GatewayError as error:
            if "already canceled" not in error.reason:
                raise

    @changing
    def bake_macaroon(self, permissions: Sequence[tuple[str, str]], root_key_id: int) -> str:
        """A macaroon in hex for (entity, action) pairs, of a generation that can be revoked as one.

        Raises GatewayError, GatewayUnclear.
        """
        order = {
            "permissions": [{"entity": entity, "action": action} for entity, action in permissions],
            "root_key_id": str(root_key_id),
        }
        return words.text(self._change("POST", "/v1/macaroon", order), "macaroon")

    @changing
    def revoke_macaroons(self, root_key_id: int) -> bool:
        """End a generation; False when there was none. Raises GatewayError, GatewayUnclear."""
        return self._change("DELETE", f"/v1/macaroon/{root_key_id}", {}).get("deleted") is True

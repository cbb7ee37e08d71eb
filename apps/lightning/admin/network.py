"""The operator's view of the embedded network: who has what, what was paid, what was ordered to go wrong."""

from __future__ import annotations

from django.contrib import admin

from apps.lightning.models import SimChannel, SimFault, SimInvoice, SimNetwork, SimNode, SimPayment, SimTx
from openagents.ops.read_only import ReadOnly


@admin.register(SimNetwork)
class NetworkAdmin(ReadOnly):
    list_display = ("name", "block_height", "manual_clock", "now_ms", "payments", "channels", "funded_sats")
    exclude = ("seed_sha256",)


@admin.register(SimNode)
class SimNodeAdmin(ReadOnly):
    list_display = ("name", "network", "confirmed_sats", "unconfirmed_sats", "invoices", "settled", "paid", "pubkey")
    list_filter = ("network",)
    ordering = ("network", "name")


@admin.register(SimChannel)
class SimChannelAdmin(ReadOnly):
    list_display = ("number", "network", "node_a", "a_msats", "pending_msats", "b_msats", "node_b", "state", "memo")
    list_filter = ("network", "state")
    search_fields = ("channel_point", "memo")


@admin.register(SimInvoice)
class SimInvoiceAdmin(ReadOnly):
    list_display = ("payment_hash", "network", "node", "amount_msats", "state", "description")
    list_filter = ("state", "network")
    search_fields = ("payment_hash",)
    exclude = ("preimage_enc",)
    ordering = ("-pk",)


@admin.register(SimPayment)
class SimPaymentAdmin(ReadOnly):
    list_display = ("number", "network", "node", "payee", "amount_msats", "fee_msats", "state", "failure_reason")
    list_filter = ("state", "network")
    search_fields = ("payment_hash",)
    ordering = ("-pk",)


@admin.register(SimFault)
class SimFaultAdmin(ReadOnly):
    list_display = ("rule_id", "network", "effect", "value_ms", "times", "rate", "host", "payment_hash")
    list_filter = ("effect", "network")


@admin.register(SimTx)
class SimTxAdmin(ReadOnly):
    list_display = ("txid", "network", "kind", "node", "amount_sats", "fee_sats", "block", "label")
    list_filter = ("kind", "network")
    search_fields = ("txid", "label")

"""Counters and gauges of the lightning plane (section 24). Labels never carry request ids, hashes, hosts or owners."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from openagents.ops.metrics import SLOW

# The wallet executor.
REQUESTS = Counter("oa_executor_requests_total", "Answered calls", ["operation", "outcome"])
PAYMENTS = Counter(
    "oa_executor_payments_total",
    "Payments that reached a state; code says why they failed",
    ["backend", "state", "code"],
)
PAY_SECONDS = Histogram(
    "oa_executor_pay_seconds", "From dispatch to a definite outcome of the node", ["backend"], buckets=SLOW
)
FEES = Counter("oa_executor_fee_msats_total", "Routing fees paid")
CAP_REJECTED = Counter("oa_executor_cap_rejected_total", "Payments refused by a limit", ["cap"])
WINDOW_SPEND = Gauge(
    "oa_executor_window_spend_msats", "Spent and reserved in the window", multiprocess_mode="mostrecent"
)
INFLIGHT = Gauge("oa_executor_payments_inflight", "Payments under way", multiprocess_mode="mostrecent")
UNKNOWN = Gauge(
    "oa_executor_payments_unknown",
    "Payments whose outcome is not known; older than five minutes is an alert",
    multiprocess_mode="mostrecent",
)
RECOVERY = Counter("oa_executor_recovery_total", "Rows the recovery looked at, by what it found", ["outcome"])
REPLAYS = Counter("oa_executor_replays_total", "Repeated requests answered from the store", ["kind"])
AUTH_REJECTED = Counter("oa_executor_auth_rejected_total", "Refused callers; a burst is an attack", ["reason"])
RECEIPTS = Counter("oa_executor_receipts_total", "Receipts issued", ["kind"])
RECEIPT_MISMATCH = Counter(
    "oa_executor_receipt_mismatch_total", "Fresh receipts that did not check; anything but zero is an alarm"
)
INVOICES = Counter("oa_executor_invoices_total", "Own invoices that reached a state", ["state"])
BALANCE = Gauge("oa_executor_balance_sats", "Balances by component", ["component"], multiprocess_mode="mostrecent")
GATEWAY_UP = Gauge("oa_executor_gateway_up", "1 while the node answers", multiprocess_mode="mostrecent")
SEALED = Gauge("oa_executor_custody_sealed", "1 while no key can be used", multiprocess_mode="mostrecent")
UNKNOWN_FIELDS = Counter("oa_executor_unknown_fields_total", "Fields in requests that nobody reads")
LEDGER_DIFFERENCE = Gauge(
    "oa_executor_ledger_difference_msats",
    "Node minus ledger at the last comparison; above the tolerance outgoing payments stop",
    multiprocess_mode="mostrecent",
)
ACTIVE_WRITER = Gauge("oa_executor_active_writer", "1 in the process that may write", multiprocess_mode="max")

# Nodes and their channels.
NODE_UP = Gauge("oa_ln_node_up", "1 while the node answered the last look", ["node"], multiprocess_mode="mostrecent")
NODE_SYNCED = Gauge("oa_ln_node_synced", "1 while the node follows the chain", ["node"], multiprocess_mode="mostrecent")
NODE_CHANNELS = Gauge("oa_ln_channels", "Channels of all nodes by state", ["state"], multiprocess_mode="mostrecent")
NODE_CHANNEL_SATS = Gauge(
    "oa_ln_channel_sats",
    "What the channels of all nodes could send and receive",
    ["direction"],
    multiprocess_mode="mostrecent",
)
NODE_ALERTS = Counter(
    "oa_ln_node_alerts_total", "Conditions of a node that lasted too long; each is a reason to look", ["node", "kind"]
)
CHANNEL_OPERATIONS = Counter(
    "oa_ln_channel_operations_total", "Channel operations that reached a state", ["kind", "state"]
)

# Lightning ops.
COMPILES = Counter("oa_lnops_compile_total", "Compilations, by whether they may be deployed", ["valid"])
COMPILE_DIAGNOSTICS = Counter("oa_lnops_compile_diagnostics_total", "Findings of compilations", ["code"])
RECONCILES = Counter("oa_lnops_reconcile_total", "Ended runs by outcome", ["outcome"])
RECONCILE_SECONDS = Histogram("oa_lnops_reconcile_seconds", "From start to end of a run", buckets=SLOW)
RECONCILE_DRIFT = Gauge(
    "oa_lnops_reconcile_drift", "1 while the gateway serves something else than was compiled", multiprocess_mode="max"
)
CONFIG_AGE = Gauge(
    "oa_lnops_gateway_config_age_seconds", "Since the served configuration was applied", multiprocess_mode="mostrecent"
)
SETTLEMENTS = Counter("oa_lnops_settlements_total", "Ingested money events by outcome", ["outcome"])
UNMATCHED = Gauge(
    "oa_lnops_settlements_unmatched", "Settlements whose service is not known", multiprocess_mode="mostrecent"
)
PAUSE = Gauge("oa_lnops_pause", "1 while the scope is stopped", ["stop"], multiprocess_mode="mostrecent")

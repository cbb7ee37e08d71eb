"""What the plane keeps. `executor_*` modules hold custody and payments, `network` the simulation, the rest is ops."""

from apps.lightning.models.executor_custody import (
    CustodySecret,
    Outbox,
    ServiceCredential,
    WalletControl,
    WalletPolicy,
)
from apps.lightning.models.executor_payments import OnchainPlan, PaymentAttempt, PaymentIntent, PaymentStep
from apps.lightning.models.executor_wallets import (
    InvoiceIntent,
    LedgerAccount,
    LedgerEntry,
    Receipt,
    WalletAccount,
)
from apps.lightning.models.l402 import L402Credential, L402Spend, L402Token, L402Use
from apps.lightning.models.network import SimChannel, SimFault, SimInvoice, SimNetwork, SimNode, SimPayment, SimTx
from apps.lightning.models.nodes import ChannelBackup, ChannelOperation, Node, NodeCondition, NodeSnapshot
from apps.lightning.models.operations import (
    CompiledArtifact,
    CompiledRule,
    IngestEvent,
    ReconcileRun,
    ReconcileStep,
    ServedConfig,
    SettlementCursor,
    SmokeRun,
)

__all__ = [
    "ChannelBackup",
    "ChannelOperation",
    "CompiledArtifact",
    "CompiledRule",
    "CustodySecret",
    "IngestEvent",
    "InvoiceIntent",
    "L402Credential",
    "L402Spend",
    "L402Token",
    "L402Use",
    "LedgerAccount",
    "LedgerEntry",
    "Node",
    "NodeCondition",
    "NodeSnapshot",
    "OnchainPlan",
    "Outbox",
    "PaymentAttempt",
    "PaymentIntent",
    "PaymentStep",
    "Receipt",
    "ReconcileRun",
    "ReconcileStep",
    "ServedConfig",
    "ServiceCredential",
    "SettlementCursor",
    "SimChannel",
    "SimFault",
    "SimInvoice",
    "SimNetwork",
    "SimNode",
    "SimPayment",
    "SimTx",
    "SmokeRun",
    "WalletAccount",
    "WalletControl",
    "WalletPolicy",
]

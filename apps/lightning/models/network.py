"""The simulated Lightning network: nodes, channels, invoices, payments, faults, transactions. The executor's alone.

Several networks can stand side by side under their names; a deployment uses one, each test its own. Amounts over
channels are msat, on-chain sats; times are unix milliseconds of the network's own clock.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.lightning.domain import simulation
from apps.lightning.domain.simulation import Effect


class SimNetwork(models.Model):
    """One network: which seed it is of, its clock, its chain, and the numbers it gave out, which never start again."""

    name = models.TextField(primary_key=True)
    seed_sha256 = models.CharField(max_length=64)
    manual_clock = models.BooleanField(default=False)
    now_ms = models.BigIntegerField(default=0)
    """The time while the clock is manual."""
    block_height = models.BigIntegerField(default=simulation.BLOCK_HEIGHT)
    payments = models.BigIntegerField(default=0)
    channels = models.BigIntegerField(default=0)
    rules = models.BigIntegerField(default=0)
    funded_sats = models.BigIntegerField(default=0)
    """Everything that ever came into being: balances, fees and what left add up to it."""

    class Meta:
        db_table = "sim_network"

    def __str__(self) -> str:
        return self.name


class SimNode(models.Model):
    """A node: what it has on-chain and how far its counters are."""

    network = models.ForeignKey(SimNetwork, models.PROTECT, related_name="nodes")
    name = models.TextField(db_collation="C")
    pubkey = models.TextField()
    confirmed_sats = models.BigIntegerField(default=0)
    unconfirmed_sats = models.BigIntegerField(default=0)
    invoices = models.BigIntegerField(default=0)
    settled = models.BigIntegerField(default=0)
    addresses = models.BigIntegerField(default=0)
    """Index of the receive address that is not used yet."""
    paid = models.BigIntegerField(default=0)
    """Payments it ever attempted: the `nth` of fault rules."""
    peers = models.JSONField(default=list)
    """Identities it connected to."""

    class Meta:
        db_table = "sim_node"
        constraints = [
            models.UniqueConstraint(fields=["network", "name"], name="sim_node_once"),
            models.UniqueConstraint(fields=["network", "pubkey"], name="sim_node_pubkey"),
            models.CheckConstraint(
                condition=Q(confirmed_sats__gte=0, unconfirmed_sats__gte=0), name="sim_node_no_debt"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SimChannel(models.Model):
    """A channel: two sides and what is under way between them: always its whole capacity, until it is closed."""

    network = models.ForeignKey(SimNetwork, models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    channel_point = models.TextField()
    channel_id = models.TextField()
    node_a = models.TextField(db_collation="C")
    node_b = models.TextField(db_collation="C")
    opener = models.TextField(db_collation="C")
    capacity_msats = models.BigIntegerField()
    a_msats = models.BigIntegerField()
    b_msats = models.BigIntegerField()
    pending_msats = models.BigIntegerField(default=0)
    state = models.TextField(default="open")
    active = models.BooleanField(default=True)
    private = models.BooleanField(default=False)
    memo = models.TextField(default="")
    policies = models.JSONField(default=dict)
    """By node: base_fee_msat, fee_rate_ppm and time_lock_delta, where they differ from the network's."""
    closing_txid = models.TextField(default="")
    forced = models.BooleanField(default=False)

    class Meta:
        db_table = "sim_channel"
        constraints = [
            models.UniqueConstraint(fields=["network", "number"], name="sim_channel_number"),
            models.UniqueConstraint(fields=["network", "channel_point"], name="sim_channel_point"),
            models.CheckConstraint(
                condition=Q(a_msats__gte=0, b_msats__gte=0, pending_msats__gte=0, capacity_msats__gt=0)
                & (
                    Q(capacity_msats=F("a_msats") + F("b_msats") + F("pending_msats"))
                    | Q(state__in=["closing", "closed"], a_msats=0, b_msats=0, pending_msats=0)
                ),
                name="sim_channel_conserves",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending_open", "open", "closing", "closed"]), name="sim_channel_state"
            ),
        ]
        indexes = [models.Index(fields=["network", "state"], name="sim_channel_state_of")]

    def __str__(self) -> str:
        return f"{self.node_a}-{self.node_b} {self.channel_point}"


class SimInvoice(models.Model):
    """An invoice of a node, with the preimage that its settlement releases (sealed)."""

    network = models.ForeignKey(SimNetwork, models.PROTECT, related_name="+")
    node = models.TextField(db_collation="C")
    add_index = models.BigIntegerField()
    settle_index = models.BigIntegerField(null=True)
    payment_hash = models.TextField()
    invoice = models.TextField()
    preimage_enc = models.TextField()
    amount_msats = models.BigIntegerField(null=True)
    amount_paid_msats = models.BigIntegerField(null=True)
    description = models.TextField()
    state = models.TextField(default="open")
    created_at_ms = models.BigIntegerField()
    expires_at_ms = models.BigIntegerField()
    settled_at_ms = models.BigIntegerField(null=True)

    class Meta:
        db_table = "sim_invoice"
        constraints = [
            models.UniqueConstraint(fields=["network", "payment_hash"], name="sim_invoice_hash"),
            models.UniqueConstraint(fields=["network", "node", "add_index"], name="sim_invoice_added"),
            models.UniqueConstraint(fields=["network", "node", "settle_index"], name="sim_invoice_settled"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "accepted", "settled", "canceled"]), name="sim_invoice_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.add_index} {self.state}"


class SimPayment(models.Model):
    """A payment as the payer's node knows it. A failed one may be tried again: same row, next number."""

    network = models.ForeignKey(SimNetwork, models.PROTECT, related_name="+")
    node = models.TextField(db_collation="C")
    number = models.BigIntegerField()
    payment_hash = models.TextField()
    payee = models.TextField(default="", db_collation="C")
    state = models.TextField()
    amount_msats = models.BigIntegerField()
    fee_msats = models.BigIntegerField(default=0)
    route = models.JSONField(default=list)
    failure_code = models.TextField(default="")
    failure_reason = models.TextField(default="")
    due_at_ms = models.BigIntegerField(null=True)
    """When what is under way ends by itself, and `due_state` how."""
    due_state = models.TextField(default="")
    preimage_fault = models.TextField(default="")
    created_at_ms = models.BigIntegerField()
    paid_at_ms = models.BigIntegerField(null=True)

    class Meta:
        db_table = "sim_payment"
        constraints = [
            models.UniqueConstraint(fields=["network", "node", "payment_hash"], name="sim_payment_hash"),
            models.UniqueConstraint(fields=["network", "number"], name="sim_payment_number"),
            models.CheckConstraint(
                condition=Q(state__in=["in_flight", "succeeded", "failed"]), name="sim_payment_state"
            ),
        ]
        indexes = [
            models.Index(fields=["network", "due_at_ms"], condition=Q(state="in_flight"), name="sim_payment_due")
        ]

    def __str__(self) -> str:
        return f"sim_pay_{self.number:06d} {self.state}"


class SimFault(models.Model):
    """A rule that makes payments go wrong; the first that matches and has `times` left is used."""

    network = models.ForeignKey(SimNetwork, models.PROTECT, related_name="+")
    rule_id = models.BigIntegerField()
    payment_hash = models.TextField(null=True)
    host = models.TextField(null=True)
    description_prefix = models.TextField(null=True)
    amount_msats = models.BigIntegerField(null=True)
    nth = models.BigIntegerField(null=True)
    effect = models.TextField()
    value_ms = models.BigIntegerField(default=0)
    times = models.BigIntegerField(default=1)
    """How often it may still be used."""
    rate = models.FloatField(null=True)

    class Meta:
        db_table = "sim_fault"
        constraints = [
            models.UniqueConstraint(fields=["network", "rule_id"], name="sim_fault_once"),
            models.CheckConstraint(
                condition=Q(effect__in=sorted(str(effect) for effect in Effect)), name="sim_fault_effect"
            ),
            models.CheckConstraint(condition=Q(times__gte=0, value_ms__gte=0), name="sim_fault_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.effect}"


class SimTx(models.Model):
    """A transaction of the chain: `amount_sats` moved, `fee_sats` went to a miner."""

    network = models.ForeignKey(SimNetwork, models.PROTECT, related_name="+")
    txid = models.TextField()
    kind = models.TextField()
    node = models.TextField(db_collation="C")
    label = models.TextField(default="")
    address = models.TextField(default="")
    outputs = models.JSONField(default=dict)
    """Sats by node of this network that receives them; the rest of the amount is in a channel or went elsewhere."""
    amount_sats = models.BigIntegerField()
    fee_sats = models.BigIntegerField()
    block = models.BigIntegerField(null=True)
    sent_at_ms = models.BigIntegerField()

    class Meta:
        db_table = "sim_tx"
        constraints = [
            models.UniqueConstraint(fields=["network", "txid"], name="sim_tx_once"),
            models.UniqueConstraint(fields=["network", "node", "label"], condition=~Q(label=""), name="sim_tx_label"),
            models.CheckConstraint(condition=Q(kind__in=["send", "open", "close", "fund"]), name="sim_tx_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.txid}"

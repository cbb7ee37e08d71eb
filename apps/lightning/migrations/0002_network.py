"""Tables of the simulated Lightning network, and of nodes and channels."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

from openagents.db.table_rights import OnlyFor

EXECUTOR = ["oa_lightning_executor_rw"]
OPS = ["oa_lightning_ops_rw"]
SIMULATION = ["sim_channel", "sim_fault", "sim_invoice", "sim_network", "sim_node", "sim_payment", "sim_tx"]
NODES = ["channel_backup", "channel_operation", "node", "node_condition", "node_snapshot"]


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("lightning", "0001_executor")]

    operations = [
        migrations.CreateModel(
            name="SimNetwork",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("seed_sha256", models.CharField(max_length=64)),
                ("manual_clock", models.BooleanField(default=False)),
                ("now_ms", models.BigIntegerField(default=0)),
                ("block_height", models.BigIntegerField(default=100)),
                ("payments", models.BigIntegerField(default=0)),
                ("channels", models.BigIntegerField(default=0)),
                ("rules", models.BigIntegerField(default=0)),
                ("funded_sats", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "sim_network",
            },
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("node_id", models.TextField(db_collation="C", unique=True)),
                ("backend", models.TextField()),
                ("purpose", models.TextField()),
                ("endpoint", models.TextField(default="")),
                ("credential_refs", models.JSONField(default=dict)),
                ("enabled", models.BooleanField(default=True)),
                ("last_error", models.TextField(default="")),
                ("failing_since", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("backup_due", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "node",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("backend__in", ["simulated", "lnd"]), ("purpose__in", ["executor", "gateway", "liquidity"])
                        ),
                        name="node_sane",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelOperation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("op_id", models.TextField(unique=True)),
                ("kind", models.TextField()),
                ("params", models.JSONField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("state", models.TextField()),
                ("requested_by", models.TextField()),
                ("approved_by", models.JSONField(default=list)),
                ("approvals_needed", models.IntegerField()),
                ("evidence", models.JSONField(null=True)),
                ("reason", models.TextField(default="")),
                ("amount_sats", models.BigIntegerField(default=0)),
                ("peer_id", models.TextField(default="")),
                ("txid", models.TextField(default="")),
                ("output_index", models.IntegerField(null=True)),
                ("error", models.TextField(default="")),
                ("not_found", models.IntegerField(default=0)),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("next_check_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="operations", to="lightning.node"
                    ),
                ),
            ],
            options={
                "db_table": "channel_operation",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["approved", "submitting", "pending_chain"])),
                        fields=["next_check_at"],
                        name="channel_operation_open",
                    ),
                    models.Index(fields=["node", "kind", "created_at"], name="channel_operation_funding"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["close", "connect", "open", "rebalance", "set_fees"]),
                            (
                                "state__in",
                                ["approved", "done", "failed", "pending_chain", "rejected", "requested", "submitting"],
                            ),
                        ),
                        name="channel_operation_sane",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelBackup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("sealed", models.TextField(default="")),
                ("taken_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="backups", to="lightning.node"
                    ),
                ),
            ],
            options={
                "db_table": "channel_backup",
                "constraints": [models.UniqueConstraint(fields=("node", "sha256"), name="channel_backup_once")],
            },
        ),
        migrations.CreateModel(
            name="NodeCondition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("subject", models.TextField(default="")),
                ("detail", models.TextField(default="")),
                ("since", models.DateTimeField()),
                ("alerted_at", models.DateTimeField(null=True)),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conditions", to="lightning.node"
                    ),
                ),
            ],
            options={
                "db_table": "node_condition",
                "constraints": [
                    models.UniqueConstraint(fields=("node", "kind", "subject"), name="node_condition_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NodeSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_at", models.DateTimeField()),
                ("identity_pubkey", models.TextField()),
                ("block_height", models.BigIntegerField()),
                ("synced", models.BooleanField()),
                ("onchain_confirmed_sats", models.BigIntegerField()),
                ("onchain_unconfirmed_sats", models.BigIntegerField()),
                ("pending_open", models.IntegerField()),
                ("pending_close", models.IntegerField()),
                ("channels", models.JSONField(default=list)),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="snapshots", to="lightning.node"
                    ),
                ),
            ],
            options={
                "db_table": "node_snapshot",
                "indexes": [
                    models.Index(fields=["node", "-taken_at"], name="node_snapshot_newest"),
                    models.Index(fields=["taken_at"], name="node_snapshot_taken"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("node", models.TextField(db_collation="C")),
                ("add_index", models.BigIntegerField()),
                ("settle_index", models.BigIntegerField(null=True)),
                ("payment_hash", models.TextField()),
                ("invoice", models.TextField()),
                ("preimage_enc", models.TextField()),
                ("amount_msats", models.BigIntegerField(null=True)),
                ("amount_paid_msats", models.BigIntegerField(null=True)),
                ("description", models.TextField()),
                ("state", models.TextField(default="open")),
                ("created_at_ms", models.BigIntegerField()),
                ("expires_at_ms", models.BigIntegerField()),
                ("settled_at_ms", models.BigIntegerField(null=True)),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lightning.simnetwork"
                    ),
                ),
            ],
            options={
                "db_table": "sim_invoice",
                "constraints": [
                    models.UniqueConstraint(fields=("network", "payment_hash"), name="sim_invoice_hash"),
                    models.UniqueConstraint(fields=("network", "node", "add_index"), name="sim_invoice_added"),
                    models.UniqueConstraint(fields=("network", "node", "settle_index"), name="sim_invoice_settled"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "accepted", "settled", "canceled"])),
                        name="sim_invoice_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimFault",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule_id", models.BigIntegerField()),
                ("payment_hash", models.TextField(null=True)),
                ("host", models.TextField(null=True)),
                ("description_prefix", models.TextField(null=True)),
                ("amount_msats", models.BigIntegerField(null=True)),
                ("nth", models.BigIntegerField(null=True)),
                ("effect", models.TextField()),
                ("value_ms", models.BigIntegerField(default=0)),
                ("times", models.BigIntegerField(default=1)),
                ("rate", models.FloatField(null=True)),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lightning.simnetwork"
                    ),
                ),
            ],
            options={
                "db_table": "sim_fault",
                "constraints": [
                    models.UniqueConstraint(fields=("network", "rule_id"), name="sim_fault_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "effect__in",
                                [
                                    "drop_after_settle",
                                    "drop_before_dispatch",
                                    "fail_insufficient",
                                    "fail_no_route",
                                    "gateway_down",
                                    "hang_ms",
                                    "no_preimage",
                                    "pending_then_fail_ms",
                                    "pending_then_settle_ms",
                                    "prepare_fail",
                                    "wrong_preimage",
                                ],
                            )
                        ),
                        name="sim_fault_effect",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("times__gte", 0), ("value_ms__gte", 0)), name="sim_fault_sane"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField()),
                ("channel_point", models.TextField()),
                ("channel_id", models.TextField()),
                ("node_a", models.TextField(db_collation="C")),
                ("node_b", models.TextField(db_collation="C")),
                ("opener", models.TextField(db_collation="C")),
                ("capacity_msats", models.BigIntegerField()),
                ("a_msats", models.BigIntegerField()),
                ("b_msats", models.BigIntegerField()),
                ("pending_msats", models.BigIntegerField(default=0)),
                ("state", models.TextField(default="open")),
                ("active", models.BooleanField(default=True)),
                ("private", models.BooleanField(default=False)),
                ("memo", models.TextField(default="")),
                ("policies", models.JSONField(default=dict)),
                ("closing_txid", models.TextField(default="")),
                ("forced", models.BooleanField(default=False)),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lightning.simnetwork"
                    ),
                ),
            ],
            options={
                "db_table": "sim_channel",
                "indexes": [models.Index(fields=["network", "state"], name="sim_channel_state_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("network", "number"), name="sim_channel_number"),
                    models.UniqueConstraint(fields=("network", "channel_point"), name="sim_channel_point"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("a_msats__gte", 0),
                            ("b_msats__gte", 0),
                            ("capacity_msats__gt", 0),
                            ("pending_msats__gte", 0),
                            models.Q(
                                (
                                    "capacity_msats",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("a_msats"), "+", models.F("b_msats")
                                        ),
                                        "+",
                                        models.F("pending_msats"),
                                    ),
                                ),
                                models.Q(
                                    ("a_msats", 0),
                                    ("b_msats", 0),
                                    ("pending_msats", 0),
                                    ("state__in", ["closing", "closed"]),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="sim_channel_conserves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending_open", "open", "closing", "closed"])),
                        name="sim_channel_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField(db_collation="C")),
                ("pubkey", models.TextField()),
                ("confirmed_sats", models.BigIntegerField(default=0)),
                ("unconfirmed_sats", models.BigIntegerField(default=0)),
                ("invoices", models.BigIntegerField(default=0)),
                ("settled", models.BigIntegerField(default=0)),
                ("addresses", models.BigIntegerField(default=0)),
                ("paid", models.BigIntegerField(default=0)),
                ("peers", models.JSONField(default=list)),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="nodes", to="lightning.simnetwork"
                    ),
                ),
            ],
            options={
                "db_table": "sim_node",
                "constraints": [
                    models.UniqueConstraint(fields=("network", "name"), name="sim_node_once"),
                    models.UniqueConstraint(fields=("network", "pubkey"), name="sim_node_pubkey"),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_sats__gte", 0), ("unconfirmed_sats__gte", 0)),
                        name="sim_node_no_debt",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("node", models.TextField(db_collation="C")),
                ("number", models.BigIntegerField()),
                ("payment_hash", models.TextField()),
                ("payee", models.TextField(db_collation="C", default="")),
                ("state", models.TextField()),
                ("amount_msats", models.BigIntegerField()),
                ("fee_msats", models.BigIntegerField(default=0)),
                ("route", models.JSONField(default=list)),
                ("failure_code", models.TextField(default="")),
                ("failure_reason", models.TextField(default="")),
                ("due_at_ms", models.BigIntegerField(null=True)),
                ("due_state", models.TextField(default="")),
                ("preimage_fault", models.TextField(default="")),
                ("created_at_ms", models.BigIntegerField()),
                ("paid_at_ms", models.BigIntegerField(null=True)),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lightning.simnetwork"
                    ),
                ),
            ],
            options={
                "db_table": "sim_payment",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "in_flight")),
                        fields=["network", "due_at_ms"],
                        name="sim_payment_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("network", "node", "payment_hash"), name="sim_payment_hash"),
                    models.UniqueConstraint(fields=("network", "number"), name="sim_payment_number"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["in_flight", "succeeded", "failed"])),
                        name="sim_payment_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimTx",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("txid", models.TextField()),
                ("kind", models.TextField()),
                ("node", models.TextField(db_collation="C")),
                ("label", models.TextField(default="")),
                ("address", models.TextField(default="")),
                ("outputs", models.JSONField(default=dict)),
                ("amount_sats", models.BigIntegerField()),
                ("fee_sats", models.BigIntegerField()),
                ("block", models.BigIntegerField(null=True)),
                ("sent_at_ms", models.BigIntegerField()),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lightning.simnetwork"
                    ),
                ),
            ],
            options={
                "db_table": "sim_tx",
                "constraints": [
                    models.UniqueConstraint(fields=("network", "txid"), name="sim_tx_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("label", ""), _negated=True),
                        fields=("network", "node", "label"),
                        name="sim_tx_label",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["send", "open", "close", "fund"])), name="sim_tx_kind"
                    ),
                ],
            },
        ),
        *[OnlyFor(table, writers=EXECUTOR) for table in SIMULATION],
        *[OnlyFor(table, writers=OPS) for table in NODES],
    ]

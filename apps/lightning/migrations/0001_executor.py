"""Tables of the wallet executor, who may touch them, and which are only ever appended to."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from openagents.db.append_only import AppendOnly
from openagents.db.table_rights import OnlyFor

EXECUTOR = ["oa_lightning_executor_rw"]
OPS = ["oa_lightning_ops_rw"]


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CustodySecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("version", models.PositiveIntegerField()),
                ("kek_id", models.TextField()),
                ("sealed_dek", models.TextField()),
                ("sealed_value", models.TextField()),
                ("fingerprint", models.TextField()),
                ("public", models.TextField(default="")),
                ("state", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("activated_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "custody_secret",
                "constraints": [
                    models.UniqueConstraint(fields=("name", "version"), name="custody_secret_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")), fields=("name",), name="custody_secret_one_active"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["staged", "active", "retired", "destroyed"])),
                        name="custody_secret_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceIntent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField()),
                ("custody_wallet_id", models.TextField()),
                ("request_id", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("caller", models.TextField()),
                ("invoice", models.TextField()),
                ("invoice_hash", models.TextField()),
                ("payment_hash", models.TextField(unique=True)),
                ("preimage_enc", models.TextField(default="")),
                ("amount_msats", models.BigIntegerField()),
                ("amount_paid_msats", models.BigIntegerField(null=True)),
                ("state", models.TextField(default="open")),
                ("created_at_ms", models.BigIntegerField()),
                ("expires_at_ms", models.BigIntegerField()),
                ("settled_at_ms", models.BigIntegerField(null=True)),
                ("result_json", models.TextField(default="")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "invoice_intent",
                "indexes": [models.Index(fields=["custody_wallet_id", "state"], name="invoice_intent_state_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("wallet_id", "request_id"), name="invoice_intent_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "settled", "canceled", "expired"])),
                        name="invoice_intent_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField()),
                ("account", models.TextField()),
                ("balance_msats", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "ledger_account",
                "constraints": [models.UniqueConstraint(fields=("wallet_id", "account"), name="ledger_account_once")],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField()),
                ("tx_id", models.TextField()),
                ("account", models.TextField()),
                ("amount_msats", models.BigIntegerField()),
                ("ref", models.TextField(default="")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "ledger_entry",
                "indexes": [models.Index(fields=["wallet_id", "account"], name="ledger_entry_account")],
                "constraints": [
                    models.UniqueConstraint(fields=("wallet_id", "tx_id", "account"), name="ledger_entry_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OnchainPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField()),
                ("plan_id", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("caller", models.TextField()),
                ("address", models.TextField()),
                ("amount_sats", models.BigIntegerField()),
                ("fee_sats", models.BigIntegerField()),
                ("sat_per_vbyte", models.BigIntegerField()),
                ("speed", models.TextField()),
                ("state", models.TextField()),
                ("txid", models.TextField(default="")),
                ("actual_fee_sats", models.BigIntegerField(null=True)),
                ("quoted_at_ms", models.BigIntegerField()),
                ("expires_at_ms", models.BigIntegerField()),
                ("committing_at", models.DateTimeField(null=True)),
                ("lease_owner", models.TextField(default="")),
                ("sent_at_ms", models.BigIntegerField(null=True)),
                ("failure_code", models.TextField(default="")),
                ("result_json", models.TextField(default="")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "onchain_plan",
                "indexes": [models.Index(fields=["wallet_id", "state"], name="onchain_plan_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("wallet_id", "plan_id"), name="onchain_plan_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["broadcast", "committing", "discarded", "quoted"]),
                            ("amount_sats__gte", 1),
                            ("fee_sats__gte", 0),
                        ),
                        name="onchain_plan_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("destination", models.TextField(default="monitoring")),
                ("event_type", models.TextField()),
                ("actor", models.TextField(default="")),
                ("request_id", models.TextField(default="")),
                ("payload", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("delivered_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "lightning_outbox",
                "indexes": [
                    models.Index(
                        condition=models.Q(("delivered_at__isnull", True)),
                        fields=["destination", "id"],
                        name="lightning_outbox_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentIntent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField()),
                ("custody_wallet_id", models.TextField()),
                ("family", models.TextField()),
                ("request_id", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("state", models.TextField()),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("caller", models.TextField()),
                ("act", models.JSONField(null=True)),
                ("host", models.TextField(default="")),
                ("invoice", models.TextField(default="")),
                ("invoice_hash", models.TextField(default="")),
                ("payment_hash", models.TextField(default="")),
                ("payee", models.TextField(default="")),
                ("quoted_msats", models.BigIntegerField(default=0)),
                ("amount_msats", models.BigIntegerField(null=True)),
                ("max_msats", models.BigIntegerField(default=0)),
                ("fee_limit_msats", models.BigIntegerField(default=0)),
                ("timeout_secs", models.PositiveIntegerField(default=0)),
                ("settled_msats", models.BigIntegerField(null=True)),
                ("fee_msats", models.BigIntegerField(null=True)),
                ("preimage_enc", models.TextField(default="")),
                ("payment_id", models.TextField(default="")),
                ("paid_at_ms", models.BigIntegerField(null=True)),
                ("gateway", models.TextField(default="")),
                ("simulated", models.BooleanField(default=False)),
                ("failure_code", models.TextField(default="")),
                ("failure_reason", models.TextField(default="")),
                ("failure_details", models.JSONField(default=dict)),
                ("lease_owner", models.TextField(default="")),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("reserved_at", models.DateTimeField(null=True)),
                ("dispatch_started_at", models.DateTimeField(null=True)),
                ("next_check_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("not_found_count", models.PositiveIntegerField(default=0)),
                ("first_not_found_at", models.DateTimeField(null=True)),
                ("result_enc", models.TextField(default="")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "payment_intent",
                "indexes": [
                    models.Index(fields=["state", "next_check_at"], name="payment_intent_due"),
                    models.Index(fields=["custody_wallet_id", "paid_at_ms"], name="payment_intent_paid"),
                    models.Index(
                        condition=models.Q(("state__in", ["dispatching", "in_flight", "reserved", "unknown"])),
                        fields=["custody_wallet_id"],
                        name="payment_intent_held",
                    ),
                    models.Index(fields=["custody_wallet_id", "reserved_at"], name="payment_intent_recent"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("wallet_id", "family", "request_id"), name="payment_intent_once"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["denied", "failed"]), _negated=True),
                            models.Q(("payment_hash", ""), _negated=True),
                        ),
                        fields=("custody_wallet_id", "payment_hash"),
                        name="payment_intent_hash_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "denied",
                                    "dispatching",
                                    "failed",
                                    "in_flight",
                                    "reserved",
                                    "settled_no_preimage",
                                    "succeeded",
                                    "unknown",
                                ],
                            ),
                            ("quoted_msats__gte", 0),
                            ("fee_limit_msats__gte", 0),
                        ),
                        name="payment_intent_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.PositiveIntegerField()),
                ("before", models.TextField()),
                ("after", models.TextField()),
                ("by", models.TextField()),
                ("code", models.TextField(default="")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "intent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="lightning.paymentintent"
                    ),
                ),
            ],
            options={
                "db_table": "payment_step",
            },
        ),
        migrations.CreateModel(
            name="ServiceCredential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField()),
                ("caller", models.TextField()),
                ("version", models.PositiveIntegerField()),
                ("mode", models.TextField()),
                ("kid", models.TextField(default="")),
                ("token_sha256", models.CharField(max_length=64)),
                ("secret_enc", models.TextField(default="")),
                ("scopes", models.JSONField(default=list)),
                ("state", models.TextField()),
                ("not_before", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("not_after", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "service_credential",
                "indexes": [models.Index(fields=["token_sha256"], name="service_credential_token")],
                "constraints": [
                    models.UniqueConstraint(fields=("wallet_id", "caller", "version"), name="service_credential_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("wallet_id", "caller"),
                        name="service_credential_one_active",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kid", ""), _negated=True), fields=("kid",), name="service_credential_kid"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["active", "retiring", "revoked", "staged"]),
                            ("mode__in", ["bearer", "signed"]),
                        ),
                        name="service_credential_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WalletAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField(unique=True)),
                ("custody_wallet_id", models.TextField(db_index=True)),
                ("kind", models.TextField()),
                ("status", models.TextField(default="active")),
                ("identity", models.TextField(default="")),
                ("spark_address", models.TextField(default="")),
                ("bitcoin_address", models.TextField(default="")),
                ("add_index", models.BigIntegerField(default=0)),
                ("settle_index", models.BigIntegerField(default=0)),
                ("channels", models.JSONField(default=dict)),
                ("rate_tokens", models.FloatField(null=True)),
                ("rate_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "wallet_account",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("spark_address", ""), _negated=True),
                        fields=("spark_address",),
                        name="wallet_account_spark",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["main", "sub"])), name="wallet_account_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WalletControl",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField()),
                ("scope", models.TextField()),
                ("paused", models.BooleanField(default=False)),
                ("reason", models.TextField(default="")),
                ("by", models.TextField(default="")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "wallet_control",
                "constraints": [
                    models.UniqueConstraint(fields=("wallet_id", "scope"), name="wallet_control_once"),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["all", "outgoing", "ledger"])), name="wallet_control_scope"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WalletPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallet_id", models.TextField()),
                ("version", models.PositiveIntegerField()),
                ("limits", models.JSONField()),
                ("changed_by", models.TextField()),
                ("reason", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "wallet_policy",
                "constraints": [models.UniqueConstraint(fields=("wallet_id", "version"), name="wallet_policy_once")],
            },
        ),
        migrations.CreateModel(
            name="PaymentAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("n", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(default="")),
                ("gateway_ref", models.TextField(default="")),
                (
                    "intent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="lightning.paymentintent",
                    ),
                ),
            ],
            options={
                "db_table": "payment_attempt",
                "constraints": [models.UniqueConstraint(fields=("intent", "n"), name="payment_attempt_once")],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("receipt_id", models.TextField(unique=True)),
                ("wallet_id", models.TextField()),
                ("canonical_json", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("signer_pubkey", models.CharField(max_length=64)),
                ("signature", models.JSONField()),
                ("receipt_json", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "intent",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="lightning.paymentintent",
                    ),
                ),
                (
                    "invoice",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="lightning.invoiceintent",
                    ),
                ),
                (
                    "plan",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="lightning.onchainplan",
                    ),
                ),
            ],
            options={
                "db_table": "receipt",
                "indexes": [models.Index(fields=["kind", "created_at"], name="receipt_by_kind")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("intent__isnull", False),
                                ("invoice__isnull", True),
                                ("kind", "payment"),
                                ("plan__isnull", True),
                            ),
                            models.Q(
                                ("intent__isnull", True),
                                ("invoice__isnull", False),
                                ("kind", "invoice"),
                                ("plan__isnull", True),
                            ),
                            models.Q(
                                ("intent__isnull", True),
                                ("invoice__isnull", True),
                                ("kind", "onchain"),
                                ("plan__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="receipt_of_one",
                    )
                ],
            },
        ),
        *[
            OnlyFor(table, writers=EXECUTOR)
            for table in (
                "payment_intent",
                "payment_attempt",
                "payment_step",
                "onchain_plan",
                "ledger_account",
                "ledger_entry",
                "wallet_policy",
                "wallet_control",
                "service_credential",
                "custody_secret",
            )
        ],
        *[OnlyFor(table, writers=EXECUTOR, readers=OPS) for table in ("wallet_account", "invoice_intent", "receipt")],
        *[AppendOnly(table) for table in ("receipt", "ledger_entry", "wallet_policy")],
    ]

"""What an operator types, and what the beat does by itself."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from prometheus_client import REGISTRY

from apps.lightning import tasks
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import ChannelBackup, IngestEvent, L402Credential, Node
from apps.lightning.services.executor.custody import open_column, seal_column
from apps.lightning.services.ops import node_snapshots, sealed_rows
from apps.lightning.tasks import gateway as gateway_jobs
from apps.lightning.tasks import nodes as jobs
from apps.lightning.tests.ops.doors import standing
from openagents.db.models import AuditEvent
from openagents.receipts.ids import new_id

OLD = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NEW = "new:AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("lightning_nodes", *arguments, stdout=out)
    return out.getvalue()


def count_of(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"plane": "lightning"}) or 0.0


@pytest.fixture(autouse=True)
def alone(configure: Callable[..., None]) -> None:
    """Nodes of other tests have no door here."""
    Node.objects.update(enabled=False)
    configure(oa_lightning_custody_kek=OLD, oa_lightning_ops_nodes="[]")


def test_nodes_are_looked_at_now() -> None:
    with standing() as (node, door):
        assert run("look") == f"{node.node_id} answered\n"
        assert jobs.look_at_nodes() == 1
        door.fail["info"] = [GatewayError("connect_failed", "gone")]
        with pytest.raises(CommandError):
            run("look")


def test_a_backup_is_written_for_whoever_restores_and_that_is_audited() -> None:
    with standing() as (node, _):
        node_snapshots.look_at(node)
    assert run("backup", node.node_id) == "YmFja3Vw\n"
    assert AuditEvent.objects.filter(
        event_name="lightning.node.backup_opened", attributes__node_id=node.node_id
    ).exists()
    with pytest.raises(CommandError):
        run("backup", "nobody")


def a_proof() -> IngestEvent:
    row = IngestEvent.objects.create(
        kind="settlement", external_id=new_id("set"), state="delivered", body={}, body_sha256="0" * 64,
        occurred_at_ms=0,
    )  # fmt: skip
    IngestEvent.objects.filter(pk=row.pk).update(proof_enc=seal_column("proof", "ingest_event", "proof_enc", row.pk))
    return row


def a_credential() -> L402Credential:
    key = (new_id("owner"), "paid.example", "/premium")
    texts = {name: seal_column(name, "l402_credential", name, "|".join(key)) for name in ("token_enc", "preimage_enc")}
    return L402Credential.objects.create(
        owner=key[0], host=key[1], scope=key[2], payment_hash="0" * 64, amount_msats=1, expires_at=timezone.now(),
        **texts,
    )  # fmt: skip


def test_what_is_sealed_follows_the_rings_first_key(configure: Callable[..., None]) -> None:
    for model in (ChannelBackup, IngestEvent, L402Credential):
        model.objects.all().delete()  # what other tests sealed needs their ring
    with standing() as (node, _):
        node_snapshots.look_at(node)
    proof, kept = a_proof(), a_credential()
    assert sealed_rows.measure_stale() == 0
    configure(oa_lightning_custody_kek=f"{NEW},{OLD}")
    assert gateway_jobs.measure_sealed() == 4 == count_of("oa_secretbox_stale_rows")
    assert run("rewrap") == "4 rewrapped, 0 unreadable\n"
    assert run("rewrap") == "0 rewrapped, 0 unreadable\n"
    assert count_of("oa_secretbox_stale_rows") == 0
    configure(oa_lightning_custody_kek=NEW)
    assert run("backup", node.node_id) == "YmFja3Vw\n"
    proof.refresh_from_db()
    kept.refresh_from_db()
    assert open_column(proof.proof_enc, "ingest_event", "proof_enc", proof.pk) == "proof"
    key = f"{kept.owner}|{kept.host}|{kept.scope}"
    for name in ("token_enc", "preimage_enc"):
        assert open_column(getattr(kept, name), "l402_credential", name, key) == name
    configure(oa_lightning_custody_kek=OLD)
    assert sealed_rows.measure_stale() == 4
    for arguments in (("rewrap",), ("backup", node.node_id)):
        with pytest.raises(CommandError):
            run(*arguments)
    configure(oa_lightning_custody_kek="", oa_lightning_custody_kek_file="")
    with pytest.raises(CommandError):
        run("rewrap")
    assert sealed_rows.measure_stale() == 4, "without a ring nothing is under its first key"
    for model in (ChannelBackup, IngestEvent, L402Credential):
        model.objects.all().delete()


def test_every_job_of_the_schedule_is_a_task() -> None:
    from celery import current_app

    named: dict[str, Any] = {key: entry["task"] for key, entry in tasks.SCHEDULE.items()}
    assert {"lightning.look_at_nodes", "lightning.drive_channel_operations"} <= set(named)
    assert set(named.values()) <= set(current_app.tasks)
    assert jobs.drive_channel_operations() >= 0
    assert jobs.prune_node_snapshots() >= 0

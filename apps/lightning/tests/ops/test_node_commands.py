"""What an operator types, and what the beat does by itself."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.lightning import tasks
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import ChannelBackup, Node
from apps.lightning.services.ops import node_snapshots
from apps.lightning.tasks import nodes as jobs
from apps.lightning.tests.ops.doors import standing
from openagents.db.models import AuditEvent

OLD = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NEW = "new:AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("lightning_nodes", *arguments, stdout=out)
    return out.getvalue()


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


def test_backups_follow_the_rings_first_key(configure: Callable[..., None]) -> None:
    ChannelBackup.objects.all().delete()
    with standing() as (node, _):
        node_snapshots.look_at(node)
    configure(oa_lightning_custody_kek=f"{NEW},{OLD}")
    assert run("rewrap") == "1 rewrapped, 0 unreadable\n"
    assert run("rewrap") == "0 rewrapped, 0 unreadable\n"
    configure(oa_lightning_custody_kek=NEW)
    assert run("backup", node.node_id) == "YmFja3Vw\n"
    configure(oa_lightning_custody_kek=OLD)
    for arguments in (("rewrap",), ("backup", node.node_id)):
        with pytest.raises(CommandError):
            run(*arguments)
    configure(oa_lightning_custody_kek="", oa_lightning_custody_kek_file="")
    with pytest.raises(CommandError):
        run("rewrap")


def test_every_job_of_the_schedule_is_a_task() -> None:
    from celery import current_app

    named: dict[str, Any] = {key: entry["task"] for key, entry in tasks.SCHEDULE.items()}
    assert {"lightning.look_at_nodes", "lightning.drive_channel_operations"} <= set(named)
    assert set(named.values()) <= set(current_app.tasks)
    assert jobs.drive_channel_operations() >= 0
    assert jobs.prune_node_snapshots() >= 0

"""Nodes are looked at, and what was approved for their channels is done."""

from __future__ import annotations

from celery import shared_task

from apps.lightning.services.ops import channel_driver, node_snapshots

SCHEDULE = {
    "lightning.look_at_nodes": {"task": "lightning.look_at_nodes", "schedule": 30.0},
    "lightning.drive_channel_operations": {"task": "lightning.drive_channel_operations", "schedule": 5.0},
    "lightning.prune_node_snapshots": {"task": "lightning.prune_node_snapshots", "schedule": 3600.0},
}


@shared_task(name="lightning.look_at_nodes")
def look_at_nodes() -> int:
    """A snapshot of every enabled node; returns how many answered."""
    return sum(node_snapshots.look_at_all().values())


@shared_task(name="lightning.drive_channel_operations")
def drive_channel_operations() -> int:
    """Take due operations one step further; returns how many."""
    return channel_driver.drive()


@shared_task(name="lightning.prune_node_snapshots")
def prune_node_snapshots() -> int:
    """Forget old snapshots; returns how many."""
    return node_snapshots.prune()

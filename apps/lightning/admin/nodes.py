"""The operator's view of nodes: which there are, what is wrong with them, and what is done with their channels.

A node can be added and changed here; the others are history. Secrets are never shown: rows hold references only.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.lightning.models import ChannelBackup, ChannelOperation, Node, NodeCondition, NodeSnapshot
from openagents.db import audit
from openagents.ops.read_only import ReadOnly


@admin.register(Node)
class NodeAdmin(ModelAdmin):
    """What the environment names follows the environment: a change here lasts until the next look."""

    list_display = ("node_id", "backend", "purpose", "endpoint", "enabled", "seen_at", "failing_since", "last_error")
    list_filter = ("backend", "purpose", "enabled")
    fields = ("node_id", "backend", "purpose", "endpoint", "credential_refs", "enabled")
    ordering = ("node_id",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operations refer to it; it can be disabled."""
        return False

    def save_model(self, request: HttpRequest, obj: Node, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(
            "lightning.node.changed" if change else "lightning.node.added",
            user_id=request.user.get_username(),
            node_id=obj.node_id,
            fields=sorted(form.changed_data),
        )


@admin.register(NodeSnapshot)
class SnapshotAdmin(ReadOnly):
    list_display = ("node", "taken_at", "synced", "block_height", "onchain_confirmed_sats", "pending_close")
    list_filter = ("node", "synced")
    ordering = ("-taken_at",)
    show_full_result_count = False


@admin.register(NodeCondition)
class ConditionAdmin(ReadOnly):
    list_display = ("node", "kind", "subject", "detail", "since", "alerted_at")
    list_filter = ("kind", "node")


@admin.register(ChannelOperation)
class OperationAdmin(ReadOnly):
    list_display = ("op_id", "node", "kind", "state", "requested_by", "approved_by", "txid", "error", "updated_at")
    list_filter = ("state", "kind", "node")
    search_fields = ("op_id", "txid")
    ordering = ("-created_at",)


@admin.register(ChannelBackup)
class BackupAdmin(ReadOnly):
    list_display = ("node", "sha256", "taken_at")
    list_filter = ("node",)
    exclude = ("sealed",)
    ordering = ("-pk",)

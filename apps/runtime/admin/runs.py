"""The operator's view of runs, topics and drift: to read, never to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from apps.runtime.models import ProjectionDrift, Run, RunEvent, SyncTopicSequence

EVENTS_SHOWN = 200


class ReadOnly(ModelAdmin):
    """What the log says is not editable by anybody."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("id", "status", "owner_key", "latest_seq", "worker_id", "created_at", "updated_at")
    list_filter = ("status",)
    search_fields = ("id", "owner_key", "thread_id", "worker_id")
    exclude = ("create_fingerprint", "create_key", "rate_second", "rate_count")
    readonly_fields = ("timeline",)
    ordering = ("-created_at",)
    show_full_result_count = False

    @admin.display(description="newest events")
    def timeline(self, run: Run) -> SafeString:
        """The newest events, last one first; payloads as stored."""
        newest = RunEvent.objects.filter(run_id=run.id).order_by("-seq")[:EVENTS_SHOWN]
        return format_html_join(
            "",
            "<p><b>{}</b> {} <code>{}</code> {}<br><code>{}</code></p>",
            (
                (
                    event.seq,
                    f"{event.recorded_at:%H:%M:%S.%f}",
                    event.event_type,
                    event.source,
                    event.payload_text[:500],
                )
                for event in newest
            ),
        )


@admin.register(SyncTopicSequence)
class TopicAdmin(ReadOnly):
    list_display = ("topic", "topic_class", "seq", "floor_seq", "owner_key", "updated_at")
    list_filter = ("topic_class",)
    search_fields = ("topic", "owner_key")
    exclude = ("chain", "floor_chain")
    readonly_fields = ("chain_hex",)
    ordering = ("-updated_at",)
    show_full_result_count = False

    @admin.display(description="chain at head")
    def chain_hex(self, topic: SyncTopicSequence) -> str:
        return bytes(topic.chain).hex()


@admin.register(ProjectionDrift)
class DriftAdmin(ReadOnly):
    list_display = ("topic", "reason", "expected_next_seq", "incoming_seq", "detected_at", "resolved_at")
    list_filter = ("reason",)
    search_fields = ("topic",)
    ordering = ("-detected_at",)

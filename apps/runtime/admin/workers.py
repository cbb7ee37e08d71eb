"""The operator's view of workers and their control requests: to read, never to edit."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.runtime.admin.runs import ReadOnly
from apps.runtime.models import Worker, WorkerEvent, WorkerRequest
from apps.runtime.services.worker_documents import liveness_of

EVENTS_SHOWN = 200


@admin.register(Worker)
class WorkerAdmin(ReadOnly):
    list_display = ("worker_id", "lane", "status", "heartbeat", "last_beat", "owner_key", "org_id", "adapter")
    list_filter = ("lane", "status", "is_provider", "quarantined")
    search_fields = ("worker_id", "owner_key", "org_id")
    readonly_fields = ("requests", "timeline")
    ordering = ("worker_id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Worker]:
        found: QuerySet[Worker] = super().get_queryset(request)
        return found.select_related("live")

    @admin.display(description="heartbeat")
    def heartbeat(self, worker: Worker) -> str:
        return liveness_of(worker.live, timezone.now()).state.value

    @admin.display(description="last beat")
    def last_beat(self, worker: Worker) -> datetime | None:
        return worker.live.last_heartbeat_at

    @admin.display(description="newest events")
    def timeline(self, worker: Worker) -> SafeString:
        """The newest events, last one first; payloads as stored."""
        newest = WorkerEvent.objects.filter(worker_id=worker.worker_id).order_by("-seq")[:EVENTS_SHOWN]
        return format_html_join(
            "",
            "<p><b>{}</b> {} <code>{}</code><br><code>{}</code></p>",
            (
                (event.seq, f"{event.occurred_at:%H:%M:%S.%f}", event.event_type, event.payload_text[:500])
                for event in newest
            ),
        )

    @admin.display(description="newest control requests")
    def requests(self, worker: Worker) -> SafeString:
        """Each with its state and the seq of its one receipt."""
        newest = WorkerRequest.objects.filter(worker_id=worker.worker_id).order_by("-created_at")[:EVENTS_SHOWN]
        return format_html_join(
            "",
            "<p>{} <b>{}</b> <code>{}</code> {} receipt {}</p>",
            (
                (f"{one.created_at:%H:%M:%S.%f}", one.request_id, one.method, one.state, one.terminal_event_seq or "–")
                for one in newest
            ),
        )

"""The operator's view of workers: liveness, control requests and log; to read, never to edit."""

from __future__ import annotations

import json
from datetime import timedelta

from django.conf import settings
from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.runtime.admin.log_table import Line, table
from apps.runtime.admin.wording import line_of
from apps.runtime.domain.liveness import HeartbeatState
from apps.runtime.domain.worker_states import ENDED
from apps.runtime.models import Run, Worker, WorkerEvent, WorkerRequest
from apps.runtime.services.worker_documents import liveness_of
from openagents.ops.read_only import ReadOnly

EVENTS_SHOWN = 200
REQUESTS_SHOWN = 50
RUNS_SHOWN = 20
PAYLOAD_CHARS_MAX = 4000
NO_BEAT = "–"


class Liveness(admin.SimpleListFilter):
    """Workers by how alive they are, by the age of the last beat as of now."""

    title = "liveness"
    parameter_name = "liveness"

    def lookups(self, request: object, model_admin: object) -> list[tuple[str, str]]:
        return [(state.value, state.value) for state in HeartbeatState]

    def queryset(self, request: object, queryset: QuerySet[Worker]) -> QuerySet[Worker]:
        wanted = self.value()
        if wanted is None:
            return queryset
        ended = [status.value for status in ENDED]
        if wanted in ended:
            return queryset.filter(status=wanted)
        living = queryset.exclude(status__in=ended)
        if wanted == HeartbeatState.MISSING:
            return living.filter(live__last_heartbeat_at=None)
        stale_after = timedelta(milliseconds=settings.OA.runtime_worker_heartbeat_stale_after_ms)
        stale = Q(live__last_heartbeat_at__lt=timezone.now() - stale_after)
        living = living.filter(live__last_heartbeat_at__isnull=False)
        return living.filter(stale) if wanted == HeartbeatState.STALE else living.exclude(stale)


@admin.register(Worker)
class WorkerAdmin(ReadOnly):
    list_display = (
        "worker_id",
        "lane",
        "status",
        "heartbeat",
        "silent_for",
        "events",
        "owner_key",
        "org_id",
        "adapter",
    )
    list_filter = ("lane", "status", Liveness, "is_provider", "quarantined")
    search_fields = ("worker_id", "owner_key", "org_id")
    readonly_fields = ("heartbeat", "last_beat", "runs", "requests", "timeline")
    fieldsets = (
        (None, {"fields": ("worker_id", "status", "heartbeat", "last_beat", "lane", "adapter", "owner_key", "org_id")}),
        ("What it did", {"fields": ("runs", "requests", "timeline")}),
        ("What it says of itself", {"fields": ("metadata", "workspace_ref", "codex_home_ref")}),
        (
            "Trust",
            {
                "fields": (
                    "is_provider",
                    "qualified",
                    "qualified_at",
                    "failure_strikes",
                    "success_count",
                    "quarantined",
                    "quarantine_reason",
                    "quarantined_at",
                    "price_integrity_samples",
                    "price_integrity_violations",
                    "last_signals",
                )
            },
        ),
        ("Lease and times", {"fields": ("lease_epoch", "started_at", "stopped_at", "created_at", "updated_at")}),
    )
    ordering = ("worker_id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Worker]:
        found: QuerySet[Worker] = super().get_queryset(request)
        return found.select_related("live").annotate(log_length=F("live__latest_seq"))

    @display(
        description="liveness",
        label={
            HeartbeatState.FRESH.value: "success",
            HeartbeatState.STALE.value: "warning",
            HeartbeatState.MISSING.value: "warning",
            HeartbeatState.FAILED.value: "danger",
            HeartbeatState.STOPPED.value: "info",
        },
    )
    def heartbeat(self, worker: Worker) -> str:
        return liveness_of(worker.live, timezone.now()).state.value

    @admin.display(description="last beat")
    def last_beat(self, worker: Worker) -> str:
        at = worker.live.last_heartbeat_at
        return f"{at:%Y-%m-%d %H:%M:%S} UTC, {_ago(timezone.now() - at)} ago" if at else NO_BEAT

    @admin.display(description="silent for", ordering="live__last_heartbeat_at")
    def silent_for(self, worker: Worker) -> str:
        at = worker.live.last_heartbeat_at
        return _ago(timezone.now() - at) if at else NO_BEAT

    @admin.display(description="events", ordering="live__latest_seq")
    def events(self, worker: Worker) -> int:
        return worker.live.latest_seq

    @admin.display(description="newest runs")
    def runs(self, worker: Worker) -> SafeString:
        """Runs it executes or executed, each with the way to its timeline."""
        newest = Run.objects.filter(worker_id=worker.worker_id).order_by("-created_at")[:RUNS_SHOWN]
        if not newest:
            return format_html("<p>{}</p>", "no run")
        return format_html_join(
            "",
            '<p><a class="text-primary-600 dark:text-primary-500" href="{}">{}</a> {}, {} events, since {}</p>',
            (
                (
                    reverse("admin:runtime_run_timeline", args=[run.id]),
                    run.id,
                    run.status,
                    run.event_count,
                    f"{run.created_at:%Y-%m-%d %H:%M:%S}",
                )
                for run in newest
            ),
        )

    @admin.display(description="newest events")
    def timeline(self, worker: Worker) -> SafeString:
        """The newest events, last one first; the payload opens."""
        log = WorkerEvent.objects.filter(worker_id=worker.worker_id).order_by("-seq")
        rows = [_event_line(event) for event in log[:EVENTS_SHOWN]]
        return table(("seq", "recorded", "event", ""), rows, worker.live.latest_seq > EVENTS_SHOWN, "The log is empty.")

    @admin.display(description="newest control requests")
    def requests(self, worker: Worker) -> SafeString:
        """Each with its state and the seq of its one receipt."""
        found = WorkerRequest.objects.filter(worker_id=worker.worker_id).order_by("-created_at")[: REQUESTS_SHOWN + 1]
        rows = [
            Line(one.terminal_event_seq or NO_BEAT, one.created_at, one.state, f"{one.method} {one.request_id}")
            for one in found
        ]
        return table(
            ("receipt", "received", "state", "request"), rows[:REQUESTS_SHOWN], len(rows) > REQUESTS_SHOWN, "None yet."
        )


def _event_line(event: WorkerEvent) -> Line:
    payload = json.loads(event.payload_text)
    detail = json.dumps(payload, indent=2, ensure_ascii=False)[:PAYLOAD_CHARS_MAX]
    return Line(event.seq, event.recorded_at, event.event_type, line_of(event.event_type, payload), detail)


def _ago(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"

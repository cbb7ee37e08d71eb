"""The operator's view of projections, drift and stored replays."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.runtime.models import ProjectionDrift, ReplayArtifact, RunSummary, WorkerSummary
from openagents.ops.read_only import ReadOnly


@admin.register(RunSummary)
class RunSummaryAdmin(ReadOnly):
    list_display = ("run_id", "status", "last_seq", "event_count", "projection_hash", "updated_at")
    list_filter = ("status",)
    search_fields = ("run_id",)
    ordering = ("-updated_at",)
    show_full_result_count = False


@admin.register(WorkerSummary)
class WorkerSummaryAdmin(ReadOnly):
    list_display = ("worker_id", "status", "last_seq", "event_count", "projection_hash", "updated_at")
    list_filter = ("status",)
    search_fields = ("worker_id",)
    ordering = ("-updated_at",)
    show_full_result_count = False


class Unresolved(admin.SimpleListFilter):
    """Drift that nothing has repaired yet."""

    title = "repaired"
    parameter_name = "repaired"

    def lookups(self, request: object, model_admin: object) -> list[tuple[str, str]]:
        return [("no", "no"), ("yes", "yes")]

    def queryset(self, request: object, queryset: QuerySet[ProjectionDrift]) -> QuerySet[ProjectionDrift]:
        if self.value() is None:
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "no")


@admin.register(ProjectionDrift)
class DriftAdmin(ReadOnly):
    list_display = (
        "topic",
        "entity",
        "reason",
        "expected_next_seq",
        "last_seen_seq",
        "incoming_seq",
        "detected_at",
        "resolved_at",
    )
    list_filter = ("reason", Unresolved)
    search_fields = ("topic",)
    ordering = ("-detected_at",)

    @admin.display(description="of")
    def entity(self, drift: ProjectionDrift) -> SafeString:
        """The way to the run or worker whose projection it is."""
        kind, _, rest = drift.topic.partition(":")
        identifier = rest.rpartition(":")[0]
        if kind not in ("run", "worker") or not identifier:
            return format_html("{}", drift.topic)
        return format_html('<a href="{}">{}</a>', reverse(f"admin:runtime_{kind}_change", args=[identifier]), kind)


@admin.register(ReplayArtifact)
class ReplayAdmin(ReadOnly):
    list_display = ("artifact_id", "run_id", "last_seq", "chunk_count", "generated_at")
    search_fields = ("artifact_id", "run_id")
    ordering = ("-generated_at",)
    show_full_result_count = False

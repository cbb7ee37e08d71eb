"""The operator's view of runs: a list, the facts of one, and its timeline."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from apps.runtime.admin.timeline import Asked, timeline
from apps.runtime.models import Run


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
    list_display = ("id", "status", "owner_key", "latest_seq", "worker_id", "created_at", "updated_at", "events")
    list_filter = ("status",)
    search_fields = ("id", "owner_key", "thread_id", "worker_id")
    exclude = ("create_fingerprint", "create_key", "rate_second", "rate_count")
    readonly_fields = ("events",)
    ordering = ("-created_at",)
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.timeline_view)
        return [path("<uuid:run_id>/timeline/", page, name="runtime_run_timeline"), *super().get_urls()]

    def timeline_view(self, request: HttpRequest, run_id: Any) -> HttpResponse:
        """The run's events in order, filtered as the query asks."""
        run = Run.objects.filter(id=run_id).first()
        if run is None:
            raise Http404
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Timeline",
            "run": run,
            "timeline": timeline(run, Asked.of(request.GET)),
            "run_url": reverse("admin:runtime_run_change", args=[run.id]),
            "topic_url": reverse("admin:runtime_synctopicsequence_change", args=[f"run:{run.id}:events"]),
        }
        return TemplateResponse(request, "runtime/run_timeline.html", context)

    @admin.display(description="events")
    def events(self, run: Run) -> SafeString:
        """The way to the timeline."""
        url = reverse("admin:runtime_run_timeline", args=[run.id])
        return format_html('<a href="{}">{} events</a>', url, run.event_count)

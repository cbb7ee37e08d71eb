"""The operator's view of runs: a list, the facts of one, and its timeline."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.runtime.admin.log_table import Line, table
from apps.runtime.admin.timeline import Asked, timeline
from apps.runtime.models import Run, RunFrame, Worker
from openagents.ops.read_only import ReadOnly

FRAMES_SHOWN = 50
PAYLOAD_CHARS_MAX = 4000


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("id", "status", "owner_key", "latest_seq", "worker_id", "created_at", "updated_at", "events")
    list_filter = ("status",)
    search_fields = ("id", "owner_key", "thread_id", "worker_id")
    exclude = ("create_fingerprint", "create_key", "rate_second", "rate_count")
    readonly_fields = ("events", "frames")
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
            "worker_url": self._worker_url(run),
            "topic_url": reverse("admin:runtime_synctopicsequence_change", args=[f"run:{run.id}:events"]),
        }
        return TemplateResponse(request, "runtime/run_timeline.html", context)

    @staticmethod
    def _worker_url(run: Run) -> str | None:
        """The page of its worker; a run may name one that never registered."""
        if not run.worker_id or not Worker.objects.filter(worker_id=run.worker_id).exists():
            return None
        return reverse("admin:runtime_worker_change", args=[run.worker_id])

    @admin.display(description="frames")
    def frames(self, run: Run) -> SafeString:
        """Input that was sent to its executor, newest first, and the event that says it was used."""
        found = list(RunFrame.objects.filter(run_id=run.id).order_by("-received_seq")[: FRAMES_SHOWN + 1])
        rows = [
            Line(
                frame.received_seq,
                frame.created_at,
                frame.type,
                f"{frame.frame_id}, " + (f"used at {frame.consumed_seq}" if frame.consumed_seq else "not used yet"),
                json.dumps(json.loads(frame.payload_text), indent=2, ensure_ascii=False)[:PAYLOAD_CHARS_MAX],
            )
            for frame in found[:FRAMES_SHOWN]
        ]
        return table(("seq", "received", "type", "frame"), rows, len(found) > FRAMES_SHOWN, "No frame was sent.")

    @admin.display(description="events")
    def events(self, run: Run) -> SafeString:
        """The way to the timeline."""
        url = reverse("admin:runtime_run_timeline", args=[run.id])
        return format_html('<a href="{}">{} events</a>', url, run.event_count)

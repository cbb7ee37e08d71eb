"""Serving processes, the live page over all of them, and the orders that operators gave."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from apps.khala.admin.reading import Records
from apps.khala.models import NodeRow, OrderRow
from apps.khala.services import orders
from apps.khala.services.overview import overview


@admin.register(NodeRow)
class NodeAdmin(Records):
    list_display = ("node_id", "state", "connections", "alive", "started_at", "heartbeat_at")
    list_filter = ("state",)
    search_fields = ("node_id",)
    ordering = ("-heartbeat_at",)
    actions = ("drain",)

    @admin.display(boolean=True)
    def alive(self, row: NodeRow) -> bool:
        return row.heartbeat_at > timezone.now() - orders.NODE_ALIVE

    @admin.action(description="Drain: connections are closed spread over the window, new ones are refused")
    def drain(self, request: HttpRequest, rows: QuerySet[NodeRow]) -> None:
        ordered = sum(orders.drain_node(row.node_id, "operator", _actor(request)) for row in rows)
        messages.info(request, f"{ordered} nodes were told to drain")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("live/", view(self.live), name="khala_live"),
            path("live.json", view(self.live_json), name="khala_live_json"),
            path("live/close/", view(self.close), name="khala_live_close"),
            *super().get_urls(),
        ]

    def live(self, request: HttpRequest) -> HttpResponse:
        """The operator page."""
        self._allowed(request)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Live delivery",
            "overview": overview(),
            "source": reverse("admin:khala_live_json"),
            "close": reverse("admin:khala_live_close"),
        }
        return TemplateResponse(request, "khala/live.html", context)

    def live_json(self, request: HttpRequest) -> HttpResponse:
        """What the page asks for again and again."""
        self._allowed(request)
        return JsonResponse(overview())

    def close(self, request: HttpRequest) -> HttpResponse:
        """Close one connection with a reconnect hint, by POST."""
        self._allowed(request)
        connection_id = request.POST.get("connection_id", "")
        if request.method != "POST" or not connection_id or not request.user.is_superuser:
            raise PermissionDenied
        if orders.close_connection(connection_id, "operator", _actor(request)):
            messages.info(request, f"{connection_id} gets a reconnect hint and is closed")
        else:
            messages.warning(request, f"{connection_id} is not open any more")
        return redirect(reverse("admin:khala_live"))

    def _allowed(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


@admin.register(OrderRow)
class OrderAdmin(Records):
    list_display = ("id", "kind", "subject", "node_id", "reason", "actor", "requested_at", "done_at", "outcome")
    list_filter = ("kind", "outcome")
    search_fields = ("subject", "node_id", "actor")
    ordering = ("-id",)


def _actor(request: HttpRequest) -> str:
    return f"admin:{request.user.get_username()}"

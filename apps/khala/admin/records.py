"""Connections, audit, revocations and the rest of what Khala writes down."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.khala.admin.reading import Records
from apps.khala.models import (
    AuditRow,
    ClientTelemetryRow,
    ConnectionRow,
    DeviceWatermark,
    FeedCursor,
    RecoveryGrantRow,
    RevocationRow,
    SnapshotRow,
)
from apps.khala.services import orders


@admin.register(ConnectionRow)
class ConnectionAdmin(Records):
    list_display = (
        "connection_id",
        "lane",
        "surface",
        "user_id",
        "device_id",
        "opened_at",
        "closed_at",
        "close_code",
        "close_reason",
        "frames_out",
        "bytes_out",
    )
    list_filter = ("lane", "surface", "close_code", ("closed_at", admin.EmptyFieldListFilter))
    search_fields = ("connection_id", "user_id", "session_id", "device_id", "principal_key")
    ordering = ("-opened_at",)
    actions = ("close",)

    @admin.action(description="Close with a reconnect hint")
    def close(self, request: HttpRequest, rows: QuerySet[ConnectionRow]) -> None:
        actor = f"admin:{request.user.get_username()}"
        closed = sum(orders.close_connection(row.connection_id, "operator", actor) for row in rows)
        messages.info(request, f"{closed} connections get a hint and are closed")


@admin.register(AuditRow)
class AuditAdmin(Records):
    list_display = ("at", "event", "outcome", "reason_code", "principal_key", "topic", "connection_id")
    list_filter = ("outcome", "event", "reason_code")
    search_fields = ("session_id", "topic", "connection_id", "principal_key", "request_id")
    ordering = ("-id",)


@admin.register(RevocationRow)
class RevocationAdmin(Records):
    list_display = ("id", "kind", "subject", "user_id", "org_id", "reason", "revoked_at", "expires_at")
    list_filter = ("kind", "reason")
    search_fields = ("subject", "user_id", "org_id")
    ordering = ("-id",)


@admin.register(RecoveryGrantRow)
class RecoveryGrantAdmin(Records):
    list_display = ("principal_key", "topic", "reason_codes", "issued_at", "expires_at", "uses")
    search_fields = ("principal_key", "topic")
    ordering = ("-issued_at",)


@admin.register(DeviceWatermark)
class WatermarkAdmin(Records):
    list_display = ("user_id", "org_id", "device_id", "topic", "delivered_seq", "acked_seq", "updated_at")
    search_fields = ("user_id", "device_id", "topic")
    ordering = ("-updated_at",)


@admin.register(ClientTelemetryRow)
class TelemetryAdmin(Records):
    list_display = ("received_at", "kind", "reason_code", "surface", "client_build_id", "topic_class")
    list_filter = ("kind", "surface", "topic_class")
    ordering = ("-received_at",)


@admin.register(SnapshotRow)
class SnapshotAdmin(Records):
    list_display = ("topic", "as_of_seq", "doc_count", "snapshot_hash", "created_at", "expires_at")
    search_fields = ("topic",)
    exclude = ("body",)
    ordering = ("-created_at",)


@admin.register(FeedCursor)
class FeedCursorAdmin(Records):
    list_display = ("name", "last_seq", "updated_at")
    ordering = ("name",)

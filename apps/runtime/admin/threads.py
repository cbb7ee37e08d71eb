"""The operator's view of threads: that they exist and how they grow, not what was said."""

from __future__ import annotations

from django.contrib import admin

from apps.runtime.models import Thread
from openagents.ops.read_only import ReadOnly


@admin.register(Thread)
class ThreadAdmin(ReadOnly):
    list_display = ("thread_id", "owner_key", "org_id", "message_count", "last_message_at", "updated_at")
    search_fields = ("thread_id", "owner_key")
    ordering = ("-updated_at",)
    show_full_result_count = False

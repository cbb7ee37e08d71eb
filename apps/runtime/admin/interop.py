"""The operator's view of what goes to the Bridge."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.runtime.models import MirrorIntent
from apps.runtime.services import interop
from openagents.ops.read_only import ReadOnly
from openagents.wire.faults import Fault


@admin.register(MirrorIntent)
class MirrorIntentAdmin(ReadOnly):
    list_display = ("id", "schema", "object_id", "state", "attempts", "last_code", "opened_at", "closed_at")
    list_filter = ("state", "schema")
    search_fields = ("object_id", "object_sha256")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("post_again",)

    @admin.action(description="Post again (refused ones)")
    def post_again(self, request: HttpRequest, chosen: QuerySet[MirrorIntent]) -> None:
        """Opens the refused intents among the chosen; the task posts them."""
        opened = 0
        for intent_id in chosen.values_list("id", flat=True):
            try:
                interop.reopen(intent_id, f"admin:{request.user.get_username()}")
                opened += 1
            except Fault as fault:
                self.message_user(request, f"{intent_id}: {fault.message}", messages.WARNING)
        self.message_user(request, f"{opened} opened again")

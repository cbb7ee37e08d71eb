"""The journal's topics as Khala reads them."""

from __future__ import annotations

from django.contrib import admin

from apps.khala.admin.reading import Records
from apps.khala.models import SyncTopicSequence


@admin.register(SyncTopicSequence)
class TopicAdmin(Records):
    list_display = ("topic", "topic_class", "seq", "floor_seq", "kept", "owner_key", "visibility", "updated_at")
    list_filter = ("topic_class", "visibility")
    search_fields = ("topic", "owner_key")
    exclude = ("chain", "floor_chain")
    readonly_fields = ("chain_hex",)
    ordering = ("topic",)

    @admin.display(description="rows kept")
    def kept(self, row: SyncTopicSequence) -> int:
        return row.seq - max(row.floor_seq, row.compaction_seq)

    @admin.display(description="chain at the head")
    def chain_hex(self, row: SyncTopicSequence) -> str:
        return bytes(row.chain).hex()

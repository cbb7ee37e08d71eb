"""The operator's view of the journal's topics, and how much of each is kept."""

from __future__ import annotations

from django.contrib import admin

from apps.runtime.domain.journal import TopicClass
from apps.runtime.models import OpsSwitch, SyncStreamEvent, SyncTopicSequence
from apps.runtime.services.retention import current_policy
from openagents.ops.read_only import ReadOnly


@admin.register(SyncTopicSequence)
class TopicAdmin(ReadOnly):
    list_display = ("topic", "topic_class", "seq", "floor_seq", "kept", "budget_used", "owner_key", "updated_at")
    list_filter = ("topic_class",)
    search_fields = ("topic", "owner_key")
    exclude = ("chain", "floor_chain")
    readonly_fields = ("kept", "budget_used", "keeps", "oldest", "chain_hex", "floor_chain_hex")
    ordering = ("-updated_at",)
    show_full_result_count = False

    @admin.display(description="rows kept")
    def kept(self, topic: SyncTopicSequence) -> int:
        """Rows between floor and head: what a reader can still replay."""
        return topic.seq - topic.floor_seq

    @admin.display(description="of budget")
    def budget_used(self, topic: SyncTopicSequence) -> str:
        budget = current_policy()[TopicClass(topic.topic_class)].budget_events
        return f"{100 * self.kept(topic) / budget:.0f} %"

    @admin.display(description="the class keeps")
    def keeps(self, topic: SyncTopicSequence) -> str:
        keep = current_policy()[TopicClass(topic.topic_class)]
        return f"{keep.budget_events} rows, {keep.seconds / 86_400:g} days"

    @admin.display(description="oldest row")
    def oldest(self, topic: SyncTopicSequence) -> str:
        first = SyncStreamEvent.objects.filter(topic=topic.topic, seq__gt=topic.floor_seq).order_by("seq").first()
        return f"{first.seq}, {first.inserted_at:%Y-%m-%d %H:%M:%S} UTC" if first else "none"

    @admin.display(description="chain at head")
    def chain_hex(self, topic: SyncTopicSequence) -> str:
        return bytes(topic.chain).hex()

    @admin.display(description="chain at floor")
    def floor_chain_hex(self, topic: SyncTopicSequence) -> str:
        return bytes(topic.floor_chain).hex()


@admin.register(OpsSwitch)
class SwitchAdmin(ReadOnly):
    list_display = ("key", "value", "reason", "actor", "approved_by", "updated_at", "expires_at")

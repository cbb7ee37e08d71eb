"""The row of the isolation matrix that is a query: whose worker topics the fan-in view finds, and which of them."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from django.conf import settings

from apps.khala.domain.access import Principal
from apps.khala.services.journal import Journal
from apps.khala.tests.conftest import JournalTopic
from openagents.receipts.ids import new_id


def found(principal: Principal, limit: int = 64) -> list[str]:
    async def read() -> list[str]:
        journal = Journal(settings.OA.journal_url(), connections_max=1)
        try:
            members, read_ms = await journal.members(principal.owner_key, principal.orgs, limit)
        finally:
            await journal.close()
        assert all(member.created_ms <= read_ms for member in members) and read_ms > 1_700_000_000_000
        return [member.topic.subject for member in members]

    return asyncio.run(read())


class Workers:
    """Workers of two users and a guest, in two organisations and in none."""

    def __init__(self, writer: psycopg.Connection[Any]) -> None:
        self.tag = new_id("t")
        self.writer = writer
        for owner, org, name in (
            ("user:a", None, "a-none"),
            ("user:a", "user:a", "a-personal"),
            ("user:a", "X", "a-in-x"),
            ("user:a", "Y", "a-in-y"),
            ("user:b", "X", "b-in-x"),
            ("user:c", "Y", "c-in-y"),
            ("guest:g1", None, "g1"),
            ("user:o", "user:o", "o-personal"),
        ):
            self.write(self.of(owner), self.of(org) if org else None, name)

    def of(self, who: str) -> str:
        kind, _, name = who.rpartition(":")
        return f"{kind}:{self.tag}{name}" if kind else f"{self.tag}{name}"

    def write(self, owner: str, org: str | None, name: str) -> JournalTopic:
        topic = JournalTopic(self.writer, f"worker:{self.tag}{name}:events", owner, org)
        topic.set(topic_class="codex_worker_events")
        return topic

    def names(self, principal: Principal) -> set[str]:
        return {name.removeprefix(self.tag) for name in found(principal)}


@pytest.mark.parametrize(
    ("user", "org", "guest", "expected"),
    [
        ("a", "X", None, {"a-none", "a-personal", "a-in-x"}),
        ("b", "X", None, {"b-in-x"}),
        ("c", "Y", None, {"c-in-y"}),
        ("a", "Y", None, {"a-none", "a-personal", "a-in-y"}),
        ("a", None, None, {"a-none", "a-personal"}),
        (None, None, "g1", {"g1"}),
        ("o", "user:o", None, {"o-personal"}),
    ],
    ids=["A", "B", "C", "A'", "R", "G", "O"],
)
def test_the_view_finds_what_is_the_principals_own(
    journal_writer: psycopg.Connection[Any], user: str | None, org: str | None, guest: str | None, expected: set[str]
) -> None:
    workers = Workers(journal_writer)
    principal = Principal(
        user_id=f"{workers.tag}{user}" if user else None,
        org_id=workers.of(org) if org else None,
        guest_scope=f"{workers.tag}{guest}" if guest else None,
    )
    assert workers.names(principal) == expected


def test_at_most_so_many_and_the_most_recently_written_first(journal_writer: psycopg.Connection[Any]) -> None:
    tag = new_id("u")
    for number in range(4):
        topic = JournalTopic(journal_writer, f"worker:{tag}{number}:events", f"user:{tag}")
        topic.set(topic_class="codex_worker_events", updated_at=f"2026-01-0{number + 1}T00:00:00Z")
    assert found(Principal(tag), limit=2) == [f"{tag}3", f"{tag}2"]
    assert found(Principal("nobody")) == []

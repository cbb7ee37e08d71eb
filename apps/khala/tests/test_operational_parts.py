"""Small operational rules: where to listen, when a revocation began, why somebody left, who is at home."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.conf import settings

from apps.khala.domain.access import Principal
from apps.khala.domain.freshness import Extent
from apps.khala.domain.handshake import is_local
from apps.khala.domain.journal import TopicFacts
from apps.khala.domain.revocation import Revocation
from apps.khala.services import reconnects
from apps.khala.services.control_bus import ControlBus
from apps.khala.services.node import Node
from apps.khala.services.reconnects import Reconnects, reason_of
from apps.khala.services.stats import CAUSES_KEPT, STALE_TOPICS_MAX, Stats
from openagents.db.fanout import MemoryHintSource
from openagents.db.hints import MemoryTransport


def test_hints_come_from_the_primary_because_a_standby_cannot_listen() -> None:
    replica, primary = "postgresql://khala_reader@replica/runtime", "postgresql://khala_reader@primary/runtime"
    config = settings.OA.model_copy(update={"oa_khala_journal_url": replica})
    assert config.hints_url() == replica
    both = config.model_copy(update={"oa_khala_journal_primary_url": primary})
    assert (both.hints_url(), both.journal_url()) == (primary, replica)


def test_probe_clients_go_where_this_plane_is_said_to_answer() -> None:
    config = settings.OA
    assert config.probe_url() == config.base_url("khala")
    public = config.model_copy(update={"khala_probe_base_url": "https://khala.example/"})
    assert public.probe_url() == "https://khala.example"
    silent = config.model_copy(update={"oa_env": "prod"})
    silent.model_fields_set.discard("oa_khala_base_url")
    assert silent.probe_url() == "" and config.probe_url()


class Server:
    """A journal that knows the topic up to a head."""

    def __init__(self, head: int) -> None:
        self.head = head
        self.asked = 0

    async def facts(self, topic: str, cursor: int | None, budget: int) -> TopicFacts:
        self.asked += 1
        return TopicFacts(Extent(self.head, 0, 0, "lin"))


@pytest.mark.parametrize(("cursor", "head", "asked"), [(5, 5, 0), (4, 5, 0), (6, 9, 1), (None, 5, 0)])
def test_a_cursor_ahead_of_a_replica_is_checked_at_the_primary(cursor: int | None, head: int, asked: int) -> None:
    node = SimpleNamespace(journal=Server(5), primary=Server(9))
    facts = asyncio.run(Node.facts(cast(Any, node), "run:1:events", cursor, 100))
    assert (facts.extent.head, node.primary.asked) == (head, asked)


@pytest.mark.parametrize(
    ("revoked_at", "stored_at", "began"),
    [(100, 100.4, 100.4), (100, 103.0, 100.0), (100, 99.9, 100.0), (100, 0.0, 100.0)],
)
def test_a_revocation_began_within_the_second_that_control_names(
    revoked_at: float, stored_at: float, began: float
) -> None:
    assert Revocation("session", "s", None, None, "r", revoked_at, 1, stored_at).began == began


@pytest.mark.parametrize(
    ("code", "word"), [(1000, "client"), (1006, "network"), (1012, "drain"), (4409, "slow_consumer"), (4999, "other")]
)
def test_close_codes_are_a_few_words(code: int, word: str) -> None:
    assert reason_of(code) == word


def test_who_left_is_remembered_for_ten_minutes_and_not_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Reconnects()
    ada, bob = Principal("ada", device_id="d"), Principal("bob", device_id="d")
    memory.left(ada, 1006)
    assert (memory.entered(bob), memory.entered(ada), memory.entered(ada)) == (None, "network", None)
    memory.left(ada, 1012)
    monkeypatch.setattr(reconnects, "MEMORY_SECONDS", -1.0)
    assert memory.entered(ada) is None
    monkeypatch.setattr(reconnects, "DEVICES_MAX", 3)
    for number in range(10):
        memory.left(Principal(f"u{number}", device_id="d"), 1000)
    assert len(memory._ended) == 3


@pytest.mark.parametrize(
    ("origin", "local"),
    [
        ("http://127.0.0.1:8002", True),
        ("http://localhost", True),
        ("http://[::1]:1", True),
        ("http://127.0.0.1.evil.example", False),
        ("http://[", False),
        ("null", False),
        ("", False),
    ],
)
def test_pages_of_this_machine(origin: str, local: bool) -> None:
    assert is_local(origin) is local


def test_figures_stay_bounded() -> None:
    stats = Stats()
    for number in range(STALE_TOPICS_MAX + 50):
        stats.disconnected(f"cause {number}")
        stats.stale_cursor(f"topic {number}", ("retention_floor_breach", "compaction_boundary"))
    assert (
        len(stats.disconnect_causes) == CAUSES_KEPT and stats.disconnect_causes[-1] == f"cause {STALE_TOPICS_MAX + 49}"
    )
    assert stats.stale_of("topic 0") == {} and stats.last_stale_of("topic 0") is None
    newest = f"topic {STALE_TOPICS_MAX + 49}"
    assert stats.stale_of(newest)["compaction_boundary"] == 1 and stats.last_stale_of(newest) == "compaction_boundary"


def test_the_bus_reacts_to_what_it_knows_and_ignores_the_rest() -> None:
    transport = MemoryTransport()
    heard: list[str] = []

    async def story() -> None:
        bus = ControlBus(MemoryHintSource(transport), {"revocation": lambda: heard.append("revocation")})
        await bus.start()
        transport.send([("revocation", 7), ("of_a_newer_build", 1), ("revocation", 8)])
        await asyncio.sleep(0)
        await bus.stop()
        transport.send([("revocation", 9)])

    asyncio.run(story())
    assert heard == ["revocation", "revocation"]

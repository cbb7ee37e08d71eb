"""The operator's pages: the run's timeline, topics with their retention, drift, replays."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.runtime.models import ProjectionDrift, Run, RunSummary
from apps.runtime.services import replays
from apps.runtime.services.append import append
from apps.runtime.tests import factories as make
from openagents.receipts.ids import new_id, new_uuid7


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser(new_id("op")))
    return client


@pytest.fixture
def run() -> Run:
    run = make.run(thread_id="thr-1")
    deltas = [make.event("text.delta", {"delta": word}) for word in ("Hello", ", ", "<b>world</b>")]
    tool = {"tool": "shell", "params_hash": "a", "output_hash": "b", "latency_ms": 5}
    append(make.request(run.id, *deltas, make.event("tool", tool, "tool-1"), make.event("note", {"deep": {"é": [1]}})))
    append(make.request(run.id, make.event("run.finished", {"status": "failed", "reason": "exit 1"})))
    run.refresh_from_db()
    return run


def page(operator: Client, run: Run, **query: Any) -> str:
    answer = operator.get(reverse("admin:runtime_run_timeline", args=[run.id]), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def seqs(html: str) -> list[int]:
    return [int(seq) for seq in re.findall(r'id="seq-(\d+)"', html)]


def test_the_timeline_shows_the_log_in_order_with_repeats_folded(operator: Client, run: Run) -> None:
    html = page(operator, run)
    assert seqs(html) == [1, 2, 3, 4, 5, 6, 7]
    assert "3 events" in html and "Hello, &lt;b&gt;world&lt;/b&gt;" in html
    assert "<b>world" not in html
    assert "&quot;é&quot;: [\n" in html, "payloads are laid out"
    assert "key tool-1" in html and "exit 1" in html and "thr-1" in html


def test_the_timeline_is_filtered_by_type_source_and_text(operator: Client, run: Run) -> None:
    assert seqs(page(operator, run, type="text.delta")) == [2, 3, 4]
    assert seqs(page(operator, run, source="system")) == [1]
    assert seqs(page(operator, run, q="WORLD")) == [4]
    assert seqs(page(operator, run, q="nowhere")) == []
    assert "No event of this run fits the filter" in page(operator, run, q="nowhere")


def test_a_link_to_a_seq_opens_the_event_among_its_neighbours(operator: Client, run: Run) -> None:
    batch = [make.event("note", {"n": n}) for n in range(40)]
    append(make.request(run.id, *batch))
    html = page(operator, run, at="30")
    assert seqs(html)[0] == 21 and 30 in seqs(html)
    assert re.search(r'id="seq-30">\s*<details open', html)
    assert 'href="?at=30#seq-30"' in html


def test_a_long_log_is_shown_in_pages(operator: Client, run: Run) -> None:
    for _ in range(3):
        append(make.request(run.id, *[make.event("note", {"n": n}) for n in range(100)]))
    first = page(operator, run)
    assert seqs(first) == list(range(1, 201))
    assert 'href="?after=200"' in first
    second = page(operator, run, after="200")
    assert seqs(second) == list(range(201, 308))
    assert "To the beginning" in second and "Later events" not in second


@pytest.mark.parametrize("query", [{"at": "-1"}, {"after": "x"}, {"at": "9" * 30}, {"type": "x" * 500}])
def test_odd_queries_show_a_page_all_the_same(operator: Client, run: Run, query: dict[str, str]) -> None:
    page(operator, run, **query)


def test_the_timeline_is_for_operators_and_for_runs_that_exist(operator: Client, run: Run) -> None:
    url = reverse("admin:runtime_run_timeline", args=[run.id])
    assert Client().get(url).status_code == 302
    staff = Client()
    staff.force_login(User.objects.create_user(new_id("op"), is_staff=True))
    assert staff.get(url).status_code == 403
    assert operator.get(reverse("admin:runtime_run_timeline", args=[new_uuid7()])).status_code == 404
    assert operator.post(reverse("admin:runtime_run_delete", args=[run.id])).status_code == 403


def test_every_page_of_the_subject_opens(operator: Client, run: Run) -> None:
    replays.store(run)
    topic = f"run:{run.id}:events"
    ProjectionDrift.objects.create(
        topic=topic,
        reason="sequence_gap",
        expected_next_seq=1,
        last_seen_seq=0,
        incoming_seq=2,
        detected_at=timezone.now(),
    )
    for name in ("run", "runsummary", "projectiondrift", "synctopicsequence", "replayartifact", "opsswitch"):
        assert operator.get(reverse(f"admin:runtime_{name}_changelist")).status_code == 200, name
    drift = operator.get(reverse("admin:runtime_projectiondrift_changelist"), {"repaired": "no", "q": topic})
    assert topic in drift.content.decode()
    shown = operator.get(reverse("admin:runtime_synctopicsequence_change", args=[topic])).content.decode()
    assert "20000 rows, 7 days" in shown
    assert operator.get(reverse("admin:runtime_run_change", args=[run.id])).status_code == 200
    summary = RunSummary.objects.get(run_id=run.id)
    assert operator.get(reverse("admin:runtime_runsummary_change", args=[summary.pk])).status_code == 200

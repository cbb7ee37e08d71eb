"""The operator's pages: the run's timeline, topics with their retention, drift, replays."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.runtime.domain.worker_states import Lane, WorkerStatus
from apps.runtime.models import ProjectionDrift, Run, RunSummary, WorkerLive
from apps.runtime.services import frames, heartbeats, replays, threads, workers
from apps.runtime.services.append import append
from apps.runtime.services.runs import Reader
from apps.runtime.services.workers import Registration
from apps.runtime.tests import factories as make
from openagents.receipts.ids import new_id, new_uuid7

FRAME = frames.Frame("f1", "user.text", {"text": "go on"}, None)


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


def test_a_frame_is_shown_with_what_it_said_and_the_worker_is_a_link(operator: Client) -> None:
    worker_id = new_id("w")
    workers.register(Registration(Lane.GENERIC, make.owner(), None, worker_id))
    run = make.run(worker_id=worker_id)
    frames.receive_frame(run.id, FRAME, Reader(None), None)
    html = page(operator, run)
    assert "frame f1 (user.text): {&quot;text&quot;: &quot;go on&quot;}" in html
    assert reverse("admin:runtime_worker_change", args=[worker_id]) in html
    assert "w-unknown" in page(operator, make.run(worker_id="w-unknown"))


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


def test_every_list_and_page_of_the_plane_opens_and_nothing_is_edited(operator: Client, run: Run) -> None:
    """Also those of subjects that come later: the registry says which there are."""
    worker_id = new_id("w")
    workers.register(Registration(Lane.GENERIC, make.owner(), "org_a", worker_id))
    heartbeats.heartbeat(worker_id, Reader(None), {"load": "<i>"}, None)
    frames.receive_frame(run_with_frame := make.run(worker_id=worker_id).id, FRAME, Reader(None), None)
    threads.post_message(threads.Speaker(make.owner()), new_id("thread"), "secret words", None)
    drift_at(f"worker:{worker_id}:lifecycle")
    for model in [model for model in admin.site._registry if model._meta.app_label == "runtime"]:
        name = f"admin:runtime_{model._meta.model_name}"
        listed = operator.get(reverse(f"{name}_changelist"))
        assert listed.status_code == 200, name
        assert operator.get(reverse(f"{name}_changelist"), {"q": "zzz"}).status_code == 200, name
        assert operator.get(reverse(f"{name}_add")).status_code == 403, name
        assert "secret words" not in listed.content.decode()
        if (row := admin.site._registry[model].get_queryset(listed.wsgi_request).first()) is not None:
            url = reverse(f"{name}_change", args=[row.pk])
            assert operator.get(url).status_code == 200, url
            assert operator.post(url, {}).status_code == 403, url
    shown = operator.get(reverse("admin:runtime_worker_change", args=[worker_id])).content.decode()
    assert str(run_with_frame) in shown and "worker.heartbeat" in shown and "fresh" in shown and "<i>" not in shown
    assert "not used yet" in operator.get(reverse("admin:runtime_run_change", args=[run_with_frame])).content.decode()
    drifted = operator.get(reverse("admin:runtime_projectiondrift_changelist"), {"q": worker_id}).content.decode()
    assert reverse("admin:runtime_worker_change", args=[worker_id]) in drifted


def test_workers_are_found_by_how_alive_they_are(operator: Client) -> None:
    mark = new_id("w")
    ages = {"fresh": 5, "stale": 500, "missing": None}
    for state, age in ages.items():
        workers.register(Registration(Lane.GENERIC, make.owner(), None, f"{mark}.{state}"))
        beat = None if age is None else timezone.now() - timedelta(seconds=age)
        WorkerLive.objects.filter(worker_id=f"{mark}.{state}").update(last_heartbeat_at=beat)
    workers.register(Registration(Lane.GENERIC, make.owner(), None, f"{mark}.stopped"))
    workers.transition(f"{mark}.stopped", Reader(None), WorkerStatus.STOPPED, None)
    for state in (*ages, "stopped"):
        page = operator.get(reverse("admin:runtime_worker_changelist"), {"q": mark, "liveness": state})
        assert set(re.findall(rf"{mark}\.(\w+)", page.content.decode())) == {state}


def drift_at(topic: str) -> None:
    ProjectionDrift.objects.create(
        topic=topic,
        reason="sequence_gap",
        expected_next_seq=1,
        last_seen_seq=0,
        incoming_seq=2,
        detected_at=timezone.now(),
    )


def test_every_page_of_the_subject_opens(operator: Client, run: Run) -> None:
    replays.store(run)
    topic = f"run:{run.id}:events"
    drift_at(topic)
    for name in ("run", "runsummary", "projectiondrift", "synctopicsequence", "replayartifact", "opsswitch"):
        assert operator.get(reverse(f"admin:runtime_{name}_changelist")).status_code == 200, name
    drift = operator.get(reverse("admin:runtime_projectiondrift_changelist"), {"repaired": "no", "q": topic})
    assert topic in drift.content.decode()
    shown = operator.get(reverse("admin:runtime_synctopicsequence_change", args=[topic])).content.decode()
    assert "20000 rows, 7 days" in shown
    assert operator.get(reverse("admin:runtime_run_change", args=[run.id])).status_code == 200
    summary = RunSummary.objects.get(run_id=run.id)
    assert operator.get(reverse("admin:runtime_runsummary_change", args=[summary.pk])).status_code == 200

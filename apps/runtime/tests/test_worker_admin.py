"""The operator's pages of workers and threads: they show, and they do not change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.test import RequestFactory

from apps.runtime.models import Thread, Worker
from apps.runtime.tests.conftest import Call
from openagents.receipts.ids import new_id


def test_a_worker_is_shown_with_its_requests_and_events(call: Call) -> None:
    worker_id = new_id("w")
    sent = {"request_id": "r1", "method": "thread/start", "params": {"text": "<b>"}}
    call("POST", f"/internal/v1/codex/workers/{worker_id}/requests", {"request": sent})
    page: Any = admin.site._registry[Worker]
    worker = page.get_queryset(RequestFactory().get("/")).get(worker_id=worker_id)
    assert page.heartbeat(worker) == "fresh" and page.last_beat(worker) is not None
    told = page.requests(worker)
    assert "thread/start r1" in told and "succeeded" in told and '<td class="num">2</td>' in told
    assert "worker.response" in page.timeline(worker) and "<b>&lt;b&gt;" not in page.timeline(worker)
    assert "&lt;b&gt;" in page.timeline(worker)


def test_nothing_is_edited_by_hand() -> None:
    request = RequestFactory().get("/")
    for model in (Worker, Thread):
        page: Any = admin.site._registry[model]
        assert not page.has_add_permission(request)
        assert not page.has_change_permission(request)
        assert not page.has_delete_permission(request)


def test_every_route_of_workers_and_threads_is_documented(client: Any) -> None:
    document = client.get("/openapi.json").json()
    base = "/internal/v1"
    for path in (
        "/workers",
        "/workers/{worker_id}",
        "/workers/{worker_id}/heartbeat",
        "/workers/{worker_id}/status",
        "/workers/{worker_id}/checkpoint",
        "/codex/workers",
        "/codex/workers/{worker_id}",
        "/codex/workers/{worker_id}/snapshot",
        "/codex/workers/{worker_id}/stream",
        "/codex/workers/{worker_id}/events",
        "/codex/workers/{worker_id}/requests",
        "/codex/workers/{worker_id}/stop",
        "/threads",
        "/threads/{thread_id}/messages",
        "/runs/{run_id}/frames",
        "/runs/{run_id}/stream",
    ):
        assert base + path in document["paths"], path

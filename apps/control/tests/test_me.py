"""The caller's own page, with or without the runtime."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control.tests.world import Double, Person

THREADS = "/internal/v1/threads"


def thread(name: str, count: int) -> dict[str, Any]:
    return {
        "thread_id": name, "user_id": "u", "org_id": "o", "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-02T00:00:00.5Z", "message_count": count, "last_message_at": None,
    }  # fmt: skip


def test_threads_come_from_the_runtime_for_the_caller(runtime: Double, person: Person) -> None:
    runtime.answer("GET", THREADS, 200, {"threads": [thread("t-1", 0), thread("t-2", 3)], "next_cursor": None})
    data = person.get("/api/me").data
    assert data["chatThreads"] == [
        {"id": "t-1", "title": "New Chat", "updatedAt": "2026-01-02T00:00:00Z"},
        {"id": "t-2", "title": "Thread t-2", "updatedAt": "2026-01-02T00:00:00Z"},
    ]
    assert data["chatThreadsAvailable"] is True
    user = data["user"]
    assert (user["id"], user["email"], user["avatar"]) == (person.user_id, person.email, "")
    assert user["handle"] == person.email.partition("@")[0]
    assert user["workosId"].startswith("mock_workos_") and user["createdAt"].endswith("Z")
    (asked,) = runtime.at(THREADS)
    assert (asked.target, asked.act.user_id, asked.act.org_id) == (f"{THREADS}?limit=50", person.user_id, person.org_id)


@pytest.mark.parametrize(("asked", "sent"), [("1", 1), ("0", 1), ("-7", 1), ("200", 200), ("100000", 200)])
def test_the_limit_is_clamped(runtime: Double, person: Person, asked: str, sent: int) -> None:
    runtime.answer("GET", THREADS, 200, {"threads": []})
    assert person.get(f"/api/me?chat_limit={asked}").status == 200
    assert runtime.at(THREADS)[0].target == f"{THREADS}?limit={sent}"


def test_no_number_is_no_limit(person: Person) -> None:
    assert person.get("/api/me?chat_limit=many").fields == {"chat_limit"}


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, {}), (403, {"error": "forbidden"}), (429, {"error": "rate_limited"}), (200, b"<html>"), (200, []), (200, {}),
     (200, {"threads": [{"title": "no id"}]}), (200, {"threads": "none"})],
)  # fmt: skip
def test_whatever_the_runtime_does_the_page_is_there(runtime: Double, person: Person, status: int, body: Any) -> None:
    runtime.answer("GET", THREADS, status, body)
    data = person.get("/api/me").data
    assert (data["chatThreads"], data["chatThreadsAvailable"]) == ([], False)


def test_without_the_runtime_the_page_is_there(person: Person) -> None:
    data = person.get("/api/me").data
    assert (data["user"]["id"], data["chatThreads"], data["chatThreadsAvailable"]) == (person.user_id, [], False)

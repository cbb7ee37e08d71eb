"""A token that is being minted while its right is taken away: refused, or among what the taking revokes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from apps.control.models import IssuedSyncToken, Revocation
from apps.control.services import tokens
from apps.control.tests.world import Answer, Person, fresh, sign_in

MINTS = ["/api/sync/token", "/api/khala/token"]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], Any]], None]]:
    """`between(work)`: run `work` once in another connection after a mint has checked everything else."""
    original = tokens._hold
    todo: list[Callable[[], Any]] = []

    def in_its_own_thread() -> None:
        work = todo.pop()
        try:
            work()
        finally:
            connection.close()

    def stopped(*args: Any) -> Any:
        if todo:
            with ThreadPoolExecutor(1) as threads:
                threads.submit(in_its_own_thread).result(30)
        return original(*args)

    monkeypatch.setattr(tokens, "_hold", stopped)
    yield todo.append


def live(person: Person) -> int:
    return IssuedSyncToken.objects.filter(user_id=person.user_id, revoked_at__isnull=True).count()


@pytest.mark.parametrize("path", MINTS)
def test_a_session_that_ends_meanwhile_gets_no_token(person: Person, between: Any, path: str) -> None:
    between(lambda: person.post("/api/auth/logout"))
    answer = person.post(path)
    assert (answer.status, answer.reason) == (401, "session_revoked")
    assert live(person) == 0


@pytest.mark.parametrize("path", MINTS)
def test_a_personal_token_that_ends_meanwhile_gets_no_token(person: Person, between: Any, path: str) -> None:
    program = person.program()
    between(lambda: person.delete("/api/tokens"))
    between_answer = program.post(path)
    assert (between_answer.status, between_answer.reason) == (401, "pat_revoked")
    assert live(person) == 0


@pytest.mark.parametrize("path", MINTS)
def test_who_is_removed_meanwhile_gets_no_token_for_the_organisation(person: Person, between: Any, path: str) -> None:
    member = sign_in()
    org_id = person.post("/api/orgs", {"name": "n", "slug": fresh("org")}).data["org_id"]
    assert person.post(f"/api/orgs/{org_id}/members", {"email": member.email, "role": "admin"}).status == 201
    assert member.post("/api/orgs/active", {"org_id": org_id}).status == 200
    between(lambda: person.delete(f"/api/orgs/{org_id}/members/{member.user_id}"))
    assert member.post(path).status == 403
    assert live(member) == 0
    assert member.post(path).status == 200, "in the organisation that is left"


def test_mints_and_a_logout_at_once_leave_no_token_alive(in_parallel: Any) -> None:
    for _ in range(5):
        person = sign_in()
        works = [lambda p=person: p.post("/api/auth/logout"), *[lambda p=person: p.post("/api/sync/token")] * 5]
        answers: list[Answer] = in_parallel(len(works), lambda index, todo=works: todo[index]())
        assert {answer.status for answer in answers} <= {200, 401}, answers
        minted = {answer.data["token_id"] for answer in answers[1:] if answer.status == 200}
        assert live(person) == 0
        row = Revocation.objects.get(session_ids__contains=[person.session_id])
        assert set(row.jtis) == minted, "Khala is told of each"


def test_a_mint_does_not_wait_for_another(person: Person) -> None:
    """The lock is shared: what it holds off is the end, not the neighbour."""
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute(tokens.HELD_SESSION, [person.session_id])
                held.set()
                go_on.wait(30)
                cursor.execute("COMMIT")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        holder = threads.submit(hold)
        assert held.wait(10)
        assert person.post("/api/sync/token").status == 200
        go_on.set()
        holder.result(30)

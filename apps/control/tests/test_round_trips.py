"""How many statements the hot paths cost. Transaction control and the rate limiter are left out."""

from __future__ import annotations

from apps.control.tests.world import Double, Person, queries, refresh


def test_a_session_check_is_one_statement_and_one_more_on_first_use(person: Person) -> None:
    with queries() as first:
        assert person.get("/api/orgs/memberships").status == 200
    with queries() as later:
        assert person.get("/api/orgs/memberships").status == 200
    assert (len(first), len(later)) == (3, 2)  # the second one reads the memberships themselves


def test_a_sync_token_is_four_statements(person: Person) -> None:
    person.get("/api/auth/session")
    with queries() as found:
        assert person.post("/api/sync/token").status == 200
    assert len(found) == 4, found  # session, the same held with the clock, token, audit


def test_a_proxied_run_read_is_one_statement(runtime: Double, person: Person) -> None:
    runtime.answer("GET", "/internal/v1/runs/r1", 200, {"run": {"id": "r1"}})
    person.get("/api/auth/session")
    with queries() as found:
        assert person.get("/api/runtime/runs/r1").status == 200
    assert len(found) == 1, found


def test_a_refresh_is_nine_statements_at_most(person: Person) -> None:
    with queries() as found:
        assert refresh(person).status == 200
    assert len(found) <= 9, found

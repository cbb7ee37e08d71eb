"""What every HTTP process answers: request ids, limits, health, readiness, metrics."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openagents.db import redis_client
from openagents.embedded.testbed import TESTBED
from openagents.ops import context, durability, health, metrics
from openagents.ops.health import Finding
from openagents.peers.keys import Key
from openagents.peers.signature import sign


class TestRequestId:
    @pytest.mark.parametrize("offered", ["req-12345", "A.b:c_d-9", "x" * 8, "x" * 128])
    def test_an_acceptable_one_is_echoed(self, client: Client, offered: str) -> None:
        assert client.get("/healthz", headers={"x-request-id": offered})["x-request-id"] == offered

    @pytest.mark.parametrize(
        "offered", ["", "short", "x" * 129, "has space", "ümlaut-ümlaut", "semi;colon;", "<script>x"]
    )
    def test_anything_else_is_replaced(self, client: Client, offered: str) -> None:
        made = client.get("/healthz", headers={"x-request-id": offered})["x-request-id"]
        assert made != offered
        assert made.startswith("req_")
        assert len(made) == 36

    def test_a_trailing_newline_is_not_acceptable(self) -> None:
        assert context.accept_request_id("12345678\n").startswith("req_")

    def test_each_request_gets_its_own_and_leaves_none_behind(self, client: Client) -> None:
        made = {client.get("/healthz")["x-request-id"] for _ in range(5)}
        assert len(made) == 5
        assert context.request_id.get() == ""

    def test_it_travels_to_peers_with_the_trace(self) -> None:
        tokens = [
            (context.request_id, context.request_id.set("req-12345")),
            (context.tracestate, context.tracestate.set("a=b")),
        ]
        assert context.outgoing_headers() == {"x-request-id": "req-12345", "tracestate": "a=b"}
        for variable, token in tokens:
            variable.reset(token)
        assert context.outgoing_headers() == {}

    def test_errors_carry_it_too(self, client: Client) -> None:
        assert client.get("/no/such/route", headers={"x-request-id": "req-12345"})["x-request-id"] == "req-12345"


class TestBodyLimit:
    def test_a_declared_length_over_the_limit_is_refused_before_reading(self, client: Client) -> None:
        limit = settings.OA.oa_body_limit_bytes
        answer = client.post("/healthz", b"{}", "application/json", CONTENT_LENGTH=str(limit + 1))
        assert answer.status_code == 413
        assert answer["x-request-id"]
        assert answer["content-type"].startswith("application/json")

    @pytest.mark.parametrize("declared", ["", "abc", "-1", "²", "0"])
    def test_a_strange_length_is_no_error_of_ours(self, client: Client, declared: str) -> None:
        assert client.post("/healthz", b"", "application/json", CONTENT_LENGTH=declared).status_code != 500

    def test_the_limit_itself_passes(self, client: Client) -> None:
        assert client.post("/healthz", b"x" * settings.OA.oa_body_limit_bytes, "text/plain").status_code != 413


def test_healthz_touches_no_database(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/healthz")
    assert (answer.status_code, len(queries)) == (200, 0)
    body = answer.json()
    assert body["status"] == "ok"
    assert body["plane"] == "control"
    assert {"service", "version", "uptime_seconds", "build_id", "build_sha"} <= set(body)


@pytest.mark.usefixtures("fresh_readiness")
class TestReadiness:
    def checks(self, answer: Any) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in answer.json()["checks"]}

    def test_all_is_well(self, client: Client) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ready")
        assert {"db", "durability", "schema", "clock", "draining", "redis"} <= set(self.checks(answer))
        assert all(set(row) == {"name", "ok", "code", "ms"} for row in self.checks(answer).values())
        assert metrics.READY.labels("control")._value.get() == 1
        assert metrics.READY_CHECK.labels("control", "db")._value.get() == 1

    def test_a_pending_migration_is_not_ready(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        from django.db.migrations.recorder import MigrationRecorder

        applied = MigrationRecorder.applied_migrations

        def without_last(self: Any) -> Any:
            return {key: value for key, value in applied(self).items() if key != ("ground", "0003_migration_ledger")}

        monkeypatch.setattr(MigrationRecorder, "applied_migrations", without_last)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "not_ready")
        assert self.checks(answer)["schema"]["code"] == "schema_behind"
        assert metrics.MIGRATIONS_PENDING.labels("control")._value.get() == 1
        assert metrics.READY.labels("control")._value.get() == 0

    def test_the_schema_is_told(self, client: Client) -> None:
        schema = client.get("/readyz").json()["schema"]
        assert (schema["pending"], schema["ahead"]) == (0, 0)
        assert schema["head"].startswith("00")

    @pytest.mark.parametrize(("build", "status"), [("00000000T000000Z", 200), ("", 503)])
    def test_a_schema_from_the_future_shuts_out_whom_it_names(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, build: str, status: int
    ) -> None:
        assert client.get("/readyz").status_code == 200
        monkeypatch.setattr(health, "_cached", None)
        monkeypatch.setattr(health._schema_seen, "known", frozenset(list(health._schema_seen.known)[1:]))
        monkeypatch.setattr(settings.OA, "oa_build_id", build)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["schema"]["ahead"]) == (status, 1)
        assert self.checks(answer)["schema"]["code"] == (None if status == 200 else "schema_ahead_incompatible")

    def test_detail_is_for_signed_peers(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> Finding:
            raise ValueError("no route to a***; Bearer abcdefghijklmnop")

        monkeypatch.setitem(health._checks, "broken", broken)
        refused = client.get("/readyz?verbose=1")
        assert (refused.status_code, refused.json()["reason_code"]) == (401, "missing_signature")
        key = Key("ops-dev-1", "ops", TESTBED.credentials.internal["ops"].encode())
        path = "/readyz?verbose=1"
        headers = sign(key, aud=settings.OA_AUDIENCE, method="GET", path_with_query=path, body=b"")
        detail = client.get(path, headers=headers).json()["detail"]
        assert detail["errors"] == {"broken": "no route to a***; Bearer [REDACTED]"}
        assert detail["role"] == settings.OA_PROCESS.name
        assert "detail" not in client.get("/readyz").json()

    @pytest.mark.parametrize(("environment", "status"), [("prod", 503), ("test", 200)])
    def test_a_server_that_does_not_flush(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, environment: str, status: int
    ) -> None:
        monkeypatch.setattr(health, "unsafe_settings", lambda: ["fsync=off"])
        monkeypatch.setattr(settings.OA, "oa_env", environment)
        monkeypatch.setitem(health._checks, "keys", lambda: Finding(True))
        monkeypatch.setitem(health._checks, "provider", lambda: Finding(True))
        answer = client.get("/readyz")
        assert answer.status_code == status
        assert (self.checks(answer)["durability"]["ok"], self.checks(answer)["durability"]["code"]) == (
            False,
            "fsync=off",
        )

    def test_draining_shows_at_once(self, client: Client) -> None:
        assert client.get("/readyz").status_code == 200
        health.begin_drain()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert self.checks(answer)["draining"]["code"] == "draining"

    def test_a_check_that_raises_or_hangs_fails_by_name(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        never = threading.Event()

        def broken() -> Finding:
            raise ZeroDivisionError

        monkeypatch.setitem(health._checks, "broken", broken)
        monkeypatch.setitem(health._checks, "hanging", lambda: Finding(never.wait(30)))
        answer = client.get("/readyz")
        never.set()
        assert answer.status_code == 503
        assert self.checks(answer)["broken"]["code"] == "ZeroDivisionError"
        assert self.checks(answer)["hanging"]["code"] == "timeout"

    def test_the_answer_is_reused_for_a_moment(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[int] = []
        monkeypatch.setitem(health._checks, "counted", lambda: Finding(bool(calls.append(1) or True)))
        bodies = [client.get("/readyz").json() for _ in range(5)]
        assert calls == [1]
        assert all(body == bodies[0] for body in bodies)

    def test_a_clock_that_is_off_is_not_ready(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "CLOCK_SKEW_SECONDS_MAX", -1.0)
        assert self.checks(client.get("/readyz"))["clock"]["code"] == "clock_skew"

    @pytest.fixture
    def deaf_redis(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Something that accepts connections and never answers."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            monkeypatch.setattr(settings.OA, "redis_url", f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
            redis_client.client.cache_clear()
            yield
        redis_client.client.cache_clear()

    @pytest.mark.usefixtures("deaf_redis")
    def test_redis_never_fails_readiness_not_even_by_silence(self, client: Client) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, self.checks(answer)["redis"]["ok"]) == (200, False)


class TestMetrics:
    def test_the_exposition_is_text_and_counts_by_route(self, client: Client) -> None:
        labels = ("control", "healthz", "GET", "2xx")
        before = metrics.HTTP_REQUESTS.labels(*labels)._value.get()
        client.get("/healthz?secret=1")
        assert metrics.HTTP_REQUESTS.labels(*labels)._value.get() == before + 1
        client.get("/no/such/place/nowhere-else")
        answer = client.get("/metrics")
        assert answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        text = answer.content.decode()
        assert 'oa_http_requests_total{method="GET",plane="control",route="healthz",status_class="2xx"}' in text
        assert "nowhere-else" not in text
        assert metrics.HTTP_IN_FLIGHT.labels("control")._value.get() == 0

    def test_a_strange_method_is_one_series(self, client: Client) -> None:
        client.generic("BREW", "/healthz")
        assert metrics.HTTP_REQUESTS.labels("control", "healthz", "OTHER", "2xx")._value.get() >= 1

    def test_a_token_guards_them_when_set(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings.OA, "oa_metrics_token", "metrics-secret-ü")
        for header in ({}, {"authorization": "Bearer wrong"}, {"authorization": "metrics-secret"}):
            assert client.get("/metrics", headers=header).status_code == 401
        monkeypatch.setattr(settings.OA, "oa_metrics_token", "metrics-secret")
        assert client.get("/metrics", headers={"authorization": "Bearer metrics-secret"}).status_code == 200


def test_the_admin_has_csrf_protection_and_nothing_else_has() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 403
    assert strict.post("/healthz").status_code == 200


def test_unsafe_settings_name_what_this_login_sees() -> None:
    assert durability.unsafe_settings() == []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        assert durability.unsafe_settings() == ["synchronous_commit=off"]
    finally:
        connection.close()

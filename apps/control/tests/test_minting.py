"""Minting sync and khala tokens: the order of checks, what the tokens say, what is kept of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest

from apps.control.models import Device, IssuedSyncToken
from apps.control.services.clock import database_now
from apps.control.tests.world import Double, Person, call, configure, new_email, sign_in

SYNC, KHALA = "/api/sync/token", "/api/khala/token"


def decoded(settings: Any, data: dict[str, Any], audience: str) -> dict[str, Any]:
    keys = settings.OA.sync_keys() if audience == "openagents-sync" else settings.OA.khala_keys()
    assert jwt.get_unverified_header(data["token"]) == {"alg": "HS256", "typ": "JWT", "kid": data["kid"]}
    return jwt.decode(data["token"], keys[data["kid"]], algorithms=["HS256"], audience=audience)


def test_an_empty_request_gives_the_default_scopes_and_their_topics(settings: Any, person: Person) -> None:
    answer = person.post(SYNC)
    data = answer.data
    assert answer.status == 200
    assert data["scopes"] == ["runtime.codex_worker_events"]
    topic = f"org:user:{person.user_id}:worker_events"
    assert data["granted_topics"] == [{"topic": topic, "required_scope": "runtime.codex_worker_events"}]
    assert (data["expires_in"], data["token_type"]) == (300, "Bearer")
    claims = decoded(settings, data, "openagents-sync")
    assert claims["sub"] == f"user:{person.user_id}"
    assert claims["exp"] - claims["iat"] == 300 and claims["nbf"] == claims["iat"]
    assert claims["oa_user_id"] == person.user_id
    assert claims["oa_org_id"] == person.org_id
    assert claims["oa_session_id"] == person.session_id
    assert claims["oa_device_id"] == person.device_id
    assert claims["oa_sync_topics"] == [topic]
    assert claims["oa_client_surface"] == "desktop"
    assert claims["oa_claims_version"] == "oa_sync_claims_v1"
    assert "oa_topic_ceiling" not in claims
    kept = IssuedSyncToken.objects.get(pk=data["token_id"])
    assert (kept.kind, kept.session_id, kept.topics) == ("sync", person.session_id, [topic])


def test_the_alias_answers_the_same_with_sunset_headers(person: Person) -> None:
    answer = person.post("/api/v1/sync/token", {"scopes": ["runtime.threads"]})
    assert answer.data["scopes"] == ["runtime.threads"]
    assert answer.headers["sunset"] == "Tue, 30 Jun 2026 00:00:00 GMT"
    assert "sunset" not in person.post(SYNC).headers


def test_scopes_are_trimmed_deduplicated_and_sorted(person: Person) -> None:
    body = {"scopes": [" runtime.threads", "runtime.run_summaries", "", "runtime.threads"]}
    data = person.post(SYNC, body).data
    assert data["scopes"] == ["runtime.run_summaries", "runtime.threads"]
    assert [row["topic"] for row in data["granted_topics"]] == [
        f"user:{person.user_id}:runs", f"user:{person.user_id}:threads",
    ]  # fmt: skip


def test_named_topics_become_the_ceiling_in_their_order(settings: Any, person: Person) -> None:
    topics = [f"user:{person.user_id}:threads", f"user:{person.user_id}:runs"]
    body = {"scopes": ["runtime.run_summaries", "runtime.threads"], "topics": [*topics, topics[0]]}
    data = person.post(SYNC, body).data
    assert [row["topic"] for row in data["granted_topics"]] == topics
    claims = decoded(settings, data, "openagents-sync")
    assert (claims["oa_sync_topics"], claims["oa_topic_ceiling"]) == (topics, True)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"device_id": "desktop:other"}, 403, "forbidden"),
        ({"ttl_seconds": 59}, 422, "invalid_request"),
        ({"ttl_seconds": 901}, 422, "invalid_request"),
        ({"ttl_seconds": 0}, 422, "invalid_request"),
        ({"scopes": ["runtime.nonsense"]}, 422, "invalid_scope"),
        ({"scopes": ["codex:read"]}, 422, "invalid_scope"),
        ({"topics": ["nonsense"]}, 422, "invalid_request"),
        ({"topics": ["fleet:guest:g1:workers"]}, 422, "invalid_request"),
        ({"topics": ["runtime.codex_worker_events"]}, 422, "invalid_request"),
        ({"topics": ["user:me:runs"]}, 422, "invalid_scope"),
        ({"topics": ["org:other:worker_events"]}, 403, "forbidden"),
        ({"scopes": ["runtime.run_summaries"], "topics": ["user:other:runs"]}, 403, "forbidden"),
        ({"scopes": ["ops.read"]}, 403, "forbidden"),
        ({"scopes": ["ops.read"], "topics": ["fraud:incidents"]}, 403, "forbidden"),
        ({"scopes": "runtime.threads"}, 422, "invalid_request"),
        # The order of checks: device before time to live before scope.
        ({"device_id": "desktop:other", "ttl_seconds": 1}, 403, "forbidden"),
        ({"ttl_seconds": 1, "scopes": ["runtime.nonsense"]}, 422, "invalid_request"),
        ({"scopes": ["runtime.nonsense"], "topics": ["nonsense"]}, 422, "invalid_scope"),
    ],
)
def test_refusals(person: Person, body: dict[str, Any], status: int, code: str) -> None:
    answer = person.post(SYNC, body)
    assert (answer.status, answer.code) == (status, code)
    assert not IssuedSyncToken.objects.filter(session_id=person.session_id).exists()


@pytest.mark.parametrize("ttl", [60, 900])
def test_the_bounds_of_the_life_are_inclusive(person: Person, ttl: int) -> None:
    assert person.post(SYNC, {"ttl_seconds": ttl, "device_id": person.device_id.upper()}).data["expires_in"] == ttl


@pytest.mark.parametrize(
    "change",
    [
        {"oa_sync_token_enabled": False},
        {"oa_sync_token_keys": ""},
        {"oa_sync_token_issuer": " "},
        {"oa_sync_token_max_ttl_seconds": 10},
        {"oa_sync_token_default_scopes": []},
    ],
)
def test_minting_that_is_off_or_misconfigured_is_503(settings: Any, person: Person, change: dict[str, Any]) -> None:
    configure(settings, **change)
    answer = person.post(SYNC)
    assert (answer.status, answer.code) == (503, "sync_token_unavailable")


def test_a_plain_member_does_not_see_everybodys_workers() -> None:
    member = sign_in(new_email("openagents.com"))
    member.post("/api/orgs/active", {"org_id": "org:openagents"})
    assert member.post(SYNC).status == 403
    data = member.post(SYNC, {"scopes": ["runtime.codex_worker_summaries", "runtime.run_summaries"]}).data
    assert [row["topic"] for row in data["granted_topics"]] == [
        "org:openagents:workers", f"user:{member.user_id}:runs",
    ]  # fmt: skip
    assert data["org_id"] == "org:openagents"


def test_topics_of_runs_need_the_runtimes_word(runtime: Double, person: Person) -> None:
    runtime.answer("GET", "/internal/v1/runs/mine", 200, {"run": {"id": "mine"}})
    runtime.answer("GET", "/internal/v1/runs/theirs", 403, {"error": "forbidden"})
    runtime.answer("GET", "/internal/v1/runs/broken", 500, {"error": "internal"})

    def mint(run: str) -> int:
        return person.post(SYNC, {"scopes": ["runtime.run_events"], "topics": [f"run:{run}:events"]}).status

    assert [mint(run) for run in ("mine", "theirs", "unknown", "broken")] == [200, 403, 403, 503]


def test_a_worker_topic_names_the_scope_that_is_held(runtime: Double, person: Person) -> None:
    runtime.answer("GET", "/internal/v1/workers/w1", 200, {"worker": {}})
    data = person.post(SYNC, {"topics": ["worker:w1:events"]}).data
    assert data["granted_topics"] == [{"topic": "worker:w1:events", "required_scope": "runtime.codex_worker_events"}]


def test_an_operator_gets_the_operator_surface(settings: Any, person: Person) -> None:
    configure(settings, oa_admin_emails=[person.email])
    data = person.post(SYNC, {"scopes": ["ops.read"], "topics": ["fraud:incidents"]}).data
    assert decoded(settings, data, "openagents-sync")["oa_client_surface"] == "operator"


def test_every_call_mints_a_new_token(person: Person) -> None:
    assert person.post(SYNC).data["token_id"] != person.post(SYNC).data["token_id"]


def test_minting_is_limited_per_session(person: Person) -> None:
    other = sign_in(person.email)
    statuses = [person.post(SYNC, {"ttl_seconds": 1}).status for _ in range(121)]
    assert statuses == [422] * 120 + [429]
    assert person.post(KHALA).status == 429
    assert other.post(SYNC).status == 200


def test_a_token_minted_after_a_device_was_revoked_is_of_a_later_second(person: Person) -> None:
    revoked_at = database_now() + timedelta(seconds=1)
    Device.objects.filter(user_id=person.user_id).update(revoked_at=revoked_at)
    data = person.post(SYNC, {"ttl_seconds": 60}).data
    issued = jwt.decode(data["token"], options={"verify_signature": False})["iat"]
    assert issued > int(revoked_at.timestamp())


def test_a_khala_token_without_wishes(settings: Any, person: Person) -> None:
    data = person.post(KHALA).data
    assert data["scope"] == ["runtime.codex_worker_events"]
    assert (data["workspace_id"], data["role"]) == (None, None)
    claims = decoded(settings, data, "openagents-khala")
    assert claims["jti"].startswith("khala_") and claims["oa_claims_version"] == "oa_khala_claims_v1"
    assert claims["oa_sync_scopes"] == ["runtime.codex_worker_events"]
    assert claims["oa_sync_topics"] == [f"org:user:{person.user_id}:worker_events", "runtime.codex_worker_events"]
    assert claims["oa_session_id"] == person.session_id
    assert not {"oa_workspace_id", "oa_role", "oa_topic_ceiling"} & claims.keys()


def test_a_khala_token_with_scope_workspace_and_role(settings: Any, person: Person) -> None:
    body = {"scope": [" codex:write ", "runtime.threads", "codex:write"], "workspace_id": " ws-1 ", "role": "admin"}
    data = person.post(KHALA, body).data
    assert (data["scope"], data["workspace_id"], data["role"]) == (["codex:write", "runtime.threads"], "ws-1", "admin")
    claims = decoded(settings, data, "openagents-khala")
    assert (claims["scope"], claims["oa_workspace_id"], claims["oa_role"]) == (data["scope"], "ws-1", "admin")
    assert claims["oa_sync_scopes"] == ["runtime.threads"]
    assert IssuedSyncToken.objects.get(pk=data["token_id"]).kind == "khala"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"scope": ["nonsense"]}, 422, "invalid_scope"),
        ({"scope": ["x" * 121]}, 422, "invalid_request"),
        ({"workspace_id": "w" * 121}, 422, "invalid_request"),
        ({"role": "god"}, 422, "invalid_request"),
        ({"scope": ["ops.read"]}, 403, "forbidden"),
    ],
)
def test_khala_refusals(person: Person, body: dict[str, Any], status: int, code: str) -> None:
    answer = person.post(KHALA, body)
    assert (answer.status, answer.code) == (status, code)


def test_a_role_above_ones_own_is_refused() -> None:
    member = sign_in(new_email("openagents.com"))
    member.post("/api/orgs/active", {"org_id": "org:openagents"})
    assert member.post(KHALA, {"scope": ["codex:read"], "role": "admin"}).status == 403
    assert member.post(KHALA, {"scope": ["codex:read"], "role": "member"}).data["role"] == "member"


@pytest.mark.parametrize("change", [{"oa_khala_token_enabled": False}, {"oa_khala_token_ttl_seconds": 5}])
def test_khala_minting_that_is_off_is_503(settings: Any, person: Person, change: dict[str, Any]) -> None:
    configure(settings, **change)
    answer = person.post(KHALA)
    assert (answer.status, answer.code) == (503, "khala_token_unavailable")


def test_a_broken_body_is_400_and_a_wrong_type_415(person: Person) -> None:
    answer = call("POST", SYNC, raw=b"{", token=person.access)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert call("POST", SYNC, raw=b"{}", token=person.access, content_type="text/plain").status == 415

"""Tables of the specification that are numbers and names: grammar, wire contracts, classes, limits, codes, routes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection

from apps.khala.api.entrances import ENTRANCES
from apps.khala.config import Config
from apps.khala.domain import grammar
from apps.khala.domain.closing import CloseCode
from apps.khala.urls import api
from openagents.sync.v1 import sync_pb2, telemetry_pb2

# 3.1, 3.2

LIFECYCLE = ("runtime.codex_worker_events", "runtime.worker_lifecycle_events")


@pytest.mark.parametrize(
    ("topic", "class_name", "scopes", "binding"),
    [
        ("run:r:events", "run_events", ("runtime.run_events",), "row"),
        ("worker:w:lifecycle", "worker_lifecycle", LIFECYCLE, "row"),
        ("fleet:user:u:workers", "worker_lifecycle", LIFECYCLE, "user"),
        ("fleet:guest:g:workers", "worker_lifecycle", LIFECYCLE, "guest"),
        ("worker:w:events", "codex_worker_events", LIFECYCLE, "row"),
        ("org:o:worker_events", "codex_worker_events", ("runtime.codex_worker_events",), "org"),
        ("org:o:workers", "worker_summaries", ("runtime.codex_worker_summaries",), "org"),
        ("user:u:runs", "run_summaries", ("runtime.run_summaries",), "user"),
        ("user:u:notifications", "notifications", ("runtime.notifications",), "user"),
        ("user:u:threads", "threads", ("runtime.threads",), "user"),
        ("thread:t:messages", "threads", ("runtime.threads",), "row"),
        ("user:u:treasury", "economy", ("runtime.treasury",), "user"),
        ("fraud:incidents", "operator", ("ops.read",), "operator"),
        ("ops:runtime:summary", "operator", ("ops.read",), "operator"),
    ],
)
def test_3_1_topics(topic: str, class_name: str, scopes: tuple[str, ...], binding: str) -> None:
    found = grammar.parse(topic)
    assert found is not None
    assert (found.topic_class.name, found.scopes, found.binding) == (class_name, scopes, binding)


def test_3_1_an_org_id_is_not_prefixed_twice() -> None:
    assert grammar.org_topic("org:openagents", "workers") == "org:openagents:workers"
    assert grammar.org_topic("user:7", "workers") == "org:user:7:workers"


@pytest.mark.parametrize("alias", grammar.ALIASES)
def test_3_2_aliases_are_the_enum(alias: str) -> None:
    name = "SYNC_TOPIC_" + alias.upper().replace(".", "_")
    assert sync_pb2.SyncTopic.Value(name) == grammar.ALIASES[alias].enum


# 10.1

MESSAGES: dict[str, str] = {
    "KhalaFrame": "topic=1 seq=2 kind=3 payload_bytes=4 schema_version=5 lineage=6",
    "TopicCursor": "topic=1 watermark=2 topic_name=3 lineage=4 chain=5",
    "Subscribe": "topics=1 resume_after=2 request_id=3 topic_names=4 replay_batch_size=5 start=6",
    "TopicStart": "topic_name=1 mode=2",
    "Subscribed": "subscription_id=1 current_watermarks=2 head_watermarks=3 request_id=4 results=5",
    "TopicResult": "topic_name=1 canonical_topic=2 error=3 reason=4 effective_resume_after=5 lineage=6 mode=7 chain=8",
    "Update": "topic=1 doc_key=2 doc_version=3 payload=4 watermark=5 payload_hash=6 hydration_required=7 topic_name=8 "
    "kind=9 published_at_unix_ms=10 tombstone=11 hydrate_path=12",
    "UpdateBatch": "updates=1 replay_complete=2 head_watermarks=3",
    "Heartbeat": "watermarks=1 server_time_unix_ms=2",
    "Error": "code=1 message=2 retry_after_ms=3 full_resync_required=4 reason_codes=5 stale_topics=6 snapshot_plan=7 "
    "reauth_required=8 compatibility=9 forbidden_topics=10 action=11 reconnect_after_ms=12 request_id=13 code_text=14 "
    "reason=15",
    "StaleTopic": "topic_name=1 reason=2 qos_tier=3 resume_after=4 retention_floor=5 head_watermark=6 replay_lag=7 "
    "replay_budget_events=8 compaction_boundary=9 lineage=10",
    "SnapshotPlan": "format=1 topics=2",
    "SnapshotRef": "topic_name=1 head_watermark=2 format=3 schema_version=4 cadence_seconds=5 href=6",
    "ClientMessage": "request_id=1 hello=10 subscribe=11 unsubscribe=12 heartbeat=13 ack=14 authenticate=15 "
    "telemetry=16",
    "ClientHello": "client=1 client_build_id=2 protocol_version=3 schema_version=4 app_version=5 window_frames=6 "
    "window_bytes=7",
    "Unsubscribe": "topic_names=1",
    "Ack": "applied=1",
    "Authenticate": "token=1",
    "Welcome": "connection_id=1 protocol_version=2 schema_version=3 heartbeat_interval_ms=4 heartbeat_timeout_ms=5 "
    "window_frames=6 window_bytes=7 compatibility=8 server_time_unix_ms=9 recommended_reconnect_backoff_ms=10 "
    "allowed_topics=11 lease_expires_unix_ms=12",
    "ServerControl": "action=1 reconnect_after_ms=2 reason=3 grace_ms=4 topic_name=5",
    "AuthStatus": "accepted=1 lease_expires_unix_ms=2 reason=3",
    "CompatibilityWindow": "protocol_version=1 min_client_build_id=2 max_client_build_id=3 min_schema_version=4 "
    "max_schema_version=5",
    "ClientTelemetryEvent": "schema_version=1 event_id=2 occurred_at_unix_ms=3 surface=4 client_build_id=5 "
    "app_version=6 protocol_version=7 topic=8 topic_class=9 actor_scope_hash=10 session_id=11 "
    "reconnect=20 auth_failure=21 replay=22 delivery_error=23 boot=24 crash=25",
    "ClientReconnect": "attempt=1 backoff_ms=2 resumed=3 last_applied_seq=4 reason_code=5",
    "ClientAuthFailure": "http_status=1 reason_code=2 refresh_attempted=3",
    "ClientReplay": "status=1 requested_after_seq=2 oldest_available_seq=3 head_seq=4 catchup_duration_ms=5",
    "ClientBoot": "cold=1 boot_ms=2 ws_connect_ms=3 first_frame_ms=4 previous_exit=5",
    "ClientCrash": "signature_hash=1 phase=2 uptime_ms=3",
    "ClientDeliveryError": "channel=1 reason_code=2 rolling_error_count_5m=3",
}

ENUMS: dict[str, tuple[str, str]] = {
    "SyncTopic": (
        "SYNC_TOPIC_",
        "UNSPECIFIED=0 RUNTIME_RUN_SUMMARIES=1 RUNTIME_CODEX_WORKER_SUMMARIES=2 RUNTIME_NOTIFICATIONS=3 "
        "RUNTIME_CODEX_WORKER_EVENTS=4",
    ),
    "SyncErrorCode": (
        "SYNC_ERROR_CODE_",
        "UNSPECIFIED=0 UNAUTHORIZED=1 FORBIDDEN_TOPIC=2 BAD_SUBSCRIPTION=3 STALE_CURSOR=4 PAYLOAD_TOO_LARGE=5 "
        "RATE_LIMITED=6 INTERNAL=7 SLOW_CONSUMER=8 REAUTH_REQUIRED=9 UPGRADE_REQUIRED=10 SERVER_DRAINING=11 "
        "HEARTBEAT_TIMEOUT=12 BAD_MESSAGE=13",
    ),
    "KhalaFrameKind": (
        "KHALA_FRAME_KIND_",
        "UNSPECIFIED=0 SUBSCRIBED=1 UPDATE_BATCH=2 HEARTBEAT=3 ERROR=4 WELCOME=5 UNSUBSCRIBED=6 CONTROL=7 AUTH=8",
    ),
    "StartMode": ("START_MODE_", "UNSPECIFIED=0 EARLIEST=1 LATEST=2"),
    "ClientSurface": ("CLIENT_SURFACE_", "UNSPECIFIED=0 WEB=1 DESKTOP=2 IOS=3 ONYX=4 SDK=5 OPERATOR=6"),
}


def _home(name: str) -> Any:
    return getattr(sync_pb2, name, None) or getattr(telemetry_pb2, name)


@pytest.mark.parametrize("name", MESSAGES)
def test_10_1_messages(name: str) -> None:
    fields = {field.name: field.number for field in _home(name).DESCRIPTOR.fields}
    assert fields == {part.split("=")[0]: int(part.split("=")[1]) for part in MESSAGES[name].split()}


@pytest.mark.parametrize("name", ENUMS)
def test_10_1_enums(name: str) -> None:
    prefix, values = ENUMS[name]
    wanted = {prefix + part.split("=")[0]: int(part.split("=")[1]) for part in values.split()}
    assert dict(_home(name).items()) == wanted


# 14.1, 14.2, 15.1


@pytest.mark.parametrize(
    ("name", "qos", "budget", "retention", "writes", "payload", "cadence"),
    [
        ("run_events", "warm", 20_000, 604_800, 240, 262_144, 0),
        ("worker_lifecycle", "warm", 10_000, 259_200, 180, 65_536, 120),
        ("codex_worker_events", "hot", 3_000, 86_400, 240, 131_072, 0),
        ("run_summaries", "warm", 20_000, 604_800, 90, 65_536, 300),
        ("worker_summaries", "warm", 10_000, 259_200, 180, 65_536, 120),
        ("threads", "warm", 5_000, 604_800, 90, 65_536, 300),
        ("notifications", "cold", 500, 43_200, 90, 65_536, 0),
        ("economy", "cold", 500, 86_400, 90, 65_536, 0),
        ("operator", "cold", 500, 86_400, 90, 65_536, 0),
        ("fallback", "cold", 500, 86_400, 90, 65_536, 0),
    ],
)
def test_14_1_classes(
    name: str, qos: str, budget: int, retention: int, writes: int, payload: int, cadence: int
) -> None:
    row = grammar.CLASSES[name]
    assert (row.qos, row.replay_budget_events, row.retention_seconds) == (qos, budget, retention)
    assert (row.writes_per_second_max, row.payload_bytes_max, row.snapshot_cadence_seconds) == (
        writes,
        payload,
        cadence,
    )


def test_13_4_who_has_snapshots() -> None:
    names = ("user:u:runs", "org:o:workers", "fleet:user:u:workers", "fleet:guest:g:workers", "user:u:threads")
    topics = {name: grammar.parse(name) for name in names}
    assert all(topic is not None and topic.snapshot_capable for topic in topics.values())
    others = [pattern for pattern in grammar.GRAMMAR if not pattern.snapshot]
    assert len(others) == len(grammar.GRAMMAR) - 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KHALA_TOKEN_MAX_AGE_SECONDS", 300),
        ("KHALA_TOKEN_REQUIRE_JTI", True),
        ("KHALA_TOKEN_EXPIRY_MODE", "introspect"),
        ("KHALA_REAUTH_INTERVAL_S", 300),
        ("KHALA_REAUTH_GRACE_S", 900),
        ("KHALA_ENFORCE_ORIGIN", True),
        ("KHALA_ALLOWED_ORIGINS", ["https://openagents.com", "https://www.openagents.com"]),
        ("KHALA_SURFACE_POLICY", {"onyx": ("run_events",)}),
        ("OA_COMPAT_KHALA_PROTOCOL_VERSION", "khala.ws.v1"),
        ("OA_COMPAT_KHALA_MIN_CLIENT_BUILD_ID", "00000000T000000Z"),
        ("OA_COMPAT_KHALA_LEGACY_BUILD_ID", "00000000T000000Z"),
        ("OA_COMPAT_KHALA_MIN_SCHEMA_VERSION", 1),
        ("OA_COMPAT_KHALA_MAX_SCHEMA_VERSION", 2),
        ("KHALA_HEARTBEAT_INTERVAL_MS", 15_000),
        ("KHALA_HEARTBEAT_TIMEOUT_MS", 60_000),
        ("KHALA_JOIN_TIMEOUT_MS", 10_000),
        ("KHALA_REPLAY_BATCH_SIZE", 200),
        ("KHALA_POLL_ENABLED", True),
        ("KHALA_POLL_DEFAULT_LIMIT", 100),
        ("KHALA_POLL_MAX_LIMIT", 200),
        ("KHALA_POLL_MIN_INTERVAL_MS", 250),
        ("KHALA_OUTBOUND_QUEUE_LIMIT", 200),
        ("KHALA_OUTBOUND_QUEUE_FRAMES", 64),
        ("KHALA_OUTBOUND_QUEUE_BYTES", 262_144),
        ("KHALA_OUTBOUND_QUEUE_HARD_BYTES", 1_048_576),
        ("KHALA_FAIR_TOPIC_SLICE_LIMIT", 50),
        ("KHALA_SLOW_CONSUMER_LAG_THRESHOLD", 300),
        ("KHALA_SLOW_CONSUMER_MAX_STRIKES", 3),
        ("KHALA_SLOW_CONSUMER_WS_STRIKES", 30),
        ("KHALA_CONSUMER_REGISTRY_CAPACITY", 4_096),
        ("KHALA_RECONNECT_BASE_BACKOFF_MS", 400),
        ("KHALA_RECONNECT_JITTER_MS", 250),
        ("KHALA_SWEEP_INTERVAL_MS", 1_000),
        ("KHALA_SWEEP_DEGRADED_MS", 250),
        ("KHALA_TAIL_RING_ROWS", 512),
        ("KHALA_TAIL_RING_BYTES", 1_048_576),
        ("KHALA_DRAIN_WINDOW_MS", 25_000),
        ("KHALA_MAX_CONNECTION_AGE_S", 3_600),
        ("KHALA_RECOVERY_GRANT_TTL_S", 600),
        ("KHALA_RECOVERY_GRANT_MAX_USES", 5),
        ("KHALA_HANDSHAKE_RATE", 200),
        ("KHALA_HANDSHAKE_BURST", 400),
        ("KHALA_HANDSHAKE_IP_RATE", 10),
        ("KHALA_HANDSHAKE_IP_BURST", 20),
        ("KHALA_HANDSHAKE_USER_RATE", 5),
        ("KHALA_HANDSHAKE_USER_BURST", 20),
        ("KHALA_HANDSHAKE_DEVICE_RATE", 2),
        ("KHALA_HANDSHAKE_DEVICE_BURST", 10),
        ("KHALA_CONNECTIONS_MAX", 10_000),
        ("KHALA_CONNECTIONS_USER_MAX", 32),
        ("KHALA_CONNECTIONS_DEVICE_MAX", 8),
        ("KHALA_CONNECTIONS_ORG_MAX", 2_000),
    ],
)
def test_22_defaults(name: str, value: object) -> None:
    assert Config.model_fields[name.lower()].default == value


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (1000, "NORMAL"),
        (1009, "TOO_LARGE"),
        (1011, "INTERNAL"),
        (1012, "RECONNECT"),
        (1013, "OVERLOAD"),
        (4400, "BAD_MESSAGE"),
        (4401, "REAUTH"),
        (4403, "DENIED"),
        (4408, "SILENT"),
        (4409, "SLOW_CONSUMER"),
        (4426, "INCOMPATIBLE"),
        (4429, "RATE_LIMITED"),
    ],
)
def test_15_1_close_codes(code: int, name: str) -> None:
    assert CloseCode[name] == code and len(CloseCode) == 12


# 17, 18.2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/internal/v1/khala/topics/{topic}/messages"),
        ("get", "/khala/v1/topics/{topic}/snapshot"),
        ("post", "/khala/v1/telemetry"),
        ("get", "/khala/v1/compat"),
        ("post", "/internal/v1/sync/sessions/revoke"),
        ("get", "/internal/v1/khala/fanout/hooks"),
        ("get", "/internal/v1/khala/fanout/metrics"),
        ("get", "/internal/v1/khala/connections"),
        ("post", "/internal/v1/khala/connections/{connection_id}/close"),
        ("post", "/internal/v1/khala/drain"),
    ],
)
def test_17_routes(method: str, path: str) -> None:
    assert method in api.get_openapi_schema(path_prefix="")["paths"][path]


@pytest.mark.parametrize(
    "path",
    ["sync/socket/websocket", "socket/websocket", "khala/v1/ws", "internal/v1/khala/topics/run:r:events/ws"],
)
def test_17_sockets(path: str) -> None:
    assert sum(re.search(pattern, path) is not None for pattern in ENTRANCES) == 1


TABLES: dict[str, str] = {
    "khala_revocation": "id kind subject user_id org_id reason source_seq source_request_id revoked_at expires_at",
    "khala_feed_cursor": "name last_seq updated_at",
    "khala_connection": "connection_id node_id lane principal_key user_id org_id device_id session_id jti surface "
    "client_build_id origin ip_hash opened_at joined_at closed_at close_code close_reason frames_out bytes_out",
    "khala_audit_event": "id at event outcome reason_code principal_key session_id device_id topic connection_id "
    "request_id attributes",
    "khala_device_watermark": "user_id org_id device_id topic lineage delivered_seq acked_seq updated_at",
    "khala_recovery_grant": "principal_key topic reason_codes issued_at expires_at uses",
    "khala_client_telemetry": "event_id received_at surface client_build_id app_version kind reason_code topic_class "
    "actor_scope_hash body",
    "khala_snapshot_cache": "topic as_of_seq lineage chain body snapshot_hash created_at expires_at",
    "khala_node": "node_id started_at heartbeat_at state connections",
}
UNIQUE: dict[str, list[str]] = {
    "khala_revocation": ["kind", "subject", "user_id", "org_id"],
    "khala_device_watermark": ["user_id", "org_id", "device_id", "topic"],
    "khala_recovery_grant": ["principal_key", "topic"],
    "khala_client_telemetry": ["event_id"],
    "khala_snapshot_cache": ["topic", "as_of_seq"],
}


@pytest.mark.parametrize("table", TABLES)
def test_18_2_tables(table: str) -> None:
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
        found = connection.introspection.get_constraints(cursor, table).values()
    assert set(TABLES[table].split()) <= columns
    if table in UNIQUE:
        assert any(row["unique"] and row["columns"] == UNIQUE[table] for row in found)

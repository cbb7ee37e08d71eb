"""The landing page, the download, health and the API document."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import URLResolver, get_resolver

from apps.control.api.document import public_document, whole_document
from apps.control.tests.world import call, configure
from openagents.ops import health
from openagents.ops.config import DEVELOPMENT_SECRET


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.outside: list[str] = []
        self._href: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._href = values.get("href") if tag == "a" else None
        self.outside += [str(values[name]) for name in ("src", "href") if str(values.get(name, "")).startswith("http")]

    def handle_data(self, data: str) -> None:
        if self._href is not None:
            self.found[data.strip()] = self._href
            self._href = None


def test_the_page_offers_the_desktop_app_and_loads_nothing_from_elsewhere() -> None:
    answer = call("GET", "/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    page = Links()
    page.feed(answer.content.decode())
    assert page.found["Download desktop app"] == "/download-desktop"
    assert set(page.found.values()) == {"/#proof", "#content", "#proof", "/download-desktop", "/stats"}
    assert page.outside == []
    assert b"prefers-color-scheme: dark" in answer.content
    assert b"<script" not in answer.content


def test_the_page_carries_the_security_headers() -> None:
    headers = call("GET", "/").headers
    assert headers["content-security-policy"].startswith("default-src 'self'; script-src 'self';")
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["permissions-policy"] == "camera=(), microphone=(), geolocation=()"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/login", "/register", "/account", "/chat", "/index.html", "/download-desktop/"])
def test_there_is_no_other_page(path: str) -> None:
    assert call("GET", path).status == 404


def test_the_download_leads_where_configuration_says(settings: Any) -> None:
    answer = call("GET", "/download-desktop")
    assert answer.status == 307
    assert answer.headers["location"] == "https://github.com/OpenAgentsInc/openagents/releases/latest"
    configure(settings, oa_desktop_download_url="https://example.com/app")
    assert call("GET", "/download-desktop").headers["location"] == "https://example.com/app"


@pytest.mark.parametrize("path", ["/login", "/admin2", "/settings/x", "/api/nothing", "/%00", "/stats/"])
def test_every_other_path_is_nothing_in_the_envelope(path: str) -> None:
    answer = call("GET", path)
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_the_internal_lanes_keep_their_own_envelope() -> None:
    assert call("GET", "/internal/v1/control/nothing").json["error"] == "not_found"


@pytest.mark.parametrize("path", ["/", "/download-desktop", "/openapi.json"])
def test_pages_are_only_read(path: str) -> None:
    answer = call("POST", path)
    assert (answer.status, answer.code, answer.headers["allow"]) == (405, "method_not_allowed", "GET, HEAD")
    assert call("HEAD", path).status in (200, 307)


def test_health_names_service_and_provider() -> None:
    body = call("GET", "/healthz").json
    assert (body["status"], body["service"], body["auth_provider"]) == ("ok", "openagents-control-service", "local")
    assert isinstance(body["uptime_seconds"], int) and body["version"]


@pytest.mark.parametrize(
    ("change", "check", "code"),
    [
        ({}, None, None),
        ({"oa_runtime_signing_key": ""}, "keys", "signing_key_missing"),
        ({"oa_sync_token_keys": ""}, "keys", "sync_no_signing_key"),
        ({"oa_khala_token_audience": ""}, "keys", "khala_blank_setting"),
        ({"oa_internal_keys": ""}, "keys", "internal_keys_missing"),
        ({"oa_env": "staging", "oa_integration_secret_keys": ""}, "keys", "integration_ring_missing"),
        ({"oa_env": "staging", "oa_runtime_internal_shared_secret": ""}, "keys", "secrets_lane_key_missing"),
        ({"oa_auth_provider_mode": "workos"}, "provider", "provider_not_configured"),
        ({"oa_auth_provider_mode": "other"}, "provider", "provider_unknown"),
    ],
)
def test_readiness_checks_keys_and_provider(
    settings: Any, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], check: str | None, code: str | None
) -> None:
    monkeypatch.setattr(health, "_cached", None)
    configure(settings, **change)
    answer = call("GET", "/readyz")
    failing = {row["name"]: row["code"] for row in answer.json["checks"] if not row["ok"]}
    assert failing == ({check: code} if check else {})
    assert (answer.status, answer.json["status"]) == ((503, "not_ready") if check else (200, "ready"))
    monkeypatch.setattr(health, "_cached", None)


@pytest.mark.parametrize(
    "change",
    [
        {"oa_runtime_internal_shared_secret": DEVELOPMENT_SECRET},
        {"oa_lightning_ops_secret": DEVELOPMENT_SECRET},
        {"oa_maintenance_mode_bypass_token": DEVELOPMENT_SECRET},
        {"oa_sync_token_keys": f"new={'k' * 32},old={DEVELOPMENT_SECRET}"},
    ],
)
def test_no_default_secret_is_ready_in_production(
    settings: Any, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    monkeypatch.setattr(health, "_cached", None)
    strong = {"oa_sync_token_keys": f"a={'s' * 32}", "oa_khala_token_keys": f"a={'t' * 32}"}
    configure(settings, **{"oa_env": "prod", **strong, **change})
    answer = call("GET", "/readyz")
    assert {row["name"]: row["code"] for row in answer.json["checks"]}["keys"] == "default_secret"
    assert answer.status == 503
    monkeypatch.setattr(health, "_cached", None)


def test_in_development_a_missing_ring_is_told_but_does_not_stop(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_cached", None)
    configure(settings, oa_integration_secret_keys="")
    answer = call("GET", "/readyz")
    failing = {row["name"]: row["code"] for row in answer.json["checks"] if not row["ok"]}
    assert (answer.status, failing) == (200, {"keys": "integration_ring_missing"})
    monkeypatch.setattr(health, "_cached", None)


def test_the_document_has_a_strong_validator() -> None:
    answer = call("GET", "/openapi.json")
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert answer.headers["cache-control"] == "no-cache, no-store, must-revalidate"
    tag = answer.headers["etag"]
    for offered in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = call("GET", "/openapi.json", if_none_match=offered)
        assert (again.status, again.content) == (304, b"")
        assert (again.headers["etag"], again.headers["cache-control"]) == (tag, answer.headers["cache-control"])
    assert call("GET", "/openapi.json", if_none_match='"other"').status == 200


def test_the_document_is_of_the_real_router() -> None:
    content = call("GET", "/openapi.json").content
    document = json.loads(content)
    assert document["info"]["title"] == "OpenAgents Control API"
    assert document["components"]["securitySchemes"]["bearerAuth"] == {"type": "http", "scheme": "bearer"}
    operation = document["paths"]["/api/auth/verify"]["post"]
    assert operation["x-oa-request-message"] == "openagents.control.v1.AuthVerifyHttpRequest"
    assert operation["x-oa-response-message"] == "openagents.control.v1.AuthVerifyHttpResponse"
    assert document["paths"]["/api/sync/token"]["post"]["security"] == [{"bearerAuth": []}]
    ids = [row["operationId"] for path in document["paths"].values() for row in path.values()]
    assert len(ids) == len(set(ids)) == 108
    assert len([name for name in ids if not name.startswith("pages_") and not name.endswith("_v1")]) == 90
    assert document["paths"]["/api/v1/sync/token"]["post"]["deprecated"] is True
    assert not [path for path in document["paths"] if path.startswith("/internal/")]
    assert b'": ' not in content.split(b"description")[0]


def mounted(patterns: Any, prefix: str = "/") -> Iterator[str]:
    """Paths of the URLconf as the document spells them, without the operators' pages."""
    for found in patterns:
        route = prefix + re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", str(found.pattern))
        if route == "/admin/":
            continue
        if isinstance(found, URLResolver):
            yield from mounted(found.url_patterns, route)
        else:
            yield route


def test_every_mounted_route_is_in_the_document_that_the_command_prints() -> None:
    out = io.StringIO()
    call_command("openapi", stdout=out)
    document = json.loads(out.getvalue())
    routes = set(mounted(get_resolver().url_patterns))
    unnamed = {route for route in routes - set(document["paths"]) if not route.endswith(("/", "/openapi.json"))}
    assert unnamed == {"/internal/v1/ops/build"}, "which every process serves"
    assert set(document["paths"]) <= routes
    ids = [row["operationId"] for path in document["paths"].values() for row in path.values()]
    assert len(ids) == len(set(ids))


def test_all_references_of_the_documents_lead_somewhere() -> None:
    for document in (public_document(), whole_document()):
        wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
        assert wanted <= set(document["components"]["schemas"])

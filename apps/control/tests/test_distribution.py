"""The landing page, the download, health and the API document."""

from __future__ import annotations

import hashlib
import json
from html.parser import HTMLParser
from typing import Any

import pytest

from apps.control.tests.world import call, configure
from openagents.ops import health


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
    assert len(ids) == len(set(ids)) == 87
    assert b'": ' not in content.split(b"description")[0]

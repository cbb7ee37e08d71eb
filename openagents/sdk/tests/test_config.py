"""Where the planes are (surfaces 2.1), and which names are topics."""

from __future__ import annotations

from pathlib import Path

import pytest

from openagents.sdk.config import resolve
from openagents.sdk.errors import SdkError
from openagents.sdk.topic_names import checked_topics, class_of, scopes_of


def test_the_development_defaults() -> None:
    settings = resolve(environ={"OA_HOME": "/h"})
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.khala_ws_url == "ws://127.0.0.1:8002/khala/v1/ws"
    assert settings.khala_http_url == "http://127.0.0.1:8002"
    assert settings.profile_dir == Path("/h/profiles/default")


@pytest.mark.parametrize(
    ("argument", "environ", "saved", "base", "locked"),
    [
        ("https://a.example/", {"OPENAGENTS_CONTROL_BASE_URL": "https://b.example"}, None, "https://a.example", False),
        (None, {"OPENAGENTS_CONTROL_BASE_URL": "https://b.example"}, "https://c.example", "https://b.example", True),
        (
            None,
            {"OPENAGENTS_RUNTIME_SYNC_BASE_URL": " https://s.example ", "OPENAGENTS_CONTROL_BASE_URL": "https://b.x"},
            None,
            "https://s.example",
            True,
        ),
        (None, {}, "https://c.example", "https://c.example", False),
    ],
)
def test_order_of_resolution(
    argument: str | None, environ: dict[str, str], saved: str | None, base: str, locked: bool
) -> None:
    settings = resolve(base_url=argument, saved_base_url=saved, environ=environ)
    assert (settings.base_url, settings.locked_by_env) == (base, locked)
    assert settings.khala_ws_url == base.replace("https", "wss") + "/khala/v1/ws"


@pytest.mark.parametrize("url", ["ftp://x", "http://", "x", "https:///p", "http://[", "http://far.example"])
def test_unusable_addresses(url: str) -> None:
    with pytest.raises(SdkError) as error:
        resolve(base_url=url, environ={})
    assert error.value.code == "invalid_base_url"


def test_plain_http_to_another_host_only_when_allowed() -> None:
    environ = {"OA_ALLOW_INSECURE_HTTP": "1"}
    assert resolve(base_url="http://far.example", environ=environ).khala_ws_url == "ws://far.example/khala/v1/ws"


@pytest.mark.parametrize("profile", ["..", "a/b", "", " x"])
def test_a_profile_is_a_plain_name(profile: str) -> None:
    if profile:
        with pytest.raises(SdkError):
            resolve(profile=profile, environ={})
    else:
        assert resolve(profile=profile, environ={}).profile == "default"


@pytest.mark.parametrize(
    ("topic", "scope", "documents"),
    [
        ("run:0197:events", "runtime.run_events", False),
        ("worker:desktopw:alpha:shared:events", "runtime.codex_worker_events", False),
        ("worker:w1:lifecycle", "runtime.worker_lifecycle_events", False),
        ("fleet:user:u1:workers", "runtime.worker_lifecycle_events", True),
        ("org:user:u1:workers", "runtime.codex_worker_summaries", True),
        ("org:x:worker_events", "runtime.codex_worker_events", False),
        ("user:u1:runs", "runtime.run_summaries", True),
        ("user:u1:threads", "runtime.threads", True),
        ("user:u1:notifications", "runtime.notifications", False),
        ("user:u1:treasury", "runtime.treasury", False),
        ("thread:t1:messages", "runtime.threads", False),
        ("fraud:incidents", "ops.read", False),
    ],
)
def test_topics(topic: str, scope: str, documents: bool) -> None:
    found = class_of(topic)
    assert (found.scope, found.documents) == (scope, documents)


@pytest.mark.parametrize("topic", ["", "run::events", "run:a/b:events", "runtime.codex_worker_events", "run:x:other"])
def test_what_is_no_topic(topic: str) -> None:
    with pytest.raises(SdkError):
        class_of(topic)


def test_topics_of_one_link() -> None:
    assert checked_topics([" run:a:events ", "run:a:events", "user:u:runs"]) == ["run:a:events", "user:u:runs"]
    assert scopes_of(["user:u:runs", "run:a:events", "run:b:events"]) == ["runtime.run_events", "runtime.run_summaries"]
    for bad in ([], [f"run:{n}:events" for n in range(33)]):
        with pytest.raises(SdkError):
            checked_topics(bad)

"""Route split: normal paths, groups, the order of the rules, the draw of a cohort."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.control.domain import route_split as rules

SALT = "openagents-route-split-v1"
SPLIT = rules.Split(enabled=True, mode="rust", rust_routes=["/"], cohort_percentage=100, salt=SALT, force_legacy=False)


@pytest.mark.parametrize(("key", "bucket"), [("user:1", 57), ("device:alpha", 33), ("anonymous", 80)])
def test_the_draw_is_the_published_one(key: str, bucket: int) -> None:
    assert rules.bucket(SALT, key) == bucket


@pytest.mark.parametrize(
    ("path", "normal"),
    [("", "/"), ("  ", "/"), ("chat", "/chat"), ("//a///b//", "/a/b"), (" /login/ ", "/login"), ("/", "/")],
)
def test_paths_are_normalised(path: str, normal: str) -> None:
    assert rules.normal_path(path) == normal


@pytest.mark.parametrize(
    ("path", "target", "reason", "domain", "rollback"),
    [
        (
            "/api/runtime/codex/workers/w/stream",
            "rust_shell",
            "codex_worker_control_rust_authority",
            "runtime_codex_worker_control",
            "rust_shell",
        ),
        ("/api/runtime/codex/workersx", "rust_shell", "api_rust_authority", "api_rust_authority", "rust_shell"),
        ("/api", "rust_shell", "api_rust_authority", "api_rust_authority", "rust_shell"),
        ("/apis", "rust_shell", "mode_rust", "unclassified", "legacy"),
        ("/login", "rust_shell", "mode_rust", "auth_entry", "legacy"),
        ("/settings/keys", "rust_shell", "mode_rust", "account_settings_admin", "legacy"),
        ("/l402", "rust_shell", "mode_rust", "billing_l402", "legacy"),
        ("/", "rust_shell", "mode_rust", "chat_pilot", "rust_shell"),
        ("/feed/1", "rust_shell", "mode_rust", "chat_pilot", "rust_shell"),
    ],
)
def test_where_paths_belong(path: str, target: str, reason: str, domain: str, rollback: str) -> None:
    found = rules.evaluate(SPLIT, path, "k")
    assert (found.target, found.reason, found.domain, found.rollback) == (target, reason, domain, rollback)
    assert found.bucket is None


def test_the_first_rule_wins() -> None:
    """Each line takes away the rule that decided the line before."""
    split = replace(
        SPLIT,
        mode="cohort",
        cohort_percentage=57,
        domain_overrides={"chat_pilot": "legacy"},
        force_legacy=True,
        override="rust_shell",
        enabled=False,
        rust_routes=["/other"],
    )
    expected = []
    for change in (
        {},
        {"domain_overrides": {}},
        {"force_legacy": False},
        {"override": None},
        {"enabled": True},
        {"rust_routes": ["/chat"]},
        {"cohort_percentage": 58},
        {"mode": "legacy"},
    ):
        split = replace(split, **change)
        found = rules.evaluate(split, "/chat", "user:1")
        expected.append((found.target, found.reason, found.bucket))
    assert expected == [
        ("legacy", "domain_override", None),
        ("legacy", "force_legacy", None),
        ("rust_shell", "runtime_override", None),
        ("legacy", "route_split_disabled", None),
        ("legacy", "legacy_route_default", None),
        ("legacy", "mode_cohort", 57),
        ("rust_shell", "mode_cohort", 57),
        ("legacy", "mode_legacy", None),
    ]


def test_api_paths_ignore_every_override() -> None:
    split = replace(SPLIT, force_legacy=True, override="legacy", enabled=False)
    assert rules.evaluate(split, "/api/me", None).target == "rust_shell"
    assert rules.evaluate(split, "/api/me", "  ").cohort_key == "anonymous"


def test_an_unknown_mode_is_legacy() -> None:
    assert [rules.known_mode(text) for text in ("rust", " Cohort ", "new", "")] == [
        "rust",
        "cohort",
        "legacy",
        "legacy",
    ]


@pytest.mark.parametrize(
    ("text", "domain", "target"),
    [
        ("legacy", None, "legacy"),
        ("rust", None, "rust_shell"),
        (" RUST_SHELL ", None, "rust_shell"),
        ("clear", None, None),
        ("default", "chat_pilot", None),
        ("rollback", None, "legacy"),
        ("rollback", "chat_pilot", "rust_shell"),
        ("rollback", "auth_entry", "legacy"),
    ],
)
def test_override_targets(text: str, domain: str | None, target: str | None) -> None:
    assert rules.override_target(text, domain) == target


def test_what_is_no_target_and_no_domain() -> None:
    with pytest.raises(rules.UnknownTarget):
        rules.override_target("htmx", None)
    with pytest.raises(rules.UnknownDomain):
        rules.canonical_domain("api")
    assert rules.canonical_domain(" Chat-Pilot ") == "chat_pilot"

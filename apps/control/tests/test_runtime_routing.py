"""Runtime routing: drivers and their old names, the order of the rules, canaries and the shadow's sample."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from apps.control.domain import runtime_routing as rules

SEED = "runtime-canary-v1"
ME = rules.Subject("user_0001", "thread-1", "ap_1")


@pytest.mark.parametrize(
    ("text", "driver", "old"),
    [
        ("control_service", "control_service", False),
        (" Control ", "control_service", False),
        ("runtime", "runtime_service", False),
        ("legacy", "control_service", True),
        ("ELIXIR", "runtime_service", True),
    ],
)
def test_drivers_and_their_names(text: str, driver: str, old: bool) -> None:
    assert rules.canonical_driver(text) == (driver, old)


def test_what_is_no_driver() -> None:
    with pytest.raises(rules.UnknownDriver):
        rules.canonical_driver("rust")


@pytest.mark.parametrize(
    ("scope", "identifier", "number"), [("user", "user_0001", 23), ("user", "user_0002", 1), ("autopilot", "ap_1", 52)]
)
def test_canaries_are_the_published_ones(scope: rules.Scope, identifier: str, number: int) -> None:
    assert not rules.canary_hit(SEED, scope, identifier, number)
    assert rules.canary_hit(SEED, scope, identifier, number + 1)


def test_the_bounds_of_a_canary() -> None:
    assert not rules.canary_hit(SEED, "user", "user_0002", 0)
    assert rules.canary_hit(SEED, "user", "anybody", 100)


@pytest.mark.parametrize(("thread", "number"), [("thread-1", 8785), ("thread-2", 287)])
def test_the_shadows_sample_is_the_published_one(thread: str, number: int) -> None:
    assert int.from_bytes(sha256(f"{thread}|user_0001".encode()).digest()[:4], "big") % 10_000 == number
    below, above = (rules.Rules(shadow_enabled=True, shadow_rate=rate / 10_000) for rate in (number, number + 1))
    assert not rules.is_mirrored(below, thread, "user_0001")
    assert rules.is_mirrored(above, thread, "user_0001")


def test_the_bounds_of_the_sample() -> None:
    assert not rules.is_mirrored(rules.Rules(shadow_rate=1.0), "t", "u")
    assert not rules.is_mirrored(rules.Rules(shadow_enabled=True, shadow_rate=-1.0), "t", "u")
    assert rules.is_mirrored(rules.Rules(shadow_enabled=True, shadow_rate=7.0), "t", "u")


def test_the_first_rule_wins() -> None:
    """Each line takes away the rule that decided the line before."""
    configured = rules.Rules(
        default="control_service",
        forced="runtime_service",
        force_control=True,
        canary_user_percent=24,
        canary_autopilot_percent=53,
        shadow_enabled=True,
    )
    stored = rules.Stored("control_service", "runtime_service", "control_service")
    subject, found = ME, []
    for change in (
        {},
        {"force_control": False},
        {"forced": None},
        {"user": None},
        {"autopilot": None},
        {"binding": None},
        {"canary_user_percent": 23},
        {"canary_autopilot_percent": 52},
    ):
        name = next(iter(change), "")
        if name in ("user", "autopilot", "binding"):
            stored = replace(stored, **change)
        else:
            configured = replace(configured, **change)
        decision = rules.decide(configured, stored, subject)
        found.append((decision.driver, decision.reason, decision.canary_scope, decision.shadow_driver))
    assert found == [
        ("control_service", "force_control_service", None, "runtime_service"),
        ("runtime_service", "force_driver", None, None),
        ("control_service", "user_override", None, "runtime_service"),
        ("runtime_service", "autopilot_override", None, None),
        ("control_service", "autopilot_binding", None, "runtime_service"),
        ("runtime_service", "user_canary", "user", None),
        ("runtime_service", "autopilot_canary", "autopilot", None),
        ("control_service", "default_driver", None, "runtime_service"),
    ]


def test_without_an_autopilot_its_rules_are_silent() -> None:
    stored = rules.Stored(None, "runtime_service", "runtime_service")
    configured = rules.Rules(canary_autopilot_percent=100)
    assert rules.decide(configured, stored, rules.Subject("u")).reason == "default_driver"
    off = rules.Rules(overrides_enabled=False)
    named = rules.Stored("runtime_service", "runtime_service", None)
    assert rules.decide(off, named, rules.Subject("u", "t", "a")).reason == "default_driver"

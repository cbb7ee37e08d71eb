"""Which runtime deployment serves a call (6.2): overrides, canaries, default, and what is mirrored. Pure.

Both drivers lead to runtime authority over the same signed contract; they differ in the address alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

Driver = Literal["control_service", "runtime_service"]
Scope = Literal["user", "autopilot"]

CONTROL: Final[Driver] = "control_service"
RUNTIME: Final[Driver] = "runtime_service"
SCOPES: Final = ("user", "autopilot")

_NAMES: Final[dict[str, Driver]] = {
    "control_service": CONTROL,
    "control": CONTROL,
    "runtime_service": RUNTIME,
    "runtime": RUNTIME,
}
_OLD_NAMES: Final[dict[str, Driver]] = {"legacy": CONTROL, "elixir": RUNTIME}
"""Understood so that old configuration and old clients can be carried over; never stored, never shown."""

PERCENT_ALL: Final = 100
RATE_PARTS: Final = 10_000


class UnknownDriver(ValueError):
    """No driver has this name."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The configured part of the decision. Percentages are 0..100, the rate is a share of 1."""

    default: Driver = CONTROL
    forced: Driver | None = None
    force_control: bool = False
    overrides_enabled: bool = True
    canary_user_percent: int = 0
    canary_autopilot_percent: int = 0
    canary_seed: str = "runtime-canary-v1"
    shadow_enabled: bool = False
    shadow_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database says about one user and one autopilot: active overrides, primary binding."""

    user: Driver | None = None
    autopilot: Driver | None = None
    binding: Driver | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose call it is and what it is about. `thread_id` is the worker's id where there is no thread."""

    user_id: str
    thread_id: str = ""
    autopilot_id: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The driver, why, and everything that had a say."""

    driver: Driver
    reason: str
    rules: Rules
    stored: Stored
    autopilot_id: str | None
    canary_scope: Scope | None = None
    mirrored: bool = False

    @property
    def shadow_driver(self) -> Driver | None:
        return RUNTIME if self.mirrored else None


def canonical_driver(text: str) -> tuple[Driver, bool]:
    """(driver, whether an old name was used). Raises UnknownDriver."""
    stated = text.strip().lower()
    if stated in _NAMES:
        return _NAMES[stated], False
    if stated in _OLD_NAMES:
        return _OLD_NAMES[stated], True
    raise UnknownDriver(stated)


def decide(rules: Rules, stored: Stored, subject: Subject) -> Decision:
    """The first rule that matches decides."""
    driver, reason, canary = _driver(rules, stored, subject)
    return Decision(
        driver,
        reason,
        rules,
        stored,
        subject.autopilot_id,
        canary,
        driver == CONTROL and is_mirrored(rules, subject.thread_id, subject.user_id),
    )


def canary_hit(seed: str, scope: Scope, identifier: str, percent: int) -> bool:
    """Whether this user or autopilot belongs to the first `percent` of all; raising the share only adds to it."""
    if percent <= 0:
        return False
    return percent >= PERCENT_ALL or _number(f"{seed}|{scope}|{identifier}") % PERCENT_ALL < percent


def is_mirrored(rules: Rules, thread_id: str, user_id: str) -> bool:
    """Whether a call of this user about this thread is sampled for the shadow."""
    if not rules.shadow_enabled:
        return False
    rate = min(max(rules.shadow_rate, 0.0), 1.0)
    if rate <= 0.0:
        return False
    return rate >= 1.0 or _number(f"{thread_id}|{user_id}") % RATE_PARTS < round(rate * RATE_PARTS)


def _driver(rules: Rules, stored: Stored, subject: Subject) -> tuple[Driver, str, Scope | None]:
    autopilot = subject.autopilot_id
    overrides = rules.overrides_enabled
    fixed: tuple[tuple[Driver | None, str], ...] = (
        (CONTROL if rules.force_control else None, "force_control_service"),
        (rules.forced, "force_driver"),
        (stored.user if overrides else None, "user_override"),
        (stored.autopilot if overrides and autopilot else None, "autopilot_override"),
        (stored.binding if autopilot else None, "autopilot_binding"),
    )
    for driver, reason in fixed:
        if driver is not None:
            return driver, reason, None
    if canary_hit(rules.canary_seed, "user", subject.user_id, rules.canary_user_percent):
        return RUNTIME, "user_canary", "user"
    if autopilot and canary_hit(rules.canary_seed, "autopilot", autopilot, rules.canary_autopilot_percent):
        return RUNTIME, "autopilot_canary", "autopilot"
    return rules.default, "default_driver", None


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

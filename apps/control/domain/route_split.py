"""Which of two generations of a site a web path belongs to (6.1): configuration, overrides, and the decision. Pure.

Nothing is routed by it any more; the answer is advice for whoever operates the edge.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Target = Literal["legacy", "rust_shell"]

LEGACY: Final[Target] = "legacy"
RUST: Final[Target] = "rust_shell"
MODES: Final = ("legacy", "rust", "cohort")
UNCLASSIFIED: Final = "unclassified"
ANONYMOUS: Final = "anonymous"
CODEX_WORKERS: Final = "/api/runtime/codex/workers"

_SLASHES: Final = re.compile(r"/{2,}")


@dataclass(frozen=True, slots=True)
class Group:
    """Paths that are switched together. `exact` paths match alone, not what lies below them."""

    domain: str
    prefixes: tuple[str, ...]
    rollback: Target
    exact: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        return path in self.exact or any(_below(path, prefix) for prefix in self.prefixes)


GROUPS: Final = (
    Group("auth_entry", ("/login", "/register", "/authenticate", "/onboarding"), LEGACY),
    Group("account_settings_admin", ("/account", "/settings", "/admin"), LEGACY),
    Group("billing_l402", ("/billing", "/l402"), LEGACY),
    Group("chat_pilot", ("/chat", "/feed"), RUST, exact=("/",)),
)
ROLLBACK: Final[dict[str, Target]] = {group.domain: group.rollback for group in GROUPS}


@dataclass(frozen=True, slots=True)
class Split:
    """The configured split and the stored overrides. `domain_overrides`: group to target."""

    enabled: bool
    mode: str
    rust_routes: Sequence[str]
    cohort_percentage: int
    salt: str
    force_legacy: bool
    override: Target | None = None
    domain_overrides: Mapping[str, Target] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a path goes and why; `bucket` only where a cohort was drawn."""

    path: str
    cohort_key: str
    target: Target
    reason: str
    domain: str
    rollback: Target
    bucket: int | None = None


class UnknownTarget(ValueError):
    """No target has this name."""


class UnknownDomain(ValueError):
    """No group has this name."""


def evaluate(split: Split, path: str, cohort_key: str | None) -> Decision:
    """The first rule that matches decides."""
    path, key = normal_path(path), (cohort_key or "").strip() or ANONYMOUS
    if _below(path, CODEX_WORKERS):
        reason, domain = "codex_worker_control_rust_authority", "runtime_codex_worker_control"
        return Decision(path, key, RUST, reason, domain, RUST)
    if _below(path, "/api"):
        return Decision(path, key, RUST, "api_rust_authority", "api_rust_authority", RUST)
    group = next((group for group in GROUPS if group.holds(path)), None)
    domain = group.domain if group else UNCLASSIFIED
    target, reason, drawn = _target(split, path, domain, key)
    return Decision(path, key, target, reason, domain, group.rollback if group else LEGACY, drawn)


def bucket(salt: str, key: str) -> int:
    """0..99, the same for the same key for ever."""
    digest = hashlib.sha256(f"{salt}:{key}".encode()).digest()
    value = 0
    for byte in base64.urlsafe_b64encode(digest)[:4]:
        value = (value * 131 + byte) % 2**32
    return value % 100


def normal_path(path: str) -> str:
    """Trimmed, with one leading slash, none doubled, none at the end."""
    found = _SLASHES.sub("/", "/" + path.strip())
    return found if found == "/" else found.rstrip("/")


def known_mode(text: str) -> str:
    """An unknown mode is the careful one."""
    stated = text.strip().lower()
    return stated if stated in MODES else LEGACY


def canonical_domain(text: str) -> str:
    """The group's name. Raises UnknownDomain."""
    found = text.strip().lower().replace("-", "_")
    if found not in ROLLBACK:
        raise UnknownDomain(found)
    return found


def override_target(text: str, domain: str | None) -> Target | None:
    """The target an operator names; None: the override is lifted. Raises UnknownTarget."""
    match text.strip().lower():
        case "legacy":
            return LEGACY
        case "rust" | "rust_shell":
            return RUST
        case "clear" | "default":
            return None
        case "rollback":
            return LEGACY if domain is None else ROLLBACK[domain]
        case other:
            raise UnknownTarget(other)


def _target(split: Split, path: str, domain: str, key: str) -> tuple[Target, str, int | None]:
    chosen = split.domain_overrides.get(domain)
    fixed: tuple[tuple[bool, Target | None, str], ...] = (
        (chosen is not None, chosen, "domain_override"),
        (split.force_legacy, LEGACY, "force_legacy"),
        (split.override is not None, split.override, "runtime_override"),
        (not split.enabled, LEGACY, "route_split_disabled"),
        (not any(_below(path, normal_path(prefix)) for prefix in split.rust_routes), LEGACY, "legacy_route_default"),
        (split.mode == "rust", RUST, "mode_rust"),
        (split.mode != "cohort", LEGACY, "mode_legacy"),
    )
    for applies, target, reason in fixed:
        if applies and target is not None:
            return target, reason, None
    drawn = bucket(split.salt, key)
    return (RUST if drawn < split.cohort_percentage else LEGACY), "mode_cohort", drawn


def _below(path: str, prefix: str) -> bool:
    return prefix == "/" or path == prefix or path.startswith(f"{prefix}/")

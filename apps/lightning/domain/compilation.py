"""Paywalls to gateway rules: selection, checks, conflicts (15.1-15.3). Deterministic; pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from apps.lightning.domain import paywalls, route_patterns
from apps.lightning.domain.paywalls import Paywall, Route, Security
from apps.lightning.domain.route_patterns import PathKind

PRICE_MSATS_MAX: Final = 10**12
TIMEOUT_MS_DEFAULT: Final = 15_000
ERROR, WARN = "error", "warn"
RESERVED_PREFIXES: Final = ("/api/admin/", "/api/proxy/", "/_next/")
"""Paths that belong to the gateway itself."""
_DOCUMENTATION: Final = tuple(
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """`code` as in `CompileDiagnosticCode`, `severity` error or warn."""

    code: str
    severity: str
    message: str
    paywall_id: str | None = None
    route_id: str | None = None
    related_route_id: str | None = None
    details: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One route that will be served. Patterns are in normal form; `timeout_ms` is the upstream's."""

    paywall_id: str
    owner_id: str
    route_id: str
    host: str
    path: str
    upstream_url: str
    protocol: str
    timeout_ms: int
    priority: int
    amount_msats: int
    quota_per_minute: int | None = None
    quota_per_day: int | None = None
    credential_ttl_seconds: int | None = None

    @property
    def rule_id(self) -> str:
        return f"{self.paywall_id}:{self.route_id}"

    @property
    def upstream(self) -> SplitResult:
        return urlsplit(self.upstream_url)

    @property
    def order(self) -> tuple[Any, ...]:
        """First match wins: by priority, then the more specific, then bytes."""
        return (
            self.priority,
            -route_patterns.host_specificity(self.host),
            -route_patterns.path_kind(self.path),
            *(text.encode() for text in (self.host, self.path, self.paywall_id, self.route_id)),
        )


@dataclass(frozen=True, slots=True)
class Excluded:
    paywall_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What the compile depends on besides its input. `strict` False: paywalls with errors are left out instead.

    `served_before`: the gateway has served something, so that no paywalls at all means to stop serving it.
    """

    allow_private_upstreams: bool = False
    strict: bool = True
    rate_limits: bool = True
    served_before: bool = False


@dataclass(slots=True)
class Compiled:
    """Rules in match order, what was left out and why, and what was found."""

    rules: tuple[Rule, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return all(found.severity != ERROR for found in self.diagnostics)


def compile_paywalls(found: Iterable[Paywall], security: Security, settings: Settings) -> Compiled:
    """The rules of all paywalls that may be served now. The outcome depends on nothing but the arguments."""
    wanted, excluded = _selected(sorted(found, key=lambda one: one.paywall_id.encode()), security)
    result = _checked(wanted, settings)
    result.excluded = tuple(excluded)
    broken = {one.paywall_id for one in result.diagnostics if one.severity == ERROR and one.paywall_id is not None}
    if not settings.strict and broken:
        kept = _checked([one for one in wanted if one.paywall_id not in broken], settings)
        kept.excluded = (*excluded, *(Excluded(name, "compile_errors") for name in sorted(broken)))
        kept.diagnostics = [_as_warning(one) for one in result.diagnostics if one.paywall_id in broken] + [
            one for one in kept.diagnostics if one.paywall_id not in broken
        ]
        result = kept
    if not result.rules:
        nothing_wrong = not wanted and (bool(excluded) or settings.served_before)
        result.diagnostics.append(_nothing_left(nothing_wrong))
    return result


def _selected(found: Sequence[Paywall], security: Security) -> tuple[list[Paywall], list[Excluded]]:
    wanted, excluded = [], []
    for one in found:
        shut = paywalls.denied(security, one.owner_id, paywall_kill_switch=one.policy.kill_switch)
        if one.status != "active":
            excluded.append(Excluded(one.paywall_id, "not_active"))
        elif shut is not None:
            excluded.append(
                Excluded(one.paywall_id, shut[0].replace("paywall_kill_switch_active", "paywall_kill_switch"))
            )
        else:
            wanted.append(one)
    return wanted, excluded


def _nothing_left(nothing_wrong: bool) -> Diagnostic:
    """An empty gateway is right when every paywall was switched off, stopped or archived; else it is a mistake."""
    if nothing_wrong:
        return Diagnostic("all_routes_disabled", WARN, "every paywall is switched off, stopped or gone")
    return Diagnostic("no_compilable_routes", ERROR, "no route can be served")


def _as_warning(found: Diagnostic) -> Diagnostic:
    """In quarantine a broken paywall no longer stops the others; what is wrong with it is still said."""
    return Diagnostic(
        found.code, WARN, found.message, found.paywall_id, found.route_id, found.related_route_id, found.details
    )


def _checked(wanted: Sequence[Paywall], settings: Settings) -> Compiled:
    result = Compiled()
    rules = []
    for one in wanted:
        problem = _policy_problem(one)
        if problem is not None:
            result.diagnostics.append(problem)
            continue
        for route in sorted(one.routes, key=lambda route: route.route_id.encode()):
            problem = _route_problem(one, route, settings)
            if problem is not None:
                result.diagnostics.append(problem)
                continue
            rule = _rule(one, route)
            rules.append(rule)
            result.diagnostics += _warnings(rule, settings)
    rules.sort(key=lambda rule: rule.order)
    result.rules = tuple(rules)
    result.diagnostics += _conflicts(rules)
    return result


def _policy_problem(one: Paywall) -> Diagnostic | None:
    if one.policy.pricing_mode != "fixed":
        return Diagnostic("invalid_pricing_mode", ERROR, "only fixed prices can be served", one.paywall_id)
    if not 0 < one.policy.fixed_amount_msats <= PRICE_MSATS_MAX:
        return Diagnostic("missing_pricing", ERROR, f"the price must be 1 to {PRICE_MSATS_MAX} msat", one.paywall_id)
    return None


def _route_problem(one: Paywall, route: Route, settings: Settings) -> Diagnostic | None:
    def problem(code: str, message: str) -> Diagnostic:
        return Diagnostic(code, ERROR, message, one.paywall_id, route.route_id)

    pattern = _pattern_problem(one, route)
    if pattern is not None:
        return problem("invalid_route_pattern", pattern)
    if route.protocol not in ("http", "https"):
        return problem("missing_route_protocol", "the protocol must be http or https")
    upstream = _upstream_problem(route)
    if upstream is not None:
        return problem("invalid_upstream_url", upstream)
    host = urlsplit(route.upstream_url.strip()).hostname or ""
    if not settings.allow_private_upstreams and is_forbidden_host(host):
        return problem("forbidden_upstream_host", "the upstream lies in a private or reserved network")
    return None


def _pattern_problem(one: Paywall, route: Route) -> str | None:
    texts = (one.paywall_id, route.route_id, route.host_pattern, route.path_pattern, route.upstream_url)
    if any(not text.isascii() or not text.isprintable() for text in texts):
        return "identifiers, patterns and URLs are printable ASCII"
    host, path = route_patterns.normal_host(route.host_pattern), route_patterns.normal_path(route.path_pattern)
    if not host:
        return "the host is empty"
    if not route_patterns.is_safe_regex(route_patterns.host_regexp(host)):
        return "the host pattern is not a regular expression of RE2"
    if not route_patterns.is_safe_regex(route_patterns.path_regexp(path)):
        return "the path pattern is not a regular expression of RE2"
    if route_patterns.path_kind(path) in (PathKind.EXACT, PathKind.PREFIX) and path.startswith(RESERVED_PREFIXES):
        return "the path belongs to the gateway itself"
    return None


def _upstream_problem(route: Route) -> str | None:
    text = route.upstream_url.strip()
    try:
        parts = urlsplit(text)
        port_is_read = parts.port is None or parts.port > 0
    except ValueError:
        return "the upstream is no URL"
    if not text or not parts.hostname or not port_is_read:
        return "the upstream has no host"
    if parts.username is not None or parts.query or parts.fragment or "?" in text or "#" in text:
        return "the upstream may not have user information, query or fragment"
    if parts.scheme != route.protocol:
        return "the upstream's scheme is not the route's protocol"
    return None


def is_forbidden_host(host: str) -> bool:
    """localhost, *.local, and addresses that are not public."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith((".localhost", ".local")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return not address.is_global or address.is_multicast or any(address in network for network in _DOCUMENTATION)


def _rule(one: Paywall, route: Route) -> Rule:
    policy = one.policy
    return Rule(
        paywall_id=one.paywall_id,
        owner_id=one.owner_id,
        route_id=route.route_id,
        host=route_patterns.normal_host(route.host_pattern),
        path=route_patterns.normal_path(route.path_pattern),
        upstream_url=route.upstream_url.strip(),
        protocol=route.protocol,
        timeout_ms=route.timeout_ms if route.timeout_ms > 0 else TIMEOUT_MS_DEFAULT,
        priority=route.priority,
        amount_msats=policy.fixed_amount_msats,
        quota_per_minute=policy.quota_per_minute or None,
        quota_per_day=policy.quota_per_day or None,
        credential_ttl_seconds=policy.credential_ttl_seconds,
    )


def _warnings(rule: Rule, settings: Settings) -> list[Diagnostic]:
    found = []

    def warn(code: str, message: str) -> None:
        found.append(Diagnostic(code, WARN, message, rule.paywall_id, rule.route_id))

    if rule.amount_msats % 1000:
        warn("price_rounded_up_to_sat", "the gateway's prices are whole satoshis; this one is rounded up")
    if rule.upstream.path.rstrip("/"):
        warn("upstream_path_prefixed", "the upstream's path is put before the path of each request")
    if (rule.quota_per_minute or rule.quota_per_day) and not settings.rate_limits:
        warn("quota_not_enforced", "this gateway knows no rate limits")
    return found


def _conflicts(rules: Sequence[Rule]) -> list[Diagnostic]:
    """Each pair of one host, the earlier rule first; the first finding of a pair counts."""
    found = []
    for later, second in enumerate(rules):
        for first in rules[:later]:
            code = _conflict(first, second)
            if code is not None:
                message = f"{second.rule_id} is in conflict with {first.rule_id}"
                found.append(Diagnostic(code, ERROR, message, second.paywall_id, second.route_id, first.route_id))
    return found


def _conflict(first: Rule, second: Rule) -> str | None:
    if first.host != second.host or not route_patterns.overlap(first.path, second.path):
        return None
    if first.path == second.path:
        return "duplicate_route"
    one, other = route_patterns.path_kind(first.path), route_patterns.path_kind(second.path)
    if first.priority == second.priority and one == other:
        return "ambiguous_route"
    more_general = (one, len(first.path)) < (other, len(second.path)) if one == other else one < other
    return "first_match_shadowed" if first.priority <= second.priority and more_general else None

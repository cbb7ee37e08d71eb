"""Compiled rules as text: the neutral route list, and a configuration that Aperture loads (15.4). Byte-exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from apps.lightning.domain import route_patterns
from apps.lightning.domain.compilation import Rule
from apps.lightning.domain.paywalls import Paywall
from openagents.receipts.canonical import canonical_bytes

TTL_DEFAULT, TTL_MIN, TTL_MAX = 86_400, 60, 31_557_600
WRITE_TIMEOUT_MIN: Final = 30
PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Gateway:
    """Settings of the Aperture process that do not come from paywalls. `rewrite`, `rate_limits`: what it supports."""

    network: str = "regtest"
    listen: str = "0.0.0.0:8081"
    insecure: bool = True
    debug_level: str = "info"
    lnd_host: str = "lnd.internal:10009"
    tls_path: str = "/etc/aperture/lnd/tls.cert"
    macaroon_dir: str = "/etc/aperture/lnd/macaroons"
    database: str = "sqlite"
    validity_seconds: int = TTL_DEFAULT
    rewrite: bool = True
    rate_limits: bool = True


def service_name(paywall_id: str, route_id: str) -> str:
    """Name of a gateway service; free of the characters that separate caveats."""
    return "pw-" + sha256(f"{paywall_id}\n{route_id}".encode()).hexdigest()[:24]


def price_sats(amount_msats: int) -> int:
    """Whole satoshis, rounded up: the gateway knows no smaller unit."""
    return -(-amount_msats // 1000)


def validity_seconds(rule: Rule, gateway: Gateway) -> int:
    """How long a paid token opens the service."""
    return min(max(rule.credential_ttl_seconds or gateway.validity_seconds, TTL_MIN), TTL_MAX)


def config_hash(text: str) -> str:
    return "cfg_" + sha256(text.encode()).hexdigest()


def route_text(rules: Iterable[Rule]) -> str:
    """The neutral format, kept for comparison; no gateway loads it."""
    lines = ["version: 1", "routes:"]
    for rule in rules:
        lines += [
            f"  - id: {rule.rule_id}",
            "    match:",
            f"      host: {rule.host}",
            f"      path: {rule.path}",
            "    upstream:",
            f"      url: {rule.upstream_url}",
            f"      protocol: {rule.protocol}",
            f"      timeout_ms: {rule.timeout_ms}",
            "    auth:",
            "      type: l402",
            f"      paywall_id: {rule.paywall_id}",
            "    pricing:",
            "      mode: fixed_msats",
            f"      amount_msats: {rule.amount_msats}",
        ]
    return "\n".join(lines) + "\n"


def aperture_yaml(rules: Sequence[Rule], gateway: Gateway) -> str:
    slowest = max((rule.timeout_ms for rule in rules), default=0)
    lines = [
        f"listenaddr: {_text(gateway.listen)}",
        f"insecure: {_flag(gateway.insecure)}",
        "servestatic: false",
        f"debuglevel: {_text(gateway.debug_level)}",
        f"writetimeout: {max(WRITE_TIMEOUT_MIN, -(-slowest // 1000))}s",
        "authenticator:",
        f"  network: {_text(gateway.network)}",
        f"  lndhost: {_text(gateway.lnd_host)}",
        f"  tlspath: {_text(gateway.tls_path)}",
        f"  macdir: {_text(gateway.macaroon_dir)}",
        f"dbbackend: {_text(gateway.database)}",
        "services:" if rules else "services: []",
    ]
    for rule in rules:
        lines += _service(rule, gateway)
    return "\n".join(lines) + "\n"


def _service(rule: Rule, gateway: Gateway) -> list[str]:
    upstream, path = rule.upstream, route_patterns.path_regexp(rule.path)
    port = upstream.port or PORTS[rule.protocol]
    host = f"[{upstream.hostname}]" if ":" in (upstream.hostname or "") else upstream.hostname
    lines = [
        f"  - name: {_text(service_name(rule.paywall_id, rule.route_id))}",
        f"    hostregexp: {_text(route_patterns.host_regexp(rule.host))}",
        f"    pathregexp: {_text(path)}",
        f"    address: {_text(f'{host}:{port}')}",
        f"    protocol: {_text(rule.protocol)}",
        "    auth: 'on'",
        f"    price: {price_sats(rule.amount_msats)}",
        f"    timeout: {validity_seconds(rule, gateway)}",
    ]
    prefix = upstream.path.rstrip("/")
    if prefix and gateway.rewrite:
        lines += ["    rewrite:", f"      prefix: {_text(prefix)}"]
    quotas = ((rule.quota_per_minute, "1m0s"), (rule.quota_per_day, "24h0m0s"))
    if gateway.rate_limits and any(count for count, _ in quotas):
        lines.append("    ratelimits:")
        for count, per in quotas:
            if count:
                lines += [
                    f"      - pathregexp: {_text(path)}",
                    f"        requests: {count}",
                    f"        per: {per}",
                    f"        burst: {count}",
                ]
    return lines


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def snapshot_hash(paywalls: Iterable[Paywall]) -> str:
    """Hash of the input of a compile, for records of one that failed."""
    return "cfg_" + sha256(canonical_bytes([_snapshot(one) for one in _by_id(paywalls)])).hexdigest()


def _by_id(paywalls: Iterable[Paywall]) -> list[Paywall]:
    return sorted(paywalls, key=lambda one: one.paywall_id.encode())


def _snapshot(one: Paywall) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "pricingMode": one.policy.pricing_mode,
        "fixedAmountMsats": one.policy.fixed_amount_msats,
        "killSwitch": one.policy.kill_switch,
    }
    if one.policy.max_per_request_msats is not None:
        policy["maxPerRequestMsats"] = one.policy.max_per_request_msats
    return {
        "paywallId": one.paywall_id,
        "ownerId": one.owner_id,
        "status": one.status,
        "policy": policy,
        "routes": [
            {
                "routeId": route.route_id,
                "hostPattern": route.host_pattern,
                "pathPattern": route_patterns.normal_path(route.path_pattern),
                "upstreamUrl": route.upstream_url,
                "protocol": route.protocol,
                "timeoutMs": route.timeout_ms,
                "priority": route.priority,
            }
            for route in one.routes
        ],
    }

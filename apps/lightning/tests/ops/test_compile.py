"""Paywalls to gateway configuration: the worked example byte for byte, every diagnostic, every exclusion."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.lightning.domain import rendering, route_patterns
from apps.lightning.domain.compilation import Compiled, Settings, compile_paywalls
from apps.lightning.domain.paywalls import Paywall, Policy, Route, Security
from apps.lightning.domain.rendering import Gateway
from apps.lightning.domain.route_patterns import PathKind, overlap, path_kind, path_regexp


def paywall(name: str = "news", price: int = 1800, path: str = "/api/news/premium", **fields: object) -> Paywall:
    priority = fields.pop("priority", 10)
    most = fields.pop("most", 2000)
    route = Route(
        f"route_{name}",
        "openagents.com",
        path,
        f"https://{name}.vendor.example.com/v2/premium",
        "https",
        8000,
        priority,
    )  # type: ignore[arg-type]
    policy = Policy("fixed", price, most, 120, 10_000, credential_ttl_seconds=86_400)  # type: ignore[arg-type]
    made = Paywall(f"pw_{name}", f"owner_{name}", "active", policy, (route,))
    return replace(made, **fields)  # type: ignore[arg-type]


def routed(one: Paywall, **fields: object) -> Paywall:
    return replace(one, routes=(replace(one.routes[0], **fields),))  # type: ignore[arg-type]


NEWS = paywall()
WEATHER = routed(
    paywall("weather", 2500, "/api/weather/premium", most=5000, priority=20),
    upstream_url="https://weather.vendor.example.com/v1/premium",
)


NOTHING_STOPPED = Security()


def compiled(*found: Paywall, security: Security = NOTHING_STOPPED, **settings: bool) -> Compiled:
    return compile_paywalls(found, security, Settings(**settings))


def codes(result: Compiled, severity: str = "error") -> list[str]:
    return [one.code for one in result.diagnostics if one.severity == severity]


def test_the_worked_example_byte_for_byte() -> None:
    result = compiled(WEATHER, NEWS)
    assert result.valid and [rule.paywall_id for rule in result.rules] == ["pw_news", "pw_weather"]
    yaml = rendering.aperture_yaml(result.rules, Gateway())
    assert len(yaml.encode()) == 1272
    assert rendering.config_hash(yaml) == "cfg_45d9b059acbc1485477a42e745de43c94bdf05a1d18c87ff3e3380f9148e65b8"
    assert "name: 'pw-26e8b9bb7cabfe78b1a24e89'" in yaml and "name: 'pw-35ca502c54c8378b73f31cce'" in yaml
    text = sha256(rendering.route_text(result.rules).encode()).hexdigest()
    assert text == "e59ce865d9f03cc096385a5bc951679e3eedbf7d1d087116007ba317d6980c16"
    assert rendering.snapshot_hash([WEATHER, NEWS]) == (
        "cfg_330751d196aef14f5413e281eccab8ed0a2b894b6bd47c53dbbdbe11ae816f50"
    )
    warnings = codes(result, "warn")
    assert sorted(warnings) == ["price_rounded_up_to_sat"] * 2 + ["upstream_path_prefixed"] * 2


def test_no_service_at_all_byte_for_byte() -> None:
    yaml = rendering.aperture_yaml((), Gateway())
    assert rendering.config_hash(yaml) == "cfg_e28a747ee1f6453fe90196e0b550b8eb0a69f016bfc03510d2ba523762fe13c7"


EXCLUSIONS = [
    (replace(NEWS, status="paused"), Security(), "not_active"),
    (replace(NEWS, status="archived"), Security(), "not_active"),
    (replace(NEWS, policy=replace(NEWS.policy, kill_switch=True)), Security(), "paywall_kill_switch"),
    (NEWS, Security(owner_stops=frozenset({"owner_news"})), "owner_kill_switch_active"),
    (NEWS, Security(global_pause=True), "global_pause_active"),
]


@pytest.mark.parametrize(("one", "security", "reason"), EXCLUSIONS)
def test_what_is_stopped_is_left_out_and_an_empty_gateway_is_valid(
    one: Paywall, security: Security, reason: str
) -> None:
    result = compiled(one, security=security)
    assert [excluded.reason for excluded in result.excluded] == [reason]
    assert result.valid and result.rules == () and codes(result, "warn") == ["all_routes_disabled"]


def test_nothing_to_compile_is_an_error() -> None:
    assert codes(compiled()) == ["no_compilable_routes"]
    emptied = compiled(served_before=True)
    assert emptied.valid and codes(emptied, "warn") == ["all_routes_disabled"]


STAGE_ONE = [
    (replace(NEWS, policy=replace(NEWS.policy, pricing_mode="metered")), "invalid_pricing_mode"),
    (replace(NEWS, policy=replace(NEWS.policy, fixed_amount_msats=0)), "missing_pricing"),
    (replace(NEWS, policy=replace(NEWS.policy, fixed_amount_msats=10**12 + 1)), "missing_pricing"),
    *(
        (routed(NEWS, **fields), "invalid_route_pattern")
        for fields in (
            {"host_pattern": "  "},
            {"host_pattern": "a\nb"},
            {"path_pattern": "/a\u00e9"},
            {"path_pattern": "^/(a"},
            {"path_pattern": "^/(?=a)b"},
            {"path_pattern": "^/(a)\\1"},
            {"path_pattern": "^/a++b"},
            {"path_pattern": "/api/admin/x"},
            {"host_pattern": "(?!x)y"},
        )
    ),
    (routed(NEWS, protocol="ftp"), "missing_route_protocol"),
    *(
        (routed(NEWS, upstream_url=url), "invalid_upstream_url")
        for url in (
            "",
            "vendor.example.com",
            "https://",
            "https://user:word@vendor.example.com",
            "https://vendor.example.com/?q=1",
            "https://vendor.example.com/#part",
            "http://vendor.example.com",
            "https://vendor.example.com:99999",
            "https://[::1",
        )
    ),
    *(
        (routed(NEWS, upstream_url=f"https://{host}/"), "forbidden_upstream_host")
        for host in (
            "localhost",
            "printer.local",
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "224.0.0.1",
            "203.0.113.9",
            "[::1]",
            "[fe80::1]",
            "[::ffff:10.0.0.1]",
            "[2001:db8::1]",
        )
    ),
]


@pytest.mark.parametrize(("broken", "code"), STAGE_ONE)
def test_the_first_failing_check_drops_the_item(broken: Paywall, code: str) -> None:
    result = compiled(broken, WEATHER)
    assert codes(result) == [code] and not result.valid
    assert [rule.paywall_id for rule in result.rules] == ["pw_weather"]


def test_private_upstreams_where_the_configuration_allows_them() -> None:
    assert compiled(routed(NEWS, upstream_url="https://10.1.2.3/"), allow_private_upstreams=True).valid


def test_quarantine_serves_the_rest() -> None:
    result = compiled(routed(NEWS, protocol="ftp"), WEATHER, strict=False)
    assert result.valid and [rule.paywall_id for rule in result.rules] == ["pw_weather"]
    assert [(one.paywall_id, one.reason) for one in result.excluded] == [("pw_news", "compile_errors")]
    assert "missing_route_protocol" in codes(result, "warn")


CONFLICTS = [
    ("/a", 10, "/a", 20, "duplicate_route"),
    ("/a/*", 10, "/a/b/*", 10, "ambiguous_route"),
    ("/*", 10, "/a", 20, "first_match_shadowed"),
    ("/a/*", 10, "/a/b", 10, None),
    ("/a/*", 10, "/a/b", 20, "first_match_shadowed"),
    ("/a/*", 10, "/a/b/*", 20, "first_match_shadowed"),
    ("/a", 10, "/b", 10, None),
    ("^/v1/.*", 10, "^/v2/.*", 10, None),
    ("^/v1/.*", 10, "^/v1/x.*", 10, "ambiguous_route"),
    ("^/v1|^/v2", 10, "^/v3/.*", 10, "ambiguous_route"),
]


@pytest.mark.parametrize(("first", "high", "second", "low", "code"), CONFLICTS)
def test_conflicts_of_one_host(first: str, high: int, second: str, low: int, code: str | None) -> None:
    result = compiled(paywall("one", 1000, first, priority=high), paywall("two", 1000, second, priority=low))
    assert codes(result) == ([code] if code else [])
    if code:
        [found] = [one for one in result.diagnostics if one.severity == "error"]
        assert {found.route_id, found.related_route_id} == {"route_one", "route_two"}


def test_other_hosts_never_conflict() -> None:
    other = routed(paywall("two", 1000, "/a"), host_pattern="other.example")
    assert compiled(paywall("one", 1000, "/a"), other).valid


KINDS = [
    ("/", PathKind.CATCHALL, "^/.*$"),
    ("/*", PathKind.CATCHALL, "^/.*$"),
    ("/a/*", PathKind.PREFIX, "^/a/.*$"),
    ("/a.b/c", PathKind.EXACT, "^/a\\.b/c$"),
    ("/a*b", PathKind.REGEX, "^/a.*b$"),
    ("^/v1/.*", PathKind.REGEX, "^/v1/.*"),
    ("/v[12]", PathKind.REGEX, "^(?:/v[12])"),
]


@pytest.mark.parametrize(("path", "kind", "regexp"), KINDS)
def test_path_patterns(path: str, kind: PathKind, regexp: str) -> None:
    assert (path_kind(path), path_regexp(path)) == (kind, regexp)


@pytest.mark.parametrize(
    ("host", "regexp"),
    [
        ("*", "^.*$"),
        ("*.example.com", "^[^.]+\\.example\\.com$"),
        ("example.com", "^example\\.com$"),
        ("^a.*$", "^a.*$"),
        ("a|b", "^(?:a|b)$"),
    ],
)
def test_host_patterns(host: str, regexp: str) -> None:
    assert route_patterns.host_regexp(host) == regexp


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("^/v1/.*", "/v1/"),
        ("^/v1/a*", "/v1/"),
        ("^/a\\.b", "/a.b"),
        ("^/a|/b", ""),
        ("/v[12]", ""),
        ("/x/*", "/x/"),
        ("/x", "/x"),
    ],
)
def test_literal_prefixes(path: str, prefix: str) -> None:
    assert route_patterns.literal_prefix(path) == prefix


PATHS = st.sampled_from([path for path, *_ in KINDS] + ["/a/b", "/a/b/*", "^/a/.*"])


@given(PATHS, PATHS)
def test_overlap_is_symmetric_and_reflexive(one: str, other: str) -> None:
    assert overlap(one, one) and overlap(one, other) is overlap(other, one)


@given(st.permutations([NEWS, WEATHER, paywall("more", 3000, "/more", priority=5)]))
def test_the_order_of_the_input_does_not_matter(found: list[Paywall]) -> None:
    assert compiled(*found).rules == compiled(*sorted(found, key=lambda one: one.paywall_id)).rules


def test_a_quote_in_a_pattern_cannot_leave_its_string() -> None:
    result = compiled(routed(NEWS, path_pattern="/a'b\"c"))
    yaml = rendering.aperture_yaml(result.rules, Gateway())
    assert "pathregexp: '^/a''b\"c$'" in yaml


def test_quotas_change_the_hash() -> None:
    def hashed(one: Paywall) -> str:
        return rendering.config_hash(rendering.aperture_yaml(compiled(one).rules, Gateway()))

    assert hashed(NEWS) != hashed(replace(NEWS, policy=replace(NEWS.policy, quota_per_day=9)))
    without = replace(NEWS, policy=replace(NEWS.policy, quota_per_day=0, quota_per_minute=None))
    assert "ratelimits" not in rendering.aperture_yaml(compiled(without).rules, Gateway())

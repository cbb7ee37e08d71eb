"""The guard and the gateway against providers that are slow, huge, malicious, or somewhere they must not be."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.gateways.guard import (
    Allowlist,
    Blocked,
    SsrfReason,
    Target,
    admit,
    check_pin,
    check_redirect,
    check_url,
)
from apps.runtime.gateways.provider import ANSWER_BYTES_MAX, CallFailed, HttpProviderGateway
from apps.runtime.tests import provider_double as does
from apps.runtime.tests.provider_double import ProviderDouble, running

LOCAL = ("127.0.0.1",)
JOB = b'{"commands":[{"cmd":"x"}],"sandbox":{"image_digest":"i"}}'


@pytest.fixture
def double() -> Iterator[ProviderDouble]:
    with running() as started:
        yield started


def run(double: ProviderDouble, seconds: float = 5.0, allowed: Sequence[str] = LOCAL) -> bytes:
    return HttpProviderGateway(allowed).run_sandbox(double.url, JOB, "hash", seconds)


def resolving_to(*addresses: str) -> Any:
    calls: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        calls.append(host)
        return list(addresses)

    resolve.calls = calls  # type: ignore[attr-defined]
    return resolve


def test_a_job_goes_out_once_with_its_hash_as_key(double: ProviderDouble) -> None:
    assert b'"status": "success"' in run(double)
    ((job, headers),) = double.jobs
    assert job["commands"] == [{"cmd": "x"}]
    assert (headers["x-idempotency-key"], headers["content-type"]) == ("hash", "application/json")


def test_the_probe_wants_a_2xx(double: ProviderDouble) -> None:
    gateway = HttpProviderGateway(LOCAL)
    gateway.probe(double.url)
    double.health = 503
    with pytest.raises(CallFailed) as failed:
        gateway.probe(double.url)
    assert (failed.value.reason, failed.value.status) == ("bad_status", 503)


FAILURES = [
    (does.fixed(b"no", 500), "bad_status"),
    (does.disconnect, "disconnected"),
    (does.endless, "too_large"),
    (does.fixed(b" " * (ANSWER_BYTES_MAX + 1)), "too_large"),
    (does.fixed(b"x", content_encoding="gzip"), "encoded"),
]


@pytest.mark.parametrize(("behaviour", "reason"), FAILURES)
def test_a_misbehaving_provider_fails_the_call(double: ProviderDouble, behaviour: Any, reason: str) -> None:
    double.script = [behaviour]
    with pytest.raises(CallFailed) as failed:
        run(double)
    assert (failed.value.reason, failed.value.sent) == (reason, True)


@pytest.mark.parametrize("behaviour", [does.hang, does.drip])
def test_a_slow_provider_is_given_up_at_the_deadline(double: ProviderDouble, behaviour: Any) -> None:
    double.script = [behaviour]
    began = time.monotonic()
    with pytest.raises(CallFailed) as failed:
        run(double, seconds=0.5)
    assert (failed.value.reason, failed.value.sent) == ("timeout", True)
    assert time.monotonic() - began < 3


def test_a_refused_connection_was_never_sent() -> None:
    with running() as gone:
        url = gone.url
    with pytest.raises(CallFailed) as failed:
        HttpProviderGateway(LOCAL).run_sandbox(url, JOB, "hash", 5)
    assert (failed.value.reason, failed.value.sent) == ("unreachable", False)


REDIRECTS = [
    ({"location": "http://169.254.169.254/latest/meta-data"}, SsrfReason.REDIRECT_LIMIT_EXCEEDED),
    ({"location": "/v1/elsewhere"}, SsrfReason.REDIRECT_LIMIT_EXCEEDED),
    ({}, SsrfReason.REDIRECT_MISSING_LOCATION),
    ({"location": "file:///etc/passwd"}, SsrfReason.REDIRECT_INVALID_LOCATION),
    ({"location": "http://[::"}, SsrfReason.REDIRECT_INVALID_LOCATION),
]


@pytest.mark.parametrize(("headers", "reason"), REDIRECTS)
def test_no_redirect_is_followed(double: ProviderDouble, headers: dict[str, str], reason: SsrfReason) -> None:
    double.script = [does.fixed(b"", 307, **headers)]
    with pytest.raises(Blocked) as blocked:
        run(double)
    assert blocked.value.reason is reason
    assert len(double.jobs) == 1
    assert check_redirect(headers.get("location")).reason is reason


def test_a_private_address_is_refused_unless_listed(double: ProviderDouble) -> None:
    with pytest.raises(Blocked) as blocked:
        run(double, allowed=())
    assert blocked.value.reason is SsrfReason.PRIVATE_ADDRESS
    assert double.jobs == []
    port = double.server.server_port
    for allowed in (["127.0.0.0/8"], [f"127.0.0.1:{port}"]):
        run(double, allowed=allowed)
    with pytest.raises(Blocked):
        run(double, allowed=[f"127.0.0.1:{port + 1}", "localhost"])


ADDRESSES = [
    ("10.0.0.1", SsrfReason.PRIVATE_ADDRESS),
    ("172.16.3.4", SsrfReason.PRIVATE_ADDRESS),
    ("192.168.1.1", SsrfReason.PRIVATE_ADDRESS),
    ("127.0.0.1", SsrfReason.PRIVATE_ADDRESS),
    ("0.0.0.0", SsrfReason.PRIVATE_ADDRESS),
    ("100.64.0.1", SsrfReason.PRIVATE_ADDRESS),
    ("169.254.1.1", SsrfReason.PRIVATE_ADDRESS),
    ("224.0.0.1", SsrfReason.PRIVATE_ADDRESS),
    ("255.255.255.255", SsrfReason.PRIVATE_ADDRESS),
    ("::1", SsrfReason.PRIVATE_ADDRESS),
    ("fe80::1%eth0", SsrfReason.PRIVATE_ADDRESS),
    ("fd00::1", SsrfReason.PRIVATE_ADDRESS),
    ("::ffff:10.0.0.1", SsrfReason.PRIVATE_ADDRESS),
    ("64:ff9b::a00:1", SsrfReason.PRIVATE_ADDRESS),
    ("2002:a00:1::", SsrfReason.PRIVATE_ADDRESS),
    ("169.254.169.254", SsrfReason.METADATA_ENDPOINT),
    ("::ffff:169.254.169.254", SsrfReason.METADATA_ENDPOINT),
    ("fd00:ec2::254", SsrfReason.METADATA_ENDPOINT),
    ("not an address", SsrfReason.DNS_RESOLUTION_FAILED),
]


@pytest.mark.parametrize(("address", "reason"), ADDRESSES)
def test_a_public_name_must_not_lead_inside(address: str, reason: SsrfReason) -> None:
    for answer in ((address,), ("93.184.216.34", address)):
        with pytest.raises(Blocked) as blocked:
            HttpProviderGateway((), resolving_to(*answer)).probe("https://provider.example")
        assert blocked.value.reason is reason


HOSTS = [
    ("http://localhost:1", SsrfReason.HOST_NOT_ALLOWED),
    ("http://intranet", SsrfReason.HOST_NOT_ALLOWED),
    ("http://db.internal", SsrfReason.HOST_NOT_ALLOWED),
    ("http://printer.local.", SsrfReason.HOST_NOT_ALLOWED),
    ("http://metadata.google.internal", SsrfReason.METADATA_ENDPOINT),
    ("http://169.254.169.254/", SsrfReason.METADATA_ENDPOINT),
    ("http://[::1]:80/", SsrfReason.PRIVATE_ADDRESS),
    ("ftp://provider.example", SsrfReason.INVALID_URL),
    ("http://user:pw@provider.example", SsrfReason.INVALID_URL),
    ("http://provider.example/?x=1", SsrfReason.INVALID_URL),
    ("http://provider.example/#x", SsrfReason.INVALID_URL),
    ("http://", SsrfReason.INVALID_URL),
    ("provider.example", SsrfReason.INVALID_URL),
    ("http://provider.example\r\nx: y", SsrfReason.INVALID_URL),
    ("http://" + "a" * 3000, SsrfReason.INVALID_URL),
]


@pytest.mark.parametrize(("url", "reason"), HOSTS)
def test_a_bad_url_is_refused_before_anything_is_looked_up(url: str, reason: SsrfReason) -> None:
    resolve = resolving_to("93.184.216.34")
    with pytest.raises(Blocked) as blocked:
        HttpProviderGateway((), resolve).probe(url)
    assert blocked.value.reason is reason
    assert resolve.calls == []


def test_a_listed_name_may_be_private_but_is_no_way_to_a_metadata_service() -> None:
    listed = ("gpu-box", "db.internal:8443")
    with pytest.raises(CallFailed):
        HttpProviderGateway(listed, resolving_to("127.0.0.1")).run_sandbox("http://gpu-box:1", JOB, "h", 0.5)
    with pytest.raises(Blocked) as blocked:
        HttpProviderGateway(listed, resolving_to("169.254.169.254")).probe("http://gpu-box")
    assert blocked.value.reason is SsrfReason.METADATA_ENDPOINT
    with pytest.raises(Blocked) as port:
        HttpProviderGateway(listed, resolving_to("10.0.0.1")).probe("http://db.internal:9")
    assert port.value.reason is SsrfReason.HOST_NOT_ALLOWED


def test_the_name_is_resolved_once_and_the_connection_goes_there(double: ProviderDouble) -> None:
    resolve = resolving_to("127.0.0.1")
    url = f"http://provider.example:{double.server.server_port}"
    HttpProviderGateway(("provider.example",), resolve).run_sandbox(url, JOB, "h", 5)
    assert resolve.calls == ["provider.example"]
    assert double.jobs[0][1]["host"] == f"provider.example:{double.server.server_port}"


def test_another_peer_than_the_pinned_one_is_refused() -> None:
    url, host, port = check_url("http://provider.example")
    target = Target(url, host, port, ("93.184.216.34",))
    check_pin(target, ("93.184.216.34", 80))
    check_pin(target, None)
    with pytest.raises(Blocked) as blocked:
        check_pin(target, ("10.0.0.1", 80))
    assert blocked.value.reason is SsrfReason.DNS_PIN_MISMATCH


def test_an_address_that_refuses_is_passed_over_for_the_next(double: ProviderDouble) -> None:
    url = f"http://provider.example:{double.server.server_port}"
    gateway = HttpProviderGateway(("provider.example",), resolving_to("127.0.0.2", "127.0.0.1"))
    assert b"success" in gateway.run_sandbox(url, JOB, "h", 5)


@pytest.mark.parametrize("entry", ["http://x", "a/b", "user@host", ""])
def test_a_bad_allow_list_entry_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        Allowlist([entry])


def verdict(address: str) -> SsrfReason | None:
    """What the guard says of a public name that leads to this address."""
    try:
        asyncio.run(admit("https://provider.example", Allowlist(()), resolving_to(address)))
    except Blocked as blocked:
        return blocked.reason
    return None


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_ipv6_is_judged_like_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    plain = verdict(str(address))
    assert verdict(f"::ffff:{address}") == plain
    assert verdict(str(ipaddress.IPv6Address((0x64FF9B << 96) | number))) == plain
    if plain is not None:
        assert verdict(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80)))) is not None
    assert (plain is None) <= address.is_global

"""Releases, the agent and its driver over real HTTP, and Aperture's admin API against a double."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from apps.lightning.domain.rendering import config_hash
from apps.lightning.gateways.deploy.agent_server import AgentServer
from apps.lightning.gateways.deploy.aperture_admin import ApertureAdmin
from apps.lightning.gateways.deploy.drivers import Agent, Files
from apps.lightning.gateways.deploy.protocol import Deployment, GatewayFailed
from apps.lightning.gateways.deploy.releases import KEPT, HashMismatch, Releases, UnknownRelease
from apps.lightning.models import CompiledRule, ServedConfig
from apps.lightning.tests.ops.test_settlement_feed import a_rule

PROBES: Any = SimpleNamespace(health=None, challenge=None, proxy=None)
TOKEN = "agent-token-for-tests"


def release(number: int) -> tuple[str, str]:
    text = f"services: []\n# {number}\n"
    return config_hash(text), text


def test_releases_switch_keep_ten_and_go_back(tmp_path: Path) -> None:
    releases = Releases(tmp_path / "r")
    assert releases.active() is None
    for number in range(KEPT + 3):
        digest, text = release(number)
        Files(releases, PROBES).apply("req", f"dep_{number}", digest, text)
    assert releases.active() == Deployment(f"dep_{KEPT + 2}", digest)
    assert (tmp_path / "r" / "current.yaml").read_text() == text
    assert len(list((tmp_path / "r").glob("cfg_*.yaml"))) == KEPT
    assert releases.rollback("dep_x", release(KEPT)[0]).config_hash == release(KEPT)[0]
    assert (tmp_path / "r" / "current.yaml").read_text() == release(KEPT)[1]
    with pytest.raises(UnknownRelease):
        releases.rollback("dep_x", release(0)[0])
    with pytest.raises(UnknownRelease):
        releases.rollback("dep_x", "../../etc/passwd")
    with pytest.raises(HashMismatch):
        releases.deploy("dep_y", release(1)[0], "other")


def test_a_gateway_that_does_not_load_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(GatewayFailed, match="did not load"):
        Releases(tmp_path, ("false",)).deploy("dep", *release(1))


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentServer]:
    server = AgentServer(("127.0.0.1", 0), Releases(tmp_path / "agent"), TOKEN)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_agent_and_its_driver(agent: AgentServer) -> None:
    url = f"http://127.0.0.1:{agent.server_address[1]}"
    driver = Agent(url, TOKEN, PROBES)
    assert driver.active() is None
    first, second = release(1), release(2)
    assert driver.apply("r1", "dep_1", *first) == Deployment("dep_1", first[0])
    assert driver.apply("r1", "dep_1", *first) == driver.active()
    driver.apply("r2", "dep_2", *second)
    assert driver.rollback("r2", "dep_1", Deployment("dep_1", first[0])) == driver.active()
    refused = [
        ({"deploymentId": "dep_1", "configHash": second[0], "apertureYaml": second[1]}, 409),
        ({"deploymentId": "dep_3", "configHash": first[0], "apertureYaml": "x"}, 422),
        ({"deploymentId": "dep_3"}, 400),
    ]
    headers = {"authorization": f"Bearer {TOKEN}"}
    for body, status in refused:
        answer = httpx.post(f"{url}/ops/deploy", json={"requestId": "r", **body}, headers=headers)
        assert answer.status_code == status
    gone = {"requestId": "r", "deploymentId": "d", "targetConfigHash": release(9)[0]}
    assert httpx.post(f"{url}/ops/rollback", json=gone, headers=headers).status_code == 404
    assert httpx.post(f"{url}/ops/deploy", content=b"{", headers=headers).status_code == 400
    assert httpx.get(f"{url}/healthz").status_code == 200
    assert httpx.get(f"{url}/ops/deployment").status_code == 401
    with pytest.raises(GatewayFailed, match="401"):
        Agent(url, "wrong", PROBES).active()
    assert driver.active() == Deployment("dep_1", first[0])


@pytest.mark.parametrize("said", [b"{}", b"no json", b'{"deployment":{"configHash":"x"}}', b'{"deployment":[]}'])
def test_a_driver_makes_nothing_up(said: bytes) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=said)))
    with pytest.raises(GatewayFailed):
        Agent("http://agent", TOKEN, PROBES, http).active()


def test_an_agent_needs_a_token(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="token"):
        AgentServer(("127.0.0.1", 0), Releases(tmp_path), "")


def test_an_aperture_is_brought_to_the_rules_through_its_admin_api() -> None:
    services: dict[str, Any] = {"old": {"name": "old"}}
    calls: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        assert request.headers["grpc-metadata-macaroon"] == "aa"
        calls.append(request.method)
        body = json.loads(request.content) if request.content else {}
        if request.method == "GET":
            return httpx.Response(200, json={"services": list(services.values())})
        if request.method == "DELETE":
            services.pop(request.url.path.rpartition("/")[2])
        else:
            services[body["name"]] = body
        return httpx.Response(200)

    rule = a_rule()
    same = CompiledRule.objects.get(pk=rule.pk)
    CompiledRule.objects.create(
        **{
            **{field.name: getattr(same, field.name) for field in CompiledRule._meta.concrete_fields},
            "id": None, "position": 1, "service_name": f"{rule.service_name}-2",
            "upstream_url": "https://up.example/v1",
        }
    )  # fmt: skip
    ServedConfig.objects.filter(gateway="aperture_admin").delete()
    http = httpx.Client(transport=httpx.MockTransport(serve))
    driver = ApertureAdmin("http://aperture", "aa", PROBES, http)
    assert driver.active() is None
    driver.apply("r", "dep", rule.artifact.config_hash, "")
    assert set(services) == {rule.service_name, f"{rule.service_name}-2"}
    assert services[f"{rule.service_name}-2"]["address"] == "up.example:443"
    assert driver.active() == Deployment("dep", rule.artifact.config_hash)
    calls.clear()
    driver.apply("r", "dep", rule.artifact.config_hash, "")
    assert set(calls) == {"GET"}
    services[rule.service_name]["price"] = "9"
    driver.rollback("r", "dep", Deployment("dep", rule.artifact.config_hash))
    assert services[rule.service_name]["price"] == "2"

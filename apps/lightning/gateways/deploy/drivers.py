"""The five drivers. Which one is used says `OA_LIGHTNING_OPS_DEPLOY_DRIVER`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
from django.conf import settings

from apps.lightning.gateways.deploy.aperture_admin import ApertureAdmin
from apps.lightning.gateways.deploy.embedded import Embedded
from apps.lightning.gateways.deploy.probes import Probes
from apps.lightning.gateways.deploy.protocol import Deployment, Driver, GatewayFailed, Seen
from apps.lightning.gateways.deploy.releases import Releases

AGENT_SECONDS_MAX: Final = 30.0


class Agent:
    """A gateway with our agent beside it (`manage.py aperture_agent`), asked over HTTP with its token."""

    name = "agent"

    def __init__(self, base_url: str, token: str, probes: Any, http: httpx.Client | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}
        self._http = http or httpx.Client(timeout=AGENT_SECONDS_MAX, trust_env=False)
        self.health, self.challenge, self.proxy = probes.health, probes.challenge, probes.proxy

    def active(self) -> Deployment | None:
        found = self._ask("GET", "/ops/deployment")["deployment"]
        return None if found is None else _deployment(found)

    def apply(self, request_id: str, deployment_id: str, config_hash: str, yaml: str) -> Deployment:
        body = {
            "requestId": request_id,
            "deploymentId": deployment_id,
            "configHash": config_hash,
            "apertureYaml": yaml,
        }
        return _deployment(self._ask("POST", "/ops/deploy", body)["deployment"])

    def rollback(self, request_id: str, deployment_id: str, target: Deployment) -> Deployment:
        body = {"requestId": request_id, "deploymentId": deployment_id, "targetConfigHash": target.config_hash}
        if target.image_digest:
            body["imageDigest"] = target.image_digest
        return _deployment(self._ask("POST", "/ops/rollback", body)["deployment"])

    def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        try:
            answer = self._http.request(method, self._base_url + path, json=body, headers=self._headers)
            if answer.status_code == 200:
                document = answer.json()
                if isinstance(document, dict) and "deployment" in document:
                    return document
        except (httpx.HTTPError, ValueError) as error:
            raise GatewayFailed(f"the agent did not answer: {type(error).__name__}") from None
        raise GatewayFailed(f"the agent answered {answer.status_code}")


def _deployment(found: Any) -> Deployment:
    """Nothing is made up: an answer without both ids is a failure. Raises GatewayFailed."""
    try:
        deployment_id, config_hash = found["deploymentId"], found["configHash"]
        if isinstance(deployment_id, str) and isinstance(config_hash, str) and deployment_id and config_hash:
            return Deployment(deployment_id, config_hash, found.get("imageDigest") or "")
    except (TypeError, KeyError):
        pass
    raise GatewayFailed("the agent did not say what is deployed")


class Files:
    """Releases in a folder that the gateway reads, and a command that makes it load them."""

    name = "file"

    def __init__(self, releases: Releases, probes: Any) -> None:
        self._releases = releases
        self.health, self.challenge, self.proxy = probes.health, probes.challenge, probes.proxy

    def active(self) -> Deployment | None:
        return self._releases.active()

    def apply(self, request_id: str, deployment_id: str, config_hash: str, yaml: str) -> Deployment:
        return self._releases.deploy(deployment_id, config_hash, yaml)

    def rollback(self, request_id: str, deployment_id: str, target: Deployment) -> Deployment:
        return self._releases.rollback(deployment_id, target.config_hash, target.image_digest)


class Memory:
    """Lives as long as the process; for tests. `fail` names the stages that fail, `seen` what the probes show."""

    name = "memory"

    def __init__(self, challenge_headers: tuple[str, ...] = ()) -> None:
        self.deployed: Deployment | None = None
        self.fail: set[str] = set()
        self.calls: list[str] = []
        self.challenge_headers = challenge_headers
        self.proxy_headers: dict[str, str] = {}

    def active(self) -> Deployment | None:
        self._stage("active_lookup")
        return self.deployed

    def apply(self, request_id: str, deployment_id: str, config_hash: str, yaml: str) -> Deployment:
        self._stage("apply")
        self.deployed = Deployment(deployment_id, config_hash)
        return self.deployed

    def rollback(self, request_id: str, deployment_id: str, target: Deployment) -> Deployment:
        self._stage("rollback")
        self.deployed = Deployment(deployment_id, target.config_hash, target.image_digest)
        return self.deployed

    def health(self) -> Seen:
        self.calls.append("health")
        return Seen(503 if "health" in self.fail else 200)

    def challenge(self) -> Seen:
        self.calls.append("challenge")
        status = 200 if "challenge" in self.fail else 402
        return Seen(status, self.proxy_headers, self.challenge_headers)

    def proxy(self, authorization: str) -> Seen:
        self.calls.append("proxy")
        return Seen(502 if "proxy" in self.fail or not authorization else 200)

    def _stage(self, name: str) -> None:
        self.calls.append(name)
        if name in self.fail:
            raise GatewayFailed(f"{name} fails")


def releases_of(folder: str, command: str) -> Releases:
    """Raises GatewayFailed without a folder."""
    if not folder:
        raise GatewayFailed("OA_LIGHTNING_OPS_DEPLOY_DIR is not set")
    return Releases(Path(folder), tuple(shlex.split(command)))


def driver() -> Driver:
    """The configured driver. Raises GatewayFailed when its configuration is incomplete."""
    config = settings.OA
    base = config.oa_lightning_ops_gateway_base_url.rstrip("/")
    probes = Probes(
        base + config.oa_lightning_ops_gateway_health_path,
        config.oa_lightning_ops_challenge_url,
        config.oa_lightning_ops_proxy_url,
        {},
    )
    chosen: Driver = _memory
    match config.oa_lightning_ops_deploy_driver:
        case "agent":
            chosen = Agent(base, config.oa_lightning_ops_gateway_ops_token, probes)
        case "file":
            folder, command = config.oa_lightning_ops_deploy_dir, config.oa_lightning_ops_deploy_command
            chosen = Files(releases_of(folder, command), probes)
        case "aperture_admin":
            chosen = ApertureAdmin(base, config.oa_lightning_ops_aperture_macaroon_hex, probes)
        case "embedded":
            chosen = Embedded()
    return chosen


_memory = Memory()

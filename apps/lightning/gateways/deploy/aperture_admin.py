"""A running Aperture changed through its admin API: what is missing is added, what differs is put right, the rest goes.

The API holds services, not deployments: which configuration they make up is kept here, and believed only while the
services that run are the ones it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from apps.lightning.gateways.deploy.protocol import Deployment, GatewayFailed
from apps.lightning.models import CompiledRule, ServedConfig

SERVICES: Final = "/api/admin/services"
MACAROON_HEADER: Final = "Grpc-Metadata-Macaroon"
SECONDS_MAX: Final = 15.0
PORTS: Final = {"http": 80, "https": 443}


class ApertureAdmin:
    """`macaroon_hex`: the admin macaroon of the gateway."""

    name = "aperture_admin"

    def __init__(self, base_url: str, macaroon_hex: str, probes: Any, http: httpx.Client | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {MACAROON_HEADER: macaroon_hex}
        self._http = http or httpx.Client(timeout=SECONDS_MAX, trust_env=False)
        self.health, self.challenge, self.proxy = probes.health, probes.challenge, probes.proxy

    def active(self) -> Deployment | None:
        running = self._services()
        row = ServedConfig.objects.filter(gateway=self.name).first()
        if row is None or set(running) != set(_wanted(row.config_hash)):
            return None
        return Deployment(row.deployment_id, row.config_hash)

    def apply(self, request_id: str, deployment_id: str, config_hash: str, yaml: str) -> Deployment:
        return self._bring_to(Deployment(deployment_id, config_hash))

    def rollback(self, request_id: str, deployment_id: str, target: Deployment) -> Deployment:
        return self._bring_to(Deployment(deployment_id, target.config_hash))

    def _bring_to(self, target: Deployment) -> Deployment:
        """Every call is idempotent, so a run that was interrupted is simply made again."""
        wanted, running = _wanted(target.config_hash), self._services()
        for name in sorted(set(running) - set(wanted)):
            self._ask("DELETE", f"{SERVICES}/{quote(name, safe='')}")
        for name, service in wanted.items():
            if name not in running:
                self._ask("POST", SERVICES, service)
            elif any(running[name].get(field) != value for field, value in service.items()):
                self._ask("PUT", f"{SERVICES}/{quote(name, safe='')}", service)
        facts = {"deployment_id": target.deployment_id, "config_hash": target.config_hash}
        ServedConfig.objects.update_or_create(gateway=self.name, defaults=facts)
        return target

    def _services(self) -> dict[str, Mapping[str, Any]]:
        found = self._ask("GET", SERVICES).get("services")
        if not isinstance(found, list) or not all(isinstance(one, dict) and "name" in one for one in found):
            raise GatewayFailed("the admin API did not list its services")
        return {str(one["name"]): one for one in found}

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        try:
            answer = self._http.request(method, self._base_url + path, json=body, headers=self._headers)
            if answer.is_success:
                document = answer.json() if answer.content else {}
                return document if isinstance(document, dict) else {}
        except (httpx.HTTPError, ValueError) as error:
            raise GatewayFailed(f"the admin API did not answer: {type(error).__name__}") from None
        raise GatewayFailed(f"the admin API answered {answer.status_code}")


def _wanted(config_hash: str) -> dict[str, dict[str, Any]]:
    rules = CompiledRule.objects.filter(artifact__config_hash=config_hash).order_by("position")
    return {rule.service_name: _service(rule) for rule in rules}


def _service(rule: CompiledRule) -> dict[str, Any]:
    upstream = urlsplit(rule.upstream_url)
    return {
        "name": rule.service_name,
        "host_regexp": rule.host_regexp,
        "path_regexp": rule.path_regexp,
        "address": f"{upstream.hostname}:{upstream.port or PORTS[upstream.scheme]}",
        "protocol": upstream.scheme,
        "auth": "on",
        "price": str(rule.price_sats),
    }

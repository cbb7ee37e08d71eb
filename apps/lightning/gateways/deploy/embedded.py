"""The development gateway: a guest in the executor's process that serves the newest applied run (20.4).

There is nothing to send: it reads the compiled rules from the plane's tables. What is deployed is therefore what the
newest run says, and the probes ask the guest itself.
"""

from __future__ import annotations

import re
from typing import Any

import httpx
from django.conf import settings

from apps.lightning.domain import route_patterns
from apps.lightning.gateways.deploy.protocol import Deployment, GatewayFailed, Seen
from apps.lightning.models import CompiledRule, ServedConfig

HOST_HEADER = "x-sim-host"
PREFIX = "/sim/l402"
SECONDS_MAX = 10.0


class Embedded:
    """`ServedConfig` holds one row: what the guest serves. Switching it is one statement, so a reader sees one or the
    other."""

    name = "embedded"

    def __init__(self, http: httpx.Client | None = None) -> None:
        self._http = http or httpx.Client(timeout=SECONDS_MAX, trust_env=False)

    def active(self) -> Deployment | None:
        row = ServedConfig.objects.filter(gateway=self.name).first()
        return None if row is None else Deployment(row.deployment_id, row.config_hash)

    def apply(self, request_id: str, deployment_id: str, config_hash: str, yaml: str) -> Deployment:
        return self._serve(deployment_id, config_hash)

    def rollback(self, request_id: str, deployment_id: str, target: Deployment) -> Deployment:
        return self._serve(deployment_id, target.config_hash)

    def health(self) -> Seen:
        return self._get("/healthz", {})

    def challenge(self) -> Seen:
        return self._paid_path({})

    def proxy(self, authorization: str) -> Seen:
        return self._paid_path({"authorization": authorization})

    def _serve(self, deployment_id: str, config_hash: str) -> Deployment:
        facts = {"deployment_id": deployment_id, "config_hash": config_hash}
        ServedConfig.objects.update_or_create(gateway=self.name, defaults=facts)
        return Deployment(deployment_id, config_hash)

    def _paid_path(self, headers: dict[str, str]) -> Seen:
        """A request that some rule of the served configuration matches. Raises GatewayFailed."""
        served = self.active()
        rules = CompiledRule.objects.filter(artifact__config_hash=served.config_hash if served else "")
        for rule in rules.order_by("position"):
            found = example_of(rule)
            if found is not None:
                return self._get(PREFIX + found[1], {**headers, HOST_HEADER: found[0]})
        raise GatewayFailed("no served rule has a host and path that can be guessed for a probe")

    def _get(self, path: str, headers: dict[str, Any]) -> Seen:
        try:
            answer = self._http.get(settings.OA.base_url("lightning-executor") + path, headers=headers)
        except httpx.HTTPError as error:
            raise GatewayFailed(f"no answer: {type(error).__name__}") from None
        return Seen(answer.status_code, dict(answer.headers), tuple(answer.headers.get_list("www-authenticate")))


def example_of(rule: CompiledRule) -> tuple[str, str] | None:
    """A host and a path that the rule matches, read off its patterns; None when they do not show one."""
    host = route_patterns.literal_prefix(rule.host) if rule.host.startswith("^") else rule.host.replace("*", "probe")
    path = route_patterns.literal_prefix(rule.path)
    for tried in (path, f"{path}probe", f"{path}/probe"):
        if tried.startswith("/") and re.search(rule.host_regexp, host) and re.search(rule.path_regexp, tried):
            return host, tried
    return None

"""What the reconcile asks of a gateway. Every method raises GatewayFailed with a short reason, free of secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class GatewayFailed(Exception):
    """The gateway did not do, or did not show, what was asked."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a gateway serves."""

    deployment_id: str
    config_hash: str
    image_digest: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The answer to a probe. Header names are lower case; `challenges` are the `WWW-Authenticate` lines."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    challenges: tuple[str, ...] = ()


class Driver(Protocol):
    """One gateway. `apply` and `rollback` are idempotent by (deployment id, configuration hash)."""

    name: str

    def active(self) -> Deployment | None:
        """What is served now; None before the first deployment."""

    def apply(self, request_id: str, deployment_id: str, config_hash: str, yaml: str) -> Deployment: ...

    def rollback(self, request_id: str, deployment_id: str, target: Deployment) -> Deployment: ...

    def health(self) -> Seen: ...

    def challenge(self) -> Seen:
        """An unpaid request to a paid path."""

    def proxy(self, authorization: str) -> Seen:
        """The same request with a credential."""

"""What `/healthz` and `/readyz` say of this plane beside the shared checks."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.control.gateways import identity
from apps.control.services import settings_view
from openagents.ops.config import DEVELOPMENT_SECRET
from openagents.ops.health import Finding, check, live_facts


@live_facts
def _facts() -> dict[str, Any]:
    return {
        "service": "openagents-control-service",
        "auth_provider": settings.OA.oa_auth_provider_mode,
    }


@check("keys")
def _keys() -> Finding:
    """Own signing key and both token keys are there; in production none is weak or a default."""
    config = settings.OA
    if not config.oa_runtime_signing_key:
        return Finding(False, "signing_key_missing")
    for mint in (settings_view.sync_mint(), settings_view.khala_mint()):
        problem = mint.fault(production=config.oa_env == "prod")
        if problem not in (None, "disabled"):
            return Finding(False, f"{mint.kind}_{problem}")
    if config.oa_env == "prod" and DEVELOPMENT_SECRET in (config.oa_runtime_signing_key, config.oa_django_secret_key):
        return Finding(False, "default_secret")
    return Finding(True)


@check("provider")
def _provider() -> Finding:
    """The configured identity provider can be used."""
    problem = identity.problem(settings.OA)
    return Finding(problem is None, problem)

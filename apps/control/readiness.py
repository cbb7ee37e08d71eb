"""What `/healthz` and `/readyz` say of this plane beside the shared checks."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.control.config import Config
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
    """Whatever control signs, verifies, seals or is called with has its key; in production none is weak or a default.

    Where secrets are real, a missing key of the integrations fails readiness; elsewhere it is only told.
    """
    config = settings.OA
    missing = _missing_keys(config)
    if missing is not None:
        return Finding(False, missing)
    if config.oa_env == "prod" and DEVELOPMENT_SECRET in _secrets(config):
        return Finding(False, "default_secret")
    gap = _missing_integration_keys(config)
    return Finding(gap is None, gap, fails=config.oa_env in ("staging", "prod"))


def _missing_keys(config: Config) -> str | None:
    if not config.oa_runtime_signing_key:
        return "signing_key_missing"
    if not config.oa_internal_keys:
        return "internal_keys_missing"
    for mint in (settings_view.sync_mint(), settings_view.khala_mint()):
        problem = mint.fault(production=config.oa_env == "prod")
        if problem not in (None, "disabled"):
            return f"{mint.kind}_{problem}"
    return None


def _missing_integration_keys(config: Config) -> str | None:
    """Stored secrets need their ring, and the runtime's signature the secret it is checked with."""
    if not config.integration_ring():
        return "integration_ring_missing"
    return None if config.oa_runtime_internal_shared_secret else "secrets_lane_key_missing"


def _secrets(config: Config) -> set[str]:
    """Every configured secret text, those that only verify included."""
    return {
        config.oa_django_secret_key,
        config.oa_runtime_signing_key,
        config.oa_runtime_internal_shared_secret,
        config.oa_lightning_ops_secret,
        config.oa_maintenance_mode_bypass_token,
        *config.sync_keys().values(),
        *config.khala_keys().values(),
        *(key.secret.decode("utf-8", "replace") for key in settings.OA_INTERNAL_KEYRING),
    }


@check("provider")
def _provider() -> Finding:
    """The configured identity provider can be used."""
    problem = identity.problem(settings.OA)
    return Finding(problem is None, problem)

"""Which gateway this process uses."""

from __future__ import annotations

from django.conf import settings

from apps.runtime.gateways.provider import HttpProviderGateway, ProviderGateway


def provider_gateway() -> ProviderGateway:
    """The gateway to compute providers, under the present configuration."""
    return HttpProviderGateway(settings.OA.runtime_provider_host_allowlist)

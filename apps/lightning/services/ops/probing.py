"""What a freshly deployed gateway must show: it is healthy, asks for the right price, and serves who paid (16.1)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from apps.lightning import peers
from apps.lightning.domain import l402
from apps.lightning.domain.l402 import Challenge, Credential
from apps.lightning.gateways.deploy.protocol import Driver, GatewayFailed, Seen
from openagents.bolt11.decoder import decode, normalise
from openagents.bolt11.invoice import Invalid

SMOKE_HEADER: Final = "x-oa-smoke-auth"
OK: Final = range(200, 300)


def check_health(gateway: Driver) -> None:
    """Raises GatewayFailed."""
    seen = gateway.health()
    if seen.status not in OK:
        raise GatewayFailed(f"the health check answered {seen.status}")


def check_challenge(gateway: Driver, prices_msats: Collection[int]) -> tuple[Seen, Challenge]:
    """A 402 with an invoice of our network for one of the prices that are served. Raises GatewayFailed."""
    seen = gateway.challenge()
    if seen.status != 402:
        raise GatewayFailed(f"an unpaid request was answered with {seen.status}")
    challenge = l402.challenge_of(seen.challenges)
    if challenge is None:
        raise GatewayFailed("the 402 has no L402 challenge")
    try:
        invoice = decode(normalise(challenge.invoice))
    except Invalid as error:
        raise GatewayFailed(f"the invoice cannot be read: {error.reason}") from None
    if invoice.network != settings.OA.oa_lightning_network:
        raise GatewayFailed(f"the invoice is for {invoice.network}")
    if invoice.amount_msats not in prices_msats:
        raise GatewayFailed("the invoice has a price that is not served")
    return seen, challenge


def check_proxy(gateway: Driver, request_id: str, prices_msats: Collection[int]) -> None:
    """A paid request gets through: with the configured credential, the gateway's own for smoke tests, or a bought one.

    Raises GatewayFailed.
    """
    seen = gateway.proxy(_authorization(gateway, request_id, prices_msats))
    if seen.status not in OK:
        raise GatewayFailed(f"a paid request was answered with {seen.status}")


def _authorization(gateway: Driver, request_id: str, prices_msats: Collection[int]) -> str:
    config = settings.OA
    if config.oa_lightning_ops_proxy_authorization_header:
        return str(config.oa_lightning_ops_proxy_authorization_header)
    seen, challenge = check_challenge(gateway, prices_msats)
    if SMOKE_HEADER in seen.headers:
        return seen.headers[SMOKE_HEADER]
    host = urlsplit(config.oa_lightning_ops_challenge_url).hostname or ""
    try:
        paid = peers.pay(request_id, challenge.invoice, config.oa_lightning_ops_probe_max_msats, host)
        return Credential(challenge.token, str(paid["payment"]["preimageHex"])).header
    except peers.PaymentRefused as refused:
        raise GatewayFailed(f"the probe could not be paid: {refused.code}") from None
    except (peers.PaymentUnclear, KeyError, TypeError):
        raise GatewayFailed("what became of the probe's payment is not known") from None

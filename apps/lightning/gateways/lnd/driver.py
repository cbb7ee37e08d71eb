"""The LND gateway of a process, from its configuration. Nothing is assumed: a missing secret ends the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apps.lightning.gateways.lnd.gateway import LndGateway
from apps.lightning.gateways.lnd.rest import BadPin, Rest, read_certificate, read_macaroon

if TYPE_CHECKING:
    from apps.lightning.config import Config

_REQUIRED = (
    ("OA_LIGHTNING_LND_REST_BASE_URL", ("oa_lightning_lnd_rest_base_url",)),
    ("OA_LIGHTNING_LND_MACAROON_HEX", ("oa_lightning_lnd_macaroon_hex", "oa_lightning_lnd_macaroon_file")),
    ("OA_LIGHTNING_LND_TLS_CERT_BASE64", ("oa_lightning_lnd_tls_cert_base64", "oa_lightning_lnd_tls_cert_file")),
)


def build(config: Config, seed: Callable[[], str]) -> LndGateway:
    """Raises SystemExit naming the variable that is missing or wrong. `seed` is the simulation's, not used here."""
    for variable, fields in _REQUIRED:
        if not any(getattr(config, name) for name in fields):
            raise SystemExit(f"configuration: {variable} is not set, nor its file")
    base_url = config.oa_lightning_lnd_rest_base_url
    if not base_url.startswith("https://"):
        raise SystemExit("configuration: OA_LIGHTNING_LND_REST_BASE_URL: a node is spoken to over https only")
    try:
        rest = Rest(
            base_url,
            read_certificate(config.oa_lightning_lnd_tls_cert_base64, config.oa_lightning_lnd_tls_cert_file),
            read_macaroon(config.oa_lightning_lnd_macaroon_hex, config.oa_lightning_lnd_macaroon_file),
            timeout_s=config.oa_lightning_lnd_timeout_ms / 1000,
        )
    except BadPin as error:
        raise SystemExit(f"configuration: OA_LIGHTNING_LND_*: {error}") from None
    return LndGateway(rest)

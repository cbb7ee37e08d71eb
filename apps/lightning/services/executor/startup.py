"""What must hold before the executor opens a port, and what runs once it serves (sections 1, 3, 5.2, 9, 25)."""

from __future__ import annotations

import atexit
import ipaddress
import os
import sys
from typing import TYPE_CHECKING

import structlog
from django.conf import settings

from apps.lightning.domain.spending import BadLimit
from apps.lightning.gateways import kek, selection
from apps.lightning.services.executor import log_guard, policy
from apps.lightning.services.executor.chores import all_chores
from apps.lightning.services.executor.writer import WRITER
from apps.lightning.system_checks import cap_warning
from openagents.receipts.signing import InvalidSecretKey, SchnorrSigner
from openagents.secretbox.keyring import BadKeyRing, KeyRing

if TYPE_CHECKING:
    from apps.lightning.config import Config

log = structlog.get_logger("oa.executor")


class Unsafe(Exception):
    """The process must not serve. The text names the variable and never quotes a value."""


def refuse_unsafe() -> None:
    """Check the configuration of the executor. Ends the process, naming the variable."""
    try:
        check(settings.OA, bind_hosts())
    except Unsafe as unsafe:
        raise SystemExit(f"configuration: {unsafe}") from None


def check(config: Config, hosts: list[str]) -> None:
    """Raises Unsafe for the first thing that is wrong."""
    mode = config.oa_lightning_wallet_executor_mode
    if mode == "spark":
        _check_spark(config)
    if not selection.installed(mode):
        raise Unsafe(f"OA_LIGHTNING_WALLET_EXECUTOR_MODE: no driver for {mode} is installed")
    if config.simulated and config.oa_env == "prod":
        raise Unsafe("OA_LIGHTNING_WALLET_EXECUTOR_MODE: the simulated network does not run in production")
    if config.simulated and config.oa_lightning_network != "regtest":
        raise Unsafe("OA_LIGHTNING_NETWORK: the simulated network is regtest")
    _check_channel(config, hosts)
    _check_limits(config)
    _check_custody(config)


def _check_channel(config: Config, hosts: list[str]) -> None:
    token = config.oa_lightning_wallet_executor_auth_token.strip()
    match config.oa_lightning_auth_mode:
        case "disabled":
            if not config.simulated:
                raise Unsafe("OA_LIGHTNING_WALLET_EXECUTOR_AUTH_TOKEN: needed outside simulated mode")
            if not all(_is_loopback(host) for host in hosts):
                raise Unsafe("OA_LIGHTNING_AUTH_MODE: disabled is for a loopback address only")
        case "bearer_static":
            if not token and not config.oa_internal_keys:
                raise Unsafe("OA_LIGHTNING_WALLET_EXECUTOR_AUTH_TOKEN: needed in the mode bearer_static")
        case _:
            if not config.oa_internal_keys:
                raise Unsafe("OA_INTERNAL_KEYS: needed in the mode signed_internal")


def _check_limits(config: Config) -> None:
    if not config.oa_lightning_wallet_allowed_hosts and not config.simulated:
        raise Unsafe("OA_LIGHTNING_WALLET_ALLOWED_HOSTS: may be empty in simulated mode only")
    try:
        policy.from_environment()
    except BadLimit as error:
        raise Unsafe(f"OA_LIGHTNING_WALLET_{error.name.upper()}: {error.reason}") from None
    if config.oa_env == "prod":
        for name in ("oa_lightning_wallet_request_cap_msats", "oa_lightning_wallet_window_cap_msats"):
            if name not in config.model_fields_set:
                raise Unsafe(f"{name.upper()}: must be set in production")


def _check_custody(config: Config) -> None:
    try:
        text = kek.ring(config)
        if text:
            KeyRing.from_csv(text)
    except kek.RingUnavailable as error:
        raise Unsafe(str(error)) from None
    except BadKeyRing as error:
        raise Unsafe(f"OA_LIGHTNING_CUSTODY_KEK: {error}") from None
    if not text and not config.simulated:
        raise Unsafe("OA_LIGHTNING_CUSTODY_KEK: a key-encryption ring is needed outside simulated mode")
    if key := config.oa_lightning_receipt_signing_key.strip():
        try:
            SchnorrSigner(key)
        except InvalidSecretKey as error:
            raise Unsafe(f"OA_LIGHTNING_RECEIPT_SIGNING_KEY: {error}") from None


def _check_spark(config: Config) -> None:
    """In the order in which the reference complains, then that there is no driver."""
    if not config.oa_lightning_spark_api_key:
        raise Unsafe("OA_LIGHTNING_SPARK_API_KEY: needed in spark mode")
    if not config.oa_lightning_wallet_executor_auth_token and not config.oa_internal_keys:
        raise Unsafe("OA_LIGHTNING_WALLET_EXECUTOR_AUTH_TOKEN: needed in spark mode")
    provider = config.oa_lightning_wallet_mnemonic_provider
    if provider == "gcp" and not config.oa_lightning_wallet_mnemonic_secret_version:
        raise Unsafe("OA_LIGHTNING_WALLET_MNEMONIC_SECRET_VERSION: needed with the provider gcp")
    if not config.oa_lightning_wallet_allowed_hosts:
        raise Unsafe("OA_LIGHTNING_WALLET_ALLOWED_HOSTS: needed in spark mode")


def bind_hosts() -> list[str]:
    """Every address that this process was told to listen on."""
    hosts = [settings.OA.oa_lightning_wallet_executor_host]
    if bound := os.environ.get("OA_LIGHTNING_EXECUTOR_BIND"):
        hosts.append(bound.rpartition(":")[0])
    for option, value in zip(sys.argv, sys.argv[1:], strict=False):
        if option == "--host":
            hosts.append(value)
        elif option == "--bind":
            hosts.append(value.rpartition(":")[0])
    return hosts


def _is_loopback(host: str) -> bool:
    plain = host.strip("[]")
    if plain == "localhost":
        return True
    try:
        return ipaddress.ip_address(plain).is_loopback
    except ValueError:
        return False


def serving() -> None:
    """Called once in every process that serves: keep secrets out of the logs, and compete for writing."""
    log_guard.install()
    if settings.OA.simulated and kek.is_development(settings.OA):
        log.warning("development_kek", note="secrets of the simulated network are sealed with a key everybody knows")
    if warning := cap_warning(settings.OA.oa_lightning_wallet_request_cap_msats):
        log.warning("executor_cap_below_auto_approve", note=warning)
    WRITER.start(all_chores)
    atexit.register(WRITER.stop)

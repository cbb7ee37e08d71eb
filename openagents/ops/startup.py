"""What every serving process does once, before the first request."""

from __future__ import annotations

import django
import structlog
from django.apps import apps
from django.conf import settings
from django.db.utils import OperationalError

from openagents.ops import faults, metrics
from openagents.ops.durability import assert_durable

log = structlog.get_logger("oa.startup")


def prepare() -> None:
    """Set Django up, refuse unsafe settings, arm fault points.

    Raises NotDurable in production on a server that does not flush commits; SystemExit when a production process
    has no internal keys. A plane adds refusals of its own by `before_serving` of its AppConfig.
    """
    django.setup()
    config = settings.OA
    if config.oa_env in ("staging", "prod"):
        from openagents.ops.config import DEVELOPMENT_SECRET

        if not config.oa_internal_keys:
            raise SystemExit("configuration: OA_INTERNAL_KEYS is not set")
        if config.oa_django_secret_key == DEVELOPMENT_SECRET:
            raise SystemExit("configuration: OA_DJANGO_SECRET_KEY is the development default")
    if config.oa_faults:
        if config.oa_env not in ("dev", "test"):
            raise SystemExit("configuration: OA_FAULTS is for development and tests only")
        try:
            faults.load(config.oa_faults)
        except ValueError as error:
            raise SystemExit(f"configuration: OA_FAULTS: {error}") from None
    metrics.BUILD_INFO.labels(settings.OA_PROCESS.plane, config.oa_build_id, config.oa_build_sha).set(1)
    assert_durable()
    _look_at_own_rights()
    for plane in apps.get_app_configs():
        if hasattr(plane, "before_serving"):
            plane.before_serving()


def _look_at_own_rights() -> None:
    """Warn of a login that may more than it should; a server that is down is readiness' business."""
    from openagents.db import own_rights

    try:
        if found := own_rights.measure():
            log.error("roles.unsafe", problems=found)
    except OperationalError:
        log.warning("roles.unknown", reason="database unreachable at start")


def serving() -> None:
    """Tell the planes that this process serves from now on: what runs beside the requests begins here."""
    for plane in apps.get_app_configs():
        if hasattr(plane, "serving"):
            plane.serving()

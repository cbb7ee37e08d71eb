"""`GET /internal/v1/ops/build` of every process: what is deployed here, and which databases it is connected to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse

import openagents
from openagents.peers.auth import caller_of
from openagents.planes import ISSUERS
from openagents.receipts.times import rfc3339
from openagents.wire.faults import METHOD_NOT_ALLOWED, Fault
from openagents.wire.ninja import error_response, fault_of

CONTRACT_MINOR = 0
"""Every package is at the minor it was published with; a package that grows gets its own number here."""

_started_at = datetime.now(UTC)


def build_view(request: HttpRequest) -> HttpResponse:
    """Signed by any peer. A plain view: it belongs to every process, whatever API the plane has, or none."""
    try:
        caller_of(request, ISSUERS)
        if request.method not in ("GET", "HEAD"):
            raise Fault(METHOD_NOT_ALLOWED, headers={"Allow": "GET"})
        return JsonResponse(build())
    except Exception as error:
        return error_response(request, fault_of(error))


def build() -> dict[str, Any]:
    """The facts of this process. Raises OperationalError when the database does not say its migrations."""
    config = settings.OA
    return {
        "plane": settings.OA_PROCESS.plane,
        "role": settings.OA_PROCESS.name,
        "build_id": config.oa_build_id,
        "build_sha": config.oa_build_sha,
        "image_digest": config.oa_image_digest or None,
        "schema_head": schema_head(MigrationRecorder(connection).applied_migrations()),
        "contracts": contracts(),
        "started_at": rfc3339(_started_at),
        "databases": {
            alias: {"name": values["NAME"], "login": values["USER"]} for alias, values in settings.DATABASES.items()
        },
    }


def schema_head(applied: Iterable[tuple[str, str]]) -> str | None:
    """The newest applied migration of the plane itself, by its number; None before the first."""
    own = settings.INSTALLED_APPS[-1].rpartition(".")[2]
    return max((name for app, name in applied if app == own), default=None)


@cache
def contracts() -> dict[str, int]:
    """Contract package to minor, for every package this build carries."""
    generated = Path(openagents.__file__ or "").parent.glob("*/v[0-9]*/*_pb2.py")
    packages = {f"openagents.{path.parent.parent.name}.{path.parent.name}" for path in generated}
    return dict.fromkeys(sorted(packages), CONTRACT_MINOR)

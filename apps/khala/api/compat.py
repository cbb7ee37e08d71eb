"""`GET /khala/v1/compat`: which clients this deployment serves."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from openagents.receipts.times import parse_rfc3339
from openagents.sync.v1 import http_pb2 as pb
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["compatibility"])
CompatOut = schema(pb.KhalaCompatResponse)


@router.get("/khala/v1/compat", response={200: CompatOut})
def read(request: HttpRequest) -> HttpResponse:
    """The compatibility window in force; may be cached for a minute."""
    window = settings.OA.window()
    valid_until: datetime | None = parse_rfc3339(window.valid_until) if window.valid_until else None
    response = respond(
        CompatOut,
        protocol_version=window.protocol_version,
        min_client_build_id=window.min_client_build_id,
        max_client_build_id=window.max_client_build_id,
        min_schema_version=window.min_schema_version,
        max_schema_version=window.max_schema_version,
        enforced=window.enforced,
        valid_until=valid_until,
    )
    response["Cache-Control"] = "public, max-age=60"
    return response

"""`GET /stats`: the public statistics as a page and as JSON (3.10)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import http_date
from ninja import Query, Router

from apps.control import mapping
from apps.control.api.guards import open_to_all
from apps.control.api.pages import matches, page
from apps.control.services import statistics
from openagents.receipts.times import parse_rfc3339
from openagents.wire.ninja import respond

MAX_AGE = "public, max-age=60"

DOCUMENT: dict[str, Any] = {
    "responses": {
        200: {
            "description": "One table per section and one of the pools, as JSON or as a page of the same cells",
            "content": {"text/html": {"schema": {"type": "string"}}},
        },
        304: {"description": "Nothing new since the ETag that was offered"},
    }
}
"""The page beside the JSON, which is described from its message."""

router = Router(tags=["statistics"])


@router.get("/stats", auth=open_to_all("stats"), response={200: mapping.StatsOut}, openapi_extra=DOCUMENT)
def stats(request: HttpRequest, format: str = Query("", max_length=16)) -> HttpResponse:
    """Tables of figures, the same for everybody for a minute: JSON where it is asked for, else a page."""
    found = statistics.snapshot()
    as_of = parse_rfc3339(found["as_of"])
    if format == "json" or (not format and _prefers_json(request)):
        response = respond(mapping.StatsOut, **mapping.stats(found))
    else:
        response = page(request, "control/stats.html", _context(found))
    tag = f'"{hashlib.sha256(response.content).hexdigest()}"'
    if matches(request.headers.get("if-none-match", ""), tag):
        response = HttpResponseNotModified()
    response["ETag"] = tag
    return _dated(response, as_of)


def _dated(response: HttpResponse, as_of: datetime) -> HttpResponse:
    response["Cache-Control"] = MAX_AGE
    response["Last-Modified"] = http_date(as_of.timestamp())
    response["Age"] = str(max(0, int((timezone.now() - as_of).total_seconds())))
    response["Vary"] = "Accept"
    return response


def _prefers_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _context(found: dict[str, Any]) -> dict[str, Any]:
    sections = [
        {
            **section,
            "rows": [
                [(name, cell) for name, cell in zip(section["columns"], row, strict=True)] for row in section["rows"]
            ],
        }
        for section in found["sections"]
    ]
    columns = found["pools"]["columns"]
    pools = [[(name, cell) for name, cell in zip(columns, row, strict=True)] for row in found["pools"]["rows"]]
    return {"snapshot": found, "sections": sections, "pool_columns": columns, "pools": pools}

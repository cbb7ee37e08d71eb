"""The API documents of the plane: what is public, and everything that is mounted (3.1).

The lanes describe themselves; here they are put together with the pages and with the aliases of old clients.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from apps.control.api.surface import internal_api, lightning_api, ops_api, public_api
from openagents.wire.ninja import PlaneAPI

ALIASES: Final = (("/api/auth/", "/api/v1/auth/"), ("/api/sync/token", "/api/v1/sync/token"))
"""Prefixes of routes and the old prefixes under which they are served as well, until the sunset date."""
INNER_LANES: Final[tuple[tuple[str, str, PlaneAPI], ...]] = (
    ("Internal", "/internal/v1/control", internal_api),
    ("Lightning", "/api/internal/lightning-ops/control-plane", lightning_api),
    ("Ops", "/internal/v1/ops", ops_api),
)
"""Name before a lane's components, where it is mounted, the lane."""
COMPONENTS: Final = "#/components/schemas/"

Document = dict[str, Any]


def _page(identifier: str, summary: str, responses: Mapping[str, Any]) -> Document:
    return {
        "get": {"operationId": f"pages_{identifier}", "summary": summary, "tags": ["pages"], "responses": responses}
    }


def _answer(description: str, media: str = "application/json", kind: str = "object") -> Document:
    return {"description": description, "content": {media: {"schema": {"type": kind}}}}


UNCHANGED: Final = {"description": "Nothing new since the ETag that was offered"}
PAGES: Final[Document] = {
    "/": _page("landing", "What OpenAgents is", {"200": _answer("The landing page", "text/html", "string")}),
    "/download-desktop": _page(
        "download_desktop",
        "To the desktop app",
        {"307": {"description": "Where it is", "headers": {"Location": {"schema": {"type": "string"}}}}},
    ),
    "/openapi.json": _page("openapi", "This document", {"200": _answer("OpenAPI 3.1"), "304": UNCHANGED}),
    "/healthz": _page("healthz", "Whether the process lives", {"200": _answer("It does")}),
    "/readyz": _page(
        "readyz",
        "Whether the process may receive traffic",
        {"200": _answer("It may"), "503": _answer("It may not: `checks` says why")},
    ),
    "/metrics": _page(
        "metrics", "Measurements", {"200": _answer("Prometheus text exposition", "text/plain", "string")}
    ),
}


def public_document() -> Document:
    """What clients may call: pages, lanes and the lanes' aliases. JSON values with text for keys."""
    document = _plain(public_api)
    paths = {**document["paths"], **json.loads(json.dumps(PAGES))}
    for path in document["paths"]:
        for prefix, alias in ALIASES:
            if path.startswith(prefix):
                paths[alias + path.removeprefix(prefix)] = _alias_of(document["paths"][path])
    return {**document, "paths": dict(sorted(paths.items()))}


def whole_document() -> Document:
    """Every route of the process: the public ones and the lanes of the house."""
    document = public_document()
    paths, schemas = dict(document["paths"]), dict(document["components"]["schemas"])
    schemes = dict(document["components"].get("securitySchemes", {}))
    for name, prefix, api in INNER_LANES:
        text = json.dumps(_plain(api)).replace(COMPONENTS, COMPONENTS + name)
        lane = json.loads(text)
        paths |= {prefix + path: operations for path, operations in lane["paths"].items()}
        schemas |= {name + component: schema for component, schema in lane["components"]["schemas"].items()}
        schemes |= lane["components"].get("securitySchemes", {})
    components = {**document["components"], "schemas": dict(sorted(schemas.items())), "securitySchemes": schemes}
    return {**document, "paths": dict(sorted(paths.items())), "components": components}


def _plain(api: PlaneAPI) -> Document:
    """Status codes become text, as in every JSON form of the document; and nobody changes the API's own."""
    found: Document = json.loads(json.dumps(api.get_openapi_schema(path_prefix=""), default=str))
    return found


def _alias_of(operations: Document) -> Document:
    return {
        method: {**operation, "operationId": f"{operation['operationId']}_v1", "deprecated": True}
        for method, operation in operations.items()
    }


class Mounted:
    """What `manage.py openapi` prints."""

    def get_openapi_schema(self) -> Document:
        return whole_document()

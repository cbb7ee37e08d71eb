"""Every route of the public lanes, read from the API itself, so that a new route is judged like the old ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from apps.control.api.guards import Bearer
from apps.control.api.surface import public_api

SAMPLE = "sample-1"
"""Fills the parameters of a path."""


@dataclass(frozen=True)
class Route:
    """`guard` None: the route is open, or guarded by something else than a bearer."""

    method: str
    path: str
    guard: Bearer | None
    has_body: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def url(self) -> str:
        return re.sub(r"\{[^}]+\}", SAMPLE, self.path)


@cache
def public_routes() -> tuple[Route, ...]:
    described: dict[str, Any] = public_api.get_openapi_schema(path_prefix="")["paths"]
    guards = {(method, path): guard for method, path, guard in _guards()}
    return tuple(
        Route(method.upper(), path, guards.get((method.upper(), _plain(path))), "requestBody" in operation)
        for path, operations in described.items()
        for method, operation in operations.items()
    )


def guarded_routes() -> list[Route]:
    return [route for route in public_routes() if route.guard is not None]


def _guards() -> Iterator[tuple[str, str, Bearer]]:
    for bound in public_api._get_bound_routers():
        for path, view in bound.path_operations.items():
            for operation in view.operations:
                for guard in operation.auth_callbacks:
                    if isinstance(guard, Bearer):
                        for method in operation.methods:
                            yield method, _plain(f"{bound.prefix}{path}"), guard


def _plain(path: str) -> str:
    """One spelling for both sources: a single leading slash, parameters without converters."""
    return re.sub(r"\{(?:[a-z]+:)?([^}]+)\}", r"{\1}", "/" + re.sub(r"/+", "/", path).strip("/"))

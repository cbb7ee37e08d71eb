"""Who may pass a route: bearer and ability, rate limits, and what a request says about its sender."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase

from apps.control.domain import inputs
from apps.control.domain.origins import Network, client_ip, networks
from apps.control.services import limits
from apps.control.services.authentication import Principal, authenticate, refused, require
from openagents.wire.faults import FORBIDDEN, INVALID_REQUEST, NOT_FOUND, Fault

BEARER = "bearer "
DEVICE_HEADER = "x-device-id"
CLIENT_HEADER = "x-client"
PATH_ID = re.compile(r"[A-Za-z0-9_.~:-]{1,160}", re.ASCII)


class Bearer(AuthBase):
    """A session, or with `ability` also a credential that carries that ability. `request.auth` is the Principal.

    `scope` is what the role in the active organisation must grant beside.
    `bucket` counts the request against the user (or the session, for minting) once it is authenticated.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, ability: str | None = None, *, scope: str | None = None, bucket: str | None = None) -> None:
        self.ability = ability
        self.scope = scope
        self.bucket = bucket
        super().__init__()

    def __call__(self, request: HttpRequest) -> Principal:
        principal = authenticate(bearer_of(request))
        if self.ability is not None:
            require(principal, self.ability)
        elif principal.session is None:
            raise refused("invalid_token")
        if self.scope is not None and not principal.member.holds(self.scope):
            raise Fault(FORBIDDEN, f"The role does not grant {self.scope}.")
        if self.bucket is not None:
            key = principal.session_id if self.bucket == "token.mint" else principal.user_id
            limits.count(self.bucket, key)
        return principal


Bearer.__name__ = "bearerAuth"  # the name of the security scheme in the OpenAPI document


def open_to_all(bucket: str) -> Callable[[HttpRequest], bool]:
    """A route without a credential, limited by the client's address before anything else is looked at."""

    def pass_by_address(request: HttpRequest) -> bool:
        limits.count(bucket, address_of(request))
        return True

    return pass_by_address


def principal_of(request: HttpRequest) -> Principal:
    """Who passed the guard of this route."""
    found: Principal = request.auth  # type: ignore[attr-defined]
    return found


def bearer_of(request: HttpRequest) -> str | None:
    """The credential of `Authorization: Bearer …`; no cookie ever authenticates."""
    stated = request.headers.get("authorization", "").strip()
    return stated[len(BEARER) :].strip() or None if stated.lower().startswith(BEARER) else None


def address_of(request: HttpRequest) -> str:
    """The client's address: the rightmost hop that is no trusted proxy."""
    return client_ip(
        str(request.META.get("REMOTE_ADDR") or ""),
        request.headers.get("x-forwarded-for"),
        _trusted(tuple(settings.OA.oa_trusted_proxies)),
    )


def client_of(request: HttpRequest) -> inputs.Client:
    return inputs.client(request.headers.get(CLIENT_HEADER))


def device_of(request: HttpRequest, stated: str | None) -> str | None:
    """The device of the body, else of the header; None when neither names one. Raises Fault INVALID_REQUEST."""
    return device_id(stated or request.headers.get(DEVICE_HEADER))


def device_id(stated: str | None) -> str | None:
    """A device id by its rules; None for a blank one. Raises Fault INVALID_REQUEST (`device_id`)."""
    try:
        return inputs.device_id(stated)
    except inputs.Unacceptable as complaint:
        raise Fault(INVALID_REQUEST, errors={"device_id": [str(complaint)]}) from None


def path_id(stated: str) -> str:
    """An id from a path, trimmed. Raises Fault NOT_FOUND for what no id of ours looks like."""
    identifier = stated.strip()
    if not PATH_ID.fullmatch(identifier):
        raise Fault(NOT_FOUND)
    return identifier


@cache
def _trusted(entries: tuple[str, ...]) -> tuple[Network, ...]:
    return networks(entries)

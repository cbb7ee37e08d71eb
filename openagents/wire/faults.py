"""The error catalogue: every refusal that crosses a layer is a `Fault` of one of these kinds.

A plane may add kinds of its own (the wallet executor does); it never invents a second exception for the purpose.
This module knows no web framework, so that `domain/` and services may raise from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """One row of the catalogue. `status` is the one of the flat lane; `retryable`: the same call may succeed later."""

    code: str
    status: int
    message: str
    retryable: bool


class Fault(Exception):
    """A catalogue error on its way to the caller. `message` and `details` are shown to the caller: no secrets.

    `reason_code` narrows the code for machines. `errors` maps field names (dotted paths, spelled as the caller
    spelled them) to complaints. `retry_after_ms` also becomes the header `Retry-After`. `retryable` overrides the
    kind's own answer; `headers` are added to the HTTP response.
    """

    def __init__(
        self,
        kind: Kind,
        message: str | None = None,
        *,
        reason_code: str | None = None,
        details: Mapping[str, Any] | None = None,
        retry_after_ms: int | None = None,
        errors: Mapping[str, list[str]] | None = None,
        retryable: bool | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = kind
        self.message = message or kind.message
        self.reason_code = reason_code
        self.details = dict(details) if details is not None else None
        self.retry_after_ms = retry_after_ms
        self.errors = dict(errors) if errors else None
        self.retryable = kind.retryable if retryable is None else retryable
        self.headers = dict(headers) if headers else {}
        super().__init__(self.message)

    @property
    def code(self) -> str:
        return self.kind.code

    def __repr__(self) -> str:
        reason = f" {self.reason_code}" if self.reason_code else ""
        return f"<Fault {self.kind.status} {self.code}{reason}: {self.message}>"


INVALID_REQUEST = Kind("invalid_request", 400, "The request is not valid.", False)
MALFORMED_REQUEST = Kind("invalid_request", 400, "The request cannot be read.", False)
"""Unparsable, where INVALID_REQUEST is readable and wrong: the public lane answers 400 to one and 422 to the other."""
INVALID_SCOPE = Kind("invalid_scope", 400, "A requested scope cannot be granted.", False)
UNAUTHORIZED = Kind("unauthorized", 401, "Authentication is required.", False)
FORBIDDEN = Kind("forbidden", 403, "This is not allowed.", False)
FORBIDDEN_TOPIC = Kind("forbidden_topic", 403, "This topic is not allowed.", False)
FORBIDDEN_ORIGIN = Kind("forbidden_origin", 403, "This origin is not allowed.", False)
NOT_FOUND = Kind("not_found", 404, "There is nothing here.", False)
METHOD_NOT_ALLOWED = Kind("method_not_allowed", 405, "This method is not supported here.", False)
NOT_ACCEPTABLE = Kind("not_acceptable", 406, "No acceptable form of the answer exists.", False)
CONFLICT = Kind("conflict", 409, "The request conflicts with the current state.", False)
SLOW_CONSUMER_EVICTED = Kind("slow_consumer_evicted", 409, "The reader was too slow and has been cut off.", True)
SNAPSHOT_NOT_SUPPORTED = Kind("snapshot_not_supported", 409, "This topic has no snapshot.", False)
STALE_CURSOR = Kind("stale_cursor", 410, "The cursor can no longer be resumed.", False)
PAGE_EXPIRED = Kind("page_expired", 410, "The page is no longer available.", False)
PAYLOAD_TOO_LARGE = Kind("payload_too_large", 413, "The payload is too large.", False)
UNSUPPORTED_MEDIA_TYPE = Kind("unsupported_media_type", 415, "The body must be JSON.", False)
POLICY_DENIED = Kind("policy_denied", 422, "Policy does not allow this.", False)
RATE_LIMITED = Kind("rate_limited", 429, "Too many requests.", True)
INTERNAL = Kind("internal", 500, "Something went wrong on our side.", False)
STATIC_ASSET_ERROR = Kind("static_asset_error", 500, "A static file cannot be served.", False)
BAD_GATEWAY = Kind("dependency_unavailable", 502, "A service that is needed for this failed.", True)
DEPENDENCY_UNAVAILABLE = Kind("dependency_unavailable", 503, "A service that is needed for this is unavailable.", True)
WRITE_PATH_FROZEN = Kind("write_path_frozen", 503, "Writing is frozen at present.", True)
DRAINING = Kind("draining", 503, "This process is shutting down.", True)
MAINTENANCE = Kind("maintenance", 503, "The service is under maintenance.", True)
SYNC_TOKEN_UNAVAILABLE = Kind("sync_token_unavailable", 503, "Sync tokens cannot be issued at present.", True)
KHALA_TOKEN_UNAVAILABLE = Kind("khala_token_unavailable", 503, "Khala tokens cannot be issued at present.", True)
LEGACY_ROUTE_UNAVAILABLE = Kind("legacy_route_unavailable", 503, "This legacy route is unavailable.", False)

CATALOGUE: tuple[Kind, ...] = (
    INVALID_REQUEST,
    MALFORMED_REQUEST,
    INVALID_SCOPE,
    UNAUTHORIZED,
    FORBIDDEN,
    FORBIDDEN_TOPIC,
    FORBIDDEN_ORIGIN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    CONFLICT,
    SLOW_CONSUMER_EVICTED,
    SNAPSHOT_NOT_SUPPORTED,
    STALE_CURSOR,
    PAGE_EXPIRED,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    POLICY_DENIED,
    RATE_LIMITED,
    INTERNAL,
    STATIC_ASSET_ERROR,
    BAD_GATEWAY,
    DEPENDENCY_UNAVAILABLE,
    WRITE_PATH_FROZEN,
    DRAINING,
    MAINTENANCE,
    SYNC_TOKEN_UNAVAILABLE,
    KHALA_TOKEN_UNAVAILABLE,
    LEGACY_ROUTE_UNAVAILABLE,
)


def kind_of_status(status: int) -> Kind:
    """The general kind for a bare status, as frameworks raise it. Another 4xx is INVALID_REQUEST, the rest INTERNAL."""
    found = _BY_STATUS.get(status)
    if found is not None:
        return found
    return INVALID_REQUEST if 400 <= status < 500 else INTERNAL


_BY_STATUS = {
    kind.status: kind
    for kind in (
        INVALID_REQUEST,
        UNAUTHORIZED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        NOT_ACCEPTABLE,
        CONFLICT,
        PAYLOAD_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        RATE_LIMITED,
        BAD_GATEWAY,
        DEPENDENCY_UNAVAILABLE,
    )
}

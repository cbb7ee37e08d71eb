"""Reading a request: strict JSON within a limit, and validation errors as a fault that names the fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from openagents.receipts import strict_json
from openagents.wire.faults import (
    INVALID_REQUEST,
    MALFORMED_REQUEST,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    Fault,
)

BODY_BYTES_MAX = 1 << 20
"""Default limit of a JSON body; a route may have its own (`body_limit`)."""

COMPLAINTS_MAX = 20
"""A body can be wrong in as many places as it has bytes; the answer names only the first of them."""

_JSON_TYPE = re.compile(r"application/([a-z0-9.-]+\+)?json", re.IGNORECASE)

_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "string_unicode": "must be valid Unicode",
    "bool_type": "must be true or false",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "list_type": "must be a list",
    "dict_type": "must be an object",
}

_REASONS = {"missing": "missing_field", "extra_forbidden": "unknown_field", "enum_name": "bad_enum"}


def read_json(request: HttpRequest, bytes_max: int = BODY_BYTES_MAX) -> Any:
    """The body as JSON; an empty body is `{}`, so that what it lacks is named field by field.

    Raises Fault: PAYLOAD_TOO_LARGE before anything is parsed, UNSUPPORTED_MEDIA_TYPE for another content type than
    JSON, MALFORMED_REQUEST with the parser's reason.
    """
    raw = raw_body(request, bytes_max)
    if not raw:
        return {}
    if not _JSON_TYPE.fullmatch(request.content_type or ""):
        raise Fault(UNSUPPORTED_MEDIA_TYPE)
    try:
        return strict_json.loads(raw)
    except strict_json.MalformedJSON as error:
        raise Fault(MALFORMED_REQUEST, f"The body is not valid JSON: {error}", reason_code="malformed_json") from error


def raw_body(request: HttpRequest, bytes_max: int) -> bytes:
    """The body as sent. Raises Fault(PAYLOAD_TOO_LARGE), by the declared length where there is one."""
    declared = str(request.META.get("CONTENT_LENGTH") or "")
    if declared.isdecimal() and int(declared) > bytes_max:
        raise _too_large(bytes_max)
    try:
        raw = request.body
    except RequestDataTooBig as error:
        raise _too_large(bytes_max) from error
    if len(raw) > bytes_max:
        raise _too_large(bytes_max)
    return raw


def _too_large(bytes_max: int) -> Fault:
    return Fault(PAYLOAD_TOO_LARGE, details={"max_bytes": bytes_max})


def invalid(errors: Iterable[Mapping[str, Any]]) -> Fault:
    """The fault for pydantic error entries whose `loc` begins with the source (`body`, `query`, ...), as ninja's do.

    Inputs never enter it: they may be secrets.
    """
    found: dict[str, list[str]] = {}
    reason: str | None = None
    for count, error in enumerate(errors):
        if count == COMPLAINTS_MAX:
            break
        kind = str(error["type"])
        if not found:
            reason = _REASONS.get(kind)
        found.setdefault(_field(error), []).append(_WORDS.get(kind, str(error["msg"])))
    field, complaints = next(iter(found.items()), ("request", ["is not valid"]))
    return Fault(INVALID_REQUEST, f"{field}: {complaints[0]}", reason_code=reason, errors=found)


def _field(error: Mapping[str, Any]) -> str:
    """The dotted path without the source, and without the name that the handler gives the body."""
    source, *path = [str(part) for part in error["loc"]] or ["request"]
    if source == "body":
        path = path[1:]
    concerned = (error.get("ctx") or {}).get("field")
    if concerned:
        path.append(str(concerned))
    return ".".join(path) or source

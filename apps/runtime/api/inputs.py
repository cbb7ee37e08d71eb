"""Reading what routes have in common: limits, owners in queries, cursors of streams."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from apps.runtime.api.principals import NamesOwner, owner_of
from apps.runtime.domain.owners import Owner
from apps.runtime.services.append import SEQ_MAX
from apps.runtime.services.streams import TAIL_MS, TAIL_MS_DEFAULT
from openagents.wire.faults import INVALID_REQUEST, Fault


@dataclass(slots=True)
class OwnerFields:
    """The older owner fields of a query."""

    owner_user_id: int | None = None
    owner_guest_scope: str | None = None
    owner_user_ref: str | None = None


def required_owner(request: HttpRequest, names: NamesOwner | None = None) -> Owner:
    """The owner a call acts for. Raises Fault INVALID_REQUEST when it acts for nobody."""
    owner = owner_of(request, names)
    if owner is None:
        raise Fault(INVALID_REQUEST, "name an owner", errors={"owner_user_id": ["required without a principal"]})
    return owner


def within(value: int | None, name: str, default: int, most: int) -> int:
    """A limit of 1 to `most`. Raises Fault INVALID_REQUEST."""
    if value is None:
        return default
    if not 1 <= value <= most:
        raise Fault(INVALID_REQUEST, f"{name} is 1 to {most}", errors={name: [f"1 to {most}"]})
    return value


def stream_cursor(request: HttpRequest, cursor: str | None) -> int | None:
    """The cursor of the query or of `Last-Event-ID`, None when there is none. Raises Fault INVALID_REQUEST."""
    named = [text.strip() for text in (cursor, request.headers.get("last-event-id")) if text and text.strip()]
    seqs = {_seq(text) for text in named}
    if len(seqs) > 1:
        raise Fault(
            INVALID_REQUEST, "cursor and Last-Event-ID differ", errors={"cursor": ["differs from Last-Event-ID"]}
        )
    return next(iter(seqs), None)


def _seq(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= SEQ_MAX):
        raise Fault(INVALID_REQUEST, "a cursor is a seq", errors={"cursor": ["not a seq"]})
    return int(text)


def waiting_ms(value: int | None) -> int:
    """How long to wait for news. Raises Fault INVALID_REQUEST outside 1..120000."""
    given = TAIL_MS_DEFAULT if value is None else value
    if given not in TAIL_MS:
        complaint = f"{TAIL_MS.start} to {TAIL_MS.stop - 1}"
        raise Fault(INVALID_REQUEST, f"tail_ms is {complaint}", errors={"tail_ms": [complaint]})
    return given

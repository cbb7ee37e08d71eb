"""Personal access tokens of the caller. Only a session makes new ones."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import mapping
from apps.control.api.guards import Bearer, path_id, principal_of
from apps.control.services import personal_tokens
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

MANAGE = "tokens.manage"

router = Router(tags=["tokens"])


@router.get("/tokens", auth=Bearer(MANAGE), response={200: mapping.TokenListOut})
def token_list(request: HttpRequest) -> HttpResponse:
    """The unrevoked tokens, newest first."""
    principal = principal_of(request)
    rows = personal_tokens.list_tokens(principal)
    return respond(mapping.TokenListOut, data=[mapping.personal_token(row, principal.token_id) for row in rows])


@router.post("/tokens", auth=Bearer(), response={201: mapping.TokenCreateOut})
def token_create(request: HttpRequest, body: Annotated[WireModel, mapping.TokenCreateIn]) -> HttpResponse:
    """A new token; its secret is in this answer and nowhere else."""
    principal = principal_of(request)
    made = personal_tokens.create(principal, name=body.name, abilities=body.abilities, expires_at=body.expires_at)
    data = {
        "token": made.secret,
        "tokenable_id": principal.user_id,
        "name": made.token.name,
        "abilities": made.token.abilities,
        "expires_at": mapping.maybe_seconds(made.token.expires_at),
    }
    return respond(mapping.TokenCreateOut, 201, data=data)


@router.delete("/tokens/current", auth=Bearer(MANAGE), response={200: mapping.DeletedOut})
def token_delete_current(request: HttpRequest) -> HttpResponse:
    """End the token that makes this call; a session has none."""
    deleted = personal_tokens.delete_current(principal_of(request))
    return respond(mapping.DeletedOut, data={"deleted": deleted})


@router.delete("/tokens/{token_id}", auth=Bearer(MANAGE), response={200: mapping.DeletedOut})
def token_delete(request: HttpRequest, token_id: str) -> HttpResponse:
    """End one token."""
    personal_tokens.delete(principal_of(request), path_id(token_id))
    return respond(mapping.DeletedOut, data={"deleted": True})


@router.delete("/tokens", auth=Bearer(MANAGE), response={200: mapping.TokenDeleteAllOut})
def token_delete_all(request: HttpRequest) -> HttpResponse:
    """End all tokens of the caller, the one that makes this call included."""
    return respond(mapping.TokenDeleteAllOut, data={"deleted_count": personal_tokens.delete_all(principal_of(request))})

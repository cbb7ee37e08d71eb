"""The caller's own page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import mapping
from apps.control.api.guards import Bearer, principal_of
from apps.control.services import profile
from openagents.wire.ninja import respond

CHAT_LIMIT = 50

router = Router(tags=["profile"])


@router.get("/me", auth=Bearer("profile.read"), response={200: mapping.MeOut})
def me(request: HttpRequest, chat_limit: int = CHAT_LIMIT) -> HttpResponse:
    """The caller and their newest threads; without the runtime the list is empty and says so."""
    principal = principal_of(request)
    threads = profile.chat_threads(principal, chat_limit)
    data = {
        "user": mapping.me(principal.user),
        "chat_threads": threads or [],
        "chat_threads_available": threads is not None,
    }
    return respond(mapping.MeOut, data=data)

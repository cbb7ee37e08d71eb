"""Applications that verify what their server hands them and say who called: for tests under real servers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True, LOGGING_CONFIG=None)

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from openagents.peers.keys import Key, KeyRing
from openagents.peers.signature import Rejected, verify
from openagents.peers.target import seen
from openagents.peers.tests.signing import Nonces

KEY = Key("control-1", "control", b"not-a-secret-of-control")
RING = KeyRing([KEY])
NONCES = Nonces()


def answer(request: HttpRequest) -> JsonResponse:
    headers = {name.lower(): value for name, value in request.headers.items()}
    target = seen(request.META, getattr(request, "scope", None))
    try:
        caller = verify(
            headers,
            aud="runtime",
            method=request.method or "",
            path_with_query=target,
            body=request.body,
            keys=RING,
            claim_nonce=NONCES,
            now=datetime.now(UTC),
        )
    except Rejected as rejected:
        return JsonResponse({"reason": rejected.reason_code, "seen": target})
    return JsonResponse({"iss": caller.iss, "seen": target, "headers": sorted(headers)})


class _Wsgi(WSGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:
        self._middleware_chain = answer

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        return answer(request)


class _Asgi(ASGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:
        self._middleware_chain = answer

    async def get_response_async(self, request: HttpRequest) -> Any:
        return answer(request)


wsgi = _Wsgi()
asgi = _Asgi()

"""The playground: two live connections on one run, side by side. In development and tests only.

Khala writes nothing, so the page only reads; `manage.py playground` keeps a run busy for it.
"""

from __future__ import annotations

import re
import time
from typing import Any, Final

import jwt
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from apps.khala.models import SyncTopicSequence
from openagents.receipts.ids import new_id

ENVIRONMENTS: Final = ("dev", "test")
TOPICS_SHOWN: Final = 20
TOKEN_SECONDS: Final = 300
SCOPES: Final = ["runtime.run_events"]
PANE: Final = re.compile(r"^[a-z]{1,8}$")
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self' ws: wss:;"
    " img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def page(request: HttpRequest) -> HttpResponse:
    """The page. `?topic=` names a run's topic; without it the most recently written one."""
    _only_here()
    newest = _newest()
    asked = request.GET.get("topic", "")
    topic = asked or (newest[0]["topic"] if newest else "")
    response = TemplateResponse(request, "khala/playground.html", {"topic": topic, "topics": newest})
    response["Content-Security-Policy"] = POLICY
    return response


def token(request: HttpRequest) -> HttpResponse:
    """A connection token for the owner of `topic`, on a device of the pane's own."""
    _only_here()
    pane = request.GET.get("pane", "")
    row = SyncTopicSequence.objects.filter(topic=request.GET.get("topic", "")[:255].replace("\x00", "")).first()
    if row is None or row.topic_class != "run_events" or not PANE.match(pane):
        raise Http404
    family = next(family for family in settings.OA.verifier().families if family.requires_session)
    kid, secret = next(iter(family.keys.items()))
    kind, _, subject = row.owner_key.partition(":")
    user_id = subject if kind == "user" else "playground"
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": family.issuer,
        "aud": family.audience,
        "sub": f"user:{user_id}",
        "iat": now,
        "nbf": now,
        "exp": now + TOKEN_SECONDS,
        "jti": new_id("sync"),
        "oa_claims_version": family.claims_version,
        "oa_user_id": user_id,
        "oa_org_id": row.org_id or f"user:{user_id}",
        "oa_session_id": "playground",
        "oa_device_id": f"playground-{pane}",
        "oa_sync_scopes": SCOPES,
    }
    return JsonResponse({"token": jwt.encode(claims, secret, "HS256", headers={"kid": kid})})


def _newest() -> list[dict[str, Any]]:
    rows = SyncTopicSequence.objects.filter(topic_class="run_events").order_by("-updated_at")[:TOPICS_SHOWN]
    return [{"topic": row.topic, "head": row.seq} for row in rows]


def _only_here() -> None:
    """Raises Http404 anywhere but in development and tests: it gives tokens to whoever asks."""
    if settings.OA.oa_env not in ENVIRONMENTS:
        raise Http404


def routes() -> list[URLPattern]:
    """The page's routes where it exists at all."""
    if settings.OA.oa_env not in ENVIRONMENTS:
        return []
    return [path("khala/playground", page), path("khala/playground/token", token)]

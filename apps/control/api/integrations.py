"""Secrets of the caller for services, and the runtime's own lane to them (3.7)."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.control import mapping
from apps.control.api.guards import Bearer, principal_of
from apps.control.services import integrations, internal_auth
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

router = Router(tags=["integrations"])
fetch_router = Router(tags=["internal"])


def internal_signature(request: HttpRequest) -> bool:
    """The guard of the runtime's lane; it reads the body before anything parses it."""
    internal_auth.check(request.headers, request.body, request.path)
    return True


@router.get("/integrations", auth=Bearer(), response={200: mapping.IntegrationListOut})
def integration_list(request: HttpRequest) -> HttpResponse:
    """The integrations of the caller, without their secrets."""
    rows = integrations.active(principal_of(request))
    return respond(mapping.IntegrationListOut, data=[mapping.integration(row) for row in rows])


@router.post("/integrations/{provider}", auth=Bearer(), response={200: mapping.IntegrationOut})
def integration_store(
    request: HttpRequest, provider: str, body: Annotated[WireModel, mapping.IntegrationIn]
) -> HttpResponse:
    """Store a secret, or put another in its place."""
    row = integrations.store(principal_of(request), provider, body.integration_id, body.secret)
    return respond(mapping.IntegrationOut, data=mapping.integration(row))


@router.delete("/integrations/{provider}", auth=Bearer(), response={200: mapping.IntegrationRevokeOut})
def integration_revoke(
    request: HttpRequest, provider: str, integration_id: str | None = Query(None, max_length=160)
) -> HttpResponse:
    """Forget a secret; without an id the primary one of the provider."""
    revoked = integrations.revoke(principal_of(request), provider, integration_id)
    return respond(mapping.IntegrationRevokeOut, data={"revoked": revoked})


@fetch_router.post(
    settings.OA.oa_runtime_internal_secret_fetch_path, auth=internal_signature, response={200: mapping.SecretFetchOut}
)
def secret_fetch(request: HttpRequest, body: Annotated[WireModel, mapping.SecretFetchIn]) -> HttpResponse:
    """One secret in the clear for one tool call of the runtime."""
    question = integrations.asked(
        user_id=body.user_id,
        provider=body.provider,
        integration_id=body.integration_id,
        run_id=body.run_id,
        tool_call_id=body.tool_call_id,
        org_id=body.org_id,
    )
    secret, at = integrations.fetch(question)
    scope = {
        "user_id": body.user_id,
        "provider": question.provider,
        "integration_id": question.integration_id,
        "run_id": question.run_id,
        "tool_call_id": question.tool_call_id,
        "org_id": question.org_id,
    }
    data = {
        "provider": question.provider,
        "secret": secret,
        "cache_ttl_ms": settings.OA.oa_runtime_internal_secret_cache_ttl_ms,
        "scope": scope,
        "fetched_at": at.replace(microsecond=0),
    }
    response = respond(mapping.SecretFetchOut, data=data)
    response["Cache-Control"] = "no-store"
    return response

"""Tokens for Khala."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import mapping
from apps.control.api.guards import Bearer, device_id, principal_of
from apps.control.services import tokens
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

router = Router(tags=["tokens"])


@router.post("/sync/token", auth=Bearer("sync.subscribe", bucket="token.mint"), response={200: mapping.SyncTokenOut})
def sync_token(request: HttpRequest, body: Annotated[WireModel, mapping.SyncTokenIn]) -> HttpResponse:
    """A sync token with the scopes and topics asked for."""
    principal = principal_of(request)
    minted = tokens.mint_sync_token(
        principal,
        scopes=body.scopes,
        topics=body.topics,
        ttl_seconds=body.ttl_seconds,
        device_id=device_id(body.device_id),
    )
    data = {
        **_common(minted),
        "org_id": principal.active_org_id,
        "scopes": minted.scopes,
        "session_id": principal.session_id,
        "device_id": principal.device_id,
    }
    return respond(mapping.SyncTokenOut, data=data)


@router.post("/khala/token", auth=Bearer("sync.subscribe", bucket="token.mint"), response={200: mapping.KhalaTokenOut})
def khala_token(request: HttpRequest, body: Annotated[WireModel, mapping.KhalaTokenIn]) -> HttpResponse:
    """A khala token with the scopes, workspace and role asked for."""
    minted = tokens.mint_khala_token(
        principal_of(request), scope=body.scope, workspace_id=body.workspace_id, role=body.role
    )
    data = {
        **_common(minted),
        "scope": minted.scopes,
        "workspace_id": minted.workspace_id,
        "role": minted.role,
    }
    return respond(mapping.KhalaTokenOut, data=data)


def _common(minted: tokens.Minted) -> dict[str, Any]:
    return {
        "token": minted.token,
        "token_type": mapping.BEARER,
        "expires_in": minted.ttl,
        "issued_at": minted.issued_at,
        "expires_at": minted.expires_at,
        "issuer": minted.mint.issuer,
        "audience": minted.mint.audience,
        "subject": minted.subject,
        "claims_version": minted.mint.claims_version,
        "granted_topics": [mapping.grant(row) for row in minted.grants],
        "kid": minted.kid,
        "token_id": minted.jti,
    }

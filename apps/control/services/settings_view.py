"""Configuration in the shapes that the domain understands."""

from __future__ import annotations

from django.conf import settings

from apps.control.domain.claims import Mint
from apps.control.domain.compat import Window


def sync_mint() -> Mint:
    config = settings.OA
    return Mint(
        kind="sync",
        enabled=config.oa_sync_token_enabled,
        keys=config.sync_keys(),
        issuer=config.oa_sync_token_issuer,
        audience=config.oa_sync_token_audience,
        claims_version=config.oa_sync_token_claims_version,
        ttl=config.oa_sync_token_ttl_seconds,
        ttl_min=config.oa_sync_token_min_ttl_seconds,
        ttl_max=config.oa_sync_token_max_ttl_seconds,
        allowed_scopes=config.oa_sync_token_allowed_scopes,
        default_scopes=config.oa_sync_token_default_scopes,
    )


def khala_mint() -> Mint:
    config = settings.OA
    return Mint(
        kind="khala",
        enabled=config.oa_khala_token_enabled,
        keys=config.khala_keys(),
        issuer=config.oa_khala_token_issuer,
        audience=config.oa_khala_token_audience,
        claims_version=config.oa_khala_token_claims_version,
        ttl=config.oa_khala_token_ttl_seconds,
        ttl_min=config.oa_khala_token_min_ttl_seconds,
        ttl_max=config.oa_khala_token_max_ttl_seconds,
        allowed_scopes=config.oa_khala_token_allowed_scopes,
        default_scopes=config.oa_sync_token_default_scopes,
        subject_prefix=config.oa_khala_token_subject_prefix,
    )


def compat_window() -> Window:
    config = settings.OA
    return Window(
        protocol_version=config.oa_compat_control_protocol_version,
        min_build=config.oa_compat_control_min_client_build_id,
        max_build=config.oa_compat_control_max_client_build_id or None,
        min_schema=config.oa_compat_control_min_schema_version,
        max_schema=config.oa_compat_control_max_schema_version,
    )


def is_operator(email: str) -> bool:
    """Operators are named by configuration; nobody is one by default."""
    return email in settings.OA.oa_admin_emails

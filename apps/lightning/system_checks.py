"""Configurations that are legal and will disappoint somebody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

AUTO_APPROVE_MAX_MSATS = 100_000_000
"""What the Treasury's policy bundle approves by itself unless it says otherwise (runtime 13.3)."""


def cap_warning(request_cap_msats: int, auto_approve_msats: int = AUTO_APPROVE_MAX_MSATS) -> str:
    """Empty, or why payments will be approved that custody refuses."""
    if request_cap_msats >= auto_approve_msats:
        return ""
    return (
        f"executor_cap_below_auto_approve: the request cap of {request_cap_msats} msat is lower than the "
        f"{auto_approve_msats} msat that the Treasury approves by itself"
    )


@register()
def executor_cap_below_auto_approve(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A warning of the executor's own process."""
    if settings.OA_PROCESS.name != "lightning-executor":
        return []
    text = cap_warning(settings.OA.oa_lightning_wallet_request_cap_msats)
    if not text:
        return []
    hint = "Raise OA_LIGHTNING_WALLET_REQUEST_CAP_MSATS, or lower auto_approve_max_msats."
    return [Warning(text, hint=hint, id="lightning.executor_cap_below_auto_approve")]

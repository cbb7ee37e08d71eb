"""Who becomes a provider: a complete offer, a valid price, and a server that answers (12.1).

The probe leaves the process, so all of this happens before a transaction is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.runtime.domain.providers import PRICING_KEYS, NotQualified, check_offer, check_pricing, is_provider
from apps.runtime.gateways.guard import Blocked
from apps.runtime.gateways.live import provider_gateway
from apps.runtime.gateways.provider import CallFailed
from apps.runtime.services import write_mode
from openagents.wire.faults import INVALID_REQUEST, Fault

ADDRESS_KEY = "provider_base_url"
OFFER_KEYS = PRICING_KEYS | {ADDRESS_KEY, "roles"}
"""Metadata that a provider's offer is made of; a change of it is judged again."""


def qualify(metadata: Mapping[str, Any]) -> bool:
    """Judge a worker that registers with this (merged) metadata. True: it is a provider and qualifies.

    False when it does not offer itself as one. Raises Fault INVALID_REQUEST with the field at fault and, for the
    address, the guard's reason code; WRITE_PATH_FROZEN while nothing may leave this deployment.
    """
    if not is_provider(metadata):
        return False
    _judged(metadata)
    _probe(str(metadata[ADDRESS_KEY]).strip())
    return True


def check_change(before: Mapping[str, Any], patch: Mapping[str, Any]) -> None:
    """Judge a heartbeat's patch on the metadata it leads to. Raises Fault INVALID_REQUEST as `qualify` does.

    A patch that makes a provider of a worker, or moves a provider elsewhere, is probed like a registration.
    """
    merged = {**before, **patch}
    if not is_provider(merged) or not OFFER_KEYS & patch.keys():
        return
    becomes_one = not is_provider(before)
    moves = merged.get(ADDRESS_KEY) != before.get(ADDRESS_KEY)
    if becomes_one or moves:
        qualify(merged)
    else:
        _judged(merged)


def _judged(metadata: Mapping[str, Any]) -> None:
    try:
        check_offer(metadata)
        check_pricing(metadata)
    except NotQualified as error:
        raise _refused(error.field, error.problem, error.reason_code) from None


def _probe(base_url: str) -> None:
    write_mode.check_outbound()
    field = f"metadata.{ADDRESS_KEY}"
    try:
        provider_gateway().probe(base_url)
    except Blocked as error:
        raise _refused(field, "leads where the runtime does not go", error.reason.value) from None
    except CallFailed as error:
        raise _refused(field, f"does not answer at /healthz ({error.reason})", "provider_unreachable") from None


def _refused(field: str, problem: str, reason_code: str) -> Fault:
    return Fault(INVALID_REQUEST, f"{field} {problem}", reason_code=reason_code, errors={field: [problem]})

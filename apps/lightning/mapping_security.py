"""Control's message about what is stopped and revoked, as a value: for lightning ops and the embedded gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from apps.lightning.domain.paywalls import Security
from openagents.lightning.v1 import control_plane_pb2 as pb
from openagents.wire.schema import schema

SecurityState: Final = schema(pb.ControlPlaneSecurityStateResponse, "camel")
REVOKED: Final = "revoked"


def security_of(document: Mapping[str, Any]) -> Security:
    """Raises ValueError for what is no such message."""
    state = SecurityState.model_validate(document)
    everything = getattr(state, "global")
    stopped = [one for one in state.owner_controls if one.kill_switch]
    return Security(
        global_pause=bool(everything is not None and everything.global_pause),
        owner_stops=frozenset(one.owner_id for one in stopped),
        global_reason=(everything.deny_reason or "") if everything is not None else "",
        owner_reasons=tuple((one.owner_id, one.deny_reason) for one in stopped if one.deny_reason),
        revoked_roles=frozenset(one.role for one in state.credential_roles if one.status == REVOKED),
    )

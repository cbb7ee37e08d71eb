"""Audit events in the vocabulary of the specification: outcome words, and attributes as text."""

from __future__ import annotations

from typing import Any, Literal

from apps.control.services.authentication import Principal
from openagents.db import audit

Outcome = Literal["success", "failure", "rejected"]


def note(
    event: str,
    outcome: Outcome = "success",
    *,
    user_id: str | None = None,
    session_id: str | None = None,
    org_id: str | None = None,
    device_id: str | None = None,
    **attributes: Any,
) -> None:
    """One audit row and log line; inside the mutation's transaction, if there is a mutation."""
    audit.record(
        event,
        outcome=outcome,
        user_id=user_id,
        session_id=session_id,
        org_id=org_id,
        device_id=device_id,
        **{name: _text(value) for name, value in attributes.items() if value is not None},
    )


def note_by(
    principal: Principal, event: str, outcome: Outcome = "success", *, org_id: str | None = None, **attributes: Any
) -> None:
    """The same for a caller: who it is, on which device, and its active organisation unless `org_id` names another."""
    note(
        event,
        outcome,
        user_id=principal.user_id,
        session_id=principal.session_id,
        org_id=org_id or principal.active_org_id,
        device_id=principal.device_id,
        **attributes,
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)

"""Who may change whose place in an organisation, and what a change takes away (3.3)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from apps.control.domain import scopes as s
from apps.control.domain.inputs import Unacceptable
from apps.control.domain.scopes import DEFAULT_ROLE_SCOPES, RANK

NAME_MAX: Final = 120
ROLE_SCOPES_MAX: Final = 64
RESERVED_SLUGS: Final = frozenset({"openagents"})

_SLUG = re.compile(r"[a-z0-9-]{2,40}", re.ASCII)
_AEGIS = re.compile(r"aegis\.[a-z0-9_.-]{1,100}", re.ASCII)

LISTABLE_SCOPES: Final = frozenset(
    {
        *DEFAULT_ROLE_SCOPES["owner"],
        s.RUN_EVENTS,
        s.RUN_SUMMARIES,
        s.WORKER_EVENTS,
        s.WORKER_SUMMARIES,
        s.WORKER_LIFECYCLE,
        s.THREADS,
        s.NOTIFICATIONS,
        s.TREASURY,
        s.MARKETPLACE,
    }
)
"""Scopes that an owner may list for a member by name; operator scopes are no organisation's to give."""


def org_name(text: str) -> str:
    """Trimmed. Raises Unacceptable."""
    name = text.strip()
    if not name:
        raise Unacceptable("is required")
    if len(name) > NAME_MAX:
        raise Unacceptable(f"is longer than {NAME_MAX} characters")
    return name


def org_slug(text: str) -> str:
    """Raises Unacceptable."""
    slug = text.strip()
    if not _SLUG.fullmatch(slug):
        raise Unacceptable("must be 2 to 40 of a-z, 0-9 and -")
    return slug


def may_touch(actor_role: str | None, *roles: str) -> bool:
    """Whether the actor may give or take these roles: only owners touch owners."""
    return actor_role == "owner" or "owner" not in roles


def is_listable(scope: str) -> bool:
    """Whether the name may stand in a member's `role_scopes`."""
    return scope in LISTABLE_SCOPES or _AEGIS.fullmatch(scope) is not None


def takes_away(role: str, role_scopes: Collection[str], new_role: str, new_role_scopes: Collection[str]) -> bool:
    """Whether the change leaves the member with less: a lower rank, or, where the list decides, a shorter list.

    Owners and admins hold every scope whatever their list says.
    """
    if RANK[new_role] != RANK[role]:
        return RANK[new_role] < RANK[role]
    return RANK[new_role] < RANK["admin"] and not set(role_scopes) <= set(new_role_scopes)

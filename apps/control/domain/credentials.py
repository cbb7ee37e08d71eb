"""What a personal access token may be called and may carry (3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.control.domain.inputs import Unacceptable

ALL: Final = "*"
TEXT_MAX: Final = 100
ABILITIES_MAX: Final = 64


def token_name(text: str, *, length_max: int = TEXT_MAX) -> str:
    """Trimmed. Raises Unacceptable for a blank or a too long one."""
    name = text.strip()
    if not name:
        raise Unacceptable("is required")
    if len(name) > length_max:
        raise Unacceptable(f"is longer than {length_max} characters")
    return name


def abilities(names: Sequence[str], *, length_max: int = TEXT_MAX) -> list[str]:
    """Trimmed, each once, in the order given; none given means all. Raises Unacceptable.

    Any name may be stored: which abilities exist is for the routes to say, and a route that asks for none that the
    token carries refuses it.
    """
    if not names:
        return [ALL]
    found = list(dict.fromkeys(name.strip() for name in names))
    if not all(found):
        raise Unacceptable("has a blank entry")
    if len(found) > ABILITIES_MAX:
        raise Unacceptable(f"names more than {ABILITIES_MAX}")
    if any(len(name) > length_max for name in found):
        raise Unacceptable(f"has an entry longer than {length_max} characters")
    return found

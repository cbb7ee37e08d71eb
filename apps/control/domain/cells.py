"""How a public figure is found in a peer's answer and spelled: text, or None where there is none (3.10).

A value of another kind than the one expected is no figure; nobody's free text gets onto the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

Cell = str | None
Format = Callable[[Any], Cell]

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def integer(value: Any) -> int | None:
    """A whole number as peers spell them: JSON integer, or decimal text beyond 2^53."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def whole(value: Any) -> Cell:
    found = integer(value)
    return None if found is None else str(found)


def decimal(scale: str = "1", low: int | None = None, high: int | None = None) -> Format:
    """Times `scale`, kept within the bounds, two decimals half-up."""

    def spell(value: Any) -> Cell:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        found = Decimal(str(value))
        if not found.is_finite():
            return None
        found *= Decimal(scale)
        found = found if low is None else max(Decimal(low), found)
        found = found if high is None else min(Decimal(high), found)
        return str(found.quantize(Decimal("0.01"), ROUND_HALF_UP))

    return spell


def flag(value: Any) -> Cell:
    return ("true" if value else "false") if isinstance(value, bool) else None


def code(value: Any) -> Cell:
    """A machine's word; anything else might be somebody's free text."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def mode(value: Any) -> Cell:
    """A word that is `unknown` when the source answers without one."""
    return code(value) or "unknown"


def instant(value: Any) -> Cell:
    return value if isinstance(value, str) and _TIME.fullmatch(value) else None


def availability(value: Any) -> Cell:
    return "yes" if value else "no"


SHARE: Final = decimal("100", 0, 100)
RATE: Final = decimal("100", 0)
BPS_AS_PERCENT: Final = decimal("0.01")
POSITIVE: Final = decimal("1", 0)
PLAIN: Final = decimal()
MILLISECONDS: Final = decimal("0.001", 0)


def at(answer: Any, path: str) -> Any:
    """The value at a dotted path; None where there is none. A single name is also looked for one level deeper."""
    found = answer
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if found is None and "." not in path and isinstance(answer, Mapping):
        groups = [group[path] for group in answer.values() if isinstance(group, Mapping) and path in group]
        return groups[0] if len(groups) == 1 else None
    return found

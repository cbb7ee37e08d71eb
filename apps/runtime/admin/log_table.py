"""A log or list inside an operator's page: a number, a moment, a name, a line that may open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Line:
    """A row. `detail`: everything, behind the line."""

    number: Any
    at: datetime
    name: str
    line: str
    detail: str = ""


def table(head: Sequence[str], rows: list[Line], cut: bool, nothing: str) -> SafeString:
    """The rows under their four headings; `cut`: there are more, `nothing`: what to say when there are none."""
    context = {"head": head, "rows": rows, "cut": cut, "nothing": nothing}
    return render_to_string("runtime/log_table.html", context)

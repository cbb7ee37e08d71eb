"""What a check reports: a stable code for machines and metrics, a text for people."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One violation. `code` never changes its spelling; `text` is what Aegis shows."""

    code: str
    text: str


class EvidenceInvalid(ValueError):
    """The evidence lacks a member or has one of the wrong type. `field` is its dotted path, e.g. `runs.0.exit_code`."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem

"""What a planted bug is: some text, what it becomes, and the test that must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """`old` stands in the file exactly `times` times; each becomes `new`."""

    path: str
    old: str
    new: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Mutant:
    """`test` is a pytest node id, `plane` the process its suite runs as."""

    name: str
    edits: tuple[Edit, ...]
    test: str
    plane: str


def mutant(name: str, path: str, old: str, new: str, test: str, plane: str = "control", times: int = 1) -> Mutant:
    return Mutant(name, (Edit(path, old, new, times),), test, plane)

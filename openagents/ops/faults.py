"""Fault points: named places where a test makes a process crash, fail or wait. No-ops unless armed.

A point is armed by `OA_FAULTS` (CSV of `name=action`) at start, or in-process by `arm`. Actions: `crash` (the process
dies at once, like kill -9), `error` (raises InjectedFault), `delay:<ms>`, each with an optional `@n`: only from the
n-th passage on.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class InjectedFault(RuntimeError):
    """The error that an armed point raises."""


@dataclass(slots=True)
class _Armed:
    action: str
    milliseconds: int
    from_passage: int
    passages: int = 0


_armed: dict[str, _Armed] = {}
_lock = threading.Lock()


def _parse(spec: str) -> _Armed:
    action, _, passage = spec.partition("@")
    action, _, milliseconds = action.partition(":")
    if action not in ("crash", "error", "delay"):
        raise ValueError(f"unknown fault action {action!r}")
    return _Armed(action, int(milliseconds or 0), int(passage or 1))


def load(csv: str) -> None:
    """Arm everything that `OA_FAULTS` names."""
    for item in filter(None, (part.strip() for part in csv.split(","))):
        name, _, spec = item.partition("=")
        _armed[name] = _parse(spec)


@contextmanager
def arm(name: str, spec: str) -> Iterator[None]:
    """Arm one point inside the block."""
    before = _armed.get(name)
    _armed[name] = _parse(spec)
    try:
        yield
    finally:
        if before is None:
            _armed.pop(name, None)
        else:
            _armed[name] = before


def point(name: str) -> None:
    """Mark the place called `name`. Raises InjectedFault, waits or kills the process when the point is armed."""
    if not _armed:
        return
    armed = _armed.get(name)
    if armed is None:
        return
    with _lock:
        armed.passages += 1
        if armed.passages < armed.from_passage:
            return
    if armed.action == "crash":
        os._exit(137)
    if armed.action == "error":
        raise InjectedFault(name)
    time.sleep(armed.milliseconds / 1000)

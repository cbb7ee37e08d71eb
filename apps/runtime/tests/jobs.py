"""The plane's beat jobs by name, called in this process."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

from apps.runtime import tasks


def _job(name: str) -> Callable[[], Any]:
    function = name.partition(".")[2]
    modules = (import_module(f"{tasks.__name__}.{found.name}") for found in pkgutil.iter_modules(tasks.__path__))
    job: Callable[[], Any] = next(getattr(module, function) for module in modules if hasattr(module, function))
    return job


JOBS: dict[str, Callable[[], Any]] = {name: _job(name) for name in tasks.SCHEDULE if name.startswith("runtime.")}

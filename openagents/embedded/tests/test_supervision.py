"""What `up` starts: a server for every process, and a worker and a beat for each that has tasks."""

from __future__ import annotations

from importlib.util import find_spec

from openagents.embedded.supervision import plane_commands
from openagents.planes import PROCESSES


def test_every_plane_with_tasks_gets_a_worker_and_a_beat() -> None:
    started = {name for name, _, _ in plane_commands(PROCESSES.values())}
    assert set(PROCESSES) <= started
    with_tasks = {
        process.name
        for process in PROCESSES.values()
        if process.queues and find_spec(f"apps.{process.plane}.tasks") is not None
    }
    assert {"control", "runtime"} <= with_tasks
    assert started - set(PROCESSES) == {f"{name}-{part}" for name in with_tasks for part in ("worker", "beat")}

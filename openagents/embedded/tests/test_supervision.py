"""What `up` starts: a server for every process, and a worker and a beat for each that has tasks."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib.util import find_spec

from openagents.embedded.readiness import ports_in_use
from openagents.embedded.supervision import development_ports, plane_commands
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


def test_everything_that_is_started_has_a_port_of_its_own() -> None:
    ports = development_ports(PROCESSES.values())
    assert list(ports) == [name for name, _, _ in plane_commands(PROCESSES.values())]
    assert len(set(ports.values())) == len(ports)
    assert (ports["runtime"], ports["runtime-worker"], ports["runtime-beat"]) == (8001, 8101, 8201)


def test_a_port_that_somebody_holds_is_named() -> None:
    with socket.socket() as held, socket.socket() as other:
        for opened in (held, other):
            opened.bind(("127.0.0.1", 0))
        other_port = other.getsockname()[1]
        held.listen()
        other.close()
        port = held.getsockname()[1]
        assert ports_in_use({"a-worker": port, "b": other_port}) == {"a-worker": port}


FAMILY = """
import subprocess, sys
waits = "from openagents.embedded.keeper import wait_for_siblings as wait; print('begun', flush=True); wait(30)"
other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
keeper = subprocess.Popen([sys.executable, "-c", waits], stdout=subprocess.PIPE)
keeper.stdout.readline()
try:
    keeper.wait(0.5)
except subprocess.TimeoutExpired:
    other.communicate(b"\\n")
    print("waited", keeper.wait(20))
"""


def test_the_database_goes_last() -> None:
    done = subprocess.run([sys.executable, "-c", FAMILY], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "waited 0\n"
